"""Every command on joined sources and on databases, against the flat table that says the same.

`score` reads its leads in blocks and joins the other halves to them: its points are made here anew, by a join in Python. The other
commands must say of joined sources, and of each kind of database, what they say of one CSV."""
import csv
import gzip
import io
import json
import os
import random
import shutil
import sqlite3

from .core import run

FIRST, LAST, ALL = "first", "last", "all"


def leadfit(setting, folder, *args, stdin=None):
    return run(setting, [setting.leadfit, *args], cwd=folder, stdin=stdin)


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    return path


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, list(rows[0]))
        out.writeheader()
        out.writerows(rows)
    return path


# ---- score, by hand -----------------------------------------------------------------------------------

CARD = {"format": "leadfit-scoring/1", "name": "by hand", "score": {"base_points": 3}, "attributes": [
    {"name": "Source", "kind": "category", "bands": [
        {"label": "Web", "values": ["Web"], "points": 5}, {"label": "missing", "missing": True, "points": 1}, {"label": "other", "other": True, "points": 0}]},
    {"name": "accounts.Industry", "kind": "category", "bands": [
        {"label": "Tech", "values": ["Tech"], "points": 20}, {"label": "Retail", "values": ["Retail", "Shop"], "points": 7},
        {"label": "missing", "missing": True, "points": 2}, {"label": "other", "other": True, "points": 0}]},
    {"name": "accounts.Spend", "kind": "number", "bands": [
        {"label": "low", "from": None, "to": 100, "points": 4}, {"label": "high", "from": 100, "to": None, "points": 11},
        {"label": "missing", "missing": True, "points": 1}, {"label": "other", "other": True, "points": 0}]},
    {"name": "owners.Region", "kind": "category", "bands": [
        {"label": "EU", "values": ["EU"], "points": 30}, {"label": "missing", "missing": True, "points": 13}, {"label": "other", "other": True, "points": 9}]}]}


def world(folder, n=3000):
    """Leads of accounts that stand in several rows (the newest counts, their spend is added up), whose owners are in a third file."""
    draw = random.Random(11)
    accounts = []
    for i in range(300):
        for k in range(1 + (i % 5 == 0) * 2):
            accounts.append({"Id": f"a{i:03d} ", "Industry": draw.choice(["Tech", "Retail", "Shop", "Mining", ""]), "Spend": draw.choice(["", "40", "90.5", "400"]),
                             "Changed": f"2024-{1 + (i + 5 * k) % 12:02d}-{1 + draw.randrange(28):02d}", "Owner": f"o{draw.randrange(30)}", "Unused": "x" * (i % 3)})
    accounts.append({**accounts[0], "Id": ""})
    draw.shuffle(accounts)
    owners = [{"OwnerId": f"o{i}", "Region": draw.choice(["EU", "US", ""])} for i in range(25)]
    leads = [{"LeadId": f"L{i}", "Source": draw.choice(["Web", "Event", ""]), "Account": draw.choice([f" A{draw.randrange(340):03d}", ""] if i % 7 == 0 else
                                                                                                     [f"A{draw.randrange(340):03d}"]),
              "Created": f"2024-{1 + draw.randrange(12):02d}-{1 + draw.randrange(28):02d}", "Note": 'say "hi", then go\nnow' + "-" * 800} for i in range(n)]
    write_rows(os.path.join(folder, "accounts.csv"), accounts)
    write_rows(os.path.join(folder, "owners.csv"), owners)
    write_rows(os.path.join(folder, "leads.csv"), leads)
    return leads, accounts, owners


def join(leads, accounts, owners, many):
    """Each lead with what it gets: (industry, spend, region), None where nothing; and how many leads have a row."""
    kept, spend, taken = {}, {}, {}
    for place, a in enumerate(accounts):
        key = a["Id"].strip().lower()
        if not key:
            continue
        if key not in kept or (a["Changed"], place) >= kept[key][0]:
            kept[key] = ((a["Changed"], place), a)
        if a["Spend"]:
            spend[key] = spend.get(key, 0) + float(a["Spend"])
    for i, lead in enumerate(leads):
        key = lead["Account"].strip().lower()
        if key in kept and (many == ALL or key not in taken or many == LAST and (lead["Created"], i) >= (leads[taken[key]]["Created"], taken[key])
                            or many == FIRST and lead["Created"] < leads[taken[key]]["Created"]):
            taken[key] = i
    region = {o["OwnerId"]: o["Region"] for o in owners}
    out = []
    for i, lead in enumerate(leads):
        key = lead["Account"].strip().lower()
        if key not in kept or many != ALL and taken[key] != i:
            out.append((None, None, None))
        else:
            a = kept[key][1]
            out.append((a["Industry"] or None, spend.get(key), region.get(a["Owner"]) or None))
    return out


def points(lead, industry, spend, region):
    total = 3 + {"Web": 5, "": 1}.get(lead["Source"], 0)
    total += {None: 2, "Tech": 20, "Retail": 7, "Shop": 7}.get(industry, 0)
    total += 1 if spend is None else 4 if spend < 100 else 11
    return total + (13 if region is None else 30 if region == "EU" else 9)


def project(many, extra=""):
    return f"""
sources:
  - {{name: leads, file: leads.csv, key: Account, many: {many}{'' if many == ALL else ', by: Created'}}}
  - {{name: accounts, file: accounts.csv, key: Id, fold: true, many: last, by: Changed, sum: [Spend]{extra}}}
  - {{name: owners, file: owners.csv, key: OwnerId, with: accounts.Owner}}
"""


def check_score(setting, results, at):
    folder = setting.folder("joined-score")
    leads, accounts, owners = world(folder)
    write(os.path.join(folder, "card.json"), json.dumps(CARD))
    base = ["score", "-p", "p.yaml", "--config", "card.json"]
    for many in (ALL, FIRST, LAST):
        write(os.path.join(folder, "p.yaml"), project(many))
        want = [points(lead, *got) for lead, got in zip(leads, join(leads, accounts, owners, many))]
        if many == ALL and len(set(want)) < 20:
            raise RuntimeError("the leads have too few scores: the test tells nothing")
        ran = leadfit(setting, folder, *base)
        rows = list(csv.DictReader(io.StringIO(ran.out.decode(), newline="")))
        problems = [ran.err.decode()] if ran.status else []
        problems += [] if len(rows) == len(leads) else [f"{len(rows)} rows of {len(leads)}"]
        problems += [f"{lead['LeadId']}: {row['leadfit_score']}, by hand {n}" for lead, row, n in zip(leads, rows, want) if row["leadfit_score"] != str(n)][:5]
        problems += ["the leads are not as they came"] * any({k: row[k] for k in lead} != lead for lead, row in zip(leads, rows))
        with open(os.path.join(folder, "leads.csv"), "rb") as f:
            plain = f.read()
        with gzip.open(os.path.join(folder, "leads.csv.gz"), "wb") as f:
            f.write(plain)
        for how, more, stdin in (("one thread, in rounds", ["--memory", "1K", "--threads", "1"], None), ("a pipe", ["-"], plain), (".gz", ["leads.csv.gz"], None)):
            other = leadfit(setting, folder, *base, *more, stdin=stdin)
            problems += [] if other.status == 0 and other.out == ran.out else [f"{how}: other bytes {other.err.decode()}"]
        lines = [json.loads(line) for line in leadfit(setting, folder, *base, "--json").out.decode().splitlines()]
        problems += [] if [line["score"] for line in lines] == want else ["--json: other scores"]
        results.check(f"sources/score joins as a fit does, many: {many}", problems)
    said = leadfit(setting, folder, *base, "-o", "scored.csv").out.decode()
    keys = {a["Id"].strip().lower() for a in accounts} - {""}
    has = [lead["Account"].strip().lower() for lead in leads]
    counted = f"accounts: {sum(k in keys for k in has):,} leads have a row, {sum(k not in keys and k != '' for k in has)} have a key that is not there, {has.count('')} have none"
    results.check("sources/score says what met what", [] if counted in " ".join(said.split()) else [counted, said])


def check_score_refuses(setting, results, at):
    folder = setting.folder("joined-refused")
    world(folder)
    card = json.loads(json.dumps(CARD))
    card["provenance"] = {"inputs": [], "split": None, "sources": [{"name": "accounts", "key": "Id", "with": "Account"}, {"name": "owners", "key": "OwnerId", "with": "accounts.Owner"}]}
    write(os.path.join(folder, "card.json"), json.dumps(card))
    outcome = write(os.path.join(folder, "history.csv"), "Source,Won\n" + "Web,yes\nEvent,no\n" * 60) and "history.csv"
    not_given = b"leadfit: card.json: asks for 'accounts.Industry' of source 'accounts', which is not given: name the project file whose sources: bring it (-p leadfit.yaml)"
    problems = []
    for command in (["score", "leads.csv", "-o", "out.csv"], ["validate", outcome], ["monitor", outcome], ["plan", outcome], ["compare", outcome, "other.json"]):
        shutil.copy(os.path.join(folder, "card.json"), os.path.join(folder, "other.json"))
        named = ["card.json"] if command[0] == "compare" else ["--config", "card.json"]
        ran = leadfit(setting, folder, *command, *named)
        where = not_given.replace(b"card.json", b"other.json") if command[0] == "compare" else not_given
        problems += [] if ran.status == 2 and ran.err.startswith(where) and ran.err.count(b"\n") == 1 else [f"{command[0]}: {ran.status} {ran.err!r}"]
    write(os.path.join(folder, "p.yaml"), project("refuse").replace(", by: Created", ""))
    for change, status, why in ((None, 3, b"several rows ask for the same row of source 'accounts' by 'Account'"),
                                ((", many: refuse", ", many: all"), None, b""),
                                (("many: last, by: Changed, sum: [Spend]", "many: refuse"), 3, b"in several rows"),
                                (("accounts.csv", "nowhere.csv"), 4, b"nowhere.csv: cannot be opened"),
                                (("key: OwnerId", "key: Owner Id"), 2, b'owners.csv: has no column "Owner Id"')):
        with open(os.path.join(folder, "p.yaml"), encoding="utf-8") as f:
            text = f.read()
        text = text.replace(*change) if change else text
        write(os.path.join(folder, "p.yaml"), text)
        if status is None:
            continue
        if why.startswith(b"nowhere") or why.startswith(b"owners"):
            write(os.path.join(folder, "p.yaml"), project(ALL).replace(*change))
        ran = leadfit(setting, folder, "score", "-p", "p.yaml", "--config", "card.json", "-o", "out.csv")
        problems += [] if ran.status == status and why in ran.err and ran.err.count(b"\n") == 1 else [f"{why}: {ran.status} {ran.err!r}"]
    os.remove(os.path.join(folder, "owners.csv"))  # a source that no attribute asks for is not read
    del card["attributes"][3]
    write(os.path.join(folder, "card.json"), json.dumps(card))
    write(os.path.join(folder, "p.yaml"), project(ALL))
    ran = leadfit(setting, folder, "score", "-p", "p.yaml", "--config", "card.json")
    problems += [] if ran.status == 0 else [f"a source nobody asks for: {ran.err!r}"]
    problems += ["something was written"] * os.path.exists(os.path.join(folder, "out.csv"))
    results.check("sources/score without the source it needs", problems)


# ---- the other commands -------------------------------------------------------------------------------

HISTORY = """
outcome: {column: Won, won: [yes], lost: [no]}
amount: Amount
date: Closed
created: Created
id: LeadId
attributes:
  - {name: Source, owner: marketing}
  - {name: accounts.Industry, owner: marketing}
  - {name: accounts.Spend, owner: sales}
  - {name: owners.Region, owner: shared}
"""
CLAIMS = """
claims:
  - {say: Tech accounts win more, by: sales, attribute: accounts.Industry, group: [Tech], versus: [Retail, Shop], effect: win, direction: higher}
"""


def history(folder):
    """The world with an outcome that hangs on what the joined files bring, and the flat table of the same rows."""
    draw = random.Random(12)
    leads, accounts, owners = world(folder, 1500)
    for lead, (industry, spend, region) in zip(leads, join(leads, accounts, owners, ALL)):
        odds = 0.15 + 0.3 * (industry == "Tech") + 0.15 * (region == "EU") + 0.2 * (spend is not None and spend > 100)
        won = draw.random() < odds
        lead["Note"] = draw.choice("abcdefgh")
        lead["Won"] = "" if draw.random() < 0.03 else "yes" if won else "no"
        lead["Amount"] = f"{draw.lognormvariate(8, 1):.2f}" if lead["Won"] == "yes" else ""
        lead["Closed"] = f"2025-{1 + draw.randrange(6):02d}-{1 + draw.randrange(28):02d}"
    write_rows(os.path.join(folder, "leads.csv"), leads)
    kept = {}
    for place, a in enumerate(accounts):
        key = a["Id"].strip().lower()
        if key and (key not in kept or (a["Changed"], place) >= kept[key][0]):
            kept[key] = ((a["Changed"], place), a)
    names = {o["OwnerId"]: o for o in owners}
    flat = []
    for lead, (_, spend, region) in zip(leads, join(leads, accounts, owners, ALL)):
        a = kept.get(lead["Account"].strip().lower(), (None, {}))[1]
        row = {**lead, **{f"accounts.{k}": a.get(k, "") for k in ("Industry", "Spend", "Changed", "Owner", "Unused")}, "owners.Region": region or ""}
        row["accounts.Spend"] = "" if spend is None else repr(spend)
        flat.append(row)
    assert all(names[o]["Region"] is not None for o in names)
    write_rows(os.path.join(folder, "flat.csv"), flat)
    return flat


# What says where rows came from, and not what they say.
PLACES = {"provenance", "inputs", "sources", "funnel", "command"}


def without_places(tree):
    if isinstance(tree, dict):
        return {k: without_places(v) for k, v in tree.items() if k not in PLACES}
    return [without_places(v) for v in tree] if isinstance(tree, list) else tree


def differences(a, b, where=""):
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for k in {**a, **b} for d in differences(a.get(k), b.get(k), f"{where}.{k}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in differences(x, y, f"{where}[{i}]")]
    return [] if a == b else [f"{where}: {json.dumps(a)[:150]}, in the flat table {json.dumps(b)[:150]}"]


COMMANDS = [["inspect"], ["fit"], ["validate", "--config", "card.json"], ["evidence", "--claims", "claims.yaml"], ["monitor", "--config", "q/scoring.json"],
            ["plan", "--config", "q/scoring.json", "--revenue", "100000"], ["compare", "card.json", "q/scoring.json"]]


def fit(setting, folder, out, *args):
    ran = leadfit(setting, folder, "fit", *args, "-o", out, "-q")
    if ran.status:
        raise RuntimeError(ran.err.decode())


def say(setting, folder, command, *args):
    """What a command says as JSON, without where it came from."""
    ran = leadfit(setting, folder, command[0], *args, *command[1:], "--json", "--no-progress")
    if ran.status not in (0, 1):  # 1: monitor's alarm
        raise RuntimeError(f"{command[0]} {args}: {ran.status} {ran.err.decode()}")
    tree = without_places(json.loads(ran.out))
    if command[0] == "inspect":
        del tree["missing"]  # how often each spelling of missing was read: in the flat table, once a lead
    return tree


def check_commands(setting, results, at):
    folder = setting.folder("joined-commands")
    history(folder)
    write(os.path.join(folder, "joined.yaml"), project(ALL) + HISTORY)
    write(os.path.join(folder, "flat.yaml"), HISTORY)
    write(os.path.join(folder, "claims.yaml"), CLAIMS)
    write(os.path.join(folder, "card.json"), json.dumps(CARD))
    fit(setting, folder, "q", "flat.csv", "-p", "flat.yaml")
    fit(setting, folder, "j", "-p", "joined.yaml")
    for command in COMMANDS:
        want = say(setting, folder, command, "flat.csv", "-p", "flat.yaml")
        got = say(setting, folder, [word.replace("q/", "j/") for word in command], "-p", "joined.yaml")
        got = json.loads(json.dumps(got).replace("j/scoring.json", "q/scoring.json"))
        results.check(f"sources/{command[0]} of joined sources", differences(got, want))
    # Other leads of the same accounts are other rows: whoever judges by them judges fairly.
    with open(os.path.join(folder, "leads.csv"), encoding="utf-8", newline="") as f:
        later = [{**row, "LeadId": "later " + row["LeadId"]} for row in csv.DictReader(f)]
    write_rows(os.path.join(folder, "leads.csv"), later)
    ran = leadfit(setting, folder, "compare", "-p", "joined.yaml", "card.json", "j/scoring.json", "--json")
    results.check("sources/the same accounts, other leads", [] if ran.status == 0 and json.loads(ran.out)["warnings"] == [] else [str(ran.out[-500:] + ran.err)])


# ---- databases ----------------------------------------------------------------------------------------

TABLES = ("leads", "accounts", "owners")


def fill_sqlite(at, folder):
    with sqlite3.connect(at.sqlite) as to:
        for name in TABLES:
            with open(os.path.join(folder, name + ".csv"), encoding="utf-8", newline="") as f:
                names, *rows = list(csv.reader(f))
            to.execute(f"CREATE TABLE {name} (place integer primary key, %s)" % ", ".join(f'"{n}" text' for n in names))
            to.executemany(f"INSERT INTO {name} VALUES (NULL, %s)" % ", ".join("?" * len(names)), [[v or None for v in r] for r in rows])
    to.close()


def fill_postgres(at, folder):
    for name in TABLES:
        path = os.path.join(folder, name + ".csv")
        with open(path, encoding="utf-8", newline="") as f:
            names = next(csv.reader(f))
        at.psql(f"CREATE TABLE {name} (place serial, %s);\n\\copy {name} (%s) FROM '{path}' (FORMAT csv, HEADER)\n" % (
            ", ".join(f'"{n}" text' for n in names), ", ".join(f'"{n}"' for n in names)))
    return at.url


def in_database(address, folder):
    """The joined project with each file in a table of that name, in its order, without its place."""
    text = project(ALL)
    for name in TABLES:
        with open(os.path.join(folder, name + ".csv"), encoding="utf-8", newline="") as f:
            names = ", ".join('"%s"' % n for n in next(csv.reader(f)))
        text = text.replace(f"file: {name}.csv", f"database: {json.dumps(address)}, query: {json.dumps(f'SELECT {names} FROM {name} ORDER BY place')}")
    return text


def check_database_commands(setting, results, at):
    """All halves in one database: each command says what it says of the flat file, and score gives the same leads their points."""
    folder = setting.folder("joined-databases")
    history(folder)
    write(os.path.join(folder, "flat.yaml"), HISTORY)
    write(os.path.join(folder, "claims.yaml"), CLAIMS)
    write(os.path.join(folder, "card.json"), json.dumps(CARD))
    write(os.path.join(folder, "p.yaml"), project(ALL))
    fit(setting, folder, "q", "flat.csv", "-p", "flat.yaml")
    want = {command[0]: say(setting, folder, command, "flat.csv", "-p", "flat.yaml") for command in COMMANDS}
    scored = leadfit(setting, folder, "score", "-p", "p.yaml", "--config", "card.json").out
    fill_sqlite(at, folder)
    if at.server:
        fill_postgres(at, folder)
    for way, address in (("SQLite", "sqlite:" + at.sqlite), ("PostgreSQL", at.server and at.url), ("ODBC to SQLite", at.odbc("sqlite")),
                         ("ODBC to PostgreSQL", at.odbc("postgresql"))):
        name = f"sources/every command on {way}"
        if not address:
            results.skip(name, "not installed (make deps-sources)")
            continue
        write(os.path.join(folder, "base.yaml"), in_database(address, folder) + HISTORY)
        fit(setting, folder, "j", "-p", "base.yaml")
        problems = []
        for command in COMMANDS:
            got = say(setting, folder, [word.replace("q/", "j/") for word in command], "-p", "base.yaml")
            got = json.loads(json.dumps(got).replace("j/scoring.json", "q/scoring.json"))
            problems += [f"{command[0]} {d}" for d in differences(got, want[command[0]])][:3]
        ran = leadfit(setting, folder, "score", "-p", "base.yaml", "--config", "card.json")
        by_file, by_base = (list(csv.DictReader(io.StringIO(text.decode(), newline=""))) for text in (scored, ran.out))
        problems += [] if len(by_file) == 1500 and by_base == by_file else [f"score: {ran.err!r}, {len(by_base)} rows"]
        results.check(name, problems)


# ---- memory -------------------------------------------------------------------------------------------


def check_memory(setting, results, at):
    """A million leads are joined within 60 MiB of memory that no file stands behind, where --memory says so, and not without it. The system holds
    the limit (RLIMIT_DATA, which counts private memory that can be written, and neither the mapped inputs nor the temporary files)."""
    folder = setting.folder("joined-memory")
    with open(os.path.join(folder, "leads.csv"), "w", encoding="ascii") as f:
        f.write("LeadId,Source,Size,Deal\n")
        f.writelines(f"L{i},{'WEP'[i % 3]},{i * 7919 % 5000},{f'D{i // 10}' if i % 10 == 0 else ''}\n" for i in range(1000000))
    with open(os.path.join(folder, "deals.csv"), "w", encoding="ascii") as f:
        f.write("DealId,Won,Amount\n")
        f.writelines(f"D{i},{'yes' if i % 3 else 'no'},{i * 31 % 9000}\n" for i in range(110000))
    write(os.path.join(folder, "p.yaml"), """
sources:
  - {name: leads, file: leads.csv, key: Deal}
  - {name: deals, file: deals.csv, key: DealId}
outcome: {column: deals.Won, won: [yes], unmatched: lost}
""")

    def inspect(*more, limit=None):
        shell = ["sh", "-c", (f"ulimit -d {limit}; " if limit else "") + 'exec "$0" "$@"', setting.leadfit]
        return run(setting, [*shell, "inspect", "-p", "p.yaml", "--json", "--threads", "2", *more], cwd=folder, more={"OPENBLAS_NUM_THREADS": "1"})

    free, bound, over = inspect(), inspect("--memory", "1M", limit=60 << 10), inspect(limit=60 << 10)
    problems = [] if bound.status == 0 and bound.out == free.out else [f"with --memory: {bound.status} {bound.err!r}"]
    problems += [] if over.status == 4 and b"not enough memory" in over.err else [f"the limit bounds nothing: {over.status} {over.err!r}"]
    got = json.loads(free.out)["data"]
    problems += [] if got["won"] == sum(i % 3 > 0 for i in range(100000)) and got["sources"][1]["unmatched"] == 0 else [str(got["sources"])]
    results.check("sources/--memory bounds a join", problems)


CHECKS = [check_score, check_score_refuses, check_commands, check_database_commands, check_memory]

"""Sources: tables that are joined, and databases read like files.

What met what is counted here, from the files, and compared with what leadfit says. Databases run for the tests alone: PostgreSQL
in a scratch folder on a socket, SQLite, and both through ODBC; what is not installed is skipped by name (make deps-sources)."""
import collections
import csv
import glob
import json
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time

from . import joined as joined_commands, leaks, readings, writeback
from .core import files_under, run
from .exports import Postgres

SECRET = "s3cr3t-Pa55"


def leadfit(setting, folder, *args, more=None, stdin=None):
    return run(setting, [setting.leadfit, *args], cwd=folder, more=more, stdin=stdin)


def said(setting, folder, *args, more=None):
    ran = leadfit(setting, folder, *args, "--json", "--no-progress", more=more)
    if ran.status != 0:
        raise RuntimeError(f"{args}: {ran.status}: " + ran.err.decode("utf-8", "replace"))
    return json.loads(ran.out)


def write(path, text):
    with open(path, "w", encoding="utf-8", newline="") as f:
        f.write(text)
    return path


def rows_of(path):
    with open(path, encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


# ---- joins, counted by hand ---------------------------------------------------------------------------


def joined(leads, deals, with_, key):
    keys = collections.Counter(r[key].strip() for r in deals if r[key].strip())
    asked = collections.Counter(r[with_].strip() for r in leads if r[with_].strip())
    return {"rows": len(deals), "rows_without_key": sum(not r[key].strip() for r in deals),
            "rows_matched": sum(r[key].strip() in asked for r in deals if r[key].strip()),
            "rows_unmatched": sum(r[key].strip() not in asked for r in deals if r[key].strip()),
            "repeated_keys": sum(n > 1 for n in keys.values()), "matched": sum(r[with_].strip() in keys for r in leads if r[with_].strip()),
            "unmatched": sum(r[with_].strip() not in keys for r in leads if r[with_].strip()),
            "without_key": sum(not r[with_].strip() for r in leads)}


def compare(got, want, where=""):
    return [f"{where}{k}: {got.get(k)}, counted {v}" for k, v in want.items() if got.get(k) != v]


def funnel_of(leads, deals, with_, key, source, owner, created, later):
    """Leads without a deal by source, owner and month; deals without a lead; deals dated before their lead. Days as text that sorts."""
    keys = {r[key].strip(): r for r in reversed(deals) if r[key].strip()}
    asked = {r[with_].strip() for r in leads if r[with_].strip()}
    cuts = {"source": collections.Counter(), "owner": collections.Counter(), "month": collections.Counter()}
    early = 0
    for r in leads:
        deal = keys.get(r[with_].strip())
        if deal is not None:
            early += bool(later and later(deal) < created(r))
            continue
        for by, column in (("source", source), ("owner", owner)):
            if column:
                cuts[by][r[column].strip()] += 1
        cuts["month"][created(r)[:7]] += 1
    alone = [r for r in deals if r[key].strip() not in asked]
    return cuts, sum(cuts["month"].values()), len(alone), early


def check_funnel(funnel, counted, unknown=("",)):
    cuts, never, alone, early = counted
    problems = compare(funnel, {"never": never}) + compare(funnel["without_lead"], {"rows": alone})
    for cut in funnel["cuts"]:
        got = {g["label"]: g["never"] for g in cut["groups"] if g["label"] is not None and g["never"]}
        want = collections.Counter()
        for label, n in cuts[cut["by"]].items():
            want["" if label in unknown else label] += n
        problems += [f"{cut['by']} {label}: {n}, counted {want[label]}" for label, n in got.items() if want[label] != n]
        if len(cut["groups"]) <= 20 or cut["by"] == "month":
            problems += [] if sum(got.values()) == never else [f"{cut['by']}: {sum(got.values())} of {never}"]
    problems += [] if sum(o["rows"] for o in funnel["orders"]) == early else [f"orders: {funnel['orders']}, counted {early}"]
    return problems


def made_halves(folder):
    """Leads and deals with everything a join meets: blanks, no key, keys that are not there, several rows of a key."""
    draw = random.Random(3)
    leads, deals = [], []
    for i in range(4000):
        key = f"  D{i:05d}" if i % 3 == 0 else f"D9{i:05d}" if i % 50 == 1 else ""
        leads.append({"LeadId": f"L{i}", "Source": draw.choice(["Web", "Event", "List"]), "Size": str(draw.randint(1, 500)),
                      "CreatedDate": f"2024-{1 + i % 12:02d}-{1 + i % 28:02d}", "OwnerId": f"R{i % 7}", "Deal": key})
    for i in range(0, 4200, 3):
        deals.append({"DealId": f"D{i:05d} ", "Won": draw.choice(["TRUE", "FALSE"]), "Amount": str(draw.randint(100, 9999)),
                      "ClosedOn": f"2025-{1 + i % 12:02d}-{1 + i % 28:02d}"})
    deals += [{"DealId": "", "Won": "TRUE", "Amount": "5", "ClosedOn": "2025-01-01"}] * 4
    for name, rows in (("leads.csv", leads), ("deals.csv", deals)):
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as f:
            out = csv.DictWriter(f, rows[0])
            out.writeheader()
            out.writerows(rows)
    return leads, deals


def check_made(setting, results):
    folder = setting.folder("sources-made")
    leads, deals = made_halves(folder)
    project = write(os.path.join(folder, "leadfit.yaml"), """
sources:
  - {name: leads, file: leads.csv, key: Deal, owner: marketing}
  - {name: deals, file: deals.csv, key: DealId, owner: sales}
outcome: {column: deals.Won, won: ["TRUE"], unmatched: lost}
""")
    want = joined(leads, deals, "Deal", "DealId")
    problems = []
    for memory in ([], ["--memory", "4K"], ["--memory", "64K", "--threads", "1"]):
        got = said(setting, folder, "inspect", "-p", project, *memory)
        problems += compare(got["data"]["sources"][1], want, f"{memory} ")
        won = {r["DealId"].strip() for r in deals if r["Won"] == "TRUE"}
        problems += compare(got["data"], {"won": sum(r["Deal"].strip() in won for r in leads if r["Deal"]), "rows": len(leads)})
    results.check("sources/made halves, in memory and in rounds", problems)
    # Three deals are closed before their lead was created; the amounts of won deals without a lead are added up.
    for deal in deals[:3]:
        deal["ClosedOn"] = "2023-12-31"
    with open(os.path.join(folder, "deals.csv"), "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, deals[0])
        out.writeheader()
        out.writerows(deals)
    got = said(setting, folder, "inspect", "-p", project)["data"]["funnel"]
    problems = check_funnel(got, funnel_of(leads, deals, "Deal", "DealId", "Source", "OwnerId", lambda r: r["CreatedDate"], lambda r: r["ClosedOn"]))
    asked = {r["Deal"].strip() for r in leads}
    alone = [r for r in deals if r["DealId"].strip() not in asked or not r["DealId"].strip()]
    problems += compare(got["without_lead"], {"without_key": 4, "won": sum(r["Won"] == "TRUE" for r in alone),
                                              "amount": sum(int(r["Amount"]) for r in alone if r["Won"] == "TRUE")})
    results.check("sources/funnel of made halves", problems + ([] if len(alone) > 4 else ["no deal without a lead: the test tells nothing"]))


def check_many(setting, results):
    """Each rule for keys of several rows, on three rows of one key."""
    folder = setting.folder("sources-many")
    write(os.path.join(folder, "leads.csv"), "Id,X,Deal\n" + "".join(f"{i},{i % 5},K{i}\n" for i in range(60)))
    deals = [("K0", "TRUE", 1, "2024-03-01"), ("K0", "FALSE", 10, "2024-05-01"), ("K0", "FALSE", 100, "2024-04-01")]
    deals += [(f"K{i}", "TRUE" if i % 2 else "FALSE", 1000, "2024-01-01") for i in range(1, 60)]
    write(os.path.join(folder, "deals.csv"), "Key,Won,Amount,On\n" + "".join("%s,%s,%d,%s\n" % d for d in deals))
    problems = []
    for rule, amount, won in (("many: first", 1, True), ("many: last", 100, False), ("many: last, by: 'On'", 10, False),
                              ("many: first, by: 'On'", 1, True), ("sum: [Amount]", 111, True), ("many: last, by: 'On', sum: [Amount]", 111, False)):
        write(os.path.join(folder, "p.yaml"), "sources:\n  - {name: leads, file: leads.csv, key: Deal}\n"
              f"  - {{name: deals, file: deals.csv, key: Key, {rule}}}\noutcome: {{column: deals.Won, won: ['TRUE'], unmatched: lost}}\namount: deals.Amount\n")
        got = said(setting, folder, "inspect", "-p", "p.yaml")
        problems += compare(got["data"], {"won": 30 + won}, rule + " ")
        fit = said(setting, folder, "fit", "-p", "p.yaml", "--method", "plain", "--holdout", "0", "--date", "@row")
        del fit
        problems += compare(got["data"]["sources"][1], {"repeated_keys": 1, "repeated_rows": 2}, rule + " ")
        del amount
    ran = leadfit(setting, folder, "inspect", "-p", write(os.path.join(folder, "q.yaml"), """
sources:
  - {name: deals, file: deals.csv, key: Key}
  - {name: leads, file: leads.csv, key: Deal}
outcome: {column: Won, won: ['TRUE']}
"""))
    if ran.status != 3 or b"several rows ask for the same row of source 'leads' by 'Key' ('K0')" not in ran.err:
        problems.append(f"rows that share one: {ran.status} {ran.err!r}")
    results.check("sources/several rows of one key", problems)


def check_reference(setting, results):
    top = os.environ.get("LEADFIT_REFERENCE")
    if not top or not os.path.isdir(os.path.join(top, "data")):
        results.skip("sources/reference halves", "LEADFIT_REFERENCE names no folder with data")
        return
    data, folder = os.path.join(top, "data"), setting.folder("sources-reference")
    market = os.path.join(data, "marketstar-leads")
    project = write(os.path.join(folder, "market.yaml"), f"""
sources:
  - {{name: leads, file: {market}/Leads.csv, key: ConvertedOpportunityId, owner: marketing}}
  - {{name: deals, file: {market}/Opportunities.csv, key: OpportunityId, owner: sales, take: [Amount, IsAccepted, AcceptedDecisionDate]}}
outcome: {{column: deals.IsAccepted, won: ["TRUE"], unmatched: {{column: Stage, lost: [Disqualified]}}}}
""")
    leads, deals = rows_of(f"{market}/Leads.csv"), rows_of(f"{market}/Opportunities.csv")
    got = said(setting, folder, "inspect", "-p", project)
    problems = compare(got["data"]["sources"][1], joined(leads, deals, "ConvertedOpportunityId", "OpportunityId"))
    accepted = {r["OpportunityId"] for r in deals if r["IsAccepted"] == "TRUE"}
    problems += compare(got["data"], {"won": sum(r["ConvertedOpportunityId"] in accepted for r in leads),
                                      "open": sum(r["Stage"] not in ("Disqualified", "Qualified") for r in leads)})
    # two dates a row, written in two ways; the file of deals is read with the columns of `take` alone
    problems += check_funnel(got["data"]["funnel"], funnel_of(
        leads, deals, "ConvertedOpportunityId", "OpportunityId", "LeadSource", "OwnerEmployeeId",
        lambda r: f"{r['CreatedDate'][:4]}-{r['CreatedDate'][4:6]}-{r['CreatedDate'][6:]}",
        lambda r: (lambda m, d, y: f"{y}-{int(m):02d}-{int(d):02d}")(*r["AcceptedDecisionDate"].split()[0].split("/"))))
    results.check("sources/MarketStar halves", problems)
    for place in [os.path.join(data, "olist-funnel"), *sorted(glob.glob(os.path.join(data, "olist-funnel", "variant*")))]:
        leads, deals = (rows_of(os.path.join(place, f"olist_{n}_dataset.csv")) for n in ("marketing_qualified_leads", "closed_deals"))
        sellers = os.path.join(data, "olist-funnel", "olist_sellers_dataset.csv")
        project = write(os.path.join(folder, "olist.yaml"), f"""
sources:
  - {{name: leads, file: {place}/olist_marketing_qualified_leads_dataset.csv, key: mql_id, owner: marketing}}
  - {{name: deals, file: {place}/olist_closed_deals_dataset.csv, key: mql_id, owner: sales}}
  - {{name: sellers, file: {sellers}, key: seller_id, with: deals.seller_id}}
outcome: {{source: deals, unmatched: lost}}
amount: deals.declared_monthly_revenue
""")
        got = said(setting, folder, "inspect", "-p", project)
        problems = compare(got["data"]["sources"][1], joined(leads, deals, "mql_id", "mql_id"))
        ids = {r["mql_id"] for r in leads}
        problems += compare(got["data"]["sources"][2], {k: v for k, v in joined([r for r in deals if r["mql_id"] in ids], rows_of(sellers), "seller_id",
                                                                                "seller_id").items() if k in ("rows", "matched", "rows_matched", "unmatched")})
        problems += compare(got["data"], {"won": len(ids & {r["mql_id"] for r in deals})})

        def day(text):
            first, month, last = text.split()[0].split("-")
            return f"{first}-{month}-{last}" if len(first) == 4 else f"{last}-{month}-{first}"
        problems += check_funnel(got["data"]["funnel"], funnel_of(leads, deals, "mql_id", "mql_id", "origin", None, lambda r: day(r["first_contact_date"]),
                                                                  lambda r: day(r["won_date"])))
        results.check("sources/Olist halves, " + os.path.basename(place), problems)


# ---- databases ----------------------------------------------------------------------------------------


class Databases:
    """The sample in SQLite and PostgreSQL, and drivers of ODBC for both. What is not there is None."""

    def __init__(self, setting):
        self.folder = setting.folder("sources-databases")
        self.sample = os.path.join(setting.top, "datasets", "sample", "history.csv")
        with open(self.sample, encoding="utf-8", newline="") as f:
            self.names, *self.rows = list(csv.reader(f))
        self.sqlite = os.path.join(self.folder, "crm.db")
        with sqlite3.connect(self.sqlite) as to:
            to.execute("CREATE TABLE history (%s)" % ", ".join(f'"{n}" text' for n in self.names))
            to.executemany("INSERT INTO history VALUES (%s)" % ", ".join("?" * len(self.names)), [[v or None for v in r] for r in self.rows])
        to.close()
        self.server = Postgres(tempfile.mkdtemp(prefix="leadfit-sources-"))
        if not self.server.bin:
            self.server.stop()
            self.server = None
            return
        self.url = f"postgresql://postgres:{SECRET}@/postgres?host={self.server.folder}"
        # A server keeps rows where there is room: whoever wants them in an order asks for it.
        names = ", ".join(f'"{n}"' for n in self.names)
        columns = ", ".join(f'"{n}" text' for n in self.names)
        self.psql(f"CREATE TABLE loaded (place serial, {columns});\n\\copy loaded ({names}) FROM '{self.sample}' (FORMAT csv, HEADER)\n"
                  f"CREATE VIEW history AS SELECT {names} FROM loaded ORDER BY place;\n")

    def psql(self, script):
        done = subprocess.run([os.path.join(self.server.bin, "psql"), "-h", self.server.folder, "-U", "postgres", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1",
                               "-f", "-"], input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError("psql: " + done.stderr.decode("utf-8", "replace")[-800:])
        return done.stdout.decode().strip()

    def odbc(self, which):
        """A connection string, or None where there is no such driver."""
        found = {d: glob.glob(f"/usr/lib/*/odbc/{d}") for d in ("psqlodbcw.so", "libsqlite3odbc.so")}
        if which == "sqlite" and found["libsqlite3odbc.so"]:
            return f"odbc:Driver={found['libsqlite3odbc.so'][0]};Database={self.sqlite};PWD={SECRET}"
        if which == "postgresql" and found["psqlodbcw.so"] and self.server:
            return f"odbc:Driver={found['psqlodbcw.so'][0]};Servername={self.server.folder};Database=postgres;UID=postgres;PWD={SECRET};MaxVarcharSize=8000"
        return None

    def close(self):
        if self.server:
            self.server.stop()


def card_of(path):
    with open(os.path.join(path, "scoring.json"), encoding="utf-8") as f:
        tree = json.load(f)
    tree.pop("provenance")
    return tree


def check_same_card(setting, results, at):
    first = leadfit(setting, at.folder, "fit", at.sample, "-o", "by-file", "-q")
    want = card_of(os.path.join(at.folder, "by-file")) if first.status == 0 else first.err
    ways = [("SQLite", "sqlite:" + at.sqlite), ("PostgreSQL", at.server and at.url), ("ODBC to SQLite", at.odbc("sqlite")),
            ("ODBC to PostgreSQL", at.odbc("postgresql"))]
    for way, address in ways:
        name = f"sources/the same card from {way}"
        if not address:
            results.skip(name, "not installed (make deps-sources)")
            continue
        out = "by-" + way.replace(" ", "-")
        ran = leadfit(setting, at.folder, "fit", address, "--table", "history", "-o", out)
        problems = [ran.err.decode("utf-8", "replace")] if ran.status else [] if card_of(os.path.join(at.folder, out)) == want else ["another card"]
        texts = [ran.out, ran.err, *(files_under(os.path.join(at.folder, out)).values() if not ran.status else [])]
        problems += ["the password is shown"] * any(SECRET.encode() in t for t in texts)
        results.check(name, problems)


def check_pipe(setting, results, at):
    done = leadfit(setting, at.folder, "fit", "-", "-o", "by-pipe", "-q", stdin=open(at.sample, "rb").read())
    same = done.status == 0 and card_of(os.path.join(at.folder, "by-pipe")) == card_of(os.path.join(at.folder, "by-file"))
    results.check("sources/the same card from a pipe", [] if same else [done.err.decode()])


HOSTILE = 'x"); DROP TABLE victims; --'


def hostile_rows(n):
    values = ["'; DROP TABLE victims; --", 'say "hi"', "a,b\nc", "\u65e5\u672c", "=cmd()", "O'Brien", "$$", "\\."]
    return [(str(i), values[i % len(values)], "won" if i % 3 else "lost") for i in range(n)]


def check_hostile(setting, results, at):
    rows, want = hostile_rows(400), sorted({v for _, v, _ in hostile_rows(8)})
    for way in ("SQLite", "PostgreSQL"):
        name = f"sources/hostile names and values in {way}"
        if way == "PostgreSQL" and not at.server:
            results.skip(name, "PostgreSQL is not installed (make deps-sources)")
            continue
        quoted = HOSTILE.replace('"', '""')
        if way == "SQLite":
            address = "sqlite:" + at.sqlite
            with sqlite3.connect(at.sqlite) as to:
                to.execute("CREATE TABLE victims (a)")
                to.execute(f'CREATE TABLE "{quoted}" (id text, "{quoted}" text, "Outcome" text)')
                to.executemany(f'INSERT INTO "{quoted}" VALUES (?, ?, ?)', rows)
            to.close()
        else:
            address = at.url
            data = os.path.join(at.folder, "hostile.csv")
            with open(data, "w", encoding="utf-8", newline="") as f:
                csv.writer(f).writerows(rows)
            at.psql(f'CREATE TABLE victims (a int);\nCREATE TABLE "{quoted}" (id text, "{quoted}" text, "Outcome" text);\n'
                    f"\\copy \"{quoted}\" FROM '{data}' (FORMAT csv)\n")
        table = '"' + quoted + '"'
        got = said(setting, at.folder, "inspect", address, "--table", table)
        columns = {c["name"]: c for c in got["data"]["columns"]}
        problems = [] if columns.get(HOSTILE, {}).get("distinct") == len(want) else [f"columns: {columns}"]
        problems += compare(got["data"], {"rows": 400, "won": sum(o == "won" for _, _, o in rows)})
        fit = leadfit(setting, at.folder, "fit", address, "--table", table, "-o", "hostile-" + way, "-q")
        problems += [fit.err.decode()] if fit.status else []
        for attack in ("nothing'; DROP TABLE victims; --", 'victims"; DROP TABLE victims; --'):
            ran = leadfit(setting, at.folder, "inspect", address, "--table", attack)
            problems += [] if ran.status == 4 else [f"{attack}: {ran.status} {ran.err!r}"]
        for query in ("DROP TABLE victims", "SELECT 1; DROP TABLE victims", "SELECT 1) TO PROGRAM 'touch /tmp/leadfit-owned' --", "DELETE FROM victims RETURNING a",
                      "", ";", "ATTACH 'x' AS y"):
            ran = leadfit(setting, at.folder, "inspect", address, "--query", query)
            problems += [] if ran.status in (2, 4) else [f"{query}: {ran.status} {ran.err!r}"]
        left = sqlite3.connect(at.sqlite).execute("SELECT count(*) FROM victims").fetchall() if way == "SQLite" else at.psql("SELECT count(*) FROM victims")
        problems += [] if left in ([(0,)], "0") else [f"victims: {left}"]
        results.check(name, problems)


def check_values(setting, results, at):
    """Every kind of value has its documented reading (docs/sources.md)."""
    name = "sources/values of PostgreSQL"
    if not at.server:
        results.skip(name, "PostgreSQL is not installed (make deps-sources)")
        return
    at.psql("""CREATE TABLE kinds AS SELECT CASE WHEN i % 3 = 0 THEN 'won' ELSE 'lost' END AS "Outcome", CASE i % 4 WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'x' || i % 5 END AS words,
      i % 2 = 0 AS yes, CASE WHEN i % 2 = 0 THEN 12345678901234567890123.5::numeric ELSE 0.1::numeric END AS big, timestamptz '2024-03-01 23:30:00-05' + i * interval '1 hour' AS at,
      CASE WHEN i % 2 = 0 THEN '\\xdeadbeef'::bytea ELSE NULL END AS raw, ARRAY[i % 2, 7] AS list, (i % 9) / 3.0::double precision AS fraction FROM generate_series(1, 400) i;""")
    got = {c["name"]: c for c in said(setting, at.folder, "inspect", at.url, "--table", "kinds")["data"]["columns"]}
    problems = compare(got["words"], {"missing": 200, "kind": "category", "distinct": 5})
    problems += compare(got["yes"], {"missing": 0, "kind": "flag"})
    problems += compare(got["big"], {"kind": "number", "missing": 0, "distinct": 2})
    problems += compare(got["at"], {"kind": "date", "missing": 0, "bad": 0, "distinct": 400})
    problems += compare(got["raw"], {"missing": 200, "distinct": 1})
    problems += compare(got["list"], {"kind": "category", "distinct": 2})
    problems += compare(got["fraction"], {"kind": "number", "distinct": 9})
    fit = leadfit(setting, at.folder, "fit", at.url, "--query", "SELECT * FROM kinds ORDER BY at;", "-o", "kinds", "-q", "--use", "yes,list,fraction", "--holdout-from", "2024-03-02")
    del fit
    results.check(name, problems)


def check_broken(setting, results, at):
    if not at.server:
        results.skip("sources/a connection killed in mid-read", "PostgreSQL is not installed (make deps-sources)")
        return
    query = "SELECT h.*, CASE WHEN row_number() OVER () = 3000 THEN pg_terminate_backend(pg_backend_pid())::text END AS killer FROM history h"
    ran = leadfit(setting, at.folder, "fit", at.url, "--query", query, "-o", "killed")
    problems = [] if ran.status == 4 else [f"status {ran.status}"]
    problems += [] if ran.err.count(b"\n") == 1 and b"terminat" in ran.err or b"connection" in ran.err else [f"{ran.err!r}"]
    problems += ["something was written"] * os.path.exists(os.path.join(at.folder, "killed"))
    problems += ["the password is shown"] * (SECRET.encode() in ran.err)
    results.check("sources/a connection killed in mid-read", problems)
    at.psql("CREATE TABLE moving AS SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'won' ELSE 'lost' END AS \"Outcome\", i % 7 AS x FROM generate_series(1, 1500) i")
    change = threading.Thread(target=lambda: (time.sleep(0.7), at.psql("DELETE FROM moving WHERE id % 3 = 0; INSERT INTO moving SELECT i, 'won', 1 FROM generate_series(5000, 6000) i;")))
    change.start()
    got = said(setting, at.folder, "inspect", at.url, "--query", "SELECT id, \"Outcome\", x, pg_sleep(0.002)::text AS nothing FROM moving")
    change.join()
    problems = compare(got["data"], {"rows": 1500, "won": 750})
    problems += [] if at.psql("SELECT count(*) FROM moving") == "2001" else ["the table did not change: the test tells nothing"]
    results.check("sources/a table that changes while it is read", problems)
    away = leadfit(setting, at.folder, "inspect", f"postgresql://postgres:{SECRET}@/postgres?host={at.folder}/nowhere", "--table", "history")
    results.check("sources/no server", [] if away.status == 4 and SECRET.encode() not in away.err and away.err.count(b"\n") == 1 else [f"{away.status} {away.err!r}"])


def check_store(setting, results, at):
    card = os.path.join(at.folder, "by-file", "scoring.json")
    scored = leadfit(setting, at.folder, "score", at.sample, "--config", card)
    want = [(r["leadfit_score"], r["leadfit_grade"]) for r in csv.DictReader(scored.out.decode().splitlines(keepends=True))]
    for way in ("SQLite", "PostgreSQL"):
        name = f"sources/scores written to {way}"
        if way == "PostgreSQL" and not at.server:
            results.skip(name, "PostgreSQL is not installed (make deps-sources)")
            continue
        to = "sqlite:" + at.sqlite if way == "SQLite" else at.url
        problems = []
        for _ in range(2):
            ran = leadfit(setting, at.folder, "score", to, "--table", "history", "--config", card, "-o", to, "--to-table", 'my "scored"'.replace('"', ""))
            problems += [ran.err.decode()] if ran.status else []
            problems += ["the password is shown"] * (SECRET.encode() in ran.out + ran.err)
        select = 'SELECT leadfit_score, leadfit_grade FROM "my scored"'
        if way == "SQLite":
            got = [(str(a), b) for a, b in sqlite3.connect(at.sqlite).execute(select)]
        else:
            got = [tuple(line.split("|")) for line in at.psql(select).splitlines()]
        problems += [] if sorted(got) == sorted(want) else [f"{len(got)} rows, {len(want)} wanted; {got[:2]} {want[:2]}"]
        ran = leadfit(setting, at.folder, "score", to, "--table", "history", "--config", card, "-o", to, "--to-table", "history")
        problems += [] if ran.status == 2 and b"did not make" in ran.err else [f"{ran.status} {ran.err!r}"]
        ran = leadfit(setting, at.folder, "score", at.sample, "--config", card, "-o", to, "--to-table", "no.where.at.all")
        problems += [] if ran.status == 4 else [f"{ran.status} {ran.err!r}"]
        results.check(name, problems)


def check_joined_databases(setting, results, at):
    """Halves in two places: leads in a file, deals in a database."""
    folder = setting.folder("sources-places")
    leads, deals = made_halves(folder)
    with sqlite3.connect(os.path.join(folder, "crm.db")) as to:
        to.execute("CREATE TABLE deals (DealId, Won, Amount, ClosedOn)")
        to.executemany("INSERT INTO deals VALUES (?, ?, ?, ?)", [list(d.values()) for d in deals])
    to.close()
    write(os.path.join(folder, "p.yaml"), """
sources:
  - {name: leads, file: leads.csv, key: Deal}
  - {name: deals, database: "sqlite:crm.db", query: "SELECT * FROM deals WHERE Amount > 0", key: DealId}
outcome: {column: deals.Won, won: ["TRUE"], unmatched: lost}
""")
    got = said(setting, folder, "inspect", "-p", os.path.join(folder, "p.yaml"))
    results.check("sources/leads in a file, deals in a database", compare(got["data"]["sources"][1], joined(leads, deals, "Deal", "DealId")))


CHECKS = [check_made, check_many, check_reference]
WITH_DATABASES = [check_same_card, check_pipe, check_hostile, check_values, check_broken, check_store, check_joined_databases]


def run_all(setting, results):
    if not setting.wanted("sources") and "sources" not in setting.only:
        return
    for check in CHECKS:
        guarded(check, setting, results)
    at = Databases(setting)
    try:
        for check in WITH_DATABASES + joined_commands.CHECKS + leaks.CHECKS + readings.CHECKS + writeback.CHECKS:
            guarded(check, setting, results, at)
    finally:
        at.close()


def guarded(check, *args):
    try:
        check(*args)
    except (RuntimeError, OSError, KeyError, ValueError, sqlite3.Error) as why:
        args[1].fail("sources/" + check.__name__, why)

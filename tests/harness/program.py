"""What several runs of the program say together: a project file that inspect writes fits the same, one row scores as it does among
many, every option of --help stands in the reference."""
import csv
import gzip
import io
import json
import math
import os
import re

from .core import run

# Names and values that YAML, CSV or a regular expression could misread.
NAMES = ["a: b", "- x", '"q"', "it's", "#c", "{f}", "[g]", "&h", "*i", "!j", "|k", "%m", "@n", "null", "yes", "1.5", "tab\there", "line\nend",
         "\u202ertl", "\u65e5\u672c", "back\\slash", "x" * 300, "~", "=1+1", "Name", "name", "NAME", "\U0001F600", "a\x01b"]
VALUES = ["plain", "a: b", '"q" \\', "#x", "null", "two\nlines", "\u202e"]
WON, LOST = 'Closed: "Won" #1', "Closed\nLost"


def write_hostile(path):
    """900 rows; the win rate goes by the first column, so that a card comes of it."""
    with open(path, "w", encoding="utf-8", newline="") as f:
        rows = csv.writer(f)
        rows.writerow(["Stage"] + NAMES)
        for i in range(900):
            values = [VALUES[(i // (j + 1) + i * i) % len(VALUES)] + str((i * 7 + j) % 3) for j in range(len(NAMES))]
            won = (i * 7919) % 100 < (70 if values[0].endswith("0") else 20)
            rows.writerow([WON if won else LOST] + values)


def without_provenance(data):
    tree = json.loads(data)
    tree.pop("provenance")
    return tree


def fitted(setting, args, out, problems):
    ran = run(setting, [setting.leadfit, "fit", *args, "-q", "-o", out])
    if ran.status != 0:
        problems.append(f"fit {args}: {ran.err.decode('utf-8', 'replace')}")
        return None, None
    with open(os.path.join(out, "scoring.json"), "rb") as f:
        card = without_provenance(f.read())
    with open(os.path.join(out, "report.json"), "rb") as f:
        report = json.load(f)
    return card, report


def check_project(setting, results):
    """`inspect --yaml` loads back through -p, and the fit is the same but for where it came from."""
    folder = setting.folder("project")
    hostile = os.path.join(folder, "hostile.csv")
    write_hostile(hostile)
    for name, history in (("sample", os.path.join(setting.top, "datasets", "sample", "history.csv")), ("hostile", hostile)):
        problems = []
        ran = run(setting, [setting.leadfit, "inspect", history, "--yaml"])
        project = os.path.join(folder, name + ".yaml")
        with open(project, "wb") as f:
            f.write(ran.out)
        one, first = fitted(setting, [history], os.path.join(folder, name + "1"), problems)
        two, second = fitted(setting, [history, "-p", project], os.path.join(folder, name + "2"), problems)
        if one is not None and two is not None:
            owners = [[a.pop("owner", None) for a in card["attributes"]] for card in (one, two)]  # guessed in the project file alone
            if one != two:
                problems.append("another scoring.json with the project file than without")
            if not one["attributes"] or len(owners[0]) != len(owners[1]):
                problems.append("no attribute on the card")
            for key in ("won_values", "lost_values", "column"):
                if first["outcome"][key] != second["outcome"][key]:
                    problems.append(f"outcome.{key} differs")
            columns = [[(c["name"], c["kind"], c["role"]) for c in r["data"]["columns"]] for r in (first, second)]
            if columns[0] != columns[1]:
                problems.append("other roles: " + str([pair for pair in zip(*columns) if pair[0] != pair[1]]))
        if name == "hostile" and first and (first["outcome"]["won_values"], first["outcome"]["won"]) != ([WON], WON):
            problems.append(f"the outcome is told as {first['outcome']}")
        results.check(f"program/project {name}", problems)


def check_words(setting, results):
    """Frequent words are counted on the training rows alone, once a text, and their template is a project file when the # is taken away."""
    folder = setting.folder("words")
    history = os.path.join(folder, "history.csv")
    with open(history, "w", encoding="utf-8") as f:
        f.write("Id,Stage,Title,Size\n")
        for i in range(2000):
            title = f"{'Director' if i % 4 == 0 else 'Clerk clerk'} of unit {i % 500:03d}x"
            f.write(f"L{i:05d},{'Won' if i % 4 == 0 and i % 8 == 0 else 'Lost'},{title},{i % 97}\n")
    ran = run(setting, [setting.leadfit, "inspect", history, "--json"])
    tree = json.loads(ran.out)
    words = {w["word"]: w for c in tree["data"]["columns"] if c["name"] == "Title" for w in c.get("words", [])}
    train = tree["split"]["train"]["rows"]
    problems = [f"no word {w}" for w in ("director", "clerk") if w not in words]
    problems += [f"a word of no weight: {w}" for w in words if w in ("of", "000x", "unit")]
    if not problems:
        if words["director"]["rows"] + words["clerk"]["rows"] != train:
            problems.append(f"{words} do not add up to {train} training rows")
        if words["clerk"]["won_rate"] != 0 or not 0.4 < words["director"]["won_rate"] < 0.6:
            problems.append(f"win rates: {words}")
    yaml = run(setting, [setting.leadfit, "inspect", history, "--yaml"]).out.decode()
    edited = re.sub(r"(?m)^(    )# (match:|  - \{.*)", r"\1\2", re.sub(r"(name: Title.*\n    kind: )category", r"\1text", yaml))
    with open(os.path.join(folder, "edited.yaml"), "w", encoding="utf-8") as f:
        f.write(edited)
    card, _ = fitted(setting, [history, "-p", os.path.join(folder, "edited.yaml")], os.path.join(folder, "out"), problems)
    matches = [b["match"] for a in card["attributes"] for b in a["bands"] if "match" in b] if card else []
    if not any("director" in m for m in matches):
        problems.append(f"the template made no pattern: {matches}\n{edited}")
    results.check("program/words", problems)


def scores_of(data):
    return [{k: v for k, v in row.items() if k.startswith("leadfit_")} for row in csv.DictReader(io.StringIO(data.decode("utf-8")))]


def check_one_by_one(setting, results):
    """200 leads of the sample score one by one as they do at once, and from .gz and standard input as from a file."""
    folder, problems = setting.folder("one by one"), []
    sample = os.path.join(setting.top, "datasets", "sample")
    fitted(setting, [os.path.join(sample, "history.csv")], folder, problems)
    with open(os.path.join(sample, "leads.csv"), encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))[:201]

    def text(some):
        out = io.StringIO()
        csv.writer(out).writerows([rows[0], *some])
        return out.getvalue().encode()

    ask = [setting.leadfit, "score", "-", "-q", "--config", os.path.join(folder, "scoring.json")]
    whole = run(setting, ask, stdin=text(rows[1:]))
    at_once = scores_of(whole.out)
    if len(at_once) != 200:
        problems.append(f"{len(at_once)} rows came out: {whole.err.decode('utf-8', 'replace')}")
    for i, want in enumerate(at_once):
        got = scores_of(run(setting, ask, stdin=text([rows[i + 1]])).out)
        if got != [want]:
            problems.append(f"row {i + 1} alone: {got}, among 200: {want}")
            break
    for name, data in (("leads.csv", text(rows[1:])), ("leads.csv.gz", gzip.compress(text(rows[1:])))):
        path = os.path.join(folder, name)
        with open(path, "wb") as f:
            f.write(data)
        if run(setting, [a if a != "-" else path for a in ask]).out != whole.out or run(setting, ask, stdin=data).out != whole.out:
            problems.append(f"{name} gives other bytes")
    results.check("program/one by one", problems)


def rounded(points):
    return math.floor(points + 0.5)


def check_unseen(setting, results):
    """What nobody was seen with: a missing value counts what the average row does, a new level what the average level does."""
    sample = os.path.join(setting.top, "datasets", "sample")
    out, problems, looked = setting.folder("unseen"), [], 0
    card, _ = fitted(setting, [os.path.join(sample, "history.csv"), "-p", os.path.join(sample, "leadfit.yaml")], out, problems)
    for attribute in card["attributes"] if card else []:
        seen = [band for band in attribute["bands"] if band["rows"] > 0]
        levels = [band["points"] for band in seen for _ in band.get("values", [])]
        row = rounded(sum(b["points"] * b["rows"] for b in seen) / sum(b["rows"] for b in seen))
        level = rounded(sum(levels) / len(levels)) if attribute["kind"] != "number" else row
        for band in attribute["bands"]:
            expected = row if band.get("missing") else level
            if band["rows"] == 0 and band["points"] != expected:
                problems.append(f"{attribute['name']}: {band['label']} has {band['points']} points, the average {expected}")
            looked += band["rows"] == 0
    results.check("program/unseen", problems if looked > 3 else problems + [f"only {looked} bands have no rows"])


def check_help(setting, results):
    """Every command and option of --help stands in docs/reference.md; help fits 80 columns."""
    said = run(setting, [setting.leadfit, "--help"]).out.decode()
    commands = re.findall(r"(?m)^  leadfit (\w+)", said)
    problems = [] if len(commands) >= 4 else ["--help lists no commands"]
    with open(os.path.join(setting.top, "docs", "reference.md"), encoding="utf-8") as f:
        reference = f.read()
    for command in commands:
        if f"leadfit {command}" not in reference:
            problems.append(f"leadfit {command} is not in the reference")
        help_text = run(setting, [setting.leadfit, command, "--help"]).out.decode()
        problems += [f"{command} --help has a line of {len(line)} columns" for line in help_text.splitlines() if len(line) > 80]
        options = re.findall(r"(?m)^  (?:-\w, |    )(--[\w-]+)", help_text)
        if not options:
            problems.append(f"{command} --help lists no options")
        for option in options:
            wanted = re.compile(re.escape(option) + r"(?![\w-])")
            if not wanted.search(reference):
                problems.append(f"{option} of {command} is not in docs/reference.md")
    results.check("program/help", problems)


def run_all(setting, results):
    if not os.path.exists(setting.leadfit):
        results.skip("program", "there is no program")
        return
    for check in (check_project, check_words, check_one_by_one, check_unseen, check_help):
        if setting.wanted("program/" + check.__name__[6:]):
            check(setting, results)

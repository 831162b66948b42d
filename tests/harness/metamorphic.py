"""The same history told in another way gives the same answer, or the change that the documents promise.

Byte for byte (but for names of files and hashes) where only the way of writing differs; the same bands, points, verdicts and
figures where rows, columns, names of levels or units do."""
import csv
import gzip
import io
import json
import os
import random

from .core import run

ROWS = 4000
NUMBERS = ("Employees", "Pages viewed", "Touches")


def write(rows, delimiter=",", end="\n", quoting=csv.QUOTE_MINIMAL):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows(rows)
    return out.getvalue().encode()


def change(rows, column, how):
    at = rows[0].index(column)
    return [rows[0]] + [row[:at] + [how(row[at])] + row[at + 1:] for row in rows[1:]]


def shuffled(rows):
    body = list(rows[1:])
    random.Random(5).shuffle(body)
    return [rows[0]] + body


def turned(rows):
    """Columns in the opposite order."""
    return [row[::-1] for row in rows]


def with_constants(rows):
    return [rows[0] + ["Country", "Empty", "Version"]] + [row + ["Chile", "", "7"] for row in rows[1:]]


def german_dates(rows):
    for column in ("CreatedDate", "CloseDate"):
        rows = change(rows, column, lambda d: ".".join(d.split("-")[::-1]))
    return rows


def tenths(rows):
    """A power of ten: the same digits are read."""
    for column in NUMBERS:
        rows = change(rows, column, lambda v: v if v == "" else str(10 * int(v)))
    return rows


def renamed(level):
    return level if level == "" else f"<{level}> é"


def renamed_levels(rows):
    for column in ("LeadSource", "Industry", "Region"):
        rows = change(rows, column, renamed)
    return rows


class Told:
    """One way of telling the history: how its files are written and what of the answer is told back."""

    def __init__(self, name, files, more=(), unit_changed=False, level=None):
        self.name, self.files, self.more, self.unit_changed, self.level = name, files, list(more), unit_changed, level


def ways(rows):
    """What differs in the bytes alone."""
    plain = write(rows)
    half = 1 + ROWS // 3
    yield Told("semicolons", {"history.csv": write(rows, ";")})
    yield Told("tabs, CRLF", {"history.csv": write(rows, "\t", "\r\n")})
    yield Told("pipes, all quoted", {"history.csv": write(rows, "|", "\n", csv.QUOTE_ALL)})
    yield Told("byte order mark, no last line end", {"history.csv": b"\xef\xbb\xbf" + plain.rstrip(b"\n")})
    yield Told("gzip", {"history.csv.gz": gzip.compress(plain, 1)})
    yield Told("two files", {"a.csv": write(rows[:half]), "b.csv": write([rows[0]] + rows[half:])})
    yield Told("columns turned in the second file",
               {"a.csv": write(rows[:half]), "b.csv": write(turned([rows[0]] + rows[half:]))})
    yield Told("dates with points", {"history.csv": write(german_dates(rows))})


def changes(rows):
    """What differs in the rows, too."""
    yield Told("rows in another order", {"history.csv": write(shuffled(rows))})
    yield Told("columns in another order", {"history.csv": write(turned(rows))})
    yield Told("constant columns", {"history.csv": write(with_constants(rows))})
    yield Told("numbers in tenths", {"history.csv": write(tenths(rows))}, unit_changed=True)
    yield Told("levels renamed", {"history.csv": write(renamed_levels(rows))}, level=renamed)


def fit(setting, told, method):
    folder = setting.folder(f"metamorphic {method} {told.name}")
    for name, data in told.files.items():
        with open(os.path.join(folder, name), "wb") as f:
            f.write(data)
    ran = run(setting, [setting.leadfit, "fit", *sorted(told.files), "--method", method, "-q", "-o", "out", *told.more],
              cwd=folder)
    if ran.status != 0:
        raise RuntimeError(f"{told.name}: {ran.err.decode('utf-8', 'replace')}")
    with open(os.path.join(folder, "out", "report.json"), encoding="utf-8") as f:
        report = json.load(f)
    if method == "card":
        with open(os.path.join(folder, "out", "scoring.json"), encoding="utf-8") as f:
            report["card"] = json.load(f)["attributes"]
    return report


def without_files(report):
    """The report without what names and counts the files."""
    report["provenance"] = {k: v for k, v in report["provenance"].items() if k not in ("command", "inputs")}
    report.pop("data", None)
    return report


def band_of(band, told, attribute):
    edges = [band.get("from"), band.get("to")]
    if attribute in NUMBERS and told.unit_changed:
        edges = []  # round numbers of the unit, somewhere between the same two rows
    levels = sorted(band.get("values") or [])
    return [edges, levels, band["points"], band["rows"], band["won"], round(band["weight"], 7)]


def answer(report, told):
    """Bands, points and weights, verdicts and figures. Told back: levels by their new names."""
    card = {a["name"]: sorted((band_of(b, told, a["name"]) for b in a["bands"]), key=str) for a in report["card"]}
    verdicts = {a["name"]: [a["verdict"], a["strength"], round(a["win"]["odds_ratio"], 6) if a["win"] and a["win"].get(
        "odds_ratio") else None] for a in report["attributes"]}
    holdout = {k: round(report["holdout"][k], 9) for k in ("rows", "won", "log_loss")}
    return {"card": card, "verdicts": verdicts, "holdout": holdout, "auc": round(report["holdout"]["auc"]["value"], 9)}


def differences(first, other):
    if not isinstance(first, dict):
        return [] if first == other else [f"{json.dumps(first)[:300]} is now {json.dumps(other)[:300]}"]
    keys = list(first) + [key for key in other if key not in first]
    return [f"{key}: {line}" for key in keys for line in differences(first.get(key), other.get(key))]


def rename(first, told):
    for bands in (first["card"].get(a, []) for a in ("LeadSource", "Industry", "Region")):
        for band in bands:
            band[1] = sorted(told.level(level) for level in band[1])
        bands.sort(key=str)
    return first


def without(rows, *columns):
    kept = [i for i, name in enumerate(rows[0]) if name not in columns]
    return [[row[i] for i in kept] for row in rows]


def check_anonymous(setting, results, rows):
    """Without ids and accounts, too, the card does not hang on the order of the rows: they are known by what they hold. (Draws of
    the bootstrap then go by the place of a row, so that an interval may move by what drawing leaves open.)"""
    bare = without(rows, "OpportunityId", "AccountId")
    base = Told("anonymous", {"history.csv": write(bare)})
    other = Told("anonymous, in another order", {"history.csv": write(shuffled(bare))})
    first, second = (answer(fit(setting, told, "card"), told) for told in (base, other))
    first.pop("verdicts"), second.pop("verdicts")
    results.check("metamorphic/anonymous", differences(first, second))


def check_weights(setting, results, rows):
    """Every row three times is every row with weight 3. Without accounts: rows that are repeated are of one account."""
    single = without(rows, "AccountId")
    weighted = [single[0] + ["n"]] + [row + ["3"] for row in single[1:]]
    repeated = [single[0]] + [row for row in single[1:] for _ in range(3)]
    first = fit(setting, Told("weight 3", {"history.csv": write(weighted)}, ["--weight", "n"]), "plain")
    other = fit(setting, Told("three times", {"history.csv": write(repeated)}), "plain")
    problems = []
    for a, b in zip(first["model"]["coefficients"], other["model"]["coefficients"]):
        for key in ("estimate", "std_error"):
            if (a["attribute"], a["band"]) != (b["attribute"], b["band"]) or abs(a[key] - b[key]) > 1e-7 * (1 + abs(a[key])):
                problems.append(f"{a['attribute']} {a['band']} {key}: {a[key]} and {b[key]}")
    results.check("metamorphic/weights", problems)


def run_all(setting, results):
    if not os.path.exists(setting.leadfit) or not (setting.wanted("metamorphic") or "metamorphic" in setting.only):
        return
    folder = setting.folder("metamorphic history")
    run(setting, [setting.generate, "--rows", str(ROWS), "--seed", "11", "-o", folder])
    with open(os.path.join(folder, "history.csv"), encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))
    base = Told("as it is", {"history.csv": write(rows)})
    report = fit(setting, base, "card")
    same = json.dumps(without_files(json.loads(json.dumps(report))), sort_keys=True)
    for told in ways(rows):
        other = json.dumps(without_files(fit(setting, told, "card")), sort_keys=True)
        results.check(f"metamorphic/{told.name}", [] if other == same else ["another report"])
    for told in changes(rows):
        first = answer(report, Told("", {}, unit_changed=told.unit_changed))
        if told.level:
            first = rename(first, told)
        results.check(f"metamorphic/{told.name}", differences(first, answer(fit(setting, told, "card"), told)))
    check_anonymous(setting, results, rows)
    check_weights(setting, results, rows)

"""The generator does what its options say: histories are held against their truth.json, whose log-odds are added up anew here, and each option
against rows made without it. Everything is counted from the files; limits are four and a half standard errors wide."""
import csv
import datetime
import json
import math
import os
import re

from .core import run

ROWS = 20000
WIDE = 4.5
DAYS, FIRST = 1096, datetime.date(2022, 1, 1)


class World:
    """A generated history: its rows, its truth, and the true chance of each row to win."""

    def __init__(self, setting, name, *options):
        self.folder = setting.folder("generator " + name)
        ran = run(setting, [setting.generate, "--seed", "9", *options, "-o", self.folder])
        if ran.status != 0:
            raise RuntimeError(f"{options}: " + ran.err.decode("utf-8", "replace"))
        with open(os.path.join(self.folder, "truth.json"), encoding="utf-8") as f:
            self.truth = json.load(f)
        with open(os.path.join(self.folder, "history.csv"), encoding="utf-8", newline="") as f:
            self.header, *self.records = list(csv.reader(f))
        self.rows = [dict(zip(self.header, r)) for r in self.records]
        self.attributes = {a["name"]: a for a in self.truth["attributes"]}
        for a in self.attributes.values():
            a["by_level"] = {level["value"]: level["weight"] for level in a.get("levels", [])}

    def weight(self, attribute, row):
        """What an attribute adds to the log-odds of a row, by truth.json."""
        a, value = self.attributes[attribute], row[attribute]
        if not a["active"]:
            return 0
        if value == "":
            weight = a["missing_weight"]
        elif a["by_level"]:
            weight = a["by_level"][value]
        elif "slope" in a:
            weight = a["slope"] * (float(value) - a["centre"])
        else:
            weight = a["weights"][sum(float(value) >= edge for edge in a["edges"])]
        return weight * (1 - self.truth["options"]["drift"] * time_of(row) if a["drifts"] else 1)

    def chance(self, row):
        return 1 / (1 + math.exp(-self.truth["intercept"] - sum(self.weight(name, row) for name in self.attributes)))


def time_of(row):
    """0 at the beginning of the period, 1 at its end."""
    return ((datetime.date.fromisoformat(row["CreatedDate"]) - FIRST).days + 0.5) / DAYS


def won(row):
    return row["Stage"] == "Closed Won"


def key_of(attribute, row):
    """The level of a row, or the band its number lies in."""
    value = row[attribute["name"]]
    if value == "" or attribute["by_level"]:
        return value
    edges = attribute.get("edges") or [3, 10, 50]
    return sum(float(value) >= edge for edge in edges)


def far_from_truth(world, rows=None, chance=None):
    """Levels of which more or fewer rows won than their chances allow."""
    rows = world.rows if rows is None else rows
    chances = [(chance or world.chance)(row) for row in rows]
    problems = []
    for attribute in world.attributes.values():
        tally = {}
        for row, p in zip(rows, chances):
            sums = tally.setdefault(key_of(attribute, row), [0, 0])
            sums[0] += won(row) - p
            sums[1] += p * (1 - p)
        problems += [f"{attribute['name']} {key}: off by {off / math.sqrt(variance):.1f} standard errors"
                     for key, (off, variance) in tally.items() if variance > 5 and abs(off) > WIDE * math.sqrt(variance)]
    return problems


def apart(got, wanted, n):
    """Whether a share of n rows is further from the wanted one than luck takes it."""
    return abs(got - wanted) > WIDE * math.sqrt(max(wanted * (1 - wanted), 1e-9) / n) + 1e-12


def share(rows, holds):
    return sum(1 for row in rows if holds(row)) / len(rows)


def correlation(x, y):
    n, mx, my = len(x), sum(x) / len(x), sum(y) / len(y)
    sxy = sum((a - mx) * (b - my) for a, b in zip(x, y)) / n
    return sxy / math.sqrt(sum((a - mx) ** 2 for a in x) / n * sum((b - my) ** 2 for b in y) / n)


# ---- what is checked ----------------------------------------------------------------------------------


def truth(setting):
    """Outcomes are drawn from the log-odds that truth.json tells."""
    problems = []
    for options in ([], ["--shape", "linear", "--intercept", "-1.5"], ["--active", "Region,Touches", "--intercept", "-1"], ["--missing", "0.1"]):
        world = World(setting, "truth " + " ".join(options), "--rows", str(ROWS), *options)
        problems += [f"{options}: {p}" for p in far_from_truth(world)]
        active = {name for name, a in world.attributes.items() if a["active"]}
        if "--active" in options and active != {"Region", "Touches"}:
            problems.append(f"{options}: active is {sorted(active)}")
        if not options and {"Landing page", "Emails opened", "Discount asked"} & active:
            problems.append(f"active: {sorted(active)}")
        if not options and not far_from_truth(world, chance=lambda row: 0.2):
            problems.append("no test of a level would see a wrong truth")
    return problems


def drift(setting):
    world = World(setting, "drift", "--rows", str(ROWS), "--drift", "0.9")
    late = [r for r in world.rows if time_of(r) > 0.7]
    problems = far_from_truth(world) + far_from_truth(world, late)
    if {n for n, a in world.attributes.items() if a["drifts"]} != {"LeadSource", "Touches"}:
        problems.append("truth.json names other drifting attributes")
    world.truth["options"]["drift"] = 0
    if not far_from_truth(world, late):
        problems.append("late rows win as if nothing had drifted")
    return problems


# Three-point Gauss-Hermite: (standard deviations, weight).
NODES = ((-math.sqrt(3), 1 / 6), (0, 2 / 3), (math.sqrt(3), 1 / 6))


def pairs(values):
    """The sum of the products of every two."""
    return (sum(values) ** 2 - sum(v * v for v in values)) / 2


def clusters(setting):
    """Rows of one account win together, as much as an effect of this size makes them: products of the residuals of two rows, over all accounts, are
    what the truth expects of them."""
    problems = []
    for effect, wanted in ((0, 0), (0.6, 1)):
        world = World(setting, f"clusters {effect}", "--rows", str(ROWS), "--accounts", "1500", "--account-effect", str(effect))
        by_account = {}
        for row in world.rows:
            by_account.setdefault(row["AccountId"], []).append((world.chance(row), won(row)))
        seen = scale = 0
        for rows in by_account.values():
            seen += pairs([w - p for p, w in rows]) / len(rows)
            scale += sum(share * pairs([1 / (1 + (1 / p - 1) * math.exp(-0.6 * node)) - p for p, _ in rows]) for node, share in NODES) / len(rows)
        if abs(seen / scale - wanted) > 0.2 or not 1000 < len(by_account) <= 1500:
            problems.append(f"--account-effect {effect}: {seen / scale:.3f} of what 0.6 makes, {len(by_account)} accounts")
    return problems


def raw_gap(world, name, split, rows):
    """By how many standard errors rows above a split win more often than those below it."""
    above = [r for r in rows if r[name] != "" and float(r[name]) >= split]
    below = [r for r in rows if r[name] != "" and float(r[name]) < split]
    a, b = share(above, won), share(below, won)
    return (a - b) / math.sqrt(a * (1 - a) / len(above) + b * (1 - b) / len(below))


def confounding(setting):
    """Emails opened, which weighs nothing, seems to predict where it follows Pages viewed, and does not at equal Pages viewed."""
    problems = []
    for strength, low, high in (("0", -0.03, 0.03), ("0.7", 0.5, 0.7)):
        world = World(setting, "confounding " + strength, "--rows", str(ROWS), "--confounding", strength)
        emails, pages = ([float(r[n]) for r in world.rows] for n in ("Emails opened", "Pages viewed"))
        webinar = correlation([r["Webinar attended"] == "Yes" for r in world.rows], [math.log(float(r["Employees"])) for r in world.rows])
        found, gap = correlation(emails, pages), raw_gap(world, "Emails opened", 3, world.rows)
        within = [raw_gap(world, "Emails opened", 3, [r for r in world.rows if lower <= float(r["Pages viewed"]) < upper])
                  for lower, upper in ((0, 3), (3, 10), (10, 1e9))]
        if not low < found < high or not (webinar > 0.3 if strength != "0" else abs(webinar) < 0.05):
            problems.append(f"--confounding {strength}: correlations {found:.3f}, {webinar:.3f}")
        if (gap > WIDE) != (strength != "0") or max(map(abs, within)) > WIDE:
            problems.append(f"--confounding {strength}: apart by {gap:.1f}, at equal pages by {within} standard errors")
        problems += far_from_truth(world)
        named = {n: a["follows"] for n, a in world.attributes.items() if "follows" in a}
        if named != ({} if strength == "0" else {"Emails opened": "Pages viewed", "Webinar attended": "Employees"}):
            problems.append(f"truth.json says that {named}")
    return problems


def leaks(setting):
    world = World(setting, "leaks", "--rows", str(ROWS), "--leak", "--score")
    lost, winners = [r for r in world.rows if not won(r)], [r for r in world.rows if won(r)]
    problems = []
    if apart(share(lost, lambda r: r["CloseReason"] != ""), 0.92, len(lost)) or apart(share(winners, lambda r: r["CloseReason"] != ""), 0.3, len(winners)):
        problems.append("CloseReason does not tell won from lost")
    known = [sum(world.weight(n, r) for n, a in world.attributes.items() if a["owner"] == "marketing") for r in world.rows]
    score = [float(r["hubspot_score"]) for r in world.rows]
    by = correlation(known, score)
    if not 0.45 < by < 0.75 or not all(0 <= s <= 100 for s in score):
        problems.append(f"hubspot_score goes with what marketing knows by {by:.2f}")
    plain = World(setting, "no leaks", "--rows", "500")
    return problems + [f"{name} is there unasked" for name in ("CloseReason", "hubspot_score") if name in plain.header]


def real_exports(setting):
    """What exports are like: cells without a value, rows that are open, records of a wrong length, quotation marks."""
    world, problems = World(setting, "exports", "--rows", str(ROWS), "--missing", "0.1", "--open", "--ragged", "0.02", "--leads", "50"), []
    for name, wanted in (("Title", 0.1), ("Response hours", 0.1), ("Employees", 0.2), ("Region", 0.0)):
        if apart(share(world.rows, lambda r, name=name: r[name] == ""), wanted, ROWS):
            problems.append(f"--missing: {name} is missing in another share than {wanted}")
    if any((r["Stage"] in ("Prospecting", "Proposal", "Negotiation")) != (r["CloseDate"] >= "2025-01-01") for r in world.rows):
        problems.append("--open: not the rows that close after the period")
    if apart(sum(len(r) == len(world.header) + 1 for r in world.records) / ROWS, 0.02, ROWS):
        problems.append("--ragged: another share of records")
    with open(os.path.join(world.folder, "leads.csv"), encoding="utf-8", newline="") as f:
        leads = list(csv.DictReader(f))
    if len(leads) != 50 or "Stage" in leads[0] or min(r["CreatedDate"] for r in leads) < "2025-01-01":
        problems.append("--leads: 50 leads after the period, without an outcome")
    text = {}
    for how in ("needed", "all", "none"):
        folder = World(setting, "quote " + how, "--rows", "300", "--quote", how).folder
        with open(os.path.join(folder, "history.csv"), encoding="utf-8") as f:
            text[how] = f.read()
    if '"' in text["none"] or not re.fullmatch(r'(?:"[^"]*"[,\n])+', text["all"]) or '"Director, Operations"' not in text["needed"]:
        problems.append("--quote: other quotation marks")
    return problems


def volume(setting):
    world, problems = World(setting, "volume", "--rows", "3000", "--columns", "30", "--levels", "12", "--accounts", "100"), []
    if len(world.rows) != 3000 or len(world.header) != 30 or not world.header[-1].startswith("noise_"):
        problems.append(f"{len(world.rows)} rows, {len(world.header)} columns")
    if len({r["Campaign"] for r in world.rows}) != 12 or not 90 < len({r["AccountId"] for r in world.rows}) <= 100:
        problems.append("another number of campaigns or accounts")
    narrow = World(setting, "narrow", "--rows", "10", "--columns", "8")
    return problems + ([] if len(narrow.header) == 8 else ["--columns 8: another number"])


def documented(setting):
    """Every option stands in datasets/README.md."""
    options = re.findall(r"(?m)^  (--[\w-]+)", run(setting, [setting.generate, "--help"]).out.decode())
    with open(os.path.join(setting.top, "datasets", "README.md"), encoding="utf-8") as f:
        page = f.read()
    return [f"{o} is not in datasets/README.md" for o in options if not re.search(re.escape(o) + r"(?![\w-])", page)] + ([] if len(options) > 15 else ["no options"])


def run_all(setting, results):
    for check in (truth, drift, clusters, confounding, leaks, real_exports, volume, documented):
        name = "generator/" + check.__name__.replace("_", " ")
        if setting.wanted(name):
            results.check(name, check(setting))

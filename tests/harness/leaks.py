"""Funnel leaks as a person reads them: the tables and sentences of report.html, and report.json behind them, against counts made here."""
import collections
import csv
import html.parser
import io
import json
import os
import random

from .core import run


class Section(html.parser.HTMLParser):
    """Tables (caption -> rows of cells) and the text of one section."""

    def __init__(self, name):
        super().__init__()
        self.name, self.depth, self.tables, self.cell, self.caption, self.text = name, 0, {}, None, None, []

    def handle_starttag(self, tag, attributes):
        if tag == "section":
            self.depth = 1 if dict(attributes).get("id") == self.name else 0
        if not self.depth:
            return
        if tag == "caption":
            self.caption = ""
        if tag == "tr":
            self.tables.setdefault(self.where, []).append([])
        if tag in ("td", "th"):
            self.cell = ""

    def handle_endtag(self, tag):
        if tag == "section":
            self.depth = 0
        if not self.depth:
            return
        if tag == "caption":
            self.where, self.caption = " ".join(self.caption.split()), None
        if tag in ("td", "th") and self.cell is not None:
            self.tables[self.where][-1].append(" ".join(self.cell.split()))
            self.cell = None

    def handle_data(self, data):
        if not self.depth:
            return
        self.text.append(data)
        if self.caption is not None:
            self.caption += data
        if self.cell is not None:
            self.cell += data


def number(text):
    return int(text.replace(",", ""))


def world(folder):
    draw = random.Random(21)
    leads, deals = [], []
    for i in range(6000):
        source = draw.choice(["Website", "Trade show", "List", ""])
        reached = draw.random() < {"Website": 0.7, "Trade show": 0.5, "List": 0.2, "": 0.4}[source]
        month, day = 1 + draw.randrange(12), 1 + draw.randrange(28)
        touches = draw.choice(["0", "1", "2", "5", ""])
        leads.append({"LeadId": f"L{i}", "LeadSource": source, "OwnerId": f"R{i % 6}", "Employees": str(draw.randint(1, 900)), "Touches": touches,
                      "CreatedDate": f"2023-{month:02d}-{day:02d}", "Deal": f"D{i}" if reached else draw.choice(["", f"gone {i}"])})
        if reached:
            early = draw.random() < 0.02
            deals.append({"DealId": f"D{i}", "IsWon": "TRUE" if draw.random() < 0.2 + 0.1 * (touches in "25") + 0.2 * (source == "Website") else "FALSE",
                          "Amount": str(draw.randint(100, 9999)), "ClosedOn": f"2022-{1 + draw.randrange(12):02d}-{day:02d}" if early else
                          f"2024-{1 + draw.randrange(6):02d}-{1 + draw.randrange(28):02d}"})
    for i in range(90):
        deals.append({"DealId": f"alone {i}" if i % 10 else "", "IsWon": "TRUE" if i % 3 == 0 else "FALSE", "Amount": "1000", "ClosedOn": "2024-03-01"})
    for name, rows in (("leads.csv", leads), ("deals.csv", deals)):
        with open(os.path.join(folder, name), "w", encoding="utf-8", newline="") as f:
            out = csv.DictWriter(f, list(rows[0]))
            out.writeheader()
            out.writerows(rows)
    with open(os.path.join(folder, "p.yaml"), "w", encoding="utf-8") as f:
        f.write("""
sources:
  - {name: leads, file: leads.csv, key: Deal, owner: marketing}
  - {name: deals, file: deals.csv, key: DealId, owner: sales, take: [IsWon, Amount, ClosedOn]}
outcome: {column: deals.IsWon, won: ["TRUE"], unmatched: lost}
id: LeadId
""")
    return leads, deals


def counted(leads, deals, key):
    """label -> [leads, reached, never, won]"""
    won, have, out = {d["DealId"] for d in deals if d["IsWon"] == "TRUE"}, {d["DealId"] for d in deals}, collections.defaultdict(lambda: [0, 0, 0, 0])
    for lead in leads:
        row, reached = out[key(lead)], lead["Deal"] != "" and lead["Deal"] in have
        row[0] += 1
        row[1 if reached else 2] += 1
        row[3] += reached and lead["Deal"] in won
    return dict(out)


def check_leaks(setting, results, at):
    folder = setting.folder("leaks")
    leads, deals = world(folder)
    fit = run(setting, [setting.leadfit, "fit", "-p", "p.yaml", "-o", "q", "-q"], cwd=folder)
    if fit.status:
        raise RuntimeError(fit.err.decode())
    with open(os.path.join(folder, "q", "report.json"), encoding="utf-8") as f:
        report = json.load(f)
    with open(os.path.join(folder, "q", "report.html"), encoding="utf-8") as f:
        page = f.read()
    section = Section("funnel")
    section.feed(page)
    problems = []
    for by, key in (("source", lambda r: r["LeadSource"]), ("owner", lambda r: r["OwnerId"]), ("month", lambda r: r["CreatedDate"][:7])):
        want = counted(leads, deals, key)
        shown = {row[0]: [number(c) for c in row[1:]] for row in section.tables.get(f"Leads by {by}", []) if row and row[1][:1].isdigit()}
        kept = {g["label"]: [g["rows"], g["reached"], g["never"], g["won"]] for cut in report["data"]["funnel"]["cuts"] if cut["by"] == by for g in cut["groups"]}
        problems += [] if kept == want else [f"report.json by {by}: {kept}, counted {want}"]
        for label, (rows, reached, never, won) in want.items():
            got = next((cells for name, cells in shown.items() if name == label or not label and name not in want), None)
            problems += [] if got and got[:3] + got[4:] == [rows, reached, never, won] else [f"report.html by {by}, {label!r}: {got}, counted {want[label]}"]
    results.check("sources/leads that never reached sales, in the report", problems)
    check_grades(setting, results, folder, section, report, leads, deals)
    check_sentences(results, section, leads, deals)


def check_grades(setting, results, folder, section, report, leads, deals):
    """Each lead's grade as `score` gives it."""
    ran = run(setting, [setting.leadfit, "score", "leads.csv", "-p", "p.yaml", "--config", "q/scoring.json", "-q"], cwd=folder)
    grade = {r["LeadId"]: r["leadfit_grade"] for r in csv.DictReader(io.StringIO(ran.out.decode(), newline=""))}
    want = counted(leads, deals, lambda r: grade[r["LeadId"]])
    shown = {row[0]: [number(c) for c in row[1:]] for row in section.tables.get("Decided leads by grade", []) if row and row[1][:1].isdigit()}
    problems = [f"grade {g}: {shown.get(g)}, counted {n}" for g, n in want.items() if shown.get(g) != n[:3]]
    kept = {g["grade"]: [g["rows"], g["reached"], g["never"]] for g in report["data"]["funnel"]["grades"]}
    problems += [f"report.json, grade {g}: {kept.get(g)}, counted {n}" for g, n in want.items() if kept.get(g) != n[:3]]
    problems += [] if len(want) > 1 else ["one grade alone: the test tells nothing"]
    results.check("sources/leads that never reached sales, by grade", problems)


def check_sentences(results, section, leads, deals):
    """What is told in words: deals without a lead, and dates in an order that cannot be."""
    asked, closed = {lead["Deal"] for lead in leads} - {""}, {d["DealId"]: d["ClosedOn"] for d in deals}
    alone = [d for d in deals if d["DealId"] not in asked or not d["DealId"]]
    early = sum(lead["Deal"] in closed and lead["Deal"] != "" and closed[lead["Deal"]] < lead["CreatedDate"] for lead in leads)
    text = " ".join("".join(section.text).split())
    never = sum(counted(leads, deals, lambda r: 0)[0][2:3])
    problems = [f"{what} ({n:,}) stands nowhere in: {text[:600]}" for what, n in (
        ("leads that never reached sales", never), ("deals without a lead", len(alone)), ("deals without a lead that were won", sum(d["IsWon"] == "TRUE" for d in alone)),
        ("deals closed before their lead", early)) if f"{n:,}" not in text]
    results.check("sources/deals without a lead and impossible orders, in words", problems)


BANDS = {"0": "0", "1": "above 0 to below 2", "2": "2 to below 5", "5": "5 and more", "": "missing"}


def check_late(setting, results, at):
    """Leads worked seldom or never, by grade: the grades of a band of touches add up to the rows and wins counted here, and the page shows each cell."""
    folder = setting.folder("leaks-touches")
    leads, deals = world(folder)
    with open(os.path.join(folder, "p.yaml"), "a", encoding="utf-8") as f:
        f.write("attributes:\n  - {name: Touches, owner: sales}\n")
    fit = run(setting, [setting.leadfit, "fit", "-p", "p.yaml", "-o", "q", "-q", "--holdout", "0"], cwd=folder)
    if fit.status:
        raise RuntimeError(fit.err.decode())
    with open(os.path.join(folder, "q", "report.json"), encoding="utf-8") as f:
        column = json.load(f)["followup"]["columns"][0]
    section = Section("owners")
    with open(os.path.join(folder, "q", "report.html"), encoding="utf-8") as f:
        section.feed(f.read())
    head, *shown = section.tables["Win rate by grade (rows) and Touches (columns)"]
    want, problems = counted(leads, deals, lambda r: BANDS[r["Touches"]]), []
    for label, (rows, _, _, won) in want.items():
        cells = [c for g in column["grades"] for c in g["cells"] if c["label"] == label]
        got = [sum(c["rows"] for c in cells), sum(c["won"] for c in cells)]
        problems += [] if got == [rows, won] and len(cells) > 1 else [f"{label}: {got}, counted {[rows, won]}"]
    for grade, row in zip(column["grades"], shown):
        told = [f"{100 * c['won'] / c['rows']:.1f}% of {c['rows']:,.0f}" for c in grade["cells"]]
        problems += [] if row == [grade["grade"], *told] else [f"report.html: {row}, wanted {told}"]
    problems += [] if head[1:] == [c["label"] for c in column["grades"][0]["cells"]] and len(shown) == len(column["grades"]) else [f"report.html: {head}"]
    results.check("sources/leads worked seldom or never, by grade", problems)


CHECKS = [check_leaks, check_late]

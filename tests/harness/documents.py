"""Documents keep their word: their commands run as they stand (commands.py); the picture of the rooms is the include graph; a scorecard of
format 1 scores as it did; notebooks show what comes out."""
import csv
import glob
import json
import os
import re
import shutil

from . import commands, fixtures
from .core import run


def holds(band, kind, value):
    """Whether a band of a scorecard of format 1 holds a value that is there."""
    if kind == "number":
        return band.get("from", float("-inf")) <= float(value) < band.get("to", float("inf"))
    return value in band["values"]


def points(card, lead):
    """The score by docs/formats.md: missing is asked for first, then values and intervals, and other is the rest."""
    total = 0
    for attribute in card["attributes"]:
        value = lead[attribute["name"]].strip()
        special = next(b for b in attribute["bands"] if b.get("missing" if value == "" else "other"))
        listed = [b for b in attribute["bands"] if not b.get("missing") and not b.get("other")]
        found = [b for b in listed if value != "" and holds(b, attribute["kind"], value)]
        total += (found[0] if found else special)["points"]
    return total


def check_formats(setting, results):
    """A scorecard that release 0.1 wrote loads and scores as it did: its arithmetic is made here anew."""
    kept = os.path.join(setting.top, "tests", "formats", "scoring-1.json")
    leads = os.path.join(setting.top, "datasets", "sample", "leads.csv")
    with open(kept, encoding="utf-8") as f:
        card = json.load(f)
    ran = run(setting, [setting.leadfit, "score", leads, "--config", kept, "-q"])
    problems = [] if ran.status == 0 else [ran.err.decode("utf-8", "replace")]
    scored = list(csv.DictReader(ran.out.decode("utf-8").splitlines()))
    wrong = [f"{lead['LeadId']}: {lead['leadfit_score']}, by hand {points(card, lead)}" for lead in scored if int(lead["leadfit_score"]) != points(card, lead)]
    wrong += [f"{lead['LeadId']}: MQL {lead['leadfit_mql']}" for lead in scored
              if (lead["leadfit_mql"] == "yes") != (points(card, lead) >= card["mql"]["threshold"])]
    if len(scored) != 400:
        problems.append(f"{len(scored)} of 400 leads scored")
    results.check("documents/formats", problems + wrong[:5])


def check_architecture(setting, results):
    """The arrows of docs/architecture.md are the includes between rooms (base, which all include, is left out)."""
    with open(os.path.join(setting.top, "docs", "architecture.md"), encoding="utf-8") as f:
        page = f.read()
    drawn = set(re.findall(r"(?m)^ *(\w+) --> (\w+)$", page))
    there = set()
    for path in glob.glob(os.path.join(setting.top, "src", "*", "*.[ch]")):
        room = os.path.basename(os.path.dirname(path))
        with open(path, encoding="utf-8") as f:
            there |= {(room, other) for other in re.findall(r'(?m)^#include "(\w+)/', f.read()) if other not in (room, "base")}
    problems = [f"drawn, and no include: {a} --> {b}" for a, b in sorted(drawn - there)]
    problems += [f"an include, and not drawn: {a} --> {b}" for a, b in sorted(there - drawn)]
    problems += [f"no word on {room}" for room in os.listdir(os.path.join(setting.top, "src")) if f"`{room}`" not in page]
    results.check("documents/architecture", problems)


def check_links(setting, results):
    """Links from one document to another, or to a file of the project, lead somewhere."""
    pages = [p for pattern in ("*.md", "docs/*.md", "datasets/*.md", "datasets/public/*.md", "notebooks/*.md") for p in glob.glob(os.path.join(setting.top, pattern))]
    problems = []
    for page in pages:
        with open(page, encoding="utf-8") as f:
            targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", f.read())
        problems += [f"{os.path.relpath(page, setting.top)}: {t}" for t in targets
                     if "://" not in t and not os.path.exists(os.path.join(os.path.dirname(page), t))]
    results.check("documents/links", problems)


def check_notebooks(setting, results):
    """Every notebook runs where Jupyter is there, and shows what is kept; its outputs are kept in any case."""
    books = sorted(glob.glob(os.path.join(setting.top, "notebooks", "*.ipynb")))
    problems = [] if books else ["no notebooks"]
    for book in books:
        with open(book, encoding="utf-8") as f:
            cells = json.load(f)["cells"]
        if not any(cell.get("outputs") for cell in cells):
            problems.append(f"{os.path.basename(book)} keeps no outputs: make notebooks")
    results.check("documents/notebooks kept", problems)
    python = fixtures.notebooks_python()
    if not python:
        results.skip("documents/notebooks run", "Jupyter is not there (make deps-notebooks)")
        return
    ran = run(setting, [python, os.path.join(setting.top, "tools", "notebooks"), setting.leadfit, "--check", *books])
    results.check("documents/notebooks run", [] if ran.status == 0 else [ran.err.decode("utf-8", "replace")[-3000:]])


def check_apidoc(setting, results):
    if not shutil.which("doxygen"):
        results.skip("documents/apidoc", "doxygen is not there")
        return
    ran = run(setting, ["tools/apidoc", setting.folder("apidoc")], cwd=setting.top)
    results.check("documents/apidoc", [] if ran.status == 0 else [(ran.out + ran.err).decode("utf-8", "replace")])


def run_all(setting, results):
    if not os.path.exists(setting.leadfit):
        results.skip("documents", "there is no program")
        return
    commands.run_all(setting, results)
    for check in (check_formats, check_architecture, check_links, check_apidoc, check_notebooks):
        if setting.wanted("documents/" + check.__name__[6:]):
            check(setting, results)

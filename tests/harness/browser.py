"""report.html in a headless Chromium, by tests/browser/run: its own pages, and those the program makes of the sample history, of a
history whose values and headings are markup, and of real ones where LEADFIT_REFERENCE names them."""
import os
import re
import shutil
import sys

from .core import run

HOSTILE = ['<script>document.title="hacked"</script>', '<img src=/leak onerror=document.title="hacked">', "</table><h1>mine</h1>",
           "\" onmouseover=\"document.title='hacked'", "{{7*7}} ${7*7}", "=cmd|' /C calc'!A0", "\u202egnirts desrever"]


def make_hostile(path):
    """840 rows; the win rate of a level of markup goes up from one to the next, so the levels come into the report."""
    with open(path, "w", encoding="utf-8") as f:
        f.write('Id,Stage,"<b>Source</b>","Size ""<script>"\n')
        for i in range(840):
            level = i % len(HOSTILE)
            value = HOSTILE[level].replace('"', '""')
            won = (i * 7919) % 100 < 15 + 10 * level
            f.write(f'a{i:05d},{"Closed Won" if won else "Closed Lost"},"{value}",{(i * 37) % 101}\n')


# What a claim says stands on the page, and is markup here.
CLAIMS = """claims:
  - {say: "Referrals close more often</h3><script>document.title='hacked'</script>", by: sales, attribute: LeadSource, group: [Referral], effect: win, direction: higher}
  - {say: Large firms sign larger deals, by: "<img src=/leak>", attribute: Employees, group: {from: 1000}, effect: amount, direction: higher}
"""


def real_ones(results):
    """Name -> arguments of fit: the widest and the longest of the real histories."""
    reference = os.environ.get("LEADFIT_REFERENCE")
    if not reference:
        results.skip("browser/real", "LEADFIT_REFERENCE is not set")
        return {}
    data = os.path.join(reference, "data")
    return {"sales-win-loss": [os.path.join(data, "sales-win-loss", "WA_Fn-UseC_-Sales-Win-Loss.csv")],
            "x-education": [os.path.join(data, "x-education", "Leads.csv")]}


def make_pages(setting, results, folder):
    """The pages of every command that writes one."""
    make_hostile(os.path.join(folder, "hostile.csv"))
    sample = os.path.join(setting.top, "datasets", "sample")
    histories = {"sample": [os.path.join(sample, "history.csv"), "-p", os.path.join(sample, "leadfit.yaml")],
                 "hostile": [os.path.join(folder, "hostile.csv")]}
    card = {name: os.path.join(folder, name, "scoring.json") for name in histories}
    # The name of a candidate stands on the page, and is markup here.
    other = os.path.join(folder, "sample", "<img src=x onerror=document.title='hacked'>.json")
    claims = os.path.join(folder, "claims.yaml")
    with open(claims, "w", encoding="utf-8") as f:
        f.write(CLAIMS)
    asked = [("fit", name, args, None) for name, args in {**histories, **real_ones(results)}.items()]
    asked += [("plan", "sample", [*histories["sample"], "--config", card["sample"], "--revenue", "2000000"], "plan.html"),
              ("compare", "sample", [*histories["sample"], "--holdout", "0.25", card["sample"], other, "column:hubspot_score"], "compare.html"),
              ("evidence", "sample", [*histories["sample"], "--claims", claims], "claims.html"),
              ("evidence", "sample", histories["sample"], "attributes.html"),
              *(("monitor", name, [*args, "--config", card[name]], "monitor.html") for name, args in histories.items())]
    for command, name, args, page in asked:
        out = os.path.join(folder, name, *([page] if page else []))
        if command == "compare":
            shutil.copy(card["sample"], other)
        ran = run(setting, [setting.leadfit, command, *args, "-q", "-o", out])
        if ran.status in (0, 1):  # 1: an alarm of the monitor
            yield out if page else os.path.join(out, "report.html")
        else:
            results.fail(f"browser/{command} {name}", "no page: " + ran.err.decode("utf-8", "replace"))


def run_all(setting, results):
    if not setting.wanted("browser"):
        return
    folder = setting.folder("browser")
    pages = list(make_pages(setting, results, folder)) if os.path.exists(setting.leadfit) else []
    ran = run(setting, [sys.executable, os.path.join(setting.top, "tests", "browser", "run"), "-v", setting.build, *pages], patience=4)
    text = ran.out.decode("utf-8", "replace")
    counts = re.search(r"^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$", text, re.M)
    if not counts:
        results.fail("browser", text + ran.err.decode("utf-8", "replace"))
        return
    for name in re.findall(r"^ok +(.*)$", text, re.M):
        results.ok("browser/" + name)
    for name, why in re.findall(r"^FAILED (.*)\n((?:    .*\n)*)", text, re.M):
        results.fail("browser/" + name, why)
    for name, why in re.findall(r"^SKIPPED (.*)\n    (.*)$", text, re.M):
        results.skip("browser/" + name, why)

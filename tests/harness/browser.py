"""report.html in a browser: it opens offline, asks for nothing, complains of nothing, fits the window, and shows hostile
values as text. The pages are reports of the sample history and of a history whose values are markup."""
import os
import pathlib
import shutil

from . import chromium
from .core import run

WIDE, NARROW = 1280, 390
HOSTILE = ['<script>document.title="hacked"</script>', '<img src=x onerror=document.title="hacked">', "</table><h1>mine</h1>",
           "\" onmouseover=\"document.title='hacked'", "{{7*7}} ${7*7}", "=cmd|' /C calc'!A0", "\u202egnirts desrever"]


def make_hostile(path):
    """240 rows with a category of markup, under a heading of markup."""
    with open(path, "w", encoding="utf-8") as f:
        f.write('Id,Stage,"<b>Source</b>","Size ""<script>"\n')
        for i in range(240):
            value = HOSTILE[i % len(HOSTILE)].replace('"', '""')
            won = (i * 7919) % 100 < 20 + 8 * (i % len(HOSTILE))
            f.write(f'a{i:05d},{"Closed Won" if won else "Closed Lost"},"{value}",{(i * 37) % 101}\n')


def make_reports(setting, folder):
    """Name -> page. A page that cannot be made is None."""
    make_hostile(os.path.join(folder, "hostile.csv"))
    sample = os.path.join(setting.top, "datasets", "sample")
    asked = {
        "sample": [os.path.join(sample, "history.csv"), "-p", os.path.join(sample, "leadfit.yaml")],
        "hostile": [os.path.join(folder, "hostile.csv")],
    }
    pages = {}
    for name, args in asked.items():
        out = os.path.join(folder, name)
        ran = run(setting, [setting.leadfit, "fit", *args, "-q", "-o", out])
        pages[name] = (os.path.join(out, "report.html") if ran.status == 0 else None, ran)
    return pages


def check_page(browser, page, width):
    browser.open(pathlib.Path(page).as_uri(), width)
    problems = []
    asked = [event["request"]["url"] for event in browser.seen("Network.requestWillBeSent")]
    other = [url for url in asked if not url.startswith(("file:", "data:", "about:")) or not url.split("?")[0].endswith(
        "report.html") and url.startswith("file:")]
    if other:
        problems.append(f"asks for {other[:3]}")
    for event in browser.seen("Log.entryAdded"):
        problems.append(f"the browser says: {event['entry']['text'][:200]}")
    for event in browser.seen("Runtime.exceptionThrown"):
        problems.append(f"a script fails: {event['exceptionDetails'].get('text', '')[:200]}")
    if browser.evaluate("document.title") in ("", "hacked", None):
        problems.append(f"the title is {browser.evaluate('document.title')!r}")
    over = browser.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if over is None or over > 1:
        problems.append(f"{over} pixels wider than the window of {width}")
    return problems


def check_content(browser):
    """What holds for any report, whatever its text."""
    problems = []
    if browser.evaluate("document.querySelectorAll('h1').length") != 1:
        problems.append("not exactly one h1")
    if browser.evaluate("[...document.querySelectorAll('table')].some(t => !t.querySelector('th'))"):
        problems.append("a table without a heading")
    if browser.evaluate("document.querySelectorAll('[onerror],[onmouseover],[onclick]').length"):
        problems.append("an element with an event handler of its own")
    if browser.evaluate("document.body.innerText.length") < 500:
        problems.append("hardly any text")
    if browser.evaluate("/\\b(NaN|undefined|inf)\\b/.test(document.body.innerText)"):
        problems.append("a number that does not exist is shown as one")
    if not browser.evaluate("document.documentElement.lang"):
        problems.append("no language is said")
    return problems


def check_report(browser, results, name, page):
    for width in (WIDE, NARROW):
        results.check(f"browser/{name} {width} pixels wide", check_page(browser, page, width))
    results.check(f"browser/{name} content", check_content(browser))
    if name == "hostile":
        shown = browser.evaluate("document.body.innerText") or ""
        results.check("browser/hostile shows markup as text", [] if "<script>" in shown or "<img" in shown else
                      ["the markup of the values is not there as text"])


def run_all(setting, results):
    if not setting.wanted("browser"):
        return
    program = chromium.find()
    if not program or not os.path.exists(setting.leadfit):
        results.skip("browser", "no chromium" if not program else "there is no program")
        return
    folder = setting.folder("browser")
    pages = make_reports(setting, folder)
    try:
        browser = chromium.Browser(program, os.path.join(folder, "profile"))
    except OSError as error:
        results.skip("browser", f"chromium does not start: {error}")
        return
    try:
        browser.attach()
        for name, (page, ran) in pages.items():
            if page and os.path.exists(page):
                check_report(browser, results, name, page)
            else:
                results.fail(f"browser/{name}", "no report: " + ran.err.decode("utf-8", "replace"))
    except (OSError, RuntimeError, TimeoutError) as error:
        results.fail("browser", f"chromium: {error}")
    finally:
        browser.close()
        shutil.rmtree(folder, ignore_errors=True)

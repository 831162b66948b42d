"""The cmocka programs: each test they hold counts as one."""
import glob
import os
import re
from concurrent.futures import ThreadPoolExecutor

from .core import run

LINE = re.compile(r"^\[ +(RUN|OK|FAILED|SKIPPED|ERROR) +\] (.+)$")
TOTAL = re.compile(r"^\[=+\] Running (\d+) test")
END = re.compile(r"^\[=+\] \d+ test\(s\) run")


def parse(output):
    """[name, outcome, own words] of each test in order, and how many tests the program set out to run."""
    tests, announced, current = [], 0, None
    for line in output.splitlines():
        total, match = TOTAL.match(line), LINE.match(line)
        if total:
            announced += int(total.group(1))
        elif END.match(line):
            current = None
        elif match and match.group(1) == "RUN":
            current = [match.group(2), None, []]
            tests.append(current)
        elif match and current and match.group(2) == current[0]:
            current[1] = match.group(1)
        elif current:
            current[2].append(line)
    return tests, announced


def report(program, ran, results):
    """Counts what one program did. A program that ends early, or badly after its last test, is a failure of its own."""
    output = ran.out.decode("utf-8", "replace")
    tests, announced = parse(output)
    failed = 0
    for name, outcome, words in tests:
        if outcome == "OK":
            results.ok(f"{program}/{name}")
        elif outcome == "SKIPPED":
            results.skip(f"{program}/{name}", " ".join(words).strip() or "the test gives no reason")
        else:
            failed += 1
            results.fail(f"{program}/{name}", "\n".join(words) or f"ended with status {ran.status}")
    tail = "\n".join(output.splitlines()[-30:])
    if len(tests) != announced or not announced:
        results.fail(program, f"announced {announced} tests, ran {len(tests)}, status {ran.status}\n{tail}")
    elif ran.status != 0 and not failed:
        results.fail(program, f"every test passed and yet the exit status is {ran.status}\n{tail}")


def programs(setting):
    """Name and built program of each test source, whatever else the build folder holds from before."""
    for source in sorted(glob.glob(os.path.join(setting.top, "tests", "*", "test_*.c"))):
        kind, name = source.split(os.sep)[-2:]
        if setting.mode in ("asan", "coverage") and name.endswith("_rates.c"):
            continue  # hundreds of histories through lines that other tests run
        if kind in ("unit", "conformance"):
            yield f"{kind}/{name[5:-2]}", os.path.join(setting.build, "tests", kind, name[:-2])


def run_one(setting, path):
    # Standard error joins standard output, so that what a test says stands beside it.
    return run(setting, ["sh", "-c", 'exec "$0" 2>&1', path], cwd=setting.top)


def run_all(setting, results):
    found = [(name, path) for name, path in programs(setting) if setting.wanted(name)]
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for (name, _), ran in zip(found, pool.map(lambda item: run_one(setting, item[1]), found)):
            report(name, ran, results)

"""The command line on hand-made data whose answer is arithmetic or known truth.

Each folder tests/golden/NAME holds input files and a case.json:

    why       one sentence: where the expected figures come from
    args      arguments of leadfit; it runs in a fresh copy of the folder
    status    exit status (0)
    stdout_has, stderr_has    texts that must be there;  stdout_lacks  texts that must not
    stdout    a file of the folder with the exact standard output
    json      {"out/report.json": {"data.rows": 8, "attributes[name=X].p": {"value": 0.05, "within": 1e-8}}};
              "stdout" as file name reads standard output.  {"has": "text"}, {"above": x}, {"below": x} and null are
              understood too. [2], [name=X] (equal), [reason~open] (holds) and [a=X & b=Y] pick an item of an array;
              .length counts them.
    files     {"out/scored.csv": "expected.csv"}: the same bytes
    absent    paths that must not be there afterwards
    unchanged true: no file was made, changed or taken away
    csv       {"out/scored.csv": {"0.score": "35"}}: cells by row (from 0) and column
    inputs    {"history.csv": "datasets/sample/history.csv"}: files taken from the project
    generate  arguments for the generator, which writes history.csv (and truth.json)
    before    {"out/scoring.json": "text"}: files that are there already
    variants  which of "threads", "locale", "pipe", "memory" (a budget that sends every cell to a temporary file) and
              "packed" (the input compressed under its own name) must give the same bytes (["threads", "locale"])
    pipe      the input that standard input replaces, or that is compressed (history.csv)
"""
import csv
import gzip
import io
import json
import math
import os
import re
import shutil
import subprocess

from .core import files_under, run

STEP = re.compile(r"([^.\[\]]+)|\[([^\]]*)\]")


class Done:
    """A finished case: how it ended and every file it made or changed."""

    def __init__(self, ran, made):
        self.ran, self.made = ran, made


# ---- running ------------------------------------------------------------------------------------------


def prepare(setting, case, source, folder):
    for name, data in files_under(source).items():
        if name not in ("case.json",):
            write(os.path.join(folder, name), data)
    for name, path in case.get("inputs", {}).items():
        shutil.copy(os.path.join(setting.top, path), os.path.join(folder, name))
    for name, text in case.get("before", {}).items():
        write(os.path.join(folder, name), text.encode())
    if "generate" in case:
        made = run(setting, [setting.generate] + case["generate"] + ["-o", folder])
        if made.status != 0:
            raise RuntimeError("generate: " + made.err.decode("utf-8", "replace"))
    return files_under(folder)


def write(path, data):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def perform(setting, name, case, source, more=(), locale="C", pipe=None, packed=None):
    folder = setting.folder(f"{name} {' '.join(more)} {locale} {pipe}")
    there = prepare(setting, case, source, folder)
    for name_there, pack in (packed or {}).items():
        there[name_there] = pack(there[name_there])
        write(os.path.join(folder, name_there), there[name_there])
    args = ["-" if pipe and arg == pipe else arg for arg in case["args"]]
    ran = run(setting, [setting.leadfit] + args + list(more), cwd=folder, locale=locale,
              stdin=there[pipe] if pipe else None)
    after = files_under(folder)
    shutil.rmtree(folder)
    made = {k: v for k, v in after.items() if there.get(k) != v}
    made.update({k: None for k in there if k not in after})
    return Done(ran, made)


# ---- expectations -------------------------------------------------------------------------------------


def holds(value, how, text):
    return value == text if how == "=" else text in value


def pick(items, key):
    if not isinstance(items, list):
        raise KeyError(f"[{key}] of what is no array")
    if re.fullmatch(r"-?\d+", key):
        return items[int(key)]
    conditions = [re.match(r"([^=~]+)([=~])(.*)", part, re.S).groups() for part in key.split(" & ")]
    for item in items:
        if all(holds(str(item.get(field)), how, text) for field, how, text in conditions):
            return item
    raise KeyError(f"no item with {key}")


def look_up(tree, path):
    for name, key in STEP.findall(path):
        if name == "length" and isinstance(tree, list):
            tree = len(tree)
        elif name:
            tree = tree[name]
        else:
            tree = pick(tree, key)
    return tree


def differs(got, want):
    """What is wrong with a value, or None."""
    if not isinstance(want, dict):
        want = {"value": want}
    if "has" in want and want["has"] not in str(got):
        return f"{got!r} does not hold {want['has']!r}"
    if "above" in want and not (isinstance(got, (int, float)) and got > want["above"]):
        return f"{got!r} is not above {want['above']}"
    if "below" in want and not (isinstance(got, (int, float)) and got < want["below"]):
        return f"{got!r} is not below {want['below']}"
    if "within" in want:
        near = isinstance(got, (int, float)) and math.isclose(got, want["value"], rel_tol=0, abs_tol=want["within"])
        return None if near else f"{got!r}, expected {want['value']!r} within {want['within']}"
    if "value" in want and (got != want["value"] or isinstance(got, bool) != isinstance(want["value"], bool)):
        return f"{got!r}, expected {want['value']!r}"
    return None


def check_json(case, done, problems):
    for name, expected in case.get("json", {}).items():
        data = done.ran.out if name == "stdout" else done.made.get(name)
        try:
            tree = json.loads(data, parse_constant=lambda word: word)
        except (TypeError, ValueError) as error:
            problems.append(f"{name}: no JSON: {error}")
            continue
        for path, want in expected.items():
            try:
                wrong = differs(look_up(tree, path), want)
            except (KeyError, IndexError, TypeError, AttributeError) as error:
                wrong = f"not found: {error}"
            if wrong:
                problems.append(f"{name}: {path}: {wrong}")


def check_csv(case, done, problems):
    for name, expected in case.get("csv", {}).items():
        data = done.ran.out if name == "stdout" else done.made.get(name) or b""
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"))))
        for place, want in expected.items():
            row, column = place.split(".", 1)
            got = rows[int(row)].get(column) if int(row) < len(rows) else None
            if isinstance(want, dict):
                got = float(got) if got else got
            wrong = differs(got, want)
            if wrong:
                problems.append(f"{name}: {place}: {wrong}")


def expectations(case, done, source):
    problems, ran = [], done.ran
    out, err = ran.out.decode("utf-8", "replace"), ran.err.decode("utf-8", "replace")
    if ran.status != case.get("status", 0):
        problems.append(f"exit status {ran.status}, expected {case.get('status', 0)}")
    problems += [f"standard output lacks: {text}" for text in case.get("stdout_has", []) if text not in out]
    problems += [f"standard output holds: {text}" for text in case.get("stdout_lacks", []) if text in out]
    problems += [f"standard error lacks: {text}" for text in case.get("stderr_has", []) if text not in err]
    same = dict(case.get("files", {}))
    if "stdout" in case:
        same["stdout"] = case["stdout"]
    for name, expected in same.items():
        got = ran.out if name == "stdout" else done.made.get(name)
        with open(os.path.join(source, expected), "rb") as f:
            if got != f.read():
                problems.append(f"{name} differs from {expected}:\n{(got or b'(not there)').decode('utf-8', 'replace')}")
    problems += [f"{name} is there" for name in case.get("absent", [])
                 if any(k == name or k.startswith(name + "/") for k, v in done.made.items() if v is not None)]
    if case.get("status", 0) > 1 and (err.count("\n") != 1 or not err.startswith("leadfit: ")):
        problems.append("standard error is not one line that starts with 'leadfit: '")
    if case.get("unchanged") and done.made:
        problems.append(f"changed: {sorted(done.made)}")
    check_json(case, done, problems)
    check_csv(case, done, problems)
    return problems + ([f"it said: {err}{out[:400]}"] if problems else [])


# ---- the same bytes -----------------------------------------------------------------------------------


def differences(first, other, rename=None):
    """Where two runs differ; rename: the input's name in the first that is '-' in the other."""
    def as_piped(data):
        return data.replace(rename.encode(), b"-") if rename and data else data

    problems = []
    if first.ran.status != other.ran.status:
        problems.append(f"exit status {other.ran.status} and not {first.ran.status}: "
                        + other.ran.err.decode("utf-8", "replace"))
    pairs = {name: (first.made.get(name), other.made.get(name)) for name in sorted({*first.made, *other.made})}
    pairs["standard output"] = (first.ran.out, other.ran.out)
    pairs["standard error"] = (first.ran.err, other.ran.err)
    for name, (a, b) in pairs.items():
        if as_piped(a) != b:
            problems.append(f"{name}: {first_difference(as_piped(a) or b'', b or b'')}")
    return problems


def first_difference(a, b):
    at = next((i for i, (x, y) in enumerate(zip(a, b)) if x != y), min(len(a), len(b)))
    def show(data):
        return data[max(0, at - 40):at + 40].decode("utf-8", "replace")
    return f"differs at byte {at}: {show(a)!r} and {show(b)!r}"


def zstd(data):
    return subprocess.run(["zstd", "-q", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def threads_of(setting):
    """Numbers of threads, that of the first run first. AddressSanitizer looks at one run, which touches what several threads do; for
    coverage more than three run no other line."""
    return {"asan": ["3"], "coverage": ["1", "3"]}.get(setting.mode, ["1", "3", "8"])


def compare_variants(setting, results, name, case, source, first):
    variants = case.get("variants", ["threads", "locale"])
    for threads in threads_of(setting)[1:] if "threads" in variants else []:
        other = perform(setting, name, case, source, ("--threads", threads))
        results.check(f"{name} {threads} threads", differences(first, other))
    if "locale" in variants and setting.mode != "asan":  # it changes what is written, not what memory is touched
        if setting.locale_folder:
            other = perform(setting, name, case, source, ("--threads", "1"), "de_DE.UTF-8")
            results.check(f"{name} in de_DE", differences(first, other))
        else:
            results.skip(f"{name} in de_DE", "localedef cannot make de_DE.UTF-8 here (package locales)")
    piped = case.get("pipe", "history.csv")
    if "memory" in variants:
        for threads in ("1", "3"):
            other = perform(setting, name, case, source, ("--threads", threads, "--memory", "1K"))
            results.check(f"{name} {threads} threads in 1K", differences(first, other))
    if "packed" in variants:
        for program, pack in (("gzip", gzip.compress), ("zstd", zstd)):
            if program == "zstd" and not shutil.which("zstd"):
                results.skip(f"{name} packed by zstd", "there is no zstd here (package zstd)")
                continue
            other = perform(setting, name, case, source, ("--threads", "2"), packed={piped: pack})
            results.check(f"{name} packed by {program}", differences(first, other))
    if "pipe" in variants:
        other = perform(setting, name, case, source, ("--threads", "1"), "C", piped)
        results.check(f"{name} from a pipe", differences(first, other, piped))


def all_cases(setting):
    """Name, case and folder of each."""
    top = os.path.join(setting.top, "tests", "golden")
    for name in sorted(os.listdir(top)):
        path = os.path.join(top, name, "case.json")
        if os.path.exists(path):
            with open(path, encoding="utf-8") as f:
                yield name, json.load(f), os.path.join(top, name)


def run_case(setting, results, name, case, source):
    try:
        first = perform(setting, name, case, source, ("--threads", threads_of(setting)[0]) if case.get("variants", True) else ())
    except (OSError, RuntimeError) as error:
        results.fail(name, error)
        return
    problems = expectations(case, first, source)
    results.check(name, problems)
    # A case that a signal ended, or that hung, needs no second look.
    if first.ran.status is not None and first.ran.status >= 0:
        compare_variants(setting, results, name, case, source, first)


def run_all(setting, results):
    cases = [(f"golden/{name}", case, source) for name, case, source in all_cases(setting) if setting.wanted(f"golden/{name}")]
    if not os.path.exists(setting.leadfit):
        results.skip("golden", f"{len(cases)} cases: there is no {setting.leadfit}")
        return
    for name, case, source in cases:
        run_case(setting, results, name, case, source)

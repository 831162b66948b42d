"""The malformed corpus: each file gets the exit status and the one-line error it deserves, and leaves nothing behind.

tests/malformed/expected.tsv holds, after a header and comment lines that start with #, tab-separated: the file, the exit
status (0 where the file is odd but good), and a text that the error line, or the summary where the status is 0, must hold
(may be empty); a fourth field, where there is one, holds more arguments.
"""
import os
import shlex

from .core import files_under, run


def cases(setting):
    table = os.path.join(setting.top, "tests", "malformed", "expected.tsv")
    if not os.path.exists(table):
        return
    with open(table, encoding="utf-8") as f:
        for line in f:
            fields = line.rstrip("\n").split("\t")
            if line.startswith("#") or len(fields) < 3 or not fields[1].strip("-").isdigit():
                continue
            more = shlex.split(fields[3]) if len(fields) > 3 else []
            yield fields[0], int(fields[1]), fields[2], more


def problems_of(ran, status, text, folder):
    problems = []
    said = ran.err.decode("utf-8", "replace")
    lines = said.splitlines()
    if ran.status != status:
        problems.append(f"exit status {ran.status}, expected {status}")
    everything = said + ran.out.decode("utf-8", "replace")
    if text and text not in (said if status else everything):
        problems.append(f"does not say: {text}")
    if status and (len(lines) != 1 or not lines[0].startswith("leadfit: ")):
        problems.append("standard error is not one line that starts with 'leadfit: '")
    if status and any(not (ch.isprintable() or ch == "\n") for ch in said):
        problems.append("the error line holds control characters")
    if status and files_under(folder):
        problems.append(f"left behind: {sorted(files_under(folder))}")
    return problems + ([f"it said: {said[:600]}"] if problems else [])


def run_all(setting, results):
    found = list(cases(setting))
    if not found:
        results.skip("malformed", "tests/malformed/expected.tsv is not there")
        return
    if not os.path.exists(setting.leadfit):
        results.skip("malformed", f"{len(found)} files: there is no {setting.leadfit}")
        return
    for name, status, text, more in found:
        full = f"malformed/{name}"
        if not setting.wanted(full):
            continue
        folder = setting.folder(full)
        path = os.path.join("tests", "malformed", name)
        args = [setting.leadfit, "fit", path, "-q", "-o", os.path.join(folder, "out")] + more
        results.check(full, problems_of(run(setting, args, cwd=setting.top), status, text, folder))

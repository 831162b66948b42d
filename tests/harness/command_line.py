"""Options: what each command says of values it cannot take, of options that contradict each other, and of itself.

tests/options/expected.tsv holds, tab-separated: the exit status, a text that standard error (status 0: either stream) must
hold, the arguments, as a shell would split them, and, where there is a fourth, a text that must stand in neither. They run in
a copy of that folder. Where the status is not 0 the error is one line, and no file is made or changed.
"""
import os
import shlex
import shutil

from .core import files_under, run


def cases(setting):
    with open(os.path.join(setting.top, "tests", "options", "expected.tsv"), encoding="utf-8") as f:
        for line in f:
            fields = line.rstrip("\n").split("\t")
            if fields[0].isdigit():
                yield int(fields[0]), fields[1], fields[2], fields[3] if len(fields) > 3 else None


def problems_of(ran, status, text, never, made):
    said = ran.err.decode("utf-8", "replace")
    everything = said if status else said + ran.out.decode("utf-8", "replace")
    problems = [] if ran.status == status else [f"exit status {ran.status}, expected {status}"]
    if text not in everything:
        problems.append(f"does not say: {text}")
    if never and never in everything:
        problems.append(f"says: {never}")
    if status and (said.count("\n") != 1 or not said.startswith("leadfit: ")):
        problems.append("standard error is not one line that starts with 'leadfit: '")
    if status and made:
        problems.append(f"made or changed: {sorted(made)}")
    return problems + ([f"it said: {everything[:600]}"] if problems else [])


def run_all(setting, results):
    source = os.path.join(setting.top, "tests", "options")
    there = files_under(source)
    folder = os.path.join(setting.folder("options"), "copy")
    shutil.copytree(source, folder)
    for status, text, args, never in cases(setting):
        name = f"command_line/{args or 'nothing'}"
        if not setting.wanted(name):
            continue
        ran = run(setting, [setting.leadfit, *shlex.split(args)], cwd=folder)
        now = files_under(folder)
        made = [path for path in now if now[path] != there.get(path)]
        results.check(name, problems_of(ran, status, text, never, made))
        for path in made:
            os.remove(os.path.join(folder, path))

"""Everything the system does for the program fails in turn: memory, files, the pipe it prints into; it is killed, too.

Whatever fails, the program ends with a status and one line that says what, and outputs are whole: the old ones or the new
ones. Where it ends well in spite of a fault, its outputs are those of an undisturbed run, byte for byte."""
import csv
import os
import random
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from .core import files_under, run

ERRORS = (1, 2, 3, 4, 5)
# Faults of a kind tried, beyond the first ones: in every run of the tests, of what takes longer, and thoroughly.
SOME, FEW, MANY = 30, 2, 3000
LONGER = ("plain", "card", "evidence")
KILLS, MANY_KILLS = 10, 1000
COLUMNS = ("OpportunityId", "CloseDate", "Stage", "Amount", "LeadSource", "Pages viewed", "Discount asked")


class Command:
    """A command on the small history, what it gives undisturbed, and how often it calls the system."""

    def __init__(self, setting, name, args, library):
        self.setting, self.name, self.library = setting, name, library
        self.args = [setting.leadfit] + args
        self.folder = setting.folder(f"faults {name}")
        self.counts = os.path.join(setting.scratch, f"counts-{name}")
        self.good = self.go({"LEADFIT_FAULT_COUNTS": self.counts})
        self.tried = self.survived = 0

    def go(self, more):
        """Status, what was printed, the files it left, what it said."""
        for left in os.listdir(self.folder):
            shutil.rmtree(os.path.join(self.folder, left), ignore_errors=True)
        for left in os.listdir(self.folder):
            os.unlink(os.path.join(self.folder, left))
        ran = run(self.setting, self.args, cwd=self.folder, more={"LD_PRELOAD": self.library, **more})
        return ran.status, ran.out, files_under(self.folder), ran.err.decode("utf-8", "replace")

    def faults(self, many):
        """Every call of a kind where there are few; else the first ones and some by a fixed draw."""
        draw = random.Random(self.name)
        with open(self.counts, encoding="ascii") as f:
            counts = [(kind, int(calls)) for kind, calls in (line.split() for line in f)]
        for kind, calls in counts:
            some = range(1, calls + 1)
            if calls > 2 * many:
                some = sorted({*range(1, many // 4 + 2), *(draw.randint(1, calls) for _ in range(many))})
            yield from (f"{kind}:{n}" for n in some)
            yield from (f"{kind}:{n}+" for n in some[::4 if len(some) < 100 else 40])

    def problem(self, fault):
        status, out, files, said = self.go({"LEADFIT_FAULT": fault})
        self.tried += 1
        self.survived += status == self.good[0]
        whole = files == self.good[2]
        if status == self.good[0] and status in (0, 1):
            return None if whole and out == self.good[1] else f"{fault}: ends as if well, with other outputs"
        if status not in ERRORS:
            return f"{fault}: status {status}: {said[-200:]}"
        if not said.rstrip().split("\n")[-1].startswith("leadfit: "):
            return f"{fault}: status {status}, and no last line that says why: {said[-200:]}"
        return None if whole or not files else f"{fault}: half of the outputs: {sorted(files)}"


def history_of(setting):
    """A few columns and rows, and a card of them: what can fail is much the same as with many, and each try is short."""
    folder = setting.folder("faults history")
    made = run(setting, [setting.generate, "--rows", "600", "--seed", "3", "-o", folder])
    path = os.path.join(folder, "history.csv")
    with open(path, encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f))[:401]
    columns = [rows[0].index(name) for name in COLUMNS]
    with open(path, "w", encoding="utf-8", newline="") as f:
        csv.writer(f, lineterminator="\n").writerows([row[i] for i in columns] for row in rows)
    card = run(setting, [setting.leadfit, "fit", path, "-q", "-o", "card"], cwd=folder)
    if made.status != 0 or card.status != 0:
        raise RuntimeError((made.err + card.err).decode("utf-8", "replace"))
    return path, os.path.join(folder, "card", "scoring.json")


def commands(history, card, thorough):
    one = ["--threads", "1"]  # the n-th call is the same one in every run
    yield "inspect", ["inspect", history, *one]
    yield "plain", ["fit", history, "--method", "plain", "-o", "out", *one]
    yield "card", ["fit", history, "-o", "out", *one]
    yield "validate", ["validate", history, "--config", card, "--json", *one]
    yield "score", ["score", history, "--config", card, "-o", "scored.csv", *one]
    yield "compare", ["compare", history, card, "column:Pages viewed", "--json", *one]
    yield "export", ["export", card, "--to", "pmml", "-o", "card.pmml"]
    yield "plan", ["plan", history, "--config", card, "--revenue", "1000000", "--json", *one]
    yield "monitor", ["monitor", history, "--config", card, "--json", *one]
    if thorough:
        yield "evidence", ["evidence", history, "--json", *one]


def check_command(setting, name, args):
    """Its name and what is wrong with it. Thoroughly: every call of nearly every command fails once, and it is said how many."""
    command = Command(setting, name, args, os.path.join(setting.build, "tests", "faults.so"))
    if command.good[0] not in (0, 1):
        return f"faults/{name}", [f"undisturbed: status {command.good[0]}: {command.good[3]}"]
    found = [command.problem(fault) for fault in command.faults(MANY if setting.thorough else FEW if name in LONGER else SOME)]
    if setting.thorough:
        with open(command.counts, encoding="ascii") as f:
            calls = f.read().split()
        print(f"   faults/{name}: {command.tried} faults tried of {' '.join(calls)}; {command.survived} times the answer of an "
              "undisturbed run", flush=True)
    return f"faults/{name}", [p for p in found if p]


def check_faults(setting, results, history, card):
    wanted = [(name, args) for name, args in commands(history, card, setting.thorough) if setting.wanted(f"faults/{name}")]
    with ThreadPoolExecutor(max_workers=2) as pool:
        for full, problems in pool.map(lambda item: check_command(setting, *item), wanted):
            results.check(full, problems)


def check_stdout(setting, results, history, card):
    """What is printed goes nowhere: onto a full device, into a closed pipe, to no file at all."""
    problems = []
    for name, shell in (("full", ">/dev/full"), ("closed", ">&-")):
        for args in (["inspect", history], ["score", history, "--config", card], ["export", card, "--to", "c"], ["--help"]):
            ran = run(setting, ["sh", "-c", f'exec "$0" "$@" {shell}', setting.leadfit, *args])
            said = ran.err.decode("utf-8", "replace")
            if ran.status != 4 or not said.startswith("leadfit: ") or said.count("\n") != 1:
                problems.append(f"{args[0]} {name}: status {ran.status}: {said}")
    results.check("faults/stdout", problems)


def check_limit(setting, results, history, card):
    """Under a limit of address space: an error that says memory, or the answer; never a crash. (OpenBLAS starts its threads
    before main, and hangs where there is no room for their stacks: it gets none here.)"""
    del card
    problems, ended = [], set()
    args, env = [setting.leadfit, "inspect", history, "--threads", "1"], {**setting.environment(), "OPENBLAS_NUM_THREADS": "1"}
    good = run(setting, args).out
    for megabytes in (53, 54, 55, 56, 58, 60, 70, 100):
        limited = ["sh", "-c", f'ulimit -v {megabytes << 10}; exec "$0" "$@"', *args]
        ran = subprocess.run(limited, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False, env=env, timeout=60)
        said = ran.stderr.decode("utf-8", "replace")
        loader = "error while loading shared libraries" in said
        ended.add(ran.returncode)
        if ran.returncode == 0 and ran.stdout != good:
            problems.append(f"{megabytes} MB: another answer")
        elif ran.returncode and not loader and not (ran.returncode in ERRORS and "memory" in said):
            problems.append(f"{megabytes} MB: status {ran.returncode}: {said}")
    if 0 not in ended:
        problems.append(f"never ended well: {ended}")
    results.check("faults/limit", problems)


def rewritten(path):
    """As long as before, with other bytes in the middle."""
    with open(path, "r+b") as f:
        f.seek(os.path.getsize(path) // 2)
        f.write(b"x")


def replaced(path):
    """As editors and `mv` do: another file of that name; the one that is being read stays whole."""
    with open(path + ".new", "wb") as f:
        f.write(b"a,b\n1,2\n")
    os.rename(path + ".new", path)


def appended(path):
    with open(path, "ab") as f:
        f.write(b"one more\n")


CHANGES = {"cut": lambda path: os.truncate(path, os.path.getsize(path) // 3), "emptied": lambda path: os.truncate(path, 0),
           "grown": appended, "rewritten": rewritten, "replaced": replaced, "gone": os.unlink}


def read_while_it_changes(setting, folder, args, change):
    """The first input changes once it is open, while the program waits for the second one, a pipe."""
    first, pipe = os.path.join(folder, "first.csv"), os.path.join(folder, "second.csv")
    with open(first, "rb") as f:
        data = f.read()
    os.mkfifo(pipe)
    process = subprocess.Popen([setting.leadfit, args[0], first, pipe, *args[1:]], cwd=folder, env=setting.environment(),
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with open(pipe, "wb") as feed:  # opens once the program reads it
        if change:
            change(first)
        feed.write(data)
    out, err = process.communicate(timeout=120)
    os.unlink(pipe)
    return process.returncode, out, err.decode("utf-8", "replace")


def check_changed(setting, results, history, card):
    """A file that changes while it is read: an error that says so, and outputs as they were. One that is replaced or removed is read
    as it was."""
    folder, problems = setting.folder("faults changed"), []
    first = os.path.join(folder, "first.csv")
    for args in (["inspect"], ["fit", "--method", "plain", "-q", "-o", "out"], ["score", "--config", card, "-o", "out/scored.csv"]):
        os.makedirs(os.path.join(folder, "out"), exist_ok=True)
        good = None
        for name, change in [("", None), *CHANGES.items()]:
            shutil.copy(history, first)
            before = files_under(os.path.join(folder, "out"))
            status, out, said = read_while_it_changes(setting, folder, args, change)
            now = files_under(os.path.join(folder, "out"))
            good = good or (status, out, now)
            if name in ("", "replaced", "gone"):
                if (status, out, now) != good or status != 0:
                    problems.append(f"{args[0]}, {name}: status {status}, another answer: {said}")
            elif status != 4 or "first.csv: changed while it was read" not in said or now != before:
                problems.append(f"{args[0]}, {name}: status {status}: {said}")
    results.check("faults/changed", problems)


def check_killed(setting, results, history, card):
    """kill -9 at any moment: each output is the old one or the new one, whole."""
    del card
    folder, draw = setting.folder("faults killed"), random.Random(1)
    out = os.path.join(folder, "out")
    args = [setting.leadfit, "fit", history, "--method", "plain", "-q", "-o", "out", "--threads", "1"]
    versions, took = [], 0.0
    for more in ([], ["--holdout", "0.3"]):
        started = time.monotonic()
        if run(setting, args + more, cwd=folder).status != 0:
            raise RuntimeError("the fit that is to be killed does not run")
        took = time.monotonic() - started
        versions.append(files_under(out))
    problems, killed = [], 0
    for n in range(MANY_KILLS if setting.thorough else KILLS):
        more = [] if n % 2 else ["--holdout", "0.3"]
        process = subprocess.Popen(args + more, cwd=folder, env=setting.environment(), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(draw.uniform(0, 1.1 * took))
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        now = files_under(out)
        for name in versions[0]:
            if now.get(name) not in (versions[0][name], versions[1][name]):
                problems.append(f"kill {n}: {name} is neither the old one nor the new one")
    if not killed:
        problems.append("every run had ended before it was killed")
    results.check("faults/killed", problems)


def run_all(setting, results):
    if not os.path.exists(setting.leadfit) or not (setting.wanted("faults") or setting.only.startswith("faults/")):
        return
    history, card = history_of(setting)
    check_faults(setting, results, history, card)
    for check in (check_stdout, check_limit, check_changed, check_killed):
        if setting.wanted("faults/" + check.__name__[6:]):
            check(setting, results, history, card)

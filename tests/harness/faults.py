"""Everything the system does for the program fails in turn: memory, files, the pipe it prints into; it is killed, too.

Whatever fails, the program ends with a status and one line that says what, and outputs are whole: the old ones or the new
ones. Where it ends well in spite of a fault, its outputs are those of an undisturbed run, byte for byte.

Each fault is tried in a child that is forked where the call stands (tests/faults/aside.c), so that thousands of them cost little
more than the command once and what it does after each. In every run of the tests: each way that functions call one another to
a call (where there are very many, one in so many). Thoroughly: each call."""
import contextlib
import csv
import gzip
import itertools
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from . import golden
from .core import files_under, run

ERRORS = (1, 2, 3, 4, 5)
KINDS = ("map", "write", "open", "rename", "sync", "read")
HARMLESS = ("again", "short")  # reads and writes that a signal interrupts, or that move a part of the bytes
# Of what takes longest, one in so many of the ways to an allocation; thoroughly, all ways and one in so many of all allocations.
ONE_IN = {"plain": 8, "joined": 8, "card": 32, "evidence": 32, "agreed": 64, "evidence page": 64}
CASES_ONE_IN = 20  # of the ways to a call of every fourth case
CASE_SECONDS = 1.5  # a case that takes longer is left out
KILLS, MANY_KILLS = 10, 1000
COLUMNS = ("OpportunityId", "CloseDate", "Stage", "Amount", "LeadSource", "Pages viewed", "Discount asked")


class Ended:
    """How a try ended: status, what was printed, the files it left, what it said."""

    def __init__(self, status, folder):
        files = files_under(folder)
        self.status, self.out, self.said = status, files.pop("stdout"), files.pop("stderr").decode("utf-8", "replace")
        self.files = files


class Command:
    """A command in a folder of its own, which some files lie in beforehand, and what it gives undisturbed."""

    def __init__(self, setting, name, args, before=None, more=None):
        self.setting, self.args, self.before, self.more = setting, [setting.leadfit] + args, before or {}, more or {}
        self.folder, self.aside = setting.folder(f"faults {name}"), setting.folder(f"faults {name} aside")
        self.tried = self.survived = 0
        self.good = self.go("", lambda *_: None)

    def overwrite(self):
        """From now on something stands where the outputs go: a fault leaves it as it was."""
        self.before.update({path: b"the old one\n" for path in self.good.files})

    def clear(self):
        for folder in (self.folder, self.aside):
            shutil.rmtree(folder)
            os.makedirs(folder)
        for path, data in self.before.items():
            os.makedirs(os.path.dirname(os.path.join(self.folder, path)), exist_ok=True)
            with open(os.path.join(self.folder, path), "wb") as f:
                f.write(data)

    def go(self, fault, tell):
        """Runs it, tells of each child (name of the fault, how it ended) as it ends; how the run itself ended."""
        self.clear()
        results, told = os.pipe()
        env = {**self.setting.environment(), "LD_PRELOAD": os.path.join(self.setting.build, "tests", "faults.so"),
               "LEADFIT_FAULT": fault, "LEADFIT_FAULT_FOLDER": self.aside, "LEADFIT_FAULT_RESULTS": f"/proc/self/fd/{told}",
               "OPENBLAS_NUM_THREADS": "1", **self.more}  # OpenBLAS starts threads before main, and a child has only the one that forked
        with open(os.path.join(self.folder, "stdout"), "wb") as out, open(os.path.join(self.folder, "stderr"), "wb") as err:
            process = subprocess.Popen(self.args, cwd=self.folder, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=err,
                                       pass_fds=[told])
        os.close(told)
        with open(results, encoding="ascii") as lines:
            for line in lines:
                name, status = line.split()
                folder = os.path.join(self.aside, name)
                tell(name, Ended(os.waitstatus_to_exitcode(int(status)), folder))
                shutil.rmtree(folder)
        return Ended(process.wait(), self.folder)

    def problem(self, name, ended):
        good = self.good
        if ended.status == good.status and ended.files == good.files and ended.out == good.out:
            self.survived += 1
            return None
        if name.startswith(HARMLESS):
            return f"status {ended.status}, though nothing had failed: {ended.said[-200:]}"
        if name.startswith("memory") and ended.status != 4:
            return f"status {ended.status}, where memory failed: {ended.said[-200:]}"
        if ended.status not in ERRORS:
            return f"status {ended.status}, another answer: {ended.said[-200:]}"
        if not ended.said.rstrip().split("\n")[-1].startswith("leadfit: "):
            return f"status {ended.status}, and no last line that says why: {ended.said[-200:]}"
        if ended.files not in (self.before, good.files):
            return f"some of the outputs: {[path for path in good.files if ended.files.get(path) != self.before.get(path)]}"
        return None

    def sweep(self, fault):
        """What is wrong with the faults that are asked for, at most ten of them."""
        found = []

        def tell(name, ended):
            self.tried += 1
            problem = self.problem(name, ended)
            if problem and len(found) < 10:
                found.append(f"{name}{'+' if fault.endswith('+') else ''}: {problem}")

        ended = self.go(fault, tell)
        if (ended.status, ended.out, ended.files) != (self.good.status, self.good.out, self.good.files):
            found.append(f"{fault}: the run itself gives something else: status {ended.status}: {ended.said[-200:]}")
        return found


PROJECT = """\
outcome: {column: Stage, won: [Closed Won], lost: [Closed Lost]}
amount: Amount
date: CloseDate
created: CreatedDate
id: OpportunityId
account: AccountId
attributes:
  - {name: LeadSource, kind: category, owner: marketing, points: {Webinar: 5}}
  - {name: Pages viewed, kind: number, owner: marketing, sign: positive}
  - {name: Discount asked, kind: number, owner: sales, bands: [5, 10, 20]}
claims:
  - {say: Referrals close more often, by: sales, attribute: LeadSource, group: [Referral], effect: win, direction: higher}
  - {say: Readers buy more, attribute: Pages viewed, group: {from: 5}, effect: revenue, direction: higher}
plan: {revenue: 1000000, capacity: 10, cost_per_lead: 200}
"""
JOINED = """\
sources:
  - {name: leads, file: leads.csv, key: OpportunityId, owner: marketing}
  - {name: deals, file: deals.csv, key: OpportunityId, owner: sales}
outcome: {column: deals.Stage, won: [Closed Won], lost: [Closed Lost], unmatched: lost}
amount: deals.Amount
date: deals.CloseDate
"""


class World:
    """A few columns and rows, a card of them, and the same rows in two halves: what can fail is much the same as with many, and each
    try is short."""

    def __init__(self, setting):
        self.folder = setting.folder("faults history")
        made = run(setting, [setting.generate, "--rows", "600", "--seed", "3", "-o", self.folder])
        self.history = self.path("history.csv")
        with open(self.history, encoding="utf-8", newline="") as f:
            rows = list(csv.reader(f))[:401]
        self.write("history.csv", rows, COLUMNS)
        self.write("accounts.csv", rows, COLUMNS + ("AccountId", "CreatedDate"))
        self.write("leads.csv", rows, COLUMNS[:1] + COLUMNS[4:] + ("CreatedDate",))
        self.write("deals.csv", rows[:300], COLUMNS[:4])
        with open(self.history, "rb") as f, gzip.open(self.path("history.csv.gz"), "wb") as packed:
            packed.write(f.read())
        self.write_table("crm.db", rows)
        for name, text in (("leadfit.yaml", PROJECT), ("joined.yaml", JOINED)):
            with open(self.path(name), "w", encoding="utf-8") as f:
                f.write(text)
        card = run(setting, [setting.leadfit, "fit", self.history, "-q", "-o", "card"], cwd=self.folder)
        if made.status != 0 or card.status != 0:
            raise RuntimeError((made.err + card.err).decode("utf-8", "replace"))
        self.card = self.path("card/scoring.json")

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, rows, columns):
        places = [rows[0].index(column) for column in columns]
        with open(self.path(name), "w", encoding="utf-8", newline="") as f:
            csv.writer(f, lineterminator="\n").writerows([row[i] for i in places] for row in rows)

    def write_table(self, name, rows):
        names = ", ".join(f'"{column}"' for column in rows[0])
        with contextlib.closing(sqlite3.connect(self.path(name))) as base:
            base.execute(f"CREATE TABLE history ({names})")
            base.executemany(f"INSERT INTO history VALUES ({', '.join('?' * len(rows[0]))})", rows[1:])
            base.commit()


def commands(world):
    one = ["--threads", "1"]  # the n-th call is the same one in every run
    history, card, accounts = world.history, world.card, world.path("accounts.csv")
    project, joined = world.path("leadfit.yaml"), world.path("joined.yaml")
    yield "inspect", ["inspect", history, *one]
    yield "packed", ["inspect", world.path("history.csv.gz"), *one]
    yield "database", ["inspect", "sqlite:" + world.path("crm.db"), "--table", "history", *one]
    yield "project", ["inspect", history, "--yaml", *one]
    yield "plain", ["fit", history, "--method", "plain", "-o", "out", *one]
    yield "card", ["fit", history, "-o", "out", *one]
    yield "agreed", ["fit", accounts, "-p", project, "-o", "out", *one]
    yield "joined", ["fit", "-p", joined, "--method", "plain", "-o", "out", *one]
    yield "validate", ["validate", history, "--config", card, "--json", *one]
    yield "score", ["score", history, "--config", card, "-o", "scored.csv", *one]
    yield "compare", ["compare", history, card, "column:Pages viewed", "--json", *one]
    yield "compare page", ["compare", history, card, "column:Pages viewed", "-o", "compare.html", *one]
    yield "plan", ["plan", history, "--config", card, "--revenue", "1000000", "--json", *one]
    yield "plan page", ["plan", accounts, "--config", card, "-p", project, "-o", "plan.html", *one]
    yield "monitor", ["monitor", history, "--config", card, "--json", *one]
    yield "monitor page", ["monitor", history, "--config", card, "-o", "monitor.html", *one]
    yield "evidence", ["evidence", history, "--json", *one]
    yield "evidence page", ["evidence", accounts, "-p", project, "-o", "evidence.html", *one]
    yield "sql", ["sql", "--dialect", "spark", "--table", "deals", "-p", project, "-o", "profile.sql"]
    for target in ("sql", "salesforce", "hubspot", "zoho", "pmml", "csv", "markdown", "c"):
        yield f"export {target}", ["export", card, "--to", target, "--proof", "proof.csv", "-o", "exported"]


def sweeps(setting, name):
    """What is asked of the preloaded library, sweep by sweep. Under gcov no later call may fail: it could be one of its own."""
    which = "each" if setting.thorough else "places"
    few = ONE_IN.get(name, 2) if setting.mode != "coverage" else max(1, ONE_IN.get(name, 2) // 8)
    yield ",".join(f"{kind}:{which}" for kind in KINDS + HARMLESS)
    yield "short:each+"
    yield f"memory:places/{1 if setting.thorough else few}"
    if setting.thorough:
        yield f"memory:each/{few}"
    if setting.mode != "coverage":
        yield ",".join(f"{kind}:{which}+" for kind in KINDS)
        yield f"memory:places/{10 * few}+"


def check_command(setting, name, args):
    """Its name, what is wrong with it, and how much was tried."""
    command = Command(setting, name, args)
    if command.good.status not in (0, 1):
        return f"faults/{name}", [f"undisturbed: status {command.good.status}: {command.good.said}"]
    command.overwrite()
    found = [problem for fault in sweeps(setting, name) for problem in command.sweep(fault)]
    if setting.thorough:
        print(f"   faults/{name}: {command.tried} faults tried, {command.survived} times the answer of an undisturbed run", flush=True)
    if not command.tried:
        found.append("no fault was tried")
    return f"faults/{name}", found


def check_faults(setting, results, world):
    wanted = [(name, args) for name, args in commands(world) if setting.wanted(f"faults/{name}")]
    with ThreadPoolExecutor(max_workers=2) as pool:
        for full, problems in pool.map(lambda item: check_command(setting, *item), wanted):
            results.check(full, problems)


def check_cases(setting, results, world):
    """Every golden case and malformed file: of the ways to a call (the eight functions nearest to it) each once over all of them."""
    del world
    problems, tried = [], 0
    more = {"LEADFIT_FAULT_WAYS": os.path.join(setting.scratch, "ways"), "LEADFIT_FAULT_DEPTH": "8"}
    whole = setting.thorough or setting.mode == "coverage"
    one_in = 1 if whole else CASES_ONE_IN
    fault = ",".join(f"{kind}:places/{one_in}" for kind in (*KINDS, *HARMLESS, "memory"))
    for name, args, before in itertools.islice(cases(setting), 0, None, 1 if whole else 4):
        began = time.monotonic()
        command = Command(setting, "case " + name, args, before, more)
        if time.monotonic() - began > CASE_SECONDS:
            continue
        problems += [f"{name}: {problem}" for problem in command.sweep(fault)]
        tried += command.tried
        shutil.rmtree(command.folder)
        shutil.rmtree(command.aside)
    if setting.thorough:
        print(f"   faults/cases: {tried} faults tried", flush=True)
    results.check("faults/cases", problems if tried else ["no fault was tried"])


def cases(setting):
    """Name, arguments and files of each."""
    for name, case, source in golden.all_cases(setting):
        folder = setting.folder(f"faults case {name}")
        before = golden.prepare(setting, case, source, folder)
        shutil.rmtree(folder)
        if not case["args"][0].startswith("-"):  # what follows from the number of threads is no golden case's matter
            yield name, case["args"] + ["--threads", "1"], before
    top = os.path.join(setting.top, "tests", "malformed")
    for name in sorted(os.listdir(top)):
        if name != "expected.tsv" and os.path.isfile(os.path.join(top, name)):
            with open(os.path.join(top, name), "rb") as f:
                yield name, ["inspect", name, "--threads", "1"], {name: f.read()}


def check_stdout(setting, results, world):
    """What is printed goes nowhere: onto a full device, into a closed pipe, to no file at all. What is to be read is closed."""
    problems = []
    for name, shell in (("full", ">/dev/full"), ("closed", ">&-")):
        for args in (["inspect", world.history], ["score", world.history, "--config", world.card], ["export", world.card, "--to", "c"], ["--help"]):
            ran = run(setting, ["sh", "-c", f'exec "$0" "$@" {shell}', setting.leadfit, *args])
            said = ran.err.decode("utf-8", "replace")
            if ran.status != 4 or not said.startswith("leadfit: ") or said.count("\n") != 1:
                problems.append(f"{args[0]} {name}: status {ran.status}: {said}")
    ran = run(setting, ["sh", "-c", 'exec "$0" inspect - <&-', setting.leadfit])
    if ran.status != 4 or not ran.err.startswith(b"leadfit: -: standard input cannot be read"):
        problems.append(f"closed standard input: status {ran.status}: {ran.err}")
    results.check("faults/stdout", problems)


def check_limit(setting, results, world):
    """Under a limit of address space: an error that says memory, or the answer; never a crash. (OpenBLAS starts its threads
    before main, and hangs where there is no room for their stacks: it gets none here.)"""
    problems, ended = [], set()
    args, env = [setting.leadfit, "inspect", world.history, "--threads", "1"], {**setting.environment(), "OPENBLAS_NUM_THREADS": "1"}
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


def check_changed(setting, results, world):
    """A file that changes while it is read: an error that says so, and outputs as they were. One that is replaced or removed is read
    as it was."""
    folder, problems = setting.folder("faults changed"), []
    first = os.path.join(folder, "first.csv")
    for args in (["inspect"], ["fit", "--method", "plain", "-q", "-o", "out"], ["score", "--config", world.card, "-o", "out/scored.csv"]):
        os.makedirs(os.path.join(folder, "out"), exist_ok=True)
        good = None
        for name, change in [("", None), *CHANGES.items()]:
            shutil.copy(world.history, first)
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


def check_killed(setting, results, world):
    """kill -9 at any moment: each output is the old one or the new one, whole."""
    folder, draw = setting.folder("faults killed"), random.Random(1)
    out = os.path.join(folder, "out")
    args = [setting.leadfit, "fit", world.history, "--method", "plain", "-q", "-o", "out", "--threads", "1"]
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
    world = World(setting)
    check_faults(setting, results, world)
    for check in (check_cases, check_stdout, check_limit, check_changed, check_killed):
        if setting.wanted("faults/" + check.__name__[6:]):
            check(setting, results, world)

"""Runs programs in turn and keeps what each run took."""
import json
import os
import statistics
import subprocess
import sys
import threading
import time


class Run:
    """One run: wall and CPU seconds, peak MiB, peak of private MiB where watched, and what it printed."""

    def __init__(self, wall, usage, private, printed):
        self.wall, self.user, self.system = wall, usage.ru_utime, usage.ru_stime
        self.peak, self.private, self.printed = usage.ru_maxrss / 1024, private, printed

    def told(self, key):
        """A figure of the JSON that the program printed."""
        return json.loads(self.printed)[key]


def watch_private(pid, most):
    """Peak of private memory, the mapped file left out."""
    while True:
        try:
            with open(f"/proc/{pid}/status", encoding="ascii") as status:
                found = [line for line in status if line.startswith("RssAnon")]
        except OSError:
            return
        if not found:
            return
        most[0] = max(most[0], int(found[0].split()[1]) / 1024)
        time.sleep(0.01)


def run(arguments, seconds, watch=False):
    """None where it failed or did not finish in time."""
    began = time.perf_counter()
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        most = [0.0]
        if watch:
            threading.Thread(target=watch_private, args=(process.pid, most), daemon=True).start()
        stop = threading.Timer(seconds, process.kill)
        stop.start()
        errors = []
        reader = threading.Thread(target=lambda: errors.append(process.stderr.read()))
        reader.start()
        printed = process.stdout.read()
        reader.join()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        stop.cancel()
    if process.returncode:
        late = "" if wall < seconds else f", stopped after {seconds:.0f} s"
        print(f"bench: {' '.join(map(str, arguments))}: status {process.returncode}{late}\n{errors[0][-500:]}", file=sys.stderr)
        return None
    result = Run(wall, usage, most[0], printed)
    result.said = errors[0]
    return result


class Turn:
    """Programs run in turn on the same file: A B C A B C ..."""

    def __init__(self, title, programs):
        self.title, self.runs, self.failed = title, {name: [] for name, _ in programs}, []

    def median(self, name, figure="wall"):
        return statistics.median(getattr(run, figure) for run in self.runs[name])

    def span(self, name, figure="wall"):
        values = [getattr(run, figure) for run in self.runs[name]]
        return min(values), max(values)

    def ran(self, *names):
        return all(self.runs.get(name) for name in names)

    def ratios(self, a, b, value=lambda run: run.wall):
        """a / b, run by run: those that stood side by side."""
        return [value(x) / value(y) for x, y in zip(self.runs[a], self.runs[b])]


def take_turns(title, programs, repeats, deadline, watch=False):
    """Fewer rounds where the next would not end by the deadline; a program that fails once is left out."""
    turn = Turn(title, programs)
    longest = 0
    for repeat in range(repeats):
        began = time.monotonic()
        if began + longest > deadline:
            break
        for name, arguments in programs:
            if name in turn.failed:
                continue
            left = deadline - time.monotonic()
            result = run([str(a) for a in arguments], max(left, 1), watch) if left > 0 else None
            if result:
                turn.runs[name].append(result)
            else:
                turn.failed.append(name)
        longest = max(longest, time.monotonic() - began)
    turn.runs = {name: runs for name, runs in turn.runs.items() if runs}
    return turn

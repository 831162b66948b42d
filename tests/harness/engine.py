"""What the engine promises whatever the history: the same bytes by any way in and with any number of threads, and an end within
a moment of Ctrl-C that leaves nothing behind."""
import gzip
import os
import shutil
import signal
import subprocess
import time

from .core import files_under, run

ROWS = 15000  # more than two megabytes: read in several pieces, by a plan
PATIENCE = 5  # seconds; a second is meant, on a machine that has nothing else to do


def generated(setting, name):
    folder = setting.folder(name)
    made = run(setting, [setting.generate, "--rows", str(ROWS), "--seed", "5", "-o", folder])
    if made.status != 0:
        raise RuntimeError("generate: " + made.err.decode("utf-8", "replace"))
    with open(os.path.join(folder, "history.csv"), "rb") as f:
        return folder, f.read()


def outputs(setting, folder, way, more, data):
    """Every file of one fit, with the input's name taken out."""
    path = os.path.join(folder, "history.csv")
    with open(path, "wb") as f:
        f.write(gzip.compress(data, 1) if way == "gz" else data)
    out = os.path.join(folder, "out")
    shutil.rmtree(out, ignore_errors=True)
    source = "-" if way == "pipe" else "history.csv"
    ran = run(setting, [setting.leadfit, "fit", source, "--method", "plain", "-q", "-o", "out", *more], cwd=folder,
              stdin=data if way == "pipe" else None)
    if ran.status != 0:
        return {"error": ran.err}
    return {name: text.replace(b"history.csv", b"-") for name, text in files_under(out).items()}


def check_same(setting, results):
    """1, 2, 3 and 8 threads; a file, a pipe and gzip; with and without a budget of memory."""
    folder, data = generated(setting, "engine same")
    first, problems = outputs(setting, folder, "file", ["--threads", "1"], data), []
    if "report.json" not in first:
        problems.append(str(first))
    for way in ("file", "pipe", "gz"):
        for threads in ("1", "2", "3", "8"):
            for budget in ([], ["--memory", "1M"]):
                other = outputs(setting, folder, way, ["--threads", threads, *budget], data)
                if other != first:
                    problems.append(f"{way}, {threads} threads, {budget}: {sorted(k for k in other if other[k] != first.get(k))}")
    results.check("engine/same bytes", problems)
    shutil.rmtree(folder)


def started(setting, args, folder, on_interrupt):
    """The program, with SIGINT as on_interrupt says, whatever these tests were started with."""
    spool = os.path.join(folder, "spool")
    os.makedirs(spool, exist_ok=True)
    return subprocess.Popen([setting.leadfit, *args], cwd=folder, env={**setting.environment(), "TMPDIR": spool}, stdin=subprocess.PIPE,
                            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                            preexec_fn=lambda: signal.signal(signal.SIGINT, on_interrupt))


def interrupted(setting, args, folder, feed, after):
    """Seconds from SIGINT to the end, the status, and what was left."""
    with started(setting, args, folder, signal.SIG_DFL) as program:
        if feed:
            program.stdin.write(feed)
            program.stdin.flush()
        time.sleep(after)
        since = time.monotonic()
        program.send_signal(signal.SIGINT)
        try:
            program.wait(timeout=10 * PATIENCE)
        except subprocess.TimeoutExpired:
            program.kill()
        took = time.monotonic() - since
        said = program.stderr.read().decode("utf-8", "replace")
        try:
            program.stdin.close()
        except BrokenPipeError:
            pass
        return took, program.wait(), said, os.listdir(os.path.join(folder, "spool"))


def check_interrupt(setting, results):
    """SIGINT while standard input is waited for, while gzip is taken apart, and at any time of reading."""
    folder, data = generated(setting, "engine interrupt")
    many = data + data[data.index(b"\n") + 1:] * 39
    with open(os.path.join(folder, "many.csv"), "wb") as f:
        f.write(many)
    with open(os.path.join(folder, "many.csv.gz"), "wb") as f:
        f.write(gzip.compress(many, 1))
    before, problems, stopped = set(os.listdir(folder)) | {"spool"}, [], 0
    cases = [("-", data[:100000], 0.5)] + [(name, None, after) for name in ("many.csv.gz", "many.csv")
                                          for after in (0.03, 0.1, 0.2, 0.3, 0.5)]
    for source, feed, after in cases:
        took, status, said, left = interrupted(setting, ["fit", source, "--threads", "2", "-o", "out"], folder, feed, after)
        where = f"{source} after {after} s"
        if status == -signal.SIGINT and after < 0.2:
            continue  # before the program was ready to be told
        stopped += status == 130
        if status != 130 or said != "leadfit: interrupted: nothing was written\n":
            problems.append(f"{where}: status {status}: {said}")
        if took > PATIENCE:
            problems.append(f"{where}: ended {took:.1f} s after the signal")
        if left or set(os.listdir(folder)) - before:
            problems.append(f"{where}: left {left} {set(os.listdir(folder)) - before}")
    if not stopped:
        problems.append("no run was interrupted")
    results.check("engine/interrupt", problems)
    shutil.rmtree(folder)


def check_ignored(setting, results):
    """A job that a script put in the background ignores SIGINT from its start, and goes on to its end."""
    folder, data = generated(setting, "engine ignored")
    with started(setting, ["fit", "-", "--method", "plain", "-q", "-o", "out"], folder, signal.SIG_IGN) as program:
        program.stdin.write(data[:100000])
        program.stdin.flush()
        time.sleep(0.5)
        program.send_signal(signal.SIGINT)
        _, said = program.communicate(data[100000:])
    written = os.listdir(os.path.join(folder, "out")) if os.path.exists(os.path.join(folder, "out")) else []
    problems = [] if program.returncode == 0 and "report.json" in written else [f"status {program.returncode}: {said}: {written}"]
    results.check("engine/ignored", problems)
    shutil.rmtree(folder)


def run_all(setting, results):
    for check in (check_same, check_interrupt, check_ignored):
        if not setting.wanted("engine/" + check.__name__[6:]):
            continue
        if os.path.exists(setting.leadfit):
            check(setting, results)
        else:
            results.skip("engine/" + check.__name__[6:], "there is no program")

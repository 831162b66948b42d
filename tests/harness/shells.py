"""What people meet at a terminal: manual pages, completions in real shells, summaries that fit a screen, colour."""
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import termios
import time
import unicodedata

from .core import run

LINES, COLUMNS = 40, 80
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def commands_of(setting):
    return re.findall(r"(?m)^  leadfit (\w+) ", run(setting, [setting.leadfit, "--help"]).out.decode())


def options_of(setting, command):
    return re.findall(r"(?m)^  (?:-\w, |    )--([\w-]+)", run(setting, [setting.leadfit, command, "--help"]).out.decode())


# ---- manual pages -------------------------------------------------------------------------------------


def check_manual(setting, results):
    """mandoc finds nothing to complain of, and every option of --help has its entry; each command has an example."""
    if not shutil.which("mandoc"):
        results.skip("shells/manual", "there is no mandoc here (package mandoc)")
        return
    problems, folder = [], setting.folder("manual")
    for command in ["", *commands_of(setting)]:
        path = os.path.join(folder, f"leadfit-{command}.1" if command else "leadfit.1")
        page = run(setting, [setting.leadfit, "--manual", *([command] if command else [])]).out
        with open(path, "wb") as f:
            f.write(page)
        said = run(setting, ["mandoc", "-T", "lint", path]).out.decode()
        # pages of the other commands are not installed while this one is looked at
        problems += [line for line in said.splitlines() if "referenced manual not found" not in line and "mandoc.db" not in line]
        text = re.sub(r".\x08", "", run(setting, ["mandoc", "-T", "utf8", path]).out.decode())
        problems += [f"{path}: --{option} has no entry" for option in (options_of(setting, command) if command else [])
                     if not re.search(rf"(?m)^ +(-\w, )?--{option}\b", text)]
        if "EXAMPLES" not in text:
            problems.append(f"{path}: there is no example: add one to src/cli/about.c")
    results.check("shells/manual", problems)


# ---- completions --------------------------------------------------------------------------------------

# What is typed, and what must be among the candidates.
ASKED = [("leadfit mon", "monitor"), ("leadfit fit --meth", "--method"), ("leadfit fit --method pl", "plain"),
         ("leadfit export --to pm", "pmml"), ("leadfit score --config scor", "scoring.json"), ("leadfit compare hist", "history one.csv")]


def completion(setting, shell, folder):
    path = os.path.join(folder, "leadfit." + shell)
    with open(path, "wb") as f:
        f.write(run(setting, [setting.leadfit, "--completion", shell]).out)
    for name in ("scoring.json", "history one.csv"):
        with open(os.path.join(folder, name), "w", encoding="utf-8"):
            pass
    return path


def bash_gives(setting, path, folder, line):
    words = line.split(" ")
    script = (f"source '{path}'; COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}; _leadfit; "
              "printf '%s\\n' \"${COMPREPLY[@]}\"")
    return run(setting, ["bash", "--norc", "-c", script], cwd=folder).out.decode().splitlines()


def fish_gives(setting, path, folder, line):
    told = run(setting, ["fish", "--no-config", "-c", f"source '{path}'; complete -C '{line}'"], cwd=folder, more={"HOME": folder})
    return [candidate.split("\t")[0] for candidate in told.out.decode().splitlines()]


def zsh_gives(setting, path, folder, line):
    """zsh completes at a terminal alone: the line is typed there, and what it became is read."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 160, 0, 0))
    env = {**setting.environment("C"), "TERM": "dumb", "HOME": folder, "ZDOTDIR": folder}
    shell = subprocess.Popen(["zsh", "-f", "-i"], stdin=follower, stdout=follower, stderr=follower, cwd=folder, env=env, close_fds=True)
    os.close(follower)

    def send(text, until, seconds=20):
        os.write(leader, text.encode())
        told, ends = b"", time.monotonic() + seconds
        while time.monotonic() < ends and until not in told:
            if select.select([leader], [], [], 0.2)[0]:
                told += os.read(leader, 65536)
        return told.decode("utf-8", "replace")
    try:
        send(f"PS1=; autoload -U compinit; compinit -u -D; source '{path}'; echo rea''dy\n", b"\nready")
        # the line is completed, and then echoed as words rather than run
        return send("echo() { print -r -- \"<$*>\" }; " + "alias -g leadfit=leadfit\n" + line + "\t\x01echo \x05 en''d\n", b"end>").split("\n")
    finally:
        shell.kill()
        shell.wait()
        os.close(leader)


def check_completion(setting, results):
    for shell, gives in (("bash", bash_gives), ("zsh", zsh_gives), ("fish", fish_gives)):
        if not shutil.which(shell):
            results.skip(f"shells/completion {shell}", f"there is no {shell} here (package {shell})")
            continue
        folder, problems = setting.folder("completion " + shell), []
        path = completion(setting, shell, folder)
        for line, wanted in ASKED:
            told = gives(setting, path, folder, line)
            if not any(wanted in candidate.replace("\\ ", " ") for candidate in told):
                problems.append(f"'{line}' is not completed to {wanted}: {told[-6:]}")
        with open(path, encoding="utf-8") as f:
            text = f.read()
        problems += [f"--{option} of {command} is not in the completion" for command in commands_of(setting)
                     for option in options_of(setting, command) if option not in text]
        results.check(f"shells/completion {shell}", problems)


# ---- the screen ---------------------------------------------------------------------------------------


def at_terminal(setting, args, more=None, columns=COLUMNS):
    """What a command writes to a terminal of 80 columns; standard error goes there, too."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
    env = {**setting.environment("C"), "TERM": "xterm-256color", **(more or {})}
    program = subprocess.Popen([setting.leadfit, *args], stdin=subprocess.DEVNULL, stdout=follower, stderr=follower, env=env)
    os.close(follower)
    told = b""
    while True:
        try:
            data = os.read(leader, 65536)
        except OSError:
            break
        if not data:
            break
        told += data
    os.close(leader)
    program.wait()
    text = told.decode("utf-8", "replace").replace("\r\n", "\n")
    return re.sub(r"(?m)^.*\r\x1b\[K", "", text)  # what is wiped: the progress line


def wide(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def check_screen(setting, results):
    """The summary of every command fits a screen, is coloured on a terminal alone, and -q is silent."""
    folder = setting.folder("screen")
    history, project = (os.path.join(setting.top, "datasets", "sample", n) for n in ("history.csv", "leadfit.yaml"))
    leads, out = os.path.join(setting.top, "datasets", "sample", "leads.csv"), os.path.join(folder, "out")
    card, scored = os.path.join(out, "scoring.json"), os.path.join(folder, "scored.csv")
    run(setting, [setting.leadfit, "fit", history, "-p", project, "-o", out, "-q"])
    asked = {"fit": [history, "-p", project, "-o", out], "inspect": [history, "-p", project], "validate": [history, "-p", project, "--config", card],
             "compare": [history, "-p", project, card, "column:hubspot_score"], "evidence": [history, "-p", project],
             "score": [leads, "--config", card, "-o", scored], "plan": [history, "-p", project, "--config", card, "--revenue", "1000000"],
             "monitor": [history, "-p", project, "--config", card]}
    for command, args in asked.items():
        name = f"shells/screen {command}"
        if not setting.wanted(name):
            continue
        problems = []
        shown = at_terminal(setting, [command, *args])
        plain = ESCAPE.sub("", shown)
        lines = [line for line in plain.rstrip("\n").split("\n") if not line.startswith("leadfit: warning: ")]
        if len(lines) > LINES or not plain.strip():
            problems.append(f"{len(lines)} lines on a terminal of {LINES}")
        problems += [f"{wide(line)} columns: {line}" for line in lines if wide(line) > COLUMNS]
        if not re.search(r"\x1b\[[0-9;]*m", shown):
            problems.append("a terminal is shown no colour")
        if re.search(r"\x1b\[[0-9;]*m", at_terminal(setting, [command, *args], {"NO_COLOR": "1"})):
            problems.append("NO_COLOR is not heard")
        if b"\x1b" in run(setting, [setting.leadfit, command, *args]).out:
            problems.append("a pipe is given colour")
        quiet = run(setting, [setting.leadfit, command, *args, "-q"])
        if command != "monitor" and (quiet.out.strip() or quiet.err.strip()):
            problems.append(f"-q says {(quiet.out + quiet.err)[:200]!r}")
        results.check(name, problems)


def run_all(setting, results):
    if not os.path.exists(setting.leadfit):
        results.skip("shells", "there is no program")
        return
    for check in (check_manual, check_completion, check_screen):
        if setting.wanted("shells/" + check.__name__[6:]) or setting.only.startswith("shells/" + check.__name__[6:]):
            check(setting, results)

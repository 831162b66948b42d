"""What stands beside the program: the sample, the generator, the linked libraries, installation."""
import json
import os
import re
import subprocess

from .core import files_under, run


def check_generator(setting, results):
    """The same options give the same bytes; another seed gives others; rows and truth are as asked."""
    made = []
    for seed in ("1", "1", "2"):
        folder = setting.folder(f"generate {seed} {len(made)}")
        ran = run(setting, [setting.generate, "--rows", "500", "--seed", seed, "-o", folder])
        if ran.status != 0:
            results.fail("scripts/generate", ran.err.decode("utf-8", "replace"))
            return
        made.append(files_under(folder))
    problems = []
    if made[0] != made[1]:
        problems.append("the same seed gives different bytes")
    if made[0]["history.csv"] == made[2]["history.csv"]:
        problems.append("another seed gives the same history")
    if made[0]["history.csv"].count(b"\n") != 501:
        problems.append("500 rows asked for, and not 501 lines made")
    if json.loads(made[0]["truth.json"])["options"]["rows"] != 500:
        problems.append("truth.json does not say 500 rows")
    results.check("scripts/generate", problems)


def check_sample(setting, results):
    """The committed sample is what the generator makes: nobody edited it by hand."""
    sample = os.path.join(setting.top, "datasets", "sample")
    folder = setting.folder("sample")
    ran = run(setting, [setting.generate, "--sample", "-o", folder])
    made = files_under(folder)
    problems = [] if ran.status == 0 else [ran.err.decode("utf-8", "replace")]
    for name in ("history.csv", "leads.csv", "truth.json"):
        with open(os.path.join(sample, name), "rb") as f:
            if made.get(name) != f.read():
                problems.append(f"datasets/sample/{name} is not what generate --sample makes")
    results.check("scripts/sample", problems)


def check_blas(setting, results):
    """GSL calls the OpenBLAS that is safe for threads: it comes before GSL's own cblas in the order in which symbols are found."""
    if not os.path.exists(setting.leadfit):
        results.skip("scripts/blas", "there is no program")
        return
    said = subprocess.run(["ldd", setting.leadfit], stdout=subprocess.PIPE, check=False).stdout.decode()
    lines = [line for line in said.splitlines() if "blas" in line]
    problems = []
    if not lines or "openblas" not in lines[0]:
        problems.append("OpenBLAS is not the first of:\n" + said)
    elif "openblas-pthread" not in os.path.realpath(lines[0].split("=>")[1].split()[0]):
        problems.append("not the OpenBLAS for threads: " + lines[0])
    results.check("scripts/blas", problems)


def check_install(setting, results):
    """Installation puts program, library, header, pkg-config file, manual pages and completions in place, and takes them away again, and
    nothing that was there before it."""
    if not os.path.exists(setting.leadfit):
        results.skip("scripts/install", "there is no program")
        return
    folder = setting.folder("install")
    # Of its own, not a part of the make that called this: its flags and job server are not ours.
    call = ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", "-s", f"BUILD={setting.build}", f"DESTDIR={folder}",
            "PREFIX=/usr"]
    others = {"usr/bin/leadfitter", "usr/include/lead.h", "usr/lib/libleadfitter.so", "usr/share/man/man1/leadfitter.1",
              "usr/share/bash-completion/completions/lead", "usr/lib/pkgconfig/lead.pc"}
    for name in others:
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "w", encoding="utf-8"):
            pass
    ran = run(setting, call + ["install"], cwd=setting.top)
    names = set(files_under(folder))
    expected = {"usr/bin/leadfit", "usr/include/leadfit.h", "usr/lib/libleadfit.a", "usr/lib/libleadfit.so",
                "usr/lib/libleadfit.so.0", "usr/lib/pkgconfig/leadfit.pc", "usr/share/man/man1/leadfit.1",
                "usr/share/man/man1/leadfit-fit.1", "usr/share/man/man1/leadfit-export.1", "usr/share/bash-completion/completions/leadfit",
                "usr/share/zsh/site-functions/_leadfit", "usr/share/fish/vendor_completions.d/leadfit.fish"}
    problems = [f"not installed: {name}" for name in sorted(expected - names)]
    ended, left = run(setting, call + ["uninstall"], cwd=setting.top).status, set(files_under(folder))
    if ended != 0 or left != others:
        problems.append(f"left behind by uninstall: {sorted(left - others)}; taken away, and not its own: {sorted(others - left)}")
    results.check("scripts/install", problems + ([ran.err.decode("utf-8", "replace")] if problems else []))


def check_goals(setting, results):
    """`make help` tells every goal that there is, and only those."""
    with open(os.path.join(setting.top, "Makefile"), encoding="utf-8") as f:
        goals = set(re.search(r"(?s)\.PHONY: (.*?)\n\n", f.read()).group(1).replace("\\\n", " ").split()) - {"all", "help", "FORCE"}
    said = run(setting, ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", "-s", "help"], cwd=setting.top).out.decode()
    told = {word for line in said.splitlines() if line.startswith("make ") for word in re.match(r"make ((?: ?[a-z-]+)*)", line).group(1).split()}
    problems = [f"make help is silent on {goal}" for goal in sorted(goals - told)] + [f"make help tells of {goal}" for goal in sorted(told - goals)]
    results.check("scripts/goals", problems)


def run_all(setting, results):
    for check in (check_generator, check_sample, check_blas, check_install, check_goals):
        if setting.wanted("scripts/" + check.__name__[6:]):
            check(setting, results)

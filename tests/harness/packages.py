"""What is handed to others: the names the shared library shows, Debian packages installed in a folder of their own, build facts, and
(--thorough) the same bytes from another folder."""
import glob
import json
import os
import re
import shutil
import subprocess
import time

from .core import files_under, run

# Of its own, not a part of the make that called this: its flags and job server are not ours.
MAKE = ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", "-s"]


def check_symbols(setting, results):
    """The shared library shows the functions of include/leadfit.h and nothing else, and carries its version's name."""
    library = os.path.join(setting.build, "libleadfit.so")
    with open(os.path.join(setting.top, "include", "leadfit.h"), encoding="utf-8") as f:
        declared = set(re.findall(r"^LF_PUBLIC [^;]*?\b(lf_\w+)\(", f.read(), re.M))
    said = run(setting, ["nm", "-D", "--defined-only", library]).out.decode()
    shown = {line.split()[-1].split("@")[0] for line in said.splitlines() if line and " A " not in line}
    problems = [f"shown, and not in the header: {name}" for name in sorted(shown - declared)[:10]]
    problems += [f"in the header, and not shown: {name}" for name in sorted(declared - shown)]
    if not declared:
        problems.append("include/leadfit.h declares nothing")
    if "[libleadfit.so.0]" not in run(setting, ["readelf", "-d", library]).out.decode():
        problems.append("its SONAME is not libleadfit.so.0")
    results.check("packages/symbols", problems)


def check_version(setting, results):
    """--version says the release and what it was built with, the same each time and in every locale."""
    with open(os.path.join(setting.top, "include", "leadfit.h"), encoding="utf-8") as f:
        version = re.search(r'define LEADFIT_VERSION "(.*)"', f.read()).group(1)
    first = run(setting, [setting.leadfit, "--version"])
    again = run(setting, [setting.leadfit, "fit", "--version"], locale="de_DE.UTF-8", more={"OPENBLAS_NUM_THREADS": "3"})
    text = first.out.decode()
    problems = [] if text.startswith(f"leadfit {version}\n") else [f"does not begin with leadfit {version}: {text[:60]}"]
    problems += [f"no {word} in it" for word in ("compiler:", "glibc", "GSL", "OpenBLAS", "jansson", "leadfit-scoring/1") if word not in text]
    if again.out != first.out:
        problems.append("another text the second time")
    for package, name in (("gsl", "GSL"), ("jansson", "jansson"), ("zlib", "zlib"), ("libzstd", "zstd")):
        wanted = run(setting, ["pkg-config", "--modversion", package]).out.decode().strip()
        if wanted and f"{name} {wanted}" not in text:
            problems.append(f"{name} is {wanted} here, and --version says otherwise")
    # Databases are built in where pkg-config finds them, and said where they are built in.
    for package, name in (("libpq", "PostgreSQL"), ("sqlite3", "SQLite"), ("odbc", "ODBC")):
        there = run(setting, ["pkg-config", "--exists", package]).status == 0
        if there != (name in text.split("databases:")[-1].split("\n")[0]):
            problems.append(f"{name}: pkg-config says {there}, and --version otherwise")
    # Nothing of the machine or the moment.
    for word in (setting.top, setting.build, os.path.expanduser("~/"), time.strftime("%Y-%m-%d"), time.strftime("%b %d %Y"), time.strftime("%d %b %Y")):
        if word in text:
            problems.append(f"{word} is in it")
    results.check("packages/version", problems)


def check_release(setting, results):
    """One release everywhere: the newest of the change log is that of the header, its major number that of SONAME, names and package."""
    with open(os.path.join(setting.top, "include", "leadfit.h"), encoding="utf-8") as f:
        version = re.search(r'define LEADFIT_VERSION "(.*)"', f.read()).group(1)
    with open(os.path.join(setting.top, "CHANGELOG.md"), encoding="utf-8") as f:
        releases = re.findall(r"(?m)^## \[(.*?)\](?: - (\d{4}-\d{2}-\d{2}))?$", f.read())
    problems = [] if re.fullmatch(r"\d+\.\d+\.\d+", version) else [f"{version} is no semantic version"]
    dated = [(tuple(map(int, number.split("."))), date) for number, date in releases if number != "Unreleased"]
    if releases[0] != ("Unreleased", "") or not dated or ".".join(map(str, dated[0][0])) != version:
        problems.append(f"the change log begins with {releases[:2]}, and the header says {version}")
    if dated != sorted(dated, reverse=True) or not all(date for _, date in dated):
        problems.append(f"releases in the change log are not the newest first, each with its day: {dated}")
    major = version.split(".")[0]
    library = os.path.join(setting.build, "libleadfit.so")
    said = run(setting, ["readelf", "-d", library]).out.decode() + run(setting, ["nm", "-D", "--defined-only", library]).out.decode()
    problems += [f"libleadfit.so does not say {word}" for word in (f"[libleadfit.so.{major}]", f"@@LEADFIT_{major}") if word not in said]
    with open(os.path.join(setting.top, "tools", "deb"), encoding="utf-8") as f:
        if f"libleadfit{major} " not in f.read():
            problems.append(f"tools/deb makes no libleadfit{major}")
    results.check("packages/release", problems)


def make_packages(setting, results):
    """Name of a package -> its .deb, or None where they could not be made (and that was said)."""
    for tool in ("dpkg-deb", "dpkg-shlibdeps"):
        if not shutil.which(tool):
            results.skip("packages/deb", f"{tool} is not there")
            return None
    ran = run(setting, MAKE + [f"BUILD={setting.build}", "deb"], cwd=setting.top)
    found = {os.path.basename(path).split("_")[0]: path for path in glob.glob(os.path.join(setting.build, "deb", "*.deb"))}
    if ran.status != 0 or set(found) != {"leadfit", "libleadfit0", "libleadfit-dev"}:
        results.fail("packages/deb", f"make deb made {sorted(found)}: " + ran.err.decode("utf-8", "replace"))
        return None
    return found


def install(setting, debs, root):
    """Unpacks the packages under root: by dpkg with a data base of its own where we may, else as archives."""
    base = os.path.join(root, "var/lib/dpkg")
    for folder in ("info", "updates", "triggers"):
        os.makedirs(os.path.join(base, folder))
    for name in ("status", "available"):
        with open(os.path.join(base, name), "wb"):
            pass
    if os.geteuid() == 0:
        # What they depend on is on this machine and not in the folder; no script of theirs runs.
        return run(setting, ["dpkg", f"--root={root}", "--force-depends", "--force-not-root", "--no-triggers", "-i", *debs])
    for deb in debs:
        ran = run(setting, ["dpkg", "-x", deb, root])
        if ran.status != 0:
            return ran
    return ran


def check_control(setting, debs):
    """What the packages say they need is what their binaries are linked to."""
    problems = []
    said = {name: run(setting, ["dpkg-deb", "-f", deb, "Depends"]).out.decode() for name, deb in debs.items()}
    for name in ("leadfit", "libleadfit0"):
        for needed in ("libc6", "libgsl", "libopenblas0-pthread", "libjansson4", "libyaml-0-2", "libzstd1", "libpcre2-8-0", "libcsv3", "libgomp1"):
            if needed not in said[name]:
                problems.append(f"{name} does not depend on {needed}: {said[name]}")
    if not re.match(r"libleadfit0 \(= \d+\.\d+\.\d+\)", said["libleadfit-dev"]):
        problems.append("libleadfit-dev does not depend on its library: " + said["libleadfit-dev"])
    return problems


def check_deb(setting, results):
    """The packages install, the program in them runs a job, and a C program builds against them through pkg-config."""
    debs = make_packages(setting, results)
    if not debs:
        return
    problems = check_control(setting, debs)
    root = setting.folder("deb root")
    ran = install(setting, list(debs.values()), root)
    if ran.status != 0:
        problems.append("dpkg: " + ran.err.decode("utf-8", "replace"))
    program = os.path.join(root, "usr/bin/leadfit")
    example = os.path.join(root, "usr/share/doc/leadfit/examples")
    out = os.path.join(root, "out")
    ran = run(setting, [program, "fit", f"{example}/history.csv", "-p", f"{example}/leadfit.yaml", "-q", "-o", out])
    if ran.status != 0 or not os.path.exists(f"{out}/scoring.json"):
        problems.append("the installed program: " + ran.err.decode("utf-8", "replace"))
    names = files_under(root)
    for name in ("usr/share/man/man1/leadfit.1.gz", "usr/share/doc/leadfit/copyright", "usr/share/doc/leadfit/changelog.gz"):
        if name not in names:
            problems.append(f"not installed: {name}")
    problems += build_against(setting, root, out)
    results.check("packages/deb", problems)


def build_against(setting, root, out):
    """Each example of docs/examples, compiled as its first lines say, against what was installed under root."""
    found = glob.glob(os.path.join(root, "usr/lib/*/pkgconfig/leadfit.pc"))
    if not found:
        return ["no leadfit.pc in the packages"]
    libdir = os.path.dirname(os.path.dirname(found[0]))
    env = {"PKG_CONFIG_PATH": os.path.dirname(found[0]), "PKG_CONFIG_SYSROOT_DIR": root, "LD_LIBRARY_PATH": libdir}
    flags = run(setting, ["pkg-config", "--cflags", "--libs", "leadfit"], more=env).out.decode().split()
    problems = []
    sample = os.path.join(setting.top, "datasets", "sample")
    made = os.path.join(out, "library.json")
    calls = {"fit": [f"{sample}/history.csv", f"{sample}/leadfit.yaml", made], "score": [made]}
    for name, arguments in calls.items():
        source = os.path.join(setting.top, "docs", "examples", name + ".c")
        binary = os.path.join(out, name)
        ran = run(setting, ["gcc", "-std=c17", "-Wall", "-Wextra", "-Werror", source, "-o", binary, *flags], more=env)
        ran = run(setting, [binary, *arguments], more=env) if ran.status == 0 else ran
        if ran.status != 0:
            problems.append(f"docs/examples/{name}.c: " + ran.err.decode("utf-8", "replace"))
    if not problems:
        with open(made, encoding="utf-8") as mine, open(os.path.join(out, "scoring.json"), encoding="utf-8") as program:
            cards = [json.load(mine), json.load(program)]
        for card in cards:
            card["provenance"].pop("command")
        for found in cards[0]["provenance"]["inputs"] + cards[1]["provenance"]["inputs"]:
            found.pop("name")
        problems += [f"{key} is not what the program writes" for key in cards[1] if cards[0].get(key) != cards[1][key]]
    return problems


def check_reproducible(setting, results):
    if not setting.thorough:
        results.skip("packages/reproducible", "takes a whole build: make check-reproducible, or --thorough")
        return
    ran = subprocess.run(MAKE + [f"BUILD={setting.build}", "check-reproducible"], cwd=setting.top, stdout=subprocess.PIPE,
                         stderr=subprocess.STDOUT, check=False)
    results.check("packages/reproducible", [] if ran.returncode == 0 else [ran.stdout.decode("utf-8", "replace")])


def run_all(setting, results):
    if not os.path.exists(setting.leadfit):
        results.skip("packages", "there is no program")
        return
    for check in (check_symbols, check_version, check_release, check_deb, check_reproducible):
        if setting.wanted("packages/" + check.__name__[6:]):
            check(setting, results)

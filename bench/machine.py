"""What the bench finds on the machine: cores, memory, compilers, peers and their versions."""
import json
import os
import platform
import shutil
import subprocess

PYTHON_PEERS = ["polars", "pandas", "duckdb", "sklearn", "statsmodels", "glum", "optbinning"]
R_PEERS = ["data.table", "glmnet", "doParallel", "jsonlite"]


def printed(arguments):
    try:
        return subprocess.run(arguments, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def python_versions(python):
    code = ("import importlib, json\nfound = {}\n"
            f"for name in {PYTHON_PEERS!r}:\n"
            "  try: found[name] = importlib.import_module(name).__version__\n"
            "  except Exception: pass\n"
            "print(json.dumps(found))")
    return json.loads(printed([python, "-c", code]).splitlines()[-1] if python else "{}")


def r_versions():
    code = ("cat(R.version$major, '.', R.version$minor, '\\n', sep = ''); for (p in c(%s)) if (requireNamespace(p, quietly = TRUE)) "
            "cat(p, as.character(packageVersion(p)), '\\n')" % ", ".join(f"'{p}'" for p in R_PEERS))
    lines = printed(["Rscript", "-e", code]).splitlines()
    return {"R": lines[0], **dict(line.split() for line in lines[1:])} if lines else {}


class Machine:
    """Versions of the peers that are here, and the names of those that are not."""

    def __init__(self):
        self.python = shutil.which(os.environ.get("BENCH_PYTHON", "python3")) or ""
        self.versions = {**python_versions(self.python), **r_versions()}
        if shutil.which("liblinear-train"):
            self.versions["LIBLINEAR"] = printed(["dpkg-query", "-W", "-f", "${Version}", "liblinear-tools"]) or "?"
        self.absent = [p for p in [*PYTHON_PEERS, "R", *R_PEERS, "LIBLINEAR"] if p not in self.versions]

    def has(self, *names):
        return all(name in self.versions for name in names)

    def facts(self):
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.machine())
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
        return [("Processor", f"{model}, {os.cpu_count()} cores"), ("Memory", f"{memory:.0f} GiB"),
                ("System", f"{platform.system()} {platform.release()}"),
                ("Compiler", printed(["gcc", "--version"]).split("\n")[0])]

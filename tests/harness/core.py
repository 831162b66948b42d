"""What all parts share: where things are, how a program is run, how results are counted."""
import os
import shutil
import subprocess
import tempfile

TIMEOUT = 300  # seconds a single program may take before it counts as hung
SLOWER = 6  # so many times as long in a build that watches itself


class Results:
    def __init__(self, verbose):
        self.passed = self.failed = self.skipped = 0
        self.verbose = verbose

    def count(self):
        return self.passed + self.failed + self.skipped

    def ok(self, name):
        self.passed += 1
        if self.verbose:
            print(f"ok      {name}", flush=True)

    def fail(self, name, why):
        self.failed += 1
        lines = str(why).rstrip().splitlines()[:40]
        print("\n".join([f"FAILED  {name}"] + [f"        {line}" for line in lines]), flush=True)

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def skip(self, name, why):
        self.skipped += 1
        print(f"skipped {name}: {why}", flush=True)

    def check(self, name, problems):
        """Passed where the list of problems is empty."""
        if problems:
            self.fail(name, "\n".join(problems))
        else:
            self.ok(name)

    def summary(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


class Setting:
    def __init__(self, top, build, mode, only, thorough=False):
        self.top, self.build, self.mode, self.only, self.thorough = top, build, mode, only, thorough
        self.leadfit = os.path.join(build, "leadfit")
        self.generate = os.path.join(build, "generate")
        self.scratch = tempfile.mkdtemp(prefix="leadfit-test-")
        self.locale_folder = make_locale(self.scratch)

    def close(self):
        shutil.rmtree(self.scratch, ignore_errors=True)

    def wanted(self, name):
        return self.only in name

    def folder(self, name):
        path = os.path.join(self.scratch, name.replace("/", "_").replace(" ", "_"))
        os.makedirs(path)
        return path

    def environment(self, locale="C"):
        kept = ("PATH", "HOME", "TMPDIR", "LEADFIT_REFERENCE", "LEADFIT_CHARTS", "XDG_CACHE_HOME")
        env = {k: os.environ[k] for k in kept if k in os.environ}
        env["LC_ALL"] = locale
        if self.locale_folder:
            env["LOCPATH"] = self.locale_folder
        if self.mode == "asan":
            env["ASAN_OPTIONS"] = "detect_leaks=1:abort_on_error=0:exitcode=99:allocator_may_return_null=1"
            env["LSAN_OPTIONS"] = f"suppressions={self.top}/tests/harness/lsan.supp:print_suppressions=0"
            env["UBSAN_OPTIONS"] = "print_stacktrace=1"
        if self.mode == "tsan":
            env["TSAN_OPTIONS"] = "exitcode=99:ignore_noninstrumented_modules=1"
            archer = find_archer()
            if archer:
                env["OMP_TOOL_LIBRARIES"] = archer
        return env


class Ran:
    """A finished program: status (negative: a signal; None: hung), out and err as bytes."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


def run(setting, args, cwd=None, stdin=None, locale="C", more=None, patience=1):
    """patience: so many times the usual time, for a program that is many tests."""
    timeout = patience * TIMEOUT * (1 if setting.mode == "release" else SLOWER)
    try:
        done = subprocess.run(args, cwd=cwd, input=stdin, stdin=subprocess.DEVNULL if stdin is None else None,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout,
                              env={**setting.environment(locale), **(more or {})}, check=False)
        return Ran(done.returncode, done.stdout, done.stderr)
    except subprocess.TimeoutExpired as late:
        return Ran(None, late.stdout or b"", (late.stderr or b"") + b"\n(no end after %d s)\n" % timeout)


def make_locale(scratch):
    """A German locale made for the tests alone (decimal comma), or None where the sources of locales are not there."""
    folder = os.path.join(scratch, "locale")
    os.makedirs(folder)
    tool = shutil.which("localedef") or "/usr/bin/localedef"
    try:
        subprocess.run([tool, "-i", "de_DE", "-f", "UTF-8", os.path.join(folder, "de_DE.UTF-8")],
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    except OSError:
        return None
    return folder if os.path.isdir(os.path.join(folder, "de_DE.UTF-8")) else None


def find_archer():
    """The tool that tells ThreadSanitizer what OpenMP synchronises."""
    import glob
    found = sorted(glob.glob("/usr/lib/llvm-*/lib/libarcher.so"))
    return found[-1] if found else None


def files_under(folder):
    """Relative path -> bytes of every file under a folder."""
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(where, name)
            with open(path, "rb") as f:
                found[os.path.relpath(path, folder)] = f.read()
    return found

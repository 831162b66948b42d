"""Every command that a document shows is run, in a clean copy of the project, with the files it speaks of laid there; or it stands in a list
here with the reason why not. What stands in running text, in synopses and in crontabs names commands, options, goals and files that exist.

A document's commands stand in blocks marked `sh`, or in indented blocks. They run one after the other in one folder, as they stand. The lines of a
block marked `text` stand in what the block before it printed."""
import glob
import os
import re
import shutil

from . import fixtures
from .core import run

PROGRAMS = r"(?:leadfit|build/\w+|make|duckdb|sqlite3|python3?|npm|gcc|\./\w+|awk|cat|head|sed|zcat|tests/[\w./]+|tools/[\w./-]+)"
COMMAND = re.compile(rf"^{PROGRAMS}(?=\s|$)")
MAKE = re.compile(r"make\b")
PLACEHOLDER = re.compile(r"(?<![$\w])(?:HISTORY|LEADS|CANDIDATE|COMMAND|FORMAT|NAME|SHELL|FOLDER|FILE|DIR)\b")

# Goals that a document shows and that no test of a document can run: each says what runs them.
GOALS = {
    r"make deps test": "the tests are what is running now",
    r"make deps-sources": "installs databases and engines",
    r"make deps-notebooks": "installs Jupyter",
    r"make install PREFIX=.*": "tests/harness/scripts.py, in a folder of its own",
    r"make lint": "a part of make check-all",
    r"make asan tsan": "a part of make check-all",
    r"make analyze valgrind": "a part of make check-all",
    r"make fuzz": "a part of make check-all",
    r"make documents": "these tests are it",
    r"make check-all": "the tests are a part of it",
    r"make check-reproducible": "tests/harness/packages.py --thorough",
    r"make notebooks": "documents/notebooks run",
}


class Page:
    """A document, and what its commands need.

    lay(setting, folder, page) puts its files there, and returns why it cannot be run, or None. It may fill: absent (pattern of a command -> what is
    not installed), after (pattern -> what follows a command), env, stop. elsewhere: pattern -> what runs it in its place. leave: exit statuses that are
    right. bare: it needs no copy of the project. finish(folder, text) gives what is wrong after all of it."""

    def __init__(self, name, lay=None, elsewhere=None, leave=(0,), bare=False, finish=None):
        self.name, self.lay, self.leave, self.bare, self.finish = name, lay, leave, bare, finish
        self.elsewhere = {**GOALS, **(elsewhere or {})}
        self.absent, self.after, self.env, self.stop, self.used, self.missed = {}, {}, {}, [], set(), []

    def passes_over(self, command):
        """Whether a command is not run here."""
        for pattern in self.elsewhere:
            if re.fullmatch(pattern, plain(command)):
                self.used.add(pattern)
                return True
        reasons = [reason for pattern, reason in self.absent.items() if re.fullmatch(pattern, plain(command))]
        self.missed += [f"{plain(command)}: {reason}" for reason in reasons]
        return bool(reasons)

    def stale(self):
        return [f"tests/harness/fixtures.py says that it is run elsewhere, and it is not there: {p}"
                for p in self.elsewhere if p not in self.used and p not in GOALS]

    def take_down(self):
        for stop in self.stop:
            stop()


# ---- what stands in a document ------------------------------------------------------------------------


def blocks(text):
    """(label, text) of each block, in order: fenced ones by their label, indented ones as 'indented'."""
    found, lines, i = [], text.split("\n"), 0
    while i < len(lines):
        fence = re.match(r"```(\w*)$", lines[i])
        indented = lines[i].startswith("    ") and (i == 0 or not lines[i - 1].strip())
        end = i + 1
        if fence:
            while end < len(lines) and lines[end] != "```":
                end += 1
            found.append((fence.group(1), "\n".join(lines[i + 1:end]) + "\n"))
        elif indented:
            while end < len(lines) and lines[end].startswith("    "):
                end += 1
            found.append(("indented", "\n".join(line[4:] for line in lines[i:end]) + "\n"))
        i = end + 1 if fence or indented else i + 1
    return found


def commands_of(block):
    """The commands of a block: lines that a backslash or a here-document binds together are one."""
    made, lines = [], block.split("\n")
    while lines:
        command = [lines.pop(0)]
        if not command[0].strip() or command[0].lstrip().startswith("#"):
            continue
        while lines and command[-1].endswith("\\"):
            command.append(lines.pop(0))
        word = re.search(r"<<'?(\w+)'?", command[0])
        while word and lines and command[-1] != word.group(1):
            command.append(lines.pop(0))
        made.append("\n".join(command))
    return made


def plain(command):
    """A command on one line, without the remark that follows it."""
    return re.sub(r"\s+#\s.*$", "", re.sub(r"\\\n\s*", "", command)).strip()


def synopsis(block):
    """A line of a reference: what a command looks like, with words that stand for others."""
    return bool(PLACEHOLDER.search(re.sub(r"'[^']*'|\"[^\"]*\"", "", block.split("\n")[0])))


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


# ---- running them -------------------------------------------------------------------------------------


def dry(setting, folder, command):
    """make without doing anything: its goals are there."""
    ran = run(setting, ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "sh", "-c", plain(command) + " -n"], cwd=folder)
    return [] if ran.status == 0 else [f"no such goal: {command}: {ran.err.decode('utf-8', 'replace')[-300:]}"]


def perform(setting, page, folder, command):
    """(what was printed, problems) of one command."""
    passed_over = page.passes_over(command)
    if MAKE.match(command) and (passed_over or not setting.thorough):
        return "", dry(setting, folder, command)
    if passed_over:
        return "", []
    folders = [os.path.join(folder, "bin"), setting.build, os.environ["PATH"]]
    ran = run(setting, ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "sh", "-e", "-c", command], cwd=folder, patience=6 if setting.thorough else 1,
              more={"PATH": ":".join(folders), **page.env})
    text = ran.out.decode("utf-8", "replace")
    if ran.status not in page.leave:
        return text, [f"exit status {ran.status} of: {command}\n{ran.err.decode('utf-8', 'replace')[-1500:]}"]
    # an error that something behind it hides, as in `leadfit … || echo`
    hidden = [line for line in ran.err.decode("utf-8", "replace").splitlines() if line.startswith("leadfit: ") and "warning" not in line]
    if hidden:
        return text, [f"an error in: {command}\n{hidden[0]}"]
    for pattern, follow in page.after.items():
        if re.search(pattern, plain(command)):
            follow()
    return text, []


def check_blocks(setting, page, folder, found):
    """Runs the blocks of a page; what goes wrong first is told, since the rest hangs on it."""
    problems, printed = [], ""
    for label, text in found:
        looks = [line for line in text.split("\n") if COMMAND.match(line)]
        if label == "text":
            problems += [f"not printed: {line}" for line in text.splitlines() if line and line not in printed]
        elif label in ("sh", "indented") and looks and not synopsis(text):
            printed = ""
            for command in commands_of(text):
                more, wrong = perform(setting, page, folder, command)
                printed += more
                if wrong:
                    return problems + wrong
        elif looks and label not in ("crontab", "indented"):
            problems.append(f"a command in a block marked '{label}', where nothing runs it (mark it sh): {looks[0]}")
    return problems + page.stale()


# ---- what is only named -------------------------------------------------------------------------------


def spans(text):
    """Commands that are not run as they stand: in running text, in synopses, in crontabs."""
    fenceless = re.sub(r"(?ms)^```.*?^```$", "", text)
    found = [re.sub(r"\s+", " ", s) for s in re.findall(r"(?<!`)`([^`]+)`(?!`)", fenceless)]
    for label, block in blocks(text):
        if label == "indented" and synopsis(block):
            found += block.splitlines()
        if label == "crontab":
            found += [line.split(None, 5)[5] for line in block.splitlines() if line.strip()]
    return found


class Known:
    """The commands, options, goals and files that there are."""

    def __init__(self, setting):
        self.setting = setting
        self.general = run(setting, [setting.leadfit, "--help"]).out.decode()
        self.options = {}
        for command in re.findall(r"(?m)^  leadfit (\w+)", self.general):
            help_text = run(setting, [setting.leadfit, command, "--help"]).out.decode()
            self.options[command] = set(re.findall(r"(?m)^  (?:(-\w), |    )(--[\w-]+)", help_text))
            self.options[command] = {o for pair in self.options[command] for o in pair if o}
        makefile = read(os.path.join(setting.top, "Makefile"))
        self.goals = set(re.search(r"(?s)\.PHONY: (.*?)\n\n", makefile).group(1).replace("\\\n", " ").split())
        self.usage = {"tests/run": run(setting, [os.path.join(setting.top, "tests", "run"), "--help"]).out.decode(),
                      "build/generate": run(setting, [setting.generate, "--help"]).out.decode()}

    def complaint(self, span):
        """What is wrong with a command that a document names, or None."""
        words = re.sub(r"\s#.*", "", span).split()
        if words[0] == "leadfit" or words[0] == "build/leadfit":
            return self.of_leadfit(words)
        if words[0] == "make":
            unknown = [w for w in words[1:] if "=" not in w and w not in self.goals]
            return f"no goal {unknown[0]}" if unknown else None
        if words[0] in self.usage:
            unknown = [w for w in words if w.startswith("-") and w.split("=")[0] not in self.usage[words[0]]]
            return f"no option {unknown[0]}" if unknown else None
        if re.match(r"(src|include|tests|tools|docs|datasets|notebooks|bench)/", words[0]):
            pattern = re.sub(r"\bNAME\b|\bCOMMAND\b", "*", words[0])
            return None if glob.glob(os.path.join(self.setting.top, pattern)) else "no such file"
        return None

    def of_leadfit(self, words):
        if len(words) == 1:
            return None
        said = [w.strip("[]").split("=")[0] for w in words[1:] if re.match(r"\[?--?[a-z]", w)]
        if words[1].startswith("-"):
            unknown = [o for o in said if o not in self.general]
        elif words[1] in self.options or words[1] == "COMMAND":
            unknown = [o for o in said if o not in self.options.get(words[1], {"--help"})]
        else:
            return f"no command {words[1]}"
        return f"no option {unknown[0]}" if unknown else None


def check_named(setting, results, documents):
    """Commands, options, goals and files that running text names are there."""
    known = Known(setting)
    problems, seen = [], 0
    for path in documents:
        for span in spans(read(path)):
            # an error message begins like a command
            if not re.match(rf"{PROGRAMS}(\s|$)|(src|include|tests|tools|docs|datasets|notebooks|bench)/", span):
                continue
            seen += 1
            wrong = known.complaint(span)
            if wrong:
                problems.append(f"{os.path.relpath(path, setting.top)}: {wrong}: {span}")
    if seen < 50:
        problems.append(f"only {seen} were found: they are no longer read")
    results.check("documents/named", problems)


# ---- all of them --------------------------------------------------------------------------------------


def pages_of(setting):
    """Every document there is, with what is known of it; one that nobody listed is run in a clean copy as it is."""
    listed = {page.name: page for page in fixtures.pages(Page)}
    found = [p for pattern in ("*.md", "docs/*.md", "datasets/*.md", "datasets/public/*.md", "notebooks/*.md")
             for p in sorted(glob.glob(os.path.join(setting.top, pattern)))]
    for path in found:
        name = os.path.relpath(path, setting.top)
        if name != "CHANGELOG.md":
            yield path, listed.pop(name, None) or Page(name)
    if listed:
        raise LookupError(f"no such document: {sorted(listed)}")


def in_copy(setting, results, name, page, what, scratch=False):
    """Checks what(folder) in a clean copy with the page's files; commands that need what is not installed are skipped by name."""
    folder = fixtures.bare_folder(setting, page.name) if page.bare else fixtures.clean_copy(setting, page.name, scratch)
    try:
        why = page.lay(setting, folder, page) if page.lay else None
        if why:
            results.skip(name, why)
            return
        problems = what(folder)
        for missed in page.missed:
            results.skip(f"{name}: a command", missed)
        results.check(name, problems)
    finally:
        page.take_down()
        shutil.rmtree(folder, ignore_errors=True)


def check_page(setting, results, path, page):
    text = read(path)
    found, name = blocks(text), "documents/" + page.name
    if not setting.wanted(name) or not any(label == "sh" or COMMAND.match(block) for label, block in found):
        return

    def what(folder):
        problems = check_blocks(setting, page, folder, found)
        return problems or (page.finish(folder, text) if page.finish else [])

    # A page that builds begins without a build folder where its make is run.
    builds = any(MAKE.match(c) and not page.passes_over(c) for _, block in found for c in commands_of(block))
    in_copy(setting, results, name, page, what, scratch=setting.thorough and builds)


def examples_of(setting):
    """(command, its examples) as --help shows them."""
    for command in re.findall(r"(?m)^  leadfit (\w+)", run(setting, [setting.leadfit, "--help"]).out.decode()):
        text = run(setting, [setting.leadfit, command, "--help"]).out.decode()
        yield command, [line.strip() for line in text.partition("\nExamples\n")[2].splitlines() if line.strip()]


def check_help(setting, results):
    """The examples of --help run, one after the other, in one folder."""
    page = fixtures.help_page(Page)

    def what(folder):
        problems = []
        for command, examples in examples_of(setting):
            if not examples:
                problems.append(f"{command} --help has no example: src/cli/about.c")
            for example in examples:
                problems += perform(setting, page, folder, example)[1]
        return problems + page.stale()
    in_copy(setting, results, "documents/help", page, what)


def run_all(setting, results):
    documents = []
    for path, page in pages_of(setting):
        documents.append(path)
        check_page(setting, results, path, page)
    if setting.wanted("documents/help"):
        check_help(setting, results)
    if setting.wanted("documents/named"):
        check_named(setting, results, documents)

#!/usr/bin/env python3
"""No input makes memory grow faster than its size, nor time faster than n log n: measured on families of hostile files.

    tests/growth.py [--only TEXT] [--after FAMILY] [--scale F] [--times N] [--table FILE] BUILD

Each family is written at sizes n, 2n, 4n and 8n, and given to the commands that read it, with one thread. The exponent is
the slope of the logarithm of the cost over that of the bytes, by least squares: of the seconds without those of an empty run, and
of the steps of memory from one size to the next, which know no constant. An
exponent above 1.3 for the seconds of the processor, or above 1.35 for the memory (tables that double come in steps), is a failure where the largest run costs
enough to be told from noise (QUIET_SECONDS, QUIET_BYTES). An error is an answer, too: refusing must not take long either.
--scale makes every file so many times as large; --times N takes the least of so many runs.
"""
import argparse
import gzip
import json
import math
import os
import random
import subprocess
import sys
import tempfile
import time

TIME_EXPONENT, MEMORY_EXPONENT = 1.3, 1.35
QUIET_SECONDS, QUIET_BYTES = 0.08, 12 << 20
PATIENCE = 300  # seconds after which a run counts as endless

# ---- families of tables: a function of n gives the text; the column "won" holds 1 or 0 ----------------------


def table(header, rows):
    return header + ",won\n" + "".join(f"{row},{i * 7919 % 5 % 2}\n" for i, row in enumerate(rows))


def drawn(n):
    return random.Random(n)


def wide(n):
    draw = drawn(n)
    rows = (",".join(str(draw.randint(0, 99)) for _ in range(n)) for _ in range(60))
    return table(",".join(f"c{i}" for i in range(n)), rows)


def wide_texts(n):
    draw = drawn(n)
    rows = (",".join(draw.choice("abcde") for _ in range(n)) for _ in range(200))
    return table(",".join(f"c{i}" for i in range(n)), rows)


def same_names(n):
    rows = (",".join("12345"[(i + j) % 5] for j in range(n)) for i in range(20))
    return table(",".join(["name"] * n), rows)


def one_line(n):
    return "a," * n


def one_column_per_row(n):
    """As many columns as rows."""
    side = int(math.sqrt(n))
    draw = drawn(n)
    return table(",".join(f"c{i}" for i in range(side)), (",".join(str(draw.randint(0, 9)) for _ in range(side)) for _ in range(side)))


def long_fields(n):
    return table("note", ("x" * (n // 8) + str(i) for i in range(16)))


def long_lines_in_quotes(n):
    return table("note", ('"' + "line\n" * (n // 80) + f'{i}"' for i in range(64)))


def all_quotes(n):
    return '"' * n


def open_quote(n):
    return "a,won\n" + "1,0\n" * (n // 8) + '"' + "2,1\n" * (n // 8)


def quotes_inside(n):
    return table("note", ('"' + '""' * 40 + f'{i % 50}"' for i in range(n // 90)))


def stray_quotes(n):
    return table("size", (f'{i % 40}" pipe' for i in range(n)))


def whole_lines_quoted(n):
    return "a,won\n" + "".join(f'"""{i % 9}"",{i % 2}"\n' for i in range(n))


def distinct(n):
    return table("key", (f"customer-{i * 7919 % n}" for i in range(n)))


def distinct_columns(n):
    """Many columns, each with many values."""
    rows = (",".join(f"v{(i * 31 + j * 17) % (n // 4 + 1)}" for j in range(12)) for i in range(n))
    return table(",".join(f"c{j}" for j in range(12)), rows)


def hundreds_of_levels(n):
    draw = drawn(1)
    return table("a,b,c", (f"x{draw.randint(0, 150)},y{draw.randint(0, 150)},z{draw.randint(0, 150)}" for _ in range(n)))


def alike(n):
    """Keys that differ in their last characters only."""
    return table("key", ("k" * 60 + f"{i % (n // 2):08d}" for i in range(n)))


def equal(n):
    return table("a,b", ("same,5" for _ in range(n)))


def blank_lines(n):
    return "a,won\n" + "".join(f"{i % 30},{i % 2}\n" + "\n" * 50 for i in range(n // 50)) + "\n" * n


def delimiters(n):
    return table("a" + "," * 200, ("," * 200 for _ in range(n // 200)))


def line_ends(n):
    return "a,won\n" + "".join(f"{i % 30},{i * 7919 % 5 % 2}" + ("\n", "\r\n", "\r")[i % 3] for i in range(n))


def tiny_rows(n):
    return "won\n" + "1\n0\n" * (n // 2)


def ragged(n):
    return "a,b,won\n" + "".join("1,2\n" if i % 2 else f"{i % 9},x,{i % 4 // 2}\n" for i in range(n))


def long_numbers(n):
    return table("number", (f"{i % 9 + 1}" + "0123456789" * 200 for i in range(n // 2000)))


def long_fractions(n):
    return table("number", (f"{i % 9 + 1}." + "3141592653" * 80 + str(i) for i in range(n // 800)))


def rising(n):
    return table("number", (str(i) for i in range(n)))


def falling(n):
    return table("number", (str(n - i) for i in range(n)))


def doubles(n):
    draw = drawn(3)
    return table("a,b", (f"{draw.random()!r},{draw.gauss(0, 1e9)!r}" for _ in range(n)))


def numbers_then_text(n):
    """A column that is a number in all rows but the last one."""
    return table("a", (str(i * 7919 % n) if i < n - 1 else "none of them" for i in range(n)))


def money(n):
    return table("a", (f'"{"$€£"[i % 3]} {i % 4000 // 1000},{i % 1000:03d}.50"' for i in range(n)))


def days(n):
    made = (time.gmtime(86400 * (i % 15000) + i) for i in range(n))
    return table("date", (time.strftime("%Y-%m-%d %H:%M:%S", day) for day in made))


def days_both_ways(n):
    return table("date", (f"{i % 12 + 1:02d}/{i // 12 % 12 + 1:02d}/{2000 + i // 144 % 24}" for i in range(n)))


def accounts(n):
    return table("AccountId,a", (f"acc{i},{i % 50}" for i in range(n)))


def one_account(n):
    return table("AccountId,a", (f"acc,{i % 50}" for i in range(n)))


def same_ids(n):
    return table("OpportunityId,a", (f"op{i % 10},{i % 50}" for i in range(n)))


def bytes_of_latin_1(n):
    return table("a", (("é", "ß", "ü")[i % 3] + str(i % 40) for i in range(n))).encode("latin-1")


def no_text_at_all(n):
    return drawn(n).randbytes(n)


def zeros_zipped(n):
    return gzip.compress(b"a,won\n" + b"0,1\n" * n, 1)


def separated(n):
    """The number tells the outcome but for one row in a hundred: every cut is as good as the next."""
    return "a,b,won\n" + "".join(f"{i},{i % 97},{int(i * 2 > n) if i % 100 else i // 100 % 2}\n" for i in range(n))


def saw(n):
    return table("a", (str(i % 2 * n + i) for i in range(n)))


# The textbook fit solves a system of all its weights: it is not asked where their number grows with the file.
READ, FIT, NOT_PLAIN = ["inspect"], ["inspect", "plain", "card", "score"], ["inspect", "card", "score"]
TABLES = {
    # family: (function, n, commands)
    wide: (600, ["inspect", "plain", "card"]), wide_texts: (400, ["inspect", "plain", "card"]), same_names: (1000, ["inspect", "card"]), one_line: (100000, READ),
    one_column_per_row: (40000, ["inspect", "card"]), long_fields: (400000, READ), long_lines_in_quotes: (800000, READ),
    all_quotes: (1000000, READ), open_quote: (1000000, READ), quotes_inside: (1000000, FIT), stray_quotes: (50000, FIT),
    whole_lines_quoted: (60000, READ), distinct: (50000, FIT), distinct_columns: (8000, NOT_PLAIN), hundreds_of_levels: (15000, FIT),
    alike: (20000, FIT), equal: (80000, FIT), blank_lines: (1000000, FIT), delimiters: (1000000, ["inspect"]),
    line_ends: (60000, FIT), tiny_rows: (200000, READ), ragged: (80000, READ), long_numbers: (1000000, READ),
    long_fractions: (1000000, READ), rising: (40000, FIT), falling: (40000, FIT), doubles: (20000, FIT),
    numbers_then_text: (40000, FIT), money: (40000, FIT), days: (20000, FIT), days_both_ways: (40000, FIT),
    accounts: (30000, ["plain", "card"]), one_account: (30000, ["plain", "card"]), same_ids: (40000, FIT),
    bytes_of_latin_1: (60000, FIT), no_text_at_all: (1000000, READ), zeros_zipped: (400000, READ),
    separated: (30000, FIT), saw: (40000, FIT),
}

# ---- families of configs: leadfit.yaml, claims.yaml, scoring.json --------------------------------------------

MISSING = [{"label": "missing", "missing": True, "points": 0}, {"label": "other", "other": True, "points": 0}]


def scoring(attributes, **more):
    return json.dumps({"format": "leadfit-scoring/1", "score": {"minimum": 0, "maximum": 100}, "attributes": attributes,
                       "mql": {"threshold": 1}, **more})


def many_attributes(n):
    return scoring([{"name": f"a{i}", "kind": "category", "bands": [{"label": "x", "values": ["x"], "points": i % 2}] + MISSING}
                    for i in range(n)])


def many_bands(n):
    bands = [{"label": f"b{i}", "from": i, "to": i + 1, "points": i % 3} for i in range(1, n)]
    return scoring([{"name": "a", "kind": "number", "bands": [{"label": "b0", "to": 1, "points": 0}] + bands +
                     [{"label": "top", "from": n, "points": 1}] + MISSING}])


def many_groups(n):
    return scoring([{"name": "a", "kind": "category", "bands": [{"label": f"b{i}", "values": [f"v{i}"], "points": i % 3}
                                                                for i in range(n)] + MISSING}])


def many_values(n):
    return scoring([{"name": "a", "kind": "category", "bands": [{"label": "b", "values": [f"v{i}" for i in range(n)],
                                                                 "points": 3}] + MISSING}])


def many_patterns(n):
    return scoring([{"name": "a", "kind": "text", "bands": [{"label": f"b{i}", "match": f"x{i}y", "points": i % 3}
                                                            for i in range(n)] + MISSING}])


def many_grades(n):
    return scoring([{"name": "a", "kind": "category", "bands": [{"label": "x", "values": ["x"], "points": 9}] + MISSING}],
                   grades=[{"name": f"g{i}", "from": 100 * (n - i) / n} for i in range(n)])


def nested_json(n):
    return "[" * n


def nested_objects(n):
    return '{"a":' * n + "1" + "}" * n


def nested_yaml(n):
    return "a: " + "[" * n + "]" * n


def indented_yaml(n):
    return "".join(" " * i + f"k{i}:\n" for i in range(int(math.sqrt(n))))


def laughs(n):
    return "a: &a [x, x]\n" + "".join(f"b{i}: &b{i} [*{'a' if i == 0 else f'b{i - 1}'}, *a]\n" for i in range(n))


def keys_twice(n):
    return "drop: [a]\n" * n


def unknown_keys(n):
    return "".join(f"key{i}: 1\n" for i in range(n))


def one_scalar(n):
    return "drop: [" + "x" * n + "]\n"


def quoted_scalar(n):
    return 'drop: ["' + '\\u00e9\\n' * n + '"]\n'


def comments(n):
    return "# a comment\n" * n + "drop: [b]\n"


def project_attributes(n):
    return "attributes:\n" + "".join(f"  - {{name: a{i}, kind: number, owner: sales}}\n" for i in range(n))


def project_edges(n):
    return "attributes:\n  - {name: a, kind: number, bands: [" + ", ".join(str(i) for i in range(n)) + "]}\n"


def project_patterns(n):
    return "attributes:\n  - name: b\n    kind: text\n    match:\n" + "".join(
        f"      - {{label: l{i}, pattern: x{i}y}}\n" for i in range(n))


def project_drops(n):
    return "drop: [" + ", ".join(f"d{i}" for i in range(n)) + "]\n"


def project_missing(n):
    return "missing: [" + ", ".join(f"m{i}" for i in range(n)) + "]\n"


def project_points(n):
    return "attributes:\n  - {name: b, kind: category, points: {" + ", ".join(f"v{i}: 1" for i in range(n)) + "}}\n"


def claims_many(n):
    return "claims:\n" + "".join(f"  - {{say: s{i}, attribute: b, group: [x], effect: win, direction: higher}}\n" for i in range(n))


def claims_levels(n):
    return "claims:\n  - {say: s, attribute: b, group: [" + ", ".join(f"v{i}" for i in range(n)) + "], effect: win, direction: higher}\n"


CONFIGS = {
    many_attributes: (2000, "scoring.json", ["config"]), many_bands: (8000, "scoring.json", ["config"]),
    many_groups: (8000, "scoring.json", ["config"]), many_values: (40000, "scoring.json", ["config"]),
    many_patterns: (500, "scoring.json", ["config"]), many_grades: (8000, "scoring.json", ["config"]),
    nested_json: (200000, "scoring.json", ["config"]), nested_objects: (40000, "scoring.json", ["config"]),
    nested_yaml: (200000, "leadfit.yaml", ["project"]), indented_yaml: (400000, "leadfit.yaml", ["project"]),
    laughs: (20000, "leadfit.yaml", ["project"]), keys_twice: (40000, "leadfit.yaml", ["project"]),
    unknown_keys: (20000, "leadfit.yaml", ["project"]), one_scalar: (400000, "leadfit.yaml", ["project"]),
    quoted_scalar: (50000, "leadfit.yaml", ["project"]), comments: (100000, "leadfit.yaml", ["project"]),
    project_attributes: (4000, "leadfit.yaml", ["project"]), project_edges: (20000, "leadfit.yaml", ["project"]),
    project_patterns: (1000, "leadfit.yaml", ["project", "matched"]), project_drops: (10000, "leadfit.yaml", ["project"]),
    project_missing: (10000, "leadfit.yaml", ["project"]), project_points: (4000, "leadfit.yaml", ["project"]),
    claims_many: (40, "claims.yaml", ["claims"]), claims_levels: (20000, "claims.yaml", ["claims"]),
}

SMALL = table("a,b", (f"{i * 13 % 40},{'xyz'[i * 7 % 3]}" for i in range(1200)))
CARD = scoring([{"name": name, "kind": "number", "bands": [{"label": "low", "to": 5, "points": 0},
                                                           {"label": "high", "from": 5, "points": 50}] + MISSING}
                for name in ("a",)])

# ---- measuring ----------------------------------------------------------------------------------------------


# Run by a small process of its own: the largest memory of a program counts what its parent held when it was started.
STOPWATCH = """
import resource, subprocess, sys
try:
    status = subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=float(sys.argv[1])).returncode
except subprocess.TimeoutExpired:
    status = 'null'
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print([used.ru_utime + used.ru_stime, used.ru_maxrss * 1024, status] if status != 'null' else '[%f, %d, null]' % (
    used.ru_utime + used.ru_stime, used.ru_maxrss * 1024))
"""


class Bench:
    def __init__(self, leadfit, folder, times):
        self.leadfit, self.folder, self.times = leadfit, folder, times
        self.small, self.card = self.write("small.csv", SMALL), self.write("card.json", CARD)

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as f:
            f.write(data if isinstance(data, bytes) else data.encode())
        return path

    def make(self, name, family, n):
        """The file of a family, written by another process: what this one holds would count as memory of the program."""
        path = os.path.join(self.folder, name)
        subprocess.run([sys.executable, os.path.abspath(__file__), "--make", family.__name__, "--size", str(n), path], check=True)
        return path

    def arguments(self, command, path):
        out = os.path.join(self.folder, "out")
        return {
            "version": ["--version"], "inspect": ["inspect", path], "plain": ["fit", path, "--outcome", "won", "--method", "plain", "-q", "-o", out],
            "card": ["fit", path, "--outcome", "won", "-q", "-o", out], "score": ["score", path, "--config", self.card, "-o", out + ".csv"],
            "config": ["score", self.small, "--config", path, "-o", out + ".csv"], "project": ["inspect", self.small, "-p", path],
            "matched": ["fit", self.small, "--outcome", "won", "-p", path, "-q", "-o", out],
            "claims": ["evidence", self.small, "--outcome", "won", "--claims", path],
        }[command] + ([] if command == "version" else ["--threads", "1"])

    def cost(self, command, path):
        """Seconds of the processor and bytes of memory, the least of several runs; and the exit status (None: no end)."""
        best, status = (math.inf, math.inf), None
        for _ in range(self.times):
            ran = subprocess.run([sys.executable, "-I", "-S", "-c", STOPWATCH, str(PATIENCE), self.leadfit, *self.arguments(command, path)],
                                 stdout=subprocess.PIPE, check=True)
            seconds, memory, status = json.loads(ran.stdout)
            best = min(best[0], seconds), min(best[1], memory)
        return *best, status


def slope(sizes, costs):
    x, y = [math.log(v) for v in sizes], [math.log(max(v, 1e-9)) for v in costs]
    mx, my = sum(x) / len(x), sum(y) / len(y)
    if len(x) < 2:
        return math.inf
    return sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)


class Growth:
    """What one family costs a command."""

    def __init__(self, family, command, runs, base):
        self.family, self.command, self.statuses = family, command, [run[3] for run in runs]
        self.bytes = [run[0] for run in runs]
        self.seconds, self.memory = [run[1] for run in runs], [run[2] for run in runs]
        more_seconds = [max(v - base[0], QUIET_SECONDS / 16) for v in self.seconds]
        steps = [max(b - a, QUIET_BYTES / 4) for a, b in zip(self.memory, self.memory[1:])]
        self.time_exponent = slope(self.bytes, more_seconds) if more_seconds[-1] > QUIET_SECONDS else None
        self.memory_exponent = slope(self.bytes[1:], steps) if steps and steps[-1] > QUIET_BYTES / 2 else None

    def problems(self):
        name, found = f"{self.family} {self.command}", []
        if any(status is None or status < 0 for status in self.statuses):
            found.append(f"{name}: no end, or a crash: {self.statuses}")
        if (self.time_exponent or 0) > TIME_EXPONENT:
            found.append(f"{name}: time grows with exponent {self.time_exponent:.2f}: {[round(s, 3) for s in self.seconds]}")
        if (self.memory_exponent or 0) > MEMORY_EXPONENT:
            found.append(f"{name}: memory grows with exponent {self.memory_exponent:.2f}: {[m >> 20 for m in self.memory]} MiB")
        return found

    def line(self):
        def show(value):
            return f"{value:.2f}" if value is not None else "quiet"
        return [self.family, self.command, f"{self.bytes[-1] / 1e6:.2f}", f"{self.seconds[-1]:.2f}", show(self.time_exponent),
                str(self.memory[-1] >> 20), show(self.memory_exponent), str(self.statuses[-1])]


def measure(bench, family, n, file, command, scale, doublings):
    runs = []
    for k in range(doublings + 1):
        path = bench.make(file, family, int(n * scale) << k)
        runs.append((os.path.getsize(path), *bench.cost(command, path)))
        if runs[-1][3] is None:
            break
    base = bench.cost("version", None)
    return Growth(family.__name__, command, runs, base)


def campaigns(only, after):
    tables = [(family, n, "table.csv", commands) for family, (n, commands) in TABLES.items()]
    all_of_them = tables + [(family, *what) for family, what in CONFIGS.items()]
    names = [family.__name__ for family, *_ in all_of_them]
    for family, n, file, commands in all_of_them[names.index(after) + 1 if after else 0:]:
        yield from ((family, n, file, command) for command in commands if only in f"{family.__name__} {command}")


def main():
    parser = argparse.ArgumentParser(usage=__doc__.split("\n\n")[1])
    parser.add_argument("--only", default="", help="families whose name, with the command, holds this text")
    parser.add_argument("--after", default="", help="only what comes after this family")
    parser.add_argument("--scale", type=float, default=1)
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--table", help="where the figures go, tab-separated")
    parser.add_argument("--make", help="only write the file of this family to BUILD")
    parser.add_argument("--size", type=int)
    parser.add_argument("build")
    options = parser.parse_args()
    if options.make:
        made = globals()[options.make](options.size)
        with open(options.build, "wb") as f:
            f.write(made if isinstance(made, bytes) else made.encode())
        return 0
    problems = []
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(os.path.abspath(os.path.join(options.build, "leadfit")), folder, options.times)
        for family, n, file, command in campaigns(options.only, options.after):
            growth = measure(bench, family, n, file, command, options.scale, 3)
            problems += growth.problems()
            print("\t".join(growth.line()), "" if not growth.problems() else "  <<<", flush=True)
            if options.table:
                with open(options.table, "a", encoding="utf-8") as out:
                    print("\t".join(growth.line()), file=out)
    print("\n".join(problems))
    print(f"growth: {len(problems)} failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())

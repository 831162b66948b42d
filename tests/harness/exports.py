"""Exports are run, not read: each target scores the rows that `leadfit score` scores, and every score must be the same.

SQL runs in SQLite, DuckDB and PostgreSQL, with numbers stored as numbers and as text; C is compiled; PMML runs in JPMML; formulas and
rules of CRMs run in the small interpreters of crm.py. An engine that is not there is skipped by name. DuckDB and JPMML may live in
another interpreter: LEADFIT_TEST_PYTHON."""
import copy
import csv
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

from . import crm
from .core import run

HERE = os.path.dirname(os.path.abspath(__file__))
ENGINE = os.path.join(HERE, "export_engine.py")
HOSTILE = "O'Brien \"q\"; DROP TABLE leads;-- `b` [c] \\ </script>"
LONG = "x" * 10000
ROWS = 20000  # of a history, so many take part, unless all is to be thorough


def band(points, **what):
    return {"label": next(iter(what)) + " \n*/ -- ' \" \u202e", **what, "points": points}


def hostile_card(tame):
    """tame: without what a CRM cannot hold (control characters, values that differ by case alone, 10,000 characters)."""
    words = ["a'b", 'say "hi"', "back\\slash", "';--", "</script>", "=cmd|' /C calc'!A0", "?", "??/", "*/", "/*", "--", "\\'", "@", "{x}", "%s"]
    world = ["na\u00efve", "\u65e5\u672c", "\u202ertl", "\u00dcn\u00efc\u00f6de \U0001F600", "null island"]
    wild = [] if tame else [band(13, values=["line\nend", "tab\there", "a\\\nb", "cr\rlf", "bell\x07"]), band(-3, values=["retail"]), band(29, values=[LONG])]
    return {"format": "leadfit-scoring/1", "name": "*/ '; \n-- hostile", "score": {"base_points": 5}, "attributes": [
        {"name": HOSTILE, "kind": "category", "bands": [
            band(7, values=words), band(11, values=world), band(2, values=["Retail"]), *wild, band(-5, missing=True), band(1, other=True)]},
        {"name": "Size (EUR)", "kind": "number", "bands": [
            band(3, values=["999", "0.3"]), band(1, **{"from": None, "to": -1.5}), band(17, **{"from": -1.5, "to": 0}),
            band(19, **{"from": 0, "to": 0.1}), band(23, **{"from": 0.1, "to": 123456.789}), band(31, **{"from": 123456.789, "to": None}),
            band(0, missing=True), band(40, other=True)]},
        {"name": "order", "kind": "number", "bands": [band(37, **{"from": 10, "to": 20}), band(41, **{"from": 20, "to": 30}),
                                                      band(43, missing=True), band(47, other=True)]},
        {"name": "Customer", "kind": "flag", "bands": [band(53, values=["Yes"]), band(0, values=["No"]), band(59, missing=True), band(61, other=True)]},
        {"name": "Rank", "kind": "category", "bands": [band(67, values=["1", "2"]), band(71, values=["3"]), band(0, missing=True), band(73, other=True)]}],
        "mql": {"threshold": 100}, "grades": [{"label": "A'\"\\", "from": 100}, {"label": "B", "from": 0}]}


def probes(card, rows):
    """Rows that hold every listed value, every edge with its neighbours, missing, unseen, at random together."""
    draw, columns = random.Random(7), []
    for attribute in card["attributes"]:
        found = [None, None]
        for item in attribute["bands"]:
            found += item.get("values", [])
            for edge in (item.get("from"), item.get("to")):
                if edge is not None:
                    found += [repr(edge), repr(edge - 1e-9), repr(edge + 1e-9), str(edge - 1), str(edge + 1)]
        if attribute["kind"] != "number":
            # Spellings of missing, the other case, blanks around, and what nobody has seen.
            found += ["N/A", "nan", "SELECT", " - ", "unseen", "UNSEEN \u017fELECT", "\u00a0"]
            found += [" " + v + "\t" for v in found if v][:8] + [v.upper() for v in found if v][:8]
        columns.append(found)
    return [[draw.choice(column) for column in columns] for _ in range(rows)]


def write_csv(path, names, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f, quoting=csv.QUOTE_ALL)
        out.writerow(names)
        out.writerows([[v if v is not None else "" for v in row] for row in rows])


class Case:
    """A card and leads, with what leadfit scores."""

    def __init__(self, setting, folder, card, names, rows, kinds):
        self.setting, self.folder, self.card, self.names, self.rows, self.kinds = setting, folder, card, names, rows, kinds
        leads = os.path.join(folder, "leads.csv")
        write_csv(leads, names, rows)
        asked = [f"--as={n}={k}" for n, k in zip(names, kinds) if k]
        ran = run(setting, [setting.leadfit, "score", leads, "-q", "--config", card, *asked])
        if ran.status != 0:
            raise RuntimeError("score: " + ran.err.decode("utf-8", "replace"))
        self.want = [int(row["leadfit_score"]) for row in csv.DictReader(ran.out.decode("utf-8").splitlines(keepends=True))]
        with open(card, encoding="utf-8") as f:
            self.tree = json.load(f)
        self.columns = [[a["name"], "number" if a["kind"] == "number" else "text"] for a in self.tree["attributes"]]
        self.places = [names.index(name) for name, _ in self.columns]

    def export(self, *more):
        path = os.path.join(self.folder, "export." + "-".join(m for m in more if "-" not in m and "/" not in m))
        ran = run(self.setting, [self.setting.leadfit, "export", self.card, *more, "-o", path])
        if ran.status != 0:
            raise RuntimeError(f"export {more}: " + ran.err.decode("utf-8", "replace"))
        return path

    def values(self):
        """The attributes' values as a database would hold them: None for missing numbers and empty texts."""
        for row in self.rows:
            picked = [row[p] for p in self.places]
            yield [None if v is None or (kind == "number" and v.strip() == "") else v for v, (_, kind) in zip(picked, self.columns)]

    def problems(self, got):
        if len(got) != len(self.want):
            return [f"{len(got)} scores for {len(self.want)} rows"]
        wrong = [i for i, (a, b) in enumerate(zip(got, self.want)) if a != b]
        return [f"{len(wrong)} of {len(got)} rows differ; row {i}: {got[i]}, leadfit says {self.want[i]}: {str(self.rows[i])[:300]}" for i in wrong[:3]]


# ---- engines ------------------------------------------------------------------------------------------


def interpreters():
    """This one, one that the environment names, and what `make deps-sources` installs."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    others = [os.environ.get("LEADFIT_TEST_PYTHON"), os.path.join(cache, "leadfit", "engines", "bin", "python")]
    return [sys.executable] + [p for p in others if p and os.path.exists(p)]


def in_python(case, engine, path, typed):
    """Scores, or None where no interpreter has the engine."""
    job = os.path.join(case.folder, "job.json")
    with open(job, "w", encoding="utf-8") as f:
        json.dump({"columns": case.columns, "rows": list(case.values()), "typed": typed, "file": path}, f)
    for interpreter in interpreters():
        ran = subprocess.run([interpreter, ENGINE, engine, job], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if ran.returncode == 0:
            return json.loads(ran.stdout.splitlines()[-1])
        if ran.returncode != 77:
            raise RuntimeError(f"{engine}: " + ran.stderr.decode("utf-8", "replace")[-1500:])
    return None


class Postgres:
    """A cluster of its own in a scratch folder, reached by a socket; as another user where we are root, since the server refuses root."""

    def __init__(self, folder):
        self.folder, self.user = folder, None
        found = sorted(os.path.join(top, "bin") for top in (os.path.join("/usr/lib/postgresql", v) for v in
                       (os.listdir("/usr/lib/postgresql") if os.path.isdir("/usr/lib/postgresql") else [])))
        self.bin = found[-1] if found and os.path.exists(os.path.join(found[-1], "initdb")) else None
        if not self.bin:
            return
        if os.geteuid() == 0:
            self.user = "postgres"
            shutil.chown(folder, "postgres")
        self.call("initdb", "-D", os.path.join(folder, "data"), "-E", "UTF8", "--locale=C.UTF-8", "-A", "trust", "-U", "postgres")
        self.call("pg_ctl", "-D", os.path.join(folder, "data"), "-w", "-l", os.path.join(folder, "log"), "-o",
                  f"-c listen_addresses='' -k {folder} -c fsync=off", "start")

    def call(self, program, *args):
        done = subprocess.run([os.path.join(self.bin, program), *args], cwd=self.folder, user=self.user, stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: " + done.stderr.decode("utf-8", "replace")[-800:])

    def stop(self):
        if self.bin:
            self.call("pg_ctl", "-D", os.path.join(self.folder, "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def scores(self, case, path, typed):
        with open(path, encoding="utf-8", newline="") as f:
            query = f.read().rstrip().rstrip(";")
        names = ['"' + n.replace('"', '""') + '"' for n, _ in case.columns]
        names = [n if f"CAST({n} AS text)" in query else case.columns[i][0] for i, n in enumerate(names)]  # plain names stay unquoted
        types = ["double precision" if kind == "number" and typed else "text" for _, kind in case.columns]
        data = os.path.join(case.folder, "postgres.csv")
        with open(data, "w", encoding="utf-8", newline="") as f:
            out = csv.writer(f, quoting=csv.QUOTE_MINIMAL)
            for i, row in enumerate(case.values()):
                out.writerow([i] + ["\\N" if v is None else v for v in row])
        script = (f"DROP TABLE IF EXISTS leads;\nCREATE TABLE leads (leadfit_row int, {', '.join(n + ' ' + t for n, t in zip(names, types))});\n"
                  f"\\copy leads FROM '{data}' (FORMAT csv, NULL '\\N')\n"
                  f"SELECT leadfit_score FROM ({query}\n) q ORDER BY leadfit_row;\n")
        done = subprocess.run([os.path.join(self.bin, "psql"), "-h", self.folder, "-U", "postgres", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-f", "-"],
                              input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError("psql: " + done.stderr.decode("utf-8", "replace")[-800:])
        return [int(v) for v in done.stdout.split()]


def in_c(case, path):
    """The export with a main that reads one field a NUL: texts as they are, numbers, nothing for missing."""
    source = os.path.join(case.folder, "card.c")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    fields = re.findall(r"(?m)^  (double |const char \*)(a\d+_\w+);", text)
    reads = "".join(f"    if (!next(&field)) break;\n    lead.{name} = {'*field ? strtod(field, NULL) : NAN' if kind == 'double ' else 'field'};\n"
                    .replace("= field;", f"= strdup(field);") for kind, name in fields)
    frees = "".join(f"    free((void *)lead.{name});\n" for kind, name in fields if kind != "double ")
    with open(source, "w", encoding="utf-8") as f:
        f.write(text + "\n#include <math.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
                "static int next(char **field) {\n  static char *line;\n  static size_t room;\n"
                "  if (getdelim(&line, &room, 0, stdin) <= 0) return 0;\n  *field = line;\n  return 1;\n}\n"
                f"int main(void) {{\n  for (;;) {{\n    leadfit_lead lead;\n    char *field;\n{reads}"
                f"    printf(\"%d\\n\", leadfit_score(&lead));\n{frees}  }}\n  return 0;\n}}\n")
    program = os.path.join(case.folder, "card")
    made = subprocess.run([os.environ.get("CC", "cc"), "-std=c99", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O1", source, "-o", program, "-lm"],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if made.returncode != 0:
        raise RuntimeError("cc: " + made.stdout.decode("utf-8", "replace")[:1500])
    data = b"".join((v or "").encode() + b"\0" for row in case.values() for v in row)
    return [int(v) for v in subprocess.run([program], input=data, stdout=subprocess.PIPE, check=True).stdout.split()]


def cleaned(case, spellings=("", "na", "n/a", "#n/a", "null", "nan", "nat", "select", "-")):
    """Leads as a CRM or an evaluator gets them: trimmed, spellings of missing blank, numbers as numbers."""
    for row in case.values():
        lead = []
        for value, (_, kind) in zip(row, case.columns):
            text = (value or "").strip(" \t\n\v\f\r\u00a0")
            lead.append(None if text.lower() in spellings else float(text) if kind == "number" else text)
        yield lead


def in_crm(case, target, path):
    with open(path, encoding="utf-8") as f:
        text = f.read()
    if target == "salesforce":
        fields = [(name, crm.Formula(formula)) for name, formula in crm.salesforce_fields(text)]
        keep = re.sub
        names = [n if n in ("Title", "Industry", "LeadSource") else keep(r"[^A-Za-z0-9]+", "_", n).strip("_") + "__c" for n, _ in case.columns]
        return [int(crm.salesforce_score(fields, dict(zip(names, lead)))["Leadfit_Score__c"]) for lead in cleaned(case)]
    tree = json.loads(text)
    if target == "zoho":
        names = [re.sub(r"[^A-Za-z0-9]+", "_", n).strip("_") for n, _ in case.columns]
        return [crm.zoho_score(tree, dict(zip(names, lead))) for lead in cleaned(case)]
    names = [re.sub(r"[^a-z0-9]+", "_", n.lower()).strip("_") for n, _ in case.columns]
    return [crm.hubspot_score(tree, dict(zip(names, lead))) for lead in cleaned(case)]


def told_apart(case):
    """The case without leads that hold a listed value in another case: CRMs do not tell them apart, and their exports say so."""
    listed = [{v for b in a["bands"] for v in b.get("values", [])} for a in case.tree["attributes"]]
    folded = [{v.lower() for v in some} for some in listed]
    kept = copy.copy(case)
    pairs = [(row, want) for row, want, lead in zip(case.rows, case.want, cleaned(case))
             if not any(isinstance(v, str) and v.lower() in f and v not in some for v, some, f in zip(lead, listed, folded))]
    kept.rows, kept.want = [p[0] for p in pairs], [p[1] for p in pairs]
    return kept


# ---- checks -------------------------------------------------------------------------------------------


def attempt(results, name, case, what):
    """what() gives scores, or None where the engine is not there."""
    try:
        got = what()
    except (RuntimeError, ValueError, KeyError, OSError) as error:
        results.fail(name, error)
        return
    if got is None:
        results.skip(name, "the engine is not here (LEADFIT_TEST_PYTHON may name an interpreter that has it)")
    else:
        results.check(name, case.problems(got))


def check_engines(results, name, case, postgres, targets):
    for typed in (True, False):
        stored = "numbers" if typed else "text"
        for engine in ("sqlite", "duckdb"):
            attempt(results, f"{name} {engine} {stored}", case,
                    lambda e=engine, t=typed: in_python(case, e, case.export("--to", "sql", "--dialect", e), t))
        if not postgres:
            continue
        if postgres.bin:
            attempt(results, f"{name} postgres {stored}", case,
                    lambda t=typed: postgres.scores(case, case.export("--to", "sql", "--dialect", "postgres"), t))
        else:
            results.skip(f"{name} postgres {stored}", "there is no PostgreSQL server here (package postgresql)")
    attempt(results, f"{name} c", case, lambda: in_c(case, case.export("--to", "c")))
    for target in targets:
        if target == "pmml":
            first = copy.copy(case)  # a Java call a row: the first thousands are enough
            first.rows, first.want = case.rows[:3000], case.want[:3000]
            attempt(results, f"{name} pmml", first, lambda c=first: in_python(Clean(c), "pmml", case.export("--to", "pmml"), True))
        else:
            judged = case if target == "salesforce" else told_apart(case)
            attempt(results, f"{name} {target}", judged, lambda t=target, c=judged: in_crm(c, t, c.export("--to", t)))


class Clean:
    """A case whose values are cleaned before an engine gets them."""

    def __init__(self, case):
        self.folder, self.columns = case.folder, case.columns
        self.rows = [[None if v is None else str(v) for v in lead] for lead in cleaned(case)]

    def values(self):
        return self.rows


def hostile_case(setting, tame):
    folder = setting.folder(f"export {'tame' if tame else 'hostile'}")
    card = hostile_card(tame)
    path = os.path.join(folder, "scoring.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(card, f)
    names = [a["name"] for a in card["attributes"]]
    return Case(setting, folder, path, names, probes(card, 3000), ["number" if a["kind"] == "number" else "category" for a in card["attributes"]])


def pattern_case(setting):
    """Patterns on titles, for the engines that have them."""
    folder = setting.folder("export patterns")
    card = {"format": "leadfit-scoring/1", "attributes": [{"name": "Title", "kind": "text", "bands": [
        band(10, match="(?i)\\b(ceo|cto|chief)\\b"), band(5, match="(?i)director|vp\\."), band(7, match="^O'Neil"),
        band(3, values=["Chief of nothing"]), band(1, missing=True), band(0, other=True)]}]}
    path = os.path.join(folder, "scoring.json")
    with open(path, "w", encoding="utf-8") as f:
        json.dump(card, f)
    titles = ["CEO", "the ceo of x", "ceos", "Director, Sales", "VP. Sales", "vpx", "N/A", None, "O'Neil", "an O'Neil", "Chief cook", "  cto ", "XCTO",
              "Chief of nothing", "back\\slash", "line\nceo"]
    return Case(setting, folder, path, ["Title", "Id"], [[t, str(i)] for i, t in enumerate(titles)], ["text", None])


def fitted_case(setting, name, history):
    """A card fitted to the first rows of a history, and those rows as leads."""
    folder = setting.folder(f"export {name}")
    with open(history, encoding="utf-8", newline="") as f:
        rows = list(csv.reader(f, delimiter=";" if "bank" in name else ","))
    rows = [[v if v != "" else None for v in row] for row in rows if len(row) == len(rows[0])]
    names, rows = rows[0], rows[1:] if setting.thorough else rows[1:ROWS + 1]
    part = os.path.join(folder, "history.csv")
    write_csv(part, names, rows)
    ran = run(setting, [setting.leadfit, "fit", part, "-q", "-o", folder])
    if ran.status != 0:
        raise RuntimeError("fit: " + ran.err.decode("utf-8", "replace"))
    return Case(setting, folder, os.path.join(folder, "scoring.json"), names, rows, [])


def check_proof(results, case):
    """Every row of a proof pack scores as it says, and the pack meets every band but patterns."""
    proof = os.path.join(case.folder, "proof.csv")
    case.export("--to", "csv", "--proof", proof)
    kinds = [f"--as={a['name']}={'number' if a['kind'] == 'number' else 'category'}" for a in case.tree["attributes"]]
    ran = run(case.setting, [case.setting.leadfit, "score", proof, "-q", "--config", case.card, *kinds])
    problems = [] if ran.status == 0 else [ran.err.decode("utf-8", "replace")]
    rows = list(csv.DictReader(ran.out.decode("utf-8").splitlines(keepends=True), restkey="more")) if not problems else []
    with open(proof, encoding="utf-8", newline="") as f:
        said = [row["leadfit_score"] for row in csv.DictReader(f)]
    scored = list(csv.reader(ran.out.decode("utf-8").splitlines(keepends=True)))
    last = [k for k, n in enumerate(scored[0]) if n.startswith("leadfit_score")][-1] if scored else 0
    got = [row[last] for row in scored[1:]]
    if got != said or len(rows) < 20:
        problems.append(f"{sum(a != b for a, b in zip(got, said))} of {len(said)} rows of the proof pack score otherwise")
    results.check("exports/proof pack", problems)


def run_all(setting, results):
    if not setting.wanted("exports/") and "exports" not in setting.only:
        return
    if not os.path.exists(setting.leadfit):
        results.skip("exports", "there is no program")
        return
    postgres = None
    try:
        postgres = Postgres(tempfile.mkdtemp(prefix="leadfit-postgres-"))
    except (RuntimeError, OSError, LookupError) as error:
        results.skip("exports/postgres", f"no server could be started: {str(error)[-200:]}")
    try:
        hostile, tame = hostile_case(setting, False), hostile_case(setting, True)
        check_engines(results, "exports/hostile", hostile, postgres, [])
        check_engines(results, "exports/tame", tame, None, ["pmml", "salesforce", "hubspot", "zoho"])
        check_proof(results, hostile)
        patterns = pattern_case(setting)
        attempt(results, "exports/patterns duckdb", patterns,
                lambda: in_python(patterns, "duckdb", patterns.export("--to", "sql", "--dialect", "duckdb"), True))
        if postgres and postgres.bin:
            attempt(results, "exports/patterns postgres", patterns,
                    lambda: postgres.scores(patterns, patterns.export("--to", "sql", "--dialect", "postgres"), True))
        sample = os.path.join(setting.top, "datasets", "sample", "history.csv")
        check_engines(results, "exports/sample", fitted_case(setting, "sample", sample), postgres, ["pmml", "salesforce", "hubspot", "zoho"])
        reference = os.environ.get("LEADFIT_REFERENCE")
        if not reference:
            results.skip("exports/real", "LEADFIT_REFERENCE is not set")
            return
        data = os.path.join(reference, "data")
        for name, path in (("sales", "sales-win-loss/WA_Fn-UseC_-Sales-Win-Loss.csv"), ("bank", "bank-marketing/bank-additional-full.csv")):
            history = os.path.join(data, path)
            if os.path.exists(history):
                check_engines(results, f"exports/{name}", fitted_case(setting, name, history), postgres, ["pmml"])
    except RuntimeError as error:
        results.fail("exports", error)
    finally:
        if postgres:
            postgres.stop()

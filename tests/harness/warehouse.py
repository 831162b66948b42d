"""The third way in: the queries of `leadfit sql` run in engines, and `fit --from-aggregates` is held against the fit of the file.

DuckDB, PostgreSQL (a server of the test's own, a table in partitions) and Spark (a master and two workers of the test's own); queries for Snowflake and
BigQuery are parsed by sqlglot. An engine that is not there is skipped by name; LEADFIT_TEST_PYTHON may name an interpreter that has DuckDB, sqlglot and pyspark."""
import csv
import hashlib
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter

from .core import run
from .exports import Postgres, interpreters

HERE = os.path.dirname(os.path.abspath(__file__))
ENGINE = os.path.join(HERE, "warehouse_engine.py")
QUIET = ["hubspot_score", "CloseReason", "Amount"]  # no attributes in the project file
DATES = ("CreatedDate", "CloseDate")
NUMBERS = ("Amount", "Employees", "Pages viewed", "Emails opened", "Account age", "Touches", "Response hours", "Discount asked")


def must(setting, args):
    ran = run(setting, [setting.leadfit, *args, "--threads", "1"])  # engines want the cores
    if ran.status != 0:
        raise RuntimeError(f"{' '.join(args[:2])}: " + ran.err.decode("utf-8", "replace")[-600:])
    return ran


class Table:
    """A CSV file and how a database would hold it."""

    def __init__(self, path, project, types, name="history"):
        self.path, self.project, self.name = path, project, name
        with open(path, encoding="utf-8", newline="") as f:
            self.header = next(csv.reader(f))
        self.columns = [[n, types.get(n, "text")] for n in self.header]


# ---- engines ------------------------------------------------------------------------------------------


def in_python(engine, table, folder, queries, **more):
    """False where no interpreter has the engine."""
    job = os.path.join(folder, "job.json")
    with open(job, "w", encoding="utf-8") as f:
        json.dump({"csv": table.path, "table": table.name, "columns": table.columns, "queries": queries, **more}, f)
    for interpreter in interpreters():
        ran = subprocess.run([interpreter, ENGINE, engine, job], stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if ran.returncode == 0:
            return True
        if ran.returncode != 77:
            raise RuntimeError(f"{engine}: " + ran.stderr.decode("utf-8", "replace")[-2500:])
    return False


class Duckdb:
    name = dialect = "duckdb"

    def load(self, table, folder):
        self.table, self.folder = table, folder

    def query(self, query, result):
        return in_python("duckdb", self.table, self.folder, [[query, result]])

    def stop(self):
        pass


class InPostgres:
    name = dialect = "postgres"

    def __init__(self):
        self.server = Postgres(tempfile.mkdtemp(prefix="leadfit-postgres-"))
        if not self.server.bin:
            raise LookupError("there is no PostgreSQL server here (package postgresql)")

    def psql(self, script):
        done = subprocess.run([os.path.join(self.server.bin, "psql"), "-h", self.server.folder, "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-"],
                              input=script.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            raise RuntimeError("psql: " + done.stderr.decode("utf-8", "replace")[-800:])
        return done.stdout.decode()

    def load(self, table, folder):
        """Plain names are made unquoted, as people make them; a table with a date is in two partitions."""
        plain = lambda n: n.replace("_", "a").isalnum() and n[0].isalpha() and n.lower() not in ("region",)  # noqa: E731
        types = {"text": "text", "double": "double precision", "date": "date"}
        names = [n if plain(n) else '"' + n.replace('"', '""') + '"' for n in table.header]
        self.table = '"' + table.name.replace('"', '""') + '"' if not plain(table.name) else table.name
        made = ", ".join(f"{n} {types[t]}" for n, (_, t) in zip(names, table.columns))
        parted = "CloseDate" in table.header
        script = f"DROP TABLE IF EXISTS {self.table};\nCREATE TABLE {self.table} ({made}){' PARTITION BY RANGE (CloseDate)' if parted else ''};\n"
        if parted:
            script += (f"CREATE TABLE early PARTITION OF {self.table} FOR VALUES FROM (MINVALUE) TO ('2023-06-01');\n"
                       f"CREATE TABLE late PARTITION OF {self.table} DEFAULT;\n")
        self.psql(script + f"\\copy {self.table} FROM '{table.path}' (FORMAT csv, HEADER)\n")

    def query(self, query, result):
        with open(query, encoding="utf-8", newline="") as f:
            text = f.read().rstrip().rstrip(";")
        self.psql(f"CREATE TEMPORARY VIEW leadfit_result AS {text}\n;\n\\copy (SELECT * FROM leadfit_result) TO '{result}' (FORMAT csv, HEADER)\n")
        return True

    def stop(self):
        self.server.stop()


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Spark:
    """A standalone cluster: a master and two workers, processes of their own on the loopback interface."""

    name = dialect = "spark"
    parquet = None  # where the table stands in columns, for measurements

    def __init__(self, folder, memory="1g"):
        self.folder, self.processes = folder, []
        self.settings = {"spark.sql.shuffle.partitions": "4", "spark.executor.memory": "768m", "spark.driver.host": "127.0.0.1"}
        home = None
        for interpreter in interpreters():
            found = subprocess.run([interpreter, "-c", "import pyspark; print(list(pyspark.__path__)[0])"], stdout=subprocess.PIPE,
                                   stderr=subprocess.DEVNULL, check=False)
            home = home or (found.stdout.decode().strip() if found.returncode == 0 else None)
        if not home:
            raise LookupError("there is no pyspark here (LEADFIT_TEST_PYTHON may name an interpreter that has it)")
        port = free_port()
        self.master = f"spark://127.0.0.1:{port}"
        self.env = {**os.environ, "SPARK_HOME": home, "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": folder}
        self.start(home, "org.apache.spark.deploy.master.Master", "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
        for _ in range(2):
            self.start(home, "org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", memory, "--webui-port", "0",
                       "--work-dir", folder, self.master)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                return
            except OSError:
                time.sleep(0.5)
        self.stop()
        raise LookupError("no Spark master came up (is there a Java runtime?)")

    def start(self, home, *args):
        log = open(os.path.join(self.folder, f"log{len(self.processes)}"), "wb")  # noqa: SIM115  the process owns it
        self.processes.append(subprocess.Popen([os.path.join(home, "bin", "spark-class"), *args], env=self.env, stdout=log, stderr=log))
        log.close()

    def load(self, table, folder):
        self.table, self.scratch = table, folder

    def query(self, query, result):
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        return in_python("spark", self.table, self.scratch, [[query, result]] if query else [], master=self.master, settings=self.settings,
                         parquet=self.parquet)

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            process.wait(timeout=30)


# ---- the two queries ----------------------------------------------------------------------------------


class Missing(Exception):
    """The engine is not here."""


def aggregates(setting, engine, table, folder, *more):
    """profile.csv and coded.csv of the table, as the engine makes them."""
    engine.load(table, folder)
    said = ["--dialect", engine.dialect, "--table", table.name, "-p", table.project]
    profile, coded = os.path.join(folder, "profile"), os.path.join(folder, "coded")
    must(setting, ["sql", *said, "-o", profile + ".sql"])
    if not engine.query(profile + ".sql", profile + ".csv"):
        raise Missing
    must(setting, ["sql", *said, "--profile", profile + ".csv", *more, "-o", coded + ".sql"])
    engine.query(coded + ".sql", coded + ".csv")
    return coded + ".csv"


def load(folder):
    with open(os.path.join(folder, "report.json"), encoding="utf-8") as f:
        report = json.load(f)
    with open(os.path.join(folder, "scoring.json"), encoding="utf-8") as f:
        return report, json.load(f)


def apart(a, b, path=""):
    """Where two trees differ: texts and whole numbers in anything, other numbers by more than 1e-9."""
    if isinstance(a, dict) and isinstance(b, dict):
        return [d for k in sorted(set(a) | set(b)) for d in apart(a.get(k), b.get(k), f"{path}.{k}")]
    if isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        return [d for i, (x, y) in enumerate(zip(a, b)) for d in apart(x, y, f"{path}[{i}]")]
    if isinstance(a, float) or isinstance(b, float):
        if a is not None and b is not None and abs(a - b) <= 1e-9 * max(1, abs(a)):
            return []
    return [] if a == b else [f"{path}: {json.dumps(a)[:90]} from the file, {json.dumps(b)[:90]} from the aggregates"]


def compare(by_file, by_query):
    """The scorecard whole, and of the report coefficients, figures on the holdout and verdicts."""
    (report, card), (other, other_card) = load(by_file), load(by_query)
    for tree in (card, other_card):
        tree.pop("provenance")
    problems = apart(card, other_card, "scoring")
    for key in ("model", "holdout", "split", "mql", "grades"):
        problems += apart(report[key], other[key], key)
    for a, b in zip(report["attributes"], other["attributes"]):
        for key in sorted(set(a) | set(b)):
            problems += apart(a.get(key), b.get(key), f"attributes.{a['name']}.{key}")
    return problems[:12]


def check(results, name, what):
    try:
        problems = what()
    except Missing:
        results.skip(name, "the engine is not here (LEADFIT_TEST_PYTHON may name an interpreter that has it)")
    except (RuntimeError, OSError, KeyError, ValueError) as error:
        results.fail(name, error)
    else:
        results.check(name, problems)


# ---- checks -------------------------------------------------------------------------------------------


def as_it_is(setting, engine, table, by_file):
    """Nothing is coded: the file's card, to 1e-9."""
    folder = setting.folder(f"warehouse {engine.name}")
    aggregates(setting, engine, table, folder)
    must(setting, ["fit", "--from-aggregates", folder, "-p", table.project, "-q", "-o", os.path.join(folder, "q")])
    return compare(by_file, os.path.join(folder, "q"))


def beyond_samples(setting, engine, project, types):
    """More rows than any sample that a fit takes of them: samples go by what rows hold, so a table without an order gives the same card."""
    made, by_file = setting.folder("warehouse long"), setting.folder("warehouse long file")
    ran = run(setting, [os.path.join(setting.build, "generate"), "--rows", "200000", "--seed", "7", "--score", "--leak", "-o", made])
    if ran.status != 0:
        raise RuntimeError(ran.err.decode("utf-8", "replace"))
    table = Table(os.path.join(made, "history.csv"), project, types)
    must(setting, ["fit", table.path, "-p", project, "--drop", ",".join(QUIET), "-q", "-o", by_file])
    folder = setting.folder(f"warehouse long {engine.name}")
    aggregates(setting, engine, table, folder)
    must(setting, ["fit", "--from-aggregates", folder, "-p", project, "-q", "-o", os.path.join(folder, "q")])
    return compare(by_file, os.path.join(folder, "q"))


def digits(text, start):
    return int(hashlib.md5(text.encode()).hexdigest()[start:start + 8], 16) / 2**32


def coded(setting, engine, table):
    """Coded and drawn: what comes back is counted once more here, row by row, from the file."""
    folder = setting.folder(f"warehouse coded {engine.name}")
    path = aggregates(setting, engine, table, folder, "--rows", "4000")
    with open(table.path, encoding="utf-8", newline="") as f:
        rows = list(csv.DictReader(f))
    won, lost = [r for r in rows if r["Stage"] == "Closed Won"], [r for r in rows if r["Stage"] == "Closed Lost"]
    share = -(-(4000 - len(won)) * 10**9 // len(lost)) / 1e9
    want, fold = Counter(), lambda r: int(digits(r["AccountId"], 8) * 10)
    for r in won + [r for r in lost if digits(r["OpportunityId"], 16) < share]:
        side = int(digits(r["AccountId"], 0) * 4)
        want[r["Stage"], r["CloseDate"][:7], fold(r), side, r["LeadSource"]] += 1
    got, problems = Counter(), []
    with open(path, encoding="utf-8", newline="") as f:
        for r in csv.DictReader(f):
            if r["leadfit_outcome"] not in ("Closed Won", "Closed Lost"):
                continue
            key = r["leadfit_id"]
            weight = float(r["leadfit_rows"]) * (share if r["leadfit_outcome"] == "Closed Lost" else 1)
            got[r["leadfit_outcome"], r["leadfit_date"][:7], int(digits(key, 8) * 10), int(digits(key, 0) * 4), r["leadfit_1"]] += weight
            if abs(float(r["leadfit_share"]) - share) > 1e-12:
                problems.append(f"share {r['leadfit_share']}, wanted {share}")
    for key in sorted(set(want) | set(got)):
        if abs(want[key] - got[key]) > 1e-6:
            problems.append(f"{key}: {got[key]:g} rows, counted from the file {want[key]}")
    must(setting, ["fit", "--from-aggregates", folder, "-p", table.project, "-q", "-o", os.path.join(folder, "q")])
    report, card = load(os.path.join(folder, "q"))
    if not report["holdout"] or not 0.5 < report["holdout"]["auc"]["value"] < 1:
        problems.append("the card of coded rows tells nothing on the holdout")
    if any("leadfit: other" in json.dumps(a) for a in card["attributes"]):
        problems.append("the stand-in of rare values is on the card")
    return problems[:8]


def in_table_order(setting, table):
    """The project with its attributes in the order of the table, as `inspect --yaml` writes them: a card lists attributes in the order of the
    columns it was fitted to, and whole points that are equally good are told apart by it."""
    with open(table.project, encoding="utf-8") as f:
        lines = f.read().splitlines()
    order = {f"- {{name: {name},": place for place, name in enumerate(table.header)}
    at = lines.index("attributes:") + 1
    place = lambda line: next(p for start, p in order.items() if line.strip().startswith(start))  # noqa: E731
    path = os.path.join(setting.folder("warehouse project"), "leadfit.yaml")
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n".join(lines[:at] + sorted(lines[at:], key=place)) + "\n")
    return path


HOSTILE = ['"); DROP TABLE history; --', "a'b", "`tick`", "back\\slash", "naïve \U0001F600"]
WILD = ["'; DROP TABLE history; --", "\"q\"", "\\", "a,b", "x\u00a0", "N/A", "", "日本", "*/ /*", "$$", "%s", "\\'"]


def hostile_table(setting):
    """Names and values that would be code if anything took them for it."""
    import random
    draw, folder = random.Random(3), setting.folder("warehouse hostile")
    path, project = os.path.join(folder, "history.csv"), os.path.join(folder, "leadfit.yaml")
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.writer(f)
        out.writerow(["Deal'; --", "Out\"come", *HOSTILE])
        for i in range(2500):
            values = [draw.choice(WILD) for _ in HOSTILE[:-1]] + [str(draw.randrange(30))]
            good = WILD.index(values[0]) % 3 + (int(values[-1]) > 20)
            out.writerow([f"d'{i}", "W'on" if draw.random() < 0.15 + 0.15 * good else "Lo\"st", *values])
    with open(project, "w", encoding="utf-8") as f:
        json.dump({"outcome": {"column": "Out\"come", "won": ["W'on"], "lost": ["Lo\"st"]}, "id": "Deal'; --",
                   "attributes": [{"name": n, "kind": "number" if n == HOSTILE[-1] else "category"} for n in HOSTILE]}, f, ensure_ascii=False)
    return Table(path, project, {HOSTILE[-1]: "double"})


def refusals(setting, table, results):
    """What cannot be asked is refused by name, before any query."""
    folder = setting.folder("warehouse refusals")
    said = {"outcome": "outcome: {column: Stage, won: [Closed Won]}\n", "id": "id: OpportunityId\n",
            "attributes": "attributes: [{name: Industry, kind: category}]\n"}
    cases = [("outcome", "say outcome"), ("id", "say id or account"), ("attributes", "say attributes")]
    for left_out, wanted in cases:
        path = os.path.join(folder, f"{left_out}.yaml")
        with open(path, "w", encoding="utf-8") as f:
            f.write("".join(v for k, v in said.items() if k != left_out))
        ran = run(setting, [setting.leadfit, "sql", "--dialect", "spark", "--table", "t", "-p", path])
        ok = ran.status == 2 and wanted in ran.err.decode() and not ran.out
        results.check(f"warehouse/refuses without {left_out}", [] if ok else [f"status {ran.status}: {ran.err.decode()[:200]}"])
    ran = run(setting, [setting.leadfit, "sql", "--dialect", "sqlite", "--table", "t", "-p", table.project])
    results.check("warehouse/refuses a dialect", [] if ran.status == 2 and b"--dialect is one of" in ran.err else [str(ran.err)])


def parsed(setting, table, dialect):
    """Both queries, at both grains, are read by a parser of the dialect."""
    folder = setting.folder(f"warehouse {dialect}")
    engine = Duckdb()
    aggregates(setting, engine, table, folder)
    said = ["--dialect", dialect, "--table", "sales.history", "-p", table.project]
    queries = []
    for name, more in (("profile", []), ("coded", ["--profile", os.path.join(folder, "profile.csv")]),
                       ("drawn", ["--profile", os.path.join(folder, "profile.csv"), "--rows", "4000"])):
        queries.append([os.path.join(folder, f"{name}.{dialect}.sql"), ""])
        must(setting, ["sql", *said, *more, "-o", queries[-1][0]])
    if not in_python("sqlglot", table, folder, queries, dialect=dialect):
        raise Missing
    return []


def run_all(setting, results):
    if not setting.wanted("warehouse/") and "warehouse" not in setting.only:
        return
    if not os.path.exists(setting.leadfit):
        results.skip("warehouse", "there is no program")
        return
    sample = os.path.join(setting.top, "datasets", "sample")
    types = {**{n: "date" for n in DATES}, **{n: "double" for n in NUMBERS}}
    table = Table(os.path.join(sample, "history.csv"), os.path.join(sample, "leadfit.yaml"), types)
    hostile = hostile_table(setting)
    table.project = in_table_order(setting, table)
    by_file, by_hostile = setting.folder("warehouse file"), setting.folder("warehouse hostile file")
    must(setting, ["fit", table.path, "-p", table.project, "--drop", ",".join(QUIET), "-q", "-o", by_file])
    must(setting, ["fit", hostile.path, "-p", hostile.project, "-q", "-o", by_hostile])
    refusals(setting, table, results)
    for dialect in ("snowflake", "bigquery"):
        check(results, f"warehouse/{dialect} is parsed", lambda d=dialect: parsed(setting, table, d))
    for name, make in (("duckdb", Duckdb), ("postgres", InPostgres), ("spark", lambda: Spark(setting.folder("spark")))):
        if not setting.wanted(f"warehouse/{name}") and setting.only != "warehouse":
            continue
        try:
            engine = make()
        except (LookupError, OSError, RuntimeError) as error:
            results.skip(f"warehouse/{name}", str(error)[-200:])
            continue
        try:
            check(results, f"warehouse/{name} as the file", lambda e=engine: as_it_is(setting, e, table, by_file))
            check(results, f"warehouse/{name} coded and drawn", lambda e=engine: coded(setting, e, table))
            if name == "duckdb" or setting.thorough:
                check(results, f"warehouse/{name} beyond samples", lambda e=engine: beyond_samples(setting, e, table.project, types))
            engine.name = f"{name} hostile"
            check(results, f"warehouse/{name} hostile names and values", lambda e=engine: as_it_is(setting, e, hostile, by_hostile))
        finally:
            engine.stop()


if __name__ == "__main__":
    sys.exit("run by tests/run")

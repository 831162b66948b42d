"""Where the commands of documents run: a clean copy of the project, and beside it the files, databases and programs that each document speaks
of, made of the sample."""
import contextlib
import csv
import gzip
import json
import os
import re
import shutil
import sqlite3
import subprocess
import tempfile

from .core import run
from .exports import Postgres, interpreters
from .warehouse import Table, in_python

SAMPLE = os.path.join("datasets", "sample")
NO_DUCKDB = "there is no DuckDB here (make deps-sources)"
NO_SPARK = "there is no Spark here (make deps-sources)"


def bare_folder(setting, name):
    """A folder with nothing of the project in it: the document calls leadfit where the user's data are."""
    folder = setting.folder("page " + name)
    os.makedirs(os.path.join(folder, "bin"))
    return folder


def clean_copy(setting, name, scratch=False):
    """What a clone holds. Its build folder is the one that is tested; with scratch there is none, and the document makes it."""
    folder = bare_folder(setting, name)
    listed = run(setting, ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=setting.top)
    names = [n for n in listed.out.decode().split("\0") if n] if listed.status == 0 else []
    for path in (n for n in names if os.path.isfile(os.path.join(setting.top, n))):
        os.makedirs(os.path.dirname(os.path.join(folder, path)) or folder, exist_ok=True)
        shutil.copy2(os.path.join(setting.top, path), os.path.join(folder, path))
    if not names:  # no repository: what was unpacked
        shutil.copytree(setting.top, folder, dirs_exist_ok=True, ignore=lambda top, _: ["build"] if top == setting.top else [])
    if not scratch:
        os.symlink(setting.build, os.path.join(folder, "build"))
    return folder


# ---- pieces -------------------------------------------------------------------------------------------


def rows_of(setting, name="history.csv"):
    with open(os.path.join(setting.top, SAMPLE, name), encoding="utf-8", newline="") as f:
        return list(csv.DictReader(f))


def write_rows(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as f:
        out = csv.DictWriter(f, list(rows[0]))
        out.writeheader()
        out.writerows(rows)


def lay_sample(setting, folder, *names):
    for name in names:
        shutil.copy(os.path.join(setting.top, SAMPLE, name), os.path.join(folder, name))


def lay_cards(setting, folder, *names):
    """A scorecard that was made on the sample, under the names that a document gives it."""
    for name in names:
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        shutil.copy(os.path.join(setting.top, "tests", "formats", "scoring-1.json"), os.path.join(folder, name))


def lay_program(folder, name, interpreter, script):
    path = os.path.join(folder, "bin", name)
    with open(path, "w", encoding="utf-8") as f:
        f.write(f"#!{interpreter}\n{script}")
    os.chmod(path, 0o755)


def with_module(name):
    """An interpreter that has a module, or None."""
    for interpreter in interpreters():
        if subprocess.run([interpreter, "-c", "import " + name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return interpreter
    return None


def with_duckdb():
    return with_module("duckdb")


def sample_table(setting, name="history"):
    types = {n: "date" for n in ("CreatedDate", "CloseDate")}
    types |= {n: "double" for n in ("Amount", "Employees", "Pages viewed", "Emails opened", "Account age", "Touches", "Response hours", "Discount asked")}
    return Table(os.path.join(setting.top, SAMPLE, "history.csv"), "leadfit.yaml", types, name)


def query_sample(setting, query, result):
    """Runs a query over the sample as the table `history` in DuckDB, and saves its result."""
    in_python("duckdb", sample_table(setting), os.path.dirname(result), [[query, result]])


class InSpark:
    """The sample as the table `sales.history` in Spark, which starts up while other commands run."""

    def __init__(self, setting):
        table, self.scratch = sample_table(setting, "sales.history"), tempfile.mkdtemp(prefix="leadfit-spark-")
        job = os.path.join(self.scratch, "job.json")
        with open(job, "w", encoding="utf-8") as f:
            json.dump({"csv": table.path, "table": table.name, "columns": table.columns, "master": "local[2]", "settings": {
                "spark.sql.shuffle.partitions": "2", "spark.sql.warehouse.dir": os.path.join(self.scratch, "tables"), "spark.driver.host": "127.0.0.1"}}, f)
        with open(os.path.join(self.scratch, "log"), "wb") as log:
            self.process = subprocess.Popen([with_module("pyspark"), os.path.join(setting.top, "tests", "harness", "spark_table.py"), job], stderr=log,
                                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=self.scratch, env={**os.environ, "SPARK_LOCAL_IP": "127.0.0.1"})

    def query(self, query, result):
        self.process.stdin.write(json.dumps([query, result]).encode() + b"\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != b"done\n":
            with open(os.path.join(self.scratch, "log"), encoding="utf-8", errors="replace") as f:
                raise RuntimeError("spark: " + f.read()[-1500:])

    def stop(self):
        self.process.stdin.close()
        self.process.wait(timeout=60)
        self.process.stdout.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def block_of(setting, page, label):
    """The first block of a document with this label."""
    with open(os.path.join(setting.top, page), encoding="utf-8") as f:
        return re.search(rf"(?ms)^```{label}\n(.*?)^```$", f.read()).group(1)


# ---- one a document -----------------------------------------------------------------------------------


def lay_readme(setting, folder, page):
    """Each way in has its leadfit.yaml: the halves first, then the table in the warehouse."""
    lay_sample(setting, folder, "history.csv", "leads.csv")
    lay_halves(setting, folder)
    with open(os.path.join(folder, "leadfit.yaml"), "w", encoding="utf-8") as f:
        f.write(block_of(setting, "docs/sources.md", "yaml"))
    lay_sqlite(setting, folder)
    page.after[r"fit sqlite:crm\.db"] = lambda: lay_sample(setting, folder, "leadfit.yaml")
    if not with_module("pyspark") or not shutil.which("java"):
        page.absent |= {r"build/leadfit sql .*--profile.*": NO_SPARK, r"build/leadfit fit --from-aggregates .*": NO_SPARK}
        return
    spark = InSpark(setting)
    page.stop.append(spark.stop)
    for query in ("profile", "coded"):
        path = os.path.join(folder, "q3", query)
        page.after[rf"-o q3/{query}\.sql$"] = lambda path=path: spark.query(path + ".sql", path + ".csv")


def lay_scale(setting, folder, page):
    """Where there is an engine it runs the queries, as the remarks between the commands say."""
    lay_sample(setting, folder, "leadfit.yaml")
    os.makedirs(os.path.join(folder, "q3"))
    if not with_duckdb():
        page.absent |= {r"leadfit sql .*--profile.*": NO_DUCKDB, r"leadfit fit --from-aggregates .*": NO_DUCKDB}
        return
    for query in ("profile", "coded"):
        path = os.path.join(folder, "q3", query)
        page.after[rf"-o q3/{query}\.sql$"] = lambda path=path: query_sample(setting, path + ".sql", path + ".csv")


def lay_halves(setting, folder):
    """Marketing's half and sales' half of the sample, by the names of the project file that docs/sources.md shows."""
    history = rows_of(setting)
    deals = [r for r in history if r["Stage"] == "Closed Won" or r["OpportunityId"].endswith(("1", "2", "3"))]
    with_deal = {r["OpportunityId"] for r in deals}
    attributes = [n for n in history[0] if n not in ("OpportunityId", "Stage", "Amount", "CloseDate", "CloseReason")]
    write_rows(os.path.join(folder, "Leads.csv"), [{"ConvertedOpportunityId": r["OpportunityId"] if r["OpportunityId"] in with_deal else "",
                                                    "Stage": "Disqualified" if r["Stage"] == "Closed Lost" else "Working",
                                                    **{n: r[n] for n in attributes}} for r in history])
    write_rows(os.path.join(folder, "Opportunities.csv"), [{"OpportunityId": r["OpportunityId"], "Amount": r["Amount"], "AcceptedDecisionDate": r["CloseDate"],
                                                            "IsAccepted": "TRUE" if r["Stage"] == "Closed Won" else "FALSE"} for r in deals])


def lay_sqlite(setting, folder):
    history = rows_of(setting)
    names = list(history[0])
    with contextlib.closing(sqlite3.connect(os.path.join(folder, "crm.db"))) as to, to:
        to.execute("CREATE TABLE history (%s)" % ", ".join(f'"{n}" text' for n in names))
        to.executemany("INSERT INTO history VALUES (%s)" % ", ".join("?" * len(names)), [[r[n] or None for n in names] for r in history])


def lay_postgres(setting, folder, page):
    """A server of the test's own; the environment leads to it as to a company's."""
    server = Postgres(tempfile.mkdtemp(prefix="leadfit-documents-"))
    page.stop.append(server.stop)
    if not server.bin:
        page.absent[r".*postgresql:///crm.*"] = "there is no PostgreSQL server here (make deps-sources)"
        return
    page.env |= {"PGHOST": server.folder, "PGUSER": "postgres"}

    def psql(database, script):
        subprocess.run([os.path.join(server.bin, "psql"), "-h", server.folder, "-U", "postgres", "-q", "-v", "ON_ERROR_STOP=1", "-d", database, "-f", "-"],
                       input=script.encode(), stdout=subprocess.DEVNULL, check=True)

    psql("postgres", "CREATE DATABASE crm;\n")
    for table, name in (("history", "history.csv"), ("leads", "leads.csv")):
        columns = list(rows_of(setting, name)[0])
        psql("crm", f"CREATE TABLE {table} (id serial, " + ", ".join(f'"{n}" text' for n in columns) + ");\n"
             + f"\\copy {table} (" + ", ".join(f'"{n}"' for n in columns) + f") FROM '{os.path.join(setting.top, SAMPLE, name)}' (FORMAT csv, HEADER)\n")


def lay_odbc(folder, page):
    import glob
    driver = glob.glob("/usr/lib/*/odbc/libsqlite3odbc.so")
    if not driver:
        page.absent[r"leadfit fit odbc:CRM .*"] = "there is no ODBC driver here (make deps-sources)"
        return
    with open(os.path.join(folder, "odbc.ini"), "w", encoding="utf-8") as f:
        f.write(f"[CRM]\nDriver={driver[0]}\nDatabase={os.path.join(folder, 'crm.db')}\n")
    page.env["ODBCINI"] = os.path.join(folder, "odbc.ini")


def lay_parquet(setting, folder, page):
    """DuckDB by its Python package, called as its own program is, and the sample as Parquet."""
    interpreter = with_duckdb()
    if not interpreter:
        page.absent[r"duckdb .*"] = NO_DUCKDB
        return
    lay_program(folder, "duckdb", interpreter, "import csv, sys\nimport duckdb\ntable = duckdb.sql(sys.argv[sys.argv.index('-c') + 1])\n"
                "out = csv.writer(sys.stdout)\nout.writerow(table.columns)\nout.writerows(table.fetchall())\n")
    os.makedirs(os.path.join(folder, "history"))
    sample = os.path.join(setting.top, SAMPLE, "history.csv")
    run(setting, [interpreter, "-c", f"import duckdb; duckdb.sql(\"COPY (SELECT * FROM read_csv('{sample}', all_varchar=true)) TO 'history/part.parquet'\")"],
        cwd=folder)


def lay_sources(setting, folder, page):
    lay_halves(setting, folder)
    shutil.copy(os.path.join(folder, "Leads.csv"), os.path.join(folder, "new.csv"))
    lay_cards(setting, folder, "q3/scoring.json")
    with open(os.path.join(folder, "leadfit.yaml"), "w", encoding="utf-8") as f:
        f.write(block_of(setting, "docs/sources.md", "yaml"))
    lay_sqlite(setting, folder)
    lay_postgres(setting, folder, page)
    lay_odbc(folder, page)
    lay_parquet(setting, folder, page)


def lay_notebooks(setting, folder, page):
    """`python3` is the one that has pandas, and the demo has run."""
    python = notebooks_python()
    if not python:
        return "pandas is not there (make deps-notebooks)"
    lay_program(folder, "python3", "/bin/sh", f'exec "{python}" "$@"\n')
    if not setting.thorough:  # else the page's own make does it
        run(setting, [os.path.join("tools", "demo"), setting.build], cwd=setting.top)
    return None


def notebooks_python():
    """The interpreter that has Jupyter and pandas (make deps-notebooks), or None."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    places = [os.environ.get("LEADFIT_NOTEBOOKS_PYTHON"), os.path.join(cache, "leadfit", "notebooks", "bin", "python")]
    return next((p for p in places if p and os.path.exists(p)), None)


def lay_help(setting, folder, page):
    lay_sample(setting, folder, "history.csv", "leads.csv", "leadfit.yaml")
    lay_cards(setting, folder, "q2/scoring.json", "q3/scoring.json", "sales.json", "a.json", "b.json")
    newer = [r for r in rows_of(setting) if r["CloseDate"] >= "2024-04-01"]
    for name in ("newer.csv", "new.csv"):
        write_rows(os.path.join(folder, name), newer)
    with open(os.path.join(folder, "leads.csv"), "rb") as f, gzip.open(os.path.join(folder, "leads.csv.gz"), "wb") as packed:
        packed.write(f.read())
    with open(os.path.join(folder, "claims.yaml"), "w", encoding="utf-8") as f:
        f.write("claims:\n  - {say: Referrals close more often, attribute: LeadSource, group: [Referral], effect: win, direction: higher}\n")
    shutil.copy(os.path.join(setting.top, SAMPLE, "leadfit.yaml"), os.path.join(folder, "p.yaml"))
    if not with_duckdb():
        page.absent[r"leadfit sql .*--profile.*"] = NO_DUCKDB
        return
    query = os.path.join(folder, "duckdb.sql")
    run(setting, [setting.leadfit, "sql", "--dialect", "duckdb", "--table", "history", "-p", "p.yaml", "-o", query], cwd=folder)
    query_sample(setting, query, os.path.join(folder, "profile.csv"))


def lay_library(setting, folder, page):
    """The library is installed in a folder of its own, which pkg-config and the loader are told of. The programs of the page are those of docs/examples."""
    root = os.path.join(folder, "root")
    ran = run(setting, ["env", "-u", "MAKEFLAGS", "-u", "MAKELEVEL", "make", "-s", f"BUILD={setting.build}", "PREFIX=/usr/local", f"DESTDIR={root}", "install"],
              cwd=setting.top)
    if ran.status != 0:
        raise RuntimeError("make install: " + ran.err.decode("utf-8", "replace"))
    lib = os.path.join(root, "usr", "local", "lib")
    page.env |= {"PKG_CONFIG_PATH": os.path.join(lib, "pkgconfig"), "PKG_CONFIG_SYSROOT_DIR": root, "LD_LIBRARY_PATH": lib}


def check_programs(folder, text):
    """The programs that the page shows are the files that it compiles."""
    problems = []
    for name in ("score", "fit"):
        with open(os.path.join(folder, "docs", "examples", name + ".c"), encoding="utf-8") as f:
            if f"```c\n{f.read()}```\n" not in text:
                problems.append(f"the page does not show docs/examples/{name}.c as it is")
    return problems


# ---- public data --------------------------------------------------------------------------------------


def from_reference(*folders, prefixes=(), long=False):
    """Lays the copies that the reference folder has, by the names under which they are published. long: only where the tests are thorough."""
    def lay(setting, folder, page):
        if long and not setting.thorough:
            return "takes half a minute: make documents, or --thorough"
        top = os.environ.get("LEADFIT_REFERENCE")
        if not top or not os.path.isdir(os.path.join(top, "data")):
            return "LEADFIT_REFERENCE names no folder with data"
        for place in (os.path.join(top, "data", f) for f in folders):
            for name in (n for n in os.listdir(place) if n.endswith(".csv")):
                shown = name
                for prefix in prefixes:
                    shown = shown.removeprefix(prefix)
                os.symlink(os.path.join(place, name), os.path.join(folder, shown))
        return None
    return lay


def check_public(folder, text):
    """The page's figures are the data's: rows of each fit, and the share that was won of one of them where the page tells shares."""
    problems, shares = [], set()
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name, "report.json") if os.path.isdir(os.path.join(folder, name)) else os.path.join(folder, name)
        if not path.endswith(".json") or not os.path.exists(path):
            continue
        with open(path, encoding="utf-8") as f:
            report = json.load(f)
        data = report["data"]
        shares.add(f"{100 * data['won'] / data['used']:.1f} %")
        if f"{data['rows']:,.0f}" not in text:
            problems.append(f"{name}: {data['rows']} rows, and the page says otherwise")
        if name == "admissions.json":
            shown = [f"{c['estimate']:.3f}".replace("-", "\u2212") for c in report["model"]["coefficients"] if c["attribute"] == "rank"]
            problems += [f"{name}: {value} is not in the page" for value in shown if value not in text]
    if " %" in text and not any(share in text for share in shares):
        problems.append(f"won: {sorted(shares)}, and the page says otherwise")
    return problems


# ---- the list -----------------------------------------------------------------------------------------

def pages(page):
    yield page("README.md", lay_readme)
    yield page("docs/library.md", lay_library, finish=check_programs)
    yield page("docs/scale.md", lay_scale, bare=True)
    yield page("docs/sources.md", lay_sources, bare=True)
    yield page("notebooks/README.md", lay_notebooks)
    yield page("datasets/public/win-loss.md", from_reference("sales-win-loss", long=True), finish=check_public, bare=True)
    yield page("datasets/public/x-education.md", from_reference("x-education"), finish=check_public, bare=True)
    yield page("datasets/public/bank-marketing.md", from_reference("bank-marketing"), finish=check_public, bare=True)
    yield page("datasets/public/marketstar.md", from_reference("marketstar-leads"), finish=check_public, bare=True)
    yield page("datasets/public/olist.md", from_reference("olist-funnel"), finish=check_public, bare=True)
    yield page("datasets/public/textbook.md", from_reference("ucla-admissions", "lowbwt", "icu"), finish=check_public, bare=True)
    yield page("datasets/public/crm-headings.md", from_reference("crm-export-samples", prefixes=("fivetran_", "hubspot_")), bare=True)


def help_page(page):
    """The examples of --help; monitor may raise its alarm."""
    return page("help", lay_help, leave=(0, 1), bare=True)

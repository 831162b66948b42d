"""What databases hold, as docs/sources.md says that it is read: each kind of value to the letter, names that are meant to do harm, and a write that breaks."""
import csv
import json
import os
import sqlite3

from .core import run
from .fixtures import with_duckdb

HOSTILE = '"); DROP TABLE harmed; --'
KINDS = [  # column, how PostgreSQL makes it, its text here, and where a driver of ODBC says it otherwise
    ("n", "7", "7", None), ("nothing", "NULL::text", "", None), ("empty", "''::text", "", None), ("yes", "true", "true", "1"), ("no", "false", "false", "0"),
    ("big", "12345678901234567890123.5::numeric", "12345678901234567890123.5", None), ("tenth", "0.1::double precision", "0.1", None),
    ("zoned", "timestamptz '2024-03-01 23:30:00-05'", "2024-03-02 04:30:00+00", "2024-03-02 04:30:00"), ("day", "date '2024-02-29'", "2024-02-29", None),
    ("raw", "'\\x00ff'::bytea", "\\x00ff", None), ("list", "ARRAY[1, 2]", "{1,2}", None), ("span", "interval '1 day 2 hours'", "P1DT2H", "1 day 02:00:00"),
    ("tree", "'{\"a\": [1, null]}'::json", '{"a": [1, null]}', None), ("words", "E'a\"b,c\\nd; -- \u65e5\u00e9\U0001F600'::text", 'a"b,c\nd; -- \u65e5\u00e9\U0001F600', None)]
CARD = {"format": "leadfit-scoring/1", "attributes": [{"name": "n", "kind": "number", "bands": [
    {"label": "any", "from": None, "to": None, "points": 3}, {"label": "missing", "missing": True, "points": 0}, {"label": "other", "other": True, "points": 1}]}]}


def leads_of(setting, folder, address, *selection):
    """The columns of each row, as `score --json` shows them."""
    ran = run(setting, [setting.leadfit, "score", address, *selection, "--config", "card.json", "--json"], cwd=folder)
    if ran.status:
        raise RuntimeError(ran.err.decode())
    return [json.loads(line)["lead"] for line in ran.out.decode().splitlines()]


def check_readings(setting, results, at):
    folder = setting.folder("readings")
    with open(os.path.join(folder, "card.json"), "w", encoding="utf-8") as f:
        json.dump(CARD, f)
    if at.server:
        at.psql("CREATE TABLE every_kind AS SELECT " + ", ".join(f'{made} AS "{name}"' for name, made, _, _ in KINDS) + ";")
    for way, address in (("PostgreSQL", at.server and at.url), ("ODBC to PostgreSQL", at.odbc("postgresql"))):
        name = f"sources/each kind of value of {way}, to the letter"
        if not address:
            results.skip(name, "not installed (make deps-sources)")
            continue
        lead = leads_of(setting, folder, address, "--table", "every_kind")[0]
        odbc = way.startswith("ODBC")
        problems = [f"{n}: {lead.get(n)!r}, to be read {text!r}" for n, _, text, other in KINDS if lead.get(n) != text and not (odbc and other and lead.get(n) == other)]
        results.check(name, problems)
    with sqlite3.connect(at.sqlite) as to:
        to.execute("CREATE TABLE every_kind (n, \"nothing\", empty, yes, big, tenth, raw, words)")
        to.execute("INSERT INTO every_kind VALUES (7, NULL, '', 1, 9007199254740993, 0.1, x'00ff', ?)", ['a"b,c\nd; -- \u65e5\u00e9\U0001F600'])
    to.close()
    want = {"n": "7", "nothing": "", "empty": "", "yes": "1", "big": "9007199254740993", "tenth": "0.1", "raw": "\\x00ff", "words": 'a"b,c\nd; -- \u65e5\u00e9\U0001F600'}
    for way, address in (("SQLite", "sqlite:" + at.sqlite), ("ODBC to SQLite", at.odbc("sqlite"))):
        name = f"sources/each kind of value of {way}, to the letter"
        if not address:
            results.skip(name, "not installed (make deps-sources)")
            continue
        lead = leads_of(setting, folder, address, "--table", "every_kind")[0]
        results.check(name, [f"{k}: {lead.get(k)!r}, to be read {v!r}" for k, v in want.items() if lead.get(k) != v])


def check_harm(setting, results, at):
    """A table and a column called `"); DROP ...`, joined by that column, read and written in every way."""
    folder = setting.folder("harm")
    quoted = '"' + HOSTILE.replace('"', '""') + '"'
    rows = [(f"k{i}", "'; DROP TABLE harmed; --" if i % 2 else "ok", "yes" if i % 3 else "no") for i in range(120)]
    make = [f"CREATE TABLE {quoted} ({quoted} text, v text, won text)", "CREATE TABLE harmed (a int)"]
    with sqlite3.connect(at.sqlite) as to:
        for sql in make:
            to.execute(sql)
        to.executemany(f"INSERT INTO {quoted} VALUES (?, ?, ?)", rows)
    to.close()
    if at.server:
        values = ", ".join("('%s', '%s', '%s')" % tuple(v.replace("'", "''") for v in r) for r in rows)
        at.psql(";\n".join(make) + f";\nINSERT INTO {quoted} VALUES {values};")
    with open(os.path.join(folder, "card.json"), "w", encoding="utf-8") as f:
        json.dump({**CARD, "attributes": [{**CARD["attributes"][0], "name": "bad.v", "kind": "category", "bands": [
            {"label": "harm", "values": ["'; DROP TABLE harmed; --"], "points": 5}, *CARD["attributes"][0]["bands"][1:]]}]}, f)
    with open(os.path.join(folder, "leads.csv"), "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([[HOSTILE], *[[f"k{i}"] for i in range(150)]])
    for way, address in (("SQLite", "sqlite:" + at.sqlite), ("PostgreSQL", at.server and at.url), ("ODBC to SQLite", at.odbc("sqlite")),
                         ("ODBC to PostgreSQL", at.odbc("postgresql"))):
        name = f"sources/a column called {HOSTILE[:8]} ... in {way}"
        if not address:
            results.skip(name, "not installed (make deps-sources)")
            continue
        with open(os.path.join(folder, "p.yaml"), "w", encoding="utf-8") as f:
            json.dump({"sources": [{"name": "leads", "file": "leads.csv", "key": HOSTILE}, {"name": "bad", "database": address, "table": quoted, "key": HOSTILE}]}, f)
        ran = run(setting, [setting.leadfit, "score", "-p", "p.yaml", "--config", "card.json", "-q", "-o", address, "--to-table", '"scored ""); DROP TABLE harmed; --"'],
                  cwd=folder)
        problems = [ran.err.decode()] if ran.status else []
        select = 'SELECT leadfit_score, count(*) FROM "scored ""); DROP TABLE harmed; --" GROUP BY 1 ORDER BY 1'
        if "SQLite" in way:
            got = [tuple(map(int, r)) for r in sqlite3.connect(at.sqlite).execute(select)]
            left = sqlite3.connect(at.sqlite).execute("SELECT count(*) FROM harmed").fetchall() == [(0,)]
        else:
            got = [tuple(map(int, line.split("|"))) for line in at.psql(select).splitlines()]
            left = at.psql("SELECT count(*) FROM harmed") == "0"
        # 30 leads without a row are missing (0), half of 120 are harm (5), the others are other (1)
        problems += [] if got == [(0, 30), (1, 60), (5, 60)] else [f"scores: {got}"]
        problems += [] if left else ["something was run"]
        results.check(name, problems)


def check_write_breaks(setting, results, at):
    """A row in the middle is refused by the database: the table of before stays, to the row."""
    name = "sources/a write to PostgreSQL that breaks in the middle"
    if not at.server:
        results.skip(name, "PostgreSQL is not installed (make deps-sources)")
        return
    folder = setting.folder("write-breaks")
    with open(os.path.join(folder, "card.json"), "w", encoding="utf-8") as f:
        json.dump(CARD, f)
    with open(os.path.join(folder, "leads.csv"), "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([["n"], *[[i] for i in range(20000)]])
    score = [setting.leadfit, "score", "leads.csv", "--config", "card.json", "-q", "-o", at.url, "--to-table", "kept"]
    first = run(setting, score, cwd=folder)
    before = at.psql("SELECT count(*), sum(n::int), min(xmin::text) FROM kept")
    # every table that is made from here on refuses one number
    at.psql("""CREATE FUNCTION refuse() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN
      IF to_regclass('kept') IS NOT NULL THEN ALTER TABLE kept ADD CHECK (n <> '15000'); END IF; END $$;
      CREATE EVENT TRIGGER refuse ON ddl_command_end WHEN TAG IN ('CREATE TABLE') EXECUTE FUNCTION refuse();""")
    ran = run(setting, score, cwd=folder)
    at.psql("DROP EVENT TRIGGER refuse; DROP FUNCTION refuse();")
    problems = [first.err.decode()] if first.status else []
    problems += [] if ran.status == 4 and b"the rows cannot be written" in ran.err and ran.err.count(b"\n") == 1 else [f"{ran.status} {ran.err!r}"]
    problems += [] if before.startswith("20000|") and at.psql("SELECT count(*), sum(n::int), min(xmin::text) FROM kept") == before else ["the table of before is gone"]
    results.check(name, problems)


def check_odbc_broken(setting, results, at):
    """The connection is killed in mid-read, rows coming all at once or some at a time."""
    name, address = "sources/a connection through ODBC killed in mid-read", at.odbc("postgresql")
    if not address:
        results.skip(name, "not installed (make deps-sources)")
        return
    folder = setting.folder("odbc-broken")
    query = "SELECT h.*, CASE WHEN row_number() OVER () = 3000 THEN pg_terminate_backend(pg_backend_pid())::text END AS killer FROM history h"
    problems = []
    for how in ("", ";UseDeclareFetch=1"):
        ran = run(setting, [setting.leadfit, "fit", address + how, "--query", query, "-o", "killed"], cwd=folder)
        problems += [] if ran.status == 4 and b"connection" in ran.err and ran.err.count(b"\n") == 1 else [f"{how}: {ran.status} {ran.err!r}"]
        problems += ["something was written"] * os.path.exists(os.path.join(folder, "killed"))
    results.check(name, problems)


def check_duckdb(setting, results, at):
    """The same card from Parquet through DuckDB's pipe as from the CSV."""
    name, python = "sources/the same card from DuckDB", with_duckdb()
    if not python:
        results.skip(name, "there is no DuckDB here (make deps-sources)")
        return
    folder = setting.folder("duckdb")
    sample = os.path.join(setting.top, "datasets", "sample", "history.csv")
    script = ("import csv, sys, duckdb\n"
              f"duckdb.sql(\"COPY (SELECT * FROM read_csv('{sample}', all_varchar=true)) TO 'history.parquet'\")\n"
              "t = duckdb.sql(\"SELECT * FROM 'history.parquet'\")\nout = csv.writer(sys.stdout)\nout.writerow(t.columns)\nout.writerows(t.fetchall())\n")
    piped = run(setting, [python, "-c", script], cwd=folder)
    problems, cards = [piped.err.decode()] if piped.status else [], []
    for out, path, stdin in (("file", sample, None), ("pipe", "-", piped.out)):
        ran = run(setting, [setting.leadfit, "fit", path, "-o", out, "-q"], cwd=folder, stdin=stdin)
        problems += [ran.err.decode()] if ran.status else []
        with open(os.path.join(folder, out, "scoring.json"), encoding="utf-8") as f:
            cards.append({k: v for k, v in json.load(f).items() if k != "provenance"})
    results.check(name, problems or ([] if cards[0] == cards[1] else ["another card"]))


CHECKS = [check_readings, check_harm, check_write_breaks, check_odbc_broken, check_duckdb]

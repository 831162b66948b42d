"""Runs an export where it is meant to run, in a process of its own, so that any interpreter that has the engine can do it.

    export_engine.py ENGINE JOB.json

The job: {"columns": [[name, "text" | "number"], ...], "rows": [[text or null, ...], ...], "typed": true, "file": path of the export}.
Prints a JSON list of scores. Exit status 77 where the engine is not there.
"""
import json
import sys


def values(job, keep_text):
    kinds = [kind for _, kind in job["columns"]]
    for row in job["rows"]:
        yield [None if v is None else float(v) if kind == "number" and not keep_text else v for v, kind in zip(row, kinds)]


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def table(job, number, text):
    types = [number if kind == "number" and job["typed"] else text for _, kind in job["columns"]]
    return ", ".join(f"{quoted(name)} {kind}" for (name, _), kind in zip(job["columns"], types))


def run_sql(connection, job):
    marks = ", ".join("?" for _ in job["columns"]) + ", ?"
    rows = [row + [i] for i, row in enumerate(values(job, not job["typed"]))]
    connection.executemany(f"INSERT INTO leads VALUES ({marks})", rows)
    with open(job["file"], encoding="utf-8", newline="") as f:
        query = f.read().rstrip().rstrip(";")
    return [row[0] for row in connection.execute(f"SELECT leadfit_score FROM ({query}\n) q ORDER BY leadfit_row").fetchall()]


def sqlite(job):
    import sqlite3
    if sqlite3.sqlite_version_info < (3, 38):
        sys.exit(77)
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE leads ({table(job, 'REAL', 'TEXT')}, leadfit_row INTEGER)")
    return run_sql(connection, job)


def duckdb(job):
    try:
        import duckdb as engine
        import pandas
    except ImportError:
        sys.exit(77)
    connection = engine.connect()
    connection.execute(f"CREATE TABLE leads ({table(job, 'DOUBLE', 'VARCHAR')}, leadfit_row INTEGER)")
    names = [f"c{i}" for i in range(len(job["columns"]))] + ["r"]
    columns = list(zip(*(row + [i] for i, row in enumerate(values(job, not job["typed"])))))
    frame = pandas.DataFrame({n: pandas.Series(list(c), dtype=object) for n, c in zip(names, columns)})
    casts = [f"CAST({n} AS {'DOUBLE' if kind == 'number' and job['typed'] else 'VARCHAR'})" for n, (_, kind) in zip(names, job["columns"])]
    connection.register("frame", frame)
    connection.execute(f"INSERT INTO leads SELECT {', '.join(casts)}, CAST(r AS INTEGER) FROM frame")
    with open(job["file"], encoding="utf-8", newline="") as f:
        query = f.read().rstrip().rstrip(";")
    return [row[0] for row in connection.execute(f"SELECT leadfit_score FROM ({query}\n) q ORDER BY leadfit_row").fetchall()]


def pmml(job):
    try:
        import pandas
        from jpmml_evaluator import make_evaluator
    except ImportError:
        sys.exit(77)
    try:
        evaluator = make_evaluator(job["file"]).verify()
    except Exception as error:  # noqa: BLE001  no Java here
        if "JVM" in str(error) or "java" in str(error).lower() and "not found" in str(error).lower():
            sys.exit(77)
        raise
    frame = pandas.DataFrame(list(values(job, False)), columns=[name for name, _ in job["columns"]], dtype=object)
    frame = frame.astype(object).where(frame.notna(), None)
    return [int(v) for v in evaluator.evaluateAll(frame)["leadfit_score"]]


if __name__ == "__main__":
    with open(sys.argv[2], encoding="utf-8") as job_file:
        print(json.dumps({"sqlite": sqlite, "duckdb": duckdb, "pmml": pmml}[sys.argv[1]](json.load(job_file))))

"""Runs queries in an engine, in a process of its own, so that any interpreter that has the engine can do it.

    warehouse_engine.py ENGINE JOB.json

The job: {"csv": path of the table, "table": its name, "columns": [[name, type], ...], "queries": [[path of SQL, path of the result], ...]},
types being text, double or date, and for spark {"master": URL, "settings": {...}, "parquet": folder}. Where there is a folder of Parquet, the table is read from it; it is written there first.
Each result is a CSV file with a header. Exit status 77 where the engine is not there.
"""
import csv
import glob
import json
import os
import shutil
import sys
import tempfile


def query_of(path):
    with open(path, encoding="utf-8", newline="") as f:
        return f.read().rstrip().rstrip(";")


def duckdb(job):
    try:
        import duckdb as engine
    except ImportError:
        sys.exit(77)
    kinds = {"text": "VARCHAR", "double": "DOUBLE", "date": "DATE"}
    quote = lambda s, q: q + s.replace(q, q + q) + q  # noqa: E731
    columns = "{" + ", ".join(f"{quote(n, chr(39))}: '{kinds[t]}'" for n, t in job["columns"]) + "}"
    connection = engine.connect()
    connection.execute(f"CREATE TABLE {quote(job['table'], chr(34))} AS SELECT * FROM read_csv({quote(job['csv'], chr(39))}, header=true, columns={columns}, "
                       "quote='\"', escape='\"', strict_mode=true)")
    for query, result in job["queries"]:
        connection.execute(f"COPY ({query_of(query)}\n) TO {quote(result, chr(39))} (HEADER, DELIMITER ',', QUOTE '\"')")


def spark(job):
    try:
        from pyspark.sql import SparkSession
        from pyspark.sql.types import DateType, DoubleType, StringType, StructField, StructType
    except ImportError:
        sys.exit(77)
    kinds = {"text": StringType, "double": DoubleType, "date": DateType}
    builder = SparkSession.builder.master(job["master"]).appName("leadfit").config("spark.ui.enabled", "false")
    for key, value in job.get("settings", {}).items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    schema = StructType([StructField(f"c{i}", kinds[t]()) for i, (_, t) in enumerate(job["columns"])])
    frame = session.read.csv(job["csv"], header=True, schema=schema, escape='"', multiLine=job.get("lines", False), enforceSchema=True,
                             ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False)
    if job.get("parquet"):
        if not os.path.exists(job["parquet"]):
            frame.write.parquet(job["parquet"])
        frame = session.read.parquet(job["parquet"])
    frame.toDF(*[n for n, _ in job["columns"]]).createOrReplaceTempView(job["table"])
    for query, result in job["queries"]:
        folder = tempfile.mkdtemp(prefix="leadfit-spark-")
        session.sql(query_of(query)).write.mode("overwrite").csv(folder, header=True, escape='"', emptyValue="", ignoreLeadingWhiteSpace=False,
                                                                ignoreTrailingWhiteSpace=False)
        head = None
        with open(result, "wb") as out:
            for part in sorted(glob.glob(os.path.join(folder, "part-*.csv"))):
                with open(part, "rb") as f:
                    first = f.readline()
                    if head is None and first:
                        head = first
                        out.write(first)
                    shutil.copyfileobj(f, out)
        shutil.rmtree(folder, ignore_errors=True)
    session.stop()


def sqlglot(job):
    """Parses only: for engines that do not run here."""
    try:
        import sqlglot as parser
    except ImportError:
        sys.exit(77)
    for query, _ in job["queries"]:
        if len(parser.parse(query_of(query), read=job["dialect"])) != 1:
            raise SystemExit(f"{query}: not one statement")


if __name__ == "__main__":
    csv.field_size_limit(1 << 24)
    with open(sys.argv[2], encoding="utf-8") as job_file:
        {"duckdb": duckdb, "spark": spark, "sqlglot": sqlglot}[sys.argv[1]](json.load(job_file))

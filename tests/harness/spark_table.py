"""As warehouse_engine.py for Spark in this process, with the table where a company has it: in a schema (sales.history).

    spark_table.py JOB.json

Queries come as they are asked for, each a line of standard input: [path of SQL, path of the result]; "done" is printed once the result is there."""
import json
import sys

import warehouse_engine


def keep_in_schema(frame, name):
    frame.sparkSession.sql("CREATE DATABASE IF NOT EXISTS " + name.split(".")[0])
    frame.write.mode("overwrite").saveAsTable(name)


def asked():
    for line in sys.stdin:
        yield json.loads(line)
        print("done", flush=True)


if __name__ == "__main__":
    try:
        from pyspark.sql.classic.dataframe import DataFrame  # 4.0 and later
    except ImportError:
        from pyspark.sql import DataFrame
    DataFrame.createOrReplaceTempView = keep_in_schema
    with open(sys.argv[1], encoding="utf-8") as job_file:
        warehouse_engine.spark({**json.load(job_file), "queries": asked()})

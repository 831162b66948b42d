"""DuckDB: a file into a table in memory, all threads."""
import sys
import time

import duckdb

began = time.perf_counter()
base = duckdb.connect()
base.execute("CREATE TABLE history AS SELECT * FROM read_csv(?)", [sys.argv[1]])
rows = base.execute("SELECT count(*) FROM history").fetchone()[0]
print(f'{{"seconds": {time.perf_counter() - began:.4f}, "rows": {rows}}}')

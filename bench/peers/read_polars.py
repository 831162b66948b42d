"""Polars: a file into typed columns (numbers, dates, texts), all threads."""
import sys
import time

import polars

began = time.perf_counter()
table = polars.read_csv(sys.argv[1], try_parse_dates=True)
print(f'{{"seconds": {time.perf_counter() - began:.4f}, "rows": {table.height}, "columns": {table.width}}}')

"""Scores written back through ODBC: they stand there whole, or what was there stays, whatever fails and whatever the database can do.

The drivers are those of SQLite and PostgreSQL. A library that is preloaded (tests/faults/odbc.c) makes a statement fail in the middle, and has a driver say
that making a table ends a transaction, as MySQL, Oracle and Snowflake have it."""
import csv
import io
import os
import sqlite3

from .core import run

ALL_IN_ONE, ENDS, NONE = "2", "3", "0"  # SQL_TC_ALL, SQL_TC_DDL_COMMIT, SQL_TC_NONE
HOSTILE = 'to "); DROP TABLE victims; --'


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


class Place:
    """A database behind ODBC, and a way to look into it that is not ODBC's."""

    def __init__(self, name, address, at):
        self.name, self.address, self.at = name, address, at

    def rows(self, sql):
        if self.name == "SQLite":
            with sqlite3.connect(self.at.sqlite) as to:
                got = [[None if v is None else str(v) for v in r] for r in to.execute(sql)]
            to.close()
            return got
        text = self.at.psql(f"COPY ({sql}) TO STDOUT WITH (FORMAT csv, NULL '\\N')")
        return [[None if v == "\\N" else v for v in r] for r in csv.reader(io.StringIO(text))]

    def table(self, name):
        """Its rows, or None where there is none."""
        try:
            return self.rows(f"SELECT * FROM {quoted(name)}")
        except (sqlite3.OperationalError, RuntimeError):
            return None


def as_numbers(row):
    """Numbers as such: databases write them in their own ways."""
    out = []
    for value in row:
        try:
            out.append(float(value))
        except (TypeError, ValueError):
            out.append(value or None)
    return out


def compare(got, want, what):
    if got is None:
        return [f"{what}: no table"]
    got, want = sorted(map(as_numbers, got), key=repr), sorted(map(as_numbers, want), key=repr)
    return [] if got == want else [f"{what}: {len(got)} rows, {len(want)} wanted: {[(a, b) for a, b in zip(got, want) if a != b][:1]}"]


def check_odbc_store(setting, results, at):
    library = os.path.join(setting.build, "tests", "odbc.so")
    folder = setting.folder("writeback")
    sample = os.path.join(setting.top, "datasets", "sample")
    with open(os.path.join(sample, "leads.csv"), encoding="utf-8", newline="") as f:
        names, *rows = list(csv.reader(f))
    hostile = ["'; DROP TABLE victims; --", 'say "hi"', "a,b\nc", "\u65e5\u672c \U0001F600", "O'Brien", "\\N", "?", "x" * 5000]
    for i, row in enumerate(rows):
        row[0] = f"{i} {hostile[i % len(hostile)]}"
    leads = os.path.join(folder, "leads.csv")
    with open(leads, "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([names, *rows])
    with open(os.path.join(folder, "fewer.csv"), "w", encoding="utf-8", newline="") as f:
        csv.writer(f).writerows([names, *rows[:50]])
    made = run(setting, [setting.leadfit, "fit", os.path.join(sample, "history.csv"), "-p", os.path.join(sample, "leadfit.yaml"), "-o", "q", "-q"], cwd=folder)
    if made.status:
        raise RuntimeError(made.err.decode())

    def score(path, *more, **env):
        return run(setting, [setting.leadfit, "score", path, "--config", "q/scoring.json", "-q", *more], cwd=folder, more=env and {"LD_PRELOAD": library, **env})

    def scored(path):
        return list(csv.reader(io.StringIO(score(path).out.decode(), newline="")))[1:]

    for which in ("sqlite", "postgresql"):
        name = f"sources/scores written through ODBC to {which}"
        address = at.odbc(which)
        if not address or not os.path.exists(library):
            results.skip(name, "no ODBC driver, or no library to preload (make deps-sources, make test)")
            continue
        place = Place("SQLite" if which == "sqlite" else "PostgreSQL", address, at)
        results.check(name, [p for can in (ALL_IN_ONE, ENDS) for p in attack(place, score, scored, can)] + refusals(place, score))


def attack(place, score, scored, can):
    """Writes, writes anew, fails in the middle of either; can: what the driver says of its transactions."""
    table, problems, to = HOSTILE + can, [], ("-o", place.address, "--to-table", quoted(HOSTILE + can))
    first, second = scored("leads.csv"), scored("fewer.csv")
    ran = score("leads.csv", *to, LEADFIT_ODBC_TRANSACTIONS=can, LEADFIT_ODBC_FAULT="3")
    problems += [] if ran.status == 4 and b"the rows cannot be written" in ran.err else [f"a fault, can {can}: {ran.status} {ran.err!r}"]
    problems += [] if place.table(table) is None else [f"a fault left a table, can {can}"]
    for path, want in (("leads.csv", first), ("fewer.csv", second), ("leads.csv", first)):
        ran = score(path, *to, LEADFIT_ODBC_TRANSACTIONS=can)
        problems += [ran.err.decode()] if ran.status else compare(place.table(table), want, f"{path}, can {can}")
        ran = score("leads.csv", *to, LEADFIT_ODBC_TRANSACTIONS=can, LEADFIT_ODBC_FAULT="2")
        problems += [] if ran.status == 4 else [f"a fault, can {can}: {ran.status} {ran.err!r}"]
        problems += compare(place.table(table), want, f"after a fault, can {can}")
    return problems


def refusals(place, score):
    problems = []
    place_table = quoted("history")
    before = len(place.table("history") or [])
    for to, env, status, why in ((place_table, {}, 2, b"did not make"), ("no.where.at.all", {}, 4, b""),
                                 (quoted("none"), {"LEADFIT_ODBC_TRANSACTIONS": NONE}, 2, b"knows no transactions")):
        ran = score("leads.csv", "-o", place.address, "--to-table", to, **env)
        problems += [] if ran.status == status and why in ran.err and ran.err.count(b"\n") == 1 else [f"{to}: {ran.status} {ran.err!r}"]
    problems += [] if before and len(place.table("history")) == before else ["the history was touched"]
    # Another set of columns: made anew in a transaction, refused where making a table ends it.
    place_columns = {"SQLite": "leadfit_score integer", "PostgreSQL": "leadfit_score int"}[place.name]
    if place.name == "SQLite":
        with sqlite3.connect(place.at.sqlite) as to:
            to.execute(f"CREATE TABLE other_columns (x text, {place_columns})")
        to.close()
    else:
        place.at.psql(f"CREATE TABLE other_columns (x text, {place_columns})")
    ran = score("leads.csv", "-o", place.address, "--to-table", "other_columns", LEADFIT_ODBC_TRANSACTIONS=ENDS)
    problems += [] if ran.status == 2 and b"has other columns" in ran.err else [f"other columns: {ran.status} {ran.err!r}"]
    ran = score("leads.csv", "-o", place.address, "--to-table", "other_columns")
    problems += [] if ran.status == 0 and len(place.table("other_columns")) == 400 else [f"other columns: {ran.status} {ran.err!r}"]
    return problems


CHECKS = [check_odbc_store]

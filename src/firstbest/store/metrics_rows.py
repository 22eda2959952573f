"""Rows of sources, as they were known at an instant: CSV, Parquet and SQL by DuckDB, cubes of a rehearsal or the book.

A source has a column `day` and any number of numeric columns. A column `known_at` says when a row became known; a row
without one was known at the end of its day. Of the rows of one day (and of one `key`, where the source has one) those
that became known last are the day's, and are added up. So a correction is a new row, never an edit, and every past deck
can be made again.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.store.faults import FAULTS_PER_COLUMN_MAX, Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.metrics_file import Source

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

DAY_US: Final = 86_400_000_000
ROWS_MAX: Final = 20_000_000
_DAY, _KNOWN, _KEY = "day_of_row", "known_us_of_row", "key_of_row"
"""Names that no column of a user's is likely to have: `row_of_file` is another."""


class Rows(NamedTuple):
    """Rows of one source, each a day's state as it became known: [n], columns nan where a cell is empty."""

    day: I64
    known_us: I64
    key: I64  # which of the day's keyed parts; 0 without a key
    columns: dict[str, F64]
    texts: dict[str, NDArray[np.object_]]  # columns asked for as texts, one entry a raw row
    whole: tuple[int, int] | None  # days in which an absent row is a zero: a rehearsal's


def read_rows(folder: Path, source: Source, wanted: Sequence[str], raw: Sequence[str] = ()) -> Rows:
    """Rows of a source with the columns wanted; `raw` columns are kept row by row. Raises `WorkspaceFaulty`."""
    with duckdb.connect(config={"threads": 2}) as engine:
        engine.execute("SET TimeZone = 'UTC'")
        engine.execute(f"SET file_search_path = '{_quoted(str(folder))}'")
        try:
            _relation(engine, folder, source)
            return _typed(engine, source, wanted, raw)
        except duckdb.Error as error:
            found = str(error).split("\n", 1)[0].replace(str(folder), ".")
            raise WorkspaceFaulty([Fault(_place(source), 0, "", "rows that DuckDB can read", found)]) from None


def _place(source: Source) -> str:
    return source.file or source.rehearsal or source.book or f"source {source.name}"


def _quoted(text: str) -> str:
    return text.replace("'", "''")


def _relation(engine: duckdb.DuckDBPyConnection, folder: Path, source: Source) -> None:
    """A view `raw` of the source's rows, cells as they come."""
    if source.file:
        paths = sorted(folder.glob(source.file))
        if not paths:
            raise WorkspaceFaulty([Fault(source.file, 0, "", "a file", "none")])
        listed = ", ".join(f"'{_quoted(str(path))}'" for path in paths)
        if paths[0].suffix == ".parquet":
            text = f"SELECT *, 0 AS row_of_file FROM read_parquet([{listed}], union_by_name = true)"
        else:
            text = (
                f"SELECT *, row_number() OVER () + 1 AS row_of_file FROM read_csv([{listed}], all_varchar = true, "
                "header = true, delim = ',', quote = '\"', union_by_name = true)"
            )
    elif source.sql:
        text = f"SELECT *, 0 AS row_of_file FROM ({source.sql.rstrip().rstrip(';')})"
    else:
        home = source.rehearsal or source.book
        cubes, whose = folder / home / "cubes.parquet", "a rehearsal's" if source.rehearsal else "the book's"
        if not cubes.is_file():
            raise WorkspaceFaulty([Fault(f"{home}/cubes.parquet", 0, "", f"{whose} cubes", "none")])
        text = f"SELECT * FROM read_parquet('{_quoted(str(cubes))}')" + (
            f" WHERE {source.where}" if source.where else ""
        )
    engine.execute(f"CREATE TEMP TABLE raw AS {text}")
    if source.where and not (source.rehearsal or source.book):
        engine.execute(f"DELETE FROM raw WHERE NOT coalesce({source.where}, false)")


def _typed(engine: duckdb.DuckDBPyConnection, source: Source, wanted: Sequence[str], raw: Sequence[str]) -> Rows:
    if source.rehearsal or source.book:
        return _cubes(engine, wanted)
    names = [str(each[0]) for each in engine.execute("DESCRIBE raw").fetchall()]
    faults = [
        Fault(_place(source), 1, column, "a column of this name", "none" + nearest(column, names))
        for column in ("day", *source.key, *wanted, *raw)
        if column not in names
    ]
    if faults:
        raise WorkspaceFaulty(faults)
    known = "known_at" in names
    checks = [("day", "DATE", "a day such as 2026-01-31"), *((each, "DOUBLE", "a number") for each in wanted)]
    checks += [("known_at", "TIMESTAMPTZ", "an instant such as 2026-01-31 07:00")] if known else []
    _check(engine, source, checks)
    parts = ", ".join(f'"{each}"' for each in source.key)
    sums = "".join(f', sum(try_cast("{each}" AS DOUBLE)) AS "{each}"' for each in wanted)
    instant = f"({_DAY} + 1) * {DAY_US}"
    if known:
        instant = f"coalesce(epoch_us(try_cast(known_at AS TIMESTAMPTZ)), {instant})"
    keyed = f"dense_rank() OVER (ORDER BY {parts}) - 1" if source.key else "0"
    engine.execute(
        f"CREATE TEMP VIEW dated AS SELECT *, date_diff('day', DATE '1970-01-01', try_cast(day AS DATE)) AS {_DAY}, "
        f"{keyed} AS {_KEY} FROM raw"
    )
    table = engine.execute(
        f"SELECT {_DAY}, CAST({instant} AS BIGINT) AS {_KNOWN}, {_KEY}{sums} FROM dated "
        "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
    ).fetchnumpy()
    texts = {}
    if raw:
        listed = ", ".join(f'CAST("{each}" AS VARCHAR) AS "{each}"' for each in raw)
        found = engine.execute(
            f"SELECT {_DAY}, CAST({instant} AS BIGINT) AS {_KNOWN}, {listed} FROM dated ORDER BY 1, 2, row_of_file"
        ).fetchnumpy()
        texts = {
            {_DAY: "d", _KNOWN: "known_us"}.get(name, f"column {name}"): np.asarray(each)
            for name, each in found.items()
        }
    columns = {each: np.ma.filled(np.ma.asarray(table[each], np.float64), np.nan) for each in wanted}
    day, known_us, key = (np.asarray(table[name], np.int64) for name in (_DAY, _KNOWN, _KEY))
    return Rows(day, known_us, key, columns, texts, None)


def _check(engine: duckdb.DuckDBPyConnection, source: Source, checks: list[tuple[str, str, str]]) -> None:
    """Cells that cannot be read, all of them together."""
    faults = []
    count = engine.execute("SELECT count(*) FROM raw").fetchall()[0][0]
    if count > ROWS_MAX:
        raise WorkspaceFaulty([Fault(_place(source), 0, "", f"{ROWS_MAX:,} rows or fewer", f"{count:,}")])
    for column, kind, expected in checks:
        bad = "" if column == "day" else f" AND trim(CAST(\"{column}\" AS VARCHAR)) <> ''"
        finite = f' OR NOT isfinite(try_cast("{column}" AS DOUBLE))' if kind == "DOUBLE" else ""
        rows = engine.execute(
            f'SELECT row_of_file, CAST("{column}" AS VARCHAR) FROM raw WHERE (try_cast("{column}" AS {kind}) IS NULL'
            f"{finite}){bad} ORDER BY 1 LIMIT {FAULTS_PER_COLUMN_MAX}"
        ).fetchall()
        faults += [Fault(_place(source), row, column, expected, shown(cell or "")) for row, cell in rows]
    if faults:
        raise WorkspaceFaulty(faults)


def _cubes(engine: duckdb.DuckDBPyConnection, wanted: Sequence[str]) -> Rows:
    """A rehearsal's daily cubes, nodes and sellers together: `METRIC.n` and `METRIC.d`. A day without a row is zero."""
    span = engine.execute(
        "SELECT date_diff('day', DATE '1970-01-01', min(day)), date_diff('day', DATE '1970-01-01', max(day)) FROM raw "
        "WHERE metric = 'stock_units'"
    ).fetchall()[0]
    first, last = (int(each) if each is not None else 0 for each in span)
    known = {str(each[0]) for each in engine.execute("SELECT DISTINCT metric FROM raw").fetchall()}
    days = np.arange(first, last + 1, dtype=np.int64)
    columns = {}
    for column in wanted:
        metric, _, part = column.rpartition(".")
        if part not in {"n", "d"}:
            wanted_words = "METRIC.n or METRIC.d, such as sales.n"
            raise WorkspaceFaulty(
                [Fault("cubes.parquet", 0, column, wanted_words, shown(column) + nearest(metric, known))]
            )
        found = engine.execute(
            "SELECT date_diff('day', DATE '1970-01-01', day) AS d, "
            f"sum({'numerator' if part == 'n' else 'denominator'})::DOUBLE AS v FROM raw "
            "WHERE metric = ? GROUP BY 1 ORDER BY 1",
            [metric],
        ).fetchnumpy()
        values = np.zeros(len(days))
        place = np.asarray(found["d"], np.int64) - first
        inside = (place >= 0) & (place < len(days))
        values[place[inside]] = np.asarray(found["v"], np.float64)[inside]
        columns[column] = values
    return Rows(days, (days + 1) * DAY_US, np.zeros(len(days), np.int64), columns, {}, (first, last))

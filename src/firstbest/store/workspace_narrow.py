"""A log of orders larger than memory, checked: the engine finds the rows that may be wrong, and only they are read.

Every row that the stages of a workspace would find fault with is among those that are kept: each column's test below
is stricter than its parser. What is kept goes through the same stages, so a large log has the messages of a small one.
"""

from __future__ import annotations

import shutil
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

from firstbest.store.door_reading import trimmed
from firstbest.store.door_source import load, look, name_of, rows_of
from firstbest.store.door_text import Unreadable
from firstbest.store.faults import Fault, shown
from firstbest.store.schema_words import Column, Table, Type
from firstbest.store.workspace_sheets import ROWS_MAX, SUMS_AT_END, Sheet, too_many

BIG_BYTES: Final = 10_000_000
"""Files from this size on are narrowed: about a million lines as Parquet."""
KEPT_MOST: Final = 100_000
"""Rows that may be wrong and are looked at, the first of them."""
_WHOLE: Final = "[0-9]{1,15}"
_NUMBER: Final = "[0-9]{1,15}([.][0-9]{1,15})?"
_INSTANT: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{6})?)?"
_SURE_YEARS: Final = (1991, 2099)

Known = Mapping[str, Collection[str]]
"""By column, the names that another file declares."""


def narrowed(path: Path, table: Table, known: Known, faults: list[Fault], notes: list[str]) -> Sheet | None:
    """The rows of a large file that may be wrong, as a sheet; None, and a fault, if it cannot be read."""
    from firstbest.store.import_rows import opened  # noqa: PLC0415 - the engine, which only large logs need

    scratch = Path(mkdtemp(prefix="firstbest-"))
    try:
        names = [each.name for each in table.columns]
        seen = look(path, [names])
        columns = [each for each in table.columns if each.name in seen.header]
        # A Parquet file says how many rows it has; to read 75 million of them first would take minutes.
        if not seen.header_row and (count := rows_of(path)) > ROWS_MAX:
            faults.append(too_many(path.name, f"{count:,}"))
            return None
        db = opened(scratch, small=False)
        try:
            told = load(db, seen, [each.name for each in columns], scratch)
            notes += [f"{path.name}: {each}" for each in (*seen.notes, *told)]
            faults += _too_much(db, path.name, len(seen.header))
            return _kept(db, path.name, seen.header, (table, columns, known), faults)
        finally:
            db.close()
    except Unreadable as wrong:
        faults.append(Fault(path.name, wrong.row, "", wrong.expected, wrong.found))
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return None


def _too_much(db: Any, file: str, width: int) -> Iterator[Fault]:
    """More rows than a workspace can hold, and rows with more cells than the header."""
    count = int(db.execute("SELECT count(*) FROM source").fetchone()[0])
    if count > ROWS_MAX:
        yield too_many(file, f"{count:,}")
    rows = db.execute(f"SELECT n, surplus FROM source WHERE surplus <> '' ORDER BY n LIMIT {KEPT_MOST}").fetchall()
    for row, surplus in rows:
        yield Fault(file, row, "", f"{width} cells or fewer", f"more, beyond them {shown(surplus)}")


def _kept(
    db: Any, file: str, header: tuple[str, ...], what: tuple[Table, list[Column], Known], faults: list[Fault]
) -> Sheet:
    table, columns, known = what
    for column, names in known.items():
        db.execute(f"CREATE TABLE {_names(column)} AS SELECT unnest(?) AS name", [sorted(names)])
    tests = [_doubtful(each, known) for each in columns]
    last = db.execute("SELECT max(n) FROM source").fetchone()[0] or 0
    if columns:
        first = trimmed(columns[0].name)
        tests.append(f"n > {last - SUMS_AT_END} OR {first} = '{columns[0].name}'")
    keys = [name for name in table.key if name in header]
    if len(keys) == len(table.key):
        key = f"hash({', '.join(map(trimmed, keys))})"
        db.execute(f"CREATE TABLE twice AS SELECT {key} AS k FROM source GROUP BY k HAVING count(*) > 1")
        tests.append(f"{key} IN (SELECT k FROM twice)")
    cells = "".join(f", {name_of(each.name)}" for each in columns)
    where = " OR ".join(f"({each})" for each in tests) or "false"
    rows = db.execute(f"SELECT n{cells} FROM source WHERE {where} ORDER BY n LIMIT {KEPT_MOST + 1}").fetchall()
    if len(rows) > KEPT_MOST:
        found = f"more than {KEPT_MOST:,} that may not be, of which the first are looked at"
        faults.append(Fault(file, 0, "", "rows that are right", found))
    place = {each.name: index for index, each in enumerate(columns, start=1)}
    texts = [
        [" ".join(str(row[place[name]]).split("\u00a0")).strip() if name in place else "" for row in rows[:KEPT_MOST]]
        for name in header
    ]
    return Sheet(file, header, [row[0] for row in rows[:KEPT_MOST]], texts)


def _names(column: str) -> str:
    return f"known_{column}"


def _doubtful(column: Column, known: Known) -> str:
    """SQL that is true of every cell that the column's parser or its reference would refuse, and of few others."""
    cell = trimmed(column.name)
    low = column.low if column.low is not None else 0
    high = min(column.high, 1e15) if column.high is not None else 1e15
    match column.type:
        case Type.INTEGER | Type.MONEY | Type.NUMBER:
            form = _WHOLE if column.type is Type.INTEGER else _NUMBER
            number = f"TRY_CAST({cell} AS DOUBLE)"
            wrong = f"NOT regexp_full_match({cell}, '{form}') OR {number} NOT BETWEEN {low} AND {high}"
        case Type.INSTANT:
            first, last = _SURE_YEARS
            instant = f"TRY_CAST({cell} AS TIMESTAMP)"
            wrong = (
                f"NOT regexp_full_match({cell}, '{_INSTANT}') OR {instant} IS NULL"
                f" OR year({instant}) NOT BETWEEN {first} AND {last}"
            )
        case Type.CHOICE:
            wrong = f"{cell} NOT IN ({', '.join(repr(each) for each in column.choices)})"
        case _:
            wrong = f"contains({name_of(column.name)}, chr(160)) OR contains({cell}, '+')"
            if known.get(column.name):
                wrong += f" OR {cell} NOT IN (SELECT name FROM {_names(column.name)})"
    return f"CASE WHEN {cell} = '' THEN {str(column.required).lower()} ELSE coalesce({wrong}, true) END"

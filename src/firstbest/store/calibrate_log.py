"""A log of shipments as instants, for `firstbest calibrate`: CSV, Parquet or Excel, one path for all (DuckDB)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown

I64 = NDArray[np.int64]

INSTANTS: Final = ("placed", "planned", "left", "delivered")
LAST: Final = ("left", "delivered")
NAMES: Final = ("shipment", *INSTANTS)
ROWS_MAX: Final = 20_000_000
UNKNOWN: Final = np.iinfo(np.int64).min


class LogRead(NamedTuple):
    """Instants of each shipment in microseconds, UNKNOWN where the log has none; `rows` that were read."""

    columns: Mapping[str, I64]
    rows: int
    unreadable: int


def read_shipments(path: Path, names: Mapping[str, str]) -> LogRead:
    """Reads a log; `names`: which of its columns is `shipment`, `placed`, `planned`, `left`, `delivered`.

    Rows of one shipment count once: the earliest placed and planned, the latest left and delivered. Raises
    WorkspaceFaulty where the file, a column or every date cannot be read.
    """
    connection = duckdb.connect()
    try:
        return _read(connection, path, names)
    finally:
        connection.close()


def _read(connection: duckdb.DuckDBPyConnection, path: Path, names: Mapping[str, str]) -> LogRead:
    reader = {".parquet": "read_parquet(?)", ".xlsx": "read_xlsx(?, all_varchar = true)"}.get(
        path.suffix.lower(), "read_csv(?, all_varchar = true, header = true)"
    )
    try:
        header = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {reader}", [str(path)]).fetchall()]
    except duckdb.Error as error:
        raise WorkspaceFaulty([Fault(path.name, 0, "", "a CSV, Parquet or Excel file", str(error)[:80])]) from None
    taken = _columns(path, header, names)
    quoted = {name: '"' + column.replace('"', '""') + '"' for name, column in taken.items()}
    shipment = quoted.get("shipment", "CAST(row_number() OVER () AS VARCHAR)")
    parts = [
        f"{'max' if name in LAST else 'min'}(epoch_us(TRY_CAST({quoted[name]} AS TIMESTAMP))) AS {name}"
        for name in INSTANTS
        if name in quoted
    ]
    inner = ", ".join([f"{shipment} AS shipment", *(column for name, column in quoted.items() if name != "shipment")])
    rows = connection.execute(f"SELECT count(*) FROM {reader}", [str(path)]).fetchall()[0][0]
    if rows > ROWS_MAX:
        raise WorkspaceFaulty([Fault(path.name, 0, "", f"at most {ROWS_MAX:,} rows", f"{rows:,}")])
    found = connection.execute(
        f"SELECT {', '.join(parts)} FROM (SELECT {inner} FROM {reader}) GROUP BY shipment ORDER BY ALL", [str(path)]
    ).fetchnumpy()
    columns: dict[str, I64] = {name: _filled(found[name]) for name in INSTANTS if name in found}
    size = len(next(iter(columns.values())))
    for name in INSTANTS:
        columns.setdefault(name, np.full(size, UNKNOWN))
    asked = np.where(columns["placed"] == UNKNOWN, columns["planned"], columns["placed"])
    unreadable = int((asked == UNKNOWN).sum())
    if unreadable == size:
        raise WorkspaceFaulty([Fault(path.name, 0, "placed or planned", "dates such as 2026-03-02 14:05", "none")])
    return LogRead(columns, rows, unreadable)


def _filled(column: object) -> I64:
    made = np.ma.masked_array(column)
    filled: I64 = np.asarray(made.filled(UNKNOWN), np.int64)
    return filled


def _columns(path: Path, header: list[str], names: Mapping[str, str]) -> dict[str, str]:
    """Which column of the log is what: as named, else by our own names."""
    faults = [
        Fault(path.name, 0, name, f"one of {', '.join(NAMES)}", f"{shown(name)}{nearest(name, NAMES)}")
        for name in names
        if name not in NAMES
    ]
    faults += [
        Fault(path.name, 1, name, f"a column {shown(column)}", f"{', '.join(header)}{nearest(column, header)}")
        for name, column in names.items()
        if name in NAMES and column not in header
    ]
    taken = {name: names.get(name, name) for name in NAMES if names.get(name, name) in header}
    if not faults and "placed" not in taken and "planned" not in taken:
        faults.append(Fault(path.name, 1, "", "a column placed or planned, or --column placed=NAME", ", ".join(header)))
    if faults:
        raise WorkspaceFaulty(faults)
    return taken

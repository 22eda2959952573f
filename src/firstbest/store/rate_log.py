"""A log of usage as a file, CSV or Parquet: columns of text into columns of integers, with all faults at once.

The columns are those of usage events: `tenant`, `meter`, `at`, `quantity` are needed; what one of the things counted is
like and where it was may stand beside them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from firstbest.rent.intake import SAID, Verdict, distinct, judged
from firstbest.rent.meters import METER_CODES
from firstbest.rent.tally import Period
from firstbest.rent.usage import Attribute, Measure, Names, Usage, blank_usage, rows_of
from firstbest.store.faults import FAULTS_PER_COLUMN_MAX, Fault, nearest, shown
from firstbest.store.usage_book import BillingBook, book_path, usage_path
from firstbest.store.usage_closing import Closed, closings
from firstbest.store.usage_kept import kept_usage
from firstbest.store.workspace_sheets import Sheet, read_sheet

NEEDED: Final = ("tenant", "meter", "at", "quantity")
MEASURES: Final = {
    "weight_g": Measure.WEIGHT_G, "volume_cm3": Measure.VOLUME_CM3, "longest_mm": Measure.LONGEST_MM,
    "median_mm": Measure.MEDIAN_MM, "shortest_mm": Measure.SHORTEST_MM, "value": Measure.VALUE,
    "age_days": Measure.AGE_DAYS, "supply_days": Measure.SUPPLY_DAYS, "splits": Measure.SPLITS,
}  # fmt: skip
NAMED: Final = {
    "class": Attribute.CLASS, "node": Attribute.NODE, "region": Attribute.REGION, "service": Attribute.SERVICE,
    "channel": Attribute.CHANNEL,
}  # fmt: skip
COLUMNS: Final = (*NEEDED, *MEASURES, *NAMED, "source", "id")
_MONEY: Final = 1_000_000


class Log(NamedTuple):
    """Usage, the names in it, and the months that it covers."""

    usage: Usage
    names: Names
    periods: tuple[Period, ...]
    repeated: int


def period_of(month: int, zone: ZoneInfo) -> Period:
    """A month (12 x year + month - 1) with its instants in a time zone."""
    ends = [datetime(at // 12, at % 12 + 1, 1, tzinfo=zone) for at in (month, month + 1)]
    first, last = (int(end.timestamp()) * 1_000_000 for end in ends)
    return Period(month, first, last, (ends[1].date() - ends[0].date()).days)


def closed_logs(bills: Path) -> Iterator[Callable[[], Log]]:
    """The closed months of a billing book, in order: each is read from its file when it is called for."""
    with BillingBook(book_path(bills)) as book:
        closed = closings(book)
    for month in closed:
        yield partial(_closed_log, bills, month)


def _closed_log(bills: Path, month: Closed) -> Log:
    usage = kept_usage(usage_path(bills, month.label), month.usage)
    return Log(usage, month.names, (month.period,), 0)


def read_log(path: Path, zone: ZoneInfo, faults: list[Fault]) -> Log | None:
    """The log; None, and faults, where anything in it is none. An event named twice (source and id) counts once."""
    sheet = read_sheet(path, path.name, faults)
    if sheet is None:
        return None
    missing = [name for name in NEEDED if name not in sheet.header]
    faults += [Fault(path.name, 1, name, "a column", "none") for name in missing]
    for name in sheet.header:
        if name not in COLUMNS:
            faults.append(
                Fault(path.name, 1, name, f"one of {', '.join(COLUMNS)}", shown(name) + nearest(name, COLUMNS))
            )
    if missing or not sheet.rows:
        return None
    before = len(faults)
    cells = dict(zip(sheet.header, sheet.columns, strict=True))
    usage = blank_usage(len(sheet.rows))
    lists = {name: tuple(sorted(set(cells[name]) - {""})) for name in ("tenant", *NAMED) if name in cells}
    usage.tenant[:] = _coded(cells["tenant"], lists["tenant"])
    usage.meter[:] = _coded(cells["meter"], tuple(METER_CODES))
    for name, attribute in NAMED.items():
        if name in cells:
            usage.codes[:, attribute] = _coded(cells[name], lists[name])
    usage.at[:] = _numbers(sheet, "at", lambda text: _instant(text, zone), "a moment, such as 2026-10-03T14:05", faults)
    usage.known_at[:] = usage.at
    usage.measures[:, Measure.QUANTITY] = _numbers(sheet, "quantity", int, "a whole number", faults)
    for name, measure in MEASURES.items():
        if name in cells:
            read = _money if measure == Measure.VALUE else int
            usage.measures[:, measure] = _numbers(sheet, name, read, "a number, or nothing", faults, empty=-1)
    named = _names_events(usage, cells)
    names = Names(lists["tenant"], *(lists.get(name, ()) for name in NAMED))
    _judge(sheet, usage, names, faults)
    if len(faults) > before:
        return None
    kept = rows_of(usage, named)
    months = sorted({_month(at, zone) for at in np.unique(kept.at // 3_600_000_000) * 3_600_000_000})
    periods = tuple(period_of(month, zone) for month in range(months[0], months[-1] + 1))
    return Log(kept, names, periods, usage.rows - kept.rows)


def _names_events(usage: Usage, cells: dict[str, list[str]]) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Names events by source and id where both stand there, else by row; the first of a name counts."""
    usage.number[:] = np.arange(usage.rows)
    if "id" not in cells:
        return np.ones(usage.rows, np.bool_)
    sources = cells.get("source", [""] * usage.rows)
    keys = {key: number for number, key in reversed(list(enumerate(zip(sources, cells["id"], strict=True))))}
    usage.number[:] = [keys[key] for key in zip(sources, cells["id"], strict=True)]
    return np.asarray(distinct(usage))


def _judge(sheet: Sheet, usage: Usage, names: Names, faults: list[Fault]) -> None:
    verdicts = judged(usage, names)
    rows = np.flatnonzero(verdicts != Verdict.ADMITTED)
    for row in rows[:FAULTS_PER_COLUMN_MAX].tolist():
        expected, _, found = SAID[Verdict(int(verdicts[row]))].partition(", found ")
        faults.append(Fault(sheet.file, sheet.rows[row], "", expected.removeprefix("expected "), found))
    if len(rows) > FAULTS_PER_COLUMN_MAX:
        faults.append(Fault(sheet.file, 0, "", "rows that can be counted", f"{len(rows):,} that cannot"))


def _coded(cells: Sequence[str], listed: Sequence[str]) -> list[int]:
    codes = {name: code for code, name in enumerate(listed)}
    return [codes.get(cell, -1) for cell in cells]


def _numbers(
    sheet: Sheet, name: str, read: Callable[[str], int], expected: str, faults: list[Fault], empty: int | None = None
) -> list[int]:
    """A column of numbers; faults for cells that are none."""
    found: list[int] = []
    bad = 0
    for row, cell in zip(sheet.rows, sheet.columns[sheet.header.index(name)], strict=True):
        try:
            found.append(empty if cell == "" and empty is not None else read(cell))
        except (ValueError, InvalidOperation):
            found.append(0)
            bad += 1
            if bad <= FAULTS_PER_COLUMN_MAX:
                faults.append(Fault(sheet.file, row, name, expected, shown(cell)))
    if bad > FAULTS_PER_COLUMN_MAX:
        faults.append(Fault(sheet.file, 0, name, expected, f"{bad:,} cells that are none"))
    return found


def _money(text: str) -> int:
    return int(Decimal(text) * _MONEY)


def _instant(text: str, zone: ZoneInfo) -> int:
    moment = datetime.fromisoformat(text)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=zone)
    return int(aware.timestamp()) * 1_000_000 + aware.microsecond


def _month(at: int, zone: ZoneInfo) -> int:
    local = datetime.fromtimestamp(int(at) / 1e6, UTC).astimezone(zone)
    return 12 * local.year + local.month - 1

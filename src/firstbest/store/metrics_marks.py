"""What stands beside the facts: plan, guidance, the forecast's fan, and what happened."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from firstbest.mechanisms.aggregate import Table
from firstbest.mechanisms.calendar import short_day
from firstbest.mechanisms.deck_make import Fan
from firstbest.mechanisms.metrics import Absence, Metric
from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.metrics_file import Definitions, day_of_text
from firstbest.store.workspace_sheets import Sheet, read_sheet

EVENT_DAYS: Final = 42
SPAN_DAYS_MAX: Final = 400
_US: Final = 1_000_000


class Mark(NamedTuple):
    """One row: a metric's numbers for a span, and when they became known (0: always)."""

    metric: str
    start: int
    end: int
    numbers: tuple[float, ...]
    source: str
    known_us: int


class Event(NamedTuple):
    """Something that happened to a metric, or to all of them (empty)."""

    metric: str
    day: int
    what: str
    known_us: int


class Marked(NamedTuple):
    """All rows of all instants."""

    plan: tuple[Mark, ...] = ()
    guidance: tuple[Mark, ...] = ()
    forecast: tuple[Mark, ...] = ()
    events: tuple[Event, ...] = ()


class AsOf(NamedTuple):
    """As they were known."""

    plan: Table | None
    guidance: Table | None
    fans: tuple[Fan, ...]


def read(folder: Path, definitions: Definitions) -> Marked:
    """Read the files that the definitions name. Raises `WorkspaceFaulty` with every fault."""
    faults: list[Fault] = []
    keys = [metric.key for metric in definitions.metrics]
    found = {
        name: tuple(_marks(folder, getattr(definitions, name).file, columns, keys, faults))
        for name, columns in (("plan", ("value",)), ("guidance", ("value",)), ("forecast", ("p10", "p50", "p90")))
    }
    events = tuple(_events(folder, definitions.events.file, keys, faults))
    if faults:
        raise WorkspaceFaulty(faults)
    return Marked(found["plan"], found["guidance"], found["forecast"], events)


def _sheet(folder: Path, file: str, columns: tuple[str, ...], faults: list[Fault]) -> Sheet | None:
    if not file:
        return None
    if not (folder / file).is_file():
        faults.append(Fault(file, 0, "", "a file", "none"))
        return None
    sheet = read_sheet(folder / file, file, faults)
    lacking = [column for column in columns if sheet is not None and column not in sheet.header]
    faults += [Fault(file, 1, column, "a column of this name", "none") for column in lacking]
    return None if lacking else sheet


def _marks(folder: Path, file: str, numbers: tuple[str, ...], keys: list[str], faults: list[Fault]) -> list[Mark]:
    sheet = _sheet(folder, file, ("metric", "from", "to", *numbers), faults)
    found = []
    for row, cells in _cells(sheet):
        start, end = _day(file, row, "from", cells, faults), _day(file, row, "to", cells, faults)
        values = tuple(_number(file, row, column, cells, faults) for column in numbers)
        if cells["metric"] not in keys:
            wanted = "the key of a metric"
            faults.append(Fault(file, row, "metric", wanted, shown(cells["metric"]) + nearest(cells["metric"], keys)))
        elif not 0 <= end - start < SPAN_DAYS_MAX:
            faults.append(Fault(file, row, "to", f"'from' to {SPAN_DAYS_MAX} days after it", shown(cells["to"])))
        else:
            known = _instant(file, row, cells, faults)
            found.append(Mark(cells["metric"], start, end, values, cells.get("source", ""), known))
    return found


def _events(folder: Path, file: str, keys: list[str], faults: list[Fault]) -> list[Event]:
    sheet = _sheet(folder, file, ("day", "metric", "what"), faults)
    found = []
    for row, cells in _cells(sheet):
        day = _day(file, row, "day", cells, faults)
        if cells["metric"] and cells["metric"] not in keys:
            wanted = "the key of a metric, or nothing for all"
            faults.append(Fault(file, row, "metric", wanted, shown(cells["metric"]) + nearest(cells["metric"], keys)))
        found.append(Event(cells["metric"], day, cells["what"], _instant(file, row, cells, faults)))
    return found


def _cells(sheet: Sheet | None) -> list[tuple[int, dict[str, str]]]:
    if sheet is None:
        return []
    rows = zip(*sheet.columns, strict=True)
    return [(row, dict(zip(sheet.header, cells, strict=True))) for row, cells in zip(sheet.rows, rows, strict=True)]


def _day(file: str, row: int, column: str, cells: dict[str, str], faults: list[Fault]) -> int:
    found = day_of_text(cells[column])
    if found is None:
        faults.append(Fault(file, row, column, "a day such as 2026-01-31", shown(cells[column])))
        return 0
    return found


def _number(file: str, row: int, column: str, cells: dict[str, str], faults: list[Fault]) -> float:
    try:
        return float(cells[column])
    except ValueError:
        faults.append(Fault(file, row, column, "a number", shown(cells[column])))
        return 0.0


def _instant(file: str, row: int, cells: dict[str, str], faults: list[Fault]) -> int:
    text = cells.get("known_at", "")
    if not text:
        return 0
    found = instant_us(text)
    if found is None:
        faults.append(Fault(file, row, "known_at", "an instant such as 2026-01-31 07:00", shown(text)))
    return found or 0


def instant_us(text: str) -> int | None:
    """Microseconds since the epoch of an ISO instant, UTC where it names no zone; None if it is none."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    zoned = found if found.tzinfo else found.replace(tzinfo=UTC)
    return round(zoned.timestamp() * _US)


def as_of(marks: Marked, metrics: list[Metric], days: tuple[int, int], as_of_us: int) -> AsOf:
    """Plan and guidance over days (first, count), and fans, as they were known; a later row stands over an earlier."""
    place = {metric.key: at for at, metric in enumerate(metrics)}

    def known(rows: tuple[Mark, ...]) -> list[Mark]:
        return sorted((row for row in rows if row.known_us <= as_of_us), key=lambda row: row.known_us)

    def table(rows: tuple[Mark, ...]) -> Table | None:
        if not rows:
            return None
        top, below = np.zeros((len(metrics), days[1])), np.zeros((len(metrics), days[1]))
        absence = np.full((len(metrics), days[1]), Absence.BEFORE, np.int8)
        for row in known(rows):
            at = place[row.metric]
            metric = metrics[at]
            low, high = max(0, row.start - days[0]), min(days[1], row.end + 1 - days[0])
            if high <= low:
                continue
            value = row.numbers[0] / metric.scale
            # What adds up is spread evenly over its days; a level or a share holds on each of them.
            top[at, low:high] = value / (row.end - row.start + 1) if metric.kind == "sum" else value
            below[at, low:high] = 1.0
            absence[at, low:high] = Absence.HERE
        return Table(days[0], top, below, absence)

    fans = tuple(
        Fan(row.metric, row.start, row.end, row.numbers[0], row.numbers[1], row.numbers[2], row.source)
        for row in known(marks.forecast)
    )
    return AsOf(table(marks.plan), table(marks.guidance), fans)


def notes(marks: Marked, metrics: list[Metric], end: int, as_of_us: int) -> dict[str, tuple[str, ...]]:
    """What happened in the six weeks up to `end`, by metric, all of it."""
    found: dict[str, list[str]] = defaultdict(list)
    for event in sorted(marks.events, key=lambda event: event.day):
        if end - EVENT_DAYS < event.day <= end and event.known_us <= as_of_us:
            for metric in [event.metric] if event.metric else [metric.key for metric in metrics]:
                found[metric].append(f"{short_day(event.day)}: {event.what}")
    return {key: tuple(said) for key, said in found.items()}

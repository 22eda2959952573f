"""Usage events of outside services: read from CSV or NDJSON, admitted once, and laid out as usage when a month closes.

An event is named by the service that sent it, its tenant and its own name (`id`); sent again it is ignored, sent again
with another content it is refused. It may come late: as long as the month in which it happened is open it is part of
it, later it comes out as a correction in the next closing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, NamedTuple

from firstbest.rent.intake import AHEAD_US
from firstbest.rent.meters import METER_CODES
from firstbest.rent.usage import Attribute, Measure, Names, Usage, blank_usage
from firstbest.store.faults import Fault, nearest, shown
from firstbest.store.usage_book import EVENTS_MAX, BillingBook, Event, batches
from firstbest.store.workspace_sheets import read_sheet
from firstbest.world.units import MONEY, SECOND_US

BODY: Final = "body"
"""Where a fault of a request stands: its body, by line."""
SOURCE_FIRST: Final = 1
"""Services are sources from here on; 0 is the book."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MOST: Final = 2**46
NEEDED: Final = ("source", "id", "tenant", "meter", "at", "quantity")
MEASURE_COLUMNS: Final[dict[str, Measure]] = {
    "weight_g": Measure.WEIGHT_G, "volume_cm3": Measure.VOLUME_CM3, "longest_mm": Measure.LONGEST_MM,
    "median_mm": Measure.MEDIAN_MM, "shortest_mm": Measure.SHORTEST_MM, "value": Measure.VALUE,
    "age_days": Measure.AGE_DAYS, "supply_days": Measure.SUPPLY_DAYS, "splits": Measure.SPLITS,
}  # fmt: skip
NAME_COLUMNS: Final[dict[str, Attribute]] = {
    "class": Attribute.CLASS, "node": Attribute.NODE, "region": Attribute.REGION, "service": Attribute.SERVICE,
    "channel": Attribute.CHANNEL,
}  # fmt: skip
COLUMNS: Final[dict[str, str]] = {
    "source": "which service sends it; with tenant and id the event's name",
    "id": "the event's own name at that service; sent again, it is ignored",
    "tenant": "whose usage it is: a seller of sellers.csv",
    "meter": "what was used, a name of the list of meters",
    "at": "when, with its offset from UTC: 2026-10-03T14:05:00-04:00, or ending in Z",
    "quantity": "how much, a whole number in the meter's unit, 0 or more",
    "weight_g": "of one, grams",
    "volume_cm3": "of one, cubic centimetres",
    "longest_mm": "of one, millimetres",
    "median_mm": "of one, millimetres",
    "shortest_mm": "of one, millimetres",
    "value": "money of one, in the workspace's currency: 12.50",
    "age_days": "age of the stock, days",
    "supply_days": "days of supply of the item",
    "splits": "nodes a receipt was split over, or shipments of an order",
    "class": "class of what was used, such as the model of an inference server",
    "node": "where, a node of nodes.csv",
    "region": "where, a region of nodes.csv",
    "service": "level of service: standard, member or economy",
    "channel": "through which channel",
}
"""Columns of a file of usage events; the first six are needed."""


class Known(NamedTuple):
    """What events may name: tenants and nodes of the house; the moment at which they come, the first that counts."""

    names: Names
    now: int
    begins: int = 0


class Wrong(ValueError):  # noqa: N818 - it names what was expected of a cell
    """A cell is not what was expected; the text says what is."""


class Told(NamedTuple):
    """What became of a file of events. With faults, nothing of it was kept."""

    counted: int
    repeated: int
    faults: tuple[Fault, ...]


def send_file(book: BillingBook, path: Path, known: Known) -> Told:
    """Admit all events of a file, or none: faults carry file, row and column."""
    faults: list[Fault] = []
    rows = list(_read(path, faults))
    events = [event for row, cells in rows if (event := _checked(path.name, row, cells, known, faults))]
    numbers = [row for row, _ in rows]
    if not faults:
        faults += _changed(book, path.name, events, numbers)
    if faults:
        return Told(0, 0, tuple(faults))
    told = [each for batch in batches(events) for each in book.admit(batch)]
    return Told(told.count("counted"), told.count("repeated"), ())


def send_rows(book: BillingBook, lines: Sequence[bytes], known: Known) -> Told:
    """Admit events that came as JSON objects, a line each, or none of them: faults carry the line."""
    faults: list[Fault] = []
    checked = [
        (row, event)
        for row, line in enumerate(lines, start=1)
        if (cells := _object(BODY, row, line.decode("utf-8", "replace"), faults)) is not None
        and (event := _checked(BODY, row, cells, known, faults))
    ]
    if not faults:
        faults += _changed(book, BODY, [event for _, event in checked], [row for row, _ in checked])
    if faults:
        return Told(0, 0, tuple(faults))
    told = [each for batch in batches(event for _, event in checked) for each in book.admit(batch)]
    return Told(told.count("counted"), told.count("repeated"), ())


def send(book: BillingBook, cells: Mapping[str, Any], known: Known) -> str:
    """Admit one event; answers "counted" or "repeated", or raises `Wrong` with what was expected."""
    faults: list[Fault] = []
    event = _checked("event", 0, {key: str(value) for key, value in cells.items()}, known, faults)
    if event is None:
        raise Wrong("; ".join(str(fault) for fault in faults))
    (told,) = book.admit([event])
    if told == "changed":
        raise Wrong(f"event '{event.name}' of {event.service}: expected the content it came with before, found another")
    return told


def _changed(book: BillingBook, file: str, events: Sequence[Event], rows: Sequence[int]) -> Iterator[Fault]:
    """Events whose name came before with another content, in this file or in the book."""
    seen = {(each.service, each.tenant, each.name): each.body for each in book.events(waiting=False)}
    for event, row in zip(events, rows, strict=True):
        key = (event.service, event.tenant, event.name)
        before = seen.setdefault(key, event.body)
        if before != event.body:
            yield Fault(
                file, row, "id", "the content this event came with before, or a name of its own", shown(event.name)
            )


def _read(path: Path, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows as text by column: of CSV, or of a file with one JSON object a line."""
    if path.suffix.lower() in {".ndjson", ".jsonl", ".json"}:
        yield from _lines(path, faults)
        return
    sheet = read_sheet(path, path.name, faults)
    if sheet is None:
        return
    missing = [name for name in NEEDED if name not in sheet.header]
    strange = [name for name in sheet.header if name not in COLUMNS]
    faults += [Fault(path.name, 1, name, "a column", "none") for name in missing]
    faults += [Fault(path.name, 1, name, f"a known column{nearest(name, COLUMNS)}", shown(name)) for name in strange]
    if not missing and not strange:
        for row, *cells in zip(sheet.rows, *sheet.columns, strict=True):
            yield row, {name: cell for name, cell in zip(sheet.header, cells, strict=True) if cell}


def _lines(path: Path, faults: list[Fault]) -> Iterator[tuple[int, dict[str, str]]]:
    with path.open(encoding="utf-8") as lines:
        for row, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            if row > EVENTS_MAX * 100:
                faults.append(Fault(path.name, row, "", f"{EVENTS_MAX * 100:,} events or fewer", "more"))
                return
            cells = _object(path.name, row, line, faults)
            if cells is not None:
                yield row, cells


def _object(file: str, row: int, line: str, faults: list[Fault]) -> dict[str, str] | None:
    """A JSON object's values as text; None, and a fault, where the line is none."""
    try:
        found = json.loads(line, parse_float=Decimal)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        faults.append(Fault(file, row, "", "a JSON object", shown(line.strip())))
        return None
    return {str(key): str(value) for key, value in found.items() if value is not None}


def _checked(file: str, row: int, cells: Mapping[str, str], known: Known, faults: list[Fault]) -> Event | None:
    """The event of a row; None, and faults, where a cell is wrong."""
    body: dict[str, int | str] = {}
    before = len(faults)
    for column in (*NEEDED, *(column for column in cells if column not in NEEDED)):
        try:
            body[column] = _cell(column, cells.get(column, ""), known)
        except Wrong as wrong:
            faults.append(Fault(file, row, column, str(wrong), shown(cells.get(column, ""))))
    if len(faults) > before:
        return None
    source, tenant, name = (str(body.pop(column)) for column in ("source", "tenant", "id"))
    return Event(source, tenant, name, json.dumps(body, sort_keys=True, separators=(",", ":")), known.now)


def _cell(name: str, text: str, known: Known) -> int | str:
    """The value of a cell, or `Wrong` with what was expected."""
    if name not in COLUMNS:
        raise Wrong(f"a known column{nearest(name, COLUMNS)}")
    if name == "at":
        return _instant(text, known)
    if name == "value":
        return _money(text)
    if name == "quantity" or name in MEASURE_COLUMNS:
        return _whole(text)
    if not text or len(text) > 200:  # noqa: PLR2004 - a name, not a text
        raise Wrong("a name of 1 to 200 letters")
    if name == "meter" and text not in METER_CODES:
        raise Wrong(f"a meter of the list{nearest(text, METER_CODES)}")
    if name == "tenant" and text not in known.names.tenants:
        raise Wrong(f"a tenant of the house{nearest(text, known.names.tenants)}")
    listed = known.names.of(NAME_COLUMNS[name]) if name in {"node", "region", "service"} else ()
    if listed and text not in listed:
        raise Wrong(f"a name of the workspace{nearest(text, listed)}")
    return text


def _whole(text: str) -> int:
    try:
        found = int(text)
    except ValueError:
        raise Wrong("a whole number of 0 or more") from None
    if not 0 <= found <= _MOST:
        raise Wrong(f"a whole number of 0 to {_MOST:,}")
    return found


def _money(text: str) -> int:
    try:
        found = Decimal(text) * MONEY
    except InvalidOperation:
        raise Wrong("an amount of money such as 12.50") from None
    if not found.is_finite() or found != int(found) or not 0 <= found <= 10**13:
        raise Wrong("an amount of 0 to 10,000,000 with six decimals at most")
    return int(found)


def _instant(text: str, known: Known) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Wrong("an instant such as 2026-10-03T14:05:00Z") from None
    if moment.tzinfo is None:
        raise Wrong("an instant with its offset from UTC, or ending in Z")
    since = moment - _EPOCH
    at = (since.days * 86_400 + since.seconds) * SECOND_US + since.microseconds
    if at > known.now + AHEAD_US:
        raise Wrong(f"an instant that has come: now it is {told_instant(known.now)}")
    if at < known.begins:
        raise Wrong(f"an instant from {told_instant(known.begins)} on, with which the first month begins")
    return at


def told_instant(at: int) -> str:
    """An instant in words: 2026-10-03T14:05:00Z, with its part of a second where there is one."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat().replace("+00:00", "Z")


# -------------------------------------------------------------------------------------------- laid out for the closing
def services_of(events: Iterable[Event]) -> tuple[str, ...]:
    """Services in the order in which they first sent something: source codes from `SOURCE_FIRST`."""
    return tuple(dict.fromkeys(event.service for event in sorted(events, key=lambda event: event.number)))


def extended(names: Names, events: Iterable[Event]) -> Names:
    """The lists with the classes and channels that events name behind those that are there."""
    classes, channels = dict.fromkeys(names.classes), dict.fromkeys(names.channels)
    for event in sorted(events, key=lambda event: event.number):
        body = json.loads(event.body)
        for name, listed in (("class", classes), ("channel", channels)):
            if name in body:
                listed.setdefault(body[name])
    return names._replace(classes=tuple(classes), channels=tuple(channels))


def usage_of_events(events: Sequence[Event], names: Names, services: Sequence[str]) -> Usage:
    """Events as usage, a row each, named by (service, number of admission, 0)."""
    made = blank_usage(len(events))
    tenants = {name: code for code, name in enumerate(names.tenants)}
    codes = {
        column: {name: code for code, name in enumerate(names.of(NAME_COLUMNS[column]))} for column in NAME_COLUMNS
    }
    sources = {name: code for code, name in enumerate(services, start=SOURCE_FIRST)}
    for row, event in enumerate(events):
        body = json.loads(event.body)
        made.tenant[row] = tenants[event.tenant]
        made.meter[row] = METER_CODES[body["meter"]]
        made.source[row] = sources[event.service]
        made.at[row], made.known_at[row], made.number[row] = body["at"], event.known_at, event.number
        made.measures[row, Measure.QUANTITY] = body["quantity"]
        for name, measure in MEASURE_COLUMNS.items():
            made.measures[row, measure] = body.get(name, -1)
        for name, attribute in NAME_COLUMNS.items():
            made.codes[row, attribute] = codes[name][body[name]] if name in body else -1
    return made

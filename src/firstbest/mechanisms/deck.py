"""What is in a deck, as plain values: pages are made of this and of nothing else, and this is what is sealed.

A deck is a function of the definitions and of what was known at one instant. It holds no clock reading and no path, so
the same definitions and the same instant give the same bytes. Values are in the metric's own unit; nothing is None that
is known, and nothing that is not known is zero.
"""

from __future__ import annotations

from typing import Final

import msgspec

from firstbest.mechanisms.calendar import Calendar
from firstbest.mechanisms.records import Room

VERSION: Final = 1
IMPORTED: Final = "IMPORTED"

CLOSED, LATE, MISSING, BEFORE, NOTHING, COMING = "closed", "late", "missing", "before", "nothing", "coming"
"""Why a point has no value: closed all through; not yet arrived; a hole; before the first row; nothing to divide by; it
lies ahead."""


class Point(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One week or one month of one metric.

    `known`: the share of the final number that is known by now; below 1 the point is drawn hollow. `was`: what an
    earlier sealed deck said. `days`: days there of days due, where some are not.
    """

    start: int
    end: int
    label: str
    value: float | None = None
    absent: str = ""
    days: tuple[int, int] | None = None
    prior: float | None = None
    plan: float | None = None
    guidance: float | None = None
    low: float | None = None
    middle: float | None = None
    high: float | None = None
    known: float = 1.0
    was: float | None = None


class Box(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One box score: a value, or a difference in per cent or basis points, with its interval where it has one."""

    label: str
    kind: str  # value, percent, bps
    value: float | None = None
    low: float | None = None
    high: float | None = None
    absent: str = ""
    dated: float | None = None  # the same by calendar dates, where like-for-like differs


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A metric that is not what its own past lets one expect.

    `history`: the last weeks for the view by individual values and moving ranges (XmR), with `centre`, `lower` and
    `upper` from the base weeks; `expected`, `low` and `high`: what this metric's own limits said of this week.
    """

    key: str
    title: str
    unit: str
    decimals: int | None = None
    owner: str = ""
    better: str = "neither"
    kind: str  # point, drift, both
    direction: str  # up, down
    value: float
    expected: float
    low: float
    high: float
    score: float
    chance: float
    false_discovery: float
    since: str
    scale: str
    base: str
    history: tuple[float | None, ...] = ()
    history_first: int = 0
    centre: float = 0.0
    lower: float = 0.0
    upper: float = 0.0
    overruled_by: str = ""
    overruled_because: str = ""


class EdgeLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One drawn edge of the graph, tested."""

    cause: str
    cause_title: str
    effect: str
    effect_title: str
    verdict: str
    lead: int
    lead_low: int
    lead_high: int
    sign: int
    correlation: float | None
    low: float | None
    high: float | None
    weeks: int


class Restatement(msgspec.Struct, frozen=True, kw_only=True):
    """A number that an earlier sealed deck showed otherwise."""

    key: str
    title: str
    unit: str
    decimals: int | None
    label: str
    old: float | None
    new: float | None
    sealed_week: str


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """Money of the week that no promise needed, with the decision that caused it."""

    what: str
    where: str
    cost: float
    count: int
    of: str
    decision: str


class Overruled(msgspec.Struct, frozen=True, kw_only=True):
    """How an owner has treated signals so far."""

    owner: str
    signals: int
    overruled: int


class Card(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric: its chart, its box scores, its notes."""

    key: str
    title: str
    unit: str
    kind: str
    better: str = "neither"
    need: str = ""
    role: str = "output"
    section: str = ""
    owner: str = ""
    about: str = ""
    decimals: int | None = None
    imported: str = ""
    scaling: str = ""
    weeks: tuple[Point, ...] = ()
    months: tuple[Point, ...] = ()
    boxes: tuple[Box, ...] = ()
    completeness: str = ""
    notes: tuple[str, ...] = ()
    flagged: str = ""  # point, drift, both
    lines: tuple[Card, ...] = ()  # further metrics in the same chart, of imported decks


class TableRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row of an imported table; empty values make a heading."""

    header: str
    values: tuple[float | None, ...] = ()
    scaling: str = ""


class ImportedTable(msgspec.Struct, frozen=True, kw_only=True):
    """A table of an imported deck, as its author laid it out."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[TableRow, ...]


class Deck(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One week's review."""

    version: int = VERSION
    title: str
    week: str
    start: int
    end: int
    as_of_us: int
    currency: str = ""
    paper: str = "a4"
    calendar: Calendar = Calendar()
    definitions: str = ""
    data: str = ""
    imported: str = ""
    rehearsed: str = ""
    cards: tuple[Card, ...] = ()
    tables: tuple[ImportedTable, ...] = ()
    signals: tuple[Signal, ...] = ()
    judged: int = 0
    expected_false: float = 0.0
    edges: tuple[EdgeLine, ...] = ()
    restatements: tuple[Restatement, ...] = ()
    costs: tuple[CostLine, ...] = ()
    costs_total: float = 0.0
    costs_note: str = ""
    room: Room | None = None
    overruled: tuple[Overruled, ...] = ()
    notes: tuple[str, ...] = ()


def packed(deck: Deck) -> bytes:
    """The bytes that are sealed: JSON with the fields in their declared order."""
    return msgspec.json.format(msgspec.json.encode(deck), indent=1) + b"\n"


def unpacked(data: bytes) -> Deck:
    """A deck of its bytes. Raises `msgspec.DecodeError` or `msgspec.ValidationError`."""
    return msgspec.json.decode(data, type=Deck)

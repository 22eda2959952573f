"""Admission of usage: which events may be counted, and in which words the others are refused.

An event that comes twice is ignored; one that comes twice with another content is refused. Lateness is no fault: an
event of a month that is closed is counted as a correction in the next.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.rent.card import QUALITY_MAX, Quality
from firstbest.rent.meters import METERS
from firstbest.rent.usage import ATTRIBUTES, MEASURES, NOT_STATED, Attribute, Measure, Names, Usage

I8 = NDArray[np.int8]
I64 = NDArray[np.int64]

AHEAD_US: Final = 300_000_000
"""How far an event may lie ahead of the moment at which it comes: five minutes, for clocks that differ."""


class Verdict(IntEnum):
    """What becomes of an event."""

    ADMITTED = 0
    REPEATED = 1
    CHANGED = 2
    UNKNOWN_METER = 3
    UNKNOWN_TENANT = 4
    UNKNOWN_NAME = 5
    NEGATIVE = 6
    TOO_LARGE = 7
    FUTURE = 8


SAID: Final = {
    Verdict.ADMITTED: "counted",
    Verdict.REPEATED: "ignored: the same event came before",
    Verdict.CHANGED: "expected the content that this event's name came with before, found another",
    Verdict.UNKNOWN_METER: "expected a meter of the list, found none of that name",
    Verdict.UNKNOWN_TENANT: "expected a tenant of the house, found none of that name",
    Verdict.UNKNOWN_NAME: "expected a class, node, region, service and channel of the lists, found another",
    Verdict.NEGATIVE: "expected a quantity and measures of 0 or more, found a negative one",
    Verdict.TOO_LARGE: "expected a quantity and measures within their limits, found a larger one",
    Verdict.FUTURE: "expected an event that has happened, found one more than five minutes ahead",
}


def judged(usage: Usage, names: Names, now: int | None = None) -> I8:
    """A verdict for each row, [n], repeats aside: the first rule it breaks, in the order of `Verdict`.

    `now`: the moment at which the events came; none where they were admitted before.
    """
    verdicts = np.zeros(usage.rows, np.int8)

    def mark(rows: NDArray[np.bool_] | np.bool_, verdict: Verdict) -> None:
        verdicts[rows & (verdicts == Verdict.ADMITTED)] = verdict

    mark((usage.meter < 0) | (usage.meter >= len(METERS)), Verdict.UNKNOWN_METER)
    mark((usage.tenant < 0) | (usage.tenant >= len(names.tenants)), Verdict.UNKNOWN_TENANT)
    limits = np.array([len(names.of(Attribute(column))) for column in range(ATTRIBUTES)])
    mark(((usage.codes < NOT_STATED) | (usage.codes >= limits)).any(axis=1), Verdict.UNKNOWN_NAME)
    least = np.full(MEASURES, NOT_STATED)
    least[Measure.QUANTITY] = 0
    mark((usage.measures < least).any(axis=1), Verdict.NEGATIVE)
    most = np.array([QUALITY_MAX[Quality(column)] for column in range(MEASURES)])
    mark((usage.measures > most).any(axis=1), Verdict.TOO_LARGE)
    if now is not None:
        mark(usage.at > now + AHEAD_US, Verdict.FUTURE)
    return verdicts


def content_of(usage: Usage) -> I64:
    """A hash of each event's content, its name and the moment of its arrival aside: [n]."""
    mixed = np.zeros(usage.rows, np.uint64)
    columns = [usage.tenant, usage.meter, usage.at, *usage.measures.T, *usage.codes.T]
    for column in columns:
        mixed = (mixed ^ column.astype(np.int64).view(np.uint64)) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return mixed.view(np.int64)


class Seen:
    """The names of events that were admitted, each with the hash of its content."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int, int], int] = {}

    def __len__(self) -> int:
        return len(self._known)

    def admit(self, usage: Usage, names: Names, now: int) -> I8:
        """A verdict for each row; admitted rows are remembered. Within a batch the first of a name counts."""
        verdicts = judged(usage, names, now)
        contents = content_of(usage).tolist()
        keys = zip(usage.source.tolist(), usage.number.tolist(), usage.ordinal.tolist(), strict=True)
        for row, (key, content) in enumerate(zip(keys, contents, strict=True)):
            before = self._known.get(key)
            if before is not None:
                verdicts[row] = Verdict.REPEATED if before == content else Verdict.CHANGED
            elif verdicts[row] == Verdict.ADMITTED:
                self._known[key] = content
        return verdicts


def distinct(usage: Usage) -> NDArray[np.bool_]:
    """Rows that are the first of their name, [n]: for a batch that may hold an event twice."""
    order = np.lexsort((np.arange(usage.rows), usage.ordinal, usage.number, usage.source))
    names = np.stack([usage.source[order].astype(np.int64), usage.number[order], usage.ordinal[order]])
    first = np.ones(usage.rows, np.bool_)
    first[order[1:]] = (names[:, 1:] != names[:, :-1]).any(axis=0)
    return first

"""Tallies: what each tenant used under each slot in a month. They add up, in any order and any cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.rent.intake import SAID, Verdict, judged
from firstbest.rent.lines import EventSpan
from firstbest.rent.program import Compiled, SlotName
from firstbest.rent.rate import (
    DIGEST,
    EVENTS,
    FIRST,
    FLAWS,
    LAST,
    QUANTITY_HIGH,
    QUANTITY_LOW,
    STEPS_HIGH,
    STEPS_LOW,
    TALLY_COLUMNS,
    Sums,
    rate_events,
)
from firstbest.rent.usage import Usage

I64 = NDArray[np.int64]

SHOWN_MAX: Final = 20
COUNTERS_MAX: Final = 8_000_000
"""Tenants x slots of one month."""
_SAID_FLAW: Final = (
    "expected a rule that fits",
    "expected a stated weight, size or price that the rule needs",
    "expected quantities whose product fits 62 bits",
)


class Period(NamedTuple):
    """A month: its number (12 x year + month - 1), first instant, first instant of the next month, days."""

    month: int
    begins: int
    ends: int
    days: int


class Counted(NamedTuple):
    """Of one tenant under one slot: quantity, quantity x steps, and which events."""

    quantity: int
    steps: int
    events: EventSpan


Tally = Mapping[tuple[int, SlotName], Counted]
"""By tenant and slot."""


class Unrated(Exception):  # noqa: N818 - it names a state of the usage
    """Events that no card prices, or that cannot be counted; nothing was closed. `faults`: a sentence each."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults: Final = tuple(faults)
        shown = [*faults[:SHOWN_MAX], *([f"and {len(faults) - SHOWN_MAX} more"] if len(faults) > SHOWN_MAX else [])]
        super().__init__("\n".join(shown))


def count_usage(compiled: Compiled, periods: Sequence[Period], batches: Iterable[Usage]) -> dict[int, Tally]:
    """Tallies by month of what the batches hold. Raises `Unrated` with every kind of event that has no price."""
    shape = (len(compiled.names.tenants), len(compiled.slots), TALLY_COLUMNS)
    if shape[0] * shape[1] > COUNTERS_MAX:
        raise Unrated(
            [f"expected {COUNTERS_MAX:,} counters or fewer, found {shape[0]:,} tenants x {shape[1]:,} prices"]
        )
    flaws = np.zeros((FLAWS, len(compiled.charges), 4), np.int64)
    dense: dict[int, I64] = {}
    for usage in batches:
        _refuse(usage, compiled, periods)
        for period in periods:
            if usage.rows and ((usage.at >= period.begins) & (usage.at < period.ends)).any():
                tally = dense.setdefault(period.month, np.zeros(shape, np.int64))
                rate_events(compiled.program, usage, period.begins, period.ends, Sums(tally, flaws))
    faults = list(_told(compiled, flaws))
    if faults:
        raise Unrated(faults)
    return {month: sparse(compiled, tally) for month, tally in dense.items()}


def _refuse(usage: Usage, compiled: Compiled, periods: Sequence[Period]) -> None:
    """Raises `Unrated` where a batch holds what admission would have refused, or an instant of no month."""
    verdicts = judged(usage, compiled.names)
    faults = [
        f"{int((verdicts == verdict).sum())} events: {SAID[verdict]}"
        for verdict in Verdict
        if (verdicts == verdict).any()
    ][int((verdicts == Verdict.ADMITTED).any()) :]
    inside = np.zeros(usage.rows, np.bool_)
    for period in periods:
        inside |= (usage.at >= period.begins) & (usage.at < period.ends)
    if not inside.all():
        faults.append(
            f"{int((~inside).sum())} events: expected an instant of this month or of one closed, found another"
        )
    if faults:
        raise Unrated(faults)


def _told(compiled: Compiled, flaws: I64) -> Iterable[str]:
    for kind, charge in zip(*np.nonzero(flaws[:, :, 0]), strict=True):
        count, source, number, ordinal = flaws[kind, charge].tolist()
        card, name = compiled.charges[charge]
        found = f"none for {count:,} {'event' if count == 1 else 'events'}, the first {source}/{number}/{ordinal}"
        yield f"card {card}, charge '{name}': {_SAID_FLAW[kind]}, found {found}"


def sparse(compiled: Compiled, dense: I64) -> Tally:
    """The counters that counted something, in the order of tenant and slot."""
    found: dict[tuple[int, SlotName], Counted] = {}
    tenants, slots = np.nonzero(dense[:, :, EVENTS])
    for tenant, slot, row in zip(tenants.tolist(), slots.tolist(), dense[tenants, slots].tolist(), strict=True):
        span = EventSpan(
            row[EVENTS],
            (row[FIRST], row[FIRST + 1], row[FIRST + 2]),
            (row[LAST], row[LAST + 1], row[LAST + 2]),
            row[DIGEST] % 2**64,
        )
        quantity = (row[QUANTITY_HIGH] << 32) + row[QUANTITY_LOW]
        found[tenant, compiled.slots[slot]] = Counted(quantity, (row[STEPS_HIGH] << 32) + row[STEPS_LOW], span)
    return found


def spans_joined(first: EventSpan, second: EventSpan) -> EventSpan:
    """The span of both."""
    if not first.events or not second.events:
        return first if first.events else second
    return EventSpan(
        first.events + second.events,
        min(first.first, second.first),
        max(first.last, second.last),
        (first.digest + second.digest) % 2**64,
    )


def tallies_joined(first: Tally, second: Tally) -> Tally:
    """The sum of two tallies."""
    found = dict(first)
    for key, counted in second.items():
        known = found.get(key)
        if known is not None:
            events = spans_joined(known.events, counted.events)
            counted = Counted(known.quantity + counted.quantity, known.steps + counted.steps, events)  # noqa: PLW2901
        found[key] = counted
    return found

"""Usage: what a tenant did that has a price, as columns of integers.

One row is one event: a meter, who, when, how much, and what one of the things counted is like. A row is named by
(source, number, ordinal): for meters over the book, source 0 and the name of the fact that caused it; for outside
services, the source's own code and its own numbers. A name counts once, however often it is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

I16 = NDArray[np.int16]
I32 = NDArray[np.int32]
I64 = NDArray[np.int64]

NOT_STATED: Final = -1
"""A code or a measure that the event does not tell."""
SOURCE_BOOK: Final = 0
"""The source of events that are folded from the book's own facts."""
OWNER: Final = 0
"""The owner's own shop is tenant 0: the first customer, on the same card."""


class Measure(IntEnum):
    """Columns of `Usage.measures`. All but the first describe ONE of the things counted, -1 where not stated."""

    QUANTITY = 0  # how much, in the meter's unit
    WEIGHT_G = 1  # of one unit, carton, pallet ...
    VOLUME_CM3 = 2
    LONGEST_MM = 3
    MEDIAN_MM = 4
    SHORTEST_MM = 5
    VALUE = 6  # money of one, millionths: its price to the customer, the carrier's bill
    AGE_DAYS = 7  # of the stock, on the day of the event
    SUPPLY_DAYS = 8  # days of supply of the item, on the day of the event
    SPLITS = 9  # nodes a receipt was split over; shipments of an order


MEASURES: Final = 10


class Attribute(IntEnum):
    """Columns of `Usage.codes`: codes of the lists in `Names`, -1 where not stated."""

    CLASS = 0
    NODE = 1
    REGION = 2
    SERVICE = 3
    CHANNEL = 4


ATTRIBUTES: Final = 5


class Names(NamedTuple):
    """The declared lists behind the codes: a code is the place of a name in its list. Tenant 0 is the owner."""

    tenants: tuple[str, ...]
    classes: tuple[str, ...] = ()
    nodes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()

    def of(self, attribute: Attribute) -> tuple[str, ...]:
        """The list of an attribute."""
        return (self.classes, self.nodes, self.regions, self.services, self.channels)[attribute]


class Usage(NamedTuple):
    """Events as columns; every column has length n.

    `tenant`, `meter` (a code of `meters.METERS`), `source`: small integers. `at`: when it happened, `known_at`: when
    the book learned of it, microseconds since the epoch, UTC. `number`, `ordinal`: the event's name at its source.
    `measures`: [n, MEASURES] as `Measure`. `codes`: [n, ATTRIBUTES] as `Attribute`.
    """

    tenant: I32
    meter: I16
    source: I16
    at: I64
    known_at: I64
    number: I64
    ordinal: I64
    measures: I64
    codes: I16

    @property
    def rows(self) -> int:
        """How many events."""
        return len(self.at)


def blank_usage(count: int) -> Usage:
    """Room for `count` events: every measure and code not stated, quantity 0, tenant the owner."""
    measures = np.full((count, MEASURES), NOT_STATED, np.int64)
    measures[:, Measure.QUANTITY] = 0
    return Usage(
        tenant=np.zeros(count, np.int32),
        meter=np.zeros(count, np.int16),
        source=np.zeros(count, np.int16),
        at=np.zeros(count, np.int64),
        known_at=np.zeros(count, np.int64),
        number=np.zeros(count, np.int64),
        ordinal=np.zeros(count, np.int64),
        measures=measures,
        codes=np.full((count, ATTRIBUTES), NOT_STATED, np.int16),
    )


def rows_of(usage: Usage, chosen: NDArray[np.bool_] | I64) -> Usage:
    """The rows that a mask or a list of places chooses, in its order."""
    return Usage._make(column[chosen] for column in usage)


def joined(parts: Iterable[Usage]) -> Usage:
    """Events of several batches, one batch behind the other."""
    listed: Sequence[Usage] = list(parts)
    if not listed:
        return blank_usage(0)
    return Usage._make(np.concatenate(columns) for columns in zip(*listed, strict=True))

"""What is asked of a running house, and what it answers.

A request is checked and typed before it gets here: codes for names of the network, text for what the client named
itself (its order). The house resolves that text, decides, seals, and answers with the facts that the request caused.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.store.beside import SideEnd, SidePut
from firstbest.world.words import Kind


class Fill(IntEnum):
    """What to do with an order that cannot be promised whole."""

    AVAILABLE = 0
    """Promise what there is, refuse the rest."""
    ALL = 1
    """All lines or none."""


class Line(NamedTuple):
    """One line: its number in the order, item code, units, price of a unit in millionths."""

    line: int
    item: int
    quantity: int
    price: int = 0


class Plan(NamedTuple):
    """What a quote promised, to be kept exactly."""

    expires_us: int
    digest: bytes  # of what was planned: see answers.plan_digest
    nodes: int = 0  # fulfilment nodes that were barred, a bit each
    carriers: int = 0  # carriers that were barred
    rows: tuple[tuple[int, ...], ...] = ()  # of its shipments, to say later what changed


class Key(NamedTuple):
    """An idempotency key: hash of tenant, route and the client's key, and digest of the body it came with."""

    hash: bytes  # 16 bytes
    digest: bytes  # 16 bytes


class Request(NamedTuple):
    """One thing asked. `order` is the client's own name of the order, "" where the kind names none."""

    kind: Kind
    tenant: int
    order: str = ""
    key: Key | None = None
    lines: Sequence[Line] = ()
    customer: int = 0  # hash of the customer's name
    place: int = 0
    service: int = 0
    node: int = 0
    item: int = 0
    quantity: int = 0
    expected: int = 0
    attempt: int = 0
    flag: int = 0
    cargo: int = 0
    fill: Fill = Fill.AVAILABLE
    plan: Plan | None = None  # `node` and `item` of an order are what the plan bars, `flag` and `expected` its patience
    puts: tuple[SidePut, ...] = ()  # records to be kept with it
    ends: tuple[SideEnd, ...] = ()


class Why(IntEnum):
    """Why a request was not admitted: nothing of it is in the book."""

    ADMITTED = 0
    KEY_REUSED = 1
    """The same idempotency key came with another body."""
    ORDER_KNOWN = 2
    """The tenant has an order of this name."""
    ORDER_UNKNOWN = 3
    QUOTE_EXPIRED = 4
    QUOTE_CHANGED = 5
    """The plan is another one by now; `blocks` hold what it would be."""
    NOT_WHOLE = 6
    """All lines or none was asked, and some cannot be promised; `blocks` hold why."""
    LINE_UNKNOWN = 7
    """A line that the shipment does not have, or not all of its lines."""
    CALENDAR_OVER = 8
    """The live calendar has ended."""
    WRONG_STAGE = 9
    """The shipment is not where this would follow from."""


class Answer(NamedTuple):
    """What came of a request: the facts it caused by name, in order; `again` where an earlier one had done it."""

    why: Why
    number: int
    order: int
    blocks: dict[str, NDArray[np.void]]
    again: bool = False

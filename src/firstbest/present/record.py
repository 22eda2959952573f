"""What the pages are made of: everything that one rehearsal left behind, as tables and plain values."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.world.network import I64, Network

STOCK_ITEM = np.dtype([("item", "<i4"), ("node", "<i4"), ("on_hand", "<i8"), ("rate_x1000", "<i8")])
"""Stock of an item at a node at the end, with the forecast's units a day in thousandths."""


class Bound(NamedTuple):
    """One sanity bound, judged. `applies`: it is meant for this business, and the figure was measured."""

    key: str  # of `figures` or `network_figures`
    value: float
    low: float
    high: float
    inside: bool
    applies: bool
    reason: str
    label: str = ""  # the bound's own words; empty: those of the figure
    typical_low: float = math.nan  # what most networks show
    typical_high: float = math.nan


class Suggestion(NamedTuple):
    """A change that would help, estimated from the binding constraints and not rehearsed."""

    text: str  # "Sixteen more hands for packing in Allentown, weeks 47 to 50"
    saving: str  # "about 41,000 a year", "some 9,300 fewer late orders"
    how: str  # how it was estimated, in a few words


class Assumed(NamedTuple):
    """What was filled in rather than given: how many values, and the share of cost that rests on them."""

    values: int
    cost_share_ppm: int


class Need(NamedTuple):
    """One thing that customers answer: its coefficient, and the orders that were won and lost by it."""

    cause: str  # "price", "speed", "selection"
    value: str
    unit: str
    mark: str  # ASSUMED, FITTED, GIVEN
    source: str
    won: float
    lost: float


class Moved(NamedTuple):
    """A seller who came or left in the rehearsal, on which local day, at which margin of sales."""

    seller: str
    day: int  # since the epoch
    came: bool
    margin: float


class Record(NamedTuple):
    """One rehearsal. Shapes: D local days, N nodes, S sellers, P places; cells of the cube: `world.metrics`."""

    name: str  # of the workspace
    network: Network
    cube: I64  # [D, N, S, METRICS, 2]
    spread: I64  # [8, BINS]
    flow: I64  # [P, N, 3] shipments, days to the door summed, cost
    stock_days: NDArray[np.void]  # rows of facts.DAY_CLOSED
    first_day: int  # days since the epoch of local day 0
    days: int  # days rehearsed; the cube may hold a tail in which the last orders reach the door
    scale: float
    seed: int
    seconds: float
    facts: int
    digest: str
    assumed: Assumed
    bounds: tuple[Bound, ...]
    suggestions: tuple[Suggestion, ...]
    banner: str  # "not compared with any actuals"
    stock_items: NDArray[np.void] | None = None  # rows of STOCK_ITEM
    billed: tuple[int, ...] = ()  # [S] money billed to each seller, where known
    billed_storage: tuple[int, ...] = ()  # [S] of it, for storage
    needs: tuple[Need, ...] = ()  # empty: nobody answered
    after: I64 | None = None  # [D, N, S, AFTERS, 2] cells of what happened after the door
    levels: tuple[str, str] = ("", "")  # mark and source of what customers answer against
    planned: int = 0  # orders had nobody answered
    gone: int = 0  # orders that stayed away because their seller was not there
    moved: tuple[Moved, ...] = ()  # sellers who came or left
    checks: tuple[str, ...] = ()  # what the run says of itself: Little's law, where its start is over
    due_hours: I64 | None = None  # [D, N, 25] shipments due, by when it was known: before the day, in its hours
    packed_hours: I64 | None = None  # [D, N, 24] shipments packed

"""Neutrality: what every tenant gets, with intervals, and that decisions do not know who anybody is.

Two questions, two answers. *Does everybody get the same?* Promise kept, hours to ship, lines filled and the price of an
order by tenant, each with an interval from its weeks (a jackknife that leaves out a week at a time). Differences may be
the goods' own: where stock lies, how large it is. *Does the house look at names?* The world is rehearsed again with the
tenants' names and codes swapped, on the very same luck; every fact has to come out byte by byte the same, but for whose
it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.operate.loop import Loop, Ports
from firstbest.operate.opening import opening
from firstbest.operate.ports import Change, Tick
from firstbest.present.comparison import Estimate
from firstbest.present.neutrality import Row, Told
from firstbest.rehearse.compare_student import quantile
from firstbest.rehearse.invoicing import House
from firstbest.rehearse.outside import Physics
from firstbest.rehearse.running import VirtualClock
from firstbest.rent.meters import METER_CODES
from firstbest.rent.usage import Usage
from firstbest.store.columns import Columns, sizes
from firstbest.store.sink_writer import quoted
from firstbest.store.usage_closing import Closed
from firstbest.world.facts import FACTS, Block
from firstbest.world.nature import Nature
from firstbest.world.network import I64, Network
from firstbest.world.units import HOUR_US, MONEY

WEEKS_MIN: Final = 3
CONFIDENCE: Final = 0.975


# ---------------------------------------------------------------------------------------------------- what each gets
def neutrality(house: House, billed: Mapping[str, tuple[float, int]]) -> Told:
    """What every tenant got. `billed`: by tenant, money billed and orders shipped in the last closed month."""
    weekly = _weekly(house)
    rows = []
    for name, title in zip(house.names.tenants, house.titles, strict=True):
        if name not in weekly:
            continue
        figures = {words: ratio(weekly[name][words]) for words in weekly[name]}
        money, orders = billed.get(name, (0.0, 0))
        rows.append(Row(name, title, figures, money / orders if orders else math.nan))
    everybody = {words: ratio(sum_of([weekly[name][words] for name in weekly])) for words in _WORDS}
    return Told(rows, everybody, house.workspace.currency)


def billed_in(closed: Closed, usage: Usage) -> dict[str, tuple[float, int]]:
    """By tenant: what a closed month billed, whole currency units, and how many orders were shipped in it."""
    orders = np.bincount(
        usage.tenant[usage.meter == METER_CODES["orders_shipped"]], minlength=len(closed.names.tenants)
    )
    names = closed.names.tenants
    return {names[bill.tenant]: (bill.total / MONEY, int(orders[bill.tenant])) for bill in closed.invoices}


_CUBES: Final = """
    SELECT seller, metric, CAST(floor((day - DATE '1970-01-05') / 7) AS INTEGER), sum(numerator), sum(denominator)
    FROM read_parquet('{folder}/cubes.parquet')
    WHERE metric IN ('delivered_on_time', 'lines_filled', 'nearest') GROUP BY ALL ORDER BY ALL"""
_SHIPPING: Final = """
    SELECT seller, CAST(floor("at" / {week}) AS INTEGER), sum(("at" - placed_at) / {hour}), count(*)
    FROM read_parquet('{folder}/facts/departed/*.parquet') GROUP BY ALL ORDER BY ALL"""
_WORDS: Final = ("promise kept", "hours to ship", "lines filled", "from the nearest")
Pairs = dict[int, tuple[float, float]]
"""Numerator and denominator by week."""


def ratio(pairs: Pairs) -> Estimate:
    """A ratio of sums with its 95 % interval; ends are nan with fewer weeks than three."""
    numerator = sum(pair[0] for pair in pairs.values())
    denominator = sum(pair[1] for pair in pairs.values())
    whole = numerator / denominator if denominator else math.nan
    without = [
        (numerator - top) / (denominator - bottom) for top, bottom in pairs.values() if bottom and denominator > bottom
    ]
    count = len(without)
    if count < WEEKS_MIN:
        return Estimate(whole, math.nan, math.nan)
    mean = math.fsum(without) / count
    spread = math.sqrt((count - 1) / count * math.fsum((each - mean) ** 2 for each in without))
    half = quantile(CONFIDENCE, count - 1) * spread
    return Estimate(whole, whole - half, whole + half)


def sum_of(parts: Sequence[Pairs]) -> Pairs:
    """Several tenants as one."""
    found: Pairs = {}
    for pairs in parts:
        for week, (top, bottom) in pairs.items():
            before = found.get(week, (0.0, 0.0))
            found[week] = (before[0] + top, before[1] + bottom)
    return found


def _weekly(house: House) -> dict[str, dict[str, Pairs]]:
    """By tenant and measure: numerator and denominator of every week."""
    folder = quoted(house.output)
    cubes = _CUBES.format(folder=folder)
    shipping = _SHIPPING.format(folder=folder, week=7 * 24 * HOUR_US, hour=HOUR_US)
    words = {"delivered_on_time": "promise kept", "lines_filled": "lines filled", "nearest": "from the nearest"}
    found: dict[str, dict[str, Pairs]] = {}
    with duckdb.connect(config={"threads": 2}) as engine:
        for seller, metric, week, top, bottom in engine.execute(cubes).fetchall():
            _measure(found, seller, words[metric])[week] = (float(top), float(bottom))
        for code, week, hours, count in engine.execute(shipping).fetchall():
            _measure(found, house.names.tenants[code], "hours to ship")[week] = (float(hours), float(count))
    return {name: {each: measures.get(each, {}) for each in _WORDS} for name, measures in found.items()}


def _measure(found: dict[str, dict[str, Pairs]], tenant: str, words: str) -> Pairs:
    return found.setdefault(tenant, {}).setdefault(words, {})


# ----------------------------------------------------------------------------------------------------- swapped names
class Digests:
    """A book that keeps digests of facts only, with tenants' codes put back to whose they are."""

    def __init__(self, back: NDArray[np.integer]) -> None:
        """`back`: [S] the first world's code of each code."""
        self.back = back
        self.facts = 0
        self._digests = {fact.name: blake2b(digest_size=16) for fact in FACTS}

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Take the digest of one tick's rows."""
        for block in blocks:
            rows = block.rows
            if "seller" in (rows.dtype.names or ()):
                rows = rows.copy()
                rows["seller"] = self.back[rows["seller"]]
            self.facts += len(rows)
            self._digests[block.fact.name].update(rows.tobytes())

    def result(self) -> dict[str, str]:
        """The digest of every fact type."""
        return {name: digest.hexdigest() for name, digest in self._digests.items()}


class Swapped(NamedTuple):
    """What rehearsals with swapped tenants came to."""

    permutations: int
    facts: int
    different: tuple[str, ...]  # fact types that came out otherwise, if any


def swapped(
    network: Network, nature: Nature, seed: int, count: int, progress: Callable[[float], None] | None = None
) -> Swapped:
    """Rehearse with `count` random permutations of tenants and compare every fact with the first world's."""
    tenants = len(network.texts.sellers)
    base = facts_with(network, nature, seed, np.arange(tenants))
    different: dict[str, None] = {}
    for number, order in enumerate(permutations(tenants, count, seed), start=1):
        found = facts_with(network, nature, seed, order)
        names = [name for name, digest in base.result().items() if found.result()[name] != digest]
        different |= dict.fromkeys(names)
        if progress is not None:
            progress(number / count)
    return Swapped(count, base.facts, tuple(different))


def permutations(tenants: int, count: int, seed: int) -> Iterator[I64]:
    """Random orders of the tenants: the old code at each new one; never the order as it is where there are several."""
    draws = np.random.default_rng(seed)
    for _ in range(count):
        order = draws.permutation(tenants)
        while tenants > 1 and (order == np.arange(tenants)).all():
            order = draws.permutation(tenants)
        yield order.astype(np.int64)


def renamed(network: Network, order: I64) -> Network:
    """The same network with tenants in another order: each gets the name and the code of another."""
    new = np.argsort(order).astype(np.int32)
    return network._replace(items=network.items._replace(seller=new[network.items.seller]))


def facts_with(network: Network, nature: Nature, seed: int, order: I64) -> Digests:
    """Digests of all facts where decisions know the tenants by swapped names, and the world is what it was."""
    known, book = renamed(network, order), Digests(order)
    state, calendar = Columns(sizes(network)), network.calendar
    loop = Loop(known, Ports(VirtualClock(), state, book, Physics(network, nature, seed)))
    loop.open(opening(nature.opening, calendar.start_us), calendar.start_us)
    while loop.advance():
        pass
    loop.finish(calendar.end_us)
    return book

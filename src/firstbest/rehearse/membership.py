"""Pairs of rehearsals with a membership and without it, on the same orders: what its promise costs and gives.

The orders of both worlds are the same; only the promise of those who are members differs. So the difference of all cost
to serve, over the orders of members, is what the promise adds to one of them. Who joins and how much more they order is
no matter of the twin: `flywheel.membership` says it from what was measured here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.membership import MEASURED, Told, economics
from firstbest.operate.ports import Change, Tick
from firstbest.present.figures import figures
from firstbest.present.record import Assumed
from firstbest.rehearse.compare import WITH, Pairs, run_pairs
from firstbest.rehearse.compare_student import quantile
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.workspace import load
from firstbest.world import facts as f
from firstbest.world.facts import Block
from firstbest.world.membership import Bundle
from firstbest.world.network import Network
from firstbest.world.units import DAY_US, MONEY, PPM
from firstbest.world.words import Service

OWNER: Final = 0
YEAR_DAYS: Final = 365
HALF: Final = 0.5
NOBODY: Final = -1
_SHARES: Final = tuple((np.arange(1, 400) / 400).tolist())


class Spread(NamedTuple):
    """Where and how long to rehearse."""

    folder: Path
    scale: float
    days: int


class Asked(NamedTuple):
    """What is asked: a bundle against nobody's membership (-1) or another promise, and how."""

    bundle: Bundle
    against_days: int
    share: float | None  # of orders that are members'; none: found by a pilot
    replications: int
    workers: int
    seed: int


class Found(NamedTuple):
    """The answer, with what was measured in each pair."""

    told: tuple[Told, ...]
    measured: dict[str, tuple[float, ...]]
    share: float  # of orders that were members' in the rehearsals
    customers: float
    orders_customer: float


class ByService:
    """A book that counts orders and their money by service and seller."""

    def __init__(self, network: Network) -> None:
        """Nothing yet."""
        self.orders = np.zeros(len(Service))
        self.wait_days = np.zeros(len(Service))
        self.freight = np.zeros(len(Service))
        self.value = np.zeros(len(network.texts.sellers))

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Count what was ordered and what left."""
        for block in blocks:
            if block.fact is f.ORDERED:
                rows = block.rows[block.rows["filled"] > 0]
                np.add.at(self.orders, rows["service"], 1)
                np.add.at(self.wait_days, rows["service"], (rows["deliver_by"] - rows["at"]) / DAY_US)
                np.add.at(self.value, rows["seller"], rows["value"] / MONEY)
            elif block.fact is f.DEPARTED:
                np.add.at(self.freight, block.rows["service"], block.rows["cost"] / MONEY)


@dataclass(frozen=True)
class Worlds:
    """Calling it with "without" or "with" and a seed rehearses that world and answers what was counted."""

    spread: Spread
    share_ppm: int
    with_days: int
    without_days: int  # -1: nobody is a member

    def __call__(self, which: str, seed: int) -> dict[str, float]:
        """One rehearsal."""
        days = self.with_days if which == WITH else self.without_days
        scenario = _scenario(self.spread, self.share_ppm if days != NOBODY else 0, days)
        counted = ByService(scenario.network)
        result = rehearse(scenario, Settings(seed, counted))
        told = figures(record_of(result, "", self.spread.scale, Assumed(0, 0)))
        orders, member = float(counted.orders.sum()), int(Service.MEMBER)
        own_members = float(counted.orders[member])
        return {
            "orders": orders,
            "member_orders": own_members,
            "wait_member": float(counted.wait_days[member]) / max(own_members, 1.0),
            "wait_all": float(counted.wait_days.sum()) / max(orders, 1.0),
            "freight_member": float(counted.freight[member]) / max(own_members, 1.0),
            "freight_all": float(counted.freight.sum()) / max(orders, 1.0),
            "cost": told["cost_to_serve_per_order"] * told["orders_shipped"],
            "cost_to_serve": told["cost_to_serve_per_order"],
            "owner_value": float(counted.value[OWNER]) / max(orders, 1.0),
            "others_value": float(counted.value[OWNER + 1 :].sum()) / max(orders, 1.0),
        }


@lru_cache(maxsize=4)
def _scenario(spread: Spread, share_ppm: int, member_days: int) -> Scenario:
    network, nature = compile_network(load(spread.folder), spread.scale, spread.days)
    if member_days != NOBODY:
        network = promising(network, member_days)
    return Scenario(network, nature._replace(demand=nature.demand._replace(member_ppm=share_ppm)))


def promising(network: Network, days: int) -> Network:
    """The same network whose members are promised the door within so many business days of the ship day."""
    promises, member = network.promises, int(Service.MEMBER)

    def changed(column: NDArray[np.int16], value: int) -> NDArray[np.int16]:
        made = column.copy()
        made[member] = value
        return made

    low = min(int(promises.low_days[member]), days)
    promises = promises._replace(
        pad_days=changed(promises.pad_days, 0),
        low_days=changed(promises.low_days, low),
        high_days=changed(promises.high_days, days),
    )
    return network._replace(promises=promises)


def owner_share(network: Network, weight: NDArray[np.int64]) -> float:
    """What is left of the price of the owner's goods after goods and duty, by weight of sales."""
    items = network.items
    own = items.seller == OWNER
    cost = items.cost * (1 + items.duty_ppm / PPM)
    sold = (weight * items.price)[own].sum()
    return float(1 - (weight * cost)[own].sum() / max(sold, 1))


def ask(spread: Spread, asked: Asked, progress: Callable[[float], None] | None = None) -> Found:
    """Rehearse the pairs and reckon. Without a share of members, one pair first finds it."""
    workspace = load(spread.folder)
    network, nature = compile_network(workspace, spread.scale, spread.days)
    if len(nature.log.at_us):
        found_log = "a log, which is replayed as it is"
        raise WorkspaceFaulty([Fault("orders.csv", 0, "", "orders that are drawn", found_log)])
    margin = owner_share(network, nature.demand.item_weight)
    orders = workspace.section("demand", "orders")
    customers = float(orders["customers"])
    mean = float(orders["orders_per_day"]) * YEAR_DAYS / customers
    share, told = asked.share, progress or (lambda _: None)
    if share is None:
        pilot = _pairs(spread, asked._replace(replications=1, workers=min(asked.workers, 2)), 0.3, lambda _: None)
        first = _reckoned(asked, measured(pilot, margin), mean, customers)
        share = min(max(next(each.value for each in first if each.name == "orders_share"), 0.01), 0.95)
    found = measured(_pairs(spread, asked, share, told), margin)
    return Found(_reckoned(asked, found, mean, customers), found, share, customers, mean)


def _pairs(spread: Spread, asked: Asked, share: float, progress: Callable[[float], None]) -> Pairs:
    worlds = Worlds(spread, round(share * PPM), asked.bundle.promise_days, asked.against_days)
    seeds = range(asked.seed, asked.seed + asked.replications)
    return run_pairs(worlds, seeds, asked.workers, progress)


def _reckoned(asked: Asked, found: dict[str, tuple[float, ...]], mean: float, customers: float) -> tuple[Told, ...]:
    freedom = max(asked.replications - 1, 1)
    upper = [quantile(share, freedom) for share in _SHARES if share > HALF]
    student = (_SHARES, [*(-each for each in reversed(upper)), 0.0, *upper])
    return economics(asked.bundle, {**found, "orders_customer": (mean,)}, customers, asked.seed, student)


def measured(pairs: Pairs, owner_margin: float) -> dict[str, tuple[float, ...]]:
    """By name of `flywheel.membership.MEASURED`, one value for each pair."""
    left, right = pairs.without, pairs.with_
    found: dict[str, list[float]] = {name: [] for name in MEASURED}
    for place in range(len(pairs.seeds)):
        before = {name: values[place] for name, values in left.items()}
        after = {name: values[place] for name, values in right.items()}
        usual = before["wait_member"] if before["member_orders"] else before["wait_all"]
        found["days_sooner"].append(usual - after["wait_member"])
        found["extra_cost"].append((after["cost"] - before["cost"]) / max(after["member_orders"], 1.0))
        found["cost_to_serve"].append(after["cost_to_serve"] + after["freight_member"] - after["freight_all"])
        found["order_value"].append(after["owner_value"] + after["others_value"])
        found["owner_gross"].append(after["owner_value"] * owner_margin)
        found["others_value"].append(after["others_value"])
    return {name: tuple(values) for name, values in found.items()}

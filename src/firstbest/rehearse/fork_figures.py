"""What the next hours would bring: figures of a fork, and the same figures of the days that were lived.

Both are made from the facts alone and in the same way, so that modelled and live figures can stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import All, Change, Tick
from firstbest.rehearse.fork import Fork
from firstbest.rehearse.known import own_van
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import Block, FactType
from firstbest.world.network import Network
from firstbest.world.units import HOUR_US, MONEY
from firstbest.world.words import LateCause, Stage

Rows = NDArray[np.void]

COUNTED: Final = (f.ORDERED, f.REFUSED, f.DEPARTED, f.DELIVERED, f.RECEIVED, f.VANNED, f.VEHICLE, f.WORKED)
COMPARED: Final = ("click_to_ship_p50_h", "click_to_ship_p90_h", "left_on_time", "arrived_on_time")
"""Figures of which live and model are set against each other."""
MINUTES: Final = 60


class Seen:
    """A book that keeps the facts which figures are made from, and forgets the rest."""

    def __init__(self) -> None:
        self.facts: dict[str, list[Rows]] = {fact.name: [] for fact in COUNTED}

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Keep what counts."""
        for block in blocks:
            if block.fact.name in self.facts:
                self.facts[block.fact.name].append(block.rows)

    def rows(self, fact: FactType) -> Rows:
        """All facts of a type."""
        parts = self.facts[fact.name]
        return np.concatenate(parts) if parts else np.zeros(0, fact.dtype)


def latencies(departed: Rows, delivered: Rows) -> dict[str, float]:
    """Hours from order to departure, and shares in time, of DEPARTED and DELIVERED facts; nan where there are none."""
    hours = (departed["at"] - departed["placed_at"]) / HOUR_US
    return {
        "click_to_ship_p50_h": float(np.percentile(hours, 50)) if len(hours) else math.nan,
        "click_to_ship_p90_h": float(np.percentile(hours, 90)) if len(hours) else math.nan,
        "left_on_time": float((departed["at"] <= departed["ship_by"]).mean()) if len(departed) else math.nan,
        "arrived_on_time": float((delivered["cause"] == 0).mean()) if len(delivered) else math.nan,
    }


def figures_of(network: Network, seen: Seen, fork: Fork) -> dict[str, float]:
    """Figures of a fork by key; money in whole currency units."""
    departed, delivered, worked = seen.rows(f.DEPARTED), seen.rows(f.DELIVERED), seen.rows(f.WORKED)
    late = departed[departed["ship_cause"] != 0]
    late_there = delivered[delivered["cause"] != 0]
    shipments = fork.state.read(All(t.SHIPMENT_T)).rows
    inside = shipments[shipments["stage"] <= Stage.PACKED]
    # A parcel that goes by own van has no price of its own: its way is that of the truck and the van.
    by_carrier = departed["cost"][~own_van(network, departed)].sum()
    journeys = by_carrier + seen.rows(f.VEHICLE)["cost"].sum() + seen.rows(f.VANNED)["cost"].sum()
    told = {
        "orders_placed": float(len(seen.rows(f.ORDERED))),
        "units_refused": float(seen.rows(f.REFUSED)["quantity"].sum()),
        "shipments_left": float(len(departed)),
        "shipments_left_late": float(len(late)),
        "shipments_stuck": float((inside["ship_by"] < fork.until_us).sum()),
        "shipments_arrived": float(len(delivered)),
        "shipments_arrived_late": float(len(late_there)),
        "units_received": float(seen.rows(f.RECEIVED)["quantity"].sum()),
        "hours_paid": float(worked["paid_min"].sum()) / MINUTES,
        "hours_overtime": float(worked["overtime_min"].sum()) / MINUTES,
        "work_cost": float(worked["money"].sum()) / MONEY,
        "journeys_cost": float(journeys) / MONEY,
        "overdue": float(fork.overdue),
        **latencies(departed, delivered),
    }
    for cause in LateCause:
        if cause != LateCause.NONE:
            told[f"left_late_{cause.name.lower()}"] = float((late["ship_cause"] == cause).sum())
            told[f"arrived_late_{cause.name.lower()}"] = float((late_there["cause"] == cause).sum())
    return told

"""Cases and pallets of packs.csv, and the seconds that opening and moving them takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.store.compile_plan import Plan, whole
from firstbest.world.network import I64, Levels

HOUR_S = 3_600


def compile_levels(plan: Plan) -> Levels | None:
    """The cases of packs.csv, where `[levels]` of policies.toml is on."""
    if not plan.workspace.section("policies", "levels")["on"]:
        return None
    pallets = bool(plan.workspace.section("policies", "levels")["pallets"])
    return Levels(units_of(plan, "case"), units_of(plan, "pallet") if pallets else None)


def units_of(plan: Plan, level: str) -> I64:
    """[I] Units of a level of packs.csv, 0 where an item has none of it."""
    packs = plan.workspace.frame("packs")
    units = np.zeros(len(plan.items), np.int64)
    for item, name, quantity in zip(
        packs.texts("item"), packs.texts("level"), whole(packs.numbers("quantity")).tolist(), strict=True
    ):
        if name == level and quantity > 1:
            units[plan.items[item]] = quantity
    return units


class LevelTimes(NamedTuple):
    """Seconds that levels take."""

    break_s: int
    pallet_s: int
    pallet_break_s: int


def level_times(plan: Plan) -> LevelTimes:
    """Seconds for opening a case, moving a pallet, taking one apart.

    At a scale below 1 each order stands for several, and opens and moves theirs.
    """
    if not plan.workspace.section("policies", "levels")["on"]:
        return LevelTimes(0, 0, 0)
    told = plan.workspace.section("nature", "levels")
    seconds = told["break_seconds"], HOUR_S / told["pallets_hour"], told["pallet_break_seconds"]
    return LevelTimes(*(int(whole(each / plan.scale)) for each in seconds))

"""Zones of shelves, compiled: where items stand at first, and how far a line walks beyond what rates hold."""

from __future__ import annotations

import numpy as np

from firstbest.store.compile_goods import seller_shares
from firstbest.store.compile_plan import Plan, ppm, whole
from firstbest.store.schema_slots import SLOTS
from firstbest.world.network import I64, Slotting
from firstbest.world.ties import text_hashes
from firstbest.world.units import MINUTE_US, SECOND_US

SECONDS = tuple(f"{zone}_seconds" for zone in SLOTS)


def compile_slots(plan: Plan) -> Slotting | None:
    """The `[slotting]` part of policies.toml; at a scale below 1 each line stands for several, and walks for them."""
    rules = plan.workspace.section("policies", "slotting")
    if not rules["on"]:
        return None
    return Slotting(
        zone=zones(plan),
        walk_us=walks(plan, "policies"),
        move_us=int(whole(rules["move_minutes"] * MINUTE_US)),
        pay_days=int(rules["pay_days"]),
        days=int(rules["review_days"]),
        moves_most=int(rules["moves_most"]),
    )


def walks(plan: Plan, file: str) -> I64:
    """[3] Microseconds of walking for a line from each zone."""
    section = plan.workspace.section(file, "slotting")
    found: I64 = np.array([int(whole(section[key] * SECOND_US / plan.scale)) for key in SECONDS], np.int64)
    return found


def zones(plan: Plan) -> I64:
    """[I] As stated in items.csv; the rest by its hash, so that how often an item is picked plays no part."""
    rules, items = plan.workspace.section("policies", "slotting"), plan.workspace.frame("items")
    place = (text_hashes([f"slot {each}" for each in items.texts("item")]) % np.uint64(1_000_000)).astype(np.int64)
    fast = int(ppm(rules["fast_percent"]))
    found: I64 = (place >= fast).astype(np.int64) + (place >= fast + int(ppm(rules["medium_percent"])))
    for index, name in enumerate(items.texts("slot")):
        found[index] = SLOTS.index(name) if name else found[index]
    return found


def walk_beyond(plan: Plan) -> tuple[int, int, int]:
    """Microseconds of a line from each zone above or below the mean line of the file, which the rates hold for."""
    if not plan.workspace.section("policies", "slotting")["on"]:
        return 0, 0, 0
    walk, share = walks(plan, "nature"), seller_shares(plan, plan.workspace.frame("items"))
    mean = round(float((walk[zones(plan)] * share).sum()))
    fast, medium, slow = (walk - mean).tolist()
    return fast, medium, slow


def move_us(plan: Plan) -> int:
    """Microseconds that carrying an item takes."""
    if not plan.workspace.section("policies", "slotting")["on"]:
        return 0
    return int(whole(plan.workspace.section("nature", "slotting")["move_minutes"] * MINUTE_US))

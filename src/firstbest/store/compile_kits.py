"""Kits, compiled: what they are made of; what stands on shelves as kits comes apart."""

from __future__ import annotations

import numpy as np

from firstbest.store.compile_plan import Plan, micros, whole
from firstbest.world.nature import Opening
from firstbest.world.network import Kits
from firstbest.world.units import PPM


def compile_kits(plan: Plan) -> Kits | None:
    """The kits of kits.csv, where `[kits]` of policies.toml is on; parts in the order of the file."""
    if not plan.workspace.section("policies", "kits")["on"]:
        return None
    frame = plan.workspace.frame("kits")
    kit = np.array([plan.items[each] for each in frame.texts("kit")], np.int64)
    item = np.array([plan.items[each] for each in frame.texts("item")], np.int64)
    order = np.argsort(kit, kind="stable")
    kit, item, units = kit[order], item[order], whole(frame.numbers("units"))[order]
    kit_item, first = np.unique(kit, return_index=True)
    of_item = np.full(len(plan.items), -1, np.int64)
    of_item[kit_item] = np.arange(len(kit_item))
    price = np.maximum(micros(plan.workspace.frame("items").numbers("price"))[item], 1)
    total = np.bincount(of_item[kit], weights=price.astype(np.float64) * units, minlength=len(kit_item))
    unit_ppm = np.floor(price * (PPM / total[of_item[kit]])).astype(np.int64)
    complete = frame.whole("whole")[order][first].astype(np.int64)
    return Kits(of_item, kit_item, np.append(first, len(kit)).astype(np.int64), item, units, unit_ppm, complete)


def assemble_seconds(plan: Plan) -> int:
    """Seconds that putting a kit together takes; at a scale below 1 each order stands for several."""
    if not plan.workspace.section("policies", "kits")["on"]:
        return 0
    return int(whole(plan.workspace.section("nature", "kits")["assemble_seconds"] / plan.scale))


def unpacked(plan: Plan, opening: Opening) -> Opening:
    """Opening stock in which kits have come apart into their parts, where they are made on order."""
    kits = compile_kits(plan)
    if kits is None:
        return opening
    number = kits.of_item[opening.item]
    apart = np.flatnonzero(number >= 0)
    parts = np.diff(kits.first)[number[apart]]
    row = np.repeat(apart, parts)
    part = np.concatenate([np.arange(kits.first[n], kits.first[n + 1]) for n in number[apart]] or [np.zeros(0, int)])
    nodes = len(plan.nodes)
    keys = np.concatenate([
        opening.item[number < 0].astype(np.int64) * nodes + opening.node[number < 0],
        kits.item[part] * nodes + opening.node[row],
    ])  # fmt: skip
    shelf, place = np.unique(keys, return_inverse=True)
    sums = []
    for values in (opening.quantity, opening.wrong):
        total = np.zeros(len(shelf), np.int64)
        np.add.at(total, place, np.concatenate([values[number < 0], values[row] * kits.units[part]]))
        sums.append(total)
    return Opening((shelf // nodes).astype(np.int32), (shelf % nodes).astype(np.int32), sums[0], sums[1])

"""Items and cartons."""

from __future__ import annotations

from typing import Final

import numpy as np

from firstbest.store.compile_plan import Plan, micros, ppm, upward, whole
from firstbest.store.workspace_tables import F64, Frame
from firstbest.world.network import I8, Cartons, Items
from firstbest.world.ties import text_hashes
from firstbest.world.units import DAY_US, SECOND_US

INBOUND_FILL: Final = 1.25
"""Space on the way in against an item's own volume, where neither items.csv nor packs.csv says: master carton and
void. An assumption of the house, from one volume in five left empty."""
CLASS_A: Final = 0.8
CLASS_B: Final = 0.95
"""Shares of value that the classes A, and A and B, come to: the trade's usual cut."""


def compile_items(plan: Plan) -> Items:
    """Items: [I]."""
    items = plan.workspace.frame("items")
    suppliers = plan.workspace.frame("suppliers")
    lead_days = dict(zip(suppliers.texts("supplier"), suppliers.numbers("lead_days").tolist(), strict=True))
    volume_l, longest, leads = items.numbers("volume_l"), items.numbers("longest_cm"), items.numbers("lead_days")
    believed = np.array([lead_days[each] for each in items.texts("supplier")], np.float64)
    day_s = DAY_US // SECOND_US
    return Items(
        tie=text_hashes(items.texts("item")),
        seller=np.array([plan.sellers[each] for each in items.texts("seller")], np.int32),
        weight_g=np.maximum(whole(items.numbers("weight_kg") * 1_000), 1),
        volume_cm3=np.maximum(whole(volume_l * 1_000), 1),
        longest_mm=upward(np.where(np.isnan(longest), np.cbrt(volume_l * 1_000), longest) * 10).astype(np.int32),
        inbound_cm3=np.maximum(whole(_inbound_l(plan, items) * 1_000), 1),
        price=micros(items.numbers("price")),
        cost=micros(items.numbers("cost")),
        duty_ppm=ppm(items.numbers("duty_percent")),
        source=np.array([plan.nodes[each] for each in items.texts("supplier")], np.int32),
        lead_s=whole(np.where(np.isnan(leads), believed, leads) * day_s),
        lot_units=whole(items.numbers("lot_units")),
        klass=_classes(plan, items),
        return_ppm=ppm(items.numbers("return_percent")),
    )


def _inbound_l(plan: Plan, items: Frame) -> F64:
    """Litres a unit takes on its way in: as given, else by its case, else with a share of void: [I]."""
    packs = plan.workspace.frame("packs")
    cases = zip(
        packs.texts("item"), packs.texts("level"), packs.numbers("volume_l"), packs.numbers("quantity"), strict=True
    )
    by_case = {item: volume / units for item, level, volume, units in cases if level == "case"}
    given, volume_l = items.numbers("inbound_volume_l"), items.numbers("volume_l")
    filled = [by_case.get(name, own * INBOUND_FILL) for name, own in zip(items.texts("item"), volume_l, strict=True)]
    return np.where(np.isnan(given), np.array(filled, np.float64), given)


def _classes(plan: Plan, items: Frame) -> I8:
    """0 A, 1 B, 2 C: as given, else by the share of value that greater items come to: [I]."""
    value = seller_shares(plan, items) * items.numbers("price")
    order = np.lexsort((text_hashes(items.texts("item")), -value))
    before = np.cumsum(value[order]) - value[order]
    total = max(float(value.sum()), 1e-300)
    found = np.empty(len(items), np.int8)
    found[order] = (before / total >= CLASS_A).astype(np.int8) + (before / total >= CLASS_B)
    given = {"A": 0, "B": 1, "C": 2}
    for index, name in enumerate(items.texts("class")):
        found[index] = given.get(name, found[index])
    return found


def seller_shares(plan: Plan, items: Frame) -> F64:
    """Share of all lines by item, sellers' shares of orders included: [I], comes to 1."""
    sellers = plan.workspace.frame("sellers")
    seller = np.array([plan.sellers[each] for each in items.texts("seller")], np.int64)
    share = items.numbers("share")
    sold = np.bincount(seller, share, len(sellers))
    asked = sellers.numbers("order_percent") / sellers.numbers("order_percent").sum()
    found: F64 = asked[seller] * share / np.where(sold > 0, sold, 1.0)[seller]
    return found


def compile_cartons(plan: Plan) -> tuple[Cartons, tuple[str, ...]]:
    """Cartons, small first: [K]; with their names in that order."""
    cartons = plan.workspace.frame("cartons")
    inner = whole(cartons.numbers("inner_l") * 1_000)
    order = np.lexsort((text_hashes(cartons.texts("carton")), inner))
    names = tuple(cartons.texts("carton")[index] for index in order)
    return (
        Cartons(
            inner_cm3=inner[order],
            outer_cm3=whole(cartons.numbers("outer_l") * 1_000)[order],
            longest_mm=whole(cartons.numbers("longest_cm") * 10).astype(np.int32)[order],
            tare_g=whole(cartons.numbers("tare_kg") * 1_000)[order],
            cost=micros(cartons.numbers("cost"))[order],
        ),
        names,
    )

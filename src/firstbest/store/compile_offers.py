"""Offers of products, compiled: rows by product, in the order in which the file first names them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from firstbest.store.compile_plan import Plan, code, micros, ppm
from firstbest.store.faults import Fault, shown
from firstbest.store.workspace_typed import Workspace
from firstbest.world.network import NO_OFFERS, Offers

MINUTES_A_DAY = 1_440


def compile_offers(plan: Plan) -> Offers:
    """The offers of offers.csv; none where there is no file or it is empty."""
    frame = plan.workspace.frame("offers")
    if not len(frame):
        return NO_OFFERS
    products, policy = code(frame.texts("product")), plan.workspace.section("policies", "offers")
    product = np.array([products[name] for name in frame.texts("product")], np.int64)
    order = np.argsort(product, kind="stable")
    return Offers(
        product=product[order],
        item=np.array([plan.items[name] for name in frame.texts("item")], np.int64)[order],
        charge=micros(frame.numbers("delivery_charge"))[order],
        products=len(products),
        day_ppm=int(ppm(policy["day_percent"])),
        defect_ppm=int(ppm(policy["defect_percent"])),
        trust_lines=int(policy["trust_lines"]),
    )


def product_names(plan: Plan) -> tuple[str, ...]:
    """Products by code."""
    return tuple(code(plan.workspace.frame("offers").texts("product")))


def offer_faults(workspace: Workspace) -> Iterator[Fault]:
    """A product that one item alone offers; minutes that do not divide a day."""
    frame, policy = workspace.frame("offers"), workspace.section("policies", "offers")
    count = Counter(frame.texts("product"))
    for row, name in zip(frame.rows.tolist(), frame.texts("product"), strict=True):
        if count[name] == 1:
            yield Fault(frame.file, row, "product", "a product that two items or more offer", f"{shown(name)} once")
    if MINUTES_A_DAY % int(policy["minutes"] or 1):
        found = f"{policy['minutes']:g}"
        yield Fault("policies.toml", policy.line, "offers.minutes", "minutes that divide a day", found)

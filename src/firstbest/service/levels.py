"""Lines that ask in cases or pallets: how many units that is."""

from __future__ import annotations

from firstbest.service.bodies import UNITS_MOST, OrderLine
from firstbest.service.problems import Problem
from firstbest.world.network import Levels


def units_asked(rules: Levels | None, item: int, line: OrderLine) -> int:
    """Units of a line of an item; raises where the item has no such level, or the house keeps none."""
    if line.level == "each":
        return line.quantity
    packs = None if rules is None else rules.case_units if line.level == "case" else rules.pallet_units
    units = 0 if packs is None else int(packs[item])
    if units == 0:
        expected = "each" if packs is None else f"each, or a {line.level} of '{line.item}' in packs.csv"
        raise Problem("invalid", f"expected {expected}, found {line.level}", field="level")
    if line.quantity * units > UNITS_MOST:
        raise Problem(
            "invalid", f"expected {UNITS_MOST} units or fewer, found {line.quantity * units}", field="quantity"
        )
    return line.quantity * units

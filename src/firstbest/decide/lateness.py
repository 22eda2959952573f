"""Why was it late: exactly one cause for each late shipment, the first in the order of the work.

A shipment that left after its ship-by was late in the building, and the cause of that stands on it since
its departure; one that left in time was held up on its journey, and the carrier says by what; one that
nothing held up was promised too tightly.
"""

from __future__ import annotations

from typing import Any

from firstbest.kernels.compiled import compiled
from firstbest.world.units import HOUR_US
from firstbest.world.words import LateCause, Reason

Row = Any
"""One record of a table: its columns are its attributes."""

NO_STOCK = int(LateCause.NO_STOCK)
LATE_RELEASE = int(LateCause.LATE_RELEASE)
NO_LABOUR = int(LateCause.NO_LABOUR)
MISSED_PICK_UP = int(LateCause.MISSED_PICK_UP)
PROMISE_TOO_TIGHT = int(LateCause.PROMISE_TOO_TIGHT)
RESOURCED = int(Reason.RESOURCED)


@compiled
def cause_at_door(shipment: Row, delivered: Row, ship_by: int) -> int:
    """Cause of a late delivery: a shipment's row, the delivery's command, the order's ship-by."""
    if shipment.reason == RESOURCED:
        return NO_STOCK
    if shipment.departed_at > ship_by and shipment.cause != 0:
        return int(shipment.cause)
    if delivered.flag != 0:
        return int(delivered.flag)
    return PROMISE_TOO_TIGHT


@compiled
def cause_at_dock(reason: int, held: int, released_at: int, packed_at: int, ship_by: int) -> int:
    """Cause of leaving after ship-by, known at the departure.

    A line sent again after a short pick: no stock. Packed in time and left behind: a missed pick-up. Released
    in the last hour before its pick-up although no earlier wave had to hold it back: a late release. Else
    there were too few hands for the work.
    """
    if reason == RESOURCED:
        return NO_STOCK
    if packed_at <= ship_by:
        return MISSED_PICK_UP
    if held == 0 and released_at > ship_by - HOUR_US:
        return LATE_RELEASE
    return NO_LABOUR

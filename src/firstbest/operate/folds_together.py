"""Folds of orders that go otherwise than planned, chosen with all that waited."""

from __future__ import annotations

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.operate.fold_keys import Records, constant, day_keys, ones, shipment_keys, stock_keys
from firstbest.operate.ports import Add, Change, End, Set
from firstbest.world import tables as t


def withdrawn(rows: Records, ground: Ground) -> list[Change]:
    """Nothing leaves from there: slot and work planned for that day are free again."""
    keys, days = shipment_keys(rows), day_keys(rows, ground)
    single = (rows["units"] == 1).astype(np.int64)
    profile = {"shipments": constant(rows, -1), "lines": -rows["lines"].astype(np.int64), "single": -single}
    return [
        Add.of(t.SLOT_T, days, {"taken": constant(rows, -1)}),
        Add.of(t.PROFILE_T, days, profile),
        Add.of(t.ORDER_T, rows["order"].copy(), {"open_shipments": constant(rows, -1)}),
        End.of(t.SHIPMENT_T, keys),
    ]


def freed(rows: Records, ground: Ground) -> list[Change]:
    """Stock of a line can be promised again."""
    return [Add.of(t.STOCK_T, stock_keys(rows, "node", ground), {"reserved": -rows["quantity"]})]


def rechosen(rows: Records, ground: Ground) -> list[Change]:
    """The order has one attempt more behind it, and leaves by another instant."""
    orders = rows["order"].copy()
    return [
        Add.of(t.ORDER_T, orders, {"resourced": ones(rows)}),
        Set.of(t.ORDER_T, orders, {"ship_by": rows["ship_by"]}),
    ]

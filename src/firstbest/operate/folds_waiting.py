"""Folds of orders that are kept back and of lines that wait for stock."""

from __future__ import annotations

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.operate.fold_keys import Records, constant, copied, day_keys, line_keys, ones, shipment_keys, stock_keys
from firstbest.operate.ports import Add, Change, End, Put, Set
from firstbest.operate.ranks import last_rows, ranked
from firstbest.world import tables as t
from firstbest.world.words import Stage


def held(rows: Records, ground: Ground) -> list[Change]:
    """Orders and their shipments are kept back, or go on with another promise; what counts is said last."""
    orders, rows = rows[rows["node"] < 0], rows[rows["node"] >= 0]
    orders = orders[last_rows(orders["order"].copy())]
    promise = {"held": orders["on"], "ship_by": orders["ship_by"], "deliver_by": orders["deliver_by"]}
    slots = Add.of(t.SLOT_T, day_keys(rows, ground), {"taken": 1 - 2 * rows["on"].astype(np.int64)})
    rows = rows[last_rows(shipment_keys(rows))]
    stage = np.where(rows["on"] == 1, Stage.HELD, Stage.WAITING).astype(np.int64)
    columns = {"stage": stage, "day": rows["day"], "ship_by": rows["ship_by"], "deliver_by": rows["deliver_by"]}
    return [
        slots,
        Set.of(t.ORDER_T, orders["order"].copy(), promise),
        Set.of(t.SHIPMENT_T, shipment_keys(rows), columns),
    ]


def backordered(rows: Records, ground: Ground) -> list[Change]:
    """Lines wait for stock, and were wanted all the same."""
    lines = copied(rows, t.LINE_T, ("quantity", "price", "item", "kit"))
    lines["key"], lines["live"], lines["node"] = line_keys(rows), 1, -1
    orders, place, count = np.unique(rows["order"], return_index=True, return_counts=True)
    made = copied(rows[place], t.WAIT_T, ("tie", "placed_at", "until"))
    made["key"], made["live"], made["lines"], made["span"] = orders, 1, count, rows["lines"][place]
    near = rows[rows["nearest"] >= 0]
    return [
        Put(t.LINE_T, lines),
        Put(t.WAIT_T, made),
        Add.of(t.STOCK_T, stock_keys(near, "nearest", ground), {"wanted": near["quantity"].copy()}),
    ]


def filled(rows: Records, ground: Ground) -> list[Change]:
    """What waited is sent."""
    orders, lines = rows["order"].copy(), rows["lines"].astype(np.int64)
    sent = {"resourced": ones(rows), "open_lines": lines, "waiting": -lines, "value": rows["value"].copy()}
    done = orders[rows["left"] == 0]
    return [
        Add.of(t.ORDER_T, orders, sent),
        Set.of(t.ORDER_T, orders, {"ship_by": rows["ship_by"], "deliver_by": rows["deliver_by"]}),
        Add.of(t.WAIT_T, orders, {"lines": -lines}),
        End.of(t.WAIT_T, done),
    ]


def lapsed(rows: Records, ground: Ground) -> list[Change]:
    """Lines wait no more: all that waited of their orders."""
    lines, orders = line_keys(rows), ranked(rows["order"].copy())[0]
    return [
        End.of(t.LINE_T, lines),
        Add.of(t.ORDER_T, rows["order"].copy(), {"waiting": constant(rows, -1)}),
        End.of(t.WAIT_T, orders),
    ]

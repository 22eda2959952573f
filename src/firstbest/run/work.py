"""The floor's work as hands and robots see it: what to pick, pack, load, count and receive, read from the columns."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from firstbest.operate.ports import All, ByKey, Staged, State
from firstbest.world import tables as t
from firstbest.world.network import Network
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE, NEVER_US
from firstbest.world.words import CargoStage, Stage

TASKS_MOST: Final = 500
"""Tasks of one answer."""
OF_STAGE: Final = {"pick": Stage.RELEASED, "pack": Stage.PICKED, "load": Stage.PACKED}
"""Which shipments wait for which hands."""


def shipments(state: State, kind: str, node: int, limit: int) -> list[np.void]:
    """Shipments of a node that wait for a kind of work, soonest ship-by first, ties by the order's hash."""
    rows = state.read(Staged(t.SHIPMENT_T, OF_STAGE[kind], "ship_by", NEVER_US)).rows
    rows = rows[rows["node"] == node]
    chosen = rows[np.lexsort((rows["key"], rows["tie"], rows["ship_by"]))[: min(limit, TASKS_MOST)]]
    return list(chosen)


def order_of(shipment: np.void) -> int:
    """Code of the order that a shipment belongs to."""
    return int(shipment["key"]) // (MAX_NODE * MAX_ATTEMPT)


def lines_of(state: State, order: int, node: int, attempt: int) -> list[tuple[int, int, int]]:
    """Lines of a shipment that are still to be picked: (line, item code, units)."""
    head = state.read(ByKey(t.ORDER_T, np.array([order], np.int64)))
    if not head.found[0]:
        return []
    keys = order * MAX_LINE + np.arange(int(head.rows["lines"][0]), dtype=np.int64)
    answer = state.read(ByKey(t.LINE_T, keys))
    rows = answer.rows
    mine = answer.found & (rows["live"] != 0) & (rows["node"] == node) & (rows["attempt"] == attempt)
    return [(int(row["key"]) % MAX_LINE, int(row["item"]), int(row["quantity"])) for row in rows[mine]]


def stage_of(state: State, order: int, node: int, attempt: int) -> int:
    """Stage of a shipment, 0 where there is none."""
    key = t.shipment_key(order, node, attempt)
    answer = state.read(ByKey(t.SHIPMENT_T, np.array([key], np.int64)))
    return int(answer.rows["stage"][0]) if answer.found[0] else 0


def receipts(state: State, network: Network, node: int, limit: int) -> list[dict[str, Any]]:
    """Goods on a node's dock, longest there first."""
    rows = state.read(Staged(t.CARGO_T, CargoStage.DOCKED, "ready_at", NEVER_US)).rows
    rows = rows[rows["to_node"] == node]
    chosen = rows[np.lexsort((rows["key"], rows["ready_at"]))[: min(limit, TASKS_MOST)]]
    return [
        {
            "cargo": int(row["key"]), "item": network.texts.items[int(row["item"])], "quantity": int(row["quantity"]),
            "docked_us": int(row["ready_at"]),
        }
        for row in chosen
    ]  # fmt: skip


def counts(state: State, network: Network, node: int, limit: int) -> list[dict[str, Any]]:
    """Shelves of a node that were short since their last count, most suspect first."""
    rows = state.read(All(t.STOCK_T)).rows
    nodes = len(network.nodes.kind)
    rows = rows[(rows["suspect"] > 0) & (rows["key"] % nodes == node)]
    chosen = rows[np.lexsort((rows["key"], -rows["suspect"]))[: min(limit, TASKS_MOST)]]
    return [
        {
            "item": network.texts.items[int(row["key"]) // nodes],
            "book": int(row["on_hand"]),
            "short": int(row["suspect"]),
        }
        for row in chosen
    ]


def cargo_of(state: State, cargo: int) -> tuple[int, int, int] | None:
    """Destination, item and units of a cargo that is on its way or on a dock."""
    answer = state.read(ByKey(t.CARGO_T, np.array([cargo], np.int64)))
    if not answer.found[0]:
        return None
    row = answer.rows[0]
    return int(row["to_node"]), int(row["item"]), int(row["quantity"])

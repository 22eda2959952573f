"""What must leave today, and everything that is stuck: read from the columns, changes nothing."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import All, State
from firstbest.present.today import Due, Problem
from firstbest.world import tables as t
from firstbest.world.network import Network
from firstbest.world.units import HOUR_US, MAX_ATTEMPT, MAX_NODE
from firstbest.world.words import CargoStage, NodeKind, Stage

Rows = NDArray[np.void]
SHOWN_MOST: Final = 1_000
"""Problems that are told one by one."""
DOOR_AFTER_US: Final = 24 * HOUR_US
"""A shipment on its way this long after its promise is looked for."""
DOCK_AFTER_US: Final = 48 * HOUR_US
"""Goods this long on a dock should have been put away."""


def rows_of(state: State, table: t.Table) -> Rows:
    """Every live row of a table, by key."""
    return state.read(All(table)).rows


def today(network: Network, state: State, now: int) -> list[Due]:
    """By fulfilment node: what has to leave by the last pick-up of the local day, and where it stands."""
    shipments, slots = rows_of(state, t.SHIPMENT_T), rows_of(state, t.SLOT_T)
    calendar, found = network.calendar, []
    days = calendar.midnight_us.shape[1]
    for node in np.flatnonzero(network.nodes.kind == NodeKind.FULFILMENT).tolist():
        zone = int(network.nodes.time_zone[node])
        day = int(np.searchsorted(calendar.midnight_us[zone], now, side="right")) - 1
        ends = int(calendar.midnight_us[zone, day + 1])
        mine = shipments[(shipments["node"] == node) & (shipments["ship_by"] < ends)]
        stages = {
            stage: int((mine["stage"] == stage).sum())
            for stage in (Stage.WAITING, Stage.RELEASED, Stage.PICKED, Stage.PACKED)
        }
        cut_off = int(calendar.cut_off_us[node, day])
        pick_ups = calendar.pick_up_us[:, node, day]
        left = pick_ups[pick_ups > now]
        slot = slots[node * days + day]
        later = shipments["ship_by"][
            (shipments["node"] == node) & (shipments["ship_by"] >= ends) & (shipments["stage"] <= Stage.PACKED)
        ]
        late = mine[(mine["ship_by"] < now) & (mine["stage"] <= Stage.PACKED)]
        found.append(
            Due(
                node=network.texts.nodes[node],
                now_us=now,
                cut_off_us=cut_off,
                last_pick_up_us=int(left.max()) if len(left) else 0,
                waiting=stages[Stage.WAITING],
                on_floor=stages[Stage.RELEASED],
                picked=stages[Stage.PICKED],
                packed=stages[Stage.PACKED],
                late=len(late),
                taken=int(slot["taken"]),
                limit=int(slot["limit"]),
                later=len(later),
                next_us=int(later.min()) if len(later) else 0,
            )
        )
    return found


def problems(network: Network, state: State, now: int) -> list[Problem]:
    """Everything that is stuck, oldest first: what, since when, whose it is, what to do next."""
    found = [
        *_not_left(network, rows_of(state, t.SHIPMENT_T), now),
        *_not_there(network, rows_of(state, t.SHIPMENT_T), now),
        *_inbound(network, rows_of(state, t.CARGO_T), now),
        *_suspect(network, rows_of(state, t.STOCK_T)),
        *_kept_back(network, rows_of(state, t.SHIPMENT_T), now),
        *_waiting(rows_of(state, t.WAIT_T), now),
    ]
    return sorted(found, key=lambda each: (-each.age_us, each.what))


NEXT: Final = {
    Stage.WAITING: ("waits for its wave", "raise the floor's target, or bring hands in"),
    Stage.RELEASED: ("is on the floor, not picked", "find its tote; report the pick, or a short pick"),
    Stage.PICKED: ("is picked, not packed", "pack it"),
    Stage.PACKED: ("is packed and was left behind", "load it on the next pick-up, or upgrade its carrier"),
}


def _not_left(network: Network, shipments: Rows, now: int) -> list[Problem]:
    """Shipments that should have left by now."""
    stuck = shipments[(shipments["stage"] <= Stage.PACKED) & (shipments["ship_by"] < now)]
    found = []
    for row in stuck[np.argsort(stuck["ship_by"], kind="stable")][:SHOWN_MOST]:
        words, action = NEXT[Stage(int(row["stage"]))]
        node = network.texts.nodes[int(row["node"])]
        found.append(Problem("shipment", shipment_name(row), words, now - int(row["ship_by"]), node, action))
    return found


def _not_there(network: Network, shipments: Rows, now: int) -> list[Problem]:
    """Shipments on their way well after their promise."""
    away = (shipments["stage"] == Stage.DEPARTED) | (shipments["stage"] == Stage.AT_STATION)
    stuck = shipments[away & (shipments["deliver_by"] + DOOR_AFTER_US < now)]
    found = []
    for row in stuck[np.argsort(stuck["deliver_by"], kind="stable")][:SHOWN_MOST]:
        carrier = network.texts.carriers[int(row["carrier"])]
        age = now - int(row["deliver_by"])
        action = "ask the carrier; claim it as lost, send again or refund"
        found.append(Problem("shipment", shipment_name(row), "left, and is not there", age, carrier, action))
    return found


def _inbound(network: Network, cargo: Rows, now: int) -> list[Problem]:
    """Goods that are overdue, or stand on a dock."""
    docked = (cargo["stage"] == CargoStage.DOCKED) & (cargo["ready_at"] + DOCK_AFTER_US < now)
    overdue = (cargo["stage"] != CargoStage.DOCKED) & (cargo["due_at"] < now) & (cargo["due_at"] > 0)
    found = []
    for some, words, action, since in (
        (docked, "stands on the dock", "receive it and put it away", "ready_at"),
        (overdue, "is overdue", "ask the supplier or the forwarder where it is", "due_at"),
    ):
        rows = cargo[some]
        for row in rows[np.argsort(rows[since], kind="stable")][:SHOWN_MOST]:
            item, node = network.texts.items[int(row["item"])], network.texts.nodes[int(row["to_node"])]
            name = f"{int(row['quantity'])} x {item}"
            found.append(Problem("inbound", name, words, now - int(row[since]), node, action))
    return found


def _suspect(network: Network, stock: Rows) -> list[Problem]:
    """Shelves that were short and are not counted yet."""
    nodes, found = len(network.nodes.kind), []
    rows = stock[stock["suspect"] > 0]
    for row in rows[np.argsort(-rows["suspect"], kind="stable")][:SHOWN_MOST]:
        item, node = divmod(int(row["key"]), nodes)
        words = f"was short by {int(row['suspect'])} since its last count"
        found.append(Problem("shelf", network.texts.items[item], words, 0, network.texts.nodes[node], "count it"))
    return found


def _kept_back(network: Network, shipments: Rows, now: int) -> list[Problem]:
    """Shipments that are held, oldest order first."""
    rows = shipments[shipments["stage"] == Stage.HELD]
    found = []
    for row in rows[np.argsort(rows["placed_at"], kind="stable")][:SHOWN_MOST]:
        node, age = network.texts.nodes[int(row["node"])], now - int(row["placed_at"])
        action = "release it, or cancel it: its stock is reserved"
        found.append(Problem("order", shipment_name(row), "is held", age, node, action))
    return found


def _waiting(waiting: Rows, now: int) -> list[Problem]:
    """Orders whose lines wait for stock, oldest first."""
    found = []
    for row in waiting[np.argsort(waiting["placed_at"], kind="stable")][:SHOWN_MOST]:
        count, left_h = int(row["lines"]), max(int(row["until"]) - now, 0) // HOUR_US
        words = f"{count} {'line waits' if count == 1 else 'lines wait'} for stock, {left_h} h more"
        age = now - int(row["placed_at"])
        found.append(Problem("order", f"{int(row['key'])}", words, age, "buying", "bring stock in, or say no"))
    return found


def shipment_name(row: np.void) -> str:
    """A shipment's order code and its attempt; the door turns the code into the order's own name."""
    key = int(row["key"])
    return f"{key // (MAX_NODE * MAX_ATTEMPT)}"

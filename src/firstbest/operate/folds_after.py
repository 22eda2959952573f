"""Folds of what happens after the door: what left and may come back, and what is under way back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.operate import folds_levels as levels
from firstbest.operate.fold_keys import constant, line_keys, shipment_keys
from firstbest.operate.ports import Add, Change, End, Put, Set
from firstbest.operate.ranks import last_rows
from firstbest.world import tables as t
from firstbest.world.network import I64
from firstbest.world.units import ANNOUNCED_FIRST, MAX_DAY
from firstbest.world.words import Disposition, ReturnStage, ReturnWay, SentStage

Records = NDArray[np.void]
# As plain numbers: a word of a list is looked up anew each time that it is named.
AWAY, AT_DOOR = int(SentStage.AWAY), int(SentStage.AT_DOOR)
HARMED, CLAIMED = int(SentStage.HARMED), int(SentStage.CLAIMED)
AUTHORISED, RECEIVED = int(ReturnStage.AUTHORISED), int(ReturnStage.RECEIVED)
INSPECTED, REFURBISHING = int(ReturnStage.INSPECTED), int(ReturnStage.REFURBISHING)
SEND_BACK, REFURBISH = int(ReturnWay.SEND_BACK), int(Disposition.REFURBISH)


def remembers(ground: Ground) -> bool:
    """Whether the house remembers what left."""
    return ground.detail.returns is not None or ground.detail.care is not None


def sent(rows: Records, ground: Ground) -> list[Change]:
    """What departed is remembered, where it can come back."""
    if not remembers(ground):
        return []
    made = np.zeros(len(rows), t.SENT)
    made["key"], made["live"], made["stage"], made["departed_at"] = shipment_keys(rows), 1, AWAY, rows["at"]
    for name in ("tie", "units", "value", "place", "seller", "carrier", "zone"):
        made[name] = rows[name]
    return [Put(t.SENT_T, made)]


def at_the_door(rows: Records, ground: Ground) -> list[Change]:
    """From now on it can come back."""
    if not remembers(ground):
        return []
    # Where nobody makes harm good, what was lost is at its door as far as anybody asks.
    harmed = (rows["outcome"] != 0) & (ground.detail.care is not None)
    columns = {
        "stage": np.where(harmed, HARMED, AT_DOOR),
        "delivered_at": rows["at"],
        "outcome": rows["outcome"],
    }
    return [Set.of(t.SENT_T, shipment_keys(rows), columns)]


def authorised(rows: Records, ground: Ground) -> list[Change]:
    """A return is on its way, or the customer keeps what it was about; its shipment has so much less to give back."""
    coming = rows[rows["way"] == SEND_BACK]
    made = np.zeros(len(coming), t.RETURN)
    made["key"], made["live"], made["stage"] = line_keys(coming), 1, AUTHORISED
    for name in ("tie", "quantity", "price", "item", "reason"):
        made[name] = coming[name]
    made["refunded"], made["ready_at"] = coming["refund"], coming["lapses_at"]
    made["from_node"], made["node"] = coming["node"], coming["to_node"]
    less = {"units": -rows["quantity"], "value": -rows["quantity"] * rows["price"]}
    return [Put(t.RETURN_T, made), Add.of(t.SENT_T, shipment_keys(rows), less)]


def returned(rows: Records, ground: Ground) -> list[Change]:
    """It has come."""
    if ground.detail.returns is None:
        return []
    columns = {"stage": constant(rows, RECEIVED), "ready_at": rows["at"], "quantity": rows["quantity"]}
    return [Set.of(t.RETURN_T, line_keys(rows), columns)]


def inspected(rows: Records, ground: Ground) -> list[Change]:
    """Its units are told apart by grade."""
    amounts = {
        name: np.where(rows["grade"] == grade, rows["quantity"], 0)
        for grade, name in enumerate(("sellable", "opened", "broken"))
    }
    last = rows[rows["last"] == 1]
    columns = {"stage": constant(last, INSPECTED), "ready_at": last["at"]}
    return [Add.of(t.RETURN_T, line_keys(rows), amounts), Set.of(t.RETURN_T, line_keys(last), columns)]


def disposed(rows: Records, ground: Ground) -> list[Change]:
    """Opened units are being refurbished; everything else ends with its return."""
    rows = rows[rows["disposition"] == REFURBISH]
    return [Set.of(t.RETURN_T, line_keys(rows), {"stage": constant(rows, REFURBISHING), "ready_at": rows["ready_at"]})]


def restocked(rows: Records, ground: Ground) -> list[Change]:
    """Units can be sold again."""
    keys: I64 = rows["item"].astype(np.int64) * len(ground.nodes.kind) + rows["node"]
    return [Add.of(t.STOCK_T, keys, {"on_hand": rows["quantity"].copy()})]


def ended(rows: Records, ground: Ground) -> list[Change]:
    """A return is done with."""
    return [End.of(t.RETURN_T, line_keys(rows))]


def let_go(rows: Records, ground: Ground) -> list[Change]:
    """A shipment is forgotten."""
    return [End.of(t.SENT_T, shipment_keys(rows))]


def made_good(rows: Records, ground: Ground) -> list[Change]:
    """Nothing is left to give back of it."""
    nothing, stage = constant(rows, 0), constant(rows, AT_DOOR)
    columns: dict[str, NDArray[np.generic]] = {"units": nothing, "value": nothing, "stage": stage}
    return [Set.of(t.SENT_T, shipment_keys(rows), columns)]


def claim_filed(rows: Records, ground: Ground) -> list[Change]:
    """Its carrier is asked for what it was worth."""
    columns = {"stage": constant(rows, CLAIMED), "claimed": rows["amount"]}
    return [Set.of(t.SENT_T, shipment_keys(rows), columns)]


def claim_settled(rows: Records, ground: Ground) -> list[Change]:
    """Its carrier has answered."""
    return [Set.of(t.SENT_T, shipment_keys(rows), {"stage": constant(rows, AT_DOOR)})]


def intake(rows: Records, ground: Ground) -> list[Change]:
    """Units that came from outside, to be told as a lot at the next settling."""
    if ground.detail.lots is None:
        return []
    rows = rows[ground.detail.lots.life_days[rows["item"]] > 0]
    return [Add.of(t.INTAKE_T, rows["item"].astype(np.int64), {"units": rows["quantity"].copy()})]


def came(rows: Records, ground: Ground) -> list[Change]:
    """The same of receipts, where they are of goods from outside and not from another building of the house."""
    if ground.detail.lots is None:
        return []
    transfer = (rows["cargo"] < ANNOUNCED_FIRST) & (rows["cargo"] & 1 == 0)
    return intake(rows[~transfer], ground)


def lotted(rows: Records, ground: Ground) -> list[Change]:
    """What is left of lots; what came is told."""
    made = np.zeros(len(rows), t.LOT)
    made["key"] = rows["item"].astype(np.int64) * MAX_DAY + rows["expires"]
    made["live"], made["units"] = 1, rows["left"]
    gone = made["key"][rows["left"] == 0]
    told = np.unique(rows["item"][rows["made"] > 0]).astype(np.int64)
    return [
        Put(t.LOT_T, made),
        End.of(t.LOT_T, gone),
        Set.of(t.INTAKE_T, told, {"units": np.zeros(len(told), np.int64)}),
    ]


def expired(rows: Records, ground: Ground) -> list[Change]:
    """Units are off the shelf."""
    keys: I64 = rows["item"].astype(np.int64) * len(ground.nodes.kind) + rows["node"]
    return [Add.of(t.STOCK_T, keys, {"on_hand": -rows["quantity"]})]


def tasked(rows: Records, ground: Ground) -> list[Change]:
    """Units beside cases are taken; a case that is opened for them puts its own there. A shelf's lines are counted."""
    return [*levels.tasked(rows, ground), *picked_of(rows, ground)]


def picked_of(rows: Records, ground: Ground) -> list[Change]:
    """A line more of an item on its shelf."""
    if ground.detail.slotting is None:
        return []
    keys: I64 = rows["item"].astype(np.int64) * len(ground.nodes.kind) + rows["node"]
    return [Add.of(t.SHELF_T, keys, {"lines": np.ones(len(rows), np.int64)})]


def reslotted(rows: Records, ground: Ground) -> list[Change]:
    """Items stand elsewhere; of an item that changed places twice, where it came to in the end."""
    keys: I64 = rows["item"].astype(np.int64) * len(ground.nodes.kind) + rows["node"]
    last = last_rows(keys)
    return [Set.of(t.SHELF_T, keys[last], {"zone": rows["zone"][last].astype(np.int64) + 1})]


def shelves_reviewed(rows: Records, ground: Ground) -> list[Change]:
    """Lines are counted anew."""
    keys = np.arange(len(ground.items.price) * len(ground.nodes.kind))
    return [Set.of(t.SHELF_T, keys, {"lines": np.zeros(len(keys), np.int64)})]

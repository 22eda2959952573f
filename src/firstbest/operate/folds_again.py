"""Folds of what is in shipments, and of orders that send lost and damaged ones again; nothing where none are.

A shipment's contents are rows of their own from the wave that hands it out: a head, behind it a line for each that was
picked. Orders that send again are not kept so: what is lost twice is paid back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.operate.fold_keys import Records, constant, copied, ones, shipment_keys
from firstbest.operate.ports import Add, Change, End, Put, Set
from firstbest.world import tables as t
from firstbest.world.network import I64
from firstbest.world.units import MAX_LINE, SENT_AGAIN_FIRST
from firstbest.world.words import AgainStage, ContentStage, SentStage, Stage


def sends_again(ground: Ground) -> bool:
    """Whether the house sends lost and damaged shipments again."""
    care = ground.detail.care
    return care is not None and care.replaces > 0


def first_time(rows: Records) -> NDArray[np.bool_]:
    """Which rows are about an order of a customer."""
    found: NDArray[np.bool_] = rows["order"] < SENT_AGAIN_FIRST
    return found


def heads(rows: Records) -> I64:
    """Keys of the rows that head the contents of the shipments that rows are about."""
    return shipment_keys(rows) * MAX_LINE


def released(rows: Records, ground: Ground) -> list[Change]:
    """From now on it is known what is in it."""
    if not sends_again(ground):
        return []
    rows = rows[first_time(rows)]
    made = np.zeros(len(rows), t.CONTENTS)
    made["key"], made["live"], made["stage"] = heads(rows), 1, ContentStage.AWAY
    return [Put(t.CONTENTS_T, made)]


def assembled(rows: Records, ground: Ground) -> list[Change]:
    """There is a kit in it."""
    if not sends_again(ground):
        return []
    rows = rows[first_time(rows)]
    return [Add.of(t.CONTENTS_T, heads(rows), {"kits": ones(rows)})]


def picked(rows: Records, ground: Ground) -> list[Change]:
    """What was picked is in it; the lines of a shipment are picked at once."""
    if not sends_again(ground):
        return []
    rows = rows[first_time(rows) & (rows["quantity"] > 0)]
    head = heads(rows)
    starts = np.concatenate([np.ones(min(len(head), 1), np.bool_), head[1:] != head[:-1]])
    place = np.arange(len(head)) - np.maximum.accumulate(np.where(starts, np.arange(len(head)), 0))
    made = copied(rows, t.CONTENTS_T, ("quantity", "price", "item"))
    made["key"], made["live"], made["stage"] = head + 1 + place, 1, ContentStage.LINE
    return [Put(t.CONTENTS_T, made), Add.of(t.CONTENTS_T, head, {"lines": ones(rows)})]


def unplanned(rows: Records, ground: Ground) -> list[Change]:
    """It will not leave: nothing was found to be picked."""
    if not sends_again(ground):
        return []
    handed_out = (rows["stage"] != Stage.WAITING) & (rows["stage"] != Stage.HELD)
    keys = heads(rows[handed_out & first_time(rows)])
    return [End.of(t.CONTENTS_T, keys)]


def departed(rows: Records, ground: Ground) -> list[Change]:
    """As what it goes; what has left of goods sent again is not owed any more."""
    if not sends_again(ground):
        return []
    first = first_time(rows)
    rows, again = rows[first], rows[~first]
    return [
        Set.of(t.CONTENTS_T, heads(rows), {"service": rows["service"]}),
        Add.of(t.AGAIN_T, again["order"].copy(), {"owed": -again["value"]}),
    ]


def delivered(rows: Records, ground: Ground) -> list[Change]:
    """What came well need not be known any more."""
    if not sends_again(ground):
        return []
    keys = heads(rows[first_time(rows) & (rows["outcome"] == 0)])
    return [Set.of(t.CONTENTS_T, keys, {"stage": constant(keys, ContentStage.CAME)})]


def forgotten(rows: Records, ground: Ground) -> list[Change]:
    """Neither the head nor its lines are there any more."""
    count = rows["lines"] + 1
    place = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    keys = np.repeat(heads(rows), count) + place
    return [End.of(t.CONTENTS_T, keys)]


def replaced(rows: Records, ground: Ground) -> list[Change]:
    """It is made good by an order of its own, and nothing is left to give back of it."""
    made = np.zeros(len(rows), t.AGAIN)
    made["key"], made["live"], made["stage"] = rows["again"], 1, AgainStage.OPEN
    made["owed"], made["seller"] = rows["amount"], rows["seller"]
    none, at_door = constant(rows, 0), constant(rows, SentStage.AT_DOOR)
    nothing_left = Set.of(t.SENT_T, shipment_keys(rows), {"units": none, "value": none, "stage": at_door})
    return [Put(t.AGAIN_T, made), nothing_left]


def over(rows: Records, ground: Ground) -> list[Change]:
    """An order that sent goods again is completed or closed."""
    if not sends_again(ground):
        return []
    keys = rows["order"][~first_time(rows)].copy()
    return [Set.of(t.AGAIN_T, keys, {"stage": constant(keys, AgainStage.OVER)})]


def replacement_ended(rows: Records, ground: Ground) -> list[Change]:
    """Nothing is left to do about it."""
    keys = shipment_keys(rows) + SENT_AGAIN_FIRST
    return [End.of(t.AGAIN_T, keys)]

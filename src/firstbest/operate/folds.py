"""Folds: what each fact changes in the tables. Pure, written once, the same live and in the twin.

The order of this register is the order in which a tick's changes are applied: rows appear before they are
changed, and end last. Within a tick a column is either set or added to, never both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.decide.pace import week_keys
from firstbest.decide.wave import pack_ms
from firstbest.operate import folds_after as after
from firstbest.operate import folds_again as again
from firstbest.operate import folds_levels as levels
from firstbest.operate import folds_members as members
from firstbest.operate import folds_together as together
from firstbest.operate import folds_waiting as waiting
from firstbest.operate.fold_keys import (
    Records,
    constant,
    copied,
    day_keys,
    line_keys,
    ones,
    said_keys,
    shipment_keys,
    stock_keys,
)
from firstbest.operate.ports import Add, Change, Put, Set
from firstbest.operate.ranks import last_rows, ranked
from firstbest.operate.record import featured, held_up, on_record, returned
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import Block
from firstbest.world.words import CargoStage, Mode, Process, Reason, Stage

Fold = Callable[[Records, Ground], list[Change]]


RESOURCED, TOGETHER = int(Reason.RESOURCED), int(Reason.TOGETHER)


def picked(rows: Records, ground: Ground) -> list[Change]:
    """Goods leave the shelf by the book; the line is done; what was short is suspect."""
    keys = stock_keys(rows, "node", ground)
    amounts = {
        "on_hand": -(rows["quantity"] + rows["written_off"]),
        "reserved": -(rows["quantity"] + rows["short"]),
        "suspect": rows["short"].copy(),
    }
    of_line = shipment_keys(rows)
    shipments = ranked(of_line)[0]
    lines = line_keys(rows)
    short = rows["short"].copy()
    lost = {"short": short, "value": -short * rows["price"], "weight_g": -short * ground.items.weight_g[rows["item"]]}
    return [
        Add(t.STOCK_T, keys, amounts),
        Add(t.SHIPMENT_T, of_line, lost),
        Add(t.ORDER_T, rows["order"].copy(), {"value": lost["value"]}),
        Set(t.LINE_T, lines, {"live": constant(lines, 0)}),
        Set(t.SHIPMENT_T, shipments, {"stage": constant(shipments, Stage.PICKED)}),
    ]


def ordered(rows: Records, ground: Ground) -> list[Change]:
    """An order is open that has a shipment, or waits for stock."""
    rows = rows[(rows["shipments"] > 0) | (rows["waiting"] > 0)]
    made = copied(rows, t.ORDER_T, ("tie", "ship_by", "deliver_by", "value", "lines", "place", "service"))
    made["key"], made["live"], made["placed_at"] = rows["order"], 1, rows["at"]
    made["open_lines"], made["nearest"], made["seller"] = rows["filled"], rows["nearest"], rows["seller"]
    made["waiting"], made["fill"] = rows["waiting"], rows["fill"]
    return [Put(t.ORDER_T, made)]


PLANNED_COLUMNS = (
    "tie", "ship_by", "deliver_by", "placed_at", "cost", "weight_g", "billed_g", "volume_cm3", "value", "units",
    "lines", "place", "cartons", "day", "lane", "node", "carrier", "carton", "service", "zone", "seller",
    "nearest", "reason",
)  # fmt: skip


def planned(rows: Records, ground: Ground) -> list[Change]:
    """A shipment waits for its wave; its packing slot is taken."""
    made = copied(rows, t.SHIPMENT_T, PLANNED_COLUMNS)
    made["key"], made["live"], made["stage"] = shipment_keys(rows), 1, Stage.WAITING
    single = (rows["units"] == 1).astype(np.int64)
    profile = {"shipments": ones(rows), "lines": rows["lines"].astype(np.int64), "single": single}
    again = (rows["reason"] == RESOURCED).astype(np.int64)
    new = ((rows["reason"] != RESOURCED) & (rows["reason"] != TOGETHER)).astype(np.int64)
    sent = {"open_shipments": ones(rows), "resourced": again, "value": again * rows["value"]}
    keys = day_keys(rows, ground)
    return [
        Put(t.SHIPMENT_T, made),
        Add(t.SLOT_T, keys, {"taken": ones(rows)}),
        Add(t.PROFILE_T, keys, profile),
        Add(t.PROFILE_T, said_keys(rows, ground), {"asked": new}),
        Add(t.ORDER_T, rows["order"].copy(), sent),
    ]


def allocated(rows: Records, ground: Ground) -> list[Change]:
    """Stock is reserved for a line."""
    made = copied(rows, t.LINE_T, ("quantity", "price", "item", "node", "attempt", "kit"))
    made["key"], made["live"], made["stage"] = line_keys(rows), 1, Stage.WAITING
    quantity = rows["quantity"].copy()
    wanted = np.where(rows["attempt"] == 0, quantity, 0)
    return [
        Put(t.LINE_T, made),
        Add(t.STOCK_T, stock_keys(rows, "node", ground), {"reserved": quantity, "sold": wanted}),
        Add(t.STOCK_T, stock_keys(rows, "nearest", ground), {"wanted": wanted}),
        *on_record(rows[rows["attempt"] == 0], ground, "lines"),
    ]


def refused(rows: Records, ground: Ground) -> list[Change]:
    """What could not be had was wanted all the same."""
    rows = rows[(rows["reason"] != Reason.DUPLICATE) & (rows["nearest"] >= 0)]
    wanted = Add(t.STOCK_T, stock_keys(rows, "nearest", ground), {"wanted": rows["quantity"].copy()})
    return [wanted, *on_record(rows[rows["reason"] == Reason.NO_STOCK], ground, "lines", "refused")]


def cancelled(rows: Records, ground: Ground) -> list[Change]:
    """Stock of a granted cancellation is free again."""
    rows = rows[rows["granted"] == 1]
    asked = rows[rows["reason"] == Reason.GRANTED]
    lines = line_keys(asked)
    return [
        Add(t.STOCK_T, stock_keys(asked, "node", ground), {"reserved": -asked["quantity"]}),
        Add(
            t.ORDER_T,
            asked["order"].copy(),
            {"open_lines": constant(asked, -1), "value": -asked["quantity"] * asked["price"]},
        ),
        Set(t.LINE_T, lines, {"live": constant(lines, 0)}),
    ]


def unplanned(rows: Records, ground: Ground) -> list[Change]:
    """A shipment ends before it left; its slot is free, and its work off the floor."""
    held = rows["stage"] == Stage.HELD
    on_floor = rows[(rows["stage"] != Stage.WAITING) & ~held]
    load = {"floor": constant(on_floor, -1), "floor_ms": -pack_ms(ground, on_floor)}
    keys = shipment_keys(rows)
    return [
        Add(t.SLOT_T, day_keys(rows, ground)[~held], {"taken": constant(rows[~held], -1)}),
        Add(t.LOAD_T, on_floor["node"].astype(np.int64), load),
        Add(t.ORDER_T, rows["order"].copy(), {"open_shipments": constant(rows, -1)}),
        Set(t.SHIPMENT_T, keys, {"live": constant(keys, 0)}),
    ]


def released(rows: Records, ground: Ground) -> list[Change]:
    """A shipment is work on the floor."""
    keys = shipment_keys(rows)
    columns = {"stage": constant(keys, Stage.RELEASED), "released_at": rows["at"], "held": rows["held"]}
    return [
        Set(t.SHIPMENT_T, keys, columns),
        Add(t.LOAD_T, rows["node"].astype(np.int64), {"floor": ones(rows), "floor_ms": pack_ms(ground, rows)}),
    ]


def packed(rows: Records, ground: Ground) -> list[Change]:
    """A shipment stands at the dock."""
    keys = shipment_keys(rows)
    units = rows["units"] - rows["short"]
    columns = {"stage": constant(keys, Stage.PACKED), "packed_at": rows["at"], "units": units}
    load = {"floor": constant(rows, -1), "floor_ms": -pack_ms(ground, rows), "dock": ones(rows)}
    return [Set(t.SHIPMENT_T, keys, columns), Add(t.LOAD_T, rows["node"].astype(np.int64), load)]


def departed(rows: Records, ground: Ground) -> list[Change]:
    """A shipment is on its way; by own van, on its way to the station."""
    keys = shipment_keys(rows)
    own = ground.carriers.mode[rows["carrier"]] == Mode.OWN_VAN
    columns = {
        "stage": np.where(own, Stage.AT_STATION, Stage.DEPARTED),
        "departed_at": rows["at"],
        "cause": rows["ship_cause"],
        "carrier": rows["carrier"],
        "cost": rows["cost"],
    }
    dock = {"dock": constant(rows, -1)}
    return [
        Set(t.SHIPMENT_T, keys, columns),
        Add(t.LOAD_T, rows["node"].astype(np.int64), dock),
        *after.sent(rows, ground),
    ]


def rolled(rows: Records, ground: Ground) -> list[Change]:
    """A shipment was left behind."""
    return [
        Add(t.SHIPMENT_T, shipment_keys(rows), {"rolled": ones(rows)}),
        Add(t.LOAD_T, rows["node"].astype(np.int64), {"rolled": ones(rows)}),
    ]


def vanned(rows: Records, ground: Ground) -> list[Change]:
    """A shipment is on a van."""
    keys = shipment_keys(rows)
    return [Set(t.SHIPMENT_T, keys, {"stage": constant(keys, Stage.DEPARTED)})]


def delivered(rows: Records, ground: Ground) -> list[Change]:
    """A journey has ended; the order has one shipment less to wait for."""
    late = (rows["cause"] != 0).astype(np.int64)
    keys = shipment_keys(rows)
    amounts = {
        "open_shipments": constant(rows, -1),
        "delivered": ones(rows),
        "door_late": late,
        "ship_late": rows["ship_late"].astype(np.int64),
    }
    last = last_rows(rows["order"].copy())
    return [
        Add(t.ORDER_T, rows["order"].copy(), amounts),
        Set(t.ORDER_T, rows["order"][last], {"cause": rows["order_cause"][last]}),
        Set(t.SHIPMENT_T, keys, {"live": constant(keys, 0)}),
        *after.at_the_door(rows, ground),
    ]


def ended(rows: Records, ground: Ground) -> list[Change]:
    """An order is closed."""
    keys = rows["order"].copy()
    return [Set(t.ORDER_T, keys, {"live": constant(keys, 0)})]


def completed(rows: Records, ground: Ground) -> list[Change]:
    """An order is done; one that waited for goods is on its seller's record."""
    return [*ended(rows, ground), *held_up(rows, ground)]


CARGO_COLUMNS = ("quantity", "volume_cm3", "weight_g", "ready_at", "due_at", "item", "lane", "to_node")


def replenished(rows: Records, ground: Ground) -> list[Change]:
    """Goods are on order, or leave one node's shelves for another's."""
    made = copied(rows, t.CARGO_T, CARGO_COLUMNS)
    made["key"], made["live"], made["stage"], made["ordered_at"] = rows["cargo"], 1, CargoStage.WAITING, rows["at"]
    moved = rows[rows["bought"] == 0]
    return [
        Put(t.CARGO_T, made),
        Add(t.STOCK_T, stock_keys(rows, "to_node", ground), {"inbound": rows["quantity"].copy()}),
        Add(t.STOCK_T, stock_keys(moved, "from_node", ground), {"on_hand": -moved["quantity"]}),
    ]


def moved(rows: Records, ground: Ground) -> list[Change]:
    """Cargo has left on its leg."""
    keys = rows["cargo"].copy()
    return [Set(t.CARGO_T, keys, {"stage": constant(keys, CargoStage.MOVING)})]


def arrived(rows: Records, ground: Ground) -> list[Change]:
    """Cargo waits for its next leg, or stands on the dock of its last node."""
    keys = rows["cargo"].copy()
    stage = np.where(rows["last"] == 1, CargoStage.DOCKED, CargoStage.WAITING).astype(np.int64)
    return [Set(t.CARGO_T, keys, {"stage": stage, "lane": rows["lane"], "ready_at": rows["at"]})]


def received(rows: Records, ground: Ground) -> list[Change]:
    """Goods can be sold."""
    keys = rows["cargo"].copy()
    amounts = {"on_hand": rows["quantity"].copy(), "inbound": -rows["expected"]}
    return [
        Add(t.STOCK_T, stock_keys(rows, "node", ground), amounts),
        Set(t.CARGO_T, keys, {"live": constant(keys, 0)}),
        *after.intake(after.bought(rows), ground),
    ]


def counted(rows: Records, ground: Ground) -> list[Change]:
    """The book is what was counted."""
    keys = stock_keys(rows, "node", ground)
    last = last_rows(keys)
    amounts = {"on_hand": rows["quantity"] - rows["book"], "suspect": -rows["suspect"]}
    return [
        Add(t.STOCK_T, keys, amounts),
        Set(t.STOCK_T, keys[last], {"counted_us": rows["at"][last]}),
    ]


def opened(rows: Records, ground: Ground) -> list[Change]:
    """Stock that was there before."""
    keys = stock_keys(rows, "node", ground)
    return [
        Add(t.STOCK_T, keys, {"on_hand": rows["quantity"].copy()}),
        Set(t.STOCK_T, keys, {"counted_us": rows["at"]}),
        *after.intake(rows, ground),
    ]


def forecasted(rows: Records, ground: Ground) -> list[Change]:
    """The house expects."""
    made = copied(rows, t.FORECAST_T, ("rate_x1000", "spread_x1000", "weeks"))
    made["key"], made["wanted_before"] = stock_keys(rows, "node", ground), rows["wanted"]
    return [Put(t.FORECAST_T, made)]


def rostered(rows: Records, ground: Ground) -> list[Change]:
    """People are planned."""
    days = ground.calendar.midnight_us.shape[1]
    process = rows["node"].astype(np.int64) * len(Process) + rows["process"]
    made = copied(rows, t.ROSTER_T, ("heads", "temps", "overtime_min", "lent"))
    made["key"] = (process * days + rows["day"]) * 2 + rows["shift"]
    return [Put(t.ROSTER_T, made)]


def worked(rows: Records, ground: Ground) -> list[Change]:
    """A crew's week is longer."""
    minutes = np.where(rows["process"] == Process.INDIRECT, 0, rows["paid_min"] - rows["temp_min"] - rows["lent_min"])
    return [Add(t.HOURS_T, week_keys(ground, rows), {"head_min": minutes})]


def limited(rows: Records, ground: Ground) -> list[Change]:
    """A day's packing limit is known."""
    return [Set(t.SLOT_T, day_keys(rows, ground), {"limit": rows["limit"]})]


def day_closed(rows: Records, ground: Ground) -> list[Change]:
    """The day's count of what was left behind starts again."""
    keys = rows["node"].astype(np.int64)
    return [Set(t.LOAD_T, keys, {"rolled": constant(keys, 0)})]


FOLDS: tuple[tuple[f.FactType, Fold], ...] = (
    (f.PICKED, picked), (f.ORDERED, ordered), (f.PLANNED, planned), (f.ALLOCATED, allocated), (f.REFUSED, refused),
    (f.BACKORDERED, waiting.backordered), (f.FILLED, waiting.filled), (f.LAPSED, waiting.lapsed),
    (f.HELD, waiting.held), (f.CANCELLED, cancelled),
    (f.RELEASED, released), (f.PACKED, packed), (f.ROLLED, rolled), (f.DEPARTED, departed),
    (f.VANNED, vanned), (f.UNPLANNED, unplanned), (f.DELIVERED, delivered), (f.COMPLETED, completed), (f.CLOSED, ended),
    (f.REPLENISHED, replenished), (f.MOVED, moved), (f.ARRIVED, arrived), (f.RECEIVED, received), (f.COUNTED, counted),
    (f.FORECASTED, forecasted), (f.ROSTERED, rostered), (f.LIMITED, limited), (f.DAY_CLOSED, day_closed),
    (f.OPENED, opened), (f.WORKED, worked), (f.FEATURED, featured), (f.RETURNED, returned),
    (f.RETURN_AUTHORISED, after.authorised), (f.RETURNED, after.returned),
    (f.INSPECTED, after.inspected), (f.DISPOSED, after.disposed), (f.RESTOCKED, after.restocked),
    (f.RETURN_ENDED, after.ended), (f.REPLACED, again.replaced), (f.MADE_GOOD, after.made_good),
    (f.CLAIM_FILED, after.claim_filed),
    (f.CLAIM_SETTLED, after.claim_settled), (f.LOTTED, after.lotted), (f.EXPIRED, after.expired),
    (f.CASE_BROKEN, levels.case_broken), (f.TASKED, after.tasked), (f.LET_GO, after.let_go),
    (f.MEMBER_JOINED, members.joined), (f.MEMBER_RENEWED, members.renewed), (f.MEMBER_LEAVES, members.leaves),
    (f.MEMBER_LAPSED, members.lapsed), (f.RESLOTTED, after.reslotted), (f.SHELVES_REVIEWED, after.shelves_reviewed),
    (f.WITHDRAWN, together.withdrawn), (f.FREED, together.freed), (f.RECHOSEN, together.rechosen),
    (f.PALLET_BROKEN, levels.pallet_broken), (f.LEVELLED, levels.levelled), (f.OPENED, levels.put_up),
    (f.RECEIVED, levels.put_up), (f.RESTOCKED, levels.put_back), (f.PICKED, levels.picked),
    (f.COUNTED, levels.counted), (f.EXPIRED, levels.expired), (f.REPLENISHED, levels.sent_on),
    (f.RELEASED, again.released), (f.ASSEMBLED, again.assembled), (f.PICKED, again.picked),
    (f.UNPLANNED, again.unplanned), (f.DEPARTED, again.departed), (f.DELIVERED, again.delivered),
    (f.COMPLETED, again.over), (f.CLOSED, again.over), (f.REPLACEMENT_ENDED, again.replacement_ended),
    (f.CONTENTS_FORGOTTEN, again.forgotten),
)  # fmt: skip


def fold(blocks: Sequence[Block], ground: Ground) -> list[Change]:
    """The changes of one tick's facts, in the order in which they are to be applied."""
    by_name = {block.fact.name: block.rows for block in blocks}
    changes: list[Change] = []
    for fact, function in FOLDS:
        if fact.name in by_name:
            changes.extend(function(by_name[fact.name], ground))
    return [change for change in changes if len(change.rows if isinstance(change, Put) else change.keys)]

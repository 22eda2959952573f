"""Folds: what each fact changes in the tables. Pure, written once, the same live and in the twin.

The order of this register is the order in which a tick's changes are applied: rows appear before they are
changed, and end last. Within a tick a column is either set or added to, never both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.decide.pace import week_keys
from firstbest.operate import fold_rows
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
    ones,
    shipment_keys,
    stock_keys,
)
from firstbest.operate.ports import Add, Change, End, Put, Set, part
from firstbest.operate.record import featured, held_up, on_record, returned
from firstbest.operate.rows import as_made
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import Block
from firstbest.world.words import CargoStage, Process, Reason, Stage

Fold = Callable[[Records, Ground], list[Change]]

ON_SHELF = part(t.STOCK_T, "on_hand", "reserved", "suspect")
FREE_STOCK, SOLD_STOCK = part(t.STOCK_T, "reserved"), part(t.STOCK_T, "reserved", "sold")
WANTED, CAME = part(t.STOCK_T, "wanted"), part(t.STOCK_T, "on_hand", "inbound")
FOUND, SEEN = part(t.STOCK_T, "on_hand", "suspect"), part(t.STOCK_T, "counted_us")
TAKEN = part(t.SLOT_T, "taken")
LEAVES, ASKED = part(t.PROFILE_T, "shipments", "lines", "single"), part(t.PROFILE_T, "asked")
SENT, LESS = part(t.ORDER_T, "open_shipments", "resourced", "value"), part(t.ORDER_T, "open_lines", "value")
OWED, NOT_SENT, LATE_FOR = part(t.ORDER_T, "value"), part(t.ORDER_T, "open_shipments"), part(t.ORDER_T, "cause")
AT_DOOR = part(t.ORDER_T, "open_shipments", "delivered", "door_late", "ship_late")
LACKING, STAGE = part(t.SHIPMENT_T, "short", "value", "weight_g"), part(t.SHIPMENT_T, "stage")
ON_FLOOR = part(t.SHIPMENT_T, "stage", "released_at", "held")
AT_DOCK = part(t.SHIPMENT_T, "stage", "packed_at", "units")
ON_ITS_WAY = part(t.SHIPMENT_T, "stage", "departed_at", "cause", "carrier", "cost")
FLOOR, PACKING = part(t.LOAD_T, "floor", "floor_ms"), part(t.LOAD_T, "floor", "floor_ms", "dock")
DOCK = part(t.LOAD_T, "dock")
LINE_KEY, SHIPMENT_KEY, CARGO_KEY = part(t.LINE_T), part(t.SHIPMENT_T), part(t.CARGO_T)
"""What the folds below say of some columns of a table."""


def room(rows: Records, *kinds: np.dtype[np.void]) -> Iterator[Records]:
    """As many rows to fill in of each kind."""
    size = len(rows)
    return (np.empty(size, kind) for kind in kinds)


def picked(rows: Records, ground: Ground) -> list[Change]:
    """Goods leave the shelf by the book; the line is done; what was short is suspect."""
    stock, lines, lacking, owed, shipments = room(rows, ON_SHELF, LINE_KEY, LACKING, OWED, STAGE)
    to = (stock, lines, lacking, owed, shipments)
    short, count = fold_rows.picked(rows, ground.items.weight_g, len(ground.nodes.kind), to)
    return [
        Add(t.STOCK_T, stock),
        Add(t.SHIPMENT_T, lacking[:short]),
        Add(t.ORDER_T, owed[:short]),
        End(t.LINE_T, lines),
        Set(t.SHIPMENT_T, shipments[:count]),
    ]


def ordered(rows: Records, ground: Ground) -> list[Change]:
    """An order is open that has a shipment, or waits for stock."""
    orders = np.zeros(len(rows), t.ORDER)
    return [Put(t.ORDER_T, orders[: fold_rows.ordered(rows, orders)])]


def planned(rows: Records, ground: Ground) -> list[Change]:
    """A shipment waits for its wave; its packing slot is taken."""
    shipments = np.zeros(len(rows), t.SHIPMENT)
    slots, leaves, asked, orders = room(rows, TAKEN, LEAVES, ASKED, SENT)
    fold_rows.planned(rows, shipments)
    to = (slots, leaves, asked, orders)
    new = fold_rows.sent(rows, ground.calendar.midnight_us, ground.nodes.time_zone, to)
    return [
        Put(t.SHIPMENT_T, shipments),
        Add(t.SLOT_T, slots),
        Add(t.PROFILE_T, leaves),
        Add(t.PROFILE_T, asked[:new]),
        Add(t.ORDER_T, orders),
    ]


def allocated(rows: Records, ground: Ground) -> list[Change]:
    """Stock is reserved for a line."""
    lines = np.zeros(len(rows), t.LINE_STATE)
    stock, wanted = room(rows, SOLD_STOCK, WANTED)
    first = fold_rows.allocated(rows, len(ground.nodes.kind), (lines, stock, wanted))
    changes: list[Change] = [Put(t.LINE_T, lines), Add(t.STOCK_T, stock), Add(t.STOCK_T, wanted[:first])]
    if ground.offers.products:
        changes += on_record(rows[rows["attempt"] == 0], ground, "lines")
    return changes


def refused(rows: Records, ground: Ground) -> list[Change]:
    """What could not be had was wanted all the same."""
    wanted = np.empty(len(rows), WANTED)
    wanted = wanted[: fold_rows.refused(rows, len(ground.nodes.kind), wanted)]
    if not ground.offers.products:
        return [Add(t.STOCK_T, wanted)]
    missed = rows[(rows["reason"] == Reason.NO_STOCK) & (rows["nearest"] >= 0)]
    return [Add(t.STOCK_T, wanted), *on_record(missed, ground, "lines", "refused")]


def cancelled(rows: Records, ground: Ground) -> list[Change]:
    """Stock of a granted cancellation is free again."""
    stock, orders, lines = room(rows, FREE_STOCK, LESS, LINE_KEY)
    count = fold_rows.cancelled(rows, len(ground.nodes.kind), (stock, orders, lines))
    return [Add(t.STOCK_T, stock[:count]), Add(t.ORDER_T, orders[:count]), End(t.LINE_T, lines[:count])]


def unplanned(rows: Records, ground: Ground) -> list[Change]:
    """A shipment ends before it left; its slot is free, and its work off the floor."""
    slots, loads, orders, shipments = room(rows, TAKEN, FLOOR, NOT_SENT, SHIPMENT_KEY)
    days = ground.calendar.midnight_us.shape[1]
    free, on_floor = fold_rows.unplanned(rows, ground.packing, days, (slots, loads, orders, shipments))
    return [
        Add(t.SLOT_T, slots[:free]),
        Add(t.LOAD_T, loads[:on_floor]),
        Add(t.ORDER_T, orders),
        End(t.SHIPMENT_T, shipments),
    ]


def released(rows: Records, ground: Ground) -> list[Change]:
    """A shipment is work on the floor."""
    shipments, loads = room(rows, ON_FLOOR, FLOOR)
    fold_rows.released(rows, ground.packing, shipments, loads)
    return [Set(t.SHIPMENT_T, shipments), Add(t.LOAD_T, loads)]


def packed(rows: Records, ground: Ground) -> list[Change]:
    """A shipment stands at the dock."""
    shipments, loads = room(rows, AT_DOCK, PACKING)
    fold_rows.packed(rows, ground.packing, shipments, loads)
    return [Set(t.SHIPMENT_T, shipments), Add(t.LOAD_T, loads)]


def departed(rows: Records, ground: Ground) -> list[Change]:
    """A shipment is on its way; by own van, on its way to the station."""
    shipments, loads = room(rows, ON_ITS_WAY, DOCK)
    fold_rows.departed(rows, ground.carriers.mode, shipments, loads)
    return [Set(t.SHIPMENT_T, shipments), Add(t.LOAD_T, loads), *after.sent(rows, ground)]


def rolled(rows: Records, ground: Ground) -> list[Change]:
    """A shipment was left behind."""
    return [
        Add.of(t.SHIPMENT_T, shipment_keys(rows), {"rolled": ones(rows)}),
        Add.of(t.LOAD_T, rows["node"].astype(np.int64), {"rolled": ones(rows)}),
    ]


def vanned(rows: Records, ground: Ground) -> list[Change]:
    """A shipment is on a van."""
    keys = shipment_keys(rows)
    return [Set.of(t.SHIPMENT_T, keys, {"stage": constant(keys, Stage.DEPARTED)})]


def delivered(rows: Records, ground: Ground) -> list[Change]:
    """A journey has ended; the order has one shipment less to wait for."""
    orders, causes, shipments = room(rows, AT_DOOR, LATE_FOR, SHIPMENT_KEY)
    late = fold_rows.delivered(rows, (orders, causes, shipments))
    return [
        Add(t.ORDER_T, orders),
        Set(t.ORDER_T, causes[:late]),
        End(t.SHIPMENT_T, shipments),
        *after.at_the_door(rows, ground),
    ]


def ended(rows: Records, ground: Ground) -> list[Change]:
    """An order is closed."""
    return [End.of(t.ORDER_T, rows["order"])]


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
        Add.of(t.STOCK_T, stock_keys(rows, "to_node", ground), {"inbound": rows["quantity"].copy()}),
        Add.of(t.STOCK_T, stock_keys(moved, "from_node", ground), {"on_hand": -moved["quantity"]}),
    ]


def moved(rows: Records, ground: Ground) -> list[Change]:
    """Cargo has left on its leg."""
    keys = rows["cargo"].copy()
    return [Set.of(t.CARGO_T, keys, {"stage": constant(keys, CargoStage.MOVING)})]


def arrived(rows: Records, ground: Ground) -> list[Change]:
    """Cargo waits for its next leg, or stands on the dock of its last node."""
    keys = rows["cargo"].copy()
    stage = np.where(rows["last"] == 1, CargoStage.DOCKED, CargoStage.WAITING).astype(np.int64)
    return [Set.of(t.CARGO_T, keys, {"stage": stage, "lane": rows["lane"], "ready_at": rows["at"]})]


def received(rows: Records, ground: Ground) -> list[Change]:
    """Goods can be sold."""
    stock, cargo = room(rows, CAME, CARGO_KEY)
    fold_rows.received(rows, len(ground.nodes.kind), stock, cargo)
    return [Add(t.STOCK_T, stock), End(t.CARGO_T, cargo), *after.came(rows, ground)]


def counted(rows: Records, ground: Ground) -> list[Change]:
    """The book is what was counted."""
    stock, seen = room(rows, FOUND, SEEN)
    fold_rows.counted(rows, len(ground.nodes.kind), stock, seen)
    return [Add(t.STOCK_T, stock), Set(t.STOCK_T, seen)]


def opened(rows: Records, ground: Ground) -> list[Change]:
    """Stock that was there before."""
    keys = stock_keys(rows, "node", ground)
    return [
        Add.of(t.STOCK_T, keys, {"on_hand": rows["quantity"].copy()}),
        Set.of(t.STOCK_T, keys, {"counted_us": rows["at"]}),
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
    return [Add.of(t.HOURS_T, week_keys(ground, rows), {"head_min": minutes})]


def limited(rows: Records, ground: Ground) -> list[Change]:
    """A day's packing limit is known."""
    return [Set.of(t.SLOT_T, day_keys(rows, ground), {"limit": rows["limit"]})]


def day_closed(rows: Records, ground: Ground) -> list[Change]:
    """The day's count of what was left behind starts again."""
    keys = rows["node"].astype(np.int64)
    return [Set.of(t.LOAD_T, keys, {"rolled": constant(keys, 0)})]


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
    rows_of = {block.fact.name: as_made(block.rows) for block in blocks}
    changes: list[Change] = []
    for fact, function in FOLDS:
        if fact.name in rows_of:
            rows = rows_of[fact.name]
            # What goes straight into a kernel is not looked at there.
            assert rows.dtype == fact.dtype, f"fact '{fact.name}' has rows of {fact.dtype}, was {rows.dtype}"
            changes.extend(function(rows, ground))
    return [change for change in changes if len(change.rows)]

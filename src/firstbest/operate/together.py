"""Orders that nobody works on yet, chosen for all at once: what waits may still go from elsewhere.

At its timer the house reads the shipments that wait for a wave, the soonest first, and with them their orders. Whoever
is held, waits for stock, has something on the floor, or brings kits is left alone. For all others `decide.ahead`
chooses together. Of an order whose choice is another, the shipments are withdrawn and its reservations given back, and
it is planned and allocated anew as one further attempt; what the customer was told stays as it is.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ahead import choose
from firstbest.decide.ahead_ways import LINES_MOST, P_CARRIER, P_COST, P_DAY, P_LINES, P_NODE, Space, Waiting
from firstbest.decide.ground import Ground
from firstbest.decide.promise import Window
from firstbest.decide.terms import NODE_SYSTEM
from firstbest.operate.arrivals import read_window
from firstbest.operate.floor import name_lines
from firstbest.operate.fold_keys import Records
from firstbest.operate.ports import ByKey, Read, Rows, Soonest, Step
from firstbest.operate.ranks import ranked
from firstbest.operate.together_facts import Open, facts_of
from firstbest.world import tables as t
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.network import I64
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE
from firstbest.world.words import Stage

SHIPMENTS_MOST = 8_000
"""Shipments looked at in one choice, those of each centre that are to leave soonest."""
ATTEMPTS_MOST = MAX_ATTEMPT // 2
"""Attempts an order may have behind it to be chosen for: the others are kept for what is found short."""


def choose_again(number: int, now: int, ground: Ground) -> Step:
    """Choose for all that waits; facts of the orders that go otherwise."""
    found = yield from open_orders(now, ground)
    if not len(found.orders):
        return []
    window = yield from read_window(Batch(alone(now), np.zeros(0, LINE)), ground)
    items, row = ranked(found.lines["item"].astype(np.int64))
    units = yield from units_of(items, ground)
    waiting = waiting_of(found, row, ground, now)
    policy = ground.policy
    space = Space(units, slots_of(window), policy.split_penalty, policy.move_cost)
    chosen = choose(ground.terms, window, with_own(space, found, row, window.first), waiting)
    return facts_of(ground.terms, waiting, chosen, found, (number, now))


def alone(now: int) -> Records:
    """A command of an instant: what asks for the window around it."""
    made: Records = np.zeros(1, COMMAND)
    made["at"] = now
    return made


def open_orders(now: int, ground: Ground) -> Generator[Read, Rows, Open]:
    """The orders of what waits for a wave that may go otherwise."""
    each = np.full(len(ground.centres), -(-SHIPMENTS_MOST // len(ground.centres)))
    queue = (yield Soonest(t.SHIPMENT_T, ground.centres, each, ground.calendar.midnight_us.shape[1])).rows
    orders = (yield ByKey(t.ORDER_T, np.unique(queue["key"] // MAX_ATTEMPT // MAX_NODE))).rows
    free = (orders["live"] != 0) & (orders["held"] == 0) & (orders["waiting"] == 0) & (orders["deliver_by"] > now)
    free &= (orders["resourced"] < ATTEMPTS_MOST) & (orders["open_lines"] <= LINES_MOST)
    orders = orders[free]
    counts = orders["lines"].astype(np.int64)
    keys = np.empty(int(counts.sum()), np.int64)
    name_lines(orders["key"].copy(), counts, keys)
    answer = yield ByKey(t.LINE_T, keys)
    there = answer.found & (answer.rows["live"] != 0) & (answer.rows["node"] >= 0)
    lines, owner = answer.rows[there], np.repeat(np.arange(len(orders)), counts)[there]
    sent = (orders["key"][owner] * MAX_NODE + lines["node"]) * MAX_ATTEMPT + lines["attempt"]
    names, which = np.unique(sent, return_inverse=True)
    shipments = (yield ByKey(t.SHIPMENT_T, names)).rows
    return without_begun(ground, Open(orders, lines, owner, shipments, *brought(owner, which, len(names))))


def brought(owner: I64, which: NDArray[np.int64], count: int) -> tuple[I64, I64]:
    """Of each shipment the place of its order [Q] and its lines, a bit each [Q]; `which` [M]: each line's shipment."""
    sender, brings = np.zeros(count, np.int64), np.zeros(count, np.int64)
    sender[which] = owner
    np.add.at(brings, which, np.int64(1) << (np.arange(len(owner)) - np.searchsorted(owner, owner)))
    return sender, brings


def without_begun(ground: Ground, found: Open) -> Open:
    """Without orders of which a shipment is worked on already, or that bring kits; the rest by instant and hash."""
    orders, shipments = found.orders, found.shipments
    count = len(orders)
    begun = np.bincount(found.sender, weights=shipments["stage"] != Stage.WAITING, minlength=count) > 0
    begun |= np.bincount(found.sender, minlength=count) != orders["open_shipments"]
    begun |= np.bincount(found.owner, weights=found.lines["kit"] != 0, minlength=count) > 0
    order = np.lexsort((orders["tie"], orders["placed_at"]))
    order = order[~begun[order]]
    place = np.full(count, -1, np.int64)
    place[order] = np.arange(len(order))
    owner, sender = place[found.owner], place[found.sender]
    by_line = np.argsort(owner, kind="stable")
    by_line = by_line[owner[by_line] >= 0]
    far = rank_of(ground, shipments)
    by_shipment = np.lexsort((far, shipments["key"] % MAX_ATTEMPT, sender))
    by_shipment = by_shipment[sender[by_shipment] >= 0]
    return Open(
        orders[order], found.lines[by_line], owner[by_line], shipments[by_shipment], sender[by_shipment],
        found.brings[by_shipment],
    )  # fmt: skip


def rank_of(ground: Ground, shipments: Records) -> I64:
    """How many centres are nearer to its place than the one that sends it: [Q]."""
    near = ground.terms.near[shipments["place"]]
    rank: I64 = np.argmax(near == shipments["node"][:, None], axis=1)
    return rank


def units_of(items: I64, ground: Ground) -> Generator[Read, Rows, I64]:
    """Units of items at each node that are not reserved: [U, N]."""
    nodes = len(ground.nodes.kind)
    keys = (items[:, None] * nodes + ground.centres[None, :]).ravel()
    rows = (yield ByKey(t.STOCK_T, keys, ("on_hand", "reserved"))).rows.reshape(len(items), len(ground.centres))
    units = np.zeros((len(items), nodes), np.int64)
    units[:, ground.centres] = np.maximum(rows["on_hand"] - rows["reserved"], 0)
    return units


def slots_of(window: Window) -> I64:
    """Packing slots that are not taken: [N, W]; where more was promised than can be packed, none."""
    free: I64 = np.maximum(window.limit - window.taken, 0)
    return free


def waiting_of(found: Open, row: I64, ground: Ground, now: int) -> Waiting:
    """The open orders as `decide.ahead_ways` wants them; `row` [M]: each line's item among those asked for."""
    orders, lines, shipments = found.orders, found.lines, found.shipments
    count = len(orders)
    parcel = np.zeros((len(shipments), 5), np.int64)
    parcel[:, P_NODE], parcel[:, P_DAY] = shipments["node"], shipments["day"]
    parcel[:, P_CARRIER], parcel[:, P_LINES] = shipments["carrier"], found.brings
    parcel[:, P_COST] = shipments["cost"] + ground.terms.node[parcel[:, P_NODE], NODE_SYSTEM]
    sent = np.bincount(found.sender, minlength=count)
    stays = np.zeros(count, np.int64)
    np.add.at(stays, found.sender, parcel[:, P_COST])
    stays += (sent - 1) * ground.policy.split_penalty
    return Waiting(
        now, orders["place"].astype(np.int64), orders["service"].astype(np.int64), orders["tie"].copy(),
        orders["deliver_by"].copy(), stays, starts(np.bincount(found.owner, minlength=count)),
        lines["item"].astype(np.int64), row.astype(np.int64), lines["quantity"].copy(), starts(sent), parcel,
    )  # fmt: skip


def starts(counts: I64) -> I64:
    """Where each of so many begins, and where the last ends: [n + 1]."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])


def with_own(space: Space, found: Open, row: I64, first_day: int) -> Space:
    """The space with what the orders themselves have reserved and taken; its days count from `first_day`."""
    units, slots = space.units.copy(), space.slots.copy()
    np.add.at(units, (row, found.lines["node"]), found.lines["quantity"])
    day = found.shipments["day"] - first_day
    inside = (day >= 0) & (day < slots.shape[1])
    np.add.at(slots, (found.shipments["node"][inside], day[inside]), 1)
    return space._replace(units=units, slots=slots)

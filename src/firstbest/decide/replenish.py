"""What to bring in: order-up-to levels over the planned season, nodes from storage daily, storage from suppliers.

A node fed by another is brought up to the demand expected over its lead time, a day, its cover, and a safety
stock of z times the spread of demand over that time, whenever its position (on hand, less reserved, plus
inbound) falls below that level less half its cover. What the feeder has is shared in proportion to need.
Storage orders from suppliers, in whole lots, up to the same level for all the nodes it feeds, over the
supplier's lead time, the journey, the review period and its own cover.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, PPM, SECOND_US
from firstbest.world.words import NodeKind

Records = NDArray[np.void]
DAY_S = 86_400
STOCKED_AHEAD_DAYS = 30
"""So long before a node opens, goods for it are sent on their way."""


class Orders(NamedTuple):
    """What is ordered: [n] each."""

    item: I64
    from_node: I64
    to_node: I64
    lane: I64
    quantity: I64
    ready_at: I64
    due_at: I64
    position: I64
    target: I64


def ahead(ground: Ground, today: int, days: I64 | int) -> I64:
    """Planned season summed over the next `days` days, parts per million, by number of days."""
    total = np.concatenate([[0], np.cumsum(ground.calendar.season_ppm)])
    last = len(total) - 1
    end = np.minimum(today + np.asarray(days), last)
    beyond = np.maximum(today + np.asarray(days) - last, 0)
    answer: I64 = total[end] - total[min(today, last)] + beyond * PPM
    return answer


def level(ground: Ground, forecast: Records, today: int, days: I64 | int) -> tuple[I64, I64]:
    """(expected demand over `days`, safety stock), units, for forecast rows."""
    span = np.asarray(days)
    expected = forecast["rate_x1000"] * (ahead(ground, today, span) // 1000) // 1_000_000
    weeks_x10000 = np.vectorize(isqrt, otypes=[np.int64])(np.maximum(span, 1) * 100_000_000 // 7)
    safety = forecast["spread_x1000"] * ground.policy.safety_z_x1000 // 1000 * weeks_x10000 // 10_000 // 1000
    return expected, safety


def feed(ground: Ground, stock: Records, forecast: Records, today: int, now: int) -> Orders:
    """Transfers to every fulfilment node from the node that feeds it."""
    nodes = len(ground.nodes.kind)
    table = stock.reshape(-1, nodes)
    expect = forecast.reshape(-1, nodes)
    free = table["on_hand"].copy()
    made = [
        feed_from(ground, (table, expect, free), int(feeder), today, now)
        for feeder in np.unique(ground.nodes.fed_by[ground.centres])
        if feeder >= 0
    ]
    return joined(made)


def feed_from(ground: Ground, tables: tuple[Records, Records, I64], feeder: int, today: int, now: int) -> Orders:
    """Transfers from one feeder to all it feeds, in proportion where it has too little."""
    table, expect, free = tables
    fed = [int(n) for n in ground.centres if ground.nodes.fed_by[n] == feeder and is_open(ground, int(n), now)]
    lanes = [lane_between(ground, feeder, node) for node in fed]
    pairs = [(node, lane) for node, lane in zip(fed, lanes, strict=True) if lane >= 0]
    if not pairs:
        return joined([])
    wants, positions, targets = zip(
        *(want_of(ground, table, expect, node, (lane, today)) for node, lane in pairs), strict=True
    )
    want = np.stack(wants)
    total = want.sum(axis=0)
    have = np.maximum(free[:, feeder], 0)
    scarce = total > have
    want[:, scarce] = want[:, scarce] * have[scarce] // np.maximum(total[scarce], 1)
    row, item = np.nonzero(want)
    node = np.array([p[0] for p in pairs], np.int64)[row]
    lane = np.array([p[1] for p in pairs], np.int64)[row]
    transit = ground.lanes.transit_s[lane] * SECOND_US
    return Orders(
        item.astype(np.int64), np.full(len(row), feeder), node, lane, want[row, item], np.full(len(row), now),
        now + transit + 2 * ground.policy.urgent_days * DAY_US,
        np.stack(positions)[row, item], np.stack(targets)[row, item],
    )  # fmt: skip


def want_of(ground: Ground, table: Records, expect: Records, node: int, how: tuple[int, int]) -> tuple[I64, I64, I64]:
    """(wanted, position, target) by item for a fed node; how: (lane, today)."""
    lane, today = how
    lead = -(-int(ground.lanes.transit_s[lane]) // DAY_S) + 1
    cover = ground.policy.cover_node_days
    rows = table[:, node]
    expected, safety = level(ground, expect[:, node], today, lead + cover)
    trigger, _ = level(ground, expect[:, node], today, lead + cover // 2)
    position = rows["on_hand"] - rows["reserved"] + rows["inbound"]
    target = expected + safety
    wanted = np.where(position < trigger + safety, target - position, 0)
    return np.maximum(wanted, 0), position, target


def buy(ground: Ground, stock: Records, forecast: Records, today: int, now: int) -> Orders:
    """Orders to suppliers for every storage node (and every fulfilment node that nothing feeds)."""
    kind = ground.nodes.kind
    buyers = [
        int(n)
        for n in range(len(kind))
        if kind[n] == NodeKind.STORAGE or (kind[n] == NodeKind.FULFILMENT and ground.nodes.fed_by[n] < 0)
    ]
    nodes = len(kind)
    tables = (stock.reshape(-1, nodes), forecast.reshape(-1, nodes))
    return joined([buy_for(ground, tables, node, today, now) for node in buyers if is_open(ground, node, now)])


def buy_for(ground: Ground, tables: tuple[Records, Records], node: int, today: int, now: int) -> Orders:
    """Orders of one buyer, for itself and all it feeds."""
    table, expect = tables
    fed = [int(n) for n in ground.centres if ground.nodes.fed_by[n] == node]
    position = np.zeros(len(table), np.int64)
    for each in [node, *fed]:
        position += table[:, each]["on_hand"] - table[:, each]["reserved"] + table[:, each]["inbound"]
    lane = lanes_from(ground, node)
    ready_s = ground.items.lead_s
    journey_s = path_seconds(ground, lane)
    inner = ground.policy.cover_node_days if fed else 0
    days = -(-(ready_s + journey_s) // DAY_S) + ground.policy.review_days + ground.policy.cover_storage_days + inner
    expected, safety = level(ground, expect[:, node], today, days)
    target = expected + safety
    lot = np.maximum(ground.items.lot_units, 1)
    quantity = np.maximum(target - position, 0) // lot * lot
    known = (expect[:, node]["weeks"] > 0) & (lane >= 0)
    item = np.flatnonzero((quantity > 0) & known)
    ready = now + ready_s[item] * SECOND_US
    due = ready + journey_s[item] * SECOND_US + 2 * ground.policy.urgent_days * DAY_US
    return Orders(
        item, ground.items.source[item].astype(np.int64), np.full(len(item), node), lane[item], quantity[item],
        ready, due, position[item], target[item],
    )  # fmt: skip


def is_open(ground: Ground, node: int, now: int) -> bool:
    """Does the node take goods: it is open, or opens soon."""
    since = ground.nodes.open_from_us[node] - STOCKED_AHEAD_DAYS * DAY_US
    return bool(since <= now < ground.nodes.open_until_us[node])


def lane_between(ground: Ground, origin: int, destination: int) -> int:
    """The lane from one node to another that costs least a vehicle, -1: none."""
    lanes = ground.lanes
    found = np.flatnonzero((lanes.origin == origin) & (lanes.destination == destination) & (lanes.carrier < 0))
    return int(found[np.argmin(lanes.cost_vehicle[found])]) if len(found) else -1


def ends_at(ground: Ground, lane: int, node: int) -> bool:
    """Does a lane's path lead to a node?"""
    while lane >= 0:
        if ground.lanes.destination[lane] == node:
            return True
        lane = int(ground.lanes.path_next[lane])
    return False


def lanes_from(ground: Ground, node: int) -> I64:
    """By item: the lane from its supplier whose path leads to the node, -1: none.

    Where several do, each item keeps to one: the hash of its text falls into the lanes' declared shares.
    """
    lanes, items = ground.lanes, ground.items
    chosen = np.full(len(items.source), -1, np.int64)
    for source in np.unique(items.source):
        paths = [int(n) for n in np.flatnonzero(lanes.origin == source) if ends_at(ground, int(n), node)]
        mine = np.flatnonzero(items.source == source)
        if not paths:
            continue
        share = np.cumsum(lanes.share_ppm[paths])
        draw = (items.tie[mine] % np.uint64(max(int(share[-1]), 1))).astype(np.int64)
        chosen[mine] = np.array(paths, np.int64)[np.searchsorted(share, draw, side="right")]
    return chosen


def path_seconds(ground: Ground, lane: I64) -> I64:
    """Believed seconds from a lane's origin to the end of its path: [n]."""
    total = np.zeros(len(lane), np.int64)
    current = lane.copy()
    for _ in range(8):
        on = current >= 0
        total[on] += ground.lanes.transit_s[current[on]]
        current[on] = ground.lanes.path_next[current[on]]
    return total


def joined(parts: list[Orders]) -> Orders:
    """Several lists of orders made one."""
    if not parts:
        nothing = np.zeros(0, np.int64)
        return Orders(*(nothing for _ in Orders._fields))
    return Orders(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))

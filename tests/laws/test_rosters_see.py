"""Rosters see what waits: what was asked for is counted as it is said, and slots that are taken bring people."""

from __future__ import annotations

from collections import Counter

import numpy as np

from firstbest.decide import staff
from firstbest.decide.ground import ground_of
from firstbest.kernels.index import local_days
from firstbest.operate.ports import All
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.units import DAY_US
from firstbest.world.words import NodeKind, Process, Reason
from tests.laws.history import run
from tests.laws.worlds import World, drawn_world, made

AGAIN = (int(Reason.RESOURCED), int(Reason.TOGETHER))


def test_what_is_asked_for_is_counted_once_on_the_day_it_is_said() -> None:
    """Counted again from the facts, row by row; orders sent again, or otherwise, are not asked for again."""
    kinds: Counter[str] = Counter()
    for number in range(8):
        history = run(made(drawn_world(number)), number)
        network = history.network
        width = network.calendar.midnight_us.shape[1]
        counted: Counter[int] = Counter()
        for row in history.rows(f.PLANNED):
            node, again = int(row["node"]), int(row["reason"]) in AGAIN
            kinds["again" if again else "first"] += 1
            zone, at = network.nodes.time_zone[[node]].astype(np.int64), np.array([row["at"]], np.int64)
            counted[node * width + int(local_days(network.calendar.midnight_us, zone, at)[0])] += not again
        kept = history.state.read(All(t.PROFILE_T)).rows
        assert {int(key): int(asked) for key, asked in zip(kept["key"], kept["asked"], strict=True) if asked} == {
            key: times for key, times in counted.items() if times
        }
    assert kinds["again"] >= 10
    assert kinds["first"] >= 500


def test_slots_that_are_taken_bring_people() -> None:
    """The plan of a week with a queue before it asks for more of everybody, and its limit lets more through."""
    network, _ = made(World(seed=3, heads=6, orders_day=40, days=60))
    ground = ground_of(network)
    width = network.calendar.midnight_us.shape[1]
    roster = np.zeros(len(ground.nodes.kind) * len(Process) * width * 2, t.ROSTER_T.dtype)
    profile, slots = (np.zeros(len(ground.nodes.kind) * width, table.dtype) for table in (t.PROFILE_T, t.SLOT_T))
    today = 2 - int(ground.calendar.weekday[0]) + 35
    now = int(ground.calendar.midnight_us[0, today])
    assert now > ground.calendar.start_us + 28 * DAY_US
    for node in np.flatnonzero(ground.nodes.kind == NodeKind.FULFILMENT).tolist():
        past = slice(node * width, node * width + today)
        for name in ("shipments", "asked", "lines"):
            profile[name][past] = 1_000
        slots["limit"][node * width : (node + 1) * width] = 1_100
    calm = staff.plan(ground, staff.Books(profile, slots, roster), now, today)
    slots["taken"][slots["limit"] > 0] = 1_100
    full = staff.plan(ground, staff.Books(profile, slots, roster), now, today)
    minutes = [int(each.needed_min.sum()) for each in (calm, full)]
    assert minutes[1] > minutes[0] > 0
    assert (full.heads + full.temps).sum() > (calm.heads + calm.temps).sum()
    assert full.limit.sum() > calm.limit.sum()

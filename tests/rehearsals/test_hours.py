"""From which hour on a pick-up could not be kept: counted from facts, and told."""

from __future__ import annotations

import numpy as np
import pytest

from firstbest.present import constraints
from firstbest.present.record import Record
from firstbest.present.screen import strained
from firstbest.rehearse.hours import Hours
from firstbest.world import facts as f
from firstbest.world.facts import Block
from firstbest.world.metrics import Metric
from firstbest.world.units import HOUR_US
from firstbest.world.words import Process
from tests.golden.fake_record import fake_record
from tests.laws.history import run
from tests.laws.worlds import World, made

DAY, UNTIL = 40, 18


@pytest.mark.parametrize("pieces", [1, 7])
def test_hours_are_a_recount_of_the_facts(pieces: int) -> None:
    history = run(made(World(slow=True, together=41)), 1)
    network = history.network
    hours = Hours(network)
    due, packed = np.zeros_like(hours.due), np.zeros_like(hours.packed)

    def when(row: np.void) -> tuple[int, int]:
        midnights = network.calendar.midnight_us[network.nodes.time_zone[row["node"]]]
        day = max(int(np.searchsorted(midnights, row["at"], side="right")) - 1, 0)
        return day, min(max(int(row["at"] - midnights[day]) // HOUR_US, 0), 23)

    for fact, sign in ((f.PLANNED, 1), (f.UNPLANNED, -1), (f.WITHDRAWN, -1)):
        for row in history.rows(fact):
            day, hour = when(row)
            due[row["day"], row["node"], hour + 1 if row["day"] == day else 0] += sign
    for row in history.rows(f.PACKED):
        packed[when(row)[0], row["node"], when(row)[1]] += 1
    for fact in (f.PLANNED, f.PACKED, f.UNPLANNED, f.WITHDRAWN, f.PICKED):
        hours.take([Block(fact, part) for part in np.array_split(history.rows(fact), pieces)])

    assert np.array_equal(hours.due, due)
    assert np.array_equal(hours.packed, packed)
    assert due.sum() > 50
    assert packed.sum() > 50


def crowded(orders: list[int], packed: list[int], known: int = 0) -> Record:
    """A record whose Allentown packs so many an hour on one day, of so many that come in each hour; no other day is."""
    record = fake_record()
    nodes = record.network.texts.nodes
    node = nodes.index("Allentown")
    days = record.cube.shape[0]
    due, done = np.zeros((days, len(nodes), 25), np.int64), np.zeros((days, len(nodes), 24), np.int64)
    due[DAY, node, 0] = known
    due[DAY, node, 1 : 1 + len(orders)] = orders
    done[DAY, node, : len(packed)] = packed
    cube = record.cube.copy()
    cube[..., [Metric.BACKLOG, Metric.PAID_PACK, Metric.NEEDED_PACK, Metric.NEEDED_PICK], :] = 0
    cube[DAY, node, 0, Metric.BACKLOG, 0] = known + sum(orders) - sum(packed)
    cube[DAY, node, 0, Metric.PAID_PACK] = (4_800, 0)
    cube[DAY, node, 0, Metric.NEEDED_PACK] = (9_000, 4_800)
    cube[DAY, node, 0, Metric.NEEDED_PICK] = (4_000, 4_800)
    calendar = record.network.calendar
    pick_up = np.full((1, len(nodes), calendar.midnight_us.shape[1]), -1)
    pick_up[:, node, DAY] = calendar.midnight_us[record.network.nodes.time_zone[node], DAY] + UNTIL * HOUR_US
    network = record.network._replace(calendar=calendar._replace(pick_up_us=pick_up))
    return record._replace(cube=cube, due_hours=due, packed_hours=done, network=network)


def test_the_hour_is_the_first_from_which_all_could_not_be_packed_in_time() -> None:
    orders, packed = [0] * 8 + [30] * 10, [0] * 8 + [20] * 10
    record = crowded(orders, packed)
    found = constraints.breaks(record)
    assert found is not None

    left = np.cumsum(orders) - np.cumsum(packed)
    slow = next(hour for hour in range(UNTIL) if all(left[h] > 20 * (UNTIL - 1 - h) for h in range(hour, UNTIL)))
    assert (found.hour, found.until, found.process) == (slow, UNTIL, Process.PACK)
    assert found.pick_up.left == 100
    # 4,800 minutes packed 200; for another 100 it takes 2,400, in shifts of eight and a half hours.
    assert found.heads == 5
    said = " ".join(strained(fake_record(), record, 80).plain.split())
    assert f"Allentown pack, from {slow}:00 on " in said
    assert "Breaks with" in said
    assert "Breaks without" not in said


def test_a_morning_that_begins_with_too_much_breaks_at_once_and_one_that_keeps_up_does_not() -> None:
    flood = constraints.breaks(crowded([0] * 18, [0] * 8 + [20] * 10, known=1_000))
    kept = crowded([0] * 8 + [10] * 10, [0] * 8 + [10] * 10)

    assert flood is not None
    assert flood.hour == 0
    assert constraints.breaks(kept) is None
    assert constraints.breaks(fake_record()) is None, "without counts by the hour nothing is told"

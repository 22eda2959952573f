"""Forks of a rehearsal: left alone, they go on exactly as it does; and nothing of theirs reaches it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbest.operate.ports import Change, Tick
from firstbest.rehearse.running import Running
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.warm import small_scenario
from firstbest.world.facts import Block
from firstbest.world.tables import TABLES

HOURS = st.lists(st.integers(1, 24 * 6), min_size=1, max_size=1)
HOUR_US = 3_600_000_000


class Kept:
    """A book that keeps the bytes of every tick."""

    def __init__(self) -> None:
        self.ticks: list[tuple[Tick, tuple[bytes, ...]]] = []

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Keep them."""
        self.ticks.append((tick, tuple(block.rows.tobytes() for block in blocks)))


def state_of(running: Running) -> dict[str, bytes]:
    """Every table, by key."""
    return {table.name: running.state.tables[table.name].all_rows().tobytes() for table in TABLES}


@settings(max_examples=2)
@given(HOURS)
def test_a_fork_goes_on_as_the_rehearsal_does(hours: list[int]) -> None:
    scenario: Scenario = small_scenario()
    start = scenario.network.calendar.start_us
    whole, first = Kept(), Kept()
    running = Running(scenario, 7, first)
    unbroken = Running(scenario, 7, whole)
    unbroken.finish()
    for hour in sorted(hours):
        running.lead(start + hour * HOUR_US)
        sealed = len(first.ticks)
        rest = Kept()
        fork = running.forked(rest)
        before = state_of(running)
        fork.finish()

        assert state_of(running) == before
        assert len(first.ticks) == sealed
        assert first.ticks + rest.ticks == whole.ticks
        assert state_of(fork) == state_of(unbroken)
        assert np.array_equal(fork.closings(), unbroken.closings())
        assert fork.watch.facts == unbroken.watch.facts
    running.finish()
    assert first.ticks == whole.ticks

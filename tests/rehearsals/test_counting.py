"""Counting beside the loop: the same sums whenever it is done, and nothing that fails there stays there."""

import numpy as np
import pytest

from firstbest.rehearse import counting
from firstbest.rehearse.counting import Counting
from firstbest.rehearse.running import Running
from firstbest.rehearse.warm import small_scenario
from firstbest.store.columns import Columns, sizes
from firstbest.world import facts as f
from firstbest.world.facts import Block

SEED = 1
COUNTED_INTO = ("cube", "spread", "flow", "after")


def counted(running: Running) -> list[bytes]:
    watch = running.watch
    tables = [running.state.tables[name].all_rows().tobytes() for name in COUNTED_INTO]
    return [*tables, watch.hours.due.tobytes(), watch.hours.packed.tobytes(), repr(watch.presence.checked()).encode()]


def test_sums_are_the_same_however_many_facts_are_gathered(monkeypatch: pytest.MonkeyPatch) -> None:
    scenario = small_scenario()
    at_the_end = Running(scenario, SEED)
    at_the_end.finish()
    monkeypatch.setattr(counting, "ROWS", 200)
    often = Running(scenario, SEED)

    often.finish()

    assert at_the_end.watch.facts > 10 * counting.ROWS
    assert counted(often) == counted(at_the_end)
    assert often.state.tables["cube"].all_rows()["numerator"].any()


def test_what_fails_beside_the_loop_is_raised() -> None:
    network = small_scenario().network
    kept = Running(small_scenario(), SEED).loop.ground
    gathered = Counting(Columns(sizes(network)))
    beyond = np.zeros(1, f.PLANNED.dtype)
    beyond["day"] = 10**6

    gathered.take([Block(f.PLANNED, beyond)], kept)

    with pytest.raises(AssertionError, match="table 'cube' has keys"):
        gathered.settle()

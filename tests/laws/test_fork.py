"""A fork of a state goes on as the unbroken history would: nothing is lost, nothing is done before, nothing comes too
soon or too late.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.rehearse import known
from firstbest.rehearse.fork import Origin, fork
from firstbest.rehearse.known import NEEDED, View
from firstbest.world import facts as f
from firstbest.world.facts import FACTS
from firstbest.world.units import DAY_US, HOUR_US, MAX_ATTEMPT, MAX_NODE
from firstbest.world.words import Stage
from tests.laws.conservation import broken
from tests.laws.history import History, Kept, Run, run
from tests.laws.worlds import World, histories, made, worlds
from tests.rehearsals.small import Size, small_network

PAIRS = 10
"""Histories, each broken off once and once not."""
Z = 4.0
"""Standard errors by which the mean of the pairs may be off: one run in fifteen thousand fails by chance."""


def origin_of(history: History) -> Origin:
    """Where a fork of a history begins."""
    told = {fact.name: history.rows(fact) for fact in NEEDED}
    return Origin(history.network, history.nature, history.state, history.book.ticks[-1], told)


def forked(history: History, hours: int, seed: int) -> History:
    """The facts of a history and those of its fork as one history."""
    origin, book = origin_of(history), Kept()
    found = fork(origin, origin.now_us + hours * HOUR_US, seed, book)
    before = min((int(part["at"].min()) for parts in book.blocks.values() for part in parts), default=origin.now_us)
    assert before >= origin.now_us, "nothing happens before the fork"
    for name, parts in history.book.blocks.items():
        book.blocks[name] = [*parts, *book.blocks[name]]
    return History(history.network, history.nature, found.state, book, history.outside)


def test_what_must_add_up_adds_up_over_a_fork() -> None:
    seen: Counter[str] = Counter()

    @histories(16)
    @given(world=worlds, instants=st.integers(30, 260), hours=st.sampled_from([5, 24, 24 * 9]))
    def holds(world: World, instants: int, hours: int) -> None:
        history = run(made(world), world.seed, Run(instants=instants))
        stages = history.state.tables["shipment"].all_rows()["stage"]
        seen.update({Stage(int(stage)).name: int((stages == stage).sum()) for stage in np.unique(stages)})
        seen["freight"] += len(history.state.tables["cargo"].all_rows())
        before = {name: part.rows.copy() for name, part in history.state.tables.items()}

        once, again = (forked(history, hours, world.seed + 1) for _ in range(2))

        assert not broken(once)
        assert once.bytes_by_type() == again.bytes_by_type(), "the same seed gives the same fork"
        for name, rows in before.items():
            assert history.state.tables[name].rows.tobytes() == rows.tobytes(), "a fork leaves its origin alone"

    holds()

    for needed in ("WAITING", "RELEASED", "PACKED", "DEPARTED", "freight"):
        assert seen[needed] > 0, seen


def test_in_the_end_everything_under_way_is_done() -> None:
    history = run(made(World(days=15, orders_day=60, stock_days=6)), 5, Run(instants=150))
    open_before = set(history.state.tables["order"].all_rows()["key"].tolist())

    tables = forked(history, 24 * 12, 6).state.tables
    left = open_before & set(tables["order"].all_rows()["key"].tolist())
    waits = tables["shipment"].all_rows()
    waits = waits[np.isin(waits["key"] // (MAX_NODE * MAX_ATTEMPT), list(left))]

    assert len(open_before) > 40
    # A parcel that was lost is told of long after it left; nothing else is still under way.
    assert (waits["stage"] == Stage.DEPARTED).all()
    assert len(left) <= 0.1 * len(open_before)


def at_ten(size: Size) -> tuple[Any, int, int]:
    """A network, how many instants it is to ten o'clock of the fourth day, and to a day later."""
    network, nature = small_network(size)
    instants = np.unique(network.calendar.timers_us)
    now = int(network.calendar.midnight_us[2, 3]) + 10 * HOUR_US
    first, last = (int(np.searchsorted(instants, at, side="right")) for at in (now, now + DAY_US))
    return (network, nature), first, last


@cache
def twin(seed: int) -> tuple[Origin, Kept]:
    """A history broken off at ten o'clock, and the facts of the unbroken one."""
    world, first, last = at_ten(Size(days=7, orders_day=120, heads=2))
    broken_off, unbroken = (run(world, seed, Run(instants=count)) for count in (first, last))
    return origin_of(broken_off), unbroken.book


def off_by() -> dict[str, tuple[float, float]]:
    """What the time after a fork brings more than that of the unbroken history: mean and standard error."""
    found: dict[str, list[float]] = {}
    for seed in range(1, PAIRS + 1):
        origin, unbroken = twin(seed)
        book, now = Kept(), origin.now_us
        fork(origin, now + DAY_US, seed + 10_000, book)
        for fact in (f.PICKED, f.PACKED, f.DELIVERED, f.COUNTED):
            for hours in (1, 24):
                at = [rows["at"] for rows in (book.rows(fact), unbroken.rows(fact))]
                counts = [int(((each >= now) & (each < now + hours * HOUR_US)).sum()) for each in at]
                found.setdefault(f"{fact.name} in {hours} h", []).append(counts[0] - counts[1])
    return {
        name: (float(np.mean(values)), float(np.std(values, ddof=1)) / math.sqrt(len(values)))
        for name, values in found.items()
    }


def test_a_fork_brings_what_the_unbroken_history_would() -> None:
    wrong = {name: found for name, found in off_by().items() if abs(found[0]) > Z * found[1] + 0.5}

    assert not wrong


def as_if_new(view: View) -> View:
    """A betrayal: journeys begin anew at the fork."""
    shipments = view.shipments.copy()
    away = shipments["stage"] == Stage.DEPARTED
    shipments["departed_at"][away] = view.not_before
    return view._replace(shipments=shipments)


def as_if_unknown(view: View) -> View:
    """A betrayal: it is forgotten that nothing under way was done before the fork."""
    return view._replace(not_before=0)


@pytest.mark.parametrize(("betrayal", "seen"), [(as_if_new, "delivered in 24 h"), (as_if_unknown, "delivered in 1 h")])
def test_drawing_again_from_scratch_is_caught(
    betrayal: Callable[[View], View], seen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = known.view_of
    monkeypatch.setattr("firstbest.rehearse.fork.view_of", lambda *given: betrayal(honest(*given)))

    mean, error = off_by()[seen]

    assert abs(mean) > Z * error + 0.5


def test_every_fact_of_a_fork_is_known() -> None:
    assert {fact.name for fact in NEEDED} <= {fact.name for fact in FACTS}

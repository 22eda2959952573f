"""Parity proves sameness, not rightness: what must add up, adds up on every history."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from firstbest.world.metrics import Metric
from tests.conftest import ROOT
from tests.laws.conservation import broken
from tests.laws.conservation_after import broken_after
from tests.laws.history import Run, run
from tests.laws.outcomes import FLOORS, outcomes, too_rare
from tests.laws.recount import RECOUNTED, cube_of, disagreements, every_cell
from tests.laws.worlds import World, histories, made, worlds

HISTORIES = 16


def test_everything_that_must_add_up_does() -> None:
    seen: Counter[str] = Counter()
    lived = 0

    @histories(HISTORIES)
    @given(world=worlds, instants=st.sampled_from([10**9, 10**9, 90, 200]))
    def holds(world: World, instants: int) -> None:
        nonlocal lived
        history = run(made(world), world.seed, Run(meddle=world.seed * world.meddle, instants=instants))
        wrong = broken(history) | broken_after(history)
        assert not wrong
        lived += 1
        seen.update(outcomes(history))

    holds()

    rare = too_rare(seen, lived, {name: share for name, share in FLOORS.items() if share > 0.1})
    assert not rare, f"of {lived} histories too few met {rare}"


def test_the_cubes_are_a_recount_of_the_facts() -> None:
    filled: Counter[int] = Counter()

    @histories(6)
    @given(world=worlds)
    def holds(world: World) -> None:
        history = run(made(world), world.seed, Run(meddle=world.seed * world.meddle))
        assert not disagreements(history)
        filled.update(cell[0] for cell in cube_of(history))

    holds()

    assert len(RECOUNTED) >= 40
    sparse = {
        Metric.ROLLED,
        Metric.UPGRADED,
        Metric.CANCELLED_STOCK,
        Metric.DISCREPANCY,
        Metric.OVERTIME,
        Metric.COST_HOLDING,
        Metric.TEMPS,
        Metric.INJURED,
        Metric.LENT,
    }
    empty = {metric.name for metric in RECOUNTED - sparse if not filled[metric] and not metric.name.startswith("LATE_")}
    assert not empty, "metrics that no history filled"


def test_each_denominator_that_is_told_of_is_filled() -> None:
    source = (ROOT / "src/firstbest/world/metrics.py").read_text(encoding="utf-8")
    told = re.findall(r"^    ([A-Z_]+) = \d+  # (.*)$", source.split("class After")[0], re.MULTILINE)
    wanted = {Metric[name] for name, comment in told if re.search(r"\bd [a-z]", comment)}
    assert len(told) >= 50
    assert len(wanted) >= 20

    filled = set[int]()
    for world in (World(returns=True), World(people=True, tight=True, pick_up_cm3=60_000)):
        for (metric, *_), pair in every_cell(run(made(world), world.seed)).items():
            filled |= {metric} if pair[1] else set()

    assert {metric.name for metric in wanted if metric not in filled} == set()

"""Changes in stages: by building and by share of orders, live, rehearsed, and the same after a restart."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from firstbest.decide.arms import arms_of
from firstbest.run.applying import Applied
from firstbest.run.changing import AHEAD_US, bring_in, broken, ended, nodes_of, prepared
from firstbest.run.house import House
from firstbest.run.open import worlds_of
from firstbest.run.replay import replay
from firstbest.run.requests import Line, Request, Why
from firstbest.run.trial import figures_of, trial_of
from firstbest.store.changes import load_changed, scenario_of
from firstbest.store.changes_stages import Step
from firstbest.store.faults import WorkspaceFaulty
from firstbest.world.units import DAY_US
from firstbest.world.words import Kind
from tests.doors.test_changes_live import CUT_OFF, NEW_NODE, Stand

SLOWER = """
title = "A day more"

[[operation]]
kind = "promise"
service = "standard"
pad_days = 3
low_days = 5
high_days = 8
"""
HALF = SLOWER + "\n[[stage]]\nday = 0\norders_percent = 50\n\n[[stage]]\nday = 2\neverywhere = true\n"
HERE = CUT_OFF + '\n[[stage]]\nday = 0\nnodes = ["allentown"]\n\n[[stage]]\nday = 1\neverywhere = true\n'
ORDERS = 60


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    stand = Stand(tmp_path)
    stand.house.pass_time()
    return stand


def placed(stand: Stand, first: int = 0) -> np.ndarray:
    """Many small orders; answers their facts."""
    asked = [Request(Kind.PLACE, 0, f"T{first + n}", lines=(Line(0, n % 3, 1, 1),)) for n in range(ORDERS)]
    answers = stand.house.admit(asked)
    assert all(each.why == Why.ADMITTED for each in answers)
    return np.concatenate([each.blocks["ordered"] for each in answers])


def test_a_share_of_orders_is_treated_and_the_rest_is_as_before(stand: Stand) -> None:
    before = placed(stand)
    stand.apply(HALF)
    stand.pass_to(1)
    after = placed(stand, ORDERS)
    arms = stand.house.world.network.arms
    treated = arms_of(arms, after["tie"].copy()) == 1

    assert arms.share_ppm == 500_000
    assert ORDERS // 5 < treated.sum() < ORDERS * 4 // 5
    there = after["shipments"] > 0
    assert after["deliver_by"][treated & there].min() > after["deliver_by"][~treated & there].min()
    assert after["deliver_by"][~treated & there].min() == before["deliver_by"][before["shipments"] > 0].min()

    trial = trial_of(stand.book, stand.house.phases, (stand.house.phases[1].at_us, None))
    assert (trial.control.orders, trial.treated.orders) == (int((~treated).sum()), int(treated.sum()))
    figures = {each.name: each for each in figures_of(trial)}
    promised = figures["promised_days"]
    assert promised.difference is not None
    assert promised.difference > 1


def test_stages_follow_each_other_and_a_restart_stands_on_the_same_networks(stand: Stand) -> None:
    stand.apply(HALF)
    stand.pass_to(1)
    placed(stand)
    phases = worlds_of(stand.book)
    again = House(phases, stand.book, stand.clock)
    assert again.world.policy == stand.house.world.policy
    assert len({phase.world.policy for phase in phases}) == 3

    stand.pass_to(48)
    assert stand.house.world.network.arms.share_ppm == 0
    assert stand.house.world.network.promises.high_days[0] == 8
    placed(stand, ORDERS)
    assert replay(stand.book, worlds_of(stand.book)).identical


def test_a_change_by_building_holds_there_alone(stand: Stand) -> None:
    before = stand.house.loop.ground.calendar.cut_off_us.copy()
    nodes = stand.house.world.network.texts.nodes
    stand.apply(HERE)
    stand.pass_to(1)
    after = stand.house.loop.ground.calendar.cut_off_us

    changed = {nodes[node] for node in np.flatnonzero((before != after).any(axis=1))}
    assert changed == {"allentown"}
    assert nodes_of(stand.house, (Step(0, ("allentown",)),)) == {nodes.index("allentown")}
    assert replay(stand.book, worlds_of(stand.book)).identical


def test_a_kill_criterion_looks_at_the_treated_orders(stand: Stand) -> None:
    stand.apply(HALF.replace("day = 2", "day = 9"), kill=("lines_filled < 0.9",))
    stand.pass_to(16)
    arms = stand.house.world.network.arms
    names = [f"X{n}" for n in range(20)]
    many = (Line(0, 0, 10**6, 1),)
    ties = np.array([int(row["tie"]) for row in stand.house.admit(
        [Request(Kind.PLACE, 0, name, lines=many) for name in names]
    ) for row in row.blocks["ordered"]], np.uint64)  # fmt: skip
    assert 0 < arms_of(arms, ties).sum() < len(ties)
    stand.clock.now_us += DAY_US
    stand.house.pass_time()

    assert [(each.criterion, each.value) for each in broken(stand.house)] == [("lines_filled < 0.9", 0.0)]
    stopped = broken(stand.house)[0].applied._replace(until_us=stand.clock() + AHEAD_US)
    bring_in(stand.house, prepared(stand.book, stopped))
    stand.pass_to(1)
    assert stand.house.world.policy == worlds_of(stand.book)[0].world.policy


def test_a_change_in_stages_is_taken_back_whole(stand: Stand) -> None:
    stand.apply(HALF)
    stand.pass_to(1)
    bring_in(stand.house, prepared(stand.book, ended(stand.book, "later.toml", stand.clock() + AHEAD_US)))
    stand.pass_to(72)
    assert stand.house.world.policy == worlds_of(stand.book)[0].world.policy


def test_the_rehearsal_adopts_the_networks_that_the_house_would(tmp_path: Path) -> None:
    stand = Stand(tmp_path)
    change = tmp_path / "later.toml"
    change.write_text(HALF, encoding="utf-8")
    network, _, adoptions = scenario_of(load_changed(tmp_path, change), days=3)

    assert [each.arms.share_ppm for _, each in adoptions] == [500_000, 0]
    assert adoptions[0][0] == network.calendar.start_us
    stand.house.pass_time()
    stand.apply(HALF)
    stand.pass_to(1)
    live = stand.house.world.network.arms
    assert all(np.array_equal(one, other) for one, other in zip(live[:7], adoptions[0][1].arms[:7], strict=True))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CUT_OFF + "\n[[stage]]\nday = 0\nnodes = ['nowhere']\n", "one of"),
        (SLOWER + "\n[[stage]]\nday = 0\nnodes = ['allentown']\n", "promises"),
        (SLOWER + "\n[[stage]]\nday = 0\norders_percent = 120\n", "above 0 and below 100"),
        (SLOWER + "\n[[stage]]\nday = 3\norders_percent = 5\n[[stage]]\nday = 3\neverywhere = true\n", "a day after"),
        (SLOWER + "\n[[stage]]\nday = 0\n", "one of nodes, regions, orders_percent, everywhere"),
        (NEW_NODE + "\n[[stage]]\nday = 0\norders_percent = 5\n", "can be staged"),
        (NEW_NODE, "expected an operation on names that are there"),
    ],
)
def test_what_cannot_be_staged_is_refused_in_words(stand: Stand, text: str, words: str) -> None:
    with pytest.raises(WorkspaceFaulty) as faulty:
        stand.apply(text)
    told = "; ".join(str(fault) for fault in faulty.value.faults)
    assert words in told, told


def test_one_change_is_in_stages_at_a_time(stand: Stand) -> None:
    stand.apply(HALF)
    other = Applied("other.toml", HERE, stand.house.now_us() + AHEAD_US, 0, "decision 2", "ann")
    with pytest.raises(WorkspaceFaulty) as faulty:
        prepared(stand.book, other)
    assert "one change in stages at a time" in str(faulty.value.faults[0])

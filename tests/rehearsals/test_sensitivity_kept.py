"""What is kept of a sensitivity: nothing is rehearsed twice, and nothing is taken for what it is not."""

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from firstbest.rehearse.sensitivity import Budget, Point
from firstbest.rehearse.sensitivity_kept import DAYS, kept, planned
from firstbest.store.sensitivity_inputs import Input

pytest.importorskip("SALib")

TWO = (Input("a", ()), Input("b", ()))


class Toy(Point):
    """A point whose figures are sums of shares; says how often it was rehearsed."""

    def figures_at(self, shares: Sequence[float], seed: int = 0) -> dict[str, float]:
        """Two figures, none where the first share is 1."""
        with (self.folder.parent / "rehearsed").open("a", encoding="utf-8") as file:
            file.write("x")
        return {} if shares[0] == 1 else {"cost": 10 + sum(shares) + seed, "share": 0.5}


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    folder = tmp_path / "workspace"
    (folder / "rehearsal").mkdir(parents=True)
    (folder / "nodes.csv").write_text("node\n1\n", "utf-8")
    return Toy(folder, TWO, "cost", 0.05, 7)


def rehearsed(toy: Toy) -> int:
    path = toy.folder.parent / "rehearsed"
    return len(path.read_text("utf-8")) if path.exists() else 0


def test_a_point_is_rehearsed_once_for_all_figures(toy: Toy) -> None:
    output = toy.folder / "sensitivity"
    first = kept(toy, output)

    assert [first([0.5, 0.25]), first([0.5, 0.25]), first([0.5, 0.25], 2)] == [10.75, 10.75, 12.75]
    assert math.isnan(first([1.0, 0.0]))
    assert math.isnan(first([1.0, 0.0]))
    assert kept(replace(toy, figure="share"), output)([0.5, 0.25]) == 0.5
    assert rehearsed(toy) == 3


@pytest.mark.parametrize("what", ["file", "scale", "days", "inputs"])
def test_an_answer_is_not_taken_for_that_of_another_question(toy: Toy, what: str) -> None:
    output = toy.folder / "sensitivity"
    kept(toy, output)([0.5, 0.5])
    if what == "file":
        (toy.folder / "nodes.csv").write_text("node\n2\n", "utf-8")
    other = {
        "file": toy, "scale": replace(toy, scale=0.1), "days": replace(toy, days=14),
        "inputs": replace(toy, inputs=TWO[::-1]),
    }[what]  # fmt: skip

    kept(other, output)([0.5, 0.5])

    assert rehearsed(toy) == 2


def test_a_rehearsal_beside_it_changes_nothing(toy: Toy) -> None:
    output = toy.folder / "sensitivity"
    kept(toy, output)([0.5, 0.5])
    (toy.folder / "rehearsal" / "run.json").write_text("{}", "utf-8")

    kept(toy, output)([0.5, 0.5])

    assert rehearsed(toy) == 1


def test_days_fit_the_minutes_and_stay_as_they_were_chosen(toy: Toy) -> None:
    """A toy takes no time: the most days fit, and the next call goes on with them, whatever minutes it has."""
    output, budget = toy.folder / "sensitivity", Budget(2, 4, 16, 2)

    plan = planned(toy, output, budget, (4.0, 1), None)
    again = planned(toy, output, budget, (1e-9, 1), None)
    asked = planned(toy, output, budget, (4.0, 1), 7)

    assert plan.days == again.days == DAYS[-1]
    assert again.seconds == plan.seconds
    # The middle with two seeds and where three walks begin, of a week each.
    assert (plan.known, asked.days, asked.known) == (0, 7, 5)


def test_no_time_takes_the_fewest_days(toy: Toy) -> None:
    plan = planned(toy, toy.folder / "sensitivity", Budget(2, 4, 16, 2), (1e-9, 1), None)

    assert (plan.days, plan.known) == (DAYS[0], 5)

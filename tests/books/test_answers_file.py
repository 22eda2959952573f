"""How customers answer, as a part of demand.toml: what is compiled, what is a fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from firstbest.rehearse.answers_told import responding
from firstbest.rehearse.demand_answers import ON
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.workspace import check, load
from tests.books.small_workspace import FILES, ORDERS, write

LEVELS = """
price_level = { owner = 30, guest = 60 }
days_level = { east = 2, mid = 3.5, west = 4 }
items_level = { owner = 2, guest = 1 }
"""
COEFFICIENTS = """
[[answer]]
cause = "price"
value = -2.62
unit = "percent of orders for a percent of price"
mark = "ASSUMED"
source = "a paper"

[[answer]]
cause = "speed"
value = 1.5
unit = "percent of orders for a day sooner"
mark = "FITTED"
source = "our days"
"""


def demand(respond: str, answers: str = COEFFICIENTS) -> str:
    return f"{FILES['demand.toml']}\n[respond]\n{respond}\n{answers}"


def test_it_is_compiled_by_seller_and_region(tmp_path: Path) -> None:
    _, nature = compile_network(load(write(tmp_path, demand_toml=demand('on = "yes"' + LEVELS))))
    found = nature.demand.answers

    assert found is not None
    assert (found.on, found.memory_days, found.most_x1000) == (ON, 7, 2_000)
    assert (found.price_x1000, found.day_ppm, found.items_x1000) == (-2_620, 15_000, 0)
    assert found.price_level.tolist() == [30_000_000, 60_000_000]
    assert found.promise_level_s.tolist() == [2 * 86_400, 302_400, 4 * 86_400]
    assert found.items_level_x1000.tolist() == [2_000, 1_000]
    assert found.regions == ("east", "mid", "west")
    assert found.told[1] == ("speed", "1.5", "percent of orders for a day sooner", "FITTED", "our days")


def test_where_nothing_is_stated_nobody_can_be_made_to_answer(tmp_path: Path) -> None:
    _, nature = compile_network(load(write(tmp_path)))

    assert nature.demand.answers is None
    with pytest.raises(WorkspaceFaulty, match=r"an \[\[answer\]\] for price, speed or selection"):
        responding(nature)


def test_levels_are_asked_for_before_customers_answer(tmp_path: Path) -> None:
    _, nature = compile_network(load(write(tmp_path, demand_toml=demand('on = "no"'))))

    with pytest.raises(WorkspaceFaulty, match="levels of price") as caught:
        responding(nature)
    assert len(caught.value.faults) == 2
    (tmp_path / "demand.toml").write_text(demand('on = "no"' + LEVELS))
    _, nature = compile_network(load(tmp_path))
    asked = responding(nature).demand.answers
    assert nature.demand.answers is not None
    assert asked is not None
    assert (nature.demand.answers.on, asked.on) == (0, ON)
    np.testing.assert_array_equal(asked.price_level, nature.demand.answers.price_level)


def test_a_log_is_not_answered(tmp_path: Path) -> None:
    text = demand('on = "no"' + LEVELS)
    _, nature = compile_network(load(write(tmp_path, demand_toml=text, orders_csv=ORDERS)))

    with pytest.raises(WorkspaceFaulty, match="a log of orders, which is replayed as it is"):
        responding(nature)


YES = f'on = "yes"{LEVELS}'
FAULTS = [
    (YES, "for a day sooner", "for a day", "answer.unit: expected 'percent of orders for a day sooner'"),
    (YES.replace("mid", "moon"), "", "", "respond.days_level: expected a region of places.csv, or 'elsewhere'"),
    (YES.replace(", guest = 60", ""), "", "", "respond.price_level: expected a level above 0 for each"),
    (YES, COEFFICIENTS, "", "respond.on: expected an [[answer]] for price, speed or selection"),
    (YES.replace("owner = 2", "nobody = 2"), "", "", "respond.items_level: expected a seller"),
]


@pytest.mark.parametrize(("respond", "old", "new", "said"), FAULTS)
def test_what_is_wrong_is_told(tmp_path: Path, respond: str, old: str, new: str, said: str) -> None:
    text = demand(respond, COEFFICIENTS.replace(old, new) if old else COEFFICIENTS)
    found = [str(each) for each in check(write(tmp_path, demand_toml=text))]

    assert any(said in each for each in found), found

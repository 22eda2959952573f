"""Opening bulk storage: demand, free weeks, prices, and what the next block is worth."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from firstbest.rehearse.primitive import Use
from firstbest.rehearse.primitive_open import block_value, earning, filling, free_weeks, volumes, wanted
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.init import BUILTIN
from firstbest.store.primitives import Storage, read_demand, read_primitives
from firstbest.world.words import Process

FIGURES = Storage(0.85, 6.0, 2.0, 1.0, 55.0, 500.0, 30.0, 10, 0.1, (0.6, 1.3), (0.85, 1.4))
DEMAND = ((0.2, 4_000.0), (0.4, 1_000.0), (0.8, 0.0))
HOURS = np.full((4, 3, len(Process)), 2_000.0)
USE = Use(np.array([2]), 1_000.0, np.tile([[300.0, 100.0]], (28, 1)), 20_000, 36_500.0, 0.12, HOURS * 0.4, HOURS)


def test_demand_is_straight_between_its_points_and_ends_at_the_dearest() -> None:
    found = [wanted(DEMAND, price) for price in (0.0, 0.2, 0.3, 0.4, 0.6, 0.9)]

    assert found == pytest.approx([4_000, 4_000, 2_500, 1_000, 500, 0])


def test_free_space_is_that_of_the_fullest_day_of_each_week() -> None:
    daily = USE.daily.copy()
    daily[9] = [800.0, 100.0]

    assert free_weeks(USE._replace(daily=daily), FIGURES).tolist() == [450.0, 0.0, 450.0, 450.0]


def test_the_price_that_fills_lets_in_no_more_than_fits() -> None:
    weeks = np.array([900.0, 450.0, 700.0])
    fill = filling(DEMAND, weeks)

    assert wanted(DEMAND, fill.price) <= 450 < wanted(DEMAND, fill.price - 0.01)
    assert fill.volume <= 450


def test_no_price_leaves_more_than_the_one_that_is_told() -> None:
    weeks = np.array([900.0, 450.0, 700.0])
    best = earning(DEMAND, weeks, 0.05)

    def left(price: float) -> float:
        return float(np.minimum(wanted(DEMAND, price), weeks).sum()) * 7 * (price - 0.05) / 21 * 365

    assert best.left_year == pytest.approx(left(best.price))
    assert all(left(price) <= best.left_year + 1e-6 for price in np.linspace(0.2, 0.8, 200))


def test_a_block_is_worth_more_where_more_is_wanted() -> None:
    poor, _, _ = block_value(((0.2, 100.0), (0.4, 10.0)), 450.0, 0.05, FIGURES)
    rich, chance, years = block_value(((0.5, 9_000.0), (0.9, 4_000.0)), 450.0, 0.05, FIGURES)

    assert poor.mean < 0 < rich.mean
    assert rich.low < rich.mean < rich.high
    assert chance == 1.0
    assert years < 1
    # Nobody comes: the block costs what it costs, discounted at ten in a hundred over ten years.
    nobody, _, _ = block_value(((0.2, 0.0),), 450.0, 0.05, FIGURES._replace(cost=(1.0, 1.0000001)))
    assert nobody.mean == pytest.approx(-500 * 55 - 500 * 30 * sum(1.1**-year for year in range(1, 11)), rel=1e-4)


def test_the_cost_of_a_unit_falls_until_a_block_is_needed() -> None:
    grown = volumes(USE, FIGURES, 0.01)
    today = [each.unit for each in grown if not each.blocks]

    assert today == sorted(today, reverse=True)
    assert [each.blocks for each in grown if each.volume > 850] == [1, 1, 2]


# ---------------------------------------------------------------------------------------------------------- the file
def test_the_builtin_file_reads_and_every_key_has_a_default(tmp_path: Path) -> None:
    given = read_primitives(Path(str(BUILTIN)), ZoneInfo("UTC"))
    without = read_primitives(tmp_path, ZoneInfo("UTC"))

    assert given.storage == without.storage
    assert len(given.references) == 2
    assert given.demand[0] == (0.3, 40_000)
    assert without.demand == ()


def test_faults_are_told_together(tmp_path: Path) -> None:
    (tmp_path / "primitives.toml").write_text('[storage]\nuse_percent = 120\nturns = 3\n[[reference]]\nname = "x"\n')
    with pytest.raises(WorkspaceFaulty) as raised:
        read_primitives(tmp_path, ZoneInfo("UTC"))
    told = "\n".join(map(str, raised.value.faults))

    assert "primitives.toml, line 2" in told
    assert "'turns' (nearest: 'turns_year')" in told
    assert "price" in told


@pytest.mark.parametrize("asked", ["0.4", "a:b", "0.4:-1", "0.4:100 0.6:200", "0.4:100 0.4:90", "nothing.csv"])
def test_demand_that_makes_no_sense_is_refused(asked: str) -> None:
    with pytest.raises(WorkspaceFaulty):
        read_demand(asked)


def test_demand_reads_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "demand.csv"
    path.write_text("price,m3\n0.6,100\n0.4,900\n", encoding="utf-8")

    assert read_demand(str(path)) == read_demand("0.6:100, 0.4:900") == ((0.4, 900.0), (0.6, 100.0))

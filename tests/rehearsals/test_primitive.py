"""Opening bulk storage: demand, free weeks, prices, and what the next block is worth."""

from __future__ import annotations

import math
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from firstbest.present.comparison import Estimate
from firstbest.present.primitive import OpenTold, Point, Rehearsed, Team, Volume, Week, open_screen
from firstbest.rehearse.invoicing import House, NothingToBill, house_of, metered, periods
from firstbest.rehearse.primitive import Use, handling, use_of
from firstbest.rehearse.primitive_open import (
    block_value,
    change_text,
    earning,
    filling,
    free_weeks,
    handled,
    teams,
    volumes,
    wanted,
)
from firstbest.rent.meters import METER_CODES
from firstbest.rent.usage import Attribute, Measure
from firstbest.store.changes import load_changed, scenario_of
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.init import BUILTIN
from firstbest.store.primitives import Storage, read_demand, read_primitives
from firstbest.world.units import DAY_US
from firstbest.world.words import Process
from tests.rehearsals.facts_in_folder import SCALE, with_facts

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


# --------------------------------------------------------------------------------------------------------- the house
@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """The built-in network, with a month and a little more of it rehearsed."""
    folder = with_facts(tmp_path_factory.mktemp("opening") / "demo", 36)
    return house_of(folder)


def test_what_stood_is_what_the_bills_meter(house: House) -> None:
    """Read from a tenth of the facts, by the day and the tenant; the meters read all of them."""
    use = use_of(house, FIGURES)
    begins, expected = periods(house)[0].begins, np.zeros_like(use.daily)
    for _, usage, _ in metered(house, periods(house)[-1]):
        mine = (usage.meter == METER_CODES["storage_cm3_days"]) & np.isin(usage.codes[:, Attribute.NODE], use.nodes)
        day = (usage.at[mine] - begins) // DAY_US
        np.add.at(expected, (day, usage.tenant[mine]), usage.measures[mine, Measure.QUANTITY] / 1e6)

    assert expected.sum() > 0
    assert np.array_equal(use.daily, expected)
    assert use.busy[:, use.nodes].sum() > 0
    assert (use.paid >= 0).all()


def test_less_than_a_month_is_refused_in_words(house: House) -> None:
    short = house._replace(reached=house.network.calendar.start_us + 30 * DAY_US)
    with pytest.raises(NothingToBill, match="expected a whole month of facts, from its first day to its last"):
        use_of(short, FIGURES)


def test_the_teams_are_told_with_their_fullest_week_of_the_whole_rehearsal(house: House) -> None:
    use = use_of(house, FIGURES)
    nobody = handled(house, use, FIGURES, 0.0)
    theirs = handled(house, use, FIGURES, 80_000.0 * SCALE)
    today, then = teams(house, use, nobody), teams(house, use, theirs)
    node = int(use.nodes[0])
    # At full scale 80,000 m3 that turn 6 times a year are 1,315 a day, 2 minutes each, 83 of 100 paid ones at work.
    minutes = 80_000 * 6 / 365 * 7 * 2 / 0.83

    assert theirs[node, Process.RECEIVE] == pytest.approx(minutes, rel=1e-6)
    assert [team.name for team in then] == ["Riverside receive", "Riverside load"]
    assert all(before.then == before.today <= after.then for before, after in zip(today, then, strict=True))
    assert then[0].then == pytest.approx(
        float(((use.busy + minutes) / np.maximum(use.paid, 1))[: use.days // 7, node, Process.RECEIVE].max())
    )
    assert then[0].beyond == use.days // 7 > 0
    assert today[0].beyond == 0


def test_a_cubic_metre_costs_the_same_hands_at_any_scale(house: House) -> None:
    whole, _ = compile_network(house.workspace, 1.0, 1)
    nodes = use_of(house, FIGURES).nodes

    assert handling(house, nodes, FIGURES) == pytest.approx(
        handling(house._replace(network=whole, scale=1.0), nodes, FIGURES), rel=1e-3
    )


def test_the_change_takes_their_time_and_reads_as_a_change(house: House) -> None:
    use = use_of(house, FIGURES)
    theirs = handled(house, use, FIGURES, 1_000.0 * SCALE)
    path = house.folder / "changes" / "open_storage.toml"
    path.write_text(change_text(house, theirs, 1_000.0 * SCALE), encoding="utf-8")
    changed = load_changed(house.folder, path)
    before, _ = compile_network(house.workspace, SCALE, 1)
    after, _, _ = scenario_of(changed, SCALE, 1)
    node, share = int(use.nodes[0]), theirs[int(use.nodes[0]), Process.RECEIVE]
    there = int(before.labour.heads[node, Process.RECEIVE]) * int(before.labour.contract_minutes_week[node])

    assert after.labour.productive_ppm[node, Process.RECEIVE] == pytest.approx(
        before.labour.productive_ppm[node, Process.RECEIVE] * (1 - share / there), rel=1e-4
    )
    assert (after.labour.productive_ppm != before.labour.productive_ppm).sum() == 2


@pytest.mark.parametrize("width", [80, 120])
def test_the_screen_fits_and_says_what_was_not_rehearsed(width: int) -> None:
    team = Team("Riverside receive", 7, 4.2, 1.0, 1.68, 20_300, 37)
    told = OpenTold(
        [Week(20_000, 40_000.0)], 41_000.0, Point(0.3, 36_000.0, 3.9e6), Point(0.3, 37_000.0, 3.9e6), 0.03, [team],
        Rehearsed((), 3, 91, 0.1, 20_000), 5_000.0, Estimate(-9e5, -1.5e6, -1e5), 0.03, math.inf, 10,
        [Volume(10_000.0, 0, 0.4)], "USD", "changes/open_storage.toml", "",
    )  # fmt: skip
    lines = open_screen(told, width).plain.split("\n")

    assert max(map(len, lines)) <= width
    assert any("3 pairs of 91 days at 0.1 of full scale" in line for line in lines)
    assert any("more work than paid hours in 37 weeks" in line for line in lines)
    assert any("--days 307 reaches it" in line for line in lines)

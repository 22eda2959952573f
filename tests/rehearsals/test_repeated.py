"""A workspace rehearsed with many seeds: means, intervals, spreads, and when it stops."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.cli.rehearse_options import PAIRS, Rehearse
from firstbest.present.comparison import Estimate
from firstbest.present.repeated import Figure, Repeated, screen
from firstbest.rehearse.folder import Options
from firstbest.rehearse.repeated import figures_of, rehearse_repeated
from firstbest.store.init import write_small


def test_mean_interval_and_spread_by_hand() -> None:
    # 1, 2, 6: mean 3, variance (4 + 1 + 9) / 2 = 7; Student's 97.5 % with two degrees of freedom is 4.302653.
    found = figures_of(
        [{"average_zone": value, "only_once": 1.0 / number} for number, value in enumerate((1, 2, 6), 1)]
    )
    zone = next(each for each in found if each.key == "average_zone")

    assert zone.mean.mean == pytest.approx(3)
    assert zone.spread == pytest.approx(math.sqrt(7))
    assert zone.mean.high - 3 == pytest.approx(4.302653 * math.sqrt(7 / 3), rel=1e-5)
    assert (zone.least, zone.most) == (1, 6)


def test_a_figure_that_one_run_lacks_is_left_out() -> None:
    found = figures_of([{"average_zone": 4.0, "fill_rate": 0.9}, {"average_zone": 5.0, "fill_rate": math.nan}])

    assert [each.key for each in found] == ["average_zone"]


@pytest.mark.parametrize("width", [80, 120])
def test_the_screen_fits(width: int) -> None:
    figure = Figure("cost_to_serve_per_order", Estimate(24.5, 24.1, 24.9), 0.4, 23.9, 25.2)
    lost = Figure("lost_sales", Estimate(123_456.0, -1_000_000.0, 2_000_000.0), 5e5, 0.0, 3e6)
    lines = screen(Repeated("Shop", "USD", 5, 365, (figure, lost), "5 rehearsals were needed."), width).splitlines()

    assert lines[0] == "Shop: 5 rehearsals of 365 days, a seed each"
    assert next(line for line in lines if line.startswith("cost to serve")).split()[-5:] == [
        "$24.10", "to", "$24.90", "$23.90", "$25.20",
    ]  # fmt: skip
    assert max(map(len, lines)) <= width
    assert lines[-1] == "5 rehearsals were needed."


def test_two_days_twice_end_to_end(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    write_small(folder)
    told = rehearse_repeated(folder, Options(days=2), (2, 1, None))

    placed = next(each for each in told.figures if each.key == "orders_placed")
    assert (told.replications, told.days) == (2, 2)
    assert placed.least < placed.most
    assert placed.mean.mean == pytest.approx((placed.least + placed.most) / 2)
    with (folder / "rehearsal/replications.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["figure"]: row for row in csv.DictReader(file)}
    assert {float(rows["orders_placed"][f"seed_{seed}"]) for seed in (1, 2)} == {placed.least, placed.most}


def test_a_coarse_precision_stops_at_the_first_look(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    write_small(folder)
    told = rehearse_repeated(folder, Options(days=2, scale=0.1), (1, 1, 1_000.0))

    assert told.replications == 10
    assert told.said.startswith("10 rehearsals were needed to know the cost to serve an order to ")


def test_without_a_number_one_rehearsal_and_ten_pairs() -> None:
    assert Rehearse(Path()).replications is None
    assert Rehearse(Path()).pairs == PAIRS
    assert (
        "Rehearsals, a seed each (1)" in CliRunner().invoke(app, ["rehearse", "--help"], env={"COLUMNS": "200"}).stdout
    )

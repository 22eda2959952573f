"""Figures are ratios of sums, every one of them is documented, and the docs name no other."""

import math
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.present.catalog import CATALOG, WANTED
from firstbest.present.constraints import tightest, week_starts
from firstbest.present.figures import figures
from firstbest.present.geography import network_figures
from firstbest.present.sums import percentile
from firstbest.world.metrics import BINS, Metric
from firstbest.world.words import Process
from tests.golden.fake_record import fake_record, network, us_places

DOCS = Path(__file__).resolve().parents[2] / "docs" / "reading-the-report.md"


def test_every_figure_is_documented_and_no_other() -> None:
    record = fake_record()
    keys = set(figures(record)) | set(network_figures(record.network))
    documented = dict(re.findall(r"^\| `(\w+)` \| (.+)$", DOCS.read_text("utf-8"), re.MULTILINE))
    assert set(documented) == keys == set(CATALOG)
    assert set(WANTED) < keys
    for key, row in documented.items():
        known = CATALOG[key]
        assert row == f"{known.label} | {known.unit} | {known.meaning} |"


def test_every_bound_that_ships_names_a_figure() -> None:
    rules = tomllib.loads((files("firstbest.store") / "builtin" / "sanity.toml").read_text("utf-8"))["bound"]
    assert {rule["metric"] for rule in rules} <= set(CATALOG)


def test_the_best_places_are_the_published_ones(data_dir: Path) -> None:
    """806 and 265 miles within 7 % (dcvelocity.com 27180 on Chicago Consulting)."""
    found = network_figures(network(us_places(str(data_dir / "places" / "us_zip3_2010.csv")), range(12)))
    assert found["population_distance_best_1_mi"] == pytest.approx(806, rel=0.07)
    assert found["population_distance_best_5_mi"] == pytest.approx(265, rel=0.07)


def test_figures_by_hand() -> None:
    record = fake_record()
    cube = np.zeros((7, *record.cube.shape[1:]), np.int64)
    cells = (
        (Metric.ORDERS_PLACED, 120, 200), (Metric.SHIPMENTS, 110, 190), (Metric.CARTONS, 115, 10),
        (Metric.SALES, 5_000_000_000, 250), (Metric.COST_PARCEL, 900_000_000, 115),
        (Metric.COST_PICK, 100_000_000, 600),
        (Metric.PAID_PICK, 600, 28_800), (Metric.DELIVERED_ON_TIME, 92, 100), (Metric.LATE_LAST_MILE, 8, 0),
    )  # fmt: skip
    for metric, numerator, denominator in cells:
        cube[2, 9, 0, metric] = (numerator, denominator)
    found = figures(record._replace(cube=cube, days=7))
    assert found["orders_shipped"] == 100
    assert found["cost_to_serve_per_order"] == pytest.approx(10.0)
    assert found["parcel_cost_per_parcel"] == pytest.approx(900 / 115)
    assert found["cost_to_serve_of_sales"] == pytest.approx(0.2)
    assert found["delivered_on_time"] == 0.92
    assert found["late_orders"] == found["late_last_mile"] == 8
    assert found["lines_per_paid_hour_pick"] == 19
    assert found["utilisation_pick"] == pytest.approx(0.8)
    assert found["peak_day_factor"] == pytest.approx(7)
    assert found["split_rate"] == pytest.approx(1.1)
    assert math.isnan(found["average_zone"])


def test_parts_add_up() -> None:
    found = figures(fake_record())
    stages = sum(value for key, value in found.items() if re.fullmatch(r"cost_(?!to_serve)\w+_per_order", key))
    assert stages == pytest.approx(found["cost_to_serve_per_order"])
    causes = [value for key, value in found.items() if key.startswith("late_") and key != "late_orders"]
    assert len(causes) == 8
    assert sum(causes) == found["late_orders"]


@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.floats(0.01, 1.0))
def test_percentile_is_where_the_sorted_values_have_it(counts: list[int], part: float) -> None:
    table = np.zeros(BINS, np.int64)
    table[: len(counts)] = counts
    found = percentile(table, part)
    if not sum(counts):
        assert math.isnan(found)
        return
    values = np.repeat(np.arange(len(counts)), counts)
    rank = min(len(values) - 1, math.ceil(part * len(values) - 1e-9) - 1)
    assert values[rank] - 1e-6 <= found <= values[rank] + 1 + 1e-6


def test_the_tightest_week_is_found_where_it_was_put() -> None:
    record = fake_record()
    cube = record.cube.copy()
    monday = week_starts(record)[20]
    cube[monday : monday + 7, 8, 0, Metric.NEEDED_PACK, 0] *= 4
    found = tightest(record._replace(cube=cube))
    assert found is not None
    assert (found.node, found.process, found.first) == (8, Process.PACK, monday)

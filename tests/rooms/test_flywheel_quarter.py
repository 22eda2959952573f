"""The measured curve in a model, and the first quarter beside the twin's."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from firstbest.flywheel.quarter import beside, curve_at, forecast
from firstbest.present.comparison import Estimate
from firstbest.present.flywheel_curve import COLUMNS, curve_picture, curve_screen, quarter_screen, quarter_table
from firstbest.present.labels import STAGES
from firstbest.rehearse.unit_cost import VOLUMES, at_volume, later
from firstbest.rehearse.whatif import Quarter, Step, decade, stepped
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.flywheel_book import LEVELS
from firstbest.store.flywheel_curve import FILE, Curve, Measured, read_curve, with_curve, write_curve
from firstbest.store.flywheel_file import read_model
from firstbest.store.init import BUILTIN
from tests.golden.fake_record import fake_record
from tests.rehearsals.small import small_network

MODEL = read_model(Path(str(BUILTIN)) / "flywheel.toml")


def figures(volume: float, seed: int = 0) -> dict[str, float]:
    """Costs that fall with volume, a little different by seed."""
    return {
        "volume": volume * 0.8, "handling_cost": 8.0 + 0.1 * seed, "carrying_cost": 12.0 * (volume * 0.8) ** -0.1,
        "building_cost": 2.0 / volume, "days_to_door": 3.0, "hours": 0.1, "carbon_g": 900.0, "orders": 58_000.0 + seed,
    }  # fmt: skip


CURVE = Curve(
    "ab12", 28, 0.1,
    tuple(Measured(str(volume), seed, figures(volume, seed)) for volume in VOLUMES for seed in (1, 2)),
    tuple(Measured("quarter", seed, figures(1.0, seed)) for seed in (3, 4, 5)),
)  # fmt: skip


def test_a_curve_is_kept_and_read_again(tmp_path: Path) -> None:
    write_curve(tmp_path, CURVE)

    assert read_curve(tmp_path) == CURVE
    (tmp_path / FILE).write_text("[]")
    with pytest.raises(WorkspaceFaulty):
        read_curve(tmp_path)


def test_the_parts_of_the_flywheels_cost_are_the_reports_cost_to_serve() -> None:
    parts = [name for level in ("handling_cost", "carrying_cost", "building_cost") for name in LEVELS[level][0]]
    stages = [metric.name.lower() for stage in STAGES for metric in stage.metrics]

    assert len(parts) == len(set(parts))
    assert sorted(parts) == sorted(stages)


def test_days_in_which_nothing_is_under_way_yet_are_not_counted() -> None:
    record = fake_record()
    rest = later(record, 5)

    assert rest.days == record.days - 5
    # Local day 0 is the day before the start; days behind the last are those in which the last orders reach the door.
    assert np.array_equal(rest.cube, record.cube[6 : record.days + 1])
    assert rest.cube.sum() != record.cube.sum()


def test_a_curve_fills_the_lookups_and_the_levels() -> None:
    made = with_curve(MODEL, CURVE)
    constants = {each.name: each for each in made.constants}

    assert curve_at(made, "carrying_by_volume", 1.0) == pytest.approx(1.0)
    assert curve_at(made, "carrying_by_volume", 0.8) == pytest.approx(0.8**-0.1, rel=0.01)
    assert curve_at(made, "handling_by_volume", 0.8) == pytest.approx(1.0)
    assert curve_at(made, "no such curve", 0.5) == 1.0
    assert constants["handling_at_start"].value == pytest.approx(8.15)
    assert constants["handling_at_start"].mark == "FITTED"
    assert constants["price_elasticity"].mark == "ASSUMED"


def test_a_quarter_of_few_orders_costs_more_an_order() -> None:
    made = with_curve(MODEL, CURVE)
    usual, thin = forecast(made, 1.0, 1, 50), forecast(made, 0.8, 1, 50)

    assert np.median(usual["orders"]) == pytest.approx(8_000 * 91, rel=0.02)
    assert np.allclose(thin["orders"], usual["orders"] * 0.8)
    assert np.allclose(thin["carrying_cost"], usual["carrying_cost"] * curve_at(made, "carrying_by_volume", 0.8))
    assert np.allclose(thin["building_cost"], usual["building_cost"] / 0.8)
    parts = thin["handling_cost"] + thin["carrying_cost"] + thin["building_cost"]
    assert np.allclose(thin["unit_cost"], parts)


def test_inside_is_inside_the_interval_of_one_more_quarter() -> None:
    told = {"orders": np.full(9, 58_004.0), "handling_cost": np.full(9, 9.0)}
    rows = {row.name: row for row in beside(told, [each.figures for each in CURVE.quarter], 4.303)}
    half = 4.303 * 1.0 * (1 + 1 / 3) ** 0.5

    assert (rows["orders"].low, rows["orders"].high) == pytest.approx((58_004 - half, 58_004 + half))
    assert rows["orders"].inside
    assert not rows["handling_cost"].inside
    assert "outside" in quarter_screen(list(rows.values())).plain
    assert "inside" in quarter_table(list(rows.values()))
    lines = tuple(zip(CURVE.of(COLUMNS[0])[0], *(CURVE.of(name)[1] for name in COLUMNS), strict=True))
    assert len(curve_screen(lines, "told").plain.splitlines()) == len(VOLUMES) + 4
    assert curve_picture(lines).count("<polyline") == 3


def test_a_world_of_another_volume_has_people_to_match() -> None:
    network, nature = small_network()
    half, double = at_volume(network, nature, 0.5), at_volume(network, nature, 2.0)

    assert (double.nature.demand.orders_day == nature.demand.orders_day * 2).all()
    assert (double.nature.opening.quantity == nature.opening.quantity * 2).all()
    assert (double.network.labour.heads == network.labour.heads * 2).all()
    assert (half.network.labour.heads[network.labour.heads > 0] >= 1).all()
    assert (half.network.labour.heads[network.labour.heads == 0] == 0).all()
    assert (half.network.nodes.fixed_cost_day == network.nodes.fixed_cost_day).all()


def test_a_step_of_nothing_does_nothing_and_a_lower_price_brings_orders() -> None:
    found = Quarter(dict.fromkeys(("orders", "money", "hours", "carbon_kg"), 1_000.0), {}, 0.3)
    found = found._replace(change={name: Estimate(0.0, 0.0, 0.0) for name in found.without})
    nothing, cheaper = (decade(MODEL, step, found, 1, 120.0) for step in (Step(0.0, 0, 0.0), Step(-0.05, 0, 0.0)))
    sooner = decade(MODEL, Step(0.0, -1, 0.0), found, 1, 120.0)

    assert nothing == dict.fromkeys(found.without, (0.0, 0.0, 0.0))
    assert cheaper is not None
    assert sooner is not None
    assert cheaper["orders"][0] > 0
    assert sooner["orders"][0] > 0
    assert cheaper["hours"][1] == pytest.approx(cheaper["orders"][1])
    bare = MODEL._replace(constants=tuple(each for each in MODEL.constants if each.name != "price_change"))
    assert decade(bare, Step(-0.05, 0, 0.0), found, 1, 120.0) is None
    network, _ = small_network()
    made = stepped(network, Step(0.1, -9, 0.0))
    assert (made.promises.low_days >= 1).all()
    assert (made.promises.high_days >= made.promises.low_days).all()
    assert np.allclose(made.items.price, network.items.price * 1.1)

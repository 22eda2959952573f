"""Change files: the built-in ones say what they mean to, faults are located, phases keep their codes."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firstbest.rehearse.compare_runs import Runs
from firstbest.store.changes import Changed, load_changed, scenario_of
from firstbest.store.compile_network import compile_network
from firstbest.store.init import BUILTIN
from firstbest.store.workspace import load
from firstbest.world.network import Network
from firstbest.world.units import NEVER_US

FOLDER = Path(str(BUILTIN))
NAMES = (
    "close_la_station",
    "couriers_on_sundays",
    "cut_off_17",
    "cyber_monday_3_5",
    "fourth_fc",
    "kits_on_order",
    "reslot_weekly",
    "savannah_storage",
)
SCALE, DAYS = 0.1, 365


@pytest.fixture(scope="module")
def before() -> Network:
    return compile_network(load(FOLDER), SCALE, DAYS)[0]


def changed(name: str) -> Changed:
    return load_changed(FOLDER, FOLDER / "changes" / f"{name}.toml")


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "changes" / "ours.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text('title = "ours"\n' + text)
    return path


def differing(one: Any, other: Any) -> set[str]:
    """Names of the arrays in which two tuples of arrays differ."""
    return {name for name, left, right in zip(one._fields, one, other, strict=True) if not alike(left, right)}


def alike(left: Any, right: Any) -> bool:
    """Whether two arrays, or two tuples of arrays, are the same."""
    if hasattr(left, "_fields"):
        return not differing(left, right)
    return bool(np.array_equal(np.asarray(left), np.asarray(right)))


@pytest.mark.parametrize("name", NAMES)
def test_every_builtin_change_loads_and_compiles(name: str) -> None:
    made = changed(name)
    assert made.title
    assert len(made.workspaces) == 1
    network, nature, adoptions = scenario_of(made, SCALE, DAYS)
    assert adoptions == ()
    assert len(nature.demand.orders_day) == network.calendar.midnight_us.shape[1]


def test_all_builtin_changes_are_known() -> None:
    assert sorted(each.stem for each in (FOLDER / "changes").glob("*.toml")) == sorted(NAMES)


def test_a_later_cut_off_moves_cut_offs_alone(before: Network) -> None:
    network = scenario_of(changed("cut_off_17"), SCALE, DAYS)[0]
    assert differing(before.calendar, network.calendar) == {"cut_off_us"}
    for part in ("nodes", "lanes", "labour", "carriers", "arcs", "fleet", "promises", "items"):
        assert differing(getattr(before, part), getattr(network, part)) == set()
    there = before.calendar.cut_off_us > 0
    assert (network.calendar.cut_off_us - before.calendar.cut_off_us)[there].tolist() == [10_800_000_000] * there.sum()


def test_demand_multiplies_the_days_orders_and_nothing_else(before: Network) -> None:
    network, nature, _ = scenario_of(changed("cyber_monday_3_5"), 1.0, DAYS)
    base, plain = compile_network(load(FOLDER), 1.0, DAYS)
    assert differing(plain.demand, nature.demand) == {"orders_day"}
    days = np.flatnonzero(nature.demand.orders_day != plain.demand.orders_day)
    monday = (datetime(2026, 11, 30, tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).days
    assert (days + base.calendar.first_day).tolist() == [monday]
    assert nature.demand.orders_day[days[0]] == pytest.approx(28_000, rel=0.01)
    for part in base._fields:
        if part != "texts":
            assert part == "policy" or differing(getattr(base, part), getattr(network, part)) == set()


def test_a_fourth_centre_has_its_place_people_stock_and_cost(before: Network) -> None:
    made = changed("fourth_fc")
    network, nature, _ = scenario_of(made, 1.0, DAYS)
    assert made.one_off_cost == 1_100_000
    names = network.texts.nodes
    assert names[:-1] == before.texts.nodes
    node = names.index("mcdonough")
    assert network.nodes.rank[node] == 0
    assert network.nodes.open_from_us[node] == 0
    assert network.nodes.fixed_cost_day[node] == pytest.approx(1_080_000e6 / 365, rel=1e-6)
    assert network.nodes.fed_by[node] == names.index("riverside")
    assert network.labour.heads[node].tolist() == [4, 8, 14, 3, 11]
    allentown = names.index("allentown")
    full = compile_network(load(FOLDER), 1.0, DAYS)
    assert (full[0].labour.heads - network.labour.heads[:-1])[allentown].tolist() == [0, 7, 12, 2, 8]
    moved = nature.opening.quantity[nature.opening.node == node].sum()
    assert 0.8 < moved / (8_000 * 2.1 * 15 * 0.28) < 1.25
    assert nature.opening.quantity.sum() == full[1].opening.quantity.sum()
    assert nature.opening.wrong.sum() == full[1].opening.wrong.sum()
    assert (network.arcs.zone[0, node] >= 2).all()


def test_a_closed_station_gives_its_places_back_to_the_carriers(before: Network) -> None:
    network = scenario_of(changed("close_la_station"), SCALE, DAYS)[0]
    vans, vernon = network.texts.carriers.index("vans_los_angeles"), network.texts.nodes.index("vernon")
    assert (before.arcs.zone[vans] >= 0).any()
    assert not (network.arcs.zone[vans] >= 0).any()
    assert (network.arcs.station != vernon).all()
    assert network.nodes.open_until_us[vernon] < network.calendar.start_us
    assert network.texts == before.texts


def test_a_second_storage_feeds_allentown_with_its_share_of_stock(before: Network) -> None:
    network, nature, _ = scenario_of(changed("savannah_storage"), SCALE, DAYS)
    names = network.texts.nodes
    node = names.index("savannah_storage")
    assert network.nodes.fed_by[names.index("allentown")] == node
    assert len(network.texts.lanes) == len(before.texts.lanes) + 7
    held = {name: nature.opening.quantity[nature.opening.node == names.index(name)].sum() for name in names}
    assert held["savannah_storage"] / (held["savannah_storage"] + held["riverside"]) == pytest.approx(0.58, abs=0.02)


# ---------------------------------------------------------------------------------------------------------- phases
LATER_POLICY = """
[[operation]]
kind = "policy"
from = 2026-02-01
until = 2026-03-01T00:00:00
key = "sourcing.split_penalty"
value = 9.0

[[operation]]
kind = "promise"
from = 2026-02-15
service = "standard"
high_days = 4
"""


def test_operations_that_begin_later_are_adopted_at_their_instant(tmp_path: Path, before: Network) -> None:
    made = load_changed(FOLDER, written(tmp_path, LATER_POLICY))
    network, _, adoptions = scenario_of(made, SCALE, 90)
    instants = [datetime.fromtimestamp(at / 1e6, UTC).strftime("%m-%d %H") for at, _ in adoptions]
    assert instants == ["01-01 05", "02-01 05", "02-15 05", "03-01 05"], "midnights in New York"
    assert [each.policy.split_penalty for _, each in adoptions] == [1_500_000, 9_000_000, 9_000_000, 1_500_000]
    assert [int(each.promises.high_days[0]) for _, each in adoptions] == [5, 5, 4, 4]
    assert adoptions[0][0] == network.calendar.start_us
    assert all(each.texts == before.texts for _, each in adoptions)


def test_adoptions_beyond_a_shorter_rehearsal_are_left_out(tmp_path: Path) -> None:
    made = load_changed(FOLDER, written(tmp_path, LATER_POLICY))
    assert len(scenario_of(made, SCALE, 40)[2]) == 2


OPEN_LATER = """
[[operation]]
kind = "open_node"
from = 2026-06-01
until = 2026-12-01
node = "reno"
one_off_cost = 5000
[operation.columns]
kind = "fulfilment"
latitude = 39.5
longitude = -119.8
time_zone = "America/Los_Angeles"
building_cost_year = 365000
fed_by = "riverside"
[[operation.labour]]
process = "receive"
heads = 4
units_hour = 22
wage_hour = 25
[[operation.labour]]
process = "load"
heads = 2
units_hour = 250
wage_hour = 25
[[operation.labour]]
process = "pick"
heads = 5
units_hour = 100
wage_hour = 25
[[operation.labour]]
process = "pack"
heads = 6
units_hour = 30
wage_hour = 25

[[operation]]
kind = "add_lane"
from = 2026-06-01
lane = "riverside_reno"
[operation.columns]
origin = "riverside"
destination = "reno"
mode = "truck"
capacity_m3 = 90
capacity_kg = 20000
transit_days = 1
departures = "Mon-Sat 18:00"
"""


def test_a_node_that_opens_later_is_shut_and_empty_before(tmp_path: Path) -> None:
    made = load_changed(FOLDER, written(tmp_path, OPEN_LATER))
    network, _, adoptions = scenario_of(made, 1.0, DAYS)
    reno, lane = network.texts.nodes.index("reno"), network.texts.lanes.index("riverside_reno")
    days = [datetime.fromtimestamp(at / 1e6, UTC).strftime("%m-%d") for at, _ in adoptions]
    assert days == ["01-01", "05-02", "06-01", "12-01"]
    assert [each.labour.heads[reno, 2].item() for _, each in adoptions] == [0, 6, 6, 6]
    assert [each.lanes.destination[lane].item() for _, each in adoptions] == [-1, reno, reno, reno]
    opened = datetime.fromtimestamp(network.nodes.open_from_us[reno] / 1e6, UTC)
    assert opened == datetime(2026, 6, 1, 7, tzinfo=UTC), "midnight in Reno"
    assert network.nodes.open_until_us[reno] < NEVER_US
    assert all(each.texts == network.texts for _, each in adoptions)
    assert any("from 30 days before" in note for note in made.notes)


def test_a_centre_closed_from_the_start_hands_its_stock_over(tmp_path: Path) -> None:
    made = load_changed(FOLDER, written(tmp_path, '[[operation]]\nkind = "close_node"\nnode = "dallas"\n'))
    network, nature, _ = scenario_of(made, 1.0, 30)
    plain = compile_network(load(FOLDER), 1.0, 30)[1]
    dallas, riverside = (network.texts.nodes.index(each) for each in ("dallas", "riverside"))
    assert nature.opening.quantity[nature.opening.node == dallas].sum() == 0
    assert nature.opening.quantity.sum() == plain.opening.quantity.sum()
    held = [each.opening.quantity[each.opening.node == riverside].sum() for each in (plain, nature)]
    assert held[1] - held[0] == plain.opening.quantity[plain.opening.node == dallas].sum()
    assert network.nodes.open_until_us[dallas] < network.calendar.start_us


EACH_KIND = """
[[operation]]
kind = "resize_node"
node = "ontario"
percent = 150
[[operation.labour]]
process = "pick"
heads = 9

[[operation]]
kind = "retime_lane"
lane = "riverside_dallas"
departures = "daily 12:00"
transit_days = 3

[[operation]]
kind = "price"
carrier = "ground"
zone = 5
percent = -10

[[operation]]
kind = "price"
item = "H0001"
value = 41.5

[[operation]]
kind = "fleet"
node = "vernon"
add_vans = -4

[[operation]]
kind = "roster"
node = "dallas"
process = "pack"
add_heads = 2
add_temps = 3

[[operation]]
kind = "set"
file = "carrier_rates/ground"
key = 5
column = "zone_2"
value = 8.0

[[operation]]
kind = "set"
file = "nature"
key = "carrier.ground"
column = "late_1_percent"
value = 6

[[operation]]
kind = "shock"
name = "snow at Allentown"
on = "no"
"""


def test_every_other_kind_writes_what_it_says(tmp_path: Path) -> None:
    network, nature, _ = scenario_of(load_changed(FOLDER, written(tmp_path, EACH_KIND)), 1.0, 30)
    base, plain = compile_network(load(FOLDER), 1.0, 30)
    nodes, ground = base.texts.nodes, base.texts.carriers.index("ground")
    ontario, dallas, vernon = (nodes.index(each) for each in ("ontario", "dallas", "vernon"))
    assert network.nodes.storage_cm3[ontario] == base.nodes.storage_cm3[ontario] * 3 // 2
    assert network.labour.stations[ontario, 2] == 15
    assert network.labour.heads[ontario, 1] == 9
    lane = base.texts.lanes.index("riverside_dallas")
    assert network.lanes.transit_s[lane] == 3 * 86_400
    assert network.carriers.rate[ground, 5, 10] == pytest.approx(base.carriers.rate[ground, 5, 10] * 0.9, abs=1)
    assert network.carriers.rate[ground, 2, 5] == 8_000_000
    assert network.items.price[0] == 41_500_000
    assert network.fleet.vans[vernon] == base.fleet.vans[vernon] - 4
    assert network.labour.heads[dallas, 2] == base.labour.heads[dallas, 2] + 2
    assert network.labour.temps_max[dallas, 2] == base.labour.temps_max[dallas, 2] + 3
    assert nature.roads.late_ppm[ground, 0].tolist() == [930_000, 60_000, 10_000, 0]
    assert len(plain.roads.snow_node) == 1
    assert len(nature.roads.snow_node) == 0


HARMLESS = """
[[operation]]
kind = "policy"
from = 2026-01-02T00:01:00
until = 2026-01-02T00:05:00
key = "sourcing.split_penalty"
value = 9.0
"""


def test_a_phase_that_changes_nothing_rehearses_the_same(tmp_path: Path) -> None:
    """A change that ends what it began, in the last minute of a quiet day, leaves figures as they were."""
    runs = Runs(FOLDER, written(tmp_path, HARMLESS), scale=0.01, days=3)
    assert len(runs.scenario("with").adoptions) == 3
    without, with_ = (runs(which, 5) for which in ("without", "with"))
    assert without["orders_shipped"] > 50
    assert {key for key in without if not same(without[key], with_[key])} == set()


def same(left: float, right: float) -> bool:
    return left == right or (math.isnan(left) and math.isnan(right))

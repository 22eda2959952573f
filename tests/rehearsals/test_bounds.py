"""Bounds and suggestions: what is judged, what is not, and arithmetic that can be checked by hand."""

from __future__ import annotations

import math
import shutil
from pathlib import Path

import numpy as np
import pytest

from firstbest.present.record import Record, Suggestion
from firstbest.rehearse import suggest, suggest_files
from firstbest.rehearse.bounds import figures_of_network, judge, kind_of, rules, spans_the_us
from firstbest.rehearse.suggest_network import place_prices, zone_prices
from firstbest.rehearse.suggest_stations import weeks_bound
from firstbest.rehearse.suggest_words import Candidate, amount
from firstbest.store.changes import load_changed
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.init import BUILTIN
from firstbest.store.workspace import load
from firstbest.world.metrics import Metric
from firstbest.world.network import Network
from firstbest.world.units import MONEY
from firstbest.world.words import Process
from tests.golden.fake_record import fake_record

FOLDER = Path(str(BUILTIN))


@pytest.fixture(scope="module")
def network() -> Network:
    return compile_network(load(FOLDER), 1.0, 30)[0]


@pytest.fixture(scope="module")
def record(network: Network) -> Record:
    """A year that is made up, on the nodes of the built-in network by their order there."""
    fake = fake_record()
    names = [each.lower().replace(" ", "_") for each in fake.network.texts.nodes]
    known = {"los_angeles_port": "port_la", "savannah_port": "port_savannah", "ho_chi_minh_city": "ho_chi_minh"}
    at = [network.texts.nodes.index(known.get(each, each)) for each in names]
    cube = np.zeros((fake.cube.shape[0], len(network.texts.nodes), *fake.cube.shape[2:]), np.int64)
    cube[:, at] = fake.cube
    flow = np.zeros((len(network.places.weight), len(network.texts.nodes), 3), np.int64)
    sent = fake.flow[:, :, 0].sum(axis=0)
    share = network.places.weight / network.places.weight.sum()
    flow[:, at, 0] = (share[:, None] * sent).astype(np.int64)
    return fake._replace(network=network, cube=cube, flow=flow)


def of_key(record: Record, key: str, folder: Path | None = None) -> list[tuple[float, bool, bool]]:
    return [(each.value, each.applies, each.inside) for each in judge(record, folder) if each.key == key]


def test_the_best_places_are_as_far_as_published(network: Network) -> None:
    # dcvelocity.com 27180 on Chicago Consulting: 806 miles from the best one place, 265 from the best five; 7 %.
    found = figures_of_network(network)
    assert found["population_distance_best_1_mi"] == pytest.approx(806, rel=0.07)
    assert found["population_distance_best_5_mi"] == pytest.approx(265, rel=0.07)


def test_the_best_one_place_is_exact(network: Network) -> None:
    places = network.places
    up, across = np.radians(places.latitude_e4 / 1e4), np.radians(places.longitude_e4 / 1e4)
    means = []
    for p in range(len(up)):
        cosine = np.sin(up) * np.sin(up[p]) + np.cos(up) * np.cos(up[p]) * np.cos(across - across[p])
        means.append(np.average(3958.76 * np.arccos(np.clip(cosine, -1, 1)), weights=places.weight))
    assert figures_of_network(network)["population_distance_best_1_mi"] == pytest.approx(min(means), rel=1e-6)


def test_figures_of_the_network_are_measured_or_nan(network: Network) -> None:
    found = figures_of_network(network)
    assert found["ground_two_day_share"] == pytest.approx(0.73, abs=0.01)
    assert found["carbon_air_to_ocean"] == pytest.approx(78.9)
    pounds = network._replace(texts=network.texts._replace(currency="GBP"))
    assert not spans_the_us(pounds)
    assert math.isnan(figures_of_network(pounds)["population_distance_best_5_mi"])


def test_the_number_of_centres_chooses_the_bound(network: Network, record: Record) -> None:
    assert kind_of(network, 1.0).business == "parcel"
    assert kind_of(network, 1.0).centres == 3
    assert sum(applies for _, applies, _ in of_key(record, "average_zone")) == 1
    closed = network.nodes.open_until_us.copy()
    closed[network.texts.nodes.index("dallas")] = network.calendar.start_us - 1
    fewer = network._replace(nodes=network.nodes._replace(open_until_us=closed))
    assert kind_of(fewer, 1.0).centres == 2


def test_pallets_make_it_wholesale(network: Network) -> None:
    mode = network.carriers.mode.copy()
    mode[0] = 8
    assert kind_of(network._replace(carriers=network.carriers._replace(mode=mode)), 1.0).business == "wholesale"


def test_density_is_judged_at_full_scale_only(record: Record) -> None:
    assert [applies for _, applies, _ in of_key(record, "stops_per_route")] == [True]
    assert [applies for _, applies, _ in of_key(record._replace(scale=0.1), "stops_per_route")] == [False]


def test_the_peak_is_judged_on_a_whole_year_only(record: Record) -> None:
    assert of_key(record, "peak_day_factor")[0][1]
    assert not of_key(record._replace(days=100), "peak_day_factor")[0][1]


def test_a_workspaces_own_bounds_take_the_place_of_ours(tmp_path: Path, record: Record) -> None:
    assert len(rules(tmp_path)) == len(rules()) >= 40
    (tmp_path / "sanity.toml").write_text('[[bound]]\nmetric = "turns"\nlow = 900\nhigh = 901\nreason = "ours"\n')
    found = judge(record, tmp_path)
    assert [(each.key, each.inside, each.reason) for each in found] == [("turns", False, "ours")]


def test_faults_of_own_bounds_are_shown_together(tmp_path: Path) -> None:
    (tmp_path / "sanity.toml").write_text(
        '[[bound]]\nmetric = "turns"\nlow = 9\nhigh = 2\n'
        '[[bound]]\nmetrik = "turns"\nlow = "1"\napplies = ["parcels"]\n'
    )
    with pytest.raises(WorkspaceFaulty) as raised:
        rules(tmp_path)
    assert [(each.row, each.column) for each in raised.value.faults] == [
        (4, "bound.high"), (6, "bound.metrik"), (5, "bound.metric"), (7, "bound.low"), (8, "bound.applies"),
    ]  # fmt: skip
    assert "(nearest: 'metric')" in raised.value.faults[1].found


# -------------------------------------------------------------------------------------------------------- suggestions
def test_suggestions_are_three_at_most_and_say_that_they_are_not_rehearsed(record: Record) -> None:
    found = suggest.suggestions(record)
    assert 1 <= len(found) <= 3
    assert all(each.how.endswith("not rehearsed") for each in found)
    assert all(each.text and each.saving for each in found)


def test_prices_are_those_of_the_list(record: Record, network: Network) -> None:
    cube = np.zeros_like(record.cube)
    cube[0, 8, 0, Metric.WEIGHT, 0], cube[0, 8, 0, Metric.CARTONS, 0] = 113_398_000, 100_000
    even = record._replace(cube=cube)
    ground = network.texts.carriers.index("ground")
    weights = zone_prices(even)[ground]
    # 113,398 kg over 100,000 cartons are 2.5 lb a carton: half-way between two steps of the list.
    listed = network.carriers.rate[ground, 5, 2:4] / MONEY
    assert weights[5] == pytest.approx(listed.mean())
    prices = place_prices(even)
    zone = network.arcs.zone[ground]
    assert prices[8, 0] == pytest.approx(weights[zone[8, 0]])
    assert np.isinf(prices[0]).all(), "no carrier leaves a supplier"


def test_cost_of_a_roster_week_by_week(network: Network) -> None:
    allentown = network.texts.nodes.index("allentown")
    crew = suggest.crew_of(network.labour, allentown, int(Process.PACK), 1.0)
    # 40 hours at 28 a head; overtime up to 3 hours on six days at half as much again; temps that have learned at 1.3.
    assert suggest.weekly_cost(crew, 1, np.array([0.0])) == pytest.approx(40 * 28)
    assert suggest.weekly_cost(crew, 1, np.array([2_400.0 + 600])) == pytest.approx(40 * 28 + 10 * 28 * 1.5)
    beyond = 40 * 28 + 18 * 28 * 1.5 + 2 * 28 * 1.3
    assert suggest.weekly_cost(crew, 1, np.array([2_400.0 + 1_080 + 120])) == pytest.approx(beyond)


def test_a_steady_shortage_asks_for_permanent_heads(record: Record, network: Network) -> None:
    allentown = network.texts.nodes.index("allentown")
    cube = record.cube.copy()
    cube[:, :, :, [Metric.NEEDED_PICK, Metric.NEEDED_PACK]] = 0
    heads = int(network.labour.heads[allentown, Process.PACK])
    # Ten heads' contract hours too few in every week of the year.
    cube[: record.days, allentown, 0, Metric.NEEDED_PACK, 0] = (heads + 10) * 2_400 // 7
    found = suggest.rosters(record._replace(cube=cube), {})
    assert [each.suggestion.text for each in found] == ["10 more permanent heads for packing in Allentown"]
    saved = 10 * 40 * 28 * 0.5 * 52  # what overtime costs above the wage
    assert found[0].value == pytest.approx(saved, rel=0.01)


def with_full_packing(record: Record, share: float) -> Record:
    """Four weeks in which Allentown's orders are late and its packing stations are filled to a share."""
    allentown = record.network.texts.nodes.index("allentown")
    labour, cube = record.network.labour, record.cube.copy()
    cube[:, :, :, [Metric.LATE_NO_LABOUR, Metric.BACKLOG, Metric.NEEDED_PACK, Metric.NEEDED_PICK]] = 0
    days = slice(300, 328)
    most = int(labour.stations[allentown, Process.PACK]) * int(labour.shift_minutes[allentown].sum())
    cube[days, allentown, 0, Metric.NEEDED_PACK] = (2 * most, int(share * most))
    cube[days, allentown, 0, Metric.LATE_NO_LABOUR, 0] = 400
    cube[days, allentown, 0, Metric.BACKLOG, 0] = 3_000
    cube[days, allentown, 0, Metric.SHIPMENTS, 0] = 4_000
    return record._replace(cube=cube)


def test_stations_are_suggested_where_they_are_full_and_hands_where_they_are_not(
    record: Record, network: Network, tmp_path: Path
) -> None:
    """The change that is written is one that the workspace takes."""
    full, free = (suggest.hands(with_full_packing(record, share), {}) for share in (1.0, 0.6))
    assert [each.name for each in (*full, *free)] == ["allentown_pack_stations", "allentown_pack_hands"]
    told, (change,) = full[0].suggestion, full[0].change
    allentown = network.texts.nodes.index("allentown")
    there = int(network.labour.stations[allentown, Process.PACK])
    # 3,000 orders wait, of half a minute or so each: two shifts a day share the hands that lack.
    more = change["columns"]["stations"] - there
    assert more == -(-change["add_temps"] // 2) > 0
    assert f"{more} more station" in told.text
    assert f"{there} are full" in told.text
    shutil.copytree(FOLDER, tmp_path / "workspace")
    (path,) = (each.path for each in suggest_files.written(tmp_path / "workspace", full, record))
    labour = load_changed(tmp_path / "workspace", path).workspaces[-1].workspace.frame("labour")
    stations = dict(
        zip(zip(labour.texts("node"), labour.texts("process"), strict=True), labour.numbers("stations"), strict=True)
    )
    assert stations["allentown", "pack"] == there + more


def test_stations_that_bind_for_weeks_are_always_told(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    """They keep a place though three others are worth more; one bad week does not."""
    dear = [
        Candidate(1e12 + n, Suggestion(f"dear {n}", "much", "arithmetic; not rehearsed"), service=n > 0)
        for n in range(4)
    ]
    monkeypatch.setattr(suggest, "SOURCES", (suggest.hands, lambda *_: dear))
    for late_days, told in ((28, True), (1, False)):
        full = with_full_packing(record, 1.0)
        cube = full.cube.copy()
        cube[300 + late_days : 328, :, :, Metric.LATE_NO_LABOUR] = 0
        found = [each.text for each in suggest.suggestions(full._replace(cube=cube))]
        assert len(found) == 3
        assert found[:2] == ["dear 3", "dear 2"]
        assert ("more station" in found[2]) == told, found


def test_weeks_bound_are_counted_in_a_row(record: Record) -> None:
    full = with_full_packing(record, 1.0)
    allentown = record.network.texts.nodes.index("allentown")
    # Days 300 to 327 are four weeks, of which the first and the last may be parts of calendar weeks.
    assert weeks_bound(full, allentown, Process.PACK) in (4, 5)
    assert weeks_bound(full, allentown, Process.PICK) == 0
    assert weeks_bound(with_full_packing(record, 0.6), allentown, Process.PACK) == 0
    cube = full.cube.copy()
    cube[307:321, :, :, Metric.LATE_NO_LABOUR] = 0
    assert weeks_bound(full._replace(cube=cube), allentown, Process.PACK) in (1, 2)


def test_scale_changes_no_suggestion_of_people(record: Record) -> None:
    labour = record.network.labour
    record = record._replace(cube=record.cube // 10 * 10)
    small = record._replace(
        scale=0.1,
        cube=record.cube // 10,
        network=record.network._replace(labour=labour._replace(wage_hour=labour.wage_hour // 10)),
    )
    for source in (suggest.rosters, suggest.hands, suggest.promises):
        for full, tenth in zip(source(record, {}), source(small, {}), strict=True):
            assert tenth.value == pytest.approx(full.value, rel=0.1)
            assert tenth.suggestion.text == full.suggestion.text


def test_vans_dearer_than_carriers_are_told_at_full_scale_only(record: Record, network: Network) -> None:
    cube, vernon = record.cube.copy(), network.texts.nodes.index("vernon")
    cube[:, vernon, :, Metric.COST_VAN] = 0
    cube[5, vernon, 0, Metric.COST_VAN] = (50_000 * MONEY, 1_000)
    dear = record._replace(cube=cube)
    texts = [each.suggestion.text for each in suggest.stations(dear, {})]
    assert "Close the delivery station Vernon" in texts
    assert suggest.stations(dear._replace(scale=0.5), {}) == []


def test_money_has_two_figures(record: Record) -> None:
    assert [amount(record, value) for value in (41_234.0, 987.0, 12.0, 1_234_567.0)] == [
        "$41,000", "$990", "$12", amount(record, 1_200_000.0),
    ]  # fmt: skip

"""Compiled columns against numbers worked out by hand."""

from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from firstbest.store.compile_network import compile_network, log_order_names
from firstbest.store.compile_places import great_circle_km
from firstbest.store.compile_plan import shares
from firstbest.store.compile_waves import spans
from firstbest.store.workspace import load
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.ties import text_hash
from firstbest.world.units import HOUR_US, MONEY
from firstbest.world.words import Mode, Process, Service, Timer
from tests.books.small_workspace import FILES, ORDERS, write

NEW_YORK, LOS_ANGELES = "America/New_York", "America/Los_Angeles"
GROUND, VANS = 0, 1
MAKER, ALLENTOWN, ONTARIO, SECAUCUS = range(4)


def us(zone: str, local: str) -> int:
    """A local time as an instant, by the standard library."""
    return round(datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).timestamp()) * 1_000_000


def day(network: Network, month_day: str) -> int:
    """Local day index of a day of 2026."""
    return (
        date.fromisoformat(f"2026-{month_day}").toordinal() - date(1970, 1, 1).toordinal() - network.calendar.first_day
    )


@pytest.fixture
def compiled(tmp_path: Path) -> tuple[Network, Nature]:
    return compile_network(load(write(tmp_path)))


def test_zones_follow_distance_bands(compiled: tuple[Network, Nature]) -> None:
    zone = compiled[0].arcs.zone
    # Great circle, miles: Allentown to New York 79 (zone 2), Chicago 635 (5), Los Angeles 2,381 (8), Honolulu 4,905;
    # Ontario to New York 2,418 (8), Chicago 1,713 (7), Los Angeles 37 (2), Honolulu 2,592 (8).
    assert zone[GROUND, ALLENTOWN].tolist() == [2, 5, 8, 8]
    assert zone[GROUND, ONTARIO].tolist() == [8, 7, 2, 8]
    # Vans go only from the node with a lane to the station, to the station's places, in zones with a transit.
    assert zone[VANS, ALLENTOWN].tolist() == [2, -1, -1, -1]
    assert (zone[VANS, ONTARIO] == -1).all()
    assert (zone[:, [MAKER, SECAUCUS]] == -1).all()
    assert compiled[0].arcs.station.tolist() == [[-1, -1, -1, -1], [SECAUCUS, -1, -1, -1]]


def test_great_circle_has_known_values() -> None:
    # A quarter of a meridian of the mean sphere is 10,007.56 km; one degree on the equator 111.195 km.
    km = great_circle_km((np.array([0.0]), np.array([0.0])), (np.array([90.0, 0.0]), np.array([0.0, 1.0])))
    assert km[0].tolist() == pytest.approx([10_007.557, 111.195], abs=0.001)


def test_zone_exceptions_win_over_the_rule(tmp_path: Path) -> None:
    zones = "carrier,node,place,zone\nground,allentown,900,-1\n,allentown,606,4\n,ontario,606,4\nground,ontario,606,3\n"
    zone = compile_network(load(write(tmp_path, zones_csv=zones)))[0].arcs.zone
    assert zone[GROUND, ALLENTOWN].tolist() == [2, 4, -1, 8]
    assert zone[GROUND, ONTARIO].tolist() == [8, 3, 2, 8]


def test_rates_are_straight_between_weights(compiled: tuple[Network, Nature]) -> None:
    rate = compiled[0].carriers.rate[GROUND] / MONEY
    # Zone 2: 6.40 at 1 lb, 8.20 at 5, 9.90 at 10.
    assert rate[2, [0, 1, 3, 5, 7, 10]].tolist() == pytest.approx([6.40, 6.40, 7.30, 8.20, 8.88, 9.90])
    # Beyond the last weight with the last slope: .34 a pound in zone 2, 1.46 in zone 8.
    assert rate[2, 20] == pytest.approx(9.90 + 3.40)
    assert rate[8, 159] == pytest.approx(23.20 + 149 * 1.46)
    assert not compiled[0].carriers.rate[VANS].any()
    assert compiled[0].carriers.step_g_x1000[GROUND] == 453_592


def test_cut_offs_and_pick_ups_are_local(compiled: tuple[Network, Nature]) -> None:
    network = compiled[0]
    calendar, monday = network.calendar, day(network, "03-02")
    assert calendar.cut_off_us[ALLENTOWN, monday] == us(NEW_YORK, "2026-03-02 14:00")
    assert calendar.cut_off_us[ONTARIO, monday] == us(LOS_ANGELES, "2026-03-02 15:30")
    assert calendar.pick_up_us[GROUND, ONTARIO, monday] == us(LOS_ANGELES, "2026-03-02 18:00")
    # The vans' load leaves with the truck to their station.
    assert calendar.pick_up_us[VANS, ALLENTOWN, monday] == us(NEW_YORK, "2026-03-02 18:30")
    assert calendar.pick_up_us[VANS, ONTARIO].max() == -1
    # Sunday, the carrier's holiday (the vans still come), the building's holidays.
    sunday, holiday, closed = day(network, "03-08"), day(network, "03-11"), day(network, "03-13")
    assert calendar.cut_off_us[ALLENTOWN, sunday] == calendar.pick_up_us[VANS, ALLENTOWN, sunday] == -1
    assert calendar.pick_up_us[GROUND, ALLENTOWN, holiday] == -1
    assert calendar.cut_off_us[ALLENTOWN, holiday] > 0
    assert calendar.cut_off_us[ONTARIO, holiday] == -1
    assert calendar.cut_off_us[ONTARIO, closed] == network.labour.work_days[ONTARIO, closed] - 1 == -1
    assert network.labour.work_days[ALLENTOWN, closed] == 1


def test_clocks_change_on_8_march(compiled: tuple[Network, Nature]) -> None:
    network = compiled[0]
    zone = network.texts.time_zones.index(NEW_YORK)
    midnights = network.calendar.midnight_us[zone]
    changed = day(network, "03-08")
    assert (np.diff(midnights)[changed - 1 : changed + 2] / HOUR_US).tolist() == [24, 23, 24]
    honolulu = network.calendar.midnight_us[network.texts.time_zones.index("Pacific/Honolulu")]
    assert set(np.diff(honolulu) / HOUR_US) == {24}
    # 02:00 does not exist on that day; the review then runs an hour later by the clock.
    timers = network.calendar
    reviews = timers.timers_us[timers.timers_kind == Timer.REPLENISH]
    assert us(NEW_YORK, "2026-03-08 03:00") in reviews
    assert len(reviews) == 14


def test_business_days_skip_weekends_and_holidays(compiled: tuple[Network, Nature]) -> None:
    network = compiled[0]
    after = network.carriers.business_after
    friday, tuesday = day(network, "03-06"), day(network, "03-10")
    assert after[GROUND, friday, :4].tolist() == [friday, friday + 3, friday + 4, friday + 6]  # Wednesday is a holiday
    assert after[VANS, friday, :4].tolist() == [friday, friday + 1, friday + 3, friday + 4]  # Saturdays count
    assert after[GROUND, tuesday, 1] == tuesday + 2
    assert (np.diff(after, axis=2) >= 0).all()


def test_peak_surcharges_stand_on_their_days(compiled: tuple[Network, Nature]) -> None:
    network = compiled[0]
    for carrier in (GROUND, VANS):
        assert np.flatnonzero(network.carriers.peak[carrier]).tolist() == [day(network, "03-09"), day(network, "03-10")]
    assert network.carriers.peak.max() == MONEY // 2


def test_lanes_of_the_file_come_first_then_pick_ups(compiled: tuple[Network, Nature]) -> None:
    network = compiled[0]
    lanes = network.lanes
    assert network.texts.lanes == (
        "maker_allentown", "allentown_ontario", "allentown_secaucus", "allentown:ground", "ontario:ground",
    )  # fmt: skip
    assert lanes.carrier.tolist() == [-1, -1, VANS, GROUND, GROUND]
    assert lanes.destination.tolist() == [ALLENTOWN, ONTARIO, SECAUCUS, -1, -1]
    assert lanes.mode.tolist() == [Mode.TRUCK, Mode.TRUCK, Mode.TRUCK, Mode.PARCEL, Mode.PARCEL]
    # 480 miles at 2.42 and 85 miles at 2, which the least of 200 covers; great circle x 1.2 where none is given.
    assert lanes.cost_vehicle[[0, 2]].tolist() == [1_161_600_000, 200_000_000]
    assert lanes.distance_km[:3].tolist() == [772, 4510, 137]


def test_timers_are_sorted_and_departures_complete(compiled: tuple[Network, Nature]) -> None:
    network = compiled[0]
    calendar = network.calendar
    rows = list(
        zip(calendar.timers_us.tolist(), calendar.timers_kind.tolist(), calendar.timers_key.tolist(), strict=True)
    )
    assert rows == sorted(set(rows))
    assert calendar.start_us == us(NEW_YORK, "2026-03-02 00:00") <= rows[0][0]
    assert rows[-1][0] < calendar.end_us == us(NEW_YORK, "2026-03-16 00:00")
    counts = {kind: int((calendar.timers_kind == kind).sum()) for kind in Timer}
    assert counts[Timer.STAFF] == 15  # at the start and every morning
    assert counts[Timer.FORECAST] == 2
    assert counts[Timer.COUNT] == counts[Timer.CLOSE_DAY] == 14
    assert counts[Timer.DISPATCH] == 12  # Monday to Saturday
    waves = calendar.timers_us[calendar.timers_kind == Timer.WAVE]
    starts, ends = spans(calendar, network.labour, network.nodes, network.policy)
    spans_of = list(zip(starts.tolist(), ends.tolist(), strict=True))
    assert all(any(first <= wave < last for first, last in spans_of) for wave in waves.tolist())
    assert 14 * 24 < counts[Timer.WAVE] < 14 * 48
    departs = calendar.timers_key[calendar.timers_kind == Timer.DEPART]
    # Tue and Fri; Mon-Fri twice a day; Mon-Sat; the carrier Mon-Sat less its holiday, Ontario less two more.
    assert np.bincount(departs).tolist() == [4, 20, 12, 11, 9]
    weekly = calendar.timers_us[calendar.timers_kind == Timer.FORECAST]
    assert weekly.tolist() == [us(NEW_YORK, "2026-03-08 23:00"), us(NEW_YORK, "2026-03-15 23:00")]


def test_season_and_demand(compiled: tuple[Network, Nature]) -> None:
    network, nature = compiled
    season, orders = network.calendar.season_ppm, nature.demand.orders_day
    monday, tuesday = day(network, "03-02"), day(network, "03-03")
    # Weekdays 2 1 1 1 1 1 0 and a deal of 3 on two days: the year's mean is (52 x 7 + 1 x 2 + ... ) / 365, near 1.011.
    assert season[monday] / season[tuesday] == pytest.approx(2, abs=1e-5)
    assert season[day(network, "03-09")] == season[day(network, "03-10")] == pytest.approx(3 * season[tuesday], abs=2)
    assert orders[tuesday] == pytest.approx(100 * season[tuesday] / 1e6, abs=1)
    assert orders[day(network, "03-08")] == 0
    # A boost counts up to its last day; `until` is the day after.
    assert nature.demand.boost_from.tolist() == [day(network, "03-05")]
    assert nature.demand.boost_until.tolist() == [day(network, "03-07")]


def test_the_year_keeps_its_mean_and_surges_come_on_top(tmp_path: Path) -> None:
    year = FILES["firstbest.toml"].replace("days = 14", "days = 365")
    plain = compile_network(load(write(tmp_path, firstbest_toml=year)))[1].demand.orders_day
    assert plain[1:366].sum() == pytest.approx(36_500, abs=1)
    demand = FILES["demand.toml"].replace('on = "no"', 'on = "yes"')
    surged = compile_network(load(write(tmp_path, firstbest_toml=year, demand_toml=demand)))[1].demand.orders_day
    changed = np.flatnonzero(np.abs(surged - plain) > 1)
    assert len(changed) == 1
    assert surged[changed[0]] == pytest.approx(5 * plain[changed[0]], abs=5)


def test_items_cartons_and_stock(compiled: tuple[Network, Nature]) -> None:
    items, cartons, opening = compiled[0].items, compiled[0].cartons, compiled[1].opening
    assert items.inbound_cm3.tolist() == [10_000, 2_500, 18_750]  # by the case; own volume x 1.25
    assert items.longest_mm.tolist() == [250, 300, 247]  # the lamp is taken for a cube of 15 litres
    # Value: kettle .75 x 2/3 x 40 = 20, towel .75 x 1/3 x 20 = 5, lamp .25 x 60 = 15; A up to 80 %, B up to 95.
    assert items.klass.tolist() == [0, 1, 0]
    assert compiled[0].texts.cartons == ("small", "large")
    assert cartons.inner_cm3.tolist() == [5_000, 30_000]
    assert opening.quantity.tolist() == [100, 100, 15]
    assert opening.wrong.tolist() == [-2, 0, 1]


def test_shocks_and_performance(compiled: tuple[Network, Nature]) -> None:
    network, nature = compiled
    roads, hands = nature.roads, nature.hands
    assert roads.late_ppm[GROUND, day(network, "03-04")].tolist() == [950_000, 40_000, 10_000, 0]
    assert roads.late_ppm[GROUND, day(network, "03-05")].tolist() == [910_000, 90_000, 0, 0]
    assert (roads.late_ppm.sum(axis=2) == 1_000_000).all()
    assert roads.delay_lane.tolist() == [2]
    assert roads.delay_s.tolist() == [86_400]
    assert roads.snow_from_us.tolist() == [us(NEW_YORK, "2026-03-03 00:00")]
    assert roads.snow_until_us.tolist() == [us(NEW_YORK, "2026-03-05 00:00")]
    assert hands.breakdown_from_us.tolist() == [us(NEW_YORK, "2026-03-03 06:00")]
    assert hands.breakdown_until_us.tolist() == [us(NEW_YORK, "2026-03-03 12:00")]
    assert hands.absence_ppm.tolist() == [70_000, 70_000, 90_000, 70_000]


def test_a_shock_that_is_off_is_left_out(tmp_path: Path) -> None:
    off = FILES["nature.toml"].replace("name =", 'on = "no"\nname =')
    nature = compile_network(load(write(tmp_path, nature_toml=off)))[1]
    assert not len(nature.roads.snow_node) + len(nature.roads.delay_lane) + len(nature.hands.breakdown_node)
    assert (nature.roads.late_ppm[GROUND, :, 0] == 950_000).all()


def test_orders_are_replayed_in_order_of_time(tmp_path: Path) -> None:
    workspace = load(write(tmp_path, orders_csv=ORDERS))
    log = compile_network(workspace)[1].log
    assert log_order_names(workspace) == ("A1", "A2", "B9") or text_hash("A2") < text_hash("A1")
    assert sorted(log_order_names(workspace)[:2]) == ["A1", "A2"]  # 10:00 in New York is 15:00 UTC
    assert log.at_us.tolist()[0] == us(NEW_YORK, "2026-03-02 10:00")
    first = log_order_names(workspace).index("A2")
    lines = slice(log.first_line[first], log.first_line[first] + log.lines[first])
    assert log.item[lines].tolist() == [1, 0]  # by line number, not by row
    assert log.price[lines].tolist() == [18_500_000, 40_000_000]
    assert log.service[first] == Service.MEMBER
    assert log.customer[first] == log.customer[2] != log.customer[1 - first]
    assert log.lines.sum() == len(log.item) == 4


def test_scale_shrinks_volumes_and_capacities_together(tmp_path: Path) -> None:
    workspace = load(write(tmp_path))
    (full, nature), (tenth, small) = compile_network(workspace), compile_network(workspace, scale=0.1)
    assert small.demand.orders_day.sum() == pytest.approx(nature.demand.orders_day.sum() / 10, abs=1)
    assert tenth.lanes.cost_vehicle[0] * 10 == full.lanes.cost_vehicle[0]
    assert tenth.lanes.capacity_cm3[0] * 10 == full.lanes.capacity_cm3[0]
    assert (tenth.nodes.fixed_cost_day * 10 == full.nodes.fixed_cost_day).all()
    assert tenth.labour.heads[ALLENTOWN].tolist() == full.labour.heads[ALLENTOWN].tolist()
    for process in (Process.PICK, Process.PACK):  # whole teams, each order stands for ten: slower and cheaper
        assert tenth.labour.rate_x1000[ALLENTOWN, process] * 10 == full.labour.rate_x1000[ALLENTOWN, process]
        assert tenth.labour.wage_hour[ALLENTOWN, process] * 10 == full.labour.wage_hour[ALLENTOWN, process]
    receive = Process.RECEIVE  # receipts keep their number
    assert tenth.labour.rate_x1000[ALLENTOWN, receive] == full.labour.rate_x1000[ALLENTOWN, receive]
    assert tenth.fleet.vans[SECAUCUS] == 1
    assert small.opening.quantity.tolist() == [10, 10, 2]
    assert (small.opening.quantity + small.opening.wrong >= 0).all()
    assert (tenth.carriers.rate == full.carriers.rate).all()


def test_days_can_be_cut_without_moving_the_season(tmp_path: Path) -> None:
    workspace = load(write(tmp_path))
    whole, part = compile_network(workspace)[0].calendar, compile_network(workspace, days=5)[0].calendar
    assert part.season_ppm.tolist() == whole.season_ppm[: len(part.season_ppm)].tolist()
    assert part.timers_us.tolist() == whole.timers_us[whole.timers_us < part.end_us].tolist()


def test_row_order_changes_codes_only(tmp_path: Path) -> None:
    head, *rows = FILES["items.csv"].splitlines()
    turned = "\n".join([head, *reversed(rows), ""])
    a = compile_network(load(write(tmp_path / "a")))[0]
    b = compile_network(load(write(tmp_path / "b", items_csv=turned)))[0]
    for column in a.items._fields:
        assert getattr(a.items, column).tolist() == getattr(b.items, column)[::-1].tolist(), column


def test_policy_is_in_integers(compiled: tuple[Network, Nature]) -> None:
    policy = compiled[0].policy
    assert policy.split_penalty == 1_500_000
    assert policy.safety_z_x1000 == 1_650
    assert all(isinstance(each, int) for each in policy)
    assert compiled[0].promises.high_days.tolist() == [5, 2, 5]
    assert compiled[0].promises.carriers.tolist() == [[1, 0], [1, 1], [1, 0]]
    assert compiled[0].carriers.chance_late_ppm[:3].tolist() == [50_000, 10_000, 0]


def test_shares_come_to_the_whole() -> None:
    found = shares([62, 20, 9, 4.5, 4.5])
    assert found.tolist() == [620_000, 200_000, 90_000, 45_000, 45_000]
    assert shares([1, 1, 1]).sum() == 1_000_000

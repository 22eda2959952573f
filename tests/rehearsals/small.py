"""A small network, consistent in all its arrays, for tests of the loop and of the physics.

Nodes: 0 supplier, 1 port, 2 storage, 3 west, 4 middle, 5 east (fulfilment), 6 a delivery station in the west.
Places: 0 and 1 west (served by the station too), 2 middle, 3 and 4 east. Carriers: 0 ground, 1 air, 2 own van.
Lanes: 0 supplier to port, 1 port to storage, 2 to 4 storage to fulfilment, then one for each (fulfilment node,
carrier), node by node: 5 = (west, ground), 6 = (west, air), 7 = (west, own van), 8 = (middle, ground) ...
"""

from __future__ import annotations

import datetime as dt
from hashlib import blake2b
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from firstbest.store.staging import no_arms
from firstbest.world import network as net
from firstbest.world.nature import Nature
from firstbest.world.units import DAY_US, G_PER_LB_X1000, HOUR_US, MINUTE_US, MONEY, NEVER_US
from firstbest.world.words import Mode, NodeKind, Timer
from tests.rehearsals.small_nature import small_nature

ZONES = ("America/Los_Angeles", "America/Chicago", "America/New_York")
NODES = ("supplier", "port", "storage", "west", "middle", "east", "station")
CARRIERS = ("ground", "air", "own van")
PLACES = ("900", "920", "752", "100", "181")
ITEMS = ("kettle", "towel", "shirt", "socks", "vitamins", "soap")
SELLERS = ("home", "apparel", "beauty")
FULFILMENT = (3, 4, 5)
STATION = 6
PAD_DAYS = 40


class Size(NamedTuple):
    """How much of a world: local days rehearsed, orders a day, first day (a Monday by default)."""

    days: int = 14
    orders_day: int = 200
    first: dt.date = dt.date(2026, 3, 2)
    stock_days: int = 60
    heads: int = 6


def text_tie(text: str) -> int:
    """64 bits of a text's hash."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def small_network(size: Size | None = None) -> tuple[net.Network, Nature]:
    """The network and its nature."""
    size = size or Size()
    lanes = _lanes()
    calendar = _calendar(size, lanes)
    network = net.Network(
        nodes=_nodes(),
        places=_places(),
        items=_items(),
        cartons=_cartons(),
        carriers=_carriers(calendar),
        arcs=_arcs(),
        lanes=lanes,
        calendar=calendar,
        labour=_labour(calendar, size.heads),
        fleet=_fleet(),
        arms=no_arms(),
        promises=net.Promises(
            pad_days=_a([1, 0, 2], np.int16),
            low_days=_a([3, 2, 5], np.int16),
            high_days=_a([5, 3, 8], np.int16),
            carriers=_a([[1, 0, 1], [1, 1, 1], [1, 0, 0]], np.int8),
        ),
        policy=_policy(),
        texts=net.Texts(NODES, PLACES, ITEMS, SELLERS, CARRIERS, _lane_texts(lanes), ("small", "large"), ZONES, "USD"),
    )
    return network, small_nature(network, size.orders_day, size.stock_days)


def _a(values: object, kind: type[np.generic] = np.int64) -> np.ndarray:
    return np.array(values, dtype=kind)


def _ties(texts: tuple[str, ...]) -> np.ndarray:
    return np.array([text_tie(text) for text in texts], np.uint64)


def _nodes() -> net.Nodes:
    kinds = [NodeKind.SUPPLIER, NodeKind.PORT, NodeKind.STORAGE, *[NodeKind.FULFILMENT] * 3, NodeKind.STATION]
    fulfilment = [int(kind == NodeKind.FULFILMENT) for kind in kinds]
    return net.Nodes(
        kind=_a(kinds, np.int8),
        tie=_ties(NODES),
        rank=_a(range(7), np.int32),
        time_zone=_a([0, 0, 0, 0, 1, 2, 0], np.int8),
        latitude_e4=_a([225_000, 337_000, 339_000, 340_000, 326_000, 406_000, 340_500], np.int32),
        longitude_e4=_a([1_140_000, -1_182_000, -1_174_000, -1_176_000, -967_000, -755_000, -1_182_000], np.int32),
        open_from_us=np.zeros(7, np.int64),
        open_until_us=np.full(7, NEVER_US, np.int64),
        fixed_cost_day=_a([0, 0, 4_000, 2_000, 1_500, 2_500, 600]) * MONEY,
        system_cost_order=_a(fulfilment) * 350_000,
        storage_cm3=_a([0, 0, 10**11, 10**10, 10**10, 10**10, 0]),
        fed_by=_a([-1, -1, -1, 2, 2, 2, -1], np.int32),
        carbon_g_parcel=_a(fulfilment) * 250,
    )


def _places() -> net.Places:
    return net.Places(
        tie=_ties(PLACES),
        weight=_a([3_000, 1_000, 2_000, 4_000, 1_500]),
        time_zone=_a([0, 0, 1, 2, 2], np.int8),
        latitude_e4=_a([340_000, 327_000, 328_000, 407_000, 406_000], np.int32),
        longitude_e4=_a([-1_182_000, -1_171_000, -968_000, -740_000, -754_000], np.int32),
        remote=_a([0, 0, 0, 0, 1], np.int8),
        land_km2=_a([600, 900, 800, 300, 1_200], np.int32),
        region=_a([0, 0, 1, 2, 2], np.int16),
    )


def _items() -> net.Items:
    return net.Items(
        tie=_ties(ITEMS),
        seller=_a([0, 0, 1, 1, 2, 2], np.int32),
        weight_g=_a([1_200, 700, 300, 100, 250, 400]),
        volume_cm3=_a([9_000, 4_000, 1_500, 500, 600, 900]),
        longest_mm=_a([300, 350, 300, 150, 120, 200], np.int32),
        inbound_cm3=_a([11_000, 5_000, 1_900, 650, 800, 1_100]),
        price=_a([55, 30, 45, 15, 25, 12]) * MONEY,
        cost=_a([18, 10, 14, 5, 8, 4]) * MONEY,
        duty_ppm=_a([80_000, 80_000, 160_000, 160_000, 0, 0]),
        source=np.zeros(6, np.int32),
        lead_s=np.full(6, 10 * 86_400, np.int64),
        lot_units=_a([10, 20, 20, 50, 20, 20]),
        klass=_a([0, 1, 0, 1, 0, 2], np.int8),
        return_ppm=_a([90_000, 90_000, 240_000, 240_000, 50_000, 50_000]),
    )


def _cartons() -> net.Cartons:
    return net.Cartons(
        inner_cm3=_a([6_000, 40_000]),
        outer_cm3=_a([7_000, 44_000]),
        longest_mm=_a([360, 700], np.int32),
        tare_g=_a([120, 400]),
        cost=_a([400_000, 900_000]),
    )


def _business(calendar: net.Calendar, saturday: bool) -> np.ndarray:
    """[D, 16] The first business day from day d on, and 1, 2 ... business days after it."""
    days = len(calendar.weekday)
    open_days = np.flatnonzero(calendar.weekday < (6 if saturday else 5))
    first = np.searchsorted(open_days, np.arange(days))
    index = np.minimum(first[:, None] + np.arange(16)[None, :], len(open_days) - 1)
    return open_days[index].astype(np.int32)


def _carriers(calendar: net.Calendar) -> net.Carriers:
    zone = np.arange(9)[None, :, None]
    step = np.arange(71)[None, None, :]
    rate = (np.array([6_000_000, 14_000_000, 0])[:, None, None] + zone * 300_000 + step * (300_000 + 90_000 * zone)) * 1
    rate[2] = 0
    days = len(calendar.weekday)
    return net.Carriers(
        tie=_ties(CARRIERS),
        mode=_a([Mode.PARCEL, Mode.PARCEL_AIR, Mode.OWN_VAN], np.int8),
        rate=rate.astype(np.int64),
        step_g_x1000=np.full(3, G_PER_LB_X1000, np.int64),
        divisor_cm3_kg=np.full(3, 5_000, np.int64),
        fuel_ppm=_a([160_000, 160_000, 0]),
        residential=_a([2_000_000, 2_000_000, 0]),
        remote=_a([4_500_000, 4_500_000, 0]),
        peak=np.zeros((3, days), np.int64),
        max_g=_a([31_700, 31_700, 20_000]),
        min_g=np.zeros(3, np.int64),
        transit_days=_a([[1, 1, 1, 2, 2, 3, 4, 4, 5], [1, 1, 1, 1, 1, 2, 2, 2, 2], [1] * 9], np.int16),
        business_after=np.stack([_business(calendar, saturday=carrier == 2) for carrier in range(3)]),
        chance_late_ppm=_a([50_000, 10_000, 2_000] + [0] * 13),
        carbon_mg_kg_km=_a([100, 600, 200]),
        carbon_g_drop=_a([300, 300, 250]),
    )


def _arcs() -> net.Arcs:
    near = _a([[2, 3, 6, 8, 8], [6, 6, 2, 6, 6], [8, 8, 6, 2, 3]], np.int8)
    zone = np.full((3, 7, 5), -1, np.int8)
    zone[0, 3:6] = near
    zone[1, 3:6] = near
    zone[2, 3, :2] = near[0, :2]
    distance = np.zeros((7, 5), np.int32)
    distance[3:6] = _a(
        [[60, 180, 2_000, 3_900, 3_800], [2_000, 1_900, 20, 2_200, 2_100], [3_800, 3_850, 2_100, 140, 15]]
    )
    distance[6, :2] = [10, 180]
    station = np.full((3, 5), -1, np.int32)
    station[2, :2] = STATION
    return net.Arcs(zone=zone, distance_km=distance, station=station)


def _lanes() -> net.Lanes:
    truck = (0, 1, 76_000_000, 20_000_000, 3)
    rows = [(0, 1, -1, Mode.OCEAN, 56_000_000, 18_000_000, 20, 300_000, 16 * 86_400, 11_000, 10, 1)]
    rows += [(1, 2, -1, Mode.TRUCK, 56_000_000, 18_000_000, 20, 0, 86_400, 100, 75, -1)]
    for node, hours, km in zip(FULFILMENT, (4, 60, 120), (60, 2_100, 4_200), strict=True):
        rows += [(2, node, -1, Mode.TRUCK, truck[2], truck[3], truck[4], 500_000, hours * 3_600, km, 75, -1)]
    for node in FULFILMENT:
        for carrier, mode in enumerate((Mode.PARCEL, Mode.PARCEL_AIR, Mode.OWN_VAN)):
            far = STATION if mode == Mode.OWN_VAN else -1
            moves = 2 * 3_600 if mode == Mode.OWN_VAN else 0
            rows += [(node, far, carrier, mode, 60_000_000, 15_000_000, 4, 0, moves, 60 if moves else 0, 75, -1)]
    column = [_a(values) for values in zip(*rows, strict=True)]
    priced = column[3] <= Mode.PART_LOAD
    return net.Lanes(
        origin=column[0].astype(np.int32),
        destination=column[1].astype(np.int32),
        carrier=column[2].astype(np.int32),
        mode=column[3].astype(np.int8),
        capacity_cm3=column[4],
        capacity_g=column[5],
        vehicles=column[6].astype(np.int32),
        thin_ppm=column[7],
        cost_vehicle=np.where(priced, column[9] * 1_500_000, 0),
        cost_g_x1000=np.zeros(len(rows), np.int64),
        transit_s=column[8],
        distance_km=column[9].astype(np.int32),
        carbon_mg_kg_km=column[10],
        share_ppm=np.full(len(rows), 1_000_000, np.int64),
        path_next=column[11].astype(np.int32),
    )


def _lane_texts(lanes: net.Lanes) -> tuple[str, ...]:
    ends = [NODES[int(end)] if end >= 0 else "" for end in lanes.destination]
    ways = [CARRIERS[int(carrier)] if carrier >= 0 else "" for carrier in lanes.carrier]
    return tuple(f"{NODES[int(o)]} > {way} {end}" for o, way, end in zip(lanes.origin, ways, ends, strict=True))


def _midnights(first: dt.date, days: int) -> np.ndarray:
    """[Z, D] Local midnights, daylight saving and all."""
    starts = np.zeros((len(ZONES), days), np.int64)
    for row, name in enumerate(ZONES):
        for day in range(days):
            at = dt.datetime.combine(first + dt.timedelta(days=day), dt.time(), ZoneInfo(name))
            starts[row, day] = int(at.timestamp()) * 1_000_000
    return starts


def _calendar(size: Size, lanes: net.Lanes) -> net.Calendar:
    epoch = (size.first - dt.date(1970, 1, 1)).days
    days = size.days + PAD_DAYS
    midnight = _midnights(size.first, days)
    weekday = _a([(epoch + 3 + day) % 7 for day in range(days)], np.int8)
    zone_of = np.array([0, 0, 0, 0, 1, 2, 0])
    ships = (weekday < 6)[None, :] & np.isin(np.arange(7), FULFILMENT)[:, None]
    cut_off = np.where(ships, midnight[zone_of] + 14 * HOUR_US, -1)
    leaves = midnight[zone_of] + 18 * HOUR_US
    pick_up = np.broadcast_to(np.where(ships, leaves, -1), (3, 7, days)).copy()
    start, end = int(midnight.min()), int(midnight[:, size.days].max())
    months = [(size.first + dt.timedelta(days=day)) for day in range(days)]
    calendar = net.Calendar(
        first_day=epoch,
        start_us=start,
        end_us=end,
        midnight_us=midnight,
        cut_off_us=cut_off,
        pick_up_us=pick_up,
        door_closes_us=midnight + 21 * HOUR_US,
        timers_us=np.zeros(0, np.int64),
        timers_kind=np.zeros(0, np.int16),
        timers_key=np.zeros(0, np.int32),
        season_ppm=np.full(days, 1_000_000, np.int64),
        weekday=weekday,
        month=_a([(day.year - size.first.year) * 12 + day.month - size.first.month for day in months], np.int16),
    )
    rows = np.array(sorted(row for row in _timers(calendar, lanes) if start <= row[0] < end), np.int64)
    return calendar._replace(
        timers_us=rows[:, 0].copy(), timers_kind=rows[:, 1].astype(np.int16), timers_key=rows[:, 2].astype(np.int32)
    )


def _timers(calendar: net.Calendar, lanes: net.Lanes) -> list[tuple[int, int, int]]:
    """(instant, kind, key) of all timed steps; staffing, forecast, replenishment and counts each day."""
    rows: list[tuple[int, int, int]] = []
    for instant in range(calendar.start_us, calendar.end_us, 30 * MINUTE_US):
        rows += [(instant, Timer.WAVE, 0)]
    for day, midnight in enumerate(calendar.midnight_us[0]):
        begin = calendar.start_us + day * DAY_US
        rows += [(begin, kind, 0) for kind in (Timer.STAFF, Timer.FORECAST, Timer.REPLENISH, Timer.COUNT)]
        rows += [(int(midnight) + 8 * HOUR_US, Timer.DISPATCH, STATION)] if calendar.weekday[day] < 6 else []
        rows += [(int(calendar.midnight_us[2, day]) - 1 * MINUTE_US, Timer.CLOSE_DAY, 0)]
        for lane in range(len(lanes.origin)):
            if lanes.carrier[lane] < 0:
                rows += [(int(midnight) + 16 * HOUR_US, Timer.DEPART, lane)]
            else:
                rows += [(int(calendar.pick_up_us[lanes.carrier[lane], lanes.origin[lane], day]), Timer.DEPART, lane)]
    return rows


def _labour(calendar: net.Calendar, heads: int) -> net.Labour:
    """[N, Y] receive, pick, pack, load, indirect."""
    works = np.isin(np.arange(7), FULFILMENT)[:, None]
    storage = (np.arange(7) == 2)[:, None]
    people = np.where(works, _a([heads // 2, heads, heads, heads // 3, 1]), 0)
    people = np.where(storage, _a([heads, 0, 0, heads // 2, 1]), people)
    full = np.ones((7, 1), np.int64)
    return net.Labour(
        heads=people.astype(np.int32),
        stations=(people * 3).astype(np.int32),
        rate_x1000=full * _a([22_000, 100_000, 28_000, 120_000, 0]),
        rate_single_x1000=full * _a([22_000, 100_000, 65_000, 120_000, 0]),
        extra_unit_ms=full * _a([500, 4_000, 8_000, 0, 0]),
        productive_ppm=np.full((7, 5), 830_000, np.int64),
        wage_hour=np.full((7, 5), 28 * MONEY, np.int64),
        overtime_ppm=np.full((7, 5), 1_500_000, np.int64),
        temp_ppm=np.full((7, 5), 1_300_000, np.int64),
        temp_speed_ppm=np.full((7, 5), 800_000, np.int64),
        start_ppm=np.full((7, 5), 1_000_000, np.int64),
        ramp_days=np.zeros((7, 5), np.int64),
        shift_start_min=np.tile(_a([6 * 60, 14 * 60 + 30], np.int32), (7, 1)),
        shift_minutes=np.tile(_a([480, 480], np.int32), (7, 1)),
        overtime_minutes=np.full(7, 120, np.int32),
        contract_minutes_week=np.full(7, 2_400, np.int32),
        absence_ppm=np.full(7, 50_000, np.int64),
        temps_max=(people * 2).astype(np.int32),
        flex_ppm=np.zeros((7, 5), np.int64),
        indirect_ppm=np.full(7, 350_000, np.int64),
        turnover_ppm=np.zeros(7, np.int64),
        pace_minutes_week=np.full(7, 2_880, np.int32),
        work_days=np.tile((calendar.weekday < 6).astype(np.int8), (7, 1)),
    )


def _fleet() -> net.Fleet:
    def there(value: int, kind: type[np.generic] = np.int64) -> np.ndarray:
        return np.where(np.arange(7) == STATION, value, 0).astype(kind)

    return net.Fleet(
        vans=there(3, np.int32),
        stops_max=there(150, np.int32),
        cost_van_day=there(75 * MONEY),
        cost_hour=there(34 * MONEY),
        stop_s=there(132),
        speed_m_s_x1000=there(9_835),
        area_km2=there(1_500, np.int32),
        shift_s=there(34_200),
        station_cost_parcel=there(800_000),
        carbon_g_km=there(280),
    )


def _policy() -> net.Policy:
    return net.Policy(
        split_penalty=2 * MONEY,
        late_day_penalty=3 * MONEY,
        upgrade_most=12 * MONEY,
        capacity_days=10,
        wave_minutes=30,
        floor_target_min=120,
        release_ahead_days=2,
        review_days=7,
        cover_storage_days=45,
        cover_node_days=14,
        safety_z_x1000=1_645,
        urgent_days=3,
        count_per_day=3,
        staff_target_ppm=850_000,
        lead_temp_days=2,
        early_temp_days=0,
        temp_gone_days=28,
        plan_minutes_week=0,
        most_minutes_week=0,
        contacts_ppm=60_000,
        contacts_late_ppm=350_000,
        contact_cost=5 * MONEY,
        return_label=7 * MONEY,
        return_process=3_200_000,
        return_loss_ppm=220_000,
        loss_claim_ppm=500_000,
        holding_ppm_year=220_000,
        wait_days=0,
    )

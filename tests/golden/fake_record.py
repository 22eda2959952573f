"""A made-up rehearsal that looks like the built-in year: for golden pages, and for looking at them.

Nothing is simulated: the cube is filled with plausible quantities from a seeded generator.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from firstbest.present.bounds import Kind, judged
from firstbest.present.figures import figures
from firstbest.present.record import STOCK_ITEM, Assumed, Record, Suggestion
from firstbest.store.staging import no_arms
from firstbest.world import network as net
from firstbest.world.facts import DAY_CLOSED
from firstbest.world.metrics import BINS, METRICS, Metric, Spread
from firstbest.world.units import DAY_US, HOUR_US, MONEY
from firstbest.world.words import Mode, NodeKind

T = TypeVar("T", bound=NamedTuple)

FIRST_DAY = 20454  # 1 January 2026
DAYS = 365
NODES: tuple[tuple[str, NodeKind, float, float, int], ...] = (
    ("Ningbo", NodeKind.SUPPLIER, 29.87, 121.54, -1),
    ("Ho Chi Minh City", NodeKind.SUPPLIER, 10.76, 106.66, -1),
    ("Guadalajara", NodeKind.SUPPLIER, 20.67, -103.35, -1),
    ("Greensboro", NodeKind.SUPPLIER, 36.07, -79.79, -1),
    ("Los Angeles port", NodeKind.PORT, 33.74, -118.26, -1),
    ("Savannah port", NodeKind.PORT, 32.08, -81.09, -1),
    ("Riverside", NodeKind.STORAGE, 33.95, -117.40, -1),
    ("Ontario", NodeKind.FULFILMENT, 34.06, -117.65, 6),
    ("Dallas", NodeKind.FULFILMENT, 32.59, -96.68, 6),
    ("Allentown", NodeKind.FULFILMENT, 40.60, -75.49, 6),
    ("Secaucus", NodeKind.STATION, 40.79, -74.06, -1),
    ("Vernon", NodeKind.STATION, 34.00, -118.23, -1),
    ("Atlanta", NodeKind.FULFILMENT, 33.45, -84.15, 6),
)
LANES = (
    (0, 4, Mode.OCEAN), (0, 5, Mode.OCEAN), (1, 4, Mode.OCEAN), (2, 6, Mode.TRUCK), (3, 9, Mode.TRUCK),
    (4, 6, Mode.TRUCK), (5, 9, Mode.TRUCK), (6, 7, Mode.TRUCK), (6, 8, Mode.TRUCK), (6, 9, Mode.TRUCK),
    (9, 10, Mode.TRUCK), (7, 11, Mode.TRUCK), (6, 12, Mode.TRUCK),
)  # fmt: skip
METROS = (
    (40.7, -74.0, 200), (34.0, -118.2, 133), (41.9, -87.7, 95), (32.8, -96.8, 76), (29.8, -95.4, 70), (38.9, -77.0, 63),
    (39.95, -75.2, 62), (25.8, -80.2, 61), (33.7, -84.4, 60), (42.4, -71.1, 49), (33.4, -112.1, 48), (37.8, -122.3, 46),
    (42.3, -83.0, 43), (47.6, -122.3, 40), (45.0, -93.3, 36), (32.7, -117.2, 33), (27.9, -82.5, 31), (39.7, -105.0, 29),
    (38.6, -90.2, 28), (39.3, -76.6, 28), (35.2, -80.8, 26), (28.5, -81.4, 26), (29.4, -98.5, 25), (45.5, -122.7, 25),
    (38.6, -121.5, 24), (40.4, -80.0, 23), (36.2, -115.1, 22), (39.1, -84.5, 22), (39.1, -94.6, 22), (40.0, -83.0, 21),
    (41.5, -81.7, 20), (36.2, -86.8, 20), (35.1, -90.0, 13), (35.5, -97.5, 14), (40.8, -111.9, 12), (43.0, -78.9, 11),
    (30.0, -90.1, 12), (35.1, -106.6, 9), (41.3, -96.0, 9), (43.6, -116.2, 7), (46.9, -96.8, 5), (46.6, -112.0, 4),
    (31.8, -106.4, 8), (44.3, -69.8, 7), (61.2, -149.9, 4), (21.3, -157.9, 9), (48.2, -101.3, 3), (36.7, -119.8, 9),
)  # fmt: skip
WEEKDAY = np.array([1.22, 1.08, 1.02, 0.98, 0.92, 0.83, 0.95])
MONTH = (0.85, 0.85, 0.9, 0.92, 0.98, 0.95, 1.0, 0.95, 0.97, 1.05, 1.3, 1.5)
PLACE = np.array([0.40, 0.27, 0.33])


def zeros(tuple_type: type[T], /, **given: Any) -> T:
    """A named tuple whose fields are as given, and an empty array elsewhere."""
    empty = np.zeros(0, np.int64)
    return tuple_type(**{name: given.get(name, empty) for name in tuple_type._fields})


def places(seed: int) -> NDArray[np.float64]:
    """Latitude, longitude and weight of made-up customers around real towns: [P, 3]."""
    rng = np.random.default_rng(seed)
    rows = []
    for latitude, longitude, weight in METROS:
        spread = 1.1 if latitude < 50 and longitude > -150 else 0.3
        sizes = rng.uniform(0.3, 1.7, 8) * weight / 8
        offsets = rng.normal(0, spread, (8, 2)) * (0.8, 1.0) + (latitude, longitude)
        rows += [(*offset, size) for offset, size in zip(offsets.tolist(), sizes.tolist(), strict=True)]
    return np.array(rows)


def network(where: NDArray[np.float64], nodes: Sequence[int]) -> net.Network:
    """The nouns that pages read; the rest is empty."""
    count = len(nodes)
    chosen = [NODES[index] for index in nodes]
    back = {old: new for new, old in enumerate(nodes)}
    lanes = [(back[a], back[b], mode) for a, b, mode in LANES if a in back and b in back]
    midnight = (FIRST_DAY + np.arange(DAYS + 41, dtype=np.int64)) * DAY_US + 5 * HOUR_US
    return net.Network(
        nodes=zeros(
            net.Nodes,
            kind=np.array([row[1] for row in chosen], np.int8),
            latitude_e4=np.array([row[2] * 1e4 for row in chosen], np.int32),
            longitude_e4=np.array([row[3] * 1e4 for row in chosen], np.int32),
            fed_by=np.array([back.get(row[4], -1) for row in chosen], np.int32),
            time_zone=np.zeros(count, np.int8),
        ),
        places=zeros(
            net.Places,
            weight=(where[:, 2] * 1000).astype(np.int64),
            latitude_e4=(where[:, 0] * 1e4).astype(np.int32),
            longitude_e4=(where[:, 1] * 1e4).astype(np.int32),
            time_zone=np.zeros(len(where), np.int8),
        ),
        items=zeros(
            net.Items,
            klass=np.repeat([0, 1, 2], [20, 60, 120]).astype(np.int8),
            seller=(np.arange(200) % 3).astype(np.int32),
            cost=np.full(200, 9_800_000),
            price=np.full(200, 31_000_000),
        ),
        cartons=zeros(net.Cartons),
        carriers=zeros(net.Carriers, mode=np.array([Mode.PARCEL, Mode.PARCEL_AIR, Mode.OWN_VAN], np.int8)),
        arcs=zeros(net.Arcs),
        lanes=zeros(
            net.Lanes,
            origin=np.array([row[0] for row in lanes], np.int32),
            destination=np.array([row[1] for row in lanes], np.int32),
            mode=np.array([row[2] for row in lanes], np.int8),
            carrier=np.full(len(lanes), -1, np.int32),
        ),
        calendar=zeros(net.Calendar, first_day=FIRST_DAY, midnight_us=midnight[None, :]),
        labour=zeros(net.Labour, shift_minutes=np.full((count, 2), 510, np.int32)),
        fleet=zeros(net.Fleet),
        promises=zeros(net.Promises),
        arms=no_arms(),
        policy=net.Policy(*([0] * len(net.Policy._fields))),
        texts=net.Texts(
            nodes=tuple(row[0] for row in chosen),
            places=tuple(f"{index:03d}" for index in range(len(where))),
            items=tuple(f"item-{index:03d}" for index in range(200)),
            sellers=("house", "apparel-co", "beauty-co"),
            carriers=("ground", "air", "own van"),
            lanes=tuple(f"{chosen[a][0]} to {chosen[b][0]}" for a, b, _ in lanes),
            cartons=("small", "medium", "large"),
            time_zones=("America/New_York",),
            currency="USD",
        ),
    )


def season() -> NDArray[np.float64]:
    """Orders of a day against the mean: [DAYS]."""
    day = np.arange(DAYS)
    dates = np.datetime64("2026-01-01") + day
    month = dates.astype("datetime64[M]").astype(int) % 12
    factor: NDArray[np.float64] = np.array(MONTH)[month] * WEEKDAY[(day + 3) % 7]
    factor[330:338] *= [1.3, 1.5, 1.3, 1.4, 1.75, 1.5, 1.3, 1.2]
    factor[192:199] *= 1.45
    factor[353:] *= 0.5
    return factor / factor.mean()


class _Cube:
    """Fills the cells of one cube, day by day, for a set of fulfilment centres."""

    def __init__(self, nodes: Sequence[int], seed: int, orders_day: float) -> None:
        self.rng = np.random.default_rng(seed)
        self.cells = np.zeros((DAYS + 20, len(nodes), 3, METRICS, 2), np.int64)
        self.centres = [index for index, old in enumerate(nodes) if NODES[old][1] == NodeKind.FULFILMENT]
        share = np.full(len(self.centres), 1.0) if len(self.centres) != 3 else PLACE * 3
        noise = self.rng.normal(1, 0.03, (DAYS, len(self.centres)))
        self.orders = season()[:, None] * orders_day * share / share.sum() * noise  # [DAYS, centres]

    def put(self, metric: Metric, numerator: Any, denominator: Any = 0.0) -> None:
        """Both sides, [DAYS, centres] or a number, spread over the three sellers."""
        for seller, part in enumerate((0.55, 0.30, 0.15)):
            for place, node in enumerate(self.centres):
                for side, given in enumerate((numerator, denominator)):
                    whole = np.broadcast_to(np.asarray(given, np.float64), self.orders.shape)[:, place] * part
                    self.cells[:DAYS, node, seller, metric, side] += whole.astype(np.int64)


def _money(cube: _Cube) -> None:
    o = cube.orders
    mean = o.mean(axis=0)
    per_order = {
        Metric.COST_RECEIVE: 0.31, Metric.COST_PICK: 0.86, Metric.COST_PACK: 0.93, Metric.COST_LOAD: 0.14,
        Metric.COST_INDIRECT: 0.61, Metric.COST_SYSTEMS: 0.35, Metric.COST_MATERIAL: 0.75, Metric.COST_LINEHAUL: 0.02,
        Metric.COST_INBOUND: 1.62, Metric.COST_DUTY: 1.71, Metric.COST_RETURNS: 1.83, Metric.COST_RETURN_LOSS: 1.91,
        Metric.COST_HOLDING: 0.97,
    }  # fmt: skip
    for metric, cost in per_order.items():
        cube.put(metric, o * cost * MONEY, o)
    cube.put(Metric.COST_BUILDING, 0.74 * mean * MONEY)
    cube.put(Metric.COST_PARCEL, o * 0.92 * 9.31 * 1.06 * MONEY, o * 0.92 * 1.06)
    cube.put(Metric.COST_VAN, o * 0.09 * 7.9 * MONEY, o * 0.09)
    cube.put(Metric.COST_AFTER, o * 0.62 * MONEY, o * 0.07 * 1e6)
    cube.put(Metric.SALES, o * 66.8 * MONEY, o * 2.09)


def _people(cube: _Cube) -> None:
    o, mean = cube.orders, cube.orders.mean(axis=0)
    rates = (
        (Metric.PAID_PICK, Metric.NEEDED_PICK, 1.75 * 60 / 98),
        (Metric.PAID_PACK, Metric.NEEDED_PACK, 60 / 34),
    )
    week = np.repeat(np.add.reduceat(o, np.arange(0, DAYS, 7)) / 7, 7, axis=0)[:DAYS]
    for paid, needed, minutes in rates:
        rostered = np.minimum(week * 1.12, 2.35 * mean * np.array([1.1, 1.1, 0.92, 1.1][: o.shape[1]])) * minutes
        used = np.minimum(o * minutes, rostered * 1.1)
        cube.put(paid, np.maximum(used, rostered * 0.9), used * 60 * 0.83)
        cube.put(needed, o * minutes, rostered)
    for metric, minutes in ((Metric.PAID_RECEIVE, 0.66), (Metric.PAID_LOAD, 0.3), (Metric.PAID_INDIRECT, 1.35)):
        cube.put(metric, o * minutes, o * minutes * 60 * 0.7)
    over = np.clip(o / mean - 1.5, 0, 1)
    cube.put(Metric.OVERTIME, o * over * 0.5, o * 5.1)
    cube.put(Metric.TEMPS, o * over * 0.8)
    cube.put(Metric.ABOVE_PACE, o * over * 0.1, o * 4.0)
    limit = 2.2 * mean
    cube.put(Metric.CAPACITY, np.minimum(o, limit * 1.02), np.broadcast_to(limit, o.shape))
    cube.put(Metric.BACKLOG, np.clip(o - 2.25 * mean * np.array([1.1, 1.1, 0.95, 1.1][: o.shape[1]]), 0, None), o)
    cube.put(Metric.ROLLED, o * 0.0006)


def _service(cube: _Cube, near: float) -> None:
    o, mean = cube.orders, cube.orders.mean(axis=0)
    cube.put(Metric.ORDERS_PLACED, o * 1.004, o * 1.75)
    cube.put(Metric.ORDERS_REFUSED, o * 0.004)
    cube.put(Metric.SHIPMENTS, o * 1.06, o * 1.75)
    cube.put(Metric.CARTONS, o * 1.08, o * 0.06)
    cube.put(Metric.COMPLETED, o)
    strain = np.clip(o / mean - 2, 0, 2)
    cube.put(Metric.SHIPPED_ON_TIME, o * (0.988 - 0.06 * strain), o)
    causes = (0.0016, 0.0004, 0.0, 0.001, 0.0022, 0.031, 0.0086, 0.0012)
    for number, part in enumerate(causes):
        cell = Metric(Metric.LATE_NO_STOCK + number)
        cube.put(cell, o * (part + (0.06 * strain if cell == Metric.LATE_NO_LABOUR else 0)))
    late = sum(cube.cells[:, :, :, Metric.LATE_NO_STOCK + number, 0] for number in range(8))
    cube.put(Metric.DELIVERED_ON_TIME, 0, o)
    cells = cube.cells[:, :, :, Metric.DELIVERED_ON_TIME]
    cells[..., 0] = cells[..., 1] - late
    cube.put(Metric.TWO_DAYS, o * (0.681 + near), o)
    cube.put(Metric.COMPLETED_DAYS, o * (2.35 - near))
    cube.put(Metric.ZONE, o * (4.12 - 3 * near), o)
    cube.put(Metric.WEIGHT, o * 1990, o * 1440)
    cube.put(Metric.NEAREST, o * 1.75 * 0.873, o * 1.75)
    cube.put(Metric.LINES_FILLED, o * 1.75 * 0.974, o * 1.75)
    cube.put(Metric.LOST_SALES, o * 0.44 * MONEY, o * 0.02)
    cube.put(Metric.CANCELLED_STOCK, o * 0.007, o * 1.75)
    cube.put(Metric.SHORT, o * 0.009, o * 1.75)
    cube.put(Metric.RETURNED, o * 0.27, o * 2.06)
    cube.put(Metric.CARBON, o * 1180)
    cube.put(Metric.CARBON_INBOUND, o * 410)
    cube.put(Metric.ROUTES, mean * 0.09 / 118, mean * 0.09)


def _stock(cube: _Cube, nodes: Sequence[int]) -> NDArray[np.void]:
    rng, o = cube.rng, cube.orders
    rows = []
    level = o.mean(axis=0) * 2.09 * np.array([52, 46, 49, 40][: o.shape[1]])
    storage = list(nodes).index(6)
    held = o.sum(axis=1).mean() * 2.09 * 30.0
    sold = o * 2.09
    for day in range(DAYS):
        ahead = sold[day : day + 28].mean(axis=0)
        received = np.where(rng.random(len(level)) < 0.16, np.maximum(0, ahead * 52 - level), 0)
        level = np.maximum(level + received - sold[day], sold[day])
        held += float(sold[day].sum() * 1.02 - received.sum())
        held = max(held, 1e5)
        for place, node in enumerate(cube.centres):
            cells = cube.cells[day, node, 0]
            cells[Metric.STOCK_UNITS] += np.array([level[place], sold[day, place]], np.int64)
            cells[Metric.STOCK_VALUE] += np.array([level[place] * 9.8 * MONEY, level[place] * 8600], np.int64)
            cells[Metric.AGED] += np.array([level[place] * 0.11, level[place]], np.int64)
            cells[Metric.RECEIVED] += np.array([received[place] / 60, received[place]], np.int64)
            rows.append((day, node, int(level[place]), int(level[place] * (0.08 + 0.05 * day / DAYS))))
        cube.cells[day, storage, 0, Metric.STOCK_UNITS, 0] += int(held)
        cube.cells[day, storage, 0, Metric.STOCK_VALUE, 0] += int(held * 9.8 * MONEY)
        rows.append((day, storage, int(held), int(held * 0.2)))
    table = np.zeros(len(rows), DAY_CLOSED.dtype)
    for column, place in (("day", 0), ("node", 1), ("units", 2), ("aged_units", 3)):
        table[column] = [row[place] for row in rows]
    return table


def _spread(near: float, orders: float) -> NDArray[np.int64]:
    bins = np.arange(BINS)
    table = np.zeros((8, BINS))
    table[Spread.CLICK_TO_SHIP_H] = np.exp(-(((bins - 13) / 9.0) ** 2)) + 0.01 * np.exp(-bins / 30)
    table[Spread.CLICK_TO_DOOR_H] = np.exp(-(((np.log1p(bins) - np.log(66 - 40 * near)) / 0.36) ** 2) / 2) / (bins + 1)
    table[Spread.DOCK_TO_STOCK_H] = np.exp(-bins / 8.5)
    table[Spread.BUSINESS_DAYS, 1:8] = (0.13 + near, 0.551, 0.201, 0.073, 0.03, 0.01, 0.005)
    sums = table.sum(axis=1, keepdims=True)
    counts: NDArray[np.int64] = (table / np.where(sums > 0, sums, 1) * orders).astype(np.int64)
    return counts


def _flow(where: NDArray[np.float64], nodes: Sequence[int], orders: float) -> NDArray[np.int64]:
    flow = np.zeros((len(where), len(nodes), 3), np.int64)
    centres = [index for index, old in enumerate(nodes) if NODES[old][1] == NodeKind.FULFILMENT]
    at = np.array([NODES[nodes[index]][2:4] for index in centres])
    turn = np.cos(np.radians(where[:, :1]))
    apart = np.hypot(where[:, :1] - at[:, 0], (where[:, 1:2] - at[:, 1]) * turn) * 111  # [P, centres] km
    order = apart.argsort(axis=1)
    volume = where[:, 2] / where[:, 2].sum() * orders
    for rank, part in enumerate((0.88, 0.09, 0.03)):
        for place in range(len(where)):
            pick = order[place, rank]
            shipments = volume[place] * part
            days = 1.3 + apart[place, pick] / 900
            flow[place, centres[pick]] = (shipments, shipments * days, shipments * (7 + apart[place, pick] / 900) * 1e6)
    return flow


def _items(nodes: Sequence[int], seed: int) -> NDArray[np.void]:
    rng = np.random.default_rng(seed)
    rows = []
    for node in (index for index, old in enumerate(nodes) if NODES[old][1] == NodeKind.FULFILMENT):
        for item in range(200):
            rate = float(rng.lognormal((3.4, 2.0, 0.4)[0 if item < 20 else 1 if item < 80 else 2], 0.6))
            cover = float(rng.lognormal(np.log((38, 52, 85)[0 if item < 20 else 1 if item < 80 else 2]), 0.7))
            held = 0 if rng.random() < 0.03 else int(rate * cover)
            rows.append((item, node, held, int(rate * 1000)))
    return np.array(rows, STOCK_ITEM)


RULES = (
    ("click_to_door_cost_per_order", 8, 25, 11, 16, "a parcel alone is 6 to 12, a building 3 to 6"),
    ("delivered_on_time", 0.8, 0.995, 0.94, 0.97, "99.9 % means that weather and carriers are switched off"),
    ("shipped_on_time", 0.9, 1.0, 0.975, 0.995, "ship-by follows from stock and cut-off"),
    ("cost_to_serve_of_sales", 0.08, 0.35, 0.2, 0.3, "lean brands 10 to 15 %, small baskets 20 to 30 %"),
    ("parcel_cost_per_parcel", 5.5, 14, 7.5, 10, "the cheapest pound to the nearest zone is 6.4"),
    ("click_to_door_p50_d", 1.2, 6, 2.5, 3.5, "never below the carrier's minimum"),
    ("orders_per_person_hour", 5, 35, 8, 14, "median 10, best 35 or more"),
    ("parcels_per_order", 1.0, 1.35, 1.03, 1.12, "each order is at least one parcel"),
    ("fill_rate", 0.88, 0.998, 0.95, 0.985, "100 % is a model with stock without end"),
    ("days_of_stock", 25, 180, 50, 90, "ocean freight, long tail"),
    ("overtime_share_peak", 0.025, 0.25, 0.08, 0.12, "no peak without overtime, and people tire"),
    ("stops_per_route", 40, 220, 110, 170, "9.5 hours at 2.2 minutes and the way between"),
)


def with_bounds(record: Record) -> Record:
    """The record with its figures judged; stops a route are not measured here."""
    names = ("metric", "low", "high", "typical_low", "typical_high", "reason")
    rules = [dict(zip(names, rule, strict=True)) | {"applies": ["parcel"]} for rule in RULES]
    found = figures(record) | {"stops_per_route": float("nan")}
    return record._replace(bounds=judged(rules, found, Kind("parcel", record.scale, 3)))


def fake_record(
    *, fourth: bool = False, seed: int = 7, where: NDArray[np.float64] | None = None, orders_day: float = 8000
) -> Record:
    """One rehearsal of three or, with `fourth`, four fulfilment centres."""
    nodes = list(range(13 if fourth else 12))
    near = 0.061 if fourth else 0.0
    points = places(3) if where is None else where
    cube = _Cube(nodes, seed, orders_day)
    _money(cube)
    _people(cube)
    _service(cube, near)
    if fourth:
        cube.cells[:, :, :, Metric.COST_PARCEL, 0] = cube.cells[:, :, :, Metric.COST_PARCEL, 0] * 97 // 100
        cube.cells[:, :, :, Metric.COST_BUILDING, 0] = cube.cells[:, :, :, Metric.COST_BUILDING, 0] * 150 // 100
    stock = _stock(cube, nodes)
    orders = float(cube.orders.sum())
    record = Record(
        name="demo",
        network=network(points, nodes),
        cube=cube.cells,
        spread=_spread(near, orders),
        flow=_flow(points, nodes, orders * 1.06),
        stock_days=stock,
        first_day=FIRST_DAY,
        days=DAYS,
        scale=1.0,
        seed=seed,
        seconds=93.4,
        facts=61_204_118,
        digest="5f0c9a31d2e47b86",
        assumed=Assumed(412, 861_000),
        bounds=(),
        suggestions=(
            Suggestion(
                "16 more packers in Allentown, weeks 47 to 50", "some 9,300 fewer late orders", "from the backlog"
            ),
            Suggestion(
                "Order cut-off 13:00 for the two-day promise in zone 5", "about $61,000 a year", "upgrades saved"
            ),
            Suggestion("Close the Vernon delivery station", "about $38,000 a year", "van cost above the carrier's"),
        ),
        banner="not compared with any actuals",
        stock_items=_items(nodes, seed),
    )
    return with_bounds(record)


def us_places(path: str) -> NDArray[np.float64]:
    """The 887 ZIP areas of the shared data, for looking at: [P, 3]."""
    table = np.genfromtxt(path, delimiter=",", skip_header=1, usecols=(2, 3, 1))
    return table[table[:, 2] > 0]

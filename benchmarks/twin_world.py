"""The network day: a hundred nodes, twenty thousand items, a million orders on one day and two days to bring them home.

Sixteen fulfilment centres across the country, eighty-three bulk storages that feed them, one maker; waves each minute;
lines and units an order and the hours of the day as in the built-in network (docs/reference.md names their sources);
items sell by Zipf's law. Stock is two weeks of each item's demand by centre, so that some orders are split or wait.
The house plans for such a day every day: that the other two sell nothing is a surprise, so hands are there to bring it
home. 93 in 100 parcels leave within the three days.
"""

from __future__ import annotations

from pathlib import Path

from benchmarks.live_workspace import CENTRES, STORAGES, rows_of
from tests.books.small_workspace import FILES, write

ORDERS = 1_000_000
ITEMS = 20_000
UNITS_AN_ORDER = 2.1
DAYS_OF_STOCK = 14
ZIPF_FLAT = 50
"""Added to an item's rank: the best seller has about one order line in four hundred."""
PLACES = (
    ("100", 8, 40.75, -74.00, "America/New_York"), ("191", 5, 39.95, -75.16, "America/New_York"),
    ("021", 5, 42.36, -71.06, "America/New_York"), ("331", 6, 25.77, -80.19, "America/New_York"),
    ("303", 5, 33.75, -84.39, "America/New_York"), ("606", 7, 41.88, -87.63, "America/Chicago"),
    ("770", 6, 29.76, -95.37, "America/Chicago"), ("752", 6, 32.78, -96.80, "America/Chicago"),
    ("802", 4, 39.74, -104.99, "America/Denver"), ("850", 5, 33.45, -112.07, "America/Phoenix"),
    ("900", 9, 34.05, -118.24, "America/Los_Angeles"), ("941", 6, 37.77, -122.42, "America/Los_Angeles"),
    ("981", 5, 47.61, -122.33, "America/Los_Angeles"), ("967", 1, 21.31, -157.86, "Pacific/Honolulu"),
)  # fmt: skip
DEMAND = """
[orders]
orders_per_day = {orders}
customers = 20000000
member_percent = 30
economy_percent = 15
cancel_percent = 1.0
cancel_mean_hours = 3

[shape]
hour = [
    1.4, 0.8, 0.5, 0.4, 0.5, 0.9, 1.8, 3.2, 4.6, 5.8, 6.6, 7.2,
    7.6, 6.9, 6.1, 5.5, 5.2, 4.9, 5.2, 5.8, 6.4, 5.6, 4.2, 2.9,
]
lines = [62, 20, 9, 4.5, 2.0, 1.0, 0.7, 0.4, 0.2, 0.2]
units = [86, 10.2, 2.4, 0.8, 0.4, 0.2]

[[surge]]
name = "nobody knew that only the first day sells"
from = 2026-03-03
until = 2026-03-04
factor = 0
"""
POLICIES = """
[sourcing]
split_penalty = 1.5

[floor]
wave_minutes = 1

[door]
late_percent = [5, 1]
"""
NATURE = """
[hands]
spread_percent = { receive = 40, pick = 35, pack = 30, load = 25 }
absence_percent = 7
mispick_percent = 0.4
damage_percent = 0.1

[[carrier]]
carrier = "ground"
late_1_percent = 4
late_2_percent = 1
attempt_fails_percent = 3
lost_percent = 0.2
damaged_percent = 0.3
"""


def share(rank: int) -> float:
    """How much an item sells, by its rank from 0."""
    return 1 / (rank + ZIPF_FLAT)


def network_day(folder: Path, orders: int = ORDERS, items: int = ITEMS) -> Path:
    """Write the workspace; hands, stock and vehicles grow with `orders`."""
    node_head, _ = rows_of(FILES["nodes.csv"])
    label = "America/New_York"
    centres = [f"centre_{n:02d}" for n in range(CENTRES)]
    storages = [f"storage_{n:02d}" for n in range(STORAGES)]
    nodes = [f"maker,supplier,36.07,-79.79,{label},0,0,0,,Mon-Fri,14:00,18:00"]
    nodes += [
        f"{name},fulfilment,{26 + 7 * n % 20},{-120 + 3 * n},{label},900000,10,9000000,storage_{n:02d},Mon-Sun,"
        "17:00,20:00"
        for n, name in enumerate(centres)
    ]
    nodes += [
        f"{name},storage,{31 + n % 10},{-118 + n / 2},{label},73000,10,9000000,,Mon-Sun,14:00,18:00"
        for n, name in enumerate(storages)
    ]
    lanes = [f"maker_{name},maker,{name},truck,80,20000,9,2.42,650,1.5,480,Mon-Fri 16:00" for name in storages]
    lanes += [
        f"feed_{n:02d},storage_{n:02d},{name},truck,80,20000,40,2.42,650,0.5,480,Mon-Sun 04:00; Mon-Sun 12:00"
        for n, name in enumerate(centres)
    ]
    heads = {"receive": orders // 50_000 + 2, "pick": orders // 8_000 + 3, "pack": orders // 2_800 + 4, "load": 40}
    rates = {"receive": "22,", "pick": "130,", "pack": "28,65", "load": "250,"}
    labour = [f"{name},{each},{heads[each]},9999,{rates[each]},28" for name in centres for each in heads]
    labour += [f"{name},{each}" for name in storages for each in ("receive,4,,22,,28", "load,4,,250,,28")]
    total = sum(share(n) for n in range(items))
    daily = [orders * UNITS_AN_ORDER * share(n) / total for n in range(items)]
    goods = [f"item_{n:05d},Item {n},owner,0.5,2,25,20,5,8,maker,{share(n) * 1e4:.4f}" for n in range(items)]
    stock = [
        f"item_{n:05d},{name},{max(round(daily[n] / CENTRES * DAYS_OF_STOCK), 1)},{int(n % 50 == 0)}"
        for n in range(items) for name in centres
    ]  # fmt: skip
    places = [f"{place},{weight},{lat},{lon},{zone},no,600,all," for place, weight, lat, lon, zone in PLACES]
    return write(
        folder,
        nodes_csv=text(node_head, nodes),
        lanes_csv=text(rows_of(FILES["lanes.csv"])[0], lanes),
        labour_csv=text(rows_of(FILES["labour.csv"])[0], labour),
        items_csv=text(rows_of(FILES["items.csv"])[0], goods),
        stock_csv=text("item,node,quantity,wrong", stock),
        places_csv=text(rows_of(FILES["places.csv"])[0], places),
        carriers_csv="\n".join(FILES["carriers.csv"].replace(",secaucus", ",").splitlines()[:2]) + "\n",
        sellers_csv="seller,order_percent\nowner,100\n",
        packs_csv="item,level,quantity,weight_kg,volume_l\n",
        kits_csv="kit,item,units\n",
        shifts_csv=text(
            "node,shift_1_start,shift_1_hours,shift_2_start,shift_2_hours",
            [f"{name},05:00,10,15:00,9" for name in centres],
        ),
        fleet_csv="node,vans,cost_van_day,cost_hour,area_km2\n",
        calendars_csv="date,until,what,who,amount,note\n",
        assumptions_csv="file,field,value\n",
        demand_toml=DEMAND.format(orders=orders),
        policies_toml=POLICIES,
        nature_toml=NATURE,
        firstbest_toml=FILES["firstbest.toml"].replace("days = 14", "days = 3"),
    )


def text(head: str, rows: list[str]) -> str:
    """A CSV of rows under their head."""
    return "\n".join([head, *rows]) + "\n"

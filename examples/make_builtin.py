"""Make the larger tables of the built-in network again, byte for byte.

    python examples/make_builtin.py PLACES_CSV [FOLDER]

PLACES_CSV is ../shared/data/places/us_zip3_2010.csv (US Census 2010 by three-digit ZIP area, public domain).
FOLDER is src/firstbest/store/builtin by default; its small hand-written files (nodes.csv, policies.toml ...) are
read and stay as they are. Written: places.csv, items.csv, stock.csv, labour.csv, carrier_rates/*.csv and, from
the ranges in make_assumptions.py, assumptions.csv.

There is no randomness: spreads come from low-discrepancy sequences (multiples of an irrational number, modulo 1)
put through the normal quantile. Nothing here is fitted to the outcome of a rehearsal; the arithmetic that the
numbers rest on stands beside each function and in assumptions.csv.
"""

from __future__ import annotations

import csv
import math
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from statistics import NormalDist
from typing import NamedTuple

from make_assumptions import write_assumptions
from make_kits import KIT_HEADER, kit_rows
from make_places import Place, nearest_shares, read_places, write_places

ITEMS = 2_400
ORDERS_DAY = 8_000.0
LINES = (62.0, 20.0, 9.0, 4.5, 2.0, 1.0, 0.7, 0.4, 0.2, 0.2)  # percent of orders by lines, mean 1.75
UNITS = (86.0, 10.2, 2.4, 0.8, 0.4, 0.2)  # percent of lines by units, mean 1.2
UNITS_ORDER = 2.1
UNITS_DAY = ORDERS_DAY * UNITS_ORDER
# Share of lines by rank of the item: practice.md, section 1, measured on UCI Online Retail II.
PARETO = ((24, 0.10), (120, 0.32), (240, 0.48), (480, 0.68), (1_200, 0.93), (2_400, 1.0))
TOP_EXPONENT = 0.8  # within the first 24 items, where nothing was measured
A_ITEMS, B_ITEMS = 480, 1_200  # 20 % A, 30 % B, 50 % C
INBOUND_L_UNIT = 0.30 * 28.3168  # 0.30 cubic feet a unit on its way in
START_FACTOR = 0.85  # season of January to mid-May against the mean of the year
NORMAL = NormalDist()
VAN_DROP = "2.75"
"""What one more drop costs while vans and station stand there anyway: 3.4 minutes at 34 an hour, .80 handling."""


class Trade(NamedTuple):
    """What one seller sells. Spreads are of the logarithm."""

    seller: str
    order_share: float
    order_value: float
    return_percent: float
    weight_g: float  # median unit
    weight_spread: float
    cm3_g: float  # median litres a kilogram
    cm3_g_spread: float
    price_spread: float
    suppliers: tuple[tuple[str, float], ...]  # share of all units, percent
    nouns: tuple[str, ...]
    kinds: tuple[str, ...]


# Units by supplier: Ningbo 28, Shenzhen 17.5, Ho Chi Minh City 24.5 (70 overseas), Guadalajara 15, Greensboro 15.
TRADES = (
    Trade("homeware", 0.55, 62.0, 9.0, 690, 0.60, 3.0, 0.55, 0.50,
          (("ningbo", 25.0), ("shenzhen", 14.5), ("ho_chi_minh", 4.5), ("guadalajara", 8.0), ("greensboro", 3.0)),
          ("saucepan", "frying pan", "storage jar", "cutting board", "table lamp", "throw pillow", "bath towel",
           "serving bowl", "kettle", "knife set", "picture frame", "drawer organiser", "coffee grinder", "mug set",
           "wall clock", "baking tray", "spice rack", "duvet cover", "candle holder", "measuring cups", "bread box"),
          ("oak", "steel", "linen", "stoneware", "glass", "bamboo", "copper", "cast-iron", "enamel", "walnut")),
    Trade("apparel", 0.30, 85.0, 24.0, 460, 0.35, 3.6, 0.35, 0.40,
          (("ho_chi_minh", 20.0), ("guadalajara", 7.0), ("ningbo", 3.0)),
          ("T-shirt", "hooded jacket", "chinos", "dress", "cardigan", "leggings", "polo shirt", "rain jacket",
           "jeans", "blouse", "shorts", "pullover", "skirt", "vest", "pyjamas"),
          ("navy", "black", "sand", "olive", "white", "rust", "sky", "charcoal")),
    Trade("beauty", 0.15, 48.0, 5.0, 350, 0.40, 2.6, 0.35, 0.45,
          (("greensboro", 12.0), ("shenzhen", 3.0)),
          ("vitamin D", "collagen powder", "face serum", "hand cream", "shampoo", "omega-3", "sun lotion",
           "magnesium", "hair mask", "protein bar box", "lip balm set", "face mask"),
          ("daily", "gentle", "intense", "travel", "family", "sensitive")),
)  # fmt: skip
# Days from order to stock at Riverside: production (suppliers.csv), the wait for the next departure, lanes.csv. By sea
# 65 % go by Los Angeles (20 + 7 days) and 35 % by Savannah (36 + 10).
SEA_DAYS = 3.5 + 0.65 * 27 + 0.35 * 46
PIPELINE_DAYS = {
    "ningbo": 45 + SEA_DAYS,
    "shenzhen": 40 + SEA_DAYS,
    "ho_chi_minh": 55 + SEA_DAYS,
    "guadalajara": 30 + 2 + 4,
    "greensboro": 30 + 2 + 5.5,
}
DUTY_PERCENT = {"ningbo": 8.0, "shenzhen": 8.0, "ho_chi_minh": 8.0, "guadalajara": 0.0, "greensboro": 0.0}
LOT_UNITS = {"A": 48, "B": 24, "C": 12}  # master cartons
REVIEW_DAYS, COVER_STORAGE_DAYS, COVER_NODE_DAYS, SAFETY_Z = 7, 35, 14, 1.65  # policies.toml
UNITS_DISPERSION = 1.49  # E[u^2] / E[u] of UNITS: daily units of an item are a compound Poisson sum
OVERBOUGHT_EVERY, OVERBOUGHT_DAYS = 20, 720  # every 20th B or C item was bought two years too high
WRONG_EVERY, WRONG_SHARE = 50, 0.08  # 2 % of stock records are wrong, two in three of them too high
CENTRES = ("ontario", "dallas", "allentown")
STORAGE = "riverside"


class Item(NamedTuple):
    """One row of items.csv, with its rank and its share of all lines."""

    name: str
    title: str
    trade: Trade
    share: float  # of all lines
    klass: str
    weight_g: float
    volume_cm3: float
    longest_cm: float
    price: float
    returns: float
    supplier: str


def spread(index: int, step: float, width: float) -> float:
    """A factor exp(width x normal quantile) from a low-discrepancy sequence, cut at 0.5 % and 99.5 %."""
    place = (0.5 + (index + 1) * step) % 1.0
    return math.exp(width * NORMAL.inv_cdf(min(max(place, 0.005), 0.995)))


def line_share(rank: int) -> float:
    """Share of all lines of the items 1 to `rank`: a power law between each two measured points."""
    below, share = PARETO[0]
    if rank <= below:
        return share * math.pow(rank / below, TOP_EXPONENT)
    for (low, at_low), (high, at_high) in pairwise(PARETO):
        if rank <= high:
            return at_low * math.pow(rank / low, math.log(at_high / at_low) / math.log(high / low))
    return 1.0


def next_by_quota(share: float, quota: Sequence[float], given: list[float], total: float) -> int:
    """Whoever is furthest behind its quota takes the share."""
    behind = [part * (total + share) - had for part, had in zip(quota, given, strict=True)]
    chosen = behind.index(max(behind))
    given[chosen] += share
    return chosen


def cut_into_items() -> Iterator[tuple[int, float, int, str]]:
    """(rank, share of all lines, trade, supplier) of every item, most sold first."""
    given = [0.0] * len(TRADES)
    by_supplier = [[0.0] * len(trade.suppliers) for trade in TRADES]
    total = 0.0
    for rank in range(1, ITEMS + 1):
        share = line_share(rank) - line_share(rank - 1)
        chosen = next_by_quota(share, [trade.order_share for trade in TRADES], given, total)
        total += share
        trade = TRADES[chosen]
        whole = sum(part for _, part in trade.suppliers)
        quota = [part / whole for _, part in trade.suppliers]
        had = by_supplier[chosen]
        maker = next_by_quota(share, quota, had, sum(had))
        yield rank, share, chosen, trade.suppliers[maker][0]


def make_items() -> list[Item]:
    """All items; prices are scaled so that a seller's mean order comes to its value, and so are its returns."""
    counts = [0] * len(TRADES)
    raw = []
    for rank, share, chosen, supplier in cut_into_items():
        trade, index = TRADES[chosen], counts[chosen]
        counts[chosen] += 1
        weight = max(trade.weight_g * spread(index, 0.6180339887, trade.weight_spread), 40.0)
        volume = weight * trade.cm3_g * spread(index, 0.7548776662, trade.cm3_g_spread)
        longest = volume ** (1 / 3) * (1.25 + 0.65 * ((index * 0.5698402910) % 1.0))
        heavy = (weight / trade.weight_g) ** 0.35  # heavier things cost somewhat more
        price = heavy * spread(index, 0.4142135624, trade.price_spread)
        returns = 0.7 + 0.6 * ((index * 0.8191725134) % 1.0)
        title = f"{trade.kinds[index % len(trade.kinds)]} {trade.nouns[index % len(trade.nouns)]} {index + 1}"
        klass = "A" if rank <= A_ITEMS else "B" if rank <= B_ITEMS else "C"
        name = f"{trade.seller[0].upper()}{index + 1:04}"
        raw.append(Item(name, title, trade, share, klass, weight, volume, longest, price, returns, supplier))
    scaled = []
    for trade in TRADES:
        own = [item for item in raw if item.trade is trade]
        whole = sum(item.share for item in own)
        price_scale = trade.order_value / UNITS_ORDER / (sum(item.share * item.price for item in own) / whole)
        return_scale = trade.return_percent / (sum(item.share * item.returns for item in own) / whole)
        share_scale = trade.order_share / whole
        scaled += [
            item._replace(
                price=max(round(item.price * price_scale * 2) / 2 - 0.01, 1.99),
                returns=item.returns * return_scale,
                share=item.share * share_scale,
            )
            for item in own
        ]
    return scaled


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """One CSV file with Unix line ends."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_items(folder: Path, items: Sequence[Item]) -> None:
    """items.csv. Space on the way in is the mean of 0.30 cubic feet, shared out by each item's own volume."""
    inbound = INBOUND_L_UNIT / sum(item.share * item.volume_cm3 / 1000 for item in items)
    header = [
        "item",
        "name",
        "seller",
        "weight_kg",
        "volume_l",
        "longest_cm",
        "inbound_volume_l",
        "price",
        "cost",
        "duty_percent",
        "supplier",
        "lot_units",
        "class",
        "return_percent",
        "share",
    ]
    rows = [
        (item.name, item.title, item.trade.seller, f"{item.weight_g / 1000:.3f}", f"{item.volume_cm3 / 1000:.3f}",
         f"{item.longest_cm:.1f}", f"{item.volume_cm3 / 1000 * inbound:.2f}", f"{item.price:.2f}",
         f"{item.price * 0.32:.2f}", f"{DUTY_PERCENT[item.supplier]:g}", item.supplier, LOT_UNITS[item.klass],
         item.klass, f"{item.returns:.1f}", f"{item.share / item.trade.order_share * 1e6:.1f}")
        for item in items
    ]  # fmt: skip
    write_rows(folder / "items.csv", header, rows)


def write_stock(folder: Path, items: Sequence[Item], shares: dict[str, float]) -> None:
    """stock.csv: what this network would hold on 1 January by its own cover policies.

    A centre holds its cover, 14 days of mean demand. The network holds its covers (35 + 14 days), half a review
    period and safety stock for the lead time; storage has what the centres have not. Nothing can stand on the way
    in a stock file, so cargo that a running network would have at its makers and at sea (a pipeline's worth of
    days, 36 to 92) is put into storage as well: it runs down until the first arrivals. Every 20th B or C item was
    bought 720 days too high; that is what dead stock looks like. Every 50th record is wrong by 8 % or a unit.
    """
    rows: list[tuple[str, str, int]] = []
    slow = 0
    for item in items:
        mean = item.share * UNITS_DAY
        pipeline = PIPELINE_DAYS[item.supplier]
        safety = SAFETY_Z * math.sqrt(UNITS_DISPERSION * mean * (pipeline + REVIEW_DAYS))
        days = COVER_STORAGE_DAYS + COVER_NODE_DAYS + REVIEW_DAYS / 2 + pipeline
        network = mean * START_FACTOR * days + safety
        if item.klass != "A":
            slow += 1
            if slow % OVERBOUGHT_EVERY == 0:
                network += mean * OVERBOUGHT_DAYS
        held = {centre: max(round(mean * shares[centre] * COVER_NODE_DAYS), 1) for centre in CENTRES}
        rows.append((item.name, STORAGE, max(round(network) - sum(held.values()), 0)))
        rows += [(item.name, centre, held[centre]) for centre in CENTRES]
    header = ("item", "node", "quantity", "wrong")
    write_rows(folder / "stock.csv", header, ((*row, wrong_by(n, row[2])) for n, row in enumerate(rows)))


def wrong_by(record: int, quantity: int) -> int:
    """True less book stock of a record."""
    if record % WRONG_EVERY != WRONG_EVERY // 2:
        return 0
    size = max(round(quantity * WRONG_SHARE), 1)
    return size if record // WRONG_EVERY % 3 == 0 else -min(size, quantity)


RATE_WEIGHTS = (1, 2, 5, 10, 20, 50)
RATE_ZONES = {
    2: (6.40, 7.00, 8.20, 9.90, 13.50, 27.0),
    4: (6.85, 7.80, 9.80, 12.40, 18.0, 37.0),
    5: (7.20, 8.40, 11.20, 14.80, 22.50, 46.0),
    8: (8.30, 10.60, 15.90, 23.20, 38.0, 74.0),
}
AIR_MULTIPLE = 2.2


def write_rates(folder: Path) -> None:
    """carrier_rates/ground.csv, air_two_day.csv and what a drop by own van is believed to cost.

    Zone 3 is zone 2 plus 3 % at 1 lb rising straight to plus 10 % at 50 lb; zones 6 and 7 stand at one and two
    thirds of the way from zone 5 to zone 8. Air is the ground price of the zone times a multiple.
    """
    zones: dict[int, tuple[float, ...]] = dict(RATE_ZONES)
    zones[3] = tuple(p * (1.03 + 0.07 * (w - 1) / 49) for w, p in zip(RATE_WEIGHTS, zones[2], strict=True))
    for zone, part in ((6, 1 / 3), (7, 2 / 3)):
        zones[zone] = tuple(a + (b - a) * part for a, b in zip(zones[5], zones[8], strict=True))
    header = ("weight", *(f"zone_{zone}" for zone in range(2, 9)))
    for name, multiple in (("ground", 1.0), ("air_two_day", AIR_MULTIPLE)):
        rows = [
            (weight, *(f"{zones[zone][step] * multiple:.2f}" for zone in range(2, 9)))
            for step, weight in enumerate(RATE_WEIGHTS)
        ]
        write_rows(folder / "carrier_rates" / f"{name}.csv", header, rows)
    for name in ("vans_new_york", "vans_los_angeles"):
        rows = [(weight, *([VAN_DROP] * 7)) for weight in (1, 68)]
        write_rows(folder / "carrier_rates" / f"{name}.csv", header, rows)


class Work(NamedTuple):
    """Productive hours by order at a centre: rates of labour.csv, 53 % of orders of one unit."""

    receive: float
    pick: float
    pack: float
    load: float


def work_of_order() -> Work:
    """Hours an order. Receipts: each item comes to a centre about once a week: 2,400 / 7 lines a day there."""
    lines = sum(n * part for n, part in enumerate(LINES, 1)) / 100
    single = LINES[0] / 100 * UNITS[0] / 100
    pick = lines / 130 + (UNITS_ORDER - lines) * 4 / 3600
    pack = 1.05 * (single / 65 + (1 - single) / 28)
    receipts = 3 * (ITEMS / 7) / ORDERS_DAY
    return Work(receipts / 22, pick, pack, 1.07 / 250)


def write_labour(folder: Path, shares: dict[str, float]) -> None:
    """labour.csv: as many permanent heads as the mean day needs, over the week, and no more.

    Hours a week = orders x 7 x hours an order / 83 % productive; a head gives 40 h x (1 - 7 % absence) = 37.2.
    Sunday does not ship, so Monday brings 1.9 times the mean (half of Saturday, Sunday, and Monday until the
    cut-off) and Saturday 0.9: all heads work on Monday, their day off falls on Tuesday to Saturday, and
    Monday's rest is overtime. January to September runs at about 0.90 of the mean: that slack is paid. Pack
    stations: 2.2 times the planned mean of 2,300, 2,300, 3,400 orders on two shifts of 8 h (13.3 productive
    hours x 40 orders = 532 a station and day).
    """
    work = work_of_order()
    stations = {"ontario": 10, "dallas": 10, "allentown": 14}
    rates = {"receive": 22, "pick": 130, "pack": 28, "load": 250}
    rows: list[Sequence[object]] = []
    for centre in CENTRES:
        orders = ORDERS_DAY * shares[centre]
        weekly = dict(zip(work._fields, (orders * 7 * hours / 0.83 for hours in work), strict=True))
        weekly["receive"] = ITEMS / 22 / 0.83  # a line of each item a week, whatever the volume
        heads = {process: math.ceil(hours / 37.2) for process, hours in weekly.items()}
        for process, count in heads.items():
            packs = process == "pack"
            rows.append((centre, process, count, stations[centre] if packs else "", rates[process],
                         65 if packs else "", 4 if process == "pick" else 0, 83, "28.00", 150, 130, 100,
                         math.ceil(count * 1.5), 65, 6, 30 if process in ("pick", "pack") else 0))  # fmt: skip
        indirect = math.ceil(sum(heads.values()) * 0.35)
        rows.append((centre, "indirect", indirect, "", 0, "", 0, 83, "28.00", 150, 130, 100, 0, 100, 0, 0))
    # Riverside: about 95 supplier lines a day (A weekly, B and C every few weeks) and 2.5 s a unit, times 1.75: its
    # contracts carry the autumn and the bunches after a port delay. It loads about 1,400 master cartons a day.
    receive = (95 / 22 + UNITS_DAY * 2.5 / 3600) * 7 / 0.83 / 37.2 * 1.75
    storage = (("receive", math.ceil(receive), 22, 2.5), ("load", 2, 250, 0))
    for process, count, rate, extra in storage:
        rows.append((STORAGE, process, count, "", rate, "", extra, 83, "28.00", 150, 130, 100, count * 2, 65, 6, 0))
    rows.append((STORAGE, "indirect", 2, "", 0, "", 0, 83, "28.00", 150, 130, 100, 0, 100, 0, 0))
    header = [
        "node", "process", "heads", "stations", "units_hour", "single_hour", "extra_unit_s", "productive_percent",
        "wage_hour", "overtime_percent", "temp_percent", "temp_speed_percent", "temps_max", "start_percent",
        "ramp_weeks", "cross_trained_percent",
    ]  # fmt: skip
    write_rows(folder / "labour.csv", header, rows)


def centre_shares(folder: Path, places: Sequence[Place]) -> dict[str, float]:
    """Share of orders by centre: the lowest zone wins, equal zones go by the rank in nodes.csv."""
    with (folder / "nodes.csv").open(newline="", encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["node"] in CENTRES]
    centres = [
        (row["node"], float(row["latitude"]), float(row["longitude"]))
        for row in sorted(rows, key=lambda row: int(row["rank"]))
    ]
    return nearest_shares(places, centres)


def main() -> None:
    """Write every made file."""
    default = Path(__file__).resolve().parent.parent / "src/firstbest/store/builtin"
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else default  # noqa: PLR2004
    places = read_places(Path(sys.argv[1]))
    shares = centre_shares(folder, places)
    items = make_items()
    write_places(folder / "places.csv", places)
    write_items(folder, items)
    write_rows(folder / "kits.csv", KIT_HEADER, kit_rows(items))
    write_stock(folder, items, shares)
    write_rates(folder)
    write_labour(folder, shares)
    write_assumptions(folder)


if __name__ == "__main__":
    main()

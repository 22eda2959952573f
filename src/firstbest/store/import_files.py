"""The workspace of an imported log, file by file as text: the network's own files, and those made from the log."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple

from firstbest.store.import_calendar import DayOff
from firstbest.store.import_changes import change_files
from firstbest.store.import_items import Goods
from firstbest.store.import_map import Map
from firstbest.store.import_network import BY_DISTANCE, FLOOR_LEAST_FT2, STORAGE_M3_FT2, Chosen
from firstbest.store.import_people import Crew, shift_start
from firstbest.store.import_profile import Profile
from firstbest.store.import_rows import Bucket
from firstbest.store.import_sales import Sales
from firstbest.store.import_text import day_text
from firstbest.world.units import MONEY

SELLER: Final = "owner"
_EPOCH: Final = date(1970, 1, 1)
_MONTHS: Final = 12
_YEAR: Final = 365
_LAST_SHARES: Final = 200
_LEAST_ORDERS, _MOST_FACTOR = 0.01, 100.0
"""The least orders a day and the greatest factor that a workspace takes."""


class Parts(NamedTuple):
    """All that the files are made from."""

    made: Map
    network: Chosen
    sales: Sales
    goods: Goods
    profile: Profile
    crews: tuple[Crew, ...]
    days_off: tuple[DayOff, ...]
    buckets: tuple[Bucket, ...]
    notes: tuple[str, ...]  # what was read in another way than it is written
    log: str  # name of the log's file
    return_ppm: int  # of a unit, so that as many orders as in the log have a return
    lines_shape: tuple[float, ...]  # share of orders with 1, 2, 3 ... lines
    currency: str
    time_zone: str

    @property
    def cover_days(self) -> int:
        """Days of mean demand that the opening stock comes to."""
        mean = self.goods.units.sum() / self.sales.days
        return min(max(round(float(self.goods.opening.sum() / mean)), 1), 400)

    @property
    def floor_ft2(self) -> int:
        """Floor space, square feet: the opening stock fills three fifths of what it holds; 3,000 at least."""
        stock_m3 = float((self.goods.opening * self.goods.volume_l).sum()) / 1_000
        return max(math.ceil(stock_m3 / STORAGE_M3_FT2 / 0.6 / 1_000) * 1_000, FLOOR_LEAST_FT2)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A CSV file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue()


def files_of(parts: Parts) -> Iterator[tuple[str, bytes]]:
    """(name, content) of every file but orders.parquet, assumptions.csv and profile.txt."""
    values = {key: f"{each.value:g}" for key, each in parts.network.fill.items()} | {
        "cover_days": str(parts.cover_days),
        "floor_ft2": str(parts.floor_ft2),
        "storage_m3": str(round(parts.floor_ft2 * STORAGE_M3_FT2)),
    }
    for name, content in parts.network.files:
        yield name, with_values(content, values)
    texts = {
        "firstbest.toml": _firstbest(parts),
        "demand.toml": _demand(parts),
        "sellers.csv": csv_text(("seller", "name", "order_percent"), [(SELLER, parts.made.name, 100)]),
        "suppliers.csv": csv_text(
            ("supplier", "lead_days"), [(parts.network.supplier, f"{parts.network.of('lead_days'):g}")]
        ),
        "places.csv": _places(parts),
        "zones.csv": csv_text(
            ("carrier", "node", "place", "zone"),
            [
                ("", parts.network.node, each.area.place, each.area.zone)
                for each in parts.sales.places
                if each.area.zone != BY_DISTANCE
            ],
        ),
        "items.csv": _items(parts),
        "packs.csv": _packs(parts),
        "stock.csv": csv_text(
            ("item", "node", "quantity"),
            [
                (name, parts.network.node, units)
                for name, units in zip(parts.goods.names, parts.goods.opening.tolist(), strict=True)
            ],
        ),
        "labour.csv": _labour(parts),
        "shifts.csv": _shifts(parts),
        "calendars.csv": csv_text(
            ("date", "what", "who", "note"), [(each.day, "holiday", each.who, each.name) for each in parts.days_off]
        ),
        "buckets.csv": csv_text(
            ("bucket", "rows", "units", "value", "rows_that_fit_alone", "commonest_items", "note"),
            [
                (each.name, each.rows, each.units, f"{each.value / MONEY:.2f}", each.fits, each.examples, each.note)
                for each in parts.buckets
            ],
        ),
    }
    texts |= dict(change_files(parts.network, parts.profile, parts.crews, parts.floor_ft2))
    for name, text in texts.items():
        yield name, text.encode()


def with_values(content: bytes, values: dict[str, str]) -> bytes:
    """A file of the network with every `{key}` replaced by its value."""
    for key, value in values.items():
        content = content.replace(f"{{{key}}}".encode(), value.encode())
    return content


def _firstbest(parts: Parts) -> str:
    sales = parts.sales
    start = _EPOCH + timedelta(days=sales.first_day)
    span = f"{day_text(sales.first_day)} to {day_text(sales.first_day + sales.days - 1)}"
    return f"""# Made by the import of {parts.log} with {parts.made.file}:
# {span}, {sales.days} days.
# {parts.network.title}.
# buckets.csv says where every row of the log went, profile.txt what it looks like, assumptions.csv what is not in it.
{_partial_year(sales)}
[workspace]
name = {_quoted(parts.made.name)}
currency = "{parts.currency}"
time_zone = "{parts.time_zone}"
start = {start}
days = {sales.days}
seed = 1
distance_unit = "mile"
banner = "not compared with any actuals; sizes, weights, rates and prices of this network are not in the log"
scale_note = "one small team: rounding up heads gives it slack, and few units of slow items vary more"
"""


def _partial_year(sales: Sales) -> str:
    """A comment where the log is no whole year."""
    days = [_EPOCH + timedelta(days=sales.first_day + day) for day in range(sales.days)]
    months = Counter(month for _, month in {(day.year, day.month) for day in days})
    twice = ", ".join(date(2000, month, 1).strftime("%B") for month, years in sorted(months.items()) if years > 1)
    notes = []
    if twice:
        notes.append(f"# The log holds {twice} more than once, not always whole: its sums are no sums of a year.\n")
    if sales.days < _YEAR:
        notes.append(f"# The log holds {sales.days} days, less than a year: it knows nothing of the other seasons.\n")
    return "".join(notes)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _demand(parts: Parts) -> str:
    profile = parts.profile
    months = month_factors(profile)
    hours = profile.hour or tuple(float(hour == max(parts.made.clock, 0) // 60) for hour in range(24))
    return f"""# Orders are replayed from orders.parquet. The firm plans with the month and the weekday of its own log,
# by orders a calendar day; the rest of this file would draw orders if there were no log.

[orders]
orders_per_day = {max(profile.orders / profile.days, _LEAST_ORDERS):.4f}
customers = {max(profile.orders // 4, 1)}
member_percent = 0
economy_percent = 0
cancel_percent = 0

[shape]
month = {_listed(months)}
weekday = {_listed([share * 7 for share in profile.weekday])}
hour = {_listed([share * 100 for share in hours])}
lines = {_listed([share * 100 for share in parts.lines_shape[:_LAST_SHARES]])}
"""


def month_factors(profile: Profile) -> list[float]:
    """Orders a calendar day of each month over the log's mean: [12]; a month that the log does not hold counts 1.

    A hundred at most: one order with a wrong year makes all others a peak.
    """
    orders, days = [0] * _MONTHS, [0] * _MONTHS
    for name, count, _ in profile.month:
        orders[int(name[5:]) - 1] += count
    for day in range(profile.days):
        days[(_EPOCH + timedelta(days=profile.first_day + day)).month - 1] += 1
    mean = profile.orders / profile.days
    return [
        min(count / length / mean, _MOST_FACTOR) if length else 1.0 for count, length in zip(orders, days, strict=True)
    ]


def _listed(values: Iterable[float]) -> str:
    return f"[{', '.join(f'{each:.4g}' for each in values)}]"


def _places(parts: Parts) -> str:
    rows = [
        (each.area.place, each.orders, each.area.latitude, each.area.longitude, each.area.time_zone,
         each.area.region or each.area.country, each.area.remote, each.area.land_km2)
        for each in parts.sales.places
    ]  # fmt: skip
    header = ("place", "weight", "latitude", "longitude", "time_zone", "region", "remote", "land_km2")
    return csv_text(header, rows)


def _items(parts: Parts) -> str:
    goods, supplier = parts.goods, parts.network.supplier
    percent = f"{parts.return_ppm / 10_000:.4f}"
    sizes = zip(goods.weight_kg.tolist(), goods.volume_l.tolist(), strict=True)
    money = zip(goods.price.tolist(), goods.cost.tolist(), strict=True)
    counts = zip(goods.case.tolist(), goods.lines.tolist(), strict=True)
    named = zip(goods.names, goods.called, sizes, money, counts, strict=True)
    rows = [
        (name, called, SELLER, f"{kg:.3f}", f"{litres:.3f}", f"{price:.2f}", f"{cost:.4f}", supplier, case, percent, n)
        for name, called, (kg, litres), (price, cost), (case, n) in named
    ]
    header = ("item", "name", "seller", "weight_kg", "volume_l", "price", "cost", "supplier", "lot_units",
              "return_percent", "share")  # fmt: skip
    return csv_text(header, rows)


def _packs(parts: Parts) -> str:
    """Cases of two units or more."""
    goods = parts.goods
    space = 1 + parts.network.of("inbound_void_percent") / 100
    rows = [
        (name, "case", case, f"{kg * case:.3f}", f"{litres * case * space:.3f}")
        for name, case, kg, litres in zip(
            goods.names, goods.case.tolist(), goods.weight_kg.tolist(), goods.volume_l.tolist(), strict=True
        )
        if case > 1
    ]
    return csv_text(("item", "level", "quantity", "weight_kg", "volume_l"), rows)


LEARNING: Final = (65, 6)
"""Of the standard rate on a new head's first day, and weeks to it: as the default networks' assumed.csv has them."""


def _labour(parts: Parts) -> str:
    header = ("node", "process", "heads", "units_hour", "productive_percent", "wage_hour", "overtime_percent",
              "temp_percent", "temp_speed_percent", "temps_max", "start_percent", "ramp_weeks")  # fmt: skip
    share, wage = f"{parts.network.of('productive_percent'):g}", f"{parts.network.of('wage_hour'):g}"
    rows = [
        (parts.network.node, each.process, each.heads, f"{each.rate:g}", share, wage, 150, 130, 100,
         *((0, 100, 0) if each.process == "indirect" else (each.heads, *LEARNING)))
        for each in parts.crews
    ]  # fmt: skip
    return csv_text(header, rows)


def _shifts(parts: Parts) -> str:
    header = ("node", "shift_1_start", "shift_1_hours", "shift_2_hours", "overtime_hours_max", "contract_hours_week",
              "absence_percent", "indirect_percent")  # fmt: skip
    hours, indirect = parts.network.of("shift_hours"), parts.network.of("indirect_percent")
    away = 5 if parts.network.of("absence_percent") else 0
    start = shift_start(parts.network)
    row = (parts.network.node, start, f"{hours:g}", 0, 2, f"{5 * hours:g}", away, f"{indirect:g}")
    return csv_text(header, [row])

"""The order profile: what a log looks like, before anything is assumed; and which business that is.

Orders a day count trading days (days with an order), as the trade does: a log of 374 calendar days may hold 307. The
peak month is the one with most orders by trading day. Percentiles are interpolated. Days of the log are local.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from firstbest.store.import_map import Map, knows_only_days
from firstbest.store.import_rows import Log
from firstbest.store.import_sales import Sales
from firstbest.world.units import MONEY

WHOLESALE: Final = "wholesale"
CONSUMER: Final = "direct-to-consumer"
PARTS: Final = "spare parts"
NETWORK_OF: Final = {WHOLESALE: "uk_wholesale", CONSUMER: "us_warehouse", PARTS: "us_warehouse"}
"""By business, where the log says neither country nor postcode."""
PERCENTILES: Final = (0.1, 0.5, 0.9, 0.99)
TOPS: Final = (0.01, 0.05, 0.1, 0.2, 0.5)
BULK_UNITS: Final = 100
_WHOLESALE_UNITS: Final = 24
_WHOLESALE_BULK: Final = 0.25
_CONSUMER_LINES: Final = 2.5
_CONSUMER_UNITS: Final = 3
_PARTS_ITEMS: Final = 30
_PARTS_LINES: Final = 5


class Spread(NamedTuple):
    """A quantity by order: percentiles 10, 50, 90, 99 and the mean."""

    p10: float
    p50: float
    p90: float
    p99: float
    mean: float


class Shipped(NamedTuple):
    """Planned against actual ship days, by line: shares that come to 1, and how late the late ones are."""

    early: float
    on_the_day: float
    late: float
    late_days_p50: float
    late_days_p90: float


class Profile(NamedTuple):
    """What the sales of a log look like; shares are of one, money is in the log's currency."""

    orders: int
    lines: int
    units: int
    value: float | None
    items: int
    first_day: int  # days since the epoch
    days: int
    trading_days: int
    orders_a_day: float
    by_lines: Spread
    by_units: Spread
    by_value: Spread | None
    one_line_share: float
    bulk_share: float  # orders of 100 units or more
    thousand_units_orders: int
    home_share: float | None  # orders from the commonest country
    home: str
    pareto: tuple[tuple[float, float], ...]  # (share of items, share of lines)
    weekday: tuple[float, ...]  # share of orders, Monday first
    hour: tuple[float, ...]  # share of orders by local hour; empty where the log knows only days
    month: tuple[tuple[str, int, int], ...]  # month, orders, trading days
    peak_month_factor: float
    peak_day_factor: float
    peak_day_orders: int
    peak_day: int  # days since the epoch
    cube_l: float | None  # an order, on average, as items are filled; None before they are
    missing: tuple[tuple[str, float], ...]  # column of the log, share of rows without a value
    duplicates: int  # rows that repeat an earlier one in every column
    shipped: Shipped | None
    business: str
    reasons: tuple[str, ...]


def order_profile(log: Log, made: Map, sales: Sales) -> Profile:
    """The profile of a log whose tables `sale` and `ordering` are made."""
    db = log.connection
    bare: Any = _one(
        db,
        "SELECT count(*), sum(lines), sum(units), sum(value), count(DISTINCT placed_at::DATE), avg((lines = 1)::INT),"
        f" avg((units >= {BULK_UNITS})::INT), count(*) FILTER (units >= 1000) FROM ordering",
    )
    items = int(_one(db, "SELECT count(DISTINCT item) FROM sale")[0])
    by_lines, by_units = spread_of(db, "lines", 1), spread_of(db, "units", 1)
    judged = business_of(by_lines, by_units, bare[6], items / bare[1] * 1000)
    home = _home(db) if "country" in made.columns else ("", None)
    months, peak_month = _months(db, bare[0] / bare[4])
    peak_day, busiest = _one(
        db,
        "SELECT count(*) AS c, date_diff('day', DATE '1970-01-01', placed_at::DATE) AS d FROM ordering GROUP BY d"
        " ORDER BY c DESC, d LIMIT 1",
    )
    return Profile(
        orders=int(bare[0]),
        lines=int(bare[1]),
        units=int(bare[2]),
        value=None if bare[3] is None else int(bare[3]) / MONEY,
        items=items,
        first_day=sales.first_day,
        days=sales.days,
        trading_days=int(bare[4]),
        orders_a_day=bare[0] / bare[4],
        by_lines=by_lines,
        by_units=by_units,
        by_value=None if bare[3] is None else spread_of(db, "value", MONEY),
        one_line_share=bare[5],
        bulk_share=bare[6],
        thousand_units_orders=int(bare[7]),
        home_share=home[1],
        home=home[0],
        pareto=_pareto(db, items),
        weekday=_shares(db, "(isodow(placed_at) - 1)", 7),
        hour=() if knows_only_days(made) or not _has_hours(db) else _shares(db, "hour(placed_at)", 24),
        month=months,
        peak_month_factor=peak_month,
        peak_day_factor=peak_day / (bare[0] / bare[4]),
        peak_day_orders=peak_day,
        peak_day=busiest,
        cube_l=None,
        missing=log.missing,
        duplicates=log.duplicates,
        shipped=_shipped(db) if {"planned_ship", "actual_ship"} <= set(made.columns) else None,
        business=judged[0],
        reasons=judged[1],
    )


def business_of(lines: Spread, units: Spread, bulk_share: float, items_per_1000: float) -> tuple[str, tuple[str, ...]]:
    """Which business orders like these are, with the reasons; the first that fits."""
    if units.p50 >= _WHOLESALE_UNITS or bulk_share >= _WHOLESALE_BULK:
        return WHOLESALE, (
            f"half of the orders hold {units.p50:,.0f} units or more (a household buys 1 to 3)",
            f"{bulk_share:.0%} hold {BULK_UNITS} units or more",
            f"an order has {lines.mean:.1f} lines (direct-to-consumer 1.3 to 2.5)",
        )
    if lines.mean <= _CONSUMER_LINES and units.p50 <= _CONSUMER_UNITS:
        return CONSUMER, (
            f"an order has {lines.mean:.2f} lines (direct-to-consumer 1.3 to 2.5)",
            _half(units),
        )
    reasons = (
        f"a tenth of the orders has {lines.p90:,.0f} lines or more, half of them {lines.p50:,.0f}",
        _half(units),
        f"1,000 lines ask for {f'{items_per_1000:,.0f}' if items_per_1000 >= 1 else 'less than one'} different items",
    )
    if lines.p90 >= _PARTS_LINES and items_per_1000 >= _PARTS_ITEMS:
        return PARTS, reasons
    return CONSUMER, (*reasons, "it fits none of the three well; this is the nearest")


def _half(units: Spread) -> str:
    """How few units half of the orders hold."""
    few = "one unit" if units.p50 <= 1 else f"{units.p50:,.0f} units or fewer"
    return f"half of the orders hold {few}"


def _one(db: Any, query: str) -> Any:
    return db.execute(query).fetchone()


def spread_of(db: Any, column: str, unit: int) -> Spread:
    """Percentiles of a column of `ordering` between the two nearest orders, and the mean."""
    p10, p50, p90, p99 = percentiles_of(db, column, "ordering", PERCENTILES)
    return Spread(
        p10 / unit, p50 / unit, p90 / unit, p99 / unit, _one(db, f"SELECT avg({column}) FROM ordering")[0] / unit
    )


def percentiles_of(db: Any, value: str, table: str, shares: tuple[float, ...]) -> list[float]:
    """Percentiles between the two nearest rows, as `shares` has them; zeros where no row has a value.

    From how often each value occurs, which the engine counts and sorts on disk where it must: its own percentiles hold
    a column of all rows in memory, and logs are larger than that.
    """
    count = _one(db, f"SELECT count({value}) FROM {table}")[0]
    if not count:
        return [0.0] * len(shares)
    places = [share * (count - 1) for share in shares]
    ranks = sorted({int(place) + above for place in places for above in (0, 1)})
    asked = ", ".join(f"({rank})" for rank in ranks)
    found = dict(
        db.execute(
            f"WITH often AS (SELECT {value} AS v, count(*) AS c FROM {table} WHERE {value} IS NOT NULL GROUP BY 1),"
            " upto AS (SELECT v, sum(c) OVER (ORDER BY v) AS n FROM often)"
            f" SELECT rank, min(v) FROM (VALUES {asked}) AS asked(rank) JOIN upto ON upto.n > rank GROUP BY rank"
        ).fetchall()
    )
    values = []
    for place in places:
        below = int(place)
        first = found[below]
        values.append(float(first + (found.get(below + 1, first) - first) * (place - below)))
    return values


def _home(db: Any) -> tuple[str, float]:
    """The commonest country and its share of orders."""
    name, count, total = _one(
        db,
        "SELECT country, count(*) AS c, (SELECT count(*) FROM ordering) FROM ordering GROUP BY country"
        " ORDER BY c DESC, country LIMIT 1",
    )
    return name, count / total


def _pareto(db: Any, items: int) -> tuple[tuple[float, float], ...]:
    counts = [row[0] for row in db.execute("SELECT count(*) AS c FROM sale GROUP BY item ORDER BY c DESC").fetchall()]
    total = sum(counts)
    return tuple((top, sum(counts[: int(items * top)]) / total) for top in TOPS)


def _shares(db: Any, part: str, size: int) -> tuple[float, ...]:
    counts = dict(db.execute(f"SELECT {part}, count(*) FROM ordering GROUP BY 1").fetchall())
    total = sum(counts.values())
    return tuple(counts.get(each, 0) / total for each in range(size))


def _has_hours(db: Any) -> bool:
    """Whether any order was placed at another time than midnight."""
    return bool(_one(db, "SELECT count(*) FROM ordering WHERE placed_at <> date_trunc('day', placed_at)")[0])


def _months(db: Any, mean: float) -> tuple[tuple[tuple[str, int, int], ...], float]:
    """Months with their orders and trading days; the most orders a trading day over the mean."""
    rows = db.execute(
        "SELECT strftime(placed_at, '%Y-%m') AS m, count(*), count(DISTINCT placed_at::DATE) FROM ordering"
        " GROUP BY m ORDER BY m"
    ).fetchall()
    return tuple(rows), max(orders / days for _, orders, days in rows) / mean


def _shipped(db: Any) -> Shipped:
    """Planned against actual ship day by line."""
    late = "date_diff('day', planned, shipped)"
    row = _one(
        db,
        f"SELECT avg(({late} < 0)::INT), avg(({late} = 0)::INT), avg(({late} > 0)::INT)"
        " FROM sale WHERE planned IS NOT NULL AND shipped IS NOT NULL",
    )
    median, most = percentiles_of(db, f"nullif(greatest({late}, 0), 0)", "sale", (0.5, 0.9))
    early, on_the_day, behind = (float(each or 0.0) for each in row)
    return Shipped(early, on_the_day, behind, median, most)

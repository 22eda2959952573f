"""Items of a log, with what the log does not hold filled by rule, and the stock that the log needs.

Space: `unit_volume_l` at the median price of all lines, growing with (price / median price) to the power
`unit_volume_power`; without prices every unit takes the same. Weight: `unit_kg_per_l` of space. A case holds as
many units as the percentile `case_percentile` of the item's lines; suppliers deliver whole cases. Neither a unit nor
a case takes more than a pallet: a price of a million says nothing of space.

Opening stock: no lost sale is in a log, so it is the least that serves the log when what was sold is replaced, in
whole cases, one lead time later: the greatest demand for the item in any span of that length, and a case less one
unit (the least base stock). The lead time is the supplier's, the way in, the review and a day at the dock.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.store.import_network import Chosen
from firstbest.store.import_sales import Sales
from firstbest.world.network import I64
from firstbest.world.units import MONEY

DOCK_DAYS: Final = 1
PALLET_L: Final = 1_500
"""Of a pallet of 48 by 40 inches, loaded four feet high: [c] 1.22 x 1.02 x 1.22 m."""
CELLS_MAX: Final = 4_000_000
"""Items times days that stand in memory at once."""
F64 = NDArray[np.float64]


class Goods(NamedTuple):
    """Items by name: [I]; money in the log's currency. `priced`: whether the log ever prices the item."""

    names: tuple[str, ...]
    called: tuple[str, ...]
    lines: I64
    units: I64
    price: F64
    priced: NDArray[np.bool_]
    cost: F64
    volume_l: F64
    weight_kg: F64
    case: I64
    opening: I64
    span_days: int  # the lead time of the opening stock
    median_price: float


def make_goods(db: Any, network: Chosen, sales: Sales) -> Goods:
    """The items that were sold, in the order of their names."""
    percentile = network.of("case_percentile") / 100
    found = db.execute(
        f"""
        WITH called AS (
            SELECT item, arg_max(name, (c, name)) AS name FROM (
                SELECT item, name, count(*) AS c FROM line WHERE name <> '' GROUP BY item, name
            ) GROUP BY item
        ),
        often AS (SELECT item, quantity, count(*) AS c FROM sale GROUP BY item, quantity),
        upto AS (
            SELECT item, quantity, sum(c) OVER (PARTITION BY item ORDER BY quantity) AS n,
                sum(c) OVER (PARTITION BY item) AS of FROM often
        ),
        pack AS (SELECT item, min(quantity) AS pack FROM upto WHERE n >= of * {percentile} GROUP BY item)
        SELECT sale.item, coalesce(any_value(called.name), '') AS name, count(*) AS lines,
            sum(quantity)::BIGINT AS units, coalesce(sum(quantity::HUGEINT * price), 0)::DOUBLE AS value,
            coalesce(sum(quantity) FILTER (price IS NOT NULL), 0)::DOUBLE AS priced,
            any_value(pack.pack) AS pack
        FROM sale LEFT JOIN called ON called.item = sale.item JOIN pack ON pack.item = sale.item
        GROUP BY sale.item ORDER BY sale.item
        """
    ).fetchnumpy()
    median = _median_price(db)
    priced = np.asarray(found["priced"]) > 0
    # Money is exact below 2**53 millionths; the mean is rounded to a hundredth.
    mean = np.asarray(found["value"]) / np.maximum(np.asarray(found["priced"]), 1) / MONEY
    price = np.where(priced, np.maximum(np.round(mean, 2), 0.01), network.of("unit_price"))
    typical = (median or 0) / MONEY
    ratio = price / typical if typical else np.ones(len(price))
    volume = network.of("unit_volume_l") * ratio ** network.of("unit_volume_power")
    volume = np.clip(np.round(volume, 3), 0.001, PALLET_L)
    units = np.asarray(found["units"]).astype(np.int64)
    span = round(sum(network.of(each) for each in ("lead_days", "inbound_days", "review_days"))) + DOCK_DAYS
    names = tuple(str(each) for each in found["item"])
    case = np.maximum(np.minimum(np.asarray(found["pack"]).astype(np.int64), PALLET_L // volume), 1).astype(np.int64)
    return Goods(
        names=names,
        called=tuple(" ".join(str(each).split()) for each in found["name"]),
        lines=np.asarray(found["lines"]).astype(np.int64),
        units=units,
        price=price,
        priced=priced,
        cost=np.round(price * network.of("cost_percent") / 100, 4),
        volume_l=volume,
        weight_kg=np.maximum(np.round(volume * network.of("unit_kg_per_l"), 3), 0.001),
        case=case,
        opening=_opening(db, len(names), sales, span) + case - 1,
        span_days=span,
        median_price=typical,
    )


def _median_price(db: Any) -> float | None:
    """The median of all priced lines, from how often each price occurs: a log has more lines than memory has room."""
    count = int(db.execute("SELECT count(price) FROM sale").fetchone()[0])
    if not count:
        return None
    low, high = (
        db.execute(
            "WITH often AS (SELECT price, count(*) AS c FROM sale WHERE price IS NOT NULL GROUP BY price),"
            " upto AS (SELECT price, sum(c) OVER (ORDER BY price) AS n FROM often) SELECT min(price) FROM upto"
            f" WHERE n > {rank}"
        ).fetchone()[0]
        for rank in ((count - 1) // 2, count // 2)
    )
    return (float(low) + float(high)) / 2


def _opening(db: Any, items: int, sales: Sales, span: int) -> I64:
    """The greatest demand of each item in any `span` days: [I]. Some items at a time: a table of all may be too big."""
    # Items go by number: a million texts in Python would take more memory than all the rest.
    db.execute(
        """
        CREATE OR REPLACE TABLE daily AS
        WITH code AS (SELECT item, row_number() OVER (ORDER BY item) - 1 AS code FROM sale GROUP BY item)
        SELECT code.code, date_diff('day', DATE '1970-01-01', o.placed_at::DATE) AS day, sum(quantity)::BIGINT AS units
        FROM sale JOIN ordering AS o ON o.order_name = sale.order_name JOIN code ON code.item = sale.item
        GROUP BY ALL
        """
    )
    step = max(CELLS_MAX // sales.days, 1)
    found = [least_stock(daily_units(db, low, min(low + step, items), sales), span) for low in range(0, items, step)]
    db.execute("DROP TABLE daily")
    return np.concatenate(found)


def daily_units(db: Any, low: int, high: int, sales: Sales) -> I64:
    """Units sold by item, from number `low` to before `high`, and day from the first order to the last: [I, D]."""
    found = db.execute("SELECT * FROM daily WHERE code >= ? AND code < ?", [low, high]).fetchnumpy()
    table = np.zeros((high - low, sales.days), np.int64)
    day = np.asarray(found["day"]).astype(np.int64) - sales.first_day
    table[np.asarray(found["code"]).astype(np.int64) - low, day] = found["units"]
    return table


def least_stock(daily: I64, span: int) -> I64:
    """The greatest sum of each row of [I, D] over any `span` days: [I]."""
    total = np.concatenate([np.zeros((len(daily), 1), np.int64), np.cumsum(daily, axis=1)], axis=1)
    width = min(span, daily.shape[1])
    found: I64 = (total[:, width:] - total[:, :-width]).max(axis=1)
    return found

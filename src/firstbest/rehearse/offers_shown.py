"""Which offers were featured in the last rehearsal, read from its facts."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

from firstbest.present.offers import Shown
from firstbest.store.sink_writer import quoted
from firstbest.world.network import Network
from firstbest.world.units import MONEY, PPM

FACTS: Final = Path("rehearsal") / "facts" / "featured"
_QUERY: Final = """
    WITH turns AS (
        SELECT *, coalesce(lead("at") OVER (PARTITION BY product ORDER BY "at"), {end}) - "at" AS held
        FROM read_parquet('{folder}/*.parquet'))
    SELECT product, item, sum(held)::DOUBLE / {span}, count(*), mode(reason ORDER BY reason), last(price ORDER BY "at"),
           last(days_x1000 ORDER BY "at"), last(defects_ppm ORDER BY "at"), last(runner_up_price ORDER BY "at")
    FROM turns GROUP BY product, item ORDER BY product, item"""


def shown_offers(folder: Path, network: Network) -> list[Shown]:
    """A row for each offer that was featured at any time; none where no facts of offers were kept."""
    if not any((folder / FACTS).glob("*.parquet")):
        return []
    calendar, texts, items = network.calendar, network.texts, network.items
    span = max(calendar.end_us - calendar.start_us, 1)
    with duckdb.connect(config={"threads": 2}) as engine:
        query = _QUERY.format(folder=quoted(folder / FACTS), end=calendar.end_us, span=span)
        rows = engine.execute(query).fetchall()
    return [
        Shown(
            product=texts.products[product],
            item=texts.items[item],
            seller=texts.sellers[items.seller[item]],
            share=share,
            times=times,
            reason=reason,
            landed=price / MONEY,
            days=days / 1_000,
            defects=defects / (PPM / 100),
            next_landed=other / MONEY,
        )
        for product, item, share, times, reason, price, days, defects, other in rows
    ]

"""assumptions.csv of an imported log: every value that is not in it, with range, source, and the cost that rests on it.

The column `x_cost` names the stage of cost that the value feeds (carriers, labour, building, material, inbound,
holding, returns, after); empty: service only. A log of orders holds no cost, so all money of such a rehearsal rests on
these values; what is measured is the work: orders, lines, units, when, and from which country.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from firstbest.store.import_files import Parts, csv_text, month_factors


class Row(NamedTuple):
    """A row of assumptions.csv."""

    file: str
    where: str
    field: str
    value: str
    source: str
    mark: str
    cost: str = ""
    unit: str = ""
    low: str = ""
    high: str = ""


def assumptions(parts: Parts) -> str:
    """assumptions.csv."""
    rows = [*_filled(parts), *_worked_out(parts), *_measured(parts), *_of_the_network(parts)]
    header = ("file", "where", "field", "value", "low", "high", "unit", "source", "mark", "x_cost")
    return csv_text(
        header,
        [
            (row.file, row.where, row.field, row.value, row.low, row.high, row.unit, row.source, row.mark, row.cost)
            for row in rows
        ],
    )


def _filled(parts: Parts) -> Iterator[Row]:
    """The rules of fill.csv."""
    useless = {"order_return_percent"} if _has_returns(parts) else set()
    if parts.goods.priced.all():
        useless.add("unit_price")
    for rule in (each for key, each in parts.network.fill.items() if key not in useless):
        yield Row(
            rule.file,
            rule.where,
            rule.field,
            f"{rule.value:g}",
            f"{rule.note}: {rule.source}",
            rule.mark,
            rule.cost,
            rule.unit,
            rule.low,
            rule.high,
        )


def _worked_out(parts: Parts) -> Iterator[Row]:
    """What the import worked out from the log and the rules."""
    goods, node = parts.goods, parts.network.node
    least = (
        f"[c] the least that serves the log when what was sold is replaced in whole cases {goods.span_days} days later:"
        " the greatest demand in any such span, and a case less one unit; a log holds no lost sales"
    )
    yield Row("stock.csv", "all", "quantity", str(int(goods.opening.sum())), least, "filled", "holding", "units")
    cover = "[c] opening stock over mean demand; the first forecast divides by it"
    yield Row("policies.toml", "replenishment", "cover_node_days", str(parts.cover_days), cover, "filled", "", "days")
    if parts.network.postcodes:
        floor = "[c] opening stock fills three fifths of it, 3,000 at least; put your own building here"
        yield Row("nodes.csv", node, "floor_ft2", str(parts.floor_ft2), floor, "filled", "building", "square feet")
    for crew in parts.crews:
        source = "[c] work of a mean working day over rate, productive share and shift, rounded up; peaks are overtime"
        yield Row("labour.csv", f"{node} {crew.process}", "heads", str(crew.heads), source, "filled", "labour", "heads")
    bare = int((~goods.priced).sum())
    if bare:
        yield Row("items.csv", "without a price", "items", str(bare), f"[M] {parts.log}", "measured", "", "items")
    if not parts.profile.hour:
        minute = max(parts.made.clock, 0)
        said = "the log knows only days; log.clock of the map says when in the day"
        clock = f"{minute // 60:02}:{minute % 60:02}"
        yield Row("orders.parquet", "all", "placed_at", clock, said, "filled", "", "local time")


def _measured(parts: Parts) -> Iterator[Row]:
    """What the log itself says."""
    source = f"[M] {parts.log}"
    if _has_returns(parts):
        percent = f"{parts.return_ppm / 10_000:.4f}"
        note = (
            f"{source}: as many orders come back in part as the log has credit notes; units are drawn one by one, so"
            " fewer units do than in the log"
        )
        yield Row("items.csv", "a unit", "return_percent", percent, note, "measured", "returns", "percent of units")
    months = " ".join(f"{each:.2f}" for each in month_factors(parts.profile))
    yield Row("demand.toml", "shape", "month", months, source, "measured", "", "factor of the mean")
    weekdays = " ".join(f"{each * 7:.2f}" for each in parts.profile.weekday)
    yield Row("demand.toml", "shape", "weekday", weekdays, source, "measured", "", "factor of the mean")
    closed = " ".join(str(each.day) for each in parts.days_off if each.who != "all")
    if closed:
        note = f"{source}: nobody ordered on these working days"
        yield Row("calendars.csv", parts.network.node, "date", closed, note, "measured", "", "days")


def _has_returns(parts: Parts) -> bool:
    return any(each.name == "returns" for each in parts.buckets)


def _of_the_network(parts: Parts) -> Iterator[Row]:
    """The numbers of the default network's own files."""
    for row in parts.network.assumed:
        yield Row(
            row["file"],
            row["where"],
            row["field"],
            row["value"],
            row["source"],
            "default",
            row["cost"],
            row["unit"],
            row["low"],
            row["high"],
        )

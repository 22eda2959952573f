"""The fifth picture: days of cover by building over the year, receipts, lost sales, what is old; classes of items."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from firstbest.present import pictures_labour, svg, text
from firstbest.present.figures import figures
from firstbest.present.record import Record
from firstbest.present.sums import F64, by_day_node, node_codes, over
from firstbest.world.metrics import Metric
from firstbest.world.words import NodeKind

_WIDTH: Final = 1040.0
_PANEL: Final = 130.0
_SMOOTH: Final = 28
_COVER_MOST: Final = 365.0
_CLASSES: Final = ("A, the fast", "B", "C, the slow")


class _Series(NamedTuple):
    """One building by day: [D]."""

    name: str
    cover: F64  # days
    aged: F64  # days of cover that are older than 180 days
    receipts: F64  # units
    lost: F64  # money


def picture(record: Record) -> svg.Picture:
    """Cover by building and day, then by class of item at the end of the rehearsal."""
    f = figures(record)
    currency = record.network.texts.currency
    finding = f"{text.number(f['days_of_stock'])} days of stock fill {text.share(f['fill_rate'])} of lines"
    lead = (
        f"Stock is worth {text.money(f['stock_value'], currency, 0)} at cost on an average day and turns "
        f"{text.number(f['turns'], 1)} times a year; {text.share(f['aged_share'], 0)} of units lie beyond 180 days of "
        f"sales (orange, below). Sales of {text.money(f['lost_sales'], currency, 0)} were lost for want of stock. "
        "Triangles below the axis are receipts by week, those above are the days that lost most sales."
    )
    series = [found for found in (_series(record, node) for node in _holders(record)) if found is not None]
    if not series:
        return svg.Picture("stock", finding, lead, "")
    body = "<h3>Days of cover</h3>" + _panels(record, series)
    if record.stock_items is not None and len(record.stock_items):
        body += "<h3>Cover of single items at the end: the middle item, and nine in ten</h3>" + _classes(record)
    return svg.Picture("stock", finding, lead, body + _table(record, series))


def _holders(record: Record) -> list[int]:
    return [*node_codes(record, NodeKind.STORAGE), *node_codes(record, NodeKind.FULFILMENT)]


def _series(record: Record, node: int) -> _Series | None:
    """Cover is units on hand over what this building and those it feeds ship a day, over the last four weeks."""
    rows = record.stock_days[record.stock_days["node"] == node]
    rows = rows[(rows["day"] >= 0) & (rows["day"] < record.days)]
    if not len(rows):
        return None
    units, aged = np.full(record.days, np.nan), np.zeros(record.days)
    units[rows["day"]], aged[rows["day"]] = rows["units"], rows["aged_units"]
    fed = np.asarray(record.network.nodes.fed_by)
    served = [node, *(int(code) for code in np.flatnonzero(fed == node))]
    sold = by_day_node(record, Metric.SALES, 1)[: record.days, served].sum(axis=1)
    rate = _trailing(sold)
    share = np.divide(aged, units, out=np.zeros_like(aged), where=units > 0)
    cover = np.minimum(np.divide(units, rate, out=np.full_like(units, np.nan), where=rate > 0), _COVER_MOST)
    receipts = by_day_node(record, Metric.RECEIVED, 1)[: record.days, node]
    lost = by_day_node(record, Metric.LOST_SALES)[: record.days, node] / 1e6
    return _Series(text.named(record.network.texts.nodes[node]), cover, cover * share, receipts, lost)


def _trailing(values: F64) -> F64:
    """Mean of the last four weeks; of what there is in the first ones."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    last = np.arange(1, len(values) + 1)
    first = np.maximum(0, last - _SMOOTH)
    return np.asarray((sums[last] - sums[first]) / (last - first), np.float64)


def _panels(record: Record, series: list[_Series]) -> str:
    columns = 2
    width = (_WIDTH - 2 * 44 - 24) / columns
    parts, told = [], []
    for index, found in enumerate(series):
        left = 44 + (index % columns) * (width + 24 + 44)
        top = 28 + (index // columns) * (_PANEL + 76)
        parts.append(_panel(record, found, left, top, width))
        told.append(f"{found.name} {text.number(float(np.nanmean(found.cover)))} days on average")
    rows = -(-len(series) // columns)
    height, cuts = rows * (_PANEL + 76) + 4, (44 + width + 12,) if len(series) > 1 else ()
    frame = svg.Frame("stock", _WIDTH, height, "Days of cover by building", ", ".join(told), cuts)
    return svg.drawing(frame, "".join(parts))


def _panel(record: Record, found: _Series, left: float, top: float, width: float) -> str:
    known = ~np.isnan(found.cover)
    most = max(10.0, float(np.nanmax(found.cover)) if known.any() else 10.0)
    across = svg.Scale(0, record.days, left, left + width)
    up = svg.Scale(0, most, top + _PANEL, top)
    floor = top + _PANEL
    parts = [svg.words(left, top - 12, found.name, "strong")]
    mean = f"mean {text.number(float(np.nanmean(found.cover)))} days" if known.any() else ""
    parts.append(svg.words(left + width, top - 12, mean, "small muted", "end"))
    for value in svg.ticks(0, most, 3):
        parts.append(svg.rule(left, up(value), left + width, up(value), "grid"))
        parts.append(svg.words(left - 7, up(value) + 4, text.number(value), "small muted", "end"))
    days = np.flatnonzero(known)
    cover = [(across(int(day) + 0.5), up(float(found.cover[day]))) for day in days]
    parts.append(svg.area(cover, floor, "rostered"))
    parts.append(svg.area([(across(int(day) + 0.5), up(float(found.aged[day]))) for day in days], floor, "over soft"))
    parts.append(svg.polyline(cover, "line"))
    parts.append(_receipts(record, found, across, floor))
    parts.append(_stock_outs(record, found, across, top))
    parts.append(svg.rule(left, floor, left + width, floor, "axis"))
    parts.append(pictures_labour.months(record, left, width, floor + 30))
    return "".join(parts)


def _receipts(record: Record, found: _Series, across: svg.Scale, floor: float) -> str:
    """Arrows under the axis, as wide as what came in; weeks, so that they stay apart."""
    weeks = np.add.reduceat(found.receipts, np.arange(0, len(found.receipts), 7))
    most = float(weeks.max(initial=0))
    parts = []
    for index in np.flatnonzero(weeks > 0):
        size = 1.2 + 3.2 * float(np.sqrt(weeks[index] / most))
        x, day = across(min(int(index) * 7 + 3.5, len(found.receipts))), record.first_day + int(index) * 7
        d = f"M{svg.short(x)} {svg.short(floor + 4)}l{svg.short(size)} {svg.short(size * 2.2)}h{svg.short(-2 * size)}z"
        hint = f"{text.number(float(weeks[index]))} units received in the week from {text.day_text(day)}"
        parts.append(svg.tag("path", svg.tip(hint), d=d, class_="receipt"))
    return "".join(parts)


def _stock_outs(record: Record, found: _Series, across: svg.Scale, top: float) -> str:
    """Marks above the chart on the twelve days that lost most, where any did."""
    worst = [int(day) for day in np.argsort(-found.lost)[:12] if found.lost[day] > 0]
    parts = []
    for day in worst:
        x = across(day + 0.5)
        hint = f"{text.day_text(record.first_day + day)}: {text.number(float(found.lost[day]))} of sales lost"
        parts.append(svg.tag("path", svg.tip(hint), d=f"M{svg.short(x)} {svg.short(top - 1)}l3 -6h-6z", class_="over"))
    return "".join(parts)


def _cover_of(record: Record, node: int, klass: int) -> tuple[F64, int, int]:
    """Days of cover of the items of a class at a node, how many have none, and how many are sold there at all."""
    assert record.stock_items is not None
    items = record.stock_items
    chosen = items[(items["node"] == node) & (items["rate_x1000"] > 0)]
    chosen = chosen[np.asarray(record.network.items.klass)[chosen["item"]] == klass]
    cover = chosen["on_hand"] * 1000.0 / np.maximum(chosen["rate_x1000"], 1)
    return np.asarray(cover, np.float64), int((chosen["on_hand"] <= 0).sum()), len(chosen)


def _classes(record: Record) -> str:
    """For each class and building the middle half and nine in ten of its items, on a scale of ratios."""
    nodes = node_codes(record, NodeKind.FULFILMENT)
    width = (_WIDTH - 110 - 26 * (len(nodes) - 1)) / max(1, len(nodes))
    row = 34.0
    marks = (1.0, 10.0, 30.0, 100.0, 365.0)
    parts, told = [], []
    for column, node in enumerate(nodes):
        left = 110 + column * (width + 26)
        across = svg.Scale(0.0, float(np.log(400)), left, left + width - 66)
        parts.append(svg.words(left, 14, text.named(record.network.texts.nodes[node]), "strong"))
        for mark in marks:
            x = across(float(np.log(mark)))
            parts += [
                svg.rule(x, 24, x, 28 + 3 * row, "grid"),
                svg.words(x, 44 + 3 * row, f"{mark:g}", "small muted", "middle"),
            ]
        for klass, words in enumerate(_CLASSES):
            y = 44 + klass * row
            if column == 0:
                parts.append(svg.words(0, y + 4, words, "label"))
            drawn, sentence = _range(record, (node, klass), across, y)
            parts.append(drawn)
            told.append(f"{text.named(record.network.texts.nodes[node])} {words}: {sentence}")
    title, most = "Days of cover of items by class and building", max(1, round(len(nodes) / 2))
    cuts = (110 + most * (width + 26) - 14,) if len(nodes) > 1 else ()
    frame = svg.Frame("classes", _WIDTH, 56 + 3 * row, title, "; ".join(told), cuts)
    return svg.drawing(frame, "".join(parts))


def _range(record: Record, where: tuple[int, int], across: svg.Scale, y: float) -> tuple[str, str]:
    cover, out, count = _cover_of(record, *where)
    if not count:
        return "", "no items"
    low, middle, high = (float(value) for value in np.quantile(cover, (0.05, 0.5, 0.95)))
    x = [across(float(np.log(min(400.0, max(1.0, value))))) for value in (low, middle, high)]
    sentence = f"middle {text.number(middle)} days, {text.number(low)} to {text.number(high)}, {out} of {count} out"
    drawn = svg.rule(x[0], y, x[2], y, "range") + svg.tag(
        "circle", svg.tip(sentence), cx=x[1], cy=y, r=5.0, class_="dot"
    )
    drawn += svg.words(x[1], y - 9, text.number(middle), "small", "middle")
    drawn += svg.words(across.end + 66, y + 4, f"{out} out" if out else "", "small warn", "end")
    return drawn, sentence


def _table(record: Record, series: list[_Series]) -> str:
    rows = []
    for found in series:
        known = found.cover[~np.isnan(found.cover)]
        if not len(known):
            continue
        rows.append([found.name, text.number(float(known.mean()), 1), text.number(float(known.min()), 1),
                     text.number(float(known.max()), 1), text.number(float(found.receipts.sum())),
                     text.share(over(float(np.nansum(found.aged)), float(np.nansum(found.cover)))),
                     text.money(float(found.lost.sum()), record.network.texts.currency, 0)])  # fmt: skip
    heads = ["Building", "mean days", "least", "most", "units received", "aged", "sales lost"]
    return svg.behind(heads, rows)

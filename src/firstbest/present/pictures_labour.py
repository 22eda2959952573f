"""The third picture: hours needed against hours rostered, by process and day, and what was left at pick-up."""

from __future__ import annotations

import html
from typing import Final, NamedTuple

import numpy as np

from firstbest.present import constraints, svg, text
from firstbest.present.figures import figures
from firstbest.present.labels import PROCESSES
from firstbest.present.record import Record
from firstbest.present.sums import F64, by_day_node, node_codes, over, peak_window
from firstbest.world.metrics import Metric
from firstbest.world.words import NodeKind

_WIDTH: Final = 1040.0
_SMALL: Final = 120.0
_LARGE: Final = 190.0
_FORTNIGHT: Final = 14
_WORK: Final = (("pick", Metric.NEEDED_PICK), ("pack", Metric.NEEDED_PACK))


class _Panel(NamedTuple):
    """Where a small chart stands."""

    left: float
    top: float
    width: float
    height: float


def picture(record: Record) -> svg.Picture:
    """The year in small charts by process and building, and the busiest fortnight enlarged."""
    tight = constraints.tightest(record)
    if tight is None:
        finding, lead = "No roster to compare the work with", "Nobody was rostered in this rehearsal."
        return svg.Picture("labour", finding, lead, "")
    day = record.first_day + tight.first
    name = f"{text.named(record.network.texts.nodes[tight.node])} {tight.process.name.lower()}"
    finding = f"The tightest week: {name} needs {text.share(tight.use, 0)} of its roster from {text.day_text(day)}"
    f = figures(record)
    lead = (
        f"Grey is what was rostered, the line is what the work needed, orange is where it needed more. "
        f"{text.number(f['heads_peak'])} heads on the day with most, overtime {text.share(f['overtime_share'])} "
        f"of paid time and {text.share(f['overtime_share_peak'])} in the 28 busiest days. "
        f"Hours above sustainable pace: {text.number(f['above_pace_hours'])}, {text.share(f['above_pace_share'])} "
        f"of the hours of permanent heads; people hurt at work: {text.number(f['injured'])}."
    )
    found = constraints.breaks(record)
    if found is not None:
        lead += f" What breaks first is {constraints.break_sentence(record, found)}."
    node = tight.node
    first, stop = peak_window(record, _FORTNIGHT)
    title = f"The busiest fortnight in {text.named(record.network.texts.nodes[node])}, hours a day"
    body = _year(record) + f"<h3>{html.escape(title)}</h3>" + _fortnight(record, node, first, stop) + _table(record)
    return svg.Picture("labour", finding, lead, body)


def _hours(record: Record, metric: Metric) -> tuple[F64, F64]:
    """Hours needed and rostered: [D, N] twice."""
    return by_day_node(record, metric) / 60, by_day_node(record, metric, 1) / 60


def _year(record: Record) -> str:
    """One small chart for each process and fulfilment centre; a row of charts has one height of scale."""
    nodes = node_codes(record, NodeKind.FULFILMENT)
    width = (_WIDTH - 56 - 28 * (len(nodes) - 1)) / max(1, len(nodes))
    parts, told = [], []
    for row, (words, metric) in enumerate(_WORK):
        needed, rostered = (_a_week(record, side) for side in _hours(record, metric))
        most = max(float(needed[:, nodes].max(initial=1)), float(rostered[:, nodes].max(initial=1)))
        for column, node in enumerate(nodes):
            panel = _Panel(56 + column * (width + 28), row * (_SMALL + 62) + 26, width, _SMALL)
            name = f"{text.named(record.network.texts.nodes[node])} {words}"
            parts.append(_small(record, panel, (needed[:, node], rostered[:, node]), most, name))
            if column == 0:
                parts.append(_left_axis(panel, most))
            told.append(f"{name} at most {_most(needed[:, node], rostered[:, node])} of its roster")
    height = len(_WORK) * (_SMALL + 62)
    title, most = "Hours a week, needed against rostered", max(1, round(len(nodes) / 2))
    cuts = (56 + most * (width + 28) - 24,) if len(nodes) > 1 else ()
    frame = svg.Frame("labour-year", _WIDTH, height, title, ", ".join(told), cuts)
    return "<h3>Hours a week</h3>" + svg.drawing(frame, "".join(parts))


def _a_week(record: Record, days: F64) -> F64:
    """Hours a week; a short week at either end counts as if it were whole."""
    lengths = np.diff([*constraints.week_starts(record), record.days])
    whole: F64 = constraints.weekly(record, days) * 7 / lengths[:, None]
    return whole


def _most(needed: F64, rostered: F64) -> str:
    whole = slice(1, -1) if len(needed) > 3 else slice(None)  # the first and the last week may be short
    needed, rostered = needed[whole], rostered[whole]
    used = np.where(rostered > 0.05 * rostered.max(initial=1), needed / np.maximum(rostered, 1e-9), 0)
    return text.share(float(used.max(initial=0)), 0)


def _left_axis(panel: _Panel, most: float) -> str:
    scale = svg.Scale(0, most, panel.top + panel.height, panel.top)
    return "".join(
        svg.words(panel.left - 8, scale(value) + 4, text.number(value), "small muted", "end")
        for value in svg.ticks(0, most, 3)
    )


def _small(record: Record, panel: _Panel, pair: tuple[F64, F64], most: float, name: str) -> str:
    needed, rostered = pair
    starts = [*constraints.week_starts(record), record.days]
    across = svg.Scale(0, record.days, panel.left, panel.left + panel.width)
    up = svg.Scale(0, most, panel.top + panel.height, panel.top)
    floor = panel.top + panel.height
    parts = [svg.words(panel.left, panel.top - 10, name, "strong")]
    parts.append(
        svg.words(panel.left + panel.width, panel.top - 10, f"at most {_most(needed, rostered)}", "small muted", "end")
    )
    parts += [
        svg.rule(panel.left, up(value), panel.left + panel.width, up(value), "grid") for value in svg.ticks(0, most, 3)
    ]
    steps = [
        (across(day), up(float(value))) for index, value in enumerate(rostered) for day in starts[index : index + 2]
    ]
    parts.append(svg.area(steps, floor, "rostered"))
    for index, (need, have) in enumerate(zip(needed, rostered, strict=True)):
        x1, x2 = across(starts[index]), across(starts[index + 1])
        if need > have:
            parts.append(svg.box(x1, up(float(need)), x2 - x1, up(float(have)) - up(float(need)), "over"))
        week = f"{name}, week from {text.day_text(record.first_day + starts[index])}"
        hint = f"{week}: needs {text.number(float(need))} of {text.number(float(have))} hours"
        parts.append(svg.box(x1, panel.top, x2 - x1, panel.height, "touch", hint))
    middles = [
        (across((starts[index] + starts[index + 1]) / 2), up(float(value))) for index, value in enumerate(needed)
    ]
    parts.append(svg.polyline(middles, "line"))
    parts.append(svg.rule(panel.left, floor, panel.left + panel.width, floor, "axis"))
    parts.append(months(record, panel.left, panel.width, floor + 15))
    return "".join(parts)


def months(record: Record, left: float, width: float, y: float) -> str:
    """First letters of the months under a chart of the year; names where there are few."""
    firsts = [day for day in range(record.days) if text.date_of(record.first_day + day).day == 1 or day == 0]
    across = svg.Scale(0, record.days, left, left + width)
    narrow = width / max(1, len(firsts)) < 34
    parts = []
    for day, after in zip(firsts, [*firsts[1:], record.days], strict=True):
        if after - day >= 15:
            name = text.month_short(record.first_day + day)
            parts.append(svg.words(across((day + after) / 2), y, name[0] if narrow else name, "small muted", "middle"))
    return "".join(parts)


def _fortnight(record: Record, node: int, first: int, stop: int) -> str:
    """Days of the busiest fortnight: rostered behind, needed in front, shipments left at pick-up below."""
    width = (_WIDTH - 40) / 2
    parts, told = [], []
    for column, (words, metric) in enumerate(_WORK):
        needed, rostered = (side[first:stop, node] for side in _hours(record, metric))
        panel = _Panel(40 + column * (width + 20), 26, width - 20, _LARGE)
        parts.append(_days(record, panel, (needed, rostered), first, words))
        told.append(f"{words}: at most {text.share(float(np.max(needed / np.maximum(rostered, 1e-9), initial=0)), 0)}")
    left = by_day_node(record, Metric.BACKLOG)[first:stop, node]
    rolled = by_day_node(record, Metric.ROLLED)[first:stop, node]
    panel = _Panel(40, 26 + _LARGE + 78, _WIDTH - 60, 70)
    parts.append(_backlog(record, panel, left + rolled, first))
    told.append(f"{text.number(float((left + rolled).sum()))} shipments left at pick-up")
    height = panel.top + panel.height + 40
    frame = svg.Frame("labour-peak", _WIDTH, height, "The busiest fortnight", ", ".join(told), (40 + width - 10,))
    return svg.drawing(frame, "".join(parts))


def _days(record: Record, panel: _Panel, pair: tuple[F64, F64], first: int, words: str) -> str:
    needed, rostered = pair
    most = max(float(needed.max(initial=1)), float(rostered.max(initial=1)))
    up = svg.Scale(0, most, panel.top + panel.height, panel.top)
    step = panel.width / max(1, len(needed))
    parts = [svg.words(panel.left, panel.top - 10, words.capitalize(), "strong")]
    for value in svg.ticks(0, most, 4):
        parts.append(svg.rule(panel.left, up(value), panel.left + panel.width, up(value), "grid"))
        parts.append(svg.words(panel.left - 6, up(value) + 4, text.number(value), "small muted", "end"))
    for index, (need, have) in enumerate(zip(needed.tolist(), rostered.tolist(), strict=True)):
        x, day = panel.left + index * step, record.first_day + first + index
        floor = panel.top + panel.height
        parts.append(svg.box(x + 2, up(have), step - 4, floor - up(have), "rostered"))
        hint = f"{text.weekday_short(day)} {text.day_text(day)}: needs {text.number(need)} of {text.number(have)} hours"
        parts.append(
            svg.box(x + step * 0.3, up(min(need, have)), step * 0.4, floor - up(min(need, have)), "needed", hint)
        )
        if need > have:
            parts.append(svg.box(x + step * 0.3, up(need), step * 0.4, up(have) - up(need), "over", hint))
        parts.append(svg.words(x + step / 2, floor + 15, text.weekday_short(day)[:2], "small muted", "middle"))
        if index % 2 == 0:
            parts.append(svg.words(x + step / 2, floor + 29, text.day_text(day), "small muted", "middle"))
    parts.append(
        svg.rule(panel.left, panel.top + panel.height, panel.left + panel.width, panel.top + panel.height, "axis")
    )
    return "".join(parts)


def _backlog(record: Record, panel: _Panel, left: F64, first: int) -> str:
    """The line of what was left when the carriers had gone, each day with its number."""
    most = max(1.0, float(left.max(initial=0)))
    up = svg.Scale(0, most, panel.top + panel.height, panel.top)
    step = panel.width / max(1, len(left))
    points = [(panel.left + (index + 0.5) * step, up(value)) for index, value in enumerate(left.tolist())]
    parts = [svg.words(panel.left, panel.top - 22, "Shipments left at pick-up", "strong")]
    parts.append(
        svg.rule(panel.left, panel.top + panel.height, panel.left + panel.width, panel.top + panel.height, "axis")
    )
    parts.append(svg.polyline(points, "line over-line"))
    for (x, y), value, index in zip(points, left.tolist(), range(len(points)), strict=True):
        hint = f"{text.day_text(record.first_day + first + index)}: {text.number(value)} left"
        parts.append(svg.tag("circle", svg.tip(hint), cx=x, cy=y, r=3.0, class_="over"))
        if value >= 0.04 * most:
            parts.append(svg.words(x, y - 9, text.number(value), "small halo", "middle"))
        parts.append(
            svg.words(
                x,
                panel.top + panel.height + 16,
                text.day_text(record.first_day + first + index),
                "small muted",
                "middle",
            )
        )
    return "".join(parts)


def _table(record: Record) -> str:
    rows = []
    for node in node_codes(record, NodeKind.FULFILMENT):
        for words, metric in PROCESSES.values():
            paid = float(by_day_node(record, metric)[:, node].sum()) / 60
            busy = float(by_day_node(record, metric, 1)[:, node].sum()) / 3600
            rows.append([f"{text.named(record.network.texts.nodes[node])} {words}", text.number(paid),
                         text.number(busy), text.share(over(busy, paid), 0)])  # fmt: skip
    weeks = []
    starts = constraints.week_starts(record)
    for words, metric in _WORK:
        needed, rostered = (constraints.weekly(record, side) for side in _hours(record, metric))
        for node in node_codes(record, NodeKind.FULFILMENT):
            name = f"{text.named(record.network.texts.nodes[node])} {words}"
            for index in np.argsort(-needed[:, node] / np.maximum(rostered[:, node], 1))[:6]:
                day = record.first_day + starts[int(index)]
                weeks.append([f"{name}, from {text.day_text(day)}", text.number(needed[index, node]),
                              text.number(rostered[index, node])])  # fmt: skip
    return (
        svg.behind(["Process", "paid hours", "busy hours", "busy"], rows)
        + svg.behind(
            ["The six tightest weeks of each", "hours needed", "hours rostered"], weeks, "The tightest weeks"
        )
        + svg.behind(
            ["The six longest weeks of each building", "hours above pace", "of the heads' hours", "people hurt"],
            _above_pace(record), "Hours above sustainable pace",
        )
    )  # fmt: skip


def _above_pace(record: Record) -> list[list[str]]:
    """The six weeks of each building with most hours above sustainable pace, and who was hurt in them."""
    starts = constraints.week_starts(record)
    above, heads = (constraints.weekly(record, by_day_node(record, Metric.ABOVE_PACE, side)) / 60 for side in (0, 1))
    injured = constraints.weekly(record, by_day_node(record, Metric.INJURED))
    rows = []
    for node in sorted(node_codes(record, NodeKind.FULFILMENT) + node_codes(record, NodeKind.STORAGE)):
        name = text.named(record.network.texts.nodes[node])
        longest = np.argsort(-above[:, node], kind="stable")[:6].tolist()
        rows += [
            [f"{name}, from {text.day_text(record.first_day + starts[index])}", text.number(above[index, node]),
             text.share(over(above[index, node], heads[index, node])), text.number(injured[index, node])]
            for index in longest
            if above[index, node] > 0
        ]  # fmt: skip
    return rows

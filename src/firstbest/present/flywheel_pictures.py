"""Fans over decades, bars of what loops are worth, bars of where the spread comes from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.futures import LEVELS
from firstbest.present import text
from firstbest.present.flywheel_words import Story, own_sign, unit_of, unit_words, valued, years_of
from firstbest.present.flywheel_words import ticks as time_ticks
from firstbest.present.svg import Frame, Scale, area, box, drawing, polyline, rule, table, ticks, words

F64 = NDArray[np.float64]

_EDGE: Final = (58.0, 14.0, 34.0, 26.0)  # left, right, top, bottom


class Fan(NamedTuple):
    """A fan: name, unit, instants in years [n], bands [levels, n] outermost first, and lines [n] drawn over it."""

    key: str
    title: str
    unit: str
    years: F64
    bands: F64
    lines: tuple[tuple[str, F64, F64], ...] = ()  # class, x, y
    size: tuple[float, float] = (520.0, 230.0)


def fan(found: Fan) -> str:
    """One fan chart."""
    left, right, top, bottom = _EDGE
    values = [found.bands, *(y for _, _, y in found.lines)]
    low = min(0.0, *(float(np.nanmin(each)) for each in values))
    high = max(float(np.nanmax(each)) for each in values) * 1.04
    if float(np.nanmin(found.bands)) > 0.6 * high:
        low = float(np.nanmin(found.bands)) * 0.97
    across = Scale(float(found.years[0]), float(found.years[-1]), left, found.size[0] - right)
    up = Scale(low, high, found.size[1] - bottom, top)
    marks = []
    for value in ticks(low, high, 4):
        marks.append(rule(left, up(value), found.size[0] - right, up(value), "grid"))
        marks.append(words(left - 7, up(value) + 4, valued(value, found.unit), "small muted", "end"))
    for year in ticks(float(found.years[0]), float(found.years[-1]), 6):
        if year != int(year):
            continue
        marks.append(words(across(year), found.size[1] - 7, f"{year:g}", "small muted", "middle"))
    count = len(found.bands)
    for ring in range(count // 2):
        edges = [
            [(across(x), up(y)) for x, y in zip(found.years, row, strict=True)]
            for row in (found.bands[ring], found.bands[count - 1 - ring])
        ]
        marks.append(area(edges[1], edges[0], f"fan fan{ring}"))
    middle = found.bands[count // 2]
    marks.append(polyline([(across(x), up(y)) for x, y in zip(found.years, middle, strict=True)], "line"))
    for class_, x, y in found.lines:
        there = ~np.isnan(y)
        marks.append(polyline([(across(a), up(b)) for a, b in zip(x[there], y[there], strict=True)], class_))
    head = words(0, 14, found.title[:1].upper() + found.title[1:], "strong") + words(
        found.size[0] - right, 14, unit_words(found.unit), "small muted", "end"
    )
    last = (
        f"{valued(float(middle[-1]), found.unit)} at the end, "
        f"{valued(float(found.bands[0][-1]), found.unit)} to "
        f"{valued(float(found.bands[-1][-1]), found.unit)}"
    )
    return drawing(Frame(found.key, *found.size, found.title, last), head + "".join(marks))


def fans(story: Story) -> str:
    """A fan for each shown variable, two abreast."""
    years = story.futures.instants / time_ticks(story.model.span, story.until)[0]
    found = []
    for name in story.model.shown or story.model.outcomes:
        bands = story.futures.bands(name)[[0, 2, 3, 4, 6]]
        found.append(
            fan(Fan(f"fan-{name.replace('_', '-')}", story.model.words(name), unit_of(story.model, name), years, bands))
        )
    return f'<div class="fans">{"".join(f"<div>{each}</div>" for each in found)}</div>'


def worth_bars(story: Story) -> str:
    """What each loop adds to what is sold, with its interval."""
    width, row, left = 1040.0, 46.0, 250.0
    height = row * len(story.worth) + 30
    ends = [end for worth in story.worth for end in worth.sold]
    across = Scale(min(0.0, *ends), max(0.0, *ends, 1e-9), left, width - 190)
    unit = unit_of(story.model, story.model.outcomes[0]).split("/")[0]
    money = unit_of(story.model, story.model.outcomes[1]).split("/")[0]
    marks = [
        rule(across(value), 4, across(value), height - 24, "grid")
        + words(across(value), height - 6, valued(value, unit), "small muted", "middle")
        for value in ticks(across.low, across.high, 5)
    ]
    for place, worth in enumerate(story.worth):
        y = 8 + row * place
        low, middle, high = (across(each) for each in worth.sold)
        zero = across(0.0)
        marks.append(words(0, y + 14, worth.loop.name, "strong") + words(0, y + 31, own_sign(worth), "small muted"))
        marks.append(
            box(
                min(zero, middle),
                y + 5,
                abs(middle - zero),
                16,
                "less" if worth.sold[1] >= 0 else "more",
                worth.loop.words,
            )
        )
        marks.append(rule(low, y + 13, high, y + 13, "interval"))
        marks.append(words(width, y + 18, f"{valued(worth.money[1], money)}", "strong", "end"))
    title = f"What each loop adds over {years_of(story)}"
    return drawing(
        Frame("worth", width, height, title, "Bars: the middle of all futures; lines: 5 to 95 in 100."), "".join(marks)
    )


def spread_bars(story: Story, most: int = 10) -> str:
    """Which coefficients the spread comes from."""
    width, row, left = 1040.0, 26.0, 330.0
    shown = story.indices[:most]
    across = Scale(0.0, max(1.0, *(index.total + index.total_half for index in shown)), left, width - 70)
    marks = []
    for place, index in enumerate(shown):
        y = 4 + row * place
        marks.append(words(left - 10, y + 14, story.model.words(index.name), "", "end"))
        marks.append(box(left, y + 3, across(max(index.total, 0.0)) - left, 14, "soft bar step", "with all others"))
        marks.append(box(left, y + 3, across(max(index.first, 0.0)) - left, 14, "bar step", "alone"))
        marks.append(
            rule(
                across(max(index.total - index.total_half, 0.0)),
                y + 10,
                across(index.total + index.total_half),
                y + 10,
                "interval",
            )
        )
        marks.append(words(width, y + 14, text.share(index.total, 0), "small", "end"))
    return drawing(
        Frame(
            "spread", width, row * len(shown) + 10, "Where the spread comes from", "Share of variance by coefficient."
        ),
        "".join(marks),
    )


def fan_table(story: Story) -> str:
    """The numbers behind the fans, every fifth of the span."""
    rows = []
    places = np.unique(np.linspace(0, len(story.futures.instants) - 1, 6).round().astype(int))
    unit_, word = time_ticks(story.model.span, story.until)
    for name in story.model.shown or story.model.outcomes:
        unit = unit_of(story.model, name)
        bands = story.futures.bands(name)
        for label, level in (("", 3), (f", {LEVELS[0]:.0%} lowest", 0), (f", {1 - LEVELS[6]:.0%} highest", 6)):
            rows.append([story.model.words(name) + label, *(valued(bands[level, place], unit) for place in places)])
    heads = ["", *(f"{word} {story.futures.instants[place] / unit_:g}" for place in places)]
    return table(heads, rows)


def coefficient_table(rows: Sequence[Sequence[str]]) -> str:
    """Every coefficient: value, range, unit, mark, source."""
    body = table(("Coefficient", "Value", "Range", "Unit", "Mark", "Source"), rows)
    return f'<div class="coefficients">{body}</div>'

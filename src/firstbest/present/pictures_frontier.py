"""The fourth picture: each what-if as a dot, what an order costs against how many arrive in two days."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from firstbest.present import labels_on_paper, svg, text
from firstbest.present.comparison import Comparison, Dot
from firstbest.present.figures import figures
from firstbest.present.record import Record


class Paper(NamedTuple):
    """What the picture is drawn on; `numbered`: dots carry their number, for paper too small for names."""

    key: str
    width: float
    height: float
    left: float
    ticks: tuple[int, int]  # about so many up and across
    numbered: bool = False


_WIDE: Final = Paper("frontier", 1040.0, 430.0, 64.0, (5, 6))
_ONE: Final = _WIDE._replace(height=250.0)  # a single dot needs no large field
_PHONE: Final = Paper("frontier-phone", 400.0, 340.0, 44.0, (4, 3), numbered=True)
_RIGHT: Final = 20.0
_BOTTOM: Final = 52.0
_ONE_SPOT: Final = 3.0
"""Dots as near as this are one: one name for all."""


def picture(record: Record, comparison: Comparison | None) -> svg.Picture:
    """The dots of the comparison, or the one that is known with the command that adds another."""
    dots = comparison.dots if comparison is not None and comparison.dots else (_only(record),)
    currency = record.network.texts.currency
    command = "firstbest rehearse DIR --against changes/NAME.toml"
    hint = f'<p class="hint">Each what-if adds a dot: <code>{html.escape(command)}</code></p>'
    lead = "To the left is cheaper, upwards is faster. The ring is the network as it is; crosses are 95 % intervals."
    if len(dots) == 1:
        lead = "To the left is cheaper, upwards is faster. So far there is one dot: the network as it is."
    return svg.Picture(
        "frontier", _finding(dots, comparison, currency), lead, _plot(dots, currency) + _table(dots, currency) + hint
    )


def frontier(dots: tuple[Dot, ...], currency: str) -> str:
    """Several what-ifs beside each other, as wide as a page and, by number, for a phone; and the numbers behind it."""
    phone = _plot(dots, currency, _PHONE)
    drawn = f'<div class="wide-screen">{_plot(dots, currency)}</div><div class="small-screen">{phone}</div>'
    return drawn + _table(dots, currency)


def unbeaten(dots: Sequence[Dot]) -> list[Dot]:
    """Those that no other beats in both, cheapest first: from one to the next, speed is paid for."""
    kept: list[Dot] = []
    for dot in sorted(dots, key=lambda each: (each.cost, -each.two_day)):
        if not kept or dot.two_day > kept[-1].two_day:
            kept.append(dot)
    return kept


def _only(record: Record) -> Dot:
    f = figures(record)
    cost, two = f["cost_to_serve_per_order"], f["two_day_share"]
    return Dot("the network as it is", cost, cost, cost, two, two, two, current=True)


def _finding(dots: tuple[Dot, ...], comparison: Comparison | None, currency: str) -> str:
    now = next((dot for dot in dots if dot.current), dots[0])
    if len(dots) == 1:
        return f"Today: {text.share(now.two_day)} in two days at {text.money(now.cost, currency)} an order"
    others = [dot for dot in dots if dot is not now]
    title = comparison.title if comparison is not None else ""
    best = next((dot for dot in others if dot.label == title), max(others, key=lambda dot: dot.two_day))
    faster = text.difference(best.two_day - now.two_day, "share", currency)
    dearer = f"{text.difference(best.cost - now.cost, 'money', currency)} an order"
    if max(best.cost_low, now.cost_low) <= min(best.cost_high, now.cost_high):
        dearer = "a cost within the intervals of today's"
    return f"{best.label[:1].upper()}{best.label[1:]}: {faster} in two days for {dearer}"


def _plot(dots: tuple[Dot, ...], currency: str, paper: Paper | None = None) -> str:
    paper = paper or (_WIDE if len(dots) > 1 else _ONE)
    across, up = _scales(dots, paper)
    parts = _axes(across, up, currency, paper)
    if len(dots) > 2:  # a line through two would say nothing that they do not
        points = [(across(dot.cost), up(dot.two_day)) for dot in unbeaten(dots)]
        parts += [svg.rule(*one, *other, "frontier") for one, other in pairwise(points)]
    for dot in dots:
        x, y = across(dot.cost), up(dot.two_day)
        hint = f"{dot.label}: {text.money(dot.cost, currency)} an order, {text.share(dot.two_day)} in two days"
        parts.append(svg.rule(across(dot.cost_low), y, across(dot.cost_high), y, "interval"))
        parts.append(svg.rule(x, up(dot.two_day_low), x, up(dot.two_day_high), "interval"))
        if dot.current:
            parts.append(svg.tag("circle", cx=x, cy=y, r=11.0, class_="ring"))
        parts.append(svg.tag("circle", svg.tip(hint), cx=x, cy=y, r=5.5, class_="sum" if dot.current else "dot"))
    parts += _names(dots, [(across(dot.cost), up(dot.two_day)) for dot in dots], paper)
    told = "; ".join(f"{dot.label}: {text.money(dot.cost, currency)}, {text.share(dot.two_day)}" for dot in dots)
    return svg.drawing(
        svg.Frame(paper.key, paper.width, paper.height, "Cost an order against two-day share", told), "".join(parts)
    )


def _names(dots: Sequence[Dot], points: Sequence[tuple[float, float]], paper: Paper) -> list[str]:
    """What is written beside the dots: one name for all that lie in one spot, the first of them the leading one."""
    groups: list[list[int]] = []
    for place, (x, y) in enumerate(points):
        near = [each for each in groups if max(abs(points[each[0]][0] - x), abs(points[each[0]][1] - y)) < _ONE_SPOT]
        if near:
            near[0].append(place)
        else:
            groups.append([place])
    labels = [", ".join(str(place + 1) if paper.numbered else dots[place].label for place in each) for each in groups]
    spots = labels_on_paper.spread(
        [points[each[0]] for each in groups],
        [len(label) * 7.4 + 8 for label in labels],
        (paper.width, paper.height - _BOTTOM),
        labels_on_paper.CORNERS,
    )
    parts = []
    for each, label, spot in zip(groups, labels, spots, strict=True):
        if spot.leader:
            parts.append(svg.rule(*points[each[0]], spot.x, spot.y - 4, "leader"))
        strong = any(dots[place].current for place in each)
        parts.append(svg.words(spot.x, spot.y, label, "label halo strong" if strong else "label halo", spot.anchor))
    return parts


def _scales(dots: tuple[Dot, ...], paper: Paper) -> tuple[svg.Scale, svg.Scale]:
    costs = [value for dot in dots for value in (dot.cost_low, dot.cost, dot.cost_high)]
    shares = [value for dot in dots for value in (dot.two_day_low, dot.two_day, dot.two_day_high)]
    pad_x = max(0.25 * (max(costs) - min(costs)), 0.02 * abs(max(costs)), 0.01)
    pad_y = max(0.25 * (max(shares) - min(shares)), 0.03)
    across = svg.Scale(min(costs) - pad_x, max(costs) + pad_x, paper.left, paper.width - _RIGHT)
    low, high = max(0.0, min(shares) - pad_y), min(1.0, max(shares) + pad_y)
    return across, svg.Scale(low, high, paper.height - _BOTTOM, 26)


def _axes(across: svg.Scale, up: svg.Scale, currency: str, paper: Paper) -> list[str]:
    floor, left, right = up.start, paper.left, paper.width - _RIGHT
    digits = 0 if up.high - up.low > 0.04 else 1
    parts = []
    for value in svg.ticks(up.low, up.high, paper.ticks[0]):
        parts.append(svg.rule(left, up(value), right, up(value), "grid"))
        parts.append(svg.words(left - 8, up(value) + 4, text.share(value, digits), "small muted", "end"))
    for value in svg.ticks(across.low, across.high, paper.ticks[1]):
        parts.append(svg.rule(across(value), floor, across(value), floor + 5, "axis"))
        parts.append(svg.words(across(value), floor + 20, text.money(value, currency), "small muted", "middle"))
    parts.append(svg.rule(left, floor, right, floor, "axis"))
    parts.append(svg.words(left, 14, "Delivered within two business days", "small muted"))
    parts.append(svg.words(right, floor + 42, "Cost to serve an order", "small muted", "end"))
    parts.append(svg.words(left + 12, 44, "↖ cheaper and faster", "small muted"))
    return parts


def _table(dots: tuple[Dot, ...], currency: str) -> str:
    rows = [
        [
            dot.label,
            text.money(dot.cost, currency),
            f"{text.money(dot.cost_low, currency)} to {text.money(dot.cost_high, currency)}",
            text.share(dot.two_day),
            f"{text.share(dot.two_day_low)} to {text.share(dot.two_day_high)}",
        ]
        for dot in dots
    ]
    return svg.behind(["What-if", "cost an order", "95 % interval", "in two days", "95 % interval"], rows)

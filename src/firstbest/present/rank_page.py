"""Several changes ranked: a table for the terminal, a page with the service-cost frontier."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from firstbest.present import svg, text
from firstbest.present.catalog import meaning_of
from firstbest.present.comparison import Dot, Estimate
from firstbest.present.flywheel_page import section, shell
from firstbest.present.pictures_frontier import frontier


class Row(NamedTuple):
    """One world as it is shown."""

    name: str
    mean: float
    low: float
    high: float
    seeds: int
    dropped_at: int
    apart: Estimate | None = None  # from the world as it is, seed by seed; None for itself

    @property
    def same(self) -> bool:
        """Nothing differs in any seed."""
        return self.apart == Estimate(0.0, 0.0, 0.0)


class Told(NamedTuple):
    """What is said of a ranking."""

    workspace: str
    figure: str
    currency: str
    least: float
    sure: bool
    rehearsals: int
    banner: str
    rows: Sequence[Row]
    dots: tuple[Dot, ...]


def finding(told: Told) -> str:
    """`A fourth centre is best in cost to serve an order`, or that the seeds ran out."""
    best, label = told.rows[0], meaning_of(told.figure).label
    name = f"{best.name[:1].upper()}{best.name[1:]}"
    if told.sure:
        return f"{name} is best in {label}, or within {_value(told.least, told)} of it, 95 times in 100"
    left = [row.name for row in told.rows if row.dropped_at == 0]
    return f"{text.joined(left)} cannot be told apart in {label} with {best.seeds} seeds; {best.name} leads"


def _value(value: float, told: Told) -> str:
    return text.brief(value, meaning_of(told.figure).unit, told.currency)


def _apart(row: Row, told: Told) -> str:
    """`-$1.32, -$1.40 to -$1.25`: the difference to the world as it is and its interval."""
    if row.apart is None:
        return ""
    if row.same:
        return "the same"
    unit = meaning_of(told.figure).unit
    mean, low, high = (text.difference(each, unit, told.currency) for each in row.apart)
    return f"{mean}, {low} to {high}"


def _lines(told: Told) -> list[list[str]]:
    return [
        [
            row.name,
            _value(row.mean, told),
            _apart(row, told),
            str(row.seeds),
            f"after {row.dropped_at}" if row.dropped_at else "stayed",
        ]
        for row in told.rows
    ]


def alike(told: Told) -> str:
    """Changes that do nothing in these days, or nothing: what they change may lie outside of them."""
    names = [row.name for row in told.rows if row.apart is not None and row.same]
    if not names:
        return ""
    return f"{text.joined(names)}: nothing differs in the days that were rehearsed. More days may show it."


def table(told: Told, width: int) -> str:
    """The ranking for a terminal."""
    name_width = max(20, min(44, width - 56))
    head = f"{'':<{name_width}}{'mean':>9}{'against as it is':>28}{'seeds':>7}  dropped"
    rows = [
        f"{name[: name_width - 1]:<{name_width}}{mean:>9}{ends:>28}{seeds:>7}  {dropped}"
        for name, mean, ends, seeds, dropped in _lines(told)
    ]
    foot = f"{told.rehearsals} rehearsals on common random numbers (Kim and Nelson); {told.banner}"
    said = [line for line in (alike(told), foot) if line]
    wrapped = [line for each in said for line in textwrap.wrap(each, width)]
    return "\n".join([*textwrap.wrap(finding(told), width), "", head, *rows, "", *wrapped])


def page(told: Told) -> str:
    """One HTML page: the frontier, and the ranking behind it."""
    lead = (
        f"{told.rehearsals} rehearsals with the same seeds; a change is dropped when another beats it by more than "
        "chance allows. The difference to the network as it is comes from the same seeds on both sides, so it is surer "
        "than the crosses look. To the left is cheaper, upwards is faster; crosses are 95 % intervals. The broken line "
        "joins those whose mean no other beats in both."
    )
    said = f"{told.banner[:1].upper()}{told.banner[1:]}."
    numbered = [[f"{place}. {first}", *others] for place, (first, *others) in enumerate(_lines(told), start=1)]
    ranking = svg.table(["Change", "mean", "against as it is, 95 % interval", "seeds", "dropped"], numbered)
    if same := alike(told):
        ranking += f'<p class="legend">{escape(same)}</p>'
    head = (
        f'<header><p class="eyebrow">{escape(told.workspace)}</p><h1>Changes ranked</h1>'
        f'<p class="banner">{escape(said)}</p></header>'
    )
    body = frontier(told.dots, told.currency) + ranking
    return shell("Changes ranked", head + section("Service and cost", finding(told), lead, body))

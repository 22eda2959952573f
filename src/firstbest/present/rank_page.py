"""Several changes ranked: a table for the terminal, a page with the service-cost frontier."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from firstbest.present import svg, text
from firstbest.present.catalog import meaning_of
from firstbest.present.comparison import Dot
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


def _lines(told: Told) -> list[list[str]]:
    return [
        [
            row.name,
            _value(row.mean, told),
            f"{_value(row.low, told)} to {_value(row.high, told)}",
            str(row.seeds),
            f"after {row.dropped_at}" if row.dropped_at else "stayed",
        ]
        for row in told.rows
    ]


def table(told: Told, width: int) -> str:
    """The ranking for a terminal."""
    name_width = max(20, min(44, width - 52))
    head = f"{'':<{name_width}}{'mean':>10}{'95 % interval':>22}{'seeds':>7}  dropped"
    rows = [
        f"{name[: name_width - 1]:<{name_width}}{mean:>10}{ends:>22}{seeds:>7}  {dropped}"
        for name, mean, ends, seeds, dropped in _lines(told)
    ]
    foot = f"{told.rehearsals} rehearsals on common random numbers (Kim and Nelson); {told.banner}"
    return "\n".join([finding(told), "", head, *rows, "", foot])


def page(told: Told) -> str:
    """One HTML page: the frontier, and the ranking behind it."""
    lead = (
        f"{told.rehearsals} rehearsals with the same seeds; a change is dropped when another beats it by more than "
        "chance allows. To the left is cheaper, upwards is faster; crosses are 95 % intervals."
    )
    said = f"{told.banner[:1].upper()}{told.banner[1:]}."
    ranking = svg.table(["Change", "mean", "95 % interval", "seeds", "dropped"], _lines(told))
    head = (
        f'<header><p class="eyebrow">{escape(told.workspace)}</p><h1>Changes ranked</h1>'
        f'<p class="banner">{escape(said)}</p></header>'
    )
    body = frontier(told.dots, told.currency) + ranking
    return shell("Changes ranked", head + section("Service and cost", finding(told), lead, body))

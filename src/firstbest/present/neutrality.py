"""What every tenant gets, side by side: the same for all, or where not."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import text
from firstbest.present.comparison import Estimate
from firstbest.present.invoice import cut, short

_MARKED: Final = (
    "* the interval leaves out what everybody gets: because of where the goods lie, their size and the service asked "
    "for, or because somebody is treated otherwise."
)


class Row(NamedTuple):
    """One tenant: its figures with intervals, and what an order was billed, in whole currency units."""

    name: str
    title: str
    figures: Mapping[str, Estimate]
    price: float


class Told(NamedTuple):
    """All tenants, and everybody together."""

    rows: Sequence[Row]
    everybody: Mapping[str, Estimate]
    currency: str


def neutrality_screen(told: Told, swapped: str, width: int, note: str = "") -> Text:
    """Tenants as rows, measures as columns; a mark where an interval leaves out what everybody gets."""
    width = max(60, min(width, 140))
    page = Text(no_wrap=True)
    page.append("What each tenant gets", style="bold")
    page.append("  95 % intervals below each figure\n")
    if note:
        page.append(f"{note}\n", style="yellow")
    names = list(told.everybody)
    column = 13 if width < 100 else 18
    room = width - column * len(names) - 10
    head = "".join(f"{name if len(name) < column else name.rpartition(' ')[2]:>{column}}" for name in names)
    page.append(f"\n{'':<{room}}{head}{'an order':>10}\n", style="dim")
    listed = [*told.rows[:40], Row("", "everybody", told.everybody, math.nan)]
    marked = False
    for row in listed:
        page.append(f"{short(row.title, room - 1):<{room}}", style="bold" if row.name else "dim")
        for name in names:
            mark = "*" if row.name and outside(row.figures[name], told.everybody[name]) else " "
            marked = marked or mark == "*"
            page.append(f"{figure(row.figures[name].mean, name) + mark:>{column}}")
        price = "" if math.isnan(row.price) else text.money(row.price, told.currency)
        page.append(f"{price:>10}\n{'':<{room}}")
        page.append("".join(f"{span(row.figures[name], name):>{column}}" for name in names) + "\n", style="dim")
    if len(told.rows) > 40:
        page.append(f"and {len(told.rows) - 40} more\n", style="dim")
    if marked:
        page.append("\n".join(cut(_MARKED, width)) + "\n")
    if swapped:
        page.append("\n" + "\n".join(cut(swapped, width)) + "\n")
    page.rstrip()
    return page


def outside(estimate: Estimate, everybody: Estimate) -> bool:
    """Whether an interval leaves out the figure of everybody."""
    return not math.isnan(estimate.low) and not estimate.low <= everybody.mean <= estimate.high


def figure(value: float, name: str) -> str:
    """A measure as it is read: hours, or a share."""
    return f"{text.number(value, 1)}{text.THIN}h" if name.startswith("hours") else text.share(value)


def span(estimate: Estimate, name: str) -> str:
    """An interval, short."""
    if math.isnan(estimate.low):
        return text.MISSING
    factor = 1 if name.startswith("hours") else 100
    return f"{text.number(estimate.low * factor, 1)} to {text.number(estimate.high * factor, 1)} "


def swapped_words(permutations: int, facts: int, different: Sequence[str]) -> str:
    """Whether decisions looked at names."""
    if different:
        return (
            f"Decisions changed when tenants swapped names ({text.number(permutations)} permutations): "
            f"{', '.join(different)}. Somebody is preferred."
        )
    return (
        f"{text.number(facts)} facts came out byte by byte the same under {text.number(permutations)} random swaps "
        "of the tenants' names: no decision knows who anybody is."
    )

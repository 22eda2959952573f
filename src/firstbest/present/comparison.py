"""Two rehearsals beside each other, as sentences and tables. Statistics come from elsewhere; these are the words."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import text
from firstbest.present.catalog import CATALOG, WANTED, meaning_of
from firstbest.present.record import Record

_TELLING: Final = ("delivered_on_time", "two_day_share", "cost_to_serve_per_order")
TELLING_LEAST: Final = 0.01
"""Of a figure: what changed by less is told in the tables alone."""
MORE: Final = 12
"""Figures beyond those of the first screen that a terminal shows."""


class Difference(NamedTuple):
    """One figure with and without a change; low and high are the ends of the 95 % interval of the difference."""

    key: str
    label: str
    unit: str  # as catalog.Meaning.unit
    without: float
    with_: float
    difference: float
    low: float
    high: float
    distinguishable: bool
    sentence: str


class Dot(NamedTuple):
    """One rehearsal in the picture of cost against service; where low equals high there is no interval."""

    label: str
    cost: float  # to serve an order
    cost_low: float
    cost_high: float
    two_day: float  # share of orders
    two_day_low: float
    two_day_high: float
    current: bool  # the network as it is


class Comparison(NamedTuple):
    """What the report says of a change: the record of the report is the one with it."""

    title: str  # "a fourth fulfilment centre"
    without: Record
    differences: tuple[Difference, ...]
    dots: tuple[Dot, ...]  # every what-if so far, the current network among them
    replications: int
    only: tuple[tuple[str, str], ...] = ()  # what is measured with the change only: (label, as told)


def measured_only(
    found: Mapping[str, float], without: Mapping[str, float], currency: str
) -> tuple[tuple[str, str], ...]:
    """Figures that only one of two worlds has, as told: kits put together where the other stores them whole."""
    return tuple(
        (meaning.label, text.brief(found[key], meaning.unit, currency))
        for key, meaning in CATALOG.items()
        if math.isfinite(found.get(key, math.nan)) and not math.isfinite(without.get(key, math.nan))
    )


class Estimate(NamedTuple):
    """A paired difference: its mean and the ends of its 95 % interval."""

    mean: float
    low: float
    high: float


def difference(key: str, without: float, with_: float, estimate: Estimate, currency: str) -> Difference:
    """A difference with its words; it is distinguishable where the interval leaves out zero."""
    words = meaning_of(key)
    clear = estimate.low > 0 or estimate.high < 0
    draft = Difference(key, words.label, words.unit, without, with_, *estimate, distinguishable=clear, sentence="")
    return draft._replace(sentence=sentence(draft, currency))


def sentence(found: Difference, currency: str) -> str:
    """`delivered in two days +6.1 points, 95 % interval 5.6 to 6.7`, or `fill rate: not distinguishable`."""
    if not found.distinguishable:
        return f"{found.label}: not distinguishable"
    change = change_of(found, currency)
    return f"{found.label} {change}, 95{text.THIN}% interval {interval(found)}"


_SMALL: Final = {"share": (1, 0.0005, 0.00005), "money": (2, 0.05, 0.0005)}
"""Of differences by unit: usual decimals, below which difference one more is told, and below which it shows nothing."""


def _decimals(found: Difference) -> int:
    """Decimals of a difference of money or shares (in points) and of its interval: one more where it is small."""
    usual, small, least = _SMALL[found.unit]
    return usual + int(least <= abs(found.difference) < small)


def change_of(found: Difference, currency: str) -> str:
    """A difference that can be told from chance, with its sign: `+6.1 points`, `+$0.021` where it is small."""
    value = found.difference
    if found.unit not in _SMALL or _decimals(found) == _SMALL[found.unit][0]:
        return text.difference(value, found.unit, currency)
    told = text.money(abs(value), currency, 3) if found.unit == "money" else f"{text.number(abs(value) * 100, 2)}"
    sign = "+" if value > 0 else text.MINUS
    return f"{sign}{told}" + (f"{text.THIN}points" if found.unit == "share" else "")


def interval(found: Difference) -> str:
    """`5.6 to 6.7`; the unit stands with the difference, signs only where they are minus."""
    if found.unit == "share":
        decimals = _decimals(found)
        low, high = (text.number(value * 100, decimals) for value in (found.low, found.high))
    elif found.unit == "money":
        decimals = _decimals(found) if abs(found.difference) < 1_000 else 0
        low, high = (text.number(value, decimals) for value in (found.low, found.high))
    else:
        low, high = (_bare(value, found) for value in (found.low, found.high))
    return f"{low} to {high}"


def _bare(value: float, found: Difference) -> str:
    """A value without its unit, with a decimal more than the figure has where the difference is small."""
    if found.unit == "count":
        return text.number(value)
    return text.number(value, 0 if abs(found.difference) >= 100 else 1 if abs(found.difference) >= 10 else 2)


def too_small(found: Difference, currency: str) -> bool:
    """Whether nothing of a difference would be seen: it and its interval are told as zeros."""
    told = change_of(found, currency) + interval(found)
    return not any(digit in told for digit in "123456789")


def better(found: Difference) -> int:
    """1 for the better, -1 for the worse, 0 where it is neither or not distinguishable."""
    if not found.distinguishable:
        return 0
    sign = 1 if found.difference > 0 else -1
    return sign * WANTED.get(found.key, 0)


def summary(comparison: Comparison) -> str:
    """What the change does, in one plain sentence of its most telling differences."""
    currency = comparison.without.network.texts.currency
    told = []
    for found in comparison.differences:
        if found.key in _TELLING:
            change = text.difference(found.difference, found.unit, currency)
            if change[:1] not in f"+{text.MINUS}":
                change = "about the same"
            told.append(f"{found.label} {change if found.distinguishable else 'not distinguishable'}")
    if not told:
        return f"With {comparison.title} nothing can be told from chance."
    return f"With {comparison.title}: {', '.join(told)}"


def unclear(comparison: Comparison) -> str:
    """The figures that cannot be told from chance, and how many are left out; empty where there are none."""
    labels = [found.label for found in comparison.differences if not found.distinguishable]
    said = [f"Not distinguishable: {text.joined(labels)}."] if labels else []
    currency = comparison.without.network.texts.currency
    small = sum(found.distinguishable and too_small(found, currency) for found in comparison.differences)
    if small:
        said.append(f"Left out, since they differ by less than can be shown: {text.number(small)} figures.")
    return " ".join(said)


def table(comparison: Comparison, width: int) -> Text:
    """The differences for the terminal: the sentence, the figures of the first screen, and what else changed most.

    A line each: without, with, difference and its interval. What stands here is a part; the report's tables have all.
    """
    name_width = min(34, max(24, width - 53))
    page = Text(f"{textwrap.fill(summary(comparison), width)}\n\n", style="bold")
    head = f"{'':{name_width}} {'without':>9} {'with':>9} {'difference':>13}  95{text.THIN}% interval\n"
    page.append(head, style="not bold dim")
    first, more = _parted(comparison.differences, comparison.without.network.texts.currency)
    for found in first:
        _row(page, found, name_width, comparison.without.network.texts.currency)
    if more:
        page.append("\nWhat else changed most\n", style="not bold dim")
    for found in more:
        _row(page, found, name_width, comparison.without.network.texts.currency)
    for label, value in comparison.only:
        page.append(f"{_cut(label, name_width):{name_width}} {text.MISSING:>9} {value:>9} ", style="not bold")
        page.append(f"{'with the change only':>20}\n", style="not bold dim")
    rest = [found for found in comparison.differences if found not in first and found not in more]
    times = f"{comparison.replications} pairs" if comparison.replications != 1 else "one pair: no interval is known"
    told = f"{times} on the same random numbers"
    if rest:
        told += f"; {len(rest)} further figures, {_changed(rest)}, stand in the report's tables"
    page.append(f"\n{textwrap.fill(told, width)}", style="not bold dim")
    return page


def _changed(rest: Sequence[Difference]) -> str:
    count = sum(found.distinguishable for found in rest)
    return f"{count} of which changed" if count else "none of which changed beyond chance"


def _parted(differences: Sequence[Difference], currency: str) -> tuple[list[Difference], list[Difference]]:
    """The figures of the first screen, then of all others those that changed most for their size, in their order.

    Where nothing is of the first screen, everything is.
    """
    first = [found for found in differences if found.key in WANTED] or list(differences)
    clear = [
        found
        for found in differences
        if found.distinguishable and found not in first and not too_small(found, currency)
    ]
    by_size = sorted((found for found in clear if _part(found) >= TELLING_LEAST), key=_part, reverse=True)
    kept = {found.key for found in by_size[:MORE]}
    return first, [found for found in clear if found.key in kept]


def _part(found: Difference) -> float:
    """How large a difference is beside the figure."""
    return abs(found.difference) / max(abs(found.without), 1e-9)


def _row(page: Text, found: Difference, name_width: int, currency: str) -> None:
    row = f"{_cut(found.label, name_width):{name_width}} {text.brief(found.without, found.unit, currency):>9} "
    page.append(row + f"{text.brief(found.with_, found.unit, currency):>9} ", style="not bold")
    if found.distinguishable and too_small(found, currency):
        page.append(f"{'less than shows':>19}\n", style="not bold dim")
    elif found.distinguishable:
        change = change_of(found, currency)
        page.append(f"{change:>13}", style={1: "bold green", -1: "bold yellow"}.get(better(found), "bold"))
        page.append(f"  {interval(found)}\n", style="not bold")
    else:
        page.append(f"{'not distinguishable':>19}\n", style="not bold dim")


def _cut(label: str, width: int) -> str:
    """A label that fits its column."""
    return label if len(label) <= width else label[: width - 1] + "…"

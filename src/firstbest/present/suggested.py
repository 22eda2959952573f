"""What would help most, rehearsed: a ranking on a terminal, each with money, interval and its change file."""

from __future__ import annotations

import math
import textwrap
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import text
from firstbest.present.comparison import Estimate

_MORE: Final = 5
"""Candidates left out that are named."""


class Helps(NamedTuple):
    """A candidate and what came of it, for a year at full scale."""

    title: str
    path: str  # of the change file
    estimated: str  # before it was rehearsed, in words
    worth: Estimate  # money: what is saved, what sales won leave, and late orders at the house's own penalty
    saved: Estimate  # money of cost to serve and the capital cost of stock, on the orders of today
    won: Estimate  # money that sales won leave after goods and costs; below 0: lost
    on_time: Estimate  # change of the share of orders at the door by the promised day
    two_days: Estimate  # change of the share of orders at the door in two business days
    pairs: int  # rehearsed

    @property
    def clear(self) -> bool:
        """Whether its worth can be told from chance."""
        return not math.isnan(self.worth.low) and (self.worth.low > 0 or self.worth.high < 0)


class Suggested(NamedTuple):
    """What was rehearsed, most helpful first, and what the budget had no room for."""

    name: str
    currency: str
    scale: float
    days: int
    minutes: float  # the budget
    seconds: float  # what it took
    penalty: float  # money that a late order counts for
    helps: tuple[Helps, ...]
    left: tuple[tuple[str, str], ...]  # title, estimate
    banner: str


def suggested_screen(found: Suggested, width: int) -> Text:
    """The ranking; `width` is that of the terminal, 80 or more."""
    page, count = Text(no_wrap=True), len(found.helps)
    page.append(f"{found.name}: {count} {'change' if count == 1 else 'changes'} rehearsed\n", style="bold")
    _add(page, _how(found), width, "dim", "")
    if not found.helps:
        page.append("\nNothing that bound makes a change that could be written down.")
        return page
    number = 0
    for head, style, chosen in _groups(found):
        page.append(f"\n{head}\n" if chosen else "", style="bold")
        for each in chosen:
            number += 1
            _add(page, f"{number:>2}  {each.title}", width, style)
            _add(page, sentence(each, found.currency), width, "")
            _add(page, f"before it was rehearsed: {each.estimated}", width, "dim")
            _add(page, _short(each.path), width, "dim")
    if found.left:
        page.append(f"\nNot rehearsed, no time ({len(found.left)}):\n", style="dim")
        for title, estimate in found.left[:_MORE]:
            _add(page, f"{title}: {estimate}", width, "dim")
        if len(found.left) > _MORE:
            _add(page, f"and {len(found.left) - _MORE} more", width, "dim")
    page.append("\n")
    _add(page, _legend(found), width, "dim", "")
    page.rstrip()
    return page


def _how(found: Suggested) -> str:
    """How it was rehearsed."""
    counts = [each.pairs for each in found.helps] or [0]
    few, most = min(counts), max(counts)
    pairs = f"{few} to {most} pairs each" if few < most else "one pair each" if few == 1 else f"{few} pairs each"
    scale = "" if found.scale == 1 else f" at {found.scale:g} of full scale"
    took = f"{text.number(found.seconds / 60, 1)} of {found.minutes:g} minutes"
    return f"{found.days} days{scale}, {pairs}, {took}; {found.banner}"


def _groups(found: Suggested) -> tuple[tuple[str, str, list[Helps]], ...]:
    """What helps, what cannot be told from nothing, what hurts; of one pair nothing can be told."""
    clear = [each for each in found.helps if each.clear]
    once = [each for each in found.helps if each.pairs == 1]
    unclear = [each for each in found.helps if not each.clear and each.pairs > 1]
    return (
        ("Would help", "bold green", [each for each in clear if each.worth.mean > 0]),
        ("Cannot be told from nothing", "", unclear),
        ("Would hurt", "", [each for each in clear if each.worth.mean < 0]),
        ("One pair only: no interval is known", "", once),
    )


def _add(page: Text, words: str, width: int, style: str, indent: str = "    ") -> None:
    """Lines of at most `width`; a number in front hangs out."""
    first = "" if words[:4].strip().isdigit() else indent
    for line in textwrap.wrap(words, width, initial_indent=first, subsequent_indent=indent, break_long_words=False):
        page.append(f"{line}\n", style=style)


def _short(path: str) -> str:
    """Its folder and its name."""
    return "/".join(path.split("/")[-2:])


def _legend(found: Suggested) -> str:
    late = text.money(found.penalty, found.currency)
    raced = len({each.pairs for each in found.helps}) > 1
    return ("Those that stood best after one pair were given the others. " if raced else "") + (
        "A year at full scale, each change alone; two together do not bring the sum. Worth: less cost for the orders "
        f"of today, what sales won leave, and late orders at {late} each (late_day_penalty of policies.toml). "
        "Before you decide, rehearse the one you mean at full scale: firstbest rehearse DIR --against CHANGE; "
        "then firstbest bet propose NAME."
    )


def row(helps: Helps, currency: str, width: int = 80) -> str:
    """A line of a table that grows: worth, interval, title; `width` columns at most."""
    low, high = (text.money(each, currency, 0) for each in (helps.worth.low, helps.worth.high))
    known = "" if math.isnan(helps.worth.low) else f"{low} to {high}"
    head = f"   {text.money(helps.worth.mean, currency, 0):>12}  "
    head += f"{known:<26}  " if known else ""
    return head + textwrap.shorten(helps.title, max(width - len(head), 20), placeholder=" ...")


def sentence(helps: Helps, currency: str) -> str:
    """`$31,000 a year (95 % interval $12,000 to $50,000): $2,000 less cost, ...`."""
    if not any((helps.worth.mean, helps.worth.high - helps.worth.low, helps.on_time.mean, helps.two_days.mean)):
        return "makes no difference at all: what it gives is not used"
    parts = [
        text.money(abs(helps.saved.mean), currency, 0) + (" less cost" if helps.saved.mean >= 0 else " more cost"),
        text.money(abs(helps.won.mean), currency, 0) + (" of sales won" if helps.won.mean >= 0 else " of sales lost"),
        f"on time {text.difference(helps.on_time.mean, 'share', currency)}",
        f"in two days {text.difference(helps.two_days.mean, 'share', currency)}",
    ]
    return f"{_money(helps.worth, currency)}: {', '.join(parts)}"


def _money(found: Estimate, currency: str) -> str:
    mean = f"{text.money(found.mean, currency, 0)} a year"
    if math.isnan(found.low):
        return f"{mean} in one pair"
    return f"{mean} (95 % interval {text.money(found.low, currency, 0)} to {text.money(found.high, currency, 0)})"

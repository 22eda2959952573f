"""What would help most, rehearsed: a ranking on a terminal, each with money, interval and its change file."""

from __future__ import annotations

import math
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
    worth: Estimate  # money: what is saved, and late orders at the house's own penalty
    saved: Estimate  # money of cost to serve and the capital cost of stock
    on_time: Estimate  # change of the share of orders at the door by the promised day
    two_days: Estimate  # change of the share of orders at the door in two business days

    @property
    def clear(self) -> bool:
        """Whether its worth can be told from chance."""
        return not math.isnan(self.worth.low) and (self.worth.low > 0 or self.worth.high < 0)


class Suggested(NamedTuple):
    """What was rehearsed, most helpful first, and what the budget had no room for."""

    name: str
    currency: str
    replications: int
    minutes: float  # the budget
    seconds: float  # what it took
    helps: tuple[Helps, ...]
    left: tuple[tuple[str, str], ...]  # title, estimate
    banner: str


def suggested_screen(found: Suggested) -> Text:
    """The ranking."""
    page = Text(no_wrap=True)
    count = len(found.helps)
    pairs = "one pair" if found.replications == 1 else f"{found.replications} pairs"
    page.append(f"{found.name}: {count} {'change' if count == 1 else 'changes'} rehearsed", style="bold")
    took = f"{text.number(found.seconds / 60, 1)} of {found.minutes:g} minutes"
    page.append(f", {pairs} each, {took}; {found.banner}\n", style="dim")
    if not found.helps:
        page.append("\nNothing that bound makes a change that could be written down.\n")
    for number, each in enumerate(found.helps, start=1):
        page.append(f"\n{number}  {each.title}\n", style="bold" if each.clear and each.worth.mean > 0 else "")
        page.append(f"   {sentence(each, found.currency)}\n")
        page.append(f"   estimated before: {each.estimated}; {each.path}\n", style="dim")
    if found.left:
        page.append(f"\nNot rehearsed, no time ({len(found.left)}):\n", style="dim")
        for title, estimate in found.left[:_MORE]:
            page.append(f"   {title}: {estimate}\n", style="dim")
    if found.helps:
        page.append(
            "\nNext: firstbest bet propose NAME, then bet predict NAME --twin and the change file.", style="dim"
        )
    page.rstrip()
    return page


def sentence(helps: Helps, currency: str) -> str:
    """`$31,000 a year (12,000 to 50,000): $2,000 saved, on time +0.4 points, in two days no difference`."""
    worth = _money(helps.worth, currency)
    clear = "" if helps.clear or math.isnan(helps.worth.low) else ", not distinguishable from nothing"
    saved = f"{text.money(helps.saved.mean, currency, 0)} saved"
    on_time = text.difference(helps.on_time.mean, "share", currency)
    two_days = text.difference(helps.two_days.mean, "share", currency)
    return f"worth {worth} a year{clear}: {saved}, on time {on_time}, in two days {two_days}"


def _money(found: Estimate, currency: str) -> str:
    mean = text.money(found.mean, currency, 0)
    if math.isnan(found.low):
        return f"{mean} in one pair, no interval known,"
    return f"{mean} (95 % interval {text.money(found.low, currency, 0)} to {text.money(found.high, currency, 0)})"

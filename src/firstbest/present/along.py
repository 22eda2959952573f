"""The path of a network through its changes, on a terminal: after each step what customers get and what it costs."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import text
from firstbest.present.comparison import Estimate

_HEADS: Final = ("orders", "on time", "2 days", "an order", "paid once", "deepest")
_WIDTHS: Final = (10, 9, 8, 10, 12, 12)
_LEGEND: Final = (
    "On time: at the door by the promised day. 2 days: within two business days. An order: cost to serve, and what it "
    "saves against the step before with the capital cost of stock, 95 % interval. Deepest: the lowest that cash comes "
    "to if each step is taken a year after the one before: paid once, the owner's own goods more in stock, what was "
    "saved since. Sales won or lost and rent that sellers pay are not in it."
)


class Stand(NamedTuple):
    """Where the path stands: at its beginning, or behind one of its changes. Money is whole currency units."""

    title: str
    file: str  # "" at the beginning
    orders: float  # shipped in the days rehearsed
    on_time: Estimate  # share of orders at the door by the promised day
    two_days: Estimate  # share of orders at the door in two business days
    cost: Estimate  # to serve an order
    saving: Estimate  # an order, against the step before: cost to serve and the capital cost of stock
    paid: float  # once, by this step
    goods: float  # more of the owner's own goods in stock than before
    payback: str  # in words; "" where nothing is paid once
    deepest: float  # the lowest that cash comes to so far, if steps are a year apart; 0 or below


class Path(NamedTuple):
    """A path and how it was rehearsed."""

    name: str
    currency: str
    replications: int
    days: int
    scale: float
    stands: tuple[Stand, ...]
    banner: str


def path_screen(path: Path, width: int) -> Text:
    """The path; `width` is that of the terminal, 80 or more."""
    page = Text(no_wrap=True)
    steps = len(path.stands) - 1
    page.append(f"{path.name}: {steps} {'step' if steps == 1 else 'steps'}", style="bold")
    pairs = "one pair" if path.replications == 1 else f"{path.replications} pairs"
    scale = "" if path.scale == 1 else f", at {path.scale:g} of full scale"
    page.append(f"; {path.days} days, {pairs} a step{scale}\n", style="dim")
    page.append(f"{textwrap.fill(path.banner, width)}\n\n" if path.banner else "\n", style="dim")
    lead = max(width - sum(_WIDTHS) - 1, 18)
    heads = "".join(head.rjust(wide) for head, wide in zip(_HEADS, _WIDTHS, strict=True))
    page.append(" " * lead + heads + "\n", style="dim")
    for number, stand in enumerate(path.stands):
        _row(page, stand, number, (lead, path.currency))
        if number:
            told = textwrap.fill(_told(stand, path.currency), width, initial_indent="   ", subsequent_indent="   ")
            page.append(f"{told}\n", style="dim")
    page.append(f"\n{textwrap.fill(_LEGEND, min(width, 100))}", style="dim")
    return page


def _row(page: Text, stand: Stand, number: int, how: tuple[int, str]) -> None:
    lead, currency = how
    title = f"{number}  {stand.title}" if number else "   as it is"
    cells = (
        text.count(stand.orders), text.share(stand.on_time.mean), text.share(stand.two_days.mean, 0),
        text.money(stand.cost.mean, currency), text.money(stand.paid, currency, 0) if stand.paid else "",
        _short(stand.deepest, currency) if number else "",
    )  # fmt: skip
    shown = "".join(cell.rjust(wide) for cell, wide in zip(cells, _WIDTHS, strict=True))
    if len(title) > lead - 1:
        page.append(f"{title}\n", style="bold")
        page.append(" " * lead + shown + "\n")
    else:
        page.append(title.ljust(lead), style="bold")
        page.append(f"{shown}\n")


def _told(stand: Stand, currency: str) -> str:
    """The saving with its interval, then the payback."""
    saving = stand.saving
    what = "cheaper" if saving.mean >= 0 else "dearer"
    said = f"{text.money(abs(saving.mean), currency)} an order {what}"
    if not math.isnan(saving.low):
        said += f" ({text.money(saving.low, currency)} to {text.money(saving.high, currency)})"
    return f"{said}; {stand.payback}" if stand.payback else said


def deepest_cash(paid: Sequence[float], saving_year: Sequence[float]) -> list[float]:
    """The lowest cash so far behind each step, of what steps pay and save a year, one step a year: 0 or below."""
    cash, lowest, yearly, found = 0.0, 0.0, 0.0, []
    for now, more in zip(paid, saving_year, strict=True):
        cash += yearly - now
        yearly += more
        lowest = min(lowest, cash)
        found.append(lowest)
    return found


def _short(value: float, currency: str) -> str:
    """In full below a million; `-$1.24M` from there on, as a column of eleven holds it."""
    return text.brief(value, "money", currency) if abs(value) >= 1_000_000 else text.money(value, currency, 0)

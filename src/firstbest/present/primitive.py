"""A primitive on the screen: what it holds and costs, and what opening it to outsiders would do."""

from __future__ import annotations

import math
from collections.abc import Sequence
from textwrap import wrap
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import text
from firstbest.present.comparison import Difference, Estimate
from firstbest.present.invoice import short

_BARS = " ▁▂▃▄▅▆▇█"
_WORDS: Final = 50
"""Where the words beside a figure begin."""


class TenantUse(NamedTuple):
    """A tenant's mean volume and its share of what is used."""

    name: str
    volume: float
    share: float


class Reference(NamedTuple):
    """A market price, whole currency units a cubic metre and day."""

    name: str
    price: float
    source: str
    certainty: str


class ShowTold(NamedTuple):
    """Bulk storage as it is: volumes in cubic metres, money in whole currency units, prices a cubic metre and day."""

    nodes: Sequence[str]
    capacity: float
    limit: float
    used: float
    peak: float
    tenants: Sequence[TenantUse]
    running_year: float
    capital: float
    unit_now: float
    unit_full: float
    margin: float
    price: float
    references: Sequence[Reference]
    contribution_year: float | None
    currency: str
    days: int
    note: str


class Week(NamedTuple):
    """Space free in a week that begins on a day since the epoch."""

    day: int
    free: float


class Point(NamedTuple):
    """A price, the volume taken at it, and what it leaves a year."""

    price: float
    volume: float
    left_year: float


class Volume(NamedTuple):
    """A volume, the new blocks it needs, and the cost of a cubic metre a day."""

    volume: float
    blocks: int
    unit: float


class Team(NamedTuple):
    """Hands that bring goods in or out: heads there, heads that outsiders' goods are the work of, and the fullest week.

    `today` and `then`: share of the paid minutes in which there is work, without outsiders' goods and with them.
    """

    name: str
    heads: int
    more: float
    today: float
    then: float
    day: int  # on which the fullest week with them begins, days since the epoch
    beyond: int  # weeks with more work than paid minutes


class Rehearsed(NamedTuple):
    """What pairs of rehearsals say of the own promise."""

    differences: Sequence[Difference]
    replications: int
    days: int
    scale: float
    first_day: int


class OpenTold(NamedTuple):
    """What opening storage would do."""

    weeks: Sequence[Week]
    capacity: float
    fill: Point
    best: Point
    margin: float
    teams: Sequence[Team]
    rehearsed: Rehearsed
    block_m3: float
    block_value: Estimate
    block_chance: float
    block_years: float
    life_years: int
    volumes: Sequence[Volume]
    currency: str
    change: str
    note: str


def m3(value: float) -> str:
    """A volume."""
    return f"{text.number(value)}{text.THIN}m³"


def unit(value: float, currency: str) -> str:
    """A price of a cubic metre a day, to a tenth of a cent."""
    return f"{text.money(value, currency, 3)} a m³ and day"


def show_screen(told: ShowTold, width: int) -> Text:
    """Bulk storage for a terminal of this width."""
    width = max(60, min(width, 140))
    page = Text(no_wrap=True)
    page.append("storage", style="bold")
    page.append(f"  {text.joined([text.named(node) for node in told.nodes])}, {told.days} days\n")
    if told.note:
        page.append(f"{told.note}\n", style="yellow")
    page.append("\n")

    def row(label: str, value: str, words: str = "") -> None:
        page.append(f"{label:<22}")
        page.append(f"{value:>26}", style="bold")
        lines = wrap(words, width - _WORDS) or [""]
        page.append(f"{lines[0] and '  '}{lines[0]}\n", style="dim")
        for rest in lines[1:]:
            page.append(f"{'':<{_WORDS}}{rest}\n", style="dim")

    money = told.currency
    row("Capacity", m3(told.capacity), f"work slows above {m3(told.limit)}")
    row("Used", m3(told.used), f"{text.share(told.used / max(told.capacity, 1e-9))}; fullest day {m3(told.peak)}")
    for each in told.tenants[:10]:
        row(f"  {short(each.name, 19)}", m3(each.volume), text.share(each.share))
    if len(told.tenants) > 10:
        row(f"  and {len(told.tenants) - 10} more", m3(sum(each.volume for each in told.tenants[10:])))
    row("Running cost a year", text.money(told.running_year, money, 0), "rent, and hours of the building as a whole")
    row("Capital, to build it", text.money(told.capital, money, 0), "racks, trucks, fit-out (primitives.toml)")
    row("Cost of a unit now", unit(told.unit_now, money), "running cost over what is used")
    row("  were it full", unit(told.unit_full, money))
    row("  at the margin", unit(told.margin, money), "hands in and out, while there is room")
    row("Price on the invoices", unit(told.price, money) if told.price else "no month is closed")
    for other in told.references:
        row(f"  {short(other.name, 20)}", unit(other.price, money), f"{other.certainty}: {other.source}")
    if told.contribution_year is not None:
        row(
            "Contribution a year",
            text.money(told.contribution_year, money, 0),
            "price x what is used, less running cost",
        )
    page.rstrip()
    return page


def open_screen(told: OpenTold, width: int) -> Text:
    """What opening does, for a terminal of this width."""
    width = max(60, min(width, 140))
    page, money = Text(no_wrap=True), told.currency
    page.append("Opening storage to outsiders\n", style="bold")
    if told.note:
        page.append(f"{told.note}\n", style="yellow")
    _weeks(page, told, width)
    page.append("\nPrice, what is taken at it, and what a year leaves after handling\n", style="bold")
    for words, point in (("fills what is always free", told.fill), ("leaves most", told.best)):
        page.append(f"  {words:<26} {unit(point.price, money):<20} {m3(point.volume):>12}")
        page.append(f"{text.brief(point.left_year, 'money', money):>12}\n")
    page.append(f"  below {unit(told.margin, money)} not even the hands are paid\n", style="dim")
    _promise(page, told)
    page.append(f"\nOne more block of {m3(told.block_m3)}\n", style="bold")
    value = told.block_value
    span = f"{text.brief(value.low, 'money', money)} to {text.brief(value.high, 'money', money)}"
    page.append(f"  net present value {text.brief(value.mean, 'money', money)}, 90 of 100 draws {span}\n")
    years = (
        "not within its life" if told.block_years > told.life_years else f"in {text.number(told.block_years, 1)} years"
    )
    if math.isinf(told.block_years):
        years = "never"
    page.append(f"  pays back {years} (median); better than nothing in {text.share(told.block_chance, 0)} of draws\n")
    page.append("\nCost of a unit as volume grows\n", style="bold")
    for grown in told.volumes:
        blocks = f"{grown.blocks} new block{'s' if grown.blocks > 1 else ''}" if grown.blocks else "as it is"
        page.append(f"  {m3(grown.volume):>14}  {unit(grown.unit, money):<26}{blocks}\n")
    page.append(f"\nThe change that was rehearsed: {told.change}", style="dim")
    return page


def _weeks(page: Text, told: OpenTold, width: int) -> None:
    """Free space by week as a row of bars."""
    page.append("\nFree space by week\n", style="bold")
    most = max((week.free for week in told.weeks), default=0.0) or 1.0
    shown = told.weeks[: width - 4]
    bars = "".join(_BARS[round(week.free / most * (len(_BARS) - 1))] for week in shown)
    page.append(f"  {bars}\n")
    least = min(told.weeks, key=lambda week: week.free)
    page.append(
        f"  least {m3(least.free)} in the week of {text.day_text(least.day)}, most {m3(most)}; "
        f"limit {m3(told.capacity)}\n",
        style="dim",
    )


def _promise(page: Text, told: OpenTold) -> None:
    """What it does to the own promise: the teams' work over the whole rehearsal, and what the pairs say."""
    pairs = told.rehearsed
    page.append("\nThe own promise, with no head added\n", style="bold")
    for team in told.teams:
        page.append(f"  {short(team.name, 24):<25}{team.heads} heads; outsiders' goods would keep ")
        page.append(f"{text.number(team.more, 1)} more busy\n")
        page.append(f"{'':<27}fullest week: {text.share(team.today, 0)} busy, {text.share(team.then, 0)} with them\n")
        if team.beyond:
            weeks = "a week" if team.beyond == 1 else f"{team.beyond} weeks"
            page.append(f"{'':<27}more work than paid hours in {weeks}\n", style="yellow")
    page.append("  the wages of those heads are handling, taken off above\n", style="dim")
    page.append("  in a rehearsal nothing waits for loaders: their hours are told here alone\n", style="dim")
    scale = "" if pairs.scale == 1 else f" at {pairs.scale:g} of full scale"
    page.append(f"  rehearsed: {pairs.replications} pairs of {pairs.days} days{scale}, on the same luck\n")
    moved = [each for each in pairs.differences if each.distinguishable]
    for each in moved:
        page.append(f"    {each.sentence}\n")
    same = len(pairs.differences) - len(moved)
    if same:
        which = f"{'the other ' if moved else 'all '}{same} headline figures"
        page.append(f"    {which}: no difference that {pairs.replications} pairs can tell from chance\n")
    last = max((team for team in told.teams if team.beyond), key=lambda team: team.day, default=None)
    if last and last.day + 7 - pairs.first_day > pairs.days:
        needed = last.day + 7 - pairs.first_day
        page.append(f"  not rehearsed: the fullest week, that of {text.day_text(last.day)}; ", style="yellow")
        page.append(f"--days {needed} reaches it\n", style="yellow")

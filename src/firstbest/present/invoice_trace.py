"""One line of an invoice on the screen: how it was computed, and the events behind it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from fractions import Fraction
from typing import Final, NamedTuple, Protocol
from zoneinfo import ZoneInfo

from rich.text import Text

from firstbest.present import text
from firstbest.present.invoice import amount, money_exact, plain, price_of, quantity_of, unit_of, words_of
from firstbest.rent.lines import Line, LineKind
from firstbest.world.units import MONEY

EVENTS_MAX: Final = 10_000
"""How many events of a line a screen shows at most."""


class Traced(Protocol):
    """An event of a line (`rehearse.invoicing_trace.Traced`)."""

    @property
    def at(self) -> int:
        """When."""

    @property
    def about(self) -> str:
        """What it is about, in words."""

    @property
    def quantity(self) -> int:
        """How much."""

    @property
    def exact(self) -> Fraction:
        """Its share of the line."""


class Walk(NamedTuple):
    """What the screen tells."""

    label: str
    line: Line
    events: Sequence[Traced]
    of_lines: Sequence[tuple[int, Line]]
    said: str
    currency: str
    zone: str


def trace_screen(walk: Walk, width: int) -> Text:
    """A line for a terminal of this width."""
    width = max(60, min(width, 140))
    line, page = walk.line, Text(no_wrap=True)
    page.append(f"{walk.label}  ", style="bold")
    page.append(f"{words_of(line)}\n\n")
    for head, words in _facts(walk):
        page.append(f"{head:<14}", style="dim")
        page.append(f"{words}\n")
    page.append("\n")
    for place, other in walk.of_lines:
        page.append(f"  line {place}: {words_of(other)}, {amount(other.rounded, walk.currency)}\n")
    if walk.events:
        _events(page, walk, width)
    elif not walk.of_lines:
        page.append(f"{_without_events(line)}\n", style="dim")
    page.rstrip()
    return page


def _facts(walk: Walk) -> list[tuple[str, str]]:
    line, currency = walk.line, walk.currency
    found = [("Rate card", f"{line.family} version {line.version}, charge {line.charge}")]
    if line.rule:
        found.append(("Rule", line.rule + (f", step {line.step}" if line.step else "")))
    if walk.said:
        found.append(("Its source", walk.said))
    quantity, price = quantity_of(line, currency), price_of(line, currency)
    if quantity or price:
        both = (price, quantity) if quantity.startswith("of ") else (quantity, price)
        found.append(("Computed", (" " if quantity.startswith("of ") else " at ").join(each for each in both if each)))
    exact = f"{float(line.exact / MONEY):,.6f}" + ("" if (line.exact).denominator == 1 else "…")
    found.append(("Exact", f"{exact}, rounded once to {amount(line.rounded, currency)}"))
    if line.events.events:
        found.append(("Events", f"{text.number(line.events.events)}, digest {line.events.digest:016x}"))
    return found


def _events(page: Text, walk: Walk, width: int) -> None:
    factor, one, several = unit_of(walk.line.meter) if walk.line.meter else (1, "order", "orders")
    zone = ZoneInfo(walk.zone)
    rows = []
    for event in walk.events:
        moment = dt.datetime.fromtimestamp(event.at // 1_000_000, zone).strftime("%d %b %Y %H:%M:%S").lstrip("0")
        units = Fraction(event.quantity, factor)
        how = f"{plain(units, 0 if factor == 1 else 4)} {one if units == 1 else several}"
        rows.append((moment, event.about, how, money_exact(event.exact, walk.currency) if event.exact else ""))
    # What an event is about gets all the room that instants, quantities and amounts leave.
    wide = [max(len(row[place]) for row in rows) for place in (0, 2, 3)]
    room = width - 2 - sum(wide) - 6
    for moment, about, how, money in rows:
        said = about if len(about) <= room else about[: room - 1] + "…"
        page.append(f"  {moment:<{wide[0]}}  {said:<{room}}  {how:>{wide[1]}}  {money:>{wide[2]}}\n")
    rest = walk.line.events.events - len(walk.events)
    if rest > 0:
        # The number is typed again as it stands here, so it bears no comma.
        every, most = walk.line.events.events, min(walk.line.events.events, EVENTS_MAX)
        shows = "shows all" if most == every else "shows more"
        page.append(f"  and {text.number(rest)} more", style="dim")
        page.append(f"; --events {most} {shows}\n" if most > len(walk.events) else "\n", style="dim")


def _without_events(line: Line) -> str:
    return {
        LineKind.MINIMUM: "It lifts the month's charges to the minimum that was agreed; it counts no events.",
        LineKind.CAP: "It brings the month's charges down to the cap that was agreed; it counts no events.",
        LineKind.SERVICE_CREDIT: "It gives back a share of the charges because too few promises were kept.",
        LineKind.DISPUTE: "It gives back what was granted in a dispute; the contested line has its own events.",
    }.get(line.kind, "It is a share of other lines of this invoice.")

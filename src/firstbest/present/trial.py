"""A change in force, on a terminal: its stages, its kill criteria, and both arms of a trial side by side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from rich.text import Text

from firstbest.present import text

LABELS: Final[Mapping[str, tuple[str, str]]] = {
    "promised_days": ("promised, days from order to door", "number"),
    "journey_cost": ("journeys, an order", "money"),
    "lines_promised": ("lines promised", "share"),
    "shipped_on_time": ("shipped on time", "share"),
    "delivered_on_time": ("delivered on time", "share"),
    "two_days": ("at the door in two business days", "share"),
}
"""Figures of a trial: what a person reads, and how the number is written."""
MARKS: Final = {"never": "never", "in_force": "in force", "over": "over"}
_WIDE: Final = 34
_CELL: Final = 11


def trial_screen(told: Mapping[str, Any], time_zone: str, currency: str) -> Text:
    """`told`: as the route answers (`run.trial.standing_of`)."""
    page, zone = Text(no_wrap=True), ZoneInfo(time_zone)
    page.append(f"{told['name']}", style="bold")
    page.append(f"   {told['decision']}\n")
    for stage in told["stages"]:
        mark = next((words for key, words in MARKS.items() if stage[key]), "to come")
        page.append(f"  {clock(stage['from_us'], zone):<18}{mark:<10}{stage['extent']}\n")
    if told["until_us"]:
        never = all(stage["never"] for stage in told["stages"])
        words = "taken back before it began" if never else "ends      everywhere"
        page.append(f"  {clock(told['until_us'], zone):<18}{words}\n")
    for each in told["kill"]:
        page.append(f"  ends by itself on the day after one with {each}\n")
    arms = told["arms"]
    if arms is None:
        page.rstrip()
        return page
    page.append(f"\n{'':<{_WIDE}}{'control':>{_CELL}}{'treated':>{_CELL}}", style="dim")
    page.append(f"{'difference':>{_CELL}}\n", style="dim")
    counts = [f"{text.count(arms[name]):>{_CELL}}" for name in ("control_orders", "treated_orders")]
    page.append(f"{'orders':<{_WIDE}}{''.join(counts)}\n")
    for figure in arms["figures"]:
        _line(page, figure, currency)
    page.append("Difference with its interval of 95 %; bold where it is not by chance alone.", style="dim")
    return page


def _line(page: Text, figure: Mapping[str, Any], currency: str) -> None:
    label, how = LABELS[figure["name"]]
    label = f"{label}, {currency}" if how == "money" else label
    apart, within = figure["difference"], figure["within"]
    sure = apart is not None and within is not None and abs(apart) > within
    cells = [f"{written(figure[name], how):>{_CELL}}" for name in ("control", "treated")]
    page.append(f"{label:<{_WIDE}}{''.join(cells)}")
    page.append(f"{written(apart, how, sign=True):>{_CELL}}", style="bold" if sure else "")
    page.append(f" \N{PLUS-MINUS SIGN} {written(within, how)}\n" if within is not None else "\n", style="dim")


def written(value: float | None, how: str, *, sign: bool = False) -> str:
    """A figure as text; a dash where an arm has nothing to say."""
    if value is None:
        return "-"
    plus = "+" if sign and value > 0 else ""
    return f"{plus}{value * 100:.1f} %" if how == "share" else f"{plus}{value:.2f}"


def clock(at_us: int, zone: ZoneInfo) -> str:
    """An instant as the firm's clocks show it."""
    return f"{datetime.fromtimestamp(at_us / 1e6, UTC).astimezone(zone):%Y-%m-%d %H:%M}"

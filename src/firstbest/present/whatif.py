"""A change of price, promise or selection, told in orders, money, hours and carbon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import text
from firstbest.present.comparison import Estimate

WORDS: Final = {"orders": "orders", "money": "money earned", "hours": "paid hours", "carbon_kg": "carbon, kg CO2e"}


class Story(NamedTuple):
    """All that is told."""

    name: str
    step: str
    without: Mapping[str, float]
    change: Mapping[str, Estimate]
    decade: Mapping[str, tuple[float, float, float]] | None
    days: int
    years: int
    how: str
    currency: str


def screen(story: Story) -> Text:
    """A line for each measure: the quarter in the twin, the years in the flywheel."""
    page = Text()
    page.append(f"{story.name}: {story.step}\n\n", style="bold")
    page.append(f"In {story.days} days, by pairs of rehearsals in which customers answer\n", style="bold")
    for name, words in WORDS.items():
        found, before = story.change[name], story.without[name]
        middle, low, high = (_signed(name, each, story.currency) for each in found)
        share = text.share(found.mean / before, 1) if before else text.MISSING
        clear = "" if found.low > 0 or found.high < 0 else ", not told apart from nothing"
        page.append(f"  {words:<18}{middle:>16}   {low} to {high}{clear}")
        page.append(f"; {share} of {_plain(name, before, story.currency)}\n", style="dim")
    page.append(f"\nIn {story.years} years, by the flywheel\n", style="bold")
    if story.decade is None:
        page.append("  flywheel.toml has no price_change, promise_change, selection_change and cost_change to set\n")
    else:
        for name, words in WORDS.items():
            low, middle, high = (_signed(name, each, story.currency) for each in story.decade[name])
            page.append(f"  {words:<18}{middle:>16}   {low} to {high} in 90 of 100 futures\n")
    page.append(f"\n{story.how}\n", style="dim")
    return page


def _plain(name: str, value: float, currency: str) -> str:
    return text.money(value, currency) if name == "money" else text.count(value)


def _signed(name: str, value: float, currency: str) -> str:
    written = _plain(name, abs(value), currency)
    return f"{'+' if value >= 0 else text.MINUS}{written}"

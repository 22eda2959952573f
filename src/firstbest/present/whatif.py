"""A change of price, promise or selection, told in orders, money, hours and carbon: on a screen and a page."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import svg, text
from firstbest.present.comparison import Estimate
from firstbest.present.flywheel_page import section, shell

_ROW = 44.0
_WIDE = (700.0, 150.0, 560.0)
_NARROW = (390.0, 110.0, 318.0)
"""How wide a picture is, and where its scale begins and ends: on a page, and on a phone."""
WIDTH: Final = 80
"""Columns of a terminal that everybody has."""
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
        page.append(f"  {words:<18}{middle:>16}   {low} to {high}\n")
        clear = "" if is_clear(found) else "; not told apart from nothing"
        page.append(f"{'':20}{share} of {_plain(name, before, story.currency)}{clear}\n", style="dim")
    page.append(f"\nIn {story.years} years, by the flywheel; 90 of 100 futures lie between\n", style="bold")
    if story.decade is None:
        page.append("  flywheel.toml has no price_change, promise_change, selection_change and cost_change to set\n")
    else:
        for name, words in WORDS.items():
            low, middle, high = (_signed(name, each, story.currency) for each in story.decade[name])
            page.append(f"  {words:<18}{middle:>16}   {low} to {high}\n")
    page.append("\n" + "\n".join(wrap(story.how, WIDTH)) + "\n", style="dim")
    return page


def is_clear(found: Estimate) -> bool:
    """Whether an interval leaves nothing out of the question."""
    return found.low > 0 or found.high < 0


def page(story: Story) -> str:
    """One HTML file that needs nothing else: the quarter as a picture and a table, the years as a table."""
    heads = ("", "Without it", "It changes", "95 in 100", "")
    rows = [
        [
            words[:1].upper() + words[1:],
            _plain(name, story.without[name], story.currency),
            _signed(name, story.change[name].mean, story.currency),
            " to ".join(_signed(name, each, story.currency) for each in story.change[name][1:]),
            "" if is_clear(story.change[name]) else "not told apart from nothing",
        ]
        for name, words in WORDS.items()
    ]
    said = [f"{_signed(name, story.change[name].mean, story.currency)} {words}" for name, words in _clear_ones(story)]
    finding = f"{story.step}: {' and '.join(said) or 'nothing told apart from chance'} in {story.days} days"
    lead = "In the twin, by pairs of rehearsals in which customers answer what they see. " + story.how
    parts = [section(story.name, finding[:1].upper() + finding[1:], lead, _pictures(story) + svg.table(heads, rows))]
    if story.decade is None:
        told, body = "The model has no such step", ""
    else:
        told = f"In {story.years} years, by the flywheel"
        years = [
            [
                words[:1].upper() + words[1:],
                _signed(name, story.decade[name][1], story.currency),
                " to ".join(_signed(name, story.decade[name][end], story.currency) for end in (0, 2)),
            ]
            for name, words in WORDS.items()
        ]
        body = svg.table(("", "The middle of all futures", "90 in 100"), years)
    years_lead = (
        "The same step from the first month on; what is assumed of people and of scale is drawn from its range."
    )
    return shell(f"{story.name}: {story.step}", "".join([*parts, section("Decades", told, years_lead, body)]))


def _clear_ones(story: Story) -> list[tuple[str, str]]:
    """Orders and money, as far as they are told apart from nothing: a headline says no more."""
    return [
        (name, words) for name, words in (("orders", "orders"), ("money", "earned")) if is_clear(story.change[name])
    ]


def _pictures(story: Story) -> str:
    """The picture as wide as a page, and one for a phone, whose words can be read there; and how to read it."""
    legend = "Each change as a share of what there was. A line is 95 in 100; a hollow dot may be chance alone."
    return (
        f'<div class="wide-screen">{_picture(story, "step", _WIDE)}</div>'
        f'<div class="small-screen">{_picture(story, "step-phone", _NARROW)}</div><p class="legend">{legend}</p>'
    )


def _picture(story: Story, key: str, size: tuple[float, float, float]) -> str:
    """Each change as a share of what there was, with its interval; a full dot is told apart from nothing."""
    width, left, right = size
    shares = {name: [each / (story.without[name] or 1.0) for each in story.change[name]] for name in WORDS}
    most = max((abs(each) for ends in shares.values() for each in ends), default=0.0) or 1.0
    across = svg.Scale(-most, most, left, right)
    height = _ROW * len(WORDS)
    parts = [svg.rule(across(0), 0, across(0), height, "axis")]
    for place, (name, words) in enumerate(WORDS.items()):
        y = _ROW * (place + 0.5)
        middle, low, high = shares[name]
        fill = "currentColor" if is_clear(story.change[name]) else "none"
        parts.append(svg.words(left - 14, y + 4, words.partition(",")[0], anchor="end"))
        parts.append(svg.rule(across(low), y, across(high), y, "interval"))
        parts.append(svg.tag("circle", cx=across(middle), cy=y, r=5.5, fill=fill, stroke="currentColor"))
        said = text.share(abs(middle), 1)
        parts.append(svg.words(right + 16, y + 4, f"{'+' if middle >= 0 else text.MINUS}{said}", "strong"))
    said = "Each change as a share of what there was, with its interval."
    return svg.drawing(svg.Frame(key, width, height, "What it changes", said), "".join(parts))


def _plain(name: str, value: float, currency: str) -> str:
    return text.money(value, currency, 0) if name == "money" else text.count(value)


def _signed(name: str, value: float, currency: str) -> str:
    written = _plain(name, abs(value), currency)
    return f"{'+' if value >= 0 else text.MINUS}{written}"

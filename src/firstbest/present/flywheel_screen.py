"""The flywheel's one screen: where it goes, the brake now, what each loop is worth, what nobody knows yet."""

from __future__ import annotations

import textwrap
from typing import Final

from rich.text import Text

from firstbest.present import text
from firstbest.present.flywheel_curve import curve_screen, quarter_screen
from firstbest.present.flywheel_words import (
    Story,
    brake_words,
    horizon_point,
    is_asleep,
    no_brake,
    own_sign,
    unit_of,
    unit_words,
    valued,
    years_of,
)

_LABEL: Final = 27
_DIM: Final = "dim"
_LOUD: Final = "bold"


def screen(story: Story, width: int, page: str) -> Text:
    """The screen for a terminal of this width."""
    width = max(60, min(width, 140))
    out = Text(no_wrap=True)
    runs = story.futures.constants.shape[1]
    _lines(out, story.model.title, width, _LOUD)
    _lines(out, f"{runs:,} futures, seed {story.seed}, {text.number(story.seconds, 1)} s", width, _DIM)
    out.append("\n")
    _outlook(out, story, width)
    _brake(out, story, width)
    if story.worth:
        _worth(out, story)
    if story.indices:
        _spread(out, story)
    if story.curve:
        out.append_text(curve_screen(story.curve, story.curve_words))
    if story.quarter:
        out.append_text(quarter_screen(story.quarter))
    _known(out, story, width)
    if story.curve_words and not story.curve:
        out.append(story.curve_words + "\n")
    out.append(f"{page}\n", style=_LOUD)
    out.rstrip()
    return out


def _lines(out: Text, said: str, width: int, style: str = "", indent: str = "") -> None:
    for line in textwrap.wrap(said, width, subsequent_indent=indent, initial_indent=indent, break_on_hyphens=False):
        out.append(line + "\n", style=style)


def _outlook(out: Text, story: Story, width: int) -> None:
    head = f"{'':<{_LABEL}}{'now':>12}{'in ' + years_of(story):>14}   5 to 95 in 100"
    out.append(head + "\n", style=_DIM)
    point = horizon_point(story)
    for name in story.model.shown or story.model.outcomes:
        unit = unit_of(story.model, name)
        bands = story.futures.bands(name)
        first, middle = valued(bands[3, 0], unit), valued(bands[3, point], unit)
        low, high = valued(bands[0, point], unit), valued(bands[6, point], unit)
        out.append(f"{story.model.words(name)[: _LABEL - 1].capitalize():<{_LABEL}}{first:>12}")
        out.append(f"{middle:>14}", style=_LOUD)
        tail = f"   {low} to {high}"
        words = unit_words(unit)
        spare = width - _LABEL - 26 - len(tail)
        out.append(tail + (f"  {words}" if words and len(words) + 2 <= spare and "day" not in words[:4] else "") + "\n")
    out.append("\n")


def _brake(out: Text, story: Story, width: int) -> None:
    awake = [place for place, each in enumerate(story.brakes) if not is_asleep(each)]
    if not awake:
        out.append(f"{no_brake(story)}\n\n")
        return
    out.append("The brake now\n", style=_LOUD)
    for rank, place in enumerate(awake[:3]):
        _lines(out, brake_words(story, place), width - 2, _LOUD if rank == 0 else "", "  ")
    out.append("\n")


def _worth(out: Text, story: Story) -> None:
    sold, money = (unit_of(story.model, name).split("/")[0] for name in story.model.outcomes)
    out.append(f"What each loop is worth over {years_of(story)}\n", style=_LOUD)
    out.append(f"  {'':<{_LABEL - 2}}{sold + 's':>12}{'money':>14}   5 to 95 in 100 of {sold}s\n", style=_DIM)
    for worth in story.worth:
        ends = f"{valued(worth.sold[0], sold)} to {valued(worth.sold[2], sold)}"
        out.append(
            "  "
            f"{worth.loop.name:<{_LABEL - 2}}{valued(worth.sold[1], sold):>12}{valued(worth.money[1], money):>14} "
            f"  {ends}\n"
        )
        out.append(f"    {own_sign(worth)}\n", style=_DIM)
    out.append("\n")


def _spread(out: Text, story: Story) -> None:
    out.append("Where the spread comes from (total Sobol index)\n", style=_LOUD)
    for index in story.indices[:6]:
        bar = "#" * round(max(index.total, 0.0) * 20)
        out.append(f"  {story.model.words(index.name)[:34]:<36}{text.share(index.total, 0):>6}  {bar}\n")
    out.append("\n")


def _known(out: Text, story: Story, width: int) -> None:
    assumed = sum(each.mark == "ASSUMED" for each in story.model.constants)
    said = f"{assumed} coefficients are ASSUMED from published ranges, {story.told} were told by your own book."
    _lines(out, said, width, "yellow" if assumed else "")
    if story.missing:
        out.append("Not enough data for:\n")
        for each in story.missing:
            _lines(out, f"{story.model.words(each.name)}: {each.why}", width - 2, _DIM, "  ")
    out.append("\n")

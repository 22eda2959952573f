"""Words and numbers of the flywheel's pages: values in their units, shares of change, intervals."""

from __future__ import annotations

import math
from typing import NamedTuple

from firstbest.flywheel.futures import Futures
from firstbest.flywheel.knock_out import Loosened, Worth
from firstbest.flywheel.model import Model, Span
from firstbest.flywheel.quarter import Row
from firstbest.flywheel.sobol import Index
from firstbest.present import text


class Missing(NamedTuple):
    """A coefficient that the book was asked for and could not tell."""

    name: str
    why: str


class Story(NamedTuple):
    """All that the pages tell of one model."""

    model: Model
    futures: Futures
    seed: int
    seconds: float
    until: float
    brakes: tuple[Loosened, ...]
    worth: tuple[Worth, ...]  # empty: not asked for
    indices: tuple[Index, ...]  # empty: not asked for
    missing: tuple[Missing, ...]
    told: int  # coefficients that the book told
    curve: tuple[tuple[float, ...], ...] = ()  # volume, then present.flywheel_curve.COLUMNS; empty: not measured
    curve_words: str = ""  # how it was measured, or why not
    quarter: tuple[Row, ...] = ()  # the first quarter beside the twin's


def valued(value: float, unit: str) -> str:
    """A value in its unit, short: `$23.15`, `812k`, `3.0 days`."""
    head = unit.partition("/")[0]
    if math.isnan(value):
        return text.MISSING
    if head == "dollar":
        sign = text.MINUS if value < 0 else ""
        return f"{sign}${text.short_count(abs(value))}" if abs(value) >= 1000 else text.money(value, "USD")
    if unit == "1":
        return text.number(value, 3 if 0 < abs(value) < 1 else 2)
    whole = abs(value) >= 100 or value == int(value)
    shown = text.short_count(value) if whole else text.number(value, 1)
    if head == "percent":
        return f"{shown}{text.THIN}%"
    return f"{shown}{text.THIN}days" if head == "day" else f"{shown}{text.THIN}km" if head == "km" else shown


def coefficient(value: float) -> str:
    """A coefficient with as many decimals as say something."""
    size = abs(value)
    return text.number(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 else 3)


def unit_words(unit: str) -> str:
    """A unit as it is read: `orders a month`."""
    if unit in ("1", "percent"):
        return ""
    head, *below = unit.split("/")
    plural = head if head in ("km", "people", "") else f"{head}s"
    return " ".join([plural if head != "1" else "", *(f"{_article(each)} {each}" for each in below)]).strip()


def _article(word: str) -> str:
    return "an" if word[:1] in "aeio" else "a"


def horizon_point(story: Story) -> int:
    """The recorded instant nearest to the horizon."""
    gaps = abs(story.futures.instants - story.until)
    return int(gaps.argmin())


def unit_of(model: Model, name: str) -> str:
    """The unit of a stock or variable."""
    return model.unit(name)


def ticks(span: Span, until: float) -> tuple[float, str]:
    """How many units of time one on the axis is, and what it is called: years, or the model's unit below one year."""
    in_years = span.per_year > 0 and until - span.start >= span.per_year
    return (span.per_year, "year") if in_years else (1.0, span.one)


def horizon(span: Span, until: float) -> str:
    """How far that is, in words."""
    unit, word = ticks(span, until)
    count = (until - span.start) / unit
    if count == 1:
        return f"one {word}"
    return f"ten {word}s" if count == 10 else f"{count:g} {word}s"


def years_of(story: Story) -> str:
    """The horizon of the story in words."""
    return horizon(story.model.span, story.until)


def brake_words(story: Story, place: int = 0) -> str:
    """The brake in a sentence."""
    model, each = story.model, story.brakes[place]
    sold = model.words(model.outcomes[0])
    arrow = each.arrow
    way = f"{model.words(arrow.source)} to {model.words(arrow.target)}"
    low, middle, high = (text.number(part, 3) for part in each.elasticity)
    more = "more" if each.helps > 0 else "less"
    return (
        f"{model.words(arrow.by)} ({way}): 1{text.THIN}% {more} adds {middle}{text.THIN}% {sold} over "
        f"{years_of(story)} ({low} to {high})"
    )


def no_brake(story: Story) -> str:
    """Why no arrow is the brake."""
    if not any(arrow.by for arrow in story.model.arrows):
        return "The model names no arrow with a coefficient: add [[arrow]] to flywheel.toml, and the brake stands here."
    return "No arrow holds it: none moves what is sold."


def is_asleep(each: Loosened) -> bool:
    """Whether loosening changes next to nothing."""
    return abs(each.elasticity[1]) < 5e-5


def own_sign(worth: Worth) -> str:
    """What a loop is, and whether it acts now."""
    kind = "feeds itself" if worth.loop.reinforcing else "checks itself"
    if worth.polarity == 0:
        return f"{kind}, asleep at the start"
    return kind if (worth.polarity > 0) == worth.loop.reinforcing else f"{kind}, but at the start does the opposite"

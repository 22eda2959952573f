"""A workspace that was rehearsed with many seeds: its figures as means, with how sure they are and how they vary."""

from __future__ import annotations

import math
import textwrap
from typing import Final, NamedTuple

from firstbest.present import text
from firstbest.present.catalog import WANTED, meaning_of
from firstbest.present.comparison import Estimate

FEW: Final = 20
"""With fewer rehearsals another year lies outside of least and most more than one time in ten: 2 of N + 1 places."""
_CENTS: Final = 1_000


class Figure(NamedTuple):
    """One figure over all rehearsals."""

    key: str
    mean: Estimate  # with the ends of its 95 % interval
    spread: float  # standard deviation of a single rehearsal
    least: float
    most: float


class Repeated(NamedTuple):
    """What many rehearsals of one workspace say."""

    name: str
    currency: str
    replications: int
    days: int
    figures: tuple[Figure, ...]
    said: str = ""  # what a precision took


def screen(told: Repeated, width: int) -> str:
    """The figures people ask for first: mean, its 95 % interval, least and most of a single rehearsal."""
    name_width = min(34, max(22, width - 56))
    rows = [
        f"{told.name}: {told.replications} rehearsals of {told.days} days, a seed each",
        "",
        f"{'':{name_width}} {'mean':>10}  {'95' + text.THIN + '% interval of it':<22} {'least':>9} {'most':>9}",
    ]
    for each in told.figures:
        if each.key not in WANTED:
            continue
        words = meaning_of(each.key)
        label = (
            words.label if len(words.label) <= name_width else words.label[: name_width - 1] + "\N{HORIZONTAL ELLIPSIS}"
        )
        middle, low, high, least, most = (
            _written(value, words.unit, told.currency) for value in (*each.mean, each.least, each.most)
        )
        sure = "one rehearsal: unknown" if math.isnan(each.mean.low) else f"{low} to {high}"
        rows.append(f"{label:{name_width}} {middle:>10}  {sure:<22} {least:>9} {most:>9}")
    end = "least and most, or beyond." if told.replications < FEW else "least and most, most likely."
    note = f"The interval is of the mean and narrows with more rehearsals; a single year lies anywhere between {end}"
    rows += ["", *textwrap.wrap(note, width), *textwrap.wrap(told.said, width)]
    return "\n".join(rows)


def _written(value: float, unit: str, currency: str) -> str:
    if unit == "money" and abs(value) < _CENTS:
        return text.money(value, currency, 2)
    return text.brief(value, unit, currency)

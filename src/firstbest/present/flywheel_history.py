"""Pages of a fitted history: the worked example, told with its figures, its misses and its bar."""

from __future__ import annotations

import textwrap
from html import escape
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rich.text import Text

from firstbest.flywheel.backtest import NAIVE, Score
from firstbest.flywheel.fit import Forecast, Series
from firstbest.flywheel.history import Outlook, Story
from firstbest.flywheel.model import Constant
from firstbest.present import text
from firstbest.present.flywheel_page import section, shell
from firstbest.present.flywheel_pictures import Fan, coefficient_table, fan
from firstbest.present.flywheel_words import coefficient
from firstbest.present.svg import table

F64 = NDArray[np.float64]

_WIDE = (1040.0, 360.0)
_NARROW = (400.0, 300.0)


class History(NamedTuple):
    """All that the pages tell of the example."""

    title: str
    sales: Series
    share: Series
    outlook: Outlook  # of sales
    cost: Forecast
    stories: tuple[Story, ...]  # fitted, without the promise, without scale, naive
    scores: tuple[Score, ...]
    chosen: str
    constants: tuple[Constant, ...]
    confirmed: int
    figures: int
    seed: int
    draws: int


def billions(value: float) -> str:
    """`$177.9 bn`."""
    return f"${text.number(value, 0 if value >= 1000 else 1)}{text.THIN}bn"


def _points(value: float) -> str:
    return f"{text.number(value * 100, 1)}{text.THIN}%"


def _ahead(history: History) -> list[tuple[int, F64, float]]:
    found = history.outlook
    last = int(history.sales.years[-1])
    return [
        (int(year), found.bands[:, row], float(found.naive[row])) for row, year in enumerate(found.years) if year > last
    ]


def _turn(history: History) -> tuple[int, float, float, float]:
    """The year of the least share, and the share at the start, then, and at the end."""
    values = history.share.values
    low = int(values.argmin())
    return int(history.share.years[low]), float(values[0]), float(values[low]), float(values[-1])


CANDIDATES: Final = {
    "lower_ceiling": "stocks and flows, lower ceiling",
    "higher_ceiling": "stocks and flows, higher ceiling",
    "damped": "damped growth",
    "mixture": "the three in equal parts",
    NAIVE: "naive growth",
}


def _score(history: History, name: str) -> Score:
    return next(each for each in history.scores if each.candidate == name)


def _verdict(history: History) -> str:
    """How the chosen candidate did against the bar."""
    own, bar = _score(history, history.chosen), _score(history, NAIVE)
    word = "less" if own.error < bar.error else "no less"
    return (
        f"Chosen by back-test alone: {CANDIDATES[history.chosen]}. In {own.pairs} forecasts of one to five years from "
        f"earlier years it missed by {text.share(own.error, 1)} on average, {word} than naive growth's "
        f"{text.share(bar.error, 1)}; its interval, meant to hold 80{text.THIN}%, held {text.share(own.held, 0)}."
    )


def told(history: History) -> list[str]:
    """The findings in sentences."""
    year, first, least, last = _turn(history)
    fitted, *_, naive = history.stories
    start, end = int(history.share.years[0]), int(history.share.years[-1])
    return [
        (
            f"Fulfilment and shipping fell from {_points(first)} of sales in {start} to {_points(least)} "
            f"in {year}, then rose to {_points(last)} in {end}."
        ),
        (
            f"\N{LEFT DOUBLE QUOTATION MARK}Scale lowers cost\N{RIGHT DOUBLE QUOTATION MARK} fails on the "
            f"data: fitted where it held, up to {year}, it says {_points(float(naive.share[-1]))} for "
            f"{end}, a miss of {text.number(float(history.share.values[-1] - naive.share[-1]) * 100, 1)} "
            "points."
        ),
        (
            "With faster promises bought, the model tells the fall and the rise within "
            f"{text.number(fitted.miss, 2)} points (root mean square)."
        ),
        _verdict(history),
    ]


def history_screen(history: History, width: int, paths: list[str]) -> Text:
    """The screen."""
    out = Text(no_wrap=True)
    out.append(history.title + "\n", style="bold")
    out.append(
        (
            f"{history.figures} figures, {history.confirmed} confirmed, none after "
            f"{int(history.sales.years[-1])}; {history.draws:,} draws, seed {history.seed}\n\n"
        ),
        style="dim",
    )
    for said in told(history):
        out.append("\n".join(textwrap.wrap(said, max(60, min(width, 110)), break_on_hyphens=False)) + "\n")
    out.append(
        (
            f"\n{'Net sales':<12}{'expected':>12}   "
            f"{'8 in 10 between':<26}{'naive growth of ' + text.share(history.outlook.naive_rate, 1):>24}\n"
        ),
        style="dim",
    )
    for year, bands, naive in _ahead(history):
        out.append(f"{year:<12}")
        out.append(f"{billions(bands[1]):>12}", style="bold")
        out.append(f"   {billions(bands[0]) + ' and ' + billions(bands[2]):<26}{billions(naive):>24}\n")
    out.append("\n" + "\n".join(paths))
    return out


def history_page(history: History) -> str:
    """The page."""
    year, first, least, last = _turn(history)
    end = int(history.sales.years[-1])
    ahead = _ahead(history)
    head = (
        f'<header><p class="eyebrow">{escape(history.title)} · {history.figures} public figures, '
        f"{history.confirmed} confirmed, none after {end}</p>"
        f"<h1>Scale lowered cost until {year}. Then faster promises were bought, and cost rose to "
        f"{escape(_points(last))} of sales.</h1>"
        f'<p class="banner">Made from figures to {end} alone. Not advice, and not told by Amazon.</p></header>'
    )
    parts = [
        head,
        _cost(history, (year, first, least, last)),
        _sales(history, ahead),
        _judged(history),
        _fitted(history),
    ]
    return shell(history.title, "".join(parts))


def _drawn(found: Fan) -> str:
    """A fan as wide as the page, and one for a phone, whose words can be read there."""
    phone = fan(found._replace(key=f"{found.key}-phone", size=_NARROW))
    return f'<div class="wide-screen">{fan(found._replace(size=_WIDE))}</div><div class="small-screen">{phone}</div>'


def _cost(history: History, turn: tuple[int, float, float, float]) -> str:
    year, first, least, last = turn
    years = history.share.years.astype(np.float64)
    known = slice(0, len(years))
    bands = np.quantile(history.cost.told, (0.1, 0.25, 0.5, 0.75, 0.9), axis=1)[:, known] * 100
    fitted, no_promise, no_scale, naive = history.stories
    lines = (
        ("fact", years, history.share.values * 100),
        ("naive", years, naive.share * 100),
        ("other", years, no_promise.share * 100),
    )
    drawn = _drawn(Fan("cost", "Fulfilment and shipping, share of net sales", "percent", years, bands, lines))
    legend = (
        '<p class="legend">Thick: the annual reports. Thin, in its band: the model, eight draws in ten. '
        "Dashed: \N{LEFT DOUBLE QUOTATION MARK}scale lowers cost\N{RIGHT DOUBLE QUOTATION MARK}, fitted "
        "up to 2009. Dotted: the model with no faster promise.</p>"
    )
    grown = float(history.sales.values[-1] / history.sales.values[int(np.flatnonzero(history.sales.years == year)[0])])
    finding = "The naive story, that scale lowers cost, fails on the data"
    lead = (
        f"The share fell from {_points(first)} to {_points(least)} in {year} and then rose to "
        f"{_points(last)}, while sales grew {text.number(grown, 1)} times. Cost for the same promise "
        "kept falling; "
        "the promise did not stay the same. Without faster promises the model says "
        f"{_points(float(no_promise.share[-1]))} for {int(years[-1])}; "
        f"without experience {_points(float(no_scale.share[-1]))}. Goods of other sellers that are "
        "shipped for them add cost but only their fees to sales: that is in all lines."
    )
    rows = [
        [str(int(y)), _points(real), *(_points(float(story.share[row])) for story in history.stories)]
        for row, (y, real) in enumerate(zip(history.share.years, history.share.values, strict=True))
    ]
    heads = ("Year", "Reported", "Model", "No faster promise", "No experience", "Scale lowers cost")
    misses = (
        f'<p class="after">Root mean square miss 2002 to 2017: model {fitted.miss:.2f} points, '
        f"\N{LEFT DOUBLE QUOTATION MARK}scale lowers cost\N{RIGHT DOUBLE QUOTATION MARK} {naive.miss:.1f} "
        "points.</p>"
    )
    details = f"<details><summary>The numbers behind this picture</summary>{table(heads, rows)}</details>"
    return section("Cost", finding, lead, drawn + legend + misses + details)


def _sales(history: History, ahead: list[tuple[int, F64, float]]) -> str:
    found = history.outlook
    years = found.years.astype(np.float64)
    full = np.array([found.bands[0], found.bands[1], found.bands[2]])
    fact = ("fact", history.sales.years.astype(np.float64), history.sales.values)
    top = float(found.bands[2].max()) * 1.15
    naive = ("naive", years, np.where(found.naive > top, np.nan, found.naive))
    drawn = _drawn(Fan("sales", "Net sales, billions of dollars", "billion", years, full, (fact, naive)))
    year, bands, plain = ahead[-1]
    finding = f"{billions(bands[1])} in {year}, {billions(bands[0])} to {billions(bands[2])} in eight of ten draws"
    lead = (
        f"Naive growth of the last three years, {text.share(history.outlook.naive_rate, 1)} a year, "
        f"stands beside it (dashed) and says {billions(plain)} for {year}. "
        "Growth fades as a shop nears what its market can hold; how near that is, nobody knew in 2017, and the band "
        "says so."
    )
    rows = [[str(y), billions(b[1]), billions(b[0]), billions(b[2]), billions(n)] for y, b, n in ahead]
    body = table(("Year", "Expected", "1 in 10 below", "1 in 10 above", "Naive growth"), rows)
    return section("Net sales", finding, lead, drawn + body)


def _judged(history: History) -> str:
    rows = [
        [
            CANDIDATES[each.candidate] + (" (chosen)" if each.candidate == history.chosen else ""),
            "" if each.candidate == NAIVE else f"{each.loss:.4f}",
            text.share(each.error, 1),
            "" if each.candidate == NAIVE else text.share(each.held, 0),
        ]
        for each in history.scores
    ]
    lead = (
        "Each candidate, fitted to the figures up to each year from 2005 to 2016, forecast the next one to five years, "
        "as far as 2017. The one with the least pinball loss is used. The priors of stocks and flows were written in "
        "view of 2017, which flatters them. An earlier version had been revised after it was compared with remembered "
        "later figures; it was thrown away, and the rule was written down before any back-test was run."
    )
    heads = ("Candidate", "Pinball loss", "Mean miss", "Held by 8 in 10")
    own, bar = _score(history, history.chosen), _score(history, NAIVE)
    finding = f"It missed by {text.share(own.error, 1)} on average, naive growth by {text.share(bar.error, 1)}"
    return section("Would it have worked before?", finding, f"{_verdict(history)} {lead}", table(heads, rows))


def _fitted(history: History) -> str:
    rows = [
        [
            each.words or each.name.replace("_", " "),
            coefficient(each.value),
            f"{coefficient(each.low)} to {coefficient(each.high)}",
            each.unit if each.unit != "1" else "",
            each.mark,
            each.source,
        ]
        for each in history.constants
    ]
    lead = (
        "Middle, and 5 to 95 in 100, of the posterior. A coefficient whose interval is as wide as its "
        "prior was not told by the figures."
    )
    return section("Coefficients", "What the figures told", lead, coefficient_table(rows))

"""Bets, the portfolio and calibration as a person reads them in a terminal, at 80 columns and at 120."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final

from rich.text import Text

from firstbest.mechanisms.portfolio import sums
from firstbest.mechanisms.quantiles import HIGH, LOW, median, value_at
from firstbest.mechanisms.records import (
    BetVerdict,
    Calibration,
    Cash,
    Forecast,
    Judgement,
    MetricVerdict,
    Placed,
    Quantile,
    Room,
    State,
)
from firstbest.mechanisms.seals import SHORT
from firstbest.present import text
from firstbest.present.catalog import CATALOG

WIDE: Final = 110
_DIM: Final = "dim"
_STYLES: Final = {
    Judgement.CONFIRMED: "bold green",
    Judgement.REFUTED: "bold red",
    Judgement.INCONCLUSIVE: "bold yellow",
    Judgement.INVALID: "bold magenta",
    Judgement.NOT_DUE: _DIM,
}
_MARKS: Final = {
    Judgement.CONFIRMED: "\N{CHECK MARK}",
    Judgement.REFUTED: "\N{MULTIPLICATION X}",
    Judgement.INCONCLUSIVE: "\N{ALMOST EQUAL TO}",
    Judgement.INVALID: "!",
    Judgement.NOT_DUE: "\N{MIDDLE DOT}",
}
ARROWS: Final = {"up": "\N{UPWARDS ARROW}", "down": "\N{DOWNWARDS ARROW}"}
STATES: Final = {
    State.DRAFT: "draft", State.FORECAST: "forecast", State.LOCKED: "locked", State.GO: "running",
    State.NO: "decided no", State.JUDGED: "judged",
}  # fmt: skip


def unit_of(metric: str) -> str:
    """The unit of a figure; "number" for a metric of the workspace's own."""
    return CATALOG[metric].unit if metric in CATALOG else "number"


def label_of(metric: str) -> str:
    """What a metric is called."""
    return CATALOG[metric].label if metric in CATALOG else text.named(metric)


def valued(value: float, metric: str, currency: str) -> str:
    """A value of a metric in its unit."""
    return text.written(value, unit_of(metric), currency)


def changed(value: float, metric: str, currency: str) -> str:
    """A difference of a metric: shares in points, with a sign."""
    sign = "+" if value > 0 else ""
    if unit_of(metric) == "share":
        return f"{sign}{text.number(value * 100, 2)} points"
    return sign + valued(value, metric, currency)


def interval(quantiles: Sequence[Quantile], metric: str, currency: str) -> str:
    """`42.6 % (42.1 to 43.0)`: the median and four fifths about it."""
    if not quantiles:
        return text.MISSING
    low, high = (valued(value_at(quantiles, level), metric, currency) for level in (LOW, HIGH))
    bare = low.removesuffix(f"{text.THIN}%") if high.endswith("%") else low
    return f"{valued(median(quantiles), metric, currency)} ({bare} to {high})"


# -------------------------------------------------------------------------------------------------------- the portfolio
def portfolio(room: Room, width: int, currency: str) -> Text:
    """Every bet on a line or two, sums, and how past forecasts came out."""
    page = Text()
    count = len(room.bets)
    page.append(f"{count} {'bet' if count == 1 else 'bets'}", style="bold")
    page.append(f"{'':2}record {room.head[:SHORT]}\n\n", style=_DIM)
    if not room.bets:
        page.append("Nothing is bet on yet. firstbest bet propose NAME opens a press release.\n")
        return page
    for placed in room.bets:
        _one(page, placed, width, currency)
    spent, total, salvage = sums(room.bets)
    said = f"{text.money(spent, currency, 0)} spent of {text.money(total, currency, 0)}"
    page.append(f"\nTogether  {said}, {text.money(salvage, currency, 0)} of it could be salvaged\n")
    page.append(calibration_table(room.calibrations, width))
    return page


def _one(page: Text, placed: Placed, width: int, currency: str) -> None:
    verdict = placed.verdict
    style = _STYLES[verdict.judgement]
    page.append(f"{_MARKS[verdict.judgement]} ", style=style)
    page.append(f"{verdict.bet:<24}", style="bold")
    state = STATES[verdict.state]
    page.append(f"{verdict.judgement.value if verdict.state == State.JUDGED else state:<13}", style=style)
    about = [verdict.owner or "nobody", verdict.door or "door open", _amended(verdict)]
    page.append("  ".join(each for each in about if each) + "\n", style=_DIM)
    lines = [verdict.title] if verdict.title else []
    lines += [_promise(each, currency) for each in verdict.metrics]
    lines += [horizon(placed.cash, currency)]
    lines += [f"if it fails: {placed.salvaged}"] if placed.salvaged and verdict.state != State.JUDGED else []
    lines += [f"stop: {each}" for each in verdict.kills]
    lines += [verdict.reason] if verdict.state == State.JUDGED else []
    for line in lines:
        page.append(_folded(line, width, 4))
    page.append("\n")


def _amended(verdict: BetVerdict) -> str:
    count = verdict.amendments
    return f"{count} {'amendment' if count == 1 else 'amendments'}" if count else ""


def _promise(each: MetricVerdict, currency: str) -> str:
    """`delivered in two days ↑ 1.00 points by 2026-03-31: forecast 42.6 % (...), without 40.4 %, came 42.1 %`."""
    metric, success = each.success.metric, each.success
    promised = changed(success.size, metric, currency).removeprefix("+")
    parts = [f"{label_of(metric)} {ARROWS.get(success.direction, '?')} {promised} by {success.by}"]
    if each.forecast_with:
        parts.append(f"with {interval(each.forecast_with, metric, currency)}")
        parts.append(f"without {interval(each.forecast_without, metric, currency)}")
    if each.fact:
        parts.append(f"came {valued(each.fact.value, metric, currency)}")
    if each.fact and each.ratio:
        parts.append(f"{text.share(each.kept, 0)} of the promise")
    return "; ".join(parts)


def horizon(cash: Cash, currency: str) -> str:
    """Spend, the depth of the cash and the year it is back."""
    parts = [f"{text.money(cash.spent, currency, 0)} spent of {text.money(cash.total, currency, 0)}"]
    if cash.deepest < 0:
        back = f"above zero in {cash.crosses_year}" if cash.crosses_year else "not back within its plan"
        parts.append(f"deepest {text.money(cash.deepest, currency, 0)} in {cash.deepest_year}, {back}")
    return "; ".join(parts)


def _folded(line: str, width: int, indent: int) -> str:
    head = " " * indent
    return textwrap.fill(line, width, initial_indent=head, subsequent_indent=head + "  ", break_on_hyphens=False) + "\n"


def calibration_table(found: Sequence[Calibration], width: int) -> str:
    """How each source's forecasts came out. Four facts in five should lie within p10 to p90."""
    if not found:
        return "\nNo forecast has met its fact yet.\n"
    name = max(20, min(max(len(each.source) for each in found) + 2, width - 62))
    titles = (("met", 5), ("within 80 %", 13), ("above p50", 11), ("loss", 7), ("bias", 8), ("widened", 10))
    head = f"\n{'Forecasts by source':<{name}}" + "".join(f"{title:>{size}}" for title, size in titles)
    rows = [head, *(f"{each.source[: name - 1]:<{name}}" + _scores(each) for each in found)]
    note = "loss (pinball) and bias in widths of the forecast's own p10 to p90; widened: how it is read next time"
    return "\n".join(rows) + "\n" + textwrap.fill(note, width) + "\n"


def _scores(each: Calibration) -> str:
    widened = text.number(each.widen, 2) + text.THIN + text.TIMES
    return (
        f"{each.forecasts:>5}{text.share(each.covered, 0):>13}{text.share(each.above, 0):>11}"
        f"{text.number(each.pinball, 2):>7}{text.number(each.bias, 2):>8}{widened:>10}"
    )


# ------------------------------------------------------------------------------------------------------------ one bet
def shown(placed: Placed, room: Room, width: int, currency: str) -> Text:
    """One bet: what is promised, every forecast, the verdict and its reason."""
    verdict = placed.verdict
    page = Text()
    page.append(f"{verdict.title or verdict.bet}\n", style="bold")
    state = STATES[verdict.state]
    said = [state, f"owner {verdict.owner or 'nobody'}", verdict.door or "door open", _amended(verdict)]
    page.append("  ".join(each for each in said if each) + "\n", style=_DIM)
    page.append(_folded(horizon(placed.cash, currency), width, 0))
    for each in verdict.metrics:
        page.append("\n")
        for line in _metric(each, verdict.forecasts, width, currency):
            page.append(line)
        page.append(f"{_MARKS[each.judgement]} {each.judgement.value}", style=_STYLES[each.judgement])
        page.append(
            _folded(f": {each.reason}", width - 14, 0).replace("\n", "\n  ").rstrip() + "\n" if each.reason else "\n"
        )
    for kill in verdict.kills:
        page.append(f"stop: {kill}\n", style="bold red")
    if verdict.review_on:
        page.append(f"\nLooked at again by {verdict.review_on}.\n")
    page.append(calibration_table(room.calibrations, width))
    return page


def _metric(each: MetricVerdict, forecasts: Sequence[Forecast], width: int, currency: str) -> Iterator[str]:
    metric, success = each.success.metric, each.success
    promised = changed(success.size, metric, currency).removeprefix("+")
    yield f"{label_of(metric)}: {success.direction} by {promised} or more, by {success.by}\n"
    yield f"  {'source':<14}{'with':>30}{'without':>30}\n"
    for forecast in forecasts:
        if forecast.metric == metric:
            told = (interval(quantiles, metric, currency) for quantiles in (forecast.with_, forecast.without))
            yield (
                f"  {forecast.source[:13]:<14}"
                + "".join(f"{cell:>30}" for cell in told)
                + f"  {forecast.by}\n"[: width - 74]
            )
            if width < WIDE:
                yield "\n" if not f"{forecast.by}" else ""
    if each.judged_by:
        yield f"  judged by {each.judged_by}; bars: p10 to p90, | the median, o the fact\n"
        yield from _bars(each, width, currency)


def _bars(each: MetricVerdict, width: int, currency: str) -> Iterator[str]:
    """Both worlds and the fact on one scale."""
    worlds = (("with", each.forecast_with), ("without", each.forecast_without))
    ends = [value_at(quantiles, level) for _, quantiles in worlds for level in (0.05, 0.95)]
    ends += [each.fact.value] if each.fact else []
    low, high = min(ends), max(ends)
    room = min(width, 100) - 32
    step = (high - low) / (room - 1) or 1.0

    def at(value: float) -> int:
        return max(0, min(room - 1, round((value - low) / step)))

    for name, quantiles in worlds:
        line = [" "] * room
        for place in range(at(value_at(quantiles, LOW)), at(value_at(quantiles, HIGH)) + 1):
            line[place] = "\N{BOX DRAWINGS HEAVY HORIZONTAL}"
        line[at(median(quantiles))] = "|"
        yield f"  {name:<10}{''.join(line)}  {valued(median(quantiles), each.success.metric, currency)}\n"
    if each.fact:
        line = [" "] * room
        line[at(each.fact.value)] = "o"
        yield f"  {'fact':<10}{''.join(line)}  {valued(each.fact.value, each.success.metric, currency)}\n"


def chances(found: Sequence[tuple[str, float]], width: int) -> str:
    """What a lock says: how likely the promise can be told from chance if it comes true."""
    lines = []
    for metric, chance in found:
        said = (
            f"If the forecast of {label_of(metric)} comes true, facts confirm it in {text.share(chance, 0)} of worlds"
        )
        low = chance < 0.5
        lines.append(
            _folded(said + ("; a longer window or a larger effect would tell more." if low else "."), width, 0)
        )
    return "".join(lines)

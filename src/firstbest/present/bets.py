"""Bets, the portfolio and calibration as a person reads them in a terminal, at 80 columns and at 120."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

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

WIDE: Final = 110
_EVEN: Final = 0.5
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


class Paper(NamedTuple):
    """What a page is written on: its width, the currency, and what the workspace's own metrics mean."""

    width: int
    currency: str
    metrics: Mapping[str, Mapping[str, Any]]


def unit_of(metric: str, paper: Paper) -> str:
    """The unit of a metric, as `metrics.toml` or the catalog of figures says."""
    return str(paper.metrics.get(metric, {}).get("unit", "number"))


def label_of(metric: str, paper: Paper) -> str:
    """What a metric is called."""
    meaning = paper.metrics.get(metric, {})
    return str(meaning.get("title") or meaning.get("label") or text.named(metric))


def valued(value: float, metric: str, paper: Paper) -> str:
    """A value of a metric in its unit."""
    return text.written(value, unit_of(metric, paper), paper.currency)


def changed(value: float, metric: str, paper: Paper) -> str:
    """A difference of a metric: shares in points, with a sign."""
    sign = "+" if value > 0 else ""
    if unit_of(metric, paper) == "share":
        return f"{sign}{text.number(value * 100, 2)} points"
    return sign + valued(value, metric, paper)


def interval(quantiles: Sequence[Quantile], metric: str, paper: Paper) -> str:
    """`42.6 % (42.1 to 43.0)`: the median and four fifths about it."""
    if not quantiles:
        return text.MISSING
    low, high = (valued(value_at(quantiles, level), metric, paper) for level in (LOW, HIGH))
    bare = low.removesuffix(f"{text.THIN}%") if high.endswith("%") else low
    return f"{valued(median(quantiles), metric, paper)} ({bare} to {high})"


# -------------------------------------------------------------------------------------------------------- the portfolio
def portfolio(room: Room, paper: Paper) -> Text:
    """Every bet on a line or two, sums, and how past forecasts came out."""
    page = Text()
    count = len(room.bets)
    page.append(f"{count} {'bet' if count == 1 else 'bets'}", style="bold")
    page.append(f"{'':2}record {room.head[:SHORT]}\n\n", style=_DIM)
    if not room.bets:
        page.append("Nothing is bet on yet. firstbest bet propose NAME opens a press release.\n")
        return page
    for placed in room.bets:
        _one(page, placed, paper)
    spent, total, salvage = sums(room.bets)
    said = f"{text.money(spent, paper.currency, 0)} spent of {text.money(total, paper.currency, 0)}"
    page.append(f"\nTogether  {said}, {text.money(salvage, paper.currency, 0)} of it could be salvaged\n")
    page.append(calibration_table(room.calibrations, paper.width))
    return page


def _one(page: Text, placed: Placed, paper: Paper) -> None:
    verdict = placed.verdict
    style = _STYLES[verdict.judgement]
    page.append(f"{_MARKS[verdict.judgement]} ", style=style)
    page.append(f"{verdict.bet:<24}", style="bold")
    state = STATES[verdict.state]
    page.append(f"{verdict.judgement.value if verdict.state == State.JUDGED else state:<13}", style=style)
    about = [verdict.owner or "nobody", verdict.door or "no door yet", _amended(verdict)]
    page.append("  ".join(each for each in about if each) + "\n", style=_DIM)
    lines = [verdict.title] if verdict.title else []
    lines += [_promise(each, paper) for each in verdict.metrics]
    lines += [horizon(placed.cash, paper.currency)]
    lines += [f"if it fails: {placed.salvaged}"] if placed.salvaged and verdict.state != State.JUDGED else []
    lines += [f"stop: {each}" for each in verdict.kills]
    lines += [_titled(verdict, paper)] if verdict.state == State.JUDGED else []
    for line in lines:
        page.append(_folded(line, paper.width, 4))
    page.append("\n")


def _titled(verdict: BetVerdict, paper: Paper) -> str:
    """The reason of a verdict, its metric by its title."""
    key, colon, said = verdict.reason.partition(": ")
    named = colon and any(each.success.metric == key for each in verdict.metrics)
    return f"{label_of(key, paper)}: {said}" if named else verdict.reason


def _amended(verdict: BetVerdict) -> str:
    count = verdict.amendments
    return f"{count} {'amendment' if count == 1 else 'amendments'}" if count else ""


def _promise(each: MetricVerdict, paper: Paper) -> str:
    """`delivered in two days ↑ 1.00 points by 2026-03-31: forecast 42.6 % (...), without 40.4 %, came 42.1 %`."""
    metric, success = each.success.metric, each.success
    promised = changed(success.size, metric, paper).removeprefix("+")
    parts = [f"{label_of(metric, paper)} {ARROWS.get(success.direction, '?')} {promised} by {success.by}"]
    if each.forecast_with:
        parts.append(f"with {interval(each.forecast_with, metric, paper)}")
        parts.append(f"without {interval(each.forecast_without, metric, paper)}")
    if each.fact:
        parts.append(f"came {valued(each.fact.value, metric, paper)}")
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
    name = max(20, min(max(len(each.source) for each in found) + 2, width - 52))
    titles = (("met", 5), ("within 80 %", 13), ("above p50", 11), ("loss", 6), ("bias", 7), ("widened", 9))
    head = f"\n{'Forecasts by source':<{name}}" + "".join(f"{title:>{size}}" for title, size in titles)
    rows = [head, *(f"{each.source[: name - 1]:<{name}}" + _scores(each) for each in found)]
    note = "loss (pinball) and bias in widths of the forecast's own p10 to p90; widened: how it is read next time"
    return "\n".join(rows) + "\n" + textwrap.fill(note, width) + "\n"


def _scores(each: Calibration) -> str:
    widened = text.number(each.widen, 2) + text.THIN + text.TIMES
    return (
        f"{each.forecasts:>5}{text.share(each.covered, 0):>13}{text.share(each.above, 0):>11}"
        f"{text.number(each.pinball, 2):>6}{text.number(each.bias, 2):>7}{widened:>9}"
    )


# ------------------------------------------------------------------------------------------------------------ one bet
def shown(placed: Placed, room: Room, paper: Paper, decided: str = "") -> Text:
    """One bet: what is promised, every forecast, the verdict and its reason; `decided`: what was decided, in words."""
    verdict = placed.verdict
    page = Text()
    page.append(f"{verdict.title or verdict.bet}\n", style="bold")
    said = [STATES[verdict.state], f"owner {verdict.owner or 'nobody'}", verdict.door, _amended(verdict)]
    page.append("  ".join(each for each in said if each) + "\n", style=_DIM)
    page.append(_folded(horizon(placed.cash, paper.currency), paper.width, 0))
    for each in verdict.metrics:
        _metric(page, each, verdict.forecasts, paper)
    for kill in verdict.kills:
        page.append(_folded(f"stop: {kill}", paper.width, 0), style="bold red")
    page.append(decided)
    if verdict.review_on and verdict.state != State.JUDGED:
        page.append(f"\nLooked at again by {verdict.review_on}.\n")
    page.append(calibration_table(room.calibrations, paper.width))
    return page


def _metric(page: Text, each: MetricVerdict, forecasts: Sequence[Forecast], paper: Paper) -> None:
    """One promise: forecasts as a table, both worlds and the fact as bars, the verdict."""
    metric, success = each.success.metric, each.success
    promised = changed(success.size, metric, paper).removeprefix("+")
    head = f"{label_of(metric, paper)}: {success.direction} by {promised} or more, by {success.by}"
    page.append("\n" + _folded(head, paper.width, 0), style="bold")
    cell = 26 if paper.width < WIDE else 30
    name = min(paper.width - 2 * cell - 4, 40)
    page.append(f"  {'forecast by':<{name}}{'with':>{cell}}{'without':>{cell}}\n", style=_DIM)
    for forecast in forecasts:
        if forecast.metric == metric:
            told = "".join(f"{interval(world, metric, paper):>{cell}}" for world in (forecast.with_, forecast.without))
            page.append(f"  {forecast.source[: name - 1]:<{name}}{told}\n")
    if each.judged_by:
        page.append("\n")
        for line in _bars(each, paper):
            page.append(line)
        key = f"judged by {each.judged_by}; a bar is p10 to p90, | its median, o the fact"
        page.append(_folded(key, paper.width, 2), style=_DIM)
    page.append(f"\n{_MARKS[each.judgement]} {each.judgement.value}", style=_STYLES[each.judgement])
    kept = f"; {text.share(each.kept, 0)} of what was promised" if each.fact and each.ratio else ""
    said = textwrap.fill(f"{each.reason}{kept}", paper.width - 4) if each.reason else ""
    page.append("\n" + textwrap.indent(said, "  ") + "\n")
    for one in each.assumed:
        found = "" if one.found is None else f" ({valued(one.found, one.metric, paper)})"
        span = f"{valued(one.low, one.metric, paper)} to {valued(one.high, one.metric, paper)}"
        line = f"assumed: {label_of(one.metric, paper)} {span}: {one.state}{found}"
        page.append(_folded(line, paper.width, 2), style=_DIM if one.state == "held" else "bold yellow")


def _bars(each: MetricVerdict, paper: Paper) -> Iterator[str]:
    """Both worlds and the fact on one scale."""
    worlds = (("with", each.forecast_with), ("without", each.forecast_without))
    ends = [value_at(quantiles, level) for _, quantiles in worlds for level in (0.05, 0.95)]
    ends += [each.fact.value] if each.fact else []
    low, high = min(ends), max(ends)
    room = min(paper.width, 100) - 32
    step = (high - low) / (room - 1) or 1.0

    def at(value: float) -> int:
        return max(0, min(room - 1, round((value - low) / step)))

    for name, quantiles in worlds:
        line = [" "] * room
        for place in range(at(value_at(quantiles, LOW)), at(value_at(quantiles, HIGH)) + 1):
            line[place] = "\N{BOX DRAWINGS HEAVY HORIZONTAL}"
        line[at(median(quantiles))] = "|"
        yield f"  {name:<10}{''.join(line)}  {valued(median(quantiles), each.success.metric, paper)}\n"
    if each.fact:
        line = [" "] * room
        line[at(each.fact.value)] = "o"
        yield f"  {'fact':<10}{''.join(line)}  {valued(each.fact.value, each.success.metric, paper)}\n"


def chances(found: Sequence[tuple[str, float]], paper: Paper) -> str:
    """What a lock says: how likely the promise can be told from chance if it comes true."""
    lines = []
    for metric, chance in found:
        name = label_of(metric, paper)
        said = f"If the forecast of '{name}' comes true, facts will confirm it in {text.share(chance, 0)} of worlds"
        more = "; a longer window or a larger effect would tell more" if chance < _EVEN else ""
        lines.append(textwrap.fill(f"{said}{more}.", paper.width) + "\n")
    return "".join(lines)

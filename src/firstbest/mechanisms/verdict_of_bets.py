"""Verdicts on bets from what was sealed and what came; and the past of every source of forecasts.

Forecasts are read by the past of their sources as it was known when the bet was locked, so a verdict does not change
when other bets come out later. Of each source the last forecast before the lock counts, for each metric once. After a
*yes* the forecast with the bet meets the fact, after a *no* the one without it: a refusal teaches as much.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from firstbest.mechanisms.bets import Kill, Page, Progress, judging
from firstbest.mechanisms.calibration import Met, calibrations
from firstbest.mechanisms.records import (
    Assumed,
    BetVerdict,
    Calibration,
    Forecast,
    Judgement,
    Measured,
    MetricVerdict,
    State,
    SuccessMetric,
)
from firstbest.mechanisms.seals import Entry
from firstbest.mechanisms.verdict import WEEKS, Broken, judge, judges, together
from firstbest.world.units import DAY_US

FINAL: Final = (Judgement.CONFIRMED, Judgement.REFUTED, Judgement.INCONCLUSIVE, Judgement.INVALID)
DAYS_OF_WEEK: Final = 7

_WAITING: Final = {
    State.DRAFT: "it is being written",
    State.FORECAST: "forecast, and not yet sealed",
    State.LOCKED: "sealed, and not yet decided",
    State.NO: "decided no: its forecasts are scored by the world without it",
}

_HINDSIGHT: Final = "its window was over before it was sealed, and what is known cannot be forecast"

FactOf = Callable[[str, str, str], Measured | None]
"""What is known of a metric between two days, both of them in; None where nothing is."""


class Sealed(NamedTuple):
    """A bet as it was sealed, or as its file says while it is a draft, with its progress."""

    page: Page
    progress: Progress


class Scored(NamedTuple):
    """A forecast that met its fact, and when that was known."""

    met: Met
    at_us: int
    bet: str


def window(success: SuccessMetric, locked_us: int = 0) -> tuple[str, str, int]:
    """First day, last day, and whole weeks between them; 0 weeks where no day is left.

    What was known when a bet was locked is no forecast's merit: the window begins on the day after at the earliest.
    """
    end = np.datetime64(success.by, "D")
    start = success.start or str(end - (WEEKS * DAYS_OF_WEEK - 1))
    if locked_us:
        start = max(start, str(np.datetime64(locked_us // DAY_US + 1, "D")))
    days = int((end - np.datetime64(start, "D")).astype(int)) + 1
    return start, str(end), max(1, days // DAYS_OF_WEEK) if days > 0 else 0


def locked_us(sealed: Sealed) -> int:
    """When a bet was locked; 0 for one that is not."""
    return sealed.progress.lock.at_us if sealed.progress.lock else 0


def measured_in(entries: Iterable[Entry]) -> list[Measured]:
    """Facts on record, in order."""
    return [
        msgspec.convert({**each.body, "at_us": each.at_us}, Measured) for each in entries if each.kind == "measured"
    ]


def fact_on_record(progress: Progress, metric: str, start: str, end: str) -> Measured | None:
    """The last fact on record of a bet for a metric and a window; one without days fits any window."""
    found = [
        each
        for each in measured_in(progress.measured)
        if each.metric == metric and each.start in ("", start) and each.end in ("", end)
    ]
    return found[-1] if found else None


def past(bets: Sequence[Sealed], fact_of: Callable[[Sealed], FactOf]) -> list[Scored]:
    """Every forecast of a decided bet that has met its fact: of a source the last, for each metric once."""
    found = []
    for sealed in bets:
        if sealed.progress.state not in (State.GO, State.NO):
            continue
        facts = fact_of(sealed)
        for success in sealed.page.bet.success:
            start, end, weeks = window(success, locked_us(sealed))
            fact = facts(success.metric, start, end) if weeks else None
            if fact is not None and whole(fact, weeks):
                found += list(_scores(sealed, success.metric, fact))
    return found


def _scores(sealed: Sealed, metric: str, fact: Measured) -> Iterator[Scored]:
    last: dict[str, Forecast] = {each.source: each for each in judging(sealed.progress) if each.metric == metric}
    for source, each in last.items():
        expected = each.with_ if sealed.progress.state == State.GO else each.without
        if expected:
            yield Scored(Met(source, expected, fact.value), fact.at_us, sealed.page.bet.bet)


def whole(fact: Measured, weeks: int) -> bool:
    """Whether a fact covers a window of so many weeks."""
    return not fact.weekly or len(fact.weekly) >= weeks


def known_at_lock(sealed: Sealed, scored: Sequence[Scored]) -> dict[str, Calibration]:
    """The past of every source of forecasts as it was known when a bet was locked; its own facts are no part of it."""
    name = sealed.page.bet.bet
    met = [past.met for past in scored if past.at_us < locked_us(sealed) and past.bet != name]
    return {each.source: each for each in calibrations(met)}


def verdict_on(sealed: Sealed, facts: FactOf, scored: Sequence[Scored]) -> BetVerdict:
    """The verdict on a bet as far as its facts go."""
    page, far = sealed
    known = known_at_lock(sealed, scored)
    metrics = []
    for success in page.bet.success:
        start, end, weeks = window(success, locked_us(sealed))
        fact = facts(success.metric, start, end) if far.state in (State.GO, State.NO) else None
        by = judges(judging(far), success.metric, page.bet.judge)
        if far.state != State.GO:
            told = judge(success, by, None, known, (), weeks)
            metrics.append(msgspec.structs.replace(told, reason=_WAITING[far.state], fact=fact))
            continue
        if not weeks:
            told = judge(success, by, None, known)
            metrics.append(msgspec.structs.replace(told, judgement=Judgement.INCONCLUSIVE, reason=_HINDSIGHT))
            continue
        assumed = tuple(_assumed(page, facts, start, end)) if fact is not None else ()
        told = judge(success, by, fact, known, _broken(assumed), weeks)
        metrics.append(with_assumed(told, assumed))
    judgement, reason = together(metrics)
    state = State.JUDGED if far.state == State.GO and judgement in FINAL else far.state
    return BetVerdict(
        bet=page.bet.bet,
        title=page.title,
        owner=page.bet.owner.name if page.bet.owner else "",
        state=state,
        door=page.bet.door,
        amendments=far.amendments,
        judgement=judgement,
        reason=reason,
        metrics=tuple(metrics),
        forecasts=far.forecasts,
        kills=tuple(_killed(sealed, facts)) if far.state == State.GO else (),
        locked_at_us=locked_us(sealed),
        review_on=far.review_on,
    )


def _assumed(page: Page, facts: FactOf, start: str, end: str) -> Iterator[Assumed]:
    for each in page.bet.assumptions:
        fact = facts(each.metric, start, end)
        found = None if fact is None else fact.value
        yield Assumed(metric=each.metric, low=each.low, high=each.high, found=found)


def _broken(assumed: Sequence[Assumed]) -> list[Broken]:
    return [
        Broken(each.metric, f"{each.low:g} to {each.high:g}", f"{each.found:g}")
        for each in assumed
        if each.found is not None and each.state == "broke"
    ]


def with_assumed(told: MetricVerdict, assumed: tuple[Assumed, ...]) -> MetricVerdict:
    """A verdict with what was assumed; where that was not measured, facts decide nothing.

    Whether one of the two worlds is the one that came about is not known then, so neither is confirmed or refuted.
    """
    told = msgspec.structs.replace(told, assumed=assumed)
    open_ones = [each for each in assumed if each.found is None]
    if told.judgement not in (Judgement.CONFIRMED, Judgement.REFUTED) or not open_ones:
        return told
    names = ", ".join(each.metric for each in open_ones)
    reason = f"{told.reason}; but not measured: {names}"
    return msgspec.structs.replace(told, judgement=Judgement.INCONCLUSIVE, reason=reason)


def _killed(sealed: Sealed, facts: FactOf) -> Iterator[str]:
    """Kill criteria that days after the lock have met: what came before is no reason to stop."""
    page, locked = sealed.page, locked_us(sealed)
    for kill in page.bet.kill:
        own = SuccessMetric(metric=kill.metric, direction="up", size=1, by=kill.by or _last(page))
        start, end, weeks = window(own, locked)
        fact = (facts(kill.metric, start, end) if weeks else None) or _any(sealed, facts, kill)
        if fact is None:
            continue
        if kill.below is not None and fact.value < kill.below:
            yield f"{kill.metric} is {fact.value:g}, to be stopped below {kill.below:g}"
        if kill.above is not None and fact.value > kill.above:
            yield f"{kill.metric} is {fact.value:g}, to be stopped above {kill.above:g}"


def _last(page: Page) -> str:
    return max((each.by for each in page.bet.success), default="9999-12-31")


def _any(sealed: Sealed, facts: FactOf, kill: Kill) -> Measured | None:
    """The kill metric over a window of the promises, where its own is not measured."""
    for success in sealed.page.bet.success:
        start, end, weeks = window(success, locked_us(sealed))
        found = facts(kill.metric, start, end) if weeks else None
        if found is not None:
            return found
    return None

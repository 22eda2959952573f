"""A deck, made: definitions and a table of days in, plain values out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import takewhile
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms import deck_boxes, deck_signals
from firstbest.mechanisms.aggregate import Table, Totals, missing_days, moved, running_sums, totals
from firstbest.mechanisms.calendar import (
    Calendar,
    Span,
    days_before,
    iso_day,
    short_day,
    to_date,
    trailing_months,
    trailing_weeks,
    week_label,
    week_of,
    year_before,
)
from firstbest.mechanisms.deck import CLOSED, COMING, Card, Deck, Point
from firstbest.mechanisms.metrics import SKETCHED, Absence, Metric

F64 = NDArray[np.float64]

WEEKS: Final = 6
MONTHS: Final = 12
COMING_WEEKS_MAX: Final = 4
MATURE: Final = 0.995
"""A number of which so much is known is drawn full."""
_DAYS_NAMED_MAX: Final = 4
_ABSENT_WORDS: Final = {
    Absence.LATE: "not yet arrived", Absence.MISSING: "missing", Absence.BEFORE: "before the first row",
}  # fmt: skip


class Fan(NamedTuple):
    """What somebody's model expects of a span: p10, p50, p90."""

    metric: str
    start: int
    end: int
    low: float
    middle: float
    high: float
    source: str


class Given(NamedTuple):
    """All that a deck is made of. Shapes: M metrics in the deck's order, D days."""

    title: str
    calendar: Calendar
    metrics: list[Metric]
    table: Table
    end: int  # last day of the deck's week
    as_of_us: int
    plan: Table | None = None
    guidance: Table | None = None
    fans: tuple[Fan, ...] = ()
    known: F64 | None = None  # [M, D] share of the final number that is known; None: all of it
    holidays: Mapping[str, Sequence[int]] = {}
    notes: Mapping[str, tuple[str, ...]] = {}
    limit_days: Mapping[str, int] = {}
    currency: str = ""
    paper: str = "a4"
    data: str = ""


class _Spans(NamedTuple):
    """The columns of a deck."""

    weeks: list[Span]
    months: list[Span]
    coming: list[Span]
    boxes: list[Span]


class _Sides(NamedTuple):
    """Totals of this year and the last of weeks and months, and the marks of plan and guidance: [M, P]."""

    weeks: Totals
    months: Totals
    prior_weeks: Totals
    prior_months: Totals
    plan: F64
    guidance: F64


def definitions_digest(calendar: Calendar, metrics: Sequence[Metric]) -> str:
    """A digest of every definition a deck rests on; the order of metrics is part of it."""
    packed = msgspec.json.encode((calendar, list(metrics)))
    return blake2b(packed, digest_size=8).hexdigest()


def make(given: Given) -> Deck:
    """The deck of a week. Restatements, money, bets, questions and overrulings are laid beside it by its caller."""
    calendar, metrics, end = given.calendar, given.metrics, given.end
    spans = _Spans(
        trailing_weeks(calendar, end, WEEKS),
        trailing_months(calendar, end, MONTHS),
        _coming(given),
        [Span(end - 6, end, ""), Span(end - 13, end - 7, ""), *to_date(calendar, end)],
    )
    before = _year_before(given, min(span.start for span in (*spans.weeks, *spans.boxes)))
    shown = [*spans.weeks, *spans.months, *spans.boxes]
    exact = max(0, min(span.start for span in spans.boxes) - given.table.first_day)
    sums = running_sums(given.table, exact)
    now = totals(given.table, metrics, shown, sums)
    like = totals(before, metrics, [*spans.weeks, *spans.boxes])
    dated = totals(given.table, metrics, [year_before(calendar, span) for span in (*spans.months, *spans.boxes)], sums)
    sides = _Sides(
        _columns(now, 0, WEEKS), _columns(now, WEEKS, MONTHS), _columns(like, 0, WEEKS), _columns(dated, 0, MONTHS),
        _marks(given.plan, metrics, spans), _marks(given.guidance, metrics, spans),
    )  # fmt: skip
    boxed = deck_boxes.Sides(
        _columns(now, WEEKS + MONTHS, 5), _columns(like, WEEKS, 5), _columns(dated, MONTHS, 5),
    )  # fmt: skip
    weekly = deck_signals.weekly(given.table, metrics, end, sums)
    found = deck_signals.find(calendar, metrics, weekly, dict(given.limit_days))
    return Deck(
        title=given.title, week=week_label(calendar, end), start=end - 6, end=end, as_of_us=given.as_of_us,
        currency=given.currency,
        paper=given.paper, calendar=calendar, definitions=definitions_digest(calendar, metrics), data=given.data,
        cards=_cards(given, spans, sides, boxed, found.flagged),
        signals=found.signals, judged=found.judged, expected_false=found.expected_false,
        edges=deck_signals.edges(metrics, weekly),
    )  # fmt: skip


def _year_before(given: Given, first: int) -> Table:
    """Last year's days laid under this year's, from day `first` to the deck's end."""
    days = np.arange(first, given.end + 1, dtype=np.int64)
    return moved(given.table, days, days_before(given.calendar, days, given.holidays))


def _columns(found: Totals, first: int, count: int) -> Totals:
    cut = np.s_[:, first : first + count]
    return Totals(
        found.value[cut], found.variance[cut], found.denominator[cut], found.here[cut], found.closed[cut],
        found.late[cut], found.missing[cut], found.before[cut],
    )  # fmt: skip


def spans_of(calendar: Calendar, end: int) -> list[Span]:
    """Every span of a deck that may have a fan: its weeks, its months, the weeks ahead."""
    return [*trailing_weeks(calendar, end, WEEKS), *trailing_months(calendar, end, MONTHS), *_ahead(calendar, end)]


def _ahead(calendar: Calendar, end: int) -> list[Span]:
    ends = [end + 7 * step for step in range(1, COMING_WEEKS_MAX + 1)]
    return [Span(each - 6, each, str(week_of(calendar, each)[1])) for each in ends]


def _coming(given: Given) -> list[Span]:
    """Weeks ahead for which a fan is there, at most four, without a gap."""
    ends = {fan.end for fan in given.fans if fan.end - fan.start == 6}  # noqa: PLR2004 - a week
    return list(takewhile(lambda span: span.end in ends, _ahead(given.calendar, given.end)))


def _marks(table: Table | None, metrics: list[Metric], spans: _Spans) -> F64:
    """Values of plan or guidance at weeks, months and coming weeks: [M, P]."""
    shown = [*spans.weeks, *spans.months, *spans.coming]
    if table is None:
        return np.full((len(metrics), len(shown)), np.nan)
    levels = [msgspec.structs.replace(metric, kind="last") if metric.kind in SKETCHED else metric for metric in metrics]
    return totals(table, levels, shown).value


def _cards(
    given: Given, spans: _Spans, sides: _Sides, boxed: deck_boxes.Sides, flagged: Mapping[str, str]
) -> tuple[Card, ...]:
    fans: dict[str, dict[tuple[int, int], Fan]] = defaultdict(dict)
    for fan in given.fans:
        fans[fan.metric][fan.start, fan.end] = fan
    known_weeks = _known(given, spans.weeks)
    known_months = _known(given, spans.months)
    boxes = deck_boxes.boxes(given.metrics, boxed)
    marks = (sides.plan, sides.guidance)
    weeks = _points(_Shown(spans.weeks, sides.weeks, sides.prior_weeks, known_weeks), marks, 0)
    months = _points(_Shown(spans.months, sides.months, sides.prior_months, known_months), marks, WEEKS)
    coming = _coming_points(spans.coming, marks, len(given.metrics))
    cards = []
    for at, metric in enumerate(given.metrics):
        own = fans.get(metric.key, {})
        # Weeks ahead are drawn for those alone of whom something is expected there.
        ahead = coming[at] if any(fan_of(span, own) for span in spans.coming) else []
        drawn = [*weeks[at], *months[at], *ahead]
        drawn = [_fanned(point, own) for point in drawn] if own else drawn
        first = len(spans.weeks) + len(spans.months)
        words, notes = _completeness(given, at, spans, boxed.now)
        cards.append(
            Card(
                key=metric.key, title=metric.title, unit=metric.unit, kind=metric.kind, better=metric.better,
                need=metric.need, role=metric.role, section=metric.section, owner=metric.owner, about=metric.about,
                decimals=metric.decimals, weeks=(*drawn[:WEEKS], *drawn[first:]),
                months=tuple(drawn[WEEKS:first]), boxes=boxes[at], completeness=words,
                notes=(*notes, *given.notes.get(metric.key, ())), flagged=flagged.get(metric.key, ""),
            )
        )  # fmt: skip
    return tuple(cards)


class _Shown(NamedTuple):
    """Spans with this year's and last year's totals, and the share that is known."""

    spans: list[Span]
    now: Totals
    prior: Totals
    known: F64 | None


def _points(shown: _Shown, marks: tuple[F64, F64], first: int) -> list[list[Point]]:
    """Each metric's points, before any fan; `first`: the column of plan and guidance at which these spans begin."""
    now = shown.now
    value, last_year = _or_none(now.value), _or_none(shown.prior.value)
    columns = np.s_[:, first : first + len(shown.spans)]
    plan, guidance = (_or_none(mark[columns]) for mark in marks)
    here, due = now.here.tolist(), now.due.tolist()
    known = np.ones(now.value.shape) if shown.known is None else shown.known
    share = np.where(known < MATURE, known, 1.0).tolist()
    found = []
    for at in range(len(value)):
        row = []
        for column, span in enumerate(shown.spans):
            number, there, wanted = value[at][column], here[at][column], due[at][column]
            absent = ""
            if number is None:
                absent = deck_boxes.why(now, at, column)
            elif wanted == 0:
                absent = CLOSED
            row.append(
                Point(
                    start=span.start, end=span.end, label=span.label, value=number, absent=absent,
                    days=None if there == wanted else (there, wanted), prior=last_year[at][column],
                    plan=plan[at][column], guidance=guidance[at][column], known=share[at][column],
                )
            )  # fmt: skip
        found.append(row)
    return found


def _or_none(values: F64) -> list[list[float | None]]:
    """Numbers, None where there is none: [M, P]."""
    return [[None if number != number else number for number in row] for row in values.tolist()]  # noqa: PLR0124 - nan


def _coming_points(spans: list[Span], marks: tuple[F64, F64], metrics: int) -> list[list[Point]]:
    """Weeks ahead: plan, guidance and fan alone."""
    plan, guidance = (_or_none(mark[:, WEEKS + MONTHS :]) for mark in marks)
    return [
        [
            Point(start=span.start, end=span.end, label=span.label, absent=COMING, plan=marked[0], guidance=marked[1])
            for span, marked in zip(spans, zip(plan[at], guidance[at], strict=True), strict=True)
        ]
        for at in range(metrics)
    ]


def fan_of(span: Span, own: Mapping[tuple[int, int], Fan]) -> bool:
    """Whether a metric's fans have one for a span."""
    return (span.start, span.end) in own


def _fanned(point: Point, own: Mapping[tuple[int, int], Fan]) -> Point:
    fan = own.get((point.start, point.end))
    if fan is None:
        return point
    return msgspec.structs.replace(point, low=fan.low, middle=fan.middle, high=fan.high)


def _known(given: Given, spans: list[Span]) -> F64 | None:
    """Share known of each span [M, P]: what came over what will have come."""
    if given.known is None:
        return None
    found = np.ones((len(given.metrics), len(spans)))
    for at, metric in enumerate(given.metrics):
        if not metric.matures_after_days:
            continue
        came = np.concatenate([[0.0], np.cumsum(given.table.numerator[at])])
        part = given.known[at]
        whole = np.divide(given.table.numerator[at], part, out=given.table.numerator[at].copy(), where=part > 0)
        final = np.concatenate([[0.0], np.cumsum(whole)])
        days = len(came) - 1
        for column, span in enumerate(spans):
            low, high = (int(np.clip(day - given.table.first_day, 0, days)) for day in (span.start, span.end + 1))
            total = final[high] - final[low]
            here = part[low:high]
            found[at, column] = (came[high] - came[low]) / total if total > 0 else (here.min() if len(here) else 1.0)
    return found


def _completeness(given: Given, at: int, spans: _Spans, now: Totals) -> tuple[str, tuple[str, ...]]:
    """What is there of what is due, in words, and which days are not."""
    parts = []
    for column, label in ((0, "week"), (2, "month"), (4, "year")):
        parts.append(f"{label} {now.here[at, column]}/{now.due[at, column]}")
    words = "days " + ", ".join(parts)
    notes = []
    if now.here[at, 0] and not (now.late[at].any() or now.missing[at].any() or now.before[at].any()):
        return words, ()
    absent = missing_days(given.table, at, spans.boxes[0])
    year = missing_days(given.table, at, spans.boxes[4]) if int(now.missing[at, 4]) else []
    said = [
        f"{words_of}: {_named(days)}"
        for kind, words_of in _ABSENT_WORDS.items()
        if (days := [day for day, why in absent if why == kind])
    ]
    if said:
        due = int(now.due[at, 0])
        notes.append(f"incomplete: {due - len(absent)} of {due} days; {'; '.join(said)}")
    holes = [day for day, why in year if why == Absence.MISSING and day < spans.boxes[0].start]
    if holes:
        notes.append(f"missing in the year: {_named(holes)}")
    there = np.flatnonzero(given.table.absence[at] == Absence.HERE)
    if len(there) and given.table.first_day + int(there[-1]) < spans.boxes[0].start and not _closed_all(now, at):
        last = given.table.first_day + int(there[-1])
        weeks = (given.end - last) // 7
        notes.append(
            f"stale: the last row is of {iso_day(last)}, {weeks} week{'s' * (weeks != 1)} before the week's end"
        )
    if not len(there):
        notes.append("no row is there")
    return words, tuple(notes)


def _closed_all(now: Totals, at: int) -> bool:
    return bool(now.due[at, 0] == 0)


def _named(days: list[int]) -> str:
    named = ", ".join(short_day(day) for day in days[:_DAYS_NAMED_MAX])
    return named + (f" and {len(days) - _DAYS_NAMED_MAX} more" if len(days) > _DAYS_NAMED_MAX else "")

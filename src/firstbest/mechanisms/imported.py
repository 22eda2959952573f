"""The arithmetic of an imported deck: its author's own, kept, with what it hides said beside it.

The open-source WBR App adds, averages or picks days as each metric declares, and combines the results of spans by sum,
difference, product and quotient. That is done here in the same way, so that a deck that moves over shows the same
numbers. Where that program prints 0 for what is not known, or divides by nothing, here stands nothing, with a note:

- an empty cell in a span that is summed makes the span unknown, not 0;
- a fall to zero is -100 per cent, a rise from zero is not a percentage;
- weeks stand where their dates are, also when the last ones have no rows;
- week 53 is called 53, and a fiscal year may end in any month;
- the day after the week's end is not known yet, save for targets.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms.calendar import day_of, month_of, same_date

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

PICKS: Final = ("sum", "mean", "min", "max", "first", "last", "median", "std", "count")
DERIVED: Final = ("WOW", "MOM", "YOY")
_NAN: Final = math.nan


class Base(NamedTuple):
    """A metric of days: its rows by day, nan where a cell is empty, and how they become spans."""

    days: I64
    values: F64
    pick: str


class Combined(NamedTuple):
    """A metric made of others: sum, difference, product or divide."""

    how: str
    of: tuple[str, ...]


class Rules(msgspec.Struct, frozen=True):
    """What a deck's setup says."""

    week_end: int
    year_end_month: int
    week_number: int


class Metrics(NamedTuple):
    """Every metric of a deck; `points`: those compared in basis points."""

    base: Mapping[str, Base]
    combined: Mapping[str, Combined]
    points: frozenset[str]
    rules: Rules


Asked = tuple[int, int]
"""A span: first and last day."""


def value(metrics: Metrics, name: str, span: Asked, *, ahead: bool = False) -> float:
    """The value of a metric in a span; days after the week's end count only where `ahead` says so (targets)."""
    if name in metrics.base:
        return _picked(metrics, metrics.base[name], span, ahead)
    combined = metrics.combined[name]
    parts = [value(metrics, each, span, ahead=ahead) for each in combined.of]
    if combined.how == "sum":
        known = [part for part in parts if not math.isnan(part)]
        return math.fsum(known) if known else _NAN
    first, second = parts[0], parts[1]
    if combined.how == "difference":
        return first - second
    if combined.how == "product":
        return first * second
    return first / second if second else _NAN


def _picked(metrics: Metrics, base: Base, span: Asked, ahead: bool) -> float:  # noqa: FBT001 - passed on
    last = span[1] if ahead else min(span[1], metrics.rules.week_end)
    low, high = np.searchsorted(base.days, (span[0], last + 1))
    cells = base.values[low:high]
    full = cells[~np.isnan(cells)]
    if base.pick == "sum":
        return float(cells.sum()) if len(cells) else _NAN
    if base.pick == "count":
        return float(len(full))
    if not len(full):
        return _NAN
    picks: dict[str, Callable[[F64], float]] = {
        "mean": np.mean, "min": np.min, "max": np.max, "median": np.median,
        "first": lambda found: found[0], "last": lambda found: found[-1],
        "std": lambda found: float(np.std(found, ddof=1)) if len(found) > 1 else _NAN,
    }  # fmt: skip
    return float(picks[base.pick](full))


def rows_in(metrics: Metrics, name: str, span: Asked) -> tuple[int, int, tuple[int, ...]]:
    """Days with rows, days of the span, and days with an empty cell, of the worst of a metric's parts."""
    days = span[1] - span[0] + 1
    if name in metrics.base:
        base = metrics.base[name]
        low, high = np.searchsorted(base.days, (span[0], span[1] + 1))
        empty = base.days[low:high][np.isnan(base.values[low:high])]
        return int(high - low) - len(empty), days, tuple(int(day) for day in empty)
    found = [rows_in(metrics, each, span) for each in metrics.combined[name].of]
    return min(found, key=lambda each: each[0])


# ---------------------------------------------------------------------------------------------------------- spans
def weeks(rules: Rules, back: int = 0) -> list[Asked]:
    """The six weeks up to the week's end, or those so many days before, the oldest first."""
    end = rules.week_end - back
    return [(end - 7 * at - 6, end - 7 * at) for at in range(5, -1, -1)]


def week_labels(rules: Rules) -> list[str]:
    """`wk 33` to `wk 38`: the author's own numbers, which go back to 52 before week 1."""
    numbers = [rules.week_number - at for at in range(5, -1, -1)]
    return [f"wk {number if number > 0 else number + 52}" for number in numbers]


def months(rules: Rules, *, fiscal: bool, years_back: int = 0) -> list[Asked]:
    """Twelve whole months: the last that are over, or those of the fiscal year that holds the week's end."""
    year, month = month_of(rules.week_end)
    if fiscal:
        ahead = (rules.year_end_month - month) % 12
        year, month = divmod(year * 12 + month - 1 + ahead, 12)
        month += 1
    elif day_of(year, month + 1) - 1 != rules.week_end:
        year, month = divmod(year * 12 + month - 2, 12)
        month += 1
    year -= years_back
    return [(day_of(year, month - at), day_of(year, month - at + 1) - 1) for at in range(11, -1, -1)]


def to_dates(rules: Rules, years_back: int = 0) -> list[Asked]:
    """Month, quarter and year to date by dates."""
    end = same_date(rules.week_end, -years_back) if years_back else rules.week_end
    year, month = month_of(end)
    into = (month - rules.year_end_month - 1) % 12
    return [(day_of(year, month - back), end) for back in (0, into % 3, into)]


# ------------------------------------------------------------------------------------------------------ differences
def change(metrics: Metrics, name: str, now: float, then: float) -> float:
    """The difference as a part of one; plain for metrics compared in basis points."""
    if name in metrics.points:
        return now - then
    return now / then - 1 if then else _NAN


def told(metrics: Metrics, name: str, now: float, then: float) -> float:
    """The same in per cent or basis points."""
    return change(metrics, name, now, then) * (10_000 if name in metrics.points else 100)


def split(metrics: Metrics, name: str) -> tuple[str, str]:
    """A name and what is derived of it: `PageViewsYOY` is PageViews and YOY; a metric of that name comes first."""
    if name in metrics.base or name in metrics.combined:
        return name, ""
    for derived in DERIVED:
        if name.endswith(derived) and name[: -len(derived)] in {*metrics.base, *metrics.combined}:
            return name[: -len(derived)], derived
    raise KeyError(name)


def known(metrics: Metrics, name: str) -> bool:
    """Whether a name is a metric or derived of one."""
    try:
        split(metrics, name)
    except KeyError:
        return False
    return True


def series(metrics: Metrics, name: str, *, fiscal: bool, ahead: bool = False) -> tuple[list[float], ...]:
    """Six weeks, the same a year before, twelve months, the same a year before; nan where nothing is known."""
    rules = metrics.rules
    plain, derived = split(metrics, name)
    now = [value(metrics, plain, span, ahead=ahead) for span in weeks(rules)]
    then = [value(metrics, plain, span) for span in weeks(rules, 364)]
    month_now = [
        _NAN if _unfinished(metrics, plain, span) and not ahead else value(metrics, plain, span, ahead=ahead)
        for span in months(rules, fiscal=fiscal)
    ]
    month_then = [value(metrics, plain, span) for span in months(rules, fiscal=fiscal, years_back=1)]
    if not derived:
        return now, then, month_now, month_then
    nothing = [_NAN] * 6, [_NAN] * 12
    if derived == "WOW":
        before = [value(metrics, plain, span) for span in weeks(rules, 7)]
        return _changes(metrics, plain, now, before), nothing[0], nothing[1], nothing[1]
    if derived == "MOM":
        spans = months(rules, fiscal=fiscal)
        earlier = [_month_before(span) for span in spans]
        before = [value(metrics, plain, span) for span in earlier]
        return nothing[0], nothing[0], _changes(metrics, plain, month_now, before), nothing[1]
    return _changes(metrics, plain, now, then), nothing[0], _changes(metrics, plain, month_now, month_then), nothing[1]


def _unfinished(metrics: Metrics, name: str, span: Asked) -> bool:
    """Whether a month that the week's end cuts has an empty cell anywhere: its author then leaves it out."""
    if not span[0] <= metrics.rules.week_end < span[1]:
        return False
    return bool(rows_in(metrics, name, span)[2])


def _month_before(span: Asked) -> Asked:
    year, month = month_of(span[0])
    return day_of(year, month - 1), span[0] - 1


def _changes(metrics: Metrics, name: str, now: list[float], then: list[float]) -> list[float]:
    return [change(metrics, name, a, b) for a, b in zip(now, then, strict=True)]


def boxes(metrics: Metrics, name: str) -> list[float]:
    """Last week, WOW, YOY, MTD, YOY, QTD, YOY, YTD, YOY; nan where there is no such number."""
    plain, derived = split(metrics, name)
    week = weeks(metrics.rules)
    ago = weeks(metrics.rules, 364)
    if derived in {"WOW", "MOM"}:
        return [_NAN] * 9
    pairs = [(week[5], ago[5]), *zip(to_dates(metrics.rules), to_dates(metrics.rules, 1), strict=True)]
    found = [(value(metrics, plain, now), value(metrics, plain, then)) for now, then in pairs]
    if derived == "YOY":
        last, before = (
            change(metrics, plain, value(metrics, plain, week[at]), value(metrics, plain, ago[at])) for at in (5, 4)
        )
        years = [change(metrics, plain, now, then) for now, then in found]
        return [years[0], told(metrics, plain, last, before), _NAN, years[1], _NAN, years[2], _NAN, years[3], _NAN]
    wow = told(metrics, plain, found[0][0], value(metrics, plain, week[4]))
    rest = [each for now, then in found[1:] for each in (now, told(metrics, plain, now, then))]
    return [found[0][0], wow, told(metrics, plain, *found[0]), *rest]

"""What a metric is: a numerator and a denominator for each day, and how days become weeks, months and years.

The ratio itself is never kept. A mean of daily ratios weighs a Sunday with ten orders like a Monday with ten thousand
(1.7 per cent becomes 6.4 on one public data set), so there is no such kind: it is refused where it is declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Final, NamedTuple

import msgspec

KINDS: Final = ("sum", "ratio", "last", "max", "min", "quantile", "distinct", "cohort")
"""How days become longer spans: sums; sum over sum; the last day's; the greatest; the least; a quantile of all that
was measured (sketches that merge); how many different ones (likewise); sum over sum where the numerator comes late."""
UNITS: Final = ("count", "share", "money", "days", "hours", "grams", "number")
NEEDS: Final = ("price", "speed", "selection")
"""What customers will still want in ten years: these stand first in every deck."""
ROLES: Final = ("input", "output")
NOISES: Final = ("auto", "plain", "count", "rate", "skewed")
BETTER: Final = ("up", "down", "neither")
RATIOS: Final = frozenset({"ratio", "cohort"})
SKETCHED: Final = frozenset({"quantile", "distinct"})
CLOSED_WORDS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "holidays")
METRICS_MAX: Final = 2_000


class Metric(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One metric as `metrics.toml` declares it.

    `numerator`, `denominator`: columns of sources, `source.column`, added and subtracted by `+` and `-`; the word
    `days` is 1 each day. `unit` money is in units of the currency: `scale` turns what the source holds into it.
    `needed`: the share of a span's open days that must be there before a value is stated.
    """

    key: str
    title: str
    kind: str
    numerator: str
    denominator: str = ""
    unit: str = "count"
    better: str = "neither"
    need: str = ""
    role: str = "output"
    section: str = ""
    owner: str = ""
    about: str = ""
    leads: tuple[str, ...] = ()
    scale: float = 1.0
    decimals: int | None = None
    level: float = 0.5
    needed: float = 1.0
    arrives_within_days: int = 1
    matures_after_days: int = 0
    closed: tuple[str, ...] = ()
    noise: str = "auto"
    limits_from: str = ""
    limits_to: str = ""


class Wrong(NamedTuple):
    """A rule that a definition breaks: which metric, which field, what was expected, what was found."""

    metric: str
    field: str
    expected: str
    found: str


class Absence(IntEnum):
    """Why a day has no number. A closed day is whole without one; the others leave a hole."""

    HERE = 0
    CLOSED = 1
    LATE = 2  # not yet due, or nothing newer has come either
    MISSING = 3  # later days are there, and this one is not
    BEFORE = 4  # before the first day that the metric ever had


def wrongs(metrics: Iterable[Metric]) -> Iterator[Wrong]:
    """Every rule that the definitions break."""
    listed = list(metrics)
    keys = {metric.key for metric in listed}
    seen: set[str] = set()
    if len(listed) > METRICS_MAX:
        yield Wrong("", "metric", f"{METRICS_MAX} metrics or fewer", str(len(listed)))
    for metric in listed:
        if metric.key in seen:
            yield Wrong(metric.key, "key", "each key once", "a second metric of this key")
        seen.add(metric.key)
        yield from _closed_words(metric)
        yield from _sense(metric)
        for led in metric.leads:
            if led not in keys or led == metric.key:
                yield Wrong(metric.key, "leads", "keys of other metrics", f"'{led}'")
    yield from _cycles(listed)


def _closed_words(metric: Metric) -> Iterator[Wrong]:
    for field, allowed in (("unit", UNITS), ("better", BETTER), ("role", ROLES), ("noise", NOISES)):
        if getattr(metric, field) not in allowed:
            yield Wrong(metric.key, field, f"one of {', '.join(allowed)}", f"'{getattr(metric, field)}'")
    if metric.need and metric.need not in NEEDS:
        yield Wrong(metric.key, "need", f"one of {', '.join(NEEDS)}", f"'{metric.need}'")
    for word in metric.closed:
        if word not in CLOSED_WORDS:
            yield Wrong(metric.key, "closed", f"some of {', '.join(CLOSED_WORDS)}", f"'{word}'")
    if metric.kind in {"mean", "average"}:
        wanted = "kind ratio with numerator and denominator: a mean of daily ratios weighs small days like large ones"
        yield Wrong(metric.key, "kind", wanted, f"'{metric.kind}'")
    elif metric.kind not in KINDS:
        yield Wrong(metric.key, "kind", f"one of {', '.join(KINDS)}", f"'{metric.kind}'")


def _sense(metric: Metric) -> Iterator[Wrong]:
    if metric.kind in RATIOS and not metric.denominator:
        yield Wrong(metric.key, "denominator", f"a column, since the kind is {metric.kind}", "nothing")
    if metric.kind not in RATIOS and metric.denominator:
        yield Wrong(metric.key, "denominator", f"nothing, since the kind is {metric.kind}", f"'{metric.denominator}'")
    if metric.kind == "cohort" and metric.matures_after_days < 1:
        yield Wrong(metric.key, "matures_after_days", "1 or more, since the kind is cohort", "0")
    if not 0 < metric.needed <= 1:
        yield Wrong(metric.key, "needed", "above 0 to 1", f"{metric.needed:g}")
    if not 0 < metric.level < 1:
        yield Wrong(metric.key, "level", "above 0 and below 1", f"{metric.level:g}")
    for field, low in (("arrives_within_days", 0), ("matures_after_days", 0)):
        if not low <= getattr(metric, field) <= 1000:  # noqa: PLR2004 - about three years
            yield Wrong(metric.key, field, f"{low} to 1000", str(getattr(metric, field)))


def _cycles(listed: list[Metric]) -> Iterator[Wrong]:
    """The graph of what leads what goes one way only."""
    leads = {metric.key: metric.leads for metric in listed}
    done: set[str] = set()
    for start in leads:
        path: list[str] = []
        stack: list[tuple[str, bool]] = [(start, False)]
        while stack:
            key, left = stack.pop()
            if left:
                done.add(path.pop())
            elif key in path:
                yield Wrong(start, "leads", "a graph without a circle", " leads ".join([*path[path.index(key) :], key]))
                return
            elif key not in done:
                path.append(key)
                stack.append((key, True))
                stack += [(each, False) for each in leads.get(key, ())]


def in_order(listed: Iterable[Metric]) -> list[Metric]:
    """The order of a deck: price, speed and selection first; then section by section, and in each a metric stands
    behind what leads it, an input before an output. Ties keep the order of the file.
    """
    metrics = list(listed)
    sections = list(dict.fromkeys(metric.section for metric in metrics if not metric.need))
    depth = _depths(metrics)

    def place(at: int) -> tuple[int, int, int, int, int]:
        metric = metrics[at]
        need = NEEDS.index(metric.need) if metric.need else len(NEEDS)
        section = sections.index(metric.section) if not metric.need else -1
        return need, section, ROLES.index(metric.role), depth.get(metric.key, 0), at

    return [metrics[at] for at in sorted(range(len(metrics)), key=place)]


def _depths(metrics: list[Metric]) -> dict[str, int]:
    """How many steps from the first cause: 0 for what nothing leads."""
    depth = {metric.key: 0 for metric in metrics}
    edges = [(metric.key, led) for metric in metrics for led in metric.leads]
    for _ in metrics:
        deeper = [(led, depth[key] + 1) for key, led in edges if depth.get(led, 0) < depth[key] + 1 <= len(metrics)]
        if not deeper:
            break
        for led, steps in deeper:
            depth[led] = max(depth.get(led, 0), steps)
    return depth

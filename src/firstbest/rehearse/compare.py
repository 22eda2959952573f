"""With a change and without it, on common random numbers: differences with intervals, in words.

Each replication rehearses both worlds with the same seed, so what chance does to both drops out of the difference. Of
R differences of a figure the mean is told with its 95 % interval of Student's t with R - 1 degrees of freedom; a
figure is distinguishable where the interval leaves out zero. Each interval stands for itself: of a hundred figures that
a change does not touch and chance moves, five will look distinguishable. Shares are subtracted in points.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from firstbest.present.catalog import CATALOG, WANTED
from firstbest.present.comparison import Difference, Dot, Estimate, difference
from firstbest.rehearse.compare_student import quantile
from firstbest.rehearse.spread import Workers, spread

WITHOUT: Final = "without"
WITH: Final = "with"
CONFIDENCE: Final = 0.95
REPLICATIONS_MAX: Final = 1_000
_NOISE: Final = 1e-12
"""Differences this small against the figures are the last places of floats: none."""
_UNCOMPARED: Final = frozenset({"day"})
"""Units of which a difference means nothing."""
_TOLD: Final = ("two_day_share", "cost_to_serve_per_order")
_TOLD_MORE: Final = 2

RunOne = Callable[[str, int], Mapping[str, float]]
"""Rehearses the world called "without" or "with" with a seed; answers `present.figures`. For more than one worker it
must be picklable, as a function of a module or an instance of a class of a module is."""


class Pairs(NamedTuple):
    """Figures of every replication: by key the values in order of the seeds."""

    seeds: tuple[int, ...]
    without: dict[str, tuple[float, ...]]
    with_: dict[str, tuple[float, ...]]


class Compared(NamedTuple):
    """What a change does. `differences` stand in the order in which people ask."""

    pairs: Pairs
    differences: tuple[Difference, ...]
    sentence: str  # of the most telling differences

    @property
    def replications(self) -> int:
        """Pairs rehearsed."""
        return len(self.pairs.seeds)


def compare(
    run_one: RunOne,
    replications: int,
    currency: str,
    *,
    seed: int = 1,
    workers: Workers = 1,
    progress: Callable[[float], None] | None = None,
) -> Compared:
    """Rehearse `replications` pairs with the seeds from `seed` on and tell their differences.

    The answer does not depend on the number of workers. With one pair no interval is known: ends are nan, and nothing
    counts as distinguishable.
    """
    return compared_of(run_pairs(run_one, range(seed, seed + replications), workers, progress), currency)


def compared_of(pairs: Pairs, currency: str) -> Compared:
    """What pairs that were rehearsed say."""
    found = differences(pairs, currency)
    return Compared(pairs, found, told(found, len(pairs.seeds)))


def run_pairs(
    run_one: RunOne, seeds: Iterable[int], workers: Workers = 1, progress: Callable[[float], None] | None = None
) -> Pairs:
    """Figures of both worlds for each seed; figures that not every run measured are left out."""
    kept = tuple(seeds)
    assert 1 <= len(kept) <= REPLICATIONS_MAX, f"1 to {REPLICATIONS_MAX} replications, was {len(kept)}"
    tasks = [(which, seed) for seed in kept for which in (WITHOUT, WITH)]
    found = run_each(run_one, tasks, workers, progress)
    keys = [key for key in found[0] if all(_measured(each, key) for each in found)]
    return Pairs(
        kept,
        {key: tuple(float(each[key]) for each in found[0::2]) for key in keys},
        {key: tuple(float(each[key]) for each in found[1::2]) for key in keys},
    )


def run_each(
    run_one: RunOne,
    tasks: Sequence[tuple[str, int]],
    workers: Workers = 1,
    progress: Callable[[float], None] | None = None,
    heard: Callable[[int, Mapping[str, float]], None] = lambda _place, _figures: None,
) -> list[Mapping[str, float]]:
    """Figures of each (world, seed), in the order of the tasks, whatever the number of workers.

    `heard` gets the place of a task and its figures as soon as they are there.
    """
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        (progress or _unheard)(done / len(tasks))

    return spread([(run_one, task) for task in tasks], workers, one_more, heard)


def _unheard(_: float) -> None:
    pass


def _measured(figures: Mapping[str, float], key: str) -> bool:
    return math.isfinite(figures.get(key, math.nan))


def estimate(values: Sequence[float]) -> Estimate:
    """The mean of values with its 95 % interval; ends are nan for a single value."""
    count = len(values)
    assert count >= 1, "an estimate needs one value or more"
    mean = math.fsum(values) / count
    if count == 1:
        return Estimate(mean, math.nan, math.nan)
    variance = math.fsum((value - mean) ** 2 for value in values) / (count - 1)
    half = quantile((1 + CONFIDENCE) / 2, count - 1) * math.sqrt(variance / count)
    return Estimate(mean, mean - half, mean + half)


def paired(without: Sequence[float], with_: Sequence[float]) -> list[float]:
    """Differences of pairs; what lies within the last places of floats is none."""
    found = []
    for left, right in zip(without, with_, strict=True):
        change = right - left
        found.append(0.0 if abs(change) <= _NOISE * max(abs(left), abs(right)) else change)
    return found


def differences(pairs: Pairs, currency: str) -> tuple[Difference, ...]:
    """Every figure's difference, in the order in which people ask."""
    found = []
    for key in in_order(pairs.without):
        if key in CATALOG and CATALOG[key].unit in _UNCOMPARED:
            continue
        changes = paired(pairs.without[key], pairs.with_[key])
        before, after = (estimate(values[key]).mean for values in (pairs.without, pairs.with_))
        made = difference(key, before, after, estimate(changes), currency)
        if not any(changes):
            made = made._replace(sentence=f"{made.label}: no difference")
        elif len(changes) == 1:
            clear = difference(key, before, after, Estimate(changes[0], changes[0], changes[0]), currency)
            said = clear.sentence.partition(", 95")[0]
            made = made._replace(sentence=f"{said} in one pair: no interval is known")
        found.append(made)
    return tuple(found)


def in_order(keys: Iterable[str]) -> list[str]:
    """Figures people ask for first come first, then the catalog's order, then the rest by name."""
    place = {key: index for index, key in enumerate([*WANTED, *(key for key in CATALOG if key not in WANTED)])}
    return sorted(keys, key=lambda key: (place.get(key, len(place)), key))


def headline(found: Sequence[Difference]) -> tuple[Difference, ...]:
    """The differences of the figures that people ask for first."""
    return tuple(each for each in found if each.key in WANTED)


def told(found: Sequence[Difference], replications: int) -> str:
    """One plain sentence: two-day share and cost, then the clearest of the other headline figures."""
    if found and not any(each.difference for each in found):
        return f"no difference in any of {len(found)} figures"
    always = [each for key in _TOLD for each in found if each.key == key]
    others = [
        each
        for each in headline(found)
        if each.key not in _TOLD and each.difference and (each.distinguishable or replications == 1)
    ]
    others.sort(key=lambda each: -abs(each.difference) / (abs(each.without) or abs(each.difference)))
    parts = [each.sentence for each in (*always, *others[:_TOLD_MORE])]
    if replications == 1:
        parts = [part.removesuffix(" in one pair: no interval is known") for part in parts]
        parts.append("one pair: no interval is known")
    return "; ".join(parts)


def dots(pairs: Pairs, title: str, today: str = "as it is") -> tuple[Dot, ...]:
    """Both worlds in the picture of cost against service; with one pair the ends are the value itself."""
    found = []
    for label, values, current in ((today, pairs.without, True), (title, pairs.with_, False)):
        cost, share = values.get("cost_to_serve_per_order"), values.get("two_day_share")
        if cost and share:
            found.append(Dot(label, *_ends(cost), *_ends(share), current))
    return tuple(found)


def _ends(values: Sequence[float]) -> Estimate:
    found = estimate(values)
    return found if len(values) > 1 else Estimate(found.mean, found.mean, found.mean)

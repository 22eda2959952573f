"""Which of several changes is best, with a stated chance of being right and as few rehearsals as that takes.

The procedure of Kim and Nelson (2001), fully sequential: all changes are rehearsed with the same seeds, a seed more at
a time; one is dropped as soon as the sum of its differences to another leaves a triangle that narrows with every seed.
With differences that are normal, the best is chosen with the chance asked for whenever it is better than the second by
the least difference that matters; nearer ones are as good. Common random numbers make differences small, so it stops
early.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.present.comparison import Estimate
from firstbest.rehearse.compare_student import quantile

F64 = NDArray[np.float64]

FIRST: Final = 6
"""Seeds of the first stage, from which spreads are told."""
CHANCE: Final = 0.95
SEEDS_MAX: Final = 200
SYSTEMS_MAX: Final = 100

Figures = Mapping[str, float]
Evaluate = Callable[[Sequence[tuple[str, int]]], Sequence[Figures]]
"""Figures of rehearsals named by (world, seed), in order."""


class Asked(NamedTuple):
    """What is looked for."""

    figure: str
    least: float  # the least difference that matters, in the figure's units
    lower: bool  # whether less is better
    seed: int = 1
    most: int = SEEDS_MAX


class Place(NamedTuple):
    """A world and how it came out."""

    name: str
    figure: Estimate  # mean over its seeds with its 95 % interval
    seeds: int
    dropped_at: int  # seeds after which it was dropped; 0: never
    all: dict[str, tuple[float, ...]]  # every figure by seed


class Ranked(NamedTuple):
    """Worlds, best first; `sure`: one was left before the seeds ran out."""

    places: tuple[Place, ...]
    sure: bool
    rehearsals: int


def rank(names: Sequence[str], evaluate: Evaluate, asked: Asked) -> Ranked:
    """Rank worlds by a figure. Raises ValueError where a world does not measure it."""
    assert 2 <= len(names) <= SYSTEMS_MAX, f"2 to {SYSTEMS_MAX} worlds, was {len(names)}"  # noqa: PLR2004
    assert asked.least > 0, "the least difference that matters is above 0"
    told: dict[str, list[Figures]] = {name: [] for name in names}
    alive, dropped = list(names), dict.fromkeys(names, 0)
    rehearsals = _more(told, alive, range(asked.seed, asked.seed + FIRST), evaluate)
    spread = _spreads(names, told, asked)
    boundary = first_bound(len(names), FIRST)
    count = FIRST
    while True:
        for name in _losers(names, alive, (told, spread, boundary), count, asked):
            alive.remove(name)
            dropped[name] = count
        if len(alive) == 1 or count >= asked.most:
            break
        rehearsals += _more(told, alive, range(asked.seed + count, asked.seed + count + 1), evaluate)
        count += 1
    places = [_place(name, told[name], dropped[name], asked.figure) for name in names]
    sign = 1 if asked.lower else -1
    places.sort(key=lambda each: (each.dropped_at > 0, -each.dropped_at, sign * each.figure.mean, each.name))
    return Ranked(tuple(places), len(alive) == 1, rehearsals)


def apart(found: Ranked, name: str, base: str, figure: str) -> Estimate | None:
    """How far a world's figure lies from another's, over the seeds of both, with its 95 % interval; None for itself."""
    if name == base:
        return None
    own, other = (next(each for each in found.places if each.name == one).all[figure] for one in (name, base))
    differences = np.array([one - two for one, two in zip(own, other, strict=False)])
    half = quantile(0.975, len(differences) - 1) * float(differences.std(ddof=1)) / math.sqrt(len(differences))
    mean = float(differences.mean())
    return Estimate(mean, mean - half, mean + half)


def first_bound(worlds: int, first: int, chance: float = CHANCE) -> float:
    """Square of h in the procedure: 2 eta (n0 - 1), eta = ((2 alpha / (k - 1)) ** (-2 / (n0 - 1)) - 1) / 2."""
    eta: float = ((2 * (1 - chance) / (worlds - 1)) ** (-2 / (first - 1)) - 1) / 2
    return 2 * eta * (first - 1)


def _more(told: dict[str, list[Figures]], alive: Sequence[str], seeds: range, evaluate: Evaluate) -> int:
    tasks = [(name, seed) for seed in seeds for name in alive]
    for (name, _), found in zip(tasks, evaluate(tasks), strict=True):
        told[name].append(found)
    return len(tasks)


def values(found: Sequence[Figures], figure: str) -> F64:
    """A figure by seed."""
    made = np.array([each.get(figure, math.nan) for each in found])
    if not np.isfinite(made).all():
        raise ValueError(f"'{figure}' was not measured in every rehearsal")
    return made


def _spreads(names: Sequence[str], told: Mapping[str, Sequence[Figures]], asked: Asked) -> F64:
    """[k, k] Variances of the differences in the first stage."""
    first = np.stack([values(told[name], asked.figure) for name in names])
    apart: F64 = (first[:, None] - first[None]).var(axis=2, ddof=1)
    return apart


def _losers(
    names: Sequence[str],
    alive: Sequence[str],
    known: tuple[Mapping[str, Sequence[Figures]], F64, float],
    count: int,
    asked: Asked,
) -> list[str]:
    """Worlds that another one that is still there beats by more than the triangle allows."""
    told, spread, boundary = known
    sign = -1.0 if asked.lower else 1.0
    sums = {name: sign * float(values(told[name], asked.figure).sum()) for name in alive}
    losers = []
    for name in alive:
        one = names.index(name)
        for other in alive:
            # The triangle in sums: h^2 S^2 / (2 least) - least r / 2, never below nothing.
            room = boundary * float(spread[one, names.index(other)]) / (2 * asked.least) - asked.least * count / 2
            if other != name and sums[name] < sums[other] - max(room, 0.0):
                losers.append(name)
                break
            # As good, and no more seeds would part them: the one that was named first stays.
            if room <= 0 and sums[name] == sums[other] and one > names.index(other):
                losers.append(name)
                break
    # The best of those that are there is never dropped.
    best = max(alive, key=lambda name: (sums[name], -names.index(name)))
    return [name for name in losers if name != best]


def _place(name: str, found: Sequence[Figures], dropped: int, figure: str) -> Place:
    own = values(found, figure)
    half = quantile(0.975, len(own) - 1) * float(own.std(ddof=1)) / math.sqrt(len(own))
    mean = float(own.mean())
    kept = {key: tuple(float(each.get(key, math.nan)) for each in found) for key in found[0]}
    return Place(name, Estimate(mean, mean - half, mean + half), len(own), dropped, kept)

"""Which coefficients the spread of an outcome comes from: Sobol's indices of variance.

First-order indices by Saltelli et al. 2010 (Computer Physics Communications 181, table 2 b), total indices by Jansen
1999, both from one design: two independent samples A and B, and for each coefficient A with that column from B. The
interval comes from the spread of the estimate over batches of the sample.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.futures import placed, shares, stream_of, totals
from firstbest.flywheel.model import Model
from firstbest.flywheel.program import Runs, compiled_model, run

F64 = NDArray[np.float64]

SAMPLES: Final = 1_024
BATCHES: Final = 8
T_7: Final = 1.895
"""95 in 100 of Student's t with seven degrees of freedom: a 90 % interval over eight batches."""
FIRST_SAMPLE: Final = 2
SECOND_SAMPLE: Final = 3


class Index(NamedTuple):
    """Share of variance that a coefficient causes alone, and with all others; half-widths of their 90 % intervals."""

    name: str
    first: float
    first_half: float
    total: float
    total_half: float


def spread_out(seed: int, names: tuple[str, ...], purpose: int, count: int) -> F64:
    """A Latin hypercube: each name's shares fall once into each of `count` strata, in an order of its own."""
    found = np.empty((len(names), count))
    for place, name in enumerate(names):
        stream = stream_of(seed, name)
        order = np.argsort(shares(stream, purpose, count), kind="stable")
        found[place] = (order + shares(stream, purpose + 16, count)) / count
    return found


def sobol(names: tuple[str, ...], outcome: Callable[[F64], F64], seed: int, count: int = SAMPLES) -> tuple[Index, ...]:
    """Indices of an outcome, greatest total first; it is given shares [names, n] and answers numbers [n]."""
    one, two = (spread_out(seed, names, purpose, count) for purpose in (FIRST_SAMPLE, SECOND_SAMPLE))
    designs = [one, two]
    for place in range(len(names)):
        mixed = one.copy()
        mixed[place] = two[place]
        designs.append(mixed)
    told = outcome(np.concatenate(designs, axis=1)).reshape(len(designs), count)
    batch = np.argsort(shares(stream_of(seed, "batches"), FIRST_SAMPLE, count), kind="stable") % BATCHES
    whole = _indices(told)
    parts = np.array([_indices(told[:, batch == each]) for each in range(BATCHES)])
    half = T_7 * parts.std(axis=0, ddof=1) / math.sqrt(BATCHES)
    found = [
        Index(name, *map(float, (whole[0, place], half[0, place], whole[1, place], half[1, place])))
        for place, name in enumerate(names)
    ]
    return tuple(sorted(found, key=lambda index: (-index.total, index.name)))


def _indices(told: F64) -> F64:
    """First-order and total indices: [2, names]; zeros where nothing varies."""
    one, two, mixed = told[0], told[1], told[2:]
    middle = told[:2].mean()
    variance = ((told[:2] - middle) ** 2).mean()
    if not variance > 0.0:
        return np.zeros((2, len(mixed)))
    first = ((two - middle) * (mixed - one)).mean(axis=1) / variance
    total = ((one - mixed) ** 2).mean(axis=1) / (2.0 * variance)
    return np.array([first, total])


def model_indices(model: Model, seed: int, until: float, count: int = SAMPLES) -> tuple[Index, ...]:
    """Indices of what is sold until an instant, for every coefficient with a range."""
    program = compiled_model(model)
    varied = [place for place, each in enumerate(model.constants) if each.high > each.low]
    steps = min(model.span.steps, round((until - model.span.start) / model.span.step))

    def sold(share: F64) -> F64:
        constants = np.repeat(program.values[:, None], share.shape[1], axis=1)
        for place, row in zip(varied, share, strict=True):
            constants[place] = placed(model.constants[place], row)
        values = run(program, Runs(constants, model.outcomes[:1], 1, steps))
        found: F64 = totals(model, values, until)[0]
        return found

    return sobol(tuple(model.constants[place].name for place in varied), sold, seed, count)

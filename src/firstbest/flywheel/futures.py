"""Many futures of one model: coefficients drawn from their ranges, quantiles of what comes of them.

A draw is keyed by seed, the constant's name and the run's number: adding a constant, or more runs, changes no other
draw, and two models that share a constant share its luck.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.model import Constant, Model
from firstbest.flywheel.program import Program, Runs, compiled_model, run
from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.kernels.draws import joined, uniform
from firstbest.world.ties import text_hash

F64 = NDArray[np.float64]

RUNS: Final = 10_000
DRAW: Final = 1
"""What a draw is for: a coefficient's place in its range."""
LEVELS: Final = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)


class Futures(NamedTuple):
    """What came of the runs: constants [constants, runs], values [points, names, runs] at the instants [points]."""

    names: tuple[str, ...]
    constants: F64
    values: F64
    instants: F64

    def of(self, name: str) -> F64:
        """One name: [points, runs]."""
        found: F64 = self.values[:, self.names.index(name), :]
        return found

    def bands(self, name: str) -> F64:
        """Quantiles at `LEVELS`: [levels, points]."""
        return quantiles(self.of(name), LEVELS)


@compiled
@makes_arrays
def shares(stream: np.uint64, purpose: int, count: int) -> F64:
    """Numbers between 0 and 1 for the runs 0 to `count` - 1."""
    found = np.empty(count, np.float64)
    for place in range(count):
        found[place] = uniform(stream, purpose, place)
    return found


def stream_of(seed: int, name: str) -> np.uint64:
    """The stream of draws of a name."""
    return np.uint64(joined(np.uint64(seed), np.uint64(text_hash(name))))


def placed(constant: Constant, share: F64) -> F64:
    """Values at shares of the triangular distribution on [low, high] that peaks at the value: [n]."""
    low, peak, high = constant.low, constant.value, constant.high
    if high <= low:
        return np.full(len(share), peak)
    turn = (peak - low) / (high - low)
    rising = low + np.sqrt(share * (high - low) * (peak - low))
    falling = high - np.sqrt((1.0 - share) * (high - low) * (high - peak))
    return np.where(share < turn, rising, falling)


def drawn(model: Model, seed: int, count: int) -> F64:
    """Constants of `count` runs: [constants, runs]."""
    rows = [placed(each, shares(stream_of(seed, each.name), DRAW, count)) for each in model.constants]
    return np.array(rows).reshape(len(model.constants), count)


def futures(model: Model, seed: int, count: int = RUNS, program: Program | None = None) -> Futures:
    """Run the model `count` times, each with its own draw."""
    constants = drawn(model, seed, count)
    nodes = (node for arrow in model.arrows for node in (arrow.source, arrow.target))
    names = tuple(dict.fromkeys((*model.outcomes, *model.shown, *nodes)))
    program = program or compiled_model(model)
    values = run(program, Runs(constants, names, model.every))
    instants = model.span.start + model.span.step * model.every * np.arange(len(values), dtype=np.float64)
    return Futures(names, constants, values, instants)


def quantiles(values: F64, levels: tuple[float, ...]) -> F64:
    """Quantiles over the last axis, straight between neighbours; what is not a number is left out: [levels, ...]."""
    if np.isnan(values).any():
        return np.asarray(np.nanquantile(values, levels, axis=-1), np.float64)
    return np.asarray(np.quantile(values, levels, axis=-1), np.float64)


def totals(model: Model, values: F64, until: float) -> F64:
    """Sums over time from the start until an instant, of values [points, ..., runs] recorded at every step."""
    steps = min(len(values), round((until - model.span.start) / model.span.step))
    found: F64 = values[:steps].sum(axis=0) * model.span.step
    return found

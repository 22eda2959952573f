"""What each loop is worth, and which arrow is the brake now.

A loop is knocked out by holding one of its arrows at what it passed at the start (Ford 1999, "A behavioral approach to
feedback loop dominance analysis"); its worth is what is then missing, draw by draw on the same coefficients. The brake
is the arrow whose loosening by one per cent, in the direction that helps, adds most to what is sold.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.expressions import Binary, Name
from firstbest.flywheel.futures import drawn, quantiles, totals
from firstbest.flywheel.model import ASSUMED, Arrow, Constant, Loop, Model, changed, cut
from firstbest.flywheel.program import Runs, compiled_model, run

F64 = NDArray[np.float64]

RUNS: Final = 2_000
BRAKE_RUNS: Final = 400
ENDS: Final = (0.05, 0.5, 0.95)
NUDGE: Final = 0.01


class Worth(NamedTuple):
    """What a loop adds over the horizon: 5, 50 and 95 in 100 of what is sold and of money; and its measured kind."""

    loop: Loop
    sold: tuple[float, float, float]
    money: tuple[float, float, float]
    share: float  # of what is sold, in the middle
    polarity: int  # at the start: 1 feeds itself, -1 checks itself, 0 asleep


class Loosened(NamedTuple):
    """What one per cent does at an arrow: elasticity of what is sold over the horizon, 5, 50 and 95 in 100."""

    arrow: Arrow
    elasticity: tuple[float, float, float]
    helps: int  # 1: a greater coefficient helps, -1: a smaller


def knock_out(model: Model, seed: int, until: float, count: int = RUNS) -> tuple[Worth, ...]:
    """The worth of every loop, greatest first."""
    constants = drawn(model, seed, count)
    whole = _totals(model, constants, until)
    signs = polarities(model)
    found = []
    for loop, sign in zip(model.loops, signs, strict=True):
        without = _totals(cut(model, *loop.cut), constants, until)
        gained = whole - without
        sold, money = (tuple(quantiles(row, ENDS).tolist()) for row in gained)
        found.append(Worth(loop, sold, money, float(np.median(gained[0] / whole[0])), sign))
    return tuple(sorted(found, key=lambda worth: (-abs(worth.sold[1]), worth.loop.name)))


def _totals(model: Model, constants: F64, until: float) -> F64:
    """Sold and money until an instant: [2, runs]."""
    steps = min(model.span.steps, round((until - model.span.start) / model.span.step))
    return totals(model, run(compiled_model(model), Runs(constants, model.outcomes, 1, steps)), until)


def polarities(model: Model) -> tuple[int, ...]:
    """The sign of each loop at the start, from the slope of each of its arrows; 0 where an arrow passes nothing."""
    pairs = list(dict.fromkeys(pair for loop in model.loops for pair in _pairs(loop)))
    slopes = {pair: _flow_sign(model, pair) for pair in pairs}
    open_ = [pair for pair, sign in slopes.items() if sign is None]
    steeper = model
    for place, (source, target) in enumerate(open_):
        gained = Binary("*", Name(source), Name(f"gain.{place}"))
        steeper = changed(steeper, target, source, gained)
    gains = tuple(Constant(f"gain.{place}", 1.0, 1.0, 1.0, "1", ASSUMED, "") for place in range(len(open_)))
    program = compiled_model(steeper._replace(constants=(*gains, *model.constants)))
    lanes = np.repeat(program.values[:, None], 2 * len(open_) + 1, axis=1)
    for place in range(len(open_)):
        lanes[place, 2 * place + 1] += NUDGE
        lanes[place, 2 * place + 2] -= NUDGE
    names = tuple(dict.fromkeys(name for pair in open_ for name in pair))
    start = run(program, Runs(lanes, names, 0, 0))[0]
    for place, (source, target) in enumerate(open_):
        rows = start[names.index(target)]
        slopes[source, target] = int(
            np.sign(rows[2 * place + 1] - rows[2 * place + 2]) * np.sign(start[names.index(source), 0])
        )
    return tuple(math.prod(slopes[pair] or 0 for pair in _pairs(loop)) for loop in model.loops)


def _pairs(loop: Loop) -> list[tuple[str, str]]:
    return list(zip(loop.way, (*loop.way[1:], *loop.way[:1]), strict=True))


def _flow_sign(model: Model, pair: tuple[str, str]) -> int | None:
    """A flow fills or drains its stock; None for what an equation reads."""
    stock = next((each for each in model.stocks if each.name == pair[1]), None)
    return None if stock is None else 1 if pair[0] in stock.inflows else -1


def loosened(model: Model, seed: int, until: float, count: int = BRAKE_RUNS) -> tuple[Loosened, ...]:
    """Every arrow with a coefficient, the brake first."""
    arrows = [arrow for arrow in model.arrows if arrow.by]
    rows = {constant.name: place for place, constant in enumerate(model.constants)}
    base = drawn(model, seed, count)
    lanes = np.repeat(base[:, None, :], 2 * len(arrows), axis=1)
    for place, arrow in enumerate(arrows):
        lanes[rows[arrow.by], 2 * place] *= 1.0 + NUDGE
        lanes[rows[arrow.by], 2 * place + 1] *= 1.0 - NUDGE
    sold = _totals(model, lanes.reshape(len(base), -1), until)[0].reshape(len(arrows), 2, count)
    found = []
    with np.errstate(all="ignore"):
        slopes = np.log(sold[:, 0] / sold[:, 1]) / math.log((1.0 + NUDGE) / (1.0 - NUDGE))
    for arrow, slope in zip(arrows, slopes, strict=True):
        low, middle, high = quantiles(slope, ENDS).tolist()
        helps = 1 if middle >= 0 else -1
        ends = (low, middle, high) if helps > 0 else (-high, -middle, -low)
        found.append(Loosened(arrow, ends, helps))
    return tuple(sorted(found, key=lambda each: (-each.elasticity[1], each.arrow.by)))

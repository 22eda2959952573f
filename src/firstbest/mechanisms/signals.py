"""What a metric's own past says its next week should be: limits that are set once and then stay.

A week is judged on the scale on which its noise is even: the root of a count (Anscombe), the logarithm of what is
skewed, a rate by the size of what it divides (Laney's p', 2002), everything else as it is. Where nobody has said which,
the base weeks choose by the likelihood of Box and Cox, and keep the plain scale unless another is clearly likelier.

On that scale a week is a level, two waves of the year, what holidays do, and noise that remembers the week before
(one autoregressive term). The fit is by generalised least squares on the base weeks alone. Short series make that
memory look weaker than it is; the bias for p slow regressors, -(p + (p + 2) phi) / n (Kendall 1954; Marriott and
Pope 1954), is taken back. What is left of a later week after its forecast is divided by the forecast's own standard
error, which grows with the uncertainty of every coefficient, and brought from Student's t to the normal. So a limit set
on 60 weeks is wider than one set on 600, as it should be.

Shapes: M metrics, W weeks, of which the base is a slice; K regressors.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms.chances import student_to_normal

F64 = NDArray[np.float64]
Bools = NDArray[np.bool_]

YEAR_WEEKS: Final = 365.2425 / 7
SEASON_WEEKS_MIN: Final = 104
"""Two years: with less, a wave of the year cannot be told from a drift."""
WAVE_WEEKS_MIN: Final = 52
SIGNAL_WEEKS_MIN: Final = 52
LIMITS_WEEKS_MIN: Final = 12
GAIN_MIN: Final = 3.0
"""Log-likelihood by which a scale must beat the plain one; twice that is beyond the 2 per cent point of one term."""
COUNT_MEAN_MAX: Final = 100.0
MEMORY_MAX: Final = 0.95
_ROUNDS: Final = 2

PLAIN, ROOT, LOG = 0, 1, 2
SCALE_WORDS: Final = ("as it is", "square root", "logarithm")


class Fit(NamedTuple):
    """What the base weeks say. `scale`: 0 plain, 1 root, 2 logarithm."""

    scale: NDArray[np.int8]  # [M]
    level: F64  # [M, K]
    memory: F64  # [M] autoregressive term
    spread: F64  # [M] standard deviation of what cannot be forecast, on the scale
    freedom: F64  # [M]
    inverse: F64  # [M, K, K] (X'X)^-1 of the whitened base
    regressors: F64  # [W, K]
    sized: F64  # [M, W] root of the relative size of a rate's denominator; 1 for others


class Judged(NamedTuple):
    """Every week against its forecast. nan where a week is not stated."""

    score: F64  # [M, W] standard normal when nothing has changed
    expected: F64  # [M, W] in the metric's own unit
    low: F64  # [M, W] what three in a thousand weeks would leave, in the metric's own unit
    high: F64


def regressors(weeks: int, base: int, holidays: F64 | None = None, first: int = 0) -> F64:
    """Level, one or two waves of the year if the base is long enough, and given columns: [W, K]."""
    at = (np.arange(weeks) + first) * (2 * math.pi / YEAR_WEEKS)
    waves = 2 if base >= SEASON_WEEKS_MIN else 1 if base >= WAVE_WEEKS_MIN else 0
    columns = [np.ones(weeks)]
    for wave in range(1, waves + 1):
        columns += [np.cos(wave * at), np.sin(wave * at)]
    if holidays is not None:
        columns += [column for column in holidays.T if column[:base].sum() > 0]
    return np.stack(columns, axis=1)


def to_scale(values: F64, scale: NDArray[np.int8]) -> F64:
    """Values [M, W] on each metric's scale [M]."""
    kind = scale[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        root = 2 * np.sqrt(np.maximum(values, 0) + 0.375)
        return np.where(kind == ROOT, root, np.where(kind == LOG, np.log(values), values))


def from_scale(values: F64, scale: NDArray[np.int8]) -> F64:
    """The way back."""
    kind = scale[:, None]
    with np.errstate(over="ignore"):
        back = np.exp(np.where(kind == LOG, values, 0.0))
    root = np.maximum(np.square(np.maximum(values, 0) / 2) - 0.375, 0.0)
    return np.where(kind == ROOT, root, np.where(kind == LOG, back, values))


def fit(values: F64, base: int, noise: list[str], sizes: F64 | None = None, holidays: F64 | None = None) -> Fit:
    """Limits from the first `base` weeks of values [M, W]; `noise`: of metrics.NOISES; `sizes`: [M, W] of rates."""
    weeks = values.shape[1]
    columns = regressors(weeks, base, holidays)
    sized = np.ones_like(values)
    rates = np.array([word == "rate" for word in noise])
    if sizes is not None and rates.any():
        with np.errstate(invalid="ignore", divide="ignore"):
            relative = sizes / np.nanmean(np.where(sizes[:, :base] > 0, sizes[:, :base], np.nan), axis=1)[:, None]
        usable = rates[:, None] & np.isfinite(relative) & (relative > 0)
        sized[usable] = np.sqrt(relative[usable])
    scale = _scales(values[:, :base], columns[:base], noise)
    level, memory, spread, freedom, inverse = _least_squares(to_scale(values, scale), sized, columns, base)
    return Fit(scale, level, memory, spread, freedom, inverse, columns, sized)


def _scales(base: F64, columns: F64, noise: list[str]) -> NDArray[np.int8]:
    """The scale of each metric [M]: as declared, or as the base says."""
    there = np.isfinite(base)
    safe = np.where(there, base, 1.0)
    whole = np.all(safe == np.round(safe), axis=1) & np.all(safe >= 0, axis=1)
    mean = np.where(there, base, 0).sum(axis=1) / np.maximum(there.sum(axis=1), 1)
    small = whole & (mean < COUNT_MEAN_MAX)
    above = np.all(safe > 0, axis=1)
    declared = {"plain": PLAIN, "rate": PLAIN, "count": ROOT, "skewed": LOG}
    scale = np.array([declared.get(word, -1) for word in noise], np.int8)
    scale[(scale == LOG) & ~above] = PLAIN
    scale[(scale == ROOT) & np.any(safe < 0, axis=1)] = PLAIN
    scale[(scale < 0) & small] = ROOT
    open_ = np.flatnonzero((scale < 0) & above)
    scale[scale < 0] = PLAIN
    if len(open_):
        gains = [_likelihood(safe[open_], there[open_], columns, kind) for kind in (PLAIN, ROOT, LOG)]
        stacked = np.stack(gains)
        stacked[1:] -= GAIN_MIN
        scale[open_] = stacked.argmax(axis=0).astype(np.int8)
    return scale


def _likelihood(base: F64, there: Bools, columns: F64, kind: int) -> F64:
    """Box and Cox's profile log-likelihood of a scale, season removed: [m]."""
    scaled = to_scale(base, np.full(len(base), kind, np.int8))
    weight = there.astype(np.float64)
    _, left = _project(scaled, weight, columns)
    count = weight.sum(axis=1)
    spread = np.maximum((weight * left**2).sum(axis=1) / count, 1e-300)
    logs = np.log(base)
    slope = {PLAIN: np.zeros_like(base), ROOT: -0.5 * np.log(base + 0.375), LOG: -logs}[kind]
    found: F64 = -0.5 * count * np.log(spread) + (weight * slope).sum(axis=1)
    return found


def _project(values: F64, weight: F64, columns: F64) -> tuple[F64, F64]:
    """Weighted least squares of each row [M, n] on columns [n, K]: coefficients and what is left."""
    if (weight == 1).all():
        level = values @ np.linalg.pinv(columns).T
        return level, values - level @ columns.T
    gram = np.einsum("mt,tk,tl->mkl", weight, columns, columns, optimize=True)
    gram += 1e-9 * np.eye(columns.shape[1])
    moment = (weight * np.where(weight > 0, values, 0.0)) @ columns
    level = np.linalg.solve(gram, moment[:, :, None])[:, :, 0]
    return level, np.where(weight > 0, values - level @ columns.T, 0.0)


def _least_squares(scaled: F64, sized: F64, columns: F64, base: int) -> tuple[F64, F64, F64, F64, F64]:
    """Coefficients, memory, spread, freedom and inverse by generalised least squares, a few rounds."""
    there = np.isfinite(scaled[:, :base]) & np.isfinite(sized[:, :base])
    weight = there.astype(np.float64)
    y = np.where(there, scaled[:, :base], 0.0)
    x = columns[:base]
    size = sized[:, :base]
    level, left = _project(y, weight, x)
    memory = _memory(left * size, weight, x.shape[1])
    for _ in range(_ROUNDS):
        ahead, design = _whitened(y, x, size, memory)
        pairs = np.concatenate([weight[:, :1], weight[:, 1:] * weight[:, :-1]], axis=1)
        design *= pairs[:, :, None]
        gram = np.matmul(design.transpose(0, 2, 1), design) + 1e-9 * np.eye(x.shape[1])
        moment = np.matmul(design.transpose(0, 2, 1), (ahead * pairs)[:, :, None])
        level = np.linalg.solve(gram, moment)[:, :, 0]
        left = np.where(there, y - level @ x.T, 0.0)
        memory = _memory(left * size, weight, x.shape[1])
    innovation = (ahead - np.matmul(design, level[:, :, None])[:, :, 0]) * pairs
    freedom = np.maximum(pairs.sum(axis=1) - x.shape[1] - 1, 1.0)
    spread = np.sqrt((innovation**2).sum(axis=1) / freedom)
    return level, memory, spread, freedom, np.linalg.inv(gram)


def _whitened(y: F64, x: F64, size: F64, memory: F64) -> tuple[F64, F64]:
    """Values and regressors less their memory of the week before; the first week by its own spread (Prais, Winsten)."""
    sized = y * size
    columns = x[None, :, :] * size[:, :, None]
    first = np.sqrt(1 - memory**2)
    ahead = np.concatenate([sized[:, :1] * first[:, None], sized[:, 1:] - memory[:, None] * sized[:, :-1]], axis=1)
    design = np.concatenate(
        [columns[:, :1] * first[:, None, None], columns[:, 1:] - memory[:, None, None] * columns[:, :-1]], axis=1
    )
    return ahead, design


def _memory(left: F64, weight: F64, regressors_: int) -> F64:
    """The autoregressive term [M], its bias of short series taken back."""
    pairs = weight[:, 1:] * weight[:, :-1]
    top = (pairs * left[:, 1:] * left[:, :-1]).sum(axis=1)
    below = (pairs * left[:, :-1] ** 2).sum(axis=1)
    raw = np.where(below > 0, top / np.maximum(below, 1e-300), 0.0)
    count = np.maximum(pairs.sum(axis=1), regressors_ + 4)
    found: F64 = np.clip((raw + regressors_ / count) / (1 - (regressors_ + 2) / count), -0.5, MEMORY_MAX)
    return found


def judge(values: F64, limits: Fit, first: int = 0, reach: float = 3.0) -> Judged:
    """Each week [M, W - first] against what the weeks before it and the limits let one expect."""
    scaled = to_scale(values[:, first:], limits.scale)
    x, sized = limits.regressors[first:], limits.sized[:, first:]
    mean = limits.level @ x.T
    left = (scaled - mean) * sized
    before = np.concatenate([np.full((len(left), 1), np.nan), left[:, :-1]], axis=1)
    known = np.isfinite(before)
    memory = limits.memory[:, None]
    remembered = np.where(known, memory * np.where(known, before, 0.0), 0.0)
    ahead = x[None, :, :] * sized[:, :, None]
    ahead[:, 1:] -= memory[:, :, None] * ahead[:, :-1] * known[:, 1:, None]
    leverage = np.einsum("mtk,mkl,mtl->mt", ahead, limits.inverse, ahead, optimize=True)
    alone = np.where(known, 1.0, 1 / (1 - memory**2))
    error = np.maximum(limits.spread[:, None] * np.sqrt(alone + leverage), 1e-300)
    with np.errstate(invalid="ignore"):
        raw = (left - remembered) / error
    score = student_to_normal(np.clip(raw, -1e6, 1e6), limits.freedom[:, None])
    centre = mean + remembered / sized
    half = reach * error / sized
    low, expected, high = (from_scale(each, limits.scale) for each in (centre - half, centre, centre + half))
    return Judged(score, expected, low, high)

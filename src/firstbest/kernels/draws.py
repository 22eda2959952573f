"""Keyed draws: every random number is a pure function of (seed, who, what for, which time).

*Who* is the 64-bit hash of a text (an order, a node, an item), never a code or a place in a list; *what for* is a
constant of the caller; *which time* is a small ordinal. So a draw does not depend on what else is drawn, on the order
in which things are loaded or worked, or on how a run is cut: two runs that differ in one decision share all other draws
(common random numbers by construction).

The mixer is the finaliser of SplitMix64 (Steele, Lea and Flood 2014): a stream is keyed by seed and hash, and its n-th
word is the finaliser of `stream + (n + 1) * golden ratio`, that is SplitMix64 itself, entered at any place.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, makes_arrays

GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
SECOND: Final = np.uint64(0x94D049BB133111EB)
EXACT_POISSON: Final = 64
"""Means up to this are inverted exactly; above, by the expansion of Cornish and Fisher."""

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]


@compiled
def scramble(word: np.uint64) -> np.uint64:
    """The finaliser of SplitMix64: 64 bits to 64 bits, one to one."""
    mixed = np.uint64(word)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND
    return np.uint64(mixed ^ (mixed >> np.uint64(31)))


@compiled
def joined(first: np.uint64, second: np.uint64) -> np.uint64:
    """The hash of a pair, order mattering: (order, node), (day, ordinal) and so on."""
    return scramble(scramble(np.uint64(first) + GOLDEN) ^ np.uint64(second))


@compiled
def bits(stream: np.uint64, purpose: int, ordinal: int) -> np.uint64:
    """64 random bits; a stream is `joined(seed, hash)`."""
    word = (np.uint64(purpose) << np.uint64(32)) + np.uint64(ordinal) + np.uint64(1)
    return scramble(np.uint64(stream) + word * GOLDEN)


@compiled
def uniform(stream: np.uint64, purpose: int, ordinal: int) -> float:
    """A number in the open interval (0, 1), on the grid of 2**-53."""
    return (float(bits(stream, purpose, ordinal) >> np.uint64(11)) + 0.5) * (1.0 / 9007199254740992.0)


@compiled
def happens(stream: np.uint64, purpose: int, ordinal: int, ppm: int) -> bool:
    """True with the given probability; what happens at a low probability also happens at a higher one."""
    return uniform(stream, purpose, ordinal) * 1e6 < ppm


@compiled
def normal_quantile(share: float) -> float:
    """The standard normal's inverse distribution function (Wichura, algorithm AS 241, 16 digits)."""
    middle = share - 0.5
    if abs(middle) <= 0.425:
        r = 0.180625 - middle * middle
        up = ((((((r * 2509.0809287301226727 + 33430.575583588128105) * r + 67265.770927008700853) * r
                + 45921.953931549871457) * r + 13731.693765509461125) * r + 1971.5909503065514427) * r
              + 133.14166789178437745) * r + 3.387132872796366608  # fmt: skip
        down = ((((((r * 5226.495278852545925 + 28729.085735721942674) * r + 39307.89580009271061) * r
                  + 21213.794301586595867) * r + 5394.1960214247511077) * r + 687.1870074920579083) * r
                + 42.313330701600911252) * r + 1.0  # fmt: skip
        return middle * up / down
    r = math.sqrt(-math.log(min(share, 1.0 - share)))
    if r <= 5.0:
        r -= 1.6
        up = ((((((r * 7.7454501427834140764e-4 + 0.0227238449892691845833) * r + 0.24178072517745061177) * r
                + 1.27045825245236838258) * r + 3.64784832476320460504) * r + 5.7694972214606914055) * r
              + 4.6303378461565452959) * r + 1.42343711074968357734  # fmt: skip
        down = ((((((r * 1.05075007164441684324e-9 + 5.475938084995344946e-4) * r + 0.0151986665636164571966) * r
                  + 0.14810397642748007459) * r + 0.68976733498510000455) * r + 1.6763848301838038494) * r
                + 2.05319162663775882187) * r + 1.0  # fmt: skip
    else:
        r -= 5.0
        up = ((((((r * 2.01033439929228813265e-7 + 2.71155556874348757815e-5) * r + 0.0012426609473880784386) * r
                + 0.026532189526576123093) * r + 0.29656057182850489123) * r + 1.7848265399172913358) * r
              + 5.4637849111641143699) * r + 6.6579046435011037772  # fmt: skip
        down = ((((((r * 2.04426310338993978564e-15 + 1.4215117583164458887e-7) * r + 1.8463183175100546818e-5) * r
                  + 7.868691311456132591e-4) * r + 0.0148753612908506148525) * r + 0.13692988092273580531) * r
                + 0.59983220655588793769) * r + 1.0  # fmt: skip
    return up / down if middle > 0.0 else -up / down


@compiled
def normal(stream: np.uint64, purpose: int, ordinal: int) -> float:
    """A standard normal number, from one uniform by inversion."""
    return normal_quantile(uniform(stream, purpose, ordinal))


@compiled
def spread(stream: np.uint64, purpose: int, ordinal: int, variation: float) -> float:
    """A lognormal factor with mean 1 and the given coefficient of variation (0: always 1)."""
    if variation <= 0.0:
        return 1.0
    variance = math.log1p(variation * variation)
    return math.exp(math.sqrt(variance) * normal(stream, purpose, ordinal) - 0.5 * variance)


@compiled
def exponential(stream: np.uint64, purpose: int, ordinal: int) -> float:
    """A waiting time with mean 1."""
    return -math.log(uniform(stream, purpose, ordinal))


@compiled
def chosen(cumulative: I64, share: float) -> int:
    """The index whose part of `cumulative` [n] (running sums of weights) holds the share, by bisection."""
    aim = share * cumulative[-1]
    low, high = 0, len(cumulative) - 1
    while low < high:
        middle = (low + high) >> 1
        if aim < cumulative[middle]:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def poisson_quantile(mean: float, share: float) -> int:
    """A Poisson count by inversion, never falling when the mean rises (but for the change of method at 64)."""
    if mean <= 0.0:
        return 0
    if mean > EXACT_POISSON:
        z = normal_quantile(share)
        return max(0, math.floor(mean + math.sqrt(mean) * z + (z * z - 1.0) / 6.0 + 0.5))
    count, part = 0, math.exp(-mean)
    total = part
    while total < share and count < 1_000:
        count += 1
        part *= mean / count
        total += part
    return count


@compiled
@makes_arrays
def uniforms(seed: int, ties: U64, purpose: int, ordinal: int) -> F64:
    """`uniform` for each hash of `ties` [n]."""
    found = np.empty(len(ties), np.float64)
    for row in range(len(ties)):
        found[row] = uniform(joined(np.uint64(seed), ties[row]), purpose, ordinal)
    return found


@compiled
@makes_arrays
def normals(seed: int, ties: U64, purpose: int, ordinal: int) -> F64:
    """`normal` for each hash of `ties` [n]."""
    found = np.empty(len(ties), np.float64)
    for row in range(len(ties)):
        found[row] = normal(joined(np.uint64(seed), ties[row]), purpose, ordinal)
    return found


@compiled
@makes_arrays
def lognormals(seed: int, ties: U64, purpose: int, mean: float, variation: float) -> F64:
    """Lognormal numbers with the given mean and coefficient of variation for each hash of `ties` [n]; ordinal 0."""
    found = np.empty(len(ties), np.float64)
    for row in range(len(ties)):
        found[row] = mean * spread(joined(np.uint64(seed), ties[row]), purpose, 0, variation)
    return found


@compiled
@makes_arrays
def choices(seed: int, ties: U64, purpose: int, ordinal: int, cumulative: I64) -> I64:
    """`chosen` for each hash of `ties` [n]."""
    found = np.empty(len(ties), np.int64)
    for row in range(len(ties)):
        found[row] = chosen(cumulative, uniform(joined(np.uint64(seed), ties[row]), purpose, ordinal))
    return found

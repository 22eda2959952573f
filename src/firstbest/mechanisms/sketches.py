"""Two summaries of a day that add up to the summary of a year: quantiles, and how many different ones.

Quantiles: counts in bins whose edges grow by a constant factor, so that every answer is within one per cent of the true
value (the idea of DDSketch: Masson, Rim, Lee, VLDB 2019). Distinct: the longest run of zero bits among hashes, in 4,096
registers (HyperLogLog: Flajolet and others, 2007; standard error 1.04 / 64 = 1.6 per cent), with linear counting while
registers stand empty. Both merge exactly: the summary of two days is that of their union, in any order.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
U64 = NDArray[np.uint64]
U8 = NDArray[np.uint8]

GROWTH: Final = 1.02
"""Edges of neighbouring bins; half of it is the greatest relative error."""
BINS: Final = 2_048
_LOW: Final = 1e-6
"""Values up to this count as zero; the last bin begins at 1e-6 times 1.02 to the power 2,046, about 4e11."""
REGISTERS_BITS: Final = 12
REGISTERS: Final = 1 << REGISTERS_BITS


def bins_of(values: F64) -> I64:
    """The bin of each value [n], 0 to BINS - 1; values of zero and below share the first."""
    safe = np.maximum(values, _LOW)
    found: I64 = np.clip(np.ceil(np.log(safe / _LOW) / math.log(GROWTH)).astype(np.int64), 0, BINS - 1)
    return found


def quantile(counts: F64, level: float) -> F64:
    """The quantile of sketches [..., BINS]; nan where nothing was counted."""
    total = counts.sum(axis=-1)
    running = counts.cumsum(axis=-1)
    at = (running < np.maximum(level * (total - 1) + 1, 1)[..., None]).sum(axis=-1)
    middle = _LOW * GROWTH ** (at.astype(np.float64) - 0.5)
    return np.where(total > 0, np.where(at == 0, 0.0, middle), np.nan)


def registers_of(hashes: U64) -> U8:
    """The summary of hashes [n]: [REGISTERS]."""
    found = np.zeros(REGISTERS, np.uint8)
    place = (hashes >> np.uint64(64 - REGISTERS_BITS)).astype(np.int64)
    rest = (hashes << np.uint64(REGISTERS_BITS)) | np.uint64(1 << (REGISTERS_BITS - 1))
    # The position of the highest bit that is set: floats of 64-bit numbers are exact enough for it, save where rounding
    # reaches the next power of two, and there the shift tells.
    power = np.floor(np.log2(rest.astype(np.float64))).astype(np.int64)
    power -= (power > 63) | ((rest >> np.minimum(power, 63).astype(np.uint64)) == 0)  # noqa: PLR2004 - 64-bit numbers
    np.maximum.at(found, place, (64 - power).astype(np.uint8))
    return found


def distinct(registers: U8) -> F64:
    """How many different ones, of summaries [..., REGISTERS]."""
    raw = 0.7213 / (1 + 1.079 / REGISTERS) * REGISTERS**2 / (2.0 ** -registers.astype(np.float64)).sum(axis=-1)
    empty = (registers == 0).sum(axis=-1)
    with np.errstate(divide="ignore"):
        linear = REGISTERS * np.log(REGISTERS / np.maximum(empty, 1))
    found: F64 = np.where((raw <= 2.5 * REGISTERS) & (empty > 0), linear, raw)
    return found

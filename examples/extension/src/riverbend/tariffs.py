"""A regional carrier: a price for the first pound and one for each further pound begun, both by zone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]

POUND_G = 453.59237
FIRST_MICROS = np.array([0, 0, 5_900_000, 6_200_000, 6_700_000, 7_300_000, 7_800_000, 8_300_000, 8_900_000])
FURTHER_MICROS = np.array([0, 0, 420_000, 460_000, 560_000, 700_000, 860_000, 1_020_000, 1_190_000])
"""By parcel zone from 0; the carrier has none nearer than zone 2. Made up, as the firm is."""


def regional(weight_g: I64) -> I64:
    """Millionths of money by zone and weight: [9, B]."""
    pounds = np.ceil(weight_g / POUND_G).astype(np.int64)
    return FIRST_MICROS[:, None] + FURTHER_MICROS[:, None] * np.maximum(pounds - 1, 0)[None, :]

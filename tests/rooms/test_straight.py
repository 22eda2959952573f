"""Kernels that are called without a look at the types of what they are given."""

from __future__ import annotations

import numpy as np
import pytest

from firstbest.kernels.compiled import Straight, compiled
from tests.straight import looked, way_straight


@compiled
def total(values: np.ndarray, more: int) -> int:
    found = more
    for value in values:
        found += value
    return int(found)


def test_the_way_straight_in_comes_to_the_same() -> None:
    kernel, values = Straight(total), np.arange(5)
    assert [way_straight(kernel, values, more) for more in (0, 1, -3)] == [10, 11, 7]
    assert kernel.way_in is not None
    assert way_straight(kernel, values[:0], 4) == 4


def test_other_types_than_the_first_are_seen_by_every_test() -> None:
    kernel, values = Straight(total), np.arange(6)
    assert looked(kernel, values, 0) == 15
    for other in (values[::2], values.astype(np.float64)):
        with pytest.raises(AssertionError, match="kernel 'total' goes straight with"):
            looked(kernel, other, 0)

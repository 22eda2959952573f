"""Kernels that are written out in those that call them."""

from __future__ import annotations

from typing import Any

import numpy as np

from firstbest.kernels.compiled import compiled, written_in


@compiled
@written_in
def goes_in(values: np.ndarray, more: int) -> int:
    return int(values[more] * 10 + more)


@compiled
def goes_beside(values: np.ndarray, more: int) -> int:
    return int(values[more] * 10 + more)


@compiled
def asks(values: np.ndarray) -> int:
    return goes_in(values, 1) + goes_in(values[3:], 4) - goes_beside(values, 2)


def for_kernels(kernel: Any) -> Any:
    """The options of the dispatcher to which calls by kernels go."""
    return kernel.get_overload.__self__.targetoptions


def test_what_is_written_in_is_told_so_to_the_compiler_and_comes_to_the_same() -> None:
    assert asks(np.arange(9)) == 11 + 74 - 22
    assert for_kernels(goes_in)["forceinline"]
    assert not for_kernels(goes_beside)["forceinline"]

"""Arrays that begin where a line of the processor's cache does: a row of 64 bytes then touches one line and not two."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

LINE_BYTES: Final = 64


def lined(shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """Zeros of a shape; memory that nothing is written to is not taken."""
    size = int(np.prod(shape)) * dtype.itemsize
    memory = np.zeros(size + LINE_BYTES, np.uint8)
    start = -memory.ctypes.data % LINE_BYTES
    return memory[start : start + size].view(dtype).reshape(shape)

"""What is due in a stage: rows by the mark that a table keeps of each, and by the columns that say which are meant."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.packed import PLACE, WIDTH, Held, value_at

I64 = NDArray[np.int64]


@compiled
def due_slots(held: Held, value: int, due: tuple[I64, int], among: tuple[I64, NDArray[np.bool_]], slots: I64) -> int:
    """Write the rows whose mark is `value`, whose `due` = (column, limit) is at most the limit; how many.

    `among` = (column, whether rows of each code are meant [C]): no others are, and all are where C is 0. `slots` has
    room for all rows of the mark.
    """
    (column, until), (code_of, meant) = due, among
    count, left = 0, held.counts[value]
    for slot in range(len(held.marks)):
        if left == 0:
            break
        if held.marks[slot] != value:
            continue
        left -= 1
        if value_at(held.packed, slot, column[PLACE], column[WIDTH]) > until:
            continue
        if len(meant) > 0:
            code = value_at(held.packed, slot, code_of[PLACE], code_of[WIDTH])
            if not 0 <= code < len(meant) or not meant[code]:
                continue
        slots[count] = slot
        count += 1
    return count

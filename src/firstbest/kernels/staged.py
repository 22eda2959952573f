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
    room for all rows. Each test is a pass of its own that never jumps: a row's column waits for memory, and so many of
    them wait at once.
    """
    (column, until), (code_of, meant) = due, among
    count = 0
    for slot in range(len(held.marks)):
        slots[count] = slot
        count += held.marks[slot] == value
    found, count = count, 0
    for n in range(found):
        slots[count] = slots[n]
        count += value_at(held.packed, slots[n], column[PLACE], column[WIDTH]) <= until
    if len(meant) == 0:
        return count
    found, count = count, 0
    for n in range(found):
        code = value_at(held.packed, slots[n], code_of[PLACE], code_of[WIDTH])
        slots[count] = slots[n]
        count += 0 <= code < len(meant) and meant[code]
    return count

"""Making fact rows in a timed step: every row is named by the timer's number and its place."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstbest.kernels.packed import words_of
from firstbest.world.facts import Block, FactType


def block_of(fact: FactType, number: int, now: int, **columns: ArrayLike) -> Block:
    """A block whose columns all have the same length; columns not named are 0."""
    size = max((len(values) for values in map(np.asarray, columns.values()) if values.ndim), default=1)
    rows = np.zeros(size, fact.dtype)
    rows["number"], rows["at"], rows["ordinal"] = number, now, np.arange(size)
    for name, values in columns.items():
        rows[name] = values
    return Block(fact, rows)


SHORT = 4_096


def repeated(value: int, size: int) -> NDArray[np.int64]:
    """The same value [size], to be read and not to be written: short ones are parts of one array."""
    return _shared(int(value))[:size] if size <= SHORT else np.full(size, value, np.int64)


@cache
def _shared(value: int) -> NDArray[np.int64]:
    values = np.full(SHORT, value, np.int64)
    values.setflags(write=False)
    return values


def stacked(parts: Sequence[NDArray[np.void]]) -> NDArray[np.void]:
    """Rows of one type one after the other (numpy.concatenate compares all fields of all parts first)."""
    sizes = [len(part) for part in parts]
    rows = np.empty(sum(sizes), parts[0].dtype)
    # As words, since numpy copies rows of named columns a column at a time.
    words, end = words_of(rows), 0
    for part, size in zip(parts, sizes, strict=True):
        words[end : end + size] = words_of(part)
        end += size
    return rows


def as_made(rows: NDArray[np.void]) -> NDArray[np.void]:
    """Rows as decisions make them: those read from a book may not be written to, for which kernels are not compiled."""
    return rows if rows.flags.writeable and rows.flags.c_contiguous else rows.copy()


def by_fact(blocks: Sequence[Block]) -> list[Block]:
    """Blocks of one type made one, rows in the order of their blocks; none of those without rows."""
    by_name: dict[str, list[Block]] = {}
    for block in blocks:
        if len(block.rows):
            by_name.setdefault(block.fact.name, []).append(block)
    return [
        parts[0] if len(parts) == 1 else Block(parts[0].fact, stacked([part.rows for part in parts]))
        for parts in by_name.values()
    ]


def joined(blocks: Sequence[Block]) -> list[Block]:
    """Blocks of one type from one cause made one, ordinals running through."""
    if len(blocks) <= 1:
        return list(blocks)
    rows = stacked([block.rows for block in blocks])
    rows["ordinal"] = np.arange(len(rows))
    return [Block(blocks[0].fact, rows)]

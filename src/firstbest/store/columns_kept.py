"""Tables of columns as the arrays that make them up, and back: each row where it was, free rows in their order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels import packed
from firstbest.store.columns_dense import Dense
from firstbest.store.columns_sparse import Sparse
from firstbest.world.tables import Table

HELD = tuple(name for name in packed.Held._fields if name not in ("packed", "marked"))
Array = NDArray[np.generic]


def kept_arrays(table: Dense | Sparse) -> list[Array]:
    """The arrays of a table: rows as words; of a sparse one its index and its queues too."""
    words: list[Array] = [table.packed.words]
    if isinstance(table, Dense):
        return words
    return [*words, *(getattr(table.held, name) for name in HELD), *(table.queues or ())]


def dense_of(table: Table, arrays: Sequence[Any]) -> Dense:
    """A dense table from its arrays, which become its own."""
    made = Dense(table, 0)
    made.rows = arrays[0].reshape(-1).view(table.dtype)
    made.packed = packed.packed_rows(made.rows)
    return made


def sparse_of(table: Table, arrays: Sequence[Any]) -> Sparse:
    """A sparse table from its arrays, which become its own."""
    made = Sparse(table)
    made.rows = arrays[0].reshape(-1).view(table.dtype)
    made.packed = packed.packed_rows(made.rows)
    own = dict(zip(HELD, arrays[1 : 1 + len(HELD)], strict=True))
    made.held = made.held._replace(packed=made.packed, **own)
    if made.queues is not None:
        made.queues = type(made.queues)(*arrays[1 + len(HELD) :])
    made.found = np.empty(len(made.rows), np.int64)
    return made

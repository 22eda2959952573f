"""Keys of the rows that facts are about, and columns made for them: what folds of every kind stand on."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.operate.rows import repeated
from firstbest.world import tables as t
from firstbest.world.network import I64
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE

Records = NDArray[np.void]


def ones(rows: Records) -> I64:
    """One for each row."""
    return repeated(1, len(rows))


def shipment_keys(rows: Records) -> I64:
    """Keys of the shipments that rows are about."""
    keys: I64 = (rows["order"] * MAX_NODE + rows["node"]) * MAX_ATTEMPT + rows["attempt"]
    return keys


def line_keys(rows: Records) -> I64:
    """Keys of the order lines that rows are about."""
    keys: I64 = rows["order"] * MAX_LINE + rows["line"]
    return keys


def stock_keys(rows: Records, node: str, ground: Ground) -> I64:
    """Keys of stock of the rows' item at the node in the named column."""
    keys: I64 = rows["item"].astype(np.int64) * len(ground.nodes.kind) + rows[node]
    return keys


def day_keys(rows: Records, ground: Ground) -> I64:
    """Keys by node and local day."""
    keys: I64 = rows["node"].astype(np.int64) * ground.calendar.midnight_us.shape[1] + rows["day"]
    return keys


def constant(keys: I64 | Records, value: int) -> I64:
    """The same value for each key or row."""
    return repeated(value, len(keys))


def copied(rows: Records, table: t.Table, names: Sequence[str]) -> Records:
    """New rows of a table with the named columns taken over."""
    made = np.zeros(len(rows), table.dtype)
    for name in names:
        made[name] = rows[name]
    return made

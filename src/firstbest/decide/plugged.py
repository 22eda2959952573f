"""Decisions of other packages, asked and judged: their answer is taken only if it keeps the house's bounds.

A wave's answer names rows that wait, each at most once, and begins nothing at a building whose hands have no time left.
Whoever breaks this is stopped at once, with what was expected, where, and what was found: a decision that was wrong
once must not be folded into a book.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.decide.wave import choose, pack_ms, wide
from firstbest.world.network import I64
from firstbest.world.plugged import BrokenLaw, Waiting, WaveChoice

Records = NDArray[np.void]


def released(ground: Ground, waiting: Records, quota_ms: I64) -> I64:
    """Rows of `waiting` to release, in the order of release: by the house, or by the package that decides waves."""
    asked = ground.plugged.wave
    if asked is None:
        return choose(ground, waiting, quota_ms)
    return judged(asked, waiting_of(ground, waiting), quota_ms)


def waiting_of(ground: Ground, rows: Records) -> Waiting:
    """What a package is told of shipments: columns without names, that cannot be written to."""
    columns = Waiting(
        wide(rows["node"]),
        wide(rows["units"]),
        wide(rows["lines"]),
        wide(rows["ship_by"]),
        np.array(rows["tie"], np.uint64),
        pack_ms(ground, rows),
    )
    for column in columns:
        column.setflags(write=False)
    return columns


def judged(asked: WaveChoice, waiting: Waiting, quota_ms: I64) -> I64:
    """A package's answer. Raises `BrokenLaw` where it is none that a wave may give."""
    quota = quota_ms.copy()
    quota.setflags(write=False)
    answer = np.asarray(asked(waiting, quota))
    count = len(waiting.node)
    if answer.ndim != 1 or (answer.size and answer.dtype.kind not in "iu"):
        raise BrokenLaw("wave", "one column of whole numbers", f"{answer.ndim} dimensions of {answer.dtype}")
    rows: I64 = answer.astype(np.int64)
    outside = rows[(rows < 0) | (rows >= count)]
    if len(outside):
        raise BrokenLaw("wave", f"places from 0 to {count - 1} in what waits", str(int(outside[0])))
    if len(np.unique(rows)) < len(rows):
        twice = int(rows[np.flatnonzero(np.bincount(rows)[rows] > 1)[0]])
        raise BrokenLaw("wave", "each shipment at most once", f"place {twice} twice")
    for node in np.unique(waiting.node[rows]).tolist():
        begun = waiting.pack_ms[rows[waiting.node[rows] == node]]
        before = int(begun[:-1].sum())
        if before >= quota[node] or quota[node] <= 0:
            expected = f"building {node} to begin nothing once its {max(int(quota[node]), 0)} ms of hands are filled"
            raise BrokenLaw("wave", expected, f"a shipment begun after {before} ms")
    return rows

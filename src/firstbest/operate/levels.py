"""Cases that are opened for the lines of a wave: a fact, and somebody's time."""

from __future__ import annotations

from collections.abc import Generator

import numpy as np

from firstbest.decide import levels
from firstbest.decide.ground import Ground
from firstbest.operate.ports import ByKey, Read, Rows
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import Levels


def broken(number: int, now: int, ground: Ground, rules: Levels, tasked: f.Block) -> Generator[Read, Rows, f.Block]:
    """The cases that the tasked lines open, in their order."""
    rows = tasked.rows[rules.case_units[tasked.rows["item"]] > 0]
    shelf = rows["item"].astype(np.int64) * len(ground.nodes.kind) + rows["node"]
    loose = (yield ByKey(t.LOOSE_T, shelf)).rows["units"]
    cases = levels.opened(shelf, rows["quantity"].astype(np.int64), loose, rules.case_units[rows["item"]])
    some = cases > 0
    names = ("order", "node", "attempt", "line", "item")
    return block_of(f.CASE_BROKEN, number, now, cases=cases[some], **{name: rows[name][some] for name in names})

"""What comes back: returns of delivered units."""

from __future__ import annotations

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.operate.ports import All, Step
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch


def take_back(batch: Batch, ground: Ground) -> Step:
    """Book returned units, a row a line; what becomes of them is decided elsewhere."""
    yield All(t.LOAD_T)
    counts = batch.commands["lines"].astype(np.int64)
    owner = np.repeat(np.arange(len(batch.commands)), counts)
    starts = np.repeat(batch.commands["first_line"], counts)
    ordinal = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    c, lines = batch.commands[owner], batch.lines[starts + ordinal]
    rows = np.zeros(len(owner), f.RETURNED.dtype)
    rows["number"], rows["ordinal"], rows["at"], rows["order"] = c["number"], ordinal, c["at"], c["order"]
    for name in ("line", "item", "quantity", "price"):
        rows[name] = lines[name]
    listed = ground.items.price[lines["item"]]
    rows["price"] = np.where(lines["price"] > 0, lines["price"], listed)
    return [f.Block(f.RETURNED, rows)]

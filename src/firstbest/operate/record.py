"""Folds of offers: which is shown first, and each seller's record by month, kept only where there are offers.

On a record stands what the seller can do something about: lines refused for want of goods or sent back, of those asked
for of items that others offer too, so that like is compared with like; and orders late for want of goods. What the
house itself is late with is on nobody's record.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.operate.ports import Add, Change, Put
from firstbest.operate.rows import repeated
from firstbest.world import tables as t
from firstbest.world.network import I64
from firstbest.world.words import LateCause

Records = NDArray[np.void]


def featured(rows: Records, ground: Ground) -> list[Change]:
    """An offer is shown first from now on."""
    made = np.zeros(len(rows), t.FEATURED_T.dtype)
    made["key"], made["item_next"], made["since"] = rows["product"], rows["item"] + 1, rows["at"]
    return [Put(t.FEATURED_T, made)]


def on_record(rows: Records, ground: Ground, *names: str) -> list[Change]:
    """One more in the named columns for each row's item that others offer too, on the record of its seller."""
    if not ground.offers.products:
        return []
    rows = rows[np.isin(rows["item"], ground.offers.item)]
    return _added(rows, ground.items.seller[rows["item"]], ground, names)


def returned(rows: Records, ground: Ground) -> list[Change]:
    """A line came back."""
    return on_record(rows, ground, "returned")


def held_up(rows: Records, ground: Ground) -> list[Change]:
    """An order is done, and on its seller's record if it waited for goods."""
    if not ground.offers.products:
        return []
    waited = rows[rows["cause"] == LateCause.NO_STOCK]
    return [
        *_added(rows, rows["seller"], ground, ("orders",)),
        *_added(waited, waited["seller"], ground, ("late",)),
    ]


def months_of(at: I64, ground: Ground) -> I64:
    """Months since the first of the calendar, by the first time zone's days."""
    days = np.searchsorted(ground.calendar.midnight_us[0], at, side="right") - 1
    found: I64 = ground.calendar.month[np.maximum(days, 0)].astype(np.int64)
    return found


def _added(rows: Records, seller: NDArray[np.int32], ground: Ground, names: tuple[str, ...]) -> list[Change]:
    keys = months_of(rows["at"], ground) * ground.sellers + seller
    return [Add.of(t.RECORD_T, keys, {name: repeated(1, len(rows)) for name in names})]

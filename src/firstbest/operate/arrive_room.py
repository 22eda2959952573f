"""Room for the most facts that a batch of arrivals can make."""

from __future__ import annotations

import numpy as np

from firstbest.kernels.compiled import compiled
from firstbest.kernels.packed import WORD
from firstbest.operate import arrive_state as facts
from firstbest.operate.arrive_names import (
    CANCEL,
    COUNTED,
    DELIVERED,
    FILL,
    HOLD,
    PACKED,
    PICKED,
    PLACE,
    RECEIVED,
    RESUME,
    lines_again,
)
from firstbest.operate.arrive_state import BEGIN, MOST, TYPES, WIDTH, Local, Out, Records
from firstbest.world.commands import Batch
from firstbest.world.network import I64

F_ORDERED = facts.ORDERED
F_PLANNED = facts.PLANNED
F_ALLOCATED = facts.ALLOCATED
F_REFUSED = facts.REFUSED
F_CANCELLED = facts.CANCELLED
F_UNPLANNED = facts.UNPLANNED
F_PICKED = facts.PICKED
F_PACKED = facts.PACKED
F_DELIVERED = facts.DELIVERED
F_COMPLETED = facts.COMPLETED
F_CLOSED = facts.CLOSED
F_RECEIVED = facts.RECEIVED
F_COUNTED = facts.COUNTED
F_HELD = facts.HELD
F_BACKORDERED = facts.BACKORDERED
F_FILLED = facts.FILLED
F_LAPSED = facts.LAPSED
SPOTS = np.array([(0, fact.dtype.itemsize // WORD, 0) for fact in TYPES])
"""`Out.spots` where nothing can be made."""


def room_for(batch: Batch, local: Local, order_row: I64, counts: I64) -> Out:
    """Room for the most facts the batch can make."""
    spots = SPOTS.copy()
    old, sent = len(local.lines), len(local.shipments) - int(local.used[0])
    size = lay_rooms(batch.commands, order_row, local.line_base, (old, sent), counts, spots)
    # One piece of memory for all of them: a piece for each costs more than what it holds.
    words = np.empty(size, np.int64)
    rooms = [
        np.ndarray(most, fact.dtype, words, begin * WORD)
        for fact, (begin, _, most) in zip(TYPES, spots.tolist(), strict=True)
    ]
    return Out._make([*rooms, *np.zeros((2, len(TYPES)), np.int64), words, spots])


@compiled
def lay_rooms(commands: Records, order_row: I64, line_base: I64, has: tuple[int, int], counts: I64, spots: I64) -> int:
    """Write where the facts of each type begin and how many there can be; answers the words that all of them take.

    has: (lines that stand or get room, shipments that can be planned). A line can be refused its cancelling, or be
    held, many times.
    """
    old, sent = has
    placed, picks, filled = counts[PLACE, 0], counts[PICKED, 0], counts[FILL, 0]
    ends = counts[DELIVERED, 0] + counts[CANCEL, 0] + picks + filled
    again = lines_again(commands, order_row, line_base, old)
    spots[F_ORDERED, MOST] = placed
    spots[F_PLANNED, MOST] = spots[F_ALLOCATED, MOST] = sent
    spots[F_REFUSED, MOST] = placed + counts[PLACE, 1]
    spots[F_CANCELLED, MOST] = counts[PICKED, 1] + again
    spots[F_UNPLANNED, MOST] = picks + again
    spots[F_PICKED, MOST] = counts[PICKED, 1]
    spots[F_PACKED, MOST] = counts[PACKED, 0]
    spots[F_DELIVERED, MOST] = counts[DELIVERED, 0]
    spots[F_COMPLETED, MOST] = spots[F_CLOSED, MOST] = ends
    spots[F_RECEIVED, MOST] = counts[RECEIVED, 0]
    spots[F_COUNTED, MOST] = counts[COUNTED, 0]
    spots[F_HELD, MOST] = again + len(commands) if counts[HOLD, 0] + counts[RESUME, 0] > 0 else 0
    spots[F_BACKORDERED, MOST] = counts[PLACE, 1]
    spots[F_FILLED, MOST] = filled
    spots[F_LAPSED, MOST] = counts[FILL, 1] + again
    size = 0
    for fact in range(len(spots)):
        spots[fact, BEGIN] = size
        size += spots[fact, WIDTH] * spots[fact, MOST]
    return size

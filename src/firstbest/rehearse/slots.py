"""Shelves by zone: walking that a pick takes more or less, and items that pickers carry to another place."""

from __future__ import annotations

from typing import Final

import numpy as np

from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import joined
from firstbest.kernels.lookup import find
from firstbest.kernels.station import READY, WORK, Stations, enqueue
from firstbest.rehearse.hands import PICK, PROCESSES, Floor
from firstbest.rehearse.works import PACKED, TO_PICK, Rows, Store, new_task, shipment_name

CARRIED_FIRST: Final = 1 << 48
"""Codes from here on name items that are carried: no order has one, and with node and attempt they fit 63 bits."""
ROWS_BITS: Final = 16
LEAST_US: Final = 1_000_000
"""A pick takes a second, however near it is."""


@compiled
def take_slotted(store: Store, walk_us: tuple[int, int, int], rows: Rows) -> None:
    """SLOTTED facts of a wave: the picks of its shipments take more or less than the mean of all shelves."""
    for number in range(len(rows)):
        row = rows[number]
        task = find(store.names, shipment_name(row["order"], row["node"], row["attempt"]))
        if task >= 0 and store.tasks[task]["stage"] == TO_PICK:
            more = row["fast"] * walk_us[0] + row["medium"] * walk_us[1] + row["slow"] * walk_us[2]
            store.jobs[task, WORK] = max(store.jobs[task, WORK] + more, LEAST_US)


@compiled
def take_reslotted(floor: Floor, store: Store, stations: Stations, move_us: int, rows: Rows) -> None:
    """RESLOTTED facts: a job for the pickers each, in the order of the rows, before what comes later."""
    for number in range(len(rows)):
        row = rows[number]
        code = CARRIED_FIRST + ((row["number"] << ROWS_BITS) + row["ordinal"])
        rank = joined(floor.nodes[row["node"]]["tie"], joined(np.uint64(row["number"]), np.uint64(row["ordinal"])))
        task = new_task(store, shipment_name(code, row["node"], 0), rank, rank)
        # The stage before DROPPED: as it is begun it becomes that, and when it is done it is forgotten.
        store.tasks[task]["stage"] = PACKED
        store.jobs[task, READY] = row["at"]
        store.jobs[task, WORK] = move_us
        enqueue(stations, store.jobs, row["node"] * PROCESSES + PICK, task)

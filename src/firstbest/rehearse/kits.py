"""Putting kits together: what it adds to the work of a pick that nobody has begun."""

from __future__ import annotations

from firstbest.kernels.compiled import compiled
from firstbest.kernels.lookup import find
from firstbest.kernels.station import WORK
from firstbest.rehearse.works import TO_PICK, Rows, Store, shipment_name


@compiled
def take_assembled(store: Store, kit_us: int, rows: Rows) -> None:
    """ASSEMBLED facts of a wave: the picks of its shipments take so much longer."""
    for number in range(len(rows)):
        row = rows[number]
        task = find(store.names, shipment_name(row["order"], row["node"], row["attempt"]))
        if task >= 0 and store.tasks[task]["stage"] == TO_PICK:
            store.jobs[task, WORK] += row["kits"] * kit_us

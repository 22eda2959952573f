"""Kits on the floor: what putting them together adds to a pick, and parts that go back since one of them was short."""

from __future__ import annotations

from firstbest.kernels.compiled import compiled
from firstbest.kernels.lookup import find
from firstbest.kernels.station import WORK
from firstbest.rehearse.supply import Goods
from firstbest.rehearse.works import TO_PICK, Rows, Store, shipment_name


@compiled
def take_assembled(store: Store, kit_us: int, rows: Rows) -> None:
    """ASSEMBLED facts of a wave: the picks of its shipments take so much longer."""
    for number in range(len(rows)):
        row = rows[number]
        task = find(store.names, shipment_name(row["order"], row["node"], row["attempt"]))
        if task >= 0 and store.tasks[task]["stage"] == TO_PICK:
            store.jobs[task, WORK] += row["kits"] * kit_us


@compiled
def take_put_back(goods: Goods, store: Store, rows: Rows) -> None:
    """PICKED facts: units that were found and do not go are on the true shelf again, and in no parcel."""
    nodes = goods.work_days.shape[0]
    for number in range(len(rows)):
        row = rows[number]
        task = find(store.names, shipment_name(row["order"], row["node"], row["attempt"]))
        place = store.tasks[task]["first_line"] if task >= 0 else -1
        while place >= 0:
            line = store.lines[place]
            if line["line"] == row["line"] and line["quantity"] > row["quantity"]:
                goods.true_units[line["item"] * nodes + row["node"]] += line["quantity"] - row["quantity"]
                line["quantity"] = row["quantity"]
            place = line["link"]

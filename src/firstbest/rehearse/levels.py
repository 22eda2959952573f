"""Opening cases and moving pallets: what it adds to a pick that nobody has begun, and what is work of its own.

Who receives goods moves pallets: shipments that hold a whole one wait for these people, not for the pickers, and a
pallet that is taken apart is a job of theirs.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import joined
from firstbest.kernels.lookup import find
from firstbest.kernels.station import READY, WORK, Stations, enqueue
from firstbest.rehearse.hands import PICK, PROCESSES, RECEIVE, Floor, work_us
from firstbest.rehearse.works import PACKED, TO_PICK, Rows, Store, new_task, shipment_name
from firstbest.world.nature import Nature
from firstbest.world.network import I64, Network
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE, SECOND_US

BROKEN_FIRST: Final = 1 << 49
"""Codes from here on name pallets and cases that are taken apart: no order and no carried item has one."""
ROWS_BITS: Final = 17
LEAST_US: Final = 1_000_000
"""A job takes a second, however little it is."""


class Bulk(NamedTuple):
    """Units of each item's packs [I], and what moving a pallet takes."""

    case: I64
    pallet: I64
    move_us: int


def bulk_of(network: Network, nature: Nature) -> Bulk:
    """What of it the network knows; nothing where it keeps no pallets."""
    rules = network.detail.levels
    none = np.zeros(len(network.items.weight_g), np.int64)
    if rules is None or rules.pallet_units is None:
        return Bulk(none, none, 0)
    return Bulk(rules.case_units, rules.pallet_units, nature.pallet_s * SECOND_US)


def holds_pallet(released: Rows, levelled: Rows) -> NDArray[np.bool_]:
    """[n] Whether released shipments hold a whole pallet; `levelled`: rows of LEVELLED of the same tick."""
    keys = [(rows["order"] * MAX_NODE + rows["node"]) * MAX_ATTEMPT + rows["attempt"] for rows in (released, levelled)]
    found: NDArray[np.bool_] = np.isin(keys[0], keys[1][levelled["pallets"] > 0])
    return found


@compiled
def take_case_broken(floor: Floor, store: Store, stations: Stations, break_us: int, rows: Rows) -> None:
    """CASE_BROKEN facts: the picks of a wave's shipments take so much longer; what is no order's is a job."""
    for number in range(len(rows)):
        row = rows[number]
        if row["order"] < 0:
            # Goods for another building leave in whole cases as far as they can.
            _job(floor, store, stations, row, (0, row["cases"] * break_us))
            continue
        task = find(store.names, shipment_name(row["order"], row["node"], row["attempt"]))
        if task >= 0 and store.tasks[task]["stage"] == TO_PICK:
            store.jobs[task, WORK] += row["cases"] * break_us


@compiled
def take_pallet_broken(floor: Floor, store: Store, stations: Stations, break_us: int, rows: Rows) -> None:
    """PALLET_BROKEN facts: a job each for who moves pallets, in the order of the rows."""
    for number in range(len(rows)):
        row = rows[number]
        _job(floor, store, stations, row, (1, row["pallets"] * break_us))


@compiled
def _job(floor: Floor, store: Store, stations: Stations, row: np.void, what: tuple[int, int]) -> None:
    """Work that belongs to no shipment, `what` = (0 or 1: which fact it comes of, microseconds)."""
    code = BROKEN_FIRST + (((row["number"] << ROWS_BITS) + row["ordinal"]) << 1) + what[0]
    rank = joined(floor.nodes[row["node"]]["tie"], joined(np.uint64(row["number"]), np.uint64(code)))
    task = new_task(store, shipment_name(code, row["node"], 0), rank, rank)
    # The stage before DROPPED: as it is begun it becomes that, and when it is done it is forgotten.
    store.tasks[task]["stage"] = PACKED
    store.jobs[task, READY] = row["at"]
    store.jobs[task, WORK] = max(what[1], LEAST_US)
    enqueue(stations, store.jobs, row["node"] * PROCESSES + RECEIVE, task)


@compiled
def take_levelled(floor: Floor, store: Store, seed: int, bulk: Bulk, rows: Rows) -> None:
    """LEVELLED facts, those of a shipment together: pallets are moved, cases are one thing, the rest is picked."""
    number = 0
    while number < len(rows):
        row, pallets = rows[number], 0
        task = find(store.names, shipment_name(row["order"], row["node"], row["attempt"])) if row["order"] >= 0 else -1
        first = number
        while number < len(rows) and _same(rows[number], rows[first]):
            if task >= 0:
                _mark(store, task, bulk, rows[number])
            pallets += rows[number]["pallets"]
            number += 1
        if task < 0 or store.tasks[task]["stage"] != TO_PICK:
            continue
        lines, units, place = 0, 0, store.tasks[task]["first_line"]
        while place >= 0:
            line = store.lines[place]
            lines += int(line["quantity"] > line["bulk"])
            units += line["quantity"] - line["bulk"]
            place = line["link"]
        stream = joined(np.uint64(seed), store.tasks[task]["rank"])
        picking = work_us(floor, (row["node"], PICK), lines, units, stream) if lines > 0 else 0
        store.jobs[task, WORK] = max(picking + pallets * bulk.move_us, LEAST_US)


@compiled
def _same(left: np.void, right: np.void) -> bool:
    """Are two rows about one shipment?"""
    return bool(
        left["order"] == right["order"] and left["node"] == right["node"] and left["attempt"] == right["attempt"]
    )


@compiled
def _mark(store: Store, task: int, bulk: Bulk, row: np.void) -> None:
    """What of a line is not handled unit by unit."""
    place = store.tasks[task]["first_line"]
    while place >= 0:
        line = store.lines[place]
        if line["line"] == row["line"]:
            one_by_one = row["cases"] * max(bulk.case[row["item"]] - 1, 0)
            line["bulk"] = row["pallets"] * bulk.pallet[row["item"]] + one_by_one
        place = line["link"]

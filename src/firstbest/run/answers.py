"""From facts to answers: the facts of one command, and what a plan comes to."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from firstbest.world.facts import Block

Rows = NDArray[np.void]
PLAN_BYTES = 16
PLANNED_PARTS = ("node", "carrier", "lane", "cartons", "carton", "ship_by", "deliver_by", "cost", "units")
"""What of each shipment a quote promises; the rest (when it was asked, who came second) may differ."""


def of_number(blocks: Sequence[Block], number: int) -> dict[str, Rows]:
    """The facts that one command or timer caused, by name of their type."""
    found = {}
    for block in blocks:
        first, last = np.searchsorted(block.rows["number"], (number, number + 1))
        if last > first:
            found[block.fact.name] = block.rows[first:last]
    return found


def by_number(blocks: Sequence[Block], first: int, count: int) -> list[dict[str, Rows]]:
    """The facts of each of `count` commands from number `first` on."""
    found: list[dict[str, Rows]] = [{} for _ in range(count)]
    for block in blocks:
        edges = np.searchsorted(block.rows["number"], np.arange(first, first + count + 1))
        for each in np.flatnonzero(edges[1:] > edges[:-1]):
            found[int(each)][block.fact.name] = block.rows[edges[each] : edges[each + 1]]
    return found


def plan_digest(blocks: dict[str, Rows]) -> bytes:
    """A digest of what an order was promised: its shipments, the lines that are refused, those that wait for stock."""
    digest = blake2b(digest_size=PLAN_BYTES)
    parts_of = (
        ("planned", PLANNED_PARTS), ("refused", ("line", "item", "quantity", "reason")),
        ("backordered", ("line", "item", "quantity")),
    )  # fmt: skip
    for name, parts in parts_of:
        rows = blocks.get(name)
        if rows is None:
            continue
        order = np.lexsort(tuple(rows[part] for part in reversed(parts)))
        for part in parts:
            digest.update(rows[part][order].astype(np.int64).tobytes())
    return digest.digest()

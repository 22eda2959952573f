"""The cube of what happens after the door, folded from facts: by local day, node and seller of the item."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from firstbest.decide.ground import Ground
from firstbest.kernels.index import local_days
from firstbest.operate.ports import Add, Change
from firstbest.operate.rows import by_fact
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import Block
from firstbest.world.metrics import AFTERS, After
from firstbest.world.network import I64
from firstbest.world.words import ReturnWay, Service

Records = NDArray[np.void]


class Cells:
    """Gathers what is added to the cube."""

    def __init__(self, ground: Ground) -> None:
        """Nothing gathered yet."""
        self.ground = ground
        self.parts: list[tuple[I64, I64, I64]] = []

    def add(self, rows: Records, node: str, cell: After | I64, amounts: tuple[ArrayLike, ArrayLike]) -> None:
        """Add numerators and denominators of a row each, at the node in the named column."""
        self.add_for(rows, node, self.ground.items.seller[rows["item"]], (cell, *amounts))

    def add_for(
        self,
        rows: Records,
        node: str,
        seller: I64 | NDArray[np.integer],
        what: tuple[After | I64, ArrayLike, ArrayLike],
    ) -> None:
        """The same for rows of a seller each, `what` = (cell, numerators, denominators)."""
        ground, (cell, *amounts) = self.ground, what
        zone = ground.nodes.time_zone[rows[node]].astype(np.int64)
        day = local_days(ground.calendar.midnight_us, zone, np.ascontiguousarray(rows["at"]))
        base = (day * len(ground.nodes.kind) + rows[node]) * ground.sellers + seller
        keys = base * AFTERS + np.asarray(cell, np.int64)
        up, down = (np.broadcast_to(np.asarray(values, np.int64), len(rows)) for values in amounts)
        self.parts.append((keys, up, down))


def authorised(cells: Cells, rows: Records) -> None:
    """Units asked for and granted, why; those that customers keep."""
    units = rows["quantity"]
    cells.add(rows, "to_node", After.ASKED, (units, 0))
    cells.add(rows, "to_node", int(After.CHANGED_MIND) + rows["reason"].astype(np.int64), (units, 0))
    kept = rows[rows["way"] == ReturnWay.KEEP]
    cells.add(kept, "to_node", After.KEPT, (kept["quantity"], kept["quantity"] * cells.ground.items.cost[kept["item"]]))


def refused(cells: Cells, rows: Records) -> None:
    """Units asked for in vain."""
    cells.add(rows, "node", After.ASKED, (rows["quantity"], rows["quantity"]))


def refunded(cells: Cells, rows: Records) -> None:
    """Money to customers."""
    cells.add(rows, "node", After.REFUNDED, (rows["amount"], np.where(rows["amount"] > 0, rows["quantity"], 0)))


def inspected(cells: Cells, rows: Records) -> None:
    """What units were found to be."""
    cells.add(rows, "node", After.CAME, (rows["quantity"], 0))
    cells.add(rows, "node", int(After.SELLABLE) + rows["grade"].astype(np.int64), (rows["quantity"], 0))


def disposed(cells: Cells, rows: Records) -> None:
    """What became of units, what they were worth, and what that took."""
    units = rows["quantity"]
    cells.add(rows, "node", After.VALUE, (rows["value"], units * cells.ground.items.cost[rows["item"]]))
    cells.add(rows, "node", After.HANDLED, (rows["cost"], units))
    cells.add(rows, "node", int(After.RESTOCKED) + rows["disposition"].astype(np.int64), (units, rows["value"]))


def contacted(cells: Cells, rows: Records) -> None:
    """Contacts by reason."""
    cell = int(After.QUESTIONS) + rows["reason"].astype(np.int64)
    cells.add_for(rows, "node", rows["seller"], (cell, 1, rows["cost"]))


def made_good(cells: Cells, rows: Records) -> None:
    """Money paid back for harm."""
    cells.add_for(rows, "node", rows["seller"], (After.MADE_GOOD, rows["amount"], 1))


def replacement_ended(cells: Cells, rows: Records) -> None:
    """Money paid back after all for what was to be sent again."""
    cells.add_for(rows, "node", rows["seller"], (After.MADE_GOOD, rows["amount"], 0))


def claim_filed(cells: Cells, rows: Records) -> None:
    """Claims on carriers."""
    cells.add_for(rows, "node", np.zeros(len(rows), np.int64), (After.CLAIMED, rows["amount"], 1))


def claim_settled(cells: Cells, rows: Records) -> None:
    """What carriers answered."""
    none = np.zeros(len(rows), np.int64)
    cells.add_for(rows, "node", none, (After.CLAIMS_PAID, rows["amount"], 1))
    cells.add_for(rows, "node", none, (After.CLAIMS_REFUSED, rows["amount"] == 0, 0))


def expired(cells: Cells, rows: Records) -> None:
    """Units whose lot was over."""
    cells.add(rows, "node", After.EXPIRED, (rows["quantity"], rows["value"]))


def case_broken(cells: Cells, rows: Records) -> None:
    """Cases opened for picks."""
    cells.add(rows, "node", After.CASES, (rows["cases"], 0))


def pallet_broken(cells: Cells, rows: Records) -> None:
    """Pallets taken apart."""
    cells.add(rows, "node", After.PALLETS, (0, rows["pallets"]))


def levelled(cells: Cells, rows: Records) -> None:
    """Pallets that go whole with orders."""
    rows = rows[rows["order"] >= 0]
    cells.add(rows, "node", After.PALLETS, (rows["pallets"], 0))


def ordered(cells: Cells, rows: Records) -> None:
    """Orders promised as to members, where the house keeps members."""
    rows = rows[(rows["service"] == Service.MEMBER) & (rows["shipments"] > 0) & (rows["nearest"] >= 0)]
    cells.add_for(rows, "nearest", rows["seller"], (After.MEMBER_ORDERS, 1, rows["value"]))


def of_house(cells: Cells, rows: Records, cell: After, amounts: tuple[ArrayLike, ArrayLike]) -> None:
    """Add what belongs to no building: at the first fulfilment node, the owner's."""
    ground = cells.ground
    node = int(ground.centres[0])
    zone = np.full(len(rows), ground.nodes.time_zone[node], np.int64)
    day = local_days(ground.calendar.midnight_us, zone, np.ascontiguousarray(rows["at"]))
    keys = (day * len(ground.nodes.kind) + node) * ground.sellers * AFTERS + int(cell)
    up, down = (np.broadcast_to(np.asarray(values, np.int64), len(rows)) for values in amounts)
    cells.parts.append((keys, up, down))


def member_joined(cells: Cells, rows: Records) -> None:
    """New members, and their fees."""
    of_house(cells, rows, After.JOINED, (1 - rows["before"], rows["fee"]))
    of_house(cells, rows, After.MEMBERS_BEFORE, (rows["before"], 0))


def member_renewed(cells: Cells, rows: Records) -> None:
    """Memberships that go on, and their fees."""
    of_house(cells, rows, After.RENEWED, (1, rows["fee"]))


def member_lapsed(cells: Cells, rows: Records) -> None:
    """Memberships that ended."""
    of_house(cells, rows, After.LAPSED_MEMBERS, (1, 0))


def kitted(cells: Cells, rows: Records) -> None:
    """Kits asked for."""
    of_house(cells, rows, After.KITS, (rows["quantity"], rows["quantity"] * rows["price"]))


def assembled(cells: Cells, rows: Records) -> None:
    """Kits put together."""
    cells.add(rows, "node", After.ASSEMBLED, (rows["kits"], 0))


def slotted(cells: Cells, rows: Records) -> None:
    """Lines by how near they were picked."""
    of_all = rows["fast"] + rows["medium"] + rows["slow"]
    cells.add_for(rows, "node", rows["seller"], (After.FAST_LINES, rows["fast"], of_all))


def reslotted(cells: Cells, rows: Records) -> None:
    """Items that changed places."""
    cells.add(rows, "node", After.RESLOTTED, (1, rows["units"]))


CUBES: dict[str, Callable[[Cells, Records], None]] = {
    f.RETURN_AUTHORISED.name: authorised, f.RETURN_REFUSED.name: refused, f.REFUNDED.name: refunded,
    f.INSPECTED.name: inspected, f.DISPOSED.name: disposed, f.CONTACTED.name: contacted,
    f.MADE_GOOD.name: made_good, f.REPLACEMENT_ENDED.name: replacement_ended,
    f.CLAIM_FILED.name: claim_filed, f.CLAIM_SETTLED.name: claim_settled,
    f.EXPIRED.name: expired, f.CASE_BROKEN.name: case_broken,
    f.PALLET_BROKEN.name: pallet_broken, f.LEVELLED.name: levelled,
    f.ORDERED.name: ordered, f.MEMBER_JOINED.name: member_joined, f.MEMBER_RENEWED.name: member_renewed,
    f.MEMBER_LAPSED.name: member_lapsed, f.KITTED.name: kitted, f.ASSEMBLED.name: assembled,
    f.SLOTTED.name: slotted, f.RESLOTTED.name: reslotted,
}  # fmt: skip


def gathered(blocks: Sequence[Block], ground: Ground) -> list[Change]:
    """All that facts add to the cube; a fact may have any number of blocks."""
    counted = CUBES.keys() if ground.detail.members is not None else CUBES.keys() - {f.ORDERED.name}
    cells = Cells(ground)
    for block in by_fact([block for block in blocks if block.fact.name in counted]):
        CUBES[block.fact.name](cells, block.rows)
    if not cells.parts:
        return []
    keys, up, down = (np.concatenate(column) for column in zip(*cells.parts, strict=True))
    return [Add.of(t.AFTER_T, keys, {"numerator": up, "denominator": down})]

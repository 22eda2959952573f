"""Folds of cases and pallets: what stands on shelves in which level.

Where pallets are kept, pallets x their units + cases x theirs + single units - what is owed is what the book has on
hand and has not handed out. What comes is put up as pallets first, then cases, then single units, receipt by receipt.
What leaves otherwise than by a wave is owed until the next transfers are decided (`operate.levels.settled`).
"""

from __future__ import annotations

import numpy as np

from firstbest.decide.ground import Ground
from firstbest.operate.fold_keys import Records, stock_keys
from firstbest.operate.ports import Add, Change
from firstbest.world import tables as t
from firstbest.world.network import I64


def keeps_pallets(ground: Ground) -> bool:
    """Whether the house keeps pallets."""
    levels = ground.detail.levels
    return levels is not None and levels.pallet_units is not None


def packs_of(rows: Records, ground: Ground) -> tuple[I64, I64]:
    """[m] Units of a case and of a pallet of the item of each row, 0: none."""
    levels = ground.detail.levels
    assert levels is not None, "packs are asked for where the house keeps levels"
    case = levels.case_units[rows["item"]]
    return case, np.zeros_like(case) if levels.pallet_units is None else levels.pallet_units[rows["item"]]


def kept(rows: Records, ground: Ground) -> Records:
    """Rows of items that stand in cases or on pallets."""
    case, pallet = packs_of(rows, ground)
    found: Records = rows[(case > 0) | (pallet > 0)]
    return found


def tasked(rows: Records, ground: Ground) -> list[Change]:
    """Units that lie singly are taken; what goes whole or is opened is told beside."""
    if ground.detail.levels is None:
        return []
    table, column = (t.PALLET_T, "single") if keeps_pallets(ground) else (t.LOOSE_T, "units")
    rows = kept(rows, ground)
    return [Add.of(table, stock_keys(rows, "node", ground), {column: -rows["quantity"]})]


def case_broken(rows: Records, ground: Ground) -> list[Change]:
    """Units of opened cases lie singly."""
    if ground.detail.levels is None:
        return []
    units = rows["cases"] * packs_of(rows, ground)[0]
    keys = stock_keys(rows, "node", ground)
    if not keeps_pallets(ground):
        return [Add.of(t.LOOSE_T, keys, {"units": units})]
    return [Add.of(t.PALLET_T, keys, {"cases": -rows["cases"], "single": units})]


def pallet_broken(rows: Records, ground: Ground) -> list[Change]:
    """Cases of pallets that were taken apart stand beside; an item that knows no case lies singly."""
    if not keeps_pallets(ground):
        return []
    case, pallet = packs_of(rows, ground)
    cases = np.where(case > 0, rows["pallets"] * pallet // np.maximum(case, 1), 0)
    amounts = {"whole": -rows["pallets"], "cases": cases, "single": rows["pallets"] * pallet - cases * case}
    return [Add.of(t.PALLET_T, stock_keys(rows, "node", ground), amounts)]


def levelled(rows: Records, ground: Ground) -> list[Change]:
    """Whole pallets and cases are gone, and no single units in their place; what is in no level is owed."""
    if not keeps_pallets(ground):
        return []
    case, pallet = packs_of(rows, ground)
    amounts = {
        "whole": -rows["pallets"],
        "cases": -rows["cases"],
        "single": rows["pallets"] * pallet + rows["cases"] * case + rows["missing"],
        "owed": rows["missing"].copy(),
    }
    return [Add.of(t.PALLET_T, stock_keys(rows, "node", ground), amounts)]


def put_up(rows: Records, ground: Ground) -> list[Change]:
    """What came stands on pallets as far as it reaches, then in cases."""
    if not keeps_pallets(ground):
        return []
    rows = kept(rows, ground)
    case, pallet = packs_of(rows, ground)
    whole = np.where(pallet > 0, rows["quantity"] // np.maximum(pallet, 1), 0)
    left = rows["quantity"] - whole * pallet
    cases = np.where(case > 0, left // np.maximum(case, 1), 0)
    amounts = {"whole": whole, "cases": cases, "single": left - cases * case}
    return [Add.of(t.PALLET_T, stock_keys(rows, "node", ground), amounts)]


def put_back(rows: Records, ground: Ground) -> list[Change]:
    """Units that come back lie singly."""
    if not keeps_pallets(ground):
        return []
    rows = kept(rows, ground)
    return [Add.of(t.PALLET_T, stock_keys(rows, "node", ground), {"single": rows["quantity"].copy()})]


def picked(rows: Records, ground: Ground) -> list[Change]:
    """What was handed out and is still on hand by the book lies singly."""
    if not keeps_pallets(ground):
        return []
    rows = kept(rows[rows["short"] != rows["written_off"]], ground)
    return [Add.of(t.PALLET_T, stock_keys(rows, "node", ground), {"single": rows["short"] - rows["written_off"]})]


def counted(rows: Records, ground: Ground) -> list[Change]:
    """Units that a count found lie singly; what it did not find is owed."""
    if not keeps_pallets(ground):
        return []
    rows = kept(rows, ground)
    more = rows["quantity"] - rows["book"]
    amounts = {"single": np.maximum(more, 0), "owed": np.maximum(-more, 0)}
    return [Add.of(t.PALLET_T, stock_keys(rows, "node", ground), amounts)]


def expired(rows: Records, ground: Ground) -> list[Change]:
    """What was taken off the shelf is owed."""
    if not keeps_pallets(ground):
        return []
    rows = kept(rows, ground)
    return [Add.of(t.PALLET_T, stock_keys(rows, "node", ground), {"owed": rows["quantity"].copy()})]


def sent_on(rows: Records, ground: Ground) -> list[Change]:
    """What leaves for another building is owed."""
    if not keeps_pallets(ground):
        return []
    rows = kept(rows[rows["bought"] == 0], ground)
    return [Add.of(t.PALLET_T, stock_keys(rows, "from_node", ground), {"owed": rows["quantity"].copy()})]

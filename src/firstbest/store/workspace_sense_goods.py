"""Goods that do not fit together: shortened codes, pounds among kilograms, inches among centimetres."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from firstbest.store.faults import Fault, shown
from firstbest.store.workspace_typed import Workspace

_SHORTENED: Final = re.compile(r"\d([.,]\d+)?[eE]\+\d+")
_CODES: Final = (("items", "item"), ("packs", "gtin"), ("stock", "item"), ("orders", "item"), ("orders", "order"))
_POUND_KG: Final = 0.45359237
_NEAR: Final = 0.02
_LONG_LEAST: Final = 0.62
"""A cube's side is the least that the longest side of a volume can be, and goods may be pressed a little; 1 / 2.54 of
the side, an inch taken for a centimetre, is far below."""


def check_codes(workspace: Workspace) -> Iterator[Fault]:
    """Codes that a spreadsheet shortened to a number."""
    for table, column in _CODES:
        frame = workspace.frame(table)
        cells = frame.texts(column)
        if not any("+" in each for each in set(cells)):
            continue
        for row, cell in zip(frame.rows.tolist(), cells, strict=True):
            if _SHORTENED.fullmatch(cell):
                expected = "a code with all its digits: format the column as text and paste it again"
                yield Fault(frame.file, row, column, expected, f"{shown(cell)}, which a spreadsheet shortened")


def check_goods(workspace: Workspace) -> Iterator[Fault]:
    """Faults of weights and sizes."""
    yield from _cases(workspace)
    yield from _sizes(workspace)


def _cases(workspace: Workspace) -> Iterator[Fault]:
    """A case weighs what its units weigh; in pounds it would weigh 2.2 times that, or the other way round."""
    items, packs = workspace.frame("items"), workspace.frame("packs")
    unit = dict(zip(items.texts("item"), items.numbers("weight_kg").tolist(), strict=True))
    rows = zip(packs.rows.tolist(), packs.texts("item"), packs.numbers("quantity").tolist(),
               packs.numbers("weight_kg").tolist(), strict=True)  # fmt: skip
    for row, item, quantity, weight in rows:
        units = unit.get(item, 0.0) * quantity
        if units <= 0 or weight <= 0:
            continue
        if abs(weight / units / _POUND_KG - 1) < _NEAR:
            found = f"{weight:g}: is the item's {unit[item]:g} in pounds?"
            yield Fault(packs.file, row, "weight_kg", f"{units:g} or more, {quantity:g} units of {item}", found)
        elif abs(weight / units * _POUND_KG - 1) < _NEAR:
            yield Fault(
                packs.file, row, "weight_kg", f"about {units:g}, {quantity:g} units of {item}", f"{weight:g} (pounds?)"
            )


def _sizes(workspace: Workspace) -> Iterator[Fault]:
    """The longest side of a thing is no shorter than that of a cube of its volume."""
    items = workspace.frame("items")
    rows = zip(
        items.rows.tolist(), items.numbers("longest_cm").tolist(), items.numbers("volume_l").tolist(), strict=True
    )
    for row, longest, volume in rows:
        cube = (volume * 1_000) ** (1 / 3)
        if 0 < longest < cube * _LONG_LEAST:
            expected = f"{cube:.1f} or more, the side of a cube of {volume:g} litres"
            yield Fault(items.file, row, "longest_cm", expected, f"{longest:g} (inches? {longest * 2.54:.1f} cm)")

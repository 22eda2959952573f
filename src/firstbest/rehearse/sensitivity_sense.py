"""Which inputs can be moved together: corners of the box of ranges are tried as workspaces, before any rehearsal.

A range of one number may contradict another file, and often only together with a third: a volume at its high end makes
no item with the length that stands beside it. All low ends, all high ends, all at the levels between of Morris' walks,
and some corners drawn at random are loaded; where one makes no workspace, the input is found which, put back to what
stands there now, mends it, and it is left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from firstbest.kernels.draws import uniforms
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.sensitivity_inputs import MIDDLE, Input, write_moved
from firstbest.store.workspace import load

CORNERS: Final = 6
"""Drawn beside those of one level; one that is mended is tried again."""
ALIKE: Final = (0.0, 1.0, 1 / 3, 2 / 3)
"""Shares that all inputs are at together: the levels of Morris' walks."""
_PURPOSE: Final = 79

Fault = tuple[str, str]
"""File and column."""


def sensible(folder: Path, inputs: Sequence[Input]) -> tuple[tuple[Input, ...], tuple[str, ...]]:
    """Inputs that make sense as a workspace at all corners that were tried, and the names of those left out for it."""
    kept, out = list(inputs), []
    for corner in range(CORNERS + len(ALIKE)):
        shares = dict(zip(inputs, _corner(len(inputs), corner), strict=True))
        while faults := _faulty(folder, kept, shares):
            gone = [each for each in kept if any(_is_of(each, name) for name in faults)]
            if not gone:
                gone = [_culprit(folder, kept, shares, faults)]
            out += [each.name for each in gone]
            kept = [each for each in kept if each not in gone]
    return tuple(kept), tuple(out)


def _corner(count: int, number: int) -> list[float]:
    """[count] All alike, then ends drawn by place and number."""
    if number < len(ALIKE):
        return [ALIKE[number]] * count
    drawn = uniforms(number, np.arange(count, dtype=np.uint64), _PURPOSE, 0)
    return [float(each >= MIDDLE) for each in drawn]


def _culprit(folder: Path, kept: Sequence[Input], shares: dict[Input, float], faults: set[Fault]) -> Input:
    """One whose way back to the middle mends the faults of the first faulty file, found by halving.

    Those of the same file are looked at first; where none of them mends it, all are.
    """
    file = min(faults)[0]
    own = [each for each in kept if any(row.file == file for row in each.rows)]
    suspects = own if own and not _of_file(folder, kept, shares, own, file) else list(kept)
    while len(suspects) > 1:
        half = suspects[: len(suspects) // 2]
        suspects = suspects[len(half) :] if _of_file(folder, kept, shares, half, file) else half
    return suspects[0]


def _of_file(folder: Path, kept: Sequence[Input], shares: dict[Input, float], back: Sequence[Input], file: str) -> bool:
    """Whether the file is still faulty with some inputs back in the middle."""
    tried = {each: MIDDLE if each in back else shares[each] for each in kept}
    return any(fault[0] == file for fault in _faulty(folder, kept, tried))


def _is_of(each: Input, fault: Fault) -> bool:
    row = each.rows[0]
    return row.file == fault[0] and row.field.partition(".")[0] in fault[1].replace(".", " ").split()


def _faulty(folder: Path, inputs: Sequence[Input], shares: dict[Input, float]) -> set[Fault]:
    """File and column of all faults of a point."""
    with tempfile.TemporaryDirectory() as place:
        write_moved(folder, Path(place) / "workspace", inputs, [shares[each] for each in inputs])
        try:
            load(Path(place) / "workspace")
        except WorkspaceFaulty as faulty:
            return {(fault.file, fault.column) for fault in faulty.faults}
    return set()

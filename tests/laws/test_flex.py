"""Moving hands between picking and packing: who lends does not fall short, and nobody moves for nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide import flex
from firstbest.decide.ground import ground_of
from firstbest.world.tables import ROSTER
from tests.laws.worlds import World, made

WEST = 3
MINUTES = st.integers(0, 9_000)


def crew(heads: list[int], overtime: int) -> np.ndarray[Any, Any]:
    rows = np.zeros(2, ROSTER)
    rows["heads"], rows["overtime_min"] = heads, overtime
    return rows


def capacity(rows: np.ndarray[Any, Any], lent: Any = 0) -> int:
    """Minutes of those who come, a twentieth absent: the worlds' house believes so."""
    return sum(int(h) * int((480 + o) * 0.95) for h, o in zip(rows["heads"] + lent, rows["overtime_min"], strict=True))


@given(needed=st.tuples(MINUTES, MINUTES), overtime=st.tuples(st.integers(0, 90), st.integers(0, 90)),
       share=st.sampled_from([0, 300_000, 1_000_000]))  # fmt: skip
def test_hands_move_from_spare_to_short(needed: tuple[int, int], overtime: tuple[int, int], share: int) -> None:
    network, _ = made(World())
    labour = network.labour._replace(flex_ppm=np.full_like(network.labour.flex_ppm, share))
    ground = ground_of(network._replace(labour=labour))
    crews = crew([4, 2], overtime[0]), crew([3, 3], overtime[1])
    before = capacity(crews[0]), capacity(crews[1])
    lent, after = flex.lend(ground, WEST, flex.Day(crews, needed, before))

    assert (lent.sum(axis=0) == 0).all()
    assert after == (capacity(crews[0], lent[0]), capacity(crews[1], lent[1]))
    if lent.any():
        giver = int((lent < 0).any(axis=1).argmax())
        assert share > 0
        assert before[giver] > needed[giver]
        assert after[giver] >= needed[giver]
        assert before[1 - giver] < needed[1 - giver]
        assert -lent[giver].sum() <= max(round(6 * share / 1e6 + 1e-9), 0)
    elif share == 1_000_000 and min(n - b for n, b in zip(needed, before, strict=True)) < -570:
        assert all(n <= b for n, b in zip(needed, before, strict=True))

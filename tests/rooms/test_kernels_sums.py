"""Sums by key against a dictionary, and counting in pieces against counting at once."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide.ground import Ground, ground_of
from firstbest.kernels.sums import new_sums, room_left, row_of, taken
from firstbest.operate import metrics_rows
from firstbest.operate.loop import merged
from firstbest.operate.metrics import cubes
from firstbest.operate.ports import Add, columns_of
from firstbest.world.facts import FACTS, Block
from tests.laws.history import run
from tests.laws.worlds import World, made

added = st.lists(st.tuples(st.integers(0, 2**60), st.integers(-(2**40), 2**40)), max_size=60)


@given(added, st.integers(1, 5), st.sampled_from([(1, 4), (2, 2), (4, 1)]))
def test_sums_are_those_of_a_dictionary(rows: list[tuple[int, int]], few: int, shape: tuple[int, int]) -> None:
    # Keys that differ in their highest bits alone, and keys that come again.
    rows = [(key if key % 3 else key % few, amount) for key, amount in rows]
    cells, each = shape
    sums = new_sums(len({key for key, _ in rows}), 4)
    for turn in range(2):
        expected: dict[int, list[int]] = defaultdict(lambda: [0] * 4)
        for n, (key, amount) in enumerate(rows):
            sums.words[row_of(sums, key), 1 + (n + turn) % 4] += amount
            expected[key][(n + turn) % 4] += amount
        assert room_left(sums) == 0
        keys, told = taken(sums, each)
        split = {
            key * cells + cell: amounts[cell * each : (cell + 1) * each]
            for key, amounts in expected.items()
            for cell in range(cells)
        }
        assert dict(zip(keys.tolist(), told.T.tolist(), strict=True)) == {k: v for k, v in split.items() if any(v)}
    assert not sums.words.any()
    assert taken(sums, each)[0].tolist() == []


def test_cubes_are_the_same_however_facts_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fact by fact or in blocks of any length, with room for all cells or for three."""
    history = run(made(World(seed=3, orders_day=25)), 1)
    parts = [Block(fact, rows) for fact in FACTS for rows in history.book.blocks[fact.name] if len(rows)]
    ground = ground_of(history.network)
    single = [Block(block.fact, block.rows[n : n + 1]) for block in parts for n in range(len(block.rows))]
    assert len(parts) < len(single)

    whole = totals(merged(parts), ground)
    assert sum(len(cells) for cells in whole.values()) > 1_000
    assert totals(parts, ground) == whole
    assert totals(single, ground) == whole
    monkeypatch.setattr(metrics_rows, "CELLS_MOST", 3)
    monkeypatch.setattr(metrics_rows, "PIECE_LEAST", 2)
    assert totals(merged(parts), ground) == whole
    monkeypatch.setattr(metrics_rows, "FLOWS_MOST", 2)
    assert totals(merged(parts), ground) == whole


def totals(blocks: list[Block], ground: Ground) -> dict[str, dict[tuple[str, int], int]]:
    """What the changes come to: by table, column and key, without what is 0."""
    found: dict[str, dict[tuple[str, int], int]] = defaultdict(lambda: defaultdict(int))
    for change in cubes(blocks, ground):
        assert isinstance(change, Add)
        for name in columns_of(change):
            for key, value in change.rows[["key", name]].tolist():
                found[change.table.name][name, key] += value
    return {table: {cell: value for cell, value in cells.items() if value} for table, cells in found.items()}

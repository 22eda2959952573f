"""The queues of the columns, with more rows than one run holds, against a plain sort of what waits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.kernels import queues
from firstbest.operate.ports import End, Put, Set, Soonest
from firstbest.store.columns import Columns
from firstbest.world import tables as t
from firstbest.world.words import Stage

GROUPS = np.array([2, 0, 1])
KEYS = 4_000
Plain = dict[int, dict[str, int]]


class Step(NamedTuple):
    """What befalls a table: rows that come, again or anew, rows that change, a reading, and what it takes."""

    seed: int
    come: int
    change: int
    wanted: int
    limit: int
    taken: float
    forked: bool


steps = st.lists(
    st.builds(
        Step,
        seed=st.integers(0, 2**32),
        come=st.sampled_from([0, 1, 7, 300, 1_500]),
        change=st.sampled_from([0, 3, 200]),
        wanted=st.sampled_from([0, 1, 40, KEYS]),
        limit=st.integers(-1, 4),
        taken=st.sampled_from([0.0, 0.5, 1.0]),
        forked=st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


def drawn(rng: np.random.Generator, keys: np.ndarray) -> np.ndarray:
    """Rows with few days and few hashes, so that many are ordered by their key alone."""
    made, size = np.zeros(len(keys), t.SHIPMENT), len(keys)
    made["key"], made["live"] = keys, 1
    made["node"], made["day"] = rng.integers(0, 3, size), rng.integers(0, 4, size)
    made["ship_by"] = made["day"] * 10 + rng.integers(0, 2, size)
    made["tie"] = np.where(rng.random(size) < 0.5, 2**64 - 1, rng.integers(0, 9, size, np.uint64))
    made["stage"] = np.where(rng.random(size) < 0.8, Stage.WAITING, Stage.PACKED)
    return made


def changes(step: Step, plain: Plain) -> list[Put | Set]:
    """What comes and what changes, and the plain rows with them."""
    rng = np.random.default_rng(step.seed)
    come = drawn(rng, rng.choice(KEYS, step.come, replace=False))
    names = ("node", "day", "ship_by", "tie", "stage")
    plain |= {int(row["key"]): {name: int(row[name]) for name in names} for row in come}
    there = np.array(sorted(plain), np.int64)
    told = drawn(rng, rng.choice(there, min(step.change, len(there)), replace=False))
    for row in told:
        plain[int(row["key"])] |= {name: int(row[name]) for name in ("node", "ship_by", "stage")}
    columns = {name: told[name] for name in ("node", "ship_by", "stage")}
    return [Put(t.SHIPMENT_T, come), Set.of(t.SHIPMENT_T, told["key"].copy(), columns)]


def expected(step: Step, plain: Plain) -> list[int]:
    """Keys of the rows that a reading answers."""
    found: list[int] = []
    for group in GROUPS:
        waiting = sorted(
            (row["ship_by"], row["tie"], key)
            for key, row in plain.items()
            if row["node"] == group and row["stage"] == Stage.WAITING
        )
        late = [n for n, (*_, key) in enumerate(waiting) if plain[key]["day"] > step.limit]
        found += [key for *_, key in waiting[: min([*late[:1], step.wanted])]]
    return found


@given(steps)
def test_the_first_rows_of_queues_are_those_of_a_sort(given_steps: list[Step]) -> None:
    columns, plain = Columns({table.name: 1 for table in t.TABLES}), Plain()
    for step in given_steps:
        columns.apply(changes(step, plain))
        if step.forked:
            columns = columns.copied()

        rows = columns.read(Soonest(t.SHIPMENT_T, GROUPS, np.full(3, step.wanted), step.limit)).rows
        keys = rows["key"].tolist()
        assert keys == expected(step, plain)

        gone = keys[: round(len(keys) * step.taken)]
        columns.apply([End.of(t.SHIPMENT_T, np.array(gone, np.int64))])
        for key in gone:
            del plain[key]


@pytest.mark.parametrize("moved", [False, True])
def test_entries_take_no_more_room_than_what_waits(moved: bool) -> None:
    columns, rng = Columns({table.name: 1 for table in t.TABLES}), np.random.default_rng(1)
    made = drawn(rng, np.arange(500))
    made["stage"] = Stage.WAITING
    for _ in range(100):
        made["ship_by"] = rng.permutation(500) if moved else 0
        columns.apply([Put(t.SHIPMENT_T, made)])
        columns.read(Soonest(t.SHIPMENT_T, GROUPS, np.full(3, 1), 9))

    held = columns.tables["shipment"].queues
    assert held is not None
    assert len(held.entries) <= 4 * (500 + 500) + queues.LEAST

"""The columns in memory against dictionaries of plain numbers."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.kernels import packed
from firstbest.operate.ports import Add, All, ByKey, Change, End, Put, Set, Soonest, Staged
from firstbest.store.columns import BoundBroken, Columns
from firstbest.world import tables as t
from firstbest.world.words import CargoStage, MemberStage, ReturnStage, SentStage, Stage

NAMES = ("tie", "ship_by", "units", "short", "stage", "rolled")
"""Columns of every width; the first is unsigned, the last two have 16 bits."""
ROOM = 6
SIZES = {table.name: ROOM for table in t.TABLES}
keys = st.integers(0, 40)
small = st.integers(0, 3)
puts = st.lists(st.tuples(keys, st.integers(0, 2**64 - 1), st.integers(-(2**40), 2**40), small), max_size=30)
steps = st.lists(
    st.tuples(puts, st.lists(st.tuples(keys, small, st.booleans())), st.lists(st.tuples(keys, st.integers(-9, 9)))),
    max_size=6,
)
Plain = dict[int, dict[str, int]]


def shipments(rows: list[tuple[int, int, int, int]]) -> Put:
    made = np.zeros(len(rows), t.SHIPMENT)
    for n, (key, tie, ship_by, stage) in enumerate(rows):
        made[n]["key"], made[n]["live"], made[n]["tie"] = key, 1, tie
        made[n]["ship_by"], made[n]["stage"] = ship_by, stage
    return Put(t.SHIPMENT_T, made)


def array(values: list[int]) -> np.ndarray:
    return np.array(values, np.int64)


def changed(plain: Plain, step: tuple[list, list, list]) -> list[Change]:
    """The changes of a step, and what they make of the plain rows."""
    put, told, added = step
    for key, tie, ship_by, stage in put:
        plain[key] = dict.fromkeys(NAMES, 0) | {"tie": tie, "ship_by": ship_by, "stage": stage}
    more = [(key, amount) for key, amount in added if key in plain]
    for key, amount in more:
        plain[key]["units"] += amount
        plain[key]["rolled"] += 2 * amount
    told = [one for one in {key: (key, stage, stays) for key, stage, stays in told}.values() if one[0] in plain]
    for key, stage, stays in told:
        plain[key]["stage"] = stage
        if not stays:
            del plain[key]
    amounts = array([amount for _, amount in more])
    stages = {"stage": array([stage for _, stage, _ in told])}
    return [
        shipments(put),
        Add.of(t.SHIPMENT_T, array([key for key, _ in more]), {"units": amounts, "rolled": 2 * amounts}),
        Set.of(t.SHIPMENT_T, array([key for key, *_ in told]), stages),
        End.of(t.SHIPMENT_T, array([key for key, _, stays in told if not stays])),
    ]


@given(steps)
def test_rows_that_come_and_go_are_those_of_a_dictionary(given_steps: list[tuple[list, list, list]]) -> None:
    columns, plain = Columns(SIZES), Plain()
    for step in given_steps:
        columns.apply(changed(plain, step))

        rows = columns.read(All(t.SHIPMENT_T)).rows
        assert rows["key"].tolist() == sorted(plain)
        for name in NAMES:
            assert rows[name].tolist() == [plain[key][name] for key in sorted(plain)], name
        wanted = array([7, 0, 41, 40, 7])
        answer = columns.read(ByKey(t.SHIPMENT_T, wanted))
        assert answer.found.tolist() == [int(key) in plain for key in wanted]
        assert answer.rows["key"].tolist() == wanted.tolist()
        nothing = dict.fromkeys(NAMES, 0)
        for name in NAMES:
            assert answer.rows[name].tolist() == [plain.get(int(key), nothing)[name] for key in wanted], name
        due = sorted(key for key, row in plain.items() if row["stage"] == 1 and row["ship_by"] <= 0)
        assert columns.read(Staged(t.SHIPMENT_T, 1, "ship_by", 0)).rows["key"].tolist() == due
        narrow = columns.read(Staged(t.SHIPMENT_T, 1, "ship_by", 0, ("key", "tie", "stage", "units"))).rows
        assert narrow["tie"].tolist() == [plain[key]["tie"] for key in due]
        assert narrow["units"].tolist() == [plain[key]["units"] for key in due]
        few = Staged(t.SHIPMENT_T, 1, "ship_by", 0, among=("rolled", np.array([False, False, True, False, True])))
        meant = [key for key in due if plain[key]["rolled"] in {2, 4}]
        assert columns.read(few).rows["key"].tolist() == meant
        fork = columns.copied()
        for held, wanted_rows in ((columns, 3), (fork, 100), (columns, 100)):
            assert front(held, wanted_rows) == queue(plain)[:wanted_rows]


def queue(plain: Plain) -> list[int]:
    """Keys of what waits, in order, up to the first that is due later than the limit."""
    waiting = sorted(
        (row["ship_by"], row["tie"], key) for key, row in plain.items() if row["stage"] == t.TO_RELEASE.value
    )
    return [key for *_, key in waiting]


def front(columns: Columns, wanted: int) -> list[int]:
    """Keys of the first rows of the queue of node 0."""
    rows = columns.read(Soonest(t.SHIPMENT_T, array([0]), array([wanted]), 0)).rows
    return list(rows["key"].tolist())


@given(
    st.lists(st.tuples(st.integers(0, 2), st.integers(0, 5), st.integers(0, 9)), max_size=60),
    st.lists(st.integers(0, 12), min_size=3, max_size=3),
    st.integers(-1, 6),
)
def test_each_queue_is_read_from_its_front_to_the_limit(
    given_rows: list[tuple[int, int, int]], wanted: list[int], limit: int
) -> None:
    columns, made = Columns(SIZES), np.zeros(len(given_rows), t.SHIPMENT)
    for key, (node, day, tie) in enumerate(given_rows):
        made[key]["key"], made[key]["live"], made[key]["node"], made[key]["tie"] = key, 1, node, tie
        made[key]["day"], made[key]["ship_by"], made[key]["stage"] = day, 10 * day, t.TO_RELEASE.value
    columns.apply([Put(t.SHIPMENT_T, made)])

    expected = []
    for node in (2, 0, 1):
        mine = sorted((day, tie, key) for key, (at, day, tie) in enumerate(given_rows) if at == node and day <= limit)
        expected += [key for *_, key in mine[: wanted[node]]]
    groups = array([2, 0, 1])
    for _ in range(2):
        rows = columns.read(Soonest(t.SHIPMENT_T, groups, array(wanted)[groups], limit)).rows
        assert rows["key"].tolist() == expected


@given(st.lists(st.lists(st.tuples(st.integers(0, ROOM - 1), st.integers(-5, 5))), max_size=5))
def test_stock_is_the_sum_of_what_was_added(ticks: list[list[tuple[int, int]]]) -> None:
    columns, plain = Columns(SIZES), [0] * ROOM
    for tick in ticks:
        for key, amount in tick:
            plain[key] += amount
        where, amounts = array([key for key, _ in tick]), array([amount for _, amount in tick])
        change = Add.of(t.STOCK_T, where, {"on_hand": amounts, "sold": amounts})
        touched = [plain[key] for key, _ in tick]
        if touched and min(touched) < 0:
            with pytest.raises(BoundBroken, match=r"stock\.on_hand needs 0 or more, was -\d+ at key \d"):
                columns.apply([change])
            return
        columns.apply([change])

        assert columns.read(All(t.STOCK_T)).rows["sold"].tolist() == plain


def test_a_key_that_is_not_there_is_named() -> None:
    columns = Columns(SIZES)

    with pytest.raises(AssertionError, match="table 'stock' has keys 0 to 5, was 3 to 6"):
        columns.read(ByKey(t.STOCK_T, array([3, 6])))
    with pytest.raises(AssertionError, match="table 'shipment': a row to be changed or added to is not there"):
        columns.apply([Set.of(t.SHIPMENT_T, array([3]), {"stage": array([1])})])


@pytest.mark.parametrize("stages", [CargoStage, MemberStage, ReturnStage, SentStage, Stage])
def test_rows_of_every_stage_are_counted(stages: type[IntEnum]) -> None:
    """A kernel looks no index over: a stage beyond its counts would be written into other memory."""
    assert 0 <= min(stages) <= max(stages) < packed.MARKS

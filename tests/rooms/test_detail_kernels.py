"""What kits, members, levels and shelves add to a batch or a wave: kernels against slow and obvious ways."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide import levels as decided
from firstbest.operate import kits, levels, members, slots
from firstbest.operate.loop import run_step
from firstbest.store.columns import Columns, sizes
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.network import Members
from firstbest.world.units import MAX_KIT
from firstbest.world.words import Kind, MemberStage, Service, Zone
from tests.rehearsals.small import small_network
from tests.rooms.test_kits import PARTS, rules

RULES = Members(30, 7_000_000)
people = st.lists(
    st.tuples(
        st.sampled_from([Kind.PLACE, Kind.PLACE, Kind.JOIN, Kind.LEAVE, Kind.PACKED]), st.integers(0, 3),
        st.sampled_from(list(Service)), st.integers(0, 2), st.integers(-1, 9), st.sampled_from([0, 60]),
    ),
    min_size=1, max_size=9,
)  # fmt: skip
known = st.dictionaries(st.integers(0, 3), st.tuples(st.sampled_from(list(MemberStage)), st.integers(0, 30)))


def said_by(said: list[Any]) -> np.ndarray:
    commands = np.zeros(len(said), COMMAND)
    for n, (kind, customer, service, flag, quantity, expected) in enumerate(said):
        row = commands[n]
        row["kind"], row["customer"], row["service"], row["flag"] = kind, customer, service, flag
        row["at"], row["number"], row["quantity"], row["expected"] = 10 + n, 100 + n, quantity, expected
    return commands


def rows_of(customers: list[int], members_known: dict[int, Any]) -> tuple[np.ndarray, np.ndarray]:
    rows = np.zeros(len(customers), t.MEMBER)
    for row, customer in zip(rows, customers, strict=True):
        row["stage"], row["until"] = members_known.get(customer, (0, 0))
    return rows, np.array([customer in members_known for customer in customers], np.bool_)


@given(said=people, there=known)
def test_orders_get_what_their_customers_are_entitled_to(said: list[Any], there: dict[int, Any]) -> None:
    commands = said_by(said)
    customers = np.empty(len(said), np.int64)
    placed = [each for each in said if each[0] == Kind.PLACE]

    count = members.name_customers(commands, customers)
    members.entitle(commands, *rows_of(customers[:count].tolist(), there))

    assert customers[:count].tolist() == [each[1] for each in placed]
    for n, (kind, customer, asked, *_) in enumerate(said):
        stage, until = there.get(customer, (0, 0))
        member = customer in there and (stage == MemberStage.MEMBER or 10 + n < until)
        plain = asked != Service.ECONOMY and kind == Kind.PLACE
        assert commands["service"][n] == ((Service.MEMBER if member else Service.STANDARD) if plain else asked)


@given(said=people)
def test_a_batch_ends_before_one_whose_membership_it_changed(said: list[Any]) -> None:
    batch = members.before_newcomer(Batch(said_by(said), np.zeros(0, LINE)))

    changed: set[int] = set()
    stop = len(said)
    for n, (kind, customer, *_) in enumerate(said):
        if customer in changed and kind != Kind.PACKED:
            stop = n
            break
        changed |= {customer} if kind in (Kind.JOIN, Kind.LEAVE) else set()
    assert len(batch.commands) == stop


@given(said=people, there=known)
def test_who_joins_renews_and_leaves(said: list[Any], there: dict[int, Any]) -> None:
    said = [each for each in said if each[0] in (Kind.JOIN, Kind.LEAVE)]
    rooms = [np.zeros(len(said), fact.dtype) for fact in (f.MEMBER_JOINED, f.MEMBER_RENEWED, f.MEMBER_LEAVES)]
    counts = np.zeros(3, np.int64)

    answer = rows_of([each[1] for each in said], there)
    members.decide(said_by(said), RULES, answer, (rooms[0], rooms[1], rooms[2]), counts)

    expected: list[list[tuple[int, ...]]] = [[], [], []]
    for n, (kind, customer, _, flag, quantity, ends) in enumerate(said):
        at, (stage, until) = 10 + n, there.get(customer, (0, 0))
        fee = RULES.fee if flag == 0 else max(quantity, 0) if flag == 1 else 0
        stop = ends if ends > at else max(until, at) + RULES.term_us
        if kind == Kind.JOIN and customer in there:
            expected[1].append((100 + n, at, customer, stop, fee, until))
        elif kind == Kind.JOIN:
            expected[0].append((100 + n, at, customer, stop, fee, int(flag == 2)))
        elif customer in there and (stage == MemberStage.MEMBER or flag == 1):
            expected[2].append((100 + n, at, customer, min(at, until) if flag == 1 else until))
    names = ("number", "at", "customer", "until", "fee", "before")
    found = [
        list(zip(*(room[name][:n].tolist() for name in names[: 4 if room is rooms[2] else 6]), strict=True))
        for room, n in zip(rooms, counts.tolist(), strict=True)
    ]
    assert found == expected


line = st.tuples(st.sampled_from([1, 2, 7, 8, 9]), st.integers(1, 5))


@given(asked=st.lists(st.tuples(st.booleans(), st.lists(line, min_size=1, max_size=4)), min_size=1, max_size=4))
def test_kits_of_orders_that_are_there_are_told(asked: list[tuple[bool, list[tuple[int, int]]]]) -> None:
    commands = np.zeros(len(asked), COMMAND)
    lines = np.zeros(sum(len(order) for _, order in asked), LINE)
    ordered = np.zeros(sum(there for there, _ in asked), f.ORDERED.dtype)
    ordered["number"] = [100 + n for n, (there, _) in enumerate(asked) if there]
    flat = [(n, there, place, *each) for n, (there, order) in enumerate(asked) for place, each in enumerate(order)]
    rest = np.array([20 + spot if each[3] in PARTS else -1 for spot, each in enumerate(flat)])
    for n, (_, order) in enumerate(asked):
        commands[n]["kind"], commands[n]["number"], commands[n]["order"] = Kind.PLACE, 100 + n, 7 + n
        commands[n]["first_line"], commands[n]["lines"] = sum(each[0] < n for each in flat), len(order)
    expected, told = [], Counter[int]()
    for spot, (n, there, place, item, quantity) in enumerate(flat):
        lines[spot] = (place, item, quantity, 5)
        if item in PARTS and there:
            expected.append((100 + n, told[n], 7 + n, place, item, quantity, 20 + spot, len(PARTS[item])))
            told[n] += 1
    rows = np.zeros(int((rest >= 0).sum()), f.KITTED.dtype)

    count = kits.tell(commands, lines, (rules(), np.zeros(10, np.int32)), (rest, ordered), rows)

    names = ("number", "ordinal", "order", "line", "item", "quantity", "rest", "parts")
    assert list(zip(*(rows[name][:count].tolist() for name in names), strict=True)) == expected


@given(
    shipments=st.lists(st.lists(st.tuples(st.integers(-1, 4), st.sampled_from([1, 2, 3, 4])), max_size=7), max_size=4)
)
def test_kits_are_put_together_where_all_their_parts_are(shipments: list[list[tuple[int, int]]]) -> None:
    """Lines are (number of the kit in its order, whose kit is that by 3, or -1; item)."""
    rows = np.zeros(sum(len(each) for each in shipments), f.TASKED.dtype)
    kit, expected, n = np.zeros(len(rows), np.int64), [], 0
    for order, each in enumerate(shipments):
        parts = Counter(group for group, _ in each)
        for place, (group, item) in enumerate(each):
            which = group % 3
            rows[n]["order"], rows[n]["line"], rows[n]["item"], rows[n]["quantity"] = order, place, item, 12
            kit[n] = (group + 1) * MAX_KIT + which if group >= 0 else 0
            first, units = PARTS[7 + which][0]
            if group >= 0 and item == first and parts[group] == len(PARTS[7 + which]):
                expected.append((order, place, 12 // units, 7 + which))
            n += 1

    found = kits.assembled((5, 6), rules(), rows, kit).rows

    assert list(zip(*(found[name].tolist() for name in ("order", "line", "kits", "item")), strict=True)) == expected
    assert found["ordinal"].tolist() == list(range(len(found)))


@given(
    taken=st.lists(st.tuples(*(st.integers(0, 1) for _ in range(5))), min_size=1, max_size=9), first=st.integers(0, 3)
)
def test_what_lines_take_by_level_is_told(taken: list[tuple[int, ...]], first: int) -> None:
    rows = np.zeros(first + len(taken), f.TASKED.dtype)
    rows["line"] = np.arange(len(rows))
    found = decided.Taken(*np.array(taken, np.int64).T.copy())

    broken, opened, levelled = levels.told((5, 6), rows, np.arange(first, len(rows)), found, found.missing)

    for block, parts in ((broken, (2,)), (opened, (3,)), (levelled, (0, 1, 4))):
        mine = [n for n, each in enumerate(taken) if any(each[part] for part in parts)]
        assert block.rows["line"].tolist() == [first + n for n in mine]
        assert block.rows["ordinal"].tolist() == list(range(len(mine)))
    mine = [each for each in taken if each[0] or each[1] or each[4]]
    names = ("pallets", "cases", "missing")
    assert list(zip(*(levelled.rows[name].tolist() for name in names), strict=True)) == [
        (each[0], each[1], each[4]) for each in mine
    ]


picks = st.lists(
    st.lists(st.tuples(st.integers(0, 3), st.sampled_from([0, 0, 1, 2, 3])), min_size=1, max_size=5), max_size=4
)


@given(shipments=picks)
def test_lines_are_counted_by_zone(shipments: list[list[tuple[int, int]]]) -> None:
    at_first = np.array([0, 1, 2, 1])
    flat = [(order, item, written) for order, each in enumerate(shipments) for item, written in each]
    rows, there = np.zeros(len(flat), f.TASKED.dtype), np.zeros(len(flat), t.SHELF)
    for n, (order, item, written) in enumerate(flat):
        rows[n]["order"], rows[n]["item"], there[n]["zone"] = order, item, written
    made = np.zeros(len(rows), f.SLOTTED.dtype)

    count = slots.tell((5, 6), rows, there, (at_first, np.arange(4, dtype=np.int32)), made)

    assert made["order"][:count].tolist() == list(range(len(shipments)))
    for row, each in zip(made[:count], shipments, strict=True):
        zones = Counter(written - 1 if written else int(at_first[item]) for item, written in each)
        assert [row[zone.name.lower()] for zone in Zone] == [zones[zone] for zone in Zone]
        assert row["seller"] == each[0][0]


def test_a_batch_without_orders_is_left_as_it_is() -> None:
    batch = Batch(said_by([(Kind.PACKED, 0, 0, 0, 0, 0)]), np.zeros(0, LINE))
    read: Any = members.entitled(batch)

    def step() -> Any:
        assert (yield from read) is batch
        return []

    assert run_step(step(), Columns(sizes(small_network()[0]))) == []

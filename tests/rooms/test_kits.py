"""Orders of kits come apart into lines for the parts: by hand, and by an oracle that does it line by line."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide.kits import apart
from firstbest.decide.source import Basket, Scratch, fit_kits, mark_kits
from firstbest.world.commands import COMMAND, LINE
from firstbest.world.network import Kits
from firstbest.world.units import MAX_KIT
from firstbest.world.words import Kind

PARTS = {7: [(1, 1), (2, 3)], 8: [(2, 2), (3, 2), (1, 4)], 9: [(4, 6)]}
PRICE = {1: 10_000_000, 2: 3_330_000, 3: 999_999, 4: 25_000_000}
Asked = list[list[tuple[int, int, int]]]


def rules() -> Kits:
    of_item = np.full(10, -1, np.int64)
    of_item[list(PARTS)] = range(len(PARTS))
    rows = [(kit, *part) for kit, parts in PARTS.items() for part in parts]
    total = {kit: sum(PRICE[item] * units for item, units in parts) for kit, parts in PARTS.items()}
    share = [PRICE[item] * 1_000_000 // total[kit] for kit, item, _ in rows]
    first = np.cumsum([0, *(len(parts) for parts in PARTS.values())])
    item, units = (np.array([row[column] for row in rows], np.int64) for column in (1, 2))
    shares, whole = np.array(share, np.int64), np.array([0, 1, 0])
    return Kits(of_item, np.array(list(PARTS)), first.astype(np.int64), item, units, shares, whole)


def batch_of(orders: Asked) -> tuple[np.ndarray, np.ndarray]:
    commands = np.zeros(len(orders) + 1, COMMAND)
    lines = np.zeros(sum(len(order) for order in orders), LINE)
    used = 0
    for row, order in zip(commands, orders, strict=False):
        row["kind"], row["first_line"], row["lines"] = Kind.PLACE, used, len(order)
        for number, (item, quantity, price) in enumerate(order):
            lines[used] = (number, item, quantity, price)
            used += 1
    commands[-1]["kind"] = Kind.PACKED
    return commands, lines


def by_hand(order: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
    """(item, quantity, group) of the lines that an order becomes."""
    made: list[tuple[int, int, int]] = []
    behind: list[tuple[int, int, int]] = []
    group = 0
    for item, quantity, _ in order:
        if item in PARTS:
            group += 1
            first, *others = PARTS[item]
            made.append((first[0], first[1] * quantity, group))
            behind += [(part, units * quantity, group) for part, units in others]
        else:
            made.append((item, quantity, 0))
    return made + behind


line = st.tuples(st.sampled_from([1, 2, 4, 7, 8, 9]), st.integers(1, 5), st.integers(0, 10**11))
orders = st.lists(st.lists(line, min_size=1, max_size=5), min_size=1, max_size=4)


@given(asked=orders)
def test_orders_come_apart_as_by_hand(asked: Asked) -> None:
    commands, lines, line_kit, rest = apart(*batch_of(asked), rules())
    used = old = 0
    for place, order in enumerate(asked):
        mine = by_hand(order)
        found = lines[used : used + len(mine)]
        assert commands["first_line"][place] == used
        assert commands["lines"][place] == len(mine)
        assert found["line"].tolist() == list(range(len(mine)))
        groups = line_kit[used : used + len(mine)] // MAX_KIT
        assert list(zip(found["item"].tolist(), found["quantity"].tolist(), groups.tolist(), strict=True)) == mine
        assert (rest[old : old + len(order)] >= 0).tolist() == [item in PARTS for item, _, _ in order]
        kits = [(item, quantity, price) for item, quantity, price in order if item in PARTS]
        for number, (item, quantity, price) in enumerate(kits, 1):
            parts = found[groups == number]
            paid = int((parts["price"] * parts["quantity"]).sum()) // quantity
            once = any(units == 1 for _, units in PARTS[item])
            assert 0 <= price - paid <= (0 if once else PARTS[item][0][1] - 1)
            assert (parts["price"] >= 0).all()
        used, old = used + len(mine), old + len(order)


def fitting(wanted: list[tuple[int, int, int]], free: dict[int, int]) -> list[bool]:
    """Which (item, quantity, group) a node fills: group by group in the order of their first lines."""
    left, fits = dict(free), [False] * len(wanted)
    done: set[int] = set()
    for n, (_, _, group) in enumerate(wanted):
        if group in done:
            continue
        done |= {group} - {0}
        mine = [m for m in range(len(wanted)) if m == n or (group and wanted[m][2] == group)]
        after = dict(left)
        for m in mine:
            after[wanted[m][0]] -= wanted[m][1]
        if min(after.values()) >= 0:
            left = after
            for m in mine:
                fits[m] = True
    return fits


@given(
    wanted=st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.integers(0, 3)), min_size=1, max_size=8),
    free=st.lists(st.integers(0, 9), min_size=4, max_size=4),
)
def test_a_node_fills_kits_whole_or_not_at_all(wanted: list[tuple[int, int, int]], free: list[int]) -> None:
    item, quantity, group = (np.array(column, np.int64) for column in zip(*wanted, strict=True))
    n, zeros = len(wanted), np.zeros(len(wanted), np.int64)
    wide = np.zeros((1, 12), np.int64)
    scratch = Scratch(
        zeros - 1, zeros.copy(), zeros.copy(), wide, zeros.copy(), wide[:, :4].copy(), zeros.copy(), zeros.copy(),
        np.zeros(1, np.int64),
    )  # fmt: skip
    mark_kits(scratch, group * MAX_KIT + (group > 0))
    covered = fit_kits(Basket(item, item, quantity), np.array(free, np.int64), scratch, 0)

    expected = fitting(wanted, dict(enumerate(free)))
    assert scratch.grouped[0] == int(group.any())
    assert (scratch.fits[:n] == 1).tolist() == expected
    assert covered == sum(expected)

"""What waits for stock is reserved in the eyes of buying: ordered as if it were gone already, and nothing else is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from firstbest.operate import storage
from firstbest.operate.loop import run_step
from firstbest.operate.ports import All, End, Set
from firstbest.run.house import House
from firstbest.run.open import open_house
from firstbest.run.requests import Line, Request
from firstbest.store.book_open import open_book
from firstbest.store.columns import Columns
from firstbest.world.tables import FORECAST_T, STOCK_T, WAIT_T
from firstbest.world.units import DAY_US
from firstbest.world.words import Fill, Kind
from tests.books.small_workspace import write

NOW_US = 1_790_000_000_000_000
OWED = (70_000, 110_000)
"""Units of two orders that wait for stock."""
Ordered = dict[tuple[int, int, int], tuple[int, int, int]]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house on its second day."""
    write(tmp_path)
    clock = [NOW_US]
    with open_book(":memory:") as book:
        assert book.claim("test", "")
        made = open_house(tmp_path, book, lambda: clock[0]).house
        clock[0] += DAY_US
        made.pass_time()
        yield made


def expected_everywhere(house: House, state: Columns) -> None:
    """A forecast for each item at each node: only what is expected to be asked for is bought."""
    keys = np.arange(len(state.tables["forecast"].rows), dtype=np.int64)
    weekly = np.full(len(keys), 700_000, np.int64)
    state.apply([Set.of(FORECAST_T, keys, {"rate_x1000": weekly, "weeks": np.ones(len(keys), np.int64)})])


def ordered(house: House, state: Columns) -> Ordered:
    """(position, target, units) by (bought, node, item) of what is brought in on the next day of review."""
    ground = house.loop.ground
    for day in range(ground.policy.review_days):
        blocks = run_step(storage.replenish(1, house.now_us() + day * DAY_US, ground), state)
        rows = [row for block in blocks for row in block.rows]
        if any(row["bought"] for row in rows):
            break
    return {
        (int(row["bought"]), int(row["to_node"]), int(row["item"])): (
            int(row["position"]), int(row["target"]), int(row["quantity"])
        )
        for row in rows
    }  # fmt: skip


def test_waiting_lines_count_as_reserved_in_buying(house: House) -> None:
    item = int(np.flatnonzero(house.world.network.items.seller == 0)[0])
    until = house.now_us() + 50 * DAY_US
    asked = [
        Request(
            Kind.PLACE, 0, f"w{n}", lines=(Line(0, item, owed),), flag=int(Fill.REST_WAITS), expected=until
        )
        for n, owed in enumerate(OWED)
    ]  # fmt: skip
    house.admit(asked)
    waits = house.state.read(All(WAIT_T)).rows
    assert len(waits) == len(OWED), "both wait"
    with_, without = house.state.copied(), house.state.copied()
    without.apply([End.of(WAIT_T, waits["key"].copy())])
    for state in (with_, without):
        expected_everywhere(house, state)

    owing, free = ordered(house, with_), ordered(house, without)

    mine = [key for key in owing if key[0] == 1 and key[2] == item]
    assert sum(free[key][0] - owing[key][0] for key in mine) == sum(OWED)
    lot = int(house.world.network.items.lot_units[item])
    for key in mine:
        position, target, units = owing[key]
        assert units == (target - position) // lot * lot > free[key][2]
    others = {key for key in owing.keys() | free.keys() if key[2] != item}
    assert others
    assert {key: owing.get(key) for key in others} == {key: free.get(key) for key in others}
    assert (house.state.read(All(STOCK_T)).rows == with_.read(All(STOCK_T)).rows).all(), "nothing is reserved in truth"

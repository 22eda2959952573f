"""Customers answer what they saw: as much as is stated, from facts of days before, on common random numbers."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from firstbest.operate.ports import Change, Tick
from firstbest.present import needs
from firstbest.present.record import Assumed
from firstbest.rehearse.answers_told import write_answers
from firstbest.rehearse.demand import Demand
from firstbest.rehearse.demand_draws import ORDER_BITS
from firstbest.rehearse.run import Result, Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.world import facts
from firstbest.world.commands import Batch
from firstbest.world.nature import Answers, Nature
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, MONEY, SECOND_US
from tests.rehearsals.small import Size, small_network
from tests.rehearsals.test_demand import by_order, same

NETWORK, NATURE = small_network(Size(days=10, orders_day=1_500))
START = NETWORK.calendar.start_us
# Listed prices of a unit by weight of sales: 60 of 55 and 40 of 30 dollars, and so on.
PRICES = np.array([45.0, 36.0, 22.4])
DAYS = 3.0


class Remembered:
    """A book that keeps the bytes of all facts."""

    def __init__(self) -> None:
        self.kept = b""

    def seal(self, tick: Tick, blocks: Sequence[facts.Block], changes: Sequence[Change]) -> None:
        """Keep them."""
        del tick, changes
        self.kept += b"".join(block.fact.name.encode() + block.rows.tobytes() for block in blocks)


def answers(**given_: Any) -> Answers:
    """Answers to nothing, at the levels of the small network; what is given replaces it."""
    none = Answers(
        on=2,
        memory_days=3,
        most_x1000=2_000,
        price_x1000=0,
        day_ppm=0,
        items_x1000=0,
        price_level=(PRICES * MONEY).astype(np.int64),
        promise_level_s=np.full(3, int(DAYS * 86_400)),
        items_level_x1000=np.full(3, 2_000),
        regions=("west", "middle", "east"),
        told=(),
    )
    return none._replace(**given_)


def nature(asked: Answers | None) -> Nature:
    return NATURE._replace(demand=NATURE.demand._replace(answers=asked))


def orders(asked: Answers | None, heard: tuple[np.ndarray, ...] = (), days: int = 8, seed: int = 3) -> Batch:
    """Orders of some days; `heard` are ORDERED facts, taken at the end of the day in which they lie."""
    demand, parts = Demand(NETWORK, nature(asked), seed), []
    for day in range(1, days + 1):
        parts.append(demand.before(START + day * DAY_US))
        for rows in heard:
            if demand.memory is not None and START + (day - 1) * DAY_US <= rows["at"][0] < START + day * DAY_US:
                demand.memory.hear(rows)
    commands, lines, first = [], [], 0
    for part in parts:
        rows = part.commands.copy()
        rows["first_line"] += first
        commands.append(rows)
        lines.append(part.lines)
        first += len(part.lines)
    return Batch(np.concatenate(commands), np.concatenate(lines))


def promised(day: int, place: int, days: float, count: int = 3_000) -> np.ndarray:
    """ORDERED facts of a day, all promised in so many days."""
    rows = np.zeros(count, facts.ORDERED.dtype)
    rows["at"], rows["place"], rows["lines"], rows["filled"] = START + day * DAY_US + DAY_US // 2, place, 1, 1
    rows["deliver_by"] = rows["at"] + int(days * 86_400) * SECOND_US
    return rows


WHOLE = orders(None)


def seller_of(batch: Batch) -> I64:
    found: I64 = NETWORK.items.seller[batch.lines["item"][batch.commands["first_line"]]]
    return found


def test_where_all_is_as_at_the_level_orders_are_those_of_a_world_without_answers() -> None:
    assert same(orders(answers(price_x1000=-2_620, day_ppm=15_000, items_x1000=100)), WHOLE)
    assert same(orders(answers(on=1, price_x1000=-2_620, price_level=np.full(3, MONEY))), WHOLE)


@pytest.mark.parametrize(("over", "factor"), [(1.1, 1.1**-2), (0.8, 0.8**-2)])
def test_a_price_off_its_level_loses_or_wins_the_orders_of_its_seller(over: float, factor: float) -> None:
    levels = (PRICES / np.array([over, 1.0, 1.0]) * MONEY).astype(np.int64)
    found = orders(answers(price_x1000=-2_000, price_level=levels))
    before, now = np.bincount(seller_of(WHOLE)), np.bincount(seller_of(found))

    assert now[1:].tolist() == before[1:].tolist()
    assert now[0] / before[0] == pytest.approx(factor, rel=0.03)
    one, other = by_order(WHOLE), by_order(found)
    assert (other.items() <= one.items()) if over > 1 else (one.items() <= other.items())
    assert abs(len(one) - len(other)) > 800


def test_a_sooner_promise_brings_orders_of_its_region_two_days_later() -> None:
    # Three thousand orders of a day beside thirty of the level: 1.98 of the two days sooner count.
    heard = (promised(2, place=3, days=DAYS - 2), promised(2, place=2, days=DAYS))
    found = orders(answers(day_ppm=100_000), heard)
    region = NETWORK.places.region
    day, place = found.commands["order"] >> ORDER_BITS, region[found.commands["place"]]
    day_before, place_before = WHOLE.commands["order"] >> ORDER_BITS, region[WHOLE.commands["place"]]
    for each in range(8):
        for where in range(3):
            now, before = (
                ((day == each) & (place == where)).sum(),
                ((day_before == each) & (place_before == where)).sum(),
            )
            if where == 2 and 4 <= each < 7:
                assert now / before == pytest.approx(1.1**1.98, rel=0.1)
            else:
                assert now == before


def test_what_was_refused_counts_as_not_on_offer() -> None:
    rows = promised(1, place=0, days=DAYS)
    rows["filled"][:1_500] = 0
    found = orders(answers(items_x1000=1_000), (rows,))
    day, seller = found.commands["order"] >> ORDER_BITS, seller_of(found)
    day_before, seller_before = WHOLE.commands["order"] >> ORDER_BITS, seller_of(WHOLE)
    during, during_before = (day == 4) & (seller == 0), (day_before == 4) & (seller_before == 0)

    assert during.sum() / during_before.sum() == pytest.approx(0.505, abs=0.05)
    assert (seller == 1).sum() == (seller_before == 1).sum()


def test_nobody_orders_more_than_the_most() -> None:
    found = orders(answers(price_x1000=-5_000, price_level=(PRICES * 3 * MONEY).astype(np.int64)))

    assert len(found.commands) / len(WHOLE.commands) == pytest.approx(2.0, rel=0.03)


def test_orders_won_and_lost_come_to_the_difference_and_oppose_each_other() -> None:
    levels = (PRICES / 1.2 * MONEY).astype(np.int64)
    asked = answers(price_x1000=-1_000, price_level=levels, day_ppm=50_000)
    demand = Demand(NETWORK, nature(asked), 3)
    for day in range(8):
        demand.before(START + (day + 1) * DAY_US)
        assert demand.memory is not None
        demand.memory.hear(promised(day, place=0, days=DAYS - 1))
    assert demand.memory is not None
    told = demand.memory.told()

    np.testing.assert_allclose((told.won - told.lost).sum(axis=1), told.came - told.planned, atol=1e-6)
    assert told.lost[:, 0].sum() > 500
    assert told.won[:, 0].sum() == 0
    assert told.won[:, 1].sum() > 50
    assert told.lost[:, 1].sum() == 0
    assert told.price == pytest.approx(PRICES * MONEY)
    assert told.promise_s[0] == (DAYS - 1) * 86_400


@given(st.tuples(*[st.floats(0.6, 1.6)] * 3), st.integers(0, 2), st.floats(0.5, 0.99))
def test_a_lower_price_only_adds_orders_of_its_seller(over: tuple[float, ...], which: int, cut: float) -> None:
    levels = PRICES / np.array(over) * MONEY
    lower = levels.copy()
    lower[which] /= cut
    one, other = (
        by_order(orders(answers(price_x1000=-1_500, price_level=each.astype(np.int64)), days=1))
        for each in (levels, lower)
    )
    assert one.items() <= other.items()


def test_a_log_is_replayed_whatever_customers_saw() -> None:
    batch = orders(None, days=2).commands
    log = NATURE.log._replace(
        at_us=batch["at"], order=batch["order"], tie=batch["tie"], customer=batch["customer"], place=batch["place"],
        service=batch["service"].astype(np.int16), first_line=np.arange(len(batch)),
        lines=np.ones(len(batch), np.int32), item=np.zeros(len(batch), np.int32),
        quantity=np.ones(len(batch), np.int32), price=np.ones(len(batch), np.int64),
    )  # fmt: skip
    asked = answers(price_x1000=-2_000, price_level=np.full(3, MONEY))
    demand = Demand(NETWORK, nature(asked)._replace(log=log), 3)

    assert demand.memory is None
    assert len(demand.before(START + 9 * DAY_US).commands) == len(batch)


def test_a_rehearsal_with_answers_to_nothing_has_the_same_facts(tmp_path: Path) -> None:
    network, small = small_network(Size(days=4, orders_day=120))

    results: list[Result] = []

    def bytes_of(asked: Answers | None) -> tuple[bytes, float]:
        book = Remembered()
        changed = small._replace(demand=small.demand._replace(answers=asked))
        result = rehearse(Scenario(network, changed), Settings(3, book))
        assert (result.answered is None) == (asked is None)
        results.append(result)
        came = 0.0 if result.answered is None else float(result.answered.orders.sum())
        return book.kept, came

    plain, _ = bytes_of(None)
    asked, heard = bytes_of(answers())
    moved, _ = bytes_of(answers(day_ppm=200_000, told=(("speed", "20", "a unit", "ASSUMED", "no paper"),)))
    assert plain == asked
    assert heard > 300
    assert moved != plain
    # What came of it, as files, on the screen and on the page.
    record = record_of(results[2], "small", 1.0, Assumed(0, 0))
    (need,) = record.needs
    rows = list(csv.DictReader(_written(tmp_path, results[2]).splitlines()))
    assert sum(int(row["came"]) - int(row["planned"]) for row in rows) == round(need.won - need.lost) != 0
    assert sum(float(row["speed_won"]) for row in rows) == pytest.approx(need.won, abs=0.05)
    page = Text()
    needs.rows(page, record)
    assert page.plain.startswith("Speed")
    assert "ASSUMED" in needs.section(record)
    assert record_of(results[1], "small", 1.0, Assumed(0, 0)).needs == ()
    assert write_answers(tmp_path, results[0], 1.0) is None
    assert list(tmp_path.iterdir()) == []


def _written(folder: Path, result: Result) -> str:
    """The days as CSV; the levels that are written are those that were seen, and can be read back."""
    path = write_answers(folder, result, 1.0)
    assert path is not None
    assert result.answered is not None
    levels = tomllib.loads(path.read_text("utf-8"))
    assert levels["price_level"] == pytest.approx(dict(zip(("home", "apparel", "beauty"), PRICES, strict=True)))
    seen = dict(zip(("west", "middle", "east"), (result.answered.promise_s / 86_400).tolist(), strict=True))
    assert levels["days_level"] == pytest.approx(seen, abs=1e-3)
    calendar = result.scenario.network.calendar
    days = round((calendar.end_us - calendar.start_us) / (86_400 * 10**6))
    assert levels["level_mark"] == "FITTED"
    assert f": {days} days, scale 1, seed {result.seed}" in levels["level_source"]
    return (folder / "answers.csv").read_text("utf-8")

"""What a house answers: keys, names, quotes, conditions, and what it does when its book fails."""

from __future__ import annotations

import numpy as np
import pytest

from firstbest.run.answers import plan_digest
from firstbest.run.house import House
from firstbest.run.requests import Answer, Fill, Key, Line, Plan, Request, Why
from firstbest.store.book_live import BookFull
from firstbest.world.units import HOUR_US, MINUTE_US
from firstbest.world.words import Kind
from tests.laws.worlds import World, made
from tests.parity.houses import HandClock, facts_in, house_of

ONE = (Line(0, 0, 1, 5_000_000),)


def a_house() -> tuple[House, HandClock]:
    house, clock = house_of(made(World(days=8, orders_day=25, stock_days=6)))
    clock.now_us += 9 * HOUR_US
    house.pass_time()
    return house, clock


def place(order: str, **other: object) -> Request:
    return Request(Kind.PLACE, 0, order, lines=ONE)._replace(**other)  # type: ignore[arg-type]


def key(name: int, body: int = 0) -> Key:
    return Key(bytes([name] * 16), bytes([body] * 16))


def ask(house: House, *requests: Request) -> list[Answer]:
    return house.admit(requests)


def test_an_order_is_promised_and_known_by_its_name() -> None:
    house, _ = a_house()

    first, second = ask(house, place("A1"), place("A2"))
    again = ask(house, place("A1"))[0]

    assert first.why == second.why == Why.ADMITTED
    assert first.order != second.order
    assert set(first.blocks) == {"ordered", "planned", "allocated"}
    assert (again.why, again.order, again.blocks) == (Why.ORDER_KNOWN, first.order, {})


def test_names_of_tenants_are_their_own() -> None:
    house, _ = a_house()

    answers = ask(house, place("A1"), place("A1", tenant=1))

    assert [each.why for each in answers] == [Why.ADMITTED, Why.ADMITTED]
    assert answers[0].order != answers[1].order
    assert ask(house, Request(Kind.CANCEL, 2, "A1"))[0].why == Why.ORDER_UNKNOWN


def test_a_key_does_its_work_once_in_one_tick_and_later() -> None:
    house, _ = a_house()

    first, same, other = ask(house, place("A1", key=key(1)), place("A1", key=key(1)), place("A1", key=key(1, body=2)))
    later = ask(house, place("A1", key=key(1)))[0]
    reused = ask(house, place("B", key=key(1, body=3)))[0]

    assert (first.why, first.again) == (Why.ADMITTED, False)
    assert (same.number, same.again) == (first.number, True)
    assert other.why == reused.why == Why.KEY_REUSED
    assert (later.number, later.again) == (first.number, True)
    assert later.blocks["planned"].tobytes() == first.blocks["planned"].tobytes()
    assert len(facts_in(house.book)["ordered"]) == first.blocks["ordered"].nbytes


def test_a_quote_is_kept_exactly_or_said_to_have_changed() -> None:
    house, clock = a_house()
    asked = place("A1")
    quoted = house.quote(asked)
    plan = Plan(clock() + 10 * MINUTE_US, plan_digest(quoted.blocks))

    kept = ask(house, asked._replace(plan=plan))[0]
    expired = ask(house, place("A2", plan=plan._replace(expires_us=clock() - 1)))[0]
    node = int(kept.blocks["planned"]["node"][0])
    left = house.state.tables["stock"].rows[node]
    free = int(left["on_hand"] - left["reserved"])
    requests = [
        place("A3", lines=(Line(0, 0, free, 0),)),
        place("A4", plan=plan),
    ]
    emptied, changed = ask(house, *requests)

    assert quoted.number == -1
    assert kept.why == Why.ADMITTED
    assert plan_digest(kept.blocks) == plan.digest
    assert expired.why == Why.QUOTE_EXPIRED
    assert emptied.why == Why.ADMITTED
    assert changed.why == Why.QUOTE_CHANGED
    assert changed.blocks  # what it would be now
    assert ask(house, place("A4"))[0].why == Why.ADMITTED  # nothing of the failed one is in the book


def test_all_lines_or_none() -> None:
    house, _ = a_house()
    both = (Line(0, 0, 1, 1), Line(1, 1, 10**6, 1))

    part, none = ask(house, place("A1", lines=both), place("A2", lines=both, fill=Fill.ALL))

    assert part.why == Why.ADMITTED
    assert len(part.blocks["refused"]) == 1
    assert none.why == Why.NOT_WHOLE
    assert len(none.blocks["refused"]) == 1
    assert len(facts_in(house.book)["ordered"]) == part.blocks["ordered"].nbytes


def test_a_cancel_is_granted_until_picking_begins_and_told_after() -> None:
    house, clock = a_house()
    ask(house, place("A1"), place("A2"))

    granted = ask(house, Request(Kind.CANCEL, 0, "A1"))[0]
    clock.now_us += 30 * HOUR_US
    house.pass_time()
    after = ask(house, Request(Kind.CANCEL, 0, "A2"))[0]

    assert granted.blocks["cancelled"]["granted"].tolist() == [1]
    assert "closed" in granted.blocks
    assert after.blocks["cancelled"]["granted"].tolist() == [0]


def test_goods_are_announced_arrive_and_are_received_with_what_was_missing() -> None:
    house, clock = a_house()
    node = int(house.world.nature.opening.node[0])
    before = house.state.tables["stock"].rows[node].copy()
    inbound = Request(Kind.ANNOUNCED, 0, "IN-1", node=node, item=0, quantity=10, expected=clock() + HOUR_US)
    moves = [
        inbound,
        inbound._replace(kind=Kind.ARRIVED),
        inbound._replace(kind=Kind.RECEIVED, quantity=8, expected=10),
    ]

    answers = ask(house, *moves)
    twice = ask(house, moves[2])[0]

    after = house.state.tables["stock"].rows[node]
    assert [list(each.blocks) for each in answers] == [["replenished"], ["arrived"], ["received"]]
    assert int(after["on_hand"] - before["on_hand"]) == 8
    assert int(after["inbound"]) == int(before["inbound"])
    assert twice.blocks == {}


@pytest.mark.parametrize("after", [False, True])
def test_a_tick_that_could_not_be_sealed_leaves_the_house_as_the_book_is(after: bool) -> None:
    house, _ = a_house()
    ask(house, place("A1", key=key(1)))
    house.book.fails, house.book.after = [BookFull("no room")], after

    with pytest.raises(BookFull):
        ask(house, place("A2", key=key(2)))
    house.stand_again()
    again = ask(house, place("A2", key=key(2)))[0]

    assert (again.why, again.again) == (Why.ADMITTED, after)
    assert facts_in(house.book)["ordered"] == b"".join(
        b.rows.tobytes() for each in house.book.kept for b in each.blocks if b.fact.name == "ordered"
    )
    rows = np.frombuffer(facts_in(house.book)["ordered"], again.blocks["ordered"].dtype)
    assert len(rows) == 2
    assert len(set(rows["number"].tolist())) == 2


def test_a_house_goes_on_where_the_book_ends() -> None:
    house, clock = a_house()
    ask(house, place("A1"))
    clock.now_us += 20 * HOUR_US
    house.pass_time()
    second = House(house.phases, house.book, clock)

    assert (second.loop.number, second.loop.ticks, second.loop.spot) == (
        house.loop.number, house.loop.ticks, house.loop.spot,
    )  # fmt: skip
    clock.now_us -= 40 * HOUR_US  # the clock was set back
    late = ask(second, place("A2"))[0]
    assert int(late.blocks["ordered"]["at"][0]) == second.last_us

"""Sellers come and go by margin: only where it is asked for, only by what they saw, never the owner."""

from __future__ import annotations

import numpy as np
import pytest
from rich.text import Text

from firstbest.present import needs
from firstbest.present.record import Assumed
from firstbest.rehearse.demand_sellers import Sellers
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.world import facts
from firstbest.world.units import DAY_US, MONEY
from tests.rehearsals.test_demand_answers import NETWORK, START, Remembered, answers, nature

ITEM_OF = (0, 2, 4)
"""An item of each seller; they sell at 55, 45 and 25 dollars and cost 18, 14 and 8, before duty."""


def heard(sellers: Sellers, day: int, parcel: tuple[float, float, float]) -> None:
    """Each seller sells ten units in ten orders on a local day, at a parcel cost each."""
    sold, sent = np.zeros(3, facts.ALLOCATED.dtype), np.zeros(30, facts.PLANNED.dtype)
    at = START + (day - 1) * DAY_US + DAY_US // 2
    sold["at"], sold["item"], sold["quantity"] = at, ITEM_OF, 10
    sold["price"] = NETWORK.items.price[list(ITEM_OF)]
    sent["at"], sent["seller"] = at, np.repeat(np.arange(3), 10)
    sent["cost"] = np.repeat(np.array(parcel) * MONEY, 10).astype(np.int64)
    sellers.hear(sold, sent)


def reviewed(**given: object) -> Sellers:
    terms = {"review_days": 3, "leave_ppm": 0, "join_ppm": 100_000, "fee_order": 5 * MONEY, "commission_ppm": 120_000}
    return Sellers(NETWORK, answers(**(terms | given)))


def test_a_seller_who_loses_leaves_and_the_owner_stays() -> None:
    sellers = reviewed()
    for day in range(1, 10):
        heard(sellers, day, (60.0, 8.0, 16.0))
        sellers.look(day)

    assert sellers.there.tolist() == [True, True, False]
    (move,) = sellers.moves
    assert (move.seller, move.came) == (2, False)
    # 25 dollars less 8 for goods (no duty), 3 commission, 16 for the parcel and 5 an order.
    assert move.margin == pytest.approx((25 - 8 - 3 - 16 - 5) / 25)


def test_a_seller_who_waits_comes_when_the_others_do_well() -> None:
    for parcel, comes in ((8.0, True), (16.0, False)):
        sellers = reviewed(waiting=(False, False, True))
        assert sellers.there.tolist() == [True, True, False]
        for day in range(1, 7):
            heard(sellers, day, (8.0, parcel, 8.0))
            sellers.look(day)
        # 45 less 14 with 16 % duty, 5.40, the parcel, 5: margin 0.23 or 0.05 of sales.
        assert sellers.there.tolist() == [True, True, comes]


def test_a_look_sees_nothing_of_yesterday() -> None:
    sellers = reviewed()
    heard(sellers, 3, (8.0, 8.0, 90.0))
    sellers.look(3)

    assert sellers.there.all()
    sellers.look(6)
    assert not sellers.there[2]


def test_without_looks_every_fact_is_as_before_and_with_them_orders_stay_away() -> None:
    asked = answers(price_x1000=-500)
    ends = []
    for each in (asked, asked._replace(fee_order=90 * MONEY), asked._replace(review_days=3, fee_order=90 * MONEY)):
        book = Remembered()
        result = rehearse(Scenario(NETWORK, nature(each)), Settings(5, book))
        ends.append((book.kept, result))

    assert ends[0][0] == ends[1][0]
    left = ends[2][1].answered
    assert left is not None
    assert {move.seller for move in left.moves} == {1, 2}
    assert left.gone.sum() > 1_000
    assert (left.came + left.gone >= left.planned * 0.9).all()
    record = record_of(ends[2][1], "small", 1.0, Assumed(0, 0))
    page = Text()
    needs.rows(page, record)
    assert "apparel left on" in page.plain
    assert "apparel left on" in needs.section(record._replace(needs=(needs_row(),)))


def needs_row() -> needs.Need:
    """A coefficient, so that the section is written."""
    return needs.Need("price", "-0.5", "percent", "ASSUMED", "nobody", 1.0, 2.0)

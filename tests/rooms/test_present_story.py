"""The story of an order: local clocks, every building's verdict, one cause."""

import numpy as np
import pytest

from firstbest.present.story import Story, lasting, local, story
from firstbest.world import facts
from firstbest.world.units import DAY_US, HOUR_US, MINUTE_US
from firstbest.world.words import Reason, Remedy
from tests.golden.fake_record import network, places
from tests.golden.fake_story import fake_story, row


def test_every_building_says_why_it_lost() -> None:
    page = story(fake_story())
    assert "Dallas                   $9.87  dearer by $2.45, the runner-up" in page
    assert "Ontario                 $11.35  too slow for the service asked for" in page
    assert "The one cause: missed pick-up." in page


def test_an_order_that_was_refused_says_what_would_help() -> None:
    ordered = fake_story().rows["ordered"].copy()
    ordered["reason"] = Reason.NO_STOCK
    refused = row(facts.REFUSED, 785, line=0, item=150, quantity=3, reason=Reason.NO_STOCK, remedy=Remedy.MORE_STOCK)
    page = story(Story("A-7", {"ordered": ordered, "refused": refused}, network(places(3), range(12)), {}))
    assert "refused: no stock; would help: more stock" in page
    assert "Nothing was sent." in page


def test_an_unknown_order_is_said_to_be_unknown() -> None:
    assert story(fake_story()._replace(rows={})) == "No order A-1042 is known.\n"


@pytest.mark.parametrize(("length_h", "shift_h"), [(24, 0), (23, 1), (25, -1)])
def test_local_clocks_jump_at_two_in_the_morning(length_h: int, shift_h: int) -> None:
    net = network(places(3), range(12))
    midnights = np.array([[5, 5 + length_h, 5 + length_h + 24]]) * HOUR_US + 20454 * DAY_US
    net = net._replace(calendar=net.calendar._replace(midnight_us=midnights))
    start = int(midnights[0, 0])
    assert local(net, start + 90 * MINUTE_US, 0) == "Thu  1 Jan 01:30"
    assert local(net, start + 9 * HOUR_US, 0) == f"Thu  1 Jan {9 + shift_h:02d}:00"
    assert local(net, start + length_h * HOUR_US - MINUTE_US, 0) == "Thu  1 Jan 23:59"


def test_lasting() -> None:
    assert lasting(26 * HOUR_US + 5 * MINUTE_US) == "26:05"
    assert lasting(-MINUTE_US) == "\N{MINUS SIGN}0:01"


def test_what_is_sent_again_is_told_with_its_order_and_what_is_paid_back_counts() -> None:
    told = fake_story()
    shipment = {"order": 41, "node": 9}
    again = row(facts.REPLACED, 5_000, **shipment, again=1_125_899_906_842_665, amount=40_000_000, units=2)
    ended = row(facts.REPLACEMENT_ENDED, 9_000, **shipment, amount=12_500_000)
    rows = {**told.rows, "replaced": again, "replacement_ended": ended}
    page = " ".join(story(told._replace(rows=rows)).split())

    assert "2 units sent again, worth $40.00: order 1125899906842665" in page
    assert "what was sent again is done with, $12.50 paid back for what of it never left" in page
    assert "paid back for harm" in page

"""No decision knows who anybody is: tenants swap names and codes, and every fact comes out the same."""

from __future__ import annotations

import math

import numpy as np

from firstbest.rehearse.neutrality import facts_with, permutations, ratio, renamed, swapped
from tests.laws.worlds import World, made

WORLD = World(days=4, orders_day=40, stock_days=2, wave_minutes=420)
"""Short, and few waves: twenty-one rehearsals have to fit into a test."""


def test_decisions_are_byte_identical_under_twenty_permutations() -> None:
    network, nature = made(WORLD)
    found = swapped(network, nature, seed=5, count=20)

    assert found.permutations == 20
    assert found.facts > 500
    assert found.different == ()


def test_a_preferred_tenant_is_found() -> None:
    """A check is checked: were items of one tenant lighter for whoever bears its code, facts would differ."""
    network, nature = made(WORLD)
    order = np.array([1, 2, 0])
    known = renamed(network, order)
    lighter = known.items.weight_g // np.where(known.items.seller == 0, 2, 1)
    favoured = network._replace(items=network.items._replace(weight_g=np.maximum(lighter, 1)))

    fair = facts_with(network, nature, 5, np.arange(3)).result()
    unfair = facts_with(favoured, nature, 5, order).result()
    assert fair != unfair


def test_permutations_are_never_the_order_as_it_is() -> None:
    assert all((order != np.arange(2)).any() for order in permutations(2, 30, 1))


def test_a_ratio_has_an_interval_from_its_weeks() -> None:
    even = ratio(dict.fromkeys(range(10), (90.0, 100.0)))
    uneven = ratio({week: (90.0 + week % 2 * 8, 100.0) for week in range(10)})

    assert math.isclose(even.mean, 0.9)
    assert math.isclose(even.low, even.high)
    assert uneven.low < uneven.mean < uneven.high
    assert math.isnan(ratio({0: (1.0, 2.0), 1: (1.0, 2.0)}).low)

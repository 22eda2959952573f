"""No decision sees what has not happened: whatever the future holds, the past stays the same to the byte."""

from __future__ import annotations

import numpy as np
import pytest

from firstbest.world import facts as f
from firstbest.world.facts import FACTS
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.units import HOUR_US
from tests.laws.history import History, Run, run
from tests.laws.worlds import World, made

WORLD = World(
    seed=5, days=9, orders_day=40, wave_minutes=61, capacity_days=3, pick_up_cm3=200_000, tight=True, together=17
)
DAY = 2


def more_orders(network: Network, nature: Nature) -> Nature:
    """From a day on, many more orders."""
    orders = nature.demand.orders_day.copy()
    orders[DAY:] = 90
    return nature._replace(demand=nature.demand._replace(orders_day=orders))


def another_item_sells(network: Network, nature: Nature) -> Nature:
    """From a day on, everybody wants soap."""
    boost = {"boost_item": np.array([5], np.int32), "boost_from": np.array([DAY], np.int32)}
    boost |= {"boost_until": np.array([40], np.int32), "boost_x1000": np.array([50_000])}
    return nature._replace(demand=nature.demand._replace(**boost))


def everything_breaks(network: Network, nature: Nature) -> Nature:
    """From a day on nobody packs, carriers stand still and every parcel is late."""
    begin = int(network.calendar.midnight_us[2, DAY])
    hands = nature.hands._replace(
        breakdown_node=np.array([3, 4, 5], np.int32),
        breakdown_process=np.array([2, 2, 2], np.int8),
        breakdown_from_us=np.full(3, begin),
        breakdown_until_us=np.full(3, begin + 200 * HOUR_US),
    )
    late = nature.roads.late_ppm.copy()
    late[:, DAY:] = [0, 0, 0, 1_000_000]
    return nature._replace(hands=hands, roads=nature.roads._replace(late_ppm=late))


def before(history: History, instant: int) -> dict[str, bytes]:
    """The facts before an instant."""
    rows = {fact.name: history.rows(fact) for fact in FACTS}
    return {name: each[each["at"] < instant].tobytes() for name, each in rows.items()}


@pytest.mark.parametrize("poison", [more_orders, another_item_sells, everything_breaks])
def test_another_future_leaves_the_past_alone(poison: object) -> None:
    network, nature = made(WORLD)
    begins = int(network.calendar.midnight_us[:, DAY].min())
    one = run((network, nature), WORLD.seed)
    other = run((network, poison(network, nature)), WORLD.seed)  # type: ignore[operator]

    assert before(one, begins) == before(other, begins)
    assert len(before(one, begins)[f.DEPARTED.name]) > 0
    assert before(one, 2**62) != before(other, 2**62), "the poison must do something"


def test_commands_that_are_still_to_come_are_not_seen() -> None:
    network, nature = made(WORLD)
    whole = run((network, nature), WORLD.seed)
    log = whole.outside.log
    kept = [(instant, batch) for instant, batch in log if instant <= log[len(log) // 2][0]]
    stops = int(np.searchsorted(np.unique(network.calendar.timers_us), kept[-1][0])) + 1
    cut = run((network, nature), WORLD.seed, Run(log=kept, instants=stops))

    for fact in FACTS:
        rows = cut.rows(fact)
        assert rows.tobytes() == whole.rows(fact)[: len(rows)].tobytes()

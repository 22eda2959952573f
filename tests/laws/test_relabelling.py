"""Loading the same world in another order changes nothing but codes."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest

from firstbest.world import facts as f
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from tests.laws.history import History, run
from tests.laws.relabel import Order, as_text, log_of, relabelled
from tests.laws.worlds import World, made
from tests.rehearsals.small import FULFILMENT

WORLD = World(9, 8, 40, 3, 1, 37, 10, 200_000, -6, 200_000, 1, 150, 45)


IN_DETAIL = WORLD._replace(returns=True, slots=True, days=15)
TOGETHER = WORLD._replace(together=23, wave_minutes=420, orders_day=120, stock_days=2, heads=1)
"""Waves are far apart and hands are few, so that much waits and is chosen for together."""


@cache
def told(world: World) -> tuple[Network, Nature, History]:
    """A history whose orders are replayed from a log: how they are drawn is not what is asked here."""
    network, nature = made(world)
    nature = nature._replace(log=log_of(run((network, nature), world.seed)))
    return network, nature, run((network, nature), world.seed)


def shuffled(size: int, seed: int) -> np.ndarray:
    """A permutation; that of seed 0 is the other way round."""
    return np.random.default_rng(seed).permutation(size) if seed else np.arange(size)[::-1].copy()


def nodes_of(seed: int) -> np.ndarray:
    """Nodes in another order; the first fulfilment centre, whose clock says what day it is, stays the first of them."""
    order = shuffled(7, seed)
    places = np.flatnonzero(np.isin(order, FULFILMENT))
    first = int(np.flatnonzero(order[places] == FULFILMENT[0])[0])
    order[places[[0, first]]] = order[places[[first, 0]]]
    return order


@pytest.mark.parametrize("what", ["items", "places", "lanes", "nodes", "all"])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_another_load_order_gives_the_same_facts_as_text(what: str, seed: int) -> None:
    same_as_text(WORLD, what, seed)


@pytest.mark.parametrize("seed", [0, 1])
def test_it_does_where_everything_is_kept_in_detail(seed: int) -> None:
    same_as_text(IN_DETAIL, "all", seed)


@pytest.mark.parametrize("seed", [0, 1])
def test_it_does_where_all_that_waits_is_chosen_for_together(seed: int) -> None:
    assert len(told(TOGETHER)[2].rows(f.RECHOSEN)) >= 20
    same_as_text(TOGETHER, "all", seed)


def same_as_text(world: World, what: str, seed: int) -> None:
    """The facts of a world are those of the same world loaded in another order."""
    network, nature, history = told(world)
    texts = network.texts
    same = Order(*(np.arange(len(each)) for each in (texts.nodes, texts.items, texts.places, texts.lanes)))
    other = Order(
        nodes_of(seed),
        shuffled(len(texts.items), seed),
        shuffled(len(texts.places), seed),
        shuffled(len(texts.lanes), seed),
    )
    order = other if what == "all" else same._replace(**{what: getattr(other, what)})
    assert any((new != old).any() for new, old in zip(order, same, strict=True))

    found, expected = as_text(run(relabelled(network, nature, order), world.seed)), as_text(history)

    assert not {
        name: len(Counter(rows) - Counter(found[name])) for name, rows in expected.items() if rows != found[name]
    }

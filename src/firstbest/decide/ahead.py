"""All orders that wait, chosen for at once: which centre sends each, given stock and packing slots for all of them.

An order is promised when it comes, by what is best for it alone (`decide.source`). Until a wave releases it nothing is
lost by thinking again: later orders have come, stock has, and a split order may now go whole. The choice is an integer
program (`kernels.joint`): each order takes one of the ways that keep its promise (`decide.ahead_ways`), what it was
planned to do among them, so that the sum of journeys, the penalty of further parcels and the cost of moving is least
while stock at each centre and packing slots of each day suffice. It is never dearer than to leave all as it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.decide.ahead_ways import Options, Space, Waiting, options_of
from firstbest.decide.promise import Window
from firstbest.decide.terms import Terms
from firstbest.kernels.choices import Problem, Work
from firstbest.kernels.joint import solve
from firstbest.world.network import I64

LOG = 1_024
"""Most entries of the log of one search for room."""
CLIMBS = 120
"""Most steps of prices."""


class Chosen(NamedTuple):
    """What came out: the option of each order [O], of `options`, and what all costs and could cost at best."""

    options: Options
    option: I64
    stays: int  # money, were all left as planned
    cost: int
    bound: int  # no choice costs less
    price: I64  # [R] money a unit: what one more of it would have saved


def choose(terms: Terms, window: Window, space: Space, waiting: Waiting) -> Chosen:
    """The joint choice; what is planned has to fit into `space`."""
    options = options_of(terms, window, space, waiting)
    return chosen_of(options, there_of(space), options.first[:-1].copy())


def there_of(space: Space) -> I64:
    """What there is of each supply: units by item and node, then slots by node and day."""
    return np.concatenate([space.units.ravel(), space.slots.ravel()])


def chosen_of(options: Options, there: I64, start: I64, climbs: int = CLIMBS, price: I64 | None = None) -> Chosen:
    """Choose among options from a choice that fits; prices begin at `price`, such as those of an earlier wave."""
    problem, names = tight(options, there)
    work = work_for(problem)
    if price is not None:
        work.price[:] = price[names]
    best = start.copy()
    stays = int(options.cost[start].sum())
    cost, bound = solve(problem, work, best, climbs)
    prices = np.zeros(len(there), np.int64)
    prices[names] = work.price
    return Chosen(options, best, stays, int(cost), int(bound), prices)


def tight(options: Options, there: I64) -> tuple[Problem, I64]:
    """The problem without supplies that suffice whatever is chosen, and the numbers of those that are left."""
    owner = np.repeat(np.arange(len(options.first) - 1), np.diff(options.start[options.first]))
    pair = np.lexsort((options.amount, owner, options.supply))
    supply, order, amount = options.supply[pair], owner[pair], options.amount[pair]
    last = np.ones(len(pair), np.bool_)
    last[:-1] = (supply[1:] != supply[:-1]) | (order[1:] != order[:-1])
    most = np.zeros(len(there), np.int64)
    np.add.at(most, supply[last], amount[last])
    names = np.flatnonzero(most > there)
    number = np.full(len(there), -1, np.int64)
    number[names] = np.arange(len(names))
    kept = number[options.supply] >= 0
    start = np.concatenate([[0], np.cumsum(kept)])[options.start]
    return Problem(
        options.first, options.cost, start, number[options.supply[kept]], options.amount[kept], there[names].copy()
    ), names


def work_for(problem: Problem) -> Work:
    """Room for a problem; prices of nothing."""
    orders, supplies, taken = len(problem.first) - 1, len(problem.there), len(problem.supply)
    price, trial, way, left, head = (np.zeros(supplies, np.int64) for _ in range(5))
    choice, found = (np.zeros(orders, np.int64) for _ in range(2))
    following, holder = (np.full(taken, -1, np.int64) for _ in range(2))
    noted, logged, value = np.zeros((LOG, 2), np.int64), np.zeros(1, np.int64), np.zeros(len(problem.cost), np.int64)
    return Work(price, trial, way, left, choice, found, head, following, holder, noted, logged, value)

"""The joint choice: what is chosen fits, is never dearer than what was, is near the best, and hangs on no codes.

The oracle goes through every combination of options.
"""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.lookahead_world import left_of
from firstbest.decide.ahead import Chosen, chosen_of, tight, work_for
from firstbest.decide.ahead_ways import PARCEL, Options
from firstbest.kernels.choices_better import FAR
from firstbest.kernels.joint import greedy, relax
from firstbest.world.network import I64

MONEY = 1_000_000


def drawn_options(seed: int, orders: int, supplies: int, ways: int) -> tuple[Options, I64]:
    """Orders with some ways each; the first takes nothing and is dear, so that every choice can be fallen back from."""
    random = np.random.default_rng(seed)
    first, start = [0], [0]
    cost, supply, amount = list[int](), list[int](), list[int]()
    for _ in range(orders):
        for way in range(1 + int(random.integers(1, ways + 1))):
            taken = random.permutation(supplies)[: int(random.integers(1, 3)) if way else 0]
            supply.extend(int(each) for each in taken)
            amount.extend(int(random.integers(1, 3)) for _ in taken)
            cost.append(int(random.integers(1, 30) if way else random.integers(40, 90)) * MONEY)
            start.append(len(supply))
        first.append(len(cost))
    there = random.integers(0, max(orders * 2 // supplies, 2) + 1, supplies).astype(np.int64)
    a = [np.array(each, np.int64) for each in (first, cost, start, supply, amount)]
    none, nowhere = np.zeros(len(cost) + 1, np.int64), np.zeros((0, PARCEL), np.int64)
    options = Options(a[0], a[1], none, nowhere, a[2], a[3], a[4], np.zeros(5, np.int64))
    return options, there


def best_of(options: Options, there: I64) -> int:
    """The least cost of all combinations that fit."""
    least = FAR
    spans = [range(options.first[o], options.first[o + 1]) for o in range(len(options.first) - 1)]
    for chosen in itertools.product(*spans):
        if (left_of(options, np.array(chosen), there) >= 0).all():
            least = min(least, int(options.cost[list(chosen)].sum()))
    return least


def one_by_one(options: Options, there: I64) -> I64:
    """Order by order, without a kernel."""
    left, found = there.copy(), []
    for o in range(len(options.first) - 1):
        best = -1
        for k in range(options.first[o], options.first[o + 1]):
            span = slice(options.start[k], options.start[k + 1])
            fits = (left[options.supply[span]] >= options.amount[span]).all()
            if fits and (best < 0 or options.cost[k] < options.cost[best]):
                best = k
        span = slice(options.start[best], options.start[best + 1])
        left[options.supply[span]] -= options.amount[span]
        found.append(best)
    return np.array(found, np.int64)


def held(options: Options, there: I64, chosen: Chosen) -> None:
    """What holds of every choice."""
    owner = np.searchsorted(options.first, chosen.option, side="right") - 1
    assert (owner == np.arange(len(options.first) - 1)).all(), "each order takes one of its own options"
    assert (left_of(options, chosen.option, there) >= 0).all(), "nothing is taken that is not there"
    assert chosen.cost == options.cost[chosen.option].sum()
    assert chosen.bound <= chosen.cost <= chosen.stays


def test_it_is_never_dearer_and_near_the_best_of_all() -> None:
    apart, better, worse_before = [], 0, 0

    @settings(max_examples=150, deadline=None)
    @given(seed=st.integers(0, 10**6), orders=st.integers(1, 7), supplies=st.integers(1, 5))
    def holds(seed: int, orders: int, supplies: int) -> None:
        nonlocal better, worse_before
        options, there = drawn_options(seed, orders, supplies, 3)
        start = one_by_one(options, there)
        chosen = chosen_of(options, there, start)
        best = best_of(options, there)

        held(options, there, chosen)
        assert chosen.bound <= best <= chosen.cost
        apart.append((chosen.cost - best) / best)
        better += chosen.cost < chosen.stays
        worse_before += chosen.stays > best

    holds()

    assert worse_before >= 20, "order by order has to be worse often enough for this to say something"
    assert better >= 0.9 * worse_before
    assert np.mean(apart) < 0.005
    assert max(apart) < 0.25


def test_order_by_order_is_what_its_oracle_says() -> None:
    for seed in range(60):
        options, there = drawn_options(seed, 12, 4, 4)
        problem, _ = tight(options, there)
        found = np.zeros(len(options.first) - 1, np.int64)

        assert greedy(problem, work_for(problem).left, found) == 0
        assert (found == one_by_one(options, there)).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_many_orders_fit_and_cost_no_more(seed: int) -> None:
    options, there = drawn_options(seed, 150, 12, 5)
    start = one_by_one(options, there)
    chosen = chosen_of(options, there, start)

    held(options, there, chosen)
    assert chosen.cost - chosen.bound <= 0.05 * chosen.bound
    again = chosen_of(options, there, start)
    assert (again.option == chosen.option).all()
    warm = chosen_of(options, there, start, 5, chosen.price)
    assert warm.bound >= chosen_of(options, there, start, 1).bound


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_numbers_of_supplies_mean_nothing(seed: int) -> None:
    options, there = drawn_options(seed, 40, 9, 4)
    code = np.random.default_rng(seed).permutation(len(there))
    renamed = np.zeros_like(there)
    renamed[code] = there
    start = one_by_one(options, there)

    chosen = chosen_of(options, there, start)
    other = chosen_of(options._replace(supply=code[options.supply]), renamed, start)

    assert (other.option == chosen.option).all()
    assert (other.cost, other.bound) == (chosen.cost, chosen.bound)
    assert (other.price[code] == chosen.price).all()


def test_the_bound_is_a_bound_at_any_prices() -> None:
    for seed in range(40):
        options, there = drawn_options(seed, 5, 3, 3)
        problem, _ = tight(options, there)
        work = work_for(problem)
        work.trial[:] = np.random.default_rng(seed).integers(0, 20 * MONEY, len(problem.there))

        assert relax(problem, work.trial, work.choice, work.left) <= best_of(options, there)

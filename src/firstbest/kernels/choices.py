"""Options that many orders choose from, and what they take of shared supplies: `kernels.joint` tells the theory."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled

I64 = NDArray[np.int64]


class Problem(NamedTuple):
    """Options of an order stand together, what an option takes does too."""

    first: I64  # [O + 1] into the options
    cost: I64  # [K] money
    start: I64  # [K + 1] into what is taken
    supply: I64  # [E] which
    amount: I64  # [E] how much, above 0
    there: I64  # [R] how much there is


class Work(NamedTuple):
    """Room that is used again."""

    price: I64  # [R] money a unit; the best found when done
    trial: I64  # [R]
    way: I64  # [R] the direction of the last step
    left: I64  # [R]
    choice: I64  # [O] option
    found: I64  # [O]
    head: I64  # [R] the first that takes of a supply, -1
    following: I64  # [E] the next
    holder: I64  # [E] the order of what is taken
    log: I64  # [LOG, 2] orders that took another option, and what they had
    logged: I64  # [1]
    value: I64  # [K] cost with what is taken priced


@compiled
def copy(source: I64, target: I64) -> None:
    """Write an array over another of its length."""
    for n in range(len(source)):
        target[n] = source[n]


@compiled
def reduced(problem: Problem, price: I64, option: int) -> int:
    """Cost of an option with what it takes priced."""
    total = int(problem.cost[option])
    for e in range(problem.start[option], problem.start[option + 1]):
        total += problem.amount[e] * price[problem.supply[e]]
    return total


@compiled
def fits(problem: Problem, left: I64, option: int) -> bool:
    """Is all there that an option takes? It takes of each supply once."""
    for e in range(problem.start[option], problem.start[option + 1]):
        if left[problem.supply[e]] < problem.amount[e]:
            return False
    return True


@compiled
def give(problem: Problem, left: I64, option: int, sign: int) -> None:
    """Put back what an option takes (sign 1), or take it (-1)."""
    for e in range(problem.start[option], problem.start[option + 1]):
        left[problem.supply[e]] += sign * problem.amount[e]


@compiled
def total_cost(problem: Problem, choice: I64) -> int:
    """What choices cost."""
    total = 0
    for o in range(len(choice)):
        total += problem.cost[choice[o]]
    return total

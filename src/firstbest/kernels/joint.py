"""Choosing for many at once under shared supplies: prices on what is scarce, then a repair that is never worse.

The problem. Each of O orders takes exactly one of its options; option k costs c(k) and takes a(k, r) units of supplies
r, of which there are b(r):

    least  sum over k of c(k) x(k)
    with   sum over the options k of an order of x(k) = 1          for each order
           sum over k of a(k, r) x(k) <= b(r)                      for each supply
           x(k) in {0, 1}

It is the multiple-choice knapsack problem in many dimensions, NP-hard; its linear relaxation is a bound from below.
With a price p(r) >= 0 on each supply the orders fall apart (each takes the option of least c(k) + sum of a(k, r) p(r)),
and what they come to, less the sum of p(r) b(r), is a bound as well: that of Lagrange, whose best value is the bound of
the relaxation, since each order's own problem has whole answers (Geoffrion 1974). Prices climb along a deflected
subgradient (Camerini, Fratta and Maffioli 1975) with steps of Polyak's length, each supply's in proportion to its size.

Choices are made at such prices and mended until nothing is taken that is not there: those move first whom it costs
least. Then each order looks for a better option, alone or where others make room: those whom it costs least at the
prices give up theirs, and find another, for which others may have to make room once more. What comes out is never
dearer than the choice that was handed in. All numbers are whole, so every processor gives the same; ties go to the
option that stands first of an order's, and to the order that stands first.
"""

from __future__ import annotations

from firstbest.kernels.choices import I64, Problem, Work, copy, fits, give, reduced, total_cost
from firstbest.kernels.choices_better import FAR, better
from firstbest.kernels.compiled import compiled

GRID = 1 << 20
"""Parts of a step's length: a price moves by whole units of money, its direction is kept finer."""
PATIENCE = 8
"""Climbs without a better bound before the steps are halved."""
THETA_FIRST = 1 << 10
THETA_LEAST = 4
KEPT_NUMERATOR = 6
KEPT_DENOMINATOR = 10
"""Of a direction, what is kept for the next."""
EVERY = 8
"""Choices are mended at the prices of one climb in so many."""
ROUNDS = 8
"""Most rounds of looking for better options after a repair."""


@compiled
def relax(problem: Problem, price: I64, choice: I64, left: I64) -> int:
    """Each order takes what is best at the prices; writes choices and what is left (below 0: missing). The bound."""
    total = 0
    for r in range(len(left)):
        left[r] = problem.there[r]
        total -= problem.there[r] * price[r]
    for o in range(len(choice)):
        best, least = -1, FAR
        for k in range(problem.first[o], problem.first[o + 1]):
            value = reduced(problem, price, k)
            if value < least:
                best, least = k, value
        choice[o] = best
        total += least
        for e in range(problem.start[best], problem.start[best + 1]):
            left[problem.supply[e]] -= problem.amount[e]
    return total


@compiled
def greedy(problem: Problem, left: I64, choice: I64) -> int:
    """Order by order, the cheapest option that fits what the ones before left; how many found none (choice -1)."""
    none = 0
    copy(problem.there, left)
    for o in range(len(choice)):
        choice[o] = -1
        for k in range(problem.first[o], problem.first[o + 1]):
            if fits(problem, left, k) and (choice[o] < 0 or problem.cost[k] < problem.cost[choice[o]]):
                choice[o] = k
        if choice[o] < 0:
            none += 1
        else:
            give(problem, left, choice[o], -1)
    return none


@compiled
def size_of(problem: Problem, supply: int) -> int:
    """How large a supply is: what is missing of a large one weighs less."""
    return int(max(problem.there[supply], 1))


@compiled
def climb(problem: Problem, work: Work, best_cost: int, bound: int, theta: int) -> None:
    """Move the trial prices along the deflected subgradient by a step of Polyak's length times theta / THETA_FIRST."""
    norm = 0
    for r in range(len(work.trial)):
        over = -work.left[r]
        if over < 0 and work.trial[r] == 0 and work.way[r] <= 0:
            work.way[r] = 0
            continue
        kept = abs(work.way[r]) * KEPT_NUMERATOR // KEPT_DENOMINATOR
        work.way[r] = over * 64 + (kept if work.way[r] >= 0 else -kept)
        norm += work.way[r] * work.way[r] // (64 * size_of(problem, r))
    if norm == 0:
        return
    # The gap in parts of the grid, over the norm: a length that times a direction stays within 63 bits.
    span = max(best_cost - bound, 1) // THETA_FIRST * theta + 1
    while norm > FAR // GRID:
        norm, span = norm // 2, span // 2
    length, rest = span // norm, span % norm * GRID // norm
    for r in range(len(work.trial)):
        move = (work.way[r] * length + work.way[r] * rest // GRID) // size_of(problem, r)
        work.trial[r] = max(work.trial[r] + move, 0)


@compiled
def misses(problem: Problem, left: I64, option: int) -> bool:
    """Does an option take of something of which too much is taken?"""
    for e in range(problem.start[option], problem.start[option + 1]):
        if left[problem.supply[e]] < 0:
            return True
    return False


@compiled
def best_fitting(problem: Problem, price: I64, left: I64, order: int) -> int:
    """The option of an order that fits and is best at the prices, -1: none."""
    best, least = -1, FAR
    for k in range(problem.first[order], problem.first[order + 1]):
        value = reduced(problem, price, k)
        if value < least and fits(problem, left, k):
            best, least = k, value
    return best


@compiled
def mend(problem: Problem, price: I64, choice: I64, left: I64) -> bool:
    """Move orders until nothing is missing: those whom it costs least first, by doubling steps. False: not possible."""
    limit = 1_000
    missing = True
    while missing and limit < FAR:
        missing = False
        for o in range(len(choice)):
            now = choice[o]
            if not misses(problem, left, now):
                continue
            give(problem, left, now, 1)
            other = best_fitting(problem, price, left, o)
            if other >= 0 and reduced(problem, price, other) - reduced(problem, price, now) <= limit:
                choice[o] = other
            else:
                missing = True
            give(problem, left, choice[o], -1)
        limit *= 2
    return not missing


@compiled
def attempt(problem: Problem, work: Work) -> int:
    """Mend the choices at the trial prices and better them, in `found`; what they cost, FAR where it cannot be."""
    copy(work.choice, work.found)
    if not mend(problem, work.trial, work.found, work.left):
        return FAR
    return total_cost(problem, work.found)


@compiled
def solve(problem: Problem, work: Work, best: I64, climbs: int) -> tuple[int, int]:
    """Improve on `best` [O], a choice that fits; (its cost, the bound). Prices start from `work.price`, and stay there.

    `best` stays as it is unless something cheaper is found.
    """
    cost, bound, theta, waited = total_cost(problem, best), -FAR, THETA_FIRST, 0
    copy(work.price, work.trial)
    work.way[:] = 0
    for number in range(climbs):
        value = relax(problem, work.trial, work.choice, work.left)
        waited += 1
        if value > bound:
            bound, waited = value, 0
            copy(work.trial, work.price)
        if waited >= PATIENCE:
            theta, waited = theta // 2, 0
            copy(work.price, work.trial)
            work.way[:] = 0
            if theta < THETA_LEAST:
                break
            relax(problem, work.trial, work.choice, work.left)
        if number % EVERY == 0 and attempt_keeps(problem, work, best, cost):
            cost = total_cost(problem, best)
        if cost <= bound:
            break
        climb(problem, work, cost, max(bound, value), theta)
    return finish(problem, work, best), bound


@compiled
def attempt_keeps(problem: Problem, work: Work, best: I64, cost: int) -> bool:
    """Mend the choices at hand; keep them where they are cheaper. What is left is again that of the choices at hand."""
    found = attempt(problem, work)
    copy(problem.there, work.left)
    for o in range(len(work.choice)):
        give(problem, work.left, work.choice[o], -1)
    if found >= cost:
        return False
    copy(work.found, best)
    return True


@compiled
def finish(problem: Problem, work: Work, best: I64) -> int:
    """Mend at the best prices, and better both that and the best choice so far; the cost of the best."""
    cost = total_cost(problem, best)
    for k in range(len(work.value)):
        work.value[k] = reduced(problem, work.price, k)
    for turn in range(2):
        if turn == 0:
            copy(best, work.found)
            copy(problem.there, work.left)
            for o in range(len(best)):
                give(problem, work.left, best[o], -1)
        else:
            relax(problem, work.price, work.found, work.left)
            if not mend(problem, work.price, work.found, work.left):
                break
        for _ in range(ROUNDS):
            if not better(problem, work):
                break
        found = total_cost(problem, work.found)
        if found < cost:
            cost = found
            copy(work.found, best)
    return cost

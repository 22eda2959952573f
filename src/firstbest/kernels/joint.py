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

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled

I64 = NDArray[np.int64]

GRID = 1 << 20
"""Parts of a step's length: a price moves by whole units of money, its direction is kept finer."""
PATIENCE = 8
"""Climbs without a better bound before the steps are halved."""
THETA_FIRST = 1 << 10
THETA_LEAST = 4
KEPT_NUMERATOR = 6
KEPT_DENOMINATOR = 10
"""Of a direction, what is kept for the next."""
FAR = 1 << 60
EVERY = 8
"""Choices are mended at the prices of one climb in so many."""
ROUNDS = 8
"""Most rounds of looking for better options after a repair."""
EVICTED = 6
"""Most orders that give up theirs for one option."""
SPARES = 2
"""Who gives up what is lacking first: so many are tried."""
LOG = 1_024
LOOKS = 32
"""Most other orders asked to make room for one option."""


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
    total = problem.cost[option]
    for e in range(problem.start[option], problem.start[option + 1]):
        total += problem.amount[e] * price[problem.supply[e]]
    return total


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
    return max(problem.there[supply], 1)


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
def hold(problem: Problem, work: Work) -> None:
    """List who takes of each supply: chains from `head`, the orders that stand first come first."""
    work.head[:] = -1
    for o in range(len(work.found) - 1, -1, -1):
        option = work.found[o]
        for e in range(problem.start[option], problem.start[option + 1]):
            work.following[e] = work.head[problem.supply[e]]
            work.head[problem.supply[e]] = e
            work.holder[e] = o


@compiled
def lacks(problem: Problem, left: I64, option: int) -> int:
    """The supply that an option lacks, of several the one of which there is least; -1: none."""
    lacking = -1
    for e in range(problem.start[option], problem.start[option + 1]):
        r = problem.supply[e]
        if left[r] < problem.amount[e] and (lacking < 0 or problem.there[r] < problem.there[lacking]):
            lacking = r
    return lacking


@compiled
def takes(problem: Problem, work: Work, e: int) -> int:
    """The order that still takes what entry `e` says, -1: its choice is another by now."""
    order = work.holder[e]
    option = work.found[order]
    return order if option >= 0 and problem.start[option] <= e < problem.start[option + 1] else -1


@compiled
def put(problem: Problem, work: Work, order: int, option: int) -> None:
    """Have an order take another option (-1: none for now), and note what it had."""
    had = work.found[order]
    count = work.logged[0]
    work.log[count, 0], work.log[count, 1] = order, had
    work.logged[0] = count + 1
    if had >= 0:
        give(problem, work.left, had, 1)
    if option >= 0:
        give(problem, work.left, option, -1)
    work.found[order] = option


@compiled
def undo(problem: Problem, work: Work, mark: int) -> None:
    """Take back what was put since the log had `mark` entries."""
    for n in range(work.logged[0] - 1, mark - 1, -1):
        order, had = work.log[n, 0], work.log[n, 1]
        if work.found[order] >= 0:
            give(problem, work.left, work.found[order], 1)
        if had >= 0:
            give(problem, work.left, had, -1)
        work.found[order] = had
    work.logged[0] = mark


@compiled
def dearness(problem: Problem, work: Work, order: int) -> int:
    """What it costs by `work.value` that an order gives up its option for its best other."""
    now, least = work.found[order], FAR
    for k in range(problem.first[order], problem.first[order + 1]):
        if k != now:
            least = min(least, work.value[k])
    return least - work.value[now] if least < FAR else FAR


@compiled
def softest(problem: Problem, work: Work, lacking: int, order: int, spare: int) -> int:
    """Of those who take of a supply, the order whom it costs least to give it up, `spare` passed over; -1: nobody."""
    best, least, floor = -1, FAR, -FAR
    for _ in range(spare + 1):
        best, least, e = -1, FAR, work.head[lacking]
        for _ in range(LOOKS):
            if e < 0:
                break
            other = takes(problem, work, e)
            e = work.following[e]
            if other >= 0 and other != order:
                value = dearness(problem, work, other)
                if floor < value < least:
                    best, least = other, value
        floor = least
    return best


@compiled
def clear(problem: Problem, work: Work, order: int, option: int, spare: int) -> int:
    """Give an order an option, whoever takes what it lacks has none for now; how many, -1: it cannot be done."""
    mark = work.logged[0]
    put(problem, work, order, -1)
    count = 0
    while count <= EVICTED:
        lacking = lacks(problem, work.left, option)
        if lacking < 0:
            put(problem, work, order, option)
            return count
        other = softest(problem, work, lacking, order, spare if count == 0 else 0)
        if other < 0:
            break
        put(problem, work, other, -1)
        count += 1
    undo(problem, work, mark)
    return -1


@compiled
def settle(problem: Problem, work: Work, order: int, had: int, budget: int) -> int:
    """Have an order that has none take another option than it had for less than `budget` more; how much, FAR: none."""
    best = -1
    for k in range(problem.first[order], problem.first[order + 1]):
        if k != had and problem.cost[k] - problem.cost[had] < budget and fits(problem, work.left, k):
            best = k if best < 0 or problem.cost[k] < problem.cost[best] else best
    if best < 0:
        return FAR
    put(problem, work, order, best)
    return problem.cost[best] - problem.cost[had]


@compiled
def claim(problem: Problem, work: Work, order: int, option: int, budget: int) -> int:
    """Give an order an option; those who had what it lacks take others. What that costs them, FAR: not below budget."""
    mark, spent = work.logged[0], 0
    count = clear(problem, work, order, option, 0)
    for n in range(count):
        other, had = work.log[mark + 1 + n, 0], work.log[mark + 1 + n, 1]
        more = settle(problem, work, other, had, budget - spent)
        if more == FAR:
            undo(problem, work, mark)
            return FAR
        spent += more
    return spent if count >= 0 else FAR


@compiled
def settle_far(problem: Problem, work: Work, order: int, had: int, budget: int) -> int:
    """As `settle`; where nothing fits, others make room."""
    more = settle(problem, work, order, had, budget)
    if more < FAR:
        return more
    for k in range(problem.first[order], problem.first[order + 1]):
        own = problem.cost[k] - problem.cost[had]
        if k != had and own < budget:
            spent = claim(problem, work, order, k, budget - own)
            if spent < FAR:
                return own + spent
    return FAR


@compiled
def claim_far(problem: Problem, work: Work, what: tuple[int, int], budget: int, spare: int) -> bool:
    """As `claim`, where those who give up theirs may have others make room; what: (order, its option). Done?"""
    mark, spent = work.logged[0], 0
    count = clear(problem, work, what[0], what[1], spare)
    for n in range(count):
        other, had = work.log[mark + 1 + n, 0], work.log[mark + 1 + n, 1]
        more = settle_far(problem, work, other, had, budget - spent)
        if more == FAR:
            undo(problem, work, mark)
            return False
        spent += more
    return count >= 0


@compiled
def cheapest(problem: Problem, left: I64, order: int, now: int) -> int:
    """The cheapest option of an order that fits, the present one where none is cheaper."""
    best = now
    for k in range(problem.first[order], problem.first[order + 1]):
        if problem.cost[k] < problem.cost[best] and fits(problem, left, k):
            best = k
    return best


@compiled
def better(problem: Problem, work: Work) -> bool:
    """One round: each order takes a cheaper option that fits, or for which others make room. Was there any?"""
    hold(problem, work)
    changed = False
    for o in range(len(work.found)):
        now = work.found[o]
        give(problem, work.left, now, 1)
        best = cheapest(problem, work.left, o, now)
        work.found[o] = best
        give(problem, work.left, best, -1)
        moved = False
        for k in range(problem.first[o], problem.first[o + 1]):
            gain = problem.cost[best] - problem.cost[k]
            for spare in range(SPARES):
                if not moved and gain > 0:
                    work.logged[0] = 0
                    moved = claim_far(problem, work, (o, k), gain, spare)
        changed |= moved or best != now
    return changed


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

"""Looking for better choices where all that is scarce is taken: others make room, at a price that is worth it.

An order that would have a cheaper option takes it; of each supply that it lacks somebody gives up theirs, whom it costs
least at the prices, and finds another option, for which one more may have to make room. Where that costs more than it
brings, all is put back. Every step is noted in a log, so that nothing is left half done.
"""

from __future__ import annotations

from firstbest.kernels.choices import I64, Problem, Work, fits, give
from firstbest.kernels.compiled import compiled

FAR = 1 << 60
EVICTED = 6
"""Most orders that give up theirs for one option."""
SPARES = 2
"""Who gives up what is lacking first: so many are tried."""
LOOKS = 32
"""Most other orders asked to make room for one option."""


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
    return int(order) if option >= 0 and problem.start[option] <= e < problem.start[option + 1] else -1


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
            value = dearness(problem, work, other) if other >= 0 and other != order else FAR
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
    return int(problem.cost[best] - problem.cost[had])


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
                return int(own + spent)
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
def pushed(problem: Problem, work: Work, order: int) -> bool:
    """Have others make room for a cheaper option of an order, the first that can be had. Changed?"""
    now = work.found[order]
    for k in range(problem.first[order], problem.first[order + 1]):
        gain = problem.cost[now] - problem.cost[k]
        for spare in range(SPARES if gain > 0 else 0):
            work.logged[0] = 0
            if claim_far(problem, work, (order, k), gain, spare):
                return True
    return False


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
        changed |= pushed(problem, work, o) or best != now
    return changed

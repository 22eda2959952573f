"""How many heads, by node, process, day and shift: from the work that is expected.

The week's shipments are forecast from the last four weeks by weekday, season taken out and put back as planned, and
what will still wait by then is added (decide.workload). Work is units over rate, divided by the productive share, by
the use of paid time that is aimed at, by the share of people who are not absent, and by the speed that contracts which
change hands are believed to leave. Permanent contracts are spread over the week's days in proportion to the work and
are paid whether or not there is work; what they cannot carry goes first to overtime, as far as a head's week allows
(decide.pace), then to temporary staff who were asked for in time (decide.temporary). Hands never exceed the stations of
a process.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide import pace, temporary
from firstbest.decide.ground import Ground
from firstbest.decide.workload import HOUR_MIN_X1000, UNBOUND, Work, expected_work, left_over, with_left_over
from firstbest.kernels.compiled import compiled
from firstbest.world.network import I64
from firstbest.world.units import EARLY_SHARE_PPM, PPM
from firstbest.world.words import NodeKind, Process

Records = NDArray[np.void]
PLANNED = (Process.RECEIVE, Process.PICK, Process.PACK, Process.LOAD)
YEAR_DAYS = 365
WEEK_WORKED, WEEK_DAYS = 5, 7
"""A contract is at work on five days of seven."""


class Plan(NamedTuple):
    """Rosters: [n] each, and packing limits [m]."""

    node: I64
    process: I64
    day: I64
    shift: I64
    heads: I64
    temps: I64
    overtime_min: I64
    needed_min: I64
    limit_node: I64
    limit_day: I64
    limit: I64


class Staffed(NamedTuple):
    """One process of one node by day: [days] each."""

    heads: I64
    temps: I64
    overtime_min: I64  # a head
    temps_ppm: I64  # full-speed heads in the temporary staff, as the house believes


def needed_minutes(ground: Ground, node: int, work: Work) -> dict[int, I64]:
    """Paid minutes each process needs on each day."""
    labour, policy = ground.labour, ground.policy
    lines = work.shipments * work.lines_x1000 // 1000
    single = work.shipments * work.single_ppm // PPM
    rate = {int(p): max(int(labour.rate_x1000[node, p]), 1) for p in PLANNED}
    rate_single = max(int(labour.rate_single_x1000[node, Process.PACK]), 1)
    several = (work.shipments - single) * HOUR_MIN_X1000 // rate[Process.PACK]
    raw = {
        int(Process.RECEIVE): work.receipts * HOUR_MIN_X1000 // rate[Process.RECEIVE],
        int(Process.PICK): lines * HOUR_MIN_X1000 // rate[Process.PICK],
        int(Process.PACK): several + single * HOUR_MIN_X1000 // rate_single,
        int(Process.LOAD): work.shipments * HOUR_MIN_X1000 // rate[Process.LOAD],
    }
    use = policy.staff_target_ppm * (PPM - int(labour.absence_ppm[node])) // PPM
    return {
        p: m
        * PPM
        // max(int(labour.productive_ppm[node, p]), 1)
        * PPM
        // max(use * seasoned(ground, node, p) // PPM, 1)
        for p, m in raw.items()
    }


def seasoned(ground: Ground, node: int, process: int) -> int:
    """Speed of the permanent heads, ppm of the standard, in the long run.

    Of the contracts that change hands in a year, each is slow by half of what a new head lacks while it learns.
    """
    labour = ground.labour
    ramp_days = int(labour.ramp_days[node, process]) * WEEK_DAYS // WEEK_WORKED
    new = min(int(labour.turnover_ppm[node]) * ramp_days // YEAR_DAYS, PPM)
    return PPM - new * (PPM - int(labour.start_ppm[node, process])) // PPM // 2


def spread_heads(ground: Ground, place: tuple[int, int], days: I64, needed: I64, works: I64) -> tuple[I64, ...]:
    """(heads, overtime minutes a head, minutes still short, most temps) by day for one process of one node.

    `place` = (node, process); a span of whole weeks, or the first days of a rehearsal.
    """
    labour, (node, process) = ground.labour, place
    shift_min = int(labour.shift_minutes[node].max())
    pool = int(labour.heads[node, process])
    contract = pool * int(labour.contract_minutes_week[node]) * len(works) // 7 // max(shift_min, 1)
    most = max(int(labour.stations[node, process]) * int((labour.shift_minutes[node] > 0).sum()), 1)
    wanted = np.where(works > 0, -(-needed // max(shift_min, 1)), 0)
    total = int(wanted.sum())
    weight = np.maximum(wanted, works) if total else works
    # Short of contracts, no day takes more than it wants; with contracts to spare, none takes more than there are.
    top = np.where(works > 0, pool, 0)
    heads = shifts_by_day(contract, weight, np.minimum(top, wanted) if total > contract else top)
    heads = np.minimum(np.where((works > 0) & (pool > 0), np.maximum(heads, 1), 0), most)
    short = np.maximum(needed - heads * shift_min, 0)
    overtime = np.minimum(short // np.maximum(heads, 1), int(labour.overtime_minutes[node]))
    overtime = pace.planned(ground, place, days, heads, overtime)
    short = np.maximum(short - heads * overtime, 0)
    return heads, overtime, short, np.minimum(int(labour.temps_max[node, process]), np.maximum(most - heads, 0))


def shifts_by_day(contract: int, weight: I64, top: I64) -> I64:
    """So many shifts over days in proportion to their weight, none above its top; none is lost to rounding: [days].

    What whole shares leave goes, one by one, to the day that is furthest below its share, the earlier of equals.
    """
    whole = max(int(weight.sum()), 1)
    heads: I64 = np.minimum(contract * weight // whole, top)
    give_rest(contract * weight, whole, top, min(contract, int(top.sum())) - int(heads.sum()), heads)
    return heads


@compiled
def give_rest(share: I64, whole: int, top: I64, left: int, heads: I64) -> None:
    """Give what is left, one by one, to the day whose heads x `whole` are furthest below its share [days]."""
    for _ in range(left):
        chosen = -1
        for day in range(len(heads)):
            if heads[day] < top[day] and (
                chosen < 0 or share[day] - heads[day] * whole > share[chosen] - heads[chosen] * whole
            ):
                chosen = day
        heads[chosen] += 1


def days_ahead(ground: Ground, days: I64) -> I64:
    """Days after the plan that it looks at to have people learn in time; whole weeks, none where nobody does."""
    early = ground.policy.early_temp_days
    if early <= 0 or not ((ground.labour.ramp_days > 0) & (ground.labour.start_ppm < PPM)).any():
        return days[:0]
    span = -(-early // WEEK_WORKED) * WEEK_DAYS
    return np.arange(days[-1] + 1, min(days[-1] + 1 + span, ground.calendar.midnight_us.shape[1]), dtype=np.int64)


def staffed(ground: Ground, place: tuple[int, int], spans: list[tuple[I64, I64, I64]], roster: Records) -> Staffed:
    """Heads, temps and overtime of one process; `spans`: (days, needed minutes, works) of the plan, then of the weeks
    it looks ahead to, one by one.
    """
    parts = [(days, *spread_heads(ground, place, days, needed, works), works) for days, needed, works in spans]
    days, heads, overtime, short, most, works = (np.concatenate(column) for column in zip(*parts, strict=True))
    wanted = temporary.Wanted(days, short, most, works)
    if temporary.learns(ground, *place):
        asked = temporary.asked_before(ground, roster, place, int(days[0]))
        temps, full = temporary.with_learning(ground, place, wanted, asked)
    else:
        temps, full = temporary.without_learning(ground, place, wanted)
    size = len(spans[0][0])
    return Staffed(heads[:size], temps[:size], overtime[:size], full[:size])


def plan_days(ground: Ground, now: int, today: int) -> I64:
    """Local days this plan is for: at the start all up to the Sunday after next, later the week that ends then."""
    monday = today - int(ground.calendar.weekday[today])
    first = max(today - 1, 0) if now <= ground.calendar.start_us else monday + 14
    last = min(monday + 21, ground.calendar.midnight_us.shape[1])
    return np.arange(first, last, dtype=np.int64)


class Books(NamedTuple):
    """What a plan is made from, whole tables: shipments by day (profile), promised days (slots), rosters so far."""

    profile: Records
    slots: Records
    roster: Records


def plan(ground: Ground, books: Books, now: int, today: int) -> Plan:
    """Rosters and packing limits for the coming days, all nodes with people."""
    days = plan_days(ground, now, today)
    ahead = days_ahead(ground, days)
    spans = [days, *(ahead[first : first + WEEK_DAYS] for first in range(0, len(ahead), WEEK_DAYS))]
    rosters: list[tuple[I64, ...]] = []
    limits: list[tuple[I64, I64, I64]] = []
    for node in range(len(ground.nodes.kind)):
        if not ground.labour.heads[node].any():
            continue
        expected = [expected_work(ground, books.profile, node, today, span) for span in spans]
        waits = left_over(ground, (books.profile, books.slots), node, today, int(days[0])) if days[0] > today else 0
        expected[0] = with_left_over(expected[0], waits, works_on(ground, node, days))
        minutes = [needed_minutes(ground, node, each) for each in expected]
        work, needed = expected[0], minutes[0]
        hands: dict[int, I64] = {}
        for process in PLANNED:
            if ground.labour.heads[node, process] == 0:
                continue
            place = (node, int(process))
            parts = [
                (span, each[int(process)], works_on(ground, node, span))
                for span, each in zip(spans, minutes, strict=True)
            ]
            crew = staffed(ground, place, parts, books.roster)
            rosters.extend(by_shift(ground, place, days, crew, needed[int(process)]))
            hands[int(process)] = minutes_of(ground, node, crew)
        if ground.nodes.kind[node] == NodeKind.FULFILMENT:
            limits.append((np.full(len(days), node), days, limit_of(hands, needed, work)))
    columns = [np.concatenate(parts) for parts in zip(*rosters, strict=True)]
    tail = [np.concatenate(parts) for parts in zip(*limits, strict=True)]
    return Plan(*columns, *tail)


def works_on(ground: Ground, node: int, days: I64) -> I64:
    """1 on days on which a building works and is open: [days]."""
    works = ground.labour.work_days[node, days].astype(np.int64)
    found: I64 = works * (ground.calendar.midnight_us[0, days] < ground.nodes.open_until_us[node])
    return found


def minutes_of(ground: Ground, node: int, crew: Staffed) -> I64:
    """Full-speed minutes of a day's staff."""
    shift_min = int(ground.labour.shift_minutes[node].max())
    minutes: I64 = crew.heads * (shift_min + crew.overtime_min) + crew.temps_ppm * shift_min // PPM
    return minutes


def limit_of(hands: dict[int, I64], needed: dict[int, I64], work: Work) -> I64:
    """Shipments that may be promised on each day: what the scarcer of picking and packing can carry."""
    best = np.full(len(work.shipments), UNBOUND, np.int64)
    for process in (int(Process.PICK), int(Process.PACK)):
        if process in hands:
            each = np.maximum(needed[process].sum() * 1000 // max(int(work.shipments.sum()), 1), 1)
            best = np.minimum(best, hands[process] * 1000 // each)
    return best


def by_shift(ground: Ground, place: tuple[int, int], days: I64, crew: Staffed, needed: I64) -> list[tuple[I64, ...]]:
    """A day's heads on its shifts: the first takes a little more than half; one shift takes all."""
    (node, process), heads, temps, overtime = place, crew.heads, crew.temps, crew.overtime_min
    second = ground.labour.shift_minutes[node, 1] > 0
    share = EARLY_SHARE_PPM if second else PPM
    early, early_temps = pace.early_part(ground, node, heads), pace.early_part(ground, node, temps)
    size = len(days)
    rows: list[tuple[I64, ...]] = []
    for shift, (h, t) in enumerate(((early, early_temps), (heads - early, temps - early_temps))):
        if shift == 0 or second:
            part = needed * (share if shift == 0 else PPM - share) // PPM
            rows.append((np.full(size, node), np.full(size, process), days, np.full(size, shift), h, t, overtime, part))
    return rows

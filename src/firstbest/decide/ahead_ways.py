"""What an order that nobody works on yet could do instead: every way that keeps its promise, with what it takes.

An order may go as it was planned; whole from each centre that has all of it, on the first two days on which the centre
has a packing slot; or from two centres, the cheapest ways of doing so. Orders of up to SPLIT_LINES lines are parted in
every way; longer ones into what the first centre has and the rest. By each centre and day the cheapest carrier is taken
that brings the goods within what the customer was told (ties: the smaller hash of its text). Centres come in the order
of their distance from the place, so the order of options does not hang on that of any file.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.arms import arm_of
from firstbest.decide.promise import NONE, Asked, Window, is_open, lay_out, promise_days, ship_day_from
from firstbest.decide.rate import journey_cost
from firstbest.decide.terms import (
    CARRIER_ORDER,
    ITEM_LONGEST,
    ITEM_VOLUME,
    ITEM_WEIGHT,
    NODE_SYSTEM,
    NODE_ZONE,
    PLACE_REMOTE,
    PLACE_ZONE,
    POLICY_DAYS,
    PROMISE_CARRIERS,
    Terms,
)
from firstbest.kernels.choices import copy
from firstbest.kernels.compiled import compiled
from firstbest.kernels.index import local_day
from firstbest.world.network import I64

SPLIT_LINES = 3
SPLITS = 12
DAYS = 2
LINES_MOST = 60
SERVICES = 3
P_NODE = 0
P_DAY = 1
P_CARRIER = 2
P_LINES = 3
P_COST = 4
PARCEL = 5
"""Columns of a parcel: from where, on which local day, by whom, which lines (a bit each), money."""


class Waiting(NamedTuple):
    """Orders [O] in the order in which ties between them go, their lines [M], and the parcels as planned [Q]."""

    at: int
    place: I64
    service: I64
    tie: NDArray[np.uint64]
    until: I64  # the instant by which the customer was told
    stays: I64  # money, of going as planned
    first_line: I64  # [O + 1]
    item: I64
    row: I64  # of `Space.units`
    quantity: I64
    first_parcel: I64  # [O + 1]
    parcel: I64  # [Q, 5]


class Space(NamedTuple):
    """What can be had, the orders' own share included, and what a way costs beside the journey."""

    units: I64  # [U, N]
    slots: I64  # [N, W] packing slots, from the window's first day
    split_penalty: int  # money for each parcel beyond the first
    move_cost: int  # money for going otherwise than planned


class Options(NamedTuple):
    """Room for options [K]: of each order from `first` [O + 1]; their parcels from `of` [K + 1]."""

    first: I64
    cost: I64
    of: I64
    parcel: I64  # [Q, 5]
    start: I64  # [K + 1] into what is taken
    supply: I64
    amount: I64
    used: I64  # [5] options, parcels, what is taken; the first slot's number among supplies, the first day


class Desk(NamedTuple):
    """Scratch of one order: subsets of lines [8], centres [F], days [2]."""

    ways: I64  # [8, F, 2, 3] cost (NONE: no way), carrier, local day
    by_day: I64  # [H] cost
    by_whom: I64  # [H] carrier
    split: I64  # [SPLITS, 10] cost, centres by distance, lines of the first, the ways of both
    parted: I64  # [1] splits noted
    row: I64  # [5] a parcel
    pieces: I64  # [C, 4] what each carrier would be given of some lines: the same from whichever centre


@compiled
def load_of(terms: Terms, waiting: Waiting, order: int, lines: int) -> tuple[int, int, int]:
    """(weight, volume, longest side) of some of an order's lines."""
    weight, volume, longest = 0, 0, 0
    base = waiting.first_line[order]
    for n in range(waiting.first_line[order + 1] - base):
        if (lines >> n) & 1 == 0:
            continue
        item, quantity = waiting.item[base + n], waiting.quantity[base + n]
        weight += terms.item[item, ITEM_WEIGHT] * quantity
        volume += terms.item[item, ITEM_VOLUME] * quantity
        longest = max(longest, terms.item[item, ITEM_LONGEST])
    return weight, volume, longest


@compiled
def has_all(waiting: Waiting, space: Space, order: int, lines: int, node: int) -> bool:
    """Could a node send these lines?"""
    base = waiting.first_line[order]
    for n in range(waiting.first_line[order + 1] - base):
        if (lines >> n) & 1 != 0 and space.units[waiting.row[base + n], node] < waiting.quantity[base + n]:
            return False
    return True


@compiled
def asked_of(terms: Terms, waiting: Waiting, order: int, lines: int) -> Asked:
    """What some lines of an order ask of a node."""
    weight, volume, longest = load_of(terms, waiting, order, lines)
    arm = arm_of(terms, waiting.tie[order])
    day = local_day(terms.midnight, terms.node[terms.centres[0], NODE_ZONE], waiting.at) - 1
    service = waiting.service[order] + arm * SERVICES
    return Asked(waiting.place[order], service, waiting.at, day, weight, volume, longest, 0, arm, 0, 0)


@compiled
def days_of(terms: Terms, window: Window, space: Space, desk: Desk, which: tuple[int, int, int], asked: Asked) -> None:
    """Note for each ship day of a node whether a carrier is the cheapest in time; which: (node, carrier, until).

    `desk.pieces` as `lay_out` wrote them for what is asked.
    """
    node, carrier, until = which
    count, billed = desk.pieces[carrier, 1], desk.pieces[carrier, 2]
    first = ship_day_from(terms, window, node, carrier, asked) if count > 0 else -1
    if first < 0:
        return
    zone = terms.zone[carrier, node, asked.place]
    last = min(asked.day + terms.policy[POLICY_DAYS], terms.cut_off.shape[1] - 20)
    days = promise_days(terms, asked.service, terms.transit[carrier, zone])
    for day in range(first, min(last, window.first + space.slots.shape[1])):
        if terms.pick_up[carrier, node, day] <= 0 or space.slots[node, day - window.first] <= 0:
            continue
        door = terms.business_after[carrier, day, days]
        if terms.door_closes[terms.place[asked.place, PLACE_ZONE], door] > until:
            return
        cost = journey_cost(terms, carrier, zone, day, terms.place[asked.place, PLACE_REMOTE], (billed, count))
        d = day - asked.day
        whom = desk.by_whom[d]
        tie = whom >= 0 and terms.carrier[carrier, CARRIER_ORDER] < terms.carrier[whom, CARRIER_ORDER]
        if cost < desk.by_day[d] or (cost == desk.by_day[d] and tie):
            desk.by_day[d], desk.by_whom[d] = cost, carrier


@compiled
def ways_from(
    terms: Terms, window: Window, space: Space, desk: Desk, which: tuple[int, int, int], asked: Asked
) -> None:
    """Write the cheapest ways of a node on its first two days; which: (subset of lines, place of the node, until)."""
    subset, place, until = which
    node = terms.near[asked.place, place]
    desk.by_day[:] = NONE
    desk.by_whom[:] = -1
    for carrier in range(len(terms.carrier)):
        if terms.zone[carrier, node, asked.place] < 0 or terms.lane_of[carrier, node] < 0:
            continue
        if terms.promise[asked.service, PROMISE_CARRIERS + carrier] != 0:
            days_of(terms, window, space, desk, (node, carrier, until), asked)
    found = 0
    for d in range(len(desk.by_day)):
        if found < DAYS and desk.by_whom[d] >= 0:
            way = desk.ways[subset, place, found]
            way[0], way[1], way[2] = desk.by_day[d] + terms.node[node, NODE_SYSTEM], desk.by_whom[d], asked.day + d
            found += 1


@compiled
def look(terms: Terms, window: Window, space: Space, waiting: Waiting, desk: Desk, order: int) -> None:
    """Fill in the ways of an order: of each subset of its lines where they are few, else of all of them."""
    desk.ways[:, :, :, 0] = NONE
    lines = waiting.first_line[order + 1] - waiting.first_line[order]
    every = (1 << lines) - 1
    subsets = every if lines <= SPLIT_LINES else 1
    for subset in range(1, subsets + 1):
        chosen = subset if lines <= SPLIT_LINES else every
        asked = asked_of(terms, waiting, order, chosen)
        lay_out(terms, asked, desk.pieces)
        for place in range(len(terms.centres)):
            node = terms.near[asked.place, place]
            if is_open(terms, node, waiting.at) and has_all(waiting, space, order, chosen, node):
                ways_from(terms, window, space, desk, (subset, place, waiting.until[order]), asked)


@compiled
def take_parcel(waiting: Waiting, options: Options, order: int, shape: tuple[int, int, int], parcel: I64) -> None:
    """Add a parcel to the option under way, with what it takes; shape: (nodes, days, first day)."""
    base = waiting.first_line[order]
    copy(parcel, options.parcel[options.used[1]])
    options.used[1] += 1
    for n in range(waiting.first_line[order + 1] - base):
        if (parcel[P_LINES] >> n) & 1 != 0:
            take(options, waiting.row[base + n] * shape[0] + parcel[P_NODE], waiting.quantity[base + n])
    day = parcel[P_DAY] - shape[2]
    if 0 <= day < shape[1]:
        take(options, options.used[3] + parcel[P_NODE] * shape[1] + day, 1)


@compiled
def take(options: Options, supply: int, amount: int) -> None:
    """Have the option under way take of a supply: once, though two lines may want the same item."""
    end = options.used[2]
    for e in range(options.start[options.used[0]], end):
        if options.supply[e] == supply:
            options.amount[e] += amount
            return
    options.supply[end], options.amount[end] = supply, amount
    options.used[2] = end + 1


@compiled
def close_option(options: Options, cost: int) -> None:
    """The option under way is whole."""
    k = options.used[0]
    options.cost[k] = cost
    options.of[k + 1], options.start[k + 1] = options.used[1], options.used[2]
    options.used[0] = k + 1


@compiled
def write_way(row: I64, node: int, way: I64, lines: int) -> None:
    """A way as a parcel."""
    row[P_NODE], row[P_DAY], row[P_CARRIER], row[P_LINES], row[P_COST] = node, way[2], way[1], lines, way[0]


@compiled
def note_split(desk: Desk, split: tuple[int, int, int], way: I64, other: I64) -> None:
    """Keep a split (its centres and the first one's lines) where it is among the cheapest; equal ones as they came."""
    count, cost = desk.parted[0], way[0] + other[0]
    if count == SPLITS and cost >= desk.split[SPLITS - 1, 0]:
        return
    spot = min(count, SPLITS - 1)
    while spot > 0 and desk.split[spot - 1, 0] > cost:
        copy(desk.split[spot - 1], desk.split[spot])
        spot -= 1
    row = desk.split[spot]
    row[0], row[1], row[2], row[3] = cost, split[0], split[1], split[2]
    copy(way, row[4:7])
    copy(other, row[7:10])
    desk.parted[0] = min(count + 1, SPLITS)


@compiled
def splits_of_few(desk: Desk, lines: int) -> None:
    """Every way of two centres to share the lines; the first line goes from the first."""
    every, centres = (1 << lines) - 1, desk.ways.shape[1]
    for mine in range(1, every, 2):
        for pair in range(centres * centres):
            one, other = pair // centres, pair % centres
            way, rest = desk.ways[mine, one, 0], desk.ways[every - mine, other, 0]
            if other != one and way[0] != NONE and rest[0] != NONE:
                note_split(desk, (one, other, mine), way, rest)


@compiled
def holds(terms: Terms, space: Space, waiting: Waiting, order: int, place: int) -> int:
    """Which of an order's lines a centre has, a bit each; none where it is closed."""
    node, held = terms.near[waiting.place[order], place], 0
    if not is_open(terms, node, waiting.at):
        return 0
    for n in range(waiting.first_line[order + 1] - waiting.first_line[order]):
        if has_all(waiting, space, order, 1 << n, node):
            held |= 1 << n
    return held


@compiled
def splits_of_many(terms: Terms, window: Window, space: Space, waiting: Waiting, desk: Desk, order: int) -> None:
    """From each centre what it has of the lines, the rest from the nearest centre that has it."""
    every, until = (1 << (waiting.first_line[order + 1] - waiting.first_line[order])) - 1, waiting.until[order]
    centres = desk.ways.shape[1]
    for one in range(centres):
        mine, other = holds(terms, space, waiting, order, one), 0
        if mine in (0, every):
            continue
        while other < centres and holds(terms, space, waiting, order, other) & (every - mine) != every - mine:
            other += 1
        if other == centres:
            continue
        desk.ways[2:4, :, :, 0] = NONE
        for subset, place, lines in ((2, one, mine), (3, other, every - mine)):
            asked = asked_of(terms, waiting, order, lines)
            lay_out(terms, asked, desk.pieces)
            ways_from(terms, window, space, desk, (subset, place, until), asked)
        if desk.ways[2, one, 0, 0] != NONE and desk.ways[3, other, 0, 0] != NONE:
            note_split(desk, (one, other, mine), desk.ways[2, one, 0], desk.ways[3, other, 0])


@compiled
def list_one(terms: Terms, space: Space, waiting: Waiting, options: Options, desk: Desk, order: int) -> None:
    """Write the options of an order: as planned, whole from each centre, from two."""
    shape = (terms.node.shape[0], space.slots.shape[1], options.used[4])
    every = (1 << (waiting.first_line[order + 1] - waiting.first_line[order])) - 1
    whole = every if every < 1 << SPLIT_LINES else 1
    near = terms.near[waiting.place[order]]
    for p in range(waiting.first_parcel[order], waiting.first_parcel[order + 1]):
        take_parcel(waiting, options, order, shape, waiting.parcel[p])
    close_option(options, waiting.stays[order])
    for place in range(len(terms.centres)):
        for d in range(DAYS):
            way = desk.ways[whole, place, d]
            if way[0] != NONE:
                write_way(desk.row, near[place], way, every)
                take_parcel(waiting, options, order, shape, desk.row)
                close_option(options, way[0] + space.move_cost)
    for k in range(desk.parted[0]):
        split = desk.split[k]
        write_way(desk.row, near[split[1]], split[4:7], split[3])
        take_parcel(waiting, options, order, shape, desk.row)
        write_way(desk.row, near[split[2]], split[7:10], every - split[3])
        take_parcel(waiting, options, order, shape, desk.row)
        close_option(options, split[0] + space.split_penalty + space.move_cost)
    options.first[order + 1] = options.used[0]


@compiled
def list_all(terms: Terms, window: Window, space: Space, waiting: Waiting, options: Options, desk: Desk) -> None:
    """Write the options of all orders."""
    options.used[:3] = 0
    for order in range(len(waiting.place)):
        desk.parted[0] = 0
        lines = waiting.first_line[order + 1] - waiting.first_line[order]
        look(terms, window, space, waiting, desk, order)
        if lines > SPLIT_LINES:
            splits_of_many(terms, window, space, waiting, desk, order)
        elif lines > 1:
            splits_of_few(desk, lines)
        list_one(terms, space, waiting, options, desk, order)


def options_of(terms: Terms, window: Window, space: Space, waiting: Waiting) -> Options:
    """All that orders could do."""
    lines = np.diff(waiting.first_line)
    centres = len(terms.centres)
    most = 1 + DAYS * centres + np.where(lines > 1, SPLITS, 0)
    own = len(waiting.parcel)
    options, parcels = int(most.sum()), int((most + SPLITS).sum()) + own
    taken = int((most * (lines + 2)).sum()) + own
    found = Options(
        np.zeros(len(lines) + 1, np.int64), np.zeros(options, np.int64), np.zeros(options + 1, np.int64),
        np.zeros((parcels, PARCEL), np.int64), np.zeros(options + 1, np.int64), np.zeros(taken, np.int64),
        np.zeros(taken, np.int64), np.array([0, 0, 0, space.units.size, window.first]),
    )  # fmt: skip
    days = int(terms.policy[POLICY_DAYS]) + 2
    desk = Desk(
        np.full((1 << SPLIT_LINES, centres, DAYS, 3), NONE, np.int64), np.zeros(days, np.int64),
        np.zeros(days, np.int64), np.zeros((SPLITS, 10), np.int64), np.zeros(1, np.int64), np.zeros(PARCEL, np.int64),
        np.zeros((len(terms.carrier), 4), np.int64),
    )  # fmt: skip
    list_all(terms, window, space, waiting, found, desk)
    k, q, e = found.used[:3].tolist()
    return found._replace(
        cost=found.cost[:k], of=found.of[: k + 1], parcel=found.parcel[:q], start=found.start[: k + 1],
        supply=found.supply[:e], amount=found.amount[:e],
    )  # fmt: skip

"""How much work a building must expect: orders still to come, and those already promised that wait for their day.

What customers order is known by the day on which they were promised (`asked`), what leaves by the day it was promised
for (`shipments`). Where a building is full the two part: shipments then say what it could do, not what was wanted. So
the level of the forecast is that of what was asked, its weekdays are those of what left.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.world.network import I64
from firstbest.world.units import PPM
from firstbest.world.words import Process

Records = NDArray[np.void]
HISTORY_DAYS = 28
KNOWN_SHIPMENTS = 100
KNOWN_DAYS = 14
"""With fewer shipments, or over fewer working days, the past says nothing yet: the first guess stands."""
WEEK_DAYS = 7
FIRST_LINES_X1000 = 1_750
FIRST_SINGLE_PPM = 350_000
FIRST_RECEIVED_X1000 = 60
"""Before there is a past, assumed: lines a shipment, shipments of a single unit, receipts a shipment."""
MIXED_RATE = (45, 38)
"""What a packer does of all shipments to what of those with several units, assumed."""
MONDAY_PART, DAY_PART, WEEK_PARTS = 18, 10, 68
"""A week's shipments, assumed: on Monday, on each of five more days, in all; Monday sends what the weekend ordered."""
HOUR_MIN_X1000 = 60_000
"""An hour's minutes, for rates in thousandths."""
UNBOUND = 2**40
"""The limit of a day on which nothing binds."""


class Work(NamedTuple):
    """What a building handles: shipments by day [days], what each takes in thousandths, receipts a day [days]."""

    shipments: I64
    lines_x1000: int
    single_ppm: int
    receipts: I64


def expected_work(ground: Ground, profile: Records, node: int, today: int, days: I64) -> Work:
    """Shipments a node must expect on each day, from the last four weeks; from its heads where nothing is known.

    `profile` is the whole table. Ties and rounding: whole shipments, rounded down by weekday.
    """
    calendar = ground.calendar
    width = calendar.midnight_us.shape[1]
    window = np.arange(max(today - HISTORY_DAYS, 2), today)
    past = window[ground.labour.work_days[node, window] == 1]
    rows = profile[node * width + past]
    total = int(rows["shipments"].sum())
    if total < KNOWN_SHIPMENTS or len(past) < KNOWN_DAYS:
        return first_guess(ground, node, days)
    season = calendar.season_ppm[past]
    share = np.zeros(7, np.int64)
    weight = np.zeros(7, np.int64)
    np.add.at(share, calendar.weekday[past], rows["shipments"])
    np.add.at(weight, calendar.weekday[past], season)
    asked, left = level_of(profile[node * width : node * width + today], window)
    per_day = share * PPM // np.maximum(weight, 1) * asked // left
    shipments = per_day[calendar.weekday[days]] * calendar.season_ppm[days] // PPM
    received = int(rows["received_lines"].sum()) * 1000 // total
    return Work(
        shipments, int(rows["lines"].sum()) * 1000 // total, int(rows["single"].sum()) * PPM // total,
        receipts_of(shipments, received),
    )  # fmt: skip


def level_of(days: Records, window: I64) -> tuple[int, int]:
    """What was asked for over what left, as (above, below); 1 over 1 where too little is known of what was asked for.

    `days`: the node's profile up to today. A book that an older version began knows what left of days of which it does
    not know what was asked for; they are not compared.
    """
    known = np.flatnonzero(days["asked"] > 0)
    window = window[window >= known[0]] if len(known) else window[:0]
    left = int(days["shipments"][window].sum())
    if len(window) < WEEK_DAYS or not left:
        return 1, 1
    return int(days["asked"][window].sum()), left


def receipts_of(shipments: I64, received_x1000: int) -> I64:
    """Receipts by day, even over the span: [days]."""
    return np.full(len(shipments), int(shipments.mean()) * received_x1000 // 1000, np.int64)


def first_guess(ground: Ground, node: int, days: I64) -> Work:
    """Before there is any history: what the permanent packers can pack in their contract hours."""
    labour, calendar = ground.labour, ground.calendar
    paid_min = int(labour.heads[node, Process.PACK]) * int(labour.contract_minutes_week[node])
    rate = int(labour.rate_x1000[node, Process.PACK]) * MIXED_RATE[0] // MIXED_RATE[1]
    week = paid_min * rate // HOUR_MIN_X1000 * int(labour.productive_ppm[node, Process.PACK]) // PPM
    week = week * ground.policy.staff_target_ppm // PPM
    works = labour.work_days[node, days].astype(np.int64)
    part = np.where(calendar.weekday[days] == 0, MONDAY_PART, DAY_PART) * works
    weight = part * calendar.season_ppm[days] // 1000
    shipments = week * weight // (WEEK_PARTS * 1000)
    return Work(shipments, FIRST_LINES_X1000, FIRST_SINGLE_PPM, receipts_of(shipments, FIRST_RECEIVED_X1000))


def left_over(ground: Ground, books: tuple[Records, Records], node: int, today: int, first: int) -> int:
    """Shipments that will still wait when day `first` begins: promised already, or to be asked for before it.

    `books`: the profile and the slots, both whole. Every slot taken from today on is work that waits; what comes until
    `first` is added to it day by day, and each day takes off it what its limit lets through.
    """
    profile, slots = books
    width = ground.calendar.midnight_us.shape[1]
    slots = slots[node * width : (node + 1) * width]
    waits = int(slots["taken"][today:].sum())
    between = np.arange(today, first, dtype=np.int64)
    if not waits or not len(between):
        return 0
    coming = expected_work(ground, profile, node, today, between).shipments
    coming[0] = 0  # today's are among the slots
    for more, limit in zip(coming.tolist(), slots["limit"][between].tolist(), strict=True):
        waits = max(waits + more - limit, 0)
    return waits


def with_left_over(work: Work, waits: int, works: I64) -> Work:
    """The same work and what waits, evenly over the days on which the building works: `works` [days], 1 where it does.

    What leaves in a week is for its plan to say; nobody is asked to do all of it on Monday.
    """
    open_days = int(works.sum())
    if not waits or not open_days:
        return work
    return work._replace(shipments=work.shipments + works * -(-waits // open_days))

"""Temporary staff: how fast the house believes them to be, how many it asks for, and how early.

A temporary head is slow at first. The house knows nothing of the people but whom it asked for: from its own rosters
it reckons how long each of them has been here, and from labour.csv how fast that makes them. On a day on which even
all that may come would be too slow as beginners, it asks for them some working days earlier, so that they have learned
by then: as many days as they need to be fast enough, up to the policy's `early_temp_days`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.decide.pace import early_part
from firstbest.kernels.learning import crew_ppm, days_known
from firstbest.world.network import I64
from firstbest.world.units import PPM
from firstbest.world.words import Process

Records = NDArray[np.void]


class Wanted(NamedTuple):
    """What temporary staff are wanted for: [days] each, the plan's days and those looked ahead to."""

    days: I64
    short_min: I64  # full-speed minutes that permanent heads cannot do
    most: I64  # temporary heads that may come
    works: I64  # 1: the building works


def learns(ground: Ground, node: int, process: int) -> bool:
    """Whether the house believes that new heads are slow here."""
    labour = ground.labour
    return bool(labour.ramp_days[node, process] > 0 and labour.start_ppm[node, process] < PPM)


def asked_before(ground: Ground, roster: Records, place: tuple[int, int], day: int) -> I64:
    """Temporary heads asked for by shift on each day before `day`: [2, day]; `roster` the whole table."""
    days = ground.calendar.midnight_us.shape[1]
    shaped = roster["temps"].reshape(-1, len(Process), days, 2)
    return np.ascontiguousarray(shaped[place[0], place[1], :day].T, dtype=np.int64)


def believed(ground: Ground, place: tuple[int, int], asked: I64, most: int) -> list[I64]:
    """By shift: full-speed heads, ppm, in the first 0, 1 ... `most` temporary heads on the day after `asked`."""
    labour, (node, process) = ground.labour, place
    start, ramp = int(labour.start_ppm[node, process]), int(labour.ramp_days[node, process])
    speed = int(labour.temp_speed_ppm[node, process])
    found = []
    for shift in range(2):
        worked = days_known(np.ascontiguousarray(asked[shift]), most, ground.policy.temp_gone_days)
        found.append(crew_ppm(worked, start, ramp) * speed // PPM)
    return found


def full_speed(ground: Ground, node: int, believed_ppm: list[I64], temps: int) -> int:
    """Full-speed heads, ppm, in a day's temporary staff over both shifts."""
    early = early_part(ground, node, temps)
    return int(believed_ppm[0][early] + believed_ppm[1][temps - early])


def without_learning(ground: Ground, place: tuple[int, int], wanted: Wanted) -> tuple[I64, I64]:
    """(temps, full-speed ppm of them) by day where everybody is at the same speed at once."""
    node, process = place
    speed = max(int(ground.labour.temp_speed_ppm[node, process]), 1)
    shift_min = max(int(ground.labour.shift_minutes[node].max()), 1)
    temps = np.minimum(-(-(wanted.short_min * PPM // speed) // shift_min), wanted.most)
    temps = np.where(wanted.works > 0, temps, 0)
    return temps, temps * int(ground.labour.temp_speed_ppm[node, process])


def with_learning(ground: Ground, place: tuple[int, int], wanted: Wanted, asked: I64) -> tuple[I64, I64]:
    """(temps, full-speed ppm of them) by day, as their experience grows; `asked` [2, D] before the first day.

    Each day asks for the fewest whose believed speed does the work, and for no fewer than are to learn for a tight
    day ahead.
    """
    node, shift_min = place[0], max(int(ground.labour.shift_minutes[place[0]].max()), 1)
    size, before = len(wanted.days), asked.shape[1]
    early = to_learn(ground, place, wanted)
    calls = np.concatenate([asked, np.zeros((2, size), np.int64)], axis=1)
    temps, full = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for day in range(size):
        most = int(wanted.most[day])
        if not wanted.works[day] or most <= 0 or not (wanted.short_min[day] or early[day]):
            continue
        speed = believed(ground, place, calls[:, : before + day], most)
        count = min(int(early[day]), most)
        while count < most and full_speed(ground, node, speed, count) * shift_min < wanted.short_min[day] * PPM:
            count += 1
        temps[day], full[day] = count, full_speed(ground, node, speed, count)
        first = early_part(ground, node, count)
        calls[0, before + day], calls[1, before + day] = first, count - first
    return temps, full


def to_learn(ground: Ground, place: tuple[int, int], wanted: Wanted) -> I64:
    """Fewest temporary heads by day so that they have learned for a tight day ahead: [days].

    A day is tight where all that may come, as beginners, would do less than is short. The days at work that make them
    fast enough are counted back over working days.
    """
    labour, (node, process) = ground.labour, place
    start, ramp = int(labour.start_ppm[node, process]), int(labour.ramp_days[node, process])
    speed = max(int(labour.temp_speed_ppm[node, process]), 1)
    shift_min = max(int(labour.shift_minutes[node].max()), 1)
    least = np.zeros(len(wanted.days), np.int64)
    open_days = np.flatnonzero(wanted.works > 0)
    for place_of, day in enumerate(open_days.tolist()):
        most, short = int(wanted.most[day]), int(wanted.short_min[day])
        if most <= 0 or most * shift_min * speed // PPM * start // PPM >= short:
            continue
        needed_ppm = min(-(-short * PPM // (most * shift_min)) * PPM // speed, PPM)
        days = min(-(-(needed_ppm - start) * ramp // (PPM - start)), ramp, ground.policy.early_temp_days)
        before = open_days[max(place_of - max(days, 0), 0) : place_of]
        least[before] = np.maximum(least[before], most)
    return least

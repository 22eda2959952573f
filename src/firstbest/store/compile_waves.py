"""Waves only while somebody is, or is about to be, in a building: at other times a wave could release nothing."""

from __future__ import annotations

import numpy as np

from firstbest.world.network import I64, Calendar, Labour, Nodes, Policy
from firstbest.world.units import MINUTE_US
from firstbest.world.words import NodeKind, Timer

SHIFTS = 2


def manned_waves(calendar: Calendar, labour: Labour, nodes: Nodes, policy: Policy) -> Calendar:
    """The calendar without the waves at which no fulfilment node has hands within the time that work is released for.

    A shift counts from the policy's floor target before its start until its end with the most overtime there may be.
    """
    is_wave = calendar.timers_kind == Timer.WAVE
    at = calendar.timers_us[is_wave]
    starts, ends = spans(calendar, labour, nodes, policy)
    manned = np.searchsorted(starts, at, side="right") > np.searchsorted(ends, at, side="right")
    kept = ~is_wave
    kept[is_wave] = manned
    return calendar._replace(
        timers_us=calendar.timers_us[kept],
        timers_kind=calendar.timers_kind[kept],
        timers_key=calendar.timers_key[kept],
    )


def spans(calendar: Calendar, labour: Labour, nodes: Nodes, policy: Policy) -> tuple[I64, I64]:
    """Instants at which the time for waves of some shift begins, and ends; each sorted: [n]."""
    starts, ends = [], []
    for node in np.flatnonzero(nodes.kind == NodeKind.FULFILMENT):
        midnight = calendar.midnight_us[nodes.time_zone[node]][labour.work_days[node] == 1]
        for shift in range(SHIFTS):
            minutes = int(labour.shift_minutes[node, shift])
            if minutes == 0:
                continue
            begins = midnight + int(labour.shift_start_min[node, shift]) * MINUTE_US
            starts.append(begins - policy.floor_target_min * MINUTE_US)
            ends.append(begins + (minutes + int(labour.overtime_minutes[node])) * MINUTE_US)
    return np.sort(np.concatenate(starts)), np.sort(np.concatenate(ends))

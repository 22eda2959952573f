"""Resuming who is at work: the roster as the house has planned it, and shifts that are running."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.station import FREE, NUMBER, STAFFED, Stations
from firstbest.rehearse import people
from firstbest.rehearse.hands import INDIRECT, OPENED, PROCESSES, REPORTED, SHIFTS, Floor, Roster
from firstbest.world.network import Network
from firstbest.world.units import MINUTE_US

Rows = NDArray[np.void]


def resume_roster(network: Network, floor: Floor, roster: Roster, known: tuple[Rows, Rows], now: int) -> Roster:
    """Who is to come as the house has planned it, `known` = tables (roster, hours); shifts before `now` are over.

    A shift that is running is the next to open: who came to it is drawn, since no book tells.
    """
    table, hours = known
    nodes, days = roster.crews.shape[0], roster.crews.shape[1]
    planned = table.reshape(nodes, PROCESSES, days, SHIFTS).transpose(0, 2, 3, 1)
    for name in ("heads", "temps", "overtime_min", "lent"):
        roster.crews[name][..., :INDIRECT] = planned[name][..., :INDIRECT]
    overtime = roster.crews["overtime_min"][..., :INDIRECT].max(axis=3, initial=0)
    ends = floor.starts[:, :days] + (floor.minutes[:, None, :] + overtime) * MINUTE_US
    first = (ends < now).sum(axis=1)
    roster.marks[:, OPENED : OPENED + SHIFTS] = roster.marks[:, REPORTED : REPORTED + SHIFTS] = first
    weekday = int(network.calendar.weekday[0])
    today = np.minimum(first, days - 1)
    week = (today + weekday) // 7
    worked = hours["head_min"].reshape(nodes, PROCESSES, SHIFTS, -1)
    roster.weeks[..., 0] = floor.week_begins[today][:, :, None]
    roster.weeks[..., 1] = np.moveaxis(worked, 1, 2)[np.arange(nodes)[:, None], np.arange(SHIFTS)[None, :], :, week]
    crew = int(max(planned["heads"].max(initial=1), planned["temps"].max(initial=1)))
    return roster._replace(seats=people.seats_with_room(roster.seats, crew))


def hands_most(roster: Roster) -> int:
    """Hands that one station may see at once: two shifts, their overtime, and the shift before them."""
    return 4 * int((roster.crews["heads"] + roster.crews["temps"]).max(initial=0)) + 8


@compiled
def free_from(stations: Stations, instant: int) -> None:
    """Hands are free at an instant at the soonest; each heap is put in order again."""
    for station in range(len(stations.queues)):
        heap, count = stations.hands[station], stations.queues[station, STAFFED]
        for place in range(count):
            heap[place, FREE] = max(heap[place, FREE], instant)
        # Sorted by (free, number), a heap is in order; few hands and once, so the plain way will do.
        for place in range(1, count):
            at = place
            while at > 0 and (heap[at, FREE], heap[at, NUMBER]) < (heap[at - 1, FREE], heap[at - 1, NUMBER]):
                for column in range(heap.shape[1]):
                    heap[at, column], heap[at - 1, column] = heap[at - 1, column], heap[at, column]
                at -= 1

"""Shifts that are over: their hours by process, who was hurt, and what the day adds to a crew's week."""

from __future__ import annotations

from typing import Final

import numpy as np

from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import joined
from firstbest.rehearse import people
from firstbest.rehearse.hands import (
    ENDS,
    HERE,
    INDIRECT,
    LOAD,
    LOADED,
    NEVER,
    OPENED,
    PROCESSES,
    REPORTED,
    SHIFTS,
    Floor,
    Roster,
    crew_stream,
    end_us,
    minutes_there,
    week_minutes,
)
from firstbest.rehearse.works import Told, tell
from firstbest.world.units import PPM, SECOND_US
from firstbest.world.words import Kind

WORKED: Final = int(Kind.WORKED)


@compiled
def report_shifts(floor: Floor, roster: Roster, told: Told, seed: int, limit: int) -> None:
    """WORKED for each (node, day, shift) that is over before `limit`, at the end of its last process."""
    if limit <= roster.soon[ENDS]:
        return
    soon = NEVER
    for place in range(roster.crews.shape[0] * SHIFTS):
        node, shift = place // SHIFTS, place % SHIFTS
        day, end = roster.marks[node, REPORTED + shift], 0
        while day < roster.marks[node, OPENED + shift] and end < limit:
            end = 0
            for process in range(INDIRECT):
                end = max(end, end_us(floor, roster, (node, day, shift), process))
            if end < limit:
                _report(floor, roster, told, (node, day, shift), (seed, end))
                day += 1
        roster.marks[node, REPORTED + shift] = day
        if day < roster.marks[node, OPENED + shift]:
            soon = min(soon, end)
    roster.soon[ENDS] = soon


@compiled
def _report(floor: Floor, roster: Roster, told: Told, when: tuple[int, int, int], how: tuple[int, int]) -> None:
    """One shift's hours by process, `when` = (node, day, shift), `how` = (seed, instant)."""
    (node, day, shift), (seed, end) = when, how
    direct = 0
    for process in range(INDIRECT):
        crew = roster.crews[node, day, shift, process]
        if crew["heads"] + crew["temps"] <= 0:
            continue
        busy = crew["busy_us"]
        if process == LOAD:
            busy = roster.marks[node, LOADED]
            roster.marks[node, LOADED] = 0
        minutes = floor.minutes[node, shift] + crew["overtime_min"]
        here = crew["present"] - crew["away"] + crew["guests"]
        paid = (here + crew["temps"]) * minutes
        extra = (here * crew["overtime_min"], crew["temps"] * minutes)
        lent = crew["guests"] * minutes
        if crew["away"] > 0:
            lent -= crew["away"] * minutes_there(floor, roster, when, process)
        hurt = _end_of_day(floor, roster, seed, when, process)
        told_of = (paid, extra[0], extra[1], busy // SECOND_US, hurt, lent)
        _worked(floor, told, (node, day, shift, process), end, told_of)
        direct += paid
    if direct > 0 and floor.nodes[node]["indirect_ppm"] > 0:
        paid = direct * floor.nodes[node]["indirect_ppm"] // PPM
        _worked(floor, told, (node, day, shift, INDIRECT), end, (paid, 0, 0, paid * 60, 0, 0))


@compiled
def _end_of_day(floor: Floor, roster: Roster, seed: int, when: tuple[int, int, int], process: int) -> int:
    """A crew's week grows by its day; how many were hurt. Heads then stay away, temporary ones do not return."""
    node, day, shift = when
    crew, seats = roster.crews[node, day, shift, process], roster.seats[node, shift, process]
    week, stream = roster.weeks[node, shift, process], crew_stream(floor, seed, when, process)
    minutes, above = week_minutes(floor, roster, when, process)
    week[1] = minutes + (week[1] if week[0] == floor.week_begins[day] else 0)
    week[0] = floor.week_begins[day]
    found, each = 0, floor.minutes[node, shift] + crew["overtime_min"]
    for head in range(crew["heads"]):
        worked = each, above // max(crew["present"], 1)
        if seats[head]["came"] >= HERE and people.hurt(floor.truth, stream, head, worked):
            seats[head]["away_until"] = day + 1 + floor.truth[0]["injury_days"]
            found += 1
    for rank in range(crew["temps"]):
        if people.hurt(floor.truth, stream, people.ORDINAL + rank, (each, 0)):
            seats[rank]["learned"] = 0
            found += 1
    return found


@compiled
def _worked(
    floor: Floor, told: Told, when: tuple[int, int, int, int], end: int, what: tuple[int, int, int, int, int, int]
) -> None:
    """`what` = (paid, overtime, temporary minutes, busy seconds, heads hurt, minutes lent), `when` with the process."""
    node, day, shift, process = when
    rank = joined(floor.nodes[node]["tie"], np.uint64((day * SHIFTS + shift) * PROCESSES + process))
    row = told.rows[tell(told, end, WORKED, rank)]
    row["node"] = node
    row["place"] = day
    row["service"] = process
    row["flag"] = shift
    row["quantity"] = what[0]
    row["expected"] = what[1]
    row["item"] = what[2]
    row["customer"] = what[3]
    row["attempt"] = what[4]
    row["order"] = what[5]

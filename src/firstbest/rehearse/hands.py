"""Hands: who is at work, and how long a job takes.

A roster row opens as a window of hands when its shift begins: the permanent heads that are not absent that day, then
temporary staff at their own speed; each works at what experience and a long week leave of it (rehearse.people), over
the shift and its overtime. Once a shift has begun, a new row can only move its end. A job takes its work at the
believed rate, stretched by the productive share and by a lognormal factor of order, node and process.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, written_in
from firstbest.kernels.draws import happens, joined, spread
from firstbest.kernels.station import Stations, add_hand, dismiss, extend, new_stations
from firstbest.rehearse import people, purposes
from firstbest.rehearse.works import Rows
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.units import HOUR_US, MINUTE_US, PPM, SECOND_US
from firstbest.world.words import Process

I64 = NDArray[np.int64]

RECEIVE: Final = int(Process.RECEIVE)
PICK: Final = int(Process.PICK)
PACK: Final = int(Process.PACK)
LOAD: Final = int(Process.LOAD)
INDIRECT: Final = int(Process.INDIRECT)
PROCESSES: Final = 5
SHIFTS: Final = 2
HERE: Final = 1
LENT: Final = 2
"""Where a head that came is at work: in its own process, or lent to the other of picking and packing."""

CELL: Final = np.dtype(
    [
        ("rate_x1000", "<i8"),
        ("rate_single_x1000", "<i8"),
        ("extra_unit_ms", "<i8"),
        ("productive_ppm", "<i8"),
        ("temp_speed_ppm", "<i8"),
        ("benches", "<i8"),  # most hands at once
        ("variation", "<f8"),  # coefficient of variation of a job's time
    ]
)
NODE: Final = np.dtype(
    [
        ("tie", "<u8"),
        ("kind", "<i8"),
        ("zone", "<i8"),
        ("absence_ppm", "<i8"),
        ("indirect_ppm", "<i8"),
        ("stop_us", "<i8"),  # vans
        ("speed_m_s_x1000", "<i8"),
        ("area_km2", "<i8"),
    ]
)
CREW: Final = np.dtype(
    [
        ("heads", "<i8"),
        ("temps", "<i8"),
        ("overtime_min", "<i8"),
        ("present", "<i8"),  # heads that came
        ("staffed", "<i8"),  # contracts of the crew on the day
        ("lent", "<i8"),  # heads to come from the other of picking and packing, below 0: to go there
        ("guests", "<i8"),  # heads that came from there
        ("away", "<i8"),  # heads that went there
        ("busy_us", "<i8"),
    ]
)
BEGINS: Final = 0
ENDS: Final = 1
NEVER: Final = 2**62
OPENED: Final = 0
REPORTED: Final = 2
LOADED: Final = 4
"""Columns of the roster's marks: by shift, the next local day that has not begun; by shift, the next one that was not
reported; microseconds of loading done and not yet reported."""


class Floor(NamedTuple):
    """What buildings can do."""

    cells: Rows  # [N, Y]
    nodes: Rows  # [N]
    starts: I64  # [N, D, 2] instant at which a shift begins
    minutes: I64  # [N, 2] paid minutes of a shift
    truth: Rows  # [1] rehearse.people.TRUTH
    contracts: I64  # [N, 2, Y] at the first instant
    week_begins: I64  # [D] the Monday of the day's week


class Roster(NamedTuple):
    """Who is to come."""

    crews: Rows  # [N, D, 2, Y]
    marks: I64  # [N, 5]
    seats: Rows  # [N, 2, Y, K] contracts, and ranks of temporary staff, of each crew
    weeks: I64  # [N, 2, Y, 2] the Monday of a crew's week, and minutes of its heads since
    soon: I64  # [2] instants before which no shift begins, and none is over; 0: not known


def new_floor(network: Network, nature: Nature) -> Floor:
    """The floors of a network, as they really work."""
    labour, calendar, nodes, fleet = network.labour, network.calendar, network.nodes, network.fleet
    cells = np.zeros(labour.rate_x1000.shape, CELL)
    for name in ("rate_x1000", "rate_single_x1000", "extra_unit_ms", "productive_ppm", "temp_speed_ppm"):
        cells[name] = getattr(labour, name)
    cells["benches"] = labour.stations
    cells["variation"] = nature.hands.spread_ppm / PPM
    rows = np.zeros(len(nodes.kind), NODE)
    rows["tie"], rows["kind"], rows["zone"] = nodes.tie, nodes.kind, nodes.time_zone
    rows["absence_ppm"], rows["indirect_ppm"] = nature.hands.absence_ppm, labour.indirect_ppm
    rows["stop_us"], rows["speed_m_s_x1000"] = fleet.stop_s * SECOND_US, fleet.speed_m_s_x1000
    rows["area_km2"] = fleet.area_km2
    midnight = calendar.midnight_us[nodes.time_zone]
    starts = midnight[:, :, None] + labour.shift_start_min[:, None, :].astype(np.int64) * MINUTE_US
    return Floor(
        cells, rows, np.ascontiguousarray(starts), labour.shift_minutes.astype(np.int64), people.new_truth(nature),
        people.contracts_of(network), people.week_begins(network),
    )  # fmt: skip


def new_roster(network: Network) -> Roster:
    """Nobody comes yet."""
    nodes, days = len(network.nodes.kind), network.calendar.midnight_us.shape[1]
    crews = np.zeros((nodes, days, SHIFTS, PROCESSES), CREW)
    weeks = np.zeros((nodes, SHIFTS, PROCESSES, 2), np.int64)
    most = int(max(network.labour.heads.max(initial=1), network.labour.temps_max.max(initial=1)))
    return Roster(
        crews, np.zeros((nodes, 5), np.int64), people.new_seats(nodes, most + 1), weeks, np.zeros(2, np.int64)
    )


def stations_of(network: Network, nature: Nature, hands: int) -> Stations:
    """A station for each (node, process), at node * 5 + process, with the breakdowns that nature holds."""
    shocks = nature.hands
    stations = new_stations(len(network.nodes.kind) * PROCESSES, hands, len(shocks.breakdown_node))
    for stop, (node, process) in enumerate(zip(shocks.breakdown_node, shocks.breakdown_process, strict=True)):
        span = shocks.breakdown_from_us[stop], shocks.breakdown_until_us[stop]
        stations.stops[int(node) * PROCESSES + int(process), stop] = span
    return stations


@compiled
@written_in
def work_us(floor: Floor, where: tuple[int, int], lines: int, units: int, stream: np.uint64) -> int:
    """Microseconds at full speed for a job of so many lines and units; `where` = (node, process)."""
    mean = mean_work_us(floor, where, lines, units)
    return int(mean * spread(stream, purposes.WORK, where[1], floor.cells[where]["variation"]))


@compiled
def mean_work_us(floor: Floor, where: tuple[int, int], lines: int, units: int) -> float:
    """Microseconds at full speed that such a job takes in the mean."""
    process = where[1]
    cell = floor.cells[where]
    rate, jobs = cell["rate_x1000"], lines
    if process == PACK:
        jobs = 1
        if units == 1:
            rate = cell["rate_single_x1000"]
    work = float(max(units - lines, 0)) * float(cell["extra_unit_ms"]) * 1e3
    if rate > 0:
        work += float(jobs) * float(HOUR_US) * 1e3 / float(rate)
    productive = float(max(cell["productive_ppm"], 1)) / 1e6
    return work / productive


@compiled
@written_in
def load_us(floor: Floor, node: int) -> int:
    """Microseconds to load one parcel, or one cargo."""
    cell = floor.cells[node, LOAD]
    rate = float(cell["rate_x1000"]) * float(cell["productive_ppm"])
    return int(float(HOUR_US) * 1e9 / rate) if rate > 0.0 else 0


@compiled
def take_roster(floor: Floor, roster: Roster, stations: Stations, rows: Rows) -> None:
    """ROSTERED facts: heads, temporary staff and overtime by node, process, local day and shift."""
    for number in range(len(rows)):
        row = rows[number]
        node, process, day, shift = row["node"], row["process"], row["day"], row["shift"]
        if process >= INDIRECT or day >= roster.crews.shape[1]:
            continue
        crew = roster.crews[node, day, shift, process]
        crew["overtime_min"] = row["overtime_min"]
        if day >= roster.marks[node, OPENED + shift]:
            crew["heads"] = row["heads"]
            crew["temps"] = row["temps"]
            crew["lent"] = row["lent"]
        else:
            until = end_us(floor, roster, (node, day, shift), process)
            roster.soon[ENDS] = 0
            extend(stations, node * PROCESSES + process, window_of(roster, (node, day, shift), process), until)


@compiled
def window_of(roster: Roster, when: tuple[int, int, int], process: int) -> int:
    """The number of a shift's window of hands; `when` = (node, day, shift)."""
    return int(((when[0] * roster.crews.shape[1] + when[1]) * SHIFTS + when[2]) * PROCESSES + process)


@compiled
def end_us(floor: Floor, roster: Roster, when: tuple[int, int, int], process: int) -> int:
    """The end of a shift, overtime included; `when` = (node, day, shift)."""
    node, day, shift = when
    minutes = floor.minutes[node, shift] + roster.crews[node, day, shift, process]["overtime_min"]
    return int(floor.starts[when] + minutes * MINUTE_US)


@compiled
def open_shifts(floor: Floor, roster: Roster, stations: Stations, seed: int, span: tuple[int, int]) -> None:
    """Lets in the hands of all shifts that begin before span[1]; the stations were advanced to span[0]."""
    if span[1] <= roster.soon[BEGINS]:
        return
    soon = NEVER
    for place in range(roster.crews.shape[0] * SHIFTS):
        node, shift = place // SHIFTS, place % SHIFTS
        day = roster.marks[node, OPENED + shift]
        while day < roster.crews.shape[1] and floor.starts[node, day, shift] < span[1]:
            for process in range(INDIRECT):
                _come(floor, roster, seed, (node, day, shift), process)
            _lend(roster, (node, day, shift), PICK, PACK)
            _lend(roster, (node, day, shift), PACK, PICK)
            for process in range(LOAD):
                _let_in(floor, roster, stations, (node, day, shift), (process, span[0]))
            day += 1
            roster.soon[ENDS] = 0
        roster.marks[node, OPENED + shift] = day
        if day < roster.crews.shape[1]:
            soon = min(soon, floor.starts[node, day, shift])
    roster.soon[BEGINS] = soon


@compiled
def _come(floor: Floor, roster: Roster, seed: int, when: tuple[int, int, int], process: int) -> None:
    """Who comes to work of one crew; `when` = (node, day, shift)."""
    node, day, shift = when
    crew, seats = roster.crews[node, day, shift, process], roster.seats[node, shift, process]
    stream = crew_stream(floor, seed, when, process)
    known = floor.contracts[node, shift, process], crew["heads"]
    crew["staffed"] = people.begin_day(floor.truth, seats, stream, day, known)
    present = 0
    for head in range(crew["heads"]):
        absent = happens(stream, purposes.ABSENCE, head, floor.nodes[node]["absence_ppm"])
        seats[head]["came"] = int(not absent and seats[head]["away_until"] <= day)
        present += seats[head]["came"]
    crew["present"] = present


@compiled
def _lend(roster: Roster, when: tuple[int, int, int], giver: int, taker: int) -> None:
    """Of those who came, the last go to the other process, as many as the roster says and have come."""
    node, day, shift = when
    crew, seats = roster.crews[node, day, shift, giver], roster.seats[node, shift, giver]
    going, head = min(-crew["lent"], crew["present"]), crew["heads"] - 1
    while going > 0:
        if seats[head]["came"] == HERE:
            seats[head]["came"] = LENT
            crew["away"] += 1
            roster.crews[node, day, shift, taker]["guests"] += 1
            going -= 1
        head -= 1


@compiled
def crew_stream(floor: Floor, seed: int, when: tuple[int, int, int], process: int) -> np.uint64:
    """What the draws of a crew hang on; `when` = (node, day, shift)."""
    node, day, shift = when
    key = joined(floor.nodes[node]["tie"], np.uint64((day * SHIFTS + shift) * PROCESSES + process))
    return joined(np.uint64(seed), key)


@compiled
def _let_in(floor: Floor, roster: Roster, stations: Stations, when: tuple[int, int, int], how: tuple[int, int]) -> None:
    """The hands that came: permanent, lent, temporary, as many as there are benches.

    `when` = (node, day, shift), `how` = (process, instant up to which the station was advanced).
    """
    (node, day, shift), (process, done) = when, how
    if roster.crews[node, day, shift, process]["heads"] + roster.crews[node, day, shift, process]["temps"] <= 0:
        return
    dismiss(stations, node * PROCESSES + process, done)
    crew, seats = roster.crews[node, day, shift, process], roster.seats[node, shift, process]
    station, window = node * PROCESSES + process, window_of(roster, when, process)
    hours, benches = (floor.starts[when], end_us(floor, roster, when, process)), floor.cells[node, process]["benches"]
    taken = 0
    for home in (process, PICK + PACK - process):
        wanted = HERE if home == process else LENT
        if wanted == LENT and crew["guests"] == 0:
            continue
        minutes, above = week_minutes(floor, roster, when, home)
        pace, own = people.tired(floor.truth, above, minutes), roster.seats[node, shift, home]
        for head in range(roster.crews[node, day, shift, home]["heads"]):
            if own[head]["came"] == wanted and taken < benches:
                speed = people.speed_of_contract(floor.truth, own[head], day) * pace // PPM
                add_hand(stations, station, hours, speed, window)
                taken += 1
    for rank in range(crew["temps"]):
        speed = people.temp_comes(floor.truth, seats, rank, day) * floor.cells[node, process]["temp_speed_ppm"] // PPM
        if taken < benches:
            add_hand(stations, station, hours, speed, window)
            taken += 1


@compiled
def week_minutes(floor: Floor, roster: Roster, when: tuple[int, int, int], process: int) -> tuple[int, int]:
    """(minutes of a crew's heads today, of them beyond the pace of its week); `when` = (node, day, shift)."""
    node, day, shift = when
    crew, week = roster.crews[node, day, shift, process], roster.weeks[node, shift, process]
    minutes = (crew["present"] - crew["away"]) * (floor.minutes[node, shift] + crew["overtime_min"])
    if crew["away"] > 0:
        minutes += crew["away"] * minutes_there(floor, roster, when, process)
    begun = week[1] if week[0] == floor.week_begins[day] else 0
    return minutes, people.beyond(floor.truth, crew["staffed"], begun, minutes)


@compiled
def minutes_there(floor: Floor, roster: Roster, when: tuple[int, int, int], process: int) -> int:
    """Minutes of a head lent by a process: those of the other one."""
    node, day, shift = when
    return int(floor.minutes[node, shift] + roster.crews[node, day, shift, PICK + PACK - process]["overtime_min"])

"""People behind the hands: who is new, who is tired, who was hurt.

Each contract of a shift is a seat, each rank of temporary staff too. A seat changes hands by chance, day by day; who
comes then is new, works below the standard rate and reaches it after so many days at work. A contract is at work on
five days of seven. Temporary heads learn by the days on which they were asked for; one that was not asked for in long
does not come back. Minutes of a crew's week beyond what people can keep up yield less and hurt more; who is hurt stays
away for some days. Parameters that are nought leave everything as it would be without them.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.pace import early_of_two
from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import happens
from firstbest.kernels.learning import pace_ppm
from firstbest.rehearse import purposes
from firstbest.world.nature import Nature
from firstbest.world.network import Network

I64 = NDArray[np.int64]
Rows = NDArray[np.void]

SHIFTS: Final = 2
PROCESSES: Final = 5
YEAR_DAYS: Final = 365
YEAR_MIN: Final = 120_000
"""A worker's year of 2,000 hours, over which rates of injury are told."""
DAYS_X5: Final = 7
WORKED_X5: Final = 5
"""A contract is at work on five days of seven."""
LONG_AGO: Final = -100_000
ORDINAL: Final = 1_024

TRUTH: Final = np.dtype(
    [
        ("start_ppm", "<i8"),
        ("ramp_days", "<i8"),
        ("leave_ppm_day", "<i8"),
        ("gone_days", "<i8"),
        ("pace_min", "<i8"),
        ("tired_ppm", "<i8"),
        ("injury_ppm", "<i8"),
        ("injury_above_ppm", "<i8"),
        ("injury_days", "<i8"),
    ]
)
SEAT: Final = np.dtype(
    [
        ("known", "<i8"),  # 1: somebody has this contract
        ("hired", "<i8"),  # local day
        ("away_until", "<i8"),  # hurt: the local day of return
        ("came", "<i8"),  # 1: at work in the last shift that opened
        ("learned", "<i8"),  # the temporary head of this rank: days at work
        ("seen", "<i8"),  # and the last of them
    ]
)


def new_truth(nature: Nature) -> Rows:
    """[1] What is true of people."""
    hands, truth = nature.hands, np.zeros(1, TRUTH)
    truth["start_ppm"], truth["ramp_days"] = hands.start_ppm, hands.ramp_days
    truth["leave_ppm_day"], truth["gone_days"] = hands.turnover_ppm // YEAR_DAYS, hands.temp_gone_days
    truth["pace_min"], truth["tired_ppm"] = hands.pace_minutes_week, hands.tired_ppm
    truth["injury_ppm"], truth["injury_above_ppm"] = hands.injury_ppm, hands.injury_above_ppm
    truth["injury_days"] = hands.injury_days
    return truth


def contracts_of(network: Network) -> I64:
    """[N, 2, Y] Contracts by shift at the first instant; a building that opens later has nobody yet."""
    labour, nodes = network.labour, network.nodes
    heads = np.where((nodes.open_from_us <= network.calendar.start_us)[:, None], labour.heads, 0).astype(np.int64)
    first = np.where(labour.shift_minutes[:, 1:] > 0, early_of_two(heads), heads)
    return np.ascontiguousarray(np.stack([first, heads - first], axis=1))


def week_begins(network: Network) -> I64:
    """[D] The Monday of each local day's week, as a day; below 0 before the first."""
    weekday = network.calendar.weekday.astype(np.int64)
    return np.arange(len(weekday)) - weekday


def new_seats(nodes: int, seats: int) -> Rows:
    """[N, 2, Y, K] Nobody is known."""
    return np.zeros((nodes, SHIFTS, PROCESSES, seats), SEAT)


def seats_with_room(seats: Rows, wanted: int) -> Rows:
    """The same, grown if need be, with room for so many in each crew."""
    if wanted <= seats.shape[3]:
        return seats
    wider = np.zeros((*seats.shape[:3], 2 * wanted), SEAT)
    wider[..., : seats.shape[3]] = seats
    return wider


@compiled
def begin_day(truth: Rows, seats: Rows, stream: np.uint64, day: int, crew: tuple[int, int]) -> int:
    """Contracts change hands, new ones are filled; how many there are. `crew` = (contracts from the first, heads)."""
    true, staffed = truth[0], 0
    for place in range(len(seats)):
        if seats[place]["known"] == 0:
            if place >= max(crew[0], crew[1]):
                continue
            seats[place]["known"] = 1
            seats[place]["hired"] = hired_before(truth, stream, day, place) if place < crew[0] else day
        elif true["leave_ppm_day"] > 0 and happens(stream, purposes.LEAVES, place, true["leave_ppm_day"]):
            seats[place]["hired"] = day
            seats[place]["away_until"] = 0
        staffed += 1
    return staffed


@compiled
def hired_before(truth: Rows, stream: np.uint64, day: int, place: int) -> int:
    """When the holder of a contract came who was there at the first instant: by the same chance, day by day."""
    true = truth[0]
    if true["leave_ppm_day"] > 0:
        for back in range(1, true["ramp_days"] * DAYS_X5 // WORKED_X5 + 1):
            if happens(stream, purposes.HIRED, place * ORDINAL + back, true["leave_ppm_day"]):
                return int(day - back)
    return LONG_AGO


@compiled
def speed_of_contract(truth: Rows, seat: np.void, day: int) -> int:
    """Speed of who holds a contract, ppm of the standard."""
    worked = (day - seat["hired"]) * WORKED_X5 // DAYS_X5
    return int(pace_ppm(worked, truth[0]["start_ppm"], truth[0]["ramp_days"]))


@compiled
def temp_comes(truth: Rows, seats: Rows, rank: int, day: int) -> int:
    """The temporary head of a rank comes to work: its speed today, ppm of a temporary head's full speed."""
    if day - seats[rank]["seen"] > truth[0]["gone_days"]:
        seats[rank]["learned"] = 0
    speed = pace_ppm(seats[rank]["learned"], truth[0]["start_ppm"], truth[0]["ramp_days"])
    seats[rank]["learned"] += 1
    seats[rank]["seen"] = day
    return int(speed)


@compiled
def beyond(truth: Rows, staffed: int, begun: int, minutes: int) -> int:
    """Minutes of a crew's day beyond what its contracts can keep up in a week, of which `begun` are past."""
    pace = truth[0]["pace_min"]
    if pace <= 0 or staffed <= 0:
        return 0
    return int(min(max(begun + minutes - staffed * pace, 0), minutes))


@compiled
def tired(truth: Rows, above: int, minutes: int) -> int:
    """Speed of a day, ppm, of which `above` of its `minutes` are beyond the pace."""
    if above <= 0 or minutes <= 0:
        return 1_000_000
    return int(1_000_000 - (1_000_000 - truth[0]["tired_ppm"]) * above // minutes)


@compiled
def hurt(truth: Rows, stream: np.uint64, place: int, worked: tuple[int, int]) -> bool:
    """Whether a head is hurt in its day, `worked` = (minutes, of them beyond the pace)."""
    true = truth[0]
    if true["injury_ppm"] <= 0:
        return False
    risky = worked[0] * 1_000_000 + worked[1] * true["injury_above_ppm"]
    # In billionths first: a day's chance is some hundred millionths.
    ppm = true["injury_ppm"] * (risky // 1_000) // YEAR_MIN // 1_000
    return happens(stream, purposes.INJURY, place, ppm)

"""More stations where they bind: heads that a roster cannot take on, since nobody would have where to work.

Stations bind where a day's roster fills them: hours rostered, overtime included, come to what all stations hold in all
shifts. More hands bring nothing there; a station brings a hand a shift.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from firstbest.present import text
from firstbest.present.constraints import week_starts, weekly
from firstbest.present.record import Record, Suggestion
from firstbest.present.sums import by_day_node
from firstbest.rehearse.suggest_words import Candidate, amount, name_of
from firstbest.world.metrics import Metric
from firstbest.world.words import Process

NEEDED: Final = {Process.PICK: Metric.NEEDED_PICK, Process.PACK: Metric.NEEDED_PACK}
FULL: Final = 0.95
"""Of the hours of all stations, those that a roster fills where they bind: people come in whole shifts."""
DAYS_SHARE: Final = 0.25
"""Of the days worked, those on which stations are full where they bind."""
WEEKS: Final = 2
"""In a row, from which on it is no bad week but the building: stations that hold it up so long are always told."""
STATION_YEAR: Final = 1_000.0
"""Assumed: bench, screen, scale, printer and their light, 5,000 written off in five years; 500 to 3,000 a year."""


class Short(NamedTuple):
    """What a process lacks over some days: hands at once, orders that they mend, and money that these hands cost."""

    span: slice  # days
    hands: int
    late: float
    cost: float


def bind(record: Record, node: int, process: Process, span: slice) -> bool:
    """Whether stations are what holds a process up over some days."""
    labour = record.network.labour
    minutes = labour.shift_minutes[node].astype(np.float64)
    most = float(labour.stations[node, process]) * float(minutes.sum())
    rostered = by_day_node(record, NEEDED[process], 1)[span, node] / record.scale
    worked = rostered[rostered > 0]
    return bool(len(worked) and most > 0 and (worked >= FULL * most).mean() >= DAYS_SHARE)


def weeks_bound(record: Record, node: int, process: Process) -> int:
    """The most weeks in a row in which stations bind and orders were late for want of labour."""
    starts = [*week_starts(record), record.days]
    late = weekly(record, by_day_node(record, Metric.LATE_NO_LABOUR))[:, node] > 0
    most = row = 0
    for week, behind in enumerate(late.tolist()):
        row = row + 1 if behind and bind(record, node, process, slice(*starts[week : week + 2])) else 0
        most = max(most, row)
    return most


def more_stations(record: Record, node: int, process: Process, short: Short, value: float) -> Candidate:
    """So many more stations that the hands which lack have where to work; their cost beside that of the hands.

    `value`: what those orders are worth in a year less what the hands cost.
    """
    labour, name = record.network.labour, record.network.texts.nodes[node]
    shifts = max(int((labour.shift_minutes[node] > 0).sum()), 1)
    more, there = math.ceil(short.hands / shifts), int(labour.stations[node, process])
    weeks = [text.week_of(record.first_day + day) for day in (short.span.start, short.span.stop - 1)]
    cost = short.cost + more * STATION_YEAR
    stations = "station" if more == 1 else "stations"
    change = {
        "kind": "roster", "node": name, "process": process.name.lower(), "add_temps": short.hands,
        "columns": {"stations": there + more},
    }  # fmt: skip
    return Candidate(
        value - more * STATION_YEAR,
        Suggestion(
            f"{more} more {stations} for {process.name.lower()}ing in {name_of(record, node)} ({there} are full, weeks "
            f"{weeks[0]} to {weeks[1]}), and {short.hands} more {'hand' if short.hands == 1 else 'hands'} at them",
            f"up to {text.count(short.late)} fewer late orders, for {amount(record, cost)}",
            f"late orders for want of labour in those weeks; a station costs {amount(record, STATION_YEAR)} a year, "
            "assumed; not rehearsed",
        ),
        service=True,
        change=(change,),
        name=f"{name}_{process.name.lower()}_stations",
        binding=weeks_bound(record, node, process) >= WEEKS,
    )

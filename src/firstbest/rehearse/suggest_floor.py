"""Candidates for which no arithmetic gives an estimate: cut-offs and waves. They are worth what a rehearsal says.

A cut-off moves an hour earlier where one order in a hundred was late for want of hands, and two hours later where
hardly any was: what it brings and costs hangs on hours, hands and carriers together.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from firstbest.present.record import Record, Suggestion
from firstbest.present.sums import by_day_node
from firstbest.rehearse.suggest_words import Candidate, name_of
from firstbest.world.metrics import Metric
from firstbest.world.units import DAY_US, MINUTE_US
from firstbest.world.words import NodeKind

TIGHT_SHARE: Final = 0.01
EASY_SHARE: Final = 0.001
EARLIER_MIN, LATER_MIN = -60, 120
SHORTEST_WAVE_MIN: Final = 5
DAY_MIN: Final = 1_440
_HOW: Final = "no estimate: hours, hands and carriers together decide; not rehearsed"


def floor_candidates(record: Record, _found: dict[str, float]) -> list[Candidate]:
    """Other cut-offs by building, and waves in half the time where orders were late for their release."""
    made, network = [], record.network
    late = by_day_node(record, Metric.LATE_NO_LABOUR).sum(axis=0)
    shipped = by_day_node(record, Metric.SHIPMENTS).sum(axis=0)
    for node in np.flatnonzero(np.asarray(network.nodes.kind) == NodeKind.FULFILMENT).tolist():
        share = late[node] / shipped[node] if shipped[node] else math.nan
        minute = cut_off_minute(record, node)
        if minute < 0 or not (share > TIGHT_SHARE or share < EASY_SHARE):
            continue
        moved = minute + (EARLIER_MIN if share > TIGHT_SHARE else LATER_MIN)
        if 0 <= moved < leaves_minute(record, node):
            made.append(_cut_off(record, node, minute, moved))
    minutes, released = network.policy.wave_minutes, by_day_node(record, Metric.LATE_RELEASE).sum()
    half = next((each for each in range(minutes // 2, SHORTEST_WAVE_MIN - 1, -1) if DAY_MIN % each == 0), 0)
    if released and half:
        words = Suggestion(f"A wave every {half} minutes instead of {minutes}", "not estimated", _HOW)
        change = {"kind": "policy", "key": "floor.wave_minutes", "value": half}
        made.append(Candidate(math.nan, words, service=True, change=(change,), name="waves_more_often"))
    return made


def _cut_off(record: Record, node: int, minute: int, moved: int) -> Candidate:
    name, written = record.network.texts.nodes[node], f"{moved // 60:02}:{moved % 60:02}"
    words = f"Cut-off in {name_of(record, node)} at {written} instead of {minute // 60:02}:{minute % 60:02}"
    change = {"kind": "set", "file": "nodes", "key": name, "column": "cut_off", "value": written}
    title = "earlier" if moved < minute else "later"
    return Candidate(
        math.nan,
        Suggestion(words, "not estimated", _HOW),
        service=True,
        change=(change,),
        name=f"{name}_{title}_cut_off",
    )


def cut_off_minute(record: Record, node: int) -> int:
    """The local minute of a building's cut-off on most days; -1 without one."""
    calendar = record.network.calendar
    instants = np.asarray(calendar.cut_off_us)[node]
    midnights = np.asarray(calendar.midnight_us)[int(record.network.nodes.time_zone[node])]
    minutes = ((instants - midnights) // MINUTE_US)[instants >= 0]
    same_day = minutes[(minutes >= 0) & (minutes < DAY_US // MINUTE_US)]
    return int(np.bincount(same_day).argmax()) if len(same_day) else -1


def leaves_minute(record: Record, node: int) -> int:
    """The last local minute at which a carrier picks up from a building on most days; midnight where none is known."""
    calendar = record.network.calendar
    midnights = np.asarray(calendar.midnight_us)[int(record.network.nodes.time_zone[node])]
    found = []
    for instants in np.asarray(calendar.pick_up_us)[:, node]:
        minutes = ((instants - midnights) // MINUTE_US)[instants >= 0]
        same_day = minutes[(minutes >= 0) & (minutes < DAY_US // MINUTE_US)]
        found += [int(np.bincount(same_day).argmax())] if len(same_day) else []
    return max(found, default=int(DAY_US // MINUTE_US))

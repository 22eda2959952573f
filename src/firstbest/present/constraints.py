"""Where the network is tightest, and which days strain it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.present import text
from firstbest.present.record import Record
from firstbest.present.sums import F64, by_day_node
from firstbest.world.metrics import Metric
from firstbest.world.words import Process


class Tightest(NamedTuple):
    """The busiest week of any process in any building."""

    node: int
    process: Process
    first: int  # day index of the week's Monday
    use: float  # needed of rostered time
    left: float  # shipments due that week that were not packed at pick-up
    rolled: float  # packed and left behind by a full vehicle


_NEEDED = {Process.PICK: Metric.NEEDED_PICK, Process.PACK: Metric.NEEDED_PACK}
_PAID = {Process.RECEIVE: Metric.PAID_RECEIVE}
QUEUED = (Process.PACK, Process.PICK, Process.RECEIVE)
"""Processes whose work waits for hands; loading is reckoned in hours only, so it cannot be what holds a network up."""


def weekly(record: Record, days: F64) -> F64:
    """Sums over calendar weeks that begin on Monday: [W, ...]; the first and the last may be short."""
    return np.asarray(np.add.reduceat(days[: record.days], week_starts(record), axis=0), np.float64)


def week_starts(record: Record) -> list[int]:
    """Day indices at which weeks begin, the first day among them."""
    monday = (4 - record.first_day) % 7  # day 4 since the epoch was a Monday
    return sorted({0, *range(monday, record.days, 7)})


def tightest(record: Record) -> Tightest | None:
    """The node, process and week with the most work for its roster; ties go to the larger backlog, then the lower."""
    left = weekly(record, by_day_node(record, Metric.BACKLOG))
    rolled = weekly(record, by_day_node(record, Metric.ROLLED))
    lengths = np.diff([*week_starts(record), record.days])
    whole = (lengths == 7) | (lengths.max(initial=0) < 7)  # a short week at either end says little
    best: tuple[float, float] = (0.0, -1.0)
    found = None
    for process in QUEUED:
        needed, offered = _work(record, process)
        enough = (offered > 0.05 * offered.max(axis=0, initial=1.0)) & whole[:, None]
        use = np.where(enough, needed / np.where(enough, offered, 1), 0)
        if not use.size:
            continue
        week, node = (int(index) for index in np.unravel_index(int(use.argmax()), use.shape))
        score = (round(float(use[week, node]), 4), float(left[week, node]))
        if score > best:
            best = score
            first = week_starts(record)[week]
            found = Tightest(node, process, first, score[0], score[1], float(rolled[week, node]))
    return found


class PickUp(NamedTuple):
    """The pick-up that left most behind: shipments due and not packed at the end of a day on which others left."""

    node: int
    day: int  # day index
    left: float
    gone: float


def worst_pick_up(record: Record) -> PickUp | None:
    """The building and day with most shipments left; ties go to the earlier day, then the lower code; None: nothing."""
    gone = by_day_node(record, Metric.SHIPMENTS)[: record.days]
    left = np.where(gone > 0, by_day_node(record, Metric.BACKLOG)[: record.days], 0.0)
    if not left.size or left.max() <= 0:
        return None
    day, node = (int(index) for index in np.unravel_index(int(left.argmax()), left.shape))
    return PickUp(node, day, float(left[day, node]), float(gone[day, node]))


def _work(record: Record, process: Process) -> tuple[F64, F64]:
    """Hours needed and hours offered, by week and node: [W, N] twice."""
    if process in _NEEDED:
        metric = _NEEDED[process]
        return weekly(record, by_day_node(record, metric)), weekly(record, by_day_node(record, metric, 1))
    metric = _PAID[process]
    return weekly(record, by_day_node(record, metric, 1)) / 60, weekly(record, by_day_node(record, metric))


def sentence(record: Record, tight: Tightest) -> str:
    """`Allentown pack, week 48 (from 23 Nov), 3,100 shipments left at pick-up`."""
    node = text.named(record.network.texts.nodes[tight.node])
    day = record.first_day + tight.first
    left = tight.left + tight.rolled
    rest = f"{text.number(left)} shipments left at pick-up" if left else "nothing left at pick-up"
    return f"{node} {tight.process.name.lower()}, week {text.week_of(day)} (from {text.day_text(day)}), {rest}"

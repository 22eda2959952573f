"""Where the network is tightest, and which days strain it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from firstbest.present import text
from firstbest.present.record import Record
from firstbest.present.sums import F64, by_day_node
from firstbest.world.metrics import Metric
from firstbest.world.units import HOUR_US
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
_PAID_OF = {Process.PICK: Metric.PAID_PICK, Process.PACK: Metric.PAID_PACK}
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


class Break(NamedTuple):
    """From which hour on the pick-up that left most behind could not be kept any more."""

    pick_up: PickUp
    process: Process
    hour: int  # of the building's clock
    until: int  # hour of its last pick-up
    heads: int  # more on that day, at the work of those who were there, would have packed what was left


def breaks(record: Record) -> Break | None:
    """The hour from which on, at the best rate of that day, less could be packed until the pick-up than was due.

    None where nothing was left behind, hours were not counted, or all could have been packed in time until the end.
    """
    worst = worst_pick_up(record)
    if worst is None or record.due_hours is None or record.packed_hours is None:
        return None
    node, day = worst.node, worst.day
    packed = record.packed_hours[day, node]
    before = float(by_day_node(record, Metric.BACKLOG)[day - 1, node]) if day else 0.0
    left = before + np.cumsum(record.due_hours[day, node])[1:] - np.cumsum(packed)
    until = _pick_up_hour(record, node, day)
    lost = left[:until] > packed.max() * (until - 1 - np.arange(until))
    hour = int(until - np.argmin(lost[::-1])) if not lost.all() else 0
    if not len(lost) or not lost[-1]:
        return None
    process = max(_NEEDED, key=lambda each: (_use(record, each, day, node), each == Process.PACK))
    minutes = float(by_day_node(record, _PAID_OF[process])[day, node])
    shift = float(record.network.labour.shift_minutes[node].max())
    heads = worst.left * minutes / max(float(packed.sum()), 1.0) / max(shift, 1.0) / record.scale
    return Break(worst, process, hour, until, max(1, int(np.ceil(heads))))


def _pick_up_hour(record: Record, node: int, day: int) -> int:
    """The hour, rounded up, of a building's last pick-up on a local day; that of the day's end where there is none."""
    calendar = record.network.calendar
    last = int(calendar.pick_up_us[:, node, day].max(initial=0))
    midnight = int(calendar.midnight_us[record.network.nodes.time_zone[node], day])
    return min(max(-((midnight - last) // HOUR_US), 1), 24) if last > midnight else 24


def _use(record: Record, process: Process, day: int, node: int) -> float:
    """Of the hours rostered for a process those that were needed."""
    needed, offered = (by_day_node(record, _NEEDED[process], side)[day, node] for side in (0, 1))
    return float(needed) / max(float(offered), 1.0)


def break_sentence(record: Record, found: Break) -> str:
    """`Main pack, from 11:00 on 30 Nov: more was due than it could pack by 18:00; 4 more heads would have done`."""
    node = text.named(record.network.texts.nodes[found.pick_up.node])
    day = text.day_text(record.first_day + found.pick_up.day)
    heads = "1 more head" if found.heads == 1 else f"{text.number(found.heads)} more heads"
    what = f"{node} {found.process.name.lower()}, from {found.hour}:00 on {day}"
    return f"{what}: more was due than could still be packed by {found.until}:00, {heads} would have done"


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

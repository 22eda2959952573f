"""A change tried on a share of orders: what became of the treated ones and of the rest, by the cubes of all reports.

Which arm an order is in is a function of the network in force when it was placed (`decide.arms`); its facts are summed
by the folds that make the daily cubes, arm by arm, so a figure of an arm is the figure of the reports. An interval is
the normal one of a difference of two means.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.arms import arms_of
from firstbest.decide.ground import Ground, ground_of
from firstbest.operate.metrics import IN_CUBES, cubes
from firstbest.operate.ports import Add
from firstbest.run.applying import Applied, instants_of, steps_of
from firstbest.run.house import Phase
from firstbest.store.book_live import BookReader
from firstbest.store.changes_stages import Step
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import FACTS, Block
from firstbest.world.metrics import METRICS, Metric
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, MONEY, NEVER_US

Z95: Final = 1.959964
SHARES: Final = {
    "lines_promised": Metric.LINES_FILLED, "shipped_on_time": Metric.SHIPPED_ON_TIME,
    "delivered_on_time": Metric.DELIVERED_ON_TIME, "two_days": Metric.TWO_DAYS,
}  # fmt: skip
"""Figures that are a share: numerator over denominator of a metric."""
F64 = NDArray[np.float64]


class Arm(NamedTuple):
    """What became of the orders of one arm."""

    orders: int
    cells: I64  # [METRICS, 2] numerator and denominator of every metric
    promised_days: F64  # from order to the promised instant, of each order that was promised
    journey_cost: F64  # of each, in whole currency units


class Trial(NamedTuple):
    """Both arms."""

    control: Arm
    treated: Arm


class Figure(NamedTuple):
    """One figure of both arms, and how far apart they are for sure; None where an arm has nothing to say."""

    name: str
    control: float | None
    treated: float | None
    difference: float | None
    within: float | None  # half of the interval of 95 % of the difference


def trial_of(book: BookReader, phases: Sequence[Phase], when: tuple[int, int | None]) -> Trial:
    """Both arms of orders placed since an instant; when: (instant, the local day whose facts count, None: all)."""
    since, day = when
    tried = [phase for phase in phases if phase.world.network.arms.share_ppm]
    first = min((phase.at_us for phase in tried), default=since) if day is not None else since
    ordered = book.facts_of(f.ORDERED, first)
    ordered = ordered[np.argsort(ordered["order"], kind="stable")]
    arm = arm_of_each(ordered, phases)
    ground = ground_of((tried or list(phases))[-1].world.network)
    blocks: tuple[list[Block], list[Block]] = ([], [])
    for fact in FACTS:
        if fact.name in IN_CUBES and "order" in (fact.dtype.names or ()):
            rows = book.facts_of(fact, since)
            place = np.searchsorted(ordered["order"], rows["order"])
            place = np.minimum(place, max(len(ordered) - 1, 0))
            known = ordered["order"][place] == rows["order"] if len(ordered) else np.zeros(len(rows), np.bool_)
            own = np.where(known, arm[place] if len(ordered) else 0, -1)
            for number, mine in enumerate(blocks):
                mine.append(Block(fact, rows[own == number]))
    arms = [
        Arm(int((arm == number).sum()), cells_of(mine, ground, day), *spread_of(ordered[arm == number], mine))
        for number, mine in enumerate(blocks)
    ]
    return Trial(*arms)


def arm_of_each(ordered: NDArray[np.void], phases: Sequence[Phase]) -> I64:
    """The arm of each order, -1 where nothing was tried when it was placed."""
    arm = np.full(len(ordered), -1, np.int64)
    ends = [*(phase.at_us for phase in phases[1:]), np.iinfo(np.int64).max]
    for phase, end in zip(phases, ends, strict=True):
        arms = phase.world.network.arms
        if arms.share_ppm:
            within = (ordered["at"] >= phase.at_us) & (ordered["at"] < end)
            arm[within] = arms_of(arms, ordered["tie"][within])
    return arm


def cells_of(blocks: Sequence[Block], ground: Ground, day: int | None) -> I64:
    """Every metric's numerator and denominator of some facts, of a local day or of all."""
    cells = np.zeros((METRICS, 2), np.int64)
    of_day = len(ground.nodes.kind) * ground.sellers * METRICS
    for change in cubes([block for block in blocks if len(block.rows)], ground):
        if isinstance(change, Add) and change.table is t.CUBE_T:
            rows = change.rows if day is None else change.rows[change.rows["key"] // of_day == day]
            for column, name in enumerate(("numerator", "denominator")):
                np.add.at(cells[:, column], rows["key"] % METRICS, rows[name])
    return cells


def spread_of(ordered: NDArray[np.void], blocks: Sequence[Block]) -> tuple[F64, F64]:
    """(promised days, journey cost) of each order of an arm that was promised."""
    sent = ordered[ordered["shipments"] > 0]
    days = (sent["deliver_by"] - sent["at"]) / DAY_US
    cost = np.zeros(len(sent), np.float64)
    for block in blocks:
        if block.fact is f.PLANNED:
            place = np.minimum(np.searchsorted(sent["order"], block.rows["order"]), max(len(sent) - 1, 0))
            mine = sent["order"][place] == block.rows["order"] if len(sent) else np.zeros(len(block.rows), np.bool_)
            np.add.at(cost, place[mine], block.rows["cost"][mine] / MONEY)
    return days.astype(np.float64), cost


def figures_of(trial: Trial) -> list[Figure]:
    """What an experiment came to, figure by figure."""
    found = [
        of_means("promised_days", trial.control.promised_days, trial.treated.promised_days),
        of_means("journey_cost", trial.control.journey_cost, trial.treated.journey_cost),
    ]
    return found + [of_shares(name, trial, metric) for name, metric in SHARES.items()]


def of_means(name: str, control: F64, treated: F64) -> Figure:
    """A figure that is a mean over orders."""
    means = [float(each.mean()) if len(each) else None for each in (control, treated)]
    errors = [float(each.var(ddof=1)) / len(each) if len(each) > 1 else None for each in (control, treated)]
    return apart(name, (means[0], means[1]), (errors[0], errors[1]))


def of_shares(name: str, trial: Trial, metric: Metric) -> Figure:
    """A figure that is a share of lines or orders."""
    shares: list[float | None] = []
    errors: list[float | None] = []
    for arm in trial:
        above, below = (int(each) for each in arm.cells[int(metric)])
        share = above / below if below else None
        shares.append(share)
        errors.append(None if share is None else share * (1 - share) / below)
    return apart(name, (shares[0], shares[1]), (errors[0], errors[1]))


def apart(name: str, values: tuple[float | None, float | None], errors: tuple[float | None, float | None]) -> Figure:
    """A figure with the difference of its arms."""
    control, treated = values
    if control is None or treated is None:
        return Figure(name, control, treated, None, None)
    within = None if errors[0] is None or errors[1] is None else Z95 * math.sqrt(errors[0] + errors[1])
    return Figure(name, control, treated, treated - control, within)


def standing_of(book: BookReader, phases: Sequence[Phase], applied: Applied, now: int) -> dict[str, Any]:
    """Where a change stands: its stages with their instants, and both arms where it is tried on a share of orders."""
    steps, instants = steps_of(applied), instants_of(applied, phases[0].world.network)
    end = applied.until_us or NEVER_US
    stages = [
        {
            "from_us": at,
            "extent": step.words if step is not None else "everywhere",
            "in_force": at <= now < min(after, end),
            "over": at + 1 < end and min(after, end) <= now,
            "never": at + 1 >= end,
        }
        for step, at, after in zip(steps or (None,), instants, [*instants[1:], end], strict=True)
    ]
    told = {name: value for name, value in applied._asdict().items() if name != "text"}
    return {**told, "stages": stages, "arms": arms_told(book, phases, applied, steps)}


def arms_told(
    book: BookReader, phases: Sequence[Phase], applied: Applied, steps: Sequence[Step]
) -> dict[str, Any] | None:
    """Both arms of a change in figures; None where it is not tried on a share of orders."""
    if not any(step.share_ppm for step in steps):
        return None
    end = applied.until_us or NEVER_US
    own = [phase for phase in phases if phase.at_us < end]
    later = [phase._replace(world=phases[0].world) for phase in phases if phase.at_us >= end]
    trial = trial_of(book, [*own, *later], (applied.at_us, None))
    return {
        "control_orders": trial.control.orders,
        "treated_orders": trial.treated.orders,
        "figures": [each._asdict() for each in figures_of(trial)],
    }

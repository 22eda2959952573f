"""An outlook: many forks of one state, with and without a change, made one after the other.

They run in one process, so that a service on the same machine keeps a processor of its own. Rehearsal k has the seed
`seed + k` on both sides: what chance does to both drops out of the difference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple

from firstbest.operate.ports import All
from firstbest.present.comparison import Estimate
from firstbest.present.from_live import Lived, Outlook
from firstbest.rehearse.compare import WITH, WITHOUT, Pairs, estimate, paired, run_pairs
from firstbest.rehearse.fork import Origin, fork
from firstbest.rehearse.fork_figures import Seen, figures_of
from firstbest.world import tables as t
from firstbest.world.units import HOUR_US
from firstbest.world.words import Stage

HOURS_MOST: Final = 24 * 28
ON_THE_WAY: Final = (Stage.DEPARTED, Stage.AT_STATION)


class Wanted(NamedTuple):
    """What is to be rehearsed from now."""

    hours: float
    replications: int
    seed: int = 1
    time_zone: str = "UTC"
    currency: str = "USD"


def outlook(
    origin: Origin,
    changed: tuple[str, Origin] | None,
    lived: Lived,
    wanted: Wanted,
    progress: Callable[[float], None] | None = None,
) -> Outlook:
    """Rehearse the next hours; `changed` = (title, the same state under a change)."""
    until = origin.now_us + int(wanted.hours * HOUR_US)
    origins = {WITHOUT: origin, **({WITH: changed[1]} if changed is not None else {})}

    def run_one(which: str, seed: int) -> dict[str, float]:
        if which not in origins:
            return {}
        seen, mine = Seen(), origins[which]
        return figures_of(mine.network, seen, fork(mine, until, seed, seen))

    seeds = range(wanted.seed, wanted.seed + wanted.replications)
    if changed is None:
        pairs = alone(run_one, seeds, progress)
    else:
        pairs = run_pairs(run_one, seeds, 1, progress)
    found = laid_out(origin, pairs, lived, wanted)
    if changed is None:
        return found
    differences = {key: estimate(paired(pairs.without[key], pairs.with_[key])) for key in pairs.without}
    return found._replace(title=changed[0], with_=means(pairs.with_), differences=clear(differences))


def alone(
    run_one: Callable[[str, int], Mapping[str, float]], seeds: range, progress: Callable[[float], None] | None
) -> Pairs:
    """Forks without a change."""
    found = []
    for done, seed in enumerate(seeds, start=1):
        found.append(run_one(WITHOUT, seed))
        if progress is not None:
            progress(done / len(seeds))
    values = {key: tuple(each[key] for each in found) for key in found[0]}
    return Pairs(tuple(seeds), values, {})


def laid_out(origin: Origin, pairs: Pairs, lived: Lived, wanted: Wanted) -> Outlook:
    """What is open now, and the figures of all forks without a change."""
    shipments = origin.state.read(All(t.SHIPMENT_T)).rows["stage"]
    counts = [int((shipments == stage).sum()) for stage in (Stage.WAITING, Stage.RELEASED, Stage.PICKED, Stage.PACKED)]
    until = min(origin.now_us + int(wanted.hours * HOUR_US), origin.network.calendar.end_us)
    return Outlook(
        time_zone=wanted.time_zone,
        currency=wanted.currency,
        from_us=origin.now_us,
        until_us=int(until),
        asked_h=wanted.hours,
        rehearsals=len(pairs.seeds),
        open_orders=len(origin.state.read(All(t.ORDER_T)).rows),
        stages=(*counts, int(sum((shipments == stage).sum() for stage in ON_THE_WAY))),
        mean=means(pairs.without),
        low=ends(pairs.without, min),
        high=ends(pairs.without, max),
        lived=lived,
    )


def known(values: Sequence[float]) -> list[float]:
    """Values that were measured."""
    return [value for value in values if not math.isnan(value)]


def means(values: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The mean of each figure over the forks in which it was measured."""
    return {key: math.fsum(known(each)) / len(known(each)) if known(each) else math.nan for key, each in values.items()}


def ends(values: Mapping[str, Sequence[float]], end: Callable[[list[float]], float]) -> dict[str, float]:
    """The lowest or the highest of each figure."""
    return {key: end(known(each)) if known(each) else math.nan for key, each in values.items()}


def clear(found: Mapping[str, Estimate]) -> dict[str, Estimate]:
    """Estimates; a difference that is nought in every pair has no interval to speak of."""
    return {key: each if each.mean or each.low or each.high else Estimate(0.0, 0.0, 0.0) for key, each in found.items()}

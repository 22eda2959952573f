"""The workspace as it is, rehearsed with many seeds: each figure's mean, what one year may bring, and how sure it is.

Seeds are those that a comparison would take, so the mean here is the mean without the change there. The interval is
Student's of the mean with N - 1 degrees of freedom (95 %). Beside it stands the spread of a single rehearsal, its
standard deviation: the interval narrows with more replications, the spread does not.

With a precision, replications are added until the interval of the cost to serve an order is at most that wide to each
side; looks are planned and the interval that decides is widened for them, as `rehearse.precision` has it.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from firstbest.present.catalog import meaning_of
from firstbest.present.repeated import Figure, Repeated
from firstbest.rehearse.compare import REPLICATIONS_MAX, WITHOUT, estimate, in_order, run_each
from firstbest.rehearse.compare_runs import Runs
from firstbest.rehearse.folder import OUTPUT, Options
from firstbest.rehearse.futures_told import PRECISE
from firstbest.rehearse.precision import MISS, half_width, looks
from firstbest.rehearse.spread import Workers
from firstbest.store.workspace import load
from firstbest.world.units import DAY_US

Figures = Mapping[str, float]
FILE: Final = "replications.csv"


def rehearse_repeated(
    folder: Path,
    options: Options,
    how: tuple[int, Workers, float | None],
    progress: Callable[[float], None] | None = None,
) -> Repeated:
    """Rehearse a workspace many times; how: (replications, where they run, precision).

    Raises `WorkspaceFaulty` with every fault of the workspace before anything runs.
    """
    workspace, (replications, workers, precision) = load(folder), how
    seed = workspace.seed if options.seed is None else options.seed
    runs = Runs(folder, folder, options.scale, options.days, respond=options.respond)
    calendar = runs.scenario(WITHOUT).network.calendar
    days = round((calendar.end_us - calendar.start_us) / DAY_US)
    said = ""
    if precision is None:
        found = run_each(runs, [(WITHOUT, seed + k) for k in range(replications)], workers, progress)
    else:
        found, said = _until(runs, precision, (seed, workers), progress)
    told = Repeated(workspace.name, workspace.currency, len(found), days, figures_of(found), said)
    _write(folder / OUTPUT, told, [seed + k for k in range(len(found))], found)
    return told


def _write(output: Path, told: Repeated, seeds: Sequence[int], found: Sequence[Figures]) -> None:
    """replications.csv: a row a figure, with each rehearsal's value behind its mean, interval and spread."""
    output.mkdir(exist_ok=True)
    with (output / FILE).open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["figure", "unit", "mean", "low", "high", "spread", *(f"seed_{seed}" for seed in seeds)])
        for each in told.figures:
            values = [run[each.key] for run in found]
            row = (*each.mean, each.spread, *values)
            writer.writerow([each.key, meaning_of(each.key).unit, *(f"{value:.10g}" for value in row)])


def figures_of(found: Sequence[Figures]) -> tuple[Figure, ...]:
    """Mean, interval and spread of every figure that each rehearsal measured, in the order in which people ask."""
    keys = [key for key in found[0] if all(math.isfinite(each.get(key, math.nan)) for each in found)]
    told = []
    for key in in_order(keys):
        values = [float(each[key]) for each in found]
        told.append(Figure(key, estimate(values), spread(values), min(values), max(values)))
    return tuple(told)


def spread(values: Sequence[float]) -> float:
    """The standard deviation of a single rehearsal's value, nan with one."""
    if len(values) < 2:  # noqa: PLR2004 - one value has no spread
        return math.nan
    mean = math.fsum(values) / len(values)
    return math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1))


def _until(
    runs: Runs, precision: float, how: tuple[int, Workers], progress: Callable[[float], None] | None
) -> tuple[list[Figures], str]:
    """Rehearsals until the cost to serve an order is known to the precision, and what is told of that."""
    (seed, workers), found = how, list[Figures]()
    planned = looks(REPLICATIONS_MAX)
    half = math.inf
    for count in planned:
        tasks = [(WITHOUT, seed + k) for k in range(len(found), count)]
        found += run_each(runs, tasks, workers, progress)
        half = half_width([float(each[PRECISE]) for each in found], MISS / len(planned))
        if half <= precision:
            return found, f"{count} rehearsals were needed to know the cost to serve an order to {half:.3f}."
    return (
        found,
        f"after {len(found)} rehearsals the cost to serve an order is known to {half:.3f}, not to {precision:g}.",
    )

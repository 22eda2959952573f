"""What a change would do: paired rehearsals on common random numbers, and the page that says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from firstbest.present.comparison import Comparison, Dot, measured_only
from firstbest.present.figures import figures
from firstbest.present.record import Record
from firstbest.rehearse.banner import banner_of
from firstbest.rehearse.bounds import judge
from firstbest.rehearse.compare import REPLICATIONS_MAX, WITH, WITHOUT, Compared, compare, compared_of, dots
from firstbest.rehearse.compare_payback import Span, payback
from firstbest.rehearse.compare_runs import Runs
from firstbest.rehearse.folder import OUTPUT, Options, assumed_of, write_report
from firstbest.rehearse.futures_told import PRECISE, futures_text, stopped_text
from firstbest.rehearse.precision import until_precise
from firstbest.rehearse.spread import Workers
from firstbest.rehearse.suggest import suggestions
from firstbest.store.changes import Changed, load_changed
from firstbest.store.workspace import load

How = tuple[int, Workers, float | None]
"""Replications, worker processes, and the precision to be reached instead of so many replications."""


class Answer(NamedTuple):
    """A change, rehearsed."""

    comparison: Comparison
    record: Record  # with the change, first seed
    compared: Compared
    changed: Changed
    payback: str
    report_path: Path
    futures: tuple[str, ...] = ()  # good and bad futures of the change, and what precision was reached


def rehearse_against(
    folder: Path,
    change: Path,
    options: Options,
    how: How,
    progress: Callable[[float], None] | None,
) -> Answer:
    """Rehearse a workspace without and with a change; how: (replications, worker processes, precision).

    With a precision pairs are added until the difference of the cost to serve an order is known to it.

    Raises `WorkspaceFaulty` with every fault of the workspace or of the change before anything runs.
    """
    workspace, changed = load(folder), load_changed(folder, change)
    replications, workers, precision = how
    seed = workspace.seed if options.seed is None else options.seed
    runs = Runs(folder, change, options.scale, options.days, respond=options.respond)
    if options.respond:
        runs.scenario(WITHOUT)  # What is missing is said here, once, not by each process.
    said: tuple[str, ...] = ()
    if precision is None:
        compared = compare(runs, replications, workspace.currency, seed=seed, workers=workers, progress=progress)
    else:
        stopped = until_precise(runs, PRECISE, precision, (seed, workers, REPLICATIONS_MAX), progress)
        compared = compared_of(stopped.pairs, workspace.currency)
        said = (stopped_text(stopped, precision),)
    without = dressed(runs.record(WITHOUT, seed), folder, workspace.name)
    with_ = dressed(runs.record(WITH, seed), folder, workspace.name)
    seen: tuple[Dot, ...] = dots(compared.pairs, changed.title)
    only = measured_only(figures(with_), figures(without), workspace.currency)
    comparison = Comparison(changed.title, without, compared.differences, seen, compared.replications, only)
    found = payback(compared.pairs, changed.one_off_cost, Span(with_.days, options.scale), workspace.currency)
    output = folder / OUTPUT
    output.mkdir(exist_ok=True)
    path = write_report(output / f"{change.stem}.html", with_, comparison, workspace)
    said += futures_text(compared.pairs, workspace.currency)
    return Answer(comparison, with_, compared, changed, found.sentence if found else "", path, said)


def dressed(record: Record, folder: Path, name: str) -> Record:
    """A record with the workspace's name, what it assumes, its bounds and suggestions."""
    named = record._replace(name=name, assumed=assumed_of(folder), banner=banner_of(folder))
    return named._replace(bounds=judge(named, folder), suggestions=suggestions(named))

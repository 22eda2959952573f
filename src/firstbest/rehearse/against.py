"""What a change would do: paired rehearsals on common random numbers, and the page that says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from firstbest.present.comparison import Comparison, Dot
from firstbest.present.record import Record
from firstbest.rehearse.bounds import judge
from firstbest.rehearse.compare import WITH, WITHOUT, Compared, compare, dots
from firstbest.rehearse.compare_payback import Span, payback
from firstbest.rehearse.compare_runs import Runs
from firstbest.rehearse.folder import OUTPUT, Options, assumed_of, write_report
from firstbest.rehearse.suggest import suggestions
from firstbest.store.changes import Changed, load_changed
from firstbest.store.workspace import load


class Answer(NamedTuple):
    """A change, rehearsed."""

    comparison: Comparison
    record: Record  # with the change, first seed
    compared: Compared
    changed: Changed
    payback: str
    report_path: Path


def rehearse_against(
    folder: Path, change: Path, options: Options, how: tuple[int, int], progress: Callable[[float], None] | None
) -> Answer:
    """Rehearse a workspace without and with a change; how: (replications, worker processes).

    Raises `WorkspaceFaulty` with every fault of the workspace or of the change before anything runs.
    """
    workspace, changed = load(folder), load_changed(folder, change)
    replications, workers = how
    seed = workspace.seed if options.seed is None else options.seed
    runs = Runs(folder, change, options.scale, options.days, respond=options.respond)
    if options.respond:
        runs.scenario(WITHOUT)  # What is missing is said here, once, not by each process.
    compared = compare(runs, replications, workspace.currency, seed=seed, workers=workers, progress=progress)
    without = dressed(runs.record(WITHOUT, seed), folder, workspace.name)
    with_ = dressed(runs.record(WITH, seed), folder, workspace.name)
    seen: tuple[Dot, ...] = dots(compared.pairs, changed.title)
    comparison = Comparison(changed.title, without, compared.differences, seen, compared.replications)
    found = payback(compared.pairs, changed.one_off_cost, Span(with_.days, options.scale), workspace.currency)
    output = folder / OUTPUT
    output.mkdir(exist_ok=True)
    path = write_report(output / f"{change.stem}.html", with_, comparison, workspace)
    return Answer(comparison, with_, compared, changed, found.sentence if found else "", path)


def dressed(record: Record, folder: Path, name: str) -> Record:
    """A record with the workspace's name, what it assumes, its bounds and suggestions."""
    named = record._replace(name=name, assumed=assumed_of(folder))
    return named._replace(bounds=judge(named, folder), suggestions=suggestions(named))

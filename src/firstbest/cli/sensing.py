"""sensitivity: which inputs the answer hangs on, within a budget of rehearsals that is said first."""

from __future__ import annotations

import csv
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from firstbest.cli.making import faults_told, stop
from firstbest.cli.spread_options import cluster_told

if TYPE_CHECKING:
    from firstbest.rehearse.sensitivity import Answer, Budget, Point
    from firstbest.rehearse.spread import Workers

OUTPUT = "sensitivity"


class Asked(NamedTuple):
    """What the command line asked for."""

    folder: Path
    figure: str
    runs: int
    scale: float
    days: int
    workers: Workers = 1


def sensitivity(asked: Asked) -> None:
    """Say the budget, rehearse, print the table, write the page and the CSV."""
    from importlib.util import find_spec

    from firstbest.cli.rehearsing import prepare

    if find_spec("SALib") is None:
        raise stop('expected SALib, found nothing: pip install "firstbest[sensitivity]"')
    console, quiet = Console(highlight=False), Console(stderr=True)
    prepare(asked.folder, quiet)
    from firstbest.rehearse import sensitivity as found
    from firstbest.rehearse.sensitivity_sense import sensible
    from firstbest.store.sensitivity_inputs import read_inputs
    from firstbest.store.workspace import load

    _known_figure(asked.figure)
    with faults_told(asked.folder):
        workspace = load(asked.folder)
    listed = read_inputs(asked.folder)
    with quiet.status("Trying corners of the ranges as workspaces"):
        inputs, out = sensible(asked.folder, listed.found)
    if len(inputs) < 2:  # noqa: PLR2004 - one input has no rival
        raise stop(f"expected assumptions.csv with two ranges or more that stand in files, found {len(inputs)}")
    planned = found.budget(len(inputs), asked.runs)
    point = found.Point(asked.folder, inputs, asked.figure, asked.scale, asked.days)
    workers = asked.workers
    budget, standing = _budget(planned, asked, point, workers)
    console.print(budget, soft_wrap=True)
    console.print(standing, soft_wrap=True)
    console.print(
        f"not moved: {listed.left_out} rows of assumptions.csv without a range or place in a file"
        + (f", and {', '.join(out)}, whose ends make no workspace" if out else ""),
        soft_wrap=True,
    )
    with cluster_told():
        answer = _run(planned, point, workers, quiet)
    _show(answer, standing, (workspace.name, workspace.currency), asked, console)


def _known_figure(figure: str) -> None:
    from firstbest.present.catalog import CATALOG
    from firstbest.store.faults import nearest

    if figure not in CATALOG:
        raise stop(f"expected a figure of a rehearsal, found '{figure}'{nearest(figure, CATALOG)}")


def _budget(planned: Budget, asked: Asked, point: Point, workers: Workers) -> tuple[str, str]:
    """The budget, with the time that one rehearsal takes, and what that one says of itself."""
    from firstbest.rehearse.sensitivity import SEEDS

    began = time.perf_counter()
    standing = point.standing()
    minutes = planned.runs * (time.perf_counter() - began) / (workers if isinstance(workers, int) else 1) / 60
    more = f" (the least that tells something; {asked.runs} were asked for)" if planned.runs > asked.runs else ""
    said = (
        f"{planned.runs} rehearsals{more} of {asked.days} days at scale {asked.scale:g}: {planned.morris} move "
        f"{planned.inputs} inputs in {planned.walks} walks, {planned.sobol} part the variance among the "
        f"first {planned.top}, {SEEDS} tell what the seed alone does; about {max(minutes, 1):.0f} minutes"
    )
    return said, standing


def _run(planned: Budget, point: Point, workers: Workers, quiet: Console) -> Answer:
    from firstbest.cli.rehearsing import bar
    from firstbest.rehearse.sensitivity import evaluator, seeds_of
    from firstbest.rehearse.sensitivity import sensitivity as answer

    names, done = [each.name for each in point.inputs], [0]
    with bar(quiet, f"{planned.runs} rehearsals") as progress:

        def one_more(count: int) -> None:
            done[0] += count
            progress(min(done[0] / planned.runs, 1.0))

        try:
            how = evaluator(point, workers, one_more), seeds_of(point, workers, one_more)
            return answer(names, point.figure, planned, how)
        except ValueError as too_few:
            raise stop(str(too_few)) from None


def _show(answer: Answer, standing: str, names: tuple[str, str], asked: Asked, console: Console) -> None:
    from firstbest.present.sensitivity_page import Shown, Told, page, table
    from firstbest.rehearse.sensitivity import WALKS_FOR_INTERVAL

    planned = answer.budget
    said = f"{planned.runs} rehearsals of {asked.days} days at scale {asked.scale:g}. {standing}"
    if answer.faulty:
        said += f" {answer.faulty} points made no sense as a workspace and were left out."
    if answer.unknown:
        said += f" For that reason nothing is known of {', '.join(answer.unknown)}."
    rows = [
        Shown(each.name, each.size, each.low, each.high, each.spread, each.total, each.total_half)
        for each in answer.effects
    ]
    intervals = planned.walks >= WALKS_FOR_INTERVAL
    name, currency = names
    told = Told(name, answer.figure, answer.middle, answer.chance, currency, said, planned.walks, intervals, rows)
    output = asked.folder / OUTPUT
    output.mkdir(exist_ok=True)
    (output / "sensitivity.html").write_text(page(told), encoding="utf-8")
    with (output / "sensitivity.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["input", "effect", "effect_low", "effect_high", "spread", "alone", "total", "total_half"])
        writer.writerows(
            [each.name, each.size, each.low, each.high, each.spread, each.alone, each.total, each.total_half]
            for each in answer.effects
        )
    console.print(table(told, console.width), soft_wrap=True)
    console.print(f"page: {output / 'sensitivity.html'}", soft_wrap=True)

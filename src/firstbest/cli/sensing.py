"""sensitivity: which inputs the answer hangs on, within a budget of rehearsals that is said first."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from firstbest.cli.making import faults_told, stop
from firstbest.cli.spread_options import cluster_told

if TYPE_CHECKING:
    from firstbest.rehearse.sensitivity import Answer, Budget, Point
    from firstbest.rehearse.sensitivity_kept import Kept
    from firstbest.rehearse.spread import Workers

OUTPUT = "sensitivity"


class Asked(NamedTuple):
    """What the command line asked for."""

    folder: Path
    figure: str
    runs: int
    scale: float
    days: int | None
    minutes: float
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
    point = _kept(found.Point(asked.folder, inputs, asked.figure, asked.scale, 0), planned, asked, console)
    standing = point.point.standing()
    console.print(standing, soft_wrap=True)
    console.print(
        f"not moved: {listed.left_out} rows of assumptions.csv without a range or place in a file"
        + (f", and {', '.join(out)}, whose ends make no workspace" if out else ""),
        soft_wrap=True,
    )
    with cluster_told():
        answer = _run(planned, point, asked.workers, quiet)
    _show(answer, standing, (workspace.name, workspace.currency), asked._replace(days=point.point.days), console)


def _known_figure(figure: str) -> None:
    from firstbest.present.catalog import CATALOG
    from firstbest.store.faults import nearest

    if figure not in CATALOG:
        raise stop(f"expected a figure of a rehearsal, found '{figure}'{nearest(figure, CATALOG)}")


def _kept(point: Point, planned: Budget, asked: Asked, console: Console) -> Kept:
    """The point as it will be rehearsed, after saying how often, how long, and about how many minutes that takes."""
    from dataclasses import replace

    from firstbest.rehearse.sensitivity import SEEDS
    from firstbest.rehearse.sensitivity_kept import kept
    from firstbest.rehearse.sensitivity_kept import planned as plan_of

    workers = asked.workers if isinstance(asked.workers, int) else 1
    output = asked.folder / OUTPUT
    plan = plan_of(point, output, planned, (asked.minutes, workers), asked.days)
    more = f" (the least that tells something; {asked.runs} were asked for)" if planned.runs > asked.runs else ""
    known = f"; {plan.known} are known from before" if plan.known else ""
    minutes = max(planned.runs - plan.known, 0) * plan.seconds / workers / 60
    console.print(
        f"{planned.runs} rehearsals{more} of {plan.days} days at scale {asked.scale:g}: {planned.morris} move "
        f"{planned.inputs} inputs in {planned.walks} walks, {planned.sobol} part the variance among the "
        f"first {planned.top}, {SEEDS} tell what the seed alone does; about {max(minutes, 1):.0f} minutes{known}. "
        "Each is kept as it ends: stopped, the same command goes on.",
        soft_wrap=True,
    )
    return kept(replace(point, days=plan.days), output)


def _run(planned: Budget, point: Kept, workers: Workers, quiet: Console) -> Answer:
    from firstbest.cli.rehearsing import bar
    from firstbest.rehearse.sensitivity import evaluator, seeds_of
    from firstbest.rehearse.sensitivity import sensitivity as answer

    inputs, done = point.point.inputs, [0]
    with bar(quiet, f"{planned.runs} rehearsals") as progress:

        def one_more(count: int) -> None:
            done[0] += count
            progress(min(done[0] / planned.runs, 1.0))

        try:
            how = evaluator(point, workers, one_more), seeds_of(point, len(inputs), workers, one_more)
            return answer([each.name for each in inputs], point.point.figure, planned, how)
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

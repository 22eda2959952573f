"""`firstbest rank` and `firstbest sensitivity`: what they can be asked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from firstbest.cli.spread_options import Address, Count, workers_of

Folder = Annotated[Path, typer.Argument(help="The workspace: a folder of files that you can read, edit and diff.")]


class Rank(NamedTuple):
    """What `rank` is asked."""

    folder: Folder
    changes: Annotated[list[Path], typer.Argument(help="Change files, each against the network as it is.")]
    figure: Annotated[str, typer.Option(help="What they are ranked by.")] = "cost_to_serve_per_order"
    least: Annotated[float, typer.Option(help="The least difference that matters, in its units.")] = 0.05
    scale: Annotated[float, typer.Option(min=0.001, max=1.0, help="Of each rehearsal.")] = 0.1
    days: Annotated[int | None, typer.Option(min=1, help="Of each rehearsal; all that the workspace has.")] = None
    workers: Count = None
    ray: Address = None


class Sense(NamedTuple):
    """What `sensitivity` is asked."""

    folder: Folder
    figure: Annotated[str, typer.Option(help="The figure to explain.")] = "cost_to_serve_per_order"
    runs: Annotated[int, typer.Option(min=10, max=100_000, help="Rehearsals to spend, about.")] = 300
    scale: Annotated[float, typer.Option(min=0.001, max=1.0, help="Of each rehearsal.")] = 0.05
    days: Annotated[int | None, typer.Option(min=1, max=1100, help="Of each rehearsal; what --minutes allow.")] = None
    minutes: Annotated[float, typer.Option(min=1, help="That it may take, about: how long rehearsals are.")] = 4.0
    workers: Count = None
    ray: Address = None


def rank(asked: Rank) -> None:
    """Rank many changes at once. The best with 95 % chance, worse ones dropped early, the service-cost frontier."""
    from firstbest.cli import ranking

    at = workers_of(asked.workers, asked.ray)
    ranking.rank(
        ranking.Asked(asked.folder, tuple(asked.changes), asked.figure, asked.least, asked.scale, asked.days, at)
    )


def sensitivity(asked: Sense) -> None:
    """Which inputs the answer hangs on. Over the ranges of assumptions.csv: all by Morris, the first few by Sobol."""
    from firstbest.cli import sensing

    at = workers_of(asked.workers, asked.ray)
    sensing.sensitivity(
        sensing.Asked(asked.folder, asked.figure, asked.runs, asked.scale, asked.days, asked.minutes, at)
    )

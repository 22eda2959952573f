"""What `rank` and `sensitivity` can be asked, and where replications run: in processes here, or on a Ray cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from firstbest.cli.making import stop

if TYPE_CHECKING:
    from firstbest.rehearse.spread import Workers

WORKERS_MOST = 8
"""Processes where none are asked for, at most."""
Folder = Annotated[Path, typer.Argument(help="The workspace: a folder of files that you can read, edit and diff.")]
Count = Annotated[
    int | None, typer.Option("--workers", min=1, max=64, help="Processes; as many as there are cores, 8 at most.")
]
Address = Annotated[str | None, typer.Option("--ray", help="A Ray cluster's address, 'auto' or 'local'.")]


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
    scale: Annotated[float, typer.Option(min=0.001, max=1.0, help="Of each rehearsal.")] = 0.02
    days: Annotated[int, typer.Option(min=1, max=1100, help="Of each rehearsal.")] = 14
    workers: Count = None
    ray: Address = None


def rank(asked: Rank) -> None:
    """Rank many changes at once: the best with 95 % chance, worse ones dropped early, and the service-cost frontier."""
    from firstbest.cli import ranking

    at = workers_of(asked.workers, asked.ray)
    ranking.rank(
        ranking.Asked(asked.folder, tuple(asked.changes), asked.figure, asked.least, asked.scale, asked.days, at)
    )


def sensitivity(asked: Sense) -> None:
    """Which inputs the answer hangs on, over the ranges of assumptions.csv: all by Morris, the first few by Sobol."""
    from firstbest.cli import sensing

    at = workers_of(asked.workers, asked.ray)
    sensing.sensitivity(sensing.Asked(asked.folder, asked.figure, asked.runs, asked.scale, asked.days, at))


def workers_of(workers: int | None, ray: str | None, most: int = WORKERS_MOST) -> Workers:
    """Where rehearsals run: as asked for, else in as many processes as there are cores, `most` at most."""
    from importlib.util import find_spec

    from firstbest.rehearse.spread import Cluster

    if ray is not None:
        if workers is not None:
            raise stop("expected --workers or --ray, found both")
        if find_spec("ray") is None:
            raise stop('--ray: expected Ray, found nothing: pip install "firstbest[ray]"')
        return Cluster(ray)
    return min(os.cpu_count() or 1, most, WORKERS_MOST) if workers is None else workers


@contextmanager
def cluster_told() -> Iterator[None]:
    """What is wrong with a cluster, as a sentence."""
    from firstbest.rehearse.spread import NoRay

    try:
        yield
    except NoRay as wrong:
        raise stop(f"--ray: {wrong}") from None

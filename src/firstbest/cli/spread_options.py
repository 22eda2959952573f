"""Where replications run: in processes here, or on a Ray cluster."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from firstbest.cli.making import stop

if TYPE_CHECKING:
    from firstbest.rehearse.spread import Workers

WORKERS_MOST = 8
"""Processes where none are asked for, at most."""
Count = Annotated[
    int | None, typer.Option("--workers", min=1, max=64, help="Processes; as many as there are cores, 8 at most.")
]
Address = Annotated[str | None, typer.Option("--ray", help="A Ray cluster's address, 'auto' or 'local'.")]


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

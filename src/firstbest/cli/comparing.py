"""baseline: the model beside the firm's own books."""

from __future__ import annotations

import textwrap
from pathlib import Path

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, require_folder, stop

SHOWN = 40
NAMES = 37
"""What leaves room for the numbers on eighty columns; a longer name moves its own numbers."""


def baseline(folder: Path, actuals: Path, days: int | None) -> None:
    """Compare, print what is outside first, keep the banner."""
    from firstbest.rehearse.banner import KEPT, banner_of
    from firstbest.rehearse.baseline import NothingToCompare
    from firstbest.rehearse.baseline import baseline as compare

    require_folder(folder)
    if not actuals.is_dir():
        raise stop(f"expected a folder with the books, found nothing at '{actuals}'")
    with faults_told(actuals):
        try:
            lines = compare(folder, actuals, days)
        except NothingToCompare as nothing:
            raise stop(str(nothing)) from None
    order = sorted(lines, key=lambda line: (line.inside, -abs(line.apart) / line.band, line.words))
    for head, some in (
        ("outside its band", [line for line in order if not line.inside]),
        ("inside its band", [line for line in order if line.inside]),
    ):
        if not some:
            continue
        typer.echo(f"{head:<{NAMES}}{'model a day':>12}{'books a day':>12}   apart")
        for line in some[:SHOWN]:
            typer.echo(
                f"{line.words:<{NAMES}}{line.model:>12,.2f}{line.books:>12,.2f}   {line.said.rpartition(': ')[2]}"
            )
        if len(some) > SHOWN:
            typer.echo(f"and {len(some) - SHOWN} more, all closer")
        typer.echo("")
    banner = banner_of(folder)
    typer.echo(textwrap.fill(f"{banner[:1].upper()}{banner[1:]}.", Console().width))
    typer.echo(f"kept in {folder / KEPT}: every rehearsal and comparison of this workspace now says so")

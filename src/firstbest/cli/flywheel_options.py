"""firstbest flywheel: growth as stocks and flows; its arguments and options."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer


class Flywheel(NamedTuple):
    """What `flywheel` asks."""

    folder: Annotated[Path | None, typer.Argument(help="The workspace; with --example, where it is written.")] = None
    knock_out: Annotated[bool, typer.Option("--knock-out", help="What each loop is worth.")] = False
    sensitivity: Annotated[bool, typer.Option("--sensitivity", help="Which coefficients the spread hangs on.")] = False
    measure: Annotated[bool, typer.Option("--measure", help="Rehearse ten volumes for the unit-cost curve.")] = False
    scale: Annotated[float, typer.Option(min=0.001, max=1, help="Share of the volume, of those rehearsals.")] = 0.1
    seed: Annotated[int, typer.Option(min=0, help="Another draw.")] = 1
    source: Annotated[Path | None, typer.Option("--from-xmile", help="Make flywheel.toml of an XMILE file.")] = None
    example: Annotated[str | None, typer.Option(help="A worked example: amazon.")] = None


def flywheel(asked: Flywheel) -> None:
    """Run growth as stocks and flows. Where it goes, the brake now, what each loop is worth."""
    from firstbest.cli import flywheel as made
    from firstbest.cli.making import stop

    if asked.example is not None:
        made.example(asked.example, asked.folder or Path(f"flywheel-{asked.example}"), asked.seed)
    elif asked.folder is None:
        raise stop("expected a workspace folder, or --example amazon; found neither")
    elif asked.source is not None:
        made.from_xmile(asked.folder, asked.source)
    else:
        own = made.Asked(asked.folder, asked.knock_out, asked.sensitivity, asked.seed, asked.measure, asked.scale)
        made.run(own)

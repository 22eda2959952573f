"""What `firstbest rehearse` can be asked."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Final, NamedTuple

import typer

from firstbest.cli.spread_options import Address, Count


class Rehearse(NamedTuple):
    """What `rehearse` is asked."""

    folder: Annotated[Path, typer.Argument(help="The workspace: a folder of files that you can read, edit and diff.")]
    further: Annotated[list[Path] | None, typer.Argument(help="With --along: the further changes, in order.")] = None
    scale: Annotated[
        float | None, typer.Option(min=0.001, max=1.0, help="0.1 for a first look; 1, with --suggest 0.1.")
    ] = None
    days: Annotated[int | None, typer.Option(min=1, help="Fewer days than the workspace has.")] = None
    seed: Annotated[int | None, typer.Option(min=0, help="Another draw of the same world.")] = None
    along: Annotated[
        list[Path] | None, typer.Option(help="Changes/*.toml, each on top of those before it: the path they make.")
    ] = None
    suggest: Annotated[bool, typer.Option("--suggest", help="Rehearse what would help most.")] = False
    minutes: Annotated[
        float, typer.Option(min=0.1, max=1440, help="With --suggest: begin no pairs that end after.")
    ] = 10.0
    against: Annotated[Path | None, typer.Option(help="A change, to be rehearsed in pairs.")] = None
    replications: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=1000,
            help="Rehearsals, a seed each (1); with --against pairs, or forks (10); with --suggest pairs (5).",
        ),
    ] = None
    precision: Annotated[
        float | None, typer.Option(help="As many as it takes to know the cost to serve an order to so much.")
    ] = None
    respond: Annotated[bool, typer.Option("--respond", help="Customers answer price, promise and selection.")] = False
    save_at: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Stop where this day begins, and keep the state.")
    ] = None
    state: Annotated[Path | None, typer.Option(help="With --save-at: the file that the state is kept in.")] = None
    resume: Annotated[Path | None, typer.Option(help="Go on from a state to the end.")] = None
    workers: Count = None
    ray: Address = None
    from_live: Annotated[bool, typer.Option("--from-live", help="From the live state on, as it is now.")] = False
    hours: Annotated[float, typer.Option(min=1, max=672, help="With --from-live: how far.")] = 24.0
    book: Annotated[
        str | None,
        typer.Option("--book", envvar="FIRSTBEST_BOOK", help="With --from-live: a file or postgresql://..."),
    ] = None

    @property
    def pairs(self) -> int:
        """Replications where two worlds are compared, or forks are made: ten unless asked otherwise."""
        return PAIRS if self.replications is None else self.replications


PAIRS: Final = 10

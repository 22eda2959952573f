"""primitive: what was built for the own shop, as something that can be rented out."""

from __future__ import annotations

from typing import Annotated, NamedTuple

import typer

from firstbest.cli.asked import command
from firstbest.cli.invoice_house import Place
from firstbest.cli.invoice_options import Folder, Source

primitives = typer.Typer(
    help="What was built, who uses it, and what renting it out brings.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="Which primitive: storage.")]


@primitives.command()
def show(folder: Folder, name: Name = "storage", source: Source = None) -> None:
    """Capacity, use, cost, price and contribution of a primitive. By tenant; cost of a unit now and at the margin."""
    from firstbest.cli.primitive_showing import show_primitive

    show_primitive(Place(folder, source), name)


class Open(NamedTuple):
    """What `primitive open` is asked."""

    folder: Folder
    name: Name = "storage"
    demand: Annotated[
        str, typer.Option(help="What outsiders would rent at which price: 0.60:3000 0.80:1200, or a CSV file.")
    ] = ""
    replications: Annotated[int, typer.Option(min=2, max=1000, help="Pairs of rehearsals.")] = 3
    days: Annotated[int | None, typer.Option(min=1, help="Days of a pair; 91 where it is not given.")] = None
    scale: Annotated[
        float | None,
        typer.Option(min=0.001, max=1.0, help="Of full scale, of a pair; that of the rehearsal if not given."),
    ] = None
    source: Source = None


def open_(asked: Open) -> None:
    """Rehearse opening it to outsiders. Slack, the price that fills it, the own promise, when more of it pays back."""
    from firstbest.cli.primitive_showing import Asked, open_primitive

    how = Asked(asked.demand, asked.replications, asked.days, asked.scale)
    open_primitive(Place(asked.folder, asked.source), asked.name, how)


command(primitives, Open)(open_)

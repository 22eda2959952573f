"""primitive show and open."""

from __future__ import annotations

import os
from typing import NamedTuple

from rich.console import Console

from firstbest.cli.invoice_house import Place, opened
from firstbest.cli.making import stop
from firstbest.cli.rehearsing import WORKERS_MOST, bar

KNOWN = ("storage",)


class Asked(NamedTuple):
    """What the command line asked for."""

    demand: str
    replications: int
    days: int | None
    scale: float | None


def require(name: str) -> None:
    """A primitive that can be shown."""
    if name not in KNOWN:
        raise stop(f"expected a primitive ({', '.join(KNOWN)}), found '{name}'")


def show_primitive(place: Place, name: str) -> None:
    """What it holds and costs."""
    require(name)
    console, quiet = Console(highlight=False), Console(stderr=True)
    with opened(place) as (house, book):
        from firstbest.present.primitive import show_screen
        from firstbest.rehearse.primitive import shown
        from firstbest.store.primitives import read_primitives
        from firstbest.store.usage_closing import closings

        with quiet.status("metering"):
            found = shown(house, read_primitives(place.folder, house.zone), closings(book))
        console.print(show_screen(found, console.width), soft_wrap=True)


def open_primitive(place: Place, name: str, asked: Asked) -> None:
    """What opening it would do."""
    require(name)
    console, quiet = Console(highlight=False), Console(stderr=True)
    with opened(place) as (house, _):
        from firstbest.present.primitive import open_screen
        from firstbest.rehearse import primitive_open
        from firstbest.store.primitives import read_demand, read_primitives

        figures = read_primitives(place.folder, house.zone)
        demand = read_demand(asked.demand) if asked.demand else figures.demand
        if not demand:
            raise stop("--demand: expected what outsiders would rent at which price, such as 0.40:9000 0.60:4000")
        workers = min(os.cpu_count() or 1, asked.replications * 2, WORKERS_MOST)
        how = primitive_open.Asked(asked.replications, workers, asked.days, asked.scale)
        with bar(quiet, f"facts, then {asked.replications} pairs") as progress:
            found = primitive_open.opened(house, figures, demand, how, progress)
        console.print(open_screen(found, console.width), soft_wrap=True)

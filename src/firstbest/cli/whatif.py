"""whatif: a change of price, promise or selection, this quarter and over ten years."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, stop

YEARS = 10
OUTPUT = Path("flywheel") / "whatif.json"
PAGE = Path("flywheel") / "whatif.html"


class Asked(NamedTuple):
    """What the command line asked for."""

    folder: Annotated[Path, typer.Argument(help="The workspace.")]
    price: Annotated[float, typer.Option(min=-90, max=100, help="Change of all prices, percent.")] = 0.0
    promise: Annotated[int, typer.Option(min=-10, max=10, help="Days that every promise is later; -1 is sooner.")] = 0
    selection: Annotated[float, typer.Option(min=-90, max=1000, help="Change of items on offer, percent.")] = 0.0
    replications: Annotated[int, typer.Option(min=2, max=1000, help="Pairs of rehearsals.")] = 4
    days: Annotated[int, typer.Option(min=7, max=1100, help="How many days of each.")] = 91
    scale: Annotated[float, typer.Option(min=0.001, max=1, help="Share of the volume.")] = 0.1
    seed: Annotated[int, typer.Option(min=0, help="The first pair's.")] = 1


def whatif(asked: Asked) -> None:
    """What another price, promise or selection does. Orders, money, hours, carbon; this quarter and in ten years."""
    from firstbest.cli.rehearsing import WORKERS_MOST, bar, prepare

    if not (asked.price or asked.promise or asked.selection):
        raise stop("expected a change: --price, --promise or --selection; found none")
    console, quiet = Console(highlight=False), Console(stderr=True)
    prepare(asked.folder, quiet)
    from firstbest.present.whatif import Story, page, screen
    from firstbest.rehearse import whatif as twin
    from firstbest.store.workspace import load

    step = twin.Step(asked.price / 100, asked.promise, asked.selection / 100)
    with faults_told(asked.folder):
        workspace = load(asked.folder)
        with quiet.status("levels of the network as it is"):
            levels = twin.levels_of(asked.folder, asked.scale, asked.days, asked.seed)
        worlds = twin.Worlds(asked.folder, asked.scale, asked.days, step, levels)
        workers = min(os.cpu_count() or 1, asked.replications * 2, WORKERS_MOST)
        with bar(quiet, f"{asked.replications} pairs") as progress:
            seeds = range(asked.seed, asked.seed + asked.replications)
            found = twin.quarter(worlds, seeds, workers, progress)
        decade = twin.decade_of(asked.folder, step, found, asked.seed, YEARS)
    last = asked.seed + asked.replications - 1
    how = f"{asked.replications} pairs, seeds {asked.seed} to {last}, scale {asked.scale:g}. "
    how += "Orders answer by the coefficients of demand.toml, which are assumed where it says so."
    story = Story(
        workspace.name, _words(asked), found.without, found.change, decade, asked.days, YEARS, how, workspace.currency
    )
    change = {name: each._asdict() for name, each in found.change.items()}
    _write(asked, {"without": found.without, "change": change, "ten_years": decade})
    (asked.folder / PAGE).write_text(page(story), encoding="utf-8")
    console.print(screen(story), soft_wrap=True, end="")
    console.print(f"Page      {asked.folder / PAGE}", soft_wrap=True)


def _words(asked: Asked) -> str:
    """`prices -3 %, every promise 1 day sooner`."""
    parts = []
    if asked.price:
        parts.append(f"prices {asked.price:+g} %")
    if asked.promise:
        days = abs(asked.promise)
        parts.append(f"every promise {days} day{'s' * (days > 1)} {'later' if asked.promise > 0 else 'sooner'}")
    if asked.selection:
        parts.append(f"{asked.selection:+g} % of items on offer")
    return ", ".join(parts)


def _write(asked: Asked, told: dict[str, object]) -> None:
    """Keep the answer as JSON."""
    path = asked.folder / OUTPUT
    path.parent.mkdir(exist_ok=True)
    question = {name: str(value) if name == "folder" else value for name, value in asked._asdict().items()}
    path.write_text(json.dumps({"asked": question, **told}, indent=1) + "\n", encoding="utf-8")

"""membership: what a bundle is worth, by pairs of rehearsals and stated answers of people."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated, NamedTuple

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, stop

OUTPUT = "membership"
DAYS_MOST = 15
NOBODY = -1


class Asked(NamedTuple):
    """What the command line asked for."""

    folder: Annotated[Path, typer.Argument(help="The workspace; members.toml says what is in the bundle.")]
    fee: Annotated[float, typer.Option(min=0, help="Money a year.")]
    promise: Annotated[str, typer.Option(help="Business days to the door after the ship day, such as 2d.")] = "2d"
    against: Annotated[str, typer.Option(help="none, or another promise such as 3d.")] = "none"
    share: Annotated[
        float | None, typer.Option(min=0, max=100, help="Percent of orders by members; without, a pilot finds it.")
    ] = None
    replications: Annotated[int, typer.Option(min=2, max=1000, help="Pairs of rehearsals.")] = 5
    days: Annotated[int, typer.Option(min=7, max=1100, help="How many days of each.")] = 28
    scale: Annotated[float, typer.Option(min=0.001, max=1, help="Share of the volume.")] = 0.2
    seed: Annotated[int, typer.Option(min=0, help="The first pair's.")] = 1


def membership(asked: Asked) -> None:
    """What a membership is worth. Who joins, what members order, cost and bring, where it breaks even, how surely."""
    promise = days_of("--promise", asked.promise)
    against = NOBODY if asked.against == "none" else days_of("--against", asked.against, "none, or ")
    if against == promise:
        raise stop(f"--against: expected none, or another promise than --promise, found '{asked.against}' twice")
    run(asked, promise, against)


def days_of(option: str, written: str, besides: str = "") -> int:
    """`2d` as 2; `besides` says what else may stand there."""
    found = re.fullmatch(r"(\d{1,2})d?", written.strip())
    if not found or not 1 <= int(found[1]) <= DAYS_MOST:
        raise stop(f"{option}: expected {besides}business days from 1d to {DAYS_MOST}d, found '{written}'")
    return int(found[1])


def run(asked: Asked, promise: int, against: int) -> None:
    """Rehearse, reckon, print, write; `against` NOBODY is no membership."""
    from firstbest.cli.rehearsing import WORKERS_MOST, bar, prepare

    folder, share = asked.folder, None if asked.share is None else asked.share / 100
    console, quiet = Console(highlight=False), Console(stderr=True)
    prepare(folder, quiet)
    from firstbest.present.membership import Story, as_json, page, screen
    from firstbest.rehearse import membership as pairs
    from firstbest.store.members_file import read_members
    from firstbest.store.workspace import load
    from firstbest.world.membership import Bundle

    with faults_told(folder):
        workspace = load(folder)
        bundle = Bundle(asked.fee, promise, *read_members(folder, workspace))
        workers = min(os.cpu_count() or 1, asked.replications * 2, WORKERS_MOST)
        question = pairs.Asked(bundle, against, share, asked.replications, workers, asked.seed)
        spread = pairs.Spread(folder, asked.scale, asked.days)
        with bar(quiet, f"{asked.replications} pairs") as progress:
            found = pairs.ask(spread, question, progress)
    story = Story(
        bundle=bundle,
        told=found.told,
        against="none" if against == NOBODY else f"{against} days",
        share=found.share,
        customers=found.customers,
        orders_customer=found.orders_customer,
        replications=asked.replications,
        seeds=(asked.seed, asked.seed + asked.replications - 1),
        days=asked.days,
        scale=asked.scale,
        currency=workspace.currency,
        name=workspace.name,
    )
    output = folder / OUTPUT
    output.mkdir(exist_ok=True)
    (output / "membership.html").write_text(page(story), encoding="utf-8")
    (output / "membership.json").write_text(as_json(story), encoding="utf-8")
    console.print(screen(story, console.width, f"{output / 'membership.html'}"), soft_wrap=True, end="")

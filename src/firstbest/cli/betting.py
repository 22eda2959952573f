"""What the commands of `bet` do."""

from __future__ import annotations

import textwrap
from pathlib import Path

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, require_folder, stop
from firstbest.cli.steering import figures, now_us, person
from firstbest.mechanisms.records import Placed, Room
from firstbest.present.bets import Paper


def propose(folder: Path, name: str, heading: str, by: str) -> None:
    """Open a press release."""
    from firstbest.store.bets_acts import propose as act
    from firstbest.store.bets_read import day_of

    require_folder(folder)
    at_us = now_us()
    with faults_told(folder):
        path = act(folder, name, heading or "The announcement in one line", person(by), (at_us, day_of(at_us)))
    typer.echo(f"{path} is open. Write the page first, then its head; firstbest check {folder} says what is missing.")


def lock(folder: Path, name: str, by: str) -> None:
    """Seal a bet, and say how likely its promise can be told from chance."""
    from firstbest.mechanisms.bets import judging, progress
    from firstbest.mechanisms.seals import SHORT
    from firstbest.mechanisms.verdict import chance_to_confirm, judges, worlds
    from firstbest.present.bets import chances
    from firstbest.store.bets import shelf_of
    from firstbest.store.bets_acts import lock as act

    require_folder(folder)
    with faults_told(folder):
        sealed = act(folder, name, person(by), now_us(), figures())
        shelf = shelf_of(folder, figures())
        room = room_now(folder)
    known = {each.source: each for each in room.calibrations}
    bet, far = shelf.page(name).bet, progress(shelf.entries, name)
    found = [
        (each.metric, chance_to_confirm(worlds(judges(judging(far), each.metric, bet.judge), known)))
        for each in bet.success
    ]
    count = f"{len(far.forecasts)} {'forecast' if len(far.forecasts) == 1 else 'forecasts'}"
    typer.echo(f"{name} is sealed with {count}: entry {sealed.number}, {sealed.digest[:SHORT]}.")
    typer.echo(chances(found, paper(folder, Console().width)).rstrip())
    raised = f' --bar-raiser "{bet.bar_raiser.name}" --raised "..."' if bet.door == "one-way" and bet.bar_raiser else ""
    review = max((each.by for each in bet.success), default="2026-11-30")
    said = f'Next: firstbest bet decide {name} yes --in {folder} --reason "..." --review {review}{raised}'
    typer.echo(textwrap.fill(said, Console().width, subsequent_indent="  ", break_on_hyphens=False))


def amend(folder: Path, name: str, reason: str, by: str) -> None:
    """Seal again."""
    from firstbest.mechanisms.bets import progress
    from firstbest.store.bets_acts import amend as act
    from firstbest.store.record import read_record

    require_folder(folder)
    with faults_told(folder):
        act(folder, name, person(by), now_us(), reason, figures())
        count = progress(read_record(folder), name).amendments
    typer.echo(f"{name} is sealed again: amendment {count}.")


def spend(folder: Path, name: str, money: tuple[float, str], by: str) -> None:
    """Book what was spent."""
    from firstbest.store.bets_acts import spend as act

    require_folder(folder)
    with faults_told(folder):
        act(folder, name, person(by), now_us(), *money)
    typer.echo(f"{money[0]:,.2f} on {name}")


def handover(folder: Path, parties: tuple[str, str], by: str) -> None:
    """Move everything."""
    from firstbest.store.bets_handover import hand_over

    require_folder(folder)
    with faults_told(folder):
        moved = hand_over(folder, parties, person(by), now_us(), figures())
    typer.echo(f"{len(moved.things)} things from {parties[0]} to {parties[1]}, entry {moved.entry.number}:")
    for thing in moved.things:
        typer.echo(f"  {thing}")


def room_now(folder: Path) -> Room:
    """The room as it is known now."""
    from firstbest.store.bets_read import room_as_of

    return room_as_of(folder, now_us(), figures())


def paper(folder: Path, width: int) -> Paper:
    """What a page is written on."""
    from firstbest.present.bets import Paper
    from firstbest.store.bets import currency_of, declared_metrics

    return Paper(width, currency_of(folder), {**figures(), **declared_metrics(folder, [])})


def portfolio(folder: Path) -> None:
    """All bets."""
    from firstbest.present.bets import portfolio as page

    require_folder(folder)
    console = Console(highlight=False)
    with faults_told(folder):
        room = room_now(folder)
    console.print(page(room, paper(folder, console.width)), soft_wrap=True)


def show(folder: Path, name: str) -> None:
    """One bet."""
    from firstbest.present.bets import shown
    from firstbest.present.bets_decided import told
    from firstbest.store.record import read_record

    require_folder(folder)
    console = Console(highlight=False)
    with faults_told(folder):
        room = room_now(folder)
        entries = [each for each in read_record(folder) if each.about == name]
    on = paper(folder, console.width)
    console.print(shown(_placed(room, name), room, on, told(entries, on.width)), soft_wrap=True)


def _placed(room: Room, name: str) -> Placed:
    for placed in room.bets:
        if placed.verdict.bet == name:
            return placed
    known = ", ".join(placed.verdict.bet for placed in room.bets) or "none"
    raise stop(f"expected a bet ({known}), found '{name}'")

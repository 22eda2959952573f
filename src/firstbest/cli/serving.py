"""serve, today, problems, replay, shadow, apply."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, require_folder, stop
from firstbest.cli.rehearsing import prepare
from firstbest.service.serving import Told, Where, book_of
from firstbest.store.book_live import BookError, BookReader
from firstbest.store.book_open import open_book

DIFFERENT = 1


@contextmanager
def reading(folder: Path, book: str | None) -> Iterator[BookReader]:
    """The book of a workspace, to be read; a service that runs is not disturbed."""
    from firstbest.run.open import NotOpened, kept_of

    require_folder(folder)
    where = Where(folder, book)
    named = book_of(where)
    if "://" not in named and not Path(named).is_file():
        raise stop(f"expected a book at '{named}', found none: firstbest serve {folder} opens one")
    try:
        held = open_book(named)
        try:
            reader = held.reader()
            if kept_of(reader) is None:
                raise stop(f"'{named}' holds no house yet: firstbest serve {folder} opens it")
            yield reader
        finally:
            held.close()
    except (BookError, NotOpened) as error:
        raise stop(str(error)) from None


def serve(folder: Path, book: str | None, host: str | None, port: int | None) -> None:
    """Serve a workspace until told to stop."""
    where = Where(folder, book, host, port)
    gc.disable()  # hardly anything that is made until it stands is let go again
    prepare(where.folder, Console(highlight=False, stderr=True))
    from firstbest.service import serving

    with faults_told(where.folder):
        try:
            service = serving.Service(where, say=lambda words: typer.echo(words, err=True))
        except (BookError, serving.NotServed) as error:
            raise stop(str(error)) from None
    gc.enable()
    serving.serve(service, lambda: began(service.told(), folder))
    typer.echo("stopped; everything that was answered is in the book")


def began(told: Told, folder: Path) -> None:
    """Say where the service is, and what is to be known of it."""
    if not told.writer:
        typer.echo(f"another house is the writer of this book: {told.address} hands requests to it, and takes over")
    else:
        words = "opened a new book" if told.new else "went on where the book ends"
        typer.echo(f"firstbest serves {folder}: {told.address}   ({words})")
    typer.echo(f"pages of the API: {told.address}/docs   as data: {told.address}/openapi.json")
    if told.key:
        typer.echo(f"the owner's first key, shown once: {told.key}")
    if told.edited:
        listed = ", ".join(told.edited)
        typer.echo(f"not in force, since the book wins over files: {listed}   (firstbest apply brings changes in)")
    sys.stdout.flush()


def today(folder: Path, book: str | None) -> None:
    """What must leave today."""
    from firstbest.present.today import today_screen
    from firstbest.run import today as reading_today
    from firstbest.run.open import standing, wall_us

    with reading(folder, book) as reader:
        world, state = standing(reader)
        dues = reading_today.today(world.network, state, wall_us())
    console = Console(highlight=False)
    console.print(today_screen(dues, world.workspace.time_zone, console.width), soft_wrap=True)


def problems(folder: Path, book: str | None, *, everything: bool) -> None:
    """What is stuck."""
    from firstbest.present.today import problems_screen
    from firstbest.run import today as reading_today
    from firstbest.run.open import order_names, standing, wall_us

    with reading(folder, book) as reader:
        world, state = standing(reader)
        found = reading_today.problems(world.network, state, wall_us())
        named = order_names(reader, [int(each.name) for each in found if each.kind in ("shipment", "order")])
    found = [each._replace(name=named.get(each.name, each.name)) for each in found]
    console = Console(highlight=False)
    console.print(problems_screen(found, console.width, len(found) if everything else 40), soft_wrap=True)


def replay(folder: Path, book: str | None) -> None:
    """Decide the whole log again; exit code 1 at a difference."""
    prepare(folder, Console(stderr=True))
    from firstbest.run.open import worlds_of
    from firstbest.run.replay import replay as decide_again

    with reading(folder, book) as reader:
        found = decide_again(reader, worlds_of(reader))
    typer.echo(f"{found.ticks:,} ticks, {found.facts:,} facts decided again")
    if found.identical:
        typer.echo("identical")
        return
    if found.incomparable is not None:
        which = found.incomparable
        typer.echo(
            f"not comparable from tick {which.tick} on: its {which.what} was {which.sealed}, here is {which.here}"
        )
    if found.difference is not None:
        differs = found.difference
        typer.echo(f"first difference: tick {differs.tick.tick}, fact '{differs.fact}'")
        typer.echo(f"  sealed: {differs.sealed or 'nothing'}\n  here:   {differs.here or 'nothing'}")
    raise typer.Exit(DIFFERENT)


def shadow(folder: Path, book: str | None, policy: Path) -> None:
    """Which decisions of the log another policy would have changed, and at what cost."""
    prepare(folder, Console(stderr=True))
    from firstbest.present.shadow import shadow_screen
    from firstbest.run.open import other_policy, worlds_of
    from firstbest.run.replay import shadow as decide_too

    if not policy.is_file():
        raise stop(f"expected a file of policies, found nothing at '{policy}'")
    with reading(folder, book) as reader, faults_told(folder):
        phases = worlds_of(reader)
        other = other_policy(reader, policy)
        found = decide_too(reader, phases, other.network)
    console = Console(highlight=False)
    changed = [(name, count) for name, count in sorted(found.changed.items())]
    examples = [(each.tick.tick, each.fact, each.row, each.instead) for each in found.first]
    page = shadow_screen((found.ticks, found.decisions, found.cost), changed, examples, other.workspace.currency)
    console.print(page, soft_wrap=True)

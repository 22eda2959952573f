"""The verbs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from firstbest import __version__
from firstbest.cli.ask import Ask, ask
from firstbest.cli.asked import command
from firstbest.cli.bet import app as bet_app
from firstbest.cli.rehearse import Rehearse, rehearse

app = typer.Typer(
    name="firstbest",
    help="Run your supply chain, rehearse every change with the same code.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(help="The workspace: a folder of files that you can read, edit and diff.")]


def version(*, asked: bool) -> None:
    """Print the version and stop."""
    if asked:
        typer.echo(f"firstbest {__version__}")
        raise typer.Exit


@app.callback()
def options(
    *, shown: Annotated[bool, typer.Option("--version", callback=lambda v: version(asked=v), is_eager=True)] = False
) -> None:
    """Run your supply chain, rehearse every change with the same code."""


@app.command()
def init(
    folder: Folder,
    log: Annotated[Path | None, typer.Option("--from", help="An order log, CSV or Parquet.")] = None,
    map_file: Annotated[Path | None, typer.Option("--map", help="Which column of the log is what (TOML).")] = None,
    mechanisms: Annotated[bool, typer.Option("--mechanisms", help="Without a network: bets, goals, metrics.")] = False,
) -> None:
    """Write a workspace: the built-in network, one made from your own order log, or one without a network."""
    from firstbest.cli.making import make, make_mechanisms

    if mechanisms:
        make_mechanisms(folder, alone=log is None and map_file is None)
    else:
        make(folder, log, map_file)


@app.command()
def check(folder: Folder) -> None:
    """Report every fault of a workspace at once; writes nothing."""
    from firstbest.cli.making import check_folder

    check_folder(folder)


command(app, Rehearse)(rehearse)


@app.command()
def explain(
    folder: Folder, order: Annotated[str, typer.Argument(help="Its name in your log, or 2026-11-30/123.")]
) -> None:
    """Tell the story of one order of the last rehearsal: promise, nodes considered, events, costs."""
    from firstbest.cli.making import explain_order

    explain_order(folder, order)


Book = Annotated[
    str | None,
    typer.Option("--book", envvar="FIRSTBEST_BOOK", help="The book: a file or postgresql://...; else .firstbest/."),
]


@app.command()
def serve(
    folder: Folder,
    book: Book = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65_535, help="Port to listen on.")] = None,
) -> None:
    """Run the network for real: the same decisions on the wall clock, orders by HTTP, the book in a database."""
    from firstbest.cli import serving

    serving.serve(folder, book, host, port)


@app.command()
def apply(
    folder: Folder,
    change: Annotated[Path, typer.Argument(help="A change file that a decision on record names.")],
    at: Annotated[str | None, typer.Option(help="Local time from which it holds; at once without.")] = None,
    emergency: Annotated[str | None, typer.Option(metavar="REASON", help="Undecided: opens a correction.")] = None,
    kill: Annotated[list[str] | None, typer.Option(help="'shipped_on_time < 0.9' ends it; may be repeated.")] = None,
    revert: Annotated[bool, typer.Option("--revert", help="Take it back: two-way doors only.")] = False,
) -> None:
    """Put a decided change into the running network at an instant, as a fact; or take it back."""
    from firstbest.cli.applying import Wanted
    from firstbest.cli.applying import apply as bring_in

    bring_in(Wanted(folder, change, at, emergency, tuple(kill or ()), revert))


@app.command()
def today(folder: Folder, book: Book = None) -> None:
    """What must leave today: by node, cut-off, capacity and risk."""
    from firstbest.cli import serving

    serving.today(folder, book)


@app.command()
def problems(
    folder: Folder, book: Book = None, everything: Annotated[bool, typer.Option("--all", help="Not only 40.")] = False
) -> None:
    """Everything that is stuck: how long, whose it is, what to do next."""
    from firstbest.cli import serving

    serving.problems(folder, book, everything=everything)


@app.command()
def replay(folder: Folder, book: Book = None) -> None:
    """Decide the whole live log again: identical, the first difference, or not comparable."""
    from firstbest.cli import serving

    serving.replay(folder, book)


@app.command()
def shadow(
    folder: Folder, policy: Annotated[Path, typer.Option(help="Another policies.toml.")], book: Book = None
) -> None:
    """Which decisions of the live log another policy would have changed, and at what cost."""
    from firstbest.cli import serving

    serving.shadow(folder, book, policy)


app.add_typer(bet_app)
command(app, Ask)(ask)


def main() -> None:
    """Run the command line; a fault is told in words, with exit code 2, never as a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        sys.exit(130)

"""The verbs: init, check, rehearse, explain."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from firstbest import __version__
from firstbest.cli import rates
from firstbest.cli.invoice import invoices
from firstbest.cli.primitive import primitives
from firstbest.cli.rented import rented

app = typer.Typer(
    name="firstbest",
    help="Run your supply chain, rehearse every change with the same code.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(rates.app, name="rates")

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
) -> None:
    """Write a workspace: the built-in network, or one made from your own order log."""
    from firstbest.cli.making import make

    make(folder, log, map_file)


@app.command()
def check(folder: Folder) -> None:
    """Report every fault of a workspace at once; writes nothing."""
    from firstbest.cli.making import check_folder

    check_folder(folder)


@app.command()
def rehearse(
    folder: Folder,
    scale: Annotated[float, typer.Option(min=0.001, max=1.0, help="0.1 for a first look.")] = 1.0,
    days: Annotated[int | None, typer.Option(min=1, help="Fewer days than the workspace has.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Another draw of the same world.")] = None,
    against: Annotated[Path | None, typer.Option(help="A change, to be rehearsed in pairs.")] = None,
    replications: Annotated[int, typer.Option(min=1, max=1000, help="Pairs, with --against.")] = 10,
) -> None:
    """Rehearse the network on its orders: one screen, one report, the facts; or what a change would do."""
    from firstbest.cli.rehearsing import Asked, compare, run

    asked = Asked(folder, scale, days, seed)
    if against is None:
        run(asked)
    else:
        compare(asked, against, replications)


@app.command()
def explain(
    folder: Folder, order: Annotated[str, typer.Argument(help="Its name in your log, or 2026-11-30/123.")]
) -> None:
    """Tell the story of one order of the last rehearsal: promise, nodes considered, events, costs."""
    from firstbest.cli.making import explain_order

    explain_order(folder, order)


@app.command()
def clients(
    folder: Folder,
    month: Annotated[str | None, typer.Option(help="Whose single orders are looked at; the last closed.")] = None,
) -> None:
    """Profit by client over the closed months, and the orders that lost most."""
    from firstbest.cli.invoice_tenants import show_clients

    show_clients(folder, month)


@app.command()
def neutrality(
    folder: Folder,
    swaps: Annotated[int, typer.Option(min=0, max=100, help="Rehearse so many random swaps of tenants' names.")] = 2,
    days: Annotated[int, typer.Option(min=1, max=1100, help="How many days of them.")] = 7,
) -> None:
    """What each tenant gets, and that decisions do not change when tenants swap names."""
    from firstbest.cli.invoice_tenants import show_neutrality

    show_neutrality(folder, swaps, days)


app.add_typer(invoices, name="invoice")
app.add_typer(primitives, name="primitive")
app.add_typer(rented, name="rented")


def main() -> None:
    """Run the command line; a fault is told in words, with exit code 2, never as a traceback."""
    try:
        app()
    except KeyboardInterrupt:
        typer.echo("stopped", err=True)
        sys.exit(130)

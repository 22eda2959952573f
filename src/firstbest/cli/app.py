"""The verbs."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from firstbest import __version__
from firstbest.cli import book, rates
from firstbest.cli.ask import ask
from firstbest.cli.ask_options import Ask
from firstbest.cli.asked import command
from firstbest.cli.bet import app as bet_app
from firstbest.cli.doors import init
from firstbest.cli.doors_options import Init
from firstbest.cli.flywheel_options import Flywheel, flywheel
from firstbest.cli.invoice import invoices
from firstbest.cli.invoice_house import Place
from firstbest.cli.invoice_options import Source
from firstbest.cli.membership import Asked as Membership
from firstbest.cli.membership import membership
from firstbest.cli.offers import offers
from firstbest.cli.primitive import primitives
from firstbest.cli.rehearse import rehearse
from firstbest.cli.rehearse_options import Rehearse
from firstbest.cli.rented import rented
from firstbest.cli.spreading import Rank, Sense, rank, sensitivity
from firstbest.cli.whatif import Asked as Whatif
from firstbest.cli.whatif import whatif

app = typer.Typer(
    name="firstbest",
    help="Run your supply chain, rehearse every change with the same code.",
    epilog="Begin with: firstbest init demo, then firstbest rehearse demo --scale 0.1",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.add_typer(rates.app, name="rates")

app.add_typer(book.app, name="book")

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


command(app, Init)(init)


@app.command()
def check(
    folder: Folder,
    mark: Annotated[bool, typer.Option("--mark", help="Also your own tables, faulty cells coloured.")] = False,
) -> None:
    """Report every fault of a workspace at once. Writes nothing but, with --mark, copies in marked/."""
    from firstbest.cli.making import check_folder

    check_folder(folder, mark=mark)


@app.command()
def template(file: Annotated[Path, typer.Argument(help="The workbook to write, such as tables.xlsx.")]) -> None:
    """Write an empty workbook to fill in. A tab a table, drop-downs, units and an example."""
    from firstbest.cli.doors import write

    write(file)


command(app, Rehearse)(rehearse)


@app.command()
def conform(package: Annotated[str, typer.Argument(help="An installed package with entry points at ports.")]) -> None:
    """Hold another package's code to the laws of this one. Split, purity, determinism, relabelling, poison, bounds."""
    from firstbest.cli.conforming import conform_package

    conform_package(package)


@app.command()
def explain(
    folder: Folder, order: Annotated[str, typer.Argument(help="Its name in your log, or 2026-11-30/123.")]
) -> None:
    """Tell the story of one order of the last rehearsal. Promise, nodes considered, events, costs."""
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
    """Run the network for real, orders by HTTP. The same decisions on the wall clock, the book in a database."""
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
    """Put a decided change into the running network. At an instant or in stages, as a fact; or take it back.

    FIRSTBEST_BOOK names a book that is elsewhere, as --book does to other commands.
    """
    from firstbest.cli.applying import Wanted
    from firstbest.cli.applying import apply as bring_in

    bring_in(Wanted(folder, change, at, emergency, tuple(kill or ()), revert))


@app.command()
def doctor(
    folder: Annotated[Path | None, typer.Argument(help="A workspace to look at too.")] = None, book: Book = None
) -> None:
    """Look at this machine and workspace, with remedies. Python, versions, kernels, memory, disk, clock, book."""
    from firstbest.cli import doctor as looked

    looked.doctor(folder, book)


@app.command()
def applied(
    folder: Folder,
    change: Annotated[Path | None, typer.Argument(help="One of them, with its stages and its trial.")] = None,
    book: Book = None,
) -> None:
    """What was applied, and how it goes. Stages, kill criteria; of a change tried on a share of orders, both arms."""
    from firstbest.cli.applied import show

    show(folder, change, book)


@app.command()
def today(folder: Folder, book: Book = None) -> None:
    """What must leave today: by node, cut-off, capacity and risk."""
    from firstbest.cli import serving

    serving.today(folder, book)


@app.command()
def problems(
    folder: Folder, book: Book = None, everything: Annotated[bool, typer.Option("--all", help="Not only 40.")] = False
) -> None:
    """Everything that is stuck. How long, whose it is, what to do next."""
    from firstbest.cli import serving

    serving.problems(folder, book, everything=everything)


@app.command()
def replay(folder: Folder, book: Book = None) -> None:
    """Decide the whole live log again. Identical, the first difference, or not comparable."""
    from firstbest.cli import serving

    serving.replay(folder, book)


@app.command()
def shadow(
    folder: Folder, policy: Annotated[Path, typer.Option(help="Another policies.toml.")], book: Book = None
) -> None:
    """What another policy would have decided on the live log. Which decisions differ, and at what cost."""
    from firstbest.cli import serving

    serving.shadow(folder, book, policy)


@app.command()
def calibrate(
    folder: Folder,
    log: Annotated[Path, typer.Option(help="Shipments, CSV, Parquet or Excel: placed or planned, left, delivered.")],
    column: Annotated[
        list[str] | None, typer.Option(help="placed=order_date: a column's name; may be repeated.")
    ] = None,
    first_part: Annotated[float, typer.Option(min=0.3, max=0.9, help="Share of days to fit the back-test on.")] = 0.7,
) -> None:
    """Fit arrivals, handling and transit to a log. Say how well, and try the fit out on the log's later part."""
    from firstbest.cli import calibrating

    calibrating.calibrate(calibrating.Asked(folder, log, tuple(column or ()), first_part))


command(app, Sense)(sensitivity)


@app.command()
def baseline(
    folder: Folder,
    actuals: Annotated[Path, typer.Option(help="Your books: carrier_invoice, volumes, stock, hours, delivery (CSV).")],
    days: Annotated[int | None, typer.Option(min=1, help="Days that the books cover; as many as rehearsed.")] = None,
) -> None:
    """Compare the last rehearsal with your books. Within stated bands; every comparison then says how near they are."""
    from firstbest.cli import comparing

    comparing.baseline(folder, actuals, days)


command(app, Rank)(rank)
app.add_typer(bet_app)
command(app, Ask)(ask)


@app.command()
def review(
    folder: Annotated[Path, typer.Argument(help="A folder with metrics.toml, or the YAML of a WBR App's deck.")],
    week: Annotated[str | None, typer.Option(help="Such as 2026-W46; without it the last one that is over.")] = None,
    output: Annotated[Path | None, typer.Option(help="deck.html, deck.pdf or deck.json.")] = None,
    as_of: Annotated[str | None, typer.Option("--as-of", help="Rows that became known later are left out.")] = None,
    data: Annotated[Path | None, typer.Option(help="The CSV of a WBR App's deck.")] = None,
    *,
    seal: Annotated[bool, typer.Option("--seal", help="Put the deck on record; it never changes.")] = False,
) -> None:
    """Make the weekly review's deck. What stands out; price, speed and selection first; then the rest."""
    from firstbest.cli import reviewing

    reviewing.review(reviewing.Asked(folder, week, output, as_of, data, seal))


@app.command()
def overrule(
    folder: Annotated[Path, typer.Argument(help="A folder with metrics.toml.")],
    metric: Annotated[str, typer.Argument(help="The key of a metric that is a signal.")],
    because: Annotated[str, typer.Option(help="Why it is none.")],
    by: Annotated[str, typer.Option(help="Whose word this is.")],
    week: Annotated[str | None, typer.Option(help="Such as 2026-W46; without it the last one that is over.")] = None,
) -> None:
    """Log an owner's word against a signal. The deck shows it, and how often each owner has done so."""
    from firstbest.cli import reviewing

    reviewing.overrule(folder, week, reviewing.Word(metric, because, by))


command(app, Flywheel)(flywheel)


@app.command()
def clients(
    folder: Folder,
    month: Annotated[str | None, typer.Option(help="Whose single orders are looked at; the last closed.")] = None,
    source: Source = None,
) -> None:
    """Profit by client over the closed months. And the orders that lost most."""
    from firstbest.cli.invoice_tenants import show_clients

    show_clients(Place(folder, source), month)


@app.command()
def neutrality(
    folder: Folder,
    swaps: Annotated[int, typer.Option(min=0, max=100, help="Rehearse so many random swaps of tenants' names.")] = 2,
    days: Annotated[int, typer.Option(min=1, max=1100, help="How many days of them.")] = 7,
    source: Source = None,
) -> None:
    """What each tenant gets, and whether all are treated alike. Decisions do not change when tenants swap names."""
    from firstbest.cli.invoice_tenants import show_neutrality

    show_neutrality(Place(folder, source), swaps, days)


app.command()(offers)
command(app, Membership)(membership)
command(app, Whatif)(whatif)
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

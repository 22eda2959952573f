"""invoice close, explain, replay, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from firstbest.cli.invoice_house import Place, opened, told
from firstbest.cli.invoice_options import Close
from firstbest.cli.making import require_folder, stop
from firstbest.cli.rehearsing import bar

if TYPE_CHECKING:
    from firstbest.present.invoice import Party
    from firstbest.rehearse.invoicing import House
    from firstbest.rent.lines import Invoice
    from firstbest.store.usage_book import BillingBook
    from firstbest.store.usage_closing import Closed


def close_and_show(asked: Close) -> None:
    """Close what is open up to the month, then show it."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    place = Place(asked.folder, asked.source)
    if asked.restart:
        restarted(place, quiet)
    with opened(place) as (house, book):
        from firstbest.rehearse.invoicing import asked_month, cards_of_house, close_until
        from firstbest.store.usage_closing import closed_month

        asked_month(house, asked.month)
        with bar(quiet, "closing") as progress:
            done = close_until(house, book, asked.month, cards_of_house(house), progress)
        if len(done) > 1:
            console.print(f"closed {done[0].label} to {done[-1].label}", style="dim")
        closed = closed_month(book, asked.month)
        show(house, book, closed, asked, console)


def restarted(place: Place, console: Console) -> None:
    """Put the billing book aside under a name of its own."""
    from firstbest.store.usage_book import book_path

    require_folder(place.folder)
    path = book_path(place.bills)
    if not path.exists():
        return
    number = 1
    while (aside := path.with_name(f"billing-{number}")).exists():
        number += 1
    aside.mkdir()
    for each in (*path.parent.glob(f"{path.name}*"), path.parent / "usage"):
        if each.exists():
            each.rename(aside / each.name)
    console.print(f"the old billing book is in {aside}", style="dim")


def show(house: House, book: BillingBook, closed: Closed, wanted: Close, console: Console) -> None:
    """The month, or one tenant's invoice; files where they were asked for."""
    from firstbest.present.invoice import Month, account_of, invoice_screen, month_screen
    from firstbest.rehearse.invoicing import cards_of_texts
    from firstbest.rehearse.invoicing_check import reconciled
    from firstbest.store.usage_book import usage_path
    from firstbest.store.usage_closing import card_texts
    from firstbest.store.usage_kept import kept_usage

    names = dict(enumerate(house.titles))
    if wanted.tenant is not None:
        invoice = invoice_of(closed, wanted.tenant)
        account = account_of(invoice.tenant, closed.entries)
        page = invoice_screen(invoice, closed.lines, party(house, closed, invoice), account, console.width)
        console.print(page, soft_wrap=True)
    else:
        usage = kept_usage(usage_path(house.bills, closed.label), closed.usage)
        cards = cards_of_texts(card_texts(book, closed), house.zone)
        month = Month(
            closed.period.month, house.workspace.currency, closed.invoices, closed.lines, closed.events,
            reconciled(closed, usage, cards).total, names, scale_note(closed),
        )  # fmt: skip
        console.print(month_screen(month, console.width), soft_wrap=True)
    for path in files(house, closed, wanted):
        console.print(str(path), soft_wrap=True)


def files(house: House, closed: Closed, wanted: Close) -> list[Path]:
    """Write invoices as PDF and workbooks where they were asked for; all, or the tenant's."""
    from firstbest.present.invoice import account_of
    from firstbest.present.invoice_page import page
    from firstbest.present.invoice_sheet import sheets
    from firstbest.store.usage_pages import write_pdf, write_workbook

    made = []
    chosen = [invoice_of(closed, wanted.tenant)] if wanted.tenant else list(closed.invoices)
    for invoice in chosen:
        account = account_of(invoice.tenant, closed.entries)
        who, name = party(house, closed, invoice), invoice.number.replace("/", "-")
        if wanted.pdf:
            made.append(write_pdf(wanted.pdf / f"{name}.pdf", page(invoice, closed.lines, who, account)))
        if wanted.excel:
            made.append(write_workbook(wanted.excel / f"{name}.xlsx", sheets(invoice, closed.lines, who, account)))
    return made


def invoice_of(closed: Closed, tenant: str) -> Invoice:
    """One tenant's invoice of a month."""
    for invoice in closed.invoices:
        if invoice.number == f"{closed.label}/{tenant}":
            return invoice
    known = ", ".join(invoice.number.partition("/")[2] for invoice in closed.invoices[:8])
    raise stop(f"expected a tenant with an invoice of {closed.label} ({known} ...), found '{tenant}'")


def party(house: House, closed: Closed, invoice: Invoice) -> Party:
    """Who an invoice is between."""
    from firstbest.present.invoice import Party

    code = invoice.number.partition("/")[2]
    name = house.titles[invoice.tenant] or code
    return Party(house.workspace.name, code, name, invoice.currency, scale_note(closed))


def scale_note(closed: Closed) -> str:
    """A word about the scale of the rehearsal, where it is not the full one."""
    return "" if closed.scale == "1" else f"from a rehearsal at {closed.scale} of full scale"


def explain_line(place: Place, label: str, events: int) -> None:
    """One line, down to its events."""
    console = Console(highlight=False)
    with opened(place) as (house, book):
        from firstbest.present.invoice_trace import Walk, trace_screen
        from firstbest.rehearse.invoicing import cards_of_texts
        from firstbest.rehearse.invoicing_trace import trace
        from firstbest.rent.compile import compile_cards
        from firstbest.store.usage_book import usage_path
        from firstbest.store.usage_closing import card_texts, closed_month
        from firstbest.store.usage_kept import kept_usage

        closed = closed_month(book, label.partition("/")[0])
        usage = kept_usage(usage_path(house.bills, closed.label), closed.usage)
        compiled = compile_cards(cards_of_texts(card_texts(book, closed), house.zone), closed.names)
        found = trace(house, book, (closed, usage, compiled), label, events)
        currency, zone = house.workspace.currency, house.workspace.time_zone
        walk = Walk(label, found.line, found.events, found.of_lines, found.said, currency, zone)
        console.print(trace_screen(walk, console.width), soft_wrap=True)


def replay_months(place: Place) -> None:
    """Every closed month again; exit code 1 where one came out otherwise."""
    from firstbest.store.kernel_cache import use_cache

    use_cache()
    require_folder(place.folder)
    from zoneinfo import ZoneInfo

    from firstbest.rehearse.invoicing import cards_of_texts
    from firstbest.store.usage_book import BillingBook, book_path
    from firstbest.store.usage_closing import replayed
    from firstbest.store.workspace import load

    with told(place.folder), BillingBook(book_path(place.bills)) as book:
        zone = ZoneInfo(load(place.folder).time_zone)
        held = book.verify()
        found = 0
        for month in replayed(book, place.bills, lambda texts: cards_of_texts(texts, zone)):
            found += month.differences
            said = "the same, byte by byte" if not month.differences else f"{month.differences} differences"
            typer.echo(f"{month.label}  {month.lines:>6,} lines  {said}")
        typer.echo(f"{held} records, the chain holds; {found} differences")
    if found:
        raise typer.Exit(1)


def export_tenant(place: Place, tenant: str, target: Path) -> None:
    """Everything of one tenant, in a folder of its own."""
    with opened(place) as (house, book):
        from firstbest.rehearse.invoicing_export import export

        for path, rows in export(house, book, tenant, target):
            typer.echo(f"{path}  {rows:,} rows" if rows else str(path))

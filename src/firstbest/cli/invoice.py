"""invoice, and what belongs to it: explain, replay, dispute, export; usage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup


class CloseByDefault(TyperGroup):
    """`invoice DIR` is `invoice close DIR`: what is asked for most needs no word of its own."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first word, or *close* where it is none."""
        known = args and args[0] in self.list_commands(ctx)
        return super().resolve_command(ctx, args if known else ["close", *args])


invoices = typer.Typer(
    cls=CloseByDefault,
    help="Close a month into invoices, walk a line back to its events, compute closed months again.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Folder = Annotated[Path, typer.Argument(help="The workspace, rehearsed.")]
LineLabel = Annotated[str, typer.Argument(help="Month, tenant and number on the invoice: 2026-10/apparel/3.")]


@invoices.command()
def close(
    folder: Folder,
    month: Annotated[str, typer.Option(help="The month, such as 2026-10; earlier open months are closed before it.")],
    tenant: Annotated[str | None, typer.Option(help="Show this tenant's invoice, line by line.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="Write the invoices as PDF into this folder.")] = None,
    excel: Annotated[Path | None, typer.Option(help="Write them as workbooks that add themselves up.")] = None,
    restart: Annotated[bool, typer.Option("--restart", help="Begin a new billing book; the old one is kept.")] = False,
) -> None:
    """Close a month: usage to rated lines, invoices, ledger and payouts."""
    from firstbest.cli.invoice_closing import Wanted, close_and_show

    close_and_show(folder, Wanted(month, tenant, pdf, excel), restart=restart)


@invoices.command()
def explain(
    folder: Folder,
    line: LineLabel,
    events: Annotated[int, typer.Option(min=0, max=10_000, help="How many single events to show.")] = 12,
) -> None:
    """Walk one line back to its rule and to single events: which order, which item, when."""
    from firstbest.cli.invoice_closing import explain_line

    explain_line(folder, line, events)


@invoices.command()
def replay(folder: Folder) -> None:
    """Compute every closed month again from the billing book and compare it byte by byte."""
    from firstbest.cli.invoice_closing import replay_months

    replay_months(folder)


@invoices.command()
def dispute(
    folder: Folder,
    line: Annotated[str | None, typer.Argument(help="The line contested; without it, all disputes are listed.")] = None,
    claim: Annotated[str | None, typer.Option(help="How much of it, such as 120.00; all of it by default.")] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    accept: Annotated[int | None, typer.Option(help="Accept the dispute of this number.")] = None,
    reject: Annotated[int | None, typer.Option(help="Reject it.")] = None,
) -> None:
    """Contest a line, or decide a dispute; what is granted comes back on the next invoice."""
    from firstbest.cli.invoice_disputes import Asked, decide_or_open

    decide_or_open(folder, Asked(line, claim, reason, accept, reject))


@invoices.command()
def export(
    folder: Folder,
    tenant: Annotated[str, typer.Option(help="Whose.")],
    to: Annotated[Path, typer.Option(help="An empty folder for it.")],
) -> None:
    """Hand a tenant everything of its own: usage, facts, invoices, ledger, rate cards, in open formats."""
    from firstbest.cli.invoice_closing import export_tenant

    export_tenant(folder, tenant, to)


@invoices.command()
def usage(
    folder: Folder,
    file: Annotated[
        Path | None, typer.Argument(help="Usage events of an outside service, CSV or NDJSON; without it, what waits.")
    ] = None,
) -> None:
    """Take usage events of an outside service, each once however often it is sent."""
    from firstbest.cli.invoice_usage import send_or_show

    send_or_show(folder, file)

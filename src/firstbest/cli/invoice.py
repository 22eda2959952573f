"""invoice, and what belongs to it: explain, replay, dispute, export; usage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from firstbest.cli.asked import command
from firstbest.cli.invoice_house import Place
from firstbest.cli.invoice_options import Close, Dispute, Folder, Source


class CloseByDefault(TyperGroup):
    """`invoice DIR` is `invoice close DIR`: what is asked for most needs no word of its own."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first word, or *close* where it is none."""
        known = args and args[0] in self.list_commands(ctx)
        return super().resolve_command(ctx, args if known else ["close", *args])


invoices = typer.Typer(
    cls=CloseByDefault,
    help="Close a month into invoices, and explain or replay them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

LineLabel = Annotated[str, typer.Argument(help="Month, tenant and number on the invoice: 2026-10/apparel/3.")]


def close(asked: Close) -> None:
    """Close a month. Usage becomes rated lines, invoices, ledger and payouts."""
    from firstbest.cli.invoice_closing import close_and_show

    close_and_show(asked)


command(invoices, Close)(close)


@invoices.command()
def explain(
    folder: Folder,
    line: LineLabel,
    events: Annotated[int, typer.Option(min=0, max=10_000, help="How many single events to show.")] = 12,
    source: Source = None,
) -> None:
    """Walk one line back to its rule and to single events. Which order, which item, when."""
    from firstbest.cli.invoice_closing import explain_line

    explain_line(Place(folder, source), line, events)


@invoices.command()
def replay(folder: Folder, source: Source = None) -> None:
    """Compute every closed month again and compare. From the billing book, byte by byte."""
    from firstbest.cli.invoice_closing import replay_months

    replay_months(Place(folder, source))


def dispute(asked: Dispute) -> None:
    """Contest a line, or decide a dispute. What is granted comes back on the next invoice."""
    from firstbest.cli.invoice_disputes import decide_or_open

    decide_or_open(asked)


command(invoices, Dispute)(dispute)


@invoices.command()
def export(
    folder: Folder,
    tenant: Annotated[str, typer.Option(help="Whose.")],
    to: Annotated[Path, typer.Option(help="An empty folder for it.")],
    source: Source = None,
) -> None:
    """Hand a tenant everything of its own. Usage, facts, invoices, ledger, rate cards, in open formats."""
    from firstbest.cli.invoice_closing import export_tenant

    export_tenant(Place(folder, source), tenant, to)


@invoices.command()
def usage(
    folder: Folder,
    file: Annotated[
        Path | None, typer.Argument(help="Usage events of an outside service, CSV or NDJSON; without it, what waits.")
    ] = None,
    source: Source = None,
) -> None:
    """Take usage events of an outside service. Each counts once, however often it is sent."""
    from firstbest.cli.invoice_usage import send_or_show

    send_or_show(Place(folder, source), file)

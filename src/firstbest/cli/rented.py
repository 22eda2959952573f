"""rented: the house's own inside, rented: rehearsals, files, queries."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from firstbest.cli.invoice_house import Place
from firstbest.cli.invoice_options import Folder, Source

rented = typer.Typer(
    help="Rehearsals, files and queries, rented out and metered.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Tenant = Annotated[str, typer.Option(help="For whom: a seller of sellers.csv.")]


@rented.command()
def job(
    folder: Folder,
    tenant: Tenant,
    workspace: Annotated[Path, typer.Argument(help="The tenant's own workspace.")],
    quota_s: Annotated[
        int, typer.Option(min=1, help="Processor seconds that the tenant's jobs may take in all.")
    ] = 3600,
    source: Source = None,
) -> None:
    """Rehearse a tenant's workspace within its quota. The processor time is metered."""
    from firstbest.cli.rented_serving import run_one

    run_one(Place(folder, source), tenant, workspace, quota_s * 1000)


@rented.command()
def file(
    folder: Folder,
    tenant: Tenant,
    put: Annotated[Path | None, typer.Option(help="Keep this file.")] = None,
    remove: Annotated[str | None, typer.Option(help="Keep the file of this name no longer.")] = None,
    source: Source = None,
) -> None:
    """Keep files for a tenant, metered by bytes and hours. Without an option, list them."""
    from firstbest.cli.rented_serving import keep_file

    keep_file(Place(folder, source), tenant, put, remove)


@rented.command()
def query(
    folder: Folder,
    sql: Annotated[str, typer.Argument(help="One SELECT over the tenant's own facts.")],
    tenant: Tenant,
    source: Source = None,
) -> None:
    """Answer a query over a tenant's own facts. Metered by the bytes it scans."""
    from firstbest.cli.rented_serving import answer

    answer(Place(folder, source), tenant, sql)

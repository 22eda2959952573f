"""Arguments and options of `firstbest invoice` and of what belongs to it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NamedTuple

import typer

Folder = Annotated[Path, typer.Argument(help="The workspace, rehearsed or served.")]
Source = Annotated[
    str | None,
    typer.Option(
        envvar="FIRSTBEST_BOOK",
        help="Whose facts: 'rehearsal', or a book (a file, postgresql://...). Without it the served book, if any.",
    ),
]


class Close(NamedTuple):
    """What `invoice close` is asked."""

    folder: Folder
    month: Annotated[
        str, typer.Option(help="The month, such as 2026-10; earlier open months are closed before it.")
    ]  # fmt: skip
    tenant: Annotated[str | None, typer.Option(help="Show this tenant's invoice, line by line.")] = None
    pdf: Annotated[Path | None, typer.Option(help="Write the invoices as PDF into this folder.")] = None
    excel: Annotated[Path | None, typer.Option(help="Write them as workbooks that add themselves up.")] = None
    restart: Annotated[bool, typer.Option("--restart", help="Begin a new billing book; the old one is kept.")] = False
    source: Source = None


class Dispute(NamedTuple):
    """What `invoice dispute` is asked."""

    folder: Folder
    line: Annotated[str | None, typer.Argument(help="The line contested; without it, all disputes are listed.")] = None
    claim: Annotated[str | None, typer.Option(help="How much of it, such as 120.00; all of it by default.")] = None
    reason: Annotated[str, typer.Option(help="Why.")] = ""
    accept: Annotated[int | None, typer.Option(help="Accept the dispute of this number.")] = None
    reject: Annotated[int | None, typer.Option(help="Reject it.")] = None
    source: Source = None

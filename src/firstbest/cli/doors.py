"""firstbest init and template: how a workspace begins."""

from __future__ import annotations

from pathlib import Path

import typer

from firstbest.cli.doors_options import Init


def init(asked: Init) -> None:
    """Write a workspace: built in, or made from your own orders. Or one without a network."""
    from firstbest.cli.making import Given, make, make_mechanisms
    from firstbest.cli.starting import make_small

    given = Given(asked.log, asked.map_file, asked.dates, asked.decimal, asked.time_zone, asked.since, asked.until)
    if asked.small:
        make_small(asked.folder, alone=not asked.mechanisms and not any(given))
    elif asked.mechanisms:
        make_mechanisms(asked.folder, alone=not any(given))
    else:
        make(asked.folder, given)


def write(file: Path) -> None:
    """Write the empty workbook."""
    from firstbest.cli.making import stop
    from firstbest.store.template import HEADER_ROW, write_template
    from firstbest.store.workspace import WORKBOOK

    if file.suffix.lower() != ".xlsx":
        raise stop(f"expected a name that ends with .xlsx, found '{file}'")
    if not file.parent.is_dir():
        raise stop(f"expected a folder to write into, found nothing at '{file.parent}'")
    try:
        tabs = write_template(file)
    except FileExistsError:
        raise stop(f"expected a name that is free, found a file at '{file}'") from None
    typer.echo(f"{file}: {tabs} tabs; fill in below row {HEADER_ROW}.")
    typer.echo(
        f"Put it into the workspace as {WORKBOOK}, without the CSV files of the tabs you use; then firstbest check."
    )

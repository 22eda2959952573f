"""conform: the house's laws, asked of another package."""

from __future__ import annotations

import typer
from rich.console import Console

from firstbest.cli.making import FAULTY, stop
from firstbest.cli.rehearsing import bar, compiled


def conform_package(package: str) -> None:
    """Ask every law, print the verdicts; exit code 2 where one is broken."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    compiled(quiet)
    from firstbest.present.conformity import conformity_screen
    from firstbest.rehearse.conform import NothingToAsk, conform

    try:
        with bar(quiet, f"asking {package}") as progress:
            found = conform(package, progress)
    except NothingToAsk as nothing:
        raise stop(str(nothing)) from None
    console.print(conformity_screen(f"{found.package} {found.version}", found.laws, found.milliseconds), soft_wrap=True)
    if found.broken:
        raise typer.Exit(FAULTY)

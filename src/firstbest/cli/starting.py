"""init --small."""

from __future__ import annotations

from pathlib import Path

import typer

from firstbest.cli.making import stop, written


def make_small(folder: Path, *, alone: bool) -> None:
    """Write the small network and its five changes."""
    from firstbest.store.init import write_small

    if not alone:
        raise stop("--small makes the small network: it goes without --from, --map and --mechanisms")
    count = written(folder, write_small)
    typer.echo(f"{count} files in {folder}: one owner's homeware from one building, 800 orders a day.")
    typer.echo(f"Five changes walk it to the national network: {folder / 'changes'}.")
    typer.echo(f"Every number is an editable default, listed in {folder / 'assumptions.csv'} with range and source.")
    typer.echo(f"Next: firstbest rehearse {folder} --along {folder / 'changes'}/*.toml --replications 3")

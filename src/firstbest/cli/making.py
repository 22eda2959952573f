"""init, check, explain."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.world.plugged import BrokenLaw

FAULTY = 2


def stop(message: str) -> typer.Exit:
    """Say what is wrong; the caller raises what is answered."""
    typer.echo(message, err=True)
    return typer.Exit(FAULTY)


def told(faults: tuple[Fault, ...] | list[Fault], folder: Path) -> str:
    """All faults, and how many."""
    count = len(faults)
    head = f"{folder}: {count} {'fault' if count == 1 else 'faults'}, nothing was written"
    return "\n".join([head, *(f"  {fault}" for fault in faults)])


@contextmanager
def faults_told(folder: Path) -> Iterator[None]:
    """Turn faults into words and exit code 2."""
    try:
        yield
    except WorkspaceFaulty as faulty:
        raise stop(told(faulty.faults, folder)) from None
    except BrokenLaw as broken:
        raise stop(f"{folder}: code of another package broke a law of its port: {broken}") from None


def require_folder(folder: Path) -> None:
    """A workspace has to be there."""
    if not folder.is_dir():
        raise stop(f"expected a workspace folder, found nothing at '{folder}'; firstbest init {folder} makes one")


def make(folder: Path, log: Path | None, map_file: Path | None) -> None:
    """Write a workspace."""
    from firstbest.store.init import FolderInUse, write_builtin

    if (log is None) != (map_file is None):
        raise stop("--from LOG and --map MAP.toml belong together: the map says which column is what")
    try:
        if log is None or map_file is None:
            files = write_builtin(folder)
            what = "a US direct-to-consumer operation of three sellers, 8,000 orders a day"
            typer.echo(f"{len(files)} files in {folder}: {what}.")
            listed = folder / "assumptions.csv"
            typer.echo(f"Every number is an editable default, listed in {listed} with range and source.")
        else:
            from_log(folder, log, map_file)
    except FolderInUse as used:
        raise stop(str(used)) from None
    typer.echo(f"Next: firstbest rehearse {folder} --scale 0.1")


def make_mechanisms(folder: Path, *, alone: bool) -> None:
    """Write a workspace without a network."""
    from firstbest.store.init import FolderInUse, write_mechanisms

    if not alone:
        raise stop("--mechanisms makes a workspace without a network: it goes without --from and --map")
    try:
        files = write_mechanisms(folder)
    except FolderInUse as used:
        raise stop(str(used)) from None
    typer.echo(f"{len(files)} files in {folder}: bets, evidence, goals and metrics of a small firm without warehouses.")
    typer.echo(f"Next: firstbest bet list --in {folder}")


def from_log(folder: Path, log: Path, map_file: Path) -> None:
    """Make a workspace of an order log."""
    from firstbest.store.import_log import import_log

    for path in (log, map_file):
        if not path.is_file():
            raise stop(f"expected a file, found nothing at '{path}'")
    with faults_told(folder):
        typer.echo(import_log(log, map_file, folder).text)


def check_folder(folder: Path) -> None:
    """Every fault at once."""
    from firstbest.cli.steering import figures, now_us
    from firstbest.store.bets_check import check_mechanisms
    from firstbest.store.flywheel_file import check_model
    from firstbest.store.init import has_network
    from firstbest.store.metrics_file import check_definitions
    from firstbest.store.workspace import check

    require_folder(folder)
    steered = check_mechanisms(folder, figures(), now_us())
    network = check(folder) if has_network(folder) else []
    faults = [*network, *check_model(folder), *check_definitions(folder), *steered.faults]
    faults = list(dict.fromkeys(faults))
    if faults:
        raise stop(told(faults, folder))
    typer.echo(f"{folder}: no fault")
    for note in steered.notes:
        typer.echo(f"  {note}")


def explain_order(folder: Path, order: str) -> None:
    """The story of one order."""
    from firstbest.store.kernel_cache import use_cache

    use_cache()
    from firstbest.rehearse.explain import NothingToExplain, explain

    require_folder(folder)
    with faults_told(folder):
        try:
            typer.echo(explain(folder, order))
        except NothingToExplain as nothing:
            raise stop(str(nothing)) from None

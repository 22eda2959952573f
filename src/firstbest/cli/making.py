"""init, check, explain."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import typer

from firstbest.store.faults import Fault, WorkspaceFaulty

FAULTY = 2
_TABLES = (".csv", ".xlsx", ".parquet", ".txt", ".tsv", ".toml")


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
    from firstbest.world.plugged import BrokenLaw

    try:
        yield
    except WorkspaceFaulty as faulty:
        raise stop(told(faulty.faults, folder)) from None
    except BrokenLaw as broken:
        raise stop(f"{folder}: code of another package broke a law of its port: {broken}") from None


def require_folder(folder: Path) -> None:
    """A workspace has to be there."""
    if folder.is_file():
        raise stop(f"expected a workspace folder, found a file; firstbest init DIR --from {folder} makes one of orders")
    if not folder.is_dir():
        raise stop(f"expected a workspace folder, found nothing at '{folder}'; firstbest init {folder} makes one")


def require_workspace(folder: Path) -> None:
    """A folder that holds nothing of a workspace is not a faulty one: somebody stands in the wrong place."""
    from firstbest.store.init import is_workspace

    require_folder(folder)
    if not is_workspace(folder):
        raise stop(f"expected a workspace folder, found none of its files in '{folder}'; firstbest init DIR makes one")


class Given(NamedTuple):
    """An order log and what is said of it."""

    log: Path | None
    map_file: Path | None = None
    dates: str | None = None
    decimal: str | None = None
    time_zone: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def make(folder: Path, given: Given) -> None:
    """Write a workspace."""
    from firstbest.store.init import FolderInUse, write_builtin

    if given.log is None and any(given):
        words = "--map, --dates, --decimal, --time-zone, --since and --until"
        raise stop(f"{words} say how a log is read: they go with --from LOG")
    try:
        if given.log is None:
            files = write_builtin(folder)
            what = "a US direct-to-consumer operation of three sellers, 8,000 orders a day"
            typer.echo(f"{len(files)} files in {folder}: {what}.")
            listed = folder / "assumptions.csv"
            typer.echo(f"Every number is an editable default, listed in {listed} with range and source.")
        else:
            from_log(folder, given)
    except FolderInUse as used:
        raise stop(str(used)) from None
    except OSError as wrong:
        raise stop(_not_writable(folder, wrong)) from None
    typer.echo(f"Next: firstbest rehearse {folder}{'' if given.log else ' --scale 0.1'}")


def written(folder: Path, write: Callable[[Path], Sequence[Path]]) -> int:
    """Write a workspace into a folder that is not in use; answers how many files there are."""
    from firstbest.store.init import FolderInUse

    try:
        return len(write(folder))
    except FolderInUse as used:
        raise stop(str(used)) from None
    except OSError as wrong:
        raise stop(_not_writable(folder, wrong)) from None


def _not_writable(folder: Path, wrong: OSError) -> str:
    return f"{folder}: expected a folder that can be made and written to, found: {wrong.strerror or wrong}"


def make_mechanisms(folder: Path, *, alone: bool) -> None:
    """Write a workspace without a network."""
    from firstbest.store.init import write_mechanisms

    if not alone:
        raise stop("--mechanisms makes a workspace without a network: it goes without --from and --map")
    count = written(folder, write_mechanisms)
    typer.echo(f"{count} files in {folder}: bets, evidence, goals and metrics of a small firm without warehouses.")
    typer.echo(f"Next: firstbest bet list --in {folder}")


def from_log(folder: Path, given: Given) -> None:
    """Make a workspace of an order log."""
    from shutil import get_terminal_size

    from firstbest.store.import_log import Said, import_log
    from firstbest.store.import_shapes import HeaderUnknown
    from firstbest.store.import_text import WIDE

    for path in (given.log, given.map_file):
        if path is not None and not path.is_file():
            raise stop(_no_file(path))
    if given.time_zone:
        _require_zone(given.time_zone)
    assert given.log is not None
    since, until = (each.date() if each else None for each in (given.since, given.until))
    if since and until and since > until:
        raise stop(f"expected a last day from {since} on, found --until {until}")
    said = Said(given.dates or "", given.decimal or "", given.time_zone or "", since, until)
    with faults_told(folder):
        try:
            made = import_log(given.log, given.map_file, folder, said)
        except HeaderUnknown as unknown:
            typer.echo(told(unknown.faults, folder), err=True)
            typer.echo("\nA map to begin with: look it over, save it as map.toml, then say --map map.toml.", err=True)
            raise stop(unknown.map_text) from None
        typer.echo(made.wide if get_terminal_size().columns >= WIDE else made.text)


def _no_file(path: Path) -> str:
    """What stands where a file was expected, and the files beside it that could have been meant."""
    from firstbest.store.faults import nearest

    if path.is_dir():
        inside = sorted(each.name for each in path.iterdir() if each.suffix.lower() in _TABLES)
        some = f": it holds {', '.join(inside[:3])}{' ...' if len(inside) > 3 else ''}" if inside else ""  # noqa: PLR2004
        return f"expected a file, found a folder at '{path}'{some}"
    near = [each.name for each in path.parent.iterdir() if each.is_file()] if path.parent.is_dir() else []
    return f"expected a file, found nothing at '{path}'{nearest(path.name, near)}"


def _require_zone(name: str) -> None:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise stop(f"--time-zone: expected a time zone like America/New_York, found '{name}'") from None


def check_folder(folder: Path, *, mark: bool = False) -> None:
    """Every fault at once."""
    from firstbest.cli.steering import figures, now_us
    from firstbest.store.bets_check import check_mechanisms
    from firstbest.store.flywheel_file import check_model
    from firstbest.store.init import has_network
    from firstbest.store.limits import check_limits
    from firstbest.store.metrics_file import check_definitions
    from firstbest.store.workspace import checked

    require_workspace(folder)
    steered = check_mechanisms(folder, figures(), now_us())
    found, notes = checked(folder) if has_network(folder) else ([], ())
    limits = check_limits(folder) if has_network(folder) and not found else []
    faults = [*found, *limits, *check_model(folder), *check_definitions(folder), *steered.faults]
    faults = list(dict.fromkeys(faults))
    for note in notes if faults else ():
        typer.echo(f"  {note}", err=True)
    if faults:
        typer.echo(told(faults, folder), err=True)
        if mark:
            marked(folder)
        raise typer.Exit(FAULTY)
    typer.echo(f"{folder}: no fault")
    for note in (*notes, *steered.notes):
        typer.echo(f"  {note}")


def marked(folder: Path) -> None:
    """Write copies of the tables with their faults in the cells."""
    from firstbest.store.mark import mark
    from firstbest.store.workspace import every_fault

    files, left = mark(folder, every_fault(folder))
    for path in files:
        typer.echo(f"marked: {path}", err=True)
    if left:
        faults = "fault stands" if left == 1 else "faults stand"
        typer.echo(f"{left:,} {faults} in files that take no mark (see above)", err=True)


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

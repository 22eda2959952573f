"""rehearse, and rehearse --against."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from firstbest.cli.making import faults_told, require_workspace, stop
from firstbest.cli.spread_options import WORKERS_MOST as WORKERS_MOST  # noqa: PLC0414 - others ask for it here
from firstbest.cli.spread_options import cluster_told, workers_of
from firstbest.store.kernel_cache import mark_complete, use_cache

if TYPE_CHECKING:
    from firstbest.present.comparison import Comparison
    from firstbest.present.record import Record


class Asked(NamedTuple):
    """What the command line asked for."""

    folder: Path
    scale: float
    days: int | None
    seed: int | None
    respond: bool = False
    workers: int | None = None
    ray: str | None = None


def prepare(folder: Path, console: Console) -> None:
    """Check the folder and get the kernels ready; the first time says that it takes a while."""
    require_workspace(folder)
    require_network(folder)
    compiled(console)


def compiled(console: Console) -> None:
    """Get the kernels ready; the first time says that it takes a while."""
    if not use_cache():
        return
    from firstbest.rehearse.warm import warm

    told = "First run: compiling the kernels, once (under a minute); they are kept."
    if not console.is_terminal:
        console.print(told)  # a spinner is seen on a terminal only, and a log would be silent for a minute
    with console.status(told):
        warm()
    mark_complete()


def require_network(folder: Path) -> None:
    """A network has to be there to be rehearsed."""
    from firstbest.store.init import has_network

    if not has_network(folder):
        expected = "expected a network to rehearse (nodes.csv and its kin)"
        raise stop(f"{folder}: {expected}, found a workspace of mechanisms alone: bets, goals and metrics")


@contextmanager
def bar(console: Console, words: str) -> Iterator[Callable[[float], None]]:
    """A progress bar; what it yields is told how far things are, 0 to 1."""
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, TimeElapsedColumn(), TimeRemainingColumn(), console=console, transient=True) as progress:
        task = progress.add_task(words, total=1.0)
        yield lambda done: progress.update(task, completed=done)


def run(asked: Asked) -> None:
    """Rehearse, print the screen, say where the report is."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    prepare(asked.folder, quiet)
    from firstbest.present.screen import screen
    from firstbest.rehearse.folder import Options, rehearse_folder

    options = Options(asked.scale, asked.days, asked.seed, respond=asked.respond)
    with faults_told(asked.folder), bar(quiet, "rehearsing") as progress:
        outcome = rehearse_folder(asked.folder, options, progress)
    console.print(screen(outcome.record, console.width, report_path=str(outcome.report_path)), soft_wrap=True)
    console.print(f"tables: {write_tables(outcome.report_path, outcome.record)}", soft_wrap=True)
    if outcome.levels_path is not None:
        console.print(f"levels that customers saw: {outcome.levels_path}", soft_wrap=True)


def compare(asked: Asked, change: Path, replications: int, precision: float | None = None) -> None:
    """Rehearse in pairs, print the differences, say where the report is."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    change = found_change(asked.folder, change)
    prepare(asked.folder, quiet)
    from firstbest.present.comparison import table
    from firstbest.present.screen import strained
    from firstbest.rehearse.against import rehearse_against
    from firstbest.rehearse.folder import Options

    workers = workers_of(asked.workers, asked.ray, replications * 2)
    options = Options(asked.scale, asked.days, asked.seed, respond=asked.respond)
    words = f"{replications} pairs" if precision is None else f"pairs until {precision:g}"
    with cluster_told(), faults_told(asked.folder), bar(quiet, words) as progress:
        answer = rehearse_against(asked.folder, change, options, (replications, workers, precision), progress)
    console.print(table(answer.comparison, console.width), soft_wrap=True)
    console.print(strained(answer.comparison.without, answer.record, console.width), soft_wrap=True, end="")
    for each in answer.record.suggestions[:1]:
        console.print(f"With it what would help most: {each.text}, {each.saving} (estimated)")
    for line in (*answer.futures, answer.payback, *answer.changed.notes, answer.record.banner):
        if line:
            console.print(line)
    console.print(f"report: {answer.report_path}", soft_wrap=True)
    told = write_tables(answer.report_path, answer.record, answer.comparison)
    console.print(f"tables: {told}", soft_wrap=True)


def repeat(asked: Asked, replications: int, precision: float | None) -> None:
    """Rehearse the workspace as it is with many seeds; print means, intervals and spreads."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    prepare(asked.folder, quiet)
    from firstbest.present.repeated import screen
    from firstbest.rehearse.folder import OUTPUT, Options
    from firstbest.rehearse.repeated import FILE, rehearse_repeated

    most = WORKERS_MOST if precision is not None else replications
    how = replications, workers_of(asked.workers, asked.ray, most), precision
    words = f"{replications} rehearsals" if precision is None else f"rehearsals until {precision:g}"
    with cluster_told(), faults_told(asked.folder), bar(quiet, words) as progress:
        told = rehearse_repeated(
            asked.folder, Options(asked.scale, asked.days, asked.seed, respond=asked.respond), how, progress
        )
    console.print(screen(told, console.width), soft_wrap=True)
    console.print(f"table: {asked.folder / OUTPUT / FILE}", soft_wrap=True)


def write_tables(report: Path, record: Record, against: Comparison | None = None) -> Path:
    """The report's tables as a workbook beside it."""
    from firstbest.present.report_tables import report_tables
    from firstbest.store.excel_write import write_workbook

    return write_workbook(report.with_suffix(".xlsx"), report_tables(record, against))


def found_change(folder: Path, change: Path) -> Path:
    """The change file as given, or inside the workspace."""
    for path in (change, folder / change, folder / "changes" / change):
        if path.is_file():
            return path
    changes = folder / "changes"
    known = ", ".join(sorted(path.name for path in changes.glob("*.toml"))) or "none"
    raise stop(f"expected a change file, found nothing at '{change}'; {changes} has {known}")

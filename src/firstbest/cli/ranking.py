"""rank: many changes at once, the best of them with a stated chance, and the service-cost frontier."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from rich.console import Console

from firstbest.cli.making import faults_told, stop
from firstbest.cli.spread_options import cluster_told

if TYPE_CHECKING:
    from firstbest.rehearse.compare_runs import Runs
    from firstbest.rehearse.rank import Evaluate, Ranked
    from firstbest.rehearse.spread import Workers

TODAY = "as it is"
SEEDS_MOST = 60


class Asked(NamedTuple):
    """What the command line asked for."""

    folder: Path
    changes: tuple[Path, ...]
    figure: str
    least: float
    scale: float
    days: int | None
    workers: Workers = 1


def rank(asked: Asked) -> None:
    """Rehearse, drop, print the table, write the page."""
    from firstbest.cli.rehearsing import bar, found_change, prepare

    console, quiet = Console(highlight=False), Console(stderr=True)
    changes = [found_change(asked.folder, change) for change in asked.changes]
    prepare(asked.folder, quiet)
    from firstbest.present.catalog import CATALOG, WANTED
    from firstbest.rehearse.compare_runs import Runs
    from firstbest.rehearse.rank import Asked as Looked
    from firstbest.rehearse.rank import rank as ranked
    from firstbest.store.changes import load_changed
    from firstbest.store.faults import nearest
    from firstbest.store.workspace import load

    if asked.figure not in CATALOG or not WANTED.get(asked.figure):
        known = ", ".join(key for key, better in WANTED.items() if better)
        raise stop(f"expected one of {known}, found '{asked.figure}'{nearest(asked.figure, WANTED)}")
    with faults_told(asked.folder):
        workspace = load(asked.folder)
        titles = [load_changed(asked.folder, change).title for change in changes]
        worlds = {TODAY: Runs(asked.folder, changes[0], asked.scale, asked.days)}
        worlds |= {
            title: Runs(asked.folder, change, asked.scale, asked.days)
            for title, change in zip(titles, changes, strict=True)
        }
        if len(worlds) < len(changes) + 1:
            raise stop("expected changes with titles of their own, found two with the same")
        looked = Looked(asked.figure, asked.least, WANTED[asked.figure] < 0, workspace.seed, SEEDS_MOST)
        with cluster_told(), bar(quiet, f"{len(worlds)} worlds, up to {SEEDS_MOST} seeds each") as progress:
            total, done = len(worlds) * SEEDS_MOST, [0]

            def one_more() -> None:
                done[0] += 1
                progress(min(done[0] / total, 1.0))

            try:
                found = ranked(list(worlds), evaluator(worlds, asked.workers, one_more), looked)
            except ValueError as wrong:
                raise stop(str(wrong)) from None
    _show(found, workspace.name, workspace.currency, asked, console)


def evaluator(worlds: Mapping[str, Runs], workers: Workers, one_more: Callable[[], None]) -> Evaluate:
    """Rehearsals side by side in processes that stay, or on a cluster, in the order of the tasks."""
    from firstbest.rehearse.compare import WITH, WITHOUT
    from firstbest.rehearse.spread import Cluster, processes, spread

    pool = None
    if not isinstance(workers, Cluster) and workers > 1:
        pool = processes(workers)

    def evaluate(tasks: Sequence[tuple[str, int]]) -> list[Mapping[str, float]]:
        asked = [(worlds[name], WITHOUT if name == TODAY else WITH, seed) for name, seed in tasks]
        if pool is None:
            return spread([(run, (which, seed)) for run, which, seed in asked], workers, one_more)
        waiting = [pool.submit(run, which, seed) for run, which, seed in asked]
        found: list[Mapping[str, float]] = []
        for each in waiting:
            found.append(each.result())
            one_more()
        return found

    return evaluate


def _show(found: Ranked, name: str, currency: str, asked: Asked, console: Console) -> None:
    from firstbest.present.comparison import Dot
    from firstbest.present.rank_page import Row, Told, page, table
    from firstbest.rehearse.banner import banner_of
    from firstbest.rehearse.compare import estimate
    from firstbest.rehearse.rank import apart

    rows = [
        Row(each.name, *each.figure, each.seeds, each.dropped_at, apart(found, each.name, TODAY, asked.figure))
        for each in found.places
    ]
    dots = tuple(
        Dot(each.name, *estimate(each.all["cost_to_serve_per_order"]), *estimate(each.all["two_day_share"]),
            current=each.name == TODAY)
        for each in found.places
    )  # fmt: skip
    banner = banner_of(asked.folder)
    told = Told(name, asked.figure, currency, asked.least, found.sure, found.rehearsals, banner, rows, dots)
    output = asked.folder / "rehearsal"
    output.mkdir(exist_ok=True)
    (output / "ranking.html").write_text(page(told), encoding="utf-8")
    console.print(table(told, console.width), soft_wrap=True)
    console.print(f"page: {output / 'ranking.html'}", soft_wrap=True)

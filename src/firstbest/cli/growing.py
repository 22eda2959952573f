"""rehearse --along, rehearse --suggest."""

from __future__ import annotations

from rich.console import Console

from firstbest.cli.making import faults_told, stop
from firstbest.cli.rehearse_options import Rehearse
from firstbest.cli.rehearsing import Asked, bar, found_change, prepare
from firstbest.cli.spread_options import cluster_told, workers_of


def along(days: Asked, asked: Rehearse) -> None:
    """Rehearse a path of changes, print it, say where its table is."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    if asked.against is not None or asked.suggest or asked.respond:
        raise stop("--along goes without --against, --suggest and --respond")
    files = [found_change(asked.folder, each) for each in (*(asked.along or ()), *(asked.further or ()))]
    prepare(asked.folder, quiet)
    from firstbest.present.along import path_screen
    from firstbest.rehearse.along import How, rehearse_along
    from firstbest.rehearse.folder import OUTPUT, Options

    how = How(asked.pairs, workers_of(days.workers, days.ray))
    options = Options(days.scale, days.days, days.seed)
    with cluster_told(), faults_told(asked.folder), bar(quiet, f"{len(files)} steps") as progress:
        path = rehearse_along(asked.folder, files, options, how, progress)
    console.print(path_screen(path, console.width), soft_wrap=True)
    console.print(f"table: {asked.folder / OUTPUT / 'path.csv'}", soft_wrap=True)


def suggest(days: Asked, asked: Rehearse) -> None:
    """Rehearse what would help most, print the ranking, say where the change files are."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    if asked.against is not None or asked.respond:
        raise stop("--suggest goes without --against and --respond")
    prepare(asked.folder, quiet)
    from firstbest.present.suggested import suggested_screen
    from firstbest.rehearse.folder import Options
    from firstbest.rehearse.suggest_race import Hears, How
    from firstbest.rehearse.suggest_rehearsed import PAIRS, SCALE, rehearse_suggested

    how = How(asked.replications or PAIRS, workers_of(days.workers, days.ray), asked.minutes)
    options = Options(SCALE if asked.scale is None else asked.scale, days.days, days.seed)
    with cluster_told(), faults_told(asked.folder), bar(quiet, f"{asked.minutes:g} minutes at most") as progress:
        quiet.print(_at(options.scale, asked.scale is None), soft_wrap=True, highlight=False)
        hears = Hears(progress, lambda words: quiet.print(words, soft_wrap=True, highlight=False))
        found = rehearse_suggested(asked.folder, options, how, hears)
    console.print(suggested_screen(found, console.width), soft_wrap=True)


def _at(scale: float, chosen: bool) -> str:
    """How much of the operation is rehearsed, and how to ask for more."""
    if scale == 1:
        return "what would help most, at full scale"
    return f"what would help most, at {scale:g} of full scale" + (" (--scale 1 for all of it)" if chosen else "")

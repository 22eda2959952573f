"""rehearse --along, rehearse --suggest."""

from __future__ import annotations

import os

from rich.console import Console

from firstbest.cli.making import faults_told, stop
from firstbest.cli.rehearse_options import Rehearse
from firstbest.cli.rehearsing import WORKERS_MOST, Asked, bar, found_change, prepare


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

    how = How(asked.pairs, min(os.cpu_count() or 1, WORKERS_MOST))
    options = Options(days.scale, days.days, days.seed)
    with faults_told(asked.folder), bar(quiet, f"{len(files)} steps") as progress:
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
    from firstbest.rehearse.suggest_rehearsed import How, rehearse_suggested

    how = How(asked.pairs, min(os.cpu_count() or 1, WORKERS_MOST), asked.minutes)
    options = Options(days.scale, days.days, days.seed)
    with faults_told(asked.folder), bar(quiet, f"what would help most, {asked.minutes:g} minutes") as progress:
        found = rehearse_suggested(asked.folder, options, how, progress)
    console.print(suggested_screen(found), soft_wrap=True)

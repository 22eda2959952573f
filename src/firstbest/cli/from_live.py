"""rehearse --from-live."""

from __future__ import annotations

from rich.console import Console

from firstbest.cli.making import faults_told, stop
from firstbest.cli.rehearse_options import Rehearse
from firstbest.cli.rehearsing import bar, found_change, prepare
from firstbest.cli.serving import reading

FIRST_SEED = 1


def from_live(asked: Rehearse) -> None:
    """Fork the live state, rehearse the next hours, print them; the book is only read."""
    console, quiet = Console(highlight=False), Console(stderr=True)
    if asked.scale not in (None, 1.0) or asked.days is not None:
        raise stop("--scale and --days are for the workspace's days: with --from-live give --hours")
    change = found_change(asked.folder, asked.against) if asked.against is not None else None
    prepare(asked.folder, quiet)
    from firstbest.present.from_live import outlook_screen
    from firstbest.service.forking import Ask, begin, rehearsed

    text = change.read_text(encoding="utf-8") if change is not None else ""
    seed = FIRST_SEED if asked.seed is None else asked.seed
    ask = Ask(asked.hours, asked.pairs, change.name if change is not None else "", text, seed)
    with faults_told(asked.folder):
        with reading(asked.folder, asked.book) as reader, quiet.status("reading the book"):
            beginning = begin(reader, ask)
        with bar(quiet, f"{asked.pairs} {'pairs' if change else 'forks'}") as progress:
            found = rehearsed(beginning, ask, progress)
    console.print(outlook_screen(found, console.width), soft_wrap=True)

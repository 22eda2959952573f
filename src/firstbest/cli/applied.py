"""applied: the changes of a running house, their stages, and what came of the orders that are treated."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from firstbest.cli.making import require_folder, stop
from firstbest.cli.serving import reading


def show(folder: Path, change: Path | None, book: str | None) -> None:
    """Print where changes stand; reads the book and disturbs nobody."""
    from firstbest.present.trial import trial_screen
    from firstbest.run.applying import applied_of
    from firstbest.run.open import wall_us, worlds_of
    from firstbest.run.trial import standing_of

    require_folder(folder)
    with reading(folder, book) as reader:
        known = applied_of(reader)
        chosen = [each for each in known if change is None or each.name == change.name]
        if change is not None and not chosen:
            names = ", ".join(dict.fromkeys(each.name for each in known)) or "none"
            raise stop(f"expected a change that was applied ({names}), found '{change.name}'")
        phases, now = worlds_of(reader), wall_us()
        told = [standing_of(reader, phases, each, now) for each in (chosen if change is None else chosen[-1:])]
    workspace = phases[0].world.workspace
    console = Console(highlight=False)
    for each in told:
        console.print(trial_screen(each, workspace.time_zone, workspace.currency), soft_wrap=True)
    if not told:
        console.print("Nothing was applied: the network is that of the files with which the book began.")

"""apply --status: the stages of a change, and what came of the orders that are treated."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console

from firstbest.cli.making import require_folder, stop
from firstbest.cli.serving import reading


def show(folder: Path, name: str) -> None:
    """Print where a change stands; reads the book and disturbs nobody."""
    from firstbest.present.trial import trial_screen
    from firstbest.run.applying import applied_of
    from firstbest.run.open import wall_us, worlds_of
    from firstbest.run.trial import standing_of

    require_folder(folder)
    with reading(folder, None) as reader:
        mine = [each for each in applied_of(reader) if each.name == name]
        if not mine:
            known = ", ".join(dict.fromkeys(each.name for each in applied_of(reader))) or "none"
            raise stop(f"expected a change that was applied ({known}), found '{name}'")
        phases = worlds_of(reader)
        told = standing_of(reader, phases, mine[-1], wall_us())
    workspace = phases[0].world.workspace
    console = Console(highlight=False)
    console.print(trial_screen(told, workspace.time_zone, workspace.currency), soft_wrap=True)

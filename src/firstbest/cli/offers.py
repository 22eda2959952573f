"""offers: which offer of each product was featured in the last rehearsal, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from firstbest.cli.making import faults_told, require_folder, stop


def offers(folder: Annotated[Path, typer.Argument(help="The workspace, rehearsed, with offers.csv.")]) -> None:
    """Which offer of a product was shown first, and why. As customers saw it in the last rehearsal."""
    from firstbest.cli.rehearsing import require_network
    from firstbest.present.offers import screen
    from firstbest.rehearse.offers_shown import shown_offers
    from firstbest.store.compile_network import compile_network
    from firstbest.store.workspace import load

    require_folder(folder)
    require_network(folder)
    console = Console(highlight=False)
    with faults_told(folder):
        workspace = load(folder)
    if not len(workspace.frame("offers")):
        raise stop(f"expected offers of products in '{folder / 'offers.csv'}', found none")
    run = folder / "rehearsal" / "run.json"
    if not run.is_file():
        raise stop(f"expected a rehearsal in '{folder / 'rehearsal'}', found none: firstbest rehearse {folder}")
    told = json.loads(run.read_text(encoding="utf-8"))
    network, _ = compile_network(workspace, float(told["scale"]), told["days"])
    found = shown_offers(folder, network)
    if not found:
        raise stop("expected facts of featured offers, found none: rehearse again")
    console.print(screen(found, workspace.currency), soft_wrap=True, end="")

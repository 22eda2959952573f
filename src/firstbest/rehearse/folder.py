"""A rehearsal of a workspace folder: read, run, judge, and write what it left behind into `rehearsal/`.

Files written: `report.html`, `orders.parquet`, `cubes.parquet`, `spreads.parquet`, `flows.parquet`, the facts by
type under `facts/`, `answers.csv` and `levels.toml` where customers answer, and `run.json`, which says what was run so
that `explain` can read the facts again.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from firstbest import __version__
from firstbest.present.comparison import Comparison
from firstbest.present.panels import Panel, panel_faults
from firstbest.present.record import Assumed, Record
from firstbest.present.report import report
from firstbest.rehearse.answers_told import responding, write_answers
from firstbest.rehearse.banner import banner_of
from firstbest.rehearse.bounds import judge
from firstbest.rehearse.run import Result, Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.suggest import suggestions
from firstbest.store.compile_network import compile_network
from firstbest.store.extensions import extensions_of
from firstbest.store.extensions_judged import broken
from firstbest.store.network_digest import network_digest
from firstbest.store.sink import ParquetSink
from firstbest.store.sink_tables import write_cubes, write_orders
from firstbest.store.workspace import Workspace, load
from firstbest.world.units import PPM

OUTPUT = "rehearsal"
FILLED = ("default", "filled", "assumed")


class Options(NamedTuple):
    """How much of a workspace to rehearse."""

    scale: float = 1.0
    days: int | None = None
    seed: int | None = None
    facts: bool = True
    respond: bool = False  # customers answer, whatever demand.toml says


class Outcome(NamedTuple):
    """What a rehearsal of a folder gave."""

    record: Record
    result: Result
    folder: Path
    levels_path: Path | None = None  # of the levels that customers saw, where they answer or are measured

    @property
    def report_path(self) -> Path:
        """Where the report is written."""
        return self.folder / "report.html"


def rehearse_folder(folder: Path, options: Options, progress: Callable[[float], None] | None = None) -> Outcome:
    """Rehearse the workspace in `folder`; raises `WorkspaceFaulty` with every fault before anything is written."""
    workspace, scenario, seed = scenario_of(folder, options)
    output = folder / OUTPUT
    if output.exists():
        shutil.rmtree(output / "facts", ignore_errors=True)
    output.mkdir(exist_ok=True)
    if options.facts:
        with ParquetSink(output) as sink:
            result = rehearse(scenario, Settings(seed, sink, progress))
        digest = sink.digest()
    else:
        result, digest = rehearse(scenario, Settings(seed, None, progress)), ""
    return told_of(folder, workspace, options._replace(seed=seed), result, digest)


def scenario_of(folder: Path, options: Options) -> tuple[Workspace, Scenario, int]:
    """The workspace, what is rehearsed of it, and with which seed."""
    workspace = load(folder)
    network, nature = compile_network(workspace, options.scale, options.days)
    scenario = Scenario(network, responding(nature) if options.respond else nature)
    return workspace, scenario, workspace.seed if options.seed is None else options.seed


def told_of(folder: Path, workspace: Workspace, options: Options, result: Result, digest: str) -> Outcome:
    """Judge a result and write all files but the facts; `options` names the seed."""
    output = folder / OUTPUT
    # The orders take as long as all else that is written, and wait for none of it.
    with ThreadPoolExecutor(1) as aside:
        orders = [aside.submit(write_orders, output)] if options.facts else []
        record = judged_record(result, workspace, folder, options.scale, digest)
        write_cubes(output, result.state, result.scenario.network)
        write_run(output, record, options, options.seed or 0)
        outcome = Outcome(record, result, output, write_answers(output, result, options.scale))
        others = panels_of(workspace, record)
        outcome.report_path.write_text(report(record, None, others), encoding="utf-8")
    for written in orders:
        written.result()
    return outcome


def judged_record(result: Result, workspace: Workspace, folder: Path, scale: float, digest: str) -> Record:
    """The record of a result, with its bounds judged and its suggestions made."""
    record = record_of(result, workspace.name, scale, assumed_of(folder), digest)
    return judged(record, folder)


def judged(record: Record, folder: Path) -> Record:
    """A record with its bounds judged and its suggestions made."""
    return record._replace(bounds=judge(record, folder), suggestions=suggestions(record), banner=banner_of(folder))


def assumed_of(folder: Path) -> Assumed:
    """How many values were filled in rather than given, and the share of cost that rests on them.

    A workspace whose every figure is a default rests on them wholly. An imported one lists what it filled; what it
    costs to move goods then rests on filled prices and sizes, so the share is that of the stages of cost named.
    """
    path = folder / "assumptions.csv"
    if not path.is_file():
        return Assumed(0, 0)
    with path.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    filled = [row for row in rows if row.get("mark", "") in FILLED]
    return Assumed(len(filled), PPM if filled else 0)


def write_run(output: Path, record: Record, options: Options, seed: int) -> None:
    """Say what was run."""
    told = {
        "version": __version__,
        "scale": options.scale,
        "days": options.days,
        "seed": seed,
        "facts": record.facts,
        "digest": record.digest,
        "network": network_digest(record.network).hex(),
    }
    (output / "run.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def write_report(path: Path, record: Record, against: Comparison | None, workspace: Workspace) -> Path:
    """Write the report."""
    path.write_text(report(record, against, panels_of(workspace, record)), encoding="utf-8")
    return path


def panels_of(workspace: Workspace, record: Record) -> list[tuple[str, Panel]]:
    """The panels of other packages, each with who made it. Raises `WorkspaceFaulty` where one may not be shown."""
    found = []
    for each in extensions_of(workspace):
        if each.port == "panel":
            panel = each.function(record)
            for fault in panel_faults(panel):
                expected, _, was = fault.partition(" was expected, found ")
                raise broken(each, expected, was)
            found.append((f"{each.package} {each.version}", panel))
    return found

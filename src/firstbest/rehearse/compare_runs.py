"""A workspace and a change as something that can be rehearsed by name and seed, in this process or another."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from firstbest.operate.loop import Adoption
from firstbest.present.figures import figures
from firstbest.present.record import Assumed, Record
from firstbest.rehearse.compare import WITH, WITHOUT
from firstbest.rehearse.run import Scenario, Settings, record_of, rehearse
from firstbest.store.changes import load_changed, scenario_of
from firstbest.store.compile_network import compile_network
from firstbest.store.workspace import load


class Runs(NamedTuple):
    """Calling it with "without" or "with" and a seed rehearses that world and answers its figures.

    Files are read and compiled once in each process.
    """

    folder: Path
    change: Path
    scale: float = 1.0
    days: int | None = None

    def __call__(self, which: str, seed: int) -> dict[str, float]:
        """Figures of one rehearsal."""
        return figures(self.record(which, seed))

    def record(self, which: str, seed: int) -> Record:
        """One rehearsal, laid out for the pages; nothing is judged in it yet."""
        result = rehearse(self.scenario(which), Settings(seed=seed))
        return record_of(result, "", self.scale, Assumed(0, 0))

    def scenario(self, which: str) -> Scenario:
        """The world of that name."""
        assert which in (WITHOUT, WITH), f"'without' or 'with', was '{which}'"
        return _scenario(self, which)


@lru_cache(maxsize=4)
def _scenario(runs: Runs, which: str) -> Scenario:
    if which == WITHOUT:
        return Scenario(*compile_network(load(runs.folder), runs.scale, runs.days))
    network, nature, adoptions = scenario_of(load_changed(runs.folder, runs.change), runs.scale, runs.days)
    return Scenario(network, nature, tuple(Adoption(*each) for each in adoptions))

"""A workspace and a change as something that can be rehearsed by name and seed, in this process or another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from firstbest.operate.loop import Adoption
from firstbest.present.figures import figures
from firstbest.present.record import Assumed, Record
from firstbest.rehearse.answers_told import responding
from firstbest.rehearse.compare import WITH, WITHOUT
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.store.changes import load_changed, scenario_of
from firstbest.store.compile_network import compile_network
from firstbest.store.network_digest import network_number
from firstbest.store.workspace import load
from firstbest.world.nature import Nature


@dataclass(frozen=True)
class Runs:
    """Calling it with "without" or "with" and a seed rehearses that world and answers its figures.

    Files are read and compiled once in each process. Records of the seed `first` are kept in the process that made
    them, for the pages that show them after the comparison.
    """

    folder: Path
    change: Path
    scale: float = 1.0
    days: int | None = None
    first: int | None = None
    respond: bool = False

    def __call__(self, which: str, seed: int) -> dict[str, float]:
        """Figures of one rehearsal."""
        return figures(self.record(which, seed))

    def record(self, which: str, seed: int) -> Record:
        """One rehearsal, laid out for the pages; nothing is judged in it yet."""
        return _first_record(self, which, seed) if seed == self.first else _record(self, which, seed)

    def scenario(self, which: str) -> Scenario:
        """The world of that name."""
        assert which in (WITHOUT, WITH), f"'without' or 'with', was '{which}'"
        return _scenario(self, which)


def _record(runs: Runs, which: str, seed: int) -> Record:
    result = rehearse(runs.scenario(which), Settings(seed=seed))
    return record_of(result, "", runs.scale, Assumed(0, 0))


@lru_cache(maxsize=2)
def _first_record(runs: Runs, which: str, seed: int) -> Record:
    return _record(runs, which, seed)


@lru_cache(maxsize=4)
def _scenario(runs: Runs, which: str) -> Scenario:
    answer = responding if runs.respond else _as_it_is
    if which == WITHOUT:
        network, nature = compile_network(load(runs.folder), runs.scale, runs.days)
        return Scenario(network, answer(nature))
    network, nature, adoptions = scenario_of(load_changed(runs.folder, runs.change), runs.scale, runs.days)
    return Scenario(network, answer(nature), tuple(Adoption(at, own, network_number(own)) for at, own in adoptions))


def _as_it_is(nature: Nature) -> Nature:
    return nature

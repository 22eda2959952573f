"""The race of `rehearse --suggest`: a first pair of each candidate, then more of those that stand best.

Every rehearsal costs the same, whatever the change, so those with the greatest estimate come first. A rehearsal is
begun only if there is time for it, by the longest of those before it; the very first of a process is often twice as
long as the others, so what there is time for is asked again each time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from firstbest.operate.loop import Adoption
from firstbest.present.figures import figures
from firstbest.present.record import Assumed, Record
from firstbest.present.suggested import Helps, row
from firstbest.rehearse.compare import run_each
from firstbest.rehearse.folder import Options
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.spread import Workers
from firstbest.rehearse.suggest_files import Written, written
from firstbest.rehearse.suggest_words import Candidate
from firstbest.rehearse.suggest_worth import Figures, Pair, ranked
from firstbest.store.changes import load_changed, scenario_of
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import many
from firstbest.store.network_digest import network_number
from firstbest.store.workspace import load

CANDIDATES_MAX: Final = 12
AS_IS: Final = ""
"""The world as it is, where a change file would be named."""


@dataclass(frozen=True)
class Worlds:
    """Calling it with the path of a change file, as text, and a seed rehearses that world."""

    folder: Path
    scale: float = 1.0
    days: int | None = None

    def __call__(self, which: str, seed: int) -> dict[str, float]:
        """Figures of one rehearsal."""
        result = rehearse(_scenario(self, which), Settings(seed=seed))
        return figures(record_of(result, "", self.scale, Assumed(0, 0)))


@lru_cache(maxsize=CANDIDATES_MAX + 1)
def _scenario(worlds: Worlds, which: str) -> Scenario:
    how = (worlds.scale, worlds.days)
    if which == AS_IS:
        return Scenario(*compile_network(load(worlds.folder), *how))
    changed = load_changed(worlds.folder, Path(which))
    network, nature, adoptions = scenario_of(changed, *how)
    return Scenario(network, nature, tuple(Adoption(at, own, network_number(own)) for at, own in adoptions))


class How(NamedTuple):
    """Pairs of each candidate at most, where they run, and for how long."""

    replications: int
    workers: Workers
    minutes: float

    @property
    def abreast(self) -> int:
        """Rehearsals at once. Of a cluster it is not known how many: one is reckoned with."""
        return self.workers if isinstance(self.workers, int) else 1


class Hears(NamedTuple):
    """Who is told how far it is (0 to 1), and in sentences what was found so far."""

    progress: Callable[[float], None] = lambda _: None
    say: Callable[[str], None] = lambda _: None

    def spent(self, began: float, how: How) -> None:
        """How much of the time is over."""
        self.progress(min((time.monotonic() - began) / (how.minutes * 60), 1.0))


class Start(NamedTuple):
    """The world as it is, rehearsed once, and what there is to try."""

    record: Record
    folder: Path
    options: Options
    seed: int
    began: float  # of the clock that only goes forward
    longest_s: float  # what it took


@dataclass
class Race:
    """The candidates that run, and what was found of each."""

    start: Start
    how: How
    hears: Hears
    before: list[Figures]  # the world as it is, by seed
    files: list[Written] = field(default_factory=list)
    after: list[list[Figures]] = field(default_factory=list)
    longest_s: float = 0.0

    def pairs(self) -> list[Pair]:
        """Pairs of each candidate, in the order in which they began."""
        return [(self.before[: len(each)], each) for each in self.after]

    def room(self) -> int:
        """Rehearsals that there is still time for."""
        left = self.start.began + self.how.minutes * 60 - time.monotonic()
        rounds = int(max(left, 0.0) / max(self.longest_s or self.start.longest_s, 1e-3))
        return rounds * self.how.abreast

    def first_pairs(self, found: Sequence[Candidate]) -> None:
        """One pair of each candidate while there is time; of one whatever the time."""
        waiting = list(found)
        while waiting and len(self.files) < CANDIDATES_MAX:
            room = min(self.room(), CANDIDATES_MAX - len(self.files))
            if not self.files:
                room = max(min(room, self.how.abreast), 1)
            elif self.how.abreast == 1:
                room = min(room, 1)
            if not room:
                return
            taken, waiting = waiting[:room], waiting[room:]
            chosen = range(len(self.files), len(self.files) + len(taken))
            self.files += written(self.start.folder, taken, self.start.record)
            self.after += [[] for _ in self.files[len(self.after) :]]
            self._run(self.start.seed, list(chosen)[: len(self.files) - chosen.start], told=True)

    def more_pairs(self) -> None:
        """Further seeds for those that stand best, while there is time for all of them."""
        racing = list(range(len(self.files)))
        for number in range(1, self.how.replications):
            most = leaders(self.room(), len(racing), first=number == 1) if racing else 0
            if not most:
                return
            racing = self.standing(racing)[:most]
            self._run(self.start.seed + number, racing, told=False)
            head = f"   {many(number + 1, 'pair')} of {self.how.replications}:"
            rows = [row(self.worth(each), self._currency()) for each in self.standing(racing)]
            self.hears.say("\n".join([head, *rows]))

    def standing(self, chosen: Sequence[int]) -> list[int]:
        """Those who race, best first."""
        worth = {each: self.worth(each).worth.mean for each in chosen}
        return sorted(chosen, key=lambda each: (-worth[each], each))

    def worth(self, each: int) -> Helps:
        """What a candidate is worth by its pairs so far."""
        (found,) = ranked(self.start.record, [self.files[each]], [self.pairs()[each]])
        return found

    def _currency(self) -> str:
        return self.start.record.network.texts.currency

    def _run(self, seed: int, chosen: Sequence[int], *, told: bool) -> None:
        """One seed for some candidates, and for the world as it is where it has not seen that seed."""
        if not chosen:
            return
        fresh = seed - self.start.seed >= len(self.before)
        tasks = [(AS_IS, seed)] * fresh + [(self.files[each].path.as_posix(), seed) for each in chosen]

        def heard(place: int, found: Figures) -> None:
            each = chosen[place - fresh] if place >= fresh else -1
            if each < 0:
                self.before.append(found)
                return
            self.after[each].append(found)
            if told:
                self.hears.say(row(self.worth(each), self._currency()))

        at = time.monotonic()
        worlds = Worlds(self.start.folder, self.start.options.scale, self.start.options.days)
        run_each(worlds, tasks, self.how.workers, lambda _: self.hears.spent(self.start.began, self.how), heard)
        self.longest_s = max(self.longest_s, (time.monotonic() - at) / -(-len(tasks) // self.how.abreast))


def leaders(room: int, racing: int, *, first: bool) -> int:
    """How many go on when there is time for `room` more rehearsals; none if there is not enough.

    After the first pair half of them, fewer where the time would not bring each two pairs more: two are too few to
    know an interval by.
    """
    if not first:
        return min(racing, max(room - 1, 0))
    return min(-(-racing // 2), max(room // 2 - 1, 0)) or min(1, room // 2)

"""`rehearse --suggest`: what would help most, rehearsed. Candidates come from what bound, and become change files.

First the workspace is rehearsed as it is. What was tight or dear there makes candidates: the same estimates that a
report shows (`suggest`), and cut-offs and waves, which are too tangled for one. Each is written as a change file and
rehearsed on common chance with the world as it is, which is rehearsed once a seed for all of them. How many are
rehearsed follows from the time budget and the time that the first rehearsal took; which, from their estimates.

The first pair of each comes first, so that all of them stand side by side early; what is left of the time goes to
further pairs of those that stand best by then, half of them at most. Those intervals lean a little to the good side,
since the pair by which they were chosen is one of theirs.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from firstbest.operate.loop import Adoption
from firstbest.present.figures import figures
from firstbest.present.record import Assumed, Record
from firstbest.present.suggested import Helps, Suggested, row
from firstbest.rehearse.banner import banner_of
from firstbest.rehearse.compare import estimate, paired, run_each
from firstbest.rehearse.compare_payback import COSTS
from firstbest.rehearse.folder import Options
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.spread import Workers
from firstbest.rehearse.suggest import SOURCES
from firstbest.rehearse.suggest_files import Written, note_result, written
from firstbest.rehearse.suggest_floor import floor_candidates
from firstbest.rehearse.suggest_words import Candidate, yearly
from firstbest.store.changes import load_changed, scenario_of
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import many
from firstbest.store.network_digest import network_number
from firstbest.store.workspace import load
from firstbest.world.units import MONEY

CANDIDATES_MAX: Final = 12
SCALE: Final = 0.1
"""Of the operation, unless asked otherwise: a year of the built-in network is rehearsed in half a minute."""
PAIRS: Final = 5
FIRST_PART: Final = 0.05
"""Of the progress bar, for the world as it is."""


@dataclass(frozen=True)
class Candidates:
    """Calling it with the number of a change, as text, and a seed rehearses that world; "0" is the world as it is."""

    folder: Path
    changes: tuple[Path, ...]
    scale: float = 1.0
    days: int | None = None

    def __call__(self, which: str, seed: int) -> dict[str, float]:
        """Figures of one rehearsal."""
        result = rehearse(_scenario(self, int(which)), Settings(seed=seed))
        return figures(record_of(result, "", self.scale, Assumed(0, 0)))


@lru_cache(maxsize=CANDIDATES_MAX + 1)
def _scenario(candidates: Candidates, which: int) -> Scenario:
    how = (candidates.scale, candidates.days)
    if not which:
        return Scenario(*compile_network(load(candidates.folder), *how))
    changed = load_changed(candidates.folder, candidates.changes[which - 1])
    network, nature, adoptions = scenario_of(changed, *how)
    return Scenario(network, nature, tuple(Adoption(at, own, network_number(own)) for at, own in adoptions))


class How(NamedTuple):
    """Pairs of each candidate, where they run, and for how long."""

    replications: int
    workers: Workers
    minutes: float


class Hears(NamedTuple):
    """Who is told how far it is (0 to 1), and in sentences what was found so far."""

    progress: Callable[[float], None] = lambda _: None
    say: Callable[[str], None] = lambda _: None

    def part(self, begin: float, width: float) -> Callable[[float], None]:
        """What is told of a part of the whole."""
        return lambda done: self.progress(begin + done * width)


def rehearse_suggested(folder: Path, options: Options, how: How, hears: Hears | None = None) -> Suggested:
    """Rehearse what would help most; change files are written to `changes/suggested_*.toml`, best known first.

    Raises `WorkspaceFaulty` with every fault of the workspace before anything runs.
    """
    hears, began = hears or Hears(), time.monotonic()
    workspace = load(folder)
    seed = workspace.seed if options.seed is None else options.seed
    hears.say("1  the world as it is, once")
    scenario = Scenario(*compile_network(workspace, options.scale, options.days))
    result = rehearse(scenario, Settings(seed, None, lambda done: hears.progress(FIRST_PART * done)))
    record = record_of(result, workspace.name, options.scale, Assumed(0, 0))
    seconds = time.monotonic() - began
    found = candidates_of(record)
    files = written(folder, found[: affordable(seconds, how)], record) if found else []
    hears.say(_planned(len(found), len(files), seconds, how))
    kept = [each.candidate for each in files]
    pairs: list[Pair] = []
    if files:
        runs = Candidates(folder, tuple(each.path for each in files), options.scale, options.days)
        stage = Stage(record, tuple(files), range(seed, seed + how.replications), how, began)
        pairs = raced(runs, stage, figures(record), hears)
    helps = ranked(record, files, pairs)
    fresh = {each.path.as_posix() for each in files if each.fresh}
    for each in helps:
        if each.path in fresh:
            note_result(each, workspace.currency)
    return Suggested(
        name=workspace.name,
        currency=workspace.currency,
        scale=options.scale,
        days=record.days,
        minutes=how.minutes,
        seconds=time.monotonic() - began,
        penalty=record.network.policy.late_day_penalty / MONEY,
        helps=helps,
        left=tuple((each.suggestion.text, each.suggestion.saving) for each in found if each not in kept),
        banner=banner_of(folder),
    )


Pair = tuple[Sequence[Mapping[str, float]], Sequence[Mapping[str, float]]]


class Stage(NamedTuple):
    """Who runs, over which seeds, how, and since when."""

    record: Record
    files: tuple[Written, ...]
    seeds: Sequence[int]
    how: How
    began: float


def raced(runs: Candidates, stage: Stage, first: Mapping[str, float], hears: Hears) -> list[Pair]:
    """Of each candidate its pairs: the first of all, further ones of those that stand best while there is time.

    `first`: figures of the world as it is with the first seed.
    """
    how, count = stage.how, len(stage.files)
    before: list[Mapping[str, float]] = [first]
    after: list[list[Mapping[str, float]]] = [[] for _ in stage.files]
    part, longest = (1 - FIRST_PART) / len(stage.seeds), 0.0
    ends = stage.began + how.minutes * 60
    chosen = list(range(count))
    for number, seed in enumerate(stage.seeds):
        at = time.monotonic()
        if number:
            room = int(max(ends - at, 0.0) * _side_by_side(how) / max(longest, 1e-3))
            most = leaders(room, len(chosen), first=number == 1)
            if not most:
                return _pairs(before, after)
            chosen = _standing(stage, _pairs(before, after), chosen)[:most]
        tasks = [("0", seed)] * bool(number) + [(str(each + 1), seed) for each in chosen]
        told = _Told(stage, chosen, hears, first) if not number else None
        found = run_each(
            runs, tasks, how.workers, hears.part(FIRST_PART + number * part, part), told.heard if told else _unheard
        )
        if number:
            before.append(found[0])
        for each, one in zip(chosen, found[bool(number) :], strict=True):
            after[each].append(one)
        longest = max(longest, (time.monotonic() - at) * _side_by_side(how) / len(tasks))
        if number:
            hears.say(_standings(stage, _pairs(before, after), chosen))
    return _pairs(before, after)


def leaders(room: int, racing: int, *, first: bool) -> int:
    """How many go on when there is time for `room` more rehearsals; none if there is not enough.

    After the first pair half of them, fewer where the time would not bring each two pairs more: two are too few to
    know an interval by.
    """
    if not first:
        return min(racing, max(room - 1, 0))
    return min(-(-racing // 2), max(room // 2 - 1, 0)) or min(1, room // 2)


def _side_by_side(how: How) -> int:
    """Rehearsals at once. Of a cluster it is not known how many: one is reckoned with."""
    return how.workers if isinstance(how.workers, int) else 1


def _unheard(_place: int, _figures: Mapping[str, float]) -> None:
    pass


def _pairs(before: Sequence[Mapping[str, float]], after: Sequence[Sequence[Mapping[str, float]]]) -> list[Pair]:
    return [(before[: len(each)], each) for each in after]


def _standing(stage: Stage, pairs: Sequence[Pair], chosen: Sequence[int]) -> list[int]:
    """Those who race, best first."""
    worth = {each: _worth(stage, each, pairs[each]).worth.mean for each in chosen}
    return sorted(chosen, key=lambda each: (-worth[each], each))


def _worth(stage: Stage, each: int, pair: Pair) -> Helps:
    (found,) = ranked(stage.record, stage.files[each : each + 1], [pair])
    return found


class _Told(NamedTuple):
    """Tells of each first pair as it ends."""

    stage: Stage
    chosen: Sequence[int]
    hears: Hears
    first: Mapping[str, float]

    def heard(self, place: int, found: Mapping[str, float]) -> None:
        """One more rehearsal is there."""
        each = self.chosen[place]
        self.hears.say(
            row(_worth(self.stage, each, ((self.first,), (found,))), self.stage.record.network.texts.currency)
        )


def _standings(stage: Stage, pairs: Sequence[Pair], chosen: Sequence[int]) -> str:
    """Those who race, best first, a line each."""
    currency = stage.record.network.texts.currency
    head = f"   {many(len(pairs[chosen[0]][1]), 'pair')} of {len(stage.seeds)}:"
    rows = [row(_worth(stage, each, pairs[each]), currency) for each in _standing(stage, pairs, chosen)]
    return "\n".join([head, *rows])


def _planned(found: int, kept: int, seconds: float, how: How) -> str:
    """What is about to be rehearsed, and for how long."""
    if not kept:
        return f"2  {found} changes could help, none that can be rehearsed"
    could = "1 change could help" if found == 1 else f"{found} changes could help"
    begun = "it" if kept == found == 1 else "all" if kept == found else f"{kept}"
    minutes = kept * seconds / max(min(_side_by_side(how), kept), 1) / 60
    return (
        f"2  {could}; a first pair of {begun} takes some {minutes:.1f} minutes ({seconds:.0f} s a rehearsal),\n"
        f"   then those that stand best get more, {how.replications} at most, while {how.minutes:g} minutes last"
    )


def candidates_of(record: Record) -> list[Candidate]:
    """Everything that can be written as a change, greatest estimate first; those without an estimate come last."""
    known = figures(record)
    made = [each for source in SOURCES for each in source(record, known) if each.change]
    made += floor_candidates(record, known)
    made.sort(key=lambda each: (not each.value > 0, -each.value, each.name))
    seen: dict[str, Candidate] = {}
    for each in made:
        seen.setdefault(each.name, each)
    return list(seen.values())


def affordable(seconds: float, how: How) -> int:
    """Candidates that the budget has room for, 1 to `CANDIDATES_MAX`: the first pair of each takes a rehearsal."""
    room = max(how.minutes * 60 - seconds, 0.0) * _side_by_side(how) / max(seconds, 1e-3)
    return min(max(int(room), 1), CANDIDATES_MAX)


def ranked(record: Record, files: Sequence[Written], pairs: Sequence[Pair]) -> tuple[Helps, ...]:
    """What each candidate is worth a year at full scale, most first: money saved, sales won, late orders.

    What is saved is an order's; what is won is the rest of what is earned: sales less goods, cost to serve and the
    capital cost of stock. A late order is worth `late_day_penalty` of policies.toml; its contacts are in cost to serve.
    """
    penalty = record.network.policy.late_day_penalty / MONEY
    made = []
    for (each, file, _), (before, after) in zip(files, pairs, strict=True):
        orders = [one["orders_shipped"] * yearly(record) for one in before]
        saved = [-sum(_change(before, after, key)[n] for key in COSTS) * orders[n] for n in range(len(orders))]
        earned = paired([_earned(one) for one in before], [_earned(one) for one in after])
        won = [more * yearly(record) - less for more, less in zip(earned, saved, strict=True)]
        late = _change(before, after, "delivered_on_time")
        worth = [saved[n] + won[n] + late[n] * orders[n] * penalty for n in range(len(orders))]
        made.append(
            Helps(
                title=each.suggestion.text,
                path=file.as_posix(),
                estimated=each.suggestion.saving,
                worth=estimate(worth),
                saved=estimate(saved),
                won=estimate(won),
                on_time=estimate(late),
                two_days=estimate(_change(before, after, "two_day_share")),
                pairs=len(after),
            )
        )
    made.sort(key=lambda each: (-each.worth.mean, each.title))
    return tuple(made)


def _earned(known: Mapping[str, float]) -> float:
    """What the rehearsed orders left: sales less goods, cost to serve and the capital cost of stock."""
    costs = sum(known[key] for key in ("goods_cost_per_order", *COSTS))
    return known["net_sales"] - costs * known["orders_shipped"]


def _change(before: Sequence[Mapping[str, float]], after: Sequence[Mapping[str, float]], key: str) -> list[float]:
    return paired([each[key] for each in before], [each[key] for each in after])

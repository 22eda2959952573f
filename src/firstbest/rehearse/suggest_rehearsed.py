"""`rehearse --suggest`: what would help most, rehearsed. Candidates come from what bound, and become change files.

First the workspace is rehearsed as it is. What was tight or dear there makes candidates: the same estimates that a
report shows (`suggest`), and cut-offs and waves, which are too tangled for one. Each is written as a change file and
rehearsed in pairs on common chance with the world as it is, which is rehearsed once a seed for all of them. How many
are rehearsed follows from the time budget and the time that the first rehearsal took; which, from their estimates.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from firstbest.operate.loop import Adoption
from firstbest.present.figures import figures
from firstbest.present.record import Assumed, Record
from firstbest.present.suggested import Helps, Suggested, sentence
from firstbest.rehearse.banner import banner_of
from firstbest.rehearse.compare import estimate, paired, run_each
from firstbest.rehearse.compare_payback import COSTS
from firstbest.rehearse.folder import Options
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.suggest import SOURCES
from firstbest.rehearse.suggest_floor import floor_candidates
from firstbest.rehearse.suggest_words import Candidate, yearly
from firstbest.store.changes import load_changed, scenario_of
from firstbest.store.changes_written import toml_lines
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.network_digest import network_number
from firstbest.store.workspace import load
from firstbest.world.units import MONEY

CANDIDATES_MAX: Final = 12
PREFIX: Final = "suggested"


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


@lru_cache(maxsize=4)
def _scenario(candidates: Candidates, which: int) -> Scenario:
    how = (candidates.scale, candidates.days)
    if not which:
        return Scenario(*compile_network(load(candidates.folder), *how))
    changed = load_changed(candidates.folder, candidates.changes[which - 1])
    network, nature, adoptions = scenario_of(changed, *how)
    return Scenario(network, nature, tuple(Adoption(at, own, network_number(own)) for at, own in adoptions))


class How(NamedTuple):
    """Pairs of each candidate, processes, and for how long."""

    replications: int
    workers: int
    minutes: float


def rehearse_suggested(
    folder: Path, options: Options, how: How, progress: Callable[[float], None] | None = None
) -> Suggested:
    """Rehearse what would help most; change files are written to `changes/suggested_*.toml`, best known first.

    Raises `WorkspaceFaulty` with every fault of the workspace before anything runs.
    """
    told, began = progress or (lambda _: None), time.monotonic()
    workspace = load(folder)
    seed = workspace.seed if options.seed is None else options.seed
    scenario = Scenario(*compile_network(workspace, options.scale, options.days))
    result = rehearse(scenario, Settings(seed))
    record = record_of(result, workspace.name, options.scale, Assumed(0, 0))
    seconds = time.monotonic() - began
    found = candidates_of(record)
    room = affordable(seconds, how) if found else 0
    files = _written(folder, found[: min(room, CANDIDATES_MAX)], record)
    told(0.05)
    kept = [each for each, file in files]
    helps: tuple[Helps, ...] = ()
    if files:
        runs = Candidates(folder, tuple(file for _, file in files), options.scale, options.days)
        seeds = range(seed, seed + how.replications)
        tasks = [(str(which), each) for each in seeds for which in range(len(files) + 1)]
        values = run_each(runs, tasks, how.workers, lambda done: told(0.05 + 0.95 * done))
        by_task = dict(zip(tasks, values, strict=True))
        pairs = [
            ([by_task["0", each] for each in seeds], [by_task[str(which), each] for each in seeds])
            for which in range(1, len(files) + 1)
        ]
        helps = ranked(record, kept, [file for _, file in files], pairs)
        for each in helps:
            _note_result(each, workspace.currency)
    left = tuple((each.suggestion.text, each.suggestion.saving) for each in found if each not in kept)
    banner = banner_of(folder)
    spent = time.monotonic() - began
    return Suggested(workspace.name, workspace.currency, how.replications, how.minutes, spent, helps, left, banner)


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
    """Candidates that the budget has room for, one at least: each takes a rehearsal a seed, the first world too."""
    rounds = how.minutes * 60 * how.workers / max(seconds, 1e-3) / how.replications
    return max(int(rounds) - 1, 1)


def _written(folder: Path, found: Sequence[Candidate], record: Record) -> list[tuple[Candidate, Path]]:
    """Change files of the candidates; one that its workspace does not take is left out."""
    made = []
    (folder / "changes").mkdir(exist_ok=True)
    for each in found:
        path = _free(folder / "changes", each)
        path.write_text(_text(each, record), encoding="utf-8")
        try:
            load_changed(folder, path)
        except WorkspaceFaulty:
            path.unlink()
            continue
        made.append((each, path))
    return made


def _free(changes: Path, candidate: Candidate) -> Path:
    """A name that no other file has: what was decided on is never written over."""
    path, number = changes / f"{PREFIX}_{candidate.name}.toml", 1
    while path.exists():
        number += 1
        path = changes / f"{PREFIX}_{candidate.name}_{number}.toml"
    return path


def _text(candidate: Candidate, record: Record) -> str:
    estimated = f"{candidate.suggestion.saving} ({candidate.suggestion.how.replace('; not rehearsed', '')})"
    note = f"Suggested by what bound in the rehearsal of seed {record.seed}. Estimated beforehand: {estimated}."
    tree: dict[str, Any] = {
        "title": candidate.suggestion.text,
        "note": note,
        "operation": [dict(each) for each in candidate.change],
    }
    return "\n".join(toml_lines(tree)) + "\n"


def _note_result(helps: Helps, currency: str) -> None:
    """What came of it, as a comment on top: the change itself stays what was rehearsed."""
    path = Path(helps.path)
    path.write_text(f"# {sentence(helps, currency)}\n{path.read_text('utf-8')}", encoding="utf-8")


Pair = tuple[Sequence[Mapping[str, float]], Sequence[Mapping[str, float]]]


def ranked(
    record: Record, kept: Sequence[Candidate], files: Sequence[Path], pairs: Sequence[Pair]
) -> tuple[Helps, ...]:
    """What each candidate is worth a year at full scale, most first: money saved, and late orders at what they cost.

    A late order is worth `late_day_penalty` of policies.toml; its contacts stand in cost to serve already.
    """
    penalty = record.network.policy.late_day_penalty / MONEY
    made = []
    for each, file, (before, after) in zip(kept, files, pairs, strict=True):
        orders = [one["orders_shipped"] * yearly(record) for one in before]
        saved = [-sum(_change(before, after, key)[n] for key in COSTS) * orders[n] for n in range(len(orders))]
        late = _change(before, after, "delivered_on_time")
        worth = [money + late[n] * orders[n] * penalty for n, money in enumerate(saved)]
        two_days = estimate(_change(before, after, "two_day_share"))
        made.append(
            Helps(
                each.suggestion.text,
                file.as_posix(),
                each.suggestion.saving,
                estimate(worth),
                estimate(saved),
                estimate(late),
                two_days,
            )
        )
    made.sort(key=lambda each: (-each.worth.mean, each.title))
    return tuple(made)


def _change(before: Sequence[Mapping[str, float]], after: Sequence[Mapping[str, float]], key: str) -> list[float]:
    return paired([each[key] for each in before], [each[key] for each in after])

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
from pathlib import Path
from typing import Final

from firstbest.present.figures import figures
from firstbest.present.record import Assumed, Record
from firstbest.present.suggested import Suggested
from firstbest.rehearse.banner import banner_of
from firstbest.rehearse.folder import Options
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.suggest import SOURCES
from firstbest.rehearse.suggest_files import note_result
from firstbest.rehearse.suggest_floor import floor_candidates
from firstbest.rehearse.suggest_race import CANDIDATES_MAX, Hears, How, Race, Start
from firstbest.rehearse.suggest_words import Candidate
from firstbest.rehearse.suggest_worth import ranked
from firstbest.store.compile_network import compile_network
from firstbest.store.workspace import load
from firstbest.world.units import MONEY

SCALE: Final = 0.1
"""Of the operation, unless asked otherwise: a year of the built-in network is rehearsed in half a minute."""
PAIRS: Final = 5


def rehearse_suggested(folder: Path, options: Options, how: How, hears: Hears | None = None) -> Suggested:
    """Rehearse what would help most; change files are written to `changes/suggested_*.toml`, best known first.

    Raises `WorkspaceFaulty` with every fault of the workspace before anything runs.
    """
    hears, began = hears or Hears(), time.monotonic()
    workspace = load(folder)
    seed = workspace.seed if options.seed is None else options.seed
    hears.say("1  the world as it is, once")
    scenario = Scenario(*compile_network(workspace, options.scale, options.days))
    at = time.monotonic()
    result = rehearse(scenario, Settings(seed, None, lambda _: hears.spent(began, how)))
    record = record_of(result, workspace.name, options.scale, Assumed(0, 0))
    start = Start(record, folder, options, seed, began, time.monotonic() - at)
    found = candidates_of(record)
    hears.say(_planned(len(found), start.longest_s, how))
    race = Race(start, how, hears, [figures(record)])
    race.first_pairs(found)
    race.more_pairs()
    hears.progress(1.0)
    helps = ranked(record, race.files, race.pairs())
    fresh = {each.path.as_posix() for each in race.files if each.fresh}
    for each in helps:
        if each.path in fresh:
            note_result(each, workspace.currency)
    kept = [each.candidate for each in race.files]
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


def _planned(found: int, seconds: float, how: How) -> str:
    """What is about to be rehearsed, and for how long."""
    if not found:
        return "2  nothing that could help can be written as a change"
    could = "1 change could help" if found == 1 else f"{found} changes could help"
    first = min(found, CANDIDATES_MAX)
    minutes = seconds * -(-first // how.abreast) / 60
    return (
        f"2  {could}; a first pair of {first}: {minutes:.1f} minutes if each takes as long ({seconds:.0f} s);\n"
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

"""Putting changes into a running house, taking them out again, and ending them where a kill criterion holds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple

from firstbest.run.applying import (
    Applied,
    NotApplied,
    applied_of,
    as_put,
    begun,
    checked,
    in_force,
    phases_of,
    standing_in,
)
from firstbest.run.house import House, Phase
from firstbest.run.kill import closed_day, criterion, met, met_by
from firstbest.run.open import Kept, NotOpened, kept_of
from firstbest.run.trial import trial_of
from firstbest.run.world import unpack, world_of
from firstbest.store.book_live import BookReader
from firstbest.store.changes_stages import Step
from firstbest.store.faults import Fault, WorkspaceFaulty

AHEAD_US = 2_000_000
"""A change comes into force this much later at least, so that its network is ready before."""
SLOWER = 8
"""Where making it ready took longer, it is tried again with so many times the delay."""
NOT_YET: Final = "a change that was not applied yet (firstbest apply --revert takes it back first)"
AHEAD_US_MOST = AHEAD_US * SLOWER**2
Asking = Callable[[Callable[[House], Any]], Any]
"""Asks the house something in the writer's thread."""


class TooLate(NotApplied):
    """The instant passed while the change was made ready."""


class Coming(NamedTuple):
    """A change that was checked and compiled, ready to be kept."""

    applied: Applied
    phases: tuple[Phase, ...]


def prepared(book: BookReader, applied: Applied) -> Coming:
    """Compile what the house will be once a change is in force (or over); raises `WorkspaceFaulty` with its faults.

    Takes seconds, so it is done beside the writer.
    """
    for each in applied.kill:
        criterion(each)
    checked(applied)
    kept = kept_of(book)
    if kept is None:
        raise NotOpened("this book holds no house yet: firstbest serve opens it")
    others = [each for each in applied_of(book) if (each.name, each.at_us) != (applied.name, applied.at_us)]
    if not applied.until_us and any(each.name == applied.name and not each.until_us for each in others):
        raise WorkspaceFaulty([Fault(applied.name, 0, "", NOT_YET, "one that is in force or has its instant")])
    return Coming(applied, tuple(_phases(kept, sorted([*others, applied], key=lambda each: each.at_us))))


def _phases(kept: Kept, applied: Sequence[Applied]) -> list[Phase]:
    with tempfile.TemporaryDirectory(prefix="firstbest-") as scratch:
        folder = unpack(kept.files, Path(scratch))
        return phases_of(world_of(folder, kept.span), folder, applied)


def ended(book: BookReader, name: str, at_us: int) -> Applied:
    """A change that is in force, to end at an instant; one-way doors do not open again."""
    found = standing_in(book, name)
    if found.door == "one-way":
        raise NotApplied(f"'{name}' was decided as a one-way door: it is not taken back, another change has to follow")
    return found._replace(until_us=max(at_us, found.at_us + 1))


def bring_in(house: House, coming: Coming) -> Applied:
    """Keep a change and let it come into force; runs in the writer's thread."""
    now = house.now_us()
    instants = [at for at in (coming.applied.at_us, coming.applied.until_us) if at]
    if all(at <= now for at in instants):
        raise TooLate("the instant has passed while the change was made ready: give a later one")
    house.adopt(coming.phases, (as_put(coming.applied, now),))
    return coming.applied


def at_once(make: Callable[[int], Applied], book: BookReader, ask: Asking) -> Applied:
    """Bring in what `make` makes of the soonest instant there can be; one that takes long to make ready comes later."""
    ahead = AHEAD_US
    while True:
        now: int = ask(lambda house: house.now_us())
        coming = prepared(book, make(now + ahead))
        try:
            kept: Applied = ask(partial(bring_in, coming=coming))
        except TooLate:
            if ahead >= AHEAD_US_MOST:
                raise
            ahead *= SLOWER
        else:
            return kept


class Broken(NamedTuple):
    """A kill criterion that holds."""

    applied: Applied
    criterion: str
    value: float


def broken(house: House) -> list[Broken]:
    """Kill criteria that held on the day closed last, of changes that were in force on it.

    Each is looked at where its change holds: at the buildings of its stages, or for the orders that are treated.
    """
    now, network = house.now_us(), house.world.network
    day = closed_day(network, now)
    if day < 0:
        return []
    midnight = int(network.calendar.midnight_us[0, day])
    found = []
    for each in applied_of(house.book):
        if each.until_us or not in_force(each, network, midnight):
            continue
        steps = begun(each, network, midnight)
        for text in each.kill:
            if steps and steps[-1].share_ppm:
                value = met_by(text, trial_of(house.book, house.phases, (midnight, day)).treated.cells)
            else:
                value = met(text, network, house.state, day, nodes_of(house, steps))
            if value is not None:
                found.append(Broken(each, text, value))
    return found


def nodes_of(house: House, steps: Sequence[Step]) -> frozenset[int]:
    """Codes of the buildings at which a change in stages holds; none: everywhere."""
    if not steps or steps[-1].everywhere:
        return frozenset()
    frame, names = house.world.workspace.frame("nodes"), house.world.network.texts.nodes
    regions = dict(zip(frame.texts("node"), frame.texts("region"), strict=True))
    joined = {name for step in steps for name in step.nodes}
    areas = {name for step in steps for name in step.regions}
    return frozenset(code for code, name in enumerate(names) if name in joined or regions.get(name) in areas)

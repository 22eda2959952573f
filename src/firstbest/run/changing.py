"""Putting changes into a running house, taking them out again, and ending them where a kill criterion holds."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from firstbest.run.applying import Applied, NotApplied, applied_of, as_put, phases_of, standing_in
from firstbest.run.house import House, Phase
from firstbest.run.kill import closed_day, criterion, met
from firstbest.run.open import Kept, NotOpened, kept_of
from firstbest.run.world import unpack, world_of
from firstbest.store.book_live import BookReader

AHEAD_US = 2_000_000
"""A change comes into force this much later at least, so that its network is ready before."""


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
    kept = kept_of(book)
    if kept is None:
        raise NotOpened("this book holds no house yet: firstbest serve opens it")
    others = [each for each in applied_of(book) if (each.name, each.at_us) != (applied.name, applied.at_us)]
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
        raise NotApplied("the instant has passed while the change was made ready: give a later one")
    house.adopt(coming.phases, (as_put(coming.applied, now),))
    return coming.applied


class Broken(NamedTuple):
    """A kill criterion that holds."""

    applied: Applied
    criterion: str
    value: float


def broken(house: House) -> list[Broken]:
    """Kill criteria that held on the day closed last, of changes that were in force on it."""
    now, network = house.now_us(), house.world.network
    day = closed_day(network, now)
    if day < 0:
        return []
    midnight = int(network.calendar.midnight_us[0, day])
    found = []
    for each in applied_of(house.book):
        if each.until_us or each.at_us > midnight:
            continue
        for text in each.kill:
            value = met(text, network, house.state, day)
            if value is not None:
                found.append(Broken(each, text, value))
    return found

"""A rehearsal from now: what is read of a live book, the change that is tried, and the days that are held against it.

All reading is done in one snapshot and is over before the first fork begins, so a writer is disturbed by neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np

from firstbest.present.from_live import Lived, Outlook
from firstbest.rehearse.fork import Origin
from firstbest.rehearse.fork import Phase as Coming
from firstbest.rehearse.fork_figures import latencies
from firstbest.rehearse.known import NEEDED
from firstbest.rehearse.outlook import Wanted, outlook
from firstbest.run.applying import Applied
from firstbest.run.changing import prepared
from firstbest.run.house import Phase
from firstbest.run.open import NotOpened, worlds_of
from firstbest.store.book_live import BookReader
from firstbest.store.book_read import load_columns
from firstbest.store.columns import sizes
from firstbest.world import facts as f
from firstbest.world.units import DAY_US, SECOND_US

LIVED_DAYS: Final = 7
SETTLED: Final = 99
"""Of a hundred timed steps, so many were run within the lateness that is told."""


class Ask(NamedTuple):
    """What to rehearse from now: hours, how often, and a change file by name and text ("": none)."""

    hours: float
    replications: int
    change: str = ""
    text: str = ""
    seed: int = 1


class Beginning(NamedTuple):
    """All that was read."""

    origin: Origin
    changed: tuple[str, Origin] | None
    lived: Lived
    time_zone: str
    currency: str


def begin(reader: BookReader, ask: Ask) -> Beginning:
    """Read the state, and compile the change; raises `WorkspaceFaulty` with the faults of the change."""
    with reader.snapshot():
        phases, last = worlds_of(reader), reader.last
        if last is None:
            raise NotOpened("this book holds no house yet: firstbest serve opens it")
        now = max(last.due, last.at)
        world = standing(phases, now).world
        told = {fact.name: reader.facts_of(fact, now - days * DAY_US) for fact, days in NEEDED.items()}
        state = load_columns(reader, sizes(world.network))
        coming = [Coming(each.at_us, *each.world[1:3]) for each in phases if each.at_us > now]
        origin = Origin(world.network, world.nature, state, last, told, coming)
        lived = lived_of(reader, now)
        changed = (ask.change, under(reader, ask, origin)) if ask.text else None
    workspace = world.workspace
    return Beginning(origin, changed, lived, workspace.time_zone, workspace.currency)


def standing(phases: Sequence[Phase], now: int) -> Phase:
    """The world in force."""
    behind = [phase for phase in phases if phase.at_us <= now]
    return behind[-1] if behind else phases[0]


def under(reader: BookReader, ask: Ask, origin: Origin) -> Origin:
    """The same state in the world of a change that holds from now on."""
    now = origin.now_us
    phases = prepared(reader, Applied(ask.change, ask.text, now, 0, "rehearsed", "")).phases
    world = standing(phases, now).world
    coming = [Coming(each.at_us, *each.world[1:3]) for each in phases if each.at_us > now]
    return origin._replace(network=world.network, nature=world.nature, coming=coming)


def lived_of(reader: BookReader, now: int) -> Lived:
    """Latencies and lateness of the last days."""
    since = now - LIVED_DAYS * DAY_US
    late = reader.lateness_since(since)
    p99 = float(np.percentile(late, SETTLED)) / SECOND_US if len(late) else 0.0
    figures = latencies(reader.facts_of(f.DEPARTED, since), reader.facts_of(f.DELIVERED, since))
    return Lived(LIVED_DAYS, figures, len(late), max(p99, 0.0))


def rehearsed(beginning: Beginning, ask: Ask, progress: Callable[[float], None] | None = None) -> Outlook:
    """Rehearse the next hours."""
    wanted = Wanted(ask.hours, ask.replications, ask.seed, beginning.time_zone, beginning.currency)
    return outlook(beginning.origin, beginning.changed, beginning.lived, wanted, progress)

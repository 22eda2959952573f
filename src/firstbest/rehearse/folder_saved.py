"""A rehearsal of a workspace folder in two sittings: up to a day, laid down in a file; then from there to the end.

The facts of the first sitting stay where they are, in `rehearsal/facts`; the state names their digests, and the second
goes on behind them. Facts, tables and figures are those of an unbroken rehearsal, byte for byte.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from firstbest.rehearse.folder import OUTPUT, Options, Outcome, scenario_of, told_of
from firstbest.rehearse.run import STEP_TOLD, Settings, finished
from firstbest.rehearse.running import Running
from firstbest.rehearse.saved import asked, resume, save
from firstbest.store.sink import ParquetSink
from firstbest.store.state_file import StateFaulty
from firstbest.world.network import Calendar

EPOCH = date(1970, 1, 1)


class NoSuchDay(ValueError):  # noqa: N818 - it says what is wrong with the day
    """The day to stop at is not one of the rehearsal's. Says which are."""


def rehearse_until(
    folder: Path, options: Options, day: date, state: Path, progress: Callable[[float], None] | None = None
) -> int:
    """Rehearse up to the midnight that begins a local day of the first time zone; how many facts there are.

    Raises `WorkspaceFaulty`, `NoSuchDay` before anything is written.
    """
    _, scenario, seed = scenario_of(folder, options)
    until = midnight(scenario.network.calendar, day)
    output = folder / OUTPUT
    shutil.rmtree(output / "facts", ignore_errors=True)
    output.mkdir(exist_ok=True)
    with ParquetSink(output) as sink:
        running = Running(scenario, seed, sink)
        _lead(running, until, progress)
    told = {"scale": options.scale, "days": options.days, "seed": seed, "respond": options.respond}
    running.watch.book = None
    save(running, state, {**told, "facts": sink.digests(), "counts": sink.counts})
    return sink.facts


def rehearse_on(folder: Path, state: Path, progress: Callable[[float], None] | None = None) -> Outcome:
    """Go on from a state to the end, and write what a rehearsal writes.

    Raises `WorkspaceFaulty` and `StateFaulty`; the latter where the code, the workspace or the facts are others.
    """
    run = asked(state).run
    options = Options(run["scale"], run["days"], run["seed"], respond=run["respond"])
    workspace, scenario, seed = scenario_of(folder, options)
    with ParquetSink(folder / OUTPUT, go_on=run["counts"]) as sink:
        _same_facts(folder, sink, run)
        running = resume(state, scenario, seed, sink)
        result = finished(running, Settings(seed, sink, progress))
    return told_of(folder, workspace, options, result, sink.digest())


def midnight(calendar: Calendar, day: date) -> int:
    """The instant at which a local day begins; it has to lie within the rehearsal."""
    place = (day - EPOCH).days - calendar.first_day
    inside = 0 <= place < calendar.midnight_us.shape[1]
    at = int(calendar.midnight_us[0, place]) if inside else -1
    if not calendar.start_us < at < calendar.end_us:
        first, last = (
            EPOCH + timedelta(days=calendar.first_day + int(np.searchsorted(calendar.midnight_us[0], edge)))
            for edge in (calendar.start_us + 1, calendar.end_us)
        )
        raise NoSuchDay(f"expected a day from {first} to {last - timedelta(days=1)}, found {day}")
    return at


def _lead(running: Running, until: int, progress: Callable[[float], None] | None) -> None:
    start, told = running.scenario.network.calendar.start_us, 0.0
    due = running.loop.next_due()
    while due is not None and due < until:
        due = running.advance()
        done = ((due or until) - start) / (until - start)
        if progress is not None and done - told >= STEP_TOLD:
            progress(min(done, 1.0))
            told = done


def _same_facts(folder: Path, sink: ParquetSink, run: dict[str, Any]) -> None:
    found = sink.digests_so_far()
    for name, digest in run["facts"].items():
        if found.get(name) != digest:
            raise StateFaulty(
                f"{folder / OUTPUT / 'facts' / name}: expected the {run['counts'][name]} facts that the state was "
                f"saved with, found {sink.counts.get(name, 0)} or others: rehearse again from the start"
            )

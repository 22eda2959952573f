"""rehearse --save-at and --resume: a rehearsal in two sittings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

from firstbest.cli.making import faults_told, stop
from firstbest.cli.rehearse_options import Rehearse
from firstbest.cli.rehearsing import Asked, bar, prepare, write_tables


def sitting(days: Asked, asked: Rehearse) -> None:
    """Up to a day, or from a state on."""
    if asked.against or asked.along or asked.suggest:
        raise stop("expected --save-at or --resume alone, found another question beside it")
    if asked.resume is not None:
        if asked.save_at is not None or asked.state is not None:
            raise stop("expected --resume alone, found --save-at or --state beside it")
        resume(days, asked)
    elif asked.save_at is None or asked.state is None:
        raise stop("expected --save-at and --state together, found one of them")
    else:
        save(days, asked)


def save(days: Asked, asked: Rehearse) -> None:
    """Rehearse up to a day, and keep the state."""
    quiet = Console(stderr=True)
    assert asked.save_at is not None
    assert asked.state is not None
    if not asked.state.absolute().parent.is_dir():
        raise stop(f"--state: expected a file in a folder that is there, found '{asked.state}'")
    prepare(days.folder, quiet)
    from firstbest.rehearse.folder import Options
    from firstbest.rehearse.folder_saved import rehearse_until

    options = Options(days.scale, days.days, days.seed, respond=days.respond)
    with told(), faults_told(days.folder), bar(quiet, "rehearsing") as progress:
        facts = rehearse_until(days.folder, options, asked.save_at.date(), asked.state, progress)
    size = asked.state.stat().st_size / 1e6
    console = Console(highlight=False)
    console.print(f"stopped where {asked.save_at.date()} begins, after {facts:,} facts", soft_wrap=True)
    console.print(f"state: {asked.state} ({size:,.1f} MB)", soft_wrap=True)
    console.print(f"go on: firstbest rehearse {days.folder} --resume {asked.state}", soft_wrap=True)


def resume(days: Asked, asked: Rehearse) -> None:
    """Go on from a state to the end: the screen and the report of the whole."""
    if days.scale != 1.0 or days.days is not None or days.seed is not None or days.respond:
        raise stop("expected no --scale, --days, --seed or --respond with --resume: the state says them")
    console, quiet = Console(highlight=False), Console(stderr=True)
    assert asked.resume is not None
    prepare(days.folder, quiet)
    from firstbest.present.screen import screen
    from firstbest.rehearse.folder_saved import rehearse_on

    with told(), faults_told(days.folder), bar(quiet, "rehearsing on") as progress:
        outcome = rehearse_on(days.folder, asked.resume, progress)
    console.print(screen(outcome.record, console.width, report_path=str(outcome.report_path)), soft_wrap=True)
    console.print(f"tables: {write_tables(outcome.report_path, outcome.record)}", soft_wrap=True)


@contextmanager
def told() -> Iterator[None]:
    """What is wrong with a state or a day, as a sentence."""
    from firstbest.rehearse.folder_saved import NoSuchDay
    from firstbest.store.state_file import StateFaulty

    try:
        yield
    except (StateFaulty, NoSuchDay) as wrong:
        raise stop(str(wrong)) from None

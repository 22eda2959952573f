"""Everything the room of mechanisms knows of a workspace at an instant, for the deck, the terminal and other doors."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import NamedTuple

from firstbest.mechanisms.bets import Page, Progress, progress
from firstbest.mechanisms.calibration import calibrations
from firstbest.mechanisms.escalations import open_ones
from firstbest.mechanisms.portfolio import cash_of
from firstbest.mechanisms.records import Measured, Placed, Room
from firstbest.mechanisms.seals import Entry, head
from firstbest.mechanisms.verdict_of_bets import FactOf, Scored, Sealed, fact_on_record, past, verdict_on
from firstbest.store.bets import Definitions, Shelf, page_of, shelf_of
from firstbest.store.bets_measure import Measure, measure_in
from firstbest.store.faults import Fault
from firstbest.world.units import SECOND_US


def room_as_of(folder: Path, as_of_us: int, figures: Definitions | None = None, measure: Measure | None = None) -> Room:
    """The room of the workspace in `folder` as it was known at `as_of_us`.

    `figures` are the metrics that need no `metrics.toml` (the catalog of a rehearsal's figures). `measure` answers
    facts as of that instant, behind those on record; without it, `metrics.toml` says where they are. Drafts and
    evidence are read as they stand, since nothing is known of when they were written; evidence of a later day is left
    out.
    Raises `WorkspaceFaulty` with every file that cannot be read.
    """
    shelf = shelf_of(folder, figures or {})
    return room_of(shelf, as_of_us, measure or (measure_in(folder, as_of_us) if shelf.pages else None))


class Standing(NamedTuple):
    """What the record says up to an instant: its entries, every bet as sealed then, forecasts that met their facts."""

    entries: tuple[Entry, ...]
    bets: list[Sealed]
    scored: list[Scored]


def standing_of(shelf: Shelf, as_of_us: int, measure: Measure | None = None) -> Standing:
    """How things stood at an instant."""
    entries = tuple(each for each in shelf.entries if each.at_us <= as_of_us)
    bets = sealed_bets(shelf._replace(entries=entries))
    return Standing(entries, bets, past(bets, lambda sealed: facts_for(sealed.progress, measure)))


def room_of(shelf: Shelf, as_of_us: int, measure: Measure | None = None) -> Room:
    """The room of files that were read."""
    entries, bets, scored = standing_of(shelf, as_of_us, measure)
    placed = []
    for sealed in bets:
        verdict = verdict_on(sealed, facts_for(sealed.progress, measure), scored)
        salvage = sealed.page.bet.salvage
        cash = cash_of(sealed.page.bet, sealed.progress.spent)
        placed.append(Placed(verdict=verdict, cash=cash, salvaged=salvage.what if salvage else ""))
    day = day_of(as_of_us)
    return Room(
        as_of_us=as_of_us,
        head=head(entries),
        bets=tuple(placed),
        calibrations=calibrations([each.met for each in scored]),
        questions=open_ones(entries, as_of_us),
        anecdotes=tuple(each for each in shelf.evidence if each.when <= day),
    )


def sealed_bets(shelf: Shelf) -> list[Sealed]:
    """Every bet as it was sealed, or as its file says while it is a draft; in order of names."""
    pages = {page.bet.bet: page for page in shelf.pages}
    found = []
    locked = {each.about for each in shelf.entries if each.kind == "locked"}
    for name in sorted({*pages, *locked}):
        far = progress(shelf.entries, name)
        page = sealed_page(name, far) or pages[name]
        found.append(Sealed(page, far))
    return found


def sealed_page(name: str, far: Progress) -> Page | None:
    """A bet's page as it was sealed last; None for a draft."""
    if far.sealed is None:
        return None
    faults: list[Fault] = []
    page = page_of(name, far.sealed.body["text"].encode(), faults)
    assert page is not None, f"what was sealed of {name} could be read then: {faults}"
    return page


def facts_for(far: Progress, measure: Measure | None) -> FactOf:
    """Facts of a bet: from the record if it has them, else from the metrics folder."""

    def fact(metric: str, start: str, end: str) -> Measured | None:
        found = fact_on_record(far, metric, start, end)
        return found or (measure(metric, start, end) if measure else None)

    return fact


def day_of(at_us: int) -> str:
    """The day of an instant, UTC."""
    return dt.datetime.fromtimestamp(at_us // SECOND_US, dt.UTC).date().isoformat()

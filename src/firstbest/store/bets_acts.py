"""What people do with bets: propose, forecast, lock, amend, decide, spend. Every act is an entry of the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import msgspec

from firstbest.mechanisms import bets as b
from firstbest.mechanisms.bets_template import page as template
from firstbest.mechanisms.decisions import DECIDED, Decision, Named, Wanting, body_of, decisions_of, votes_on, wanting
from firstbest.mechanisms.quantiles import wrong
from firstbest.mechanisms.records import Kind, Measured, Quantile, State
from firstbest.mechanisms.seals import Entry, content_digest, entry
from firstbest.mechanisms.verdict import WEEKS, judges
from firstbest.mechanisms.verdict_of_bets import DAYS_OF_WEEK
from firstbest.store.bets import BETS, NAME, Definitions, Shelf, definitions_of, shelf_of
from firstbest.store.bets_check import edited, page_faults
from firstbest.store.bets_front import is_day
from firstbest.store.bets_read import day_of
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.record import RECORD, append

AHEAD_DAYS: Final = 180
"""A proposed promise is judged half a year on; its file says when."""
WORDS_MIN: Final = 3

_AS: Final = {State.DRAFT: "a draft", State.FORECAST: "forecast and not sealed"}

When = tuple[int, str]
"""(instant, day)"""


def refuse(file: str, where: str, expected: str, found: str) -> WorkspaceFaulty:
    """One rule that an act breaks; the caller raises it."""
    return WorkspaceFaulty([Fault(file, 0, where, expected, found)])


def propose(folder: Path, name: str, heading: str, by: str, when: When) -> Path:
    """Write `bets/NAME.md` with its guidance, and say on the record who opened it."""
    path = folder / BETS / f"{name}.md"
    if not NAME.fullmatch(name):
        raise refuse(f"{BETS}/{name}.md", "", "a name of small letters, digits, - and _", f"'{name}'")
    if path.exists():
        raise refuse(f"{BETS}/{name}.md", "", "a name that is free", "a bet of this name")
    today = date.fromisoformat(when[1])
    end = today + timedelta(days=AHEAD_DAYS)
    start = end - timedelta(days=WEEKS * DAYS_OF_WEEK - 1)
    path.parent.mkdir(parents=True, exist_ok=True)
    append(folder, lambda _: [entry(when[0], b.PROPOSED, by, name, {"heading": heading})])
    path.write_text(template(name, heading, when[1], end.isoformat(), start.isoformat()), encoding="utf-8")
    return path


def add_forecasts(
    folder: Path, name: str, by: str, at_us: int, forecasts: Sequence[dict[str, Any]], figures: Definitions
) -> list[Entry]:
    """Keep forecasts: each holds metric, source, with, without (levels and values), provenance. All are kept alike."""
    page = shelf_of(folder, figures).page(name)
    faults = []
    for each in forecasts:
        promised = [success.metric for success in page.bet.success]
        if each["metric"] not in promised:
            expected = f"a success metric of {name} ({', '.join(promised) or 'it has none yet'})"
            faults.append(Fault(page.file, page.lines.get("success", 0), "success", expected, f"'{each['metric']}'"))
        for world in ("with", "without"):
            said = wrong(msgspec.convert(each[world], tuple[Quantile, ...])) if each[world] or world == "with" else ""
            if said:
                expected, _, found = said.removeprefix("expected ").partition(", found ")
                faults.append(Fault(f"forecast of {each['metric']}, {world}", 0, "", expected, found))
    if faults:
        raise WorkspaceFaulty(faults)
    return append(folder, lambda _: [entry(at_us, b.FORECAST, by, name, each) for each in forecasts])


def lock(folder: Path, name: str, by: str, at_us: int, figures: Definitions) -> Entry:
    """Seal text, metric definitions and forecasts. Raises `WorkspaceFaulty` with all that is not ready."""
    shelf = shelf_of(folder, figures)
    page = shelf.page(name)
    far = b.progress(shelf.entries, name)
    if far.lock is not None:
        raise refuse(page.file, "", "a bet that is not locked", f"one locked by entry {far.lock.number}")
    faults = page_faults(shelf, page)
    today = day_of(at_us)
    for success in page.bet.success:
        if success.by <= today:
            expected = f"a day after {today} on which {success.metric} is judged: what is known cannot be forecast"
            faults.append(Fault(page.file, page.lines.get("success", 0), "success", expected, success.by))
        if not judges(far.forecasts, success.metric, page.bet.judge):
            line = page.lines.get("success", 0)
            who = "any source" if page.bet.judge == "pool" else page.bet.judge
            expected = f"a forecast of {success.metric} by {who}, with and without the bet (firstbest bet predict)"
            faults.append(Fault(page.file, line, "success", expected, "none"))
    if faults:
        raise WorkspaceFaulty(faults)
    numbers = [each.number for each in far.forecasts]
    return append(folder, lambda _: [entry(at_us, b.LOCKED, by, name, {**_seal(shelf, page), "forecasts": numbers})])[0]


def _seal(shelf: Shelf, page: b.Page) -> dict[str, Any]:
    """What is sealed of a page: its text to the byte, and what its metrics mean."""
    return {
        "text": page.content.decode("utf-8"),
        "digest": content_digest(page.content),
        "definitions": definitions_of(shelf, page.bet),
    }


def amend(folder: Path, name: str, by: str, at_us: int, reason: str, figures: Definitions) -> Entry:
    """Seal the text as it stands now, with the reason why it changed after the lock."""
    shelf = shelf_of(folder, figures)
    page = shelf.page(name)
    far = b.progress(shelf.entries, name)
    if far.lock is None or far.sealed is None:
        raise refuse(page.file, "", "a locked bet: a draft is edited freely", "a draft")
    if len(reason.split()) < WORDS_MIN:
        raise refuse(page.file, "reason", f"why it changes, {WORDS_MIN} words or more", f"'{reason}'")
    seal = _seal(shelf, page)
    if seal["text"] == far.sealed.body["text"] and seal["definitions"] == far.sealed.body["definitions"]:
        raise refuse(page.file, "", "a text or a definition that differs from what was sealed", "the same")
    faults = page_faults(shelf, page)
    if faults:
        raise WorkspaceFaulty(faults)
    return append(folder, lambda _: [entry(at_us, b.AMENDED, by, name, {**seal, "reason": reason})])[0]


def decide(folder: Path, decision: Decision, files: Sequence[str], when: When, figures: Definitions) -> Entry:
    """Put a decision on record. A bet has to be locked and as it was sealed; its change file is named by itself."""
    shelf = shelf_of(folder, figures)
    team: tuple[str, ...] = ()
    named = list(files)
    known = decision.known
    if decision.kind == Kind.BET:
        page = shelf.page(decision.about)
        far = b.progress(shelf.entries, decision.about)
        if far.lock is None:
            raise refuse(
                page.file, "", f"a locked bet (firstbest bet lock {decision.about})", f"one that is {_AS[far.state]}"
            )
        faults = list(edited(page, far))
        if faults:
            raise WorkspaceFaulty(faults)
        owner = (page.bet.owner.name,) if page.bet.owner else ()
        team = (*page.bet.team, *owner)
        named += [page.bet.change] if page.bet.change and page.bet.change not in named else []
        known = (*_known(shelf, far), *known)
        if page.bet.door != decision.door:
            raise refuse(page.file, "door", f"the door of the sealed text, {page.bet.door}", decision.door)
    whole = msgspec.structs.replace(
        decision,
        known=known,
        files=tuple(_named(folder, each) for each in named),
        votes=votes_on(shelf.entries, decision.about) if decision.kind == Kind.HIRE else (),
    )
    lacking = wanting(whole, team, when[1])
    if not is_day(decision.review_on):
        lacking.append(Wanting("review", "a date like 2026-11-30", decision.review_on))
    if lacking:
        where = f"decision on {decision.about}"
        raise WorkspaceFaulty(Fault(where, 0, each.what, each.expected, each.found or "nothing") for each in lacking)
    return append(folder, lambda _: [entry(when[0], DECIDED, decision.by, decision.about, body_of(whole))])[0]


def _known(shelf: Shelf, far: b.Progress) -> tuple[str, ...]:
    """What was known of a bet when it was decided, as the record has it."""
    assert far.sealed is not None, "it is locked"
    sources = ", ".join(dict.fromkeys(each.source for each in far.forecasts))
    said = f"the text as sealed by entry {far.sealed.number}; {len(far.forecasts)} forecasts ({sources})"
    return (said, f"{len(shelf.evidence)} pieces of evidence")


def _named(folder: Path, file: str) -> Named:
    path = folder / file
    if not path.is_file():
        raise refuse(file, "", "a file in the workspace", "nothing")
    return Named(file, content_digest(path.read_bytes()))


def spend(folder: Path, name: str, by: str, at_us: int, amount: float, note: str) -> Entry:
    """Book what a bet has cost so far."""
    made = entry(at_us, b.SPENT, by, name, {"amount": amount, "note": note})
    return append(folder, lambda entries: [_spent(entries, name, made)])[0]


def _spent(entries: Sequence[Entry], name: str, made: Entry) -> Entry:
    if b.progress(entries, name).state not in (State.GO, State.NO):
        raise refuse(RECORD, "", f"a decision on {name} before money is spent on it", "none")
    return made


def measure(folder: Path, name: str, by: str, at_us: int, facts: Sequence[Measured]) -> list[Entry]:
    """Put facts on record, with where they come from."""
    return append(folder, lambda _: [entry(at_us, b.MEASURED, by, name, _body(each)) for each in facts])


def _body(fact: Measured) -> dict[str, Any]:
    kept: dict[str, Any] = msgspec.to_builtins(fact)
    return {key: value for key, value in kept.items() if key != "at_us"}


def last_decision(shelf: Shelf, about: str, kind: Kind = Kind.BET) -> Decision | None:
    """The last decision on something; None where there is none."""
    found = [each for each in decisions_of(shelf.entries) if each.about == about and each.kind == kind]
    return found[-1] if found else None

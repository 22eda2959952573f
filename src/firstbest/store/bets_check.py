"""What `firstbest check` asks of the mechanisms: words with sources, owners, seals that hold, reviews that are held."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from firstbest.mechanisms.bets import (
    HANDED_OVER,
    Page,
    Progress,
    findings,
    names_in,
    progress,
    shares_over,
    silent_edit,
)
from firstbest.mechanisms.bets import unwritten as still_unwritten
from firstbest.mechanisms.claims import Finding, lint
from firstbest.mechanisms.decisions import past_review
from firstbest.mechanisms.escalations import late_actions, name_of, open_ones
from firstbest.mechanisms.goals import goal_findings, ratio_words
from firstbest.mechanisms.records import Kind, State
from firstbest.mechanisms.seals import SHORT
from firstbest.store.bets import BETS, EVIDENCE, METRICS, Definitions, Shelf, definitions_of, known_of, read_shelf
from firstbest.store.bets_measure import Measure, measure_in
from firstbest.store.bets_read import day_of, room_of
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.goals import FILE as GOALS
from firstbest.store.record import RECORD
from firstbest.world.units import HOUR_US

_BEFORE: Final = 20
_SHOWN: Final = 60


class Checked(NamedTuple):
    """What was found: faults, and what is worth saying without being one."""

    faults: list[Fault]
    notes: list[str]


def has_mechanisms(folder: Path) -> bool:
    """Whether anything of this room stands in the folder."""
    return any((folder / name).exists() for name in (BETS, EVIDENCE, GOALS, RECORD))


def check_mechanisms(folder: Path, figures: Definitions, now_us: int) -> Checked:
    """Every fault of bets, evidence, goals and the record; `figures` are metrics that need no `metrics.toml`."""
    faults: list[Fault] = []
    if not has_mechanisms(folder):
        return Checked(faults, [])
    shelf = read_shelf(folder, figures, faults)
    today = day_of(now_us)
    known = known_of(shelf)
    for page in shelf.pages:
        faults += [_fault(page.file, each) for each in (*findings(page, known), *lint(page.sections, known))]
    faults += _seals(shelf)
    faults += [_fault(GOALS, each) for each in goal_findings(shelf.goals, known.metrics)]
    faults += _owners(shelf, now_us)
    judged = {
        placed.verdict.bet
        for placed in room_of(shelf, now_us, _measured(shelf, now_us, faults)).bets
        if placed.verdict.state == State.JUDGED
    }
    for decision in past_review(shelf.entries, today):
        if decision.kind == Kind.BET and decision.about in judged:
            continue  # its verdict is the review
        expected = f"the decision on {decision.about} looked at again by its review day"
        faults.append(Fault(RECORD, decision.number, "review_on", expected, f"{decision.review_on}, gone by"))
    return Checked(faults, _notes(shelf, now_us))


def _measured(shelf: Shelf, now_us: int, faults: list[Fault]) -> Measure | None:
    """Facts of the metrics folder; faults of what cannot be read are added."""
    try:
        return measure_in(shelf.folder, now_us)
    except WorkspaceFaulty as faulty:
        faults += faulty.faults
        return None


def page_faults(shelf: Shelf, page: Page) -> list[Fault]:
    """What keeps one bet from being locked: rules, words, and what is unwritten."""
    known = known_of(shelf)
    faults = [_fault(page.file, each) for each in (*findings(page, known), *lint(page.sections, known))]
    return faults + [Fault(page.file, 0, each, "something written", "nothing") for each in still_unwritten(page)]


def _fault(file: str, finding: Finding) -> Fault:
    return Fault(file, finding.line, finding.where, finding.expected, finding.found)


def _seals(shelf: Shelf) -> Iterator[Fault]:
    """Files that are no longer what was sealed."""
    pages = {page.bet.bet: page for page in shelf.pages}
    for name in sorted(names_in(shelf.entries)):
        far = progress(shelf.entries, name)
        page = pages.get(name)
        file = f"{BETS}/{name}.md"
        if page is None and not (shelf.folder / file).is_file():
            yield Fault(file, 0, "", "the bet that was locked", "no file")
        elif page is not None:
            yield from edited(page, far)
            yield from _redefined(shelf, page, far)


def edited(page: Page, far: Progress) -> Iterator[Fault]:
    """An edit of a locked bet that no amendment gives a reason for."""
    assert far.sealed is not None, "a locked bet is sealed"
    found = silent_edit(far.sealed.body["text"], page.content.decode("utf-8", "replace"))
    if found:
        line, was, now = found
        seal = f"entry {far.sealed.number}, {far.sealed.digest[:SHORT]}"
        alike = next((place for place, (one, other) in enumerate(zip(was, now, strict=False)) if one != other), 0)
        start = max(0, alike - _BEFORE)
        sealed, found_now = (each[start : start + _SHOWN].strip() for each in (was, now))
        expected = f"'{sealed}' as sealed ({seal}), or firstbest bet amend with a reason"
        yield Fault(page.file, line, "", expected, f"'{found_now}'")


def _redefined(shelf: Shelf, page: Page, far: Progress) -> Iterator[Fault]:
    assert far.sealed is not None, "a locked bet is sealed"
    now = definitions_of(shelf, page.bet)
    for metric, was in far.sealed.body["definitions"].items():
        if now.get(metric) != was:
            changed = [key for key in {*was, *now.get(metric, {})} if was.get(key) != now.get(metric, {}).get(key)]
            found = f"another {', '.join(sorted(changed))}" if metric in now else "none"
            expected = f"the definition of {metric} that {page.bet.bet} was locked with, or an amendment"
            yield Fault(METRICS, 0, metric, expected, found)


def _owners(shelf: Shelf, now_us: int) -> Iterator[Fault]:
    """Owners of nothing, and things owned by nobody."""
    states = [(page, progress(shelf.entries, page.bet.bet).state) for page in shelf.pages]
    for name, share in shares_over(states).items():
        of = next(page for page, _ in states if page.bet.owner and page.bet.owner.name == name)
        line = of.lines.get("owner", 0)
        yield Fault(of.file, line, "owner", f"100 per cent of {name}'s time at most over all bets", f"{share:g}")
    if not shelf.owners:
        return
    listed = {owner.name for owner in shelf.owners}
    owned: set[str] = set()
    for file, line, what, owner in things(shelf, now_us):
        owned.add(owner)
        if owner not in listed:
            expected = f"an owner of {what} who is listed in {GOALS}"
            yield Fault(file, line, "owner", expected, f"'{owner}'" if owner else "nobody")
    for each in shelf.owners:
        if each.name not in owned:
            yield Fault(GOALS, each.line, "owner", "something that they answer for", f"'{each.name}', who owns nothing")


def things(shelf: Shelf, now_us: int) -> list[tuple[str, int, str, str]]:
    """Everything that somebody has to own: (file, line, what, owner)."""
    found = [(GOALS, goal.line, f"goal {goal.name}", goal.owner) for goal in shelf.goals]
    found += [
        (page.file, page.lines.get("owner", 0), f"bet {page.bet.bet}", page.bet.owner.name if page.bet.owner else "")
        for page in shelf.pages
        if page.bet.owner or progress(shelf.entries, page.bet.bet).state != State.DRAFT
    ]
    found += [(METRICS, 0, f"metric {key}", str(entry.get("owner", ""))) for key, entry in shelf.declared.items()]
    for question in open_ones(shelf.entries, now_us):
        found.append((RECORD, question.number, name_of(question.number), question.owner))
        found += [
            (RECORD, question.number, f"{name_of(question.number)}: {action.what}", action.owner)
            for action in question.actions
            if not action.done_on
        ]
    return found


def _notes(shelf: Shelf, now_us: int) -> list[str]:
    """What is worth knowing: drafts in the making, questions past their clock, actions past their day."""
    notes = []
    for page in shelf.pages:
        missing = still_unwritten(page)
        if missing and progress(shelf.entries, page.bet.bet).lock is None:
            shown = ", ".join(missing[:4]) + (f" and {len(missing) - 4} more" if len(missing) > 4 else "")  # noqa: PLR2004
            notes.append(f"{page.file} is a draft; still to be written: {shown}")
    found = open_ones(shelf.entries, now_us)
    notes += [
        f"{name_of(each.number)} ({each.about}) has had no answer for {(now_us - each.opened_at_us) // HOUR_US} hours"
        for each in found
        if each.overdue
    ]
    notes += [
        f"{name_of(question.number)}: {action.owner} promised '{action.what}' by {action.due}"
        for question, action in late_actions(found, day_of(now_us))
    ]
    return notes + _tally(shelf)


def _tally(shelf: Shelf) -> list[str]:
    moved = [each for each in shelf.entries if each.kind == HANDED_OVER]
    said = [ratio_words(shelf.goals)] if shelf.goals else []
    return said + ([f"{len(moved)} handovers on record"] if moved else [])

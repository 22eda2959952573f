"""Decisions on record: what was chosen among what, why, who disagreed, what was known, and when it is looked at again.

Kinds: a bet, a hire, a supplier, a seller's admission. Rules: a *no* is explained as a *yes* is; a one-way door needs a
bar raiser from outside the team, whose veto is reasoned and stands; a hire is decided only when every vote was sealed
and then opened; who dissents is named, and says whether they commit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from firstbest.mechanisms.records import Kind
from firstbest.mechanisms.seals import Entry, commitment

DECIDED: Final = "decided"
VOTE_SEALED: Final = "vote_sealed"
VOTE_OPENED: Final = "vote_opened"
DOORS: Final = ("one-way", "two-way")
WORDS_MIN: Final = 4
"""Fewer words are no reason."""
OPTIONS_MIN: Final = 2
DISSENTS_MAX: Final = 50


class Dissent(msgspec.Struct, frozen=True):
    """Somebody who would have chosen otherwise."""

    name: str
    reason: str
    committed: bool  # disagreed and committed


class BarRaiser(msgspec.Struct, frozen=True):
    """Somebody from outside the team who can stop it."""

    name: str
    reason: str
    veto: bool


class Named(msgspec.Struct, frozen=True):
    """A file that the decision is about, as its bytes were."""

    path: str
    digest: str


class Vote(msgspec.Struct, frozen=True):
    """One vote on a hire."""

    name: str
    yes: bool | None  # None while it is sealed
    reason: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A decision on record."""

    number: int = 0  # of the record's entry
    at_us: int = 0
    kind: Kind
    about: str
    by: str
    yes: bool
    chosen: str
    options: tuple[str, ...]
    reason: str
    door: str
    review_on: str
    known: tuple[str, ...] = ()  # what was known; what was not may stand here too
    dissent: tuple[Dissent, ...] = ()
    bar_raiser: BarRaiser | None = None
    files: tuple[Named, ...] = ()
    votes: tuple[Vote, ...] = ()


class Wanting(NamedTuple):
    """What a decision lacks."""

    what: str
    expected: str
    found: str


def reasoned(text: str) -> bool:
    """Whether a reason says something: four words or more."""
    return len(text.split()) >= WORDS_MIN


def wanting(decision: Decision, team: Sequence[str], today: str) -> list[Wanting]:
    """Everything that keeps a decision off the record; `team` are those who carry it, with their owner."""
    found = []
    said = "yes" if decision.yes else "no"
    if not reasoned(decision.reason):
        found.append(Wanting("reason", f"a written reason for the {said}, {WORDS_MIN} words or more", decision.reason))
    if len(set(decision.options)) < OPTIONS_MIN:
        found.append(Wanting("options", "two options or more; to do nothing is one", ", ".join(decision.options)))
    if decision.chosen not in decision.options:
        found.append(Wanting("chosen", f"one of {', '.join(decision.options)}", decision.chosen))
    if decision.door not in DOORS:
        found.append(Wanting("door", "one-way or two-way", decision.door))
    if not decision.known:
        found.append(Wanting("known", "what was known when it was decided", ""))
    if decision.review_on <= today:
        found.append(Wanting("review", f"a day after {today} on which it is looked at again", decision.review_on))
    found += [
        Wanting("dissent", f"why {each.name} disagrees, {WORDS_MIN} words or more", each.reason)
        for each in decision.dissent
        if not reasoned(each.reason)
    ]
    if len(decision.dissent) > DISSENTS_MAX:
        found.append(Wanting("dissent", f"{DISSENTS_MAX} at most", str(len(decision.dissent))))
    found += _without_bar(decision, team)
    found += _unvoted(decision)
    return found


def _without_bar(decision: Decision, team: Sequence[str]) -> list[Wanting]:
    raiser = decision.bar_raiser
    if raiser is None:
        needs = decision.door == "one-way" and decision.yes
        return [Wanting("bar raiser", "one from outside the team: the door is one-way", "none")] if needs else []
    found = []
    if raiser.name in team or raiser.name == decision.by:
        found.append(Wanting("bar raiser", "somebody from outside the team", f"{raiser.name}, who is of it"))
    if not reasoned(raiser.reason):
        what = "veto" if raiser.veto else "approval"
        found.append(
            Wanting("bar raiser", f"the reason of the {what} in {WORDS_MIN} words or more", raiser.reason or "none")
        )
    if raiser.veto and decision.yes:
        found.append(Wanting("bar raiser", "no yes against a veto", f"a veto of {raiser.name}"))
    return found


def _unvoted(decision: Decision) -> list[Wanting]:
    if decision.kind != Kind.HIRE:
        return []
    if not decision.votes:
        return [Wanting("votes", "sealed votes on a hire: firstbest bet vote", "none")]
    closed = [vote.name for vote in decision.votes if vote.yes is None]
    return [Wanting("votes", "every vote opened", f"still sealed: {', '.join(closed)}")] if closed else []


def body_of(decision: Decision) -> dict[str, Any]:
    """A decision as the record keeps it."""
    kept: dict[str, Any] = msgspec.to_builtins(decision)
    return {key: value for key, value in kept.items() if key not in {"number", "at_us", "about", "by"}}


def decisions_of(entries: Iterable[Entry]) -> list[Decision]:
    """Every decision of the record, in order."""
    found = []
    for each in entries:
        if each.kind == DECIDED:
            whole = {**each.body, "number": each.number, "at_us": each.at_us, "about": each.about, "by": each.by}
            found.append(msgspec.convert(whole, Decision))
    return found


def standing(entries: Iterable[Entry], digest: str) -> Decision | None:
    """The decision that lets a file with this digest be applied: the last that names it, if it is a yes."""
    naming = [each for each in decisions_of(entries) if any(file.digest == digest for file in each.files)]
    return naming[-1] if naming and naming[-1].yes else None


def past_review(entries: Sequence[Entry], today: str) -> list[Decision]:
    """Decisions whose review day has gone by and that nobody has decided again, the longest overdue first."""
    last = {(each.kind, each.about): each for each in decisions_of(entries)}
    return sorted((each for each in last.values() if each.review_on < today), key=lambda each: each.review_on)


# ------------------------------------------------------------------------------------------------------ sealed votes
def ballot_text(*, yes: bool, reason: str) -> str:
    """A vote as it is sealed."""
    return f"{'yes' if yes else 'no'}\n{reason.strip()}\n"


def votes_on(entries: Iterable[Entry], about: str) -> tuple[Vote, ...]:
    """Votes on a hire in the order in which they were sealed; one not yet opened says neither yes nor no."""
    found: dict[str, Vote] = {}
    for each in entries:
        if each.about != about:
            continue
        if each.kind == VOTE_SEALED:
            found[each.by] = Vote(each.by, None)
        elif each.kind == VOTE_OPENED:
            found[each.by] = Vote(each.by, each.body["yes"], each.body["reason"])
    return tuple(found.values())


def panel_of(entries: Iterable[Entry], about: str) -> tuple[str, ...]:
    """Who has to vote on a hire: as the first sealed vote named them."""
    for each in entries:
        if each.kind == VOTE_SEALED and each.about == about:
            return tuple(each.body["panel"])
    return ()


def may_seal(entries: Sequence[Entry], about: str, name: str, panel: Sequence[str]) -> str:
    """Why this person may not seal a vote; nothing if they may."""
    named = panel_of(entries, about) or tuple(panel)
    if not named:
        return "expected the panel with the first vote, --panel NAME once for each who votes, found nobody"
    if name not in named:
        return f"expected one of the panel ({', '.join(named)}), found '{name}'"
    if any(vote.name == name for vote in votes_on(entries, about)):
        return f"expected one vote of {name}, found a second: a sealed vote is not changed"
    if panel and tuple(panel) != named:
        return f"expected the panel as it was named first ({', '.join(named)}), found {', '.join(panel)}"
    return ""


def may_open(entries: Sequence[Entry], about: str) -> str:
    """Why no vote may be opened yet; nothing if all are in."""
    sealed_by = {vote.name for vote in votes_on(entries, about)}
    missing = [name for name in panel_of(entries, about) if name not in sealed_by]
    if not sealed_by:
        return f"expected sealed votes on '{about}', found none"
    return f"expected every vote sealed before one is read, found none of {', '.join(missing)}" if missing else ""


def opens(entries: Iterable[Entry], about: str, name: str, salt: str, text: str) -> bool:
    """Whether a text is what this person sealed."""
    kept = [each.body["commitment"] for each in entries if _is_vote(each, about, name)]
    return bool(kept) and commitment(salt, text) == kept[-1]


def _is_vote(each: Entry, about: str, name: str) -> bool:
    return each.kind == VOTE_SEALED and each.about == about and each.by == name

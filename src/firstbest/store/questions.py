"""Open, answer and close questions and corrections of error. Every step is an entry of the record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from firstbest.mechanisms.escalations import (
    ACTION,
    ACTIONS_MAX,
    ANSWERED,
    ASKED,
    CLOSED,
    CORRECTION,
    DONE,
    EVIDENCE_MAX,
    QUESTION,
    WHY,
    WHYS_MAX,
    about,
    may_close,
    name_of,
    questions,
)
from firstbest.mechanisms.records import Question
from firstbest.mechanisms.seals import Entry, entry
from firstbest.store.bets_acts import WORDS_MIN, refuse
from firstbest.store.bets_front import is_day
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.record import RECORD, append, read_record


class Asking(NamedTuple):
    """What is asked, about what, of whom."""

    about: str
    asked: str
    by: str
    owner: str
    metric: str = ""
    kind: str = QUESTION


def ask(folder: Path, asking: Asking, evidence: Sequence[str], at_us: int) -> Question:
    """Open a question with the evidence as it was found."""
    if not asking.owner.strip():
        raise refuse(asking.about, "owner", "an owner: --owner NAME", "nobody")
    if not asking.asked.strip():
        raise refuse(asking.about, "", "a question, if only '?'", "nothing")
    body = {
        "kind": asking.kind,
        "asked": asking.asked,
        "owner": asking.owner,
        "metric": asking.metric,
        "evidence": _kept(evidence),
    }
    added = append(folder, lambda _: [entry(at_us, ASKED, asking.by, asking.about, body)])[0]
    return questions([added], at_us)[added.number]


def _kept(evidence: Sequence[str]) -> list[str]:
    """The first lines of the evidence, and how many more there were."""
    if len(evidence) <= EVIDENCE_MAX:
        return list(evidence)
    return [*evidence[: EVIDENCE_MAX - 1], f"and {len(evidence) - EVIDENCE_MAX + 1:,} more lines, not kept"]


def open_correction(folder: Path, what: str, reason: str, by: str, at_us: int) -> Question:
    """Open a correction of error, as an emergency change does: what was done, why it could not wait, by whom.

    The one who did it owns it until it is handed over. Raises `WorkspaceFaulty` where the reason says nothing.
    """
    if len(reason.split()) < WORDS_MIN:
        raise refuse(what, "reason", f"why it could not wait, {WORDS_MIN} words or more", reason or "nothing")
    asking = Asking(what, reason, by, by, "", CORRECTION)
    return ask(folder, asking, [f"{what}: {reason}", "no decision on record names it: it was done first"], at_us)


def found(folder: Path, number: int, now_us: int) -> Question:
    """The question of that number; raises `WorkspaceFaulty` where there is none."""
    return _of(questions(read_record(folder), now_us), number)


def _of(known: dict[int, Question], number: int) -> Question:
    if number not in known:
        names = ", ".join(name_of(each) for each in known) or "none"
        raise refuse(RECORD, "", f"a question ({names})", name_of(number))
    return known[number]


class Step(NamedTuple):
    """What somebody adds to a question."""

    kind: str
    by: str
    body: dict[str, Any]


def answer(text: str, by: str) -> Step:
    """An answer; the first one stops the clock."""
    return Step(ANSWERED, by, {"text": text})


def why(text: str, by: str) -> Step:
    """The next why, asked of the one before."""
    return Step(WHY, by, {"text": text})


def action(what: str, owner: str, due: str, by: str) -> Step:
    """Something that somebody promises by a day."""
    return Step(ACTION, by, {"what": what, "owner": owner, "due": due})


def done(which: int, on: str, by: str) -> Step:
    """An action that is done."""
    return Step(DONE, by, {"action": which, "on": on})


def close(root_cause: str, fewer: str, by: str) -> Step:
    """The end of it."""
    return Step(CLOSED, by, {"root_cause": root_cause, "fewer": fewer})


def take(folder: Path, number: int, steps: Sequence[Step], at_us: int) -> Question:
    """Add steps to a question, all or none."""

    def make(entries: list[Entry]) -> list[Entry]:
        made: list[Entry] = []
        for step in steps:
            question = _of(questions([*entries, *made], at_us), number)
            faults = [Fault(name_of(number), 0, *each) for each in _wrong(question, step)]
            if faults:
                raise WorkspaceFaulty(faults)
            made.append(entry(at_us, step.kind, step.by, about(number), step.body))
        return made

    append(folder, make)
    return found(folder, number, at_us)


def _wrong(question: Question, step: Step) -> list[tuple[str, str, str]]:
    """Why a step cannot be taken."""
    body = step.body
    if question.state == CLOSED:
        return [("state", "an open question", "a closed one")]
    if step.kind in (ANSWERED, WHY) and len(body["text"].split()) < WORDS_MIN:
        return [(step.kind, f"{WORDS_MIN} words or more", body["text"] or "nothing")]
    if step.kind == WHY and len(question.whys) >= WHYS_MAX:
        return [("whys", f"{WHYS_MAX} at most", "one more")]
    if step.kind == ACTION:
        return _wrong_action(question, body)
    if step.kind == DONE and not 1 <= body["action"] <= len(question.actions):
        return [("action", f"one of the {len(question.actions)} actions", str(body["action"]))]
    if step.kind == CLOSED:
        return [
            (each.what, each.expected, each.found) for each in may_close(question, body["root_cause"], body["fewer"])
        ]
    return []


def _wrong_action(question: Question, body: dict[str, Any]) -> list[tuple[str, str, str]]:
    wrong = []
    if not body["owner"].strip() or not body["what"].strip():
        wrong.append(("action", "what, who and by when: 'count the dock nightly; Ana Ruiz; 2026-12-01'", "less"))
    if not is_day(body["due"]):
        wrong.append(("action", "a date like 2026-11-30", body["due"] or "nothing"))
    if len(question.actions) >= ACTIONS_MAX:
        wrong.append(("action", f"{ACTIONS_MAX} at most", "one more"))
    return wrong

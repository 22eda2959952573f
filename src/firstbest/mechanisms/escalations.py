"""The question mark, and the correction of error: opened with evidence, owned, on a clock, closed with a root cause.

A question has its first answer within 48 hours, if only a preliminary one: the first cause that comes to mind is
seldom the root, so it is closed only with five whys, each asked of the one before, and with actions that somebody has
promised by a day. A correction of error is the same about something that went wrong, without blame: it asks what
happened, never who. Both stay in every weekly deck until they are closed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from firstbest.mechanisms.decisions import Wanting, reasoned
from firstbest.mechanisms.records import Action, Question
from firstbest.mechanisms.seals import Entry
from firstbest.world.units import HOUR_US

ASKED: Final = "asked"
ANSWERED: Final = "answered"
WHY: Final = "why"
ACTION: Final = "action"
DONE: Final = "done"
CLOSED: Final = "closed"
GIVEN: Final = "given"
ACTIONS_GIVEN: Final = "actions_given"
_STEPS: Final = frozenset({ANSWERED, WHY, ACTION, DONE, CLOSED, GIVEN, ACTIONS_GIVEN})
"""Entries after the first. Others may be about what is called "question of racks": a decision on a supplier is."""
ABOUT: Final = "question"
"""What entries after the first are about: "question 12"."""
QUESTION: Final = "question"
CORRECTION: Final = "correction"
CLOCK_US: Final = 48 * HOUR_US
WHYS: Final = 5
WHYS_MAX: Final = 10
ACTIONS_MAX: Final = 50
EVIDENCE_MAX: Final = 200


def name_of(number: int) -> str:
    """What a question is called."""
    return f"Q{number}"


def about(number: int) -> str:
    """What entries on a question are about."""
    return f"{ABOUT} {number}"


def questions(entries: Iterable[Entry], now_us: int) -> dict[int, Question]:
    """Every question by its number, as the entries leave it."""
    found: dict[int, Question] = {}
    for each in entries:
        if each.kind == ASKED:
            found[each.number] = _opened(each)
        elif each.kind in _STEPS:
            number = int(each.about.rpartition(" ")[2])
            found[number] = _after(found[number], each)
    return {number: _clocked(question, now_us) for number, question in found.items()}


def open_ones(entries: Iterable[Entry], now_us: int) -> tuple[Question, ...]:
    """Questions that are not closed, the oldest first."""
    return tuple(each for each in questions(entries, now_us).values() if each.state != CLOSED)


def _opened(each: Entry) -> Question:
    body = each.body
    return Question(
        number=each.number,
        kind=body["kind"],
        about=each.about,
        asked=body["asked"],
        by=each.by,
        owner=body["owner"],
        opened_at_us=each.at_us,
        answer_due_us=each.at_us + CLOCK_US,
        evidence=tuple(body["evidence"]),
        metric=body.get("metric", ""),
    )


def _after(question: Question, each: Entry) -> Question:
    """A question after one more entry."""
    change = msgspec.structs.replace
    body = each.body
    if each.kind == ANSWERED:
        first = question.answered_at_us or each.at_us
        return change(question, answers=(*question.answers, body["text"]), answered_at_us=first, state=ANSWERED)
    if each.kind == WHY:
        return change(question, whys=(*question.whys, body["text"]))
    if each.kind == ACTION:
        return change(question, actions=(*question.actions, Action(**body)))
    if each.kind == DONE:
        kept = list(question.actions)
        kept[body["action"] - 1] = change(kept[body["action"] - 1], done_on=body["on"])
        return change(question, actions=tuple(kept))
    if each.kind == CLOSED:
        return change(question, state=CLOSED, closed_at_us=each.at_us, root_cause=body["root_cause"])
    if each.kind == GIVEN:
        return change(question, owner=body["owner"])
    if each.kind == ACTIONS_GIVEN:
        moved = tuple(_moved(action, body["from"], body["owner"]) for action in question.actions)
        return change(question, actions=moved)
    return question


def _moved(action: Action, old: str, new: str) -> Action:
    owing = action.owner == old and not action.done_on
    return msgspec.structs.replace(action, owner=new) if owing else action


def _clocked(question: Question, now_us: int) -> Question:
    late = not question.answered_at_us and now_us > question.answer_due_us
    return msgspec.structs.replace(question, overdue=late and question.state != CLOSED)


def may_close(question: Question, root_cause: str, fewer: str) -> list[Wanting]:
    """What keeps a question from being closed. `fewer`: why fewer than five whys are enough here."""
    found = []
    if question.state == CLOSED:
        return [Wanting("state", "an open question", "a closed one")]
    if not question.answers:
        found.append(Wanting("answer", "an answer before the end", "none"))
    if len(question.whys) < WHYS and not reasoned(fewer):
        expected = f"{WHYS} whys, or in four words or more why fewer are enough (--fewer)"
        found.append(Wanting("whys", expected, str(len(question.whys))))
    if not reasoned(root_cause):
        found.append(Wanting("root cause", "a root cause in four words or more", root_cause or "none"))
    if not question.actions:
        found.append(Wanting("actions", "one action or more, with its owner and day", "none"))
    return found


def late_actions(found: Sequence[Question], today: str) -> list[tuple[Question, Action]]:
    """Actions whose day has gone by."""
    return [(each, action) for each in found for action in each.actions if not action.done_on and action.due < today]

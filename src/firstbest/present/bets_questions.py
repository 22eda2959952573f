"""Questions and corrections of error as a person reads them in a terminal."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Sequence
from typing import Final

from rich.text import Text

from firstbest.mechanisms.escalations import CORRECTION, WHYS, name_of
from firstbest.mechanisms.records import Question
from firstbest.world.units import HOUR_US, SECOND_US

EVIDENCE_SHOWN: Final = 6
_DIM: Final = "dim"


def instant(at_us: int) -> str:
    """`2026-11-21 22:40`, UTC."""
    return dt.datetime.fromtimestamp(at_us // SECOND_US, dt.UTC).strftime("%Y-%m-%d %H:%M")


def clock(question: Question, now_us: int) -> str:
    """How long is left until the first answer is due, or how long it is over."""
    if question.state == "closed":
        return f"closed {instant(question.closed_at_us)}"
    if question.answered_at_us:
        took = (question.answered_at_us - question.opened_at_us) // HOUR_US
        return f"answered after {took} h"
    if now_us > question.answer_due_us:
        return f"answer overdue by {(now_us - question.answer_due_us) // HOUR_US} h"
    return f"answer due in {-((now_us - question.answer_due_us) // HOUR_US)} h"


def listed(questions: Sequence[Question], now_us: int, width: int) -> Text:
    """Open questions, the oldest first."""
    page = Text()
    if not questions:
        said = 'No question is open. firstbest ask "?" opens one, about --order, --complaint or --metric NAME.'
        page.append(_folded(said, width, 0))
        return page
    count = len(questions)
    page.append(f"{count} open {'question' if count == 1 else 'questions'}\n\n", style="bold")
    for each in questions:
        page.append(f"{name_of(each.number):<6}", style="bold")
        page.append(f"{each.owner:<22}")
        page.append(f"{clock(each, now_us):<26}", style="bold red" if each.overdue else "")
        page.append(f"{'correction of error' if each.kind == CORRECTION else each.about}\n")
        page.append(_folded(_gist(each), width, 6), style=_DIM)
    return page


def _gist(each: Question) -> str:
    said = each.asked if each.asked != "?" else (each.evidence[0] if each.evidence else "?")
    done = sum(bool(action.done_on) for action in each.actions)
    parts = [said, f"{len(each.whys)} of {WHYS} whys", f"{done} of {len(each.actions)} actions done"]
    return "; ".join(part.rstrip(".") for part in parts)


def _folded(line: str, width: int, indent: int) -> str:
    head = " " * indent
    return textwrap.fill(line, width, initial_indent=head, subsequent_indent=head, break_on_hyphens=False) + "\n"


def shown(question: Question, now_us: int, width: int, *, whole: bool = False) -> Text:
    """One question with its evidence, answers, whys and actions; `whole`: all of the evidence."""
    page = Text()
    kind = "correction of error" if question.kind == CORRECTION else "question"
    page.append(f"{name_of(question.number)}  {question.asked}", style="bold")
    page.append(f"  {kind} about {question.about}\n")
    style = "bold red" if question.overdue else _DIM
    page.append(f"opened {instant(question.opened_at_us)} by {question.by}; owner {question.owner}; ", style=_DIM)
    page.append(f"{clock(question, now_us)}\n", style=style)
    page.append("\nEvidence\n", style="bold")
    evidence = question.evidence if whole else question.evidence[:EVIDENCE_SHOWN]
    for line in evidence:
        page.append(f"  {line}\n" if len(line) + 2 <= width else _folded(line, width, 2))
    if len(evidence) < len(question.evidence):
        more = len(question.evidence) - len(evidence)
        page.append(f"  and {more} more {'line' if more == 1 else 'lines'}: add --all\n", style=_DIM)
    _list(page, "Answers", question.answers, width)
    _list(page, "Whys", [f"{place}. {why}" for place, why in enumerate(question.whys, 1)], width)
    actions = [
        f"{place}. {each.what} ({each.owner}, {'done ' + each.done_on if each.done_on else 'by ' + each.due})"
        for place, each in enumerate(question.actions, 1)
    ]
    _list(page, "Actions", actions, width)
    if question.root_cause:
        _list(page, "Root cause", [question.root_cause], width)
    page.append(_next(question, width))
    return page


def _list(page: Text, title: str, lines: Sequence[str], width: int) -> None:
    if lines:
        page.append(f"{title}\n", style="bold")
        for line in lines:
            page.append(_folded(line, width, 2))


def _next(question: Question, width: int) -> str:
    """What is to be done next."""
    name = name_of(question.number)
    if question.state == "closed":
        return ""
    if not question.answers:
        said = f'A first answer, if only a preliminary one: firstbest ask {name} --answer "..."'
    elif len(question.whys) < WHYS:
        said = f'Why {len(question.whys) + 1} of {WHYS}: firstbest ask {name} --why "..."'
    elif not question.actions:
        said = f'What will be done: firstbest ask {name} --action "what; who; 2026-12-01"'
    else:
        said = f'When it is done: firstbest ask {name} --close "the root cause"'
    return "\n" + _folded(said, width, 0)

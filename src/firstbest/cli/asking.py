"""What `firstbest ask` does."""

from __future__ import annotations

import re
from collections.abc import Sequence

import typer
from rich.console import Console

from firstbest.cli.ask_options import Ask
from firstbest.cli.betting import room_now
from firstbest.cli.making import faults_told, require_folder, stop
from firstbest.cli.steering import figures, now_us, person
from firstbest.mechanisms.escalations import CORRECTION, QUESTION
from firstbest.mechanisms.records import Measured, Question
from firstbest.mechanisms.seals import Entry
from firstbest.store.questions import Asking, Step

_NAMED = re.compile(r"[Qq](\d+)")


def act(asked: Ask) -> None:
    """List, open, or add to a question."""
    require_folder(asked.inside)
    console = Console(highlight=False)
    named = _NAMED.fullmatch(asked.question)
    with faults_told(asked.inside):
        if asked.listed:
            from firstbest.present.bets_questions import listed

            console.print(listed(room_now(asked.inside).questions, now_us(), console.width), soft_wrap=True)
            return
        question = _added(asked, int(named[1])) if named else _opened(asked)
    from firstbest.present.bets_questions import shown

    console.print(shown(question, now_us(), console.width, whole=asked.whole), soft_wrap=True)


def _added(asked: Ask, number: int) -> Question:
    """An open question with what was given, or as it stands where nothing was."""
    from firstbest.store.questions import found, take

    steps = _steps(asked)
    return take(asked.inside, number, steps, now_us()) if steps else found(asked.inside, number, now_us())


def _steps(asked: Ask) -> list[Step]:
    from firstbest.store.bets_read import day_of
    from firstbest.store.questions import action, answer, close, done, why

    by = person(asked.by)
    steps = [answer(asked.answer, by)] if asked.answer else []
    steps += [why(each, by) for each in asked.why or ()]
    for each in asked.action or ():
        what, who, due, *_ = (*(part.strip() for part in each.split(";")), "", "", "")
        steps.append(action(what, who, due, by))
    steps += [done(asked.done, day_of(now_us()), by)] if asked.done else []
    return steps + ([close(asked.close, asked.fewer, by)] if asked.close else [])


def _opened(asked: Ask) -> Question:
    """A new question with its evidence."""
    from firstbest.store.questions import ask

    about = [each for each in (asked.order, asked.complaint, asked.metric, asked.correction) if each]
    if len(about) != 1:
        raise stop(
            'expected one of --order, --complaint, --metric, --correction, or --list; firstbest ask "?" --order O'
        )
    if asked.order:
        words, owner, evidence = f"order {asked.order}", "", _order(asked)
    elif asked.complaint:
        words, owner, evidence = f"complaint {asked.complaint}", "", _complaint(asked)
    elif asked.metric:
        owner, evidence = _metric(asked)
        words = f"metric {asked.metric}"
    else:
        words, owner, evidence = asked.correction, "", [asked.correction]
    by = person(asked.by)
    kind = CORRECTION if asked.correction else QUESTION
    asking = Asking(words, asked.question or "?", by, asked.owner or owner or by, asked.metric, kind)
    question = ask(asked.inside, asking, evidence, now_us())
    typer.echo(f"Q{question.number} is open; it stays in the weekly deck until it is closed.\n")
    return question


def _order(asked: Ask) -> list[str]:
    """The story of an order, and whom else its cause hit."""
    from firstbest.cli.rehearsing import require_network
    from firstbest.store.kernel_cache import use_cache

    require_network(asked.inside)
    use_cache()
    from firstbest.rehearse.question import NothingToExplain, order_evidence

    try:
        return order_evidence(asked.inside, asked.order)
    except NothingToExplain as nothing:
        raise stop(str(nothing)) from None


def _complaint(asked: Ask) -> list[str]:
    """A customer's own words, what they speak against, and the order if they name one."""
    from firstbest.store.bets import EVIDENCE, shelf_of

    shelf = shelf_of(asked.inside, figures())
    for each in shelf.evidence:
        if each.name == asked.complaint:
            said = [f"{each.who}, {each.when}, by {each.channel}: {each.words}"]
            said += [f"Speaks against: {', '.join(each.contradicts)}."] if each.contradicts else []
            alike = [
                one.name
                for one in shelf.evidence
                if one is not each
                and (set(one.supports) & set(each.supports) or set(one.contradicts) & set(each.contradicts))
            ]
            said += [f"Others who say the same: {', '.join(alike)}."] if alike else []
            return said + (_order(asked._replace(order=each.order)) if each.order else [])
    known = ", ".join(each.name for each in shelf.evidence) or "none"
    raise stop(f"expected a file of {EVIDENCE}/ ({known}), found '{asked.complaint}'")


def _metric(asked: Ask) -> tuple[str, list[str]]:
    """Who answers for a metric, what it means, which goal and which bets rest on it, and what came last."""
    from firstbest.cli.betting import paper
    from firstbest.mechanisms.bets import metrics_of
    from firstbest.present.bets import valued
    from firstbest.store.bets import known_of, shelf_of
    from firstbest.store.faults import nearest

    shelf = shelf_of(asked.inside, figures())
    if asked.metric not in shelf.metrics:
        hint = nearest(asked.metric, known_of(shelf).metrics)
        raise stop(f"expected a metric of metrics.toml or a figure, found '{asked.metric}'{hint}")
    meaning = shelf.metrics[asked.metric]
    said = str(meaning.get("about") or meaning.get("meaning") or meaning.get("title", ""))
    evidence = [f"{asked.metric}: {said.rstrip('.')}."]
    goals = [goal for goal in shelf.goals if goal.metric == asked.metric]
    on = paper(asked.inside, 0)
    for goal in goals:
        ends = " to ".join(valued(each, asked.metric, on) for each in (goal.baseline, goal.target))
        evidence.append(f"Goal: {goal.outcome}, from {ends} by {goal.by}.")
    bets = [page.bet.bet for page in shelf.pages if asked.metric in metrics_of(page.bet)]
    evidence += [f"Bets that rest on it: {', '.join(bets)}."] if bets else []
    last = _last(shelf.entries, asked.metric)
    evidence += [f"Last measured: {valued(last.value, asked.metric, on)} ({last.source})."] if last else []
    evidence += _in_deck(asked)
    heard = [each for each in shelf.evidence if each.metric == asked.metric]
    evidence += [f"{each.who}, {each.when}, by {each.channel}: {each.words}" for each in heard]
    owner = str(meaning.get("owner", "")) or next((goal.owner for goal in goals), "")
    return owner, evidence


def _in_deck(asked: Ask) -> list[str]:
    """What the weekly review says of the metric; nothing where the folder cannot make one now."""
    from firstbest.mechanisms.calendar import WeekUnknown
    from firstbest.present.deck_evidence import evidence
    from firstbest.store.faults import WorkspaceFaulty
    from firstbest.store.review import review

    try:
        return evidence(review(asked.inside).deck, asked.metric)
    except (WorkspaceFaulty, WeekUnknown):
        return []


def _last(entries: Sequence[Entry], metric: str) -> Measured | None:
    from firstbest.mechanisms.verdict_of_bets import measured_in

    return next((each for each in reversed(measured_in(entries)) if each.metric == metric), None)

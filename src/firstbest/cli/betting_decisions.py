"""bet decide, bet vote, bet reveal."""

from __future__ import annotations

from pathlib import Path

import typer

from firstbest.cli.bet_options import Decide, Vote
from firstbest.cli.making import faults_told, require_folder, stop
from firstbest.cli.steering import figures, now_us, person
from firstbest.mechanisms.decisions import BarRaiser, Decision, Dissent
from firstbest.mechanisms.records import Kind

DEFAULT_OPTIONS = ("go ahead", "do not")


def decide(asked: Decide) -> None:
    """Put a decision on record."""
    from firstbest.mechanisms.seals import SHORT
    from firstbest.store.bets import shelf_of
    from firstbest.store.bets_acts import decide as act
    from firstbest.store.bets_read import day_of

    require_folder(asked.inside)
    at_us, yes, kind = now_us(), said_yes(asked.answer), _kind(asked.kind)
    options = tuple(asked.option or DEFAULT_OPTIONS)
    dissent = tuple(_dissent(each, asked.commits or []) for each in asked.dissent or ())
    strangers = [name for name in asked.commits or () if name not in {each.name for each in dissent}]
    if strangers:
        raise stop(f"expected --commits to name somebody who dissents (--dissent 'NAME: why'), found '{strangers[0]}'")
    with faults_told(asked.inside):
        door = asked.door
        if kind == Kind.BET and not door:
            door = shelf_of(asked.inside, figures()).page(asked.about).bet.door
        decision = Decision(
            kind=kind,
            about=asked.about,
            by=person(asked.by),
            yes=yes,
            chosen=asked.chosen or (options[0 if yes else -1] if not asked.option else ""),
            options=options,
            reason=asked.reason,
            door=door,
            review_on=asked.review,
            known=tuple(asked.known or ()),
            dissent=dissent,
            bar_raiser=BarRaiser(asked.bar_raiser, asked.raised, asked.veto) if asked.bar_raiser else None,
        )
        kept = act(asked.inside, decision, asked.file or (), (at_us, day_of(at_us)), figures())
    word = "yes" if yes else "no"
    typer.echo(f"{word} to {asked.about}: entry {kept.number}, {kept.digest[:SHORT]}; review by {asked.review}.")


def said_yes(answer: str) -> bool:
    """Whether an answer is yes; it may be no, and nothing else."""
    if answer not in ("yes", "no"):
        raise stop(f"expected yes or no, found '{answer}'")
    return answer == "yes"


def _kind(text: str) -> Kind:
    if text not in list(Kind):
        raise stop(f"expected one of {', '.join(Kind)}, found '{text}'")
    return Kind(text)


def _dissent(text: str, commits: list[str]) -> Dissent:
    name, colon, why = text.partition(":")
    if not colon:
        raise stop(f"expected --dissent 'NAME: why', found '{text}'")
    return Dissent(name.strip(), why.strip(), name.strip() in commits)


def vote(asked: Vote) -> None:
    """Seal a vote."""
    from firstbest.store.bets_votes import Ballot, envelopes, seal_vote

    require_folder(asked.inside)
    ballot = Ballot(asked.about, person(asked.by), said_yes(asked.answer), asked.reason)
    with faults_told(asked.inside):
        standing = seal_vote(asked.inside, ballot, asked.panel or (), now_us(), asked.keep or envelopes())
    missing = f"; still to vote: {', '.join(standing.missing)}" if standing.missing else "; all are in: bet reveal"
    typer.echo(f"{ballot.by}'s vote on {asked.about} is sealed{missing}")


def reveal(folder: Path, about: str, keep: Path | None) -> None:
    """Open votes."""
    from firstbest.store.bets_votes import envelopes, open_votes

    require_folder(folder)
    with faults_told(folder):
        opened = open_votes(folder, about, now_us(), keep or envelopes())
    if not opened:
        raise stop(f"expected envelopes of votes on {about} in {keep or envelopes()}, found none that is still sealed")
    for each in opened:
        typer.echo(f"{each.by}: {'yes' if each.body['yes'] else 'no'}. {each.body['reason']}")

"""Sealed votes on a hire: what is put on record, and where the text waits.

The record gets a commitment: the digest of a salt and the text. The text and its salt wait in an *envelope*, a file
outside of the workspace that its owner alone may read (`~/.config/firstbest/envelopes`, or where told). What this
promises: nobody who reads, copies or pulls the workspace reads a vote before all are in, and nobody changes a vote
after reading others. What it cannot promise: whoever rules the voter's own machine reads the voter's files; and a voter
may refuse to open, which the record then shows. On a shared account, envelopes protect by courtesy only.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from firstbest.mechanisms.decisions import (
    VOTE_OPENED,
    VOTE_SEALED,
    ballot_text,
    may_open,
    may_seal,
    opens,
    panel_of,
    reasoned,
    votes_on,
)
from firstbest.mechanisms.seals import SALT_BYTES, Entry, commitment, entry
from firstbest.store.bets_acts import refuse
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.record import append, read_record

PANEL_MIN: Final = 2


class Ballot(NamedTuple):
    """A vote as it is written."""

    about: str
    by: str
    yes: bool
    reason: str


class Standing(NamedTuple):
    """How far a vote is, without any word of what was voted."""

    sealed: tuple[str, ...]
    missing: tuple[str, ...]


def envelopes() -> Path:
    """Where texts wait if nothing else is told."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "firstbest" / "envelopes"


def envelope_path(folder: Path, about: str, by: str, kept: Path) -> Path:
    """The file of one voter's text on one matter of one workspace."""
    name = sha256(f"{folder.resolve()}\n{about}\n{by}".encode()).hexdigest()[:24]
    return kept / f"{name}.json"


def seal_vote(folder: Path, ballot: Ballot, panel: Sequence[str], at_us: int, kept: Path) -> Standing:
    """Seal a vote; the first vote names the panel. Answers who has sealed and who is still to."""
    if not reasoned(ballot.reason):
        raise refuse(f"vote on {ballot.about}", "reason", "a reason in four words or more", ballot.reason or "none")
    if panel and len(set(panel)) < PANEL_MIN:
        raise refuse(f"vote on {ballot.about}", "panel", f"{PANEL_MIN} voters or more", str(len(set(panel))))
    text = ballot_text(yes=ballot.yes, reason=ballot.reason)
    salt = secrets.token_hex(SALT_BYTES)

    def make(entries: list[Entry]) -> list[Entry]:
        wrong = may_seal(entries, ballot.about, ballot.by, panel)
        if wrong:
            raise _said(ballot.about, wrong)
        _put(envelope_path(folder, ballot.about, ballot.by, kept), salt, text)
        named = list(panel_of(entries, ballot.about) or panel)
        body = {"commitment": commitment(salt, text), "panel": named}
        return [entry(at_us, VOTE_SEALED, ballot.by, ballot.about, body)]

    append(folder, make)
    return standing(folder, ballot.about)


def open_votes(folder: Path, about: str, at_us: int, kept: Path) -> list[Entry]:
    """Open every vote whose envelope lies here; refused until all are sealed. Others are opened where theirs lie."""

    def make(entries: list[Entry]) -> list[Entry]:
        wrong = may_open(entries, about)
        if wrong:
            raise _said(about, wrong)
        made = []
        for vote in votes_on(entries, about):
            path = envelope_path(folder, about, vote.name, kept)
            if vote.yes is not None or not path.is_file():
                continue
            held = json.loads(path.read_text("utf-8"))
            if not opens(entries, about, vote.name, held["salt"], held["text"]):
                raise refuse(str(path.name), "", f"the vote that {vote.name} sealed", "another text")
            said, _, reason = held["text"].partition("\n")
            body = {"yes": said == "yes", "reason": reason.strip(), "salt": held["salt"]}
            made.append(entry(at_us, VOTE_OPENED, vote.name, about, body))
        return made

    return append(folder, make)


def standing(folder: Path, about: str) -> Standing:
    """Who has sealed and who is still to."""
    entries = read_record(folder)
    sealed = tuple(vote.name for vote in votes_on(entries, about))
    return Standing(sealed, tuple(name for name in panel_of(entries, about) if name not in sealed))


def _put(path: Path, salt: str, text: str) -> None:
    """Write an envelope that its owner alone may read."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump({"salt": salt, "text": text}, file)


def _said(about: str, wrong: str) -> WorkspaceFaulty:
    expected, _, found = wrong.removeprefix("expected ").partition(", found ")
    return WorkspaceFaulty([Fault(f"vote on {about}", 0, "", expected, found)])

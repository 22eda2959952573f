"""Hand over everything that one person owns to another, in one recorded act.

Files are edited as text, at the places where the owner stands, so that nothing else of them changes: heads of bets,
goals.toml, metrics.toml. Sealed bets are sealed again within the same act: it is the reason of the amendment. Open
questions and actions move by the record. If anything cannot be moved, nothing is.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, NamedTuple

from firstbest.mechanisms import bets as b
from firstbest.mechanisms.escalations import ACTIONS_GIVEN, GIVEN, about, name_of, open_ones
from firstbest.mechanisms.records import State
from firstbest.mechanisms.seals import Entry, content_digest, entry
from firstbest.store.bets import METRICS, Definitions, Shelf, shelf_of
from firstbest.store.bets_acts import refuse
from firstbest.store.bets_check import edited
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.goals import FILE as GOALS
from firstbest.store.record import RECORD, append

_BREAKING: Final = '"{}[],:#\\\n'
"""Marks that would end a name in TOML or YAML."""


class Moved(NamedTuple):
    """What changed hands."""

    things: tuple[str, ...]
    entry: Entry


def hand_over(folder: Path, parties: tuple[str, str], by: str, at_us: int, figures: Definitions) -> Moved:
    """Move all that the first party owns to the second. Raises `WorkspaceFaulty` where nothing is owned or editable."""
    old, new = parties
    if not new.strip() or any(mark in new for mark in _BREAKING):
        raise refuse(RECORD, "owner", f"a name, without {' '.join(_BREAKING.strip())}", f"'{new}'")
    shelf = shelf_of(folder, figures)
    if shelf.owners and new not in {owner.name for owner in shelf.owners}:
        raise refuse(GOALS, "owner", "a listed owner to hand over to", f"'{new}'")
    texts, seals, things = _files(shelf, old, new)
    for page in shelf.pages:
        far = b.progress(shelf.entries, page.bet.bet)
        faults = list(edited(page, far)) if page.file in texts and far.sealed else []
        if faults:
            raise WorkspaceFaulty(faults)
    made = []
    for question in open_ones(shelf.entries, at_us):
        if question.owner == old:
            things.append(f"{name_of(question.number)}: {question.about}")
            made.append(entry(at_us, GIVEN, by, about(question.number), {"owner": new}))
        owing = [each for each in question.actions if each.owner == old and not each.done_on]
        things += [f"action of {name_of(question.number)}: {each.what}" for each in owing]
        made += [entry(at_us, ACTIONS_GIVEN, by, about(question.number), {"from": old, "owner": new})] if owing else []
    if not things:
        raise refuse(RECORD, "owner", f"something that {old} owns", "nothing")
    act = entry(at_us, b.HANDED_OVER, by, old, {"to": new, "things": things})
    reason = f"handed over from {old} to {new}"
    amended = [entry(at_us, b.AMENDED, by, name, {**seal, "reason": reason}) for name, seal in seals.items()]
    added = append(folder, lambda _: [act, *amended, *made])
    for file, text in texts.items():
        (folder / file).write_text(text, encoding="utf-8")
    return Moved(tuple(things), added[0])


def _files(shelf: Shelf, old: str, new: str) -> tuple[dict[str, str], dict[str, dict[str, Any]], list[str]]:
    """Edited texts by file, seals of locked bets by name, and what changes hands in words."""
    texts: dict[str, str] = {}
    seals: dict[str, dict[str, Any]] = {}
    things: list[str] = []
    for page in shelf.pages:
        far = b.progress(shelf.entries, page.bet.bet)
        if page.bet.owner is None or page.bet.owner.name != old or far.state == State.NO:
            continue
        text = page.content.decode("utf-8")
        edited_text = renamed_in_head(text, old, new)
        if edited_text is None:
            raise refuse(page.file, "owner", f"owner: {{name: {old}, ...}}, so that it can be changed", "another way")
        texts[page.file] = edited_text
        things.append(f"bet {page.bet.bet}")
        if far.sealed:
            digest = content_digest(edited_text.encode())
            seals[page.bet.bet] = {
                "text": edited_text,
                "digest": digest,
                # Who answers for it changes, not what it means: a metric defined anew stays to be found.
                "definitions": far.sealed.body["definitions"],
            }
    for file in (GOALS, METRICS):
        path = shelf.folder / file
        text = path.read_text("utf-8") if path.is_file() else ""
        changed, names = renamed_in_toml(text, old, new)
        if names:
            texts[file] = changed
            things += [f"{kind} {name}" for kind, name in names]
    return texts, seals, things


def renamed_in_head(text: str, old: str, new: str) -> str | None:
    """A bet's text with its owner renamed: the `name` under `owner`, in one line or in several; None if not found."""
    inline = r"^owner:[^\n]*?\bname:\s*[\"']?"
    below = r"^owner:[^\n]*\n(?:[ \t]+[^\n]*\n)*?[ \t]+name:\s*[\"']?"
    pattern = re.compile(rf"({inline}|{below}){re.escape(old)}\b", re.MULTILINE)
    changed, count = pattern.subn(lambda found: found[1] + new, text, count=1)
    return changed if count else None


def renamed_in_toml(text: str, old: str, new: str) -> tuple[str, list[tuple[str, str]]]:
    """A TOML text with `owner = "old"` renamed in every entry of a list; and (kind, name) of those entries."""
    found: list[tuple[str, str]] = []
    parts = re.split(r"(?m)^(?=\[\[)", text)
    made = []
    for part in parts:
        kind = re.match(r"\[\[\s*(\w+)\s*\]\]", part)
        changed, count = re.subn(
            rf"(?m)^(\s*owner\s*=\s*)([\"']){re.escape(old)}\2", lambda each: f'{each[1]}"{new}"', part
        )
        if count and kind:
            named = re.search(r"(?m)^\s*(?:name|key)\s*=\s*[\"']([^\"']+)", part)
            found.append((kind[1], named[1] if named else "?"))
        made.append(changed)
    return "".join(made), found

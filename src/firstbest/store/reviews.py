"""Decks on record: sealed in a chain, so that none can change unseen; overrulings of signals beside them.

`reviews/WEEK.json` holds a sealed deck, `reviews/seals.jsonl` a line for each seal, chained by digests: a file or a
line that was edited is found. Whether a sealed deck could be made again is another question, and it is asked each
time: rows that claim to have been known before a seal, and were not there then, change the digest of what was known,
and the next deck says so. Nothing in here is ever rewritten.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from firstbest.mechanisms.deck import Deck, Overruled, packed, unpacked
from firstbest.store.faults import Fault, WorkspaceFaulty

FOLDER: Final = "reviews"
SEALS: Final = "seals.jsonl"
OVERRULINGS: Final = "overrulings.jsonl"
WORDS_MAX: Final = 500


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the chain. `digest` covers the deck's bytes and everything else here but itself."""

    week: str
    as_of_us: int
    definitions: str
    data: str
    deck: str
    previous: str
    digest: str = ""


class Overruling(msgspec.Struct, frozen=True, kw_only=True):
    """An owner's word against a signal."""

    week: str
    metric: str
    by: str
    because: str
    at_us: int


class AlreadySealed(Exception):  # noqa: N818 - it names what is the matter
    """A deck of this week is sealed, and this one is not the same."""


def sealed(folder: Path) -> list[tuple[Seal, Deck]]:
    """The sealed decks in their order. Raises `WorkspaceFaulty` where the chain or a deck was edited."""
    path = folder / FOLDER / SEALS
    if not path.is_file():
        return []
    faults: list[Fault] = []
    found = []
    previous = ""
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
        place = f"{FOLDER}/{SEALS}"
        try:
            seal = msgspec.json.decode(line.encode(), type=Seal)
        except msgspec.DecodeError as error:
            faults.append(Fault(place, number, "", "a seal", str(error)))
            break
        if seal.previous != previous or seal.digest != _digest_of(seal):
            faults.append(Fault(place, number, "digest", f"a line that follows {previous or 'nothing'}", seal.digest))
        previous = seal.digest
        deck_path = folder / FOLDER / f"{seal.week}.json"
        data = deck_path.read_bytes() if deck_path.is_file() else b""
        if _digest(data) != seal.deck:
            faults.append(Fault(f"{FOLDER}/{deck_path.name}", 0, "", f"the deck sealed as {seal.deck}", _digest(data)))
            continue
        found.append((seal, unpacked(data)))
    if faults:
        raise WorkspaceFaulty(faults)
    return found


def seal(folder: Path, deck: Deck) -> Seal:
    """Seal a deck. Sealing the same bytes again changes nothing. Raises `AlreadySealed` and `WorkspaceFaulty`."""
    before = sealed(folder)
    data = packed(deck)
    for old, _ in before:
        if old.week == deck.week:
            if old.deck == _digest(data):
                return old
            found = (
                f"{FOLDER}/{deck.week}.json is sealed as {old.deck}; a later number is a restatement in a later deck"
            )
            raise AlreadySealed(found)
    made = Seal(
        week=deck.week, as_of_us=deck.as_of_us, definitions=deck.definitions, data=deck.data, deck=_digest(data),
        previous=before[-1][0].digest if before else "",
    )  # fmt: skip
    made = msgspec.structs.replace(made, digest=_digest_of(made))
    (folder / FOLDER).mkdir(exist_ok=True)
    (folder / FOLDER / f"{deck.week}.json").write_bytes(data)
    with (folder / FOLDER / SEALS).open("ab") as file:
        file.write(msgspec.json.encode(made) + b"\n")
    return made


def _digest(data: bytes) -> str:
    return blake2b(data, digest_size=16).hexdigest()


def _digest_of(made: Seal) -> str:
    return _digest(msgspec.json.encode(msgspec.structs.replace(made, digest="")))


def rewritten(before: list[tuple[Seal, Deck]], data_as_of: Callable[[int], str]) -> list[str]:
    """A sentence for each sealed deck whose past was rewritten.

    That is so where what was known at its instant is not what is now said to have been known then. `data_as_of`:
    the digest of the rows that were known at an instant.
    """
    return [
        f"the deck of {seal.week} cannot be made again: it was sealed over data {seal.data}, and rows that were not "
        f"there now claim to have been known by then (data {data_as_of(seal.as_of_us)})"
        for seal, _ in before
        if seal.data and data_as_of(seal.as_of_us) != seal.data
    ]


def overrulings(folder: Path) -> list[Overruling]:
    """Every overruling, the oldest first."""
    path = folder / FOLDER / OVERRULINGS
    if not path.is_file():
        return []
    return [msgspec.json.decode(line, type=Overruling) for line in path.read_bytes().splitlines()]


def overrule(folder: Path, said: Overruling) -> None:
    """Write down an owner's word. It needs a reason and a name."""
    for field in ("by", "because", "metric"):
        words = getattr(said, field)
        if not 0 < len(words.strip()) <= WORDS_MAX:
            raise WorkspaceFaulty([Fault("overrule", 0, field, f"1 to {WORDS_MAX} letters", f"{len(words)}")])
    (folder / FOLDER).mkdir(exist_ok=True)
    with (folder / FOLDER / OVERRULINGS).open("ab") as file:
        file.write(json.dumps(msgspec.to_builtins(said)).encode() + b"\n")


def last_word_us(folder: Path) -> int:
    """When the last overruling was written down; 0 where there is none."""
    return max((each.at_us for each in overrulings(folder)), default=0)


def with_overrulings(deck: Deck, said: list[Overruling], before: list[Deck]) -> Deck:
    """The deck with each signal marked that was overruled by its instant, and how owners have judged signals so far."""
    known = [each for each in said if each.at_us <= deck.as_of_us]
    by_key = {(each.week, each.metric): each for each in known}
    signals = tuple(
        msgspec.structs.replace(signal, overruled_by=word.by, overruled_because=word.because)
        if (word := by_key.get((deck.week, signal.key)))
        else signal
        for signal in deck.signals
    )
    decks = [*(each for each in before if each.week != deck.week), deck]
    shown: Counter[str] = Counter()
    against: Counter[str] = Counter()
    for each in decks:
        for signal in each.signals:
            owner = signal.owner or "nobody"
            shown[owner] += 1
            against[owner] += (each.week, signal.key) in by_key
    listed = tuple(Overruled(owner=owner, signals=shown[owner], overruled=against[owner]) for owner in sorted(shown))
    return msgspec.structs.replace(deck, signals=signals, overruled=listed if known or len(decks) > 1 else ())

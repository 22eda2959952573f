"""The record: entries chained by digests, and sealed votes.

An entry's digest covers its content and the digest of the entry before it, so a change to any entry, or one taken out
or put between, breaks the chain from there on. What this can promise in a folder that its owner may write to: no
*silent* edit. Who rewrites every entry from some point on makes a chain that holds, with another head; it is found by
whoever kept the old head (in a commit, a letter, a printed deck), which is why the head is printed everywhere.

A vote is sealed by its commitment: the digest of a salt and the text. The record gets the commitment alone, so
nobody who reads the folder reads the vote; the text waits with its voter. Opened, it must fit the commitment, so
nobody can change their mind after reading others.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, Final, NamedTuple

import msgspec

GENESIS: Final = "0" * 64
"""What the first entry stands on."""
SALT_BYTES: Final = 16
SHORT: Final = 12
"""So many characters of a digest are shown to people."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the record."""

    number: int  # from 1
    at_us: int
    kind: str  # in the past tense: "locked", "decided", "asked"
    by: str
    about: str  # name of a bet, or whom or what a decision is about
    body: dict[str, Any]
    previous: str
    digest: str = ""


class Broken(NamedTuple):
    """Where the chain does not hold."""

    number: int  # of the entry, as it stands in the file, from 1
    expected: str
    found: str


def canonical(value: object) -> bytes:
    """The one way in which a value is written: keys in order, no blanks, UTF-8."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def digest_of(entry: Entry) -> str:
    """What the digest of an entry has to be: SHA-256 of all of it but the digest."""
    content = {field: getattr(entry, field) for field in entry.__struct_fields__ if field != "digest"}
    return sha256(canonical(content)).hexdigest()


def sealed(last: Entry | None, what: Entry) -> Entry:
    """An entry with its number, the digest before it, and its own."""
    number, previous = (last.number + 1, last.digest) if last else (1, GENESIS)
    placed = msgspec.structs.replace(what, number=number, previous=previous)
    return msgspec.structs.replace(placed, digest=digest_of(placed))


def entry(at_us: int, kind: str, by: str, about: str, body: dict[str, Any]) -> Entry:
    """An entry that is not yet in its place."""
    return Entry(number=0, at_us=at_us, kind=kind, by=by, about=about, body=body, previous="")


def broken(entries: Sequence[Entry]) -> list[Broken]:
    """Every place where numbers, links, digests or the order in time do not hold; none if the record is whole."""
    found, last = [], Entry(number=0, at_us=-(2**63), kind="", by="", about="", body={}, previous="", digest=GENESIS)
    for number, each in enumerate(entries, start=1):
        if each.number != number:
            found.append(Broken(number, f"entry {number}", f"entry {each.number}"))
        if each.previous != last.digest:
            found.append(Broken(number, f"to stand on {last.digest[:SHORT]}", f"{each.previous[:SHORT]}"))
        if each.digest != digest_of(each):
            found.append(Broken(number, f"the digest {each.digest[:SHORT]}", f"content of {digest_of(each)[:SHORT]}"))
        if each.at_us < last.at_us:
            found.append(Broken(number, "an instant no earlier than the entry before", "an earlier one"))
        last = each
    return found


def head(entries: Sequence[Entry]) -> str:
    """Digest of the last entry; `GENESIS` of an empty record."""
    return entries[-1].digest if entries else GENESIS


def content_digest(content: bytes) -> str:
    """Digest of a file as its bytes are."""
    return sha256(content).hexdigest()


def commitment(salt: str, text: str) -> str:
    """What is put on record of a sealed vote. The salt keeps a short vote from being found by trying all of them."""
    assert len(salt) >= 2 * SALT_BYTES, f"a salt of {SALT_BYTES} bytes or more in hex"
    return sha256(canonical([salt, text])).hexdigest()

"""The record of a workspace: `record.jsonl`, one sealed entry a line, only ever appended to.

It is text that git can diff and merge would refuse: two branches that both append make a conflict at the same number,
which is right. Writers take turns on a lock of the file; a line is on disk before anybody is told that it is.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from firstbest.mechanisms.seals import Entry, broken, canonical, sealed
from firstbest.store.faults import Fault, WorkspaceFaulty

RECORD: Final = "record.jsonl"
LINES_MAX: Final = 1_000_000
LINE_BYTES_MAX: Final = 4_000_000

Maker = Callable[[list[Entry]], list[Entry]]
"""Given all entries there are, answers those to add; raises to add none."""


def read_record(folder: Path) -> list[Entry]:
    """All entries, checked: raises `WorkspaceFaulty` with every line that cannot be read or breaks the chain."""
    entries, faults = parsed(folder)
    faults = faults or chain_faults(entries)
    if faults:
        raise WorkspaceFaulty(faults)
    return entries


def entries_as_of(folder: Path, as_of_us: int) -> list[Entry]:
    """The entries that were on record at an instant."""
    return [each for each in read_record(folder) if each.at_us <= as_of_us]


def latest_us(folder: Path) -> int:
    """When the last entry was made; 0 where there is none. Raises `WorkspaceFaulty` as `read_record` does."""
    entries = read_record(folder)
    return entries[-1].at_us if entries else 0


def record_faults(folder: Path) -> list[Fault]:
    """Everything that is wrong with the record; nothing where there is none."""
    entries, faults = parsed(folder)
    return faults or chain_faults(entries)


def parsed(folder: Path) -> tuple[list[Entry], list[Fault]]:
    """Entries as the lines say, not yet held to the chain."""
    path = folder / RECORD
    if not path.is_file():
        return [], []
    return _lines(path.read_bytes())


def _lines(content: bytes) -> tuple[list[Entry], list[Fault]]:
    entries: list[Entry] = []
    faults = []
    lines = content.split(b"\n")
    if lines.pop() != b"":
        faults.append(Fault(RECORD, len(lines) + 1, "", "a whole line", "one that breaks off"))
    if len(lines) > LINES_MAX:
        return [], [Fault(RECORD, 0, "", f"{LINES_MAX:,} lines at most", f"{len(lines):,}")]
    decoder = msgspec.json.Decoder(Entry)
    for number, line in enumerate(lines, start=1):
        try:
            entries.append(decoder.decode(line))
        except msgspec.DecodeError as wrong:
            faults.append(Fault(RECORD, number, "", "a sealed entry", str(wrong)))
    return entries, faults


def chain_faults(entries: list[Entry]) -> list[Fault]:
    """Breaks of the chain as faults of the file."""
    return [Fault(RECORD, each.number, "", each.expected, each.found) for each in broken(entries)]


def append(folder: Path, make: Maker) -> list[Entry]:
    """Seal what `make` answers behind the entries there are, in one turn; answers the sealed entries.

    Raises `WorkspaceFaulty` where the record does not hold: on a broken chain nothing is built.
    """
    with _turn(folder / RECORD) as descriptor:
        with os.fdopen(os.dup(descriptor), "rb") as file:
            entries, faults = _lines(file.read())
        faults = faults or chain_faults(entries)
        if faults:
            raise WorkspaceFaulty(faults)
        added: list[Entry] = []
        last = entries[-1] if entries else None
        for each in make(entries):
            at_us = max(each.at_us, last.at_us) if last else each.at_us
            last = sealed(last, msgspec.structs.replace(each, at_us=at_us))
            added.append(last)
        lines = b"".join(canonical(msgspec.to_builtins(each)) + b"\n" for each in added)
        assert all(len(line) <= LINE_BYTES_MAX for line in lines.split(b"\n")), "an entry of 4 MB at most"
        written = os.write(descriptor, lines)
        assert written == len(lines), "a line goes to disk whole"
        os.fsync(descriptor)
    return added


@contextmanager
def _turn(path: Path) -> Iterator[int]:
    """The file, made if absent, for this writer alone."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)

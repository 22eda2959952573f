"""The list of exceptions, and what is left of the offences when it is taken into account."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tests.tidy.sources import Offence

EXCEPTIONS = Path(__file__).with_name("exceptions.toml")


class Allowed(NamedTuple):
    """One entry of the list: this place may break this rule, up to a measure, for a reason."""

    rule: str
    where: str
    allowed: int
    reason: str


def read(text: str) -> tuple[list[Allowed], int]:
    """The entries, and how many there may be."""
    table = tomllib.loads(text)
    return [Allowed(**entry) for entry in table.get("exception", [])], table["entries_max"]


def faults(offences: Iterable[Offence], entries: list[Allowed], entries_max: int) -> Iterator[str]:
    """Sentences: offences that no entry excuses, entries that nobody needs, a list of another length than stated."""
    worst: dict[tuple[str, str], int] = {}
    excused = {(entry.rule, entry.where): entry.allowed for entry in entries}
    for offence in offences:
        key = (offence.rule, offence.where)
        worst[key] = max(worst.get(key, 0), offence.measure)
        if offence.measure > excused.get(key, 0):
            yield f"{offence.rule}: {offence.where}: {offence.found}"
    for entry in entries:
        needed = worst.get((entry.rule, entry.where), 0)
        if needed < entry.allowed:
            yield f"exceptions.toml: {entry.rule} {entry.where} allows {entry.allowed}, needed is {needed}"
        if not entry.reason.strip():
            yield f"exceptions.toml: {entry.rule} {entry.where} gives no reason"
    if len(entries) != entries_max:
        yield f"exceptions.toml: entries_max is {entries_max}, was {len(entries)} entries; it may only shrink"

"""Faults of workspace files: gathered, then shown together."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final, NamedTuple

FAULTS_PER_COLUMN_MAX: Final = 20
"""Of one kind in one column; the rest is told as a number."""
_SHOWN_MAX: Final = 60


class Fault(NamedTuple):
    """One thing that is wrong in a file.

    `row` is counted as a spreadsheet shows it: the header is row 1. 0 means the file as a whole. For TOML,
    Markdown and the record it is the line, 0 where the line is not known.
    """

    file: str
    row: int
    column: str
    expected: str
    found: str

    def __str__(self) -> str:
        """One line for a terminal: where, what was expected, what was found."""
        row = "line" if self.file.endswith((".toml", ".md", ".jsonl")) else "row"
        place = [self.file]
        if self.row:
            place.append(f"{row} {self.row}")
        if self.column:
            place.append(self.column)
        return f"{', '.join(place)}: expected {self.expected}, found {self.found}"


class WorkspaceFaulty(Exception):  # noqa: N818 - it names a state of the folder, as `Fault` does
    """The workspace cannot be used; `faults` holds everything that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults: Final = tuple(faults)
        count = len(self.faults)
        head = f"the workspace has {count} {'fault' if count == 1 else 'faults'}"
        super().__init__("\n".join([head, *map(str, self.faults)]))


def shown(value: object) -> str:
    """A found value in quotes, shortened."""
    written = str(value)
    cut = written if len(written) <= _SHOWN_MAX else written[:_SHOWN_MAX] + "..."
    return f"'{cut}'" if written else "nothing"


def many(count: int, one: str = "row", more: str = "") -> str:
    """A count with its noun: `1 row`, `2,715 rows`; `more` where an s does not make the plural."""
    return f"{count:,} {one if count == 1 else more or one + 's'}"


def nearest(name: str, known: Iterable[str], least: float = 0.6) -> str:
    """A hint at the known name most like `name`: " (nearest: 'x')", or nothing; `least` likeness, 0 to 1."""
    names = list(known)
    folded = {each.casefold().strip(): each for each in names}
    alike = folded.get(name.casefold().strip())
    close = [alike] if alike else get_close_matches(name, names, 1, least)
    return f" (nearest: '{close[0]}')" if close else ""


def one(word: str) -> str:
    """`an item`, `a node`."""
    return f"an {word}" if word[:1] in "aeio" else f"a {word}"

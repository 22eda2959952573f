"""A rate card file as a tree with the line of each key, and a reader that gathers faults as it goes."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from firstbest.store.faults import Fault, nearest, shown

BYTES_MAX: Final = 2_000_000
_HEAD: Final = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")

PathKey = tuple[str | int, ...]
MICROS: Final = 1_000_000
_MONEY_MAX: Final = Fraction(10**9)


def parse(path: Path, file: str, faults: list[Fault]) -> tuple[dict[str, Any], dict[PathKey, int]] | None:
    """The tree of a file and the line of each section and key; a fault and None where it is no TOML."""
    if path.stat().st_size > BYTES_MAX:
        faults.append(Fault(file, 0, "", f"a file of {BYTES_MAX:,} bytes or fewer", f"{path.stat().st_size:,}"))
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig")
        tree = tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError as error:
        faults.append(Fault(file, 0, "", "text in UTF-8", f"byte {error.object[error.start]} at {error.start}"))
        return None
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        faults.append(Fault(file, int(found[1]) if found else 0, "", "TOML", str(error)))
        return None
    return tree, lines_of(text)


def lines_of(text: str) -> dict[PathKey, int]:
    """Path (section, its place among its like, key ...) to line."""
    found: dict[PathKey, int] = {}
    counts: dict[PathKey, int] = {}
    prefix: PathKey = ()
    for row, line in enumerate(text.splitlines(), start=1):
        head = _HEAD.match(line)
        if head:
            prefix = _placed(head[2].split("."), counts, many=head[1] == "[[")
            found.setdefault(prefix, row)
        elif key := _KEY.match(line):
            found.setdefault((*prefix, key[1]), row)
    return found


def _placed(words: Sequence[str], counts: dict[PathKey, int], *, many: bool) -> PathKey:
    """A head's path: parents that are lists stand at their latest place."""
    path: PathKey = ()
    for depth, word in enumerate(words, start=1):
        path = (*path, word)
        if many and depth == len(words):
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = (*path, counts[path])
    return path


@dataclass
class Node:
    """One table of the file: its values, where it stands, and the faults of the file."""

    file: str
    label: str
    values: Mapping[str, Any]
    path: PathKey
    lines: Mapping[PathKey, int]
    faults: list[Fault]

    def line(self, key: str = "") -> int:
        """The line of a key, else of the table, else of what it stands in."""
        path: PathKey = (*self.path, key) if key else self.path
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 0)

    def fault(self, key: str, expected: str, found: object) -> None:
        """Notes a fault at a key."""
        column = ", ".join(part for part in (self.label, key) if part)
        told = "nothing" if found is None else found if isinstance(found, str) else shown(found)
        self.faults.append(Fault(self.file, self.line(key), column, expected, str(told)))

    def known(self, keys: Mapping[str, Any] | Sequence[str]) -> None:
        """Notes every key that is not declared."""
        for key in self.values:
            if key not in keys:
                self.fault(key, f"one of {', '.join(keys)}", shown(key) + nearest(key, keys))

    def child(self, key: str, values: Mapping[str, Any], label: str, place: int | None = None) -> Node:
        """A table inside this one."""
        path: PathKey = (*self.path, key) if place is None else (*self.path, key, place)
        return Node(self.file, label, values, path, self.lines, self.faults)

    def text(self, key: str, default: str | None = None) -> str:
        """A text of 1 to 200 letters, without breaks."""
        value = self.values.get(key, default)
        if isinstance(value, str) and value == default:
            return value
        if not isinstance(value, str) or not value.strip() or len(value) > 200 or "\n" in value:  # noqa: PLR2004
            self.fault(key, "a text of 1 to 200 letters", None if value is None else shown(value))
            return ""
        return value

    def flag(self, key: str) -> bool:
        """True or false; false by default."""
        value = self.values.get(key, False)
        if not isinstance(value, bool):
            self.fault(key, "true or false", value)
            return False
        return value

    def choice(self, key: str, known: Sequence[str]) -> str:
        """One of a closed list; the first by default."""
        value = self.values.get(key, known[0])
        if value not in known:
            self.fault(key, f"one of {', '.join(known)}", shown(value) + nearest(str(value), known))
            return known[0]
        return str(value)

    def tables(self, key: str, most: int) -> list[Mapping[str, Any]]:
        """A list of tables, empty by default."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self.fault(key, f"entries that start with [[{key}]]", value)
            return []
        if len(value) > most:
            self.fault(key, f"{most} entries or fewer", f"{len(value):,}")
        return value[:most]

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A text, or a list of texts."""
        value = self.values.get(key, [])
        listed = [value] if isinstance(value, str) else value
        good = isinstance(listed, list) and all(isinstance(each, str) and each for each in listed)
        if not good or (required and not listed):
            self.fault(key, "a name or a list of names", value if value != [] else None)
            return ()
        return tuple(listed)

    def money(self, key: str, value: Any, *, credit: bool = False) -> Fraction:
        """An amount as millionths; 0 or more. A credit's amounts come back negative."""
        amount = number(value)
        if amount is None or not 0 <= amount <= _MONEY_MAX:
            self.fault(key, 'an amount of 0 or more, such as "3.32"', None if value is None else shown(value))
            return Fraction(0)
        return amount * MICROS * (-1 if credit else 1)

    def share(self, key: str, value: Any, most: int = 100) -> Fraction:
        """A percentage as a share."""
        amount = number(value)
        if amount is None or not 0 <= amount <= most:
            self.fault(key, f"a percentage from 0 to {most}", None if value is None else shown(value))
            return Fraction(0)
        return amount / 100


def number(value: Any) -> Fraction | None:
    """A number as a text, a whole number or a decimal, exactly; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        decimal = Decimal(value.replace("_", "").replace(",", "").strip() if isinstance(value, str) else value)
    except InvalidOperation:
        return None
    return Fraction(decimal) if decimal.is_finite() else None

"""TOML files become typed entries; every key that cannot is a fault with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from firstbest.store.faults import Fault, nearest, shown
from firstbest.store.schema_words import Column, Section, Settings, Type
from firstbest.store.workspace_cells import Wrong, expectation, in_range, parser
from firstbest.store.workspace_tables import fallback

_HEAD: Final = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")
_AT_LINE: Final = re.compile(r"\(at line (\d+), column \d+\)")
_NUMERIC: Final = frozenset({Type.INTEGER, Type.NUMBER, Type.MONEY})
_PARTED: Final = frozenset({Type.NAMES, Type.CHOICES})


class Document(NamedTuple):
    """One TOML file as it was read: its tree, and where each key stands."""

    file: str
    tree: Mapping[str, Any]
    lines: Mapping[tuple[str, int, str], int]  # (section, entry of a list or 0, key or "") to line

    def line(self, section: str, entry: int, key: str) -> int:
        """The line of a key, else of its section, else 0."""
        return self.lines.get((section, entry, key)) or self.lines.get((section, entry, "")) or 0


@dataclass(frozen=True)
class Entry:
    """One section, or one entry of a list of sections, with every declared key filled."""

    line: int
    values: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        """The value of a declared key."""
        return self.values[key]


Read = dict[str, dict[str, Entry] | tuple[Entry, ...]]
"""Section to entries: a tuple for lists; by name otherwise, "" being the section itself."""


def read_document(path: Path, file: str, faults: list[Fault]) -> Document | None:
    """The tree of a TOML file; None, and a fault, if it cannot be read."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return Document(file, tomllib.loads(text), _lines(text))
    except UnicodeDecodeError as error:
        faults.append(Fault(file, 0, "", "text in UTF-8", f"byte {error.object[error.start]:#04x}"))
    except tomllib.TOMLDecodeError as error:
        found = _AT_LINE.search(str(error))
        row = int(found[1]) if found else text.count("\n") + 1
        faults.append(Fault(file, row, "", "valid TOML", _AT_LINE.sub("", str(error)).strip()))
    except (OSError, ValueError, RecursionError) as error:
        faults.append(Fault(file, 0, "", "a file that can be read", shown(error)))
    return None


def _lines(text: str) -> dict[tuple[str, int, str], int]:
    """Where each key stands. Good enough to point a person at; keys in inline tables have none."""
    found: dict[tuple[str, int, str], int] = {}
    seen: dict[str, int] = {}
    section, entry = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        head = _HEAD.match(line)
        if head and "=" not in line.split("#", 1)[0]:
            section = head[1].replace(" ", "")
            seen[section] = entry = seen.get(section, -1) + 1
            found.setdefault((section, entry, ""), number)
        elif key := _KEY.match(line):
            found.setdefault((section, entry, key[1]), number)
    return found


def typed_settings(document: Document, declared: Settings, zone: ZoneInfo, faults: list[Fault]) -> Read:
    """All declared sections, typed, with defaults for what is not there."""
    known = [each.name for each in declared.sections]
    for name in document.tree:
        if name not in known:
            found = shown(name) + nearest(name, known)
            line = document.line(name, 0, "") or document.line("", 0, name)
            faults.append(Fault(document.file, line, name, f"one of the sections {', '.join(known)}", found))
    read: Read = {}
    for section in declared.sections:
        given = document.tree.get(section.name, [] if section.many else {})
        if section.many:
            read[section.name] = tuple(_many(document, section, given, zone, faults))
        else:
            read[section.name] = dict(_by_name(document, section, given, zone, faults))
    return read


def _many(document: Document, section: Section, given: Any, zone: ZoneInfo, faults: list[Fault]) -> Iterator[Entry]:
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        line = document.line(section.name, 0, "")
        faults.append(
            Fault(document.file, line, section.name, f"entries that start with [[{section.name}]]", shown(given))
        )
        return
    seen: dict[Any, int] = {}
    for index, values in enumerate(given):
        entry = _entry(document, section, (section.name, index), values, zone, faults)
        name = entry.values.get(section.key)
        if section.key and name in seen:
            where = f"{section.name}.{section.key}"
            faults.append(Fault(document.file, entry.line, where, "a name of its own", f"{shown(name)} twice"))
        seen[name] = entry.line
        yield entry


def _by_name(
    document: Document, section: Section, given: Any, zone: ZoneInfo, faults: list[Fault]
) -> Iterator[tuple[str, Entry]]:
    if not isinstance(given, dict):
        line = document.line("", 0, section.name)
        faults.append(Fault(document.file, line, section.name, f"a section [{section.name}]", shown(given)))
        given = {}
    if not section.named:
        yield "", _entry(document, section, (section.name, 0), given, zone, faults)
        return
    for name in given:
        if name not in section.named:
            line = document.line(f"{section.name}.{name}", 0, "") or document.line(section.name, 0, name)
            expected = f"[{section.name}.NAME] with one of {', '.join(section.named)}"
            faults.append(
                Fault(document.file, line, section.name, expected, shown(name) + nearest(name, section.named))
            )
    for name in section.named:
        path = f"{section.name}.{name}"
        values = given.get(name, {})
        if not isinstance(values, dict):
            faults.append(Fault(document.file, 0, path, f"a section [{path}]", shown(values)))
            values = {}
        yield name, _entry(document, section, (path, 0), values, zone, faults)


def _entry(
    document: Document,
    section: Section,
    at: tuple[str, int],
    given: dict[str, Any],
    zone: ZoneInfo,
    faults: list[Fault],
) -> Entry:
    """One entry with every declared key; `at` is its section path and its place in a list."""
    known = [each.name for each in section.keys]
    path, index = at
    for key in given:
        if key not in known:
            found = shown(key) + nearest(key, [each for each in known if each not in given])
            row = document.line(path, index, key)
            faults.append(Fault(document.file, row, f"{path}.{key}", f"one of {', '.join(known)}", found))
    values: dict[str, Any] = {}
    for column in section.keys:
        if column.name not in given or (given[column.name] == "" and not column.required):
            values[column.name] = _default(column, zone)
            if column.required:
                row = document.line(path, index, "")
                expected = f"{expectation(column)}: {column.note}"
                faults.append(Fault(document.file, row, f"{path}.{column.name}", expected, "nothing"))
            continue
        try:
            values[column.name] = _value(column, given[column.name], zone)
        except Wrong as error:
            values[column.name] = _default(column, zone)
            row = document.line(path, index, column.name)
            found = shown(given[column.name]) + error.hint
            faults.append(Fault(document.file, row, f"{path}.{column.name}", expectation(column), found))
    return Entry(document.line(path, index, ""), values)


def _default(column: Column, zone: ZoneInfo) -> Any:
    match column.type:
        case Type.NUMBERS:
            return tuple(column.default or [0.0] * column.length[0])
        case Type.NUMBER_BY_NAME:
            return dict(column.default or {})
        case Type.SEASON_DATE if column.required:
            return parser(column, zone)("01-01")
        case _:
            return fallback(column, zone)


def _value(column: Column, given: Any, zone: ZoneInfo) -> Any:
    """A TOML value as the column's type; numbers must be numbers, dates and clocks may be TOML's own."""
    if column.type in _NUMERIC:
        return in_range(column, _plain_number(given))
    if column.type is Type.NUMBERS:
        least, most = column.length
        if not isinstance(given, list) or not least <= len(given) <= most:
            raise Wrong(f" with {len(given)} entries" if isinstance(given, list) else "")
        return tuple(in_range(column, _plain_number(each)) for each in given)
    if column.type is Type.NUMBER_BY_NAME:
        return _number_by_name(column, given)
    return parser(column, zone)(_as_text(column, given))


def _number_by_name(column: Column, given: Any) -> dict[str, float]:
    if not isinstance(given, dict):
        raise Wrong
    for name in given:
        if column.choices and name not in column.choices:
            raise Wrong(f" ('{name}' is none of {', '.join(column.choices)}{nearest(name, column.choices)})")
    return {name: in_range(column, _plain_number(each)) for name, each in given.items()}


def _plain_number(given: Any) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Wrong(" (a text: write it without quotes)" if isinstance(given, str) else "")
    try:
        return float(given)
    except OverflowError:
        raise Wrong from None


def _as_text(column: Column, given: Any) -> str:
    if isinstance(given, bool):
        if column.type is Type.YES_NO:
            return "yes" if given else "no"
        raise Wrong
    if isinstance(given, list) and column.type in _PARTED and all(isinstance(each, str) for each in given):
        return " ".join(given)
    if isinstance(given, datetime | date | time):
        return given.isoformat()
    if not isinstance(given, str):
        raise Wrong
    if not given.strip() and column.required:
        raise Wrong
    return given.strip()

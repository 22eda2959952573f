"""Change files as operations with typed keys; every key that is wrong is a fault with its line and operation."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from firstbest.store.changes_stages import NOT_STAGED, Step, read_steps
from firstbest.store.changes_words import KINDS, SHARED, OperationKind
from firstbest.store.faults import Fault, nearest, shown
from firstbest.store.schema_words import Section, Settings
from firstbest.store.workspace_settings import Document, Entry, read_document, typed_settings

OPERATIONS_MAX: Final = 500
_HEAD: Final = re.compile(r"\s*(\[\[?)\s*operation(?:\.([\w-]+))?\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = re.compile(r"""\s*["']?([\w-]+)["']?\s*=""")
_TOP: Final = ("title", "note", "operation", "stage")
_OPEN_MOMENTS: Final = ("from", "until")


class Place(NamedTuple):
    """Where something stands in the change file: the line, and words for the column of a fault."""

    line: int
    label: str


@dataclass(frozen=True)
class Operation:
    """One operation, typed. `tables` and `lists` hold what is written into CSV files, as TOML gave it."""

    number: int  # from 1
    kind: str
    values: Mapping[str, Any]
    tables: Mapping[str, Mapping[str, Any]]
    lists: Mapping[str, tuple[Mapping[str, Any], ...]]
    free: Mapping[str, Any]
    begins: int | None  # local minutes since the epoch
    ends: int | None
    lines: Mapping[str, int]  # key, table.key or list.index.key to line; "" the operation itself

    def __getitem__(self, key: str) -> Any:
        """The value of a declared key; "" or nan where it was left open."""
        return self.values[key]

    def place(self, key: str = "") -> Place:
        """Where a key stands, else the operation."""
        label = f"operation {self.number}" + (f", {key}" if key else "")
        return Place(self.lines.get(key) or self.lines.get(key.partition(".")[0]) or self.lines.get("", 0), label)


class Read(NamedTuple):
    """A change file as it was read."""

    file: str
    title: str
    note: str
    operations: tuple[Operation, ...]
    steps: tuple[Step, ...] = ()


def read_change(path: Path, faults: list[Fault]) -> Read:
    """The operations of a change file; faults are added for what is no such thing, and those operations left out."""
    file = f"{path.parent.name}/{path.name}" if path.parent.name == "changes" else path.name
    if not path.is_file():
        faults.append(Fault(file, 0, "", "a change file", "none"))
        return Read(file, "", "", ())
    document = read_document(path, file, faults)
    if document is None:
        return Read(file, "", "", ())
    tree, lines = document.tree, _lines(path.read_bytes().decode("utf-8-sig"))
    for name in tree:
        if name not in _TOP:
            row = document.line("", 0, name)
            faults.append(Fault(file, row, name, f"one of {', '.join(_TOP)}", shown(name) + nearest(name, _TOP)))
    title = tree.get("title", "")
    if not isinstance(title, str) or not title.strip():
        faults.append(Fault(file, document.line("", 0, "title"), "title", "what the change is, in words", shown(title)))
    given = tree.get("operation", [])
    if not isinstance(given, list) or not given or not all(isinstance(each, dict) for each in given):
        faults.append(Fault(file, 0, "operation", "one [[operation]] or more", shown(given) if given else "none"))
        given = []
    if len(given) > OPERATIONS_MAX:
        faults.append(Fault(file, 0, "operation", f"{OPERATIONS_MAX} operations or fewer", f"{len(given):,}"))
    made = (_operation(document, n, each, lines, faults) for n, each in enumerate(given[:OPERATIONS_MAX], start=1))
    operations = tuple(each for each in made if each)
    steps = read_steps(document, faults)
    faults.extend(fault for each in operations if steps for fault in _unstaged(file, each))
    return Read(file, str(title), str(tree.get("note", "")).strip(), operations, steps)


def _unstaged(file: str, operation: Operation) -> Iterator[Fault]:
    """What an operation of a file with stages may not be, or say."""
    if operation.kind in NOT_STAGED:
        expected = f"an operation that can be staged (no {', '.join(sorted(NOT_STAGED))})"
        yield Fault(file, operation.place("kind").line, operation.place("kind").label, expected, f"'{operation.kind}'")
    for key, value in (("from", operation.begins), ("until", operation.ends)):
        if value is not None:
            place = operation.place(key)
            yield Fault(file, place.line, place.label, f"no '{key}' in a file with stages: they say when", "one")


def _lines(text: str) -> dict[tuple[int, str], int]:
    """(operation from 1, key as in `Operation.lines`) to line. Keys of inline tables stand with their table."""
    found: dict[tuple[int, str], int] = {}
    number, prefix, counts = 0, "", dict[str, int]()
    for row, line in enumerate(text.splitlines(), start=1):
        head = _HEAD.match(line)
        if head and not head[2]:
            number, prefix, counts = number + 1, "", {}
            found[number, ""] = row
        elif head:
            prefix = f"{head[2]}."
            if head[1] == "[[":
                counts[head[2]] = counts.get(head[2], -1) + 1
                prefix = f"{head[2]}.{counts[head[2]]}."
            found.setdefault((number, prefix[:-1]), row)
        elif number and (key := _KEY.match(line)):
            found.setdefault((number, prefix + key[1]), row)
    return found


def _operation(
    document: Document, number: int, given: Mapping[str, Any], lines: Mapping[tuple[int, str], int], faults: list[Fault]
) -> Operation | None:
    own = {key: line for (each, key), line in lines.items() if each == number}
    name = given.get("kind", "")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        hint = nearest(str(name), KINDS)
        label = f"operation {number}, kind"
        row = own.get("kind") or own.get("", 0)
        faults.append(Fault(document.file, row, label, f"one of {', '.join(KINDS)}", shown(name) + hint))
        return None
    before = len(faults)
    apart = {*kind.tables, *kind.lists, *kind.free}
    entry = _typed(document, (number, kind), {k: v for k, v in given.items() if k not in apart}, own, faults)
    faults.extend(_misshapen(document.file, number, kind, given, own))
    if len(faults) > before:
        return None
    return Operation(
        number,
        kind.name,
        entry.values,
        {each: given.get(each, {}) for each in kind.tables},
        {each: tuple(given.get(each, ())) for each in kind.lists},
        {each: given[each] for each in kind.free},
        _minute(entry["from"], given.get("from")),
        _minute(entry["until"], given.get("until")),
        own,
    )


def _minute(parsed: int, given: Any) -> int | None:
    return parsed if given not in (None, "") else None


def _typed(
    document: Document,
    what: tuple[int, OperationKind],
    given: Mapping[str, Any],
    lines: Mapping[str, int],
    faults: list[Fault],
) -> Entry:
    """The keys of an operation by the reader of all TOML files, with faults that name the operation."""
    number, kind = what
    declared = Settings("change", kind.note, (Section("operation", kind.note, (*SHARED, *kind.keys)),))
    values = {key: _moment(value) if key in _OPEN_MOMENTS else value for key, value in given.items() if key != "kind"}
    where = {("operation", 0, key): line for key, line in lines.items()}
    found: list[Fault] = []
    read = typed_settings(Document(document.file, {"operation": values}, where), declared, ZoneInfo("UTC"), found)
    for fault in found:
        key = fault.column.removeprefix("operation.")
        hint = fault.found
        if fault.expected.startswith("one of from"):
            known = [*kind.tables, *kind.lists, *kind.free]
            hint += "" if "nearest" in hint else nearest(key, known)
        faults.append(fault._replace(column=f"operation {number}, {key}", found=hint))
    entries = read["operation"]
    assert isinstance(entries, dict)
    return entries[""]


def _moment(given: Any) -> Any:
    """A TOML date is its first instant."""
    if isinstance(given, date) and not isinstance(given, datetime):
        return f"{given.isoformat()} 00:00"
    if isinstance(given, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", given.strip()):
        return f"{given.strip()} 00:00"
    return given


def _misshapen(
    file: str, number: int, kind: OperationKind, given: Mapping[str, Any], lines: Mapping[str, int]
) -> Iterator[Fault]:
    """Tables that are none, lists that are none, and required values that are not there."""
    for name in (*kind.tables, *kind.lists, *kind.free):
        value, row = given.get(name), lines.get(name) or lines.get(f"{name}.0") or lines.get("", 0)
        label = f"operation {number}, {name}"
        if name in kind.tables and value is not None and not isinstance(value, dict):
            yield Fault(file, row, label, f"a table [operation.{name}]", shown(value))
        elif name in kind.lists and value is not None and not _is_list(value):
            yield Fault(file, row, label, f"entries that start with [[operation.{name}]]", shown(value))
        elif name in kind.free and (value is None or isinstance(value, dict)):
            yield Fault(file, row, label, "a value", shown("" if value is None else value))
    if "columns" in kind.tables and kind.name in {"open_node", "add_lane"} and "columns" not in given:
        yield Fault(file, lines.get("", 0), f"operation {number}", "a table [operation.columns]", "none")


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)

"""Order exports that are known by their header: a map for each, as committed data in shapes/, with its source.

A shape is a map (import_map) whose section [recognise] names the columns that tell it from others. Where a program has
called a column differently over the years, the names stand in one value, parted by ` | `; the first that the file has
counts. A column that the file does not have is left out, and with it the buckets that test it.
"""

from __future__ import annotations

import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, NamedTuple

from firstbest.store.door_source import look
from firstbest.store.door_text import Unreadable
from firstbest.store.faults import Fault, WorkspaceFaulty, nearest
from firstbest.store.import_guess import map_to_begin_with
from firstbest.store.import_map import TESTED, Map, map_of
from firstbest.store.workspace_settings import Document

_ROOT: Final = files("firstbest.store") / "shapes"
PARTED: Final = " | "
_NEEDED: Final = ("order", "placed_at", "item", "quantity")
_SHOWN: Final = 8
_ALIKE: Final = 0.75
"""Names of one export begin alike: 'Lineitem taxable' is no quantity."""


class HeaderUnknown(WorkspaceFaulty):
    """The header is of no known export; `map_text`: a map to begin with."""

    def __init__(self, fault: Fault, map_text: str) -> None:
        super().__init__([fault])
        self.map_text: Final = map_text


class Shape(NamedTuple):
    """A known export: `header`, the columns that tell it."""

    name: str
    title: str
    header: tuple[str, ...]
    tree: dict[str, Any]


def shapes() -> tuple[Shape, ...]:
    """All known exports, by name."""
    found = []
    for each in sorted(_ROOT.iterdir(), key=lambda entry: entry.name):
        if each.name.endswith(".toml"):
            tree = tomllib.loads(each.read_text(encoding="utf-8"))
            told = tree["recognise"]
            found.append(Shape(each.name.removesuffix(".toml"), told["title"], _names(told["header"]), tree))
    return tuple(found)


def recognised(log: Path) -> tuple[Shape, Map]:
    """The shape of an export and its map. Raises `HeaderUnknown` where the header is none that is known."""
    known = shapes()
    if not log.is_file():
        raise WorkspaceFaulty([Fault(str(log), 0, "", "an order log: CSV, Excel or Parquet", "no such file")])
    try:
        seen = look(log, [each.header for each in known])
    except Unreadable as wrong:
        raise WorkspaceFaulty([Fault(log.name, wrong.row, "", wrong.expected, wrong.found)]) from None
    fitting = [each for each in known if set(each.header) <= set(seen.header)]
    if not fitting:
        fault = _unknown(log.name, seen.header_row, seen.header, known)
        raise HeaderUnknown(fault, map_to_begin_with(seen.header))
    shape = max(fitting, key=lambda each: len(each.header))
    return shape, _map_of(shape, seen.header)


def _names(text: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in text.split(PARTED))


def _map_of(shape: Shape, header: tuple[str, ...]) -> Map:
    columns = {}
    for key, value in shape.tree["columns"].items():
        there = [name for name in _names(value) if name in header]
        if there:
            columns[key] = there[0]
    if "item" not in columns and "name" in columns:
        columns["item"] = columns["name"]
    missing = [key for key in _NEEDED if key not in columns]
    if missing:
        expected = f"a column {' or '.join(map(repr, _names(shape.tree['columns'][missing[0]])))} ({shape.title})"
        raise WorkspaceFaulty([Fault("the log", 1, missing[0], expected, "none; or name it with --map")])
    tested = set(TESTED) - set(columns)
    tree = {
        **shape.tree,
        "columns": columns,
        "bucket": [each for each in shape.tree.get("bucket", []) if not tested & set(each)],
    }
    return map_of(Document(f"{shape.name}.toml", tree, {}), [])


def _unknown(file: str, row: int, header: tuple[str, ...], known: tuple[Shape, ...]) -> Fault:
    """The header is of no known export: which is nearest, all that it lacks, and what to do."""
    best = max(known, key=lambda each: len(set(each.header) & set(header)))
    lacking = [name for name in best.header if name not in header]
    some = ", ".join(header[:_SHOWN]) + (" ..." if len(header) > _SHOWN else "")
    if len(lacking) * 2 <= len(best.header):
        # A column that the export has anyway is none that was renamed.
        theirs = {each for value in best.tree["columns"].values() for each in _names(value)}
        free = [name for name in header if name and name not in theirs]
        wanted = ", ".join(f"'{name}'{nearest(name, free, _ALIKE)}" for name in lacking)
        columns = "column" if len(lacking) == 1 else "columns"
        expected = f"the {columns} {wanted} of a known export ({best.title}), or --map MAP.toml"
        return Fault(file, row, "", expected, some)
    titles = "; ".join(each.title for each in known)
    expected = f"the header of a known export ({titles}), or --map MAP.toml that says which column is what"
    return Fault(file, row, "", expected, some)

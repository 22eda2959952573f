"""A workspace with a change in it, written as a folder: the next step of a path starts from there.

Only what a change may hold from the first instant to the last can be written as files; a path is made of such changes.
"""

from __future__ import annotations

import csv
import json
import math
import shutil
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from firstbest.store.changes import load_changed
from firstbest.store.changes_draft import Draft
from firstbest.store.changes_kinds import Phase, whole_time, write
from firstbest.store.changes_nodes import MINUTES_DAY
from firstbest.store.changes_read import Read, read_change
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.workspace import Files, load, read
from firstbest.store.workspace_sheets import Sheet

ENDINGS = (".csv", ".toml", ".parquet")


def write_changed(folder: Path, change: Path, target: Path) -> None:
    """Write into `target` the workspace of `folder` with a change in it; other files of a workspace are copied.

    Raises `WorkspaceFaulty` with every fault of the workspace or the change, or where the change holds for a part of
    the time only, or cannot be applied (demand and shocks).
    """
    load_changed(folder, change)
    workspace, faults = load(folder), list[Fault]()
    start = workspace.start_day * MINUTES_DAY
    phase = Phase(start, start, start + workspace.days * MINUTES_DAY)
    given, files = read_change(change, faults), read(folder, faults)
    faults.extend(_passing(given, phase))
    if faults:
        raise WorkspaceFaulty(faults)
    draft = Draft(files, given.file)
    for operation in given.operations:
        write(operation, draft, phase)
    assert not draft.faults, "load_changed found no fault"
    _copy(folder, target)
    _write(files, draft.files(), target)


def _passing(given: Read, phase: Phase) -> Iterator[Fault]:
    for each in given.operations:
        place = each.place()
        if each.kind == "demand":
            yield Fault(given.file, place.line, place.label, "a change that a firm can decide, on a path", "demand")
        elif not whole_time(each, phase):
            expected = "no 'from' or 'until' within the rehearsed days: a step of a path holds from its start"
            yield Fault(given.file, place.line, place.label, expected, "a part of the time")


def _copy(folder: Path, target: Path) -> None:
    for path in sorted([*folder.glob("*"), *folder.glob("carrier_rates/*")]):
        if path.is_file() and path.suffix in ENDINGS:
            copied = target / path.relative_to(folder)
            copied.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copied)


def _write(before: Files, after: Files, target: Path) -> None:
    """Write what differs; a file that was not touched is the same object."""
    for name, sheet in after.sheets.items():
        if sheet is not before.sheets.get(name):
            _write_sheet(target / f"{name}.csv", sheet)
    for name, sheet in after.rates.items():
        if sheet is not before.rates.get(name):
            _write_sheet(target / "carrier_rates" / f"{name}.csv", sheet)
    for name, document in after.documents.items():
        if document is not before.documents.get(name):
            text = "\n".join(toml_lines(document.tree)) + "\n"
            (target / f"{name}.toml").write_text(text, encoding="utf-8")


def _write_sheet(path: Path, sheet: Sheet) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(sheet.header)
        writer.writerows(zip(*sheet.columns, strict=True))


def toml_lines(tree: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """A tree of TOML as lines: plain keys first, then tables, then lists of tables."""
    for key, value in tree.items():
        if not isinstance(value, dict) and not _tables(value):
            yield f"{_key(key)} = {toml_value(value)}"
    for key, value in tree.items():
        name = f"{path}{_key(key)}"
        if isinstance(value, dict):
            yield ""
            yield f"[{name}]"
            yield from toml_lines(value, f"{name}.")
        elif _tables(value):
            for each in value:
                yield ""
                yield f"[[{name}]]"
                yield from toml_lines(each, f"{name}.")


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, dict) for each in value)


def toml_value(value: Any) -> str:
    """A value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(toml_value(each) for each in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(key)} = {toml_value(each)}" for key, each in value.items()) + " }"
    return _quoted(value) if isinstance(value, str) else repr(value)


def _key(key: str) -> str:
    plain = key and all(each.isascii() and (each.isalnum() or each in "_-") for each in key)
    return key if plain else _quoted(key)


def _quoted(text: str) -> str:
    """A text as TOML has it: as JSON does, and the one control character that JSON leaves as it is."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")

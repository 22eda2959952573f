"""A workspace's files while a change is written into them: text cells, each with the line of the change it came from.

The draft stands between `workspace.read` and `typed_workspace`, so what a change writes is judged by the same rules
as what a person writes; `located` then turns faults of the edited files into faults of the change file.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any

from firstbest.store import schema
from firstbest.store.changes_read import Place
from firstbest.store.faults import Fault, nearest, one, shown
from firstbest.store.schema_words import Section, Table
from firstbest.store.workspace import Files
from firstbest.store.workspace_settings import Document
from firstbest.store.workspace_sheets import Sheet

RATES = "carrier_rates/"


class Draft:
    """Edits are made on copies; `files` gives the result."""

    def __init__(self, files: Files, file: str) -> None:
        self.file = file  # of the change, for faults
        self.faults: list[Fault] = []
        self._base = files
        self._sheets: dict[str, Sheet] = {
            **files.sheets, **{f"{RATES}{name}": sheet for name, sheet in files.rates.items()}
        }  # fmt: skip
        self._documents = dict(files.documents)
        self._copied: set[str] = set()
        self._cells: dict[tuple[str, int, str], Place] = {}
        self._rows: dict[tuple[str, int], Place] = {}

    def files(self) -> Files:
        """What the folder would hold."""
        sheets = {name: sheet for name, sheet in self._sheets.items() if not name.startswith(RATES)}
        rates = {name.removeprefix(RATES): sheet for name, sheet in self._sheets.items() if name.startswith(RATES)}
        return Files(self._base.folder, self._documents, sheets, rates)

    def fault(self, place: Place, expected: str, found: str) -> None:
        """Something is wrong with the change."""
        self.faults.append(Fault(self.file, place.line, place.label, expected, found))

    # ------------------------------------------------------------------------------------------------------ CSV files
    def tables(self) -> list[str]:
        """Names of all CSV files, price lists as carrier_rates/NAME."""
        return list(self._sheets)

    def rows(self, table: str) -> range:
        """Places of the rows of a CSV file."""
        return range(len(self._sheets[table].rows)) if table in self._sheets else range(0)

    def column(self, table: str, column: str) -> list[str]:
        """The cells of a column; empty ones where the file has no such column."""
        sheet = self._sheets.get(table)
        if sheet is None:
            return []
        return sheet.columns[sheet.header.index(column)] if column in sheet.header else [""] * len(sheet.rows)

    def names(self, table: str) -> list[str]:
        """Keys of the rows, the parts of a key parted by blanks."""
        parts = [self.column(table, each) for each in declared(table).key]
        return [" ".join(each for each in key if each) for key in zip(*parts, strict=True)]

    def row(self, table: str, key: str, place: Place) -> int:
        """The row with that key; a fault with the nearest key, and -1, where there is none."""
        names = self.names(table)
        if key in names:
            return names.index(key)
        what = declared(table).key[0] if len(declared(table).key) == 1 else " ".join(declared(table).key)
        self.fault(place, f"{one(what)} of {_csv(table)}", shown(key) + nearest(key, names))
        return -1

    def cell(self, table: str, row: int, column: str) -> str:
        """A cell's text, its default where it is empty."""
        default = declared(table).column(column).default
        return self.column(table, column)[row] or ("" if default is None else str(default))

    def put(self, table: str, row: int, cells: Mapping[str, Any], where: Mapping[str, Place]) -> None:
        """Write values into a row; faults where a column is unknown, or where nothing would change."""
        known = [each.name for each in declared(table).columns]
        for name, value in cells.items():
            place = where[name]
            if name not in known:
                self.fault(place, f"a column of {_csv(table)}", shown(name) + nearest(name, known))
                continue
            written = as_text(value)
            if same(written, self.cell(table, row, name)):
                self.fault(place, f"another value than {_csv(table)} has", shown(written))
                continue
            self._wide(table, name)
            sheet = self._sheets[table]
            sheet.columns[sheet.header.index(name)][row] = written
            self._cells[sheet.file, sheet.rows[row], name] = place

    def add(self, table: str, cells: Mapping[str, Any], place: Place, where: Mapping[str, Place]) -> int:
        """A new row at the end; its place."""
        known = [each.name for each in declared(table).columns]
        for name in cells:
            if name not in known:
                at = where.get(name, place)
                self.fault(at, f"a column of {_csv(table)}", shown(name) + nearest(name, known))
        kept = {name: as_text(value) for name, value in cells.items() if name in known}
        for name in (*declared(table).key, *kept):
            self._wide(table, name)
        sheet = self._sheets[table]
        number = (sheet.rows[-1] if sheet.rows else 1) + 1
        sheet.rows.append(number)
        for name, column in zip(sheet.header, sheet.columns, strict=True):
            column.append(kept.get(name, ""))
        self._rows[sheet.file, number] = place
        self._cells.update({(sheet.file, number, name): where[name] for name in kept if name in where})
        return len(sheet.rows) - 1

    def write(self, table: str, row: int, column: str, written: str) -> None:
        """Write a cell without asking whether it changes: what follows from an operation."""
        self._wide(table, column)
        sheet = self._sheets[table]
        sheet.columns[sheet.header.index(column)][row] = written

    def _wide(self, table: str, column: str) -> None:
        """A copy of the sheet that has the column."""
        if table not in self._copied:
            self._copied.add(table)
            old = self._sheets.get(table) or Sheet(_csv(table), (), [], [])
            self._sheets[table] = old._replace(rows=list(old.rows), columns=[list(each) for each in old.columns])
        sheet = self._sheets[table]
        if column not in sheet.header:
            blank = [""] * len(sheet.rows)
            self._sheets[table] = sheet._replace(header=(*sheet.header, column), columns=[*sheet.columns, blank])

    # ----------------------------------------------------------------------------------------------------- TOML files
    def set_key(self, file: str, at: tuple[str, str], value: Any, places: tuple[Place, Place]) -> None:
        """Write a key of a TOML section; `at` is (section as "hands", "promise.member" or "snow.NAME", key)."""
        section, entry = self._entry(file, at[0], places[0])
        if section is None or entry is None:
            return
        known = [each.name for each in section.keys if each.name != section.key]
        if at[1] not in known:
            self.fault(places[1], f"one of {', '.join(known)}", shown(at[1]) + nearest(at[1], known))
            return
        default = next(each.default for each in section.keys if each.name == at[1])
        if as_text(entry.get(at[1], default)) == as_text(value):
            self.fault(places[1], f"another value than {file}.toml has", shown(as_text(value)))
            return
        entry[at[1]] = value
        path = section.name if section.many else at[0]
        self._cells[f"{file}.toml", 0, f"{path}.{at[1]}"] = places[1]

    def _entry(self, file: str, path: str, place: Place) -> tuple[Section | None, dict[str, Any] | None]:
        """The section of a path, and its tree to write into, made where it is not there."""
        settings = schema.settings(file)
        name, _, rest = path.partition(".")
        known = [each.name for each in settings.sections]
        if name not in known:
            self.fault(place, f"a section of {file}.toml: {', '.join(known)}", shown(name) + nearest(name, known))
            return None, None
        section, tree = settings.section(name), self._tree(file)
        if section.many:
            entries: list[dict[str, Any]] = tree.get(name, [])
            names = [str(each.get(section.key, "")) for each in entries]
            if rest not in names:
                expected = f"{name}.NAME with a {section.key} of {file}.toml"
                self.fault(place, expected, shown(path) + nearest(rest, names))
                return section, None
            return section, entries[names.index(rest)]
        if section.named and rest not in section.named:
            self.fault(place, f"{name}.NAME with one of {', '.join(section.named)}", shown(path))
            return section, None
        made: dict[str, Any] = tree.setdefault(name, {})
        return section, (made.setdefault(rest, {}) if section.named else made)

    def entries(self, file: str, section: str) -> list[str]:
        """Names of the entries of a list of sections."""
        document = self._documents.get(file)
        key = schema.settings(file).section(section).key
        return [str(each.get(key, "")) for each in (document.tree.get(section, []) if document else [])]

    def tree(self, file: str, section: str) -> Mapping[str, Any]:
        """What a TOML file says in a section, as it is written."""
        document = self._documents.get(file)
        found = document.tree.get(section, {}) if document else {}
        return found if isinstance(found, dict) else {}

    def _tree(self, file: str) -> dict[str, Any]:
        if file not in self._copied:
            self._copied.add(file)
            old = self._documents.get(file) or Document(f"{file}.toml", {}, {})
            self._documents[file] = old._replace(tree=copy.deepcopy(dict(old.tree)))
        tree = self._documents[file].tree
        assert isinstance(tree, dict)
        return tree

    # --------------------------------------------------------------------------------------------------------- faults
    def located(self, faults: Iterable[Fault]) -> list[Fault]:
        """Faults of the edited files as faults of the change file."""
        found = []
        for fault in faults:
            row = 0 if fault.file.endswith(".toml") else fault.row
            place = self._cells.get((fault.file, row, fault.column)) or self._rows.get((fault.file, row))
            if place:
                label = place.label if fault.column in place.label else f"{place.label}, {fault.column}"
                found.append(Fault(self.file, place.line, label, fault.expected, fault.found))
            else:
                where = ", ".join(each for each in (fault.file, f"row {fault.row}" if fault.row else "") if each)
                found.append(Fault(self.file, 0, fault.column, f"{fault.expected} ({where})", fault.found))
        return found


def declared(table: str) -> Table:
    """The declaration of a CSV file, price lists included."""
    return schema.RATES if table.startswith(RATES) else schema.table(table)


def _csv(table: str) -> str:
    return f"{table}.csv"


def as_text(value: Any) -> str:
    """A TOML value as a person would write it in a cell."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.12g}"
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return " ".join(as_text(each) for each in value)
    return "" if value is None else str(value).strip()


def same(left: str, right: str) -> bool:
    """Whether two cells say the same: as texts, else as numbers."""
    try:
        return left == right or float(left) == float(right)
    except ValueError:
        return False

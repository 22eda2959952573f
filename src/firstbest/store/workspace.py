"""The workspace: a folder of files that people edit, read, checked and typed.

`load` answers a `Workspace` or raises `WorkspaceFaulty` with every fault; `check` answers the faults. A file goes
through four stages: text with row numbers (`workspace_sheets`, `workspace_settings`), typed columns
(`workspace_tables`), references between files (`workspace_links`), sense (`workspace_sense`). Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from firstbest.store import schema
from firstbest.store.door_excel import sheets_of
from firstbest.store.door_text import Unreadable
from firstbest.store.faults import FAULTS_PER_COLUMN_MAX, Fault, WorkspaceFaulty
from firstbest.store.workspace_cells import Wrong, parser
from firstbest.store.workspace_links import check_links
from firstbest.store.workspace_narrow import BIG_BYTES, narrowed
from firstbest.store.workspace_sense import check_sense
from firstbest.store.workspace_settings import Document, read_document, typed_settings
from firstbest.store.workspace_sheets import Sheet, read_sheet, read_tab
from firstbest.store.workspace_tables import Frame, empty, typed
from firstbest.store.workspace_typed import Workspace

WORKBOOK = "tables.xlsx"
"""A workbook with a tab for each table, as `firstbest template` writes it."""

__all__ = ["WORKBOOK", "Files", "Workspace", "check", "checked", "every_fault", "load", "read", "typed_workspace"]


class Files(NamedTuple):
    """What stands in the folder, as text: the stage that a change file edits."""

    folder: Path
    documents: Mapping[str, Document]  # by name without ending
    sheets: Mapping[str, Sheet]
    rates: Mapping[str, Sheet]  # by carrier
    notes: tuple[str, ...] = ()  # what was read in another way than it is written


def load(folder: Path) -> Workspace:
    """The workspace in `folder`. Raises `WorkspaceFaulty` with all faults, if there is one."""
    faults: list[Fault] = []
    workspace = typed_workspace(read(folder, faults), faults)
    if faults:
        raise WorkspaceFaulty(_capped(faults))
    return workspace


def check(folder: Path) -> list[Fault]:
    """Every fault of the workspace in `folder`, file by file, row by row; empty if it can be used."""
    return checked(folder)[0]


def every_fault(folder: Path) -> list[Fault]:
    """Every fault, however many are alike: for marks in cells."""
    faults: list[Fault] = []
    typed_workspace(read(folder, faults, BIG_BYTES), faults)
    return list(dict.fromkeys(faults))


def checked(folder: Path, big_bytes: int = BIG_BYTES) -> tuple[list[Fault], tuple[str, ...]]:
    """Every fault, and what was read in another way than it is written; of a large log only rows that may be wrong."""
    faults: list[Fault] = []
    files = read(folder, faults, big_bytes)
    typed_workspace(files, faults)
    return _capped(faults), files.notes


def read(folder: Path, faults: list[Fault], big_bytes: int = 0) -> Files:
    """All declared files of the folder as text; of a log from `big_bytes` on (0: never) what may be wrong."""
    if not folder.is_dir():
        faults.append(Fault(str(folder), 0, "", "a folder with a workspace", "nothing"))
        return Files(folder, {}, {}, {})
    documents = {}
    for settings in schema.SETTINGS:
        path = folder / f"{settings.name}.toml"
        if path.is_file():
            document = read_document(path, path.name, faults)
            if document:
                documents[settings.name] = document
        elif settings.required:
            faults.append(Fault(path.name, 0, "", f"a file ({settings.note.rstrip('.')})", "none"))
    sheets: dict[str, Sheet] = {}
    notes: list[str] = []
    book = folder / WORKBOOK
    tabs = _tabs(book, faults) if book.is_file() else ()
    for table in schema.TABLES:
        tab = _tab(book, table, faults) if table.name in tabs else None
        big = _big_log(folder, table, big_bytes) if big_bytes and not tab else None
        if big:
            found = narrowed(big, table, _declared(table, sheets), faults, notes)
        else:
            found = _read_table(folder, table, tab, (faults, notes))
        if found:
            sheets[table.name] = found
    rates = {}
    for path in sorted((folder / "carrier_rates").glob("*.csv")):
        sheet = read_sheet(path, f"carrier_rates/{path.name}", faults, names_of(schema.RATES), notes)
        if sheet:
            rates[path.stem] = sheet
    return Files(folder, documents, sheets, rates, tuple(notes))


def typed_workspace(files: Files, faults: list[Fault]) -> Workspace:
    """The typed workspace; where `faults` grows, it holds harmless values in place of faulty ones."""
    zone = _zone(files.documents.get("firstbest"))
    settings = {
        each.name: typed_settings(files.documents[each.name], each, zone, faults)
        for each in schema.SETTINGS
        if each.name in files.documents
    }
    tables: dict[str, Frame] = {}
    for table in schema.TABLES:
        sheet = files.sheets.get(table.name)
        tables[table.name] = typed(sheet, table, zone, faults) if sheet else empty(table)
    rates = {name: typed(sheet, schema.RATES, zone, faults) for name, sheet in files.rates.items()}
    workspace = Workspace(files.folder, tables, rates, settings)
    if len(settings) == len(schema.SETTINGS):
        check_links(workspace, faults)
        check_sense(workspace, faults)
    return workspace


def _big_log(folder: Path, table: schema.Table, big_bytes: int) -> Path | None:
    """The one file of orders, if it is large and the engine reads its form."""
    if table.name != "orders":
        return None
    paths = [path for path in folder.glob("orders.*") if path.suffix in {".csv", ".parquet", ".xlsx"}]
    big = len(paths) == 1 and paths[0].suffix != ".xlsx" and paths[0].stat().st_size >= big_bytes
    return paths[0] if big else None


def _declared(table: schema.Table, sheets: Mapping[str, Sheet]) -> dict[str, frozenset[str]]:
    """By column of a table, the names that the file it refers to declares; without it when that file has none."""
    found = {}
    for column in table.columns:
        file, _, name = column.refers.partition(".")
        sheet = sheets.get(file)
        if sheet and name in sheet.header:
            found[column.name] = frozenset(sheet.columns[sheet.header.index(name)])
    return found


def names_of(table: schema.Table) -> tuple[str, ...]:
    """The declared columns of a table."""
    return tuple(each.name for each in table.columns)


def _read_table(
    folder: Path, table: schema.Table, tab: Sheet | None, told: tuple[list[Fault], list[str]]
) -> Sheet | None:
    """A table from its own file, CSV, Excel or (orders) Parquet, or from its tab of tables.xlsx; from one of them."""
    paths = [folder / f"{table.name}{ending}" for ending in (".csv", ".xlsx", ".parquet")]
    found = [path for path in (paths if table.name == "orders" else paths[:2]) if path.is_file()]
    names = [path.name for path in found]
    faults, notes = told
    if tab:
        names.append(f"{WORKBOOK} ({table.name})")
    if len(names) > 1:
        expected = f"one of {' and '.join(names)}"
        faults.append(Fault(names[1], 0, "", expected, "both" if len(names) == 2 else "all"))  # noqa: PLR2004 - a pair
    if found:
        return read_sheet(found[0], found[0].name, faults, names_of(table), notes)
    if not tab and table.required:
        faults.append(Fault(paths[0].name, 0, "", f"a file ({table.note.rstrip('.')})", "none"))
    return tab


def _tabs(book: Path, faults: list[Fault]) -> tuple[str, ...]:
    """Names of the tabs of the workbook."""
    try:
        return sheets_of(book)
    except Unreadable as wrong:
        faults.append(Fault(WORKBOOK, wrong.row, "", wrong.expected, wrong.found))
        return ()


def _tab(book: Path, table: schema.Table, faults: list[Fault]) -> Sheet | None:
    """The tab of a table, None where it holds only its header."""
    sheet = read_tab(book, table.name, f"{WORKBOOK} ({table.name})", faults, names_of(table))
    return sheet if sheet and sheet.rows else None


def _zone(document: Document | None) -> ZoneInfo:
    """The workspace's time zone, read ahead because instants need it; UTC where it is faulty."""
    tree = document.tree.get("workspace") if document else None
    name = tree.get("time_zone", "UTC") if isinstance(tree, dict) else "UTC"
    column = schema.settings("firstbest").section("workspace").keys[2]
    try:
        return ZoneInfo(parser(column, ZoneInfo("UTC"))(str(name)))
    except Wrong:
        return ZoneInfo("UTC")


def _capped(faults: list[Fault]) -> list[Fault]:
    """Faults in order of file and row; of many alike in one column the first ones and how many more."""
    order = {each: index for index, each in enumerate(dict.fromkeys(fault.file for fault in faults))}
    seen: Counter[tuple[str, str, str]] = Counter()
    kept = []
    for fault in sorted(dict.fromkeys(faults), key=lambda each: (order[each.file], each.row)):
        alike = (fault.file, fault.column, fault.expected)
        seen[alike] += 1
        if seen[alike] <= FAULTS_PER_COLUMN_MAX:
            kept.append(fault)
    for (file, column, expected), count in seen.items():
        if count > FAULTS_PER_COLUMN_MAX:
            kept.append(Fault(file, 0, column, expected, f"{count - FAULTS_PER_COLUMN_MAX:,} more like these"))
    return kept

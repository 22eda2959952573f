"""References between files: every name that is used must be declared where it belongs."""

from __future__ import annotations

from collections.abc import Iterable

from firstbest.store import schema
from firstbest.store.faults import Fault, nearest, one, shown
from firstbest.store.schema_words import Column, Section, Type
from firstbest.store.workspace_settings import Entry
from firstbest.store.workspace_tables import Frame
from firstbest.store.workspace_typed import Workspace


def check_links(workspace: Workspace, faults: list[Fault]) -> None:
    """Reports every reference to something that no file declares, with the nearest name."""
    for declared in schema.TABLES:
        frame = workspace.frame(declared.name)
        for column in declared.columns:
            if column.refers and len(frame):
                _check_column(workspace, frame, column, faults)
    _check_calendar(workspace, faults)
    for settings in schema.SETTINGS:
        for section in settings.sections:
            _check_section(workspace, settings.name, section, faults)
    _check_rates(workspace, faults)


def known_names(workspace: Workspace, refers: str) -> frozenset[str]:
    """The names that "file.column" declares."""
    file, _, column = refers.partition(".")
    return frozenset(workspace.frame(file).texts(column))


def _check_column(workspace: Workspace, frame: Frame, column: Column, faults: list[Fault]) -> None:
    known = known_names(workspace, column.refers)
    if not known:
        return  # that file is missing or empty, which is a fault of its own
    if column.type is Type.NAMES:
        unknown = {each for names in frame.lists(column.name) for each in names} - known
        cells: Iterable[tuple[str, ...]] = frame.lists(column.name)
    else:
        unknown = set(frame.texts(column.name)) - known - {""}
        cells = ((each,) for each in frame.texts(column.name))
    if not unknown:
        return
    hints = {name: _lost_zeros(name, known) or nearest(name, sorted(known)) for name in sorted(unknown)[:200]}
    faults.extend(
        _fault(frame.file, row, column.name, column.refers, shown(name) + hints.get(name, ""))
        for row, names in zip(frame.rows.tolist(), cells, strict=True)
        for name in names
        if name in unknown
    )


def _lost_zeros(name: str, known: frozenset[str]) -> str:
    """A hint at a code that a spreadsheet took for a number."""
    bare = name.removesuffix(".0").lstrip("0")
    alike = sorted(each for each in known if each != name and bare and each.lstrip("0") == bare)
    return f" (it lost the zeros that it begins with? '{alike[0]}'; format the column as text)" if alike else ""


def _fault(file: str, row: int, column: str, refers: str, found: str) -> Fault:
    target, _, key = refers.partition(".")
    return Fault(file, row, column, f"{one(key)} of {target}.csv", found)


def _check_section(workspace: Workspace, file: str, section: Section, faults: list[Fault]) -> None:
    entries: Iterable[Entry]
    if section.many:
        entries = workspace.entries(file, section.name)
    else:
        entries = workspace.named(file, section.name).values()
    columns = [each for each in section.keys if each.refers]
    for entry in entries:
        for column in columns:
            known = known_names(workspace, column.refers)
            given = entry[column.name]
            names = (given,) if isinstance(given, str) else tuple(given)
            faults.extend(
                _fault(
                    f"{file}.toml",
                    entry.line,
                    f"{section.name}.{column.name}",
                    column.refers,
                    shown(name) + nearest(name, sorted(known)),
                )
                for name in names
                if name and known and name not in known
            )


def _check_calendar(workspace: Workspace, faults: list[Fault]) -> None:
    frame = workspace.frame("calendars")
    known = {"all", "carriers", "nodes"}
    known |= known_names(workspace, "nodes.node") | known_names(workspace, "carriers.carrier")
    expected = "'all', 'carriers', 'nodes', a node or a carrier"
    for row, who in zip(frame.rows.tolist(), frame.texts("who"), strict=True):
        if who not in known:
            faults.append(Fault(frame.file, row, "who", expected, shown(who) + nearest(who, sorted(known))))
    carriers = known_names(workspace, "carriers.carrier") | {"all"}
    for entry in workspace.entries("nature", "late_period"):
        if entry["carrier"] not in carriers:
            found = shown(entry["carrier"]) + nearest(entry["carrier"], sorted(carriers))
            faults.append(_fault("nature.toml", entry.line, "late_period.carrier", "carriers.carrier", found))


def _check_rates(workspace: Workspace, faults: list[Fault]) -> None:
    carriers = workspace.frame("carriers")
    names = carriers.texts("carrier")
    for row, name, mode in zip(carriers.rows.tolist(), names, carriers.texts("mode"), strict=True):
        if mode != "own_van" and not len(workspace.rates.get(name, ())):
            expected = f"a price list carrier_rates/{name}.csv with one row or more"
            faults.append(Fault(carriers.file, row, "carrier", expected, "none"))
    for name, frame in workspace.rates.items():
        if name not in names and names:
            faults.append(Fault(frame.file, 0, "", "the name of a carrier", shown(name) + nearest(name, names)))

"""What each kind of operation writes into the files of a workspace, for one phase of a rehearsal.

A phase begins at an instant; operations whose time has come are written into its files. What is there or not there
(nodes, lanes, shocks) is written in every phase alike, so that names keep their codes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

from firstbest.store.changes_draft import RATES, Draft, as_text, declared
from firstbest.store.changes_nodes import close_node, open_node
from firstbest.store.changes_read import Operation, Place
from firstbest.store.changes_sellers import open_seller
from firstbest.store.changes_words import LATER, SETTABLE
from firstbest.store.faults import nearest, one, shown
from firstbest.store.schema_words import ZONES

ADDABLE: Final = ("carriers", "cartons", "suppliers")
"""Files that other operations add no rows to."""
SHOCKS: Final = (
    ("demand", "surge"), ("demand", "boost"), ("nature", "delay"), ("nature", "snow"), ("nature", "breakdown"),
    ("nature", "late_period"),
)  # fmt: skip


class Phase(NamedTuple):
    """The time whose files are written: local minutes since the epoch."""

    at: int
    start: int  # of the rehearsal
    end: int


def during(operation: Operation, phase: Phase) -> bool:
    """Whether an operation holds in a phase."""
    begun = operation.begins is None or operation.begins <= phase.at
    return begun and (operation.ends is None or phase.at < operation.ends)


def whole_time(operation: Operation, phase: Phase) -> bool:
    """Whether an operation holds from the start to the end."""
    begun = operation.begins is None or operation.begins <= phase.start
    return begun and (operation.ends is None or operation.ends >= phase.end)


def write(operation: Operation, draft: Draft, phase: Phase) -> None:
    """Write what an operation comes to in a phase."""
    STANDING.get(operation.kind, _nothing)(operation, draft, phase)
    if during(operation, phase):
        PASSING.get(operation.kind, _nothing)(operation, draft, phase)


def _nothing(_operation: Operation, _draft: Draft, _phase: Phase) -> None:
    pass


def _edit(
    operation: Operation, draft: Draft, phase: Phase, at: tuple[str, int], cells: Mapping[str, tuple[Any, str]]
) -> None:
    """Write cells of a row; `cells` is column to (value, key of the operation that says so)."""
    table, row = at
    kept: dict[str, Any] = {}
    where: dict[str, Place] = {}
    for column, (value, key) in cells.items():
        where[column] = operation.place(key)
        free = table.startswith(RATES) or column in LATER.get(table, ())
        known = any(each.name == column for each in declared(table).columns)
        if column in declared(table).key:
            draft.fault(where[column], "a column that is no name of its row", shown(column))
        elif known and not free and not whole_time(operation, phase):
            expected = f"no 'from' or 'until': {table}.{column} is part of the world and holds from start to end"
            draft.fault(where[column], expected, "a part of the time")
        else:
            kept[column] = value
    draft.put(table, row, kept, where)


def _columns(operation: Operation, table: str = "columns") -> dict[str, tuple[Any, str]]:
    return {name: (value, f"{table}.{name}") for name, value in operation.tables[table].items()}


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return math.nan


def _asked(draft: Draft, operation: Operation, cells: Collection[object]) -> bool:
    """A fault where an operation asks for nothing."""
    if not cells:
        draft.fault(operation.place(), "something to change", "nothing")
    return bool(cells)


def _resize_node(operation: Operation, draft: Draft, phase: Phase) -> None:
    row = draft.row("nodes", operation["node"], operation.place("node"))
    if row < 0:
        return
    cells, percent = _columns(operation), operation["percent"]
    if not math.isnan(percent):
        for column in ("floor_ft2", "storage_m3", "building_cost_year"):
            value = _number(draft.cell("nodes", row, column))
            if value > 0 and percent != 100:  # noqa: PLR2004 - percent
                cells.setdefault(column, (round(value * percent / 100, 3), "percent"))
    hands = operation.lists["labour"]
    if not _asked(draft, operation, [*cells, *hands]):
        return
    _edit(operation, draft, phase, ("nodes", row), cells)
    for n, given in enumerate(hands):
        place = operation.place(f"labour.{n}.process")
        spot = draft.row("labour", f"{operation['node']} {given.get('process', '')}", place)
        if spot >= 0:
            own = {name: (value, f"labour.{n}.{name}") for name, value in given.items() if name != "process"}
            _edit(operation, draft, phase, ("labour", spot), own)
    if not math.isnan(percent):
        _resize_stations(operation, draft, phase)


def _resize_stations(operation: Operation, draft: Draft, phase: Phase) -> None:
    for process in ("receive", "pick", "pack", "load"):
        named = f"{operation['node']} {process}"
        if named not in draft.names("labour"):
            continue
        row = draft.names("labour").index(named)
        stations = _number(draft.cell("labour", row, "stations"))
        if stations > 0 and round(stations * operation["percent"] / 100) != stations:
            more = max(1, round(stations * operation["percent"] / 100))
            _edit(operation, draft, phase, ("labour", row), {"stations": (more, "percent")})


def _retime_lane(operation: Operation, draft: Draft, phase: Phase) -> None:
    row = draft.row("lanes", operation["lane"], operation.place("lane"))
    cells = {
        name: (operation[name], name)
        for name in ("transit_days", "vehicles", "thin_percent")
        if not math.isnan(operation[name])
    }
    if operation["departures"]:
        cells["departures"] = (operation["departures"], "departures")
    if row >= 0 and _asked(draft, operation, cells):
        _edit(operation, draft, phase, ("lanes", row), cells)


def _set(operation: Operation, draft: Draft, phase: Phase) -> None:
    file, column, value = operation["file"].removesuffix(".csv"), operation["column"], operation.free["value"]
    given = operation.free["key"]
    keys = [as_text(each) for each in (given if isinstance(given, list) else [given])]
    known = [*SETTABLE, "nature", "demand", *(name for name in draft.tables() if name.startswith(RATES))]
    if file not in known:
        hint = " (use kind 'policy')" if file == "policies" else nearest(file, known)
        draft.fault(operation.place("file"), f"one of {', '.join(known)}", shown(file) + hint)
    elif file in {"nature", "demand"}:
        if not whole_time(operation, phase):
            expected = f"no 'from' or 'until': {file}.toml is the world and holds from start to end"
            draft.fault(operation.place("from"), expected, "a part of the time")
            return
        draft.set_key(file, (keys[0], column), value, (operation.place("key"), operation.place("value")))
    else:
        rows = [draft.row(file, key, operation.place("key")) for key in keys]
        columns = [each.name for each in declared(file).columns]
        if column not in columns:
            found = shown(column) + nearest(column, columns)
            draft.fault(operation.place("column"), f"a column of {file}.csv", found)
            return
        for row in (row for row in rows if row >= 0):
            _edit(operation, draft, phase, (file, row), {column: (value, "value")})


KEPT_THROUGHOUT = (
    "returns.on",
    "care.on",
    "care.make_good",
    "lots.on",
    "levels.on",
    "levels.pallets",
    "members.on",
    "kits.on",
    "slotting.on",
)
"""Policies under which the house remembers what left: it cannot begin to while shipments are on their way."""


def _policy(operation: Operation, draft: Draft, phase: Phase) -> None:
    section, _, key = operation["key"].rpartition(".")
    if operation["key"] in KEPT_THROUGHOUT and not whole_time(operation, phase):
        expected = f"no 'from' or 'until': {operation['key']} holds from start to end"
        draft.fault(operation.place("from"), expected, "a part of the time")
        return
    draft.set_key(
        "policies", (section, key), operation.free["value"], (operation.place("key"), operation.place("value"))
    )


def _promise(operation: Operation, draft: Draft, _phase: Phase) -> None:
    given = {name: operation[name] for name in ("pad_days", "low_days", "high_days") if not math.isnan(operation[name])}
    if not _asked(draft, operation, given):
        return
    for name, value in given.items():
        at = (f"promise.{operation['service']}", name)
        draft.set_key("policies", at, int(value), (operation.place("service"), operation.place(name)))


def _price(operation: Operation, draft: Draft, phase: Phase) -> None:
    named = [each for each in ("carrier", "item", "seller") if operation[each]]
    how = [each for each in ("percent", "value") if not math.isnan(operation[each])]
    if len(named) != 1:
        draft.fault(operation.place(), "one of carrier, item and seller", ", ".join(named) or "none")
    elif len(how) != 1 or (how == ["value"] and named != ["item"]):
        draft.fault(operation.place(), "percent, or for an item its value", ", ".join(how) or "none")
    elif operation["percent"] == 0:
        draft.fault(operation.place("percent"), "another number than 0", "0")
    elif named == ["carrier"]:
        _rates(operation, draft, phase)
    else:
        _item_prices(operation, draft, phase, named[0])


def _rates(operation: Operation, draft: Draft, phase: Phase) -> None:
    table = f"{RATES}{operation['carrier']}"
    if table not in draft.tables():
        known = [name.removeprefix(RATES) for name in draft.tables() if name.startswith(RATES)]
        found = shown(operation["carrier"]) + nearest(operation["carrier"], known)
        draft.fault(operation.place("carrier"), "a carrier with a price list", found)
        return
    zones = range(ZONES) if math.isnan(operation["zone"]) else (int(operation["zone"]),)
    factor, found_any = 1 + operation["percent"] / 100, False
    for row in draft.rows(table):
        for zone in zones:
            price = _number(draft.cell(table, row, f"zone_{zone}"))
            if price > 0:
                found_any = True
                _edit(operation, draft, phase, (table, row), {f"zone_{zone}": (round(price * factor, 6), "percent")})
    if not found_any:
        draft.fault(operation.place("zone"), f"a zone that {operation['carrier']} serves", shown(f"{zones[0]}"))


def _item_prices(operation: Operation, draft: Draft, phase: Phase, by: str) -> None:
    cells = draft.column("items", by)
    rows = [row for row in draft.rows("items") if cells[row] == operation[by]]
    if not rows:
        found = shown(operation[by]) + nearest(operation[by], sorted(set(cells)))
        draft.fault(operation.place(by), f"{one(by)} of items.csv", found)
    for row in rows:
        value, key = operation["value"], "value"
        if math.isnan(value):
            before = _number(draft.cell("items", row, "price"))
            value, key = round(before * (1 + operation["percent"] / 100), 6), "percent"
        _edit(operation, draft, phase, ("items", row), {"price": (value, key)})


def _fleet(operation: Operation, draft: Draft, phase: Phase) -> None:
    row, cells = draft.row("fleet", operation["node"], operation.place("node")), _columns(operation)
    if row >= 0 and operation["add_vans"]:
        cells["vans"] = _more(operation, draft, ("fleet", row), ("vans", "add_vans"))
    if row >= 0 and _asked(draft, operation, cells):
        _edit(operation, draft, phase, ("fleet", row), cells)


def _roster(operation: Operation, draft: Draft, phase: Phase) -> None:
    named = f"{operation['node']} {operation['process']}"
    row, cells = draft.row("labour", named, operation.place("node")), _columns(operation)
    if row < 0:
        return
    for key, column in (("add_heads", "heads"), ("add_temps", "temps_max")):
        if operation[key]:
            cells[column] = _more(operation, draft, ("labour", row), (column, key))
    if _asked(draft, operation, cells):
        _edit(operation, draft, phase, ("labour", row), cells)


def _more(operation: Operation, draft: Draft, at: tuple[str, int], what: tuple[str, str]) -> tuple[int, str]:
    """A whole number with what is added to it; a fault where less than none would be left."""
    column, key = what
    there = _number(draft.cell(*at, column))
    left = (0.0 if math.isnan(there) else there) + operation[key]
    if left < 0:
        draft.fault(operation.place(key), f"{-there:g} or more: there are {there:g} {column}", f"{operation[key]:g}")
    return max(int(left), 0), key


def _add_lane(operation: Operation, draft: Draft, _phase: Phase) -> None:
    cells = {"lane": operation["lane"], **operation.tables["columns"]}
    where = {name: operation.place(f"columns.{name}") for name in operation.tables["columns"]}
    draft.add("lanes", cells, operation.place(), {"lane": operation.place("lane"), **where})


def _add_row(operation: Operation, draft: Draft, phase: Phase) -> None:
    """A new row of a CSV file: its name is there in all phases, so it holds from start to end."""
    file, cells = operation["file"].removesuffix(".csv"), operation.tables["columns"]
    if file not in ADDABLE and not file.startswith(RATES):
        expected = f"one of {', '.join(ADDABLE)}, or {RATES}NAME"
        draft.fault(operation.place("file"), expected, shown(file) + nearest(file, ADDABLE))
    elif not whole_time(operation, phase):
        draft.fault(operation.place("from"), "no 'from' or 'until': a new name is there from the start", "a time")
    else:
        where = {name: operation.place(f"columns.{name}") for name in cells}
        draft.add(file, cells, operation.place(), where)


def _demand(operation: Operation, draft: Draft, _phase: Phase) -> None:
    if operation.begins is None or operation.ends is None:
        draft.fault(operation.place(), "'from' and 'until', the day after the last", "none")
    elif operation.begins % 1_440 or operation.ends % 1_440:
        draft.fault(operation.place("from"), "midnights: days as a whole", "a time of day")
    if operation["factor"] == 1:
        draft.fault(operation.place("factor"), "another number than 1", "1")


def _shock(operation: Operation, draft: Draft, _phase: Phase) -> None:
    name = operation["name"]
    places = [each for each in SHOCKS if name in draft.entries(*each)]
    if not places:
        known = [entry for each in SHOCKS for entry in draft.entries(*each)]
        draft.fault(
            operation.place("name"), "a shock of demand.toml or nature.toml", shown(name) + nearest(name, known)
        )
        return
    if operation.begins is not None or operation.ends is not None:
        draft.fault(operation.place("from"), "no 'from' or 'until': a shock has its own days", "a part of the time")
    given: dict[str, Any] = {
        key: operation[key] for key in ("factor", "days", "hours") if not math.isnan(operation[key])
    }
    if operation["on"]:
        given["on"] = operation["on"]
    if _asked(draft, operation, given):
        file, section = places[0]
        for key, value in given.items():
            draft.set_key(file, (f"{section}.{name}", key), value, (operation.place("name"), operation.place(key)))


STANDING: Final[dict[str, Callable[[Operation, Draft, Phase], None]]] = {
    "add_lane": _add_lane, "demand": _demand, "shock": _shock, "open_node": open_node, "close_node": close_node,
    "add_row": _add_row, "open_seller": open_seller,
}  # fmt: skip
PASSING: Final[dict[str, Callable[[Operation, Draft, Phase], None]]] = {
    "resize_node": _resize_node, "retime_lane": _retime_lane, "set": _set, "policy": _policy, "promise": _promise,
    "price": _price, "fleet": _fleet, "roster": _roster,
}  # fmt: skip

"""Sense: what no single cell shows. Ends before beginnings, lanes in circles, shares that come to nothing."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping

import numpy as np

from firstbest.store.compile_offers import offer_faults
from firstbest.store.extensions import extension_faults
from firstbest.store.faults import Fault, shown
from firstbest.store.workspace_cells import NO_CLOCK, NO_DAY
from firstbest.store.workspace_sense_answers import answer_faults
from firstbest.store.workspace_sense_detail import kit_faults, member_faults
from firstbest.store.workspace_sense_freight import check_departures, check_lanes, check_prices, check_vans
from firstbest.store.workspace_sense_goods import check_codes, check_goods
from firstbest.store.workspace_sense_packs import pack_faults
from firstbest.store.workspace_sense_returns import return_faults
from firstbest.store.workspace_settings import Entry
from firstbest.store.workspace_tables import Frame
from firstbest.store.workspace_typed import Workspace
from firstbest.world.units import MAX_NODE

FULFILMENT_MAX = 16
"""A shipment's verdicts are kept in four bits for each fulfilment centre."""
_NEEDED = ("nodes", "places", "items", "cartons", "sellers", "suppliers", "carriers")
_WORKED = ("pick", "pack")


def check_sense(workspace: Workspace, faults: list[Fault]) -> None:
    """Reports what is impossible or means nothing although each cell is of its type."""
    for name in _NEEDED:
        frame = workspace.frame(name)
        # A file that has a fault already is missing or has no header.
        if not len(frame) and not any(each.file == frame.file for each in faults):
            faults.append(Fault(frame.file, 0, "", "one row or more", "none"))
    faulty = {(each.file, each.column) for each in faults}
    for part, needed in _PARTS:
        # Where a cell that a part builds on is faulty already, the part would only repeat it in other words.
        if not faulty & needed:
            faults.extend(part(workspace))


def circle(after: Mapping[str, str], start: str) -> list[str]:
    """The names from `start` back to itself along `after`, empty if the way ends."""
    way = [start]
    while (following := after.get(way[-1], "")) and len(way) <= len(after):
        if following == start:
            return [*way, start]
        way.append(following)
    return []


def _nodes(workspace: Workspace) -> Iterator[Fault]:
    nodes = workspace.frame("nodes")
    names, rows = nodes.texts("node"), nodes.rows.tolist()
    if len(nodes) > MAX_NODE:
        yield Fault(nodes.file, 0, "", f"{MAX_NODE} nodes or fewer", str(len(nodes)))
    fed_by = dict(zip(names, nodes.texts("fed_by"), strict=True))
    for row, name in zip(rows, names, strict=True):
        way = circle(fed_by, name)
        if way:
            yield Fault(nodes.file, row, "fed_by", "a way that ends at the suppliers", " is fed by ".join(way))
    for row, opens, closes in zip(rows, nodes.whole("opens").tolist(), nodes.whole("closes").tolist(), strict=True):
        if NO_DAY not in {opens, closes} and closes <= opens:
            yield Fault(nodes.file, row, "closes", "a day after 'opens'", "the same day or one before")
    clocks = zip(rows, nodes.whole("cut_off").tolist(), nodes.whole("pick_up").tolist(), strict=True)
    for row, cut_off, pick_up in clocks:
        if pick_up != NO_CLOCK and cut_off > pick_up:
            yield Fault(nodes.file, row, "cut_off", "a time before 'pick_up'", clock(cut_off))


def clock(minute: int) -> str:
    """Minutes of the day as 14:05."""
    return f"{minute // 60:02}:{minute % 60:02}"


def listed(values: Iterable[float]) -> str:
    """Numbers as a person writes them in TOML."""
    return f"[{', '.join(f'{each:g}' for each in values)}]"


def _kinds(workspace: Workspace) -> Iterator[Fault]:
    nodes = workspace.frame("nodes")
    kinds = dict(zip(nodes.texts("node"), nodes.texts("kind"), strict=True))
    centres = nodes.texts("kind").count("fulfilment")
    if len(nodes) and not 1 <= centres <= FULFILMENT_MAX:
        yield Fault(nodes.file, 0, "kind", f"1 to {FULFILMENT_MAX} nodes of kind fulfilment", str(centres))
    wanted = (
        ("suppliers", "supplier", "supplier"),
        ("fleet", "node", "station"),
        ("places", "station", "station"),
    )
    for table, column, kind in wanted:
        frame = workspace.frame(table)
        for row, name in zip(frame.rows.tolist(), frame.texts(column), strict=True):
            if name and kinds.get(name, kind) != kind:
                yield Fault(frame.file, row, column, f"a node of kind {kind}", f"{shown(name)}, kind {kinds[name]}")
    carriers = workspace.frame("carriers")
    for column, kind in (("nodes", "fulfilment"), ("stations", "station")):
        cells = zip(carriers.rows.tolist(), carriers.lists(column), strict=True)
        for row, name in ((row, name) for row, names in cells for name in names):
            if kinds.get(name, kind) != kind:
                yield Fault(carriers.file, row, column, f"nodes of kind {kind}", f"{shown(name)}, kind {kinds[name]}")


def _weights(workspace: Workspace) -> Iterator[Fault]:
    for table, column in (("places", "weight"), ("sellers", "order_percent")):
        frame = workspace.frame(table)
        if len(frame) and not frame.numbers(column).sum() > 0:
            yield Fault(frame.file, 0, column, "numbers that come to more than 0", "0")
    shape = workspace.section("demand", "shape")
    for key in ("month", "weekday", "hour", "lines", "units"):
        if not sum(shape[key]) > 0:
            yield Fault("demand.toml", shape.line, f"shape.{key}", "numbers that come to more than 0", "0")


def _sold(workspace: Workspace) -> Iterator[Fault]:
    items, sellers = workspace.frame("items"), workspace.frame("sellers")
    sold: dict[str, float] = dict.fromkeys(sellers.texts("seller"), 0.0)
    for seller, share in zip(items.texts("seller"), items.numbers("share").tolist(), strict=True):
        sold[seller] = sold.get(seller, 0.0) + share
    asked = zip(sellers.rows.tolist(), sellers.texts("seller"), sellers.numbers("order_percent").tolist(), strict=True)
    for row, seller, percent in asked:
        if percent > 0 and not sold[seller] > 0 and len(items):
            yield Fault(sellers.file, row, "order_percent", "0, or items of the seller with a share", f"{percent:g}")


def _people(workspace: Workspace) -> Iterator[Fault]:
    labour, shifts = workspace.frame("labour"), workspace.frame("shifts")
    worked = list(zip(labour.texts("node"), labour.texts("process"), strict=True))
    rates = zip(
        labour.rows.tolist(),
        worked,
        labour.numbers("heads").tolist(),
        labour.numbers("units_hour").tolist(),
        strict=True,
    )
    for row, (_, process), heads, rate in rates:
        if heads and not rate and process != "indirect":
            yield Fault(labour.file, row, "units_hour", "more than 0 where there are heads", "0")
    nodes = workspace.frame("nodes")
    for row, node, kind in zip(nodes.rows.tolist(), nodes.texts("node"), nodes.texts("kind"), strict=True):
        for process in _WORKED:
            if kind == "fulfilment" and (node, process) not in worked and len(labour):
                yield Fault(nodes.file, row, "node", f"a row of labour.csv for {node}, {process}", "none")
    for shift in (1, 2):
        starts, hours = shifts.whole(f"shift_{shift}_start"), shifts.numbers(f"shift_{shift}_hours")
        for row, start, length in zip(shifts.rows.tolist(), starts.tolist(), hours.tolist(), strict=True):
            if length and start + length * 60 > 24 * 60:
                expected = "a shift that ends by midnight"
                yield Fault(shifts.file, row, f"shift_{shift}_hours", expected, f"{clock(start)} and {length:g} hours")


def _spans(workspace: Workspace) -> Iterator[Fault]:
    calendars = workspace.frame("calendars")
    days = zip(
        calendars.rows.tolist(), calendars.whole("date").tolist(), calendars.whole("until").tolist(), strict=True
    )
    for row, first, last in days:
        if last not in (NO_DAY, 0) and last < first:
            yield Fault(calendars.file, row, "until", "the day of 'date' or a later one", "an earlier one")
    spans: Iterable[tuple[str, str]] = (
        ("demand", "period"), ("demand", "surge"), ("demand", "boost"),
        ("nature", "late_period"), ("nature", "delay"), ("nature", "snow"),
    )  # fmt: skip
    for file, section in spans:
        for entry in workspace.entries(file, section):
            first, last = entry["from"], entry["until"]
            mixed = isinstance(first, tuple) and bool(first[0]) != bool(last[0])
            if mixed or last < first:
                expected = "a day not before 'from', written in the same form"
                yield Fault(f"{file}.toml", entry.line, f"{section}.until", expected, "an earlier day or another form")


def _settings(workspace: Workspace) -> Iterator[Fault]:
    yield from _zone_rule(workspace.section("firstbest", "zones"))
    wave = workspace.section("policies", "floor")
    if 1_440 % int(wave["wave_minutes"] or 1):
        yield Fault(
            "policies.toml", wave.line, "floor.wave_minutes", "minutes that divide a day", f"{wave['wave_minutes']:g}"
        )
    together = workspace.section("policies", "together")
    if 1_440 % int(together["minutes"] or 1):
        expected, found = "minutes that divide a day, or 0: never", f"{together['minutes']:g}"
        yield Fault("policies.toml", together.line, "together.minutes", expected, found)
    late = workspace.section("policies", "door")
    if list(late["late_percent"]) != sorted(late["late_percent"], reverse=True):
        found = listed(late["late_percent"])
        yield Fault("policies.toml", late.line, "door.late_percent", "numbers that fall", found)
    door = workspace.section("nature", "door")
    if door["from"] >= door["until"]:
        yield Fault("nature.toml", door.line, "door.until", "a time after 'from'", clock(door["until"]))
    supply = workspace.section("nature", "supply")
    if supply["return_days_p90"] < supply["return_days_p50"]:
        found = f"{supply['return_days_p90']:g}"
        yield Fault("nature.toml", supply.line, "supply.return_days_p90", "return_days_p50 or more", found)
    for section in ("carrier", "late_period"):
        for entry in workspace.entries("nature", section):
            total = sum(entry[f"late_{days}_percent"] for days in (1, 2, 3))
            if total > 100:  # noqa: PLR2004 - percent
                expected = "late shares that come to 100 or less"
                yield Fault("nature.toml", entry.line, f"{section}.late_1_percent", expected, f"{total:g}")
    for entry in workspace.entries("nature", "delay"):
        if bool(entry["node"]) == bool(entry["lanes"]):
            yield Fault("nature.toml", entry.line, "delay.node", "either 'node' or 'lanes'", "both or none")


def _zone_rule(zones: Entry) -> Iterator[Fault]:
    edges = list(zones["up_to"])
    if edges != sorted(set(edges)):
        yield Fault("firstbest.toml", zones.line, "zones.up_to", "distances that rise", listed(edges))
    if zones["first_zone"] + len(edges) > 8:  # noqa: PLR2004 - zones are 0 to 8
        found = f"{zones['first_zone'] + len(edges):g}"
        yield Fault("firstbest.toml", zones.line, "zones.up_to", "bands up to zone 8", f"bands up to zone {found}")


def _stock(workspace: Workspace) -> Iterator[Fault]:
    stock: Frame = workspace.frame("stock")
    below = np.flatnonzero(stock.numbers("quantity") + stock.numbers("wrong") < 0)
    for index in below.tolist():
        found = f"{stock.numbers('wrong')[index]:g}"
        if not math.isnan(stock.numbers("wrong")[index]):
            yield Fault(stock.file, int(stock.rows[index]), "wrong", "no less than minus the quantity", found)


_ASKED = ("orders.csv", "level")
_KIND = ("nodes.csv", "kind")
_LANES = (("lanes.csv", "origin"), ("lanes.csv", "destination"), ("lanes.csv", "departures"))
_PARTS: tuple[tuple[Callable[[Workspace], Iterator[Fault]], set[tuple[str, str]]], ...] = (
    (_nodes, set()),
    (_kinds, {_KIND}),
    (_weights, {("places.csv", "weight"), ("sellers.csv", "order_percent")}),
    (_sold, {("items.csv", "seller"), ("items.csv", "share"), ("sellers.csv", "order_percent")}),
    (_people, {_KIND, ("labour.csv", "node"), ("labour.csv", "process"), ("labour.csv", "units_hour")}),
    (_spans, set()),
    (_settings, set()),
    (answer_faults, set()),
    (return_faults, set()),
    (member_faults, set()),
    (kit_faults, {("kits.csv", "kit"), ("kits.csv", "item"), ("items.csv", "item"), ("items.csv", "seller")}),
    (offer_faults, {("offers.csv", "product"), ("offers.csv", "item")}),
    (_stock, {("stock.csv", "quantity")}),
    (check_codes, set()),
    (check_goods, {("items.csv", "weight_kg"), ("items.csv", "volume_l"), ("packs.csv", "weight_kg")}),
    (pack_faults, {("packs.csv", name) for name in ("item", "quantity", "weight_kg", "volume_l")} | {_ASKED}),
    (check_lanes, {("lanes.csv", "lane"), ("lanes.csv", "origin"), ("lanes.csv", "destination")}),
    (check_departures, {_KIND, ("nodes.csv", "work_days"), *_LANES}),
    (check_prices, {("carriers.csv", "mode"), ("carriers.csv", "carrier")}),
    (extension_faults, {("firstbest.toml", "extension.port"), ("firstbest.toml", "extension.name")}),
    (check_vans, {_KIND, ("carriers.csv", "mode"), ("carriers.csv", "stations"), *_LANES}),
)
"""Parts, each with the columns without which it says nothing."""

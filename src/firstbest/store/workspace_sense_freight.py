"""Sense of lanes, carriers, prices and orders."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np

from firstbest.store.faults import Fault, shown
from firstbest.store.schema_words import ZONES
from firstbest.store.workspace_tables import Frame
from firstbest.store.workspace_typed import Workspace

STEPS: Final = 160
"""A price list is compiled to this many steps of billed weight, step 0 included."""
LB_KG: Final = 0.453592
LINES_MAX: Final = 4_096


def van_lanes(workspace: Workspace) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """(carrier, origin) to the lanes of lanes.csv, with their stations, by which own vans are fed from there."""
    carriers, lanes, nodes = (workspace.frame(each) for each in ("carriers", "lanes", "nodes"))
    kinds = dict(zip(nodes.texts("node"), nodes.texts("kind"), strict=True))
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for carrier, mode, stations in zip(
        carriers.texts("carrier"), carriers.texts("mode"), carriers.lists("stations"), strict=True
    ):
        if mode != "own_van":
            continue
        ways = zip(lanes.texts("lane"), lanes.texts("origin"), lanes.texts("destination"), strict=True)
        for lane, origin, destination in ways:
            served = destination in stations if stations else kinds.get(destination) == "station"
            if served and kinds.get(origin) == "fulfilment":
                found.setdefault((carrier, origin), []).append((lane, destination))
    return found


def check_lanes(workspace: Workspace) -> Iterator[Fault]:
    """Lanes to their own origin, and ways that break or run in circles."""
    lanes = workspace.frame("lanes")
    rows, names = lanes.rows.tolist(), lanes.texts("lane")
    origins, destinations = lanes.texts("origin"), lanes.texts("destination")
    for row, origin, destination in zip(rows, origins, destinations, strict=True):
        if origin == destination and origin:
            yield Fault(lanes.file, row, "destination", "another node than the origin", shown(destination))
    starts = dict(zip(names, origins, strict=True))
    following = dict(zip(names, lanes.texts("next_lane"), strict=True))
    for row, name, destination in zip(rows, names, destinations, strict=True):
        onward = following[name]
        if onward in starts and starts[onward] != destination:
            found = f"{shown(onward)}, which starts at {shown(starts[onward])}"
            yield Fault(lanes.file, row, "next_lane", f"a lane that starts at '{destination}'", found)
        way = [name]
        while (onward := following.get(way[-1], "")) and onward not in way:
            way.append(onward)
        if onward == name:
            yield Fault(lanes.file, row, "next_lane", "a way that ends", " then ".join([*way, name]))


def check_departures(workspace: Workspace) -> Iterator[Fault]:
    """Lanes that never depart, since their origin rests on all their days."""
    lanes, nodes = workspace.frame("lanes"), workspace.frame("nodes")
    works = dict(zip(nodes.texts("node"), nodes.whole("work_days").tolist(), strict=True))
    kinds = dict(zip(nodes.texts("node"), nodes.texts("kind"), strict=True))
    ways = zip(lanes.rows.tolist(), lanes.texts("origin"), lanes.departures("departures"), strict=True)
    for row, origin, departures in ways:
        bound = kinds.get(origin) in {"storage", "fulfilment", "station"}
        if bound and departures and not any(each.days & works[origin] for each in departures):
            expected = f"a departure on a day on which '{origin}' works"
            yield Fault(lanes.file, row, "departures", expected, "none")


def check_prices(workspace: Workspace) -> Iterator[Fault]:
    """Loads beyond the price list, carriers that serve no zone, prices with gaps."""
    carriers = workspace.frame("carriers")
    steps = zip(
        carriers.rows.tolist(),
        carriers.texts("mode"),
        carriers.texts("step_unit"),
        carriers.numbers("step").tolist(),
        carriers.numbers("weight_kg_max").tolist(),
        strict=True,
    )
    for row, mode, unit, step, heaviest in steps:
        most = (STEPS - 1) * step * (LB_KG if unit == "lb" else 1.0)
        if mode != "own_van" and heaviest > most:
            expected = f"{most:.6g} or less: {STEPS - 1} steps (use a greater 'step' for heavier loads)"
            yield Fault(carriers.file, row, "weight_kg_max", expected, f"{heaviest:g}")
    served = served_zones(workspace)
    for row, name, mode in zip(carriers.rows.tolist(), carriers.texts("carrier"), carriers.texts("mode"), strict=True):
        if not served[name]:
            yield Fault(carriers.file, row, "carrier", "a zone with both a transit and a price", "none")
        rates = workspace.rates.get(name)
        if rates and mode != "own_van":
            yield from _price_list(rates)


def served_zones(workspace: Workspace) -> dict[str, tuple[int, ...]]:
    """Zones that each carrier serves: those with a transit and, but for own vans, prices."""
    carriers = workspace.frame("carriers")
    found = {}
    for index, (name, mode) in enumerate(zip(carriers.texts("carrier"), carriers.texts("mode"), strict=True)):
        rates = workspace.rates.get(name)
        zones = []
        for zone in range(ZONES):
            timed = not np.isnan(carriers.numbers(f"transit_zone_{zone}")[index])
            priced = mode == "own_van" or (rates and not np.isnan(rates.numbers(f"zone_{zone}")).all())
            if timed and priced:
                zones.append(zone)
        found[name] = tuple(zones)
    return found


def _price_list(rates: Frame) -> Iterator[Fault]:
    weights = rates.numbers("weight")
    if len(np.unique(weights)) < len(weights):
        yield Fault(rates.file, 0, "weight", "each weight once", "one of them twice")
    for zone in range(ZONES):
        gaps = np.isnan(rates.numbers(f"zone_{zone}"))
        if gaps.any() and not gaps.all():
            row = int(rates.rows[np.flatnonzero(gaps)[0]])
            yield Fault(rates.file, row, f"zone_{zone}", "a price in every row, or in none", "nothing")


def check_vans(workspace: Workspace) -> Iterator[Fault]:
    """Own vans without a way to their station, or with two."""
    carriers, fleet = workspace.frame("carriers"), workspace.frame("fleet")
    rows = dict(zip(carriers.texts("carrier"), carriers.rows.tolist(), strict=True))
    served: dict[str, str] = {}
    ways = van_lanes(workspace)
    for (carrier, origin), lanes in ways.items():
        if len(lanes) > 1:
            expected = f"one lane from '{origin}' to its stations (use a carrier of its own for each station)"
            found = ", ".join(lane for lane, _ in lanes)
            yield Fault(carriers.file, rows[carrier], "stations", expected, found)
        for _, station in lanes:
            if served.setdefault(station, carrier) != carrier:
                found = f"'{station}' is served by {served[station]} as well"
                yield Fault(carriers.file, rows[carrier], "stations", "a station of one carrier", found)
            if station not in fleet.texts("node"):
                yield Fault(carriers.file, rows[carrier], "stations", f"a row of fleet.csv for '{station}'", "none")
    vans = (
        name for name, mode in zip(carriers.texts("carrier"), carriers.texts("mode"), strict=True) if mode == "own_van"
    )
    for name in vans:
        if not any(carrier == name for carrier, _ in ways):
            expected = "a lane of lanes.csv from a fulfilment centre to one of its stations"
            yield Fault(carriers.file, rows[name], "stations", expected, "none")

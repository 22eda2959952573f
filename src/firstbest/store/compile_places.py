"""Nodes, places, and the zones and distances between them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.store.compile_plan import Plan, code, micros, whole
from firstbest.store.schema_words import KINDS, ZONES
from firstbest.store.workspace_cells import NO_DAY
from firstbest.store.workspace_sense_freight import served_zones, van_lanes
from firstbest.store.workspace_tables import F64, Frame
from firstbest.world.network import I8, I32, I64, Arcs, Nodes, Places
from firstbest.world.ties import text_hashes
from firstbest.world.units import NEVER_US
from firstbest.world.words import NodeKind

EARTH_KM: Final = 6371.0088
"""Mean radius of the earth (IUGG)."""
DAYS_YEAR: Final = 365
_CM3_M3: Final = 1_000_000


def great_circle_km(from_degrees: tuple[F64, F64], to_degrees: tuple[F64, F64]) -> F64:
    """Great-circle distances: [n, m] from (latitude, longitude) of n points to those of m (haversine)."""
    north, east = (np.radians(each)[:, None] for each in from_degrees)
    north_to, east_to = (np.radians(each)[None, :] for each in to_degrees)
    half = np.sin((north_to - north) / 2) ** 2
    half = half + np.cos(north) * np.cos(north_to) * np.sin((east_to - east) / 2) ** 2
    found: F64 = 2 * EARTH_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))
    return found


def where(frame: Frame) -> tuple[F64, F64]:
    """Latitudes and longitudes of a frame, degrees."""
    return frame.numbers("latitude"), frame.numbers("longitude")


def compile_nodes(plan: Plan) -> Nodes:
    """Nodes: [N]. Scale multiplies fixed costs and storage."""
    nodes = plan.workspace.frame("nodes")
    year = nodes.numbers("floor_ft2") * nodes.numbers("building_cost_ft2_year") + nodes.numbers("building_cost_year")
    ranks = nodes.numbers("rank")
    return Nodes(
        kind=np.array([NodeKind[each.upper()] for each in nodes.texts("kind")], np.int8),
        tie=text_hashes(nodes.texts("node")),
        rank=np.where(np.isnan(ranks), np.arange(len(nodes)), np.nan_to_num(ranks)).astype(np.int32),
        time_zone=np.array([plan.zones[each] for each in nodes.texts("time_zone")], np.int8),
        latitude_e4=whole(nodes.numbers("latitude") * 10_000).astype(np.int32),
        longitude_e4=whole(nodes.numbers("longitude") * 10_000).astype(np.int32),
        open_from_us=_turn(plan, nodes, "opens", 0),
        open_until_us=_turn(plan, nodes, "closes", NEVER_US),
        fixed_cost_day=micros(year / DAYS_YEAR * plan.scale),
        system_cost_order=micros(nodes.numbers("system_cost_order")),
        storage_cm3=whole(nodes.numbers("storage_m3") * _CM3_M3 * plan.scale),
        fed_by=np.array([plan.nodes.get(each, -1) for each in nodes.texts("fed_by")], np.int32),
        carbon_g_parcel=whole(nodes.numbers("carbon_g_parcel")),
    )


def _turn(plan: Plan, nodes: Frame, column: str, never: int) -> I64:
    """Local midnight at which a node opens or closes: [N]."""
    days = nodes.whole(column).tolist()
    found = [never if day == NO_DAY else plan.instant(plan.node_zone(n), day, 0) for n, day in enumerate(days)]
    return np.array(found, np.int64)


def compile_places(plan: Plan) -> Places:
    """Places: [P]. Weights keep three decimals of what the file says."""
    places = plan.workspace.frame("places")
    regions = code(places.texts("region"))
    return Places(
        tie=text_hashes(places.texts("place")),
        weight=whole(places.numbers("weight") * 1_000),
        time_zone=np.array([plan.zones[each] for each in places.texts("time_zone")], np.int8),
        latitude_e4=whole(places.numbers("latitude") * 10_000).astype(np.int32),
        longitude_e4=whole(places.numbers("longitude") * 10_000).astype(np.int32),
        remote=places.whole("remote").astype(np.int8),
        land_km2=whole(places.numbers("land_km2")).astype(np.int32),
        region=np.array([regions[each] for each in places.texts("region")], np.int16),
    )


def compile_arcs(plan: Plan) -> Arcs:
    """Zones [C, N, P], great-circle distances [N, P] and stations [C, P].

    A carrier that goes by zone serves the arc if it collects at the node and has a transit and a price for the
    zone. Own vans serve the places of a station from the nodes that have a lane to it.
    """
    workspace = plan.workspace
    nodes, places, carriers = (workspace.frame(each) for each in ("nodes", "places", "carriers"))
    km = great_circle_km(where(nodes), where(places))
    rule = _zones_by_distance(plan, km)
    zone = np.full((len(carriers), len(nodes), len(places)), -1, np.int8)
    station = np.full((len(carriers), len(places)), -1, np.int32)
    at_station = np.array([plan.nodes.get(each, -1) for each in places.texts("station")], np.int32)
    served = served_zones(workspace)
    ways = van_lanes(workspace)
    for c, (name, mode) in enumerate(zip(carriers.texts("carrier"), carriers.texts("mode"), strict=True)):
        zones = _with_exceptions(plan, rule, name, by_zone=mode != "own_van")
        open_zone = np.isin(zones, np.array(served[name], np.int8))
        for node in collecting(plan, c):
            reached: NDArray[np.bool_] = open_zone[node]
            if mode == "own_van":
                lanes = ways.get((name, nodes.texts("node")[node]), [])
                stations = np.array([plan.nodes[each] for _, each in lanes], np.int32)
                near = np.isin(at_station, stations)
                station[c, near] = at_station[near]
                reached = reached & near
            zone[c, node, reached] = zones[node, reached]
    return Arcs(zone, whole(km).astype(np.int32), station)


def collecting(plan: Plan, carrier: int) -> list[int]:
    """Codes of the fulfilment centres from which a carrier takes shipments."""
    workspace = plan.workspace
    nodes, carriers = workspace.frame("nodes"), workspace.frame("carriers")
    name, asked = carriers.texts("carrier")[carrier], carriers.lists("nodes")[carrier]
    names = [each for each, kind in zip(nodes.texts("node"), nodes.texts("kind"), strict=True) if kind == KINDS[3]]
    if asked:
        names = [each for each in names if each in asked]
    if carriers.texts("mode")[carrier] == "own_van":
        names = [each for each in names if (name, each) in van_lanes(workspace)]
    return [plan.nodes[each] for each in names]


def _zones_by_distance(plan: Plan, km: F64) -> I8:
    """Zones by the bands of firstbest.toml: [N, P]. A distance on an edge is in the nearer band."""
    zones = plan.workspace.section("firstbest", "zones")
    edges = np.array(zones["up_to"], np.float64) * plan.workspace.km
    found = np.searchsorted(edges, km, side="left") + int(zones["first_zone"])
    return np.minimum(found, ZONES - 1).astype(np.int8)


def _with_exceptions(plan: Plan, rule: I8, carrier: str, *, by_zone: bool) -> I8:
    """The rule's zones with the rows of zones.csv that hold for the carrier: [N, P]; named rows win over open ones."""
    table = plan.workspace.frame("zones")
    zones: I32 | I8 = rule.copy()
    rows = list(
        zip(table.texts("carrier"), table.texts("node"), table.texts("place"), table.numbers("zone"), strict=True)
    )
    for named in ("", carrier):
        for who, node, place, zone in rows:
            if who == named and (by_zone or named):
                zones[plan.nodes[node], plan.places[place]] = int(zone)
    return zones.astype(np.int8)

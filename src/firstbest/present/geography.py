"""Figures of a network that no rehearsal is needed for: how far people are, whom ground parcels reach in time."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.present.sums import F64, over
from firstbest.world.network import Network
from firstbest.world.words import Mode, NodeKind

_MILES: Final = 3958.76  # mean radius of the earth
_PLACES_MOST: Final = 3000  # beyond this the search for best places is left out


def network_figures(network: Network) -> dict[str, float]:
    """Figures by key, nan where the network has not what they need."""
    best = _best_distances(network, (1, 5))
    return {
        "ground_two_day_share": _ground_two_days(network),
        "population_distance_best_1_mi": best[0],
        "population_distance_best_5_mi": best[1],
        "carbon_air_to_ocean": _air_to_ocean(network),
    }


def _ground_two_days(network: Network) -> float:
    """Share of demand that a ground parcel reaches in two business days from some fulfilment centre."""
    centres = np.flatnonzero(np.asarray(network.nodes.kind) == NodeKind.FULFILMENT)
    weight = np.asarray(network.places.weight, np.float64)
    reached = np.zeros(len(weight), np.bool_)
    zones = np.asarray(network.arcs.zone)
    if zones.ndim != 3:
        return math.nan
    for carrier in np.flatnonzero(np.asarray(network.carriers.mode) == Mode.PARCEL):
        days = np.asarray(network.carriers.transit_days)[carrier]
        zone = zones[carrier, centres]  # [centres, P]
        reached |= ((zone >= 0) & (days[np.clip(zone, 0, 8)] <= 2)).any(axis=0)
    return over(float(weight[reached].sum()), float(weight.sum()))


def _air_to_ocean(network: Network) -> float:
    """Carbon of a tonne-kilometre by air over the same by ocean, means over lanes."""
    modes, carbon = np.asarray(network.lanes.mode), np.asarray(network.lanes.carbon_mg_kg_km)
    if len(carbon) != len(modes) or not (modes == Mode.AIR).any() or not (modes == Mode.OCEAN).any():
        return math.nan
    return over(float(carbon[modes == Mode.AIR].mean()), float(carbon[modes == Mode.OCEAN].mean()))


def _best_distances(network: Network, counts: tuple[int, ...]) -> list[float]:
    """Mean miles of demand to the nearest of the best 1, 5 ... of its own places, greedy, then by exchange."""
    places = network.places
    weight = np.asarray(places.weight, np.float64)
    if not 0 < len(weight) <= _PLACES_MOST or not weight.sum():
        return [math.nan for _ in counts]
    apart = miles(np.asarray(places.latitude_e4) / 1e4, np.asarray(places.longitude_e4) / 1e4)
    part = weight / weight.sum()
    found = []
    for count in counts:
        chosen = _exchange(apart, part, min(count, len(weight)))
        found.append(float(part @ apart[:, chosen].min(axis=1)))
    return found


def miles(latitude: F64, longitude: F64) -> F64:
    """Great-circle distances between places: [P, P]."""
    up, across = np.radians(latitude), np.radians(longitude)
    north, east = (np.sin((axis[:, None] - axis) / 2) ** 2 for axis in (up, across))
    half = north + np.cos(up[:, None]) * np.cos(up) * east
    return np.asarray(2 * _MILES * np.arcsin(np.sqrt(np.clip(half, 0, 1))), np.float64)


def _exchange(apart: F64, part: F64, count: int) -> NDArray[np.intp]:
    """Greedy choice, then one place at a time is exchanged for the best other, until none helps; ties: lower code."""
    chosen: list[int] = []
    near = np.full(len(part), np.inf)
    for _ in range(count):
        chosen.append(int((part @ np.minimum(near[:, None], apart)).argmin()))
        near = np.minimum(near, apart[:, chosen[-1]])
    best, better = float(part @ near), True
    while better:
        better = False
        for place in range(count):
            others = chosen[:place] + chosen[place + 1 :]
            rest = apart[:, others].min(axis=1) if others else np.full(len(part), np.inf)
            costs = part @ np.minimum(rest[:, None], apart)
            if float(costs.min()) < best - 1e-9:
                best, better = float(costs.min()), True
                chosen[place] = int(costs.argmin())
    return np.array(chosen, np.intp)

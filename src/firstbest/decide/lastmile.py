"""Own vans: which stops today, on how many routes, in which order.

Soonest promised first, as many as the vans can carry; the stops are cut into routes place by place, so that a
route stays together. Distance by continuous approximation: a stop's spacing is 0.75 sqrt(area / stops), times
1.2 for streets, and each route drives once across the area and back (practice of the trade; Daganzo 1984 gives
the square-root law). All integers; square roots are whole metres.
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.world.network import I64

Records = NDArray[np.void]


class Routes(NamedTuple):
    """A station's day: rows chosen [n] with their route and stop, and what the routes cost."""

    row: I64
    route: I64
    stop: I64
    routes: int
    distance_m: int
    cost: int
    left: int


def spacing_m(area_km2: int, stops: int) -> int:
    """Mean street distance between neighbouring stops, metres."""
    return isqrt(area_km2 * 1_000_000 // max(stops, 1)) * 75 * 12 // 1000


def plan(ground: Ground, station: int, parcels: Records) -> Routes:
    """Choose and cut the day's stops at one station; `parcels` are there or will be by the start."""
    fleet = ground.fleet
    most = int(fleet.vans[station]) * int(fleet.stops_max[station])
    due = np.lexsort((parcels["key"], parcels["tie"], parcels["deliver_by"]))[:most]
    chosen = due[np.lexsort((parcels["tie"][due], ground.places.tie[parcels["place"][due]]))]
    stops = len(chosen)
    if stops == 0:
        return Routes(chosen, chosen, chosen, 0, 0, 0, len(parcels))
    spacing = spacing_m(int(fleet.area_km2[station]), stops)
    out_and_back = 2 * isqrt(int(fleet.area_km2[station]) * 1_000_000) // 2
    drive_s = spacing * 1000 // max(int(fleet.speed_m_s_x1000[station]), 1)
    stem_s = out_and_back * 1000 // max(int(fleet.speed_m_s_x1000[station]), 1)
    each_s = int(fleet.stop_s[station]) + drive_s
    by_time = max((int(fleet.shift_s[station]) - stem_s) // max(each_s, 1), 1)
    size = min(by_time, int(fleet.stops_max[station]))
    routes = min(-(-stops // size), int(fleet.vans[station]))
    kept = min(stops, routes * size)
    chosen = chosen[:kept]
    route = np.arange(kept, dtype=np.int64) * routes // kept
    stop = np.arange(kept, dtype=np.int64) - np.searchsorted(route, route)
    distance = kept * spacing + routes * out_and_back
    seconds = kept * each_s + routes * stem_s
    cost = routes * int(fleet.cost_van_day[station]) + seconds * int(fleet.cost_hour[station]) // 3600
    return Routes(chosen, route, stop, routes, distance, cost, len(parcels) - kept)

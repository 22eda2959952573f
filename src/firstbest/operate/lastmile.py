"""The morning's dispatch at a delivery station."""

from __future__ import annotations

import numpy as np

from firstbest.decide import lastmile
from firstbest.decide.ground import Ground
from firstbest.operate.freight import of_shipment
from firstbest.operate.ports import Staged, Step
from firstbest.operate.rows import block_of, joined
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import I64
from firstbest.world.units import SECOND_US
from firstbest.world.words import Stage

STOP = ("key", "tie", "deliver_by", "departed_at", "lane", "place")
"""What of a shipment a route is planned by."""


def dispatch(number: int, now: int, ground: Ground, stations: I64) -> Step:
    """Put what is at the stations on vans; what the vans cannot take waits for tomorrow."""
    rows = (yield Staged(t.SHIPMENT_T, Stage.AT_STATION, "departed_at", now, STOP)).rows
    lane = rows["lane"]
    rows = rows[rows["departed_at"] + ground.lanes.transit_s[lane] * SECOND_US <= now]
    blocks: list[f.Block] = []
    routed: list[tuple[int, ...]] = []
    for station in stations:
        here = rows[ground.lanes.destination[rows["lane"]] == station]
        plan = lastmile.plan(ground, int(station), here)
        carbon = plan.distance_m * int(ground.fleet.carbon_g_km[station]) // 1000
        routed.append((plan.cost, carbon, station, plan.routes, len(plan.row), plan.left, plan.distance_m // 1000))
        if plan.routes:
            each = plan.cost // len(plan.row)
            cost = np.full(len(plan.row), each + int(ground.fleet.station_cost_parcel[station]), np.int64)
            cost[-1] += plan.cost - each * len(plan.row)
            chosen = here[plan.row]
            given = block_of(
                f.VANNED, number, now, **of_shipment(chosen), station=np.full(len(chosen), station),
                route=plan.route, stop=plan.stop, cost=cost, tie=chosen["tie"], place=chosen["place"],
            )  # fmt: skip
            blocks.append(given)
    columns = zip(*routed, strict=True)
    names = ("cost", "carbon_g", "node", "routes", "stops", "left", "distance_km")
    head = block_of(f.ROUTED, number, now, **dict(zip(names, columns, strict=True)))
    return [head, *joined(blocks)]

"""Meters of what moves between buildings and to the door: weight, containers, distance, hours of vans."""

from __future__ import annotations

import numpy as np

from firstbest.operate.billing_basis import Basis, Records, Window, events, some, with_item, with_node
from firstbest.operate.fold_keys import shipment_keys
from firstbest.rent.usage import Usage, rows_of
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, PPM, SECOND_US

M_PER_KM = 1_000


def weight_moved(moved: Records, basis: Basis) -> Usage:
    """Weight of each cargo on each leg; the node is where the leg ends."""
    item = moved["item"].astype(np.int64)
    made = events("weight_moved_g", moved, basis.item_tenant[item], moved["quantity"] * basis.weight_g[item])
    return with_node(with_item(made, basis, item), basis, moved["to_node"])


def containers_moved(moved: Records, basis: Basis, before: I64) -> tuple[Usage, I64]:
    """Whole containers of each tenant, and the parts [S], in millionths, that are carried on.

    Tenants share a container by the volume of what is in it; the shares of each container add up to one. A tenant's
    shares are gathered in the order of departures, and each whole container they make is one event, named by the cargo
    that completed it.
    """
    rows = moved[basis.ocean[moved["lane"]]]
    return _whole("containers_moved", (rows, shares_at_sea(rows, basis)), basis, before)


def containers_received(arrived: Records, moved: Records, basis: Basis, before: I64) -> tuple[Usage, I64]:
    """Whole containers of each tenant that were unloaded where a way by sea ends, and the parts [S] carried on.

    `moved`: every cargo that left at the same instants as what arrived, so that a container is shared by all that was
    in it, whenever each of it is told to have come. The event is named by the arrival that completed a container.
    """
    sailed = moved[basis.ocean[moved["lane"]]]
    nodes = len(basis.bulk)
    key = sailed["cargo"] * nodes + sailed["to_node"]
    order = np.lexsort((sailed["number"], key))
    asked = arrived["cargo"] * nodes + arrived["node"]
    # A cargo sails before it arrives; of two times, the last.
    spot = np.searchsorted(key[order], asked, side="right") - 1
    by_sea = (key[order[np.maximum(spot, 0)]] == asked) & (spot >= 0) if len(key) else np.zeros(len(asked), np.bool_)
    share = shares_at_sea(sailed, basis)[order[spot[by_sea]]]
    rows = np.zeros(int(by_sea.sum()), moved.dtype)
    for name in ("number", "ordinal", "at", "item"):
        rows[name] = arrived[name][by_sea]
    rows["to_node"] = arrived["node"][by_sea]
    return _whole("containers_received", (rows, share), basis, before)


def _whole(meter: str, cause: tuple[Records, I64], basis: Basis, before: I64) -> tuple[Usage, I64]:
    """Shares gathered until they make whole containers: the events, and what is left of each tenant's."""
    rows, share = cause
    tenant = basis.item_tenant[rows["item"].astype(np.int64)]
    order = np.lexsort((rows["ordinal"], rows["number"], tenant))
    rows, tenant, share = rows[order], tenant[order], share[order]
    total = np.cumsum(share)
    first = np.searchsorted(tenant, tenant)
    start = np.where(first > 0, total[np.maximum(first - 1, 0)], 0) if len(total) else total
    gathered = before[tenant] + total - start
    whole = gathered // PPM - (gathered - share) // PPM
    made = with_node(events(meter, rows, tenant, whole), basis, rows["to_node"])
    after = before + np.bincount(tenant, share, len(before)).astype(np.int64)
    return some(made), after % PPM


def shares_at_sea(moved: Records, basis: Basis) -> I64:
    """[n] Millionths of its container that each cargo takes, by the volume in which it comes in."""
    return container_shares(moved, moved["quantity"] * basis.inbound_cm3[moved["item"].astype(np.int64)])


def container_shares(rows: Records, volume_cm3: I64) -> I64:
    """[n] Millionths of its container that each cargo takes; those of a container (departure, lane, vehicle) add up."""
    order = np.lexsort((rows["ordinal"], rows["vehicle"], rows["lane"], rows["number"]))
    named = rows[["number", "lane", "vehicle"]][order]
    begins = np.ones(len(rows), np.bool_)
    begins[1:] = named[1:] != named[:-1]
    group = np.cumsum(begins) - 1
    sums = np.bincount(group, volume_cm3[order]).astype(np.int64) if len(rows) else volume_cm3
    ends = np.cumsum(volume_cm3[order])
    base = (ends - volume_cm3[order])[begins][group] if len(rows) else ends
    upper, lower = ends - base, ends - base - volume_cm3[order]
    whole = np.maximum(sums[group], 1) if len(rows) else sums
    found = np.empty(len(rows), np.int64)
    found[order] = upper * PPM // whole - lower * PPM // whole
    return found


def distance(routed: Records, vanned: Records, departed: Records, basis: Basis) -> Usage:
    """Metres of the morning's routes from a station, shared equally by their stops: the shares add up to the whole."""
    keys = shipment_keys(departed)
    order = np.argsort(keys, kind="stable")
    spot = np.minimum(np.searchsorted(keys[order], shipment_keys(vanned)), max(len(keys) - 1, 0))
    known = keys[order[spot]] == shipment_keys(vanned) if len(keys) else np.zeros(len(vanned), np.bool_)
    assert known.all(), "every shipment on a van has departed from its node"
    tenant = departed["seller"][order[spot]] if len(keys) else np.zeros(0, np.int64)
    metres = np.zeros(len(vanned), np.int64)
    for row in routed[routed["routes"] > 0]:
        mine = np.flatnonzero((vanned["number"] == row["number"]) & (vanned["station"] == row["node"]))
        whole, place = int(row["distance_km"]) * M_PER_KM, np.arange(len(mine))
        metres[mine] = (place + 1) * whole // max(len(mine), 1) - place * whole // max(len(mine), 1)
    made = with_node(events("distance_m", vanned, tenant, metres), basis, vanned["station"])
    return rows_of(made, metres > 0)


def van_time(vanned: Records, delivered: Records, window: Window, basis: Basis) -> Usage:
    """Seconds of vans: to each door from the door before it on its route, or from the station.

    `vanned` and `delivered` reach back a day before the window. A door that was reached a day later was reached by
    another van, of which no fact tells; nor does one tell of the way back.
    """
    keys = shipment_keys(vanned)
    order = np.lexsort((vanned["at"], keys))
    spot = np.searchsorted(keys[order], shipment_keys(delivered), side="right") - 1
    known = (keys[order[np.maximum(spot, 0)]] == shipment_keys(delivered)) & (spot >= 0) if len(keys) else spot >= 0
    rows, given = delivered[known], vanned[order[spot[known]]] if len(keys) else vanned[:0]
    same_day = (rows["at"] >= given["at"]) & (rows["at"] < given["at"] + DAY_US)
    rows, given = rows[same_day], given[same_day]
    order = np.lexsort((given["stop"], rows["at"], given["route"], given["station"], given["number"]))
    rows, given = rows[order], given[order]
    route = np.stack([given["number"], given["station"], given["route"]])
    first = np.ones(len(rows), np.bool_)
    first[1:] = (route[:, 1:] != route[:, :-1]).any(axis=0)
    before = np.where(first, given["at"], np.concatenate([given["at"][:1], rows["at"][:-1]]))
    # Whole seconds of the clock, so that those of a route add up.
    seconds = rows["at"] // SECOND_US - before // SECOND_US
    made = with_node(events("van_s", rows, rows["seller"], seconds), basis, given["station"])
    now = (made.at >= window.begins) & (made.at < window.ends)
    return some(rows_of(made, now))

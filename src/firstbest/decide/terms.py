"""The network as kernels take it: few, wide arrays, since every array of an argument costs compile time.

A row is a thing, a column one of its numbers; the columns' names are the constants below.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.world.network import I64, Network

NODE_ZONE = 0
NODE_ORDER = 1
"""Place of the node by declared rank, then by the hash of its text: how ties between nodes go."""
NODE_FROM = 2
NODE_UNTIL = 3
NODE_SYSTEM = 4
PLACE_ZONE = 0
PLACE_REMOTE = 1
ITEM_WEIGHT = 0
ITEM_VOLUME = 1
ITEM_LONGEST = 2
ITEM_SELLER = 3
CARTON_INNER = 0
CARTON_OUTER = 1
CARTON_LONGEST = 2
CARTON_TARE = 3
CARRIER_MODE = 0
CARRIER_STEP = 1
CARRIER_DIVISOR = 2
CARRIER_FUEL = 3
CARRIER_RESIDENTIAL = 4
CARRIER_REMOTE = 5
CARRIER_MAX = 6
CARRIER_MIN = 7
CARRIER_ORDER = 8
PROMISE_PAD = 0
PROMISE_LOW = 1
PROMISE_HIGH = 2
PROMISE_LATE_DAY = 3
PROMISE_CARRIERS = 4
POLICY_WAIT_DAYS = 0
POLICY_DAYS = 1
POLICY_UPGRADE = 2
POLICY_SHARE = 3
POLICY_SALT = 4


class Terms(NamedTuple):
    """Wide arrays: a row each node, place, item, carton, carrier, service.

    Where a change holds for a share of the orders (A is 2, else 1), the treated ones have rows of their own behind
    those of the rest: `promise` by arm and service, `cut_off` by arm and node.
    """

    node: I64  # [N, 5]
    place: I64  # [P, 2]
    item: I64  # [I, 4]
    carton: I64  # [K, 4]
    carrier: I64  # [C, 9]
    promise: I64  # [A * V, 4 + C]
    policy: I64  # [5]
    centres: I64  # [F]
    centre_of: I64  # [N] place among `centres`, -1: none of them
    lane_of: I64  # [C, N]
    rate: I64  # [C, 9, B]
    peak: I64  # [C, D]
    transit: I64  # [C, 9]
    business_after: NDArray[np.int32]  # [C, D, 16]
    chance_late: I64  # [16]
    zone: NDArray[np.int8]  # [C, N, P]
    distance: NDArray[np.int32]  # [N, P]
    midnight: I64  # [Z, D]
    cut_off: I64  # [A * N, D]
    pick_up: I64  # [C, N, D]
    door_closes: I64  # [Z, D]
    near: I64  # [P, F] fulfilment nodes, nearest first; ties by rank, then by hash of the text


def wide(*columns: NDArray[np.generic]) -> I64:
    """Columns of one length side by side: [n, columns]."""
    return np.ascontiguousarray(np.stack([np.asarray(c).astype(np.int64) for c in columns], axis=1))


def order_of(*keys: NDArray[np.generic]) -> I64:
    """Place of each row when sorted by the last key, then the one before it (as numpy.lexsort): [n]."""
    order = np.lexsort(keys)
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place


def places_of(centres: I64, nodes: int) -> I64:
    """Where each node [N] stands among the fulfilment nodes, -1 for the others."""
    place = np.full(nodes, -1, np.int64)
    place[centres] = np.arange(len(centres))
    return place


def nearest_first(distance_km: NDArray[np.int32], node_order: I64, centres: I64) -> I64:
    """Fulfilment nodes by distance from each place; ties by the order of nodes: [P, F]."""
    apart = distance_km[centres].astype(np.int64).T * (len(node_order) + 1) + node_order[centres][None, :]
    return np.ascontiguousarray(centres[np.argsort(apart, axis=1, kind="stable")])


def terms_of(network: Network, centres: I64, lane_of: I64) -> Terms:
    """Lay a network out for kernels."""
    n, c, cal, pol = network.nodes, network.carriers, network.calendar, network.policy
    node = wide(n.time_zone, order_of(n.tie, n.rank), n.open_from_us, n.open_until_us, n.system_cost_order)
    items, cartons, p = network.items, network.cartons, network.promises
    carrier = wide(
        c.mode, c.step_g_x1000, c.divisor_cm3_kg, c.fuel_ppm, c.residential, c.remote, c.max_g, c.min_g, order_of(c.tie)
    )
    arms, late = network.arms, np.full(len(p.pad_days), pol.late_day_penalty)
    promise = np.concatenate([wide(p.pad_days, p.low_days, p.high_days, late), p.carriers.astype(np.int64)], axis=1)
    cut_off = cal.cut_off_us
    if arms.share_ppm > 0:
        late = np.full(len(p.pad_days), arms.late_day_penalty)
        treated = wide(arms.pad_days, arms.low_days, arms.high_days, late)
        treated = np.concatenate([treated, arms.carriers.astype(np.int64)], axis=1)
        promise, cut_off = np.concatenate([promise, treated]), np.concatenate([cut_off, arms.cut_off_us])
    return Terms(
        node,
        wide(network.places.time_zone, network.places.remote),
        wide(items.weight_g, items.volume_cm3, items.longest_mm, items.seller),
        wide(cartons.inner_cm3, cartons.outer_cm3, cartons.longest_mm, cartons.tare_g),
        carrier,
        np.ascontiguousarray(promise),
        np.array([pol.wait_days, pol.capacity_days, pol.upgrade_most, arms.share_ppm, arms.salt], np.int64),
        centres,
        places_of(centres, len(node)),
        lane_of,
        np.ascontiguousarray(c.rate),
        np.ascontiguousarray(c.peak),
        np.ascontiguousarray(c.transit_days.astype(np.int64)),
        np.ascontiguousarray(c.business_after.astype(np.int32)),
        np.ascontiguousarray(c.chance_late_ppm.astype(np.int64)),
        np.ascontiguousarray(network.arcs.zone.astype(np.int8)),
        np.ascontiguousarray(network.arcs.distance_km.astype(np.int32)),
        np.ascontiguousarray(cal.midnight_us),
        np.ascontiguousarray(cut_off),
        np.ascontiguousarray(cal.pick_up_us),
        np.ascontiguousarray(cal.door_closes_us),
        nearest_first(network.arcs.distance_km, node[:, NODE_ORDER], centres),
    )

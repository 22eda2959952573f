"""The nature of the small network: how its demand, hands, roads and suppliers vary."""

from __future__ import annotations

import numpy as np

from firstbest.world.nature import Demand, Hands, Log, Nature, Opening, Roads, Supply
from firstbest.world.network import Network
from firstbest.world.words import NodeKind


def small_nature(network: Network, orders_day: int, stock_days: int) -> Nature:
    """Everything varies a little; opening stock lasts `stock_days` of the mean at each fulfilment node."""
    return Nature(
        demand=_demand(network, orders_day),
        hands=_hands(network),
        roads=_roads(network),
        supply=Supply(
            lead_spread_ppm=150_000,
            short_ppm=40_000,
            short_share_ppm=50_000,
            over_ppm=10_000,
            over_share_ppm=20_000,
            return_days_p50=9,
            return_days_p90=25,
        ),
        opening=_opening(network, orders_day, stock_days),
        log=no_log(),
    )


def no_log() -> Log:
    """Nothing to replay: orders are drawn."""
    none, small, short = np.zeros(0, np.int64), np.zeros(0, np.int32), np.zeros(0, np.int16)
    return Log(none, none, np.zeros(0, np.uint64), none, small, short, none, small, small, none, none)


def _demand(network: Network, orders_day: int) -> Demand:
    weekday = np.array([1_220, 1_080, 1_020, 980, 920, 830, 950])[network.calendar.weekday]
    hour = np.array([8, 4, 3, 2, 3, 6, 14, 25, 38, 48, 55, 62, 66, 62, 56, 52, 50, 52, 58, 66, 72, 68, 50, 80])
    return Demand(
        orders_day=(orders_day * weekday // 1_000).astype(np.int64),
        hour_ppm=(hour * 1_000).astype(np.int64),
        customers=5_000,
        member_ppm=300_000,
        economy_ppm=200_000,
        lines_ppm=np.array([620_000, 200_000, 90_000, 45_000, 45_000]),
        units_ppm=np.array([870_000, 90_000, 40_000]),
        seller_ppm=np.array([550_000, 300_000, 150_000]),
        item_weight=np.array([60, 40, 70, 30, 80, 20]),
        boost_item=np.zeros(0, np.int32),
        boost_from=np.zeros(0, np.int32),
        boost_until=np.zeros(0, np.int32),
        boost_x1000=np.zeros(0, np.int64),
        cancel_ppm=15_000,
        cancel_mean_s=7_200,
    )


def _hands(network: Network) -> Hands:
    none, small = np.zeros(0, np.int64), np.zeros(0, np.int32)
    return Hands(
        spread_ppm=np.array([400_000, 300_000, 350_000, 200_000, 0]),
        absence_ppm=np.full(len(network.nodes.kind), 60_000, np.int64),
        mispick_ppm=4_000,
        damage_ppm=1_000,
        location_wrong_ppm=20_000,
        breakdown_node=small,
        breakdown_process=np.zeros(0, np.int8),
        breakdown_from_us=none,
        breakdown_until_us=none,
    )


def _roads(network: Network) -> Roads:
    carriers, days, lanes = len(network.carriers.mode), len(network.calendar.weekday), len(network.lanes.mode)
    none, small = np.zeros(0, np.int64), np.zeros(0, np.int32)
    late = np.broadcast_to(np.array([950_000, 40_000, 8_000, 2_000]), (carriers, days, 4)).copy()
    return Roads(
        late_ppm=late,
        attempt_fails_ppm=np.full(carriers, 30_000, np.int64),
        lost_ppm=np.full(carriers, 3_000, np.int64),
        damaged_ppm=np.full(carriers, 2_000, np.int64),
        transit_spread_ppm=np.full(lanes, 120_000, np.int64),
        transit_truth_ppm=np.full(lanes, 1_020_000, np.int64),
        delay_lane=small,
        delay_from_us=none,
        delay_until_us=none,
        delay_s=none,
        snow_node=small,
        snow_from_us=none,
        snow_until_us=none,
        door_from_min=9 * 60,
        door_until_min=20 * 60,
    )


def _opening(network: Network, orders_day: int, stock_days: int) -> Opening:
    items = len(network.items.weight_g)
    nodes = [n for n, kind in enumerate(network.nodes.kind) if kind in (NodeKind.STORAGE, NodeKind.FULFILMENT)]
    item, node = np.repeat(np.arange(items), len(nodes)), np.tile(nodes, items)
    quantity = np.full(len(item), orders_day * stock_days * 2 // (items * 3) + 20, np.int64)
    wrong = np.where((item + node) % 7 == 0, -3, 0).astype(np.int64)
    return Opening(item.astype(np.int32), node.astype(np.int32), quantity, wrong)

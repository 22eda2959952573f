"""What the house expects to sell: a smoothed daily rate by item and node, season taken out.

The week's demand (what was asked for, lost sales included) over the season that was planned for the week is
blended into the rate with weight 1/4 (simple exponential smoothing); the mean absolute error of a week is
smoothed alike. Nothing here reads what demand really is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.decide.replenish import DAY_S, lanes_from, path_seconds
from firstbest.world.network import I64
from firstbest.world.units import PPM
from firstbest.world.words import NodeKind

Records = NDArray[np.void]
BLEND = 4


def review(ground: Ground, stock: Records, before: Records, today: int) -> Records:
    """New forecast rows [I * N], from stock rows and the forecast so far.

    Where nothing is known yet, opening stock over the cover it was bought for is the first guess.
    """
    made = before.copy()
    wanted = demand_of(ground, stock["wanted"])
    season = week_season(ground, today)
    units = (wanted - before["wanted_before"]) * 1000
    rate = units * PPM // season
    prior = opening_rate(ground, stock)
    known = before["weeks"] > 0
    expected = np.where(known, before["rate_x1000"], prior)
    made["rate_x1000"] = expected + (rate - expected) // BLEND
    error = np.abs(units - expected * season // PPM)
    spread = np.where(known, before["spread_x1000"], error)
    made["spread_x1000"] = spread + (error - spread) // BLEND
    made["wanted_before"] = wanted
    made["weeks"] = before["weeks"] + 1
    return made


def demand_of(ground: Ground, wanted: I64) -> I64:
    """Demand by item and node [I * N]: a storage node's is that of the nodes it feeds."""
    nodes = len(ground.nodes.kind)
    table = wanted.reshape(-1, nodes).copy()
    for node in ground.centres:
        feeder = ground.nodes.fed_by[node]
        if feeder >= 0:
            table[:, feeder] += table[:, node]
    return table.ravel()


def week_season(ground: Ground, today: int) -> int:
    """Planned season summed over the seven days up to today, parts per million."""
    return max(int(ground.calendar.season_ppm[max(today - 6, 0) : today + 1].sum()), 1)


def opening_rate(ground: Ground, stock: Records) -> I64:
    """A first guess of the daily rate, thousandths: a node's stock over the days it should cover.

    A storage node's guess is that of the nodes it feeds. A centre that buys from makers itself covers what such a buyer
    should (lead time, half a review, storage cover) where the policy says that its first stock was laid in so.
    """
    nodes = len(ground.nodes.kind)
    on_hand = stock["on_hand"].reshape(-1, nodes)
    guess = on_hand * 1000 // max(ground.policy.cover_node_days, 1)
    if ground.policy.opening_covers_lead:
        for node in ground.centres[ground.nodes.fed_by[ground.centres] < 0]:
            guess[:, node] = on_hand[:, node] * 1000 // buyer_days(ground, int(node))
    guess[:, ground.nodes.kind != NodeKind.FULFILMENT] = 0
    return demand_of(ground, guess.ravel())


def buyer_days(ground: Ground, node: int) -> I64:
    """By item: days that the stock of a node which buys from makers covers at rest: [I], 1 or more."""
    lane = lanes_from(ground, node)
    lead = -(-(ground.items.lead_s + path_seconds(ground, lane)) // DAY_S)
    days: I64 = np.maximum(lead + ground.policy.review_days // 2 + ground.policy.cover_storage_days, 1)
    return days

"""Made-up worlds whose elasticities are known, to judge an estimator by what it ought to find.

A world has sellers over days: orders answer price, days to the door and offers; price answers cost and yesterday's
demand; the promise slips with yesterday's orders and with storms; unit cost falls with the orders of the day; sellers
list more where orders were many. Shocks to demand last for days. So every arrow of the loop is in it, all at once, and
a plain regression is wrong about each of them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.elasticity import YEAR_D, Estimate, Panel, estimate, plain_estimate
from firstbest.flywheel.fit import normals
from firstbest.flywheel.futures import shares, stream_of

F64 = NDArray[np.float64]

DAYS: Final = 364
SELLERS: Final = 4
TRUE: Final = 20
NOISE: Final = 21
ARROWS: Final = ("price", "speed", "selection", "scale")


class World(NamedTuple):
    """Known elasticities by arrow, and the two panels that a book would hold: orders, and unit cost."""

    known: dict[str, float]
    orders: Panel
    cost: Panel


def world(seed: int) -> World:
    """A world: elasticities drawn, then its days."""
    share = shares(stream_of(seed, "known"), TRUE, len(ARROWS) + 2)
    price, speed, selection, scale = (
        -3.0 + 2.2 * share[0],
        -0.04 + 0.035 * share[1],
        0.6 * share[2],
        0.05 + 0.3 * share[3],
    )
    lasting, kappa = 0.3 + 0.5 * share[4], 0.3 + 0.4 * share[5]
    known = {"price": price, "speed": speed, "selection": selection, "scale": -scale}
    shape = (DAYS, SELLERS)
    n = {
        name: normals(stream_of(seed, name), NOISE, DAYS * SELLERS).reshape(shape)
        for name in ("demand", "cost", "supplier", "storm", "price", "promise", "offers")
    }
    day = np.arange(DAYS)
    calm = 0.15 * np.sin(2 * np.pi * day / YEAR_D) + np.array([0.2, 0.1, 0.05, 0.0, -0.1, -0.2, -0.05])[day % 7]
    rows: dict[str, F64] = {name: np.zeros(shape) for name in ("q", "p", "d", "o", "c", "u", "v", "z", "w")}
    before = {name: np.zeros(SELLERS) for name in rows}
    for t in range(DAYS):
        u = lasting * before["u"] + 0.08 * n["demand"][t]
        v = 0.6 * before["v"] + 0.04 * n["cost"][t]
        z = 0.7 * before["z"] + 0.05 * n["supplier"][t]
        w = 0.5 * before["w"] + 0.6 * np.abs(n["storm"][t])
        o = 0.98 * before["o"] + 0.02 * before["q"] + 0.03 * n["offers"][t]
        d = 3.0 + 0.8 * before["q"] + w + 0.3 * u + 0.1 * n["promise"][t]
        r = z + 0.2 * before["u"] + 0.15 * u + 0.02 * n["price"][t]
        pull = calm[t] + speed * d + selection * o + u
        q = (pull + price * (kappa * v + r)) / (1.0 + price * kappa * scale)
        c = -scale * q + v
        now = {"q": q, "p": kappa * c + r, "d": d, "o": o, "c": c, "u": u, "v": v, "z": z, "w": w}
        for name, value in now.items():
            rows[name][t] = value
        before = now
    causes = {"price": rows["p"], "speed": rows["d"], "selection": rows["o"]}
    shifters = {"supplier": rows["z"], "storm": rows["w"]}
    return World(known, Panel(rows["q"], causes, shifters), Panel(rows["c"], {"scale": rows["q"]}, shifters))


def estimates(made: World) -> dict[str, Estimate]:
    """Every arrow of a world, estimated as a book's arrows are."""
    found = (*estimate(made.orders, ("price", "speed")), *estimate(made.cost, ("scale",)))
    return {each.cause: each for each in found}


def naive(made: World) -> dict[str, Estimate]:
    """Every arrow by the plain regression."""
    return {each.cause: each for each in (*plain_estimate(made.orders), *plain_estimate(made.cost))}


class Recovery(NamedTuple):
    """How often an arrow's interval held what is true, out of how many worlds; and the plain regression's."""

    arrow: str
    worlds: int
    held: int
    held_naive: int
    told: int
    half_mean: float


def recovery(first_seed: int, count: int) -> tuple[Recovery, ...]:
    """Judge the estimator on `count` worlds; a world in which it gives no number counts as not held."""
    held, plain, told = (dict.fromkeys(ARROWS, 0) for _ in range(3))
    half = dict.fromkeys(ARROWS, 0.0)
    for seed in range(first_seed, first_seed + count):
        made = world(seed)
        good, bad = estimates(made), naive(made)
        for arrow in ARROWS:
            true = made.known[arrow]
            held[arrow] += bool(good[arrow].low <= true <= good[arrow].high)
            plain[arrow] += bool(bad[arrow].low <= true <= bad[arrow].high)
            told[arrow] += not good[arrow].missing
            half[arrow] += 0.0 if good[arrow].missing else (good[arrow].high - good[arrow].low) / 2
    return tuple(Recovery(a, count, held[a], plain[a], told[a], half[a] / max(told[a], 1)) for a in ARROWS)

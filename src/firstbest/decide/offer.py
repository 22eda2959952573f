"""Which of several offers of one product is featured: shown first to who wants the product.

Of the offers in stock the least score wins. A score is money: the landed price (price and delivery), raised by what a
later promise and a worse record are worth to customers, both as shares of the price:

    score = landed x (1 + day x promised days + defect x defects of a hundred lines)

The promised days of an offer are those of standard service to every place from the nearest open centre that holds it,
weighted by what the places ask for. Defects are lines refused for want of goods or sent back, and orders that waited
for goods, of those of the last months; some of everybody's are mixed in, so that a newcomer counts as anybody. Ties go
by the hash of the item's text. Who the seller is, this decision is not told.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.world.network import I64
from firstbest.world.units import PPM
from firstbest.world.words import OfferReason, Service

Records = NDArray[np.void]
Flags = NDArray[np.bool_]

NEVER_DAYS: Final = 60
"""Days reckoned for a place that no carrier serves from where the goods lie, or for goods that lie nowhere."""
MONTHS: Final = 3
"""Months of a record that count: the present one and those before it."""


class Judged(NamedTuple):
    """Every offer as it stands: [O]."""

    landed: I64  # money a unit
    days_x1000: I64
    defects_ppm: I64
    score: I64
    in_stock: Flags


class Featured(NamedTuple):
    """The offer featured of each product: [products]; offers by their row, -1: none."""

    offer: I64
    runner_up: I64
    reason: I64
    in_stock: I64  # offers that have goods


def judge(ground: Ground, free: I64, record: Records, now: int) -> Judged:
    """Judge all offers.

    `free`: [O, F] units that can be promised at each fulfilment node. `record`: [months, sellers] of tables.RECORD.
    """
    nodes, offers = ground.nodes, ground.offers
    is_open = (nodes.open_from_us[ground.centres] <= now) & (now < nodes.open_until_us[ground.centres])
    holds = (free > 0) & is_open
    landed = ground.items.price[offers.item] + offers.charge
    days = promised_days_x1000(ground, holds)
    defects = defects_ppm(ground, record)[ground.items.seller[offers.item]]
    worse = days * offers.day_ppm // 1_000 + defects * offers.defect_ppm // (PPM // 100)
    return Judged(landed, days, defects, landed * (PPM + worse) // PPM, np.any(holds, axis=1))


def promised_days_x1000(ground: Ground, holds: Flags) -> I64:
    """Mean business days to the door, thousandths, of goods that lie where `holds` [O, F] says: [O]."""
    days, weight = days_to_places(ground), ground.places.weight.astype(np.int64)
    kinds, of = np.unique(holds, axis=0, return_inverse=True)
    found = np.full(len(kinds), NEVER_DAYS * 1_000, np.int64)
    for row, kind in enumerate(kinds):
        if kind.any():
            found[row] = (days[kind].min(axis=0) * weight).sum() * 1_000 // max(int(weight.sum()), 1)
    return found[of.ravel()]


def days_to_places(ground: Ground) -> I64:
    """Business days of standard service from each centre to each place, by the fastest carrier allowed: [F, P]."""
    promises, zones = ground.promises, ground.arcs.zone[:, ground.centres]
    best = np.full(zones.shape[1:], NEVER_DAYS, np.int64)
    for carrier in np.flatnonzero(promises.carriers[Service.STANDARD]).tolist():
        transit = ground.carriers.transit_days[carrier][np.maximum(zones[carrier], 0)].astype(np.int64)
        best = np.where(zones[carrier] >= 0, np.minimum(best, transit + promises.pad_days[Service.STANDARD]), best)
    return np.maximum(best, int(promises.low_days[Service.STANDARD]))


def defects_ppm(ground: Ground, record: Records) -> I64:
    """Lines refused or sent back, and orders late for want of goods, of a million, everybody's mixed in: [S]."""
    told = {name: record[name].sum(axis=0) for name in ("lines", "refused", "returned", "orders", "late")}
    trust = ground.offers.trust_lines
    of_lines = mixed_ppm(told["refused"] + told["returned"], told["lines"], trust)
    return of_lines + mixed_ppm(told["late"], told["orders"], trust)


def mixed_ppm(bad: I64, all_: I64, trust: int) -> I64:
    """Bad of all, parts per million, with `trust` of everybody's mixed in: [S]."""
    usual = int(bad.sum()) * PPM // max(int(all_.sum()), 1)
    found: I64 = (bad * PPM + usual * trust) // np.maximum(all_ + trust, 1)
    return found


def choose(ground: Ground, judged: Judged) -> Featured:
    """Feature one offer of each product; where nobody has goods, the least score of all."""
    offers = ground.offers
    ties = ground.items.tie[offers.item]
    order = np.lexsort((ties, judged.score, ~judged.in_stock, offers.product))
    first = np.searchsorted(offers.product[order], np.arange(offers.products))
    count = np.bincount(offers.product, minlength=offers.products)
    stocked = np.bincount(offers.product[judged.in_stock], minlength=offers.products)
    winner = order[first]
    second = np.where(count > 1, order[np.minimum(first + 1, len(order) - 1)], -1)
    return Featured(winner, second, reasons(ground, judged, (winner, second), stocked), stocked)


def reasons(ground: Ground, judged: Judged, ends: tuple[I64, I64], stocked: I64) -> I64:
    """Why the winner is ahead of the runner-up (words.OfferReason): [products]."""
    winner, second = ends
    offers, landed = ground.offers, judged.landed
    mean = (landed[winner] + landed[second]) // 2
    ahead = np.stack(
        [
            landed[second] - landed[winner],
            (judged.days_x1000[second] - judged.days_x1000[winner]) * offers.day_ppm // 1_000 * mean // PPM,
            (judged.defects_ppm[second] - judged.defects_ppm[winner]) * offers.defect_ppm // (PPM // 100) * mean // PPM,
        ]
    )
    found = np.argmax(ahead, axis=0) + int(OfferReason.CHEAPER)
    found = np.where(judged.score[winner] == judged.score[second], int(OfferReason.NOTHING_APART), found)
    found = np.where(stocked == 1, int(OfferReason.ALONE_IN_STOCK), found)
    return np.where(stocked == 0, int(OfferReason.NOBODY_IN_STOCK), found)

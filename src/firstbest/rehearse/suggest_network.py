"""Suggestions that compare ways to the door: list prices at the mean billed weight, place by place.

Prices are those of the cheapest carrier by zone, fuel and residential surcharge included, at the mean billed weight of
a carton: nearly straight in weight, so the mean weight gives nearly the mean price.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from firstbest.present.geography import miles
from firstbest.present.record import Record, Suggestion
from firstbest.present.sums import F64
from firstbest.rehearse.suggest_words import WHOLE_YEAR_DAYS, YEAR, Candidate, amount, name_of, yearly
from firstbest.world.metrics import Metric
from firstbest.world.units import MONEY, PPM
from firstbest.world.words import Mode, NodeKind

KM_MILE: Final = 1.609344
PLACES_MOST: Final = 3_000
ZONES: Final = 9
MORE_COVER_DAYS: Final = 7
FAR: Final = 1e9
"""A price that nobody pays, where no carrier goes."""


def zone_prices(record: Record) -> F64:
    """Money for the mean carton by carrier and zone: [C, 9]; infinite where a carrier goes by no zone."""
    carriers = record.network.carriers
    billed = float(record.cube[..., Metric.WEIGHT, 0].sum()) / max(float(record.cube[..., Metric.CARTONS, 0].sum()), 1)
    found = np.full((len(carriers.mode), ZONES), np.inf)
    for carrier in np.flatnonzero(np.asarray(carriers.mode) == Mode.PARCEL).tolist():
        steps = np.arange(carriers.rate.shape[2])
        step = billed * 1_000 / float(carriers.step_g_x1000[carrier])
        listed = np.array([np.interp(step, steps, carriers.rate[carrier, zone]) for zone in range(ZONES)])
        priced = listed * (1 + carriers.fuel_ppm[carrier] / PPM) + carriers.residential[carrier]
        found[carrier] = np.where(listed > 0, priced / MONEY, np.inf)
    return found


def place_prices(record: Record) -> F64:
    """Money for the mean carton from a node to a place by the cheapest carrier: [N, P]; infinite: none."""
    zone = np.asarray(record.network.arcs.zone)
    prices = zone_prices(record)
    found = np.full(zone.shape[1:], np.inf)
    for carrier in range(len(zone)):
        served = zone[carrier] >= 0
        found = np.where(served, np.minimum(found, prices[carrier][np.maximum(zone[carrier], 0)]), found)
    return found


def stations(record: Record, _found: dict[str, float]) -> list[Candidate]:
    """Delivery stations whose vans cost more than carriers would. True at full scale only: routes need density."""
    network = record.network
    if record.scale < 1:
        return []
    prices, made = place_prices(record), []
    cells = record.cube.sum(axis=(0, 2), dtype=np.int64)  # [N, METRICS, 2]
    for node in np.flatnonzero(np.asarray(network.nodes.kind) == NodeKind.STATION).tolist():
        parcels = float(cells[node, Metric.COST_VAN, 1])
        feeders = np.unique(network.lanes.origin[network.lanes.destination == node])
        served = (np.asarray(network.arcs.station) == node).any(axis=0)
        if not parcels or not len(feeders) or not served.any():
            continue
        price = np.average(prices[feeders].min(axis=0)[served], weights=np.asarray(network.places.weight)[served])
        vans = float(cells[node, Metric.COST_VAN, 0] + cells[feeders, Metric.COST_LINEHAUL, 0].sum()) / MONEY
        value = (vans - parcels * float(price)) * yearly(record)
        if math.isfinite(value) and value > 0:
            each, theirs = vans / parcels, float(price)
            made.append(_station(record, node, value, f"vans and trucks {each:.2f} a parcel, carriers {theirs:.2f}"))
    return made


def _station(record: Record, node: int, value: float, why: str) -> Candidate:
    told = Suggestion(
        f"Close the delivery station {name_of(record, node)}",
        f"about {amount(record, value)} a year",
        f"{why}, at the mean billed weight; not rehearsed",
    )
    change = {"kind": "close_node", "node": record.network.texts.nodes[node]}
    return Candidate(value, told, service=False, change=(change,), name=f"close_{change['node']}")


def nearer_stock(record: Record, _found: dict[str, float]) -> list[Candidate]:
    """Stock at the nearest centre, for what left from another one."""
    sent, prices = _sent(record), place_prices(record)
    centres = _centres(record)
    if not sent.any() or not np.isfinite(prices[centres]).any():
        return []
    best = prices[centres].min(axis=0)
    gap = np.where(np.isfinite(prices[centres]) & np.isfinite(best), prices[centres] - best, 0.0)
    value = float((gap * sent[:, centres].T).sum()) * yearly(record)
    if value <= 0:
        return []
    # At most all of it: ranked at a half.
    told = Suggestion(
        "More cover at the fulfilment centres (cover_node_days)",
        f"at most {amount(record, value)} a year less to carriers",
        "shipments that left from a dearer centre, at the price from the cheapest; not rehearsed",
    )
    cover = record.network.policy.cover_node_days + MORE_COVER_DAYS
    change = {"kind": "policy", "key": "replenishment.cover_node_days", "value": cover}
    return [Candidate(value / 2, told, service=False, change=(change,), name="more_cover_at_centres")]


def new_centre(record: Record, _found: dict[str, float]) -> list[Candidate]:
    """A centre more where it would save most to carriers, if that exceeds what the cheapest building costs."""
    network, centres, sent, prices = record.network, _centres(record), _sent(record), place_prices(record)
    count = len(network.places.weight)
    if record.days < WHOLE_YEAR_DAYS or count > PLACES_MOST or not np.isfinite(prices[centres]).any():
        return []
    now = np.where(np.isfinite(prices[centres]), prices[centres], 0.0)
    paid = (now * sent[:, centres].T).sum(axis=0)  # [P]
    shipped = sent[:, centres].sum(axis=1)
    apart = miles(np.asarray(network.places.latitude_e4) / 1e4, np.asarray(network.places.longitude_e4) / 1e4)
    there = _price_by_distance(record, apart * KM_MILE)  # [from P, to P]
    saved = np.maximum(paid[None, :] - shipped[None, :] * there, 0).sum(axis=1)
    place = int(saved.argmax())
    building = float(np.asarray(network.nodes.fixed_cost_day)[centres].min()) / MONEY * YEAR / record.scale
    gross = float(saved[place]) * yearly(record)
    if not math.isfinite(gross) or gross <= building:
        return []
    told = Suggestion(
        f"A fulfilment centre near {network.texts.places[place]}",
        f"about {amount(record, gross - building)} a year, before its stock and set-up",
        f"{amount(record, gross)} less to carriers, less a building as the cheapest one; not rehearsed",
    )
    return [Candidate(gross - building, told, service=False)]


def _centres(record: Record) -> list[int]:
    return np.flatnonzero(np.asarray(record.network.nodes.kind) == NodeKind.FULFILMENT).tolist()


def _sent(record: Record) -> F64:
    """Shipments by place and node that carriers took: [P, N]; places of own stations are left out."""
    by_van = np.asarray((record.network.arcs.station >= 0).any(axis=0), np.bool_)
    found: F64 = np.where(by_van[:, None], 0, record.flow[:, :, 0]).astype(np.float64)
    return found


def _price_by_distance(record: Record, km: F64) -> F64:
    """The price of the mean carton over a distance: zones as far as each reaches in this network, the best carrier."""
    arcs, found = record.network.arcs, np.full(km.shape, FAR)
    prices = zone_prices(record)
    for carrier in range(len(arcs.zone)):
        served = [
            zone for zone in range(ZONES) if np.isfinite(prices[carrier, zone]) and (arcs.zone[carrier] == zone).any()
        ]
        if not served:
            continue
        reach = [float(arcs.distance_km[arcs.zone[carrier] == zone].max()) for zone in served]
        edges = np.maximum.accumulate(reach)
        place = np.minimum(np.searchsorted(edges, km.ravel(), side="left"), len(served) - 1).reshape(km.shape)
        found = np.minimum(found, prices[carrier][np.array(served)][place])
    return found

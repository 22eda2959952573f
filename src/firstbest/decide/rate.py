"""What a carrier charges for a carton: zone, billed weight, surcharges.

Billed weight is the greater of scale weight and volume over the carrier's divisor (5,000 cubic centimetres
a kilogram is the trade's 139 cubic inches a pound), rounded up to the rate's step. Pallets are billed by
scale weight, in pieces no heavier than the carrier takes.
"""

from __future__ import annotations

from firstbest.decide.terms import (
    CARRIER_DIVISOR,
    CARRIER_FUEL,
    CARRIER_REMOTE,
    CARRIER_RESIDENTIAL,
    CARRIER_STEP,
    Terms,
)
from firstbest.kernels.compiled import compiled

MILLION = 1_000_000


@compiled
def billed_g(terms: Terms, carrier: int, weight_g: int, outer_cm3: int) -> int:
    """Billed weight of one carton, grams: whole steps, as an invoice says it."""
    by_volume = outer_cm3 * 1000 // max(terms.carrier[carrier, CARRIER_DIVISOR], 1)
    step_x1000 = terms.carrier[carrier, CARRIER_STEP]
    return int(steps(max(weight_g, by_volume), step_x1000) * step_x1000 // 1000)


@compiled
def steps(weight_g: int, step_x1000: int) -> int:
    """Steps of the rate that a weight fills, the last begun one with them; of a billed weight, those it was made of."""
    return int(max((weight_g * 1000 + step_x1000 - 1) // step_x1000, 1))


@compiled
def carton_cost(terms: Terms, carrier: int, zone: int, billed: int, day: int) -> int:
    """Money for one carton, remote surcharge aside."""
    step = steps(billed, terms.carrier[carrier, CARRIER_STEP])
    last = terms.rate.shape[2] - 1
    if step <= last:
        base = terms.rate[carrier, zone, step]
    else:
        slope = terms.rate[carrier, zone, last] - terms.rate[carrier, zone, last - 1]
        base = terms.rate[carrier, zone, last] + slope * (step - last)
    fuel = base * terms.carrier[carrier, CARRIER_FUEL] // MILLION
    return int(base + fuel + terms.carrier[carrier, CARRIER_RESIDENTIAL] + terms.peak[carrier, day])


@compiled
def journey_cost(terms: Terms, carrier: int, zone: int, day: int, remote: int, pieces: tuple[int, int]) -> int:
    """Money for a shipment: pieces are (billed grams of each, how many)."""
    each = carton_cost(terms, carrier, zone, pieces[0], day)
    if remote != 0:
        each += terms.carrier[carrier, CARRIER_REMOTE]
    return each * pieces[1]

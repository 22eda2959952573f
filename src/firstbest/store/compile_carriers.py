"""Carriers: price lists by step, days, and what may be promised with them."""

from __future__ import annotations

from typing import Final

import numpy as np

from firstbest.store.compile_plan import Plan, micros, ppm, whole
from firstbest.store.extensions import Extension
from firstbest.store.extensions_judged import priced
from firstbest.store.schema_words import SERVICES, ZONES
from firstbest.store.workspace_sense_freight import LB_KG, STEPS
from firstbest.store.workspace_tables import F64
from firstbest.world.network import I16, I32, I64, Carriers, Promises
from firstbest.world.ties import text_hashes
from firstbest.world.words import Mode

DAYS_AHEAD: Final = 16


def compile_carriers(plan: Plan, extensions: tuple[Extension, ...] = ()) -> Carriers:
    """Carriers: [C]. Prices do not scale; those of a carrier with a tariff come from its package."""
    tariffs = {each.of: each for each in extensions if each.port == "tariff"}
    carriers = plan.workspace.frame("carriers")
    names = carriers.texts("carrier")
    unit_g = np.array([LB_KG * 1_000 if each == "lb" else 1_000.0 for each in carriers.texts("step_unit")])
    step_g_x1000 = whole(carriers.numbers("step") * unit_g * 1_000)
    late = plan.workspace.section("policies", "door")["late_percent"]
    return Carriers(
        tie=text_hashes(names),
        mode=np.array([Mode[each.upper()] for each in carriers.texts("mode")], np.int8),
        rate=np.stack(
            [
                _tariff(tariffs.get(name), _rates(plan, name, float(carriers.numbers("step")[c])), int(step_g_x1000[c]))
                for c, name in enumerate(names)
            ]
        ),
        step_g_x1000=step_g_x1000,
        divisor_cm3_kg=whole(carriers.numbers("divisor_cm3_kg")),
        fuel_ppm=ppm(carriers.numbers("fuel_percent")),
        residential=micros(carriers.numbers("residential")),
        remote=micros(carriers.numbers("remote")),
        peak=np.stack([plan.marked("peak", name, "carriers", "all") for name in names]),
        max_g=whole(carriers.numbers("weight_kg_max") * 1_000),
        min_g=whole(carriers.numbers("weight_kg_min") * 1_000),
        transit_days=_transits(plan),
        business_after=np.stack([_business_after(plan, c) for c in range(len(names))]),
        chance_late_ppm=ppm([*late, *[0.0] * (DAYS_AHEAD - len(late))]),
        carbon_mg_kg_km=whole(carriers.numbers("carbon_g_tkm")),  # a gram a tonne is a milligram a kilogram
        carbon_g_drop=whole(carriers.numbers("carbon_g_drop")),
    )


def _rates(plan: Plan, carrier: str, step: float) -> I64:
    """Price of each billed step: [9, B]. Zones without prices, and own vans, hold 0; their arcs are not served."""
    found = np.zeros((ZONES, STEPS), np.int64)
    rates = plan.workspace.rates.get(carrier)
    if not rates:
        return found
    order = np.argsort(rates.numbers("weight"))
    weights = rates.numbers("weight")[order]
    steps: F64 = np.arange(STEPS, dtype=np.float64) * step
    for zone in range(ZONES):
        prices = rates.numbers(f"zone_{zone}")[order]
        if not np.isnan(prices).all():
            found[zone] = micros(_along(weights, prices, steps))
    return found


def _tariff(extension: Extension | None, listed: I64, step_g_x1000: int) -> I64:
    """The prices of a package in the zones that the price list serves: [9, B]; the list itself where there is none."""
    if extension is None:
        return listed
    return priced(
        extension, np.arange(STEPS, dtype=np.int64) * step_g_x1000 // 1_000, [bool(each.any()) for each in listed]
    )


def _along(weights: F64, prices: F64, steps: F64) -> F64:
    """Prices at `steps`: straight between weights, flat below the first, with the last slope beyond the last."""
    found: F64 = np.interp(steps, weights, prices)
    if len(weights) > 1:
        slope = (prices[-1] - prices[-2]) / (weights[-1] - weights[-2])
        beyond = steps > weights[-1]
        found[beyond] = prices[-1] + slope * (steps[beyond] - weights[-1])
    return np.maximum(found, 0.0)


def _transits(plan: Plan) -> I16:
    """Business days by zone: [C, 9]; 0 where the zone is not served."""
    carriers = plan.workspace.frame("carriers")
    columns = [np.nan_to_num(carriers.numbers(f"transit_zone_{zone}")) for zone in range(ZONES)]
    return np.stack(columns, axis=1).astype(np.int16)


def _business_after(plan: Plan, carrier: int) -> I32:
    """Local day index t business days after day d: [D, 16]; t = 0 is d itself, beyond the calendar its last day."""
    carriers = plan.workspace.frame("carriers")
    name = carriers.texts("carrier")[carrier]
    business = plan.on_weekdays(int(carriers.whole("delivery_days")[carrier]))
    business = business & (plan.marked("holiday", name, "carriers", "all") == 0)
    days = np.flatnonzero(business)
    found = np.full((plan.span, DAYS_AHEAD), plan.span - 1, np.int32)
    found[:, 0] = np.arange(plan.span)
    first = np.searchsorted(days, np.arange(plan.span), side="right")
    for ahead in range(1, DAYS_AHEAD):
        index = first + ahead - 1
        inside = index < len(days)
        found[inside, ahead] = days[index[inside]]
    return found


def compile_promises(plan: Plan) -> Promises:
    """The promise by service: [V]."""
    sections = plan.workspace.named("policies", "promise")
    services = plan.workspace.frame("carriers").lists("services")

    def days(key: str) -> I16:
        return np.array([int(sections[service][key]) for service in SERVICES], np.int16)

    return Promises(
        pad_days=days("pad_days"),
        low_days=days("low_days"),
        high_days=days("high_days"),
        carriers=np.array([[service in each for each in services] for service in SERVICES], np.int8),
    )

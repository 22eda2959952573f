"""Sanity bounds: a figure outside means that the model is wrong, or that the business is unusual."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from firstbest.present import text
from firstbest.present.catalog import meaning_of
from firstbest.present.record import Bound


class Kind(NamedTuple):
    """What decides which bounds apply."""

    business: str  # "parcel" or "wholesale"
    scale: float
    centres: int  # fulfilment centres


def judged(rules: Iterable[Mapping[str, Any]], found: Mapping[str, float], kind: Kind) -> tuple[Bound, ...]:
    """Each rule of `sanity.toml` with its value. What was not measured, or is meant for others, does not apply."""
    return tuple(_judged(rule, found, kind) for rule in rules)


def _judged(rule: Mapping[str, Any], found: Mapping[str, float], kind: Kind) -> Bound:
    value = float(found.get(rule["metric"], math.nan))
    low, high = float(rule.get("low", -math.inf)), float(rule.get("high", math.inf))
    applies = (
        not math.isnan(value)
        and kind.business in rule.get("applies", [kind.business])
        and (kind.scale >= 1 or not rule.get("full_scale_only", False))
        and kind.centres in rule.get("centres", [kind.centres])
    )
    return Bound(
        key=rule["metric"],
        value=value,
        low=low,
        high=high,
        inside=low <= value <= high,
        applies=applies,
        reason=rule.get("reason", ""),
        label=rule.get("name", ""),
        typical_low=float(rule.get("typical_low", math.nan)),
        typical_high=float(rule.get("typical_high", math.nan)),
    )


def has_usual(bound: Bound) -> bool:
    """Whether what is usual says more than what is plausible: somebody has said it, and the figure is inside."""
    return bound.inside and not math.isnan(bound.typical_low)


def usual(bound: Bound, currency: str) -> str:
    """What most networks show; where nobody has said, or the figure is outside, between what it must lie."""
    if not has_usual(bound):
        return plausible(bound, currency)
    return plausible(bound._replace(low=bound.typical_low, high=bound.typical_high), currency)


def plausible(bound: Bound, currency: str) -> str:
    """`8 to 25`, `94 to 97 %`, `$7.50 to $10`: between what the figure must lie."""
    unit = meaning_of(bound.key).unit
    low, high = (_short(value, unit, currency) for value in (bound.low, bound.high))
    if high.endswith("%"):
        low = low.removesuffix(f"{text.THIN}%")
    return f"{low} to {high}"


def _short(value: float, unit: str, currency: str) -> str:
    if math.isinf(value):
        return "any"
    if unit == "share":
        return f"{value * 100:g}{text.THIN}%".replace("-", text.MINUS)
    if unit == "money" and abs(value) < 1000:
        return text.money(value, currency, 0 if value == int(value) else 2)
    return f"{value:g}" if abs(value) < 1_000 else text.short_count(value)

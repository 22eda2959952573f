"""Sanity bounds: a figure outside means that the model is wrong, or that the business is unusual."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

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

"""Good and bad futures of a change, and the precision that its pairs came to, in words."""

from __future__ import annotations

from typing import Final

from firstbest.present import text
from firstbest.present.catalog import meaning_of
from firstbest.rehearse.compare import Pairs, paired
from firstbest.rehearse.precision import Stopped, pairs_needed, quantile_interval

PRECISE: Final = "cost_to_serve_per_order"
"""The figure whose difference decides when there are enough pairs."""
TOLD: Final = ("two_day_share", PRECISE)
PARTS: Final = ((0.1, "in one future of ten it is below"), (0.9, "in one of ten above"))


def stopped_text(found: Stopped, asked: float) -> str:
    """`cost to serve an order is known to 0.04 after 35 pairs`, or that it is not."""
    label, count = meaning_of(PRECISE).label, len(found.pairs.seeds)
    if found.reached:
        return f"{label}: the difference is known to {found.half:.3g} (asked: {asked:g}) after {count} pairs"
    return f"{label}: {count} pairs, the most, do not reach {asked:g}; the difference is known to {found.half:.3g}"


def futures_text(pairs: Pairs, currency: str) -> tuple[str, ...]:
    """A sentence for service and cost: what the difference is in the worst and the best tenth of futures."""
    need = max(pairs_needed(part) for part, _ in PARTS)
    if len(pairs.seeds) < need:
        if len(pairs.seeds) == 1:
            return ()
        return (f"what the change does in bad futures takes {need} pairs or more, these are {len(pairs.seeds)}",)
    told = []
    for key in TOLD:
        if key not in pairs.without:
            continue
        words, values = meaning_of(key), paired(pairs.without[key], pairs.with_[key])
        said = []
        for part, where in PARTS:
            found = quantile_interval(values, part)
            assert found is not None, "there are enough pairs"
            middle, low, high = (text.difference(value, words.unit, currency) for value in found)
            said.append(f"{where} {middle} (95 % interval {low} to {high})")
        told.append(f"{words.label}: {', '.join(said)}")
    return tuple(told)

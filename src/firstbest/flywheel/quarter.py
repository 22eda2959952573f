"""The first quarter as the flywheel forecasts it, beside the twin's: the test of whether the two tell one story.

The flywheel knows no season, so its quarter is that of its first three months at the season the firm plans for: orders
times the season, costs of an order at the volume that the season makes (by the curve that the twin measured), buildings
spread over that many orders. The twin's quarter is rehearsed on other luck than the curve was. Its interval is that of
one further quarter (Student's t, s sqrt(1 + 1/n)).

Both tell of a firm that is at work. A rehearsal begins with full shelves, nothing at sea and nothing on its way back,
so its first orders are spared what they cause: their returns come weeks later, and the goods that replace them are
paid for when those leave the supplier, months later. Days are therefore counted from when as much comes in and back as
goes out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.futures import RUNS, drawn, quantiles
from firstbest.flywheel.model import Lookup, Model
from firstbest.flywheel.program import Runs, compiled_model, run

F64 = NDArray[np.float64]

MONTHS: Final = 3
DAYS: Final = 91
"""Days of the twin's quarter, of the 91.25 that three months of a model have."""
FILL_DAYS: Final = 91
"""Days of a rehearsal until returns and goods from overseas are under way as in the long run, and cost is counted.

In the built-in network returns are after seven weeks, and freight from suppliers after thirteen.
"""
MODEL_DAYS: Final = 365 / 12 * MONTHS
PARTS: Final = {"handling_cost": "handling_by_volume", "carrying_cost": "carrying_by_volume", "building_cost": ""}
ENDS: Final = (0.1, 0.5, 0.9)


class Row(NamedTuple):
    """One figure of the quarter: the forecast's 10, 50 and 90 in 100, the twin's mean and 95 % interval."""

    name: str
    forecast: tuple[float, float, float]
    mean: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether the forecast's middle lies in the twin's interval."""
        return self.low <= self.forecast[1] <= self.high


def forecast(model: Model, season: float, seed: int, count: int = RUNS) -> dict[str, F64]:
    """Orders of the first quarter and costs of an order in it: [count] each; `season` is its mean, 1 the year's."""
    names = ("orders", *PARTS)
    values = run(compiled_model(model), Runs(drawn(model, seed, count), names, 1, MONTHS))[:MONTHS]
    orders = values[:, 0]
    found = {"orders": orders.sum(axis=0) * season * (DAYS / MODEL_DAYS)}
    for place, (name, lookup) in enumerate(PARTS.items(), start=1):
        # Buildings are there whatever the season; all else goes by the curve.
        factor = curve_at(model, lookup, season) if lookup else 1.0 / season
        found[name] = (values[:, place] * orders).sum(axis=0) / orders.sum(axis=0) * factor
    found["unit_cost"] = found["handling_cost"] + found["carrying_cost"] + found["building_cost"]
    return found


def curve_at(model: Model, name: str, volume: float) -> float:
    """A lookup of the model at a volume, over that at 1; 1 where the model has none of that name."""
    lookup: Lookup | None = next((each for each in model.lookups if each.name == name), None)
    if lookup is None:
        return 1.0
    there, usual = np.interp((volume, 1.0), lookup.x, lookup.y).tolist()
    return float(there / usual)


def beside(told: Mapping[str, F64], twin: Sequence[Mapping[str, float]], quantile: float) -> tuple[Row, ...]:
    """Forecast and twin for each figure; `quantile` is Student's at 97.5 % for the number of quarters less one."""
    rows = []
    for name, values in told.items():
        seen = np.array([_of(each, name) for each in twin])
        half = quantile * float(seen.std(ddof=1)) * math.sqrt(1 + 1 / len(seen))
        low, middle, high = quantiles(values, ENDS).tolist()
        mean = float(seen.mean())
        rows.append(Row(name, (low, middle, high), mean, mean - half, mean + half))
    return tuple(rows)


def _of(figures: Mapping[str, float], name: str) -> float:
    if name == "unit_cost":
        return math.fsum(figures[part] for part in PARTS)
    return figures[name]

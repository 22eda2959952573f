"""A model with the curve that was measured in the twin, and its first quarter beside the twin's."""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from firstbest.flywheel.model import Model
from firstbest.flywheel.quarter import FILL_DAYS, Row, beside, forecast
from firstbest.present.flywheel_curve import COLUMNS
from firstbest.rehearse.compare_student import quantile
from firstbest.rehearse.unit_cost import QUARTER_DAYS
from firstbest.store.compile_network import compile_network
from firstbest.store.flywheel_curve import Curve, read_curve, with_curve
from firstbest.store.init import has_network
from firstbest.store.network_digest import network_digest
from firstbest.store.workspace import load
from firstbest.world.network import Network
from firstbest.world.units import PPM

UPPER: Final = 0.975


class Measured(NamedTuple):
    """The model as it is to be run; the curve's rows (volume, then `COLUMNS`), how it was made, the first quarter."""

    model: Model
    rows: tuple[tuple[float, ...], ...] = ()
    words: str = ""
    quarter: tuple[Row, ...] = ()


def measured_of(folder: Path, model: Model, seed: int) -> Measured:
    """The model with the curve of its folder, where there is one of this network; else why not."""
    curve = read_curve(folder)
    if curve is None or not has_network(folder):
        return Measured(model, words="No unit-cost curve yet: firstbest flywheel DIR --measure.")
    network, _ = compile_network(load(folder), curve.scale, curve.days)
    if network_digest(network).hex() != curve.digest:
        return Measured(model, words="The unit-cost curve is of another network: firstbest flywheel DIR --measure.")
    made = with_curve(model, curve)
    volumes = curve.of(COLUMNS[0])[0]
    rows = tuple(zip(volumes, *(curve.of(name)[1] for name in COLUMNS), strict=True))
    seeds = len({each.seed for each in curve.points})
    words = f"Ten volumes, {seeds} seeds each, {curve.days} days at scale {curve.scale:g}, counted"
    words += f" from day {FILL_DAYS} on; volume 1 is the year's mean."
    return Measured(made, rows, words, _quarter(made, curve, folder, seed))


def _quarter(model: Model, curve: Curve, folder: Path, seed: int) -> tuple[Row, ...]:
    if len(curve.quarter) < 2:  # noqa: PLR2004 - one quarter has no interval
        return ()
    network, _ = compile_network(load(folder), curve.scale, FILL_DAYS + QUARTER_DAYS)
    scaled = [{**each.figures, "orders": each.figures["orders"] / curve.scale} for each in curve.quarter]
    return beside(forecast(model, season_of(network), seed), scaled, quantile(UPPER, len(scaled) - 1))


def season_of(network: Network) -> float:
    """Mean of the planned season over the quarter that is counted; local day 0 is the day before the start."""
    return float(network.calendar.season_ppm[FILL_DAYS + 1 : FILL_DAYS + QUARTER_DAYS + 1].mean()) / PPM

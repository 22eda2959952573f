"""The unit-cost curve that was measured in the twin: its file, and what it puts into a model.

`flywheel/unit_cost.json` holds every rehearsal behind it, with the digest of the network, days, scale and seeds. A
curve of another network is not used.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from firstbest import __version__
from firstbest.flywheel.model import FITTED, Model
from firstbest.store.faults import Fault, WorkspaceFaulty

FILE: Final = Path("flywheel") / "unit_cost.json"
LOOKUPS: Final = {"handling_by_volume": "handling_cost", "carrying_by_volume": "carrying_cost"}
"""Lookups of a model that a curve fills, and the part of the cost that each is of."""
SPREAD: Final = 0.1
"""A level measured over few weeks stands for a year within this, up and down: assumed."""


class Measured(NamedTuple):
    """One rehearsal: at which volume, with which seed, what an order came to."""

    which: str
    seed: int
    figures: dict[str, float]


class Curve(NamedTuple):
    """What was measured, and of what."""

    digest: str
    days: int
    scale: float
    points: tuple[Measured, ...]
    quarter: tuple[Measured, ...]

    def of(self, name: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Volumes and a figure at them, means over seeds, by rising volume."""
        volumes = list(dict.fromkeys(each.which for each in self.points))
        rows = [[each.figures for each in self.points if each.which == volume] for volume in volumes]
        pairs = sorted(
            (float(np.mean([row["volume"] for row in same])), float(np.mean([row[name] for row in same])))
            for same in rows
        )
        return tuple(pair[0] for pair in pairs), tuple(pair[1] for pair in pairs)

    def at(self, name: str, volume: float) -> float:
        """A figure at a volume, straight between points."""
        return float(np.interp(volume, *self.of(name)))


def write_curve(folder: Path, curve: Curve) -> Path:
    """Keep a curve."""
    path = folder / FILE
    path.parent.mkdir(exist_ok=True)
    told = {"version": __version__, **curve._asdict()}
    told |= {name: [each._asdict() for each in told[name]] for name in ("points", "quarter")}
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return path


def read_curve(folder: Path) -> Curve | None:
    """The curve that was kept; none where there is none. Raises `WorkspaceFaulty` where the file is not one."""
    path = folder / FILE
    if not path.is_file():
        return None
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        rows = {
            name: tuple(Measured(each["which"], int(each["seed"]), each["figures"]) for each in told[name])
            for name in ("points", "quarter")
        }
        return Curve(told["digest"], int(told["days"]), float(told["scale"]), rows["points"], rows["quarter"])
    except (ValueError, KeyError, TypeError) as wrong:
        fault = Fault(str(FILE), 0, "", "a curve of firstbest flywheel --measure", "another file")
        raise WorkspaceFaulty([fault]) from wrong


def with_curve(model: Model, curve: Curve) -> Model:
    """The model with the measured curve in its lookups, and levels at the mean volume where none is fitted yet."""
    lookups = []
    for lookup in model.lookups:
        if lookup.name in LOOKUPS:
            x, y = curve.of(LOOKUPS[lookup.name])
            level = curve.at(LOOKUPS[lookup.name], 1.0)
            lookup = lookup._replace(x=x, y=tuple(value / level for value in y))  # noqa: PLW2901 - the same one, filled
        lookups.append(lookup)
    count = len({each.seed for each in curve.points})
    source = f"{FILE.as_posix()}: ten volumes, {count} seeds of {curve.days} days at scale {curve.scale:g}"
    constants = []
    for constant in model.constants:
        if constant.book in ("handling_cost", "carrying_cost", "building_cost", "days_to_door") and (
            constant.mark != FITTED
        ):
            value = curve.at(constant.book, 1.0)
            ends = (value * (1 - SPREAD), value * (1 + SPREAD))
            constant = constant._replace(  # noqa: PLW2901 - the same one, told
                value=value, low=ends[0], high=ends[1], mark=FITTED, source=source
            )
        constants.append(constant)
    return model._replace(lookups=tuple(lookups), constants=tuple(constants))

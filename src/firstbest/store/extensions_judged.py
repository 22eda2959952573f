"""What extensions answer when a workspace is compiled or billed, judged before it is used.

A fault names firstbest.toml and the extension, what its port asks for, and what came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.billing_basis import Basis, Window, inside
from firstbest.rent.meters import METER_CODES
from firstbest.rent.usage import ATTRIBUTES, MEASURES, SOURCE_BOOK, Measure, Usage
from firstbest.store.extensions import FILE, Extension
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.schema_words import ZONES
from firstbest.world.nature import Nature
from firstbest.world.network import I64, Network
from firstbest.world.units import PPM

Records = NDArray[np.void]
SHARES_BOUNDED = ("late_ppm", "attempt_fails_ppm", "lost_ppm", "damaged_ppm")
"""Chances of the roads, which no model may push beyond one."""


def broken(extension: Extension, expected: str, found: object) -> WorkspaceFaulty:
    """An extension that broke its port's bounds."""
    return WorkspaceFaulty([Fault(FILE, 0, extension.where, expected, str(found))])


def priced(extension: Extension, weight_g: I64, served: Sequence[bool]) -> I64:
    """Money by zone and weight: [9, B], millionths; zones that the carrier does not serve hold 0."""
    weights = weight_g.copy()
    weights.setflags(write=False)
    answer = np.asarray(extension.function(weights))
    if answer.shape != (ZONES, len(weights)) or answer.dtype.kind not in "iu":
        wanted = f"whole millionths of money, {ZONES} zones by {len(weights)} weights"
        raise broken(extension, wanted, f"{answer.dtype} of shape {answer.shape}")
    prices: I64 = answer.astype(np.int64)
    for zone in range(ZONES):
        if not served[zone]:
            prices[zone] = 0
        elif (prices[zone] < 0).any():
            raise broken(extension, f"no price below 0 in zone {zone}", int(prices[zone].min()))
        elif (np.diff(prices[zone]) < 0).any():
            at = int(np.flatnonzero(np.diff(prices[zone]) < 0)[0])
            heavier = f"{prices[zone, at + 1]} after {prices[zone, at]} at {int(weights[at + 1])} g"
            raise broken(extension, f"prices in zone {zone} that do not fall with weight", heavier)
    return prices


def natural(extension: Extension, nature: Nature, network: Network) -> Nature:
    """Another nature of the same form; chances stay chances."""
    answer = extension.function(nature, network)
    if not isinstance(answer, Nature):
        raise broken(extension, "a firstbest.world.nature.Nature", type(answer).__name__)
    for part, before, after in zip(Nature._fields, nature, answer, strict=True):
        if type(before) is not type(after):
            raise broken(extension, f"{part} as a {type(before).__name__}", type(after).__name__)
        if isinstance(before, tuple) and isinstance(after, tuple):
            _same_form(extension, part, before, after)
    for name in SHARES_BOUNDED:
        values = getattr(answer.roads, name)
        if (values < 0).any() or (values > PPM).any():
            raise broken(extension, f"roads.{name} from 0 to {PPM}", f"{values.min()} to {values.max()}")
    sums = answer.roads.late_ppm.sum(axis=-1)
    if (sums != nature.roads.late_ppm.sum(axis=-1)).any():
        raise broken(extension, "roads.late_ppm to add up as before, day by day", "another sum")
    if answer.opening is not nature.opening or answer.log is not nature.log:
        raise broken(extension, "opening stock and the log of orders as they were", "others")
    return answer


def _same_form(extension: Extension, part: str, before: tuple[object, ...], after: tuple[object, ...]) -> None:
    # A part that is a plain tuple holds numbers, whose form is their own.
    names: Sequence[str] = getattr(before, "_fields", None) or [part] * len(before)
    for name, old, new in zip(names, before, after, strict=True):
        if not isinstance(old, np.ndarray):
            continue
        listed = name.split("_")[0] in ("snow", "delay", "breakdown", "boost")
        shape = old.shape[1:] if listed else old.shape
        found = np.asarray(new)
        if found.dtype != old.dtype or (found.shape[1:] if listed else found.shape) != shape:
            wanted = f"{part}.{name} as {old.dtype} of shape {old.shape}"
            raise broken(extension, wanted, f"{found.dtype} of shape {found.shape}")


def used(extension: Extension, facts: Mapping[str, Records], basis: Basis, window: Window) -> Usage:
    """A month's usage of one meter, from the facts of that month alone."""
    given = {}
    for name, rows in facts.items():
        mine = inside(rows, window)
        mine.setflags(write=False)
        given[name] = mine
    answer = extension.function(given, basis, window)
    if not isinstance(answer, Usage):
        raise broken(extension, "a firstbest.rent.usage.Usage", type(answer).__name__)
    count = answer.rows
    shapes = {name: np.asarray(column).shape for name, column in answer._asdict().items()}
    wanted = dict.fromkeys(Usage._fields, (count,)) | {"measures": (count, MEASURES), "codes": (count, ATTRIBUTES)}
    for name, shape in shapes.items():
        if shape != wanted[name]:
            raise broken(extension, f"{name} of shape {wanted[name]}", shape)
    rules = (
        (answer.meter != METER_CODES[extension.name], f"events of the meter {extension.name} alone"),
        (answer.source != SOURCE_BOOK, "events of the book, named by the facts that caused them"),
        ((answer.tenant < 0) | (answer.tenant >= basis.tenants), f"tenants from 0 to {basis.tenants - 1}"),
        ((answer.at < window.begins) | (answer.at >= window.ends), "events inside the month"),
        (answer.measures[:, Measure.QUANTITY] < 0, "quantities of 0 or more"),
    )
    for wrong, expected in rules:
        if wrong.any():
            raise broken(extension, expected, f"event {int(np.flatnonzero(wrong)[0])} of {count} otherwise")
    names = np.stack([answer.number, answer.ordinal], axis=1)
    if len(np.unique(names, axis=0)) < count:
        raise broken(extension, "a name (number, ordinal) of its own for each event", "one name twice")
    return answer

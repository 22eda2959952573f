"""Model against books: what the last rehearsal says beside what really was, within bands that were stated first.

Money and volume may differ by 5 %, stock by 10 %, the days to the door by 0.3 of a day. Both sides are taken a day, so
the books may cover other days than the rehearsal. What was found is kept beside the workspace, and from then on every
rehearsal and comparison says at its head whether the model is within its bands, and where and by how much it is not.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.rehearse.banner import keep
from firstbest.rehearse.folder import OUTPUT
from firstbest.store.actuals import Known, Totals, read_actuals
from firstbest.store.compile_network import compile_network
from firstbest.store.network_digest import network_digest
from firstbest.store.workspace import load
from firstbest.world.network import Carriers, Network
from firstbest.world.units import DAY_US, MONEY
from firstbest.world.words import Process

F64 = NDArray[np.float64]
Columns = Mapping[str, NDArray[np.int64]]

MONEY_BAND: Final = 0.05
VOLUME_BAND: Final = 0.05
STOCK_BAND: Final = 0.10
DAYS_BAND: Final = 0.3
PLAN: Final[Mapping[str, tuple[tuple[str, float, str], ...]]] = {
    "carrier_invoice": (
        ("amount", MONEY_BAND, "carrier money"), ("surcharge", MONEY_BAND, "surcharges"),
        ("billed_kg", VOLUME_BAND, "billed kg"), ("parcels", VOLUME_BAND, "parcels"),
    ),
    "volumes": (("shipments", VOLUME_BAND, "shipments"), ("units", VOLUME_BAND, "units")),
    "stock": (("units", STOCK_BAND, "stock"),),
    "hours": (("hours", VOLUME_BAND, "paid hours"),),
    "delivery": (("days", DAYS_BAND, "days to the door"),),
}  # fmt: skip
"""By file: column, band, words. Days are a difference, everything else a share of the books."""
AVERAGES: Final = frozenset({("stock", "units"), ("delivery", "days")})
"""Columns that are no sums over days."""


class Line(NamedTuple):
    """One comparison."""

    words: str  # "carrier money, ground zone 8"
    unit: str
    model: float
    books: float
    band: float

    @property
    def apart(self) -> float:
        """Days: model less books; else that as a share of the books, infinite where they have nothing."""
        if self.unit == "days":
            return self.model - self.books
        if self.books == 0:
            return 0.0 if self.model == 0 else math.inf
        return self.model / self.books - 1

    @property
    def inside(self) -> bool:
        """Whether the band holds it."""
        return abs(self.apart) <= self.band

    @property
    def said(self) -> str:
        """`carrier money, ground zone 8: +12.4 %`."""
        if self.unit == "days":
            return f"{self.words}: {self.apart:+.2f} days"
        return (
            f"{self.words}: {100 * self.apart:+.1f} %"
            if math.isfinite(self.apart)
            else f"{self.words}: not in the books"
        )


class NothingToCompare(Exception):  # noqa: N818 - it names a state of the folder
    """There is no rehearsal of this workspace to compare."""


def baseline(folder: Path, actuals: Path, days: int | None = None) -> tuple[Line, ...]:
    """Compare the last rehearsal with the books and keep the answer; `days`: those that the books cover.

    Raises NothingToCompare without a rehearsal of the workspace as it is now, WorkspaceFaulty with the faults of the
    workspace or the books.
    """
    run = folder / OUTPUT / "run.json"
    if not run.is_file() or not (folder / OUTPUT / "facts").is_dir():
        raise NothingToCompare(f"{folder} needs a rehearsal first: firstbest rehearse {folder}")
    told = json.loads(run.read_text(encoding="utf-8"))
    network, _ = compile_network(load(folder), told["scale"], told["days"])
    # Facts name nodes and carriers by their place in the files: in edited files that may be another's.
    if network_digest(network).hex() != told["network"]:
        again = f"run it again: firstbest rehearse {folder}"
        raise NothingToCompare(f"{folder} was edited since its last rehearsal; {again}")
    texts = network.texts
    processes = tuple(process.name.lower() for process in Process)
    books = read_actuals(actuals, Known(texts.carriers, texts.nodes, processes))
    span = round((network.calendar.end_us - network.calendar.start_us) / DAY_US)
    model = model_totals(folder / OUTPUT / "facts", network, told["scale"])
    lines = tuple(compared(model, books, (span, days or span)))
    outside = [line for line in lines if not line.inside]
    outside.sort(key=lambda line: (-abs(line.apart) / line.band, line.words))
    keep(folder, len(lines), [line.said for line in outside])
    return lines


def compared(model: Totals, books: Totals, days: tuple[int, int]) -> Iterator[Line]:
    """Every number of the books beside the model's, a day; names that only one side has count as nothing there."""
    for file, rows in books.items():
        own = model.get(file, {})
        for name in sorted({*rows, *own}):
            yield from _lines(file, name, (own.get(name), rows.get(name)), days)


def _lines(
    file: str, name: tuple[str, ...], sides: tuple[Mapping[str, float] | None, ...], days: tuple[int, int]
) -> Iterator[Line]:
    """The numbers of one row of the books, or of the model where they lack it."""
    where = f"{name[0]} zone {name[1]}" if file == "carrier_invoice" else " ".join(name)
    for column, band, words in PLAN[file]:
        # How long a journey takes that one side never made is not known, and not nothing.
        if column == "days" and None in sides:
            continue
        own, real = ((side or {}).get(column, 0.0) for side in sides)
        # What neither side has is no comparison: a port holds no stock, a carrier may ask no surcharge.
        if own == 0 and real == 0:
            continue
        if (file, column) not in AVERAGES:
            own, real = own / days[0], real / days[1]
        yield Line(f"{words}, {where}", "days" if column == "days" else column, own, real, band)


def model_totals(facts: Path, network: Network, scale: float) -> Totals:
    """What the facts of a rehearsal come to, in the columns of the books, at full scale."""
    texts, full = network.texts, 1 / scale
    left = _read(facts, "departed", "carrier, zone, node, cartons, billed_g, cost, units")
    there = _read(facts, "delivered", "carrier, at, placed_at")
    worked = _read(facts, "worked", "node, process, paid_min")
    closed = _read(facts, "day_closed", "node, units")
    extra = surcharges(network.carriers, left)
    invoice: dict[tuple[str, ...], dict[str, float]] = {
        (texts.carriers[carrier], str(zone)): {
            "parcels": float(left["cartons"][here].sum()) * full,
            "billed_kg": float(left["billed_g"][here].sum()) / 1000 * full,
            "amount": float(left["cost"][here].sum()) / MONEY * full,
            "surcharge": float(extra[here].sum()) / MONEY * full,
        }
        for (carrier, zone), here in _groups(left["carrier"], left["zone"])
    }
    took = (there["at"] - there["placed_at"]) / DAY_US
    return {
        "carrier_invoice": invoice,
        "volumes": {
            (texts.nodes[node],): {"shipments": here.sum() * full, "units": float(left["units"][here].sum()) * full}
            for (node,), here in _groups(left["node"])
        },
        "stock": {
            (texts.nodes[node],): {"units": float(closed["units"][here].mean()) * full}
            for (node,), here in _groups(closed["node"])
        },
        # At a scale below 1 whole teams worked, so their hours are those of full scale.
        "hours": {
            (texts.nodes[node], Process(process).name.lower()): {"hours": float(worked["paid_min"][here].sum()) / 60}
            for (node, process), here in _groups(worked["node"], worked["process"])
        },
        "delivery": {
            (texts.carriers[carrier],): {"parcels": here.sum() * full, "days": float(took[here].mean())}
            for (carrier,), here in _groups(there["carrier"])
        },
    }


def surcharges(carriers: Carriers, left: Columns) -> NDArray[np.int64]:
    """[n] What was charged beyond the rate of zone and billed weight: fuel, residential, remote, peak."""
    count = np.maximum(left["cartons"], 1)
    steps = -(-(left["billed_g"] // count) * 1000 // carriers.step_g_x1000[left["carrier"]])
    last = carriers.rate.shape[2] - 1
    place = np.clip(steps, 1, last)
    base = carriers.rate[left["carrier"], left["zone"], place]
    slope = carriers.rate[left["carrier"], left["zone"], last] - carriers.rate[left["carrier"], left["zone"], last - 1]
    found: NDArray[np.int64] = np.maximum(left["cost"] - (base + slope * np.maximum(steps - last, 0)) * count, 0)
    return found


def _groups(*columns: NDArray[np.int64]) -> Iterator[tuple[tuple[int, ...], NDArray[np.bool_]]]:
    for key in np.unique(np.stack(columns, axis=1), axis=0).tolist():
        yield tuple(key), np.logical_and.reduce([column == part for column, part in zip(columns, key, strict=True)])


def _read(facts: Path, name: str, columns: str) -> Columns:
    names = columns.split(", ")
    if not (facts / name).is_dir():
        return {each: np.zeros(0, np.int64) for each in names}
    with duckdb.connect() as connection:
        pattern = str(facts / name / "*.parquet")
        listed = ", ".join(f'"{each}"' for each in names)
        found = connection.execute(f"SELECT {listed} FROM read_parquet(?)", [pattern]).fetchnumpy()  # noqa: S608 - ours
    return {each: np.asarray(found[each], np.int64) for each in names}

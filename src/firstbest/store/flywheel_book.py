"""What the book knows of the flywheel's arrows: levels from a rehearsal's daily cubes, elasticities from daily figures.

Levels (what an order costs to handle, to carry, to house; days to the door) come from `rehearsal/cubes.parquet`.
Elasticities need causes that moved: `flywheel_daily.csv` holds a row a day and group with `day`, `group`, `orders`,
`price`, `promised_days`, `offers`, and the shifters `supplier_price` and `storm`; a column may be left out, and its
arrow is then told as not enough data. A rehearsal alone has one price list and no customer who answers.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.elasticity import DAYS_MIN, Panel, estimate, mean_with_interval
from firstbest.flywheel.model import FITTED, Model
from firstbest.flywheel.quarter import FILL_DAYS
from firstbest.store.faults import Fault, WorkspaceFaulty, shown

F64 = NDArray[np.float64]

CUBES: Final = Path("rehearsal") / "cubes.parquet"
DAILY: Final = "flywheel_daily.csv"
ROWS_MAX: Final = 5_000_000
MONEY: Final = 1e6
LEVELS: Final[Mapping[str, tuple[tuple[str, ...], float]]] = {
    "handling_cost": (
        (
            "cost_receive", "cost_pick", "cost_pack", "cost_load", "cost_indirect", "cost_material", "cost_systems",
            "cost_returns", "cost_return_loss", "cost_after",
        ),
        MONEY,
    ),
    "carrying_cost": (("cost_parcel", "cost_van", "cost_linehaul", "cost_inbound"), MONEY),
    "building_cost": (("cost_building",), MONEY),
    "days_to_door": (("completed_days",), 1.0),
}  # fmt: skip
"""A level: the numerators it adds up, over orders completed. The three costs are the cost to serve of the report."""
TRAILING: Final = ("handling_cost", "carrying_cost")
"""Levels of which a part comes long after the order: a rehearsal's first `FILL_DAYS` do not tell them."""
CAUSES: Final = {"price": "price", "speed": "promised_days", "selection": "offers"}
SHIFTERS: Final = {"price": "supplier_price", "speed": "storm"}
IN_LOGS: Final = ("price", "offers", "supplier_price")


class Found(NamedTuple):
    """What the book says of a coefficient: value and 95 % interval, or why it says nothing."""

    name: str  # of the constant
    value: float
    low: float
    high: float
    missing: str
    source: str


def book_of(folder: Path, model: Model) -> tuple[Found, ...]:
    """One finding for each constant that names an estimate of the book."""
    wanted = [each for each in model.constants if each.book]
    levels = _levels(folder / CUBES) if (folder / CUBES).is_file() else {}
    answers = _elasticities(folder / DAILY) if (folder / DAILY).is_file() else {}
    found = []
    for each in wanted:
        if each.book in levels:
            found.append(levels[each.book]._replace(name=each.name))
        elif each.book in answers:
            found.append(answers[each.book]._replace(name=each.name))
        else:
            found.append(
                _nothing(each.name, _why(each.book, has_cubes=(folder / CUBES).is_file(), has_daily=bool(answers)))
            )
    return tuple(found)


def with_book(model: Model, found: tuple[Found, ...]) -> Model:
    """The model with what the book told in place of what was assumed."""
    told = {each.name: each for each in found if not each.missing}
    constants = [
        each._replace(
            value=told[each.name].value,
            low=told[each.name].low,
            high=told[each.name].high,
            mark=FITTED,
            source=told[each.name].source,
        )
        if each.name in told
        else each
        for each in model.constants
    ]
    return model._replace(constants=tuple(constants))


def _nothing(name: str, why: str) -> Found:
    return Found(name, math.nan, math.nan, math.nan, why, "")


def _why(book: str, *, has_cubes: bool, has_daily: bool) -> str:
    """Why there is not enough data."""
    if book in LEVELS:
        days = DAYS_MIN + (FILL_DAYS if book in TRAILING else 0)
        return f"{days} days of a rehearsal are needed" if has_cubes else "no rehearsal yet: firstbest rehearse DIR"
    if book in CAUSES:
        column = f"{DAILY} has no column {CAUSES[book]}"
        return column if has_daily else f"no {DAILY}; a rehearsal has one price list and buyers who do not answer"
    return "the book holds too few doublings of units"


# ------------------------------------------------------------------------------------------------------------ levels
def _levels(path: Path) -> dict[str, Found]:
    """Levels of the daily cubes; none from fewer than `DAYS_MIN` days that tell it."""
    with duckdb.connect() as engine:
        rows = engine.execute(
            (
                "SELECT CAST(day AS VARCHAR), metric, SUM(numerator)::DOUBLE FROM read_parquet(?) GROUP "
                "BY ALL ORDER BY ALL"
            ),
            [str(path)],
        ).fetchall()
    days = sorted({day for day, _, _ in rows})
    if len(days) < DAYS_MIN:
        return {}
    place = {day: row for row, day in enumerate(days)}
    table: dict[str, F64] = {}
    for day, metric, value in rows:
        table.setdefault(metric, np.zeros(len(days)))[place[day]] = value
    orders = table.get("completed", np.zeros(len(days)))
    if not orders.sum() > 0:
        return {}
    found = {}
    for name, (parts, unit) in LEVELS.items():
        total = sum((table[part] for part in parts if part in table), np.zeros(len(days))) / unit
        first = FILL_DAYS if name in TRAILING else 0
        if len(days) - first < DAYS_MIN:
            continue
        value, low, high = mean_with_interval(total[first:], orders[first:])
        source = f"{CUBES.as_posix()}, {len(days) - first} days, weeks as batches"
        found[name] = Found("", value, max(low, 0.0), high, "", source)
    return found


# ------------------------------------------------------------------------------------------------------ elasticities
def _elasticities(path: Path) -> dict[str, Found]:
    """Elasticities of orders from daily figures."""
    columns = _read_daily(path)
    there = {arrow: column for arrow, column in CAUSES.items() if column in columns}
    causes = {arrow: _taken(columns, column) for arrow, column in there.items()}
    shifters = {name: _taken(columns, name) for name in SHIFTERS.values() if name in columns}
    shifted = tuple(arrow for arrow in there if SHIFTERS.get(arrow) in shifters)
    first = columns["first"][0, 0]
    panel = Panel(np.log(columns["orders"]), causes, shifters, int(first))
    source = f"{DAILY}, {len(columns['orders'])} days"
    return {
        each.cause: Found("", *_oriented(each.cause, (each.value, each.low, each.high)), each.missing, source)
        for each in estimate(panel, shifted)
    }


def _oriented(arrow: str, ends: tuple[float, float, float]) -> tuple[float, float, float]:
    """A day slower loses what a day faster gains."""
    value, low, high = ends
    return (-value, -high, -low) if arrow == "speed" else ends


def _taken(columns: Mapping[str, F64], name: str) -> F64:
    return np.log(columns[name]) if name in IN_LOGS else columns[name]


def _read_daily(path: Path) -> dict[str, F64]:
    """Columns [days, groups]; every day has every group. Raises `WorkspaceFaulty`."""
    faults: list[Fault] = []
    names = ("orders", *CAUSES.values(), *SHIFTERS.values())
    cells: dict[tuple[int, str], dict[str, float]] = {}
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        given = [name for name in names if name in (reader.fieldnames or ())]
        absent = [name for name in ("day", "group", "orders") if name not in (reader.fieldnames or ())]
        faults += [Fault(path.name, 1, name, "a column of this name", "none") for name in absent]
        for number, row in enumerate(() if faults else reader, start=2):
            if number > ROWS_MAX:
                faults.append(Fault(path.name, number, "", f"{ROWS_MAX:,} rows at most", "more"))
                break
            _read_row(path.name, number, row, (given, cells, faults))
    days, groups = sorted({day for day, _ in cells}), sorted({group for _, group in cells})
    if not faults and (len(cells) != len(days) * len(groups) or (days and days[-1] - days[0] + 1 != len(days))):
        faults.append(
            Fault(
                path.name,
                0,
                "day",
                "every day between first and last, with every group",
                f"{len(cells)} rows of {len(groups)} groups",
            )
        )
    if faults or not cells:
        raise WorkspaceFaulty(faults or [Fault(path.name, 0, "", "rows", "none")])
    made = {name: np.array([[cells[day, group][name] for group in groups] for day in days]) for name in given}
    return {**made, "first": np.array([[float(days[0])]])}


def _read_row(
    file: str,
    number: int,
    row: Mapping[str, str],
    into: tuple[list[str], dict[tuple[int, str], dict[str, float]], list[Fault]],
) -> None:
    """One row's figures, or its faults."""
    given, cells, faults = into
    try:
        day = date.fromisoformat(row["day"]).toordinal()
    except ValueError:
        faults.append(Fault(file, number, "day", "a date like 2026-11-30", shown(row["day"])))
        return
    figures = {}
    for name in given:
        try:
            figures[name] = float(row[name])
        except ValueError:
            figures[name] = math.nan
        positive = name in IN_LOGS or name == "orders"
        if not math.isfinite(figures[name]) or (positive and figures[name] <= 0):
            faults.append(Fault(file, number, name, "a number above 0" if positive else "a number", shown(row[name])))
    key = (day, row["group"])
    if key in cells:
        faults.append(Fault(file, number, "group", "each group once a day", shown(row["group"])))
    cells[key] = figures

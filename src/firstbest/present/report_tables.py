"""The tables behind the report as plain rows: for a spreadsheet, with numbers as numbers."""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import numpy as np

from firstbest.present.catalog import CATALOG, meaning_of
from firstbest.present.comparison import Comparison
from firstbest.present.figures import figures
from firstbest.present.record import Record
from firstbest.world.metrics import Metric
from firstbest.world.units import MONEY

Cell = str | int | float
_EPOCH: Final = date(1970, 1, 1)


class Sheet(NamedTuple):
    """One table: a short title, what its columns are called, its rows."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def report_tables(record: Record, against: Comparison | None = None) -> tuple[Sheet, ...]:
    """Every table of the report: figures, the change's differences, bounds, suggestions, days by node."""
    sheets = [_figures(record), *([_differences(against)] if against else []), _bounds(record), _helps(record)]
    return (*(each for each in sheets if each.rows), _days(record))


def _figures(record: Record) -> Sheet:
    found = figures(record)
    rows = [
        (key, known.label, _value(found[key], known.unit), _unit(known.unit, record), known.meaning)
        for key, known in CATALOG.items()
        if key in found
    ]
    return Sheet("figures", ("key", "figure", "value", "unit", "meaning"), tuple(rows))


def _differences(against: Comparison) -> Sheet:
    header = ("key", "figure", "without", "with", "difference", "low 95 %", "high 95 %", "unit", "in words")
    rows = [
        (each.key, each.label, each.without, each.with_, each.difference, each.low, each.high, each.unit, each.sentence)
        for each in against.differences
    ]
    return Sheet("with and without", header, tuple(rows))


def _bounds(record: Record) -> Sheet:
    rows = [
        (each.key, each.label or meaning_of(each.key).label, each.value, each.low, each.high,
         "yes" if each.inside else "NO", each.reason)
        for each in record.bounds
        if each.applies
    ]  # fmt: skip
    return Sheet("bounds", ("key", "figure", "value", "low", "high", "inside", "reason"), tuple(rows))


def _helps(record: Record) -> Sheet:
    rows = [(each.text, each.saving, each.how) for each in record.suggestions]
    return Sheet("what would help", ("change", "saving, estimated and not rehearsed", "how"), tuple(rows))


def _days(record: Record) -> Sheet:
    """Numerators of every metric by day and node, all sellers together; rows without any are left out."""
    totals = record.cube[..., 0].sum(axis=2)
    kinds = [each for each in Metric if each < totals.shape[2]]
    money = np.array([each is Metric.SALES or each.name.startswith("COST_") for each in kinds])
    rows = []
    for day, node in zip(*np.nonzero(totals.any(axis=2)), strict=True):
        told = _day(record.first_day + int(day))
        values = [
            value / MONEY if paid else value
            for value, paid in zip(totals[day, node][: len(kinds)].tolist(), money.tolist(), strict=True)
        ]
        rows.append((told, record.network.texts.nodes[int(node)], *values))
    return Sheet("days", ("day", "node", *(each.name.lower() for each in kinds)), tuple(rows))


def _day(since_epoch: int) -> str:
    return str(date.fromordinal(_EPOCH.toordinal() + since_epoch))


def _value(value: float, unit: str) -> Cell:
    return _day(int(value)) if unit == "day" else float(value)


def _unit(unit: str, record: Record) -> str:
    return record.network.texts.currency if unit == "money" else unit

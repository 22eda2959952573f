"""Facts of a month, read from the files of a rehearsal or of a book's mirror, for the meters.

Facts are read month by month, so memory is bounded by a month. With the month's own facts come those of earlier months
that they belong to: picks, orders and other shipments of the orders that departed, departures of what went by van, vans
of the day before, sea freight that arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.operate.billing import CAUSES, OF_VANS, RELATED, SAILED, STOCK
from firstbest.operate.billing_basis import Window
from firstbest.store.sink_writer import PADDING, quoted
from firstbest.world import facts as f
from firstbest.world.facts import FactType
from firstbest.world.units import DAY_US

Records = NDArray[np.void]
Facts = Mapping[str, Records]
FactsOf = Callable[[Window], Facts]
"""Answers the facts that `operate.billing.meter_month` needs for a month."""

MEMORY: Final = "600MB"
COSTS: Final = (f.WORKED,)
"""Facts that no meter needs, but what a primitive costs."""
STANDING: Final = (*STOCK, *COSTS)
"""Facts that say what stood in the buildings and what that cost: all that a primitive of storage needs."""
WANTED: Final = tuple(dict.fromkeys((*CAUSES, *STOCK, *RELATED, *COSTS)))


def facts_of_folder(folder: Path) -> FactsOf:
    """Facts that stand in `folder/facts`."""

    def read(window: Window) -> Facts:
        with duckdb.connect(config={"threads": 2, "memory_limit": MEMORY}) as engine:
            return {fact.name: _rows(engine, fact, _statement(folder / "facts", fact, window)) for fact in WANTED}

    return read


def standing_of_folder(folder: Path) -> FactsOf:
    """Of the facts in `folder/facts` those of STANDING that fell in the month: a tenth of what meters read."""

    def read(window: Window) -> Facts:
        with duckdb.connect(config={"threads": 2, "memory_limit": MEMORY}) as engine:
            during = _during(window)
            return {fact.name: _rows(engine, fact, _selected(folder / "facts", fact, during)) for fact in STANDING}

    return read


def related(held: Facts, window: Window) -> Facts:
    """Of facts in memory, those of a month and those they belong to."""
    mask = {name: (rows["at"] >= window.begins) & (rows["at"] < window.ends) for name, rows in held.items()}
    departed, vanned = held[f.DEPARTED.name], held[f.VANNED.name]
    orders = np.unique(np.concatenate([departed["order"][mask["departed"]], vanned["order"][mask["vanned"]]]))
    for fact in RELATED:
        rows = held[fact.name]
        mask[fact.name] |= (rows["at"] < window.ends) & np.isin(rows["order"], orders)
    for fact in OF_VANS:
        at = held[fact.name]["at"]
        mask[fact.name] = (at >= window.begins - DAY_US) & (at < window.ends)
    mask[f.DELIVERED.name] &= np.isin(held[f.DELIVERED.name]["order"], vanned["order"][mask[f.VANNED.name]])
    moved, arrived = held[SAILED.name], held[f.ARRIVED.name]
    came = np.isin(moved["cargo"], arrived["cargo"][mask[f.ARRIVED.name]]) & (moved["at"] < window.ends)
    mask[SAILED.name] |= np.isin(moved["number"], moved["number"][came])
    return {name: rows[mask[name]] for name, rows in held.items()}


def _statement(facts: Path, fact: FactType, window: Window) -> str:
    during = _during(window)
    if fact in RELATED:
        during = f'({during}) OR (rows."at" < {window.ends:d} AND rows."order" IN ({_orders(facts, window)}))'
    if fact in OF_VANS:
        during = f'rows."at" >= {window.begins - DAY_US:d} AND rows."at" < {window.ends:d}'
    if fact == f.DELIVERED:
        during += f' AND rows."order" IN ({_by_van(facts, window)})'
    if fact == SAILED:
        during = f'({during}) OR (rows."at" < {window.ends:d} AND rows.number IN ({_sailed(facts, window)}))'
    return _selected(facts, fact, during)


def _during(window: Window) -> str:
    return f'rows."at" >= {window.begins:d} AND rows."at" < {window.ends:d}'


def _selected(facts: Path, fact: FactType, during: str) -> str:
    names = [name for name in fact.dtype.names or () if name not in PADDING]
    columns = ", ".join(f'rows."{name}"' for name in names)
    source = f"read_parquet('{quoted(facts / fact.name)}/*.parquet')"
    return f"SELECT {columns} FROM {source} AS rows WHERE {during} ORDER BY rows.number, rows.ordinal"


def _orders(facts: Path, window: Window) -> str:
    """Orders that left or went by van in the month."""
    parts = (
        f"SELECT \"order\" FROM read_parquet('{quoted(facts / name)}/*.parquet') AS moved "
        f'WHERE moved."at" >= {window.begins:d} AND moved."at" < {window.ends:d}'
        for name in (f.DEPARTED.name, f.VANNED.name)
    )
    return " UNION ".join(parts)


def _by_van(facts: Path, window: Window) -> str:
    """Orders on vans since the day before the month."""
    return (
        f"SELECT \"order\" FROM read_parquet('{quoted(facts / f.VANNED.name)}/*.parquet') AS vanned "
        f'WHERE vanned."at" >= {window.begins - DAY_US:d} AND vanned."at" < {window.ends:d}'
    )


def _sailed(facts: Path, window: Window) -> str:
    """Departures of what arrived in the month."""
    return (
        f"SELECT number FROM read_parquet('{quoted(facts / SAILED.name)}/*.parquet') AS moved WHERE cargo IN ("
        f"SELECT cargo FROM read_parquet('{quoted(facts / f.ARRIVED.name)}/*.parquet') AS arrived "
        f'WHERE arrived."at" >= {window.begins:d} AND arrived."at" < {window.ends:d})'
    )


def _rows(engine: duckdb.DuckDBPyConnection, fact: FactType, statement: str) -> Records:
    found = engine.execute(statement).fetchnumpy()
    rows = np.zeros(len(found["number"]), fact.dtype)
    for name, values in found.items():
        rows[name] = np.asarray(values)
    return rows

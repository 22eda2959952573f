"""Tables made of a rehearsal's files and columns once it has ended: orders, and the daily cubes, as Parquet."""

from __future__ import annotations

from datetime import date, timedelta
from enum import IntEnum
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import All, State
from firstbest.store.book_queries import query
from firstbest.store.sink_writer import quoted, write_columns
from firstbest.world.metrics import BINS, METRICS, Metric, Spread
from firstbest.world.network import Network
from firstbest.world.tables import CUBE_T, FLOW_T, SPREAD_T

EPOCH: Final = date(1970, 1, 1)
ENGINE: Final[dict[str, str | bool | int | float | list[str]]] = {"threads": 2, "memory_limit": "400MB"}
DAY_AS_DATE: Final = "* REPLACE (CAST(day AS DATE) AS day)"

ENDINGS: Final = {
    "completed": {"completed_at": "at"}
    | {name: name for name in ("ship_late", "door_late", "cause", "node", "days", "door_day")},
    "closed": {"closed_at": "at", "closed_reason": "reason"},
}
"""What is told of how an order ended: columns of its facts, by their names in `orders.parquet`."""

Records = NDArray[np.void]


def write_orders(folder: Path) -> Path:
    """Write `orders.parquet`, a row an order, from the fact files in `folder/facts` (a sink's, once closed)."""
    path, facts = folder / "orders.parquet", quoted(folder / "facts")
    with duckdb.connect(config={**ENGINE, "temp_directory": str(folder / "spill")}) as engine:
        engine.register("ended", endings(engine, facts))
        text = query("orders_of_facts").format(facts=facts)
        engine.execute(f"COPY ({text}) TO '{quoted(path)}' (FORMAT parquet, COMPRESSION snappy)")
    return path


def endings(engine: duckdb.DuckDBPyConnection, facts: str) -> dict[str, NDArray[np.generic]]:
    """How each order ended, in the order of placing: columns [n], 0 where `completed` or `closed` tells of no end.

    `placed` says which order it is.
    """
    orders = facts_read(engine, facts, "ordered", {"order": "order"})["order"]
    made: dict[str, NDArray[np.generic]] = {"placed": orders}
    for fact, wanted in ENDINGS.items():
        rows = facts_read(engine, facts, fact, {"ended": "order", **wanted})
        by_order = np.argsort(rows["ended"], kind="stable")
        ended = rows.pop("ended")[by_order]
        assert (ended[1:] > ended[:-1]).all(), f"an order ends once, some were {fact} twice"
        place = np.searchsorted(ended, orders)
        there = np.flatnonzero(np.append(ended, -1)[place] == orders)
        source = by_order[place[there]]
        made[fact] = np.zeros(len(orders), np.bool_)
        made[fact][there] = True
        for name, values in rows.items():
            made[name] = np.zeros(len(orders), values.dtype)
            made[name][there] = values[source]
    return made


def facts_read(
    engine: duckdb.DuckDBPyConnection, facts: str, fact: str, columns: dict[str, str]
) -> dict[str, NDArray[np.signedinteger]]:
    """Columns [n] of all facts of a type, by the names that they are given."""
    chosen = ", ".join(f'"{column}" AS "{name}"' for name, column in columns.items())
    return dict(engine.execute(f"SELECT {chosen} FROM read_parquet('{facts}/{fact}/*.parquet')").fetchnumpy())


def write_cubes(folder: Path, state: State, network: Network, before_day: int | None = None) -> list[Path]:
    """Write the daily cubes, the spreads and the flows as Parquet files; cells that are all zero are left out.

    `before_day`: of the cubes, days (since the epoch) from this one on are left out.

    `cubes.parquet`: day (a date), node, seller, metric, numerator, denominator. `spreads.parquet`: spread, bin,
    count. `flows.parquet`: place, node, shipments, days_x100, cost. Codes are written as their texts.
    """
    texts = network.texts
    cube = some(state.read(All(CUBE_T)).rows)
    if before_day is not None:
        first = (before_day - network.calendar.first_day) * len(texts.nodes) * len(texts.sellers) * METRICS
        cube = cube[cube["key"] < first]
    cell, metric = np.divmod(cube["key"], METRICS)
    cell, seller = np.divmod(cell, len(texts.sellers))
    day, node = np.divmod(cell, len(texts.nodes))
    spread = some(state.read(All(SPREAD_T)).rows)
    measure, place_in = np.divmod(spread["key"], BINS)
    flow = some(state.read(All(FLOW_T)).rows)
    place, sender = np.divmod(flow["key"], len(texts.nodes))
    columns: dict[str, dict[str, NDArray[np.generic]]] = {
        "cubes": {
            "day": dates(day + network.calendar.first_day),
            "node": named(texts.nodes, node),
            "seller": named(texts.sellers, seller),
            "metric": named(words(Metric, METRICS), metric),
            "numerator": cube["numerator"],
            "denominator": cube["denominator"],
        },
        "spreads": {
            "spread": named(words(Spread, len(Spread)), measure),
            "bin": place_in,
            "count": spread["count"],
        },
        "flows": {
            "place": named(texts.places, place),
            "node": named(texts.nodes, sender),
            "shipments": flow["shipments"],
            "days_x100": flow["days"],
            "cost": flow["cost"],
        },
    }
    with duckdb.connect(config=ENGINE) as engine:
        for name, table in columns.items():
            write_columns(engine, table, folder / f"{name}.parquet", DAY_AS_DATE if "day" in table else "*")
    return [folder / f"{name}.parquet" for name in columns]


def some(rows: Records) -> Records:
    """Rows with at least one column that is not 0, the key aside."""
    assert rows.dtype.names is not None, "rows need named columns"
    busy = np.zeros(len(rows), np.bool_)
    for name in rows.dtype.names[1:]:
        busy |= rows[name] != 0
    return rows[busy]


def named(texts: tuple[str, ...], codes: NDArray[np.integer]) -> NDArray[np.generic]:
    """Texts of codes: [n]."""
    found: NDArray[np.generic] = np.array(texts, object)[codes]
    return found


def words(listed: type[IntEnum], size: int) -> tuple[str, ...]:
    """Names of a closed list in small letters, by number; spare numbers read 'spare'."""
    by_number = {int(word): word.name.lower() for word in listed}
    return tuple(by_number.get(number, "spare") for number in range(size))


def dates(days: NDArray[np.integer]) -> NDArray[np.generic]:
    """Days since the epoch as ISO dates: [n]."""
    unique, place = np.unique(days, return_inverse=True)
    written = tuple((EPOCH + timedelta(days=int(day))).isoformat() for day in unique)
    return named(written, place)

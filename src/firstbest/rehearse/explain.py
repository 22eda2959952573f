"""The story of one order, read back from the facts of the last rehearsal."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import ground_of
from firstbest.decide.rate import journey_cost
from firstbest.present.story import Story, story
from firstbest.rehearse.demand_draws import ORDER_BITS
from firstbest.rehearse.folder import OUTPUT
from firstbest.store.compile_network import compile_network, log_order_names
from firstbest.store.network_digest import network_digest
from firstbest.store.workspace import load
from firstbest.world import facts as f
from firstbest.world.network import Network
from firstbest.world.units import SENT_AGAIN_FIRST
from firstbest.world.words import Mode

TOLD = (
    f.ORDERED, f.PLANNED, f.ALLOCATED, f.REFUSED, f.CANCELLED, f.RELEASED, f.PICKED, f.PACKED, f.DEPARTED, f.ROLLED,
    f.VANNED, f.DELIVERED, f.COMPLETED, f.CLOSED, f.UNPLANNED, f.RETURN_AUTHORISED, f.RETURN_REFUSED, f.RETURNED,
    f.INSPECTED, f.DISPOSED, f.REFUNDED, f.RESTOCKED, f.RETURN_ENDED, f.CONTACTED,
    f.MADE_GOOD, f.REPLACED, f.REPLACEMENT_ENDED, f.CLAIM_FILED, f.CLAIM_SETTLED, f.WITHDRAWN, f.RECHOSEN,
)  # fmt: skip
EPOCH = date(1970, 1, 1)


class NothingToExplain(Exception):  # noqa: N818 - it names a state of the folder
    """There is no rehearsal of this workspace to read, or no such order in it."""


def explain(folder: Path, order: str) -> str:
    """What was promised and why, which nodes were considered, every event and every cost line of an order."""
    run = folder / OUTPUT / "run.json"
    if not run.is_file():
        raise NothingToExplain(f"{folder} needs a rehearsal first: firstbest rehearse {folder}")
    told = json.loads(run.read_text(encoding="utf-8"))
    workspace = load(folder)
    network, nature = compile_network(workspace, told["scale"], told["days"])
    if network_digest(network).hex() != told["network"]:
        again = f"run it again: firstbest rehearse {folder}"
        raise NothingToExplain(f"{folder} was edited since its last rehearsal; {again}")
    names = log_order_names(workspace, told["scale"], told["days"]) if len(nature.log.at_us) else ()
    code = code_of(order, names, network)
    rows = {fact.name: rows_of(folder, fact, code) for fact in TOLD}
    if not len(rows["ordered"]):
        raise NothingToExplain(f"no order '{order}' in the last rehearsal; {example(folder, names, network)}")
    return story(Story(name_of(code, names, network), rows, network, costs_of(network, rows["planned"])))


def code_of(order: str, names: tuple[str, ...], network: Network) -> int:
    """Code of an order as a person writes it: its name in the log, or 2026-11-30/123 in a drawn year.

    An order that sends a shipment again is written as its code, which the story of the customer's order tells.
    """
    if order.isdigit() and int(order) >= SENT_AGAIN_FIRST:
        return int(order)
    if names:
        return _in_log(order, names)
    day, _, number = order.partition("/")
    try:
        local = (date.fromisoformat(day) - EPOCH).days - network.calendar.first_day
        return (local << ORDER_BITS) | int(number)
    except ValueError:
        return int(order) if order.isdigit() else -1


def name_of(code: int, names: tuple[str, ...], network: Network) -> str:
    """An order's code as a person reads it; one that sends a shipment again is a number of its own."""
    if code >= SENT_AGAIN_FIRST:
        return str(code)
    if names:
        return names[code]
    day = EPOCH + timedelta(days=network.calendar.first_day + (code >> ORDER_BITS))
    return f"{day.isoformat()}/{code & ((1 << ORDER_BITS) - 1)}"


def _in_log(order: str, names: tuple[str, ...]) -> int:
    """Code of an order of a log, -1 where none is meant.

    A name may be told without the sign before it, which a shell takes for a comment: 1001 for #1001.
    """
    if order in names:
        return names.index(order)
    alike = [code for code, name in enumerate(names) if name.lstrip("#").casefold() == order.lstrip("#").casefold()]
    return alike[0] if len(alike) == 1 else -1


def example(folder: Path, names: tuple[str, ...], network: Network) -> str:
    """The names of a few orders that can be explained: late ones first."""
    found = read(
        "SELECT orders.order FROM read_parquet($1) AS orders ORDER BY door_late DESC NULLS LAST, orders.order LIMIT 3",
        folder / OUTPUT / "orders.parquet",
    ).fetchall()
    return "try " + ", ".join(name_of(int(row[0]), names, network) for row in found)


def read(query: str, files: Path) -> duckdb.DuckDBPyRelation:
    """What a query answers from Parquet files, which it names $1."""
    found = duckdb.sql(query, params=[str(files)])
    assert found is not None, "a query that selects answers rows"
    return found


def rows_of(folder: Path, fact: f.FactType, code: int) -> NDArray[np.void]:
    """The rows of one fact type about one order."""
    found = read(
        f'SELECT * FROM read_parquet($1) WHERE "order" = {code:d} ORDER BY number, ordinal',  # noqa: S608 - an integer
        folder / OUTPUT / "facts" / fact.name / "*.parquet",
    ).fetchnumpy()
    rows = np.zeros(len(found["number"]), fact.dtype)
    for name, values in found.items():
        if name in (fact.dtype.names or ()):
            rows[name] = np.asarray(values)
    return rows


def costs_of(network: Network, planned: NDArray[np.void]) -> dict[int, int]:
    """What the first shipment's journey would cost from each fulfilment node, by the cheapest carrier it may use."""
    if not len(planned):
        return {}
    ground, row = ground_of(network), planned[0]
    terms, place, count = ground.terms, int(row["place"]), max(int(row["cartons"]), 1)
    day, remote = int(row["day"]), int(network.places.remote[place])
    pieces = (int(row["billed_g"]) // count, count)
    costs: dict[int, int] = {}
    for node in ground.centres:
        prices = [
            journey_cost(terms, carrier, int(terms.zone[carrier, node, place]), day, remote, pieces)
            for carrier in range(len(network.carriers.mode))
            if terms.zone[carrier, node, place] >= 0
            and terms.lane_of[carrier, node] >= 0
            and network.promises.carriers[int(row["service"]), carrier]
            and (network.carriers.mode[carrier] == Mode.PALLET) == (row["carton"] < 0)
        ]
        if prices:
            costs[int(node)] = min(prices)
    return costs

"""Orders of a log as columns: replayed at their own instants instead of drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstbest.store.compile_packs import units_of
from firstbest.store.compile_plan import Plan, code, micros
from firstbest.world.nature import Log
from firstbest.world.network import I32, I64, U64
from firstbest.world.ties import text_hashes
from firstbest.world.words import Service


def compile_log(plan: Plan) -> Log:
    """Orders sorted by (instant, hash of name), lines by number: [O], [M]; empty without an orders file.

    An order's first row gives its instant, customer, place and service. Orders without a customer get one of
    their own. With a scale below 1 an order stays if the hash of its name falls below that share.
    """
    frame = plan.workspace.frame("orders")
    order, kept = _ordered(plan)
    if not len(kept):
        return _nothing()
    rows = np.flatnonzero(order >= 0)
    rows = rows[np.lexsort((frame.numbers("line")[rows], order[rows]))]
    orders = order[rows]
    starts = np.flatnonzero(np.diff(orders, prepend=-1))
    item = np.array([plan.items[each] for each in frame.texts("item")], np.int32)
    given = frame.numbers("price")
    own = plan.workspace.frame("items").numbers("price")[item]
    services = [int(Service[frame.texts("service")[row].upper()]) for row in kept.tolist()]
    names = frame.texts("order")
    return Log(
        at_us=frame.whole("placed_at")[kept],
        order=np.arange(len(kept), dtype=np.int64),
        tie=text_hashes(tuple(names[row] for row in kept.tolist())),
        customer=_customers(frame.texts("customer"), kept),
        place=np.array([plan.places[frame.texts("place")[row]] for row in kept.tolist()], np.int32),
        service=np.array(services, np.int16),
        first_line=starts.astype(np.int64),
        lines=np.diff(starts, append=len(rows)).astype(np.int32),
        item=item[rows],
        quantity=frame.numbers("quantity")[rows].astype(np.int64) * _units(plan, item)[rows],
        price=micros(np.where(np.isnan(given), own, given))[rows],
    )


def _units(plan: Plan, item: I32) -> I64:
    """Units of the level in which each row is told: [rows]."""
    told = np.array(plan.workspace.frame("orders").texts("level"))
    units = np.ones(len(told), np.int64)
    for level in ("case", "pallet"):
        mine = told == level
        units[mine] = units_of(plan, level)[item[mine]]
    return units


def order_names(plan: Plan) -> tuple[str, ...]:
    """Names of the log's orders by code: [O]."""
    names = plan.workspace.frame("orders").texts("order")
    return tuple(names[row] for row in _ordered(plan)[1].tolist())


def order_ties(plan: Plan) -> U64:
    """Hashes of the names of the log's orders by code: [O]."""
    return text_hashes(order_names(plan))


def _ordered(plan: Plan) -> tuple[I64, I64]:
    """Code of each row's order, -1 where the order is left out: [rows]; first row of each order by code: [O]."""
    frame = plan.workspace.frame("orders")
    seen = code(frame.texts("order"))
    raw = np.fromiter((seen[each] for each in frame.texts("order")), np.int64, len(frame))
    first = np.full(len(seen), len(frame), np.int64)
    np.minimum.at(first, raw, np.arange(len(frame)))
    ties = text_hashes(seen)
    within = _within(plan, frame.whole("placed_at")[first])
    stays = within & ((ties >> np.uint64(11)).astype(np.float64) < plan.scale * 2.0**53)
    sequence = np.lexsort((ties, frame.whole("placed_at")[first]))
    sequence = sequence[stays[sequence]]
    codes = np.full(len(seen), -1, np.int64)
    codes[sequence] = np.arange(len(sequence))
    return codes[raw], first[sequence]


def _within(plan: Plan, at: I64) -> NDArray[np.bool_]:
    """Whether instants fall into the rehearsed days."""
    start, end = (plan.instant(0, plan.workspace.start_day + days, 0) for days in (0, plan.days))
    found: NDArray[np.bool_] = (at >= start) & (at < end)
    return found


def _customers(names: tuple[str, ...], kept: I64) -> I64:
    """Dense codes of customers by order: [O]."""
    keys: list[Any] = [names[row] or row for row in kept.tolist()]
    codes = {key: index for index, key in enumerate(dict.fromkeys(keys))}
    return np.array([codes[key] for key in keys], np.int64)


def _nothing() -> Log:
    long, short = np.zeros(0, np.int64), np.zeros(0, np.int32)
    return Log(long, long, np.zeros(0, np.uint64), long, short, np.zeros(0, np.int16), long, short, short, long, long)

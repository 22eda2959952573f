"""Sellers that begin: listed in sellers.csv with no orders, their items in items.csv, until a change opens them."""

from __future__ import annotations

from typing import Any, Final, Protocol

from firstbest.store.changes_draft import Draft
from firstbest.store.changes_read import Operation
from firstbest.store.faults import nearest, shown

_LINES: Final = [1.0]


class Phase(Protocol):
    """The time whose files are written: local minutes since the epoch."""

    @property
    def start(self) -> int:
        """Of the rehearsal."""

    @property
    def end(self) -> int:
        """Of the rehearsal."""


def open_seller(operation: Operation, draft: Draft, phase: Phase) -> None:
    """A seller's orders come on top of those that are there; his goods lie in a building from the first day."""
    if (operation.begins or phase.start) > phase.start or (operation.ends or phase.end) < phase.end:
        draft.fault(operation.place("from"), "no 'from' or 'until': a seller begins at the start", "a part of the time")
        return
    row = draft.row("sellers", operation["seller"], operation.place("seller"))
    nodes = draft.column("nodes", "node")
    if operation["node"] not in nodes:
        found = shown(operation["node"]) + nearest(operation["node"], nodes)
        draft.fault(operation.place("node"), "a node of nodes.csv", found)
    elif row >= 0 and _number(draft.cell("sellers", row, "order_percent")) > 0:
        expected = "a seller of sellers.csv with an order_percent of 0"
        draft.fault(operation.place("seller"), expected, draft.cell("sellers", row, "order_percent"))
    elif row >= 0:
        _raise_orders(operation, draft, row)
        _lay_in(operation, draft)


def _raise_orders(operation: Operation, draft: Draft, row: int) -> None:
    """Orders a day, customers in proportion, and each seller's share of them."""
    given = draft.tree("demand", "orders")
    before, more = _number(given.get("orders_per_day")), float(operation["orders_per_day"])
    place = operation.place("orders_per_day")
    customers = _number(given.get("customers"))
    for key, value in (
        ("orders_per_day", round(before + more, 6)),
        ("customers", round(customers * (before + more) / before) if before else customers),
    ):
        draft.set_key("demand", ("orders", key), value, (place, place))
    percents = [_number(each) for each in draft.column("sellers", "order_percent")]
    whole = sum(percents) or 1.0
    shared = [each / whole * before for each in percents]
    shared[row] = more
    for number, orders in enumerate(shared):
        draft.write("sellers", number, "order_percent", f"{100 * orders / (before + more):.9g}")


def _lay_in(operation: Operation, draft: Draft) -> None:
    """Stock of each of the seller's items: days of its mean demand, one unit at least."""
    items, shares = draft.column("items", "item"), draft.column("items", "share")
    own = [n for n, seller in enumerate(draft.column("items", "seller")) if seller == operation["seller"]]
    whole = sum(_number(shares[n]) for n in own)
    if not whole:
        draft.fault(operation.place("seller"), "items of the seller with a share", "none")
        return
    shape = draft.tree("demand", "shape")
    units = operation["orders_per_day"] * _mean(shape.get("lines", _LINES)) * _mean(shape.get("units", _LINES))
    for n in own:
        quantity = max(round(_number(shares[n]) / whole * units * operation["cover_days"]), 1)
        cells = {"item": items[n], "node": operation["node"], "quantity": quantity}
        draft.add("stock", cells, operation.place("cover_days"), {})


def _mean(parts: Any) -> float:
    """The mean of 1, 2, 3 ... by their parts."""
    weights = [float(each) for each in parts]
    return sum(n * part for n, part in enumerate(weights, start=1)) / sum(weights)


def _number(cell: Any) -> float:
    """A cell as a number; a fault of its own file where it is none, so 0 here."""
    try:
        return float(cell)
    except (TypeError, ValueError):
        return 0.0

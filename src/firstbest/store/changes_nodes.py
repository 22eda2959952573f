"""Nodes that open and close: their rows, their people, their opening stock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final, Protocol

from firstbest.store.changes_draft import Draft
from firstbest.store.changes_read import Operation
from firstbest.store.changes_words import PREPARE_DAYS
from firstbest.store.faults import nearest, shown

MINUTES_DAY: Final = 1_440
_EPOCH: Final = date(1970, 1, 1)
_CLOSING: Final = ("storage", "fulfilment", "station")
_NEEDED: Final = {"storage": ("receive", "load"), "fulfilment": ("receive", "pick", "pack", "load")}
_RULES: Final = ("from_node", "cover_days", "demand_percent", "share_percent")


class Phase(Protocol):
    """The time whose files are written: local minutes since the epoch."""

    @property
    def at(self) -> int:
        """Of the phase."""

    @property
    def start(self) -> int:
        """Of the rehearsal."""


def prepared(operation: Operation) -> int:
    """The local minute from which a node that opens is got ready."""
    return (operation.begins or 0) - PREPARE_DAYS * MINUTES_DAY


def opens_later(operation: Operation, start: int) -> bool:
    """Whether an operation begins after the start."""
    return operation.begins is not None and operation.begins > start


def open_node(operation: Operation, draft: Draft, phase: Phase) -> None:
    """A row of nodes.csv with its shifts, vans and people; before it is got ready it has no people."""
    node, columns = operation["node"], operation.tables["columns"]
    later = opens_later(operation, phase.start)
    for name in ("opens", "closes"):
        if name in columns:
            draft.fault(operation.place(f"columns.{name}"), "'from' and 'until' of the operation instead", name)
    cells = {"node": node, **{name: value for name, value in columns.items() if name not in ("opens", "closes")}}
    if later:
        cells["opens"] = _day(operation, draft, "from", operation.begins)
    if operation.ends is not None:
        cells["closes"] = _day(operation, draft, "until", operation.ends)
    where = {name: operation.place(f"columns.{name}") for name in columns}
    draft.add("nodes", cells, operation.place(), {"node": operation.place("node"), **where})
    for table in ("shifts", "fleet"):
        given = operation.tables[table]
        if given:
            named = {name: operation.place(f"{table}.{name}") for name in given}
            draft.add(table, {"node": node, **given}, operation.place(table), named)
    for n, given in enumerate(operation.lists["labour"]):
        hands = {"node": node, **given}
        if later and phase.at < prepared(operation):
            hands["heads"] = 0
            hands["temps_max"] = 0
        named = {name: operation.place(f"labour.{n}.{name}") for name in given}
        draft.add("labour", hands, operation.place(f"labour.{n}"), named)
    worked = {given.get("process") for given in operation.lists["labour"]}
    missing = [each for each in _NEEDED.get(str(columns.get("kind")), ()) if each not in worked]
    if missing:
        expected = f"people for {', '.join(missing)} (a {columns['kind']} without them moves no goods)"
        draft.fault(operation.place("labour"), expected, "none")
    if operation.tables["opening_stock"]:
        _fill(operation, draft, later=later)


def close_node(operation: Operation, draft: Draft, phase: Phase) -> None:
    """The last day of a node. A station's places go back to the carriers; closed from the start, its stock moves."""
    row = draft.row("nodes", operation["node"], operation.place("node"))
    if row < 0:
        return
    kind = draft.cell("nodes", row, "kind")
    if kind not in _CLOSING:
        expected = f"a node of kind {', '.join(_CLOSING)} (of others, set the share of their lanes to 0)"
        draft.fault(operation.place("node"), expected, kind)
        return
    if operation.ends is not None:
        draft.fault(operation.place("until"), "no 'until': a node that closes stays closed", "one")
    later = opens_later(operation, phase.start)
    # A day before the start, so that it is closed at the first instant in every time zone.
    first = operation.begins if later else phase.start - MINUTES_DAY
    draft.put(
        "nodes", row, {"closes": _day(operation, draft, "from", first)}, {"closes": operation.place("from")}
    )  # fmt: skip
    if kind == "station" and (not later or phase.at >= (operation.begins or 0)):
        for place, station in enumerate(draft.column("places", "station")):
            if station == operation["node"]:
                draft.write("places", place, "station", "")
    if not later:
        _hand_over(operation, draft, operation["stock_to"] or draft.cell("nodes", row, "fed_by"))


def _day(operation: Operation, draft: Draft, key: str, minute: int | None) -> str:
    """A date as a cell; a fault where the instant is no midnight."""
    assert minute is not None
    if minute % MINUTES_DAY:
        draft.fault(operation.place(key), "a midnight: nodes open and close with the day", "a time of day")
    return (_EPOCH + timedelta(days=minute // MINUTES_DAY)).isoformat()


def _hand_over(operation: Operation, draft: Draft, to: str) -> None:
    """Opening stock of a node that is closed from the start goes to another, right or wrong."""
    rows = [row for row, node in enumerate(draft.column("stock", "node")) if node == operation["node"]]
    if not to or not rows:
        return
    if to not in draft.column("nodes", "node"):
        found = shown(to) + nearest(to, draft.column("nodes", "node"))
        draft.fault(operation.place("stock_to"), "a node of nodes.csv", found)
        return
    items = draft.column("stock", "item")
    held = {items[row]: row for row, node in enumerate(draft.column("stock", "node")) if node == to}
    for row in rows:
        cells = {name: _whole(draft.cell("stock", row, name)) for name in ("quantity", "wrong")}
        for name in cells:
            draft.write("stock", row, name, "0")
        if items[row] in held:
            for name, moved in cells.items():
                there = _whole(draft.cell("stock", held[items[row]], name))
                draft.write("stock", held[items[row]], name, str(there + moved))
        else:
            draft.add("stock", {"item": items[row], "node": to, **cells}, operation.place(), {})


def _fill(operation: Operation, draft: Draft, *, later: bool) -> None:
    """Stock rows of a new node, taken from another node's; the total stays."""
    rule, place = operation.tables["opening_stock"], operation.place("opening_stock")
    unknown = [name for name in rule if name not in _RULES]
    numbers = {name: rule[name] for name in _RULES[1:] if name in rule}
    if later:
        draft.fault(place, "no rule: only a node that is open from the start has opening stock", "a rule")
    elif unknown:
        draft.fault(place, f"one of {', '.join(_RULES)}", shown(unknown[0]) + nearest(unknown[0], _RULES))
    elif rule.get("from_node") not in draft.column("nodes", "node"):
        known = draft.column("nodes", "node")
        found = str(rule.get("from_node", ""))
        draft.fault(place, "from_node: a node of nodes.csv", shown(found) + nearest(found, known))
    elif ("cover_days" in rule) == ("share_percent" in rule):
        draft.fault(place, "either cover_days or share_percent", "both or none")
    elif not all(_is_share(name, value) for name, value in numbers.items()):
        draft.fault(place, "numbers above 0, percents of 100 at most", str(numbers))
    else:
        _move(operation, draft, rule)


def _is_share(name: str, value: Any) -> bool:
    most = 100 if name.endswith("percent") else 1_000
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most


def _move(operation: Operation, draft: Draft, rule: Mapping[str, Any]) -> None:
    items, nodes = draft.column("stock", "item"), draft.column("stock", "node")
    rates = daily_units(draft) if "cover_days" in rule else {}
    moved_any = False
    for row in [row for row, node in enumerate(nodes) if node == rule["from_node"]]:
        there, wrong = (_whole(draft.cell("stock", row, name)) for name in ("quantity", "wrong"))
        if "share_percent" in rule:
            wanted = int(there * rule["share_percent"] / 100)
        else:
            days = rule["cover_days"] * rule.get("demand_percent", 100) / 100
            wanted = math.ceil(rates.get(items[row], 0.0) * days)
        # What is truly there can be moved, and no more.
        moved = min(wanted, there + min(wrong, 0))
        if moved > 0:
            moved_any = True
            draft.write("stock", row, "quantity", str(there - moved))
            cells = {"item": items[row], "node": operation["node"], "quantity": moved}
            draft.add("stock", cells, operation.place("opening_stock"), {})
    if not moved_any:
        draft.fault(operation.place("opening_stock"), "stock to move", f"none at '{rule['from_node']}'")


def daily_units(draft: Draft) -> dict[str, float]:
    """Units a day by item, mean of the year, as demand.toml, sellers.csv and items.csv have it."""
    orders, shape = (draft.tree("demand", each) for each in ("orders", "shape"))
    units = float(orders.get("orders_per_day", 0)) * _mean(shape.get("lines")) * _mean(shape.get("units"))
    asked = {
        name: _real(percent)
        for name, percent in zip(
            draft.column("sellers", "seller"), draft.column("sellers", "order_percent"), strict=True
        )
    }
    total = sum(asked.values()) or 1.0
    sellers, names = draft.column("items", "seller"), draft.column("items", "item")
    shares = [_real(draft.cell("items", row, "share")) for row in draft.rows("items")]
    sold: dict[str, float] = {}
    for seller, share in zip(sellers, shares, strict=True):
        sold[seller] = sold.get(seller, 0.0) + share
    return {
        name: units * asked.get(seller, 0.0) / total * share / (sold[seller] or 1.0)
        for name, seller, share in zip(names, sellers, shares, strict=True)
    }


def _mean(shares: Any) -> float:
    """Mean of 1, 2, 3 ... by their shares."""
    given = [float(each) for each in shares] if isinstance(shares, list) else [1.0]
    return sum(n * share for n, share in enumerate(given, start=1)) / (sum(given) or 1.0)


def _real(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _whole(text: str) -> int:
    return int(_real(text))

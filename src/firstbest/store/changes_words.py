"""The kinds of operation that a change file may hold: a declaration, from which files are read and docs are checked.

A change file (changes/NAME.toml) has a `title`, a `note` and operations in order. Every operation has a `kind`; it may
have `from` and `until` (local to the workspace; absent: from the start, to the end) and a `one_off_cost`.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from firstbest.store.schema_words import (
    PROCESSES,
    SERVICES,
    Column,
    Type,
    choice,
    integer,
    money,
    number,
    of,
    text,
)

PREPARE_DAYS: Final = 30
"""Before a node that opens later takes orders, its people are hired and its lanes run: for the same 30 days in which
replenishment may send goods to it (decide.replenish.is_open). Its building is paid from the first day it is open."""


class OperationKind(NamedTuple):
    """A kind of operation: its keys, its tables (`[operation.NAME]`) and lists (`[[operation.NAME]]`)."""

    name: str
    note: str
    keys: tuple[Column, ...]
    tables: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    free: tuple[str, ...] = ()  # keys whose values are typed by what they are written into


SHARED: Final = (
    of("from", Type.MOMENT, "local instant from which it holds; absent: from the start", ""),
    of("until", Type.MOMENT, "local instant at which it ends; absent: it stays", ""),
    money("one_off_cost", "paid once, for payback", 0),
)
_NODE: Final = text("node", "which building", refers="nodes.node")

KINDS: Final[dict[str, OperationKind]] = {
    kind.name: kind
    for kind in (
        OperationKind(
            "open_node",
            "A new node, its people and its stock.",
            (text("node", "short name of the new node"),),
            ("columns", "shifts", "fleet", "opening_stock"),
            ("labour",),
        ),
        OperationKind(
            "close_node",
            "A storage, fulfilment centre or delivery station closes.",
            (_NODE, text("stock_to", "who takes its opening stock; empty: the node that feeds it", "")),
        ),
        OperationKind(
            "resize_node",
            "More or less space, stations and people.",
            (_NODE, number("percent", "of floor, storage, yearly cost and packing stations as they are", "", 1, 1_000)),
            ("columns",),
            ("labour",),
        ),
        OperationKind(
            "open_seller",
            "A seller begins: one of sellers.csv that has no orders yet.",
            (
                text("seller", "which", refers="sellers.seller"),
                number("orders_per_day", "the seller's own, on top of the others", low=0.01, high=10**7),
                text("node", "where the first goods lie", refers="nodes.node"),
                number("cover_days", "of the seller's demand, in stock on the first day", 60, high=400),
            ),
        ),
        OperationKind(
            "add_row",
            "A new row of carriers.csv, cartons.csv, suppliers.csv or a price list.",
            (text("file", "name of the file without its ending, or carrier_rates/NAME"),),
            ("columns",),
        ),
        OperationKind(
            "add_lane", "A new row of lanes.csv.", (text("lane", "short name of the new lane"),), ("columns",)
        ),
        OperationKind(
            "retime_lane",
            "Other departures, transit or vehicles.",
            (
                text("lane", "which lane", refers="lanes.lane"),
                text("departures", "as in lanes.csv", ""),
                number("transit_days", "door to door, as believed", "", high=365),
                integer("vehicles", "most that leave at one departure", "", low=1, high=1_000),
                number("thin_percent", "leaves only if this full", "", high=100),
            ),
        ),
        OperationKind(
            "set",
            "Any cell of a CSV file, or any key of nature.toml or demand.toml.",
            (
                text("file", "name of the file without its ending, or carrier_rates/NAME"),
                text("column", "column, or key of the section"),
            ),
            free=("key", "value"),
        ),
        OperationKind(
            "policy", "A choice of policies.toml.", (text("key", "section.key, as in policies.toml"),), free=("value",)
        ),
        OperationKind(
            "promise",
            "What a service promises.",
            (
                choice("service", SERVICES, "which"),
                integer("pad_days", "added to the carrier's transit", "", high=15),
                integer("low_days", "soonest day promised", "", high=15),
                integer("high_days", "latest day the service asks for", "", high=15),
            ),
        ),
        OperationKind(
            "price",
            "A carrier's prices, or the price of an item or of all items of a seller.",
            (
                text("carrier", "whose price list", ""),
                text("item", "of items.csv", ""),
                text("seller", "all items of the seller", ""),
                integer("zone", "only this zone of the carrier", "", high=8),
                number("percent", "dearer; below 0: cheaper", "", low=-90, high=900),
                money("value", "the item's new price", ""),
            ),
        ),
        OperationKind(
            "fleet",
            "Own vans of a delivery station.",
            (_NODE, integer("add_vans", "more vans; below 0: fewer", 0, low=-100_000, high=100_000)),
            ("columns",),
        ),
        OperationKind(
            "roster",
            "People of a building and process.",
            (
                _NODE,
                choice("process", PROCESSES, "work"),
                integer("add_heads", "more permanent heads; below 0: fewer", 0, low=-100_000, high=100_000),
                integer("add_temps", "more temporary heads at most; below 0: fewer", 0, low=-100_000, high=100_000),
            ),
            ("columns",),
        ),
        OperationKind(
            "demand",
            "Orders of the days between `from` and `until` are multiplied. The firm does not know it beforehand.",
            (number("factor", "of the day's orders", low=0, high=100),),
        ),
        OperationKind(
            "shock",
            "Another size of a shock of demand.toml or nature.toml, or whether it happens.",
            (
                text("name", "of the surge, boost, delay, snow, breakdown or late period"),
                text("on", "yes or no", ""),
                number("factor", "surge, boost: of the orders", "", high=1_000),
                number("days", "delay: longer", "", high=365),
                number("hours", "breakdown: how long", "", high=2_000),
            ),
        ),
    )
}
"""Every kind by its name."""

LATER: Final[dict[str, frozenset[str]]] = {
    "nodes": frozenset(
        {
            "rank", "floor_ft2", "building_cost_ft2_year", "building_cost_year", "system_cost_order", "storage_m3",
            "fed_by", "cut_off", "pick_up", "carbon_g_parcel",
        }
    ),
    "labour": frozenset(
        {"heads", "temps_max", "wage_hour", "overtime_percent", "temp_percent", "start_percent", "ramp_weeks",
         "cross_trained_percent"}
    ),
    "shifts": frozenset(
        {
            "overtime_hours_max", "contract_hours_week", "absence_percent", "turnover_percent_year",
            "sustainable_hours_week",
        }
    ),
    "fleet": frozenset(
        {
            "vans", "stops_max", "cost_van_day", "cost_hour", "shift_hours", "station_cost_parcel", "carbon_g_km",
        }
    ),
    "lanes": frozenset(
        {
            "capacity_m3", "capacity_kg", "vehicles", "thin_percent", "cost_vehicle", "cost_distance", "cost_least",
            "cost_kg", "carbon_g_tkm", "share", "departures",
        }
    ),
    "carriers": frozenset(
        {
            "divisor_cm3_kg", "step", "fuel_percent", "residential", "remote", "weight_kg_max", "weight_kg_min",
            "services", "pick_up", "pick_up_days", "carbon_g_tkm", "carbon_g_drop",
        }
    ),
    "items": frozenset({"cost", "duty_percent", "lot_units", "class"}),
    "cartons": frozenset({"cost"}),
}  # fmt: skip
"""Columns that may change during a rehearsal: decisions alone read them. What the physics is made of (rates of work,
shifts, transit times, what items weigh or sell for) holds from the start or not at all. Price lists and policies.toml
may change whenever they like."""

SETTABLE: Final = (
    "nodes", "places", "zones", "items", "packs", "kits", "cartons", "sellers", "suppliers", "carriers", "lanes",
    "labour", "shifts", "fleet", "stock",
)  # fmt: skip
"""CSV files whose cells `set` may write."""

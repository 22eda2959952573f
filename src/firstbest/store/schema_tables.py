"""The CSV files of a workspace."""

from __future__ import annotations

from typing import Final

from firstbest.store.schema_slots import SLOTS
from firstbest.store.schema_words import (
    CARRIER_MODES,
    KINDS,
    LANE_MODES,
    LINE_UNITS_MAX,
    PROCESSES,
    SERVICES,
    ZONES,
    Column,
    Table,
    Type,
    choice,
    integer,
    money,
    number,
    of,
    percent,
    text,
)

_WHERE: Final = (
    number("latitude", "degrees, north positive", low=-90, high=90),
    number("longitude", "degrees, east positive", low=-180, high=180),
    of("time_zone", Type.TIME_ZONE, "local time here"),
)

NODES: Final = Table(
    "nodes",
    "Buildings and points of hand-over.",
    ("node",),
    (
        text("node", "short name, used everywhere"),
        choice("kind", KINDS, "what it is for"),
        text("city", "where it stands", ""),
        text("region", "state or country", ""),
        *_WHERE,
        integer("rank", "order of preference when all else is equal; empty: the order of this file", ""),
        number("floor_ft2", "floor space, square feet", 0),
        money("building_cost_ft2_year", "rent, tax, power, insurance for a square foot a year", 0),
        money("building_cost_year", "added to the cost by floor space", 0),
        money("system_cost_order", "systems and other, an order", 0),
        number("storage_m3", "space that stock can use", 0),
        text("fed_by", "node that replenishes this one; empty: the suppliers do", "", refers="nodes.node"),
        of("opens", Type.DATE, "first day it takes orders; empty: always open", ""),
        of("closes", Type.DATE, "day from which it takes no more orders; empty: never closes", ""),
        of("work_days", Type.WEEKDAYS, "days on which the building works", "Mon-Sat"),
        of("cut_off", Type.CLOCK, "last order that may leave the same day, local", "14:00"),
        of("pick_up", Type.CLOCK, "when carriers collect, local, unless the carrier says otherwise", "18:00"),
        number("carbon_g_parcel", "building and carton, g CO2e a parcel", 0),
    ),
)

PLACES: Final = Table(
    "places",
    "Where customers are.",
    ("place",),
    (
        text("place", "short name: a postal area"),
        number("weight", "share of demand in any unit, for example its population"),
        *_WHERE,
        of("remote", Type.YES_NO, "whether carriers ask the remote surcharge", "no"),
        number("land_km2", "area, for the density of delivery routes", 100),
        text("region", "area that shares its weather", ""),
        text("station", "own delivery station that serves it; empty: none", "", refers="nodes.node"),
    ),
)

ZONES_TABLE: Final = Table(
    "zones",
    "Zones that differ from the rule by distance in firstbest.toml.",
    ("carrier", "node", "place"),
    (
        text("carrier", "carrier; empty: all that go by zone", "", refers="carriers.carrier"),
        text("node", "from", refers="nodes.node"),
        text("place", "to", refers="places.place"),
        integer("zone", "zone, -1: not served", low=-1, high=ZONES - 1),
    ),
    required=False,
)

ITEMS: Final = Table(
    "items",
    "What is sold.",
    ("item",),
    (
        text("item", "short name"),
        text("name", "what it is", ""),
        text("seller", "who owns the stock", refers="sellers.seller"),
        number("weight_kg", "one unit", low=0.001, high=5_000),
        number("volume_l", "one unit, litres", low=0.001, high=50_000),
        number("longest_cm", "longest side; empty: that of a cube", "", high=2_000),
        number("inbound_volume_l", "space a unit takes on its way in; empty: from packs.csv, else 1.25 x volume_l", ""),
        money("price", "one unit to the customer"),
        money("cost", "one unit from the supplier, before freight and duty"),
        percent("duty_percent", "of cost", 0, high=1_000),
        text("supplier", "who makes it", refers="suppliers.supplier"),
        number("lead_days", "order to ready at the supplier; empty: the supplier's", ""),
        integer("lot_units", "orders to the supplier are multiples of this", 1, low=1),
        Column("class", Type.CHOICE, "A, B or C; empty: from share x price", "", choices=("A", "B", "C")),
        percent("return_percent", "of units shipped", 0),
        integer("shelf_life_days", "from production; 0: it keeps", 0, high=3_650),
        Column("slot", Type.CHOICE, "where it stands: fast, medium or slow; empty: drawn", "", choices=SLOTS),
        number("share", "share of its seller's lines, any unit", 1),
    ),
)

OFFERS: Final = Table(
    "offers",
    "Items that are offers of one product: two or more, each item in one row at most.",
    ("item",),
    (
        text("product", "what customers want, whoever sells it"),
        text("item", "a seller's offer of it", refers="items.item"),
        money("delivery_charge", "what a customer pays beside the price, a unit", 0),
    ),
    required=False,
)

PACKS: Final = Table(
    "packs",
    "Levels above one unit: inner, case, pallet.",
    ("item", "level"),
    (
        text("item", "of", refers="items.item"),
        choice("level", ("inner", "case", "pallet"), "which"),
        integer("quantity", "units in it", low=1),
        number("weight_kg", "filled", low=0.001),
        number("volume_l", "filled, outside", low=0.001),
        text("gtin", "trade item number", ""),
    ),
    required=False,
)

CARTONS: Final = Table(
    "cartons",
    "Boxes for parcels.",
    ("carton",),
    (
        text("carton", "short name"),
        number("inner_l", "space inside, litres", low=0.01),
        number("outer_l", "space it takes on a vehicle, litres", low=0.01),
        number("longest_cm", "longest thing that fits", low=1),
        number("tare_kg", "empty, with filling", 0.1),
        money("cost", "carton, filling and label"),
    ),
)

SELLERS: Final = Table(
    "sellers",
    "Tenants. The first row is the owner.",
    ("seller",),
    (
        text("seller", "short name"),
        text("name", "full name", ""),
        percent("order_percent", "share of orders"),
        of("waiting", Type.YES_NO, "planned for, and comes only if it pays, where customers answer", "no"),
    ),
)

SUPPLIERS: Final = Table(
    "suppliers",
    "Makers; each is a node of kind supplier.",
    ("supplier",),
    (
        text("supplier", "its node", refers="nodes.node"),
        number("lead_days", "order to ready for the first lane", high=730),
    ),
)

CARRIERS: Final = Table(
    "carriers",
    "Ways to the customer's door. Prices by weight and zone are in carrier_rates/.",
    ("carrier",),
    (
        text("carrier", "short name; its prices are in carrier_rates/NAME.csv"),
        choice("mode", CARRIER_MODES, "how it moves; own vans have no price list"),
        number(
            "divisor_cm3_kg", "dimensional weight: volume / divisor; 139 cubic inches a pound are 5,022", 5_000, low=500
        ),
        choice("step_unit", ("lb", "kg"), "unit of weight of its price list", "kg"),
        number("step", "billed weight is rounded up to multiples of this, in step_unit", 1, low=0.001),
        percent("fuel_percent", "added to the price", 0),
        money("residential", "added for a home, a carton", 0),
        money("remote", "added at remote places, a carton", 0),
        number("weight_kg_max", "heaviest carton", 30, low=0.001),
        number("weight_kg_min", "lightest shipment taken (pallets)", 0),
        *(
            integer(
                f"transit_zone_{zone}", f"business days to the door in zone {zone}; empty: zone not served", "", high=15
            )
            for zone in range(ZONES)
        ),
        of("pick_up", Type.CLOCK, "when it collects, local; empty: the node's", ""),
        of("pick_up_days", Type.WEEKDAYS, "days on which it collects", "Mon-Fri"),
        of("delivery_days", Type.WEEKDAYS, "its business days", "Mon-Fri"),
        Column(
            "services",
            Type.CHOICES,
            "services that may be promised with it",
            "standard member economy",
            choices=SERVICES,
        ),
        Column("nodes", Type.NAMES, "nodes it collects from; empty: all fulfilment centres", "", refers="nodes.node"),
        Column("stations", Type.NAMES, "own vans: stations they leave from; empty: all", "", refers="nodes.node"),
        number("carbon_g_tkm", "g CO2e a tonne-kilometre, well to wheel", 0),
        number("carbon_g_drop", "g CO2e for the last stretch, a parcel", 0),
    ),
)

RATES: Final = Table(
    "carrier_rates/*",
    "Price list of one carrier; between two weights the price goes straight, beyond the last with the last slope.",
    ("weight",),
    (
        number("weight", "billed weight, in the carrier's step_unit", low=0.001),
        *(
            money(f"zone_{zone}", f"a carton to zone {zone}; empty in all rows: zone not served", "")
            for zone in range(ZONES)
        ),
    ),
)

LANES: Final = Table(
    "lanes",
    "Scheduled movements between nodes. Pick-ups by carriers are made from carriers.csv.",
    ("lane",),
    (
        text("lane", "short name"),
        text("origin", "from", refers="nodes.node"),
        text("destination", "to", refers="nodes.node"),
        choice("mode", LANE_MODES, "how it moves"),
        number("capacity_m3", "one vehicle", low=0.1),
        number("capacity_kg", "one vehicle", low=1),
        integer("vehicles", "most that leave at one departure", 1, low=1, high=1_000),
        percent("thin_percent", "leaves only if this full, or if something on it is urgent", 0),
        money("cost_vehicle", "one vehicle", 0),
        money("cost_distance", "one vehicle and unit of distance (firstbest.toml), added", 0),
        money("cost_least", "one vehicle costs this at least", 0),
        money("cost_kg", "a kilogram (part loads, air)", 0),
        number("transit_days", "door to door, as believed", high=365),
        number("distance", "in the unit of firstbest.toml; empty: great circle x 1.2", "", high=50_000),
        number("carbon_g_tkm", "g CO2e a tonne-kilometre, well to wheel", 0),
        number("share", "share of the goods, where several lanes lead from the origin to the same end, any unit", 100),
        of("departures", Type.DEPARTURES, "local time of the origin"),
        text("next_lane", "lane that carries on from the destination; empty: ends there", "", refers="lanes.lane"),
    ),
    required=False,
)

LABOUR: Final = Table(
    "labour",
    "People by building and process. No row: the process is not in the building.",
    ("node", "process"),
    (
        text("node", "building", refers="nodes.node"),
        choice("process", PROCESSES, "work"),
        integer("heads", "permanent contracts", high=100_000),
        integer("stations", "most hands at once; empty: no limit", "", low=1, high=100_000),
        number(
            "units_hour", "lines (receive, pick), shipments (pack) or cartons (load) an hour of a productive head", 0
        ),
        number("single_hour", "pack: one-unit shipments an hour; empty: as units_hour", ""),
        number("extra_unit_s", "each unit of a line beyond the first, seconds", 0),
        percent("productive_percent", "of paid time", 83),
        money("wage_hour", "a paid hour with all burden"),
        percent("overtime_percent", "price of an overtime hour, of wage_hour", 150, high=1_000),
        percent("temp_percent", "price of a temporary hour, of wage_hour", 130, high=1_000),
        percent("temp_speed_percent", "speed of a temporary head that has learned", 80, high=200),
        integer("temps_max", "most temporary heads", 0, high=100_000),
        percent("start_percent", "of the standard rate, a new head on its first day; as believed", 100),
        number("ramp_weeks", "weeks of five days at work to the standard rate, as believed; 0: at once", 0, high=104),
        percent("cross_trained_percent", "pick: heads who can pack too; pack: who can pick too", 0),
    ),
)

SHIFTS: Final = Table(
    "shifts",
    "Working time by building.",
    ("node",),
    (
        text("node", "building", refers="nodes.node"),
        of("shift_1_start", Type.CLOCK, "local", "07:00"),
        number("shift_1_hours", "paid", 8, high=14),
        of("shift_2_start", Type.CLOCK, "local; every shift ends by midnight", "15:00"),
        number("shift_2_hours", "paid; 0: one shift", 0, high=14),
        number("overtime_hours_max", "a head and day", 2, high=8),
        number("contract_hours_week", "a permanent head", 40, high=80),
        percent("absence_percent", "planned with; the true share stands in nature.toml", 7),
        percent("indirect_percent", "indirect and supervision hours, of direct hours", 35, high=300),
        percent("turnover_percent_year", "contracts that change hands in a year, as believed", 0, high=1_000),
        number("sustainable_hours_week", "hours of a head beyond these in a week are counted; 0: none", 48, high=168),
    ),
)

FLEET: Final = Table(
    "fleet",
    "Own vans by delivery station.",
    ("node",),
    (
        text("node", "station", refers="nodes.node"),
        integer("vans", "vans", high=100_000),
        integer("stops_max", "a route", 180, low=1, high=1_000),
        money("cost_van_day", "a van that goes out"),
        money("cost_hour", "driver and running, a hour on the road"),
        number("stop_min", "minutes at a stop", 2.2, high=120),
        number("speed_hour", "units of distance (firstbest.toml) an hour between stops", 22, low=1, high=200),
        number("area_km2", "served"),
        number("shift_hours", "longest route", 9.5, low=1, high=16),
        money("station_cost_parcel", "sort and building, a parcel", 0),
        number("carbon_g_km", "g CO2e a kilometre", 280),
    ),
    required=False,
)

CALENDARS: Final = Table(
    "calendars",
    "Days that are not like others.",
    (),
    (
        of("date", Type.DATE, "first day"),
        of("until", Type.DATE, "last day, included; empty: the same day", ""),
        choice("what", ("holiday", "peak", "note"), "holiday: no work; peak: surcharge a carton; note: for the reader"),
        text("who", "a carrier, a node, 'carriers', 'nodes' or 'all'", "all"),
        money("amount", "peak: surcharge a carton", 0),
        text("note", "its name", ""),
    ),
    required=False,
)

STOCK: Final = Table(
    "stock",
    "Stock at the first instant.",
    ("item", "node"),
    (
        text("item", "of", refers="items.item"),
        text("node", "at", refers="nodes.node"),
        integer("quantity", "units by the book"),
        integer("wrong", "true minus book", 0, low=-(10**9)),
    ),
)

ORDERS: Final = Table(
    "orders",
    "Orders to replay instead of drawn demand; one row a line.",
    ("order", "line"),
    (
        text("order", "name of the order; its rows stand together or apart"),
        of("placed_at", Type.INSTANT, "when; the first row of the order counts"),
        text("customer", "name or number; empty: a customer of its own", ""),
        text("place", "to", refers="places.place"),
        choice("service", SERVICES, "asked for", "standard"),
        integer("line", "number within the order, from 0 or 1", low=0, high=4095),
        text("item", "what", refers="items.item"),
        integer("quantity", "units, or as many of the level", low=1, high=LINE_UNITS_MAX),
        money("price", "one unit; empty: the item's", ""),
        choice("level", ("each", "case", "pallet"), "in which the quantity is told, as packs.csv knows it", "each"),
    ),
    required=False,
)

ASSUMPTIONS: Final = Table(
    "assumptions",
    "Every default and filled value with its range and source.",
    ("file", "where", "field"),
    (
        text("file", "of the workspace"),
        text("where", "row key, section, or 'all'", "all"),
        text("field", "column or key"),
        text("value", "as filled", ""),
        text("low", "least plausible", ""),
        text("high", "most plausible", ""),
        text("unit", "of the value", ""),
        text("source", "where it comes from", ""),
        choice("mark", ("default", "filled", "measured", "own"), "what kind of value it is", "default"),
    ),
    required=False,
)

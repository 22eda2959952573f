"""The TOML files of a workspace."""

from __future__ import annotations

from typing import Final

from firstbest.store.schema_answers import ANSWER_SECTIONS
from firstbest.store.schema_returns import DETAIL_NATURE, DETAIL_RULES
from firstbest.store.schema_words import (
    MODES,
    PORTS,
    PROCESSES,
    SERVICES,
    Column,
    Section,
    Settings,
    Type,
    choice,
    integer,
    money,
    number,
    numbers,
    of,
    percent,
    text,
)

DAYS_MAX: Final = 1_100
"""Days of a rehearsal, of a log, and of the live calendar."""
FIRSTBEST: Final = Settings(
    "firstbest",
    "The workspace itself.",
    (
        Section(
            "workspace",
            "Name, money, time.",
            (
                text("name", "what the reports call it"),
                text("currency", "three letters", "USD"),
                of("time_zone", Type.TIME_ZONE, "of the firm: its day 0, its weeks", "UTC"),
                of("start", Type.DATE, "first local day"),
                integer("days", "length of a rehearsal", 365, low=1, high=DAYS_MAX),
                integer("seed", "of all draws", 1, high=2**53),
                choice("distance_unit", ("mile", "km"), "of every distance in these files", "mile"),
                text(
                    "banner", "printed on every comparison until actuals are compared", "not compared with any actuals"
                ),
                text("scale_note", "what a smaller scale distorts here", ""),
            ),
        ),
        Section(
            "live",
            "The running house: `firstbest serve`.",
            (
                text("host", "address it listens on", "127.0.0.1"),
                integer("port", "port it listens on", 8600, low=1, high=65_535),
                integer("days", "of the live calendar, from the day of its first start", 400, low=7, high=DAYS_MAX),
                number("gather_ms", "how long requests gather for one commit", 3, low=0, high=1_000),
                integer("tick_requests", "most requests in one commit", 500, low=1, high=10_000),
                integer(
                    "queue_requests",
                    "most requests that wait before clients are asked to come again",
                    4_000,
                    low=1,
                    high=10**6,
                ),
                of("private_webhooks", Type.YES_NO, "whether webhooks may go to addresses that are not public", "no"),
                integer("quote_minutes", "how long a quote holds", 10, low=1, high=1_440),
            ),
        ),
        Section(
            "zones",
            "Parcel zones by great-circle distance from node to place.",
            (
                integer("first_zone", "zone of the nearest band", 2, high=8),
                numbers("up_to", "outer edge of each band but the last", (0, 8), [150, 300, 600, 1000, 1400, 1800]),
            ),
        ),
        Section(
            "extension",
            "Code of other packages (docs/extending.md).",
            (
                text("name", "of the entry point; a meter's is the meter's own"),
                choice("port", PORTS, "what it takes the place of"),
                text("of", "tariff: of which carrier", ""),
                text("package", "where several packages have that name", ""),
                of("on", Type.YES_NO, "put in", "yes"),
            ),
            many=True,
        ),
    ),
)

POLICIES: Final = Settings(
    "policies",
    "Choices of the house, and what it promises.",
    (
        Section(
            "sourcing",
            "Which node sends an order.",
            (
                money("split_penalty", "added for each parcel beyond the first", 1.5),
                money("late_day_penalty", "for a day later than the service asks", 4),
                money("upgrade_most", "most paid to save a late shipment", 0),
                integer("capacity_days", "days ahead a ship day is looked for", 10, low=1, high=40),
            ),
        ),
        Section(
            "backorders",
            "What happens with lines for which there is no stock.",
            (integer("wait_days", "they wait so long, where the customer says nothing else; 0: refused", 0, high=365),),
        ),
        Section(
            "floor",
            "When work is released.",
            (
                integer("wave_minutes", "between waves; divides a day", 30, low=1, high=1_440),
                integer("floor_target_minutes", "packing work released ahead", 120, low=1, high=10_000),
                integer("release_ahead_days", "before the ship day", 1, high=30),
            ),
        ),
        Section(
            "replenishment",
            "What is bought and moved.",
            (
                integer("review_days", "between orders to suppliers", 7, low=1, high=90),
                integer("cover_storage_days", "stock cover of the network beyond the lead time", 45, low=1, high=400),
                integer("cover_node_days", "stock cover of a node that is fed by another", 14, low=1, high=400),
                number("safety_z", "standard deviations of demand over the lead time kept as safety", 1.65, high=6),
                integer("urgent_days", "a thin load leaves if something on it has waited this long", 2, low=0, high=60),
                of(
                    "opening_covers_lead",
                    Type.YES_NO,
                    "whether the first stock of a centre that buys from makers covers its lead time as well",
                    "no",
                ),
            ),
        ),
        Section(
            "offers",
            "Which offer of a product is featured, where offers.csv has some.",
            (
                integer("minutes", "between decisions; divides a day", 60, low=1, high=1_440),
                percent("day_percent", "of the landed price, what a promise one day sooner is worth", 0.57),
                percent("defect_percent", "of the landed price, for one defect more in 100 lines", 1),
                integer("trust_lines", "lines of everybody's record mixed into a seller's", 100, high=10**6),
            ),
        ),
        Section("counting", "Cycle counts.", (integer("counts_per_day", "by each node", 20, high=100_000),)),
        Section(
            "people",
            "Rosters.",
            (
                percent("staff_target_percent", "use of paid time planned for", 85),
                integer("lead_temp_days", "notice for temporary staff", 14, high=120),
                integer(
                    "early_temp_days",
                    "most working days before a tight day on which temporary staff begin, to learn; 0: never early",
                    0,
                    high=65,
                ),
                integer("temp_gone_days", "a temporary head not asked for in this long is taken for gone", 28, low=1),
                number(
                    "plan_hours_week", "most hours that a roster asks of a head in a week; 0: no limit", 0, high=168
                ),
                number(
                    "most_hours_week",
                    "most hours of a head in a week with a day's own overtime; 0: no limit",
                    0,
                    high=168,
                ),
            ),
        ),
        Section(
            "after",
            "What follows a delivery.",
            (
                percent("contacts_percent", "contacts by 100 orders", 6, high=1_000),
                percent("contacts_late_percent", "further contacts by 100 late orders", 35, high=1_000),
                money("contact_cost", "one contact", 5),
                money("return_label", "an order returned", 7),
                money("return_process", "an order returned", 3.2),
                percent("return_loss_percent", "of price, value lost on a unit returned", 22),
                percent("loss_claim_percent", "of a lost parcel's value that the house bears", 100),
                percent("holding_percent_year", "capital cost of stock, of its value a year", 22),
            ),
        ),
        Section(
            "promise",
            "What the customer is told; days are business days of the carrier after the ship day.",
            (
                integer("pad_days", "added to the carrier's transit", 0, high=15),
                integer("low_days", "soonest day promised", 0, high=15),
                integer("high_days", "latest day the service asks for", 5, high=15),
            ),
            named=SERVICES,
        ),
        Section(
            "door",
            "The end of a delivery day, and how sure carriers are believed to be.",
            (
                of("closes", Type.CLOCK, "local end of a delivery day", "20:00"),
                numbers(
                    "late_percent",
                    "P(more than 0, 1, 2 ... days late), percent, falling",
                    (0, 16),
                    [5, 1, 0.2],
                    high=100,
                ),
            ),
        ),
        *DETAIL_RULES,
    ),
)

_PERIOD: Final = (of("from", Type.SEASON_DATE, "first day"), of("until", Type.SEASON_DATE, "last day, included"))
_SHOCK: Final = (text("name", "what the reports call it"), of("on", Type.YES_NO, "whether it happens", "yes"))
_DAYS: Final = (of("from", Type.DATE, "first day"), of("until", Type.DATE, "last day, included"))

DEMAND_ALONE: Final = Settings(
    "demand",
    "What customers will order, unless orders.csv says so.",
    (
        Section(
            "orders",
            "How many, by whom.",
            (
                number("orders_per_day", "mean of the rehearsed days", low=0.01, high=10**7),
                percent("growth_percent_year", "from the first day on", 0, high=1_000),
                integer("customers", "persisting customers", 100_000, low=1, high=10**9),
                percent("member_percent", "of customers who are members", 0),
                percent("economy_percent", "of the others who choose economy", 0),
                percent("featured_percent", "of orders of one line that take the featured offer of offers.csv", 80),
                percent("cancel_percent", "of orders cancelled by the customer", 0),
                number("cancel_mean_hours", "from order to cancel", 3, low=0.01, high=1_000),
            ),
        ),
        Section(
            "shape",
            "Factors and shares; only their ratios count.",
            (
                numbers("month", "January to December, factor", (12, 12), [1.0] * 12, high=100),
                numbers("weekday", "Monday to Sunday, factor", (7, 7), [1.0] * 7, high=100),
                numbers("hour", "share of the hours 0 to 23, local", (24, 24), [1.0] * 24),
                numbers("lines", "share of orders with 1, 2, 3 ... lines", (1, 200), [1.0]),
                numbers("units", "share of lines with 1, 2, 3 ... units", (1, 1_000), [1.0]),
            ),
        ),
        Section(
            "period",
            "Days whose factor replaces the month's; the last that fits holds. The firm plans with them.",
            (
                text("name", "what the reports call it"),
                *_PERIOD,
                number("factor", "of the mean", low=0, high=100),
                of("weekday", Type.YES_NO, "whether the weekday's factor still holds", "yes"),
            ),
            many=True,
            key="name",
        ),
        Section(
            "surge",
            "Orders beyond the plan.",
            (*_SHOCK, *_DAYS, number("factor", "of the day's orders", low=0, high=100)),
            many=True,
            key="name",
        ),
        Section(
            "boost",
            "One item sells beyond its share.",
            (
                *_SHOCK,
                text("item", "which", refers="items.item"),
                *_DAYS,
                number("factor", "of its share", low=0, high=1_000),
            ),
            many=True,
            key="name",
        ),
    ),
)

DEMAND: Final = DEMAND_ALONE._replace(sections=(*DEMAND_ALONE.sections, *ANSWER_SECTIONS))

_LATE: Final = tuple(percent(f"late_{days}_percent", f"parcels {days} business days late", 0) for days in (1, 2, 3))

NATURE: Final = Settings(
    "nature",
    "What the world does. No decision ever reads this file.",
    (
        Section(
            "hands",
            "People.",
            (
                Column(
                    "spread_percent", Type.NUMBER_BY_NAME, "spread of a job's time by process", {}, 0, 300, PROCESSES
                ),
                percent("absence_percent", "heads absent on a day", 7),
                Column("absence_by_node", Type.NUMBER_BY_NAME, "where it differs", {}, 0, 100, refers="nodes.node"),
                percent("start_percent", "of the standard rate, a new head on its first day", 100),
                number("ramp_weeks", "weeks of five days at work to the standard rate; 0: at once", 0, high=104),
                percent("turnover_percent_year", "contracts that change hands in a year", 0, high=1_000),
                integer("temp_gone_days", "a temporary head not asked for in this long does not return", 28, low=1),
                number("pace_hours_week", "hours a week that can be kept up; 0: people never tire", 0, high=168),
                percent("above_pace_output_percent", "output of an hour beyond them, of any other", 100),
                number("injuries_percent_year", "heads hurt at work in a year of 2,000 hours, of 100", 0, high=100),
                percent("injuries_above_pace_percent", "added to that in hours beyond the pace", 0, high=1_000),
                integer("injury_days", "days away after an injury", 10, high=365),
                percent("mispick_percent", "lines picked wrong", 0),
                percent("damage_percent", "units damaged on the floor", 0),
                percent("location_wrong_percent", "stock records that are wrong at the start", 0),
            ),
        ),
        Section(
            "carrier",
            "How each carrier performs. A carrier without an entry is always in time.",
            (
                text("carrier", "which", refers="carriers.carrier"),
                *_LATE,
                percent("attempt_fails_percent", "first attempts that fail", 0),
                percent("lost_percent", "parcels lost", 0),
                percent("damaged_percent", "parcels damaged", 0),
            ),
            many=True,
            key="carrier",
        ),
        Section(
            "late_period",
            "Days on which a carrier performs otherwise; the last that fits holds.",
            (*_SHOCK, text("carrier", "which, or 'all'", "all"), *_PERIOD, *_LATE),
            many=True,
            key="name",
        ),
        Section(
            "transit",
            "Vehicles between nodes, by mode.",
            (
                percent("spread_percent", "spread of the transit", 0, high=300),
                percent("truth_percent", "true mean transit, of what lanes.csv believes", 100, high=1_000),
            ),
            named=MODES,
        ),
        Section(
            "door",
            "When carriers ring.",
            (
                of("from", Type.CLOCK, "earliest, local", "09:00"),
                of("until", Type.CLOCK, "latest, local", "19:30"),
            ),
        ),
        Section(
            "supply",
            "Suppliers, receipts, returns.",
            (
                percent("lead_spread_percent", "spread of the lead time", 0, high=300),
                percent("short_percent", "receipt lines that are short", 0),
                percent("short_share_percent", "by this share of their quantity", 10),
                percent("over_percent", "receipt lines that hold too much", 0),
                percent("over_share_percent", "by this share of their quantity", 5),
                integer("return_days_p50", "delivery to return, half of them within", 9, low=1, high=365),
                integer("return_days_p90", "delivery to return, nine in ten within", 25, low=1, high=365),
            ),
        ),
        Section(
            "delay",
            "Vehicles that take longer: into a node, or on named lanes.",
            (
                *_SHOCK,
                text("node", "all lanes into it; or empty", "", refers="nodes.node"),
                Column("lanes", Type.NAMES, "these lanes; or empty", "", refers="lanes.lane"),
                *_DAYS,
                number("days", "longer", low=0, high=365),
            ),
            many=True,
            key="name",
        ),
        Section(
            "snow",
            "No pick-up leaves the node on these days.",
            (*_SHOCK, text("node", "where", refers="nodes.node"), *_DAYS),
            many=True,
            key="name",
        ),
        Section(
            "breakdown",
            "A process stops in a building.",
            (
                *_SHOCK,
                text("node", "where", refers="nodes.node"),
                choice("process", PROCESSES, "what stops"),
                of("from", Type.MOMENT, "local start"),
                number("hours", "how long", low=0.01, high=2_000),
            ),
            many=True,
            key="name",
        ),
        *DETAIL_NATURE,
    ),
)

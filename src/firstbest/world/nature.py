"""What the world does, as the physics of a rehearsal is told it. No decision ever sees this.

Shapes: D local days, P places, I items, C carriers, L lanes, N nodes, S sellers, X shocks.
"""

from __future__ import annotations

from typing import NamedTuple

from firstbest.world.network import I8, I16, I32, I64, U64


class Answers(NamedTuple):
    """How orders answer price, promise and selection: coefficients, the levels at which nothing changes, limits.

    Sellers S, regions R. A level of 0 is not known, and then nobody answers that cause there.
    """

    on: int  # 0: nobody answers, 1: levels are noted and nobody answers, 2: customers answer
    memory_days: int
    most_x1000: int  # of a day's orders, at most
    price_x1000: int  # percent of orders for a percent of price
    day_ppm: int  # of orders, for a promise one day sooner
    items_x1000: int  # percent of orders for a percent of items on offer
    price_level: I64  # [S] money for a unit, by weight of sales
    promise_level_s: I64  # [R] from order to promised door
    items_level_x1000: I64  # [S] items on offer, times the share of lines filled
    regions: tuple[str, ...]  # [R]
    told: tuple[tuple[str, str, str, str, str], ...]  # cause, value, unit, mark and source, for the report
    levels: tuple[str, str] = ("ASSUMED", "")  # mark and source of the levels, for the report
    review_days: int = 0  # days between sellers' looks at their margin; 0: nobody comes or goes
    leave_ppm: int = 0  # of sales: a margin below this and a seller leaves
    join_ppm: int = 0  # a mean margin of the others above this and a waiting seller comes
    fee_order: int = 0  # what a seller reckons an order costs beside the parcel, money
    commission_ppm: int = 0  # of sales
    waiting: tuple[bool, ...] = ()  # [S] sellers who are planned for and not there yet


class Demand(NamedTuple):
    """What customers order, when and where."""

    orders_day: I64  # [D] mean orders of the local day (season, weekday, growth and shocks included)
    hour_ppm: I64  # [24] share by local hour
    customers: int  # persisting customers
    member_ppm: int  # share of customers who are members
    economy_ppm: int  # share of the others who choose economy
    lines_ppm: I64  # [A] orders with 1, 2, 3 ... lines
    units_ppm: I64  # [B] lines with 1, 2, 3 ... units
    seller_ppm: I64  # [S] share of orders
    item_weight: I64  # [I] share of lines within the seller
    boost_item: I32  # [X] item whose weight is multiplied, by shock
    boost_from: I32  # [X] local day
    boost_until: I32  # [X]
    boost_x1000: I64  # [X]
    cancel_ppm: int  # orders cancelled
    cancel_mean_s: int
    answers: Answers | None = None  # none: nobody answers
    featured_ppm: int = 0  # orders of one line that take the featured offer of the product


class Hands(NamedTuple):
    """How work varies around the rates the house believes, how people learn, and what long weeks do to them."""

    spread_ppm: I64  # [Y] coefficient of variation of a job's time
    absence_ppm: I64  # [N]
    mispick_ppm: int  # lines
    damage_ppm: int  # units damaged on the floor
    location_wrong_ppm: int  # (node, item) whose book is wrong at the start
    breakdown_node: I32  # [X] shocks: process stops at a node
    breakdown_process: I8
    breakdown_from_us: I64
    breakdown_until_us: I64
    start_ppm: int = 1_000_000  # of the standard rate, a new head's first day
    ramp_days: int = 0  # days at work to the standard rate; 0: at once
    turnover_ppm: int = 0  # contracts that change hands in a year
    temp_gone_days: int = 28  # a temporary head not asked for in this long does not come back
    pace_minutes_week: int = 0  # minutes of a head in a week that can be kept up; 0: people never tire
    tired_ppm: int = 1_000_000  # output of a minute beyond them, of any other
    injury_ppm: int = 0  # heads hurt in a year of 2,000 hours
    injury_above_ppm: int = 0  # added to the chance of being hurt, in minutes beyond the pace
    injury_days: int = 10  # days away


class Roads(NamedTuple):
    """How movements vary."""

    late_ppm: I64  # [C, D, 4] P(0, 1, 2, 3 days late) by carrier and ship day
    attempt_fails_ppm: I64  # [C] first attempt
    lost_ppm: I64  # [C]
    damaged_ppm: I64  # [C]
    transit_spread_ppm: I64  # [L] coefficient of variation of the transit of vehicles
    transit_truth_ppm: I64  # [L] mean transit against what the house believes
    delay_lane: I32  # [X] shocks on vehicles: lane, from, until, extra
    delay_from_us: I64
    delay_until_us: I64
    delay_s: I64
    snow_node: I32  # [X] no pick-up moves between these instants
    snow_from_us: I64
    snow_until_us: I64
    door_from_min: int  # local minutes: earliest and latest delivery of the day
    door_until_min: int


class Supply(NamedTuple):
    """How suppliers and receipts vary."""

    lead_spread_ppm: int
    short_ppm: int  # receipt lines short, and by how much of their quantity
    short_share_ppm: int
    over_ppm: int
    over_share_ppm: int
    return_days_p50: int
    return_days_p90: int


class Opening(NamedTuple):
    """Stock at the first instant, by (item, node)."""

    item: I32
    node: I32
    quantity: I64
    wrong: I64  # true minus book


class Back(NamedTuple):
    """How customers send back: [R] by words.ReturnReason."""

    reason_ppm: I64  # [R] share of returns, running sums
    sellable_ppm: I64  # [R] of their units
    opened_ppm: I64  # [R] the rest is broken
    never_ppm: int  # authorised returns that are never sent
    travel_days_p50: int  # from authorised to received
    travel_days_p90: int
    inspect_mean_s: int  # from received to inspected


class Asking(NamedTuple):
    """What customers ask after a shipment has left, and how carriers answer claims."""

    question_ppm: int  # of shipments
    late_ppm: int  # of shipments that come after their day
    harmed_ppm: int  # of lost and damaged ones
    wait_mean_s: int  # until somebody asks
    paid_ppm: int  # of claims
    answer_days_p50: int
    answer_days_p90: int


class Joining(NamedTuple):
    """How customers join and leave a membership, and what it makes them order."""

    join_ppm: int  # of orders of those who are not members
    leave_ppm: int  # of members, whenever a term ends
    more_ppm: int  # orders of a member above those of the same customer without


class Log(NamedTuple):
    """Orders that are replayed at their own instants instead of drawn; empty arrays when drawn."""

    at_us: I64  # [O] sorted
    order: I64  # [O] code
    tie: U64  # [O] hash of the order's name
    customer: I64
    place: I32
    service: I16
    first_line: I64  # [O] into the arrays below
    lines: I32
    item: I32  # [M]
    quantity: I64
    price: I64


class Nature(NamedTuple):
    """All of it."""

    demand: Demand
    hands: Hands
    roads: Roads
    supply: Supply
    opening: Opening
    log: Log
    back: Back | None = None  # where the house keeps returns
    break_s: int = 0  # opening a case, where the house keeps levels
    pallet_s: int = 0  # moving a pallet to the dock, where the house keeps pallets
    pallet_break_s: int = 0  # taking one apart
    asking: Asking | None = None  # where the house keeps contacts and claims
    joining: Joining | None = None  # where the house keeps members
    kit_s: int = 0  # putting a kit together, where the house makes kits
    walk_us: tuple[int, int, int] = (0, 0, 0)  # a line from each words.Zone, above or below what rates hold
    move_us: int = 0  # carrying an item to another place


__all__ = ["I8", "I16", "Demand", "Hands", "Log", "Nature", "Opening", "Roads", "Supply"]

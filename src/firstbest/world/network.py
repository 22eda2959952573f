"""The compiled network: what a decision may know of the world that is not in the book.

A workspace (files that people read) is compiled into these frozen tuples of integer arrays. Texts are
kept beside their dense codes; codes serve addressing only. Each array's shape stands beside it:
N nodes, P places, I items, K cartons, C carriers, L lanes, S sellers, Z time zones, D local days,
Y processes (`words.Process`), V services (`words.Service`).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.world.plugged import NOTHING, Plugged

I64 = NDArray[np.int64]
I32 = NDArray[np.int32]
I16 = NDArray[np.int16]
I8 = NDArray[np.int8]
U64 = NDArray[np.uint64]


class Nodes(NamedTuple):
    """Buildings and points of hand-over: [N]."""

    kind: I8
    tie: U64  # hash of the text: ties, draws
    rank: I32  # declared order of preference, small first
    time_zone: I8
    latitude_e4: I32
    longitude_e4: I32
    open_from_us: I64  # takes orders from this instant (0: always)
    open_until_us: I64  # until this one (NEVER_US: always)
    fixed_cost_day: I64  # rent, tax, power, insurance; money a day
    system_cost_order: I64  # systems and other, money an order
    storage_cm3: I64  # usable storage
    fed_by: I32  # node that replenishes this one, -1: suppliers do
    carbon_g_parcel: I64


class Places(NamedTuple):
    """Where customers are: [P]."""

    tie: U64
    weight: I64  # share of demand, any unit
    time_zone: I8
    latitude_e4: I32
    longitude_e4: I32
    remote: I8
    land_km2: I32
    region: I16  # for weather and metros


class Items(NamedTuple):
    """What is sold: [I]. An item belongs to one seller."""

    tie: U64
    seller: I32
    weight_g: I64
    volume_cm3: I64
    longest_mm: I32
    inbound_cm3: I64  # space a unit takes on its way in, master carton and void included
    price: I64
    cost: I64  # landed cost of goods before freight and duty
    duty_ppm: I64
    source: I32  # supplier node
    lead_s: I64  # production
    lot_units: I64  # orders to the supplier are multiples of this
    klass: I8  # 0 A, 1 B, 2 C
    return_ppm: I64  # of units shipped


class Cartons(NamedTuple):
    """Boxes, small first: [K]."""

    inner_cm3: I64
    outer_cm3: I64
    longest_mm: I32
    tare_g: I64
    cost: I64


class Carriers(NamedTuple):
    """Ways to the customer's door: [C]; each leaves every fulfilment node by one lane."""

    tie: U64
    mode: I8  # words.Mode
    rate: I64  # [C, 9, B] money a carton by zone (0..8) and billed weight step (index: lb or kg, rounded up)
    step_g_x1000: I64  # [C] weight of one step, thousandths of a gram (453,592 a pound)
    divisor_cm3_kg: I64  # dimensional weight: volume / divisor
    fuel_ppm: I64
    residential: I64
    remote: I64
    peak: I64  # [C, D] money a carton by local day
    max_g: I64
    min_g: I64  # smallest shipment taken (pallets)
    transit_days: I16  # [C, 9] business days by zone
    business_after: I32  # [C, D, 16] local day index t business days after day d
    chance_late_ppm: I64  # [16] what the house believes: P(more than k days late)
    carbon_mg_kg_km: I64  # mg CO2e per kg and km
    carbon_g_drop: I64


class Arcs(NamedTuple):
    """From node to place."""

    zone: I8  # [C, N, P], -1: not served
    distance_km: I32  # [N, P]
    station: I32  # [C, P] delivery station by which the carrier serves the place, -1: none


class Lanes(NamedTuple):
    """Scheduled movements between nodes, and pick-ups by carriers: [L]."""

    origin: I32
    destination: I32  # node, or -1: the carrier's network
    carrier: I32  # -1: inbound and transfers
    mode: I8
    capacity_cm3: I64  # of one vehicle
    capacity_g: I64
    vehicles: I32  # most that leave at one departure
    thin_ppm: I64  # leaves only if this full, or if something on it is urgent
    cost_vehicle: I64
    cost_g_x1000: I64  # money per 1,000 g (part loads, air)
    transit_s: I64  # what the house believes
    distance_km: I32
    carbon_mg_kg_km: I64
    share_ppm: I64  # of the goods that could leave the origin by several lanes to the same end
    path_next: I32  # lane that carries on from the destination, -1: ends there


class Calendar(NamedTuple):
    """All that time zones, holidays, cut-offs and schedules come to, as instants."""

    first_day: int  # days since the epoch of local day 0
    start_us: int  # the rehearsal's first instant
    end_us: int
    midnight_us: I64  # [Z, D]
    cut_off_us: I64  # [N, D] last order that may ship with this day's pick-up; -1: none that day
    pick_up_us: I64  # [C, N, D] departure of the day; -1: none
    door_closes_us: I64  # [Z, D] end of the delivery day
    timers_us: I64  # [T] instants of all timed steps, sorted by (instant, kind rank, key)
    timers_kind: I16  # [T]
    timers_key: I32  # [T] lane for DEPART, node for DISPATCH, else 0
    season_ppm: I64  # [D] what the firm plans for, mean 1,000,000
    weekday: I8  # [D] 0 Monday
    month: I16  # [D] months since the first


class Labour(NamedTuple):
    """People: [N, Y] unless said otherwise. 0 heads: the process is not in this building."""

    heads: I32  # permanent contracts
    stations: I32  # most hands at once
    rate_x1000: I64  # units an hour of one productive head, thousandths
    rate_single_x1000: I64  # packing a one-unit order
    extra_unit_ms: I64  # each unit of a line beyond the first
    productive_ppm: I64
    wage_hour: I64  # money a paid hour, burden included
    overtime_ppm: I64  # price of an overtime hour
    temp_ppm: I64  # price of a temporary hour
    temp_speed_ppm: I64  # of a full speed, past the ramp
    start_ppm: I64  # of a full speed, a new head's first day, as the house believes
    ramp_days: I64  # days at work to full speed, as the house believes; 0: at once
    shift_start_min: I32  # [N, 2] local minutes of the day
    shift_minutes: I32  # [N, 2] paid minutes
    overtime_minutes: I32  # [N] most a day
    contract_minutes_week: I32  # [N]
    absence_ppm: I64  # [N] what the house plans with
    temps_max: I32  # [N, Y]
    flex_ppm: I64  # heads of picking who can pack, heads of packing who can pick
    indirect_ppm: I64  # [N] indirect and supervision hours of direct
    turnover_ppm: I64  # [N] contracts that change hands in a year, as the house believes
    pace_minutes_week: I32  # [N] sustainable pace: minutes of a head beyond these in a week are counted; 0: never
    work_days: I8  # [N, D] 1: the building works


class Fleet(NamedTuple):
    """Own vans: [N], 0 vans where the node is no station."""

    vans: I32
    stops_max: I32
    cost_van_day: I64
    cost_hour: I64
    stop_s: I64
    speed_m_s_x1000: I64
    area_km2: I32
    shift_s: I64
    station_cost_parcel: I64
    carbon_g_km: I64


class Promises(NamedTuple):
    """The promise by service: [V] business days after the ship day."""

    pad_days: I16
    low_days: I16
    high_days: I16
    carriers: I8  # [V, C] 1: may be used at promise


class Policy(NamedTuple):
    """Choices of the house; adopting another is a command."""

    split_penalty: int  # money, added for each parcel beyond the first
    late_day_penalty: int  # money a day later than the service asks
    upgrade_most: int  # money, most paid to save a late shipment
    capacity_days: int  # how far ahead a ship day is looked for
    wave_minutes: int
    floor_target_min: int  # minutes of packing released ahead
    release_ahead_days: int
    review_days: int  # suppliers
    cover_storage_days: int
    cover_node_days: int
    safety_z_x1000: int
    urgent_days: int  # a thin load leaves if something on it is this old
    count_per_day: int  # counts by each node
    staff_target_ppm: int  # use of paid time planned for
    lead_temp_days: int
    early_temp_days: int  # most working days before a tight day on which temporary heads begin, to learn
    temp_gone_days: int  # a temporary head not asked for in this long is believed gone
    plan_minutes_week: int  # most minutes a week that the plan asks of a head, 0: no limit
    most_minutes_week: int  # most minutes a week with a day's own overtime, 0: no limit
    contacts_ppm: int  # contacts an order
    contacts_late_ppm: int  # further contacts a late order
    contact_cost: int
    return_label: int  # money an order returned
    return_process: int
    return_loss_ppm: int  # of price, value lost on a unit returned
    loss_claim_ppm: int  # of a lost parcel's value that the house bears
    holding_ppm_year: int
    wait_days: int  # what cannot be promised waits so long for stock, where the customer says nothing else
    hold_days: int = 0  # a held order is cancelled so long after it should have left; 0: never
    opening_covers_lead: int = 0  # 1: a buying centre's first stock covers the lead time as well
    move_cost: int = 0  # money, what it takes to send an order otherwise than planned when all that waits is chosen for


class Arms(NamedTuple):
    """A change that holds for a share of the orders: what decisions on arrival see of it in place of the rest.

    Which order is treated is a hash of the change's name and of the order (`decide.arms`); share 0: no change is tried.
    """

    share_ppm: int
    salt: int  # of the change's name, 63 bits
    late_day_penalty: int
    pad_days: I16  # [V] as in Promises
    low_days: I16
    high_days: I16
    carriers: I8  # [V, C]
    cut_off_us: I64  # [N, D] as in Calendar


class Offers(NamedTuple):
    """Items that are offers of one product, each of one seller: [O], by product. No offers: nothing is featured."""

    product: I64  # code
    item: I64
    charge: I64  # delivery that a customer pays beside the price, money a unit
    products: int
    day_ppm: int  # of the landed price, what a promise one day sooner is worth
    defect_ppm: int  # of the landed price, what a record better by one in a hundred is worth
    trust_lines: int  # lines of everybody's record that are mixed into a seller's


NO_OFFERS = Offers(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64), 0, 0, 0, 0)


class Texts(NamedTuple):
    """Texts behind the codes."""

    nodes: tuple[str, ...]
    places: tuple[str, ...]
    items: tuple[str, ...]
    sellers: tuple[str, ...]
    carriers: tuple[str, ...]
    lanes: tuple[str, ...]
    cartons: tuple[str, ...]
    time_zones: tuple[str, ...]
    currency: str
    products: tuple[str, ...] = ()  # of offers


class Returns(NamedTuple):
    """How returns are taken. Grades are `words.Grade`; shares are of the price that the customer paid."""

    window_us: int  # after the door, in which a customer may ask
    lapses_us: int  # after which an authorised return that has not come is not waited for
    at_once: int  # 1: the refund is paid when the return is authorised, 0: when it was inspected
    keep_below: int  # money: what costs the customer less than this is refunded and not asked back
    kept_back_ppm: I64  # [3] by grade, of the refund, where the reason is the customer's own
    refurbish_cost: int  # money a unit
    refurbish_us: int
    refurbished_ppm: int  # of a unit's cost, what a refurbished one is worth
    liquidate_ppm: I64  # [3] by grade, of the listed price
    supplier_ppm: int  # of a unit's cost, credited for what was defective; 0: suppliers take nothing back
    supplier_cost: int  # money a unit sent to a supplier
    dispose_cost: int
    cover_days: int  # of an item whose stock lasts longer, no more is put back on the shelf


class Care(NamedTuple):
    """What is done about questions and harm after a shipment has left."""

    contact_cost: I64  # [3] money by words.ContactReason
    claim_most: int  # money that a carrier is asked for a parcel, at most; 0: nothing is claimed
    known_us: int  # how long a shipment can be asked about after the door, where returns do not say so
    replaces: int = 0  # 1: what was lost or damaged is sent again where the goods are there, 0: it is paid back


class Lots(NamedTuple):
    """Items that do not keep."""

    life_days: I64  # [I] from production, 0: keeps
    fresh_ppm: int  # of its life, what is left of a lot when it comes
    pull_days: int  # before it expires, a lot is taken off the shelves


class Levels(NamedTuple):
    """Items that stand on shelves in cases, and where pallets are kept on pallets."""

    case_units: I64  # [I] 0: loose
    pallet_units: I64 | None = None  # [I] a multiple of a case, 0: never on one; none: the house keeps no pallets


class Kits(NamedTuple):
    """Items that are made of others when they are ordered: parts [M] by kit."""

    of_item: I64  # [I] number of the kit, -1: none
    kit_item: I64  # [K] item
    first: I64  # [K + 1] into the parts
    item: I64  # [M]
    units: I64  # [M] in one kit
    unit_ppm: I64  # [M] of the kit's price, what a unit of it counts for
    whole: I64  # [K] 1: sent whole or not at all, where a part is short at the shelf


class Slotting(NamedTuple):
    """Where items stand on the shelves, and when they change places."""

    zone: I64  # [I] words.Zone at first, in every building
    walk_us: I64  # [3] what the house believes a line from each zone takes in walking, falling with nearness
    move_us: int  # what the house believes that one item takes to be carried elsewhere
    pay_days: int  # in so many days a move has to bring back what it takes
    days: int  # between two reviews
    moves_most: int  # of a review and building; 0: things stay where they are


class Members(NamedTuple):
    """Membership as facts: who is a member is what the book says."""

    term_us: int
    fee: int  # money a term


class Detail(NamedTuple):
    """What of the trade's detail the house keeps; none of what is not there."""

    returns: Returns | None = None
    care: Care | None = None
    lots: Lots | None = None
    levels: Levels | None = None
    members: Members | None = None
    kits: Kits | None = None
    slotting: Slotting | None = None


class Network(NamedTuple):
    """Everything a step may be told besides its batch and its declared reads."""

    nodes: Nodes
    places: Places
    items: Items
    cartons: Cartons
    carriers: Carriers
    arcs: Arcs
    lanes: Lanes
    calendar: Calendar
    labour: Labour
    fleet: Fleet
    promises: Promises
    policy: Policy
    arms: Arms
    texts: Texts
    plugged: Plugged = NOTHING  # what other packages put in
    offers: Offers = NO_OFFERS
    detail: Detail = Detail()

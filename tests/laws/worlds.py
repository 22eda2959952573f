"""Small worlds in which everything goes wrong now and then, drawn at random."""

from __future__ import annotations

import os
import random
from typing import NamedTuple

import numpy as np
from hypothesis import Phase, settings
from hypothesis import strategies as st

from firstbest.store.staging import armed
from firstbest.world.nature import Asking, Back, Joining, Nature, Opening
from firstbest.world.network import Care, Detail, Kits, Levels, Lots, Members, Network, Offers, Returns, Slotting
from firstbest.world.units import DAY_US, HOUR_US, MINUTE_US, MONEY, SECOND_US
from firstbest.world.words import Process, Timer
from tests.rehearsals.small import FULFILMENT, Size, small_network

VAN_LANE = 7
"""West to the station, by own van."""
LATE_PPM = np.array([850_000, 100_000, 40_000, 10_000])
ROOMY = 10
ORDER_DAYS = 3
"""Orders come on the first days only, so that most of them are done within the history."""


class World(NamedTuple):
    """What differs from history to history."""

    seed: int = 1
    days: int = 8
    orders_day: int = 50
    heads: int = 6
    stock_days: int = 4
    wave_minutes: int = 30
    capacity_days: int = 10
    cancel_ppm: int = 120_000
    wrong: int = -6  # units by which the book is wrong where it is wrong
    pick_up_cm3: int = 60_000_000  # of a vehicle at a pick-up
    vans: int = 2
    stops: int = 150
    cut_off_before_min: int = 240  # before the pick-up
    breakdown: bool = False  # a day without packing in the east
    delay: bool = False  # the truck to the station comes a day late
    tight: bool = False  # promises without slack, and no money to save them
    slow: bool = False  # packing takes so long that packing slots run out
    wait_days: int = 0  # what has no stock waits so long
    share_ppm: int = 0  # of the orders, promised a tighter day and a later cut-off than the rest
    people: bool = False  # people learn, leave, tire and are hurt, and the house reckons with it
    offers: bool = False  # three sellers offer a kettle each, two offer socks
    drawn: bool = False  # every other such world has people, `with_people` says which
    returns: bool = False  # returns are asked for, inspected and disposed of; of drawn worlds two in three
    at_once: bool = False  # refunds are paid before anything comes
    kits: bool = False  # two items are made of others; of drawn worlds without offers every other
    members: bool = False  # who is a member is a fact; of drawn worlds every other
    slots: bool = False  # shelves are near and far; of drawn worlds every other
    together: int = 0  # minutes between choices for all that waits; of drawn worlds every other
    meddle: bool = True  # the world outside repeats itself and speaks of things that are not there


TURNS: dict[str, tuple[int, ...]] = {
    "days": (8, 15),
    "orders_day": (25, 40, 60),
    "heads": (2, 3, 6),
    "stock_days": (0, 1, 2, 6),
    "wave_minutes": (30, 37, 45, 61, 420),
    "capacity_days": (2, 3, 10),
    "cancel_ppm": (50_000, 200_000, 400_000),
    "wrong": (-20, -6, 4),
    "pick_up_cm3": (60_000, 200_000, 60_000_000),
    "vans": (1, 3),
    "stops": (3, 150),
    "cut_off_before_min": (20, 45, 240),
    "breakdown": (False, True),
    "delay": (False, True),
    "tight": (False, True),
    "slow": (False, True),
    "wait_days": (0, 0, 2),
    "share_ppm": (0, 0, 500_000),
    "meddle": (False, True),
    "together": (0, 0, 17, 41),
}
"""What each world has one of; what is not named here is drawn by its seed (`drawn`).

Wave periods are odd on purpose: batches must straddle hours and midnights.
"""


def drawn_world(number: int) -> World:
    """The world of a number: drawn field by field, Hypothesis repeats fields of worlds that it has tried."""
    chance = random.Random(number)
    turns = {name: chance.choice(values) for name, values in TURNS.items()}
    return World(**turns)._replace(seed=chance.randint(1, 10**6), drawn=True)  # type: ignore[arg-type]


worlds = st.integers(0, 2**40).map(drawn_world)


def histories(most: int) -> settings:
    """So many histories, the same in every run; the profile `thorough` draws new ones, and twenty times as many.

    A world is small already, so none is made smaller when a law breaks.
    """
    thorough = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"
    phases = (Phase.explicit, Phase.generate)
    return settings(max_examples=most * (20 if thorough else 1), derandomize=not thorough, phases=phases, database=None)


def with_people(world: World) -> World:
    """Every other drawn world has people who learn, leave, tire and are hurt; every third, offers to choose from.

    Not those that are to run out of packing slots: a house that expects beginners asks for more hands, and does not.
    """
    scarce = world.slow and world.capacity_days < ROOMY
    offered = world.offers or (world.drawn and world.seed % 3 == 1)
    return world._replace(people=world.people or (world.drawn and world.seed % 2 == 1 and not scarce), offers=offered)


def made(world: World) -> tuple[Network, Nature]:
    """The network and the nature of a world."""
    world = with_people(world)
    size = Size(days=world.days, orders_day=world.orders_day, heads=world.heads, stock_days=world.stock_days)
    network, nature = small_network(size)
    if world.offers:
        network, nature = offering(network, world.wave_minutes + 7), with_takers(nature)
    network, nature = _network(network, world), _nature(network, nature, world)
    if world.together:
        calendar, between = network.calendar, world.together * MINUTE_US
        instants = np.arange(calendar.start_us + between, calendar.end_us, between)
        network = with_timers(network, Timer.TOGETHER, instants)
    if world.returns or (world.drawn and world.seed % 3):
        network, nature = with_returns(network, nature, world)
    if world.members or (world.drawn and world.seed % 4 < MEMBERS_OF_FOUR):
        network, nature = with_members(network, nature)
    if not world.offers and (world.kits or (world.drawn and world.seed % 7 < KITS_OF_SEVEN)):
        network, nature = with_kits(network, nature, whole=world.seed % 3 > 0)
    if world.slots or (world.drawn and world.seed % 2):
        network, nature = with_slots(network, nature)
    return network, nature


def with_slots(network: Network, nature: Nature) -> tuple[Network, Nature]:
    """The same world whose shelves are near and far, and in which items change places every other day."""
    zone = np.arange(len(network.items.price), dtype=np.int64) % 3
    rules = Slotting(zone, np.array([5, 20, 40]) * SECOND_US, 20 * SECOND_US, 6, 2, 4)
    midnights = network.calendar.midnight_us[1] + 5 * HOUR_US
    inside = (midnights >= network.calendar.start_us) & (midnights < network.calendar.end_us)
    network = network._replace(detail=network.detail._replace(slotting=rules))
    network = with_timers(network, Timer.RESLOT, midnights[inside][2::2])
    walk = (-10 * SECOND_US, 0, 20 * SECOND_US)
    return network, nature._replace(walk_us=walk, move_us=120 * SECOND_US)


KITS_OF_SEVEN = 4
KITTED = ((0, 1, 1), (0, 3, 2), (5, 4, 2), (5, 1, 3))
"""(kit, part, units): the second has no part once, and both need towels."""


def with_kits(network: Network, nature: Nature, *, whole: bool = False) -> tuple[Network, Nature]:
    """The same world in which two items are made of others; they stand nowhere and are asked for often.

    The second is sent whole or not at all, the first too if `whole`.
    """
    kit, item, units = (np.array(values, np.int64) for values in zip(*KITTED, strict=True))
    kit_item, first = np.unique(kit, return_index=True)
    of_item = np.full(len(network.items.price), -1, np.int64)
    of_item[kit_item] = np.arange(len(kit_item))
    price = network.items.price[item]
    total = np.bincount(of_item[kit], weights=price * units)[of_item[kit]]
    share = (price * 1_000_000 // total.astype(np.int64)).astype(np.int64)
    whole = np.array([int(whole), 1])
    kits = Kits(of_item, kit_item, np.append(first, len(kit)).astype(np.int64), item, units, share, whole)
    opening, demand = nature.opening, nature.demand
    left = of_item[opening.item] < 0
    opening = Opening(*(column[left] for column in opening))
    weight = demand.item_weight.copy()
    weight[kit_item] *= 3
    network = network._replace(detail=network.detail._replace(kits=kits))
    return network, nature._replace(opening=opening, demand=demand._replace(item_weight=weight), kit_s=60)


MEMBERS_OF_FOUR = 2


def with_members(network: Network, nature: Nature) -> tuple[Network, Nature]:
    """The same world in which the house keeps members, who come and go all the time and order half as much again."""
    demand = nature.demand._replace(customers=60)
    network = network._replace(detail=network.detail._replace(members=Members(DAY_US, 5_000_000)))
    joining = Joining(join_ppm=200_000, leave_ppm=500_000, more_ppm=500_000)
    return with_settling(network), nature._replace(demand=demand, joining=joining)


def with_settling(network: Network) -> Network:
    """The same network that settles every morning."""
    settled = network.calendar.midnight_us[1] + 4 * HOUR_US
    inside = (settled >= network.calendar.start_us) & (settled < network.calendar.end_us)
    return with_timers(network, Timer.SETTLE, settled[inside])


def levels_of(world: World, items: int) -> Levels | None:
    """Cases of four, or of two on pallets of four; some items know no case, some no pallet, some neither."""
    item = np.arange(items)
    if world.seed % 4 < 2:
        return Levels(np.where(item % 3 == 0, 0, 4)) if world.seed % 4 else None
    return Levels(np.where(item % 3 == 0, 0, 2), np.where(item % 4 == 1, 0, 4))


def with_returns(network: Network, nature: Nature, world: World) -> tuple[Network, Nature]:
    """The same world that handles returns, of which there are many; all ways of handling them are cheap enough."""
    paid_at_once = world.at_once or (world.drawn and world.seed % 5 < 2)
    cover = 10_000 if world.seed % 4 else 25
    many = np.full_like(network.items.return_ppm, 500_000)
    rules = Returns(
        window_us=2 * DAY_US, lapses_us=3 * DAY_US, at_once=int(paid_at_once), keep_below=20_000_000,
        kept_back_ppm=np.array([0, 150_000, 400_000]), refurbish_cost=400_000, refurbish_us=DAY_US,
        refurbished_ppm=900_000, liquidate_ppm=np.array([200_000, 120_000, 0]),
        supplier_ppm=300_000, supplier_cost=300_000, dispose_cost=100_000, cover_days=cover,
    )  # fmt: skip
    back = Back(
        reason_ppm=np.cumsum([300_000, 200_000, 50_000, 250_000, 100_000, 80_000, 20_000]),
        sellable_ppm=np.array([700_000, 800_000, 700_000, 100_000, 100_000, 800_000, 700_000]),
        opened_ppm=np.array([250_000, 150_000, 200_000, 300_000, 300_000, 150_000, 200_000]),
        never_ppm=120_000, travel_days_p50=1, travel_days_p90=3, inspect_mean_s=20_000,
    )  # fmt: skip
    care = Care(np.array([4_000_000, 5_000_000, 8_000_000]), 20_000_000, 3 * DAY_US, int(world.seed % 8 < 4))
    life = np.where(np.arange(len(many)) % 2 == 0, 6, 0)
    lots = Lots(life, 1_000_000, 1) if world.seed % 2 else None
    levels = levels_of(world, len(many))
    asking = Asking(150_000, 600_000, 800_000, 9_000, 600_000, 1, 3)
    network = with_settling(network)
    items = network.items._replace(return_ppm=many)
    return network._replace(items=items, detail=Detail(rules, care, lots, levels)), nature._replace(
        back=back, asking=asking, break_s=40, pallet_s=60, pallet_break_s=120
    )


def _network(network: Network, world: World) -> Network:
    lanes, calendar, carriers = network.lanes, network.calendar, network.lanes.carrier
    pick_up = carriers >= 0
    capacity = np.where(pick_up, world.pick_up_cm3, lanes.capacity_cm3)
    vehicles = np.where(pick_up, 1, lanes.vehicles).astype(np.int32)
    cut_off = np.where(calendar.cut_off_us > 0, calendar.pick_up_us[0] - world.cut_off_before_min * MINUTE_US, -1)
    network = network._replace(
        lanes=lanes._replace(capacity_cm3=capacity, vehicles=vehicles),
        fleet=network.fleet._replace(
            vans=np.where(network.fleet.vans > 0, world.vans, 0).astype(np.int32),
            stops_max=np.where(network.fleet.vans > 0, world.stops, 0).astype(np.int32),
        ),
        calendar=calendar._replace(cut_off_us=cut_off),
        policy=network.policy._replace(
            wave_minutes=world.wave_minutes,
            capacity_days=world.capacity_days,
            wait_days=world.wait_days,
            hold_days=world.seed % 2,
        ),
    )
    if world.slow:
        labour = network.labour
        rates = {name: getattr(labour, name).copy() for name in ("rate_x1000", "rate_single_x1000")}
        for rate in rates.values():
            rate[:, Process.PACK] = 2_400
        network = network._replace(labour=labour._replace(**rates))
    if world.people:
        network = reckoning_with_people(network)
    if world.tight:
        nothing = np.zeros_like(network.promises.pad_days)
        network = network._replace(
            promises=network.promises._replace(pad_days=nothing, low_days=nothing + 1),
            policy=network.policy._replace(upgrade_most=0),
        )
    if world.share_ppm:
        network = with_arms(network, world.share_ppm)
    return with_waves(network, world.wave_minutes)


OFFERED = ((0, 0), (0, 2), (0, 4), (1, 3), (1, 5))
"""(product, item): each of another seller."""


def offering(network: Network, minutes: int) -> Network:
    """The same network in which several sellers offer one thing, looked at every so many minutes."""
    product, item = (np.array(values, np.int64) for values in zip(*OFFERED, strict=True))
    charge = np.array([0, 11 * MONEY, 30 * MONEY, 0, 3 * MONEY])
    offers = Offers(product, item, charge, 2, 5_700, 10_000, 20)
    calendar = network.calendar
    instants = np.arange(calendar.start_us, calendar.end_us, minutes * MINUTE_US)
    kinds = np.concatenate([calendar.timers_kind, np.full(len(instants), Timer.OFFER, np.int16)])
    at = np.concatenate([calendar.timers_us, instants])
    key = np.concatenate([calendar.timers_key, np.zeros(len(instants), np.int32)])
    order = np.lexsort((key, kinds, at))
    calendar = calendar._replace(timers_us=at[order], timers_kind=kinds[order], timers_key=key[order])
    texts = network.texts._replace(products=("kettle", "socks"))
    return network._replace(offers=offers, calendar=calendar, texts=texts)


def with_takers(nature: Nature) -> Nature:
    """The same nature in which most take what is featured."""
    return nature._replace(demand=nature.demand._replace(featured_ppm=800_000))


def with_arms(network: Network, share_ppm: int) -> Network:
    """The same network in which a share of the orders is promised later, at another price of lateness and cut-off."""
    calendar, promises = network.calendar, network.promises
    cut_off = np.where(calendar.cut_off_us > 0, calendar.cut_off_us - 3 * HOUR_US, -1)
    changed = network._replace(
        calendar=calendar._replace(cut_off_us=cut_off),
        promises=promises._replace(pad_days=promises.pad_days + np.int16(1)),
        policy=network.policy._replace(late_day_penalty=network.policy.late_day_penalty // 3),
    )
    return armed(network, changed, share_ppm, "tried")


def reckoning_with_people(network: Network) -> Network:
    """The same network whose house believes that new people are slow, and minds how long a week is."""
    labour = network.labour
    return network._replace(
        labour=labour._replace(
            start_ppm=np.full_like(labour.start_ppm, 600_000),
            ramp_days=np.full_like(labour.ramp_days, 8),
            flex_ppm=np.full_like(labour.flex_ppm, 700_000),
            turnover_ppm=np.full_like(labour.turnover_ppm, 2_000_000),
            pace_minutes_week=np.full_like(labour.pace_minutes_week, 2_100),
        ),
        policy=network.policy._replace(
            early_temp_days=5, temp_gone_days=3, plan_minutes_week=2_450, most_minutes_week=2_600
        ),
    )


def real_people(nature: Nature) -> Nature:
    """The same nature in which people learn, leave, tire and are hurt, all more than they do."""
    return nature._replace(
        hands=nature.hands._replace(
            start_ppm=500_000, ramp_days=10, turnover_ppm=3_000_000, temp_gone_days=4, pace_minutes_week=2_000,
            tired_ppm=400_000, injury_ppm=600_000, injury_above_ppm=610_000, injury_days=3,
        )
    )  # fmt: skip


def with_waves(network: Network, minutes: int) -> Network:
    """The same network with a wave every so many minutes."""
    calendar = network.calendar
    return with_timers(network, Timer.WAVE, np.arange(calendar.start_us, calendar.end_us, minutes * MINUTE_US))


def with_timers(network: Network, which: Timer, instants: np.ndarray) -> Network:
    """The same network with the timers of a kind at these instants and no others."""
    calendar = network.calendar
    other = calendar.timers_kind != which
    at = np.concatenate([calendar.timers_us[other], instants])
    kind = np.concatenate([calendar.timers_kind[other], np.full(len(instants), which, np.int16)])
    key = np.concatenate([calendar.timers_key[other], np.zeros(len(instants), np.int32)])
    order = np.lexsort((key, kind, at))
    timers = {"timers_us": at[order], "timers_kind": kind[order], "timers_key": key[order]}
    return network._replace(calendar=calendar._replace(**timers))


def _nature(network: Network, nature: Nature, world: World) -> Nature:
    demand, hands, roads, opening = nature.demand, nature.hands, nature.roads, nature.opening
    orders = demand.orders_day.copy()
    orders[ORDER_DAYS:] = 0
    midnight = network.calendar.midnight_us
    wrong = np.where((opening.item * 3 + opening.node) % 4 == 0, world.wrong, 0)
    scarce = np.where((opening.item + opening.node) % 3 == 0, opening.quantity // 4, opening.quantity)
    in_storage = ~np.isin(opening.node, FULFILMENT)
    quantity = np.where(in_storage, opening.quantity * 3 + 200, np.maximum(scarce, 1))
    if world.breakdown:
        begin = int(midnight[2, 1])
        hands = hands._replace(
            breakdown_node=np.array([5, 3], np.int32),
            breakdown_process=np.array([2, 2], np.int8),
            breakdown_from_us=np.array([begin, begin + DAY_US]),
            breakdown_until_us=np.array([begin + DAY_US, begin + DAY_US + 16 * HOUR_US]),
        )
    if world.people:
        hands = real_people(nature).hands._replace(
            breakdown_node=hands.breakdown_node, breakdown_process=hands.breakdown_process,
            breakdown_from_us=hands.breakdown_from_us, breakdown_until_us=hands.breakdown_until_us,
        )  # fmt: skip
    if world.delay:
        roads = roads._replace(
            delay_lane=np.array([VAN_LANE], np.int32),
            delay_from_us=np.array([int(midnight[0, 0])]),
            delay_until_us=np.array([int(midnight[0, 3])]),
            delay_s=np.array([20 * 3_600]),
        )
    return nature._replace(
        demand=demand._replace(orders_day=orders, cancel_ppm=world.cancel_ppm, cancel_mean_s=20_000),
        hands=hands._replace(mispick_ppm=30_000, damage_ppm=10_000),
        roads=roads._replace(
            attempt_fails_ppm=np.full_like(roads.attempt_fails_ppm, 80_000),
            lost_ppm=np.full_like(roads.lost_ppm, 15_000),
            damaged_ppm=np.full_like(roads.damaged_ppm, 15_000),
            late_ppm=np.broadcast_to(LATE_PPM, roads.late_ppm.shape).copy(),
        ),
        supply=nature.supply._replace(return_days_p50=1, return_days_p90=3),
        opening=opening._replace(quantity=quantity, wrong=np.maximum(wrong, -quantity)),
    )

"""Supply: goods from the order to the shelf, and what is truly on the shelf beside what the book says.

A cargo is ready when the supplier has truly produced it; if it was loaded on paper before, it comes that much later.
What moves between buildings of the house is what the shelf can give. At the last dock it waits for hands, and is
counted: suppliers' deliveries are now and then short or over. True stock is never shown; the house learns of it only
through short picks and counts.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.agenda import SECOND, THIRD, Agenda, put
from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import happens, joined, spread, uniform
from firstbest.kernels.index import local_day
from firstbest.kernels.lookup import find
from firstbest.kernels.station import READY, WORK, Stations, enqueue
from firstbest.rehearse import purposes
from firstbest.rehearse.hands import LOADED, PROCESSES, RECEIVE, Floor, Roster, load_us, work_us
from firstbest.rehearse.roads import Ways, lane_arrival
from firstbest.rehearse.works import Rows, Store, new_task
from firstbest.world.nature import Back, Nature
from firstbest.world.network import Network
from firstbest.world.units import DAY_US, HOUR_US, MINUTE_US, PPM
from firstbest.world.words import Kind, NodeKind

I64 = NDArray[np.int64]

ARRIVED: Final = int(Kind.ARRIVED)
COUNTED: Final = int(Kind.COUNTED)
STORAGE: Final = int(NodeKind.STORAGE)
FULFILMENT: Final = int(NodeKind.FULFILMENT)
BOUGHT: Final = 1


ITEM: Final = np.dtype([("tie", "<u8"), ("neighbour", "<i8"), ("return_ppm", "<i8")])
"""`neighbour`: the item that is taken by mistake, the next one by hash."""
ODDS: Final = np.dtype(
    [
        ("mispick_ppm", "<i8"),  # a line
        ("damage_ppm", "<i8"),  # a unit
        ("short_ppm", "<i8"),  # a supplier's delivery
        ("short_share_ppm", "<i8"),
        ("over_ppm", "<i8"),
        ("over_share_ppm", "<i8"),
        ("lead_variation", "<f8"),
        ("return_log_days", "<f8"),  # logarithm of the median
        ("return_log_spread", "<f8"),
        ("asks", "<i8"),  # words.Kind of what a customer does who sends back: asks first, or just sends
        ("never_ppm", "<i8"),  # authorised returns that are never sent
        ("inspect_mean_s", "<i8"),
        ("travel_log_days", "<f8"),  # logarithm of the median
        ("travel_log_spread", "<f8"),
        ("claim_paid_ppm", "<i8"),
        ("claim_log_days", "<f8"),
        ("claim_log_spread", "<f8"),
    ]
)


class Goods(NamedTuple):
    """Items, shelves and how they vary."""

    items: Rows  # [I]
    true_units: I64  # [I * N] truly on hand, at item * N + node
    work_days: I64  # [N, D]
    odds: Rows  # [1]
    back: I64  # [3, R] running sums of the reasons of returns; ppm sellable, ppm opened of their units


def new_goods(network: Network, nature: Nature) -> Goods:
    """Items and shelves as they really are; the opening stock, right or wrong, is on them."""
    opening, nodes = nature.opening, len(network.nodes.kind)
    items = np.zeros(len(network.items.tie), ITEM)
    by_tie = np.argsort(network.items.tie, kind="stable")
    items["tie"], items["return_ppm"] = network.items.tie, network.items.return_ppm
    items["neighbour"][by_tie] = np.roll(by_tie, -1)
    true_units = np.zeros(len(items) * nodes, np.int64)
    where = opening.item.astype(np.int64) * nodes + opening.node
    np.add.at(true_units, where, np.maximum(opening.quantity + opening.wrong, 0))
    odds, back = _odds(nature), np.ones((3, 1), np.int64)
    if nature.back is not None:
        back = _back(odds, nature.back)
    return Goods(items, true_units, network.labour.work_days.astype(np.int64), odds, back)


def _odds(nature: Nature) -> Rows:
    hands, supply = nature.hands, nature.supply
    odds = np.zeros(1, ODDS)
    odds["mispick_ppm"], odds["damage_ppm"] = hands.mispick_ppm, hands.damage_ppm
    for name in ("short_ppm", "short_share_ppm", "over_ppm", "over_share_ppm"):
        odds[name] = getattr(supply, name)
    odds["lead_variation"] = supply.lead_spread_ppm / PPM
    odds["return_log_days"], odds["return_log_spread"] = _lognormal(supply.return_days_p50, supply.return_days_p90)
    odds["asks"] = int(Kind.RETURNED)
    if nature.asking is not None:
        asking = nature.asking
        odds["claim_paid_ppm"] = asking.paid_ppm
        odds["claim_log_days"], odds["claim_log_spread"] = _lognormal(asking.answer_days_p50, asking.answer_days_p90)
    return odds


def _lognormal(p50: int, p90: int) -> tuple[float, float]:
    """Logarithm of the median of days, and the spread around it."""
    median, late = max(p50, 1), max(p90, p50, 1)
    # The 90th percentile of the standard normal is 1.2815515655.
    return float(np.log(median)), float(np.log(late / median) / 1.2815515655)


def _back(odds: Rows, back: Back) -> I64:
    odds["asks"], odds["never_ppm"], odds["inspect_mean_s"] = (
        int(Kind.RETURN_ASKED),
        back.never_ppm,
        back.inspect_mean_s,
    )
    odds["travel_log_days"], odds["travel_log_spread"] = _lognormal(back.travel_days_p50, back.travel_days_p90)
    return np.ascontiguousarray(np.stack([back.reason_ppm, back.sellable_ppm, back.opened_ppm]).astype(np.int64))


@compiled
def cargo_task(goods: Goods, nodes: Rows, store: Store, row: np.void) -> int:
    """The task of a cargo, made where it is new; its draws hang on item, node, day and whether it was bought."""
    cargo, item = row["cargo"], row["item"]
    task = find(store.names, 2 * cargo + 1)
    if task < 0:
        pair = joined(goods.items[item]["tie"], nodes[row["to_node"]]["tie"])
        rank = joined(pair, np.uint64(row["at"] // DAY_US * 2 + (cargo & 1)))
        task = new_task(store, 2 * cargo + 1, rank, rank)
        made = store.tasks[task]
        made["item"] = item
        made["node"] = row["to_node"]
        made["quantity"] = row["quantity"]
        made["expected"] = row["quantity"]
    return task


@compiled
def take_replenished(goods: Goods, nodes: Rows, store: Store, seed: int, rows: Rows) -> None:
    """REPLENISHED facts: suppliers begin to produce, and will be done when they are; transfers leave the shelf."""
    for number in range(len(rows)):
        row = rows[number]
        made = store.tasks[cargo_task(goods, nodes, store, row)]
        if row["bought"] != 1:
            _take_off_shelf(goods, made, row["from_node"], len(nodes))
            continue
        stream = joined(np.uint64(seed), made["rank"])
        stretched = spread(stream, purposes.PRODUCTION, 0, goods.odds[0]["lead_variation"])
        made["ready_at"] = row["at"] + int(float(row["ready_at"] - row["at"]) * stretched)
        made["stage"] = BOUGHT


@compiled
def take_moved(
    ways: Ways, goods: Goods, places: tuple[Floor, Roster], hands: tuple[Store, Agenda], key: tuple[int, Rows]
) -> None:
    """MOVED facts, `key` = (seed, rows): cargo leaves with its vehicle and arrives with it; loading it was work."""
    floor, roster = places
    store, agenda = hands
    seed, rows = key
    for number in range(len(rows)):
        row = rows[number]
        lane, at = row["lane"], row["at"]
        origin = ways.lanes[lane]["origin"]
        task = cargo_task(goods, floor.nodes, store, row)
        cargo, kind = store.tasks[task], floor.nodes[origin]["kind"]
        if kind in (STORAGE, FULFILMENT):
            roster.marks[origin, LOADED] += load_us(floor, origin)
        arrival = lane_arrival(ways, seed, lane, at) + max(0, cargo["ready_at"] - at)
        cargo["ready_at"] = 0
        index = put(agenda, arrival, ARRIVED, cargo["rank"], task)
        agenda.rows[index, SECOND] = ways.lanes[lane]["destination"]
        agenda.rows[index, THIRD] = row["quantity"]


@compiled
def _take_off_shelf(goods: Goods, cargo: np.void, node: int, nodes: int) -> None:
    """A transfer takes what the shelf truly has."""
    shelf = cargo["item"] * nodes + node
    taken = min(max(goods.true_units[shelf], 0), cargo["quantity"])
    goods.true_units[shelf] -= taken
    cargo["quantity"] = taken


@compiled
def take_arrived(goods: Goods, floor: Floor, floors: tuple[Store, Stations], due: tuple[int, int], rows: Rows) -> None:
    """ARRIVED facts, `due` = (seed, instant): what has come to its last node waits there for receiving hands."""
    store, stations = floors
    for number in range(len(rows)):
        row = rows[number]
        task = find(store.names, 2 * row["cargo"] + 1)
        if row["last"] != 1 or task < 0:
            continue
        cargo, node = store.tasks[task], row["node"]
        stream = joined(np.uint64(due[0]), cargo["rank"])
        cargo["node"] = node
        if cargo["stage"] == BOUGHT:
            cargo["quantity"] = sent(goods.odds[0], stream, cargo["quantity"])
        store.jobs[task, READY] = due[1]
        store.jobs[task, WORK] = work_us(floor, (node, RECEIVE), 1, cargo["quantity"], stream)
        enqueue(stations, store.jobs, node * PROCESSES + RECEIVE, task)


@compiled
def sent(odds: np.void, stream: np.uint64, quantity: int) -> int:
    """What a supplier really sent."""
    if happens(stream, purposes.SHORT, 0, odds["short_ppm"]):
        return max(0, quantity - max(1, int(quantity * odds["short_share_ppm"] // PPM)))
    if happens(stream, purposes.OVER, 0, odds["over_ppm"]):
        return quantity + max(1, int(quantity * odds["over_share_ppm"] // PPM))
    return quantity


@compiled
def take_count_asked(ways: Ways, goods: Goods, floor: Floor, agenda: Agenda, key: tuple[int, Rows]) -> None:
    """COUNT_ASKED facts, `key` = (seed, rows): somebody counts in the first shift that leaves an hour to get there."""
    seed, rows = key
    for number in range(len(rows)):
        at, rank = count_of(ways, goods, floor, seed, rows[number])
        index = put(agenda, at, COUNTED, rank, rows[number]["node"])
        agenda.rows[index, SECOND] = rows[number]["item"]


@compiled
def count_of(ways: Ways, goods: Goods, floor: Floor, seed: int, row: np.void) -> tuple[int, np.uint64]:
    """When a shelf that was asked for is counted, and the rank of that."""
    days, node, soonest = goods.work_days.shape[1], row["node"], row["at"] + HOUR_US
    day = local_day(ways.midnight_us, floor.nodes[node]["zone"], row["at"])
    rank = joined(joined(goods.items[row["item"]]["tie"], floor.nodes[node]["tie"]), np.uint64(day))
    share = uniform(joined(np.uint64(seed), rank), purposes.COUNT, 0)
    since = int(share * floor.minutes[node, 0] * MINUTE_US)
    while day + 1 < days and (floor.starts[node, day, 0] + since < soonest or goods.work_days[node, day] == 0):
        day += 1
    return max(floor.starts[node, day, 0] + since, soonest), rank

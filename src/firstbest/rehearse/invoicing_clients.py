"""Profit by client, and by order: what was billed for it against what it cost to serve.

What a client was billed stands on its invoices. What it cost comes from the rehearsal's daily cubes: carriers, cartons,
returns and contacts stand with the client that caused them; hours, rent and systems are shared by lines. Freight and
duty of the goods, and the value lost on what comes back, are the client's own.
A single order is billed by rating its own events once more, each order as if it were a tenant under its client's card;
its cost are its own carriers, cartons, returns and contacts, and its lines' share of what is done in the building.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from typing import Final, NamedTuple

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.operate.billing_basis import inside
from firstbest.present.clients import Client, Clients, LostOrder
from firstbest.present.labels import STAGES
from firstbest.rehearse.invoicing import House, cards_of_texts, window_of
from firstbest.rent.card import Dimension
from firstbest.rent.compile import compile_cards
from firstbest.rent.lines import LineKind, month_name
from firstbest.rent.meters import METER_CODES
from firstbest.rent.price import price_month
from firstbest.rent.program import Compiled
from firstbest.rent.tally import count_usage
from firstbest.rent.usage import SOURCE_BOOK, Names, Usage, rows_of
from firstbest.store.sink_writer import quoted
from firstbest.store.usage_book import BillingBook, BillingError, usage_path
from firstbest.store.usage_closing import Closed, card_texts, closed_month, closings
from firstbest.store.usage_kept import kept_usage
from firstbest.world.metrics import Metric
from firstbest.world.network import I64
from firstbest.world.units import MONEY, PPM

OWN: Final = frozenset({"cost_parcel", "cost_van", "cost_material", "cost_returns", "cost_after"})
OF_THE_GOODS: Final = frozenset({"cost_inbound", "cost_duty", "cost_return_loss", "cost_holding"})
"""What goods cost their owner on the way in and on the way back: no service of the house."""
BUILDING: Final = frozenset(
    {"cost_receive", "cost_pick", "cost_pack", "cost_load", "cost_indirect", "cost_building", "cost_systems"}
)
OF_FACT: Final = {
    "picked": ("units_shipped",), "packed": ("units_picked", "labels_printed"), "returned": ("units_returned",),
    "departed": ("lines_shipped", "orders_shipped", "cartons_shipped", "pallets_shipped"),
}  # fmt: skip
"""Meters whose events belong to one order, by the fact that names them."""
PARCELS: Final = 4_096
ORDERS_ONCE: Final = 4_000
SHOWN: Final = 5


class OrderCost(NamedTuple):
    """Of each order that left in the month: [n]. Money in millionths."""

    order: I64
    tenant: I64
    carrier: I64
    cartons: I64
    returns: I64
    late: I64
    lines: I64
    shared: I64

    @property
    def total(self) -> I64:
        """All of it."""
        found: I64 = self.carrier + self.cartons + self.returns + self.late + self.shared
        return found


def clients(house: House, book: BillingBook, label: str | None) -> Clients:
    """Clients over all closed months, and the orders of one month (the last) that lost most."""
    done = closings(book)
    if not done:
        raise BillingError(f"no month is closed: firstbest invoice {house.folder} --month 2026-10 closes one")
    closed = closed_month(book, label) if label else done[-1]
    cards = cards_of_texts(card_texts(book, closed), house.zone)
    priced = not any(
        Dimension.TENANT in rule.when.names for c in cards for charge in c.charges for rule in charge.rules
    )
    costs, pool = client_costs(house, done), building_cost(house, closed)
    billed = [0] * len(house.names.tenants)
    for each in done:
        for invoice in each.invoices:
            billed[invoice.tenant] += invoice.total
    orders = order_costs(house, closed, pool)
    income = order_income(house, closed, compile_cards(cards, closed.names), orders) if priced else orders.total
    counted = np.bincount(orders.tenant, minlength=len(billed))
    found = [
        Client(name, house.titles[code], int(counted[code]), billed[code] / MONEY, costs[code] / MONEY)
        for code, name in enumerate(house.names.tenants)
        if billed[code] or costs[code]
    ]
    result = income - orders.total
    worst = np.argsort(result, kind="stable")[:SHOWN]
    lost = [_lost(house, orders, int(place), float(income[place]) / MONEY) for place in worst if result[place] < 0]
    span = (
        f"{month_name(done[0].period.month)} to {month_name(done[-1].period.month)}; orders are those of {closed.label}"
    )
    notes = [] if house.scale == 1 else [f"from a rehearsal at {house.scale:g} of full scale"]
    if not priced:
        notes.append("a rule asks for tenants by name, so single orders cannot be priced alone and are left out")
    return Clients(
        span, house.workspace.currency, found, lost, len(orders.order), int((result < 0).sum()), "; ".join(notes),
    )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------- clients
def client_costs(house: House, done: Sequence[Closed]) -> list[int]:
    """Cost to serve of every tenant over the closed months, millionths."""
    sums = _cubes(house, done[0], done[-1])
    lines = np.array([sums.get((name, "shipments"), (0, 0))[1] for name in house.names.tenants], np.float64)
    share = lines / max(lines.sum(), 1)
    named = {Metric(metric).name.lower() for stage in STAGES for metric in stage.metrics}
    metrics = sorted(named - OF_THE_GOODS)
    found = []
    for code, name in enumerate(house.names.tenants):
        own = sum(sums.get((name, metric), (0, 0))[0] for metric in metrics if metric in OWN)
        rest = sum(value for (_, metric), (value, _) in sums.items() if metric in metrics and metric not in OWN)
        found.append(own + round(rest * share[code]))
    return found


def building_cost(house: House, closed: Closed) -> int:
    """What the buildings cost in a month, hours and systems included, millionths."""
    return sum(value for (_, metric), (value, _) in _cubes(house, closed, closed).items() if metric in BUILDING)


def _cubes(house: House, first: Closed, last: Closed) -> Mapping[tuple[str, str], tuple[int, int]]:
    """Numerators and denominators by seller and metric over the days of some months."""
    path: Path = house.output / "cubes.parquet"
    if not path.is_file():
        raise BillingError(f"'{path}' is missing; run firstbest rehearse {house.folder} again")
    begins, ends = (
        datetime.fromtimestamp(at // 1_000_000, house.zone).date() for at in (first.period.begins, last.period.ends)
    )
    with duckdb.connect(config={"threads": 2}) as engine:
        rows = engine.execute(
            f"SELECT seller, metric, sum(numerator), sum(denominator) FROM read_parquet('{quoted(path)}') "  # noqa: S608
            f"WHERE day >= DATE '{begins}' AND day < DATE '{ends}' "
            "GROUP BY seller, metric ORDER BY seller, metric"
        ).fetchall()
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in rows}


# ------------------------------------------------------------------------------------------------------------ orders
def order_costs(house: House, closed: Closed, pool: int) -> OrderCost:
    """What each order that left in the month cost."""
    facts = house.facts(window_of(house, closed.period))
    window = window_of(house, closed.period)
    found = {name: inside(rows, window) for name, rows in facts.items()}
    departed, packed, returned, completed = (found[name] for name in ("departed", "packed", "returned", "completed"))
    orders, first = np.unique(departed["order"], return_index=True)
    policy, cartons = house.network.policy, house.network.cartons

    def of(rows: NDArray[np.void], amounts: I64) -> I64:
        spot = np.minimum(np.searchsorted(orders, rows["order"]), len(orders) - 1)
        known = orders[spot] == rows["order"]
        sums = np.zeros(len(orders), np.int64)
        np.add.at(sums, spot[known], amounts[known])
        return sums

    box = np.where(packed["carton"] >= 0, cartons.cost[packed["carton"]], 0) * packed["cartons"]
    back = np.where(returned["ordinal"] == 0, policy.return_label + policy.return_process, 0)
    contacts = policy.contacts_ppm + np.where(completed["door_late"] > 0, policy.contacts_late_ppm, 0)
    lines = of(departed, departed["lines"].astype(np.int64))
    return OrderCost(
        orders, departed["seller"][first].astype(np.int64), of(departed, departed["cost"]), of(packed, box),
        of(returned, back), of(completed, contacts * policy.contact_cost // PPM), lines,
        lines * (pool // max(int(lines.sum()), 1)),
    )  # fmt: skip


def order_income(house: House, closed: Closed, cards: Compiled, orders: OrderCost) -> I64:
    """What each order was billed, millionths: its own events rated as if it were a tenant of its client's card."""
    usage = kept_usage(usage_path(house.bills, closed.label), closed.usage)
    usage = rows_of(usage, (usage.source == SOURCE_BOOK) & (usage.at >= closed.period.begins))
    rows, place = _placed(house, closed, usage, orders)
    income = np.zeros(len(orders.order), np.int64)
    for start in range(0, len(orders.order), ORDERS_ONCE):
        stop = min(start + ORDERS_ONCE, len(orders.order))
        mine = (place >= start) & (place < stop)
        part = rows_of(usage, rows[mine])._replace(tenant=(place[mine] - start).astype(np.int32))
        compiled = _as_tenants(cards, orders.tenant[start:stop])
        tally = count_usage(compiled, [closed.period], [part]).get(closed.period.month, {})
        for key, draft in price_month(compiled, closed.period, tally).items():
            if key.kind in {LineKind.USAGE, LineKind.PERCENT} and key.tenant < stop - start:
                income[start + key.tenant] += round(Fraction(draft.exact))
    return income


def _as_tenants(cards: Compiled, tenant: I64) -> Compiled:
    """The cards with each order in place of a tenant, under the card that holds for its client."""
    names = Names(tuple(f"order {place}" for place in range(len(tenant))), *cards.names[1:])
    program = cards.program._replace(assigned=np.ascontiguousarray(cards.program.assigned[:, :, tenant]))
    return cards._replace(program=program, names=names)


def _placed(house: House, closed: Closed, usage: Usage, orders: OrderCost) -> tuple[I64, I64]:
    """Rows of usage that belong to an order of the month, and which."""
    facts = house.facts(window_of(house, closed.period))
    rows, places = [], []
    for fact, meters in OF_FACT.items():
        keys = (facts[fact]["number"] << 24) | facts[fact]["ordinal"]
        order = np.argsort(keys, kind="stable")
        for meter in (*meters, *(("parcels_carried",) if fact == "departed" else ())):
            mine = np.flatnonzero(usage.meter == METER_CODES[meter])
            ordinal = usage.ordinal[mine] // (PARCELS if meter == "parcels_carried" else 1)
            asked = (usage.number[mine] << 24) | ordinal
            spot = np.minimum(np.searchsorted(keys[order], asked), len(keys) - 1)
            named = facts[fact]["order"][order[spot]]
            place = np.minimum(np.searchsorted(orders.order, named), len(orders.order) - 1)
            known = (keys[order[spot]] == asked) & (orders.order[place] == named)
            rows.append(mine[known])
            places.append(place[known])
    return np.concatenate(rows), np.concatenate(places)


def _lost(house: House, orders: OrderCost, place: int, income: float) -> LostOrder:
    """An order that lost, and what took most of it."""
    parts = {
        "carrier": orders.carrier, "returns": orders.returns, "work in the building": orders.shared,
        "cartons": orders.cartons, "contacts": orders.late,
    }  # fmt: skip
    ranked = sorted(((int(values[place]) / MONEY, words) for words, values in parts.items()), reverse=True)
    why = ", ".join(f"{words} {value:,.2f}" for value, words in ranked if value > 0)
    name = house.order_name(int(orders.order[place]))
    total = float(orders.total[place]) / MONEY
    return LostOrder(name, house.titles[int(orders.tenant[place])], income, total, f"billed {income:,.2f}; cost: {why}")

"""Bulk storage as a primitive: what it can hold, who uses it, what it costs, and what opening it would bring.

Use is that of the meters, day by day. Running cost is what the books of the rehearsal say of the buildings: rent, and
the paid hours that belong to the building as a whole. The cost of a unit *now* spreads it over what is used; the cost
at the *margin* is what one more cubic metre costs while there is room (the hands that bring it in and out).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.billing_basis import Records, Window
from firstbest.operate.billing_stock import empty_shelves, storage
from firstbest.present.primitive import Reference, ShowTold, TenantUse
from firstbest.rehearse.invoicing import House, NothingToBill, periods, window_of
from firstbest.rent.meters import METER_CODES
from firstbest.rent.usage import Attribute, Measure, Usage, joined
from firstbest.store.primitives import Primitives, Storage
from firstbest.store.usage_closing import Closed
from firstbest.store.usage_facts import Facts, standing_of_folder
from firstbest.world.network import I64
from firstbest.world.units import DAY_US, MONEY, PPM
from firstbest.world.words import NodeKind, Process

F64 = NDArray[np.float64]
CM3_M3: Final = 1_000_000
YEAR_DAYS: Final = 365
HANDLING: Final = (Process.RECEIVE, Process.LOAD)
"""Teams that bring goods in and out of bulk storage."""


class Use(NamedTuple):
    """What bulk storage held and cost over the whole months of a rehearsal; volumes in cubic metres."""

    nodes: I64
    capacity_m3: float  # usable space
    daily: F64  # [D, S] at each day's close
    first_day: int  # days since the epoch of the first
    running: float  # rent and indirect hours over these days, whole currency units
    handling_m3: float  # hands for a cubic metre in and out, whole currency units
    busy: F64  # [W, N, P] paid minutes in which there was work, by week, node and process
    paid: F64  # [W, N, P] all paid minutes

    @property
    def days(self) -> int:
        """How many days."""
        return len(self.daily)


def use_of(house: House, figures: Storage) -> Use:
    """Measure bulk storage over all whole months. Raises `NothingToBill` where there is none."""
    network = house.network
    nodes = np.flatnonzero(network.nodes.kind == NodeKind.STORAGE).astype(np.int64)
    listed = periods(house)
    if not listed:
        expected = "a whole month of facts, from its first day to its last, found none"
        raise NothingToBill(f"{house.folder}: expected {expected}; a rehearsal of 62 days or more always holds one")
    begins = listed[0].begins
    days = round((listed[-1].ends - begins) / DAY_US)
    daily, running = np.zeros((days, house.basis.tenants)), 0
    busy = np.zeros((-(-days // 7), len(network.nodes.kind), len(Process)))
    paid = np.zeros_like(busy)
    for facts, usage in stood(house):
        mine = (usage.meter == METER_CODES["storage_cm3_days"]) & np.isin(usage.codes[:, Attribute.NODE], nodes)
        day = np.clip((usage.at[mine] - begins) // DAY_US, 0, days - 1)
        np.add.at(daily, (day, usage.tenant[mine]), usage.measures[mine, Measure.QUANTITY] / CM3_M3)
        running += _running(facts, nodes)
        worked = facts["worked"]
        where = (np.clip((worked["at"] - begins) // DAY_US, 0, days - 1) // 7, worked["node"], worked["process"])
        np.add.at(busy, where, worked["busy_s"] / 60)
        np.add.at(paid, where, worked["paid_min"])
    return Use(
        nodes, float(network.nodes.storage_cm3[nodes].sum()) / CM3_M3, daily, begins // DAY_US, running / MONEY,
        handling(house, nodes, figures), busy, paid,
    )  # fmt: skip


def stood(house: House) -> Iterator[tuple[Facts, Usage]]:
    """Each whole month's facts of STANDING, and the meters of what stood on shelves.

    The same fold as that of the bills (`billing_stock.storage`), on its facts alone: what left the buildings, which is
    most of a book, is not read.
    """
    read, shelves = standing_of_folder(house.output), empty_shelves(house.basis)
    listed, begins = periods(house), house.network.calendar.start_us
    if listed[0].begins > begins:
        before = Window(begins, listed[0].begins, house.network.calendar.first_day)
        shelves = storage(read(before), house.basis, before, shelves).shelves
    for period in listed:
        window = window_of(house, period)
        facts = read(window)
        found = storage(facts, house.basis, window, shelves)
        shelves = found.shelves
        yield facts, joined(found.usage)


def _running(facts: Facts, nodes: I64) -> int:
    """Rent of the buildings and their indirect hours in a month, millionths."""
    closed, worked = _at(facts["day_closed"], nodes), _at(facts["worked"], nodes)
    return int(closed["cost"].sum() + worked[worked["process"] == Process.INDIRECT]["money"].sum())


def _at(rows: Records, nodes: I64) -> Records:
    return rows[np.isin(rows["node"], nodes)]


def handling(house: House, nodes: I64, figures: Storage) -> float:
    """Hands for a cubic metre that comes in and leaves, at the wages of the buildings, whole currency units.

    At a scale below 1 teams stay whole and their hours cost that share (`store.compile_people`), so a cubic metre,
    which then stands for several, takes as much longer.
    """
    labour = house.network.labour
    found = 0.0
    for process, minutes in zip(HANDLING, (figures.receive_min_m3, figures.load_min_m3), strict=True):
        wage = labour.wage_hour[nodes, process] / MONEY
        productive = np.maximum(labour.productive_ppm[nodes, process], 1) / PPM
        found += float(np.mean(wage / productive)) * minutes / 60 / house.scale
    return found


def shown(house: House, figures: Primitives, done: Sequence[Closed]) -> ShowTold:
    """Capacity, use by tenant, costs, prices and contribution."""
    use = use_of(house, figures.storage)
    days = max(use.days, 1)
    mean = use.daily.mean(axis=0)
    used = float(mean.sum())
    tenants = [
        TenantUse(house.titles[code], float(mean[code]), float(mean[code]) / max(used, 1e-9))
        for code in np.argsort(-mean, kind="stable")
        if mean[code] > 0
    ]
    dwell = YEAR_DAYS / figures.storage.turns_year
    price, billed_days = _price(done)
    return ShowTold(
        nodes=[house.network.texts.nodes[node] for node in use.nodes],
        capacity=use.capacity_m3,
        limit=use.capacity_m3 * figures.storage.use,
        used=used,
        peak=float(use.daily.sum(axis=1).max(initial=0.0)),
        tenants=tenants,
        running_year=use.running / days * YEAR_DAYS,
        capital=figures.storage.capital_m3 * use.capacity_m3,
        unit_now=use.running / max(use.daily.sum(), 1e-9),
        unit_full=use.running / max(days * use.capacity_m3 * figures.storage.use, 1e-9),
        margin=use.handling_m3 / dwell,
        price=price,
        references=[Reference(each.name, each.price, each.source, each.certainty) for each in figures.references],
        contribution_year=(price * float(use.daily.sum()) - use.running) / days * YEAR_DAYS if billed_days else None,
        currency=house.workspace.currency,
        days=use.days,
        note="" if house.scale == 1 else f"from a rehearsal at {house.scale:g} of full scale",
    )


def _price(done: Sequence[Closed]) -> tuple[float, float]:
    """The price of a cubic metre for a day on the invoices closed so far, all buildings, and how many were billed."""
    lines = [line for closed in done for line in closed.lines if line.meter == "storage_cm3_days"]
    volume = sum(line.quantity for line in lines) / CM3_M3
    money = sum(line.micros for line in lines) / MONEY
    return (money / volume if volume else 0.0), volume

"""Meters over drawn histories: nothing counted twice, nothing lost, whatever the months are cut into."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from firstbest.operate.billing import FED, UNFED, meter_month, nothing_carried
from firstbest.operate.billing_basis import Basis, Records, Window, basis_of, inside, sides
from firstbest.operate.billing_freight import container_shares, containers_received, van_time
from firstbest.operate.billing_orders import refunds
from firstbest.operate.billing_stock import Layers, left_of, receipts
from firstbest.rent.meters import METER_CODES, METERS
from firstbest.rent.usage import Measure, Usage, joined
from firstbest.store.usage_facts import WANTED, related
from firstbest.world import facts as f
from firstbest.world.units import DAY_US, PPM
from firstbest.world.words import Disposition
from tests.laws.history import Run, run
from tests.laws.worlds import World, made

OUTSIDE = {"member_months", "account_months", "accounts_set_up", "api_calls", "job_cpu_ms", "file_byte_hours",
           "table_bytes", "object_requests", "object_byte_hours", "egress_bytes", "tokens_in", "tokens_out",
           "gpu_ms"}  # fmt: skip


class Metered(NamedTuple):
    """A history's facts and what meters stand on."""

    facts: Mapping[str, Records]
    basis: Basis
    begins: int
    ends: int
    first_day: int


def lived(world: World) -> Metered:
    network, nature = made(world)
    history = run((network, nature), 3, Run())
    facts = {fact.name: history.rows(fact) for fact in WANTED}
    calendar = network.calendar
    return Metered(facts, basis_of(network), calendar.start_us, calendar.end_us + 1, calendar.first_day)


@pytest.fixture(scope="module")
def metered() -> Metered:
    return lived(World(days=15, orders_day=60, stock_days=6, wrong=4))


@pytest.fixture(scope="module")
def keeping() -> Metered:
    """A house that keeps returns and lots: refunds in part, at once, taken back; goods that expire."""
    return lived(World(seed=5, days=15, orders_day=60, stock_days=6, wrong=4, returns=True, at_once=True))


def usage_of(world: Metered, cuts: tuple[int, ...] = (), snapshots: tuple[int, ...] = ()) -> Usage:
    """Usage of the whole history, metered window by window."""
    carried, found = nothing_carried(world.basis), []
    edges = (world.begins, *cuts, world.ends)
    for begins, ends in pairwise(edges):
        window = Window(begins, ends, world.first_day, snapshots)
        usage, carried = meter_month(related(world.facts, window), world.basis, window, carried)
        found.append(usage)
    return joined(found)


def of(usage: Usage, meter: str) -> Usage:
    return Usage._make(column[usage.meter == METER_CODES[meter]] for column in usage)


def test_every_meter_is_fed_declared_unfed_or_outside() -> None:
    assert set(FED) | set(UNFED) | OUTSIDE == {meter.name for meter in METERS}
    assert not set(FED) & set(UNFED)


@pytest.mark.parametrize("which", ["metered", "keeping"])
def test_no_event_of_a_meter_is_named_twice(which: str, request: pytest.FixtureRequest) -> None:
    usage = usage_of(request.getfixturevalue(which))
    names = np.stack([usage.meter.astype(np.int64), usage.number, usage.ordinal])

    assert usage.rows > 1_500
    assert np.unique(names, axis=1).shape[1] == usage.rows


def test_what_tenants_store_is_what_the_buildings_hold(metered: Metered) -> None:
    stored = of(usage_of(metered), "storage_cm3_days")
    closed = metered.facts["day_closed"]

    assert stored.measures[:, Measure.QUANTITY].sum() == closed["volume_cm3"].sum() > 0


def money(usage: Usage, meter: str) -> int:
    rows = of(usage, meter).measures
    return int((rows[:, Measure.QUANTITY] * rows[:, Measure.VALUE]).sum())


def test_what_customers_are_paid_back_is_what_the_refunds_say(keeping: Metered) -> None:
    usage, refunded, departed = usage_of(keeping), keeping.facts["refunded"], keeping.facts["departed"]
    returned = of(usage, "units_returned").measures[:, Measure.QUANTITY]
    back, again = refunded["amount"] > 0, refunded["amount"] < 0

    assert back.sum() > 20
    assert again.sum() > 3
    assert money(usage, "sales_returned") == refunded["amount"][back].sum()
    assert money(usage, "sales") == departed["value"].sum() - refunded["amount"][again].sum()
    assert returned.sum() == keeping.facts["returned"]["quantity"].sum()


def test_a_refund_that_does_not_divide_is_told_to_the_millionth(keeping: Metered) -> None:
    rows = np.zeros(3, f.REFUNDED.dtype)
    rows["amount"], rows["quantity"], rows["number"] = [10, -7, 9], [3, 3, 3], [1, 2, 3]
    usage = joined(refunds(rows, keeping.basis))

    assert (money(usage, "sales_returned"), money(usage, "sales")) == (19, 7)
    assert sorted(of(usage, "sales_returned").measures[:, Measure.QUANTITY].tolist()) == [1, 2, 3]
    assert usage.measures[:, Measure.QUANTITY].sum() == rows["quantity"].sum()


def test_a_house_without_returns_refunds_what_comes_back(metered: Metered) -> None:
    returned = metered.facts["returned"]

    assert not metered.basis.refunds
    assert money(usage_of(metered), "sales_returned") == (returned["quantity"] * returned["price"]).sum() > 0


def test_units_that_are_gone_for_good_are_removed_once(keeping: Metered) -> None:
    usage, disposed, expired = usage_of(keeping), keeping.facts["disposed"], keeping.facts["expired"]
    gone = (disposed["disposition"] != Disposition.RESTOCK) & (disposed["disposition"] != Disposition.REFURBISH)
    units = disposed["quantity"][gone].sum() + expired["quantity"].sum()

    assert gone.sum() > 5
    assert expired["quantity"].sum() > 0
    assert of(usage, "units_removed").measures[:, Measure.QUANTITY].sum() == units


def test_hours_of_vans_are_those_to_the_last_door_of_each_route(metered: Metered) -> None:
    vanned, delivered = metered.facts["vanned"], metered.facts["delivered"]
    doors = {(d["order"], d["node"], d["attempt"]): d["at"] for d in delivered}
    last: dict[tuple[int, int, int], tuple[int, int]] = {}
    for row in vanned:
        at = doors.get((row["order"], row["node"], row["attempt"]))
        if at is not None and at < row["at"] + DAY_US:
            route = (int(row["number"]), int(row["station"]), int(row["route"]))
            last[route] = (int(row["at"]), max(int(at), last.get(route, (0, 0))[1]))
    found = of(usage_of(metered), "van_s")

    assert len(last) > 3
    assert found.measures[:, Measure.QUANTITY].sum() == sum(b // 10**6 - a // 10**6 for a, b in last.values()) > 0
    assert found.rows > len(last)
    assert (found.measures[:, Measure.QUANTITY] > 0).all()


def test_a_door_of_another_day_is_no_time_of_this_van(metered: Metered) -> None:
    vanned, delivered = np.zeros(2, f.VANNED.dtype), np.zeros(2, f.DELIVERED.dtype)
    vanned["order"] = delivered["order"] = [1, 2]
    vanned["stop"] = [0, 1]
    delivered["at"], delivered["number"] = [600 * 10**6, DAY_US + 5], [7, 8]
    usage = van_time(vanned, delivered, Window(0, 2 * DAY_US, 0), metered.basis)

    assert usage.measures[:, Measure.QUANTITY].tolist() == [600]
    assert van_time(vanned[:0], delivered, Window(0, DAY_US, 0), metered.basis).rows == 0


def test_a_container_is_unloaded_by_shares_and_once(metered: Metered) -> None:
    """Two tenants share a container; a third cargo of it comes in later, and a cargo by road is no container."""
    basis = metered.basis
    item = [int(np.flatnonzero(basis.item_tenant == tenant)[0]) for tenant in np.unique(basis.item_tenant)[:2]]
    moved, arrived = np.zeros(4, f.MOVED.dtype), np.zeros(4, f.ARRIVED.dtype)
    moved["cargo"] = arrived["cargo"] = [1, 3, 5, 7]
    moved["item"] = arrived["item"] = [item[0], item[1], item[0], item[0]]
    moved["number"], moved["quantity"], moved["to_node"] = 4, 1, 1
    arrived["node"], arrived["number"], arrived["ordinal"] = 1, [8, 8, 9, 8], range(4)
    moved["lane"] = [0, 0, 0, 1]
    volume = np.ones_like(basis.inbound_cm3)
    basis = basis._replace(ocean=np.array([True, False]), inbound_cm3=volume)
    none = np.zeros(basis.tenants, np.int64)

    first, parts = containers_received(arrived[[0, 1, 3]], moved, basis, none)
    assert first.rows == 0
    assert parts[basis.item_tenant[item]].tolist() == [333_333, 333_333]
    whole, rest = containers_received(arrived[[2]], moved, basis, parts + 350_000 * (parts > 0))
    assert whole.measures[:, Measure.QUANTITY].tolist() == [1]
    assert whole.number.tolist() == [9]
    assert rest[basis.item_tenant[item[0]]] == 333_333 + 350_000 + 333_334 - PPM
    assert containers_received(arrived[:0], moved[:0], basis, none)[0].rows == 0


def test_what_left_is_what_is_charged(metered: Metered) -> None:
    usage, departed = usage_of(metered), metered.facts["departed"]
    sales, parcels, orders = of(usage, "sales"), of(usage, "parcels_carried"), of(usage, "orders_shipped")

    assert sales.measures[:, Measure.QUANTITY].sum() == departed["units"].sum() > 100
    assert (sales.measures[:, Measure.QUANTITY] * sales.measures[:, Measure.VALUE]).sum() == departed["value"].sum()
    assert parcels.measures[:, Measure.VALUE].sum() == departed["cost"].sum()
    assert parcels.rows == departed["cartons"].sum()
    assert orders.rows == len(np.unique(departed["order"])) <= len(departed)


def test_promises_leave_out_what_the_customer_caused(metered: Metered) -> None:
    usage, completed = usage_of(metered), metered.facts["completed"]
    due, kept = of(usage, "promises_due").rows, of(usage, "promises_kept").rows

    assert kept == int((completed["door_late"] == 0).sum())
    assert kept < due <= len(completed)


@pytest.mark.parametrize("cuts", [1, 4])
@pytest.mark.parametrize("which", ["metered", "keeping"])
def test_cutting_time_changes_no_event(which: str, cuts: int, request: pytest.FixtureRequest) -> None:
    metered: Metered = request.getfixturevalue(which)
    inner = np.linspace(metered.begins, metered.ends, cuts + 2)[1:-1].astype(np.int64)
    snapshot = (int(metered.facts["day_closed"]["day"][-1]) + metered.first_day - 2,)
    whole = usage_of(metered, (), snapshot)
    cut = usage_of(metered, tuple(inner.tolist()), snapshot)

    def ordered(usage: Usage) -> list[np.ndarray]:
        place = np.lexsort((usage.ordinal, usage.number, usage.meter))
        return [column[place] for column in usage]

    assert of(whole, "aged_units").rows > 0
    for one, two in zip(ordered(whole), ordered(cut), strict=True):
        assert np.array_equal(one, two)


def test_a_month_without_facts_is_empty(metered: Metered) -> None:
    window = Window(metered.ends + 1, metered.ends + 2, metered.first_day)
    usage, _ = meter_month(related(metered.facts, window), metered.basis, window, nothing_carried(metered.basis))

    assert usage.rows == 0
    assert len(inside(metered.facts["departed"], window)) == 0


def test_shares_of_a_container_add_up_to_one() -> None:
    rows = np.zeros(7, f.MOVED.dtype)
    rows["number"] = [1, 1, 1, 1, 2, 2, 2]
    rows["vehicle"] = [0, 0, 0, 1, 0, 0, 0]
    rows["ordinal"] = range(7)
    shares = container_shares(rows, np.array([1, 1, 1, 5, 7, 0, 3]))

    assert shares[:3].sum() == shares[3] == shares[4:].sum() == PPM
    assert shares[5] == 0


def test_the_oldest_units_leave_first() -> None:
    layers = Layers(np.array([0, 0, 0, 1]), np.array([10, 20, 30, 5]), np.array([4, 3, 2, 9]))
    left = left_of(layers, np.array([4, 12]))

    assert left.item.tolist() == [0, 0, 1]
    assert left.at.tolist() == [20, 30, 5]
    # Three units more of item 1 than ever came in: a count found them, and they are as old as the oldest layer.
    assert left.quantity.tolist() == [2, 2, 12]


def test_sides_not_given_are_those_of_a_square_box() -> None:
    assert sides(np.array([1_000, 1, 10**6]), np.array([100, 400, 50])).tolist() == [100, 2, 50]


def test_cases_of_a_receipt_are_whole_and_none_where_no_case_is_stated(metered: Metered) -> None:
    """Receipts drawn here: whole cases, a begun one, an item without a case, a transfer of the house's own."""
    rows = np.zeros(5, f.RECEIVED.dtype)
    rows["item"], rows["quantity"] = [0, 1, 2, 0, 1], [14, 15, 9, 0, 7]
    rows["cargo"], rows["number"] = [1, 1, 1, 1, 2], np.arange(5)
    case = np.zeros(len(metered.basis.item_tenant), np.int64)
    case[:2] = 7
    found = of(joined(receipts(rows, metered.basis._replace(case_units=case))), "cartons_received")

    assert found.number.tolist() == [0, 1]
    assert found.measures[:, Measure.QUANTITY].tolist() == [2, 3]
    assert not of(usage_of(metered), "cartons_received").rows

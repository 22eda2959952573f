"""The whole physics under a toy house: the same for any cut, nothing made of nothing, all of it occurs."""

import copy

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbest.kernels.agenda import PAST, new_agenda
from firstbest.rehearse import works
from firstbest.rehearse.outside import Physics
from firstbest.world import facts
from firstbest.world.commands import Batch
from firstbest.world.units import DAY_US, HOUR_US, MINUTE_US
from firstbest.world.words import Kind, LateCause, Outcome, Process
from tests.rehearsals.small import Size, small_network
from tests.rehearsals.toy_house import ToyHouse, block

SIZE = Size(days=24, orders_day=120, stock_days=12, heads=4)
NETWORK, NATURE = small_network(SIZE)
START = NETWORK.calendar.start_us
ITEMS, NODES = len(NETWORK.items.tie), len(NETWORK.nodes.tie)


@pytest.fixture(scope="module")
def house() -> ToyHouse:
    """A history of 21 days."""
    return ToyHouse(NETWORK, NATURE).run(START + 21 * DAY_US)


def of_kind(batch: Batch, kind: Kind) -> Batch:
    return batch.select(batch.commands["kind"] == kind)


def same(one: Batch, other: Batch) -> bool:
    return one.commands.tobytes() == other.commands.tobytes() and one.lines.tobytes() == other.lines.tobytes()


@settings(max_examples=8)
@given(st.lists(st.integers(START, START + 5 * DAY_US), min_size=1, max_size=60))
def test_commands_may_be_asked_for_in_any_pieces(cuts: list[int]) -> None:
    whole = ToyHouse(NETWORK, NATURE).run(START + 5 * DAY_US)
    cut = ToyHouse(NETWORK, NATURE).run(START + 5 * DAY_US, cuts)
    assert same(whole.commands(), cut.commands())
    assert np.array_equal(whole.physics.true_units, cut.physics.true_units)


def test_a_long_silence_is_as_good_as_many_questions(house: ToyHouse) -> None:
    one, other = ToyHouse(NETWORK, NATURE).run(START + 3 * DAY_US), ToyHouse(NETWORK, NATURE).run(START + 3 * DAY_US)
    end = START + 20 * DAY_US
    whole = one.physics.until(end)
    parts = [other.physics.until(at) for at in range(START + 3 * DAY_US, end + 1, 7 * HOUR_US + 13)]
    parts.append(other.physics.until(end))
    kinds = np.concatenate([part.commands["kind"] for part in parts])
    assert np.array_equal(whole.commands["kind"], kinds)
    assert np.array_equal(whole.commands["at"], np.concatenate([part.commands["at"] for part in parts]))
    assert np.array_equal(whole.lines, np.concatenate([part.lines for part in parts]))


def test_room_that_is_made_on_the_way_changes_nothing() -> None:
    """Tables that hold next to nothing at first are found too small in the middle of a slice, again and again."""
    roomy, narrow = ToyHouse(NETWORK, NATURE), ToyHouse(NETWORK, NATURE)
    physics = narrow.physics
    physics._store, physics._told, physics._agenda = works.new_store(2, 1), works.new_told(1, 0), new_agenda(1)
    physics._agenda.marks[PAST] = START
    roomy.run(START + 9 * DAY_US), narrow.run(START + 9 * DAY_US)
    assert same(roomy.commands(), narrow.commands())
    assert np.array_equal(roomy.physics.true_units, physics.true_units)
    assert len(physics._agenda.rows) < len(roomy.physics._agenda.rows)


def test_shipments_that_were_never_released_leave_whether_or_not_there_is_room() -> None:
    """After a fork many may leave that the physics does not know: room is made where it ends, and none is left out."""
    count = 3_000
    rows = np.zeros(count, facts.DEPARTED.dtype)
    rows["order"], rows["node"], rows["at"] = np.arange(count), 1, START + HOUR_US
    rows["tie"] = np.arange(count) * 977
    roomy, narrow = Physics(NETWORK, NATURE, 1), Physics(NETWORK, NATURE, 1)
    narrow._store = works.new_store(5, 1)
    for physics in (roomy, narrow):
        physics.accept([facts.Block(facts.DEPARTED, rows)], START + HOUR_US)
    one, other = (physics.until(START + 20 * DAY_US) for physics in (roomy, narrow))
    assert len(roomy._store.tasks) >= count > 5
    assert same(one, other)
    assert np.array_equal(np.sort(of_kind(one, Kind.DELIVERED).commands["order"]), np.arange(count))


def test_a_copy_of_what_is_under_way_is_the_same_and_apart() -> None:
    one = ToyHouse(NETWORK, NATURE).run(START + 6 * DAY_US).physics
    other, before = copy.deepcopy(one), one._store.tasks.tobytes() + one._store.lines.tobytes()
    end = START + 9 * DAY_US
    gone_on = other.until(end)
    assert one._store.tasks.tobytes() + one._store.lines.tobytes() == before
    assert len(gone_on.commands) > 100
    assert same(one.until(end), gone_on)


def test_the_same_seed_gives_the_same_bytes(house: ToyHouse) -> None:
    again = ToyHouse(NETWORK, NATURE).run(START + 4 * DAY_US).commands()
    other = ToyHouse(NETWORK, NATURE, seed=2).run(START + 4 * DAY_US).commands()
    before = Batch(house.commands().commands[: len(again.commands)], house.commands().lines[: len(again.lines)])
    assert same(again, before)
    assert not same(again, other)


def test_every_kind_occurs_and_is_in_order(house: ToyHouse) -> None:
    batch = house.commands()
    c = batch.commands
    least = {
        Kind.PLACE: 2_000, Kind.CANCEL: 20, Kind.PICKED: 2_000, Kind.PACKED: 1_700, Kind.DELIVERED: 1_500,
        Kind.ARRIVED: 300, Kind.RECEIVED: 150, Kind.COUNTED: 50, Kind.RETURNED: 100, Kind.WORKED: 500,
    }  # fmt: skip
    for kind, count in least.items():
        assert (c["kind"] == kind).sum() >= count, kind.name
    assert np.all(np.diff(c["at"]) >= 0)
    assert np.array_equal(np.cumsum(c["lines"]) - c["lines"], c["first_line"])
    assert np.all(c["number"] == 0)
    assert house.moves["cancelled on the floor"] > 0


def test_outcomes_and_causes_of_journeys(house: ToyHouse) -> None:
    c = of_kind(house.commands(), Kind.DELIVERED).commands
    counts = np.bincount(c["service"], minlength=3) / len(c)
    assert counts[Outcome.LOST] == pytest.approx(0.003, abs=0.004)
    assert 0 < counts[Outcome.DAMAGED] < 0.01
    failed, home = c["quantity"] > 0, c["service"] == Outcome.DELIVERED
    assert failed.mean() == pytest.approx(0.03, abs=0.012)
    assert set(c["flag"][failed & home]) <= {LateCause.ADDRESS_OR_CUSTOMER, LateCause.LAST_MILE, LateCause.LINEHAUL}
    assert set(c["flag"]) >= {0, LateCause.LAST_MILE, LateCause.ADDRESS_OR_CUSTOMER}
    assert (c["flag"][~failed & home] == LateCause.LAST_MILE).mean() == pytest.approx(0.05, abs=0.03)
    assert len(np.unique(c["order"])) == len(c)


def test_parcels_come_in_door_hours_of_business_days(house: ToyHouse) -> None:
    c = of_kind(house.commands(), Kind.DELIVERED).commands
    ground = np.array([house.orders[int(order)]["place"] not in (0, 4) for order in c["order"]])
    c = c[ground]
    place = np.array([house.orders[int(order)]["place"] for order in c["order"]])
    midnight = NETWORK.calendar.midnight_us[NETWORK.places.time_zone[place]]
    day = (midnight <= c["at"][:, None]).sum(axis=1) - 1
    since = c["at"] - midnight[np.arange(len(c)), day]
    assert np.all((since >= 9 * HOUR_US) & (since < 20 * HOUR_US))
    assert np.all(NETWORK.calendar.weekday[day] < 5)
    assert (np.bincount(day) > 0).sum() > 10


def test_true_stock_is_made_of_nothing_but_receipts(house: ToyHouse) -> None:
    opening = NATURE.opening
    true = np.zeros(ITEMS * NODES, np.int64)
    np.add.at(true, opening.item * NODES + opening.node, np.maximum(opening.quantity + opening.wrong, 0))
    batch = house.commands()
    received = of_kind(batch, Kind.RECEIVED).commands
    np.add.at(true, received["item"] * NODES + received["node"], received["quantity"])
    picked = of_kind(batch, Kind.PICKED)
    node = np.repeat(picked.commands["node"], picked.commands["lines"])
    np.subtract.at(true, picked.lines["item"] * NODES + node, picked.lines["quantity"])
    left = house.physics.true_units
    assert left.min() >= 0
    fulfilment = np.isin(np.arange(ITEMS * NODES) % NODES, (3, 4, 5))
    lost = (true - left)[fulfilment].sum()
    assert 0 <= lost <= 0.01 * picked.lines["quantity"].sum(), "only damage is lost"
    moved = (true - left)[np.arange(ITEMS * NODES) % NODES == 2].sum()
    assert moved <= house.moves["sent on"]


def test_shelves_run_short_and_counts_tell_the_truth(house: ToyHouse) -> None:
    batch = house.commands()
    picked = of_kind(batch, Kind.PICKED)
    wanted = {
        (order, line["line"]): line["quantity"] for order, known in house.orders.items() for line in known["lines"]
    }
    order = np.repeat(picked.commands["order"], picked.commands["lines"])
    asked = np.array([wanted[int(name), int(line)] for name, line in zip(order, picked.lines["line"], strict=True)])
    assert np.all(picked.lines["quantity"] <= asked)
    assert 0 < (picked.lines["quantity"] < asked).mean() < 0.5
    nothing = np.add.reduceat(picked.lines["quantity"], picked.commands["first_line"]) == 0
    packed = of_kind(batch, Kind.PACKED).commands["order"]
    assert not np.intersect1d(picked.commands["order"][nothing], packed).size, "nothing found, nothing packed"
    assert of_kind(batch, Kind.COUNTED).commands["quantity"].min() >= 0


def test_suppliers_are_now_and_then_short_or_over(house: ToyHouse) -> None:
    c = of_kind(house.commands(), Kind.RECEIVED).commands
    bought = c["node"] == 2
    if bought.sum():
        assert np.abs(c["quantity"] - c["expected"])[bought].max() <= 0.05 * 300 + 1
    assert np.all(c["quantity"][~bought] <= c["expected"][~bought]), "a transfer brings what the shelf gave"


def test_returns_are_part_of_what_was_delivered(house: ToyHouse) -> None:
    batch = house.commands()
    back, delivered = of_kind(batch, Kind.RETURNED), of_kind(batch, Kind.DELIVERED).commands
    at = dict(zip(delivered["order"].tolist(), delivered["at"].tolist(), strict=True))
    for row in back.commands:
        assert row["at"] >= at[int(row["order"])] + DAY_US
        had = {int(line["line"]): int(line["quantity"]) for line in house.orders[int(row["order"])]["lines"]}
        lines = back.lines[row["first_line"] : row["first_line"] + row["lines"]]
        assert len(lines)
        assert all(0 < line["quantity"] <= had[int(line["line"])] for line in lines)


def test_hours_are_paid_by_the_roster_less_who_did_not_come(house: ToyHouse) -> None:
    c = of_kind(house.commands(), Kind.WORKED).commands
    labour = NETWORK.labour
    direct = c[c["service"] != Process.INDIRECT]
    name = ((direct["place"] * 2 + direct["flag"]) * NODES + direct["node"]) * 5 + direct["service"]
    assert len(np.unique(name)) == len(name), "a shift is reported once"
    minutes = labour.shift_minutes[direct["node"], direct["flag"]] + 30 * (direct["place"] % 3)
    heads = labour.heads[direct["node"], direct["service"]]
    assert np.array_equal(direct["item"], minutes), "one temporary hand"
    regular = direct["quantity"] - direct["item"]
    assert np.all(regular % minutes == 0)
    assert np.all(regular <= heads * minutes)
    assert regular.sum() / (heads * minutes).sum() == pytest.approx(0.94, abs=0.02)
    assert np.array_equal(direct["expected"], regular // minutes * 30 * (direct["place"] % 3))
    assert np.all(
        direct["customer"][direct["service"] != Process.LOAD]
        <= 60 * direct["quantity"][direct["service"] != Process.LOAD]
    )
    for process in (Process.RECEIVE, Process.PICK, Process.PACK, Process.LOAD):
        assert direct["customer"][direct["service"] == process].sum() > 0
    indirect = c[c["service"] == Process.INDIRECT]
    assert indirect["quantity"].sum() == pytest.approx(0.35 * direct["quantity"].sum(), rel=0.01)


def test_work_is_done_in_working_hours_and_in_order(house: ToyHouse) -> None:
    batch = house.commands()
    for node, zone in ((3, 0), (4, 1), (5, 2)):
        picked = of_kind(batch, Kind.PICKED).commands
        at = picked["at"][picked["node"] == node]
        midnight = NETWORK.calendar.midnight_us[zone]
        since = at - midnight[(midnight <= at[:, None]).sum(axis=1) - 1]
        assert np.all((since > 6 * HOUR_US) | (since < HOUR_US))
    picked_at = {int(row["order"]): int(row["at"]) for row in of_kind(batch, Kind.PICKED).commands}
    assert all(int(row["at"]) > picked_at[int(row["order"])] for row in of_kind(batch, Kind.PACKED).commands)


def test_a_stopped_process_starts_nothing() -> None:
    at = START + 16 * HOUR_US
    shock = {
        "breakdown_node": 3,
        "breakdown_process": Process.PACK,
        "breakdown_from_us": at,
        "breakdown_until_us": at + 6 * HOUR_US,
    }
    columns = {name: np.array([value], np.int64) for name, value in shock.items()}
    nature = NATURE._replace(hands=NATURE.hands._replace(**columns))
    packed = of_kind(ToyHouse(NETWORK, nature).run(START + DAY_US).commands(), Kind.PACKED).commands
    stopped = packed[packed["node"] == 3]["at"]
    assert not np.any((stopped > at + HOUR_US) & (stopped <= at + 6 * HOUR_US))
    whole = of_kind(ToyHouse(NETWORK, NATURE).run(START + DAY_US).commands(), Kind.PACKED).commands
    free = whole[whole["node"] == 3]["at"]
    assert np.any((free > at + HOUR_US) & (free <= at + 6 * HOUR_US))


def test_snow_and_a_held_up_port() -> None:
    def first_arrival(nature: object) -> int:
        physics = Physics(NETWORK, nature, 1)  # type: ignore[arg-type]
        physics.until(START + HOUR_US)
        cargo = {"cargo": 5, "quantity": 10, "item": 0, "to_node": 2, "lane": 0, "at": START + HOUR_US}
        physics.accept(block(facts.MOVED, [cargo]), START + HOUR_US)
        found = of_kind(physics.until(START + 60 * DAY_US), Kind.ARRIVED).commands
        return int(found["at"][0])

    plain = first_arrival(NATURE)
    port = {"delay_lane": 0, "delay_from_us": plain - 1, "delay_until_us": plain + 1, "delay_s": 9 * 86_400}
    held = {name: np.array([value], np.int64) for name, value in port.items()}
    assert first_arrival(NATURE._replace(roads=NATURE.roads._replace(**held))) == plain + 9 * DAY_US
    snow = {"snow_node": 0, "snow_from_us": START, "snow_until_us": START + 2 * DAY_US}
    fell = {name: np.array([value], np.int64) for name, value in snow.items()}
    late = first_arrival(NATURE._replace(roads=NATURE.roads._replace(**fell))) - plain
    assert late == 2 * DAY_US - HOUR_US


def test_cancelled_work_is_not_done_and_unplanned_units_go_back() -> None:
    none = NATURE.demand._replace(orders_day=np.zeros_like(NATURE.demand.orders_day))
    physics = Physics(NETWORK, NATURE._replace(demand=none), 1)
    before, wave = physics.true_units.copy(), START + 12 * HOUR_US
    name = {"at": wave, "node": 3}
    crew = [name | {"process": process, "heads": 4} for process in (Process.PICK, Process.PACK)]
    physics.accept(block(facts.ROSTERED, crew), START)
    assert not len(physics.until(wave).commands)
    shipments = [name | {"order": order, "tie": order, "lines": 1, "units": 1} for order in range(6)]
    lines = [name | {"order": order, "item": 1, "quantity": 1} for order in range(6)]
    physics.accept(block(facts.RELEASED, shipments) + block(facts.TASKED, lines), wave)
    # The last orders still wait for a picker; what the house grants before a timer takes effect at it.
    physics.accept(block(facts.CANCELLED, [name | {"order": 5, "item": 1, "quantity": 1, "granted": 1}]), wave)
    told = physics.until(wave + 30 * MINUTE_US)
    assert sorted(of_kind(told, Kind.PICKED).commands["order"]) == [0, 1, 2, 3, 4]
    assert sorted(of_kind(told, Kind.PACKED).commands["order"]) == [0, 1, 2, 3, 4]
    assert (before - physics.true_units).sum() == 5
    physics.accept(block(facts.UNPLANNED, [name | {"at": wave + 30 * MINUTE_US}]), wave + 30 * MINUTE_US)
    assert (before - physics.true_units).sum() == 4

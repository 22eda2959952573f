"""Demand: the same orders whatever else changes, in the proportions asked for."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from firstbest.rehearse import demand
from firstbest.rehearse.demand import Demand
from firstbest.rehearse.demand_draws import ORDER_BITS
from firstbest.world.commands import Batch
from firstbest.world.nature import Log, Nature
from firstbest.world.network import Network
from firstbest.world.units import DAY_US, HOUR_US
from firstbest.world.words import Kind, Service
from tests.rehearsals.small import Size, small_network

NETWORK, NATURE = small_network(Size(days=12, orders_day=400))
START = NETWORK.calendar.start_us


def drawn(network: Network, nature: Nature, cuts: list[int] | None = None, seed: int = 3, days: int = 10) -> Batch:
    """The orders of some days, asked for piece by piece."""
    demand, end = Demand(network, nature, seed), START + days * DAY_US
    parts = [demand.before(limit).select(slice(None)) for limit in [*sorted(cuts or []), end]]
    lines, commands, first = [part.lines for part in parts], [], 0
    for part in parts:
        rows = part.commands.copy()
        rows["first_line"] += first
        commands.append(rows)
        first += len(part.lines)
    return Batch(np.concatenate(commands), np.concatenate(lines))


def same(one: Batch, other: Batch) -> bool:
    return one.commands.tobytes() == other.commands.tobytes() and one.lines.tobytes() == other.lines.tobytes()


WHOLE = drawn(NETWORK, NATURE)


@given(st.lists(st.integers(START - DAY_US, START + 10 * DAY_US), max_size=30), st.sampled_from([1, 37, 600]))
def test_orders_may_be_asked_for_and_drawn_in_any_pieces(cuts: list[int], piece: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demand, "PIECE", piece)
        assert same(drawn(NETWORK, NATURE, cuts), WHOLE)


def test_orders_are_well_formed() -> None:
    c, lines = WHOLE
    assert np.all(np.diff(c["at"]) >= 0)
    assert len(np.unique(c["order"])) == len(np.unique(c["tie"])) == len(c) > 3_500
    assert set(c["kind"]) == {Kind.PLACE}
    assert np.array_equal(np.cumsum(c["lines"]) - c["lines"], c["first_line"])
    assert c["lines"].sum() == len(lines)
    items = NETWORK.items
    owner = np.repeat(np.arange(len(c)), c["lines"])
    assert len(np.unique(owner * 100 + lines["item"])) == len(lines), "no item stands twice in an order"
    sellers = items.seller[lines["item"]]
    assert np.array_equal(sellers, sellers[c["first_line"]][owner]), "an order is of one seller"
    assert np.array_equal(lines["price"], items.price[lines["item"]])
    assert np.array_equal(lines["line"], np.arange(len(lines)) - c["first_line"][owner])
    zone = NETWORK.places.time_zone[c["place"]]
    midnight = NETWORK.calendar.midnight_us[zone, c["order"] >> ORDER_BITS]
    assert np.all((c["at"] >= midnight) & (c["at"] < midnight + DAY_US + HOUR_US))


def test_proportions_are_those_asked_for() -> None:
    network, nature = small_network(Size(days=12, orders_day=20_000))
    c, lines = drawn(network, nature, days=5)
    demand = nature.demand
    whole = (c["order"] >> ORDER_BITS) < 4
    assert np.bincount(c["order"][whole] >> ORDER_BITS) == pytest.approx(demand.orders_day[:4], rel=0.03)
    place = np.bincount(c["place"]) / len(c)
    assert place == pytest.approx(network.places.weight / network.places.weight.sum(), abs=0.02)
    assert (c["service"] == Service.MEMBER).mean() == pytest.approx(0.3, abs=0.02)
    assert (c["service"] == Service.ECONOMY).mean() == pytest.approx(0.7 * 0.2, abs=0.02)
    assert (c["lines"] == 1).mean() == pytest.approx(0.62, abs=0.01)
    assert np.bincount(lines["quantity"])[1:] / len(lines) == pytest.approx([0.87, 0.09, 0.04], abs=0.01)
    first = lines[c["first_line"]]
    seller = network.items.seller[first["item"]]
    assert np.bincount(seller) / len(c) == pytest.approx([0.55, 0.30, 0.15], abs=0.01)
    assert (first["item"][seller == 0] == 0).mean() == pytest.approx(0.6, abs=0.01)
    hour = (
        c["at"] - network.calendar.midnight_us[network.places.time_zone[c["place"]], c["order"] >> ORDER_BITS]
    ) // HOUR_US
    assert np.bincount(hour[whole], minlength=24) / whole.sum() == pytest.approx(demand.hour_ppm / 1e6, abs=0.005)
    one = c["customer"] == np.bincount(c["customer"]).argmax()
    assert one.sum() > 5
    assert len(set(c["place"][one])) == len(set(c["service"][one] == Service.MEMBER)) == 1, "customers persist"


def by_order(batch: Batch) -> dict[int, tuple[bytes, bytes]]:
    rows = batch.commands.copy()
    rows["first_line"] = 0
    spans = zip(batch.commands["first_line"], batch.commands["lines"], strict=True)
    chunks = [batch.lines[first : first + count].tobytes() for first, count in spans]
    return {int(row["order"]): (row.tobytes(), chunk) for row, chunk in zip(rows, chunks, strict=True)}


def test_more_demand_only_appends_orders() -> None:
    more = NATURE._replace(demand=NATURE.demand._replace(orders_day=NATURE.demand.orders_day * 3 // 2))
    few, many = by_order(WHOLE), by_order(drawn(NETWORK, more))
    assert len(many) > 1.4 * len(few)
    assert few.items() <= many.items()


def test_a_boost_changes_what_is_bought_not_who_buys() -> None:
    boost = {"boost_item": [1], "boost_from": [2], "boost_until": [5], "boost_x1000": [8_000]}
    columns = {name: np.array(value, np.int64) for name, value in boost.items()}
    boosted = drawn(NETWORK, NATURE._replace(demand=NATURE.demand._replace(**columns)))
    for name in ("at", "order", "customer", "place", "lines"):
        assert np.array_equal(boosted.commands[name], WHOLE.commands[name])
    day = np.repeat(WHOLE.commands["order"] >> ORDER_BITS, WHOLE.commands["lines"])
    during = (day >= 2) & (day < 5)
    assert np.array_equal(boosted.lines[~during], WHOLE.lines[~during])
    assert (boosted.lines["item"][during] == 1).sum() > 1.2 * (WHOLE.lines["item"][during] == 1).sum()


def shuffled(
    network: Network, nature: Nature, order: NDArray[np.int64], places: NDArray[np.int64]
) -> tuple[Network, Nature]:
    """The same world with its items and places loaded in another order."""
    items = network.items._replace(**{name: column[order] for name, column in network.items._asdict().items()})
    ground = network.places._replace(**{name: column[places] for name, column in network.places._asdict().items()})
    demand = nature.demand._replace(item_weight=nature.demand.item_weight[order])
    return network._replace(items=items, places=ground), nature._replace(demand=demand)


def test_the_order_of_loading_does_not_matter() -> None:
    order, places = np.array([4, 2, 0, 5, 1, 3]), np.array([3, 1, 4, 0, 2])
    other = drawn(*shuffled(NETWORK, NATURE, order, places))
    assert np.array_equal(order[other.lines["item"]], WHOLE.lines["item"])
    assert np.array_equal(places[other.commands["place"]], WHOLE.commands["place"])
    for name in ("at", "order", "tie", "customer", "service", "lines"):
        assert np.array_equal(other.commands[name], WHOLE.commands[name])


def test_another_seed_brings_other_orders_of_the_same_names() -> None:
    other = drawn(NETWORK, NATURE, seed=4)
    both = np.intersect1d(other.commands["tie"], WHOLE.commands["tie"])
    assert len(both) > 3_000
    assert len(np.intersect1d(other.commands["at"], WHOLE.commands["at"])) < 10


def test_a_log_is_replayed() -> None:
    at = START + np.array([5, 5, 9, 40], np.int64) * HOUR_US
    log = Log(
        at_us=at,
        order=np.array([11, 10, 12, 13]),
        tie=np.array([1, 2, 3, 4], np.uint64),
        customer=np.array([1, 2, 1, 3]),
        place=np.array([0, 4, 0, 2], np.int32),
        service=np.array([0, 1, 0, 2], np.int16),
        first_line=np.array([0, 2, 3, 6]),
        lines=np.array([2, 1, 3, 1], np.int32),
        item=np.array([0, 1, 2, 3, 4, 5, 0], np.int32),
        quantity=np.array([1, 2, 3, 4, 5, 6, 7]),
        price=np.arange(7) * 1_000,
    )
    given_, lines = drawn(NETWORK, NATURE._replace(log=log), [int(at[0]) + 1, int(at[2]) + 1])
    assert sorted(given_["order"][:2].tolist()) == [10, 11]
    assert given_["order"][2:].tolist() == [12, 13]
    assert given_["at"].tolist() == at.tolist()
    row = given_[given_["order"] == 11][0]
    assert lines["quantity"][row["first_line"] : row["first_line"] + row["lines"]].tolist() == [1, 2]
    assert lines["line"][-4:].tolist() == [0, 1, 2, 0]

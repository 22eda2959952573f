"""What open orders could do: every option sends each line once, from where it is, in time, at the network's price."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.lookahead_world import Instance, instance, left_of
from firstbest.decide.ahead import choose, chosen_of, there_of
from firstbest.decide.ahead_ways import P_CARRIER, P_COST, P_DAY, P_LINES, P_NODE, Options, Waiting, options_of
from firstbest.decide.promise import Asked, pieces_of
from firstbest.decide.rate import journey_cost
from firstbest.decide.terms import ITEM_LONGEST, ITEM_VOLUME, ITEM_WEIGHT, NODE_SYSTEM, PLACE_REMOTE, PLACE_ZONE
from firstbest.world.network import I64
from tests.rehearsals.small import small_network

LINES = 400
MOVE_COST = 7


@pytest.fixture(scope="module")
def wave() -> Instance:
    """A wave of the small network."""
    found = instance(*small_network(), LINES)
    return found._replace(space=found.space._replace(move_cost=MOVE_COST))


@pytest.fixture(scope="module")
def options(wave: Instance) -> Options:
    """Its options."""
    return options_of(wave.ground.terms, wave.window, wave.space, wave.waiting)


def lines_of(waiting: Waiting, order: int, mask: int) -> list[int]:
    """Places of an order's lines that a mask names."""
    first, stop = waiting.first_line[order], waiting.first_line[order + 1]
    return [int(first + n) for n in range(stop - first) if mask >> n & 1]


def goods(wave: Instance, rows: list[int]) -> tuple[int, int, int]:
    """(weight, volume, longest) of some lines."""
    item, quantity = wave.waiting.item[rows], wave.waiting.quantity[rows]
    kind = wave.ground.terms.item[item]
    return (
        int((kind[:, ITEM_WEIGHT] * quantity).sum()),
        int((kind[:, ITEM_VOLUME] * quantity).sum()),
        int(kind[:, ITEM_LONGEST].max()),
    )


def price_of(wave: Instance, order: int, parcel: I64) -> int:
    """What a parcel costs, and that it is in time; reckoned without the kernels that list options."""
    terms, waiting = wave.ground.terms, wave.waiting
    node, day, carrier = (int(parcel[column]) for column in (P_NODE, P_DAY, P_CARRIER))
    place, service = int(waiting.place[order]), int(waiting.service[order])
    rows = lines_of(waiting, order, int(parcel[P_LINES]))
    _, count, billed, _ = pieces_of(
        terms, carrier, Asked(place, service, waiting.at, 0, *goods(wave, rows), 0, 0, 0, 0)
    )
    zone = int(terms.zone[carrier, node, place])
    low, high, pad = (getattr(wave.ground.promises, name)[service] for name in ("low_days", "high_days", "pad_days"))
    transit = int(terms.transit[carrier, zone])
    days = max(min(max(transit + pad, low), high), transit)
    door = terms.door_closes[terms.place[place, PLACE_ZONE], terms.business_after[carrier, day, days]]
    assert door <= waiting.until[order], "what the customer was told is kept"
    assert terms.pick_up[carrier, node, day] > waiting.at
    journey = journey_cost(terms, carrier, zone, day, int(terms.place[place, PLACE_REMOTE]), (billed, count))
    return int(journey + terms.node[node, NODE_SYSTEM])


def test_each_option_sends_each_line_once_in_time_at_its_price(wave: Instance, options: Options) -> None:
    waiting, split = wave.waiting, 0
    for order in range(len(waiting.place)):
        every = (1 << int(waiting.first_line[order + 1] - waiting.first_line[order])) - 1
        first = int(options.first[order])
        assert options.cost[first] == waiting.stays[order]
        for k in range(first + 1, int(options.first[order + 1])):
            parcels = options.parcel[options.of[k] : options.of[k + 1]]
            assert int(np.bitwise_or.reduce(parcels[:, P_LINES])) == every
            assert int(parcels[:, P_LINES].sum()) == every
            assert len(set(parcels[:, P_NODE].tolist())) == len(parcels)
            prices = [price_of(wave, order, parcel) for parcel in parcels]
            assert prices == parcels[:, P_COST].tolist()
            assert options.cost[k] == sum(prices) + (len(parcels) - 1) * wave.space.split_penalty + MOVE_COST
            split += len(parcels) > 1
    assert split > 50


def test_an_option_takes_its_units_and_a_slot_of_each_parcel(wave: Instance, options: Options) -> None:
    waiting, space = wave.waiting, wave.space
    nodes, days = space.slots.shape
    for order in range(len(waiting.place)):
        for k in range(int(options.first[order]) + 1, int(options.first[order + 1])):
            expected: dict[int, int] = {}
            for parcel in options.parcel[options.of[k] : options.of[k + 1]]:
                node, rows = int(parcel[P_NODE]), lines_of(waiting, order, int(parcel[P_LINES]))
                expected |= {int(waiting.row[row]) * nodes + node: int(waiting.quantity[row]) for row in rows}
                expected[space.units.size + node * days + int(parcel[P_DAY]) - wave.window.first] = 1
            span = slice(options.start[k], options.start[k + 1])
            assert dict(zip(options.supply[span].tolist(), options.amount[span].tolist(), strict=True)) == expected


def test_an_option_takes_of_an_item_once_though_two_lines_want_it(wave: Instance) -> None:
    first = wave.waiting.first_line
    orders = np.flatnonzero(np.diff(first) > 1)
    item, row = wave.waiting.item.copy(), wave.waiting.row.copy()
    item[first[orders] + 1], row[first[orders] + 1] = item[first[orders]], row[first[orders]]
    waiting = wave.waiting._replace(item=item, row=row)
    options = options_of(wave.ground.terms, wave.window, wave.space, waiting)

    twice = 0
    for k in range(len(options.cost)):
        supply = options.supply[options.start[k] : options.start[k + 1]]
        assert len(np.unique(supply)) == len(supply)
        parcels = options.parcel[options.of[k] : options.of[k + 1]]
        twice += any(int(mask) & 3 == 3 for mask in parcels[:, P_LINES])
    assert twice > 50
    chosen = choose(wave.ground.terms, wave.window, wave.space, waiting)
    assert (left_of(options, chosen.option, there_of(wave.space)) >= 0).all()


def test_what_is_chosen_fits_and_hangs_on_no_order_of_stock_rows(wave: Instance, options: Options) -> None:
    waiting, space = wave.waiting, wave.space
    chosen = choose(wave.ground.terms, wave.window, space, waiting)
    assert (left_of(options, chosen.option, there_of(space)) >= 0).all()
    assert chosen.bound <= chosen.cost < chosen.stays

    code = np.random.default_rng(1).permutation(len(space.units))
    units = np.zeros_like(space.units)
    units[code] = space.units
    other = choose(wave.ground.terms, wave.window, space._replace(units=units), waiting._replace(row=code[waiting.row]))

    assert (other.option == chosen.option).all()


def test_what_is_planned_stays_where_nothing_is_gained(wave: Instance, options: Options) -> None:
    there = there_of(wave.space)
    chosen = chosen_of(options, there, options.first[:-1].copy())
    parcels = [options.parcel[options.of[k] : options.of[k + 1]] for k in chosen.option]
    counts = np.array([len(each) for each in parcels])
    planned = wave.waiting._replace(
        stays=np.array([each[:, P_COST].sum() + max(len(each) - 1, 0) * wave.space.split_penalty for each in parcels]),
        first_parcel=np.concatenate([[0], np.cumsum(counts)]),
        parcel=np.concatenate(parcels),
    )
    sent = counts > 0

    again = choose(wave.ground.terms, wave.window, wave.space, planned)

    assert again.cost <= again.stays
    stayed = again.option[sent] == again.options.first[:-1][sent]
    assert stayed.mean() > 0.9, "the choice is as good as it gets already: hardly anybody moves"

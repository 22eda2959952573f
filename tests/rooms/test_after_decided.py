"""What is decided after the door, against slow and obvious ways of deciding the same."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide import claims, levels, lots, returns
from firstbest.decide.ground import Ground, ground_of
from firstbest.operate import arrive_back
from firstbest.world.network import Care, Detail, Lots, Returns
from firstbest.world.units import DAY_US
from firstbest.world.words import ContactReason, Disposition, Mode, ReturnReason, ReturnRefusal, ReturnWay
from tests.rehearsals.small import small_network

RULES = Returns(
    window_us=5 * DAY_US, lapses_us=9 * DAY_US, at_once=0, keep_below=9_000_000,
    kept_back_ppm=np.array([0, 100_000, 500_000]), refurbish_cost=2_000_000, refurbish_us=DAY_US,
    refurbished_ppm=800_000, liquidate_ppm=np.array([200_000, 100_000, 0]), supplier_ppm=500_000,
    supplier_cost=1_000_000, dispose_cost=300_000, cover_days=30,
)  # fmt: skip
SMALL: Ground = ground_of(small_network()[0])


def authorised(ground: Ground, lines: list[tuple[int, int]], units: int, value: int) -> returns.Taken:
    """What is answered to a request for lines (quantity, price) of a shipment that has so much left to give."""
    quantity, price = (np.array([row[part] for row in lines], np.int64) for part in range(2))
    none = np.zeros(len(lines), np.int64)
    wanted, taken = returns.Wanted(quantity, price, none, none + 1), returns.Taken(*(none.copy() for _ in range(5)))
    request = returns.Request(len(lines), DAY_US, 0, 1, 0, units, value)
    returns.authorise(returns.known_of(ground), RULES, request, wanted, taken)
    return taken


@given(
    lines=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 10**7)), min_size=1, max_size=5),
    units=st.integers(0, 8), value=st.integers(0, 10**8),
)  # fmt: skip
def test_a_request_gives_back_no_more_than_there_is(lines: list[tuple[int, int]], units: int, value: int) -> None:
    answer = authorised(SMALL, lines, units, value)

    given_units = given_value = asked_units = 0
    for (quantity, _), why, price in zip(lines, answer.why.tolist(), answer.price.tolist(), strict=True):
        asked_units += quantity
        if why == 0:
            given_units += quantity
            given_value += quantity * price
        elif quantity > 0:
            assert why == ReturnRefusal.TOO_MANY
            assert asked_units > units
    assert given_units <= units
    assert given_value <= value


def test_what_is_worth_little_stays_and_the_nearest_open_centre_takes_the_rest() -> None:
    answers = [authorised(SMALL, [(1, price)], 3, 10**8) for price in (8_000_000, 9_000_000)]

    assert [each.way.tolist() for each in answers] == [[ReturnWay.KEEP], [ReturnWay.SEND_BACK]]
    assert [each.refund.tolist() for each in answers] == [[8_000_000], [0]]
    nearest = min(SMALL.centres.tolist(), key=lambda node: int(SMALL.arcs.distance_km[node, 0]))
    assert [each.to_node.tolist() for each in answers] == [[nearest], [nearest]]
    shut = SMALL._replace(nodes=SMALL.nodes._replace(open_from_us=np.where(np.arange(7) == nearest, 2**60, 0)))
    assert nearest not in authorised(shut, [(1, 9_000_000)], 3, 10**8).to_node.tolist()
    never = SMALL._replace(nodes=SMALL.nodes._replace(open_from_us=np.full(7, 2**60)))
    assert authorised(never, [(1, 9_000_000)], 3, 10**8).to_node.tolist() == [int(SMALL.centres[0])]


@given(
    item=st.integers(0, 5), grade=st.integers(0, 2), reason=st.integers(0, 6), enough=st.booleans(), keeps=st.booleans()
)
def test_a_unit_goes_where_it_is_worth_most(item: int, grade: int, reason: int, *, enough: bool, keeps: bool) -> None:
    life = np.where(np.arange(6) == item, 0 if keeps else 90, 0)
    ground = SMALL._replace(detail=Detail(lots=Lots(life, 1_000_000, 0)))
    row = returns.Graded(*(np.array([value]) for value in (item, grade, reason)), np.array([enough]))

    chosen = returns.dispose(ground, RULES, row)

    cost, price = int(ground.items.cost[item]), int(ground.items.price[item])
    net = {Disposition.DISPOSE: -300_000}
    if RULES.liquidate_ppm[grade]:
        net[Disposition.LIQUIDATE] = price * int(RULES.liquidate_ppm[grade]) // 1_000_000
    if reason in (2, 3):
        net[Disposition.TO_SUPPLIER] = cost // 2 - 1_000_000
    if grade == 0 and keeps and not enough:
        net[Disposition.RESTOCK] = cost
    if grade == 1 and keeps and not enough:
        net[Disposition.REFURBISH] = cost * 8 // 10 - 2_000_000
    ranked = sorted(net, key=lambda way: (-net[way], way))
    assert chosen.disposition[0] == ranked[0]
    assert chosen.value[0] - chosen.cost[0] == net[ranked[0]]
    assert chosen.runner_up[0] == (ranked[1] if len(ranked) > 1 else Disposition.NOT_A_CANDIDATE)
    assert chosen.runner_up_value[0] == (net[ranked[1]] if len(ranked) > 1 else 0)


def test_something_is_kept_back_for_wear_of_an_own_reason_alone() -> None:
    cases = ((0, 0, 10**7), (1, 0, 9 * 10**6), (2, 1, 5 * 10**6), (0, 3, 10**7), (1, 3, 10**7), (2, 4, 10**7))
    for grade, reason, back in cases:
        assert returns.owed(RULES, 10**7, grade, reason) == back


shelves = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 9), st.integers(0, 12)), max_size=12)


@given(rows=shelves, leaves=st.lists(st.integers(0, 30), min_size=4, max_size=4))
def test_what_expires_first_leaves_first(rows: list[tuple[int, int, int]], leaves: list[int]) -> None:
    rows = sorted({row[:2]: row for row in rows}.values())
    columns = [np.array([row[part] for row in rows], np.int64) for part in range(3)]

    found = lots.first_expired_first_out(lots.Shelf(*columns), np.array(leaves))

    left = list(leaves)
    expected = []
    for item, _, units in rows:
        expected.append(min(units, left[item]))
        left[item] -= expected[-1]
    assert found.tolist() == expected


@given(
    wanted=st.lists(st.integers(0, 20), min_size=3, max_size=3),
    free=st.lists(st.lists(st.integers(-2, 9), min_size=4, max_size=4), min_size=3, max_size=3),
)
def test_what_is_over_is_taken_where_most_of_it_is_free(wanted: list[int], free: list[list[int]]) -> None:
    nodes = np.array([2, 3, 5, 8])

    item, node, units = lots.off_shelves(np.array(wanted), np.array(free), nodes)

    expected = []
    for number, want in enumerate(wanted):
        left = want
        for column in sorted(range(4), key=lambda place: -free[number][place]):
            taken = min(left, max(free[number][column], 0))
            left -= taken
            expected += [(number, int(nodes[column]), taken)] * (taken > 0)
    assert list(zip(item.tolist(), node.tolist(), units.tolist(), strict=True)) == expected


def test_own_vans_are_asked_for_nothing_and_carriers_for_no_more_than_they_answer_for() -> None:
    carriers = np.arange(len(SMALL.carriers.mode))
    rules = Care(np.zeros(3, np.int64), 50, 0)

    found = claims.claimed(SMALL, rules, carriers, np.full(len(carriers), 70))

    assert found.tolist() == [0 if mode == Mode.OWN_VAN else 50 for mode in SMALL.carriers.mode.tolist()]
    assert claims.claimed(SMALL, rules, carriers[:1], np.array([30])).tolist() == [30]


@given(
    rows=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9)), max_size=12),
    loose=st.lists(st.integers(0, 5), min_size=3, max_size=3),
)
def test_a_case_is_opened_when_the_loose_units_do_not_reach(rows: list[tuple[int, int]], loose: list[int]) -> None:
    shelf, quantity = (np.array([row[part] for row in rows], np.int64) for part in range(2))
    case = np.array([6, 4, 1])

    found = levels.opened(shelf, quantity, np.array(loose)[shelf], case[shelf])

    left, expected = list(loose), []
    for place, wanted in rows:
        cases = 0
        while left[place] < wanted:
            left[place] += int(case[place])
            cases += 1
        left[place] -= wanted
        expected.append(cases)
    assert found.tolist() == expected


class Shelf:
    """A shelf by the thing: whole pallets, cases beside them, single units."""

    def __init__(self, there: tuple[int, int, int], case: int, pallet: int) -> None:
        self.whole, self.cases, self.single = there
        self.case, self.pallet = case, pallet

    def units(self) -> int:
        return self.whole * self.pallet + self.cases * self.case + self.single

    def take(self, wanted: int) -> tuple[int, ...]:
        """(pallets, cases, broken, opened, missing), one thing at a time."""
        pallets = cases = broken = opened = 0
        while self.pallet and wanted >= self.pallet and self.whole:
            self.whole, wanted, pallets = self.whole - 1, wanted - self.pallet, pallets + 1
        while wanted:
            if self.case and wanted >= self.case and self.cases:
                self.cases, wanted, cases = self.cases - 1, wanted - self.case, cases + 1
            elif self.single >= wanted:
                self.single, wanted = self.single - wanted, 0
            elif self.cases:
                self.cases, self.single, opened = self.cases - 1, self.single + self.case, opened + 1
            elif self.whole:
                self.whole, broken = self.whole - 1, broken + 1
                self.cases += self.pallet // self.case if self.case else 0
                self.single += 0 if self.case else self.pallet
            else:
                missing, self.single = wanted - self.single, 0
                return pallets, cases, broken, opened, missing
        return pallets, cases, broken, opened, 0


PACKS = [(0, 0), (4, 0), (0, 6), (3, 12), (5, 5)]
"""Units of a case and of a pallet by shelf."""


@given(
    rows=st.lists(st.tuples(st.integers(0, 4), st.integers(1, 40)), max_size=14),
    there=st.lists(st.tuples(*(st.integers(0, most) for most in (4, 6, 9))), min_size=5, max_size=5),
)
def test_lines_take_pallets_then_cases_then_units(
    rows: list[tuple[int, int]], there: list[tuple[int, int, int]]
) -> None:
    """Against shelves told thing by thing; what is there before is what goes and what is left."""
    shelf, quantity = (np.array([row[part] for row in rows], np.int64) for part in range(2))
    known = [
        (whole * (pallet > 0), cases * (case > 0), single)
        for (whole, cases, single), (case, pallet) in zip(there, PACKS, strict=True)
    ]
    stood, packs = np.array(known, np.int64)[shelf].reshape(-1, 3), np.array(PACKS, np.int64)[shelf].reshape(-1, 2)

    found = levels.taken(shelf, quantity, levels.There(*stood.T.copy()), levels.Packs(*packs.T.copy()))

    shelves = [Shelf(each, *PACKS[place]) for place, each in enumerate(known)]
    before = sum(each.units() for each in shelves)
    assert list(zip(*(column.tolist() for column in found), strict=True)) == [
        shelves[place].take(wanted) for place, wanted in rows
    ]
    assert before - sum(each.units() for each in shelves) == quantity.sum() - found.missing.sum()


def test_no_reason_lies_beyond_the_last_that_a_kernel_knows() -> None:
    assert max(ReturnReason) == arrive_back.LAST_REASON
    assert max(ContactReason) == arrive_back.LAST_CONTACT

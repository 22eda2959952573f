"""Offers: the least score wins, whoever offers; names are worth nothing; without offers nothing is different."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide import offer
from firstbest.decide.ground import Ground, ground_of
from firstbest.operate.billing import meter_month, nothing_carried
from firstbest.operate.billing_basis import Window, basis_of
from firstbest.operate.fold_keys import shipment_keys
from firstbest.rehearse.neutrality import swapped
from firstbest.rent.card import ANYONE, MOST, Card, Charge, Pick, Priced, Quality, Rule, Step, Table, When
from firstbest.rent.close import Books, close_month
from firstbest.rent.compile import compile_cards
from firstbest.rent.ledger import Account, EntryKind
from firstbest.rent.post import payouts, sales_taken
from firstbest.rent.tally import Period
from firstbest.rent.usage import Names
from firstbest.store.usage_closing import sales_of
from firstbest.store.usage_facts import WANTED, related
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.network import Network
from firstbest.world.units import PPM
from firstbest.world.words import OfferReason
from tests.laws.history import Run, run
from tests.laws.worlds import OFFERED, World, histories, made

WORLD = World(seed=7, days=15, orders_day=60, stock_days=1, offers=True)
NETWORK, NATURE = made(WORLD)
OFFERS = len(OFFERED)


def other(network: Network, price: list[int], charge: list[int]) -> Ground:
    """The same network with other prices and charges of its offers."""
    prices = network.items.price.copy()
    prices[network.offers.item] = price
    items, offers = network.items._replace(price=prices), network.offers._replace(charge=np.array(charge))
    return ground_of(network._replace(items=items, offers=offers))


def record_of(numbers: list[list[int]]) -> np.ndarray:
    """One month of records: lines (and orders), refused, late and returned of each seller."""
    made = np.zeros((1, len(numbers)), t.RECORD)
    for seller, (lines, refused, late, returned) in enumerate(numbers):
        made[0, seller] = (seller, lines, refused, returned, lines, late)
    return made


def slow_defects(record: list[tuple[int, int, int, int]], seller: int, trust: int) -> int:
    """Defects by hand: lines and orders apart, everybody's mixed into each."""
    lines = sum(each[3] for each in record)
    found = 0
    for counted in ((0, 2), (1,)):
        usual = sum(each[at] for each in record for at in counted) * PPM // max(lines, 1)
        bad = sum(record[seller][at] for at in counted)
        found += (bad * PPM + usual * trust) // (record[seller][3] + trust)
    return found


def slow_days(ground: Ground, place: int, node: int) -> int:
    """Days by hand from one building to one place."""
    promises, best = ground.promises, offer.NEVER_DAYS
    for carrier in range(len(ground.carriers.mode)):
        zone = ground.arcs.zone[carrier, node, place]
        if zone >= 0 and promises.carriers[0, carrier]:
            days = int(ground.carriers.transit_days[carrier, zone]) + int(promises.pad_days[0])
            best = min(best, max(days, int(promises.low_days[0])))
    return best


def slow_score(ground: Ground, holds: list[bool], landed: int, defects: int) -> int:
    """A score by hand: each place asks the nearest building that has the goods."""
    nodes = [node for centre, node in enumerate(ground.centres.tolist()) if holds[centre]]
    total, weights = 0, 0
    for place, weight in enumerate(ground.places.weight.tolist()):
        best = min([slow_days(ground, place, node) for node in nodes], default=offer.NEVER_DAYS)
        total, weights = total + best * weight, weights + weight
    days_x1000 = total * 1_000 // weights
    worse = days_x1000 * ground.offers.day_ppm // 1_000 + defects * ground.offers.defect_ppm // 10_000
    return landed * (PPM + worse) // PPM


prices = st.lists(st.integers(1, 60), min_size=OFFERS, max_size=OFFERS).map(lambda xs: [x * 500_000 for x in xs])
stock = st.lists(st.lists(st.sampled_from([0, 0, 5]), min_size=3, max_size=3), min_size=OFFERS, max_size=OFFERS)
records = st.lists(st.tuples(*[st.integers(0, 90)] * 3, st.integers(90, 400)), min_size=3, max_size=3)


@histories(150)
@given(price=prices, charge=prices, stock=stock, record=records)
def test_the_least_score_in_stock_is_featured(price: list, charge: list, stock: list, record: list) -> None:
    ground = other(NETWORK, price, charge)
    rows = record_of([[lines, refused, late, back] for refused, late, back, lines in record])
    judged = offer.judge(ground, np.array(stock), rows, ground.calendar.start_us)
    found = offer.choose(ground, judged)

    for product in range(2):
        mine = [row for row, (of, _) in enumerate(OFFERED) if of == product]
        keys = {}
        for row in mine:
            seller = int(ground.items.seller[OFFERED[row][1]])
            defects = slow_defects(record, seller, ground.offers.trust_lines)
            score = slow_score(ground, [units > 0 for units in stock[row]], price[row] + charge[row], defects)
            keys[row] = (not any(stock[row]), score, int(ground.items.tie[OFFERED[row][1]]))
        best = sorted(mine, key=lambda row: keys[row])
        assert found.offer[product] == best[0]
        assert found.runner_up[product] == best[1]
        assert judged.score[best[0]] == keys[best[0]][1]


def test_what_is_cheaper_sooner_or_kept_better_is_said_to_be() -> None:
    all_have, none = np.full((OFFERS, 3), 5), np.zeros((OFFERS, 3), np.int64)
    clean = record_of([[1_000, 0, 0, 0]] * 3)

    def reason(ground: Ground, free: np.ndarray, record: np.ndarray) -> tuple[int, int]:
        found = offer.choose(ground, offer.judge(ground, free, record, ground.calendar.start_us))
        return int(found.offer[0]), int(found.reason[0])

    even = other(NETWORK, [10**7] * OFFERS, [0] * OFFERS)
    cheap = other(NETWORK, [10**7, 9 * 10**6, 10**7, 10**7, 10**7], [0] * OFFERS)
    near, alone = none.copy(), none.copy()
    near[0], near[1], alone[2, 1] = (5, 5, 5), (0, 0, 5), 5
    assert reason(even, all_have, clean)[1] == OfferReason.NOTHING_APART
    assert reason(cheap, all_have, clean) == (1, OfferReason.CHEAPER)
    assert reason(even, near, clean) == (0, OfferReason.SOONER)
    assert reason(even, alone, clean) == (2, OfferReason.ALONE_IN_STOCK)
    assert reason(even, none, clean)[1] == OfferReason.NOBODY_IN_STOCK
    dirty = record_of([[1_000, 300, 0, 0], [1_000, 0, 300, 0], [1_000, 0, 0, 20]])
    assert reason(even, all_have, dirty) == (2, OfferReason.BETTER_RECORD)


def test_swapped_names_change_no_byte() -> None:
    found = swapped(NETWORK, NATURE, WORLD.seed, 2)

    assert not found.different


def test_who_is_featured_sells_and_everybody_pays_the_landed_price() -> None:
    history = run((NETWORK, NATURE), WORLD.seed, Run())
    featured, lines = history.rows(f.FEATURED), history.rows(f.ALLOCATED)
    offers = NETWORK.offers
    landed = NETWORK.items.price.copy()
    landed[offers.item] += offers.charge

    assert len(featured) >= 4
    assert (featured["score"] <= featured["runner_up_score"])[featured["in_stock"] > 1].all()
    assert (lines["price"] == landed[lines["item"]]).all()
    kettles = lines[np.isin(lines["item"], [0, 2, 4])]
    first = featured[featured["product"] == 0]
    shown = first["item"][np.searchsorted(first["at"], kettles["at"], side="right") - 1]
    ordered = history.rows(f.ORDERED)
    alone = np.isin(kettles["order"], ordered["order"][ordered["lines"] == 1])
    assert alone.sum() > 50
    assert (kettles["item"] == shown)[alone].mean() > (kettles["item"] == shown)[~alone].mean() + 0.2
    assert (kettles["item"] == shown)[alone].mean() > 0.7


def test_the_seller_of_what_is_featured_is_paid_the_landed_price_less_commission() -> None:
    """From the orders to the ledger: the sales of each seller, 15 % of them as a line, what is left paid out."""
    history, calendar, network = run((NETWORK, NATURE), WORLD.seed, Run()), NETWORK.calendar, NETWORK
    window = Window(calendar.start_us, calendar.end_us + 1, calendar.first_day)
    facts = {fact.name: history.rows(fact) for fact in WANTED}
    usage = meter_month(related(facts, window), basis_of(network), window, nothing_carried(basis_of(network))).usage
    table = Table(Quality.PRICE, (Step(MOST, Fraction(0), each=Fraction(15, 100)),))
    charge = Charge("commission", "sales", (Rule("15 percent", When({}, {}), Priced(Pick.ONE, (table,))),))
    card = Card("fees", 1, "USD", 10_000, 0, MOST, (ANYONE,), (charge,))
    names = Names(network.texts.sellers, ("A", "B", "C"), network.texts.nodes, (), ("standard", "member", "economy"))
    period = Period(12 * 2026 + 2, window.begins, window.ends, 31)
    closing = close_month(period, [usage], compile_cards([card], names), Books())
    sold = sales_of(usage)
    ledger = payouts(sales_taken(closing.books.ledger, period.month, sold), period.month, sold)

    lines, gone = history.rows(f.PICKED), history.rows(f.DEPARTED)
    left = lines[np.isin(shipment_keys(lines), shipment_keys(gone)) & (lines["quantity"] > 0)]
    back = history.rows(f.RETURNED)
    assert set(np.unique(network.items.seller[left["item"]])) == {0, 1, 2}
    for seller, name in enumerate(network.texts.sellers):
        mine, theirs = (rows[network.items.seller[rows["item"]] == seller] for rows in (left, back))
        landed = int((mine["quantity"] * mine["price"]).sum())
        (line,) = (each for each in closing.lines if each.tenant == seller)
        assert line.exact == Fraction(15, 100) * landed > 0, name
        if seller:
            taken = landed - int((theirs["quantity"] * theirs["price"]).sum())
            paid_out = sum(
                posting.amount for entry in ledger.entries if entry.kind == EntryKind.PAYOUT
                for posting in entry.postings if posting.account == Account.PAYABLE and posting.tenant == seller
            )  # fmt: skip
            assert sold[seller] == taken
            assert paid_out == taken - line.rounded
            assert ledger.balance(Account.PAYABLE, seller) == ledger.balance(Account.RECEIVABLE, seller) == 0


def test_without_offers_nothing_is_featured() -> None:
    world = WORLD._replace(offers=False, seed=8, days=8)
    history = run(made(world), world.seed, Run())

    assert not len(history.rows(f.FEATURED))

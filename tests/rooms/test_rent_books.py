"""Corrections, disputes, admission, payouts, quotas and reconciliation; the ledger in beancount's own reader."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from beancount import loader
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbest.present.ledger_text import beancount
from firstbest.rent.card import ANYONE, MOST, Blocks, Bound, Card, Charge, Quality, Rule, When, flat
from firstbest.rent.close import Books, Closing, MonthOutOfTurn, close_month, rounded_to
from firstbest.rent.compile import Uncompilable, compile_cards
from firstbest.rent.disputes import WINDOW_US, Dispute, DisputeRefused, DisputeState, decided, opened
from firstbest.rent.intake import AHEAD_US, Seen, Verdict
from firstbest.rent.ledger import Account, Entry, EntryKind, Ledger, Posting, Unbalanced
from firstbest.rent.lines import InvoiceKind, LineKind
from firstbest.rent.meters import METER_CODES
from firstbest.rent.post import paid, payouts, sales_taken
from firstbest.rent.program import Compiled
from firstbest.rent.quotas import Answer, Asked, Limits, Used, answered, owed_by
from firstbest.rent.reconcile import reconciled
from firstbest.rent.tally import Unrated
from firstbest.rent.usage import Measure, Usage, blank_usage, rows_of
from tests.rooms.rent_cards import DAY, DECEMBER, NAMES, NOVEMBER, OCTOBER, cards, events, of_month

PERIODS = (OCTOBER, NOVEMBER, DECEMBER)
THIRD = Fraction(1_000_000, 3)


def shipped(*rows: tuple[int, int, int], meter: str = "units_shipped") -> Usage:
    """Events of (tenant, day, quantity), named by their row."""
    usage = blank_usage(len(rows))
    usage.meter[:] = METER_CODES[meter]
    for place, (tenant, day, quantity) in enumerate(rows):
        usage.tenant[place], usage.at[place], usage.number[place] = tenant, day * DAY, place
        usage.measures[place, Measure.QUANTITY] = quantity
    return usage


def card(*charges: Charge, version: int = 1, begins: int = 0, ends: int = MOST, **more: object) -> Card:
    """A card for anyone."""
    made = Card("fees", version, "USD", 10_000, begins, ends, (ANYONE,), charges)
    return made._replace(**more)  # type: ignore[arg-type]


def charge(each: Fraction | int, meter: str = "units_shipped") -> Charge:
    """So much for each."""
    return Charge("shipping", meter, (Rule("all", When({}, {}), flat(Fraction(each))),))


def closed(compiled: Compiled, *months: Usage) -> list[Closing]:
    """Closes months one after another, each with what became known in it."""
    books, made = Books(), []
    for period, usage in zip(PERIODS, months, strict=False):
        made.append(close_month(period, [usage], compiled, books))
        books = made[-1].books
    return made


def test_a_third_of_a_coin_is_rounded_once_and_the_rest_is_posted() -> None:
    closing = closed(compile_cards([card(charge(THIRD))], NAMES), shipped((1, 1, 1), (2, 3, 2)))[0]
    ledger = closing.books.ledger

    assert [(line.exact, line.micros, line.rounded) for line in closing.lines] == [
        (THIRD, 333_333, 330_000),
        (2 * THIRD, 666_667, 670_000),
    ]
    assert ledger.balance(Account.RECEIVABLE, 1) == 330_000
    assert ledger.balance(Account.REVENUE, 1) == -333_333
    assert ledger.balance(Account.ROUNDING, -1) == 3_333 - 3_333


def test_the_owner_pays_the_same_card_as_an_internal_charge() -> None:
    closing = closed(compile_cards([card(charge(2_000_000))], NAMES), shipped((0, 1, 3), (1, 1, 3)))[0]

    assert [(each.kind, each.total) for each in closing.invoices] == [
        (InvoiceKind.INTERNAL_CHARGE, 6_000_000),
        (InvoiceKind.INVOICE, 6_000_000),
    ]
    assert closing.books.ledger.balance(Account.INTERNAL, 0) == 6_000_000


def test_a_card_that_changes_in_a_month_splits_it_by_instant() -> None:
    change = 10 * DAY
    both = [card(charge(1_000_000), ends=change), card(charge(3_000_000), version=2, begins=change)]
    closing = closed(compile_cards(both, NAMES), shipped((1, 9, 1), (1, 10, 1), (1, 30, 1)))[0]

    assert [(line.version, line.quantity, line.rounded) for line in closing.lines] == [
        (1, 1, 1_000_000),
        (2, 2, 6_000_000),
    ]


def test_a_minimum_and_blocks_of_part_of_a_month_are_shortened() -> None:
    blocks = Blocks(False, ((Fraction(31), Fraction(1_000_000)), (Fraction(MOST), Fraction(500_000))))
    tiered = Charge("shipping", "units_shipped", (Rule("all", When({}, {}), blocks),))
    least = Bound("least", least=True, amount=Fraction(31_000_000))
    made = card(tiered, begins=21 * DAY, bounds=(least,))

    part = closed(compile_cards([made], NAMES), shipped((1, 25, 12)))[0]
    assert [(line.kind, line.rounded) for line in part.lines if line.tenant == 1] == [
        (LineKind.USAGE, 10_000_000),
        (LineKind.USAGE, 1_000_000),
    ]
    whole = closed(compile_cards([made._replace(whole=True)], NAMES), shipped((1, 25, 12)))[0]
    assert [(line.kind, line.rounded) for line in whole.lines] == [
        (LineKind.USAGE, 12_000_000),
        (LineKind.MINIMUM, 19_000_000),
    ]


def test_a_late_event_comes_as_a_correction_at_the_price_of_its_month() -> None:
    both = [card(charge(1_000_000), ends=31 * DAY), card(charge(3_000_000), version=2, begins=31 * DAY)]
    late = shipped((1, 5, 4), (1, 40, 1))
    closings = closed(compile_cards(both, NAMES), shipped((1, 6, 1)), late)

    assert [(line.kind, line.usage_month, line.version, line.rounded) for line in closings[1].lines] == [
        (LineKind.CORRECTION, OCTOBER.month, 1, 4_000_000),
        (LineKind.USAGE, NOVEMBER.month, 2, 3_000_000),
    ]


def test_what_cannot_be_closed_is_told_and_nothing_is_closed() -> None:
    dear = Rule("dear", When({}, {Quality.PRICE: (10, MOST)}), flat(Fraction(1)))
    compiled = compile_cards([card(Charge("shipping", "units_shipped", (dear,)))], NAMES)

    with pytest.raises(
        Unrated, match=r"charge 'shipping': expected a rule that fits, found none for 2 events, the first"
    ):
        closed(compiled, shipped((1, 1, 1), (1, 2, 1)))
    with pytest.raises(Unrated, match="expected an instant of this month or of one closed"):
        closed(compiled, shipped((1, 40, 1)))
    with pytest.raises(Unrated, match="expected a quantity and measures of 0 or more"):
        closed(compiled, shipped((1, 1, -1)))
    with pytest.raises(MonthOutOfTurn, match="expected 2026-11 after 2026-10, found 2026-12"):
        close_month(DECEMBER, [], compiled, Books(periods=(OCTOBER,)))
    with pytest.raises(Uncompilable, match="versions 1 and 2 both hold"):
        compile_cards([card(charge(1)), card(charge(2), version=2, begins=DAY)], NAMES)


def test_admission_counts_once_and_says_why_not() -> None:
    seen, now = Seen(), 40 * DAY
    batch = shipped((1, 1, 1), (1, 1, 1), (1, 1, 1), (1, 1, -1), (1, 41, 1), (7, 1, 1))
    batch.number[:] = [0, 0, 1, 2, 3, 4]
    batch.meter[2] = 999
    batch.at[4] = now + AHEAD_US + 1

    assert [Verdict(each) for each in seen.admit(batch, NAMES, now)] == [
        Verdict.ADMITTED, Verdict.REPEATED, Verdict.UNKNOWN_METER, Verdict.NEGATIVE, Verdict.FUTURE,
        Verdict.UNKNOWN_TENANT,
    ]  # fmt: skip
    again = shipped((1, 1, 2))
    assert Verdict(seen.admit(again, NAMES, now)[0]) == Verdict.CHANGED
    assert len(seen) == 1


def test_a_dispute_is_decided_once_and_credited_on_the_next_invoice() -> None:
    compiled = compile_cards([card(charge(2_000_000))], NAMES)
    first = closed(compiled, shipped((1, 1, 3)))[0]
    claim = Dispute(0, (0, 0), 1, 5_000_000, "two units never left", OCTOBER.ends + DAY)
    disputes = opened((), first.lines[0], claim, OCTOBER.ends)
    disputes = decided(disputes, 1, DisputeState.ACCEPTED, 4_000_000)
    second = close_month(NOVEMBER, [], compiled, first.books._replace(disputes=disputes))

    assert [(line.kind, line.rounded, line.charge) for line in second.lines] == [
        (LineKind.DISPUTE, -4_000_000, "shipping")
    ]
    assert second.invoices[0].kind == InvoiceKind.CREDIT_NOTE
    assert second.books.disputes[0].state == DisputeState.CREDITED
    assert second.books.ledger.balance(Account.RECEIVABLE, 1) == 2_000_000
    with pytest.raises(DisputeRefused, match="is closed: expected a line without a dispute, found dispute 1, credited"):
        opened(second.books.disputes, first.lines[0], claim, OCTOBER.ends)
    with pytest.raises(DisputeRefused, match="expected an open dispute, found one credited"):
        decided(second.books.disputes, 1, DisputeState.REJECTED)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"opened_at": OCTOBER.ends + WINDOW_US},
            "is closed: expected a dispute within 60 days of the invoice, found 60",
        ),
        ({"tenant": 2}, "expected a line of this tenant"),
        ({"claimed": 7_000_000}, "expected a claim above 0 and at most 6.00, found 7.00"),
        ({"reason": " "}, "expected a reason"),
    ],
)
def test_a_dispute_that_cannot_be_opened_is_refused(change: dict[str, object], words: str) -> None:
    line = closed(compile_cards([card(charge(2_000_000))], NAMES), shipped((1, 1, 3)))[0].lines[0]
    claim = Dispute(0, (0, 0), 1, 1_000_000, "why", OCTOBER.ends + DAY)

    with pytest.raises(DisputeRefused, match=words):
        opened((), line, claim._replace(**change), OCTOBER.ends)  # type: ignore[arg-type]


def test_payouts_are_sales_less_what_is_owed() -> None:
    ledger = closed(compile_cards([card(charge(2_000_000))], NAMES), shipped((1, 1, 3), (2, 1, 9)))[0].books.ledger
    after = payouts(sales_taken(ledger, OCTOBER.month, {1: 10_000_000, 2: 5_000_000}), OCTOBER.month, [1, 2])

    assert after.balance(Account.RECEIVABLE, 1) == 0
    assert after.balance(Account.RECEIVABLE, 2) == 13_000_000
    assert after.balance(Account.BANK, -1) == 10_000_000 + 5_000_000 - 4_000_000
    assert after.balance(Account.PAYABLE, 1) == after.balance(Account.PAYABLE, 2) == 0
    assert owed_by(after, 2, 1_000_000) == 14_000_000
    assert paid(after, OCTOBER.month, 2, 13_000_000).balance(Account.RECEIVABLE, 2) == 0
    assert sum(after.balances.values()) == 0


def test_an_entry_that_does_not_add_up_is_refused() -> None:
    posting = Posting(1, Account.BANK, -1, 5)

    with pytest.raises(Unbalanced, match="expected postings that add up to 0, found 5"):
        Ledger().with_entries([Entry(1, 0, EntryKind.PAYMENT, "gift", (posting,))])


@given(wanted=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 30)), max_size=12), cut=st.integers(0, 12))
def test_quotas_are_the_same_for_any_cut_and_never_passed(wanted: list[tuple[int, int]], cut: int) -> None:
    limits = Limits({(0, 0): 50, (1, 0): 20}, {1: 30})
    columns = [np.array([row[place] for row in wanted], np.int64) for place in (0, 1)]
    asked = Asked(columns[0], np.zeros(len(wanted), np.int64), columns[1], columns[1] * 2)
    whole, used = answered(asked, Used({}, {}), limits)
    parts = [Asked(*(column[part] for column in asked)) for part in (slice(cut), slice(cut, None))]
    first, between = answered(parts[0], Used({}, {}), limits)
    second, after = answered(parts[1], between, limits)

    assert np.concatenate([first, second]).tolist() == whole.tolist()
    assert after == used
    assert used.quantity.get((0, 0), 0) <= 50
    assert used.owed.get(1, 0) <= 30
    assert all(Answer(each) in Answer for each in whole)


@given(amount=st.fractions(-(10**9), 10**9, max_denominator=997), coin=st.sampled_from([1, 10_000, 50_000]))
def test_rounding_is_half_even_on_the_coin(amount: Fraction, coin: int) -> None:
    assert rounded_to(amount, coin) == round(amount / coin) * coin


@given(listed=cards(), usage=events(), data=st.data())
@settings(max_examples=10)
def test_usage_is_rated_is_invoiced_is_the_ledger(listed: tuple[Card, ...], usage: Usage, data: st.DataObject) -> None:
    """With cards that change, events up to two months late, and a dispute."""
    compiled = compile_cards(listed, NAMES)
    month = (usage.at >= NOVEMBER.begins).astype(int) + (usage.at >= DECEMBER.begins)
    known = np.minimum(month + np.array([data.draw(st.integers(0, 2)) for _ in range(usage.rows)]), 2)
    books, closings = Books(), []
    for place, period in enumerate(PERIODS):
        closings.append(close_month(period, [rows_of(usage, known == place)], compiled, books))
        books = closings[-1].books
        dear = [line for line in closings[-1].lines if line.rounded > 0 and not books.disputes]
        if dear:
            claim = Dispute(0, (0, 0), dear[0].tenant, dear[0].rounded, "not ours", period.ends)
            disputes = decided(opened((), dear[0], claim, period.ends), 1, DisputeState.ACCEPTED, dear[0].rounded)
            books = books._replace(disputes=disputes)
    sums = reconciled(compiled, [usage], closings, books)

    assert sums.difference_micros == 0, sums


@given(listed=cards(), usage=events())
@settings(max_examples=5)
def test_the_ledger_balances_in_beancount(listed: tuple[Card, ...], usage: Usage) -> None:
    compiled = compile_cards(listed, NAMES)
    ledger = closed(compiled, *(rows_of(usage, of_month(usage, period)) for period in PERIODS))[-1].books.ledger
    ledger = payouts(sales_taken(ledger, DECEMBER.month, {1: 77_777_777, 2: 10}), DECEMBER.month, [1, 2])
    text = beancount(ledger, NAMES, "USD", {period.month: period.days for period in PERIODS})
    entries, errors, _ = loader.load_string(text)

    assert errors == []
    assert sum(type(entry).__name__ == "Transaction" for entry in entries) == len(ledger.entries)


def test_a_ledger_that_does_not_balance_is_found_by_beancount() -> None:
    ledger = closed(compile_cards([card(charge(THIRD))], NAMES), shipped((1, 1, 1)))[0].books.ledger
    text = beancount(ledger, NAMES, "USD", {})

    assert loader.load_string(text)[1] == []
    assert loader.load_string(text.replace("0.330000", "0.330001"))[1] != []

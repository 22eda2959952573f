"""Rating is the slow interpreter's to the last fraction, in whatever order and pieces events come."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbest.rent.card import Card
from firstbest.rent.close import Books, Closing, close_month
from firstbest.rent.compile import compile_cards
from firstbest.rent.ledger import Account
from firstbest.rent.lines import Line, LineKind
from firstbest.rent.usage import Usage, rows_of
from tests.rooms.rent_cards import DECEMBER, NAMES, NOVEMBER, OCTOBER, cards, events, of_month
from tests.rooms.rent_oracle import Amounts, interpret

PERIODS = (OCTOBER, NOVEMBER, DECEMBER)


def amounts_of(lines: tuple[Line, ...]) -> Amounts:
    """Exact amounts of lines by tenant, card version and charge."""
    found: Amounts = defaultdict(Fraction)
    for line in lines:
        found[line.tenant, line.family, line.version, line.charge] += line.exact
    return {key: amount for key, amount in found.items() if amount}


def close_all(listed: tuple[Card, ...], usage: Usage) -> list[Closing]:
    """Closes the three months, each with its own events."""
    compiled = compile_cards(listed, NAMES)
    books, closings = Books(), []
    for period in PERIODS:
        closings.append(close_month(period, [rows_of(usage, of_month(usage, period))], compiled, books))
        books = closings[-1].books
    return closings


@given(listed=cards(), usage=events())
@settings(max_examples=40)
def test_rating_is_what_the_interpreter_says(listed: tuple[Card, ...], usage: Usage) -> None:
    for period, closing in zip(PERIODS, close_all(listed, usage), strict=True):
        expected = {key: amount for key, amount in interpret(listed, NAMES, period, usage).items() if amount}

        assert amounts_of(closing.lines) == expected


def test_order_pieces_and_lateness_change_no_total() -> None:
    """All events in time, against the same shuffled, cut and late by up to two months; with floors on what occurred."""
    kinds: Counter[LineKind] = Counter()

    @given(listed=cards(), usage=events(), data=st.data())
    @settings(max_examples=40)
    def law(listed: tuple[Card, ...], usage: Usage, data: st.DataObject) -> None:
        before = tuple(line for closing in close_all(listed, usage) for line in closing.lines)
        lines, books = _close_late(listed, usage, data)
        kinds.update(line.kind for line in (*before, *lines))

        assert amounts_of(tuple(lines)) == amounts_of(before)
        for figure in ("rounded", "micros"):
            assert sum(getattr(line, figure) for line in lines) == sum(getattr(line, figure) for line in before)
        rounding = books.ledger.balances.get((Account.ROUNDING, -1), 0)
        assert rounding == sum(line.micros - line.rounded for line in before)

    law()
    floors = {LineKind.USAGE: 150, LineKind.CORRECTION: 25, LineKind.PERCENT: 10, LineKind.MINIMUM: 5, LineKind.CAP: 2}
    assert {kind: count for kind, count in kinds.items() if count < floors.get(kind, 1)} == {}
    assert {*floors, LineKind.SERVICE_CREDIT} <= set(kinds)


def _close_late(listed: tuple[Card, ...], usage: Usage, data: st.DataObject) -> tuple[list[Line], Books]:
    """Closes three months with events that come in any order, in two pieces, in time or late."""
    compiled = compile_cards(listed, NAMES)
    order = np.array(data.draw(st.permutations(range(usage.rows))))
    month = (usage.at >= NOVEMBER.begins).astype(int) + (usage.at >= DECEMBER.begins)
    known = np.minimum(month + np.array([data.draw(st.integers(0, 2)) for _ in order]), 2)
    books, lines = Books(), list[Line]()
    for place, period in enumerate(PERIODS):
        rows = order[known[order] == place]
        cut = data.draw(st.integers(0, len(rows)))
        batches = [rows_of(usage, rows[:cut]), rows_of(usage, rows[cut:])]
        closing = close_month(period, batches, compiled, books)
        books, lines = closing.books, [*lines, *closing.lines]
    return lines, books


@given(listed=cards(), usage=events())
@settings(max_examples=20)
def test_lines_can_be_added_up_again_and_books_balance(listed: tuple[Card, ...], usage: Usage) -> None:
    closings = close_all(listed, usage)

    for closing in closings:
        for line in closing.lines:
            if line.kind.name not in {"MINIMUM", "CAP"}:
                assert (line.quantity + line.of) * line.rate + line.steps * line.step_rate == line.exact
        for entry in closing.entries:
            assert sum(posting.amount for posting in entry.postings) == 0
        totals = {invoice.tenant: invoice.total for invoice in closing.invoices}
        for tenant, total in totals.items():
            assert sum(line.rounded for line in closing.lines if line.tenant == tenant) == total
    assert sum(closings[-1].books.ledger.balances.values()) == 0


@given(listed=cards(), usage=events())
@settings(max_examples=8)
def test_closing_twice_gives_the_same_bytes(listed: tuple[Card, ...], usage: Usage) -> None:
    assert close_all(listed, usage) == close_all(tuple(reversed(listed)), usage)

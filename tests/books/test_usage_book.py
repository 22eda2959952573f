"""The billing book: records in a chain, events that count once, months that come out the same again."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import apsw
import numpy as np
import pytest

from firstbest.rehearse.invoicing import cards_of_texts
from firstbest.rehearse.invoicing_check import reconciled
from firstbest.rent.close import Books
from firstbest.rent.disputes import Dispute, DisputeState, decided, opened
from firstbest.rent.ledger import Account
from firstbest.rent.lines import InvoiceKind, Line, LineKind
from firstbest.rent.meters import METER_CODES
from firstbest.rent.tally import Period, Unrated
from firstbest.rent.usage import Measure, Names, Usage, blank_usage, joined
from firstbest.store.rate_cards import CardsFaulty
from firstbest.store.usage_book import BillingBook, BillingError, Event, Taken, usage_path
from firstbest.store.usage_closing import (
    CODEC,
    Closed,
    Given,
    books_of,
    close,
    closed_month,
    closings,
    disputed,
    replayed,
)
from firstbest.store.usage_codec import Unreadable
from firstbest.store.usage_events import Known, extended, send_file, services_of, usage_of_events
from firstbest.store.usage_kept import kept_usage

DAY = 86_400_000_000
JANUARY = Period(12 * 2026, 1_767_225_600_000_000, 1_769_904_000_000_000, 31)
FEBRUARY = Period(12 * 2026 + 1, JANUARY.ends, JANUARY.ends + 28 * DAY, 28)
NAMES = Names(("owner", "acme", "birch"), ("A",), ("east", "west"), ("coast",), ("standard",))
UTC = ZoneInfo("UTC")
CARD = """
[card]
family = "house"
version = 1
currency = "USD"
from = 2026-01-01

[[charge]]
name = "units"
meter = "units_shipped"
[[charge.rule]]
each = "0.333"

[[charge]]
name = "storage"
meter = "storage_cm3_days"
[[charge.rule]]
each = "0.61"
per = "ft3_month"

[[charge]]
name = "calls"
meter = "api_calls"
[[charge.rule]]
each = "0.01"

[[service_credit]]
name = "promises"
due = "promises_due"
kept = "promises_kept"
of = ["units"]
bands = [["90", "20"]]
"""


@pytest.fixture
def book(tmp_path: Path) -> Iterator[BillingBook]:
    with BillingBook(tmp_path / "billing.sqlite") as found:
        yield found


def rows(meter: str, begins: int, count: int, quantity: int) -> Usage:
    """Events of all tenants in turn, one an hour."""
    made = blank_usage(count)
    made.meter[:] = METER_CODES[meter]
    made.tenant[:] = np.arange(count) % 3
    made.at[:] = begins + np.arange(count) * 3_600_000_000
    made.known_at[:] = made.at
    made.number[:] = np.arange(count)
    made.measures[:, Measure.QUANTITY] = quantity + np.arange(count) % 7
    made.measures[:, Measure.VALUE] = 5_000_000
    return made


def month(period: Period) -> Usage:
    """A month's usage; of four promises three are kept."""
    begins = period.begins
    return joined([
        rows("units_shipped", begins, 60, 3), rows("storage_cm3_days", begins, 90, 70_001),
        rows("sales", begins, 60, 2), rows("promises_due", begins, 40, 1), rows("promises_kept", begins, 30, 1),
    ])  # fmt: skip


def given(period: Period, usage: Usage, text: str = CARD) -> Given:
    return Given(period, usage, NAMES, ("gateway",), cards_of_texts([text], UTC), (text,), "facts")


def two_months(book: BillingBook, folder: Path) -> list[Closed]:
    """January, a dispute of it granted in part, and February with late calls of January."""
    january, books = close(book, folder, given(JANUARY, month(JANUARY)), Books())
    line = next(line for line in january.lines if line.tenant == 1 and line.charge == "units")
    claim = Dispute(0, (line.month, line.number), 1, line.rounded, "not ours", JANUARY.ends)
    after = decided(opened(books.disputes, line, claim, JANUARY.ends), 1, DisputeState.ACCEPTED, line.rounded // 2)
    disputed(book, after, "2026-01/acme/1")
    late = rows("api_calls", JANUARY.begins, 9, 40)._replace(source=np.ones(9, np.int16))
    february, _ = close(book, folder, given(FEBRUARY, joined([month(FEBRUARY), late])), books_of(book))
    return [january, february]


def lines_of(closed: Closed, kind: LineKind) -> list[Line]:
    return [line for line in closed.lines if line.kind == kind]


# ------------------------------------------------------------------------------------------------------------- months
def test_three_tenants_get_three_documents_one_of_them_the_owners(book: BillingBook, tmp_path: Path) -> None:
    january, _ = two_months(book, tmp_path)

    assert [invoice.kind for invoice in january.invoices] == [
        InvoiceKind.INTERNAL_CHARGE, InvoiceKind.INVOICE, InvoiceKind.INVOICE,
    ]  # fmt: skip
    assert len(lines_of(january, LineKind.SERVICE_CREDIT)) == 3


def test_late_events_and_disputes_come_out_in_the_next_month(book: BillingBook, tmp_path: Path) -> None:
    _, february = two_months(book, tmp_path)
    late = lines_of(february, LineKind.CORRECTION)

    assert {line.tenant for line in late} == {0, 1, 2}
    assert {line.usage_month for line in late} == {JANUARY.month}
    assert sum(line.quantity for line in late if line.charge == "calls") == sum(40 + n % 7 for n in range(9))
    assert [line.tenant for line in lines_of(february, LineKind.DISPUTE)] == [1]


def test_usage_lines_invoices_and_ledger_agree(book: BillingBook, tmp_path: Path) -> None:
    cards = cards_of_texts([CARD], UTC)
    for closed in two_months(book, tmp_path):
        found = reconciled(closed, kept_usage(usage_path(tmp_path, closed.label), closed.usage), cards)
        assert found.total == 0, found


@pytest.mark.parametrize("what", ["line", "invoice", "entry"])
def test_a_difference_of_a_millionth_is_found(book: BillingBook, tmp_path: Path, what: str) -> None:
    (january, _), cards = two_months(book, tmp_path), cards_of_texts([CARD], UTC)
    usage = kept_usage(usage_path(tmp_path, january.label), january.usage)
    line, invoice, entry = january.lines[0], january.invoices[0], january.entries[0]
    posting = entry.postings[0]._replace(amount=entry.postings[0].amount + 1)
    wrong = {
        "line": january._replace(lines=(line._replace(micros=line.micros + 1), *january.lines[1:])),
        "invoice": january._replace(invoices=(invoice._replace(total=invoice.total + 1), *january.invoices[1:])),
        "entry": january._replace(
            entries=(entry._replace(postings=(posting, *entry.postings[1:])), *january.entries[1:])
        ),
    }[what]

    assert reconciled(wrong, usage, cards).total > 0


def test_sellers_are_paid_their_sales_less_what_they_owe(book: BillingBook, tmp_path: Path) -> None:
    two_months(book, tmp_path)
    ledger = books_of(book).ledger
    for tenant in (1, 2):
        assert ledger.balance(Account.RECEIVABLE, tenant) == 0
        assert ledger.balance(Account.PAYABLE, tenant) == 0
    assert ledger.balance(Account.COLLECTED, 0) == 0


def test_replay_makes_the_same_bytes(book: BillingBook, tmp_path: Path) -> None:
    two_months(book, tmp_path)
    told = list(replayed(book, tmp_path, lambda texts: cards_of_texts(texts, UTC)))

    assert [month.label for month in told] == ["2026-01", "2026-02"]
    assert [month.differences for month in told] == [0, 0]
    assert all(month.lines > 5 for month in told)


def test_replay_with_another_card_differs(book: BillingBook, tmp_path: Path) -> None:
    two_months(book, tmp_path)
    dearer = CARD.replace("0.333", "0.334")
    told = list(replayed(book, tmp_path, lambda _: cards_of_texts([dearer], UTC)))

    assert all(month.differences > 0 for month in told)


def test_a_month_closes_from_the_book_as_it_does_from_memory(book: BillingBook, tmp_path: Path) -> None:
    january, books = close(book, tmp_path, given(JANUARY, month(JANUARY)), Books())

    assert books_of(book) == books
    assert closed_month(book, "2026-01") == january
    with pytest.raises(BillingError, match="2026-01 to 2026-01 are closed"):
        closed_month(book, "2026-03")


def test_an_edited_card_that_was_used_is_refused(book: BillingBook, tmp_path: Path) -> None:
    _, books = close(book, tmp_path, given(JANUARY, month(JANUARY)), Books())
    edited = CARD.replace("0.333", "0.5")

    with pytest.raises(BillingError, match=r"house/1 was edited .* house/2"):
        close(book, tmp_path, given(FEBRUARY, month(FEBRUARY), edited), books)
    assert [closed.label for closed in closings(book)] == ["2026-01"]


def test_changed_usage_is_found(book: BillingBook, tmp_path: Path) -> None:
    january, _ = two_months(book, tmp_path)
    path = usage_path(tmp_path, january.label)
    usage_path(tmp_path, "2026-02").replace(path)

    with pytest.raises(BillingError, match="was changed"):
        kept_usage(path, january.usage)


def test_a_card_with_a_hole_and_overlapping_versions_are_refused() -> None:
    with pytest.raises(CardsFaulty, match="one card of family 'house' at a time"):
        cards_of_texts([CARD, CARD.replace("version = 1", "version = 2")], UTC)
    hole = CARD.replace('each = "0.333"', 'each = "0.333"\nwhen = { price = ["1.00", "5.00"] }')
    with pytest.raises(CardsFaulty, match="units"):
        cards_of_texts([hole], UTC)


def test_usage_that_cannot_be_counted_closes_nothing(book: BillingBook, tmp_path: Path) -> None:
    negative = month(JANUARY)
    negative.measures[3, Measure.QUANTITY] = -1
    with pytest.raises(Unrated, match="negative"):
        close(book, tmp_path, given(JANUARY, negative), Books())
    assert closings(book) == []


# ------------------------------------------------------------------------------------------------------------ records
def test_a_record_that_is_changed_is_found(book: BillingBook) -> None:
    book.add("card", "house/1", b"one")
    book.add("card", "house/2", b"two")
    assert book.verify() == 2
    with apsw.Connection(book.path) as other:
        other.execute("UPDATE record SET body = CAST('owt' AS BLOB) WHERE number = 2")

    with pytest.raises(BillingError, match="record 2"):
        book.verify()


def test_another_programs_file_is_refused(tmp_path: Path) -> None:
    with apsw.Connection(str(tmp_path / "other.sqlite")) as other:
        other.execute("PRAGMA application_id = 7")
    with pytest.raises(BillingError, match="was another"):
        BillingBook(tmp_path / "other.sqlite")


def test_values_come_back_from_their_bytes() -> None:
    value = {(1, "a"): (Fraction(1, 3), 2**70, -5), (0, "b"): LineKind.CORRECTION, (2, ""): None}
    packed = CODEC.pack(value)

    assert CODEC.unpack(packed) == value
    assert CODEC.pack(dict(reversed(value.items()))) == packed
    with pytest.raises(Unreadable):
        CODEC.unpack(b"\xc1")


# ------------------------------------------------------------------------------------------------------------- events
KNOWN = Known(NAMES, FEBRUARY.ends, JANUARY.begins)
HEAD = "source,id,tenant,meter,at,quantity,class\n"


def sent(book: BillingBook, folder: Path, text: str, name: str = "events.csv") -> tuple[int, int, list[str]]:
    (folder / name).write_text(text, encoding="utf-8")
    told = send_file(book, folder / name, KNOWN)
    return told.counted, told.repeated, [str(fault) for fault in told.faults]


def test_an_event_counts_once(book: BillingBook, tmp_path: Path) -> None:
    text = HEAD + "gate,1,acme,api_calls,2026-01-05T10:00:00Z,7,\ngate,2,birch,tokens_in,2026-01-05T10:00:00Z,9,small\n"
    assert sent(book, tmp_path, text) == (2, 0, [])
    assert sent(book, tmp_path, text) == (0, 2, [])
    line = '{"source": "gate", "id": "1", "tenant": "acme", "meter": "api_calls", "at": "2026-01-05T12:00:00+02:00", '
    assert sent(book, tmp_path, line + '"quantity": 7}\n\n', "events.ndjson") == (0, 1, [])
    assert len(book.events()) == 2


def test_an_event_twice_with_another_content_is_refused(book: BillingBook, tmp_path: Path) -> None:
    sent(book, tmp_path, HEAD + "gate,1,acme,api_calls,2026-01-05T10:00:00Z,7,\n")
    _, _, faults = sent(book, tmp_path, HEAD + "gate,1,acme,api_calls,2026-01-05T10:00:00Z,8,\n")

    (fault,) = faults
    assert "row 2, id: expected the content this event came with before, or a name of its own, found '1'" in fault


def test_all_faults_of_a_file_are_told_and_nothing_is_kept(book: BillingBook, tmp_path: Path) -> None:
    wrong = (
        "gate,1,acme,api_call,2026-01-05T10:00:00Z,7,\n"
        "gate,2,akme,api_calls,2026-01-05T10:00:00Z,-7,\n"
        "gate,3,acme,api_calls,2026-05-05T10:00:00Z,7,\n"
        "gate,4,acme,api_calls,2025-12-31T23:59:59Z,7,\n"
        "gate,5,acme,api_calls,2026-01-05T10:00:00,1.5,\n"
        "gate,6,acme,api_calls,2026-01-05T10:00:00Z,7,\n"
    )
    counted, _, faults = sent(book, tmp_path, HEAD + wrong)

    assert counted == 0
    assert book.events() == []
    told = "\n".join(faults)
    assert "row 2, meter: expected a meter of the list (nearest: 'api_calls'), found 'api_call'" in told
    assert "row 3, tenant: expected a tenant of the house (nearest: 'acme'), found 'akme'" in told
    assert "row 3, quantity: expected a whole number of 0" in told
    assert "row 4, at: expected an instant that has come: now it is 2026-03-01T00:00:00Z" in told
    assert "row 5, at: expected an instant from 2026-01-01T00:00:00Z on" in told
    assert "row 6, at: expected an instant with its offset" in told
    assert "row 6, quantity: expected a whole number" in told
    assert len(faults) == 7


def test_columns_are_checked(book: BillingBook, tmp_path: Path) -> None:
    _, _, faults = sent(book, tmp_path, "source,id,tenant,meter,at,quantaty\n")

    assert [fault.partition(": ")[2] for fault in faults] == [
        "expected a column, found none", "expected a known column (nearest: 'quantity'), found 'quantaty'",
    ]  # fmt: skip


def test_events_become_usage_and_closings_take_them(book: BillingBook, tmp_path: Path) -> None:
    text = HEAD + "gate,x,acme,tokens_in,2026-01-05T10:00:00Z,9,small\nlake,x,birch,api_calls,2026-01-06T10:00:00Z,5,\n"
    sent(book, tmp_path, text)
    events = book.events()
    names, services = extended(NAMES, events), services_of(events)
    usage = usage_of_events(events, names, services)

    assert services == ("gate", "lake")
    assert names.classes == ("A", "small")
    assert usage.source.tolist() == [1, 2]
    assert usage.tenant.tolist() == [1, 2]
    assert usage.codes[:, 0].tolist() == [1, -1]
    number = book.add("closing", "2026-01", b"", Taken((events[0].number,), b"state"))
    assert [event.name for event in book.events()] == ["x"]
    assert [event.service for event in book.events_of(number)] == ["gate"]
    assert book.state() == (number, b"state")
    assert book.admit([Event("gate", "acme", "x", "{}", 0)]) == ["changed"]

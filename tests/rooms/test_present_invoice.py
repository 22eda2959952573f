"""Invoices in words, on paper and as workbooks that add themselves up."""

from __future__ import annotations

import io
import re
from fractions import Fraction
from pathlib import Path
from zipfile import ZipFile

import openpyxl
import pytest
from rich.console import Console

from firstbest.present.clients import Client, Clients, LostOrder, clients_screen
from firstbest.present.comparison import Estimate
from firstbest.present.invoice import Month, Party, account_of, invoice_screen, month_screen, shown, words_of
from firstbest.present.invoice_page import page, quoted
from firstbest.present.invoice_sheet import FIRST_ROW, sheets
from firstbest.present.invoice_trace import Walk, trace_screen
from firstbest.present.neutrality import Row, Told, neutrality_screen, swapped_words
from firstbest.present.text import MINUS
from firstbest.rehearse.invoicing_trace import Traced
from firstbest.rent.ledger import Account, Entry, EntryKind, Posting
from firstbest.rent.lines import EventSpan, Invoice, InvoiceKind, Line, LineKind
from firstbest.store.usage_pages import NoTypst, compiled, write_workbook

OCTOBER = 12 * 2026 + 9
NONE = Fraction(0)
PARTY = Party("Hearth & Table", "apparel", 'Northline "Apparel" #1', "USD", "")


def line(number: int, kind: LineKind, charge: str, meter: str = "", **more: object) -> Line:
    """A line whose amounts follow from its own prices."""
    made = Line(
        number,
        1,
        OCTOBER,
        OCTOBER,
        kind,
        "house",
        2,
        charge,
        "all",
        "",
        meter,
        0,
        NONE,
        0,
        NONE,
        NONE,
        NONE,
        0,
        0,
        EventSpan(3, (0, 1, 0), (0, 9, 0), 77),
    )._replace(**more)  # type: ignore[arg-type]
    exact = (made.quantity + made.of) * made.rate + made.steps * made.step_rate if meter else made.of * made.rate
    if kind in {LineKind.MINIMUM, LineKind.CAP}:
        exact = made.exact
    if not meter:
        made = made._replace(rule="")
    return made._replace(exact=exact, micros=round(exact), rounded=round(exact / 10_000) * 10_000)


LINES = (
    line(1, LineKind.USAGE, "storage", "storage_cm3_days", quantity=5_468_443_646, rate=Fraction(187, 310)),
    line(2, LineKind.USAGE, "units", "units_shipped", quantity=1_242, rate=Fraction(4_000_000), steps=1_882,
         step_rate=Fraction(250_000), step="3"),
    line(3, LineKind.USAGE, "commission", "sales", quantity=50, steps=4_000_000_123, step_rate=Fraction(15, 100)),
    line(4, LineKind.PERCENT, "fuel", of=Fraction(5_438_500_000), rate=Fraction(35, 1000)),
    line(5, LineKind.SERVICE_CREDIT, "promises", of=Fraction(5_438_500_000), rate=Fraction(-1, 10)),
    line(6, LineKind.MINIMUM, "account", exact=Fraction(12_345_678, 7), of=Fraction(1_000_000)),
    line(7, LineKind.USAGE, "halves", "labels_printed", quantity=1, rate=Fraction(25_000)),
    line(8, LineKind.CORRECTION, "calls", "api_calls", quantity=-3, rate=Fraction(10_000), usage_month=OCTOBER - 1),
    line(9, LineKind.DISPUTE, "units", of=Fraction(-80_000_000), rate=Fraction(1)),
)  # fmt: skip
INVOICE = Invoice(
    "2026-10/apparel", 1, OCTOBER, InvoiceKind.INVOICE, "USD", sum(each.rounded for each in LINES), tuple(range(1, 10))
)


def entry(number: int, kind: EntryKind, to: Account, of: Account, amount: int) -> Entry:
    return Entry(number, OCTOBER, kind, "", (Posting(number, to, 1, amount), Posting(number, of, 1, -amount)))


ENTRIES = (
    entry(1, EntryKind.SALES, Account.COLLECTED, Account.PAYABLE, 9 * 10**9),
    entry(2, EntryKind.SET_OFF, Account.PAYABLE, Account.RECEIVABLE, 10**9),
    entry(3, EntryKind.PAYOUT, Account.PAYABLE, Account.BANK, 8 * 10**9),
)


def printed(text: object, width: int) -> list[str]:
    out = io.StringIO()
    Console(file=out, width=width, color_system=None).print(text, soft_wrap=True)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, 80, 120])
def test_an_invoice_fits_its_terminal_and_adds_up(width: int) -> None:
    rows = printed(invoice_screen(INVOICE, LINES, PARTY, account_of(1, ENTRIES), width), width)
    body = rows[: next(place for place, row in enumerate(rows) if row.endswith("----"))]
    amounts = [found[1] for row in body if (found := re.search(rf"  ({MINUS}?\$[\d,]+\.\d\d)$", row))]

    assert max(map(len, rows)) <= width
    assert len(amounts) == len(LINES)
    assert (
        round(sum(float(re.sub(r"[$,]", "", each.replace(MINUS, "-"))) for each in amounts), 2) == INVOICE.total / 1e6
    )
    assert "Paid out to you" in "\n".join(rows)


def test_lines_say_what_they_are_for() -> None:
    said = [words_of(each) for each in LINES]

    assert said[0] == "Storage, all"
    assert words_of(LINES[0]._replace(rule="Shelf, October to May")) == "Storage, shelf, October to May"
    assert said[4] == "Promises: promises missed"
    assert said[5] == "Account: up to the agreed minimum"
    assert said[7] == "Calls, all (correction of September 2026)"
    assert said[8] == "Units (given back)"
    told = [shown(number, each, "USD") for number, each in enumerate(LINES, start=1)]
    assert (told[0].quantity, told[0].price) == ("5,468.44\xa0m³ days", "$0.603226…")
    assert told[1].price == "$4.00 + 1,882 steps at $0.25"
    by_steps = line(1, LineKind.USAGE, "aged", "aged_units", quantity=176, steps=196_448, step_rate=Fraction(18))
    assert shown(1, by_steps, "USD").price == "$0.000018 a step, 196,448 steps"
    assert told[2].price == "15\xa0% of $4,000.00"
    assert (told[3].quantity, told[3].price) == ("of $5,438.50", "3.5\xa0%")


def test_a_workbook_adds_itself_up(tmp_path: Path) -> None:
    """The formulas are computed here by hand, as a spreadsheet would."""
    path = write_workbook(tmp_path / "one.xlsx", sheets(INVOICE, LINES, PARTY, account_of(1, ENTRIES)))
    sheet = openpyxl.load_workbook(path)["Invoice"]

    def value(cell: str) -> float:
        found = sheet[cell].value
        return computed(found) if isinstance(found, str) and found.startswith("=") else float(found or 0)

    def computed(formula: str) -> float:
        body = formula[1:]
        if summed := re.fullmatch(r"SUM\(([A-Z])(\d+):[A-Z](\d+)\)", body):
            return sum(value(f"{summed[1]}{row}") for row in range(int(summed[2]), int(summed[3]) + 1))
        body = body.replace("ROUND", "round_half_up")
        names = {cell: value(cell) for cell in set(re.findall(r"[A-Z]+\d+", body))}
        return float(eval(body, {"round_half_up": half_up}, names))  # noqa: S307 - formulas that we made

    rows = range(FIRST_ROW + 1, FIRST_ROW + 1 + len(LINES))
    assert [value(f"K{row}") for row in rows] == pytest.approx([each.rounded / 1e6 for each in LINES], abs=1e-9)
    assert [abs(value(f"M{row}")) < 1e-9 for row in rows] == [True] * len(LINES)
    last = FIRST_ROW + 1 + len(LINES)
    assert sheet[f"B{last}"].value == "Total"
    assert value(f"K{last}") == pytest.approx(INVOICE.total / 1e6, abs=1e-9)
    assert value(f"L{last}") == pytest.approx(INVOICE.total / 1e6, abs=1e-9)


def test_a_workbook_is_a_function_of_what_it_holds(tmp_path: Path) -> None:
    """No instant of its writing stands in it: neither in the zip's entries nor in the document's properties."""
    path = write_workbook(tmp_path / "one.xlsx", sheets(INVOICE, LINES, PARTY, account_of(1, ENTRIES)))
    with ZipFile(path) as held:
        assert {each.date_time for each in held.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = held.read("docProps/core.xml").decode()
    assert "firstbest" in properties
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+", properties)) == {"1980-01-01T00:00:00"}


def half_up(x: float, places: int) -> float:
    """As spreadsheets round: halves away from zero."""
    scaled = abs(x) * 10**places
    whole = int(scaled + 0.5 + 1e-9)
    return (whole if x >= 0 else -whole) / 10**places


def test_a_page_holds_every_line_and_nothing_of_it_is_a_command() -> None:
    source = page(INVOICE, LINES, PARTY, account_of(1, ENTRIES))

    assert quoted('a "b" \\ #c') == '"a \\"b\\" \\\\ #c"'
    assert all(quoted(words_of(each)) in source for each in LINES)
    try:
        made = compiled(source)
    except NoTypst as missing:
        pytest.skip(str(missing))
    assert made.startswith(b"%PDF")
    assert b"CreationDate" not in made, "the same invoice is the same bytes, whenever it is printed"


def test_a_month_lists_its_invoices_and_what_they_come_to() -> None:
    month = Month(OCTOBER, "USD", [INVOICE] * 40, LINES, 1_234, 0, {1: "Northline Apparel (the tenant)"})
    rows = printed(month_screen(month, 80), 80)

    assert max(map(len, rows)) <= 80
    assert "and 10 more" in rows
    assert any("agree to the last millionth" in row for row in rows)
    differing = printed(month_screen(month._replace(difference=7), 80), 80)
    assert any("differ by 7 millionths" in row for row in differing)


@pytest.mark.parametrize("width", [80, 120])
def test_a_line_walks_back_to_its_events(width: int) -> None:
    events = [Traced(1_790_000_000_000_000, "order 2026-10-01/7, item H0001", 1, 0, Fraction(4_000_000), (0, 1, 0))]
    walk = Walk("2026-10/apparel/2", LINES[1], events, [], "survey: 2 to 5 · third party", "USD", "America/New_York")
    rows = printed(trace_screen(walk, width), width)

    assert max(map(len, rows)) <= width
    assert any("house version 2, charge units" in row for row in rows)
    assert any("order 2026-10-01/7" in row and row.endswith("$4.00") for row in rows)
    assert any("and 2 more" in row for row in rows)


@pytest.mark.parametrize("width", [80, 120])
def test_clients_and_neutrality_fit(width: int) -> None:
    listed = [Client("a", "Northline Apparel", 100, 5_000.0, 6_000.0), Client("b", "B" * 60, 10, 0.0, 1.0)]
    lost = [LostOrder("2026-10-01/7", "Northline Apparel", 5.0, 30.0, "billed 5.00: returns 20.00, carrier 10.00")]
    rows = printed(clients_screen(Clients("2026-10", "USD", listed, lost, 110, 40), width), width)
    even, odd = Estimate(0.9, 0.88, 0.92), Estimate(0.5, 0.4, 0.6)
    told = Told([Row("a", "Northline", {"promise kept": odd, "hours to ship": even}, 9.5)],
                {"promise kept": even, "hours to ship": even}, "USD")  # fmt: skip
    fair = printed(neutrality_screen(told, swapped_words(20, 1_234, ()), width), width)

    assert max(map(len, [*rows, *fair])) <= width
    assert any(f"{MINUS}$25.00" in row for row in rows)
    assert any("50.0\xa0%*" in row for row in fair)
    assert "no decision knows who anybody is" in " ".join(fair)
    assert "Somebody is preferred" in swapped_words(2, 5, ("ordered",))

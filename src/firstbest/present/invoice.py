"""An invoice in words: its lines as a person reads them, and as text for the terminal.

Every line says what it is for, how much of it at which price, and where the price stands: charge and rule of a card's
version. The number before it is what `invoice explain` asks for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import text
from firstbest.rent.ledger import Account, Entry, EntryKind
from firstbest.rent.lines import Invoice, InvoiceKind, Line, LineKind, month_name
from firstbest.rent.meters import METER_CODES, METERS
from firstbest.world.units import MONEY

KINDS: Final = {
    InvoiceKind.INVOICE: "Invoice",
    InvoiceKind.CREDIT_NOTE: "Credit note",
    InvoiceKind.INTERNAL_CHARGE: "Internal charge",
}
UNITS: Final[dict[str, tuple[int, str, str]]] = {
    "cm3_day": (10**6, "m³ day", "m³ days"), "g": (1_000, "kg", "kg"), "m": (1_000, "km", "km"),
    "s": (60, "minute", "minutes"), "ms": (3_600_000, "hour", "hours"), "byte": (10**9, "GB", "GB"),
    "byte_hour": (10**9, "GB hour", "GB hours"), "token": (10**6, "million tokens", "million tokens"),
    "pallet_day": (1, "pallet day", "pallet days"),
}  # fmt: skip
"""How a meter's unit is shown: how many of it make one, one, several. Units not listed are shown as they are."""
MONEY_METERS: Final = frozenset({"sales", "sales_returned", "parcels_carried"})
"""Meters whose events carry money."""
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Party(NamedTuple):
    """Who an invoice is between, and in which words."""

    house: str
    tenant: str  # its code
    name: str
    currency: str
    note: str = ""


class Shown(NamedTuple):
    """A line as a person reads it."""

    number: int  # on this invoice, from 1
    what: str
    quantity: str
    price: str
    amount: str
    where: str  # card, charge and rule
    events: int


class Account_(NamedTuple):  # noqa: N801 - `Account` is the ledger's
    """A seller's money of a month, millionths: taken for it, set off against what it owes, paid out, still owed."""

    sales: int
    set_off: int
    paid_out: int
    owed: int


def month_words(month: int) -> str:
    """`October 2026`."""
    return f"{_MONTHS[month % 12]} {month // 12}"


def unit_of(meter: str) -> tuple[int, str, str]:
    """How a meter's quantity is shown."""
    unit = METERS[METER_CODES[meter]].unit if meter else ""
    return UNITS.get(unit, (1, unit, f"{unit}s"))


def money_exact(micros: Fraction, currency: str) -> str:
    """A price with as many decimals as it has, from two to six; longer ones are cut to six with an ellipsis."""
    value = Fraction(micros, MONEY)
    for places in range(2, 7):
        if (value * 10**places).denominator == 1:
            return text.money(float(value), currency, places)
    # A hair off a coin would read as the coin itself: the ellipsis says that the exact price goes on.
    return text.money(float(value), currency, 6) + "…"


def plain(amount: Fraction | float, places: int) -> str:
    """A number with at most so many decimals, none of them idle."""
    written = text.number(float(amount), places)
    return written.rstrip("0").rstrip(".") if "." in written else written


def inside(words: str) -> str:
    """Words within a sentence: months and names keep their capitals."""
    return words[:1].lower() + words[1:]


def words_of(line: Line) -> str:
    """What a line is for."""
    name = text.named(line.charge)
    parts = [each for each in (line.rule, f"step {line.step}" if line.step[:1].isdigit() else line.step) if each]
    if parts and parts != [line.charge]:
        name += f", {', '.join(inside(text.named(each)) if each == line.rule else each for each in parts)}"
    if line.kind == LineKind.CORRECTION:
        return f"{name} (correction of {month_words(line.usage_month)})"
    if line.kind == LineKind.DISPUTE:
        return f"{name} (given back)"
    return {
        LineKind.MINIMUM: f"{name}: up to the agreed minimum",
        LineKind.CAP: f"{name}: down to the agreed cap",
        LineKind.SERVICE_CREDIT: f"{name}: promises missed",
    }.get(line.kind, name)


def quantity_of(line: Line, currency: str) -> str:
    """How much: of the meter, or of which money a share is taken; of a dispute that was granted, nothing is counted."""
    if line.kind == LineKind.DISPUTE:
        return ""
    if not line.meter:
        return f"of {amount(round(line.of), currency)}" if line.of else ""
    factor, one, several = unit_of(line.meter)
    used = Fraction(line.quantity, factor) + line.of / factor
    return f"{plain(used, 0 if factor == 1 else 2)}{text.THIN}{one if used == 1 else several}"


def of_money(line: Line) -> bool:
    """Whether a line is a share of money that its events carry: a commission of sales, a carrier's bill passed on.

    Its steps are then millionths of that money, and the price of one is the share.
    """
    return line.meter in MONEY_METERS and not line.rate and line.steps > 1_000 * abs(line.quantity)


def price_of(line: Line, currency: str) -> str:
    """At which price."""
    if line.kind == LineKind.DISPUTE:
        return f"granted on {month_words(line.usage_month)}"
    if of_money(line):
        return f"{plain(line.step_rate * 100, 4)}{text.THIN}% of {amount(line.steps, currency)}"
    if not line.meter:
        return f"{plain(line.rate * 100, 4)}{text.THIN}%" if line.of and line.rate else ""
    factor = unit_of(line.meter)[0]
    price = money_exact(line.rate * factor, currency)
    each = money_exact(line.step_rate, currency)
    if line.steps and not line.rate:
        return f"{each} a step, {text.number(line.steps)} steps"
    return price + (f" + {text.number(line.steps)} steps at {each}" if line.steps else "")


def shown(number: int, line: Line, currency: str) -> Shown:
    """A line in words."""
    where = f"{line.family}/{line.version} {line.charge}" + (f" · {line.rule}" if line.rule else "")
    return Shown(
        number, words_of(line), quantity_of(line, currency), price_of(line, currency), amount(line.rounded, currency),
        where, line.events.events,
    )  # fmt: skip


def amount(micros: int, currency: str) -> str:
    """Money to the coin, in full."""
    sign = text.MINUS if micros < 0 else ""
    written = f"{abs(micros) / MONEY:,.2f}"
    symbol = {"USD": "$", "GBP": "£", "EUR": "€"}.get(currency)
    return f"{sign}{symbol}{written}" if symbol else f"{sign}{written}{text.THIN}{currency}"


def lines_of(invoice: Invoice, lines: Sequence[Line]) -> list[Line]:
    """The lines of an invoice in their order."""
    by_number = {line.number: line for line in lines}
    return [by_number[number] for number in invoice.lines]


def account_of(tenant: int, entries: Sequence[Entry]) -> Account_:
    """What a month's entries say of a seller's money."""
    found: dict[tuple[EntryKind, Account], int] = {}
    for entry in entries:
        for posting in entry.postings:
            if posting.tenant == tenant:
                key = (entry.kind, posting.account)
                found[key] = found.get(key, 0) + posting.amount
    return Account_(
        -found.get((EntryKind.SALES, Account.PAYABLE), 0),
        found.get((EntryKind.SET_OFF, Account.PAYABLE), 0),
        found.get((EntryKind.PAYOUT, Account.PAYABLE), 0),
        sum(value for (_, account), value in found.items() if account == Account.RECEIVABLE),
    )


def cards_of(lines: Sequence[Line]) -> str:
    """Which cards the lines were priced by: `us_3pl version 2 and 3`."""
    versions: dict[str, list[int]] = {}
    for line in lines:
        versions.setdefault(line.family, [])
        if line.version not in versions[line.family]:
            versions[line.family].append(line.version)
    said = (
        f"{family} version {text.joined([str(each) for each in sorted(found)])}" for family, found in versions.items()
    )
    return text.joined(sorted(said))


# ------------------------------------------------------------------------------------------------------ the terminal
def invoice_screen(invoice: Invoice, lines: Sequence[Line], party: Party, account: Account_, width: int) -> Text:
    """One invoice for a terminal of this width."""
    width = max(60, min(width, 140))
    page = Text(no_wrap=True)
    own = lines_of(invoice, lines)
    title = f"{KINDS[invoice.kind]} {invoice.number}"
    page.append(title, style="bold")
    page.append(f"{party.house:>{max(width - len(title), 1)}}\n")
    to = f"to {party.name}"
    page.append(to + f"{month_words(invoice.month):>{max(width - len(to), 1)}}\n")
    page.append(f"rate card {cards_of(own)}\n", style="dim")
    if party.note:
        page.append(f"{party.note}\n", style="yellow")
    page.append("\n")
    versions = {(line.family, line.version) for line in own}
    before: tuple[str, int] = ("", 0)
    for number, line in enumerate(own, start=1):
        if len(versions) > 1 and (line.family, line.version) != before:
            before = (line.family, line.version)
            page.append(f"{'' if number == 1 else chr(10)}     {line.family}, version {line.version}\n", style="dim")
        _line(page, shown(number, line, party.currency), width)
    page.append(f"{'-' * 16:>{width}}\n")
    page.append(f"{'Total':>{width - 18}}  ")
    page.append(f"{amount(invoice.total, party.currency):>16}\n", style="bold")
    for said in account_words(account, party.currency):
        page.append(f"\n{said}", style="dim")
    page.rstrip()
    return page


def _line(page: Text, line: Shown, width: int) -> None:
    """Words and amount on one row; quantity and price beside the words where there is room, else below them."""
    between = " " if line.quantity.startswith("of ") else " at "
    pieces = (line.price, line.quantity) if line.quantity.startswith("of ") else (line.quantity, line.price)
    detail = between.join(each for each in pieces if each)
    room = width - 5 - 17
    head = f"{line.number:>3}  "
    if len(line.what) + len(detail) + 3 <= room:
        page.append(f"{head}{line.what}")
        page.append(f"{detail:>{room - len(line.what)}}", style="dim")
        page.append(f" {line.amount:>16}\n")
        return
    for row in cut(line.what, room)[:-1]:
        page.append(f"{head}{row}\n")
        head = " " * 5
    page.append(f"{head}{cut(line.what, room)[-1]:<{room}} {line.amount:>16}\n")
    for row in cut(detail, room - 4):
        page.append(f"{'':9}{row}\n", style="dim")


def cut(words: str, width: int) -> list[str]:
    """Words over lines of at most this width."""
    rows = [""]
    for word in words.split(" "):
        if rows[-1] and len(rows[-1]) + 1 + len(word) > width:
            rows.append(word)
        else:
            rows[-1] += (" " if rows[-1] else "") + word
    return rows


def short(name: str, room: int) -> str:
    """A name that fits, without what stands in brackets where it does not."""
    if len(name) > room:
        name = name.partition(" (")[0]
    return name if len(name) <= room else name[: room - 1] + "…"


def account_words(account: Account_, currency: str) -> list[str]:
    """A seller's account in words; nothing where no money was taken for it."""
    if not any(account):
        return []
    said = [f"Sales taken for you, less refunds {amount(account.sales, currency):>16}"]
    said.append(f"Set off against what you owe      {amount(account.set_off, currency):>16}")
    said.append(f"Paid out to you                   {amount(account.paid_out, currency):>16}")
    if account.owed > 0:
        said.append(f"Left to pay                       {amount(account.owed, currency):>16}")
    return said


class Month(NamedTuple):
    """A closed month for its screen."""

    month: int
    currency: str
    invoices: Sequence[Invoice]
    lines: Sequence[Line]
    events: int
    difference: int  # between usage, lines, invoices and ledger, millionths
    names: Mapping[int, str]
    note: str = ""


def month_screen(closed: Month, width: int) -> Text:
    """All invoices of a month: who, how many lines, how much; the largest first beyond thirty."""
    width = max(60, min(width, 140))
    page = Text(no_wrap=True)
    page.append(f"{month_words(closed.month)}  ", style="bold")
    page.append(f"{len(closed.invoices)} invoices, {len(closed.lines)} lines, {text.number(closed.events)} events\n")
    if closed.note:
        page.append(f"{closed.note}\n", style="yellow")
    page.append("\n")
    listed = (
        sorted(closed.invoices, key=lambda invoice: -abs(invoice.total))
        if len(closed.invoices) > 30
        else closed.invoices
    )
    room = width - 60
    for invoice in list(listed)[:30]:
        mark = {InvoiceKind.INTERNAL_CHARGE: "internal", InvoiceKind.CREDIT_NOTE: "credit"}.get(invoice.kind, "")
        name = closed.names.get(invoice.tenant, invoice.number)
        page.append(f"{invoice.number:<22} {short(name, room):<{room}} {mark:<9}{len(invoice.lines):>4} lines")
        page.append(f" {amount(invoice.total, closed.currency):>16}\n", style="bold")
    if len(closed.invoices) > 30:
        page.append(f"and {len(closed.invoices) - 30} more\n", style="dim")
    total = sum(invoice.total for invoice in closed.invoices)
    page.append(f"{'Total':>{width - 17}} {amount(total, closed.currency):>16}\n\n")
    page.append("Usage, rated lines, invoices and ledger ")
    if closed.difference:
        page.append(f"differ by {closed.difference:,} millionths\n", style="bold red")
    else:
        page.append("agree to the last millionth\n", style="green")
    first = closed.invoices[-1].number if closed.invoices else f"{month_name(closed.month)}/NAME"
    page.append(f"One line back to its events: firstbest invoice explain DIR {first}/1", style="dim")
    return page

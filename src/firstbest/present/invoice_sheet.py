"""An invoice as rows of a workbook, with formulas, so that a finance clerk can add it up again.

A price stands as the exact fraction that the card gives; the amount is computed from it in the sheet, rounded to the
coin in the sheet, added up in the sheet, and stands beside what was invoiced.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Final, NamedTuple

from firstbest.present.invoice import (
    KINDS,
    Account_,
    Party,
    account_words,
    lines_of,
    month_words,
    of_money,
    unit_of,
    words_of,
)
from firstbest.rent.lines import Invoice, Line, LineKind
from firstbest.world.units import MONEY

HEADS: Final = (
    "No.", "What", "Quantity", "Unit", "Price", "Steps", "Price a step", "Share of", "Share", "Exact", "Amount",
    "Invoiced", "Difference", "Used in", "Card", "Charge", "Rule", "Step", "Meter", "Events",
)  # fmt: skip
WIDTHS: Final = (5, 44, 14, 13, 13, 9, 12, 14, 10, 16, 13, 13, 11, 10, 14, 16, 20, 9, 18, 9)
MONEY_COLUMNS: Final = ("H", "J", "K", "L", "M")
FIRST_ROW: Final = 7
COIN: Final = Fraction(MONEY, 100)
_ABOUT: Final = """\
Exact = quantity x price + steps x price a step + share x what it is of. Amount = exact, rounded once to the coin (a \
half goes to the even coin). Difference = amount less what was invoiced: it has to be 0 in every row.
A correction changes the amount of an earlier month: its amount is the difference of two rounded amounts, so it may \
lie a coin beside its own exact value; it is taken as invoiced."""
Cell = str | int | float | None


class Sheet(NamedTuple):
    """Rows of one sheet; texts that begin with = are formulas. `bold` and `total` are rows, counted from 1."""

    name: str
    rows: tuple[tuple[Cell, ...], ...]
    widths: tuple[int, ...]
    heads: int
    total: int


def sheets(invoice: Invoice, lines: Sequence[Line], party: Party, account: Account_) -> list[Sheet]:
    """The workbook of one invoice."""
    own = lines_of(invoice, lines)
    last = FIRST_ROW + len(own)
    rows: list[tuple[Cell, ...]] = [
        (f"{KINDS[invoice.kind]} {invoice.number}",),
        (party.house,),
        (f"to {party.name}",),
        (f"{month_words(invoice.month)}, {party.currency}",),
        (party.note or None,),
        (),
        HEADS,
        *(_row(place, line) for place, line in enumerate(own, start=1)),
        _total(last),
        (),
        *((each,) for each in _ABOUT.splitlines()),
    ]
    made = [Sheet("Invoice", tuple(rows), WIDTHS, FIRST_ROW, last + 1)]
    said = account_words(account, party.currency)
    if said:
        figures = (account.sales, account.set_off, account.paid_out, account.owed)
        pairs = tuple((words[:34].strip(), value / MONEY) for words, value in zip(said, figures, strict=False))
        made.append(Sheet("Account", (("Your account this month", None), *pairs), (44, 16), 1, 0))
    return made


def _row(place: int, line: Line) -> tuple[Cell, ...]:
    row = FIRST_ROW + place
    factor, _, several = unit_of(line.meter)
    counted = bool(line.meter) and line.kind != LineKind.DISPUTE
    bound = line.kind in {LineKind.MINIMUM, LineKind.CAP}
    quantity = Fraction(line.quantity, factor) + line.of / factor if counted else Fraction(int(bound))
    price = line.rate * factor / MONEY if counted else line.exact / MONEY
    money = of_money(line)
    of, share = (Fraction(line.steps), line.step_rate) if money else (line.of, line.rate)
    shared, steps = money or not (counted or bound), bool(line.steps) and not money
    return (
        place, words_of(line), _number(quantity) if counted or bound else None, several if counted else None,
        _number(price) if counted or bound else None, line.steps if steps else None,
        _number(line.step_rate / MONEY) if steps else None,
        _number(of / MONEY) if shared else None, _number(share) if shared else None,
        f"=C{row}*E{row}+F{row}*G{row}+H{row}*I{row}", _rounded(line, row), line.rounded / MONEY, f"=K{row}-L{row}",
        f"{line.usage_month // 12:04}-{line.usage_month % 12 + 1:02}", f"{line.family}/{line.version}", line.charge,
        line.rule, line.step, line.meter, line.events.events or None,
    )  # fmt: skip


def _number(value: Fraction) -> Cell:
    """A whole number or a short decimal as itself, any other fraction as a formula: what is exact stays exact."""
    if value.denominator == 1:
        return int(value)
    if (value * 10**9).denominator == 1:
        return float(value)
    return f"={value.numerator}/{value.denominator}"


def _rounded(line: Line, row: int) -> str:
    """Rounding to the coin, halves to the even one; corrections are taken as invoiced."""
    if line.kind == LineKind.CORRECTION:
        return f"=L{row}"
    half = (line.exact / COIN).denominator == 2
    return f"=ROUND(J{row}/0.02,0)*0.02" if half else f"=ROUND(J{row},2)"


def _total(last: int) -> tuple[Cell, ...]:
    def over(column: str) -> str:
        return f"=SUM({column}{FIRST_ROW + 1}:{column}{last})"

    blanks: Iterator[None] = iter([None] * 7)
    return (None, "Total", *blanks, over("J"), over("K"), over("L"), over("M"))

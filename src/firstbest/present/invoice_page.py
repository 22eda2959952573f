"""An invoice on paper: the source of a typst page, black on white, that can be copied and ticked off."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from firstbest.present.invoice import (
    KINDS,
    Account_,
    Party,
    Shown,
    account_words,
    amount,
    cards_of,
    lines_of,
    month_words,
    shown,
)
from firstbest.rent.lines import Invoice, Line

HEAD: Final = """\
#set document(title: {title}, author: {house}, date: none)
#set page(paper: "a4", margin: (x: 20mm, top: 22mm, bottom: 24mm), footer: context [
  #set text(7.5pt, fill: luma(90))
  #line(length: 100%, stroke: 0.4pt + luma(160))
  #v(-4pt)
  #grid(columns: (1fr, auto), {title}, [page #counter(page).display() of #counter(page).final().first()])
])
#set text(font: ("Libertinus Serif", "New Computer Modern"), size: 9.5pt, number-type: "lining")
#set par(leading: 0.5em)
"""
TOP: Final = """\
#grid(columns: (1fr, auto), row-gutter: 6pt,
  text(17pt, weight: "bold", {kind}), align(right, text(11pt, weight: "bold", {house})),
  text(10pt, {number}), align(right, text(10pt, {month})),
)
#v(7mm)
#grid(columns: (1fr, auto), row-gutter: 6pt,
  text(8pt, fill: luma(90), [to]), align(right, text(8pt, fill: luma(90), {owed_words})),
  text(12pt, weight: "bold", {name}), align(right, text(17pt, weight: "bold", {total})),
)
#v(5mm)
"""
TABLE: Final = """\
#table(
  columns: (auto, 1fr, auto, auto, auto), inset: (x: 4pt, y: 3.6pt),
  align: (right, left, right, right, right),
  stroke: (_, y) => if y == 0 {{ (bottom: 0.8pt) }} else {{ (bottom: 0.25pt + luma(190)) }},
  table.header([], [*What*], [*How much*], [*Price*], [*Amount*]),
{rows}
  table.hline(stroke: 0.8pt),
  table.cell(stroke: none, []), table.cell(stroke: none, [*Total*]), table.cell(stroke: none, []),
  table.cell(stroke: none, []), table.cell(stroke: none, text(weight: "bold", {total})),
)
"""
FOOT: Final = """\
#v(4mm)
#text(8pt, fill: luma(70))[Each line keeps the rule of the rate card it was priced by and the events it was counted
from. Ask for a line by its number, and it is shown down to single orders and instants. A line is rounded once, to the
coin. A line can be contested within 60 days.]
"""


def quoted(words: str) -> str:
    """A text as typst's own literal; nothing in it can be read as a command."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\r", " ")
    return f'"{escaped}"'


def page(invoice: Invoice, lines: Sequence[Line], party: Party, account: Account_) -> str:
    """The source of one invoice."""
    own = lines_of(invoice, lines)
    kind = KINDS[invoice.kind]
    total = amount(invoice.total, party.currency)
    words = {
        "title": quoted(f"{kind} {invoice.number}"),
        "house": quoted(party.house),
        "kind": quoted(kind),
        "number": quoted(invoice.number),
        "month": quoted(month_words(invoice.month)),
        "name": quoted(party.name),
        "total": quoted(total),
        "owed_words": quoted("credited to you" if invoice.total < 0 else "total"),
    }
    rows = "\n".join(_row(shown(number, line, party.currency)) for number, line in enumerate(own, start=1))
    parts = [HEAD.format(**words), TOP.format(**words), TABLE.format(rows=rows, **words)]
    note = f" {party.note[:1].upper()}{party.note[1:]}." if party.note else ""
    parts.append(f"#text(8pt)[#{quoted(f'Priced by rate card {cards_of(own)}.{note}')}]\n")
    parts += _account(account, party.currency)
    return "".join([*parts, FOOT])


def _row(line: Shown) -> str:
    """What, with the rule below it; how much; at what price; the amount."""
    what = f"[#{quoted(line.what)} #linebreak() #text(7pt, fill: luma(110), {quoted(line.where)})]"
    cells = (quoted(str(line.number)), line.quantity, line.price, line.amount)
    number, quantity, price, total = cells[0], *map(quoted, cells[1:])
    return f"  text(8pt, fill: luma(110), {number}), {what}, {quantity}, {price}, {total},"


def _account(account: Account_, currency: str) -> list[str]:
    said = account_words(account, currency)
    if not said:
        return []
    rows = "\n".join(f"  {quoted(each[:34].strip())}, {quoted(each[34:].strip())}," for each in said)
    head = '#v(5mm)\n#text(weight: "bold")[Your account this month]\n#v(-2mm)\n'
    how = "columns: (auto, auto), column-gutter: 12mm, inset: (x: 0pt, y: 2.5pt), stroke: none, align: (left, right)"
    return [head, f"#table({how},\n{rows}\n)\n"]

"""The three needs first: orders won and lost by price, speed and selection, where customers answer."""

from __future__ import annotations

from html import escape
from typing import Final

from rich.text import Text

from firstbest.present import svg, text
from firstbest.present.record import Need, Record

_NAMES: Final = {"price": "Price", "speed": "Speed", "selection": "Selection"}
_COLUMN: Final = 23
_NUMBER: Final = 13


def _net(record: Record) -> float:
    return sum(need.won - need.lost for need in record.needs) - record.gone


def told(record: Record) -> str:
    """One sentence."""
    net, count = _net(record), text.count(float(record.planned))
    if not record.planned or round(net) == 0:
        return f"Customers answered what they saw; it came to no order more or less than the {count} planned."
    word = "more" if net > 0 else "fewer"
    share = text.share(abs(net) / record.planned, 1)
    return f"Customers answered what they saw: {text.count(abs(net))} orders {word} than the {count} planned ({share})."


def rows(page: Text, record: Record) -> None:
    """Lines of the screen; none where nobody answered."""
    for need in record.needs:
        page.append(f"{_NAMES[need.cause]:<{_COLUMN}}")
        page.append(f"{_signed(need):>{_NUMBER}}", style="bold")
        page.append(f"   orders: {text.count(need.won)} won, {text.count(need.lost)} lost; {need.mark.lower()}\n")
    if record.gone or record.moved:
        page.append(f"{'Sellers':<{_COLUMN}}")
        page.append(f"{'' if not record.gone else text.MINUS + text.count(record.gone):>{_NUMBER}}", style="bold")
        page.append(f"   orders without their seller: {moves(record)}\n")
    if record.needs:
        page.append("\n")


def moves(record: Record) -> str:
    """`apparel left on 3 March at a margin of -2.1 %`."""
    parts = [
        f"{each.seller} {'came' if each.came else 'left'} on {text.long_day(each.day)} at a margin of "
        f"{text.share(each.margin)}"
        for each in record.moved
    ]
    return "; ".join(parts) or "sellers who wait"


def _signed(need: Need) -> str:
    # Of rounded numbers, so that what stands beside it adds up.
    net = round(need.won) - round(need.lost)
    sign = "" if net == 0 else "+" if net > 0 else text.MINUS
    return sign + text.count(abs(net))


def section(record: Record) -> str:
    """The section of the report; empty where nobody answered."""
    if not record.needs:
        return ""
    heads = ("Need", "Orders won", "Orders lost", "Together", "Coefficient", "How sure")
    body = [
        [
            _NAMES[need.cause],
            text.count(need.won),
            text.count(need.lost),
            _signed(need),
            f"{need.value.replace('-', text.MINUS)} {need.unit}",
            need.mark,
        ]
        for need in record.needs
    ]
    lead = (
        "Customers answer the price on the list, the days promised and the items on offer, as they were on the days "
        "before, against the levels in demand.toml. An order is laid to its causes by the logarithms of their factors. "
        "A coefficient that is assumed makes the orders assumed."
    )
    if record.gone or record.moved:
        lead += f" {text.count(record.gone)} orders found their seller gone: {moves(record)}."
    sources = " ".join(f"{_NAMES[need.cause]}: {need.source.rstrip('.')}." for need in record.needs)
    mark, source = record.levels
    if mark:
        sources += f" The levels are {mark}: {(source or 'no source is stated').rstrip('.')}."
    return (
        f'<section id="needs"><p class="kicker">What customers need</p><h2>{escape(told(record))}</h2>'
        f'<p class="lead">{escape(lead)}</p>{svg.table(heads, body)}'
        f'<p class="lead after">{escape(sources)}</p></section>'
    )

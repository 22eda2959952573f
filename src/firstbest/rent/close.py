"""Close a month: usage to rated lines, invoices and entries of the ledger. A pure function of what it is given.

The months before are given as `Books`; what becomes known of them later comes in as usage whose instant lies in a month
that is closed, and comes out as corrections on this month's invoices.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from firstbest.rent.ledger import Entry, Ledger
from firstbest.rent.lines import Invoice, Line
from firstbest.rent.usage import Usage


class Period(NamedTuple):
    """A month: its number (12 x year + month - 1), first instant, first instant of the next month, days."""

    month: int
    begins: int
    ends: int
    days: int


class Books(NamedTuple):
    """All that earlier closings left behind. Immutable; `Books()` before the first."""

    ledger: Ledger = Ledger()
    periods: tuple[Period, ...] = ()
    tallies: Mapping[int, Any] = {}
    invoiced: Mapping[Any, Any] = {}


class Closing(NamedTuple):
    """What one closing made."""

    period: Period
    invoices: tuple[Invoice, ...]
    lines: tuple[Line, ...]
    entries: tuple[Entry, ...]
    books: Books


def close_month(period: Period, usage: Iterable[Usage], cards: Any, books: Books) -> Closing:
    """Rate what became known since the closing before, write the invoices, post them.

    `usage`: batches in any order and any cut: every admitted event known before this closing that no earlier closing
    was given. `cards`: compiled by `rent/compile.compile_cards`. The same arguments give the same bytes.
    """
    raise NotImplementedError(period, usage, cards, books)

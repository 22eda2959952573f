"""Who was featured for each product of a rehearsal, how long, and why."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import text
from firstbest.world.words import OfferReason

REASONS: Final = {
    OfferReason.NOTHING_APART: "as good as the next; the hash of its name decided",
    OfferReason.CHEAPER: "the landed price",
    OfferReason.SOONER: "the promise",
    OfferReason.BETTER_RECORD: "the record",
    OfferReason.ALONE_IN_STOCK: "nobody else had goods",
    OfferReason.NOBODY_IN_STOCK: "nobody had goods; least score of all",
}


class Shown(NamedTuple):
    """One offer: money in whole currency units, defects of 100 lines."""

    product: str
    item: str
    seller: str
    share: float  # of the time
    times: int  # it was put first
    reason: int  # most often
    landed: float
    days: float
    defects: float
    next_landed: float


def screen(rows: Sequence[Shown], currency: str, most: int = 40) -> Text:
    """A line for each offer that was featured, by product; the first `most` products that changed most come first."""
    page = Text()
    products = list(dict.fromkeys(row.product for row in rows))
    changes = {name: sum(row.times for row in rows if row.product == name) for name in products}
    chosen = sorted(products, key=lambda name: (-changes[name], name))[:most]
    page.append(f"{len(products)} products with several offers; featured in turn:\n\n")
    for name in chosen:
        page.append(f"{text.named(name)}\n", style="bold")
        for row in sorted((row for row in rows if row.product == name), key=lambda row: -row.share):
            against = "" if row.reason >= OfferReason.ALONE_IN_STOCK else _against(row, currency)
            page.append(f"  {text.share(row.share, 0):>6}  {row.item} of {row.seller}, {row.times} times: ")
            page.append(f"{REASONS[OfferReason(row.reason)]}{against}\n")
    if len(products) > len(chosen):
        page.append(f"\nand {len(products) - len(chosen)} products more\n")
    return page


def _against(row: Shown, currency: str) -> str:
    landed, other = (text.money(each, currency) for each in (row.landed, row.next_landed))
    days, defects = text.number(row.days, 1), text.number(row.defects, 1)
    return f" ({landed} landed against {other}, {days} days, {defects} defects of 100)"

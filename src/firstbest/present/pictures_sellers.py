"""The sixth picture: what each seller brings and what serving it costs."""

from __future__ import annotations

from typing import Final

from firstbest.present import svg, text
from firstbest.present.record import Record
from firstbest.present.sellers import PARTS, Seller, sellers
from firstbest.present.sums import over

_WIDTH: Final = 1040.0
_ROW: Final = 44.0
_LEFT: Final = 190.0


def picture(record: Record) -> svg.Picture | None:
    """Cost to serve by seller, and profit where what was billed is known; nothing where there is one seller."""
    shown = sellers(record)
    if len(shown) < 2:
        return None
    currency = record.network.texts.currency
    dear = max(shown, key=lambda seller: over(seller.cost, seller.sales))
    finding = (
        f"{text.named(dear.name)} takes most of its sales to serve: {text.share(over(dear.cost, dear.sales), 0)}, "
        f"{text.money(over(dear.cost, dear.shipments), currency)} a shipment"
    )
    if record.billed:
        worst = min(shown, key=lambda seller: over(seller.billed - seller.cost, seller.billed))
        margin = text.share(over(worst.billed - worst.cost, worst.billed), 0)
        finding = f"{text.named(worst.name)} leaves least: {margin} of what it is billed"
    lead = (
        "Carriers, material, returns and contacts stand with the seller that caused them; hours in the building, rent, "
        "systems and inbound freight are shared by lines shipped."
    )
    return svg.Picture("sellers", finding, lead, _bars(shown, currency) + _table(shown, currency))


def _bars(shown: list[Seller], currency: str) -> str:
    """Cost to serve as a share of each seller's sales, in three parts, with its money beside it."""
    most = max(over(max(seller.cost, seller.billed), seller.sales) for seller in shown)
    scale = svg.Scale(0, most if most > 0 else 1.0, _LEFT, _WIDTH - 380)
    parts = []
    heads = (
        (_WIDTH - 200, "net sales"),
        (_WIDTH - 100, "cost to serve"),
        (_WIDTH, "profit" if shown[0].billed else "a shipment"),
    )
    parts += [svg.words(x, 14, words, "small muted", "end") for x, words in heads]
    for place, seller in enumerate(shown):
        y, reached = 26 + place * _ROW, 0.0
        parts.append(svg.words(_LEFT - 14, y + 21, text.named(seller.name), "label strong", "end"))
        for index, (part, words) in enumerate(PARTS.items()):
            share = over(seller.costs[part], seller.sales)
            hint = f"{words}: {text.share(share)} of sales, {text.money(seller.costs[part], currency, 0)}"
            x, width = scale(reached), scale(reached + share) - scale(reached)
            parts.append(svg.box(x, y + 4, width - 1, 26, f"part{index}", hint))
            if place == 0:
                parts.append(svg.words(x, 14, words, "small muted"))
            reached += share
        parts.append(svg.words(scale(reached) + 8, y + 21, text.share(reached, 0), "value strong"))
        last = seller.billed - seller.cost if seller.billed else over(seller.cost, seller.shipments)
        for x, value in ((_WIDTH - 200, seller.sales), (_WIDTH - 100, seller.cost), (_WIDTH, last)):
            parts.append(svg.words(x, y + 21, text.brief(value, "money", currency), "value", "end"))
    told = ", ".join(f"{text.named(seller.name)} {text.share(over(seller.cost, seller.sales))}" for seller in shown)
    frame = svg.Frame("sellers", _WIDTH, 30 + len(shown) * _ROW, "Cost to serve by seller, of net sales", told)
    return "<h3>Cost to serve as a share of net sales</h3>" + svg.drawing(frame, "".join(parts))


def _table(shown: list[Seller], currency: str) -> str:
    rows = []
    for seller in shown:
        row = [text.named(seller.name), text.number(seller.shipments), text.money(seller.sales, currency, 0)]
        row += [text.money(seller.costs[part], currency, 0) for part in PARTS]
        row += [text.money(seller.cost, currency, 0), text.share(over(seller.cost, seller.sales))]
        rows.append(row)
    return svg.behind(["Seller", "shipments", "net sales", *PARTS.values(), "cost to serve", "of sales"], rows)

"""The words of a rate card file: sections and their keys, as the reader takes them and the reference tells them."""

from __future__ import annotations

from typing import Final

from firstbest.rent.card import Dimension, Quality

CARD: Final = {
    "family": "what the card is for; one card of a family holds for a tenant at a time",
    "version": "a whole number; it stands on every line",
    "title": "a name for people",
    "currency": "three letters",
    "coin": "what lines are rounded to, 0.01 by default",
    "from": "the first day, in the workspace's time zone",
    "until": "the first day on which it no longer holds; open by default",
    "tenants": "who it is for; everybody without a card of his own by default",
    "divisor": "for dimensional weight, such as 139 in3/lb; without it scale weight is billed",
    "part_month": "days: minimums, caps and blocks are shortened where the card holds for part of a month; or whole",
    "source": "where the figures are from",
    "certainty": "how sure that is",
}
SIZE: Final = {"name": "of the tier; the first tier whose bounds all hold is the event's"}
SEASON: Final = {"name": "of the season", "from": "the month and day on which it begins each year, such as 10-15"}
CHARGE: Final = {
    "name": "on the invoice",
    "meter": "what is counted, a meter of the list",
    "match": "one: exactly one rule fits every event; or first: the first that fits holds",
    "uncovered": "fault: a case that no rule fits is a fault; or free: it costs nothing",
    "credit": "true where its amounts are given back",
    "rule": "its rules",
    "source": "where the figures are from",
    "certainty": "how sure that is",
}
RULE: Final = {
    "name": "on the invoice",
    "when": "a condition; left out where it always holds, or the text otherwise",
    "each": "a price for each `per`",
    "per": "of what the price is, such as ft3_month or 100 unit; one of the meter by default",
    "of": "a quality that the price runs over, or the charges that a percentage is of",
    "started": "true where a part of a `per` counts as a whole one",
    "table": "rows of a bound (in it) and a price",
    "then": "beyond the table: base, over, step, each",
    "percent": "of the charges named by `of`",
    "greater": "two or more prices, of which the greater holds",
    "lesser": "two or more prices, of which the lesser holds",
    "blocks": "rows of a bound and a price: each block of the month's quantity at its own price",
    "volume": "rows of a bound and a price: the whole month's quantity at the price of the bound it reaches",
    "falls": "true where a price that falls as its measure grows is meant so",
    "source": "where the figure is from",
    "certainty": "how sure that is",
}
THEN: Final = {
    "base": "the price at `over`; the table's last by default",
    "over": "from where steps are counted",
    "step": "how large a step is",
    "each": "the price of each step begun",
}
BOUND: Final = {
    "name": "on the invoice",
    "amount": "a month",
    "of": "the charges that count towards it; all by default",
    "source": "where the figure is from",
    "certainty": "how sure that is",
}
SERVICE_CREDIT: Final = {
    "name": "on the invoice",
    "due": "the meter of promises that came due",
    "kept": "the meter of promises kept",
    "of": "the charges of which a share is given back",
    "bands": "rows of a kept share below which, and the percent given back; the deepest first",
    "source": "where the figure is from",
    "certainty": "how sure that is",
}
SECTIONS: Final = {
    "card": CARD, "size": SIZE, "season": SEASON, "charge": CHARGE, "charge.rule": RULE, "minimum": BOUND, "cap": BOUND,
    "service_credit": SERVICE_CREDIT,
}  # fmt: skip

QUALITIES: Final = {
    "weight": Quality.WEIGHT, "billed_weight": Quality.BILLED, "volume": Quality.VOLUME, "longest": Quality.LONGEST,
    "median": Quality.MEDIAN, "shortest": Quality.SHORTEST, "girth": Quality.GIRTH, "price": Quality.PRICE,
    "age": Quality.AGE, "days_of_supply": Quality.SUPPLY, "splits": Quality.SPLITS, "quantity": Quality.QUANTITY,
}  # fmt: skip
"""Numbers that a condition bounds and a price runs over. Girth: longest + 2 x (median + shortest)."""
DIMENSIONS: Final = {
    "class": Dimension.CLASS, "node": Dimension.NODE, "region": Dimension.REGION, "service": Dimension.SERVICE,
    "channel": Dimension.CHANNEL, "tenant": Dimension.TENANT, "size": Dimension.SIZE, "season": Dimension.SEASON,
}  # fmt: skip
"""Names that a condition asks for."""
CERTAINTIES: Final = ("official", "third party", "assumed", "computed", "own")
"""How sure a figure is."""

"""The part of `demand.toml` that says how customers answer."""

from __future__ import annotations

from typing import Final

from firstbest.store.schema_words import Column, Section, Type, choice, integer, number, text

UNITS: Final = {
    "price": "percent of orders for a percent of price",
    "speed": "percent of orders for a day sooner",
    "selection": "percent of orders for a percent of items on offer",
}
"""What customers answer, in the order in which it is told, and the unit of the coefficient."""
MARKS: Final = ("ASSUMED", "FITTED", "GIVEN")
OFF: Final = "no"
ON: Final = "yes"
SWITCH: Final = (OFF, "measure", ON)
"""Nobody answers; levels are noted and nobody answers; customers answer."""
ELSEWHERE: Final = "elsewhere"
"""What places without a region are called."""
_SELLERS: Final = "sellers.seller"

ANSWER_SECTIONS: Final = (
    Section(
        "respond",
        "How orders answer what customers saw in the days before. Not where a log is replayed.",
        (
            choice("on", SWITCH, "measure: nobody answers, the levels of the rehearsal are written", OFF),
            integer("memory_days", "days of promises that customers go by", 7, low=1, high=366),
            number("most_factor", "of a day's orders, at most", 2, low=1, high=10),
            Column(
                "price_level", Type.NUMBER_BY_NAME, "price of a unit at which orders are as planned, by seller", {}, 0,
                10**9, refers=_SELLERS,
            ),
            Column(
                "days_level", Type.NUMBER_BY_NAME, f"promised days likewise, by region of places, or '{ELSEWHERE}'", {},
                0, 100,
            ),
            Column(
                "items_level", Type.NUMBER_BY_NAME, "items on offer likewise, times the share of lines filled", {}, 0,
                10**9, refers=_SELLERS,
            ),
            choice("level_mark", MARKS, "how sure the levels are; FITTED where a rehearsal measured them", MARKS[0]),
            text("level_source", "where the levels come from", ""),
        ),
    ),
    Section(
        "sellers_review",
        "How sellers answer their margin, where customers answer; the owner stays.",
        (
            integer("days", "between looks, and how far back they look; 0: nobody comes or goes", 0, high=366),
            number("leave_below_percent", "margin, of sales, below which a seller leaves", 0, low=-100, high=100),
            number("join_above_percent", "mean margin of the sellers above which a waiting one comes", 10, low=-100),
            number("fee_order", "what a seller reckons an order costs beside the parcel, money", 5, high=10**6),
            number("commission_percent", "of sales", 12, high=100),
        ),
    ),
    Section(
        "answer",
        "One coefficient of the answer.",
        (
            choice("cause", tuple(UNITS), "what customers answer"),
            number("value", "the coefficient", low=-100, high=100),
            text("unit", "its unit: " + "; ".join(f"{cause}: {unit}" for cause, unit in UNITS.items())),
            choice("mark", MARKS, "how sure it is"),
            text("source", "where it comes from"),
        ),
        many=True,
        key="cause",
    ),
)  # fmt: skip

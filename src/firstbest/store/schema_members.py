"""The parts of `policies.toml` and `nature.toml` that say what a membership is, and how customers take it."""

from __future__ import annotations

from typing import Final

from firstbest.store.schema_words import Section, Type, integer, money, of, percent

MEMBER_RULES: Final = Section(
    "members",
    "Members as facts: an order is promised what members are if its customer is one. Off: an order says so itself.",
    (
        of("on", Type.YES_NO, "whether the house keeps members", "no"),
        integer("term_days", "after which a membership is renewed or lapses", 365, low=1, high=3_660),
        money("fee", "a term", 79),
    ),
)
MEMBER_NATURE: Final = Section(
    "members",
    "How customers join and leave, where policies.toml has members on. `member_percent` of demand.toml are members "
    "at the start.",
    (
        percent("join_percent", "of orders of those who are not members, after which they join", 1),
        percent("leave_percent", "of members, whenever their term ends", 10),
        percent("more_percent", "orders of a member beyond what the same customer orders without", 0),
    ),
)

"""Shelves by zone: the settings that say how far pickers walk, and when items change places."""

from __future__ import annotations

from typing import Final

from firstbest.store.schema_words import Section, Type, integer, number, of, percent

SLOTS: Final = ("fast", "medium", "slow")

SLOT_RULES: Final = Section(
    "slotting",
    "Shelves in three zones, near and far: `slot` in items.csv. A review lets items change places where it pays.",
    (
        of("on", Type.YES_NO, "whether the house keeps zones", "no"),
        integer("review_days", "from one review to the next", 7, low=1, high=91),
        integer("moves_most", "items that a review moves in a building, at most; 0: none", 120, high=4_000),
        integer("pay_days", "in which a move has to bring back what it takes", 56, low=1, high=730),
        number("fast_seconds", "walking for a line from a fast shelf, as the house believes", 9, low=0, high=600),
        number("medium_seconds", "the same from a medium one", 15, low=0, high=600),
        number("slow_seconds", "the same from a slow one", 19, low=0, high=600),
        number("move_minutes", "carrying an item to another place, as the house believes", 6, low=0, high=600),
        percent("fast_percent", "of items whose slot is not stated, those on fast shelves", 20),
        percent("medium_percent", "the same, on medium ones", 30),
    ),
)
SLOT_NATURE: Final = Section(
    "slotting",
    "Zones, where policies.toml has slotting on. The rates of labour.csv hold for items as they stand at first.",
    (
        number("fast_seconds", "walking for a line from a fast shelf", 9, low=0, high=600),
        number("medium_seconds", "the same from a medium one", 15, low=0, high=600),
        number("slow_seconds", "the same from a slow one", 19, low=0, high=600),
        number("move_minutes", "carrying an item to another place", 6, low=0, high=600),
    ),
)

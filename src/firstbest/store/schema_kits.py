"""Kits: the file that says what they are made of, and the settings that say whether they are made on order."""

from __future__ import annotations

from typing import Final

from firstbest.store.schema_words import Section, Table, Type, integer, number, of, text

KITS: Final = Table(
    "kits",
    "What kits are made of, a row for each part. Where [kits] of policies.toml is off, a kit is an item.",
    ("kit", "item"),
    (
        text("kit", "sold as one", refers="items.item"),
        text("item", "a part of it, of the same seller and no kit itself", refers="items.item"),
        integer("units", "of it in one kit", 1, low=1, high=1_000),
        of("whole", Type.YES_NO, "whether a kit is sent whole or not at all, alike in its rows", "no"),
    ),
    required=False,
)
KIT_RULES: Final = Section(
    "kits",
    "Items put together from others when they are ordered: `kits.csv`. Off: they stand on shelves as they are.",
    (of("on", Type.YES_NO, "whether kits are made on order", "no"),),
)
KIT_NATURE: Final = Section(
    "kits",
    "Kits, where policies.toml has them made on order.",
    (number("assemble_seconds", "putting one together", 45, low=0, high=36_000),),
)

"""The kits of the built-in network: which of its items are made of which others; `make_builtin.py` writes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

KITS = 120
KIT_PARTS = 3
KIT_SAVES = 0.1  # what a kit costs less than its parts
KIT_HEADER = ("kit", "item", "units")


class Item(Protocol):
    """What is looked at of an item."""

    @property
    def name(self) -> str:
        """Short name."""
        ...

    @property
    def trade(self) -> object:
        """Whose it is."""
        ...

    @property
    def klass(self) -> str:
        """A, B or C."""
        ...

    @property
    def price(self) -> float:
        """Of a unit."""
        ...


def kit_rows(items: Sequence[Item]) -> list[tuple[str, str, int]]:
    """Slower items, spread over their ranks, as kits of two or three faster ones that cost somewhat more."""
    found = []
    for kit in (item for item in items if item.klass != "A"):
        pool = [item for item in items if item.trade is kit.trade and item.klass == "A" and item.price < kit.price]
        parts: list[Item] = []
        while pool and len(parts) < KIT_PARTS:
            wanted = (kit.price / (1 - KIT_SAVES) - sum(part.price for part in parts)) / (KIT_PARTS - len(parts))
            parts.append(min(pool, key=lambda item, wanted=wanted: (abs(wanted - item.price), item.name)))
            pool.remove(parts[-1])
        if len(parts) > 1 and abs(kit.price / sum(part.price for part in parts) - (1 - KIT_SAVES)) < KIT_SAVES / 4:
            found.append([(kit.name, part.name, 1) for part in parts])
    chosen = [found[place * len(found) // KITS] for place in range(KITS)]
    return [row for rows in chosen for row in rows]

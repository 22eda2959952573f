"""Names that clients give: texts become dense codes in the writer's transaction, and stay what they were."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from firstbest.store.beside import SidePut
from firstbest.store.book_live import LiveBook
from firstbest.store.sides import META, NAMED
from firstbest.world.ties import text_hash
from firstbest.world.units import ANNOUNCED_FIRST


class Of(IntEnum):
    """What a name is of."""

    ORDER = 1
    CARGO = 2


FIRST: Final = {Of.ORDER: 1, Of.CARGO: ANNOUNCED_FIRST}


class Names:
    """Codes of one kind of name, as the book has them; new ones are given here and kept with the next tick."""

    def __init__(self, book: LiveBook, of: Of) -> None:
        """Go on after the last code that the book knows of."""
        self.of = of
        self.book = book
        self._meta = f"last name {of.name.lower()}"
        found = book.side_get(META, [(self._meta,)])
        row = found.get((self._meta,))
        self.last = FIRST[of] - 1 if row is None else int(row[META.names.index("value")])

    def find(self, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """The codes of those (tenant, text) that have one."""
        keys = [(int(self.of), tenant, text) for tenant, text in wanted]
        found = self.book.side_get(NAMED, keys) if keys else {}
        code = NAMED.names.index("code")
        return {key[1:]: int(found[key][code]) for key in keys if key in found}

    def give(self) -> int:
        """The next code; a code that was given and not sealed stays unused."""
        self.last += 1
        return self.last

    def put(self, given: dict[tuple[int, str], int]) -> tuple[SidePut, ...]:
        """New names as rows to be sealed."""
        if not given:
            return ()
        rows = []
        for (tenant, text), code in given.items():
            values = {"kind": int(self.of), "tenant": tenant, "text": text, "code": code}
            rows.append(tuple(values[name] for name in NAMED.names))
        counter = {"name": self._meta, "tenant": 0, "value": self.last}
        return SidePut(NAMED, rows), SidePut(META, [tuple(counter[name] for name in META.names)])


def order_tie(text: str, customer: int) -> int:
    """The hash by which an order wins or loses ties: of its own name and its customer, never of its tenant's name."""
    return text_hash(f"{text}/{customer}")

"""Names that clients give: texts become dense codes in the writer's transaction, and stay what they were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import count
from typing import Final

from firstbest.store.beside import SidePut
from firstbest.store.book_live import LiveBook
from firstbest.store.sides import META, NAMED
from firstbest.world.facts import REPLACED, Block
from firstbest.world.ties import text_hash
from firstbest.world.units import ANNOUNCED_FIRST


class Of(IntEnum):
    """What a name is of."""

    ORDER = 1
    CARGO = 2


FIRST: Final = {Of.ORDER: 1, Of.CARGO: ANNOUNCED_FIRST}
NAME_MOST: Final = 64
"""Characters of a name."""


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


def names_of_replacements(book: LiveBook, blocks: Sequence[Block]) -> tuple[SidePut, ...]:
    """Names of the orders that send lost and damaged shipments again: the customer's order, `~2`, `~3` and so on.

    They belong to whom that order belongs to. A name that somebody else gave before is passed over.
    """
    told = [row for block in blocks if block.fact is REPLACED for row in block.rows]
    given: dict[tuple[int, str], int] = {}
    tenant, text = (NAMED.names.index(name) for name in ("tenant", "text"))
    for row in told:
        found = book.side_where(NAMED, 1, kind=int(Of.ORDER), code=int(row["order"]))
        if found:
            name = free_name(book, given, (int(found[0][tenant]), str(found[0][text])))
            given[name] = int(row["again"])
    rows = [
        tuple({"kind": int(Of.ORDER), "tenant": owner, "text": name, "code": code}[each] for each in NAMED.names)
        for (owner, name), code in given.items()
    ]
    return (SidePut(NAMED, rows),) if rows else ()


def free_name(book: LiveBook, given: dict[tuple[int, str], int], of: tuple[int, str]) -> tuple[int, str]:
    """The first name behind an order's own (tenant, text) that neither the book nor `given` knows."""
    tenant, text = of
    for turn in count(2):
        ending = f"~{turn}"
        wanted = (tenant, text[: NAME_MOST - len(ending)] + ending)
        if wanted not in given and not book.side_get(NAMED, [(int(Of.ORDER), *wanted)]):
            return wanted
    raise AssertionError("numbers do not end")


def order_tie(text: str, customer: int) -> int:
    """The hash by which an order wins or loses ties: of its own name and its customer, never of its tenant's name."""
    return text_hash(f"{text}/{customer}")

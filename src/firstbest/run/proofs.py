"""Proof of delivery: who took it, how, a note and where the picture is; a record beside the facts, which can be erased.

It is kept in the transaction of the delivery that it proves. Facts hold nothing of it.
"""

from __future__ import annotations

from typing import Any, Final

from firstbest.run.documents import Document, find, row_of
from firstbest.store.beside import SidePut
from firstbest.store.book_live import BookReader
from firstbest.store.sides import THING

KIND: Final = "proof"


def named(order: str, node: str, attempt: int) -> str:
    """The name of a shipment's proof."""
    return f"{order}\x1f{node}\x1f{attempt}"


def as_put(tenant: int, name: str, body: dict[str, Any], now_us: int) -> SidePut:
    """A proof as a row to be kept with its delivery."""
    return SidePut(THING, [row_of(Document(KIND, tenant, name, 1, now_us, body))])


def proof_of(book: BookReader, tenant: int, name: str) -> Document | None:
    """The proof of a shipment; None where there is none, or none any more."""
    return find(book, KIND, tenant, name)

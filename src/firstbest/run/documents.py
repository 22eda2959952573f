"""Documents of the doors: members, contacts, complaints; each with a version, changed only by whoever knows it.

They are kept beside the facts, in ticks of their own, and may be erased: personal data stand here and nowhere else.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from firstbest.run.house import House
from firstbest.run.requests import Request, Why
from firstbest.store.beside import SideEnd, SidePut
from firstbest.store.book_live import BookReader
from firstbest.store.sides import THING

CONTACT: Final = "contact"
LINK: Final = "contact of order"
"""Rows whose names begin with an order's, so that its contacts are found without looking at all."""


class Stale(Exception):  # noqa: N818 - it says what the version is
    """The document has another version than the one it was to be changed from."""

    def __init__(self, version: int) -> None:
        """`version` is the present one, 0 where there is none."""
        super().__init__(f"version {version}")
        self.version = version


class Document(NamedTuple):
    """One document."""

    kind: str
    tenant: int
    id: str
    version: int
    updated_us: int
    body: dict[str, Any]


def row_of(document: Document) -> tuple[Any, ...]:
    """A document as a row."""
    values = document._asdict()
    return tuple(values[name] for name in THING.names)


def document_of(row: tuple[Any, ...]) -> Document:
    """A row as a document."""
    values = dict(zip(THING.names, row, strict=True))
    return Document(**{name: values[name] for name in Document._fields})


def find(book: BookReader, kind: str, tenant: int, name: str) -> Document | None:
    """A document by its name."""
    rows = book.side_get(THING, [(kind, tenant, name)])
    return document_of(next(iter(rows.values()))) if rows else None


def page(book: BookReader, kind: str, tenant: int, after: str | None, limit: int) -> list[Document]:
    """Documents of a kind by name, from beyond one on."""
    start = (kind, tenant, after) if after is not None else None
    return [document_of(row) for row in book.side_where(THING, limit, start, kind=kind, tenant=tenant)]


def of_order(book: BookReader, tenant: int, order: str, limit: int) -> list[Document]:
    """The contacts of an order, by name."""
    start = f"{order}\x1f"
    rows = book.side_where(THING, limit, (LINK, tenant, start), kind=LINK, tenant=tenant)
    names = [each.id.removeprefix(start) for each in map(document_of, rows) if each.id.startswith(start)]
    found = book.side_get(THING, [(CONTACT, tenant, name) for name in names]) if names else {}
    return [document_of(row) for row in found.values()]


def link_of(document: Document) -> Document | None:
    """The row by which an order finds a contact about it; None for other documents."""
    if document.kind != CONTACT:
        return None
    order = document.body["order"]
    return Document(LINK, document.tenant, f"{order}\x1f{document.id}", 1, document.updated_us, {})


def keep(house: House, document: Document, expected: int | None, told: Request | None = None) -> Document:
    """Write a document whose present version is `expected` (0: it is new, None: whatever it is); answers it as kept.

    `told` is what the house is to decide of it, in the same tick. Runs in the writer's thread, so nobody comes between
    the look and the write. Raises `Stale`.
    """
    known = find(house.book, document.kind, document.tenant, document.id)
    version = known.version if known is not None else 0
    if expected is not None and expected != version:
        raise Stale(version)
    if known is not None and known.body == document.body:
        return known
    kept = document._replace(version=version + 1, updated_us=house.now_us())
    link, before = link_of(kept), link_of(known) if known is not None else None
    moved = before is not None and link is not None and before.id != link.id
    ends = (SideEnd(THING, [(before.kind, before.tenant, before.id)]),) if before is not None and moved else ()
    puts = (SidePut(THING, [row_of(each) for each in (kept, link) if each is not None]),)
    # After the calendar has ended nothing is decided any more, and a document may still be written.
    if told is None or house.admit([told._replace(puts=puts, ends=ends)])[0].why == Why.CALENDAR_OVER:
        house.keep(puts, ends)
    return kept


def erase(house: House, kind: str, tenant: int, name: str) -> bool:
    """Erase a document; False where there was none."""
    known = find(house.book, kind, tenant, name)
    if known is None:
        return False
    link = link_of(known)
    keys = [(each.kind, each.tenant, each.id) for each in (known, link) if each is not None]
    house.keep((), (SideEnd(THING, keys),))
    return True

"""Serving a workspace: the book is claimed, the house stood up, the desk opened, the routes listen."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import uvicorn

from firstbest.run.desk import Desk, Limits
from firstbest.run.house import House
from firstbest.run.mailing import Carrier
from firstbest.run.open import open_house, wall_us
from firstbest.service.app import make_app
from firstbest.service.door import Door
from firstbest.service.keyring import OWNER, SCOPES, Bearer, as_put, new_key
from firstbest.store.book_live import BookTaken, LiveBook
from firstbest.store.book_open import open_book

BOOK: str = ".firstbest/book.sqlite"


class Where(NamedTuple):
    """Where to serve: the workspace, its book, the address; None: as the workspace says."""

    folder: Path
    book: str | None = None
    host: str | None = None
    port: int | None = None


class Served(NamedTuple):
    """A house that is ready to be served, and what a person should be told."""

    desk: Desk
    book: LiveBook
    address: tuple[str, int]
    key: str  # the owner's first key, "" where the book has keys already
    new: bool
    edited: list[str]


def book_of(where: Where) -> str:
    """The book of a workspace: as given, else a file in its hidden folder."""
    if where.book is not None:
        return where.book
    path = where.folder / BOOK
    path.parent.mkdir(exist_ok=True)
    return str(path)


def first_key(house: House) -> str:
    """The owner's first key, kept as a hash."""
    key, digest = new_key()
    house.keep((as_put(Bearer(OWNER, frozenset(SCOPES), digest, "first"), wall_us()),))
    return key


def stand_up(where: Where) -> Served:
    """Claim the book and stand the house up. Raises `BookTaken` where another serves it."""
    book = open_book(book_of(where))
    if not book.claim(f"{socket.gethostname()} {os.getpid()}", ""):
        raise BookTaken("another house is the writer of this book")
    opened = open_house(where.folder, book)
    live = opened.house.world.workspace.section("firstbest", "live")
    key = first_key(opened.house) if opened.new else ""
    limits = Limits(float(live["gather_ms"]) / 1_000, int(live["tick_requests"]), int(live["queue_requests"]))
    address = (where.host or str(live["host"]), where.port or int(live["port"]))
    return Served(Desk(opened.house, limits), book, address, key, opened.new, opened.edited)


def serve(served: Served, ready: Callable[[], None]) -> None:
    """Listen until told to stop; what waits is decided before the book is closed."""
    door = Door(served.desk, served.book.reader())
    host, port = served.address
    config = uvicorn.Config(make_app(door), host=host, port=port, log_level="warning", access_log=False)
    carrier = Carrier(served.desk, served.book.reader(), private=door.private_hooks)
    ready()
    try:
        uvicorn.Server(config).run()
    finally:
        carrier.close()
        served.desk.close()
        served.book.release()
        served.book.close()

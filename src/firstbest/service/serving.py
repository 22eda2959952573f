"""Serving a workspace: the book is claimed, the house stood up, the desk opened, the routes listen."""

from __future__ import annotations

import gc
import os
import secrets
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

import uvicorn

from firstbest.run.desk import Desk, Limits
from firstbest.run.house import House
from firstbest.run.mailing import Carrier
from firstbest.run.open import NotOpened, Opened, meta, open_house, wall_us, worlds_of
from firstbest.run.ready import ready
from firstbest.run.refolding import nobody
from firstbest.service.app import make_app
from firstbest.service.bills import Bills
from firstbest.service.door import Door
from firstbest.service.front import Front, Standing
from firstbest.service.keyring import OWNER, SCOPES, Bearer, as_put, new_key
from firstbest.service.quick import Quick
from firstbest.service.rehearsals import Rehearsals
from firstbest.store.book_open import SCHEMES, open_book
from firstbest.store.sides import META
from firstbest.store.workspace import load
from firstbest.store.workspace_typed import Workspace

BOOK: Final = ".firstbest/book.sqlite"
SEALING: Final = "token sealing"
SECRET_BYTES: Final = 32
KEPT_OPEN_S: Final = 75
"""How long a connection on which nothing is asked is kept open."""


class Where(NamedTuple):
    """Where to serve: the workspace, its book, the address; None: as the workspace says."""

    folder: Path
    book: str | None = None
    host: str | None = None
    port: int | None = None


class NotServed(RuntimeError):  # noqa: N818 - it says what did not happen
    """Nobody can listen there."""


class Told(NamedTuple):
    """What a person is told when the service begins."""

    address: str
    writer: bool
    new: bool
    key: str  # the owner's first key, "" where the book has keys already
    edited: tuple[str, ...]


def require_free(address: str) -> None:
    """Raise `NotServed` where nobody can listen at an address, before a book is opened for it."""
    host, _, port = address.rpartition(":")
    try:
        family, kind, _, _, place = socket.getaddrinfo(host, int(port), type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            one.bind(place)
    except OSError as error:
        why = error.strerror or str(error)
        raise NotServed(f"expected a free address to listen on, found {address}: {why}; --port names another") from None


def book_of(where: Where) -> str:
    """The book of a workspace: as given, else a file in its hidden folder."""
    if where.book is not None:
        return where.book
    path = where.folder / BOOK
    path.parent.mkdir(exist_ok=True)
    return str(path)


def shown(book: str) -> str:
    """A book's name without a password."""
    if not book.startswith(SCHEMES) or "@" not in book:
        return book
    scheme, _, rest = book.partition("://")
    return f"{scheme}://...@{rest.rpartition('@')[2]}"


class Service:
    """One process that serves a book, as its writer or before it."""

    def __init__(self, where: Where, clock: Callable[[], int] = wall_us, say: Callable[[str], None] = nobody) -> None:
        """Claim the book if nobody holds it; raises `WorkspaceFaulty`, `BookError` and `NotServed`.

        `say` hears what takes long before the house stands.
        """
        self.where, self.clock, self.say = where, clock, say
        workspace = load(where.folder)
        self.live: dict[str, Any] = workspace.section("firstbest", "live").values
        self.address = f"{where.host or self.live['host']}:{where.port or self.live['port']}"
        require_free(self.address)
        self.holder = f"{socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
        self.watcher = open_book(book_of(where))
        self.first: tuple[Opened, str] | None = None
        self.read: Workspace | None = workspace  # for the first claim alone: files may change until the next
        self.front = Front(self.claim, self.writer)
        self.read = None
        if self.first is None:
            self.stand_by()

    def stand_by(self) -> None:
        """Who may take over gets ready for it before."""
        with suppress(NotOpened):
            ready(worlds_of(self.watcher)[-1].world)

    def told(self) -> Told:
        """What to tell a person."""
        if self.first is None:
            return Told(f"http://{self.address}", False, False, "", ())
        opened, key = self.first
        return Told(f"http://{self.address}", True, opened.new, key, tuple(opened.edited))

    def writer(self) -> str:
        """Where the writer listens; nowhere while it is this process, which is still opening the house.

        It would hand requests on to itself, again and again, until no thread was left to open anything.
        """
        held = self.watcher.writer()
        return held.address if held is not None and held.holder != self.holder else ""

    def claim(self) -> Standing | None:
        """Become the writer if nobody is."""
        book = open_book(book_of(self.where))
        if not book.claim(self.holder, self.address):
            book.close()
            return None
        try:
            opened = open_house(self.where.folder, book, self.clock, self.read, self.say)
            ready(opened.house.world)
        except BaseException:
            book.close()  # who cannot stand up must not keep others from it
            raise
        self.first = (opened, first_key(opened.house) if opened.new else "")
        gather = float(self.live["gather_ms"]) / 1_000
        limits = Limits(gather, int(self.live["tick_requests"]), int(self.live["queue_requests"]))
        desk = Desk(opened.house, limits)
        door = Door(desk, book.reader(), token_secret(opened.house))
        carrier = Carrier(desk, book.reader(), private=door.private_hooks)

        forks = Rehearsals(book_of(self.where))
        bills = Bills(self.where.folder, book.reader)

        def close() -> None:
            gc.unfreeze()
            forks.close()
            bills.close()
            carrier.close()
            desk.close()
            book.release()
            book.close()

        app = make_app(door, forks=forks, bills=bills)
        # What stands now stays: a look through all of it for cycles would keep every client waiting for a while.
        gc.collect()
        gc.freeze()
        bills.watch()
        return Standing(Quick(app), desk.lost, close)


def first_key(house: House) -> str:
    """The owner's first key, kept as a hash; and the secret that tokens are sealed with."""
    key, digest = new_key()
    kept = as_put(Bearer(OWNER, frozenset(SCOPES), digest, "first"), wall_us())
    house.keep((kept, meta(SEALING, secrets.token_hex(SECRET_BYTES))))
    return key


def token_secret(house: House) -> bytes:
    """The secret that quotes and cursors are sealed with: the same after a restart."""
    row = house.book.side_get(META, [(SEALING,)]).get((SEALING,))
    return secrets.token_bytes(SECRET_BYTES) if row is None else bytes.fromhex(row[META.names.index("value")])


def serve(service: Service, told: Callable[[], None]) -> None:
    """Listen until told to stop; what waits is decided before the book is closed."""
    host, _, port = service.address.rpartition(":")
    config = uvicorn.Config(
        service.front,
        host=host,
        port=int(port),
        log_level="warning",
        access_log=False,
        proxy_headers=False,  # nothing here asks whence a request came
        server_header=False,
        timeout_keep_alive=KEPT_OPEN_S,
    )
    server = uvicorn.Server(config)
    # The server hands a signal on to whoever listened before it; without a listener the process would end at once.
    # And one that comes before the server listens to signals must end it all the same.
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, server.handle_exit)
    told()
    try:
        server.run()
    finally:
        service.front.close()
        service.watcher.close()

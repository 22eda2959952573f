"""API keys: high entropy, kept only as a hash, scoped, revocable; one key, one tenant."""

from __future__ import annotations

import secrets
from hashlib import blake2b
from typing import Final, NamedTuple

from firstbest.store.beside import SidePut
from firstbest.store.book_live import BookReader
from firstbest.store.sides import KEYRING

PREFIX: Final = "fb_"
SECRET_BYTES: Final = 32
HASH_BYTES: Final = 32
SCOPES: Final = ("orders", "stock", "bills", "tasks", "network", "admin")
"""What a key may be for: own orders, own stock and inbound, own bills; the floor's work, the network's state, all."""
OWNER: Final = 0
"""The first seller is the owner; only the owner's keys may hold `tasks`, `network` and `admin`."""
KNOWN_MOST: Final = 10_000


class Bearer(NamedTuple):
    """Who asks: the tenant, and what the key may do."""

    tenant: int
    scopes: frozenset[str]
    hash: bytes
    name: str

    def may(self, scope: str) -> bool:
        """Whether the key is for this."""
        return scope in self.scopes or "admin" in self.scopes


def new_key() -> tuple[str, bytes]:
    """A key to be shown once, and the hash that is kept."""
    key = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    return key, hash_of(key)


def hash_of(key: str) -> bytes:
    """What is kept of a key; its entropy needs no slow hash."""
    return blake2b(key.encode(), digest_size=HASH_BYTES, person=b"firstbest-key").digest()


def as_put(bearer: Bearer, made_us: int, revoked_us: int = 0) -> SidePut:
    """The row of a key."""
    values = {
        "hash": bearer.hash, "tenant": bearer.tenant, "scopes": " ".join(sorted(bearer.scopes)), "name": bearer.name,
        "made_us": made_us, "revoked_us": revoked_us,
    }  # fmt: skip
    return SidePut(KEYRING, [tuple(values[name] for name in KEYRING.names)])


class Keyring:
    """Bearers by hash, as the book has them; forgotten whenever a key is made or revoked."""

    def __init__(self, book: BookReader) -> None:
        self.book = book
        self._known: dict[bytes, Bearer | None] = {}

    def forget(self) -> None:
        """Look keys up again."""
        self._known.clear()

    def bearer(self, key: str) -> Bearer | None:
        """Who holds a key; None where it is unknown or revoked."""
        digest = hash_of(key)
        if digest not in self._known:
            if len(self._known) >= KNOWN_MOST:
                self._known.clear()
            self._known[digest] = self._look_up(digest)
        return self._known[digest]

    def _look_up(self, digest: bytes) -> Bearer | None:
        row = self.book.side_get(KEYRING, [(digest,)]).get((digest,))
        if row is None:
            return None
        found = dict(zip(KEYRING.names, row, strict=True))
        if found["revoked_us"]:
            return None
        return Bearer(int(found["tenant"]), frozenset(str(found["scopes"]).split()), digest, str(found["name"]))

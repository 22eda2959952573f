"""A service on a small workspace, asked without a network between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from firstbest.run.desk import Desk, Limits
from firstbest.run.open import Opened, open_house
from firstbest.run.ready import ready
from firstbest.service.access import Rates
from firstbest.service.app import make_app
from firstbest.service.door import Door
from firstbest.service.keyring import Bearer, as_put, new_key
from firstbest.service.quick import Quick
from firstbest.service.rehearsals import Rehearsals
from firstbest.service.serving import first_key
from firstbest.store.book import SqlBook
from firstbest.store.book_open import open_book
from firstbest.store.book_sqlite import Settings
from tests.books.small_workspace import write

OWNER_SCOPES = frozenset(("orders", "stock", "tasks", "network", "admin"))


class Served:
    """A client, keys of the owner and of a guest, and what stands behind them."""

    def __init__(self, app: Quick, client: TestClient[Any], opened: Opened, keys: dict[str, str]) -> None:
        self.app, self.client, self.opened, self.keys = app, client, opened, keys

    @property
    def desk(self) -> Desk:
        return self.app.door.desk

    @property
    def book(self) -> SqlBook:
        book = self.opened.house.book
        assert isinstance(book, SqlBook)
        return book

    def ask(self, method: str, path: str, body: Any = None, who: str = "owner", **headers: str) -> Any:
        """The answer to a request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if who:
            named["Authorization"] = f"Bearer {self.keys[who]}"
        if isinstance(body, bytes):
            return self.client.request(method, path, content=body, headers=named)
        return self.client.request(method, path, json=body, headers=named)

    def get(self, path: str, who: str = "owner", **headers: str) -> Any:
        return self.ask("GET", path, None, who, **headers)

    def post(self, path: str, body: Any = None, who: str = "owner", **headers: str) -> Any:
        return self.ask("POST", path, body, who, **headers)

    def order(self, name: str, item: str = "kettle", who: str = "owner", **other: Any) -> Any:
        """Place an order of one line."""
        quantity = other.pop("quantity", 1)
        headers = {name: other.pop(name) for name in tuple(other) if name == "Idempotency_Key"}
        body = {"order": name, "customer": "ann", "place": "606", "lines": [{"item": item, "quantity": quantity}]}
        return self.post("/v1/orders", body | other, who, **headers)


@contextmanager
def served(folder: Path, rates: Rates | None = None, limits: Limits | None = None, where: str = "") -> Iterator[Served]:
    """Serve a small workspace, on a book in its folder if none is named."""
    write(folder)
    where = where or str(folder / "book.sqlite")
    book = open_book(where, Settings(full_sync=False))
    assert book.claim("test", "")
    opened = open_house(folder, book)
    keys = {"owner": first_key(opened.house)}
    for name, tenant, scopes in (("guest", 1, ("orders", "stock")), ("stocker", 0, ("stock",))):
        keys[name], digest = new_key()
        opened.house.keep((as_put(Bearer(tenant, frozenset(scopes), digest, name), 1),))
    ready(opened.house.world)
    desk = Desk(opened.house, limits or Limits(gather_s=0.0005))
    reader = book.reader()
    forks = Rehearsals(where)
    try:
        app = Quick(make_app(Door(desk, reader), rates, forks))
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Served(app, client, opened, keys)
    finally:
        forks.close()
        desk.close()
        reader.close()
        book.close()

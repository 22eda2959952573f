"""What tenants are told: events of their orders, as rows of the outbox, sealed with the facts that they tell of.

Nothing is composed for a tenant without a hook. A message is sent at least once; its id is the same each time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec
import numpy as np

from firstbest.operate.ports import Tick
from firstbest.present.track import TRACK, event_of
from firstbest.run.names import Of
from firstbest.store.beside import SidePut
from firstbest.store.book_live import LiveBook
from firstbest.store.sides import HOOK, NAMED, OUTBOX
from firstbest.world.facts import Block
from firstbest.world.network import Network

PENDING: Final = 0
SENT: Final = 1
DEAD: Final = 2
ID_BITS: Final = 20
"""Messages of one tick."""
HOOKS_MOST: Final = 10_000


class Messages:
    """Composes messages for the hooks that are there; forgotten and looked up again when one is added."""

    def __init__(self, book: LiveBook, network: Network) -> None:
        self.book = book
        self.network = network
        self.hooks: dict[int, list[int]] | None = None  # by tenant

    def forget(self) -> None:
        """Look the hooks up again."""
        self.hooks = None

    def __call__(self, tick: Tick, blocks: Sequence[Block], puts: Sequence[SidePut]) -> tuple[SidePut, ...]:
        """Rows of the outbox for the facts of a tick, which may bring new names with it."""
        if self.hooks is None:
            self.hooks = self._look_up()
        if not self.hooks:
            return ()
        told = [block for block in blocks if block.fact.name in TRACK]
        codes = np.unique(np.concatenate([block.rows["order"] for block in told])).tolist() if told else []
        fresh = named_in(puts)
        owners = {code: owner for code in codes if (owner := fresh.get(code) or self._owner(code)) is not None}
        rows: list[tuple[Any, ...]] = []
        for block in told:
            for row in block.rows:
                owner = owners.get(int(row["order"]))
                if owner is not None:
                    event = named_by(event_of(self.network, block.fact.name, row), fresh)
                    rows.extend(self._rows(tick, len(rows), owner, event))
        return (SidePut(OUTBOX, rows),) if rows else ()

    def _rows(self, tick: Tick, count: int, owner: tuple[int, str], event: dict[str, Any]) -> list[tuple[Any, ...]]:
        tenant, order = owner
        assert self.hooks is not None, "hooks were looked up"
        found: list[tuple[Any, ...]] = []
        for hook in self.hooks.get(tenant, ()):
            values = {
                "id": (tick.tick << ID_BITS) | (count + len(found)), "tenant": tenant, "due_us": tick.at, "tries": 0,
                "kind": f"order.{event['event']}", "state": PENDING,
                "body": {"hook": hook, "data": {"order": order, **event}},
            }  # fmt: skip
            found.append(tuple(values[name] for name in OUTBOX.names))
        return found

    def _look_up(self) -> dict[int, list[int]]:
        tenant, number, state = (HOOK.names.index(name) for name in ("tenant", "id", "state"))
        found: dict[int, list[int]] = {}
        for row in self.book.side_where(HOOK, HOOKS_MOST):
            if int(row[state]) == 0:
                found.setdefault(int(row[tenant]), []).append(int(row[number]))
        return found

    def _owner(self, code: int) -> tuple[int, str] | None:
        """Tenant and name of an order that the book knows."""
        rows = self.book.side_where(NAMED, 1, kind=int(Of.ORDER), code=code)
        return next(iter(owners_of(rows).values()), None)


def named_by(event: dict[str, Any], fresh: Mapping[int, tuple[int, str]]) -> dict[str, Any]:
    """An event with the name of the order that sends again, which was given with the same tick."""
    if "again" in event:
        event["again"] = fresh.get(int(event["again"]), (0, event["again"]))[1]
    return event


def named_in(puts: Sequence[SidePut]) -> dict[int, tuple[int, str]]:
    """Tenants and names of the orders that are named with a tick."""
    rows = [row for put in puts if put.side is NAMED for row in put.rows]
    kind = NAMED.names.index("kind")
    return owners_of([row for row in rows if row[kind] == Of.ORDER])


def owners_of(rows: Sequence[tuple[Any, ...]]) -> dict[int, tuple[int, str]]:
    """Rows of names as tenant and text by code."""
    tenant, text, code = (NAMED.names.index(name) for name in ("tenant", "text", "code"))
    return {int(row[code]): (int(row[tenant]), str(row[text])) for row in rows}


def encoded(kind: str, at_us: int, data: dict[str, Any]) -> bytes:
    """The body of a message."""
    return msgspec.json.encode({"type": kind, "timestamp_us": at_us, "data": data})

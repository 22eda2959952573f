"""What every route stands on: the desk, the names of the network, the readers, the keys."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray

from firstbest.run.desk import Busy, Desk, HouseDown
from firstbest.run.house import House
from firstbest.run.replies import deliver
from firstbest.run.requests import Answer, Key, Request, Why
from firstbest.run.world import World
from firstbest.service.bodies import OrderLine
from firstbest.service.keyring import OWNER, Bearer, Keyring
from firstbest.service.levels import units_asked
from firstbest.service.problems import Problem
from firstbest.store.book_live import BookReader
from firstbest.world.ties import text_hash

Told = TypeVar("Told")
Awaited = asyncio.Future[Any]
KEY_BYTES: Final = 16
WAIT_S: Final = 20.0
"""Longest a request waits for its tick."""
WHY: Final = {
    Why.KEY_REUSED: "key_reused", Why.ORDER_KNOWN: "order_known", Why.ORDER_UNKNOWN: "not_found",
    Why.QUOTE_EXPIRED: "quote_expired", Why.QUOTE_CHANGED: "quote_changed", Why.NOT_WHOLE: "not_whole",
    Why.LINE_UNKNOWN: "unknown_name", Why.CALENDAR_OVER: "down", Why.WRONG_STAGE: "wrong_stage",
}  # fmt: skip
DETAIL: Final = {
    Why.KEY_REUSED: "this Idempotency-Key came before with another body; a new request needs a new key",
    Why.ORDER_KNOWN: "an order of this name is in the book already",
    Why.ORDER_UNKNOWN: "nothing of this name is in the book",
    Why.QUOTE_EXPIRED: "the quote's time is over; ask for a new one",
    Why.QUOTE_CHANGED: "the plan is another one by now; 'now' says what it would be",
    Why.NOT_WHOLE: "all lines or none was asked, and some cannot be promised; 'now' says which",
    Why.LINE_UNKNOWN: "the lines are not just those of the shipment",
    Why.CALENDAR_OVER: "the live calendar has ended: [live] days in firstbest.toml says how long it is",
    Why.WRONG_STAGE: "the shipment is not at the stage from which this follows",
}


class Codes(NamedTuple):
    """Codes of the network's names."""

    items: dict[str, int]
    nodes: dict[str, int]
    places: dict[str, int]
    sellers: dict[str, int]

    @classmethod
    def of(cls, world: World) -> Codes:
        """Of a world."""
        texts = world.network.texts
        return cls(
            *(
                {name: code for code, name in enumerate(each)}
                for each in (texts.items, texts.nodes, texts.places, texts.sellers)
            )
        )


class Door:
    """Desk, readers and names behind the routes."""

    def __init__(self, desk: Desk, reader: BookReader, gate_secret: bytes | None = None) -> None:
        """`reader` is for the event loop's thread alone."""
        self.desk = desk
        self.reader = reader
        self.keyring = Keyring(reader)
        self.codes = Codes.of(self.world)  # names stay what they are under every change
        self.secret = gate_secret or secrets.token_bytes(32)
        self.private_hooks = bool(self.setting("private_webhooks"))

    @property
    def world(self) -> World:
        """The world in force: what was applied meanwhile is in it."""
        return self.desk.house.world

    def setting(self, name: str) -> Any:
        """A setting of [live]."""
        return self.world.workspace.section("firstbest", "live")[name]

    # ------------------------------------------------------------------------------------------------------- asking
    async def admit(self, request: Request) -> Answer:
        """Have a request admitted; raises the problem where it was not."""
        answer = await self.decided(request)
        if answer.why != Why.ADMITTED:
            raise self.refusal(answer)
        return answer

    async def decided(self, request: Request) -> Answer:
        """Have a request decided, and answer whether it was admitted."""
        answers: list[Answer] = await self.waited(lambda future: self.desk.submit((request,), future))
        return answers[0]

    async def ask(self, question: Callable[[House], Told]) -> Told:
        """Ask the house something between two ticks."""
        told: Told = await self.waited(lambda future: self.desk.ask(question, future))
        return told

    async def waited(self, submit: Callable[[Awaited], None]) -> Any:
        """Ask, and wait for the writer's thread, at most so long."""
        return await self.answered(self.handed(submit))

    @staticmethod
    def handed(submit: Callable[[Awaited], None]) -> Awaited:
        """A future that the writer's thread will set; raises the problem where nobody takes it."""
        future: Awaited = asyncio.get_running_loop().create_future()
        try:
            submit(future)
        except Busy as busy:
            raise Problem("busy", str(busy), after_s=max(int(busy.after_s), 1)) from None
        except HouseDown as down:
            raise Problem("down", str(down), after_s=5) from None
        return future

    @staticmethod
    async def answered(future: Awaited) -> Any:
        """What the writer's thread says, or the problem it had, or that it says nothing."""
        late = asyncio.get_running_loop().call_later(WAIT_S, deliver, ((future, None, TimeoutError()),))
        try:
            return await future
        except TimeoutError:
            raise Problem(
                "busy", f"the house did not answer in {WAIT_S:.0f} s; repeat with the same key", after_s=5
            ) from None
        except HouseDown as down:
            raise Problem("down", str(down), after_s=5) from None
        finally:
            late.cancel()

    def refusal(self, answer: Answer) -> Problem:
        """The problem that a refused request is told."""
        return Problem(WHY[answer.why], DETAIL[answer.why])

    def facts_of(self, code: int, column: str) -> dict[str, NDArray[np.void]]:
        """All facts about an order or a cargo, by name, in the order of sealing."""
        parts: dict[str, list[NDArray[np.void]]] = {}
        blocks = [block for tick in self.reader.ticks_of_order(code) for block in self.reader.sealed(tick).blocks]
        for block in blocks:
            if column in (block.rows.dtype.names or ()):
                mine = block.rows[block.rows[column] == code]
                parts.setdefault(block.fact.name, []).extend([mine] if len(mine) else [])
        parts = {name: rows for name, rows in parts.items() if rows}
        return {name: np.concatenate(rows) for name, rows in parts.items()}

    # -------------------------------------------------------------------------------------------------------- naming
    def item(self, bearer: Bearer, name: str) -> int:
        """Code of an item of the tenant's; another tenant's does not exist for him."""
        code = self.codes.items.get(name)
        if code is None or (bearer.tenant != OWNER and int(self.world.network.items.seller[code]) != bearer.tenant):
            raise Problem("unknown_name", f"expected an item of yours, found '{name}'", field="item")
        return code

    def node(self, name: str) -> int:
        """Code of a node."""
        return self._code(self.codes.nodes, name, "node")

    def place(self, name: str) -> int:
        """Code of a place."""
        return self._code(self.codes.places, name, "place")

    @staticmethod
    def _code(codes: dict[str, int], name: str, field: str) -> int:
        code = codes.get(name)
        if code is None:
            raise Problem("unknown_name", f"expected the name of a {field}, found '{name}'", field=field)
        return code

    def lines(self, bearer: Bearer, lines: Sequence[OrderLine]) -> list[tuple[int, int, int, int]]:
        """Order lines as (line, item, quantity, price)."""
        coded = [self.item(bearer, each.item) for each in lines]
        rules = self.world.network.detail.levels
        units = [units_asked(rules, item, each) for item, each in zip(coded, lines, strict=True)]
        return [(n, item, units[n], lines[n].price_micros) for n, item in enumerate(coded)]

    @staticmethod
    def key(bearer: Bearer, route: str, given: str | None, body: bytes) -> Key | None:
        """The idempotency key of a request: hash of tenant, route and key, and digest of the body."""
        if given is None:
            return None
        named = f"{bearer.tenant}\x00{route}\x00{given}".encode()
        return Key(blake2b(named, digest_size=KEY_BYTES).digest(), blake2b(body, digest_size=KEY_BYTES).digest())

    @staticmethod
    def customer(bearer: Bearer, name: str) -> int:
        """A customer as a number: a hash of the tenant's name for him."""
        return text_hash(f"{bearer.tenant}/{name}") >> 1

    # -------------------------------------------------------------------------------------------------------- tokens
    def seal_token(self, content: Any) -> str:
        """Content that comes back unchanged or not at all."""
        body = msgspec.msgpack.encode(content)
        return (hmac.digest(self.secret, body, "sha256")[:KEY_BYTES] + body).hex()

    def open_token(self, token: str, what: str) -> Any:
        """The content of a token; raises where it is not ours."""
        try:
            data = bytes.fromhex(token)
            mac, body = data[:KEY_BYTES], data[KEY_BYTES:]
            if hmac.compare_digest(mac, hmac.digest(self.secret, body, "sha256")[:KEY_BYTES]):
                return msgspec.msgpack.decode(body)
        except ValueError:
            pass
        raise Problem("invalid", f"expected {what} as it was given out, found another text", field=what)

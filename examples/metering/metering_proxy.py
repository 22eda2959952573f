"""A metering proxy: stands before a service of yours, knows its tenants by their keys, and counts what they use.

    python examples/metering/metering_proxy.py objects --upstream 127.0.0.1:9000 --keys keys.json --events usage.ndjson

`objects` counts requests and bytes sent out of an S3-compatible store; `inference` reads the `usage` of an
OpenAI-compatible server's answers and counts tokens by model. `keys.json` says whose a key is and how many requests it
may send: {"key": {"tenant": "acme", "quota": 1000}}; a tenant beyond its quota is answered 429. Each request leaves one
line or more in the file of events, which

    firstbest invoice usage DIR usage.ndjson

takes as often as you like: an event counts once. One request a connection, bodies in memory up to a limit: a worked
example, and a fair start for a small house.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

HEAD_MAX: Final = 65_536
BODY_MAX: Final = 100_000_000
WAIT_S: Final = 120.0
BROKEN: Final = 500


class Answer(NamedTuple):
    """What the upstream answered."""

    status: int
    head: bytes
    body: bytes


class Refused(Exception):  # noqa: N818 - it names what became of a request
    """A request that goes no further: its status and why."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status: Final = status


class Proxy:
    """Counts by tenant, and writes events."""

    def __init__(self, kind: str, upstream: tuple[str, int], keys: dict[str, Any], events: Path) -> None:
        """`kind`: objects or inference. `keys`: key to {"tenant": ..., "quota": requests}."""
        assert kind in METERS, f"one of {', '.join(METERS)}, was {kind}"
        self.kind, self.upstream, self.keys, self.events = kind, upstream, keys, events
        self.requests: dict[str, int] = {}

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, one request."""
        try:
            answer = await asyncio.wait_for(self._one(reader), WAIT_S)
            writer.write(answer.head + answer.body)
        except Refused as refused:
            writer.write(told(refused.status, str(refused)))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            writer.write(told(502, "the service behind this door did not answer"))
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async def _one(self, reader: asyncio.StreamReader) -> Answer:
        head = await reader.readuntil(b"\r\n\r\n")
        headers = fields(head)
        tenant = self._tenant(headers)
        body = await body_of(reader, headers)
        answer = await self._asked(head, body)
        self._count(tenant, head, answer)
        return answer

    def _tenant(self, headers: dict[str, str]) -> str:
        """Whose key it is, within its quota."""
        key = headers.get("authorization", "").removeprefix("Bearer ").strip() or headers.get("x-api-key", "")
        known = self.keys.get(key)
        if known is None:
            raise Refused(401, "this key is not known")
        tenant = str(known["tenant"])
        used = self.requests.get(tenant, 0)
        if used >= int(known.get("quota", 10**12)):
            raise Refused(429, "the quota of requests is used up")
        self.requests[tenant] = used + 1
        return tenant

    async def _asked(self, head: bytes, body: bytes) -> Answer:
        """Hand the request on, and read the answer to its end."""
        reader, writer = await asyncio.open_connection(*self.upstream, limit=HEAD_MAX)
        lines = [line for line in head.split(b"\r\n")[:-2] if not line.lower().startswith((b"connection:", b"host:"))]
        lines += [f"Host: {self.upstream[0]}:{self.upstream[1]}".encode(), b"Connection: close"]
        writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        await writer.drain()
        answered = await reader.readuntil(b"\r\n\r\n")
        received = await reader.read(BODY_MAX + 1)
        while more := await reader.read(BODY_MAX + 1 - len(received)):
            received += more
        writer.close()
        await writer.wait_closed()
        if len(received) > BODY_MAX:
            raise Refused(502, f"the answer is longer than {BODY_MAX:,} bytes")
        return Answer(int(answered.split(b" ", 2)[1]), answered, received)

    def _count(self, tenant: str, head: bytes, answer: Answer) -> None:
        """Write what one request used. What failed at the upstream costs nothing."""
        if answer.status >= BROKEN:
            return
        at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        name = uuid.uuid4().hex
        with self.events.open("a", encoding="utf-8") as file:
            for place, (meter, quantity, more) in enumerate(METERS[self.kind](head, answer)):
                event = {
                    "source": self.kind, "id": f"{name}-{place}", "tenant": tenant, "meter": meter, "at": at,
                    "quantity": quantity, **more,
                }  # fmt: skip
                file.write(json.dumps(event) + "\n")


Used = Iterator[tuple[str, int, dict[str, str]]]


def objects_used(head: bytes, answer: Answer) -> Used:
    """One request by its method, and the bytes that went out."""
    method = head.split(b" ", 1)[0].decode("ascii", "replace")
    yield "object_requests", 1, {"class": "read" if method in {"GET", "HEAD"} else "write"}
    if method == "GET" and answer.body:
        yield "egress_bytes", len(answer.body), {}


def inference_used(_head: bytes, answer: Answer) -> Used:
    """Tokens in and out, as the server's own answer counts them; the last chunk of a stream carries them too."""
    for told_ in documents(answer):
        usage = told_.get("usage")
        if isinstance(usage, dict):
            model = str(told_.get("model", "")) or "unknown"
            yield "tokens_in", int(usage.get("prompt_tokens", 0)), {"class": model}
            yield "tokens_out", int(usage.get("completion_tokens", 0)), {"class": model}
            return


METERS: Final = {"objects": objects_used, "inference": inference_used}


def documents(answer: Answer) -> Iterator[dict[str, Any]]:
    """JSON objects of an answer: the body itself, or the events of a stream, the last first."""
    chunked = b"transfer-encoding: chunked" in answer.head.lower()
    text = (dechunked(answer.body) if chunked else answer.body).decode("utf-8", "replace")
    parts = [line[5:].strip() for line in text.splitlines() if line.startswith("data:")] or [text]
    for part in reversed(parts):
        try:
            found = json.loads(part)
        except ValueError:
            continue
        if isinstance(found, dict):
            yield found


def dechunked(body: bytes) -> bytes:
    """A body sent in chunks, joined."""
    found, place = b"", 0
    while place < len(body):
        line = body.find(b"\r\n", place)
        size = int(body[place:line].split(b";")[0] or b"0", 16)
        if size == 0:
            break
        found += body[line + 2 : line + 2 + size]
        place = line + 2 + size + 2
    return found


def fields(head: bytes) -> dict[str, str]:
    """Header fields by their names in small letters."""
    pairs = (line.partition(b":") for line in head.split(b"\r\n")[1:] if b":" in line)
    return {name.decode("latin-1").strip().lower(): value.decode("latin-1").strip() for name, _, value in pairs}


async def body_of(reader: asyncio.StreamReader, headers: dict[str, str]) -> bytes:
    """The body of a request, whose length has to be told."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        raise Refused(411, "tell the length of the body")
    length = int(headers.get("content-length", "0") or 0)
    if not 0 <= length <= BODY_MAX:
        raise Refused(413, f"a body of {BODY_MAX:,} bytes or fewer")
    return await reader.readexactly(length)


def told(status: int, why: str) -> bytes:
    """An answer of our own."""
    body = json.dumps({"error": {"message": why, "code": status}}).encode()
    reasons = {401: "Unauthorized", 411: "Length Required", 413: "Content Too Large", 429: "Too Many Requests"}
    head = f"HTTP/1.1 {status} {reasons.get(status, 'Bad Gateway')}\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


async def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description="A metering proxy.")
    parser.add_argument("kind", choices=METERS)
    parser.add_argument("--upstream", required=True, metavar="HOST:PORT")
    parser.add_argument("--listen", default="127.0.0.1:8400", metavar="HOST:PORT")
    parser.add_argument("--keys", type=Path, required=True)
    parser.add_argument("--events", type=Path, required=True)
    asked = parser.parse_args()
    host, _, port = asked.upstream.rpartition(":")
    here, _, door = asked.listen.rpartition(":")
    proxy = Proxy(asked.kind, (host, int(port)), json.loads(asked.keys.read_text("utf-8")), asked.events)
    server = await asyncio.start_server(proxy.serve, here, int(door), limit=HEAD_MAX)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())

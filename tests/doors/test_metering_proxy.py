"""The metering proxies of examples/, before a fake store and a fake inference server."""

from __future__ import annotations

import asyncio
import importlib.util
import json
from pathlib import Path
from types import ModuleType

import pytest

from firstbest.rent.usage import Names
from firstbest.store.usage_book import BillingBook
from firstbest.store.usage_events import Known, send_file
from tests.tidy.sources import ROOT

KEYS = {"key-a": {"tenant": "acme", "quota": 3}, "key-b": {"tenant": "birch"}}
OBJECT = b"x" * 1_000
COMPLETION = {"model": "small-1", "usage": {"prompt_tokens": 21, "completion_tokens": 8}}


@pytest.fixture(scope="module")
def proxies() -> ModuleType:
    spec = importlib.util.spec_from_file_location("metering_proxy", ROOT / "examples/metering/metering_proxy.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def fake_upstream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers objects, completions, streams of them, and an error, each by its path."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next((int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")), 0)
    await reader.readexactly(length)
    path = head.split(b" ")[1]
    if path == b"/broken":
        writer.write(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n")
    elif path == b"/stream":
        events = [
            b'data: {"model": "small-1"}\n\n',
            b"data: " + json.dumps(COMPLETION).encode() + b"\n\n",
            b"data: [DONE]\n\n",
        ]
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        writer.writelines(f"{len(each):x}\r\n".encode() + each + b"\r\n" for each in events)
        writer.write(b"0\r\n\r\n")
    else:
        body = OBJECT if path.startswith(b"/bucket") else json.dumps(COMPLETION).encode()
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()


async def asked(door: int, method: str, path: str, key: str, body: bytes = b"") -> tuple[int, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", door)
    head = (
        f"{method} {path} HTTP/1.1\r\nHost: door\r\nAuthorization: Bearer {key}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    writer.write(head.encode() + body)
    received = await reader.read(-1)
    writer.close()
    return int(received.split(b" ")[1]), received.partition(b"\r\n\r\n")[2]


def through(proxies: ModuleType, kind: str, events: Path, requests: list[tuple[str, ...]]) -> list[tuple[int, bytes]]:
    """Answers to requests that go through a proxy of a kind, one after the other."""

    async def run() -> list[tuple[int, bytes]]:
        upstream = await asyncio.start_server(fake_upstream, "127.0.0.1", 0)
        behind = upstream.sockets[0].getsockname()[1]
        proxy = proxies.Proxy(kind, ("127.0.0.1", behind), KEYS, events)
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        door = server.sockets[0].getsockname()[1]
        async with upstream, server:
            return [await asked(door, *request[:3], request[3].encode()) for request in requests]

    return asyncio.run(run())


def read(events: Path) -> list[tuple[str, str, int, str]]:
    found = [json.loads(line) for line in events.read_text("utf-8").splitlines()]
    return [(each["tenant"], each["meter"], each["quantity"], each.get("class", "")) for each in found]


def test_an_object_store_is_metered_by_requests_and_bytes(proxies: ModuleType, tmp_path: Path) -> None:
    events = tmp_path / "usage.ndjson"
    requests = [
        ("GET", "/bucket/a", "key-a", ""),
        ("PUT", "/bucket/b", "key-b", "some bytes"),
        ("GET", "/bucket/a", "?", ""),
    ]
    answers = through(proxies, "objects", events, requests)

    assert [status for status, _ in answers] == [200, 200, 401]
    assert answers[0][1] == OBJECT
    assert read(events) == [
        ("acme", "object_requests", 1, "read"), ("acme", "egress_bytes", 1_000, ""),
        ("birch", "object_requests", 1, "write"),
    ]  # fmt: skip


def test_an_inference_server_is_metered_by_tokens(proxies: ModuleType, tmp_path: Path) -> None:
    events = tmp_path / "usage.ndjson"
    paths = ["/v1/chat/completions", "/stream", "/broken"]
    answers = through(proxies, "inference", events, [("POST", path, "key-b", "{}") for path in paths])

    assert [status for status, _ in answers] == [200, 200, 500]
    expected = [("birch", "tokens_in", 21, "small-1"), ("birch", "tokens_out", 8, "small-1")]
    assert read(events) == expected * 2


def test_a_quota_holds(proxies: ModuleType, tmp_path: Path) -> None:
    answers = through(proxies, "objects", tmp_path / "usage.ndjson", [("GET", "/bucket/a", "key-a", "")] * 5)

    assert [status for status, _ in answers] == [200, 200, 200, 429, 429]


def test_an_upstream_that_is_gone_is_told(proxies: ModuleType, tmp_path: Path) -> None:
    async def run() -> tuple[int, bytes]:
        proxy = proxies.Proxy("objects", ("127.0.0.1", 9), KEYS, tmp_path / "usage.ndjson")
        server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
        async with server:
            return await asked(server.sockets[0].getsockname()[1], "GET", "/bucket/a", "key-b")

    status, said = asyncio.run(run())
    assert (status, b"did not answer" in said) == (502, True)


def test_what_the_proxy_wrote_is_counted_once(proxies: ModuleType, tmp_path: Path) -> None:
    events = tmp_path / "usage.ndjson"
    through(proxies, "inference", events, [("POST", "/v1/chat/completions", "key-a", "{}")] * 2)
    with BillingBook(":memory:") as book:
        known = Known(Names(("owner", "acme", "birch")), 4_000_000_000_000_000)
        first, second = (send_file(book, events, known) for _ in range(2))

    assert (first.counted, first.repeated, first.faults) == (4, 0, ())
    assert (second.counted, second.repeated, second.faults) == (0, 4, ())

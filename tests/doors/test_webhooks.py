"""Webhooks: signed as the standard says, carried at least once, never to a private address unless allowed."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from firstbest.outside.webhooks import Message, Refused, address_of, parts_of, signature
from firstbest.run.mailing import AGAIN_S, Carrier
from firstbest.run.messages import DEAD, SENT
from firstbest.store.sides import OUTBOX
from tests.doors.served import Served, served


class Receiver:
    """A receiver on this machine that keeps what it was sent, and answers as it is told."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"
        self.thread = Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Served]:
    with served(tmp_path) as one:
        one.app.door.private_hooks = True
        yield one


def carrier(house: Served) -> Carrier:
    """A carrier that sweeps only when the test says so."""
    one = Carrier(house.desk, house.book.reader(), private=True)
    one.close()
    return one


def states(house: Served) -> list[int]:
    return [int(row[OUTBOX.names.index("state")]) for row in house.book.reader().side_where(OUTBOX, 100)]


def test_the_signature_is_the_standards() -> None:
    # The example of the scheme's own specification.
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    message = Message("msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert signature((secret,), message) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert len(signature((secret, b"old"), message).split(" ")) == 2


def test_events_of_an_order_reach_its_tenants_hook_signed(house: Served, receiver: Receiver) -> None:
    made = house.post("/v1/webhooks", {"url": receiver.url}).json()
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    house.order("W1")
    house.order("G1", "lamp", who="guest")
    carried = carrier(house).sweep(2**60)

    assert carried == 2
    headers, body = receiver.got[0]
    told = json.loads(body)
    assert (told["type"], told["data"]["order"]) == ("order.promised", "W1")
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(secret, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert all(b"G1" not in body for _, body in receiver.got)
    assert carrier(house).sweep(2**60) == 0


def test_a_message_that_is_not_taken_is_tried_again_and_ends_as_dead(house: Served, receiver: Receiver) -> None:
    house.post("/v1/webhooks", {"url": receiver.url})
    receiver.status = 500
    house.order("W2")
    one, now = carrier(house), 2**52

    one.sweep(now)
    ids = {headers["webhook-id"] for headers, _ in receiver.got}
    again = one.sweep(now + 1)
    for after_s in AGAIN_S:
        now += after_s * 1_000_000
        one.sweep(now)

    assert again == 0
    assert {headers["webhook-id"] for headers, _ in receiver.got} == ids
    assert len(receiver.got) == len(ids) * (len(AGAIN_S) + 1)
    assert set(states(house)) == {DEAD}


def test_two_secrets_sign_while_they_rotate(house: Served, receiver: Receiver) -> None:
    made = house.post("/v1/webhooks", {"url": receiver.url}).json()
    house.post(f"/v1/webhooks/{made['webhook']}/rotate")
    house.order("W3")
    carrier(house).sweep(2**60)

    assert len(receiver.got[0][0]["webhook-signature"].split(" ")) == 2
    assert house.get("/v1/webhooks").json()["webhooks"][0]["rotating"] is True
    assert house.ask("DELETE", f"/v1/webhooks/{made['webhook']}").status_code == 204
    assert set(states(house)) == {SENT}
    house.order("W4")
    assert set(states(house)) == {SENT}


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/x", "http://localhost:8080/", "http://169.254.169.254/latest", "http://[::1]/", "http://10.1.2.3/",
     "http://0.0.0.0/", "http://[::ffff:127.0.0.1]/", "http://[fd00::1]/"],
)  # fmt: skip
def test_private_addresses_are_refused(url: str) -> None:
    with pytest.raises(Refused, match="not a public address"):
        address_of(parts_of(url), private=False)


@pytest.mark.parametrize(
    "url", ["ftp://example.com", "http://", "http://user:secret@example.com/", "//x", "http://x:99999/"]
)
def test_other_urls_are_refused_in_words(url: str) -> None:
    with pytest.raises(Refused, match="expected"):
        parts_of(url)

"""Webhooks as the Standard Webhooks scheme says: signed, timed, sent to public addresses only unless allowed.

The address is looked up once and the connection goes to the address that was looked at, so a name that answers
otherwise the second time leads nowhere. Redirects are not followed.
"""

from __future__ import annotations

import base64
import hmac
import http.client
import ipaddress
import socket
import ssl
from hashlib import sha256
from typing import Final, NamedTuple
from urllib.parse import SplitResult, urlsplit

TIMEOUT_S: Final = 10.0
ANSWER_MOST: Final = 4_096
"""Bytes of an answer that are read."""
PREFIX: Final = "whsec_"


class Message(NamedTuple):
    """A message to be sent: its id stays the same however often it is."""

    id: str
    timestamp_s: int
    body: bytes


class Refused(ValueError):  # noqa: N818 - it says what happened
    """An address that nothing is sent to."""


def signature(secrets: tuple[bytes, ...], message: Message) -> str:
    """The header `webhook-signature`: one signature for each secret in force, two while they rotate."""
    signed = f"{message.id}.{message.timestamp_s}.".encode() + message.body
    return " ".join(
        "v1," + base64.b64encode(hmac.digest(secret, signed, sha256)).decode("ascii") for secret in secrets if secret
    )


def shown_secret(secret: bytes) -> str:
    """A secret as the receiver is told it."""
    return PREFIX + base64.b64encode(secret).decode("ascii")


def parts_of(url: str) -> SplitResult:
    """A URL that may be sent to; raises `Refused` in words."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as wrong:
        raise Refused(f"expected a URL, found '{url}': {wrong}") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Refused(f"expected http:// or https:// and a host, found '{url}'")
    if parts.username or parts.password:
        raise Refused("expected a URL without a user or a password in it")
    assert port is None or port > 0, "the standard library bounds ports"
    return parts


def address_of(parts: SplitResult, *, private: bool) -> str:
    """An address of the host; raises `Refused` where it is not a public one, unless `private` ones are allowed."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    assert parts.hostname is not None, "parts were looked at"
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused(f"'{parts.hostname}' has no address: {error}") from None
    addresses = [str(each[4][0]).split("%", 1)[0] for each in found]
    for address in addresses:
        known = ipaddress.ip_address(address)
        mapped = getattr(known, "ipv4_mapped", None) or known
        if not private and (not mapped.is_global or mapped.is_multicast):
            raise Refused(f"'{parts.hostname}' is at {address}, which is not a public address")
    return addresses[0]


class Pinned(http.client.HTTPConnection):
    """A connection to an address that was looked at, for a host of that name; encrypted where a context is given."""

    def __init__(self, host: str, port: int, address: str, context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=TIMEOUT_S)
        self._address = address
        self._context = context

    def connect(self) -> None:
        """Connect to the address, not to whatever the name says now."""
        self.sock = socket.create_connection((self._address, self.port), TIMEOUT_S)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)


def send(url: str, message: Message, secrets: tuple[bytes, ...], *, private: bool = False) -> int:
    """Send a message; answers the status. Raises `Refused`, or OSError where nobody answers."""
    parts = parts_of(url)
    secure = parts.scheme == "https"
    address = address_of(parts, private=private)
    assert parts.hostname is not None, "parts were looked at"
    context = ssl.create_default_context() if secure else None
    connection = Pinned(parts.hostname, parts.port or (443 if secure else 80), address, context)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "firstbest",
        "webhook-id": message.id,
        "webhook-timestamp": str(message.timestamp_s),
        "webhook-signature": signature(secrets, message),
    }
    try:
        connection.request("POST", path, message.body, headers)
        answer = connection.getresponse()
        answer.read(ANSWER_MOST)
        return int(answer.status)
    except http.client.HTTPException as wrong:
        raise OSError(f"the answer is no HTTP: {wrong!r}") from None
    finally:
        connection.close()

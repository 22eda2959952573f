"""Files kept for tenants, metered by bytes and hours.

A file is kept from the instant it comes until it is taken away or replaced. Its usage of a month is its bytes times the
hours of the month in which it was kept, and is sent as an event when the month closes: named by file and month, so it
counts once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

from firstbest.rent.lines import month_name
from firstbest.rent.tally import Period
from firstbest.store.book_queries import query
from firstbest.store.usage_book import BillingBook, BillingError, Event
from firstbest.world.units import HOUR_US

FILES: Final = "files"
SERVICE: Final = "files"
BYTES_MAX: Final = 5 * 10**9
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


class Kept(NamedTuple):
    """A file: whose, its name and size, and from when until when it is kept."""

    number: int
    tenant: str
    name: str
    bytes: int
    digest: str
    kept_from: int
    kept_until: int | None


def kept(book: BillingBook, tenant: str | None = None) -> list[Kept]:
    """All files that were ever kept, or a tenant's."""
    found = [Kept(*row) for row in book.connection.execute(query("billing_files"))]
    return [each for each in found if tenant is None or each.tenant == tenant]


def put(book: BillingBook, bills: Path, tenant: str, path: Path, now: int) -> Kept:
    """Keep a file for a tenant; one of the same name is replaced."""
    if not path.is_file():
        raise BillingError(f"expected a file, found nothing at '{path}'")
    if not NAME.fullmatch(path.name):
        raise BillingError(f"expected a name of letters, digits, points, dashes and underlines, found '{path.name}'")
    size = path.stat().st_size
    if size > BYTES_MAX:
        raise BillingError(f"'{path.name}': expected {BYTES_MAX:,} bytes or fewer, found {size:,}")
    data = path.read_bytes()
    target = place(bills, tenant, path.name)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(data)
    book.connection.execute(query("billing_file_end"), (now, tenant, path.name))
    book.connection.execute(query("billing_file_add"), (tenant, path.name, size, sha256(data).hexdigest(), now))
    return kept(book, tenant)[-1]


def take_away(book: BillingBook, bills: Path, tenant: str, name: str, now: int) -> None:
    """Keep a file no longer."""
    if not any(each.name == name and each.kept_until is None for each in kept(book, tenant)):
        raise BillingError(f"expected a file kept for '{tenant}', found none of the name '{name}'")
    place(bills, tenant, name).unlink(missing_ok=True)
    book.connection.execute(query("billing_file_end"), (now, tenant, name))


def place(bills: Path, tenant: str, name: str) -> Path:
    """Where a tenant's file lies; names hold no path."""
    if not NAME.fullmatch(name) or "/" in tenant or tenant.startswith("."):
        raise BillingError(f"expected the name of a file, found '{name}'")
    return bills / FILES / tenant / name


def events_of(book: BillingBook, period: Period) -> Iterator[Event]:
    """The usage of a month as events: bytes times whole hours, begun ones counted."""
    for each in kept(book):
        begins = max(each.kept_from, period.begins)
        ends = min(period.ends if each.kept_until is None else each.kept_until, period.ends)
        if ends <= begins:
            continue
        hours = -((begins - ends) // HOUR_US)
        body = {"meter": "file_byte_hours", "at": ends - 1, "quantity": each.bytes * hours}
        told = json.dumps(body, sort_keys=True, separators=(",", ":"))
        yield Event(SERVICE, each.tenant, f"{each.number}-{month_name(period.month)}", told, period.ends)

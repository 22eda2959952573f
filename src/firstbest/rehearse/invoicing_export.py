"""Everything of one tenant in open formats, for one who leaves or wants to check: nothing of anybody else's.

usage.csv and events.csv (what was counted), lines.csv and invoices.json (what was owed), ledger.csv and
ledger.beancount (what moved), disputes.csv (what was contested), rate_cards/ (by which prices), facts/*.parquet
(orders, shipments, stock of its items).
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

import duckdb

from firstbest.present.ledger_text import beancount
from firstbest.rehearse.invoicing import House
from firstbest.rehearse.invoicing_disputes import disputes_of, label_of
from firstbest.rent.ledger import Entry, Ledger
from firstbest.rent.lines import Line, month_name
from firstbest.rent.meters import METERS
from firstbest.rent.usage import OWNER, Attribute, Measure, rows_of
from firstbest.store.init import FolderInUse, require_empty
from firstbest.store.rate_cards import FOLDER
from firstbest.store.sink_writer import quoted
from firstbest.store.usage_book import BillingBook, BillingError, usage_path
from firstbest.store.usage_closing import Closed, closings
from firstbest.store.usage_events import told_instant
from firstbest.store.usage_kept import kept_usage
from firstbest.store.usage_tables import TENANT_FACTS, tenant_rows
from firstbest.world.units import MONEY


def export(house: House, book: BillingBook, tenant: str, target: Path) -> Iterator[tuple[Path, int]]:
    """Write the files; answers each with its rows. Raises `BillingError` for an unknown tenant, or what `init` does."""
    if tenant not in house.names.tenants:
        raise BillingError(f"expected a tenant ({', '.join(house.names.tenants[:8])} ...), found '{tenant}'")
    try:
        require_empty(target)
    except FolderInUse as used:
        raise BillingError(str(used)) from None
    target.mkdir(parents=True, exist_ok=True)
    code, done = house.names.tenants.index(tenant), closings(book)
    yield _table(target / "usage.csv", _USAGE, (row for closed in done for row in _usage(house, closed, code)))
    yield _table(target / "events.csv", ("service", "id", "body"), _events(book, tenant))
    own = [line for closed in done for line in closed.lines if line.tenant == code]
    yield _table(target / "lines.csv", _LINES, map(_line, own))
    yield _invoices(target / "invoices.json", done, code), 0
    yield _table(target / "disputes.csv", _DISPUTES, _disputes(book, code))
    entries = [entry for closed in done for entry in closed.entries if any(p.tenant == code for p in entry.postings)]
    yield _table(target / "ledger.csv", _LEDGER, (row for entry in entries for row in _entry(entry, code)))
    days = {closed.period.month: closed.period.days for closed in done}
    path = target / "ledger.beancount"
    path.write_text(beancount(Ledger(tuple(entries)), house.names, house.workspace.currency, days), encoding="utf-8")
    yield path, len(entries)
    yield from _cards(target / FOLDER, house, book, done, own)
    yield from _facts(target / "facts", house, code)


def _table(path: Path, head: Sequence[str], rows: Iterable[Sequence[object]]) -> tuple[Path, int]:
    count = 0
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for row in rows:
            writer.writerow(row)
            count += 1
    return path, count


_USAGE: Final = (
    "month", "meter", "at", "source", "number", "ordinal", *(each.name.lower() for each in Measure),
    *(each.name.lower() for each in Attribute),
)  # fmt: skip
_LINES: Final = (
    "invoice", "used_in", "kind", "card", "charge", "rule", "step", "meter", "quantity", "rate_millionths", "steps",
    "step_rate_millionths", "of_millionths", "exact_millionths", "amount", "events", "events_digest",
)  # fmt: skip
_DISPUTES: Final = ("dispute", "line", "state", "claimed", "granted", "reason", "opened", "decided", "credited_in")
_LEDGER: Final = ("entry", "month", "kind", "cause", "account", "amount")


def _usage(house: House, closed: Closed, code: int) -> Iterator[list[object]]:
    usage = kept_usage(usage_path(house.bills, closed.label), closed.usage)
    mine = rows_of(usage, usage.tenant == code)
    columns = zip(
        mine.meter.tolist(), mine.at.tolist(), mine.source.tolist(), mine.number.tolist(), mine.ordinal.tolist(),
        mine.measures.tolist(), mine.codes.tolist(), strict=True,
    )  # fmt: skip
    services = ("book", *closed.services)
    lists = [closed.names.of(attribute) for attribute in Attribute]
    for meter, at, source, number, ordinal, measures, codes in columns:
        named = [listed[each] if each >= 0 else "" for listed, each in zip(lists, codes, strict=True)]
        told = [each if each >= 0 else "" for each in measures]
        yield [closed.label, METERS[meter].name, told_instant(at), services[source], number, ordinal, *told, *named]


def _events(book: BillingBook, tenant: str) -> Iterator[list[object]]:
    for event in book.events(waiting=False):
        if event.tenant == tenant:
            yield [event.service, event.name, event.body]


def _disputes(book: BillingBook, code: int) -> Iterator[list[object]]:
    for each in disputes_of(book, code):
        decided = told_instant(each.decided_at) if each.decided_at else ""
        yield [
            each.number, label_of(book, each), each.state.name.lower(), f"{each.claimed / MONEY:.2f}",
            f"{each.granted / MONEY:.2f}", each.reason, told_instant(each.opened_at), decided,
            month_name(each.credited) if each.credited else "",
        ]  # fmt: skip


def _line(line: Line) -> list[object]:
    return [
        month_name(line.month), month_name(line.usage_month), line.kind.name.lower(), f"{line.family}/{line.version}",
        line.charge, line.rule, line.step, line.meter, line.quantity, line.rate, line.steps, line.step_rate, line.of,
        line.exact, f"{line.rounded / MONEY:.2f}", line.events.events, f"{line.events.digest:016x}",
    ]  # fmt: skip


def _invoices(path: Path, done: Sequence[Closed], code: int) -> Path:
    told = [
        {
            "number": invoice.number, "kind": invoice.kind.name.lower(), "currency": invoice.currency,
            "total": f"{invoice.total / MONEY:.2f}", "lines": len(invoice.lines), "facts": closed.facts,
        }
        for closed in done for invoice in closed.invoices if invoice.tenant == code
    ]  # fmt: skip
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return path


def _entry(entry: Entry, code: int) -> Iterator[list[object]]:
    for posting in entry.postings:
        if posting.tenant in {code, OWNER - 1}:
            name = posting.account.name.lower()
            yield [entry.number, month_name(entry.month), entry.kind.name.lower(), entry.cause, name, posting.amount]


def _cards(
    folder: Path, house: House, book: BillingBook, done: Sequence[Closed], own: Sequence[Line]
) -> Iterator[tuple[Path, int]]:
    """The texts of the cards that the tenant's lines were priced by."""
    folder.mkdir()
    labels = {f"{line.family}/{line.version}" for line in own}
    for record in book.records("card"):
        if record.label in labels:
            path = folder / f"{record.label.replace('/', '_')}.toml"
            path.write_bytes(record.body)
            yield path, 0


def _facts(folder: Path, house: House, code: int) -> Iterator[tuple[Path, int]]:
    folder.mkdir()
    with duckdb.connect(config={"threads": 2}) as engine:
        for name in TENANT_FACTS:
            path = folder / f"{name}.parquet"
            text = tenant_rows(house.output / "facts", name, house.basis.item_tenant.tolist(), code)
            engine.execute(f"COPY ({text}) TO '{quoted(path)}' (FORMAT parquet, COMPRESSION snappy)")
            found = engine.execute(f"SELECT count(*) FROM read_parquet('{quoted(path)}')").fetchone()  # noqa: S608
            yield path, int(found[0]) if found else 0

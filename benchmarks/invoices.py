"""A rehearsed year of 300 tenants, closed month by month: usage = rated = invoiced = ledger, also when replayed.

The built-in network is dealt out to 300 sellers and rehearsed at a tenth of its volume with all its returns, short
picks, late orders and receipts. Rate cards change in the middle of June and of November; service credits are given for
promises missed; outside services send usage every month, some of it for months that are closed, some of it twice;
tenants dispute lines and are granted a part. `--quick`: 30 tenants, three months.
"""

from __future__ import annotations

import csv
import json
import resource
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.result import Result
from firstbest.rehearse.folder import OUTPUT
from firstbest.rehearse.invoicing import House, cards_of_house, cards_of_texts, close_until, house_of, periods
from firstbest.rehearse.invoicing_check import reconciled
from firstbest.rehearse.run import Settings, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.warm import warm
from firstbest.rent.compile import compile_cards
from firstbest.rent.disputes import Dispute, DisputeState, decided, opened
from firstbest.rent.lines import LineKind, month_name
from firstbest.rent.meters import METER_CODES
from firstbest.rent.tally import count_usage
from firstbest.rent.usage import Usage, blank_usage
from firstbest.store.compile_network import compile_network
from firstbest.store.init import write_builtin
from firstbest.store.network_digest import network_digest
from firstbest.store.sink import ParquetSink
from firstbest.store.usage_book import BillingBook, book_path, usage_path
from firstbest.store.usage_closing import Closed, books_of, closings, disputed, replayed
from firstbest.store.usage_events import Known, send, told_instant
from firstbest.store.usage_kept import kept_usage
from firstbest.store.workspace import load

SCALE = 0.1
LATE_US = 20 * 86_400_000_000
CARD = """
[card]
family = "house"
version = {version}
currency = "USD"
from = {begins}
{until}
divisor = "139 in3/lb"

[[charge]]
name = "storage"
meter = "storage_cm3_days"
[[charge.rule]]
each = "{storage}"
per = "ft3_month"

[[charge]]
name = "units"
meter = "units_shipped"
[[charge.rule]]
of = "billed_weight"
table = [["0.5 lb", "{light}"], ["1 lb", "3.30"], ["3 lb", "4.10"]]
then = {{ over = "3 lb", step = "0.25 lb", each = "0.08" }}

[[charge]]
name = "receipts"
meter = "units_received"
[[charge.rule]]
each = "0.31"

[[charge]]
name = "returns"
meter = "units_returned"
[[charge.rule]]
each = "4.50"

[[charge]]
name = "carriage"
meter = "parcels_carried"
[[charge.rule]]
of = "price"
each = "1.08"

[[charge]]
name = "fuel"
meter = "units_shipped"
[[charge.rule]]
percent = "3.5"
of = ["units"]

[[charge]]
name = "calls"
meter = "api_calls"
[[charge.rule]]
each = "0.15"
per = "1000 call"

[[minimum]]
name = "account"
amount = "25"

[[service_credit]]
name = "promises"
due = "promises_due"
kept = "promises_kept"
of = ["units"]
bands = [["85", "10"], ["93", "5"]]
"""


class Closings(NamedTuple):
    """What the months came to."""

    seconds: list[float]
    cpu: list[float]
    events: int
    lines: int
    credits: int
    corrections: int
    disputes: int
    difference: int


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the built-in network needs no data
    """Rehearse, close every month, replay all; wrong where anything differs by a millionth."""
    warm()
    tenants, days = (30, 90) if quick else (300, None)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "house"
        make_workspace(folder, tenants)
        began = time.perf_counter()
        rehearse_facts(folder, days)
        rehearse_s = time.perf_counter() - began
        house = house_of(folder)
        with BillingBook(book_path(house.bills)) as book:
            found = close_all(house, book)
            yearly = whole_difference(house, book)
            began = time.perf_counter()
            replay = sum(
                m.differences for m in replayed(book, house.bills, lambda texts: cards_of_texts(texts, house.zone))
            )
            replay_s = time.perf_counter() - began
            records = book.verify()
    difference = found.difference + yearly
    wrong = [f"the four ways differ by {difference} millionths or events"] if difference else []
    wrong += [f"replay found {replay} differences"] if replay else []
    few = {"corrections": found.corrections, "service credits": found.credits, "disputes": found.disputes}
    wrong += [f"expected {name} among the lines, found none" for name, count in few.items() if not count]
    return Result(
        figures={
            "tenants": tenants,
            "months": len(found.seconds),
            "usage_events": found.events,
            "lines": found.lines,
            "corrections": found.corrections,
            "service_credits": found.credits,
            "disputes": found.disputes,
            "reconciliation_difference_micros": difference,
            "replay_differences": replay,
            f"close_month_s_{tenants}": round(max(found.seconds), 2),
            "close_month_mean_s": round(sum(found.seconds) / len(found.seconds), 2),
            f"close_month_cpu_s_{tenants}": round(max(found.cpu), 2),
            "replay_s": round(replay_s, 1),
            "rehearse_s": round(rehearse_s, 1),
            "records": records,
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        },
        wrong=tuple(wrong),
    )


def make_workspace(folder: Path, tenants: int) -> None:
    """The built-in network with its items dealt out to so many sellers, and cards that change in mid-month."""
    write_builtin(folder)
    items = list(csv.DictReader((folder / "items.csv").read_text(encoding="utf-8").splitlines()))
    sold: dict[str, float] = {}
    for place, row in enumerate(items):
        row["seller"] = f"seller_{place % tenants + 1:03d}"
        sold[row["seller"]] = sold.get(row["seller"], 0.0) + float(row["share"])
    with (folder / "items.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, items[0])
        writer.writeheader()
        writer.writerows(items)
    with (folder / "sellers.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("seller", "name", "order_percent"))
        rows.writerows((name, name, f"{100 * share / sum(sold.values()):.6f}") for name, share in sorted(sold.items()))
    # Kits and the levels that customers know are of the built-in sellers, who are gone.
    (folder / "kits.csv").unlink()
    demand = (folder / "demand.toml").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in demand if not line.startswith(("price_level", "items_level"))]
    (folder / "demand.toml").write_text("".join(kept), encoding="utf-8")
    for old in (folder / "rate_cards").glob("*.toml"):
        old.unlink()
    (folder / "rate_cards").mkdir(exist_ok=True)
    versions = (("2026-01-01", "2026-02-12", "0.60", "2.90"), ("2026-02-12", "2026-06-17", "0.62", "2.95"),
                ("2026-06-17", "2026-11-18", "0.66", "3.05"), ("2026-11-18", "", "0.99", "3.20"))  # fmt: skip
    for number, (begins, ends, storage, light) in enumerate(versions, start=1):
        until = f"until = {ends}" if ends else ""
        text = CARD.format(version=number, begins=begins, until=until, storage=storage, light=light)
        (folder / f"rate_cards/house_{number}.toml").write_text(text, encoding="utf-8")


def rehearse_facts(folder: Path, days: int | None) -> None:
    """Rehearse for the facts alone: no report, no cubes on disk."""
    network, nature = compile_network(load(folder), SCALE, days)
    output = folder / OUTPUT
    output.mkdir()
    with ParquetSink(output) as sink:
        rehearse(Scenario(network, nature), Settings(1, sink))
    told = {"scale": SCALE, "days": days, "digest": sink.digest(), "network": network_digest(network).hex()}
    (output / "run.json").write_text(json.dumps(told), encoding="utf-8")


def close_all(house: House, book: BillingBook) -> Closings:
    """Every month in order, with what tenants and outside services do between two closings."""
    cards = cards_of_house(house)
    # The rating kernel is compiled, or read from its cache, before the first month is timed.
    count_usage(compile_cards(cards[0], house.names), periods(house), [_call(house)])
    seconds, cpu, difference, events = list[float](), list[float](), 0, 0
    for number, period in enumerate(periods(house)):
        send_usage(house, book, number)
        began, busy = time.perf_counter(), time.process_time()
        (closed,) = close_until(house, book, month_name(period.month), cards)
        seconds.append(time.perf_counter() - began)
        cpu.append(time.process_time() - busy)
        usage = kept_usage(usage_path(house.bills, closed.label), closed.usage)
        difference += reconciled(closed, usage, cards[0]).total
        events += usage.rows
        contest(book, closed)
    done = closings(book)
    kinds = [line.kind for closed in done for line in closed.lines]
    return Closings(
        seconds, cpu, events, len(kinds), kinds.count(LineKind.SERVICE_CREDIT), kinds.count(LineKind.CORRECTION),
        kinds.count(LineKind.DISPUTE), difference,
    )  # fmt: skip


def _call(house: House) -> Usage:
    """One call in the first instant of the first month."""
    meter = np.array([METER_CODES["api_calls"]], np.int16)
    return blank_usage(1)._replace(at=np.array([periods(house)[0].begins], np.int64), meter=meter)


def send_usage(house: House, book: BillingBook, number: int) -> None:
    """Calls of this month for every tenant; for every fifth, calls of the month before that come late, twice."""
    period = periods(house)[number]
    known = Known(house.names, house.now, house.network.calendar.start_us)
    for place, tenant in enumerate(house.names.tenants):
        cells = {"source": "gateway", "tenant": tenant, "meter": "api_calls", "quantity": 1_000 + 37 * place + number}
        at = told_instant(period.begins + place * 1_000_003)
        send(book, cells | {"id": f"{number}-{place}", "at": at}, known)
        if number and place % 5 == 0:
            late = cells | {"id": f"late-{number}-{place}", "at": told_instant(period.begins - LATE_US)}
            send(book, late, known)
            assert send(book, late, known) == "repeated"


def contest(book: BillingBook, closed: Closed) -> None:
    """Every fortieth positive line is disputed; two of three are granted in part."""
    disputes: tuple[Dispute, ...] = books_of(book).disputes
    wanted = [line for line in closed.lines if line.rounded >= 20_000 and line.kind != LineKind.DISPUTE][::40]
    for place, line in enumerate(wanted):
        at = closed.period.ends
        claim = Dispute(0, (line.month, line.number), line.tenant, line.rounded, "not as agreed", at)
        disputes = opened(disputes, line, claim, at)
        if place % 3 == 2:
            disputes = decided(disputes, len(disputes), DisputeState.REJECTED)
        else:
            disputes = decided(disputes, len(disputes), DisputeState.ACCEPTED, line.rounded // 2)
    disputed(book, disputes, closed.label)


def whole_difference(house: House, book: BillingBook) -> int:
    """Over all closings: quantities on lines, corrections included, against all usage that was ever given."""
    lines: dict[str, int] = {}
    used: dict[str, int] = {}
    named = {"storage": "storage_cm3_days", "units": "units_shipped", "receipts": "units_received"}
    named |= {"returns": "units_returned", "calls": "api_calls"}
    meters: Mapping[str, int] = {charge: METER_CODES[meter] for charge, meter in named.items()}
    for closed in closings(book):
        for line in closed.lines:
            if line.charge in meters and line.kind in {LineKind.USAGE, LineKind.CORRECTION}:
                lines[line.charge] = lines.get(line.charge, 0) + line.quantity
        usage = kept_usage(usage_path(house.bills, closed.label), closed.usage)
        for charge, meter in meters.items():
            used[charge] = used.get(charge, 0) + int(usage.measures[usage.meter == meter, 0].sum())
    return sum(abs(lines.get(charge, 0) - used[charge]) for charge in meters)

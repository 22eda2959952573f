"""The house's own inside, rented: jobs within a quota, files by bytes and hours, queries over a tenant's own facts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from firstbest.operate.ports import Tick
from firstbest.rent.tally import Period
from firstbest.store.sink import ParquetSink
from firstbest.store.usage_book import BillingBook, BillingError
from firstbest.store.usage_files import events_of, kept, put, take_away
from firstbest.store.usage_jobs import WAITING_MAX, jobs, next_job, run_job, submit, timed
from firstbest.store.usage_tables import QueryRefused, Tables
from firstbest.world import facts as f
from firstbest.world.facts import Block

HOUR = 3_600_000_000
MONTH = Period(12 * 2026, 0, 744 * HOUR, 31)


@pytest.fixture
def book() -> Iterator[BillingBook]:
    with BillingBook(":memory:") as found:
        yield found


# --------------------------------------------------------------------------------------------------------------- jobs
def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def test_a_job_takes_what_its_process_took(book: BillingBook, tmp_path: Path) -> None:
    (tmp_path / "firstbest.toml").touch()
    job = submit(book, "acme", tmp_path, 1)
    done = run_job(book, job, 60_000, lambda _: python("sum(i * i for i in range(1_000_000))"))

    assert done.state == "done"
    assert 10 < done.cpu_ms < 60_000
    assert jobs(book) == [done]


def test_a_job_that_fails_or_goes_on_too_long_is_told(book: BillingBook, tmp_path: Path) -> None:
    (tmp_path / "firstbest.toml").touch()
    failed = run_job(book, submit(book, "acme", tmp_path, 1), 60_000, lambda _: python("raise SystemExit(3)"))
    endless = run_job(book, submit(book, "birch", tmp_path, 1), 1_000, lambda _: python("while True: pass"))
    after = run_job(book, submit(book, "birch", tmp_path, 1), 1_000, lambda _: python("pass"))

    assert failed.state == "failed (3)"
    assert (endless.state, endless.cpu_ms >= 1_000) == ("over quota", True)
    assert (after.state, after.cpu_ms) == ("over quota", 0)


def test_who_used_less_goes_first(book: BillingBook, tmp_path: Path) -> None:
    (tmp_path / "firstbest.toml").touch()
    for tenant in ("acme", "acme", "birch"):
        submit(book, tenant, tmp_path, 1)
    order = []
    while (job := next_job(book)) is not None:
        order.append(job.tenant)
        run_job(book, job, 60_000, lambda _: python("sum(range(1_000_000))"))

    assert order == ["acme", "birch", "acme"]


def test_a_queue_has_an_end(book: BillingBook, tmp_path: Path) -> None:
    with pytest.raises(BillingError, match=r"no firstbest\.toml"):
        submit(book, "acme", tmp_path, 1)
    (tmp_path / "firstbest.toml").touch()
    for _ in range(WAITING_MAX):
        submit(book, "acme", tmp_path, 1)
    with pytest.raises(BillingError, match="fewer than 20 waiting jobs"):
        submit(book, "acme", tmp_path, 1)


def test_a_program_that_is_not_there_ends(tmp_path: Path) -> None:
    assert timed([str(tmp_path / "nothing")], 1_000)[0] == 127


# -------------------------------------------------------------------------------------------------------------- files
def test_files_are_metered_by_bytes_and_hours(book: BillingBook, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(b"x" * 100)
    put(book, tmp_path, "acme", path, 10 * HOUR)
    path.write_bytes(b"x" * 70)
    put(book, tmp_path, "acme", path, 20 * HOUR)
    take_away(book, tmp_path, "acme", "report.html", 22 * HOUR + 1)
    put(book, tmp_path, "birch", path, 743 * HOUR)
    found = [(event.tenant, json.loads(event.body)["quantity"]) for event in events_of(book, MONTH)]
    later = list(events_of(book, Period(MONTH.month + 1, MONTH.ends, MONTH.ends + 10 * HOUR, 28)))

    assert found == [("acme", 1_000), ("acme", 210), ("birch", 70)]
    assert [(event.tenant, json.loads(event.body)["quantity"]) for event in later] == [("birch", 700)]
    assert book.admit(events_of(book, MONTH)) == ["counted"] * 3
    assert book.admit(events_of(book, MONTH)) == ["repeated"] * 3


def test_names_of_files_hold_no_path(book: BillingBook, tmp_path: Path) -> None:
    with pytest.raises(BillingError, match="found none of the name"):
        take_away(book, tmp_path, "acme", "../book.sqlite", 1)
    hidden = tmp_path / ".hidden"
    hidden.touch()
    with pytest.raises(BillingError, match="expected a name of letters"):
        put(book, tmp_path, "acme", hidden, 1)
    assert kept(book) == []


# ------------------------------------------------------------------------------------------------------------- tables
@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("facts")
    departed = np.zeros(6, f.DEPARTED.dtype)
    departed["ordinal"], departed["seller"], departed["units"] = range(6), [0, 1, 1, 0, 1, 0], range(6)
    picked = np.zeros(4, f.PICKED.dtype)
    picked["ordinal"], picked["item"], picked["quantity"] = range(4), [0, 1, 2, 1], [1, 2, 4, 8]
    with ParquetSink(folder) as sink:
        sink.seal(Tick(1, 0, 0, 0, 1, 10), [Block(f.DEPARTED, departed), Block(f.PICKED, picked)], [])
    return folder / "facts"


@pytest.fixture
def tables(facts: Path) -> Iterator[Tables]:
    found = Tables(facts, [0, 1, 1], 1)
    yield found
    found.close()


def test_a_tenant_sees_its_own_facts_only(tables: Tables) -> None:
    assert tables.query("SELECT sum(units), count(*) FROM departed").rows == ((7, 3),)
    assert tables.query("SELECT sum(quantity) FROM picked").rows == ((14,),)


def test_a_query_is_metered_by_the_columns_it_scans(tables: Tables) -> None:
    narrow = tables.query("SELECT units FROM departed").bytes_scanned
    wide = tables.query("SELECT units, cost FROM departed").bytes_scanned

    assert (narrow, wide) == (3 * 4, 3 * 12)
    assert tables.query("SELECT d.units FROM departed d, picked p WHERE p.quantity > 1").bytes_scanned > narrow


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM departed",
        "SELECT 1; SELECT 2",
        "COPY departed TO 'away.csv'",
        "SELECT * FROM read_csv('/etc/hostname')",
        "SET enable_external_access = true",
        "ATTACH 'other.db'",
        "SELECT nothing FROM departed",
        "SELECT " + "1," * 10_000 + "1",
    ],
)
def test_anything_but_a_select_is_refused(tables: Tables, sql: str) -> None:
    with pytest.raises(QueryRefused):
        tables.query(sql)


def test_rows_have_a_limit(tables: Tables) -> None:
    found = tables.query("SELECT * FROM range(20000)")

    assert (len(found.rows), found.more) == (10_000, True)

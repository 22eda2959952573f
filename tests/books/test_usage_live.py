"""Invoices of a live book: the same months in SQLite and PostgreSQL, and the same usage as of the twin's own facts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.operate.billing import meter_month, nothing_carried
from firstbest.rehearse.invoicing import (
    House,
    NothingToBill,
    asked_month,
    cards_of_house,
    close_until,
    metered,
    periods,
    window_of,
)
from firstbest.rehearse.invoicing_check import reconciled
from firstbest.service.billing_house import live_house
from firstbest.store.book import SqlBook
from firstbest.store.usage_book import BillingBook, BillingError, usage_path
from firstbest.store.usage_facts import WANTED, related
from firstbest.store.usage_kept import kept_usage
from firstbest.store.usage_mirror import NOTE, mirrored
from firstbest.world.facts import FACTS
from tests.books.live_month import history, lived
from tests.books.postgres_server import postgres_url

__all__ = ["postgres_url"]
DAY = 86_400_000_000


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, SqlBook]]:
    """A workspace and its book, five weeks on."""
    folder = tmp_path_factory.mktemp("live") / "demo"
    folder.mkdir()
    (folder / ".firstbest").mkdir()
    book = lived(folder, str(folder / ".firstbest" / "book.sqlite"))
    yield folder, book
    book.close()


def house_of(served: tuple[Path, SqlBook]) -> House:
    return live_house(*served)


def say(*arguments: object) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "100"})
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer.exit_code, answer.output


def test_a_month_begins_with_the_book_and_its_usage_is_that_of_the_twins_facts(served: tuple[Path, SqlBook]) -> None:
    house = house_of(served)
    (march,) = periods(house)
    (found,) = metered(house, march)
    facts = {fact.name: history().rows(fact) for fact in WANTED}
    window = window_of(house, march)
    usage, _ = meter_month(related(facts, window), house.basis, window, nothing_carried(house.basis))

    assert (march.begins, march.days) == (house.network.calendar.start_us, 31)
    assert found.usage.rows > 500
    for ours, twins in zip(found.usage, usage, strict=True):
        assert np.array_equal(np.asarray(ours), np.asarray(twins))


def test_sqlite_and_postgresql_close_to_the_same_invoices(
    served: tuple[Path, SqlBook], postgres_url: str, tmp_path: Path
) -> None:
    other = lived(tmp_path, postgres_url)
    made = []
    for place in (served, (tmp_path, other)):
        house = house_of(place)
        with BillingBook(":memory:") as book:
            (closed,) = close_until(house, book, "2026-03", cards_of_house(house))
        usage = kept_usage(usage_path(house.bills, closed.label), closed.usage)
        assert reconciled(closed, usage, cards_of_house(house)[0]).total == 0
        made.append((closed.lines, closed.invoices, closed.entries))
    other.close()

    assert made[0] == made[1]
    assert len(made[0][1]) == 2


def test_the_commands_walk_a_served_workspace(served: tuple[Path, SqlBook], tmp_path: Path) -> None:
    folder, _ = served
    early, over = say("invoice", folder, "--month", "2026-04")
    code, said = say("invoice", folder, "--month", "2026-03")
    told = say("invoice", "explain", folder, "2026-03/guest/1", "--events", "3")
    again = say("invoice", "replay", folder)
    left = say("invoice", "export", folder, "--tenant", "guest", "--to", tmp_path / "handover")
    side = say("clients", folder)
    asked = say("rented", "query", folder, "SELECT count(*) FROM departed", "--tenant", "guest")

    assert early == 2
    assert "expected one that is over in the book" in over
    assert code == 0, said
    assert "agree to the last millionth" in said
    assert told[0] == 0, told[1]
    assert "lamp" in told[1]
    assert again[0] == 0
    assert "0 differences" in again[1]
    assert left[0] == 0
    assert (tmp_path / "handover" / "ledger.beancount").is_file()
    assert side[0] == 0, side[1]
    assert asked[0] == 0, asked[1]
    assert int(asked[1].splitlines()[1]) > 10


def test_the_rehearsals_bills_are_asked_for_by_name(served: tuple[Path, SqlBook]) -> None:
    code, said = say("invoice", served[0], "--month", "2026-03", "--source", "rehearsal")

    assert code == 2
    assert "needs a rehearsal first" in said


def test_another_book_is_not_billed_into_the_same_billing_book(served: tuple[Path, SqlBook]) -> None:
    house = house_of(served)
    with BillingBook(":memory:") as book:
        close_until(house, book, "2026-03", cards_of_house(house))
        other = house._replace(digest="book of another")
        with pytest.raises(BillingError, match="closed on another book"):
            close_until(other, book, "2026-03", cards_of_house(house))
    with pytest.raises(NothingToBill, match="the book reaches to 2026-04"):
        asked_month(house, "2026-05")


def test_the_files_beside_a_book_follow_it_and_mend_themselves(tmp_path: Path) -> None:
    start = history().network.calendar.start_us
    place = tmp_path / "mirror"
    book = lived(tmp_path / "a", str(tmp_path / "book.sqlite"), start + 3 * DAY)
    mirrored(book, place)
    before = (place / NOTE).read_text()
    book.close()
    whole = lived(tmp_path / "b", str(tmp_path / "whole.sqlite"), start + 9 * DAY)
    # The same opening, but another instant of sealing: another book, so the files begin anew.
    mirrored(whole, place)
    middle = whole.ticks()
    for _ in range(40):
        last = next(middle)
    # A process that ended between the files and its note: the note says less than is there.
    note = (place / NOTE).read_text().replace(str(whole.last and whole.last.tick), str(last.tick.tick))
    (place / NOTE).write_text(note)
    mirrored(whole, place)
    facts = house_facts(place)

    assert before != note
    for fact in FACTS:
        assert facts[fact.name] == whole.facts_of(fact)["number"].tolist(), fact.name
    whole.close()


def house_facts(place: Path) -> dict[str, list[int]]:
    """Numbers of the mirrored facts, by type."""
    import duckdb

    with duckdb.connect() as engine:
        return {
            fact.name: [
                row[0]
                for row in engine.execute(
                    f"SELECT number FROM read_parquet('{place}/facts/{fact.name}/*.parquet')"
                ).fetchall()
            ]
            for fact in FACTS
        }


def test_jobs_files_and_queries_stop_at_the_tenants_limits(served: tuple[Path, SqlBook], tmp_path: Path) -> None:
    folder, _ = served
    sql = "SELECT sum(units) FROM departed"
    before = say("rented", "query", folder, sql, "--tenant", "guest")
    (tmp_path / "report.txt").write_text("x" * 5_000)
    limits = [("table_bytes", 100), ("file_byte_hours", 100_000), ("job_cpu_ms", 0)]
    told = "".join(f'[[quota]]\ntenant = "*"\nmeter = "{meter}"\nmost = {most}\n' for meter, most in limits)
    (folder / "limits.toml").write_text(told, encoding="utf-8")
    query = say("rented", "query", folder, sql, "--tenant", "guest")
    file = say("rented", "file", folder, "--tenant", "guest", "--put", tmp_path / "report.txt")
    job = say("rented", "job", folder, folder.parent, "--tenant", "guest")
    wrong = '[[quota]]\ntenant = "gest"\nmeter = "tabel_bytes"\nmost = -1\n'
    (folder / "limits.toml").write_text(wrong, encoding="utf-8")
    faulty = say("rented", "query", folder, sql, "--tenant", "guest")
    (folder / "limits.toml").unlink()

    assert before[0] == 0, before[1]
    for code, said in (query, file, job):
        assert code == 2, said
        assert "over_quota" in said
        assert "what lifts it: next month or higher quota" in said
    assert "table_bytes of a month: 100 byte, used " in query[1]
    assert faulty[0] == 2
    assert "limits.toml, line 4" in faulty[1]


def test_a_live_mirror_holds_nothing_of_a_tick_that_was_not_sealed(tmp_path: Path) -> None:
    start = history().network.calendar.start_us
    book = lived(tmp_path, str(tmp_path / "book.sqlite"), start + 2 * DAY)
    place = tmp_path / "mirror"
    last = mirrored(book, place)

    assert book.last is not None
    assert last == book.last.tick
    assert mirrored(book, place) == last
    assert (
        house_facts(place)["day_closed"]
        == book.facts_of(FACTS[[f.name for f in FACTS].index("day_closed")])["number"].tolist()
    )
    book.close()

"""`firstbest book`: verify finds what was changed, migrate and export and import lose nothing."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner, Result

from firstbest.cli.app import app
from firstbest.operate.ports import Tick
from firstbest.store.beside import Beside, SidePut
from firstbest.store.book_open import open_book
from firstbest.store.book_sqlite import Settings
from firstbest.store.compile_network import compile_network
from firstbest.store.sides import KEYRING, RECORD, THING
from firstbest.store.workspace import load
from tests.books.postgres_server import postgres_url
from tests.books.small_workspace import write
from tests.laws.history import Run, run
from tests.laws.test_postings import Posted

__all__ = ["postgres_url"]
QUICK = Settings(full_sync=False)


def told(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["book", *map(str, arguments)])


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with a book of some days."""
    folder = tmp_path_factory.mktemp("house")
    write(folder)
    network, nature = compile_network(load(folder))
    (folder / ".firstbest").mkdir()
    with open_book(folder / ".firstbest/book.sqlite", QUICK) as book:
        history = run((network, nature), 1, Run(onward=Posted(network, book), instants=260))
        last = history.book.ticks[-1]
        puts = (
            SidePut(RECORD, [(bytes([n]) * 32, 1, n, {"name": f"customer {n}"}) for n in range(2)]),
            SidePut(THING, [("member", n, "m", 1, 1, {}) for n in range(2)]),
            SidePut(KEYRING, [(b"h" * 32, 0, "all", "first", 1, 0)]),
        )
        beside = Beside(None, 1, bytes(16), bytes(16), puts)
        book.seal(Tick(last.tick + 1, 0, last.at, last.at, last.first_number + last.facts, 0), [], [], beside)
        book.settle()
    return folder


@pytest.fixture
def folder(written: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    made = tmp_path / "house"
    made.mkdir()
    write(made)
    (made / ".firstbest").mkdir()
    with open_book(written / ".firstbest/book.sqlite", QUICK) as book:
        book.backup(made / ".firstbest/book.sqlite")
    return made


def test_a_book_is_verified_and_what_was_changed_is_named(folder: Path) -> None:
    fine = told("verify", folder)
    assert (fine.exit_code, "Every table is what the facts come to." in fine.output) == (0, True), fine.output
    with open_book(folder / ".firstbest/book.sqlite", QUICK) as book:
        book.engine.tell("UPDATE rows_stock SET packed = zeroblob(64) WHERE key = (SELECT max(key) FROM rows_stock)")
        book.engine.tell("UPDATE posting SET quantity = quantity + 1 WHERE number = 0 AND bucket = 0")
        book.engine.tell("DELETE FROM order_tick WHERE tick = (SELECT max(tick) FROM order_tick)")
    changed = told("verify", folder)
    assert (changed.exit_code, "stock, posting, order_tick" in changed.stderr) == (1, True), changed.stderr
    assert told("verify", folder, "--seals-only").exit_code == 0
    with open_book(folder / ".firstbest/book.sqlite", QUICK) as book:
        ((tick,),) = book.engine.ask("SELECT tick FROM tick ORDER BY tick LIMIT 1 OFFSET 9")
        book.engine.tell("UPDATE tick SET at = at + 1 WHERE tick = ?", (tick,))
    broken = told("verify", folder)
    assert (broken.exit_code, f"was changed at tick {tick}:" in broken.stderr) == (1, True)


def test_a_book_moves_to_postgres_and_back(folder: Path, postgres_url: str, tmp_path: Path) -> None:
    there = told("migrate", folder, "--to", postgres_url)
    assert there.exit_code == 0, there.output + there.stderr
    back = told("migrate", folder, "--book", postgres_url, "--to", tmp_path / "back.sqlite")
    assert back.exit_code == 0, back.output + back.stderr
    again = told("migrate", folder, "--to", postgres_url)
    assert (again.exit_code, "needs to be a new book" in again.stderr) == (2, True)
    answer = told("verify", folder, "--book", postgres_url)
    assert answer.exit_code == 0, answer.output + answer.stderr
    with open_book(postgres_url) as served:
        assert served.claim("a house", "127.0.0.1:1")
        copied = told("migrate", folder, "--book", postgres_url, "--to", tmp_path / "copy.sqlite")
        assert "a house serves the old book (127.0.0.1:1)" in copied.output
    with open_book(folder / ".firstbest/book.sqlite") as first, open_book(tmp_path / "back.sqlite") as second:
        assert first.chain == second.chain


def test_a_tenant_gets_what_is_its_own_and_nothing_else(folder: Path, tmp_path: Path) -> None:
    network, _ = compile_network(load(folder))
    name = network.texts.sellers[0]
    out = tmp_path / "out"
    answer = told("export", folder, out, "--tenant", name)
    assert answer.exit_code == 0, answer.output + answer.stderr

    facts = {path.stem for path in (out / "facts").iterdir()}
    assert {"ordered", "planned", "allocated"} <= facts
    assert facts.isdisjoint({"rostered", "limited", "vehicle", "day_closed"}), "the house's own"
    with duckdb.connect() as engine:
        sellers = engine.execute(f"SELECT DISTINCT seller FROM '{out}/facts/ordered.parquet'").fetchall()
        (count, total) = engine.execute(f"SELECT count(*), sum(quantity) FROM '{out}/ledger.parquet'").fetchone()
    assert sellers == [(0,)]
    assert count > 20
    assert total == 0
    records = [json.loads(line) for line in (out / "records/record.ndjson").read_text().splitlines()]
    assert [row["tenant"] for row in records] == [0]
    assert "hash" not in json.loads((out / "records/keyring.ndjson").read_text())
    assert not (out / "book.sqlite").exists()
    refused = told("import", tmp_path, out)
    assert (refused.exit_code, "needs 'book.sqlite'" in refused.stderr) == (2, True)
    assert told("export", folder, out).exit_code == 2, "the folder is not empty"
    unknown = told("export", folder, tmp_path / "other", "--tenant", "nobody")
    assert (unknown.exit_code, f"expected a seller of the workspace ({name}" in unknown.stderr) == (2, True)


def test_an_export_of_everything_is_put_back_as_a_book(folder: Path, tmp_path: Path) -> None:
    assert told("export", folder, tmp_path / "all").exit_code == 0
    new = tmp_path / "new"
    new.mkdir()
    answer = told("import", new, tmp_path / "all")
    assert answer.exit_code == 0, answer.output + answer.stderr
    with open_book(folder / ".firstbest/book.sqlite") as first, open_book(new / ".firstbest/book.sqlite") as second:
        assert first.chain == second.chain
        assert first.side_where(THING, 9) == second.side_where(THING, 9)


def test_where_there_is_no_book_it_is_said(tmp_path: Path) -> None:
    answer = told("verify", tmp_path)

    assert (answer.exit_code, "expected a book, found nothing at" in answer.stderr) == (2, True)

"""The live book, as those who use it know it: the same contract on every database."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from pathlib import Path

import numpy as np
import pytest

from firstbest.operate.ports import Add, Put, Tick
from firstbest.store.beside import Beside, SideEnd, SidePut
from firstbest.store.book import SqlBook
from firstbest.store.book_live import BookError, BookTaken, ChainError
from firstbest.store.book_open import open_book
from firstbest.store.book_sides import SideError
from firstbest.store.book_sqlite import Settings
from firstbest.store.sides import HOOK, IDEMPOTENCY, META, NAMED, OUTBOX, THING
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.facts import Block
from firstbest.world.stock import POSTING, Bucket
from firstbest.world.words import Kind
from tests.books.postgres_server import postgres_url

__all__ = ["postgres_url"]

CODE, POLICY = b"c" * 16, b"p" * 16
QUICK = Settings(full_sync=False)


def closed(number: int, *codes: int) -> Block:
    rows = np.zeros(len(codes), f.CLOSED.dtype)
    rows["number"], rows["ordinal"], rows["order"] = number, range(len(codes)), codes
    return Block(f.CLOSED, rows)


def tick(number: int, count: int = 1) -> Tick:
    return Tick(number, 0, 100 * number, 100 * number, 10 * number, count)


def batch(*orders: int) -> Batch:
    commands, lines = np.zeros(len(orders), COMMAND), np.zeros(len(orders), LINE)
    commands["order"], commands["kind"], commands["lines"] = orders, Kind.PLACE, 1
    commands["first_line"], lines["quantity"] = range(len(orders)), 3
    return Batch(commands, lines)


def beside(*puts: SidePut, ends: tuple[SideEnd, ...] = (), commands: Batch | None = None) -> Beside:
    return Beside(commands, 17, CODE, POLICY, puts, ends)


def moved(number: int, *rows: tuple[int, int, int, int]) -> np.ndarray:
    """Postings (item, node, bucket, quantity) of one number."""
    made = np.zeros(len(rows), POSTING)
    for n, (item, node, bucket, quantity) in enumerate(rows):
        made[n] = (item % 2, item, node, bucket, quantity, 100 * number // 10, number, n)
    return made


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """What names a new and empty book."""
    if request.param == "postgres":
        return str(request.getfixturevalue("postgres_url"))
    return str(tmp_path / "book.sqlite")


@pytest.fixture
def book(where: str) -> SqlBook:
    made = open_book(where, QUICK)
    yield made
    made.close()


# --------------------------------------------------------------------------------------------------------- sealed
def test_a_tick_is_found_again_with_all_that_was_sealed(book: SqlBook) -> None:
    admitted = batch(7, 9, 9)
    book.seal(tick(0), [], [])
    book.seal(tick(1, 3), [closed(10, 9, 7, 9)], [], beside(commands=admitted))
    book.seal(tick(2), [closed(20, 9)], [], beside())

    found = list(book.ticks())
    assert [each.tick for each in found] == [tick(0), tick(1, 3), tick(2)]
    assert [each.beside_envelope for each in found] == [None, (17, CODE, POLICY), (17, CODE, POLICY)]
    assert found[1].blocks[0].rows.tobytes() == closed(10, 9, 7, 9).rows.tobytes()
    assert found[1].commands is not None
    assert found[1].commands.commands.tobytes() == admitted.commands.tobytes()
    assert found[1].commands.lines.tobytes() == admitted.lines.tobytes()
    assert found[2].commands is None
    assert [each.tick.tick for each in book.ticks(1)] == [2]
    assert book.sealed(1).tick == tick(1, 3)
    assert book.ticks_of_order(9) == [1, 2]
    assert book.ticks_of_order(8) == []
    assert book.verify() == 3
    with pytest.raises(BookError, match="holds no tick 3"):
        book.sealed(3)


@pytest.mark.parametrize(("number", "expected"), [(0, 0), (1, None), (10, 1), (12, 1), (13, None), (20, 2), (-1, None)])
def test_the_tick_of_a_number(book: SqlBook, number: int, expected: int | None) -> None:
    book.seal(tick(0), [], [])
    book.seal(tick(1, 3), [closed(10, 9)], [], beside(commands=batch(1, 2, 3)))
    book.seal(tick(2), [], [], beside())

    found = book.tick_of_number(number)

    assert (found.tick.tick if found else None) == expected


def test_ticks_are_read_in_many_pieces(book: SqlBook) -> None:
    for number in range(150):
        book.seal(tick(number), [closed(10 * number, number)] if number % 3 else [], [])

    assert [each.tick.tick for each in book.ticks(4)] == list(range(5, 150))
    assert book.facts_of(f.CLOSED)["order"].tolist() == [n for n in range(150) if n % 3]


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE tick SET actual_us = 18 WHERE tick = 1",
        "UPDATE tick SET code = policy WHERE tick = 1",
        "UPDATE tick SET policy = code WHERE tick = 1",
        "UPDATE tick SET actual_us = NULL, code = NULL, policy = NULL WHERE tick = 1",
        "DELETE FROM admitted WHERE tick = 1",
        "UPDATE admitted SET commands = lines, lines = commands WHERE tick = 1",
        "UPDATE admitted SET tick = 0 WHERE tick = 1",
    ],
)
def test_what_is_sealed_beside_facts_is_under_the_seal(book: SqlBook, harm: str) -> None:
    book.seal(tick(0), [closed(0, 1)], [], beside())
    book.seal(tick(1), [closed(10, 9)], [], beside(commands=batch(1)))
    assert book.verify() == 2
    with book.engine.transaction():
        book.engine.tell(harm)

    with pytest.raises(ChainError, match="was changed at tick"):
        book.verify()


# ---------------------------------------------------------------------------------------------------------- sides
def test_rows_of_side_tables_come_back_as_they_went_in(book: SqlBook) -> None:
    big, words = 2**63 - 1, 'straße "\\ 日本 \U0001f4e6'
    hook = (5, -big - 1, words, bytes(range(256)), b"", 0, big)
    body = {"a": [1, None, words, {"b": 1.5}], "text": "a\0b"}
    book.seal(tick(0), [], [], beside(SidePut(HOOK, [hook]), SidePut(META, [("m", 0, body), ("n", 0, None)])))

    assert book.side_get(HOOK, [(5,), (6,)]) == {(5,): hook}
    assert book.side_get(META, [("m",), ("n",)]) == {("m",): ("m", 0, body), ("n",): ("n", 0, None)}


def test_ends_go_before_puts_and_the_later_put_holds(book: SqlBook) -> None:
    def row(key: bytes, number: int) -> tuple[object, ...]:
        return key * 16, b"d" * 32, number, 0, 1

    book.seal(tick(0), [], [], beside(SidePut(IDEMPOTENCY, [row(b"a", 1), row(b"b", 2), row(b"a", 3)])))
    ends = (SideEnd(IDEMPOTENCY, [(b"a" * 16,), (b"b" * 16,), (b"z" * 16,)]),)
    book.seal(tick(1), [], [], beside(SidePut(IDEMPOTENCY, [row(b"b", 4)]), SidePut(IDEMPOTENCY, []), ends=ends))

    assert book.side_get(IDEMPOTENCY, [(key * 16,) for key in (b"a", b"b")]) == {(b"b" * 16,): row(b"b", 4)}


def test_side_rows_are_listed_by_key_from_beyond_a_key(book: SqlBook) -> None:
    rows = [("item", tenant, text, code) for code, (tenant, text) in enumerate((n % 2, f"k{n:02}") for n in range(9))]
    kinds = [(7, tenant, text, code) for _, tenant, text, code in reversed(rows)]
    book.seal(tick(0), [], [], beside(SidePut(NAMED, kinds)))

    first = book.side_where(NAMED, 3, kind=7, tenant=0)
    rest = book.side_where(NAMED, 9, first[-1][:3], kind=7, tenant=0)

    assert [row[2] for row in first + rest] == ["k00", "k02", "k04", "k06", "k08"]
    assert book.side_where(NAMED, 9, kind=7, code=3) == [(7, 1, "k03", 3)]
    assert [row[3] for row in book.side_where(NAMED, 99, at_most={"code": 2})] == [0, 2, 1]
    assert book.side_where(NAMED, 9, kind=8) == []
    with pytest.raises(SideError, match="needs one of the columns"):
        book.side_where(NAMED, 9, name="x")


@pytest.mark.parametrize(
    ("put", "message"),
    [
        (SidePut(OUTBOX, [(1, 1, 2**63, 0, "k", {}, 0)]), "column 'due_us' needs an integer of 64 bits"),
        (
            SidePut(OUTBOX, [(1, 1, 1, 0, "a\0b", {}, 0)]),
            r"needs text that can be kept, has U\+0000 at 1",
        ),
        (SidePut(OUTBOX, [(1, 1, 1, 0, "\ud800", {}, 0)]), r"has U\+D800 at 0"),
        (SidePut(OUTBOX, [(1, 1, 1, 0, 7, {}, 0)]), "column 'kind' needs text, was 7"),
        (SidePut(OUTBOX, [(1, True, 1, 0, "k", {}, 0)]), "column 'tenant' needs int, was True"),
        (SidePut(OUTBOX, [(1, 1)]), "needs rows of 7 columns, was 2"),
    ],
)
def test_a_row_that_only_one_database_would_take_is_refused(book: SqlBook, put: SidePut, message: str) -> None:
    with pytest.raises(SideError, match=message):
        book.seal(tick(0), [], [], beside(put))

    assert book.last is None


def test_a_refused_tick_leaves_no_side_row(book: SqlBook) -> None:
    put = SidePut(META, [("m", 0, 1)])
    with pytest.raises(AssertionError, match="needs 0 or more"):
        book.seal(tick(0), [], [Add.of(t.STOCK_T, np.array([1]), {"on_hand": np.array([-1])})], beside(put))

    assert book.side_get(META, [("m",)]) == {}
    assert list(book.ticks()) == []


def test_a_tenant_sees_its_own_only(book: SqlBook) -> None:
    things = [("member", tenant, "x", 1, 5, {"of": tenant}) for tenant in (1, 2)]
    postings = moved(10, (4, 0, Bucket.FULFILLABLE, 5), (5, 0, Bucket.FULFILLABLE, 6))
    book.seal(tick(1), [], [], beside(SidePut(THING, things))._replace(postings=postings))
    everybody, first, second = book.reader(), book.reader(0), book.reader(1)

    assert book.side_where(THING, 9, kind="member") == everybody.side_where(THING, 9, kind="member") == things
    assert second.side_where(THING, 9, kind="member") == things[:1]
    assert second.side_where(THING, 9, tenant=2) == []
    assert second.side_get(THING, [("member", 1, "x"), ("member", 2, "x")]) == {("member", 1, "x"): things[0]}
    items, nodes = np.array([4, 5]), np.array([0, 0])
    assert everybody.postings_as_of(items, nodes)[:, Bucket.FULFILLABLE].tolist() == [5, 6]
    assert first.postings_as_of(items, nodes)[:, Bucket.FULFILLABLE].tolist() == [5, 0]
    assert second.ledger(0, 4, 0, None, 9).tolist() == []
    for reader in (everybody, first, second):
        reader.close()


# ------------------------------------------------------------------------------------------------------- postings
def test_stock_is_told_as_of_any_tick_or_instant(book: SqlBook) -> None:
    free, promised = Bucket.FULFILLABLE, Bucket.RESERVED_ORDER
    book.seal(tick(1), [], [], beside()._replace(postings=moved(10, (4, 0, free, 9), (4, 1, free, 7))))
    book.seal(tick(2), [], [], beside()._replace(postings=moved(20, (4, 0, free, -2), (4, 0, promised, 2))))
    items, nodes = np.array([4, 4, 4, 3]), np.array([0, 1, 0, 0])

    def told(**when: int) -> list[list[int]]:
        return book.postings_as_of(items, nodes, **when)[:, [free, promised]].tolist()

    now, before = [[7, 2], [7, 0], [7, 2], [0, 0]], [[9, 0], [7, 0], [9, 0], [0, 0]]
    assert told() == told(tick=2) == told(tick=5) == told(at_us=200) == now
    assert told(tick=1) == told(at_us=199) == told(at_us=100) == before
    assert told(tick=0) == told(at_us=99) == [[0, 0]] * 4

    entries = book.ledger(0, 4, -1, None, 3)
    rest = book.ledger(0, 4, -1, tuple(entries[["number", "ordinal", "node", "bucket"]][-1].tolist()), 9)
    assert np.concatenate([entries, rest])["quantity"].tolist() == [9, 7, -2, 2]
    assert book.ledger(0, 4, 1, None, 9)["quantity"].tolist() == [7]
    assert book.ledger(1, 4, 1, None, 9).tolist() == []


# --------------------------------------------------------------------------------------------------------- writers
def test_one_writer_claims_and_another_is_refused(book: SqlBook, where: str) -> None:
    other = open_book(where, QUICK)
    assert book.writer() is None
    assert book.claim("first", "http://one")
    assert not other.claim("second", "http://two")
    assert other.writer()[:2] == book.writer()[:2] == ("first", "http://one")
    book.renew()
    book.seal(tick(0), [], [])
    book.release()
    assert other.writer() is None
    assert other.claim("second", "http://two")
    assert other.last == tick(0), "who claims knows what was sealed"
    other.seal(tick(1), [], [])
    other.close()


def test_who_lost_the_book_never_seals_again(book: SqlBook, where: str) -> None:
    assert book.claim("first", "")
    book.seal(tick(0), [], [])
    book.engine.let_go()  # as if the lock were lost without the writer's knowledge
    other = open_book(where, QUICK)
    assert other.claim("second", "")

    for attempt in (lambda: book.seal(tick(1), [], []), book.renew, book.reopen):
        with pytest.raises(BookTaken, match="has another writer"):
            attempt()
    other.seal(tick(1), [], [])
    assert [each.tick.tick for each in other.ticks()] == [0, 1]
    other.close()


def test_a_writer_who_did_not_claim_is_found_out(book: SqlBook, where: str) -> None:
    other = open_book(where, QUICK)
    other.seal(tick(0), [], [])
    with pytest.raises(BookTaken, match="was written by another"):
        book.seal(tick(0), [], [])
    other.close()


def test_a_book_is_opened_again_after_its_database_was_gone(book: SqlBook) -> None:
    assert book.claim("first", "here")
    book.seal(tick(0), [], [])
    book.reopen()
    book.seal(tick(1), [], [])

    assert book.last == tick(1)
    assert book.writer()[:2] == ("first", "here")


def hold_and_tell(where: str, told: object) -> None:
    """In a process of its own: claim, seal, say so, and wait to be killed; a child of it lives on."""
    book = open_book(where, QUICK)
    assert book.claim("other process", "")
    book.seal(tick(0), [], [])
    child = os.fork()
    if child:
        told.send(child)
    signal.pause()


def test_a_dead_writers_book_is_taken_over_at_once(where: str) -> None:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=hold_and_tell, args=(where, there))
    process.start()
    there.close()
    child = here.recv()
    assert child > 0
    book = open_book(where, QUICK)
    try:
        assert not book.claim("me", "")
        process.kill()
        process.join()
        assert book.claim("me", ""), "a child that outlives the writer does not hold the book"
        assert book.last == tick(0)
        book.seal(tick(1), [], [])
    finally:
        os.kill(child, signal.SIGKILL)
        book.close()


def test_a_reader_looks_on_from_another_thread_while_the_writer_writes(book: SqlBook) -> None:
    seen: list[int] = []
    go_on = threading.Event()

    def look() -> None:
        reader = book.reader()
        while not go_on.is_set() or reader.last != tick(40):
            rows = reader.rows_of(t.LOAD_T)
            last = reader.last
            seen.append(int(rows["floor"][0]) if len(rows) else 0)
            assert last is None or seen[-1] <= last.tick + 1
        reader.close()

    thread = threading.Thread(target=look)
    thread.start()
    for number in range(41):
        book.seal(tick(number), [], [Add.of(t.LOAD_T, np.array([0]), {"floor": np.array([1])})], beside())
    go_on.set()
    thread.join()

    assert seen == sorted(seen)


def test_a_reader_cannot_write(book: SqlBook) -> None:
    reader = book.reader()
    with pytest.raises(AssertionError, match="a reader seals nothing"):
        reader.seal(tick(0), [], [])
    with pytest.raises(BookError):
        reader.engine.tell("DELETE FROM tick")
    reader.close()


def test_a_backup_is_a_whole_book(book: SqlBook, tmp_path: Path) -> None:
    rows = np.zeros(3, t.ORDER)
    rows["key"], rows["live"] = (1, 2, 3), 1
    book.seal(tick(0), [closed(0, 5)], [Put(t.ORDER_T, rows)], beside(SidePut(META, [("m", 0, 1)])))
    book.backup(tmp_path / "copy.sqlite")

    with open_book(tmp_path / "copy.sqlite", QUICK) as copy:
        assert (copy.last, copy.chain, copy.verify()) == (book.last, book.chain, 1)
        assert copy.rows_of(t.ORDER_T).tobytes() == rows.tobytes()
        assert copy.side_get(META, [("m",)]) == {("m",): ("m", 0, 1)}

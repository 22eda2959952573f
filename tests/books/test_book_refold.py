"""A book of an older shape is folded again when its house is opened: whole, or not at all and then once more."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from firstbest.run.open import open_house, worlds_of
from firstbest.store.book import SqlBook
from firstbest.store.book_open import open_book
from firstbest.store.book_refold import marked
from firstbest.store.book_sqlite import Settings
from firstbest.store.book_verify import unlike_refold
from firstbest.world.tables import STOCK_T
from tests.books.postgres_server import postgres_url
from tests.books.small_workspace import write
from tests.parity.houses import HandClock

__all__ = ["postgres_url"]
QUICK = Settings(full_sync=False)
NOW_US = 1_790_000_000_000_000
HOUR_US = 3_600_000_000
NEW = "on_hand"
"""The column that the older version did not have."""


class Killed(BaseException):
    """The process ends here."""


def killed_at(share: str) -> object:
    def say(words: str) -> None:
        if share in words:
            raise Killed

    return say


def unlike(book: SqlBook) -> list[str]:
    phases = worlds_of(book)
    return unlike_refold(book, phases[0].world.network, {each.world.policy: each.world.network for each in phases})


def aged(where: str) -> int:
    """Write the table as the version before the column had it; answers how many rows the column told of."""
    with open_book(where, QUICK) as book:
        rows = book.rows_of(STOCK_T)
        narrow = np.dtype([each for each in STOCK_T.dtype.descr if each[0] != NEW])
        before = np.zeros(len(rows), narrow)
        for name in narrow.names or ():
            before[name] = rows[name]
        for row in before:
            text = "UPDATE rows_stock SET packed = ? WHERE key = ?"
            book.engine.tell(text, (row.tobytes(), int(row["key"])))
        book.engine.tell("UPDATE shape SET columns = ? WHERE name = 'stock'", (json.dumps(narrow.descr),))
        return int(np.count_nonzero(rows[NEW]))


def grows_old_and_is_opened(folder: Path, where: str) -> None:
    write(folder)
    clock = HandClock(NOW_US)
    with open_book(where, QUICK) as book:
        assert book.claim("test", "")
        first = open_house(folder, book, clock).house
        clock.now_us += 2 * HOUR_US
        first.pass_time()
        book.release()
    with open_book(where, QUICK) as book:
        fine, waits = unlike(book), marked(book)
    told = aged(where)
    with open_book(where, QUICK) as book:
        widened, waiting = unlike(book), marked(book)
    with open_book(where, QUICK) as book:
        assert book.claim("test", "")
        with pytest.raises(Killed):
            open_house(folder, book, clock, say=killed_at(" %"))  # type: ignore[arg-type]
        still = marked(book)
        book.release()
    said: list[str] = []
    with open_book(where, QUICK) as book:
        assert book.claim("test", "")
        house = open_house(folder, book, clock, say=said.append).house
        mended, rest, held = unlike(book), marked(book), book.verify()
        clock.now_us += HOUR_US
        house.pass_time()
        after = unlike(book)
        again: list[str] = []
        open_house(folder, book, clock, say=again.append)
        book.release()

    assert (fine, waits) == ([], []), "a book of today's shape waits for nothing"
    assert told > 0, "the column has to tell something, or its loss would not be seen"
    assert widened == ["stock"]
    assert waiting == still == ["stock"], "who is killed in between leaves the mark"
    assert "table stock gained a column" in said[0]
    assert len(said) > 3, "the way through the ticks is told"
    assert (mended, rest) == ([], [])
    assert held > 0
    assert (after, again) == ([], [])


def test_a_book_of_an_older_shape_is_folded_again(tmp_path: Path) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    grows_old_and_is_opened(folder, str(tmp_path / "book.sqlite"))


def test_a_book_of_an_older_shape_is_folded_again_in_postgres(tmp_path: Path, postgres_url: str) -> None:
    folder = tmp_path / "house"
    folder.mkdir()
    grows_old_and_is_opened(folder, postgres_url)

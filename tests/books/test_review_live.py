"""The weekly review of a running house: days that are over from its book, and the door desk from its facts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.mechanisms.deck import Deck, unpacked
from firstbest.run.reviewing import live_of, write_days
from firstbest.world.units import DAY_US
from tests.books.live_month import FIRST_DAY, lived

TOML = """title = "Small house"
currency = "USD"
[[source]]
name = "book"
book = ".firstbest/deck"
[[metric]]
key = "orders"
title = "Orders placed"
kind = "sum"
numerator = "book.sales.n"
[[metric]]
key = "two_days"
title = "At the door in two business days"
kind = "ratio"
unit = "share"
numerator = "book.two_days.n"
denominator = "book.two_days.d"
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house that has run for three weeks, up to the noon of a Monday."""
    folder = tmp_path_factory.mktemp("house")
    (folder / ".firstbest").mkdir()
    book = lived(folder, str(folder / ".firstbest/book.sqlite"), (FIRST_DAY + 21) * DAY_US + DAY_US // 2)
    book.close()
    (folder / "metrics.toml").write_text(TOML)
    return folder


def deck(folder: Path, *words: str) -> Deck:
    """What the command makes."""
    path = folder / "deck.json"
    ran = CliRunner().invoke(app, ["review", str(folder), "--output", str(path), *words])
    assert ran.exit_code == 0, ran.output
    return unpacked(path.read_bytes())


def test_the_week_that_is_over_comes_from_the_book_and_so_does_the_door_desk(house: Path) -> None:
    found = deck(house)

    assert found.week == "2026-W12"
    assert not found.rehearsed
    orders, two_days = found.cards[-1], found.cards[0]
    assert {orders.key, two_days.key} == {"orders", "two_days"}
    assert orders.boxes[0].value is not None
    assert orders.boxes[0].value > 0
    assert found.costs
    assert found.costs_total >= sum(line.cost for line in found.costs) > 0
    assert found.costs_note == ""


def test_a_day_that_is_not_over_is_not_there(house: Path) -> None:
    deck(house)
    with duckdb.connect() as engine:
        last = engine.execute(f"SELECT max(day)::VARCHAR FROM '{house / '.firstbest/deck/cubes.parquet'}'").fetchall()

    assert last == [("2026-03-22",)]


def test_days_that_are_over_do_not_change_as_the_house_goes_on(tmp_path: Path) -> None:
    found = []
    for days in (12, 19):
        folder = tmp_path / str(days)
        book = lived(folder, str(tmp_path / f"{days}.sqlite"), (FIRST_DAY + days) * DAY_US + DAY_US // 2)
        reader = book.reader()
        write_days(live_of(reader), folder / "deck")
        reader.close()
        book.close()
        with duckdb.connect() as engine:
            found.append(
                engine.execute(
                    f"SELECT * FROM '{folder / 'deck/cubes.parquet'}' WHERE day < DATE '2026-03-14' ORDER BY ALL"
                ).fetchall()
            )

    assert len(found[0]) > 100
    assert found[0] == found[1]


def test_without_a_book_the_command_says_who_opens_one(house: Path, tmp_path: Path) -> None:
    for name in ("metrics.toml", "firstbest.toml"):
        (tmp_path / name).write_bytes((house / name).read_bytes())
    ran = CliRunner().invoke(app, ["review", str(tmp_path)])

    assert ran.exit_code == 2
    assert "firstbest serve" in ran.output

"""Facts of a book as Parquet files beside it, kept up to date tick by tick: bills read a live book as a rehearsal.

`folder/facts/<name>/<part>.parquet`, rows in the order of the facts; the last part of a type is written again until it
is large. The files hold nothing that the book does not: whoever deletes the folder gets it back. `mirror.json` says of
which book it is and how far it goes. If a process ends between the files and that note, the next one drops what the
files have beyond it before it goes on.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.store.book_live import BookReader, Sealed
from firstbest.store.sink_writer import quoted, write_rows
from firstbest.world.facts import FACTS, FactType

PART_ROWS: Final = 250_000
"""From so many rows on a part is left alone and the next one begun."""
GATHERED_ROWS: Final = 500_000
"""Rows of all types that are held in memory before they are written."""
NOTE: Final = "mirror.json"
DIGEST_BYTES: Final = 16
TYPES: Final = {fact.name: fact for fact in FACTS}

Records = NDArray[np.void]


def identity(book: BookReader) -> str:
    """Which book it is: a digest of the tick that opened it. Raises `BookError` where nothing was sealed yet."""
    first = book.sealed(0)
    envelope = first.beside_envelope
    digest = blake2b(repr((tuple(first.tick), envelope and envelope.actual_us)).encode(), digest_size=DIGEST_BYTES)
    for block in first.blocks:
        digest.update(np.ascontiguousarray(block.rows).tobytes())
    return digest.hexdigest()


def mirrored(book: BookReader, folder: Path) -> int:
    """Bring the files up to the book's last tick; answers its number. One process at a time, others wait."""
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(folder), book.snapshot():
        mine = identity(book)
        note = _note(folder)
        if note.get("book") != mine:
            _begin(folder)
            note = {"book": mine, "tick": -1}
        tick = int(note["tick"])
        for ticks in _gathered(book.ticks(tick)):
            _write(folder, ticks)
            tick = ticks[-1].tick.tick
            _noted(folder, {"book": mine, "tick": tick})
    return tick


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The lock of the folder; it dies with the process."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _note(folder: Path) -> dict[str, str | int]:
    path = folder / NOTE
    found: dict[str, str | int] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    return found


def _noted(folder: Path, note: Mapping[str, str | int]) -> None:
    fresh = folder / f"{NOTE}.new"
    fresh.write_text(json.dumps(note), encoding="utf-8")
    fresh.replace(folder / NOTE)


def _begin(folder: Path) -> None:
    """Empty files of every type, so that each can be read."""
    shutil.rmtree(folder / "facts", ignore_errors=True)
    with duckdb.connect(config={"threads": 1}) as engine:
        for fact in FACTS:
            place = folder / "facts" / fact.name
            place.mkdir(parents=True)
            write_rows(engine, np.zeros(0, fact.dtype), place / "00000.parquet")


def _gathered(ticks: Iterator[Sealed]) -> Iterator[list[Sealed]]:
    """Ticks in handfuls that memory can hold."""
    held: list[Sealed] = []
    rows = 0
    for sealed in ticks:
        held.append(sealed)
        rows += sum(len(block.rows) for block in sealed.blocks)
        if rows >= GATHERED_ROWS:
            yield held
            held, rows = [], 0
    if held:
        yield held


def _write(folder: Path, ticks: list[Sealed]) -> None:
    """Append the facts of some ticks, by type."""
    rows: dict[str, list[Records]] = {}
    for sealed in ticks:
        for block in sealed.blocks:
            rows.setdefault(block.fact.name, []).append(block.rows)
    with duckdb.connect(config={"threads": 1}) as engine:
        for name, blocks in rows.items():
            _append(engine, folder / "facts" / name, TYPES[name], np.concatenate(blocks))


def _append(engine: duckdb.DuckDBPyConnection, place: Path, fact: FactType, fresh: Records) -> None:
    """Rows behind those that are there; what a process that ended left beyond its note is dropped."""
    place.mkdir(exist_ok=True)
    parts = sorted(place.glob("*.parquet"))
    while parts and len(parts) > 1 and _first(engine, parts[-1]) >= int(fresh["number"][0]):
        parts.pop().unlink()
    number = len(parts) - 1 if parts else 0
    if parts:
        before = rows_of(engine, parts[-1], fact)
        before = before[before["number"] < fresh["number"][0]]
        if len(before) < PART_ROWS:
            fresh = np.concatenate([before, fresh])
        else:
            number += 1
    path = place / f"{number:05d}.parquet"
    part = path.with_suffix(".part")
    write_rows(engine, fresh, part)
    os.replace(part, path)  # noqa: PTH105 - a name that readers know changes in one step


def _first(engine: duckdb.DuckDBPyConnection, path: Path) -> int:
    """The least number in a part."""
    found = engine.execute(f"SELECT min(number) FROM read_parquet('{quoted(path)}')").fetchone()
    return int(found[0]) if found and found[0] is not None else 0


def rows_of(engine: duckdb.DuckDBPyConnection, path: Path, fact: FactType) -> Records:
    """The rows of a part; a column that came later is 0."""
    found = engine.execute(f"SELECT * FROM read_parquet('{quoted(path)}')").fetchnumpy()
    rows = np.zeros(len(found["number"]), fact.dtype)
    for name, values in found.items():
        rows[name] = np.asarray(values)
    return rows

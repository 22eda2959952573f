"""The house of a served workspace, for its bills: the book's facts as files, the world in force, orders' own names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from firstbest.rehearse.invoicing import House, named, titles_of
from firstbest.run.open import order_names, wall_us, worlds_of
from firstbest.service.forking import standing
from firstbest.store.book_live import BookReader
from firstbest.store.book_read import load_columns
from firstbest.store.columns import sizes
from firstbest.store.sink_tables import write_cubes
from firstbest.store.usage_book import bills_of
from firstbest.store.usage_mirror import identity, mirrored

MIRROR: Final = "mirror"
Clock = Callable[[], int]
"""Microseconds since the epoch."""


def live_house(folder: Path, reader: BookReader, wall: Clock = wall_us) -> House:
    """The house of a book as of its last tick; `reader` must stay open while order names are asked for.

    Raises `NotOpened` where the book holds no house, `BookError` where it cannot be read.
    """
    bills = bills_of(folder, live=True)
    with reader.snapshot():
        phases = worlds_of(reader)
        mirrored(reader, bills / MIRROR)
        last = reader.last
        assert last is not None, "a book that holds a house was opened by a tick"
        digest = identity(reader)
    reached = max(last.due, last.at)
    world = standing(phases, reached).world
    workspace, network = world.workspace, world.network
    names, basis = named(workspace, network)

    def order_name(code: int) -> str:
        return order_names(reader, [code]).get(str(code), str(code))

    return House(
        folder, workspace, network, basis, names, bills / MIRROR, bills, f"book {digest}", 1.0, order_name,
        titles_of(workspace), max(wall(), reached), reached, True,
    )  # fmt: skip


def reached_now(house: House, reader: BookReader, wall: Clock = wall_us) -> House:
    """The house of a book as of its last tick by now; its names never change."""
    with reader.snapshot():
        mirrored(reader, house.output)
        last = reader.last
    assert last is not None, "a book that was opened has a tick"
    reached = max(last.due, last.at)
    return house._replace(reached=reached, now=max(wall(), reached))


def cubes_written(house: House, reader: BookReader) -> None:
    """Write the daily cubes of a book beside its mirrored facts, for what reads cubes: clients, neutrality."""
    write_cubes(house.output, load_columns(reader, sizes(house.network)), house.network)

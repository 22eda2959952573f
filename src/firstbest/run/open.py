"""Opening a house: the book, the workspace that it keeps, the changes that were applied, the worlds they come to."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from firstbest.run.applying import applied_of, phases_of
from firstbest.run.house import House, Phase
from firstbest.run.names import Of
from firstbest.run.refolding import fold_again, nobody
from firstbest.run.world import Span, World, edited, pack, unpack, world_from, world_of
from firstbest.store.beside import SidePut
from firstbest.store.book_live import BookReader, LiveBook
from firstbest.store.book_read import load_columns
from firstbest.store.columns import Columns, sizes
from firstbest.store.sides import META, NAMED
from firstbest.store.workspace import load
from firstbest.store.workspace_typed import Workspace

WORKSPACE = "workspace"
SPAN = "calendar"
EPOCH_DAY = datetime(1970, 1, 1, tzinfo=UTC).toordinal()


class NotOpened(RuntimeError):  # noqa: N818 - it says what is missing
    """The book holds no house yet."""


class Kept(NamedTuple):
    """What a book keeps of its house beside the facts."""

    files: dict[str, str]  # of the workspace, packed
    span: Span


class Opened(NamedTuple):
    """A house ready to work, and what a person should be told."""

    house: House
    new: bool
    edited: list[str]  # files of the folder that are not those in force


def wall_us() -> int:
    """Microseconds since the epoch, by the machine's clock."""
    return time.time_ns() // 1_000


def today_of(workspace: Workspace, now_us: int) -> int:
    """The firm's local day, since the epoch."""
    local = datetime.fromtimestamp(now_us / 1e6, ZoneInfo(workspace.time_zone))
    return local.toordinal() - EPOCH_DAY


def meta(name: str, value: Any) -> SidePut:
    """A single value by name."""
    values = {"name": name, "tenant": 0, "value": value}
    return SidePut(META, [tuple(values[each] for each in META.names)])


def kept_of(book: BookReader) -> Kept | None:
    """The workspace and the calendar that a book keeps; None in a book that was never opened."""
    found = book.side_get(META, [(WORKSPACE,), (SPAN,)])
    if len(found) < 2:  # noqa: PLR2004 - both or none
        return None
    value = META.names.index("value")
    return Kept(found[WORKSPACE,][value], Span(*found[SPAN,][value]))


def worlds_of(book: BookReader, same: Workspace | None = None) -> list[Phase]:
    """The worlds of a book's house from its beginning on, as its files and the changes applied since make them.

    `same`: the workspace that these files come to, where it was read already.
    """
    kept = kept_of(book)
    if kept is None:
        raise NotOpened("this book holds no house yet: firstbest serve opens it")
    with ExitStack() as stack:
        folder = unpack(kept.files, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="firstbest-"))))
        first = world_of(folder, kept.span) if same is None else world_from(same, kept.span)
        return phases_of(first, folder, applied_of(book))


def open_house(
    folder: Path,
    book: LiveBook,
    clock: Callable[[], int] = wall_us,
    read: Workspace | None = None,
    say: Callable[[str], None] | None = None,
) -> Opened:
    """The house of a workspace folder on a book that was claimed; an empty book is opened, today being its first day.

    `clock`: microseconds since the epoch; the machine's, but where a trial sets it. `read`: the folder's workspace,
    where it was read already. `say` hears what takes long: a book of an older version is folded again.

    Raises `WorkspaceFaulty` with every fault of the folder where a new book is to be opened.
    """
    kept = kept_of(book)
    if kept is not None:
        other = edited(kept.files, folder)
        phases = worlds_of(book, None if other else read)
        fold_again(book, phases, say or nobody)
        return Opened(House(phases, book, clock), False, other)
    workspace = load(folder) if read is None else read
    span = Span(today_of(workspace, clock()), int(workspace.section("firstbest", "live")["days"]))
    world = world_from(workspace, span)
    house = House([Phase(world.network.calendar.start_us, world)], book, clock)
    house.begin((meta(WORKSPACE, pack(folder)), meta(SPAN, list(span))))
    return Opened(house, True, [])


def standing(book: BookReader) -> tuple[World, Columns]:
    """The world in force and the state, as of the last tick of a book."""
    phases, last = worlds_of(book), book.last
    reached = last.due if last is not None else 0
    world = [phase.world for phase in phases if phase.at_us <= max(reached, phases[0].at_us)][-1]
    return world, load_columns(book, sizes(world.network))


def order_names(book: BookReader, codes: Sequence[int]) -> dict[str, str]:
    """Orders' own names by their code as text."""
    text = NAMED.names.index("text")
    found = {}
    for code in dict.fromkeys(codes):
        rows = book.side_where(NAMED, 1, kind=int(Of.ORDER), code=code)
        if rows:
            found[str(code)] = str(rows[0][text])
    return found


def other_policy(book: BookReader, policies: Path) -> World:
    """The world that a book began with, under another file of policies."""
    kept = kept_of(book)
    if kept is None:
        raise NotOpened("this book holds no house yet: firstbest serve opens it")
    with tempfile.TemporaryDirectory(prefix="firstbest-") as scratch:
        folder = unpack(kept.files, Path(scratch))
        (folder / "policies.toml").write_bytes(policies.read_bytes())
        return world_of(folder, kept.span)

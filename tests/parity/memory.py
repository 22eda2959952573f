"""A live book in memory: what the house is tested on where no database is needed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import All, Change, Tick
from firstbest.store.beside import Beside, Envelope, Key, Row, Side
from firstbest.store.book_live import BookError, Sealed
from firstbest.store.columns import Columns
from firstbest.world.commands import Batch
from firstbest.world.facts import Block
from firstbest.world.tables import Table


class MemoryBook:
    """Keeps ticks as they were sealed, and its own columns of what they were folded to."""

    def __init__(self, sizes: dict[str, int]) -> None:
        self.kept: list[Sealed] = []
        self.state = Columns(sizes)
        self.sides: dict[str, dict[Key, Row]] = {}
        self.fails: list[BookError] = []  # raised by the next seals, in turn
        self.after = False  # whether a failing seal fails after the commit

    @property
    def last(self) -> Tick | None:
        return self.kept[-1].tick if self.kept else None

    def seal(
        self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change], beside: Beside | None = None
    ) -> None:
        if self.fails and not self.after:
            raise self.fails.pop(0)
        assert beside is not None, "a live tick has something beside it"
        self.state.apply(changes)
        envelope = Envelope(beside.actual_us, beside.code, beside.policy)
        commands = beside.commands
        copied = Batch(commands.commands.copy(), commands.lines.copy()) if commands is not None else None
        self.kept.append(Sealed(tick, envelope, tuple(Block(b.fact, b.rows.copy()) for b in blocks), copied))
        for end in beside.ends:
            for key in end.keys:
                self.sides.get(end.side.name, {}).pop(tuple(key), None)
        for put in beside.puts:
            places = [put.side.names.index(name) for name in put.side.key]
            rows = self.sides.setdefault(put.side.name, {})
            rows.update({tuple(row[place] for place in places): tuple(row) for row in put.rows})
        if self.fails:
            raise self.fails.pop(0)

    def rows_of(self, table: Table) -> NDArray[np.void]:
        return self.state.read(All(table)).rows

    def ticks(self, after: int = -1) -> Iterator[Sealed]:
        return (each for each in self.kept if each.tick.tick > after)

    def sealed(self, tick: int) -> Sealed:
        return next(each for each in self.kept if each.tick.tick == tick)

    def tick_of_number(self, number: int) -> Sealed | None:
        found = [
            each for each in self.kept if each.tick.first_number <= number < each.tick.first_number + each.tick.facts
        ]
        return found[0] if found else None

    def ticks_of_order(self, order: int) -> list[int]:
        return [
            each.tick.tick
            for each in self.kept
            if any("order" in (b.rows.dtype.names or ()) and (b.rows["order"] == order).any() for b in each.blocks)
        ]

    def side_get(self, side: Side, keys: Sequence[Key]) -> dict[Key, Row]:
        rows = self.sides.get(side.name, {})
        return {tuple(key): rows[tuple(key)] for key in keys if tuple(key) in rows}

    def side_where(
        self,
        side: Side,
        limit: int,
        after_key: Key | None = None,
        at_most: Mapping[str, int] | None = None,
        **equals: Any,
    ) -> list[Row]:
        rows = sorted(self.sides.get(side.name, {}).items())
        found = [
            row
            for key, row in rows
            if (after_key is None or key > after_key)
            and all(row[side.names.index(name)] == value for name, value in equals.items())
            and all(row[side.names.index(name)] <= most for name, most in (at_most or {}).items())
        ]
        return found[:limit]

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        yield

    def renew(self) -> None:
        pass

    def reopen(self) -> None:
        pass

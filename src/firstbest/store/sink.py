"""The book of a rehearsal: facts are streamed into Parquet files, in bounded memory, beside the loop.

The loop's thread only copies rows into buffers. When a type has gathered enough, or all types together
hold too much, the largest buffer goes to a second thread, which takes the running digest of the type's row
bytes and writes one more file with DuckDB. A queue of two hand-overs bounds what waits. What fails over there is
raised at the next `seal` or at `close`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import Final, NamedTuple, Self

import duckdb
import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import Change, Tick
from firstbest.store.sink_writer import Writer, read_rows, write_rows
from firstbest.world.facts import FACTS, Block, FactType

DIGEST_BYTES: Final = 16
FACT: Final = {fact.name: fact for fact in FACTS}
Words = NDArray[np.int64]
WORD: Final = 8
PIECE: Final = 1 << 15
"""Words of a piece of memory."""


class SinkError(RuntimeError):
    """The writer's thread failed; what it had been handed is not in the files."""


class Limits(NamedTuple):
    """How much is held in memory before rows go to a file."""

    type_rows: int = 500_000
    type_bytes: int = 24_000_000
    total_bytes: int = 64_000_000
    engine_memory: str = "160MB"


class _Held:
    """Rows of one fact type that are not yet in a file, in pieces of memory that are used again and again."""

    def __init__(self, fact: FactType, spare: deque[Words]) -> None:
        self.fact = fact
        self.spare = spare
        self.pieces: list[Words] = []
        self.left = 0  # words free in the last piece
        self.size = 0  # words held
        self.rows = 0

    def keep(self, rows: NDArray[np.void]) -> None:
        """Copy rows to the end."""
        words = np.ascontiguousarray(rows).view(np.int64)
        start, size = 0, len(words)
        self.size += size
        self.rows += len(rows)
        while start < size:
            if not self.left:
                self.pieces.append(self.spare.pop() if self.spare else np.empty(PIECE, np.int64))
                self.left = PIECE
            part, at = min(self.left, size - start), PIECE - self.left
            self.pieces[-1][at : at + part] = words[start : start + part]
            self.left -= part
            start += part

    def take(self) -> list[Words]:
        """Hand over what is held and start again."""
        pieces = self.pieces
        if pieces:
            pieces[-1] = pieces[-1][: PIECE - self.left]
        self.pieces, self.left, self.size, self.rows = [], 0, 0, 0
        return pieces


class _Handover(NamedTuple):
    fact: FactType
    pieces: list[Words]
    path: Path


class ParquetSink:
    """Implements `operate.ports.Book` for a rehearsal; changes are not kept, the columns have them.

    Files: `folder/facts/<name>/<part>.parquet`, parts in the order of sealing, rows in the order of the facts;
    every type has at least one file. Files of an earlier run in these folders are replaced.
    """

    def __init__(self, folder: Path, limits: Limits | None = None, go_on: Mapping[str, int] | None = None) -> None:
        """Make the folders and start the writer's thread.

        With `go_on` the first files that are there, so many rows of each type, stay as the first parts.
        """
        self.limits = limits or Limits()
        self.folder = folder / "facts"
        self.counts = {fact.name: 0 for fact in FACTS}
        # What the other thread is done with comes back here; a deque's ends may be used by two threads at once.
        self._spare: deque[Words] = deque()
        self._held = {fact.name: _Held(fact, self._spare) for fact in FACTS}
        self._parts = dict.fromkeys(self.counts, 0)
        self._total = 0
        self._digests = {name: blake2b(digest_size=DIGEST_BYTES) for name in self.counts}
        self._failure: BaseException | None = None
        self._closed = False
        self._writer: Writer | None = None
        for name in self.counts:
            place = self.folder / name
            place.mkdir(parents=True, exist_ok=True)
            for old in sorted(place.glob("*.parquet")):
                if go_on and self.counts[name] < go_on.get(name, 0):
                    self._count_in(name, old)
                else:
                    old.unlink()
        self._queue: Queue[_Handover | None] = Queue(maxsize=2)
        self._thread = Thread(target=self._write_all, name="parquet-sink", daemon=True)
        self._thread.start()

    @property
    def facts(self) -> int:
        """Rows sealed so far."""
        return sum(self.counts.values())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *why: object) -> None:
        self.close()

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:  # noqa: ARG002 - the port
        """Take the facts of one tick."""
        self._raise_failure()
        assert not self._closed, "the sink is closed"
        for block in blocks:
            self._keep(block)
        while self._total > self.limits.total_bytes:
            self._hand_over(max(self._held.values(), key=lambda held: held.size))

    def close(self) -> None:
        """Write what is left and wait until all files are on disk."""
        if not self._closed:
            self._closed = True
            for held in self._held.values():
                if held.size or not self._parts[held.fact.name]:
                    self._hand_over(held)
            self._queue.put(None)
            self._thread.join()
            if self._writer is not None:
                self._writer.close()
        self._raise_failure()

    def digests(self) -> dict[str, str]:
        """Digest of all row bytes by type, padding included; to be asked after `close`."""
        assert self._closed, "digests are known once the sink is closed"
        return self.digests_so_far()

    def digests_so_far(self) -> dict[str, str]:
        """Digest of the row bytes of each type that are in files."""
        return {name: digest.hexdigest() for name, digest in self._digests.items()}

    def digest(self) -> str:
        """One digest over those of all types, in the order in which types are declared."""
        joined = "".join(f"{name} {value}\n" for name, value in self.digests().items())
        return blake2b(joined.encode(), digest_size=DIGEST_BYTES).hexdigest()

    def _count_in(self, name: str, path: Path) -> None:
        """Take a file that was written before into count and digest."""
        rows = read_rows(FACT[name], path)
        self._digests[name].update(rows.data)
        self.counts[name] += len(rows)
        self._parts[name] += 1

    def _keep(self, block: Block) -> None:
        rows = block.rows
        if not len(rows):
            return
        held = self._held[block.fact.name]
        held.keep(rows)
        self._total += rows.nbytes
        self.counts[block.fact.name] += len(rows)
        if held.size * WORD >= self.limits.type_bytes or held.rows >= self.limits.type_rows:
            self._hand_over(held)

    def _hand_over(self, held: _Held) -> None:
        name = held.fact.name
        path = self.folder / name / f"{self._parts[name]:05d}.parquet"
        self._parts[name] += 1
        self._total -= held.size * WORD
        self._queue.put(_Handover(held.fact, held.take(), path))

    def _raise_failure(self) -> None:
        if self._failure is not None:
            raise SinkError(f"facts could not be written to '{self.folder}': {self._failure}") from self._failure

    # ------------------------------------------------------------------------------------------- the writer's thread
    def _write_all(self) -> None:
        try:
            while (handed := self._queue.get()) is not None:
                self._write(handed)
        except BaseException as failure:  # noqa: BLE001 - whatever it is, the loop's thread raises it
            self._failure = failure
            while self._queue.get() is not None:
                pass  # so that the loop's thread is never left waiting

    def _write(self, handed: _Handover) -> None:
        """Take the digest and have the file written: by another process in a long run, here in a short one."""
        packed = [piece.data.cast("B") for piece in handed.pieces]
        for piece in packed:
            self._digests[handed.fact.name].update(piece)
        if self._writer is None and not self._closed:
            self._writer = Writer(self.limits.engine_memory)
        if self._writer is not None:
            self._writer.write(handed.fact.name, packed, handed.path)
        else:
            with duckdb.connect(config={"threads": 1, "memory_limit": self.limits.engine_memory}) as engine:
                write_rows(engine, np.frombuffer(b"".join(packed), handed.fact.dtype), handed.path)
        self._spare.extend(piece if piece.base is None else piece.base for piece in handed.pieces)

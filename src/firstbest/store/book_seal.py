"""What is under the seal of a tick, as bytes, and the chain that runs through all ticks."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.operate.ports import Tick
from firstbest.store.beside import DIGEST_BYTES, Beside, Envelope
from firstbest.store.book_live import BookError
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.facts import Block, FactType

CHAIN_BYTES: Final = 32
LAYOUT_BYTES: Final = 16
START: Final = bytes(CHAIN_BYTES)
"""What the first tick's hash is chained to."""
ENVELOPE: Final = struct.Struct("<6q")
BLOCK_HEAD: Final = struct.Struct("<16sq")
BESIDE_HEAD: Final = struct.Struct("<8s3q")
COMMANDS, LINES = "@command", "@line"
"""How the layout calls the rows of commands; no fact is called so."""

Facts = Sequence[tuple[str, bytes]]


class Packed(NamedTuple):
    """One tick as bytes: its facts, and commands with their lines (None: it has none)."""

    tick: Tick
    layout: bytes
    facts: Facts
    envelope: Envelope | None  # None: sealed before envelopes held more than the tick
    commands: tuple[bytes, bytes] | None


def layout_of(facts: Sequence[FactType]) -> tuple[bytes, str]:
    """Digest and text of how rows are packed today."""
    columns: dict[str, Any] = {fact.name: fact.dtype.descr for fact in facts}
    columns |= {COMMANDS: COMMAND.descr, LINES: LINE.descr}
    text = json.dumps(columns, separators=(",", ":"))
    return blake2b(text.encode(), digest_size=LAYOUT_BYTES).digest(), text


def packed(tick: Tick, layout: bytes, blocks: Sequence[Block], beside: Beside | None) -> Packed:
    """A tick as bytes."""
    facts = [(block.fact.name, block.rows.tobytes()) for block in blocks]
    if beside is None:
        return Packed(tick, layout, facts, None, None)
    for name in ("code", "policy"):
        found = len(getattr(beside, name))
        if found != DIGEST_BYTES:
            raise BookError(f"the digest of the {name} needs {DIGEST_BYTES} bytes, was {found}")
    batch = beside.commands
    commands = (batch.commands.tobytes(), batch.lines.tobytes()) if batch is not None else None
    return Packed(tick, layout, facts, Envelope(beside.actual_us, beside.code, beside.policy), commands)


def chained(before: bytes, sealed: Packed) -> bytes:
    """The hash that closes a tick: over the one before, the envelope, the layout, each block's name and rows.

    Where the envelope holds them: also over instant, code, policy and commands.
    """
    digest = blake2b(before, digest_size=CHAIN_BYTES)
    digest.update(ENVELOPE.pack(*sealed.tick))
    digest.update(sealed.layout)
    for name, rows in sealed.facts:
        digest.update(BLOCK_HEAD.pack(blake2b(name.encode(), digest_size=16).digest(), len(rows)))
        digest.update(rows)
    if sealed.envelope is not None:
        commands, lines = sealed.commands or (b"", b"")
        counts = (len(commands), len(lines)) if sealed.commands is not None else (-1, -1)
        digest.update(BESIDE_HEAD.pack(b"beside 1", sealed.envelope.actual_us, *counts))
        digest.update(sealed.envelope.code)
        digest.update(sealed.envelope.policy)
        digest.update(commands)
        digest.update(lines)
    return digest.digest()


def dtype_of(described: Sequence[Sequence[str]]) -> np.dtype[np.void]:
    """The packed layout that was described in JSON."""
    fields: list[Any] = [tuple(column) for column in described]
    return np.dtype(fields)


def widened(rows: NDArray[np.void], dtype: np.dtype[np.void]) -> NDArray[np.void]:
    """Rows of an older layout in today's; columns that are new hold 0."""
    if rows.dtype == dtype:
        return rows
    assert rows.dtype.names is not None, "rows need named columns"
    made = np.zeros(len(rows), dtype)
    for name in rows.dtype.names:
        made[name] = rows[name]
    return made


class Layouts:
    """The layouts in which rows of a book were ever packed, by digest."""

    def __init__(self, found: Sequence[tuple[bytes, str]]) -> None:
        """Take them as the book keeps them."""
        self.columns: dict[bytes, dict[str, Any]] = {bytes(digest): json.loads(text) for digest, text in found}
        self.dtypes: dict[tuple[bytes, str], np.dtype[np.void]] = {}

    def rows(self, layout: bytes, name: str, data: bytes, dtype: np.dtype[np.void]) -> NDArray[np.void]:
        """Packed rows of a fact, or of commands, in today's layout."""
        made = self.dtypes.get((layout, name))
        if made is None:
            made = self.dtypes[layout, name] = dtype_of(self.columns[layout][name])
        # A copy that may be written to: kernels are compiled for such arrays, and replay gives numbers anew.
        return widened(np.frombuffer(bytearray(data), made), dtype)

    def batch(self, layout: bytes, data: tuple[bytes, bytes] | None) -> Batch | None:
        """Packed commands and their lines."""
        if data is None:
            return None
        commands = self.rows(layout, COMMANDS, data[0], COMMAND)
        return Batch(commands, self.rows(layout, LINES, data[1], LINE))

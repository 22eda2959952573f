"""What is sealed with a tick but stands outside the bytes that gates compare.

The commands that were admitted, so that the tick can be decided again; when it was sealed, by which code, under which
policy; the moves of stock; and rows of side tables: what the doors need to remember (names, keys, answers, personal
records), in the transaction of what it belongs to. Commands, code, policy and instant are under the seal; rows of
side tables are not, for they may be erased.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.world.commands import Batch

Row = tuple[Any, ...]
"""Python values of one row, in the order of its columns."""
Key = tuple[Any, ...]
"""Python values of the columns that name a row, in the order of `Side.key`."""

DIGEST_BYTES = 16
"""Of the digests of code and policy."""
NO_DIGEST = bytes(DIGEST_BYTES)


class Side(NamedTuple):
    """A declared side table.

    Columns are "text", "int" (64 bits, signed), "bytes" or "json" (any value that JSON can say); a text may not hold
    the character U+0000. A column `tenant` says whose row it is. New columns are only ever added, at the end.
    """

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        return tuple(name for name, _ in self.columns)


class SidePut(NamedTuple):
    """Rows of a side table, new or in place of those with their key."""

    side: Side
    rows: Sequence[Row]


class SideEnd(NamedTuple):
    """Keys of rows that end; one that is not there is no fault."""

    side: Side
    keys: Sequence[Key]


class Beside(NamedTuple):
    """What is sealed beside the facts of a tick. Ends are taken before puts; of two puts of a key the later holds."""

    commands: Batch | None  # None: a timer, or the opening
    actual_us: int  # wall instant of sealing
    code: bytes  # digest of the code that decided, 16 bytes
    policy: bytes  # digest of the network and policy in force, 16 bytes
    puts: tuple[SidePut, ...] = ()
    ends: tuple[SideEnd, ...] = ()
    postings: NDArray[np.void] | None = None  # world.stock.POSTING, by operate.postings.postings


class Envelope(NamedTuple):
    """Of a sealed tick: when, by which code, under which policy."""

    actual_us: int
    code: bytes
    policy: bytes

"""Whole columns on their way to PostgreSQL, as its own binary arrays: one value of a query for many rows.

The layout (dimensions, flags, type, length, first index, then each element behind its length, all big-endian) is that
of PostgreSQL's `array_send`; https://www.postgresql.org/docs/18/protocol-overview.html says that such formats may
change between versions, and this one has not since 7.4.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from psycopg import pq
from psycopg.abc import AdaptContext, DumperKey, PyFormat

INT8, BYTEA, TEXT = 20, 17, 25
HEAD: Final = struct.Struct(">iiIii")
LENGTH: Final = struct.Struct(">i")
EMPTY: Final = struct.Struct(">iiI")
COPY_HEAD_BYTES: Final = 19
COPY_TAIL_BYTES: Final = 2
ELEMENT: Final = {"int": INT8, "bytes": BYTEA, "text": TEXT, "json": TEXT}


class Int8Array(NamedTuple):
    """An array of integers of 64 bits."""

    data: bytes


class ByteaArray(NamedTuple):
    """An array of bytes."""

    data: bytes


class TextArray(NamedTuple):
    """An array of texts."""

    data: bytes


Array = Int8Array | ByteaArray | TextArray
ARRAYS: Final[dict[int, type[Array]]] = {
    INT8: Int8Array,
    BYTEA: ByteaArray,
    TEXT: TextArray,
}
ARRAY_OIDS: Final[dict[type, int]] = {Int8Array: 1016, ByteaArray: 1001, TextArray: 1009}


class ArrayDumper:
    """Implements `psycopg.abc.Dumper` for what is already in PostgreSQL's own bytes."""

    format = pq.Format.BINARY
    oid = 0  # of the class; each value's type has its own

    def __init__(self, cls: type, context: AdaptContext | None = None) -> None:  # noqa: ARG002 - psycopg's
        """Know the type of the array."""
        self.cls = cls
        self.oid = ARRAY_OIDS[cls]

    def dump(self, obj: Any) -> bytes:
        """The bytes."""
        data: bytes = obj.data
        return data

    def quote(self, obj: Any) -> bytes:
        """Never asked for: values travel beside the query."""
        raise NotImplementedError(f"an array of {len(obj.data)} bytes is never written into a query")

    def get_key(self, obj: Any, format: PyFormat) -> DumperKey:  # noqa: A002, ARG002 - psycopg's
        """One dumper serves all values of a class."""
        return self.cls

    def upgrade(self, obj: Any, format: PyFormat) -> ArrayDumper:  # noqa: A002, ARG002 - psycopg's
        """There is none better."""
        return self


def int_array(values: NDArray[np.integer[Any]]) -> Int8Array:
    """Integers [n]."""
    if not len(values):
        return Int8Array(EMPTY.pack(0, 0, INT8))
    made = np.empty(len(values), [("length", ">i4"), ("value", ">i8")])
    made["length"], made["value"] = 8, values
    return Int8Array(HEAD.pack(1, 0, INT8, len(values), 1) + made.tobytes())


def packed_array(rows: NDArray[np.void]) -> ByteaArray:
    """Packed rows [n], each as bytes."""
    made = np.empty(len(rows), [("length", ">i4"), ("row", rows.dtype)])
    made["length"], made["row"] = rows.dtype.itemsize, rows
    return ByteaArray(HEAD.pack(1, 0, BYTEA, len(rows), 1) + made.tobytes())


def column_array(kind: str, values: Sequence[Any]) -> Array:
    """A declared column of Python values; None is null."""
    element = ELEMENT[kind]
    if kind == "int" and None not in values:
        return int_array(np.array(values, np.int64))
    parts = [HEAD.pack(1, 0 if None not in values else 1, element, len(values), 1)]
    for value in values:
        if value is None:
            parts.append(LENGTH.pack(-1))
            continue
        data = bytes_of(kind, value)
        parts.append(LENGTH.pack(len(data)))
        parts.append(data)
    return ARRAYS[element](b"".join(parts))


def bytes_of(kind: str, value: Any) -> bytes:
    """One value in PostgreSQL's own bytes."""
    if kind == "int":
        return struct.pack(">q", value)
    return value.encode() if isinstance(value, str) else bytes(value)


def from_copy(data: bytes) -> NDArray[np.uint8]:
    """Packed rows, one after the other, out of a binary COPY of a single column whose values are all of one length."""
    body = memoryview(data)[COPY_HEAD_BYTES : len(data) - COPY_TAIL_BYTES]
    if not len(body):
        return np.zeros(0, np.uint8)
    (size,) = LENGTH.unpack(body[2:6])
    rows = np.frombuffer(body, [("fields", ">i2"), ("length", ">i4"), ("row", f"V{size}")])
    assert (rows["length"] == size).all(), "packed rows of a table have one length"
    return np.ascontiguousarray(rows["row"]).view(np.uint8)

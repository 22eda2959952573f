"""A file of one saved state: a header that says what it is, a tree of plain values, and arrays as they lie in memory.

    bytes 0 to 15    "firstbest state" and a line feed
    16 to 23         length of the header in bytes, little end first
    then             the header: JSON, as `Header`
    then             the arrays one after the other, C order, little end first

Nothing in it is code and nothing is run by reading it: the tree holds numbers, texts and lists, and says of an array
only which it is. The header names a digest of the arrays: a bit that a disk or a copy turned over would go on unseen.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

MAGIC = b"firstbest state\n"
VERSION = 2
Array = NDArray[np.generic]


class StateFaulty(Exception):  # noqa: N818 - it says what is wrong with the file
    """The file is not a state, or not one that can be gone on from here. Says what was expected and what was found."""


class Told(msgspec.Struct, frozen=True):
    """An array: its type as NumPy writes it (a text, or name and text of each column), and its shape."""

    kind: str | list[tuple[str, str]]
    shape: tuple[int, ...]


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What the state is of."""

    version: int
    code: str  # digest of the source that went so far
    world: str  # digest of what is rehearsed
    run: dict[str, Any]  # how it was asked for
    instant: int  # microseconds since the epoch
    tree: Any
    arrays: list[Told]
    digest: str = ""  # of the arrays, as they lie in the file


def write_state(path: Path, header: Header, arrays: Sequence[Array]) -> None:
    """Write a state; what stood at `path` is replaced once all is on disk."""
    digest = blake2b(digest_size=16)
    for each in arrays:
        digest.update(_bytes(each))
    made = msgspec.structs.replace(header, arrays=[told(each) for each in arrays], digest=digest.hexdigest())
    head = msgspec.json.encode(made)
    half = path.with_name(f"{path.name}.part")
    with half.open("wb") as file:
        file.write(MAGIC)
        file.write(len(head).to_bytes(8, "little"))
        file.write(head)
        for each in arrays:
            file.write(_bytes(each))
        file.flush()
        os.fsync(file.fileno())
    half.replace(path)


def _bytes(array: Array) -> memoryview:
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def told(array: Array) -> Told:
    """The type and the shape of an array."""
    kind: Any = array.dtype.str if array.dtype.names is None else [(name, code) for name, code, *_ in array.dtype.descr]
    return Told(kind, array.shape)


def read_header(path: Path) -> tuple[Header, int]:
    """The header, and where the arrays begin; raises `StateFaulty`."""
    try:
        with path.open("rb") as file:
            start = file.read(len(MAGIC) + 8)
            if not start.startswith(MAGIC):
                raise StateFaulty(f"{path}: expected a state of a rehearsal, found a file that does not begin like one")
            size = int.from_bytes(start[len(MAGIC) :], "little")
            there = path.stat().st_size - len(start)
            if size > there:
                raise StateFaulty(f"{path}: expected a header of {size} bytes, found the end of the file after {there}")
            head = file.read(size)
    except OSError as failure:
        raise StateFaulty(f"{path}: expected a state of a rehearsal, found {failure.strerror or failure}") from failure
    try:
        version = msgspec.json.decode(head, type=dict[str, Any]).get("version")
        if version != VERSION:
            raise StateFaulty(f"{path}: expected a state of version {VERSION}, found version {version}")
        return msgspec.json.decode(head, type=Header), len(start) + size
    except msgspec.MsgspecError as failure:
        raise StateFaulty(f"{path}: expected the header of a state, found {failure}") from failure


def read_arrays(path: Path, header: Header, begin: int) -> list[Array]:
    """The arrays, each in memory of its own; raises `StateFaulty` where the file ends too soon."""
    found, digest = [], blake2b(digest_size=16)
    with path.open("rb") as file:
        file.seek(begin)
        for each in header.arrays:
            kind = np.dtype(each.kind)
            array = np.empty(each.shape, kind)
            room = array.reshape(-1).view(np.uint8)
            if file.readinto(room.data) != room.nbytes:
                raise StateFaulty(f"{path}: expected {room.nbytes} bytes of an array, found the end of the file")
            digest.update(room.data)
            found.append(array)
        if file.read(1):
            raise StateFaulty(f"{path}: expected the end of the file after the last array, found more")
    if digest.hexdigest() != header.digest:
        raise StateFaulty(
            f"{path}: expected arrays of digest {header.digest}, found {digest.hexdigest()}: it was changed"
        )
    return found

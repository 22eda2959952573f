"""Records of the billing book as bytes: the same value gives the same bytes, and the bytes give the value again.

A value is made of the declared tuples and lists of `rent`, texts, whole numbers, exact fractions, tuples and mappings.
Each tuple is written under the name of its type, mappings in the order of their keys' bytes. Types are found in a
closed list, so reading a record runs no code that is not here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from fractions import Fraction
from typing import Any, Final

import msgspec

_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder()
_TUPLE: Final = ""
_MAPPING: Final = "{}"
_FRACTION: Final = "/"
_LARGE: Final = "#"


class Unreadable(ValueError):  # noqa: N818 - it names a state of the bytes
    """The bytes are no record of this version."""


class Codec:
    """Writes and reads values made of the types it is given."""

    def __init__(self, types: tuple[type, ...]) -> None:
        """`types`: named tuples and enumerations, by their names."""
        self._types = {each.__name__: each for each in types}
        assert len(self._types) == len(types), "every type needs a name of its own"

    def pack(self, value: Any) -> bytes:
        """The bytes of a value."""
        return _ENCODER.encode(self._plain(value))

    def unpack(self, data: bytes) -> Any:
        """The value of the bytes. Raises `Unreadable`."""
        try:
            return self._typed(_DECODER.decode(data))
        except (msgspec.DecodeError, KeyError, TypeError, ValueError) as wrong:
            raise Unreadable(f"expected a record of this version, found other bytes: {wrong}") from None

    def _plain(self, value: Any) -> Any:
        if value is None or isinstance(value, str | bytes | bool):
            return value
        if isinstance(value, IntEnum):
            return [self._name(type(value)), int(value)]
        if isinstance(value, int):
            return int(value) if -(2**63) <= value < 2**64 else [_LARGE, str(value)]
        if isinstance(value, Fraction):
            return [_FRACTION, str(value.numerator), str(value.denominator)]
        if isinstance(value, Mapping):
            pairs = [[self._plain(key), self._plain(each)] for key, each in value.items()]
            return [_MAPPING, *sorted(pairs, key=lambda pair: _ENCODER.encode(pair[0]))]
        assert isinstance(value, tuple), f"no type of a record: {type(value).__name__}"
        name = self._name(type(value)) if hasattr(value, "_fields") else _TUPLE
        return [name, *map(self._plain, value)]

    def _name(self, kind: type) -> str:
        assert self._types.get(kind.__name__) is kind, f"{kind.__name__} is not in the list of types"
        return kind.__name__

    def _typed(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        name, *rest = value
        if name == _MAPPING:
            return {self._typed(key): self._typed(each) for key, each in rest}
        if name == _FRACTION:
            return Fraction(int(rest[0]), int(rest[1]))
        if name == _LARGE:
            return int(rest[0])
        if name == _TUPLE:
            return tuple(map(self._typed, rest))
        kind = self._types[name]
        return kind(*map(self._typed, rest))

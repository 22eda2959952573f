"""The books after the last closing as bytes, so that the next closing need not compute them again.

They are a convenience and not evidence: everything in them follows from the chained records, and a replay does not look
at them. They are written by Python's pickler because they are large and read often; the reader knows a closed list of
inert types and refuses any other, so it runs no code that is not here.
"""

from __future__ import annotations

import io
import pickle
from fractions import Fraction
from typing import Any, Final

from firstbest.store.usage_book import BillingError

PROTOCOL: Final = 5


class _Writer(pickle.Pickler):
    """Fractions by their two numbers: quicker than by their text."""

    def reducer_override(self, value: Any) -> Any:
        """How a fraction is written."""
        return (Fraction, (value.numerator, value.denominator)) if type(value) is Fraction else NotImplemented


class _Reader(pickle.Unpickler):
    """Finds types in a closed list only."""

    def __init__(self, data: bytes, types: dict[tuple[str, str], type]) -> None:
        super().__init__(io.BytesIO(data))
        self._types: Final = types

    def find_class(self, module: str, name: str) -> Any:
        """A type of the list."""
        found = self._types.get((module, name))
        if found is None:
            raise pickle.UnpicklingError(f"a type of the list, was {module}.{name}")
        return found


def written(value: object) -> bytes:
    """The bytes of a value."""
    file = io.BytesIO()
    _Writer(file, PROTOCOL).dump(value)
    return file.getvalue()


def read(data: bytes, types: tuple[type, ...]) -> Any:
    """The value of the bytes, made of these types and fractions. Raises `BillingError`."""
    known = {(each.__module__, each.__qualname__): each for each in (*types, Fraction)}
    try:
        return _Reader(data, known).load()
    except (pickle.UnpicklingError, EOFError, AttributeError, TypeError, ValueError, IndexError) as wrong:
        raise BillingError(f"the billing book's working state cannot be read: expected {wrong}") from None

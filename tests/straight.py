"""Calling with a look what elsewhere is called without: a kernel of one signature that is given anything else fails."""

from __future__ import annotations

from typing import Any

import numba

from firstbest.kernels.compiled import Straight

way_straight = Straight.__call__
"""The call as it is elsewhere."""
seen: dict[Straight, tuple[Any, ...]] = {}


def looked(self: Straight, *given: Any) -> Any:
    """Call the kernel as Numba does, and hold its callers to the types of its first call."""
    types = tuple(map(numba.typeof, given))
    first = seen.setdefault(self, types)
    assert types == first, f"kernel '{self.kernel.__name__}' goes straight with {first}, was given {types}"
    return self.kernel(*given)

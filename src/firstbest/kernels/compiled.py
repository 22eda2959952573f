"""How a kernel is compiled: once, cached on disk beside its file, without the interpreter's lock.

Floating-point arithmetic stays in the order in which it is written: the same seed gives the same bytes.
A kernel that is called by kernels of other files is compiled into their caches too; when it changes, touch them.

Where one kernel calls another, Numba compiles the callee anew for each constant and each width of integer that it is
called with. Ours take all signed integers as 64 bits and constants as plain numbers, so each is compiled once: that
halves the time of the first run.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
from numba.core import types

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def compiled(kernel: _Kernel) -> _Kernel:
    """The function as machine code, with the types that it declares."""
    dispatcher = numba.njit(cache=True, nogil=True)(kernel)
    narrow = dispatcher.get_call_template

    def wide(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        return narrow(tuple(_widened(arg) for arg in args), {name: _widened(arg) for name, arg in kws.items()})

    dispatcher.get_call_template = wide
    return cast("_Kernel", dispatcher)


def _widened(kind: Any) -> Any:
    """The type as which an argument of a call between kernels is passed."""
    kind = types.unliteral(kind)
    if isinstance(kind, types.Integer) and kind.signed and kind.bitwidth < types.int64.bitwidth:
        return types.int64
    if isinstance(kind, types.BaseTuple) and not isinstance(kind, types.BaseNamedTuple):
        return types.Tuple([_widened(part) for part in kind])
    return kind

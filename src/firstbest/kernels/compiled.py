"""How a kernel is compiled: once, cached on disk, without the interpreter's lock.

Floating-point arithmetic stays in the order in which it is written: the same seed gives the same bytes.

Numba counts references to every array that a kernel touches, by an atomic step for each call, slice and record: a
ninth of a year's time. A kernel that makes no array and hands none back only borrows those of its caller and counts
nothing, so that is what `compiled` makes of it; one that does make arrays says so (`makes_arrays`), or does not
compile. Only such a kernel may call another such (a tidy test sees to it), since what it is handed is counted too.

Two things keep the first run short. Where one kernel calls another, Numba would compile the callee anew for each
constant and each width of integer; ours take all signed integers as 64 bits and constants as plain numbers, so each
is compiled once. And a kernel that is called by kernels needs no way in from the interpreter, which for arguments of
many arrays is most of its code: such a call goes to a second dispatcher that makes none.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, TypeVar, cast

import numba
from numba.core import caching, types

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def makes_arrays(kernel: _Kernel) -> _Kernel:
    """Mark a kernel that makes arrays or hands some back; stands below `compiled`."""
    kernel.makes_arrays = True  # type: ignore[attr-defined]
    return kernel


def written_in(kernel: _Kernel) -> _Kernel:
    """Mark a kernel that is written out in each kernel that calls it; stands below `compiled`.

    A call hands over every array of its named tuples, word by word: hundreds of words, more than many a kernel does.
    """
    kernel.written_in = True  # type: ignore[attr-defined]
    return kernel


def compiled(kernel: _Kernel) -> _Kernel:
    """The function as machine code, with the types that it declares."""
    marked = hasattr(kernel, "makes_arrays")
    jit: Any = partial(numba.njit, nogil=True, _nrt=marked)
    from_python = jit()(kernel)
    from_python._cache = _cache_of(kernel, "whole")  # noqa: SLF001
    inside = hasattr(kernel, "written_in")
    from_kernels = jit(no_cpython_wrapper=True, no_cfunc_wrapper=True, forceinline=inside)(kernel)
    from_kernels._cache = _cache_of(kernel, "part")  # noqa: SLF001
    if not marked:
        _forbid_arrays_back(from_python)
        _forbid_arrays_back(from_kernels)
    narrow = from_kernels.get_call_template

    def wide(args: tuple[Any, ...], kws: dict[str, Any]) -> Any:
        return narrow(tuple(_widened(arg) for arg in args), {name: _widened(arg) for name, arg in kws.items()})

    from_python.get_call_template = wide
    from_python.get_overload = from_kernels.get_overload
    from_python.get_compile_result = from_kernels.get_compile_result
    return cast("_Kernel", from_python)


class Straight:
    """A kernel's way in without a look at the types of what it is given: those of its first call hold for all.

    To tell the types of named tuples of arrays, Numba writes them out at each call, which takes longer than many a
    kernel: a fifteenth of a year's time. This is for kernels that are given the same types by every caller, arrays in
    one piece among them: nothing else would be noticed, but by the tests, which look each time (tests/conftest.py). And
    for kernels that no kernel calls.
    """

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.way_in: Any = None

    def __call__(self, *given: Any) -> Any:
        """Call the kernel."""
        if self.way_in is not None:
            return self.way_in(*given)
        answer = self.kernel(*given)
        found = self.kernel.overloads.get(tuple(map(numba.typeof, given)))
        self.way_in = found and found.entry_point
        return answer


def straight(kernel: _Kernel) -> _Kernel:
    """The kernel for callers who all give it the same types; stands above `compiled`."""
    return cast("_Kernel", Straight(kernel))


def _forbid_arrays_back(dispatcher: Any) -> None:
    """Have the kernel's compiling fail where it would hand back an array whose references nobody counted."""
    compile_for = dispatcher.compile

    def checked(types_given: Any) -> Any:
        made = compile_for(types_given)
        for found in dispatcher.overloads.values():
            back = found.signature.return_type
            assert not _holds_array(back), f"kernel '{dispatcher.__name__}' hands back {back}: it needs @makes_arrays"
        return made

    dispatcher.compile = checked


def _holds_array(kind: Any) -> bool:
    """Whether a type is an array, or a tuple with one in it."""
    kinds: Any = types
    return isinstance(kind, kinds.Array) or (isinstance(kind, kinds.BaseTuple) and any(map(_holds_array, kind)))


def _cache_of(kernel: Callable[..., Any], ending: str) -> Any:
    """A cache of the kernel under a name of its own."""
    known: Any = caching
    cache = known.FunctionCache(kernel)
    found = cache._impl  # noqa: SLF001 - Numba has no public way to name a cache
    base = f"{found.filename_base}-{ending}"
    kept = known.IndexDataCacheFile(
        cache_path=cache._cache_path,  # noqa: SLF001
        filename_base=base,
        source_stamp=found.locator.get_source_stamp(),
    )
    kept._data_name_pattern = f"{base}.{{number:d}}{getattr(found.locator, 'writer', '')}.nbc"  # noqa: SLF001
    cache._cache_file = kept  # noqa: SLF001
    return cache


def _widened(given: Any) -> Any:
    """The type as which an argument of a call between kernels is passed."""
    kinds: Any = types
    kind = kinds.unliteral(given)
    if isinstance(kind, kinds.Integer) and kind.signed and kind.bitwidth < kinds.int64.bitwidth:
        return kinds.int64
    if isinstance(kind, kinds.BaseTuple) and not isinstance(kind, kinds.BaseNamedTuple):
        return kinds.Tuple([_widened(part) for part in kind])
    return kind

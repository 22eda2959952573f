"""Asking memory for a row some time before it is needed, so that nobody waits for it.

Where rows lie in the order in which they were given back, the processor cannot guess the next one, and waits for it as
long as for a hundred steps of arithmetic. A kernel that knows which row comes next asks for it and goes on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

MACHINE: Any = cgutils
READ, KEEP, DATA = 0, 3, 1
"""What the processor is told: the row will be read, soon and again, and it is no code."""


def _instruction(made: Callable[..., Any]) -> Callable[[NDArray[Any], int], None]:
    """An instruction of the machine's own, as kernels call it."""
    return cast("Callable[[NDArray[Any], int], None]", intrinsic(made))


@_instruction
def near(context: Any, rows: Any, index: Any) -> Any:
    """Ask for row `index` of an array; in vain it costs nothing, also where there is no such row."""
    return types.none(rows, types.int64), _asked


def _asked(context: Any, builder: Any, signature: Any, given: Any) -> Any:
    """The machine's own instruction (llvm.prefetch)."""
    ir = MACHINE.ir
    array = context.make_array(signature.args[0])(context, builder, given[0])
    byte, word = ir.IntType(8).as_pointer(), ir.IntType(32)
    first = builder.ptrtoint(array.data, ir.IntType(64))
    stride = builder.extract_value(array.strides, 0)
    place = builder.inttoptr(builder.add(first, builder.mul(given[1], stride)), byte)
    kind = ir.FunctionType(ir.VoidType(), [byte, word, word, word])
    prefetch = MACHINE.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    builder.call(prefetch, [place, word(READ), word(KEEP), word(DATA)])
    return context.get_dummy_value()

"""Rules below the line: what decides holds no clock, no I/O, no randomness, no arithmetic out of order."""

import ast
from collections.abc import Iterator

from tests.tidy.sources import Offence, Source

ROOMS = ("world", "kernels", "decide", "operate", "rent", "flywheel", "mechanisms")
# Built-ins that do I/O, or whose answer differs between processes.
_BANNED_CALLS = frozenset({"open", "print", "input", "hash", "id", "breakpoint", "exec", "eval"})
_BANNED_ENDS = (
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "monotonic"),
    ("time", "perf_counter"),
    ("np", "random"),
    ("numpy", "random"),
)
_BANNED_OPTIONS = frozenset({"fastmath", "parallel"})


def impure(file: Source) -> Iterator[Offence]:
    """Reads of a clock, draws, I/O and unordered arithmetic in the rooms below the line."""
    if not file.path.startswith(tuple(f"src/firstbest/{room}/" for room in ROOMS)):
        return
    for node in ast.walk(file.tree):
        for found in _found(node):
            yield Offence("impure", f"{file.path}::{found}", 1, f"line {getattr(node, 'lineno', 1)}: {found}")


def _found(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Attribute):
        owner = node.value
        left = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
        if (left, node.attr) in _BANNED_ENDS:
            yield f"{left}.{node.attr}"
    elif isinstance(node, ast.ImportFrom):
        names = {alias.name for alias in node.names}
        if node.module == "numpy.random" or (node.module == "numpy" and "random" in names):
            yield "numpy.random"
    elif isinstance(node, ast.Import):
        yield from ("numpy.random" for alias in node.names if alias.name == "numpy.random")
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in _BANNED_CALLS:
            yield f"{node.func.id}()"
        yield from (f"{option.arg}=" for option in node.keywords if option.arg in _BANNED_OPTIONS and _is_on(option))


def _is_on(option: ast.keyword) -> bool:
    return not (isinstance(option.value, ast.Constant) and option.value.value is False)

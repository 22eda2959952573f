"""Purity by reading: what the source of a package may not do if it is to decide, price, shift nature or meter.

It holds no clock, no file, no process, no draw, nothing that differs between two processes, and it remembers nothing
from one call to the next. The rules are those of the house's own rooms below the line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

BANNED: Final = frozenset(
    {
        "apsw", "asyncio", "ctypes", "datetime", "glob", "http", "io", "multiprocessing", "os", "pathlib", "pickle",
        "random", "requests", "secrets", "shutil", "signal", "socket", "sqlite3", "subprocess", "sys", "tempfile",
        "threading", "time", "urllib", "uuid", "zoneinfo",
    }
)  # fmt: skip
"""Modules that hold a clock, do I/O, draw, or reach into the process."""
CALLS: Final = frozenset(
    {
        "open",
        "print",
        "input",
        "hash",
        "id",
        "breakpoint",
        "exec",
        "eval",
        "compile",
        "__import__",
        "globals",
        "setattr",
    }
)
"""Built-ins that do I/O, run text, or answer otherwise in another process."""


def impurities(path: Path, name: str) -> Iterator[str]:
    """Each with its file and line: `riverbend/waves.py, line 7: import time`."""
    for node in ast.walk(ast.parse(path.read_bytes(), filename=name)):
        for found in _found(node):
            yield f"{name}, line {getattr(node, 'lineno', 1)}: {found}"


def _found(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (f"import {each.name}" for each in node.names if _banned(each.name))
    elif isinstance(node, ast.ImportFrom):
        module = node.module or ""
        names = [each.name for each in node.names]
        if _banned(module) or (module == "numpy" and "random" in names):
            yield f"from {module} import {', '.join(names)}"
    elif isinstance(node, ast.Global | ast.Nonlocal):
        yield f"{'global' if isinstance(node, ast.Global) else 'nonlocal'} {', '.join(node.names)}"
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CALLS:
        yield f"{node.func.id}()"
    elif isinstance(node, ast.Attribute) and node.attr == "random" and getattr(node.value, "id", "") in ("np", "numpy"):
        yield f"{getattr(node.value, 'id', '')}.random"


def _banned(module: str) -> bool:
    return (
        module.partition(".")[0] in BANNED or module in ("numpy.random", "importlib") or "random" in module.split(".")
    )

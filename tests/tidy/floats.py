"""The rule that choices are made on integers: no float arithmetic in the rooms that decide.

Floats may differ in their last place between processors, and a choice between two of them with it. Below `operate` a
score that has to be a float would be rounded to a stated grid before it is compared; so far no score is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.tidy.sources import Offence, Source

ROOMS = ("src/firstbest/decide/", "src/firstbest/operate/")
FLOATING = frozenset({"float64", "float32", "sqrt", "exp", "log", "log1p", "power", "float"})
EXACT = {
    # One division and one square root of integers, each correctly rounded everywhere (IEEE 754), then to whole
    # millimetres: no last place is left to differ.
    "src/firstbest/operate/billing_basis.py": 2,
}


def floats(file: Source) -> Iterator[Offence]:
    """Places of a file that make or handle floats, beyond those that are known to be exact."""
    if not file.path.startswith(ROOMS):
        return
    found = [(node, said) for node in ast.walk(file.tree) if (said := _floating(node))]
    if len(found) > EXACT.get(file.path, 0):
        for node, said in found:
            line = getattr(node, "lineno", 0)
            yield Offence("floats", f"{file.path}:{line}", 1, f"{said}: choices are made on integers")


def _floating(node: ast.AST) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, float):
        return f"the number {node.value}"
    if isinstance(node, ast.BinOp | ast.AugAssign) and isinstance(node.op, ast.Div):
        return "a division with /"
    if isinstance(node, ast.Attribute) and node.attr in FLOATING:
        return node.attr
    if isinstance(node, ast.Name) and node.id in FLOATING and isinstance(node.ctx, ast.Load):
        return node.id
    return ""

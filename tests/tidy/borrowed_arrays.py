"""The rule that a kernel which counts no references calls none that makes arrays.

An array that such a kernel was handed back by another would never be freed. `makes_arrays` marks the
kernels that make arrays; whatever calls one of them must be marked too. (That an unmarked kernel makes none itself and
hands none back is seen when it is compiled.)
"""

import ast
from collections.abc import Iterator

from tests.tidy.kernel_globals import Modules, kernels, names_read
from tests.tidy.sources import Function, Offence, Source


def unmarked(file: Source, modules: Modules) -> Iterator[Offence]:
    """Kernels of a file that call one that makes arrays, and do not say that they do."""
    for name, node in kernels(file):
        if is_marked(node):
            continue
        for read in sorted(names_read(node)):
            if _is_maker(file.tree, read, modules):
                text = f"calls {read!r}, which makes arrays, and is not marked so itself"
                yield Offence("borrowed_arrays", f"{file.path}::{name}::{read}", 1, text)


def is_marked(node: Function) -> bool:
    """Whether a function is marked as a kernel that makes arrays."""
    return any(isinstance(decorator, ast.Name) and decorator.id == "makes_arrays" for decorator in node.decorator_list)


def _is_maker(tree: ast.Module, name: str, modules: Modules) -> bool:
    for statement in tree.body:
        if isinstance(statement, ast.FunctionDef) and statement.name == name:
            return is_marked(statement)
        if isinstance(statement, ast.ImportFrom) and statement.module in modules:
            origin = [alias.name for alias in statement.names if (alias.asname or alias.name) == name]
            if origin:
                return _is_maker(modules[statement.module], origin[0], modules)
    return False

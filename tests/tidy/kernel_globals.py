"""The rule that a kernel reads no module global that could change.

Numba freezes a global when it compiles and caches the result, so a changed global is silently ignored. A kernel may
name upper-case integer constants, functions, other kernels, classes (named tuples, enums), and numpy, numba and math.
An import from the package is followed to the module that binds the name.
"""

import ast
import builtins
import re
from collections.abc import Iterable, Iterator, Mapping

from tests.tidy.sources import Function, Offence, Source, functions

_COMPILES = re.compile(r"(?:jit|kernel|vectorize|compiled?)$")
_INTEGER_TYPE = re.compile(r"^(?:u?int\d*|[A-Z]\w*)$")
_NUMERIC = frozenset({"numpy", "numba", "math"})
_BUILTINS = frozenset(dir(builtins))

Modules = Mapping[str, ast.Module]


def modules_of(files: Iterable[Source]) -> dict[str, ast.Module]:
    """Dotted name to syntax tree, for the files of the package."""
    found = {}
    for file in files:
        if file.path.startswith("src/"):
            dotted = file.path.removeprefix("src/").removesuffix(".py").replace("/", ".")
            found[dotted.removesuffix(".__init__")] = file.tree
    return found


def kernels(file: Source) -> list[tuple[str, Function]]:
    """The compiled functions of a file: under a compiling decorator, or handed to one at the top of the module."""
    return [(name, node) for name, node in functions(file.tree) if _is_kernel(name, node, file.tree)]


def unfrozen(file: Source, modules: Modules) -> Iterator[Offence]:
    """Globals that a kernel reads and may not."""
    for name, node in kernels(file):
        for read in sorted(names_read(node)):
            fault = _fault(file.tree, read, modules)
            if fault:
                yield Offence("kernel_global", f"{file.path}::{name}::{read}", 1, f"reads {read!r}: {fault}")


def _is_kernel(name: str, node: Function, tree: ast.Module) -> bool:
    if any(_compiles(decorator) for decorator in node.decorator_list):
        return True
    calls = [statement.value for statement in tree.body if isinstance(statement, ast.Assign)]
    return any(
        isinstance(call, ast.Call) and _compiles(call.func) and any(_name_of(given) == name for given in call.args)
        for call in calls
    )


def _compiles(node: ast.expr) -> bool:
    while isinstance(node, ast.Call):
        node = node.func
    return bool(_COMPILES.search(_name_of(node)))


def _name_of(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def names_read(kernel: Function) -> set[str]:
    """Names, or `module.name`, that are read in the body and bound nowhere in it; annotations do not count."""
    bound, read = set[str](), set[str]()
    pending: list[ast.AST] = [kernel.args, *kernel.body]
    while pending:
        node = pending.pop()
        children = list(ast.iter_child_nodes(node))
        if isinstance(node, ast.arg):
            bound.add(node.arg)
            children = []
        elif isinstance(node, ast.FunctionDef):
            bound.add(node.name)
            children = [node.args, *node.body]
        elif isinstance(node, ast.AnnAssign):
            children.remove(node.annotation)
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            read.add(f"{node.value.id}.{node.attr}")
            children = []
        elif isinstance(node, ast.Name):
            (read if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        pending.extend(children)
    return {name for name in read if name.partition(".")[0] not in bound | _BUILTINS}


def _fault(tree: ast.Module, read: str, modules: Modules) -> str:
    """Why a kernel may not read this name; empty if it may."""
    name, _, member = read.partition(".")
    for statement in reversed(tree.body):
        if isinstance(statement, ast.FunctionDef | ast.ClassDef) and statement.name == name:
            return ""
        if isinstance(statement, ast.Import):
            fault = _import_fault(statement, name)
        elif isinstance(statement, ast.ImportFrom):
            fault = _import_from_fault(statement, name, member, modules)
        else:
            fault = _assignment_fault(statement, name)
        if fault is not None:
            return fault
    return "not bound at the top of its module"


def _import_fault(statement: ast.Import, name: str) -> str | None:
    for alias in statement.names:
        if (alias.asname or alias.name.partition(".")[0]) == name:
            return "" if alias.name.partition(".")[0] in _NUMERIC else f"a module, {alias.name}"
    return None


def _import_from_fault(statement: ast.ImportFrom, name: str, member: str, modules: Modules) -> str | None:
    alias = next((alias for alias in statement.names if (alias.asname or alias.name) == name), None)
    if alias is None:
        return None
    origin = statement.module or ""
    if origin.partition(".")[0] in _NUMERIC:
        return ""
    if f"{origin}.{alias.name}" in modules:
        return _fault(modules[f"{origin}.{alias.name}"], member, modules)
    if origin in modules:
        return _fault(modules[origin], alias.name, modules)
    return f"imported from {origin}"


def _assignment_fault(statement: ast.stmt, name: str) -> str | None:
    if isinstance(statement, ast.Assign):
        targets, value = statement.targets, statement.value
    elif isinstance(statement, ast.AnnAssign) and statement.value:
        targets, value = [statement.target], statement.value
    else:
        return None
    if name not in {_name_of(target) for target in targets}:
        return None
    if isinstance(value, ast.Call) and _compiles(value.func):
        return ""
    if name != name.upper():
        return "a module variable"
    return "" if _is_integer(value) else "not an integer constant"


def _is_integer(value: ast.expr) -> bool:
    """Whether an expression is made of whole numbers, upper-case names and integer types only."""
    if isinstance(value, ast.Constant):
        return isinstance(value.value, int)
    if isinstance(value, ast.UnaryOp):
        return _is_integer(value.operand)
    if isinstance(value, ast.BinOp):
        whole = not isinstance(value.op, ast.Div)
        return whole and _is_integer(value.left) and _is_integer(value.right)
    if isinstance(value, ast.Call):
        typed = bool(_INTEGER_TYPE.match(_name_of(value.func)))
        return typed and len(value.args) == 1 and not value.keywords and _is_integer(value.args[0])
    # An upper-case name in the sum is judged where it is bound, by this same rule, if a kernel reads it.
    named = _name_of(value)
    return named != "" and named == named.upper()

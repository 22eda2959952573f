"""Rules of shape: how long, how deep, how many, how named, and is it described."""

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from tests.tidy.sources import Function, Offence, Source, functions

FUNCTION_LINES_MAX = 60
FILE_LINES_MAX = 400
NESTING_MAX = 3
ARGUMENTS_MAX = 6
# Rooms and files are named for what is done in them; these names say nothing.
BANNED_NAMES = frozenset({"utils", "util", "helpers", "helper", "common", "core", "misc"})
DESCRIBED = ("src/", "benchmarks/")

_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def long_functions(file: Source) -> Iterator[Offence]:
    """Functions of more than 60 lines, from `def` to the end, less the docstring."""
    for name, node in functions(file.tree):
        lines = _last_line(node) - node.lineno + 1 - _docstring_lines(node)
        if lines > FUNCTION_LINES_MAX:
            yield Offence("function_lines", f"{file.path}::{name}", lines, f"{lines} lines")


def long_files(file: Source) -> Iterator[Offence]:
    """Files of more than 400 lines."""
    lines = len(file.text.splitlines())
    if lines > FILE_LINES_MAX:
        yield Offence("file_lines", file.path, lines, f"{lines} lines")


def deep_functions(file: Source) -> Iterator[Offence]:
    """Functions whose blocks stand more than 3 deep; `elif` is not a level, `match` is one."""
    for name, node in functions(file.tree):
        depth = max(_depth(statement, 0) for statement in node.body)
        if depth > NESTING_MAX:
            yield Offence("nesting", f"{file.path}::{name}", depth, f"{depth} levels")


def wide_functions(file: Source) -> Iterator[Offence]:
    """Functions of more than 6 arguments, `self` and `cls` not counted. Kernels take named tuples of arrays."""
    for name, node in functions(file.tree):
        given = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)]
        starred = [argument.arg for argument in (node.args.vararg, node.args.kwarg) if argument]
        count = len([argument for argument in given + starred if argument not in {"self", "cls"}])
        if count > ARGUMENTS_MAX:
            yield Offence("arguments", f"{file.path}::{name}", count, f"{count} arguments")


def empty_names(file: Source) -> Iterator[Offence]:
    """Files and folders whose name says nothing."""
    for part in PurePosixPath(file.path).with_suffix("").parts:
        if part.strip("_") in BANNED_NAMES:
            yield Offence("empty_name", file.path, 1, f"named {part!r}")


def undescribed(file: Source) -> Iterator[Offence]:
    """Public modules, classes and functions of the package and the benchmarks without a docstring."""
    if not file.path.startswith(DESCRIBED):
        return
    if ast.get_docstring(file.tree) is None:
        yield Offence("docstring", file.path, 1, "module without docstring")
    for node in file.tree.body:
        if isinstance(node, _SCOPES) and not node.name.startswith("_") and ast.get_docstring(node) is None:
            yield Offence("docstring", f"{file.path}::{node.name}", 1, "no docstring")


def _last_line(node: Function) -> int:
    return node.end_lineno or node.lineno


def _docstring_lines(node: Function) -> int:
    if ast.get_docstring(node) is None:
        return 0
    first = node.body[0]
    return (first.end_lineno or first.lineno) - first.lineno + 1


def _depth(node: ast.AST, above: int) -> int:
    """The deepest level at or under a node; functions and classes inside start their own count."""
    if isinstance(node, _SCOPES):
        return above
    here = above + isinstance(node, _BLOCKS)
    deepest = here
    for child in ast.iter_child_nodes(node):
        same_level = isinstance(node, ast.If) and _is_elif(node, child)
        deepest = max(deepest, _depth(child, above if same_level else here))
    return deepest


def _is_elif(node: ast.If, child: ast.AST) -> bool:
    return isinstance(child, ast.If) and node.orelse == [child] and child.col_offset == node.col_offset

"""The files that the tidy rules read, and what a rule answers."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

ROOT = Path(__file__).resolve().parents[2]
_IGNORED_FOLDERS = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
_TEXT_BYTES_MAX = 2_000_000

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


class Offence(NamedTuple):
    """One place where a rule is broken: `where` is a path, or `path::name`; `measure` is what the rule counts."""

    rule: str
    where: str
    measure: int
    found: str


class Source(NamedTuple):
    """A Python file: its path from the root of the repository, its text, its syntax tree."""

    path: str
    text: str
    tree: ast.Module


def source(path: str, text: str) -> Source:
    """Parses one file."""
    return Source(path, text, ast.parse(text, path))


def files() -> list[str]:
    """Paths of all files that git tracks or would add, sorted; without git, of all files outside the caches."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if asked.returncode == 0:
        names = asked.stdout.splitlines()
    else:
        names = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*")]
    return sorted(name for name in names if (ROOT / name).is_file() and not _IGNORED_FOLDERS & set(Path(name).parts))


def python_sources() -> list[Source]:
    """All Python files of the repository."""
    return [source(name, (ROOT / name).read_text("utf-8")) for name in files() if name.endswith(".py")]


def texts() -> Iterator[tuple[str, str]]:
    """Path and text of every file that is text and not huge."""
    for name in files():
        path = ROOT / name
        if path.stat().st_size > _TEXT_BYTES_MAX:
            continue
        try:
            yield name, path.read_text("utf-8")
        except UnicodeDecodeError:
            continue


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every function of a file, methods and nested ones too, with its dotted name."""
    pending: list[tuple[str, ast.AST]] = [("", tree)]
    while pending:
        prefix, node = pending.pop()
        for child in ast.iter_child_nodes(node):
            name = prefix
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{prefix}{child.name}."
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                yield name[:-1], child
            pending.append((name, child))

"""Where compiled kernels are kept: by the content of every file a kernel is made from, so that no stale one is used.

Numba keeps a kernel's code beside the content of its own file alone; a kernel it calls may have changed since. Here
each is named by its own file and all that this imports of ours, directly or not: whoever changes one file compiles
what rests on it and nothing else, and two copies of the same source share what either compiled. The cache lies in the
user's cache folder, since an installed package may not be writable.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

ROOMS = ("kernels", "world", "decide", "rent", "flywheel", "operate", "rehearse")
KEPT_S = 30 * 86400
"""A kernel that nobody read for so long is forgotten."""
_HOUSE = Path(__file__).resolve().parent.parent
_IMPORT = re.compile(
    rb"^\s*from firstbest([\w.]*) import (\([^)]*\)|[^\n]*)|^\s*import firstbest([\w.]*)", re.MULTILINE
)
_NAME = re.compile(rb"\w+")


@lru_cache(maxsize=1)
def source_digest() -> str:
    """A short digest of every Python file from which a kernel can be compiled, and of the interpreter."""
    digest = blake2b(sys.version.encode(), digest_size=8)
    for room in ROOMS:
        for path in sorted((_HOUSE / room).glob("*.py")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


@cache
def _imported(path: Path) -> tuple[Path, ...]:
    """The files of ours that one file imports, those that only its annotations need with them."""
    return tuple(sorted(set(_named(path.read_bytes()))))


def _named(source: bytes) -> Iterator[Path]:
    for found in _IMPORT.finditer(source):
        owner = _HOUSE.joinpath(*(found[1] or found[3] or b"").decode().split("."))
        names = (name.decode() for name in _NAME.findall(found[2] or b""))
        for path in (owner.with_suffix(".py"), *(owner / f"{name}.py" for name in names)):
            if path.is_file():
                yield path


@cache
def content_digest(path: Path) -> str:
    """A short digest of a file and of every file of ours it rests on, and of the interpreter."""
    known, waiting = {path}, [path]
    while waiting:
        new = set(_imported(waiting.pop())) - known
        known |= new
        waiting.extend(new)
    digest = blake2b(sys.version.encode(), digest_size=12)
    for each in sorted(known):
        digest.update(each.name.encode())
        digest.update(each.read_bytes())
    return digest.hexdigest()


class ByContent:
    """What tells Numba where a kernel is kept (its cache locator); of kernels that stand in files."""

    def __init__(self, kernel: Callable[..., Any], path: Path) -> None:
        """Bind the kernel's place."""
        self._line = kernel.__code__.co_firstlineno
        self._py_file = str(path)
        self._digest = content_digest(path)
        self.writer = f"-{os.getpid()}"
        """Goes into the names of files written: two processes that compile at once never write the same one."""

    def get_cache_path(self) -> str:
        """The folder it is kept in; made when it is first needed."""
        folder = kernel_folder()
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder)

    def ensure_cache_path(self) -> None:
        """Make the folder."""
        self.get_cache_path()

    def get_source_stamp(self) -> str:
        """What the kernel's source comes to."""
        return self._digest

    def get_disambiguator(self) -> str:
        """What keeps two of one name apart."""
        return f"{self._line}-{self._digest}"

    @classmethod
    def from_function(cls, kernel: Callable[..., Any], py_file: str) -> ByContent | None:
        """The place of a kernel that stands in a file; nothing for one that does not."""
        path = Path(py_file)
        return cls(kernel, path.resolve()) if path.is_file() else None


def kernel_folder() -> Path:
    """The folder of compiled kernels."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(os.environ.get("NUMBA_CACHE_DIR") or Path(base) / "firstbest" / "kernels")


def use_cache() -> bool:
    """Point Numba at the folder, before its first import; answers whether kernels have still to be compiled."""
    os.environ["NUMBA_CACHE_DIR"] = str(kernel_folder())
    os.environ["NUMBA_CACHE_LOCATOR_CLASSES"] = f"{ByContent.__module__}.{ByContent.__name__},UserProvidedCacheLocator"
    return not is_complete()


def is_complete() -> bool:
    """Whether every kernel that a rehearsal with this version needs has been compiled."""
    return _marker().exists()


def _marker() -> Path:
    """The file that says that every kernel of this version is there."""
    return kernel_folder() / f"complete-{source_digest()}"


def forget_unread(folder: Path) -> None:
    """Remove the kernels that nobody read for long."""
    for path in folder.glob("*"):
        seen = path.stat()
        if path.is_file() and max(seen.st_atime, seen.st_mtime) < time.time() - KEPT_S:
            path.unlink(missing_ok=True)


def mark_complete() -> None:
    """Note that every kernel a rehearsal needs is in the cache, and forget those of old versions."""
    folder = kernel_folder()
    if folder.exists():
        forget_unread(folder)
        _marker().touch()

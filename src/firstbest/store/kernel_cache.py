"""Where compiled kernels are kept: by the digest of all source files, so that no stale one is ever used.

Numba keeps a kernel's code beside its own file's age alone; a kernel it calls may have changed since. The
cache lies in the user's cache folder, since an installed package may not be writable.
"""

from __future__ import annotations

import os
import shutil
import sys
from hashlib import blake2b
from pathlib import Path

ROOMS = ("kernels", "world", "decide", "rent", "flywheel", "operate", "rehearse")


def source_digest() -> str:
    """A short digest of every Python file from which a kernel can be compiled, and of the interpreter."""
    root = Path(__file__).resolve().parent.parent
    digest = blake2b(sys.version.encode(), digest_size=8)
    for room in ROOMS:
        for path in sorted((root / room).glob("*.py")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def cache_folder() -> Path:
    """The folder of this version's kernels; made when it is first needed."""
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "firstbest" / f"kernels-{source_digest()}"


def use_cache() -> bool:
    """Point Numba at the folder, before its first import; answers whether kernels have still to be compiled."""
    folder = Path(os.environ.setdefault("NUMBA_CACHE_DIR", str(cache_folder())))
    marker = folder / "complete"
    return not marker.exists()


KEPT = 3
"""Versions whose kernels are kept; each takes some thirty megabytes."""


def forget_older(base: Path) -> None:
    """Remove the kernels of all but the newest versions."""
    for folder in sorted(base.glob("kernels-*"), key=lambda path: path.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def mark_complete() -> None:
    """Note that every kernel a rehearsal needs is in the cache, and forget those of old versions."""
    forget_older(cache_folder().parent)
    folder = Path(os.environ.get("NUMBA_CACHE_DIR", str(cache_folder())))
    if folder.exists():
        (folder / "complete").touch()

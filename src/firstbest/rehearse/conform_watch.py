"""Purity by running: whatever a function opens, starts or connects to while it is watched is told.

Python's audit hooks see files, sockets and processes, whichever module asked for them; a hook is put in once for the
process and looks only while a function is watched. Clocks raise no event: those are found by reading
(`conform_source`), and by answers that differ.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

WATCHED: Final = ("open", "os.", "socket.", "subprocess.", "shutil.", "tempfile.", "urllib.", "sqlite3.", "ctypes.")
_SEEN: list[str] = []
_STATE: dict[str, bool] = {"put in": False, "looking": False}


@contextmanager
def watched() -> Iterator[list[str]]:
    """What happens inside, as texts such as "open /etc/hosts"; the list grows as it happens."""
    if not _STATE["put in"]:
        sys.addaudithook(_hook)
        _STATE["put in"] = True
    _SEEN.clear()
    _STATE["looking"] = True
    try:
        yield _SEEN
    finally:
        _STATE["looking"] = False


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if _STATE["looking"] and event.startswith(WATCHED):
        _STATE["looking"] = False  # what telling it does is not told
        _SEEN.append(f"{event} {arguments[0]!s:.60}" if arguments else event)
        _STATE["looking"] = True

"""The lock that only a living writer holds: the kernel gives it back when the process dies, however it dies."""

from __future__ import annotations

import fcntl
import json
import os
import time
from pathlib import Path
from typing import Final
from weakref import WeakSet

from firstbest.store.book_live import BookError, Writer

TRIES: Final = 5
"""Who asks whether the lock is held, holds it himself for a moment; so a claim tries again."""
PAUSE_S: Final = 0.01
HEAD_BYTES_MAX: Final = 4_096


def wall_us() -> int:
    """The wall clock."""
    return time.time_ns() // 1_000


class FileLock:
    """A lock on `<book>.lock`, which says who holds it; its time of change is the last sign of life."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made by the first to hold it."""
        self.path = path
        self.handle: int | None = None
        LOCKS.add(self)

    def take(self, holder: str, address: str) -> bool:
        """Take the lock if nobody has it."""
        assert self.handle is None, "the lock is held already"
        try:
            handle = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as fault:
            raise BookError(f"'{self.path}' needs to be a file that can be written: {fault.strerror}") from None
        for _ in range(TRIES):
            if locked(handle, fcntl.LOCK_EX):
                self._say(handle, holder, address)
                self.handle = handle
                return True
            time.sleep(PAUSE_S)
        os.close(handle)
        return False

    def _say(self, handle: int, holder: str, address: str) -> None:
        """Leave who holds it; where there is no room for that, the lock is given back."""
        try:
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps([holder, address]).encode(), 0)
        except OSError as fault:
            os.close(handle)
            raise BookError(f"'{self.path}' cannot be written: {fault.strerror}") from None

    def held_by(self) -> Writer | None:
        """Who holds the lock, here or elsewhere."""
        try:
            handle = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            if self.handle is None and locked(handle, fcntl.LOCK_SH):
                return None
            said = os.pread(handle, HEAD_BYTES_MAX, 0)
            seen_us = os.fstat(handle).st_mtime_ns // 1_000
        finally:
            os.close(handle)
        holder, address = json.loads(said) if said else ("", "")
        return Writer(holder, address, seen_us)

    def renew(self) -> None:
        """Leave a sign of life."""
        if self.handle is not None:
            os.utime(self.handle)

    def give_back(self) -> None:
        """Let others have it."""
        if self.handle is not None:
            os.close(self.handle)
            self.handle = None


LOCKS: Final[WeakSet[FileLock]] = WeakSet()


def locked(handle: int, how: int) -> bool:
    """Try to lock an open file, without waiting."""
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def not_in_children() -> None:
    """A child made by fork shares the open file and would keep the lock beyond its parent's death."""
    for lock in list(LOCKS):
        lock.give_back()


os.register_at_fork(after_in_child=not_in_children)

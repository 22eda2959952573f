"""Everything the room of mechanisms knows of a workspace at an instant, for the deck and other pages.

Under way: answers what is declared in `mechanisms/records.py`; the deck may be built on it.
"""

from __future__ import annotations

from pathlib import Path

from firstbest.mechanisms.records import Room


def room_as_of(folder: Path, as_of_us: int) -> Room:
    """The room of the workspace in `folder` as it was known at `as_of_us`."""
    assert folder.is_dir(), f"a folder, was {folder}"
    return Room(as_of_us=as_of_us, head="")

"""What a running house stands on: the workspace as the book keeps it, compiled from the day on which the book began.

Once a book exists it wins over the files of the workspace, so the files are kept in it as they were; edits enter only
by `apply`. The calendar of a live house begins on the day of its first start and has as many days as `[live] days`.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from firstbest import __version__
from firstbest.store.compile_network import compile_network
from firstbest.store.kernel_cache import source_digest
from firstbest.store.network_digest import network_digest
from firstbest.store.workspace import load
from firstbest.store.workspace_settings import Entry
from firstbest.store.workspace_typed import Workspace
from firstbest.world.nature import Nature
from firstbest.world.network import Network

ENDINGS = (".csv", ".toml")
PARTS = ("", "carrier_rates")
"""Folders of a workspace whose files say what the network is."""
DIGEST_BYTES = 16


class Span(NamedTuple):
    """The days of a live calendar: first local day since the epoch, and how many."""

    start_day: int
    days: int


class World(NamedTuple):
    """A network in force, and what it was made from."""

    workspace: Workspace
    network: Network
    nature: Nature  # its opening stock alone is used live; the rest is for rehearsals from now
    span: Span

    @property
    def policy(self) -> bytes:
        """Digest of everything that decisions see beside the book."""
        return blake2b(network_digest(self.network), digest_size=DIGEST_BYTES).digest()


@cache
def code_digest(plugged: bytes = b"") -> bytes:
    """Digest of the code that decides: that of this process, whatever is edited on disk while it runs.

    `plugged`: the digest of the packages that firstbest.toml names (`world.plugged.Plugged`), none of them as a rule.
    """
    own = f"{__version__} {source_digest()}".encode()
    return blake2b(own + plugged, digest_size=DIGEST_BYTES).digest()


def pack(folder: Path) -> dict[str, str]:
    """The files of a workspace that say what the network is: path to bytes in base 64."""
    found = {}
    for part in PARTS:
        for path in sorted((folder / part).glob("*")):
            if path.suffix in ENDINGS and path.is_file():
                found[path.relative_to(folder).as_posix()] = base64.b64encode(path.read_bytes()).decode("ascii")
    return found


def unpack(files: Mapping[str, str], folder: Path) -> Path:
    """Write packed files into a folder that is made; answers it."""
    for name, packed in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(packed))
    return folder


def edited(files: Mapping[str, str], folder: Path) -> list[str]:
    """Names of files in the folder that differ from those the book keeps, or are there on one side only."""
    today = pack(folder)
    return sorted(name for name in {*files, *today} if files.get(name) != today.get(name))


def dated(workspace: Workspace, span: Span) -> Workspace:
    """The workspace with a calendar of other days."""
    sections = workspace.settings["firstbest"]
    named = sections["workspace"]
    assert isinstance(named, dict)
    entry = named[""]
    values = {**entry.values, "start": span.start_day, "days": span.days}
    settings = {**workspace.settings, "firstbest": {**sections, "workspace": {**named, "": Entry(entry.line, values)}}}
    return replace(workspace, settings=settings)


def world_of(folder: Path, span: Span) -> World:
    """The world of a workspace folder over the days of a live calendar; raises `WorkspaceFaulty` with every fault."""
    return world_from(load(folder), span)


def world_from(read: Workspace, span: Span) -> World:
    """The world of a workspace that was read, over the days of a live calendar; raises `WorkspaceFaulty`."""
    workspace = dated(read, span)
    network, nature = compile_network(workspace)
    return World(workspace, network, nature, span)

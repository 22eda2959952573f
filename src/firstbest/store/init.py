"""Write the built-in network into a folder of the user's.

The network is committed data: CSV and TOML files beside this module, which `examples/make_builtin.py` makes again.
"""

from __future__ import annotations

from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from firstbest.store.schema import SETTINGS, TABLES
from firstbest.store.workspace import WORKBOOK

BUILTIN: Final = files("firstbest.store") / "builtin"
SMALL: Final = files("firstbest.store") / "builtin_small"
SHARED: Final = (
    "calendars.csv", "carrier_rates/ground.csv", "cartons.csv", "places.csv", "sanity.toml",
)  # fmt: skip
"""Files of the built-in network that the small one has as well."""
MADE_FROM: Final = ("assumed_here.csv",)
"""Files from which others are made; they are not a workspace's."""
MECHANISMS: Final = files("firstbest.store") / "steering"
NODES: Final = "nodes.csv"
RULES: Final = "goals.toml"
SHOWN_MAX: Final = 5


class FolderInUse(Exception):  # noqa: N818 - it names a state of the folder
    """The folder for a new workspace holds something already, or is no folder."""


def write_builtin(folder: Path) -> list[Path]:
    """Copy the built-in network into `folder`, made if absent; answers the files written, in order of their names.

    Raises `FolderInUse` where anything but hidden files stands there; then nothing is written.
    """
    return _copy(BUILTIN, folder)


def write_small(folder: Path) -> list[Path]:
    """Copy the small network into `folder`: one building, one category, one owner, and five changes that grow it.

    Raises `FolderInUse` as `write_builtin` does.
    """
    written = _copy(SMALL, folder)
    for name in SHARED:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        text = BUILTIN.joinpath(name).read_text("utf-8")
        target.write_text(_without_stations(text) if name == "places.csv" else text, encoding="utf-8", newline="")
        written.append(target)
    return sorted(written)


def _without_stations(places: str) -> str:
    """Places of which carriers take all: the last column, the station, empty."""
    head, *rows = places.splitlines()
    assert head.endswith(",station"), "the station is the last column of places.csv"
    return "\n".join([head, *(row.rpartition(",")[0] + "," for row in rows)]) + "\n"


def write_mechanisms(folder: Path) -> list[Path]:
    """Copy a workspace without a network into `folder`: bets, evidence, goals, metrics, days in CSV.

    Raises `FolderInUse` as `write_builtin` does.
    """
    return _copy(MECHANISMS, folder)


def has_network(folder: Path) -> bool:
    """Whether there is a network to rehearse; without one a workspace holds mechanisms alone."""
    return (folder / NODES).is_file() or not (folder / RULES).is_file()


def is_workspace(folder: Path) -> bool:
    """Whether the folder holds any file that is named as one of a workspace, of whatever form."""
    known = {each.name for each in TABLES} | {each.name for each in SETTINGS} | {Path(RULES).stem, Path(WORKBOOK).stem}
    return any(each.is_file() and each.stem in known for each in folder.iterdir())


def _copy(source: Traversable, folder: Path) -> list[Path]:
    require_empty(folder)
    written = []
    for name, each in _files_below(source, ""):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(each.read_bytes())
        written.append(target)
    return written


def require_empty(folder: Path) -> None:
    """Raises `FolderInUse` unless the folder is absent, empty or holds hidden files only."""
    expected = "a folder that is absent, empty or holds only hidden files"
    if not folder.exists():
        return
    if not folder.is_dir():
        raise FolderInUse(f"{folder}: expected {expected}, found a file")
    found = sorted(each.name for each in folder.iterdir() if not each.name.startswith("."))
    if found:
        rest = f" and {len(found) - SHOWN_MAX} more" if len(found) > SHOWN_MAX else ""
        raise FolderInUse(f"{folder}: expected {expected}, found {', '.join(found[:SHOWN_MAX])}{rest}")


def _files_below(folder: Traversable, prefix: str) -> list[tuple[str, Traversable]]:
    """Data files of a folder and those below it, by name: (path from the top, file)."""
    found: list[tuple[str, Traversable]] = []
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.name.startswith((".", "__")) or each.name in MADE_FROM:
            continue
        name = f"{prefix}{each.name}"
        found += _files_below(each, f"{name}/") if each.is_dir() else [(name, each)]
    return found

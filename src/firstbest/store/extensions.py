"""Code of other packages: named in firstbest.toml, found by entry points, put in at five ports.

An entry point stands in the group `firstbest.PORT` of an installed package and names one function. What firstbest.toml
does not name is never imported. Each extension has a digest of its package's version and source, which becomes part
of the digest of the network and of the code that seals ticks: a replay under another version says "not comparable".
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from hashlib import blake2b
from importlib.metadata import EntryPoint, entry_points
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, NamedTuple

from firstbest.operate.billing import UNFED
from firstbest.rent.meters import METERS
from firstbest.store.faults import Fault, nearest, shown
from firstbest.store.workspace_settings import Entry
from firstbest.store.workspace_typed import Workspace
from firstbest.world.plugged import NOTHING, Plugged

PORTS: Final[dict[str, tuple[str, ...]]] = {
    "wave": ("waiting", "quota_ms"),
    "tariff": ("weight_g",),
    "nature": ("nature", "network"),
    "meter": ("facts", "basis", "window"),
    "panel": ("record",),
}
"""Ports, and what their functions are given, in this order."""
DECIDING: Final = ("wave", "tariff", "nature", "meter")
"""Ports that bear on facts or bills; a panel only shows them."""
FED_FROM_OUTSIDE: Final = "an outside service"
METERS_OPEN: Final = (*UNFED, *(meter.name for meter in METERS if meter.source == FED_FROM_OUTSIDE))
"""Meters that no fact feeds: a package may."""
FILE: Final = "firstbest.toml"
DIGEST_BYTES: Final = 16


class Extension(NamedTuple):
    """A function of another package at a port."""

    port: str
    name: str  # of the entry point; a meter's is the meter's own
    of: str  # tariff: the carrier; else ""
    package: str
    version: str
    digest: bytes
    function: Callable[..., Any]

    @property
    def where(self) -> str:
        """As errors call it."""
        return f"{self.port} '{self.name}' of {self.package} {self.version}"


class Unusable(Exception):  # noqa: N818 - it names a state of the entry point
    """An entry point that cannot be put in: what was expected of which key, and what was found."""

    def __init__(self, column: str, expected: str, found: str) -> None:
        self.column, self.expected, self.found = column, expected, found
        super().__init__(f"{column}: expected {expected}, found {found}")


def extensions_of(workspace: Workspace) -> tuple[Extension, ...]:
    """What a checked workspace names, in its order."""
    return tuple(_extension(entry) for entry in workspace.entries("firstbest", "extension") if entry["on"])


def extension_faults(workspace: Workspace) -> Iterator[Fault]:
    """Packages that are not there, functions of another form, ports that are taken twice."""
    taken: dict[tuple[str, ...], str] = {}
    for entry in workspace.entries("firstbest", "extension"):
        if not entry["on"]:
            continue
        line, port, of = entry.line, str(entry["port"]), str(entry["of"])
        yield from _aims(workspace, entry)
        if port != "panel":
            name = str(entry["name"])
            place = (port, of) if port in ("wave", "tariff") else (port, name)
            before = taken.get(place)
            if before is not None:
                what = f"one extension for {' '.join(place)}".rstrip()
                yield Fault(FILE, line, "extension.port", what, f"'{before}' and '{name}'")
            taken[place] = name
        try:
            _extension(entry)
        except Unusable as error:
            yield Fault(FILE, line, f"extension.{error.column}", error.expected, error.found)


def plugged_of(extensions: tuple[Extension, ...]) -> Plugged:
    """What the loop is given, and the digest of all that bears on facts or bills."""
    bearing = [each for each in extensions if each.port in DECIDING]
    if not bearing:
        return NOTHING
    digest = blake2b(digest_size=DIGEST_BYTES)
    for each in bearing:
        digest.update(f"{each.port}\0{each.name}\0{each.of}\0".encode() + each.digest)
    wave = next((each.function for each in bearing if each.port == "wave"), None)
    return Plugged(wave, digest.digest())


def entry_points_of(package: str) -> list[tuple[str, EntryPoint]]:
    """All of a package's entry points at ports: (port, entry point), by port and name."""
    wanted = _normal(package)
    return [
        (port, entry)
        for port in PORTS
        for entry in sorted(entry_points(group=f"firstbest.{port}"), key=lambda each: each.name)
        if entry.dist is not None and _normal(entry.dist.name) == wanted
    ]


def loaded(port: str, entry: EntryPoint, of: str = "") -> Extension:
    """The extension behind an entry point. Raises `Unusable`."""
    package, version = (entry.dist.name, entry.dist.version) if entry.dist else ("?", "?")
    try:
        function = entry.load()
    except Exception as error:  # noqa: BLE001 - it is not our code: whatever it raises, its user is told
        raise Unusable("name", f"code behind '{entry.value}' that can be imported", f"{error!r}") from None
    wanted = f"{entry.value}({', '.join(PORTS[port])})"
    if not callable(function):
        raise Unusable("name", f"a function {wanted}", f"a {type(function).__name__}")
    try:
        inspect.signature(function).bind(*PORTS[port])
    except (TypeError, ValueError):
        raise Unusable("name", f"a function {wanted}", f"{entry.value}{_signature(function)}") from None
    return Extension(port, entry.name, of, package, version, digest_of(package, version, entry.value), function)


@cache
def digest_of(package: str, version: str, value: str) -> bytes:
    """Of a package's version and all its Python files: those of this process, whatever is edited while it runs."""
    digest = blake2b(f"{package}\0{version}\0{value}\0".encode(), digest_size=DIGEST_BYTES)
    for name, path in sources_of(value):
        digest.update(name.encode() + b"\0" + path.read_bytes())
    return digest.digest()


def sources_of(value: str) -> list[tuple[str, Path]]:
    """Python files of the package that an entry point's value such as "package.module:function" stands in, by name."""
    top = value.partition(":")[0].partition(".")[0]
    spec = find_spec(top)
    if spec is None:
        return []
    if not spec.submodule_search_locations:
        return [(top, Path(spec.origin))] if spec.origin else []
    roots = [Path(each) for each in spec.submodule_search_locations]
    return sorted((path.relative_to(root).as_posix(), path) for root in roots for path in root.rglob("*.py"))


def _extension(entry: Entry) -> Extension:
    port, name, package = (str(entry[each]) for each in ("port", "name", "package"))
    found = [
        each
        for each in entry_points(group=f"firstbest.{port}", name=name)
        if not package or (each.dist is not None and _normal(each.dist.name) == _normal(package))
    ]
    if not found:
        names = sorted({each.name for each in entry_points(group=f"firstbest.{port}")})
        listed = f"installed are: {', '.join(names)}{nearest(name, names)}" if names else "none is installed"
        of = f" of the package {package}" if package else ""
        raise Unusable("name", f"an entry point '{name}' in the group firstbest.{port}{of}", listed)
    if len(found) > 1:
        packages = sorted(each.dist.name for each in found if each.dist)
        raise Unusable("package", f"which package's '{name}' is meant", f"it stands in {' and '.join(packages)}")
    return loaded(port, found[0], str(entry["of"]))


def _aims(workspace: Workspace, entry: Entry) -> Iterator[Fault]:
    """What a tariff is for, and which meter is fed."""
    port, name, of = (str(entry[each]) for each in ("port", "name", "of"))
    carriers = workspace.frame("carriers").texts("carrier")
    if port == "tariff" and of not in carriers:
        yield Fault(FILE, entry.line, "extension.of", "a carrier of carriers.csv", shown(of) + nearest(of, carriers))
    elif port != "tariff" and of:
        yield Fault(FILE, entry.line, "extension.of", f"nothing: a {port} is of no carrier", shown(of))
    if port == "meter" and name not in METERS_OPEN:
        expected = f"a meter that no fact feeds: {', '.join(METERS_OPEN)}"
        yield Fault(FILE, entry.line, "extension.name", expected, shown(name) + nearest(name, METERS_OPEN))


def _signature(function: Callable[..., Any]) -> str:
    try:
        return str(inspect.signature(function))
    except (TypeError, ValueError):
        return "(unknown)"


def _normal(name: str) -> str:
    """A package's name as indexes compare it."""
    return name.replace("_", "-").replace(".", "-").lower()

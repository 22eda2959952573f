"""`firstbest conform PACKAGE`: the house's laws, asked of the code of another package.

A package passes if every law holds that its ports can be asked: purity by reading its source, the laws of each port's
function by itself (`conform_ports`), and the laws of the house with all of the package's extensions in it
(`conform_house`): split, determinism, poison, relabelling, and a digest by which a replay tells that code changed. The
house is the small network behind two steps of its path: three sellers, two centres.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

from firstbest.rehearse.conform_house import house_laws, lived_in
from firstbest.rehearse.conform_ports import (
    BROKEN,
    HOLDS,
    Law,
    Lived,
    meter_laws,
    nature_laws,
    panel_laws,
    tariff_laws,
    timed,
    wave_laws,
)
from firstbest.rehearse.conform_source import impurities
from firstbest.store.changes_written import write_changed
from firstbest.store.extensions import PORTS, Extension, Unusable, entry_points_of, loaded, sources_of
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.init import write_small
from firstbest.store.workspace import load

STEPS: Final = 2
"""Steps of the small network's path that are taken before it is lived in."""
CARRIER: Final = "ground"


class NothingToAsk(Exception):  # noqa: N818 - it names a state of the package
    """The package has no entry point at a port of the house."""


class Conformed(NamedTuple):
    """What came of every law."""

    package: str
    version: str
    extensions: tuple[str, ...]
    laws: tuple[Law, ...]
    milliseconds: tuple[tuple[str, float], ...]  # told, never judged

    @property
    def broken(self) -> tuple[Law, ...]:
        """Laws that do not hold."""
        return tuple(law for law in self.laws if law.verdict == BROKEN)


def conform(package: str, progress: Callable[[float], None] | None = None) -> Conformed:
    """Ask a package every law. Raises `NothingToAsk` where it has nothing at any port."""
    told = progress or (lambda _: None)
    found = entry_points_of(package)
    if not found:
        groups = ", ".join(f"firstbest.{port}" for port in PORTS)
        raise NothingToAsk(f"expected a package '{package}' with an entry point in {groups}, found none")
    extensions, laws = [], []
    for port, entry in found:
        try:
            extensions.append(loaded(port, entry, CARRIER if port == "tariff" else ""))
            laws.append(Law(extensions[-1].where, "form", HOLDS, f"a function of ({', '.join(PORTS[port])})"))
        except Unusable as error:
            laws.append(Law(f"{port} '{entry.name}' of {package}", "form", BROKEN, error.expected, error.found))
    laws.append(read(package, [entry.value for _, entry in found]))
    told(0.05)
    version = extensions[0].version if extensions else "?"
    names = tuple(each.where for each in extensions)
    if not extensions:
        return Conformed(package, version, names, tuple(laws), ())
    with TemporaryDirectory(prefix="firstbest-") as scratch:
        plain = _house(Path(scratch), [])
        lived = lived_in(load(plain))
        told(0.3)
        for each in extensions:
            laws.extend(_laws_of(each, lived))
        told(0.6)
        laws.extend(_of_house(package, Path(scratch), plain, extensions))
    told(1.0)
    return Conformed(
        package, version, names, tuple(laws), tuple((each.where, timed(each, lived)) for each in extensions)
    )


def read(package: str, values: list[str]) -> Law:
    """Purity by reading every source file of the package."""
    expected = "no clock, no file, no draw, nothing remembered between calls"
    sources = dict(pair for value in values for pair in sources_of(value))
    for name, path in sorted(sources.items()):
        for found in impurities(path, name):
            return Law(package, "purity, by reading", BROKEN, expected, found)
    return Law(package, "purity, by reading", HOLDS, expected, f"{len(sources)} files")


def _laws_of(extension: Extension, lived: Lived) -> list[Law]:
    match extension.port:
        case "wave":
            return wave_laws(extension)
        case "tariff":
            return tariff_laws(extension)
        case "nature":
            return nature_laws(extension, lived)
        case "meter":
            return meter_laws(extension, lived)
        case _:
            return panel_laws(extension, lived)


def _house(scratch: Path, extensions: list[Extension]) -> Path:
    """The small network behind its first steps, with extensions named in its firstbest.toml."""
    folder = scratch / "house" / "0"
    if not folder.exists():
        write_small(folder)
        changes = sorted((folder / "changes").glob("*.toml"))[:STEPS]
        for number, change in enumerate(changes, start=1):
            target = scratch / "house" / str(number)
            target.mkdir()
            write_changed(scratch / "house" / str(number - 1), change, target)
    made = scratch / f"with_{len(extensions)}"
    if not made.exists():
        _copied(scratch / "house" / str(STEPS), made)
        with (made / "firstbest.toml").open("a", encoding="utf-8") as file:
            for each in extensions:
                of = f'of = "{each.of}"\n' if each.of else ""
                file.write(
                    f'\n[[extension]]\nport = "{each.port}"\nname = "{each.name}"\n{of}package = "{each.package}"\n'
                )
    return made


def _copied(source: Path, target: Path) -> None:
    for path in sorted(source.rglob("*")):
        if path.is_file():
            copied = target / path.relative_to(source)
            copied.parent.mkdir(parents=True, exist_ok=True)
            copied.write_bytes(path.read_bytes())


def _of_house(package: str, scratch: Path, plain: Path, extensions: list[Extension]) -> list[Law]:
    """The house's laws with one wave at most in it: of several, each package is asked with its first."""
    chosen: dict[tuple[str, str], Extension] = {}
    for each in extensions:
        key = (each.port, each.of if each.port in ("wave", "tariff") else each.name)
        chosen.setdefault(key, each)
    try:
        folder = _house(scratch, list(chosen.values()))
        return house_laws(package, plain, folder)
    except WorkspaceFaulty as faulty:
        fault = faulty.faults[0]
        return [Law(package, "house", BROKEN, f"{fault.column}: {fault.expected}", fault.found)]

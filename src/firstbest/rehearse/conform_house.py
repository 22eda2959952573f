"""Laws of the house with a package's extensions in it, each a comparison of whole rehearsals."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np

from firstbest.operate.billing_basis import Window, basis_of
from firstbest.operate.ports import Change, Tick
from firstbest.present.figures import figures
from firstbest.present.record import Assumed
from firstbest.rehearse.conform_ports import BROKEN, HOLDS, Law, Lived
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.network_digest import network_digest
from firstbest.store.usage_facts import WANTED
from firstbest.store.workspace import Workspace, load
from firstbest.world import facts as f
from firstbest.world.facts import FACTS, Block
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.plugged import BrokenLaw

DAYS: Final = 9
SEED: Final = 3
CUT: Final = 13
"""Commands of a tick where batches are cut small."""
POISONED: Final = 5
"""The day from which another future begins."""
REVERSED: Final = ("items.csv", "places.csv", "lanes.csv", "suppliers.csv", "stock.csv", "labour.csv", "shifts.csv")
"""Files whose rows may stand in any order; sellers, carriers and centres keep the order that names the first one."""
_CLOSE: Final = 1e-9


class Kept:
    """A book in memory: rows by type of fact, in the order in which they were sealed."""

    def __init__(self) -> None:
        self.rows: dict[str, list[Any]] = {fact.name: [] for fact in FACTS}

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        """Keep the rows."""
        for block in blocks:
            self.rows[block.fact.name].append(block.rows.copy())

    def facts(self) -> dict[str, Any]:
        """All rows of each type, by (number, ordinal)."""
        found = {}
        for fact in FACTS:
            parts = self.rows[fact.name]
            rows = np.concatenate(parts) if parts else np.zeros(0, fact.dtype)
            found[fact.name] = rows[np.lexsort((rows["ordinal"], rows["number"]))]
        return found


def lived_in(workspace: Workspace) -> Lived:
    """What some days of a workspace leave, for ports that read it."""
    network, nature = compile_network(workspace, 1.0, DAYS)
    book = Kept()
    result = rehearse(Scenario(network, nature), Settings(SEED, book))
    calendar = network.calendar
    inner = calendar.midnight_us[0]
    midnights = inner[(inner > calendar.start_us) & (inner < calendar.end_us)]
    window = Window(calendar.start_us, calendar.end_us, calendar.first_day)
    record = record_of(result, workspace.name, 1.0, Assumed(0, 0))
    facts = {name: rows for name, rows in book.facts().items() if name in {fact.name for fact in WANTED}}
    return Lived(network, nature, facts, basis_of(network), window, tuple(midnights.tolist()), record)


def house_laws(package: str, plain: Path, folder: Path) -> list[Law]:
    """Every law of the house; what one of them raises is what was found."""

    def split(world: tuple[Network, Nature]) -> str:
        return _differing(_run(world), _run(world, CUT))

    def poison(world: tuple[Network, Nature]) -> str:
        network, nature = world
        before = int(network.calendar.midnight_us[:, POISONED].min())
        orders = nature.demand.orders_day.copy()
        orders[POISONED:] = orders[POISONED:] * 2 + 50
        other = nature._replace(demand=nature.demand._replace(orders_day=orders))
        one, two = (_until(_run((network, each)), before) for each in (nature, other))
        return _differing(one, two)

    def alive(world: tuple[Network, Nature]) -> str:
        facts = _run(world)
        left, asked = len(facts[f.DEPARTED.name]), len(facts[f.PLANNED.name])
        return "" if 2 * left > asked else f"{left} of {asked} shipments left in {DAYS} days"

    def known(world: tuple[Network, Nature]) -> str:
        same = network_digest(world[0]) == network_digest(compile_network(load(plain), 1.0, DAYS)[0])
        return "the digest of the house without the package" if same and world[0].plugged.digest else ""

    def relabelled(world: tuple[Network, Nature]) -> str:
        one = figures_of(world)
        other = figures_of(compile_network(load(_turned(folder)), 1.0, DAYS))
        worse = [key for key in one if abs(one[key] - other[key]) > _CLOSE * max(abs(one[key]), 1.0)]
        return f"{worse[0]} {one[worse[0]]:.9g}, then {other[worse[0]]:.9g}" if worse else ""

    asked: tuple[tuple[str, str, Callable[[tuple[Network, Nature]], str]], ...] = (
        ("house: determinism", "the same facts twice", lambda world: _differing(_run(world), _run(world))),
        ("house: split", "the same facts, however batches are cut", split),
        ("house: poison", "another future leaves the past alone", poison),
        ("house: relabelling", "files with their rows turned round, the same figures", relabelled),
        ("house: liveness", "most of what is planned leaves", alive),
        ("house: digest", "a digest by which a replay tells that code changed", known),
    )
    laws = []
    for law, expected, ask in asked:
        wanted, found = _asked(expected, ask, folder)
        laws.append(Law(package, law, BROKEN if found else HOLDS, wanted, found))
    return laws


def _asked(expected: str, ask: Callable[[tuple[Network, Nature]], str], folder: Path) -> tuple[str, str]:
    """What was expected and what was found, "" where the law holds."""
    try:
        return expected, ask(compile_network(load(folder), 1.0, DAYS))
    except BrokenLaw as broken:
        return broken.expected, broken.found
    except WorkspaceFaulty as faulty:
        return faulty.faults[0].expected, faulty.faults[0].found
    except Exception as error:  # noqa: BLE001 - it is not our code
        return expected, f"{type(error).__name__}: {error}"


def figures_of(world: tuple[Network, Nature]) -> dict[str, float]:
    """Figures of a rehearsal that can be compared."""
    result = rehearse(Scenario(*world), Settings(SEED))
    found = figures(record_of(result, "", 1.0, Assumed(0, 0)))
    return {key: value for key, value in found.items() if np.isfinite(value)}


def _run(world: tuple[Network, Nature], cut: int = 200_000) -> dict[str, Any]:
    book = Kept()
    rehearse(Scenario(*world), Settings(SEED, book, batch_most=cut))
    return book.facts()


def _until(facts: dict[str, Any], instant: int) -> dict[str, Any]:
    return {name: rows[rows["at"] < instant] for name, rows in facts.items()}


def _differing(one: dict[str, Any], two: dict[str, Any]) -> str:
    """The first type of fact whose bytes differ, "" where none does."""
    for name, rows in one.items():
        if _digest(rows) != _digest(two[name]):
            return f"other facts of the type {name}: {len(rows)}, then {len(two[name])}"
    return ""


def _digest(rows: Any) -> bytes:
    return blake2b(rows.tobytes(), digest_size=16).digest()


def _turned(folder: Path) -> Path:
    """The same workspace with the rows of its files the other way round."""
    turned = folder.with_name(f"{folder.name}_turned")
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        copied = turned / path.relative_to(folder)
        copied.parent.mkdir(parents=True, exist_ok=True)
        copied.write_bytes(path.read_bytes())
        if path.name in REVERSED:
            _turn(copied)
    return turned


def _turn(path: Path) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        head, *rows = list(csv.reader(file))
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([head, *reversed(rows)])

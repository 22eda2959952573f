"""Sanity bounds of a rehearsal: read from sanity.toml, judged on its figures and on those of its network.

A workspace's own sanity.toml takes the place of the one that ships with the package. What was not measured is not
judged; nor is what is meant for another business, another number of centres, or full scale only.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import numpy as np

from firstbest.present.bounds import Kind, judged
from firstbest.present.figures import figures
from firstbest.present.geography import network_figures
from firstbest.present.record import Bound, Record
from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.init import BUILTIN
from firstbest.store.workspace_settings import Document, read_document
from firstbest.world.network import Network
from firstbest.world.words import Mode, NodeKind

FILE: Final = "sanity.toml"
BUSINESSES: Final = ("parcel", "wholesale")
RULES_MAX: Final = 1_000
WHOLE_YEAR_DAYS: Final = 330
_OF_THE_YEAR: Final = ("peak_day_factor", "overtime_share_peak")
"""Figures that mean nothing where the peak may not have been rehearsed."""
_OF_THE_US: Final = ("population_distance_best_1_mi", "population_distance_best_5_mi")
_WEST, _EAST = -110.0, -80.0
_NUMBERS: Final = ("low", "high", "typical_low", "typical_high")
_KNOWN: Final = ("metric", "name", *_NUMBERS, "reason", "applies", "full_scale_only", "centres")


def judge(record: Record, folder: Path | None = None) -> tuple[Bound, ...]:
    """Every bound, judged on a record; `folder` is the workspace's, whose own sanity.toml is used if it has one.

    Raises `WorkspaceFaulty` with every fault of that file.
    """
    found = {**figures(record), **figures_of_network(record.network)}
    if record.days < WHOLE_YEAR_DAYS:
        found |= dict.fromkeys(_OF_THE_YEAR, math.nan)
    return judged(rules(folder), found, kind_of(record.network, record.scale))


def rules(folder: Path | None = None) -> tuple[Mapping[str, Any], ...]:
    """The rules of a workspace, else those of the package."""
    own = folder / FILE if folder else None
    if own is None or not own.is_file():
        return _shipped()
    return _read(own)


@lru_cache(maxsize=1)
def _shipped() -> tuple[Mapping[str, Any], ...]:
    return _read(Path(str(BUILTIN)) / FILE)


def kind_of(network: Network, scale: float) -> Kind:
    """What decides which bounds apply. A network that sends pallets to customers is wholesale."""
    nodes = network.nodes
    # Closed for the whole time: not one of the centres.
    stands = nodes.open_until_us > max(network.calendar.start_us, 0)
    centres = int(((nodes.kind == NodeKind.FULFILMENT) & stands).sum())
    wholesale = bool((np.asarray(network.carriers.mode) == Mode.PALLET).any())
    return Kind(BUSINESSES[wholesale], scale, centres)


def figures_of_network(network: Network) -> dict[str, float]:
    """Figures that need no rehearsal, by key.

    The search for the best places takes a quarter of a second at 900 places, so its answers are kept by the places'
    digest. Carbon of air against ocean: of lanes by air, else of carriers by air.
    """
    found = dict(_kept_figures(_Hashed(network)))
    if not spans_the_us(network):
        found |= dict.fromkeys(_OF_THE_US, math.nan)
    if math.isnan(found["carbon_air_to_ocean"]):
        found["carbon_air_to_ocean"] = _air_carriers_to_ocean(network)
    return found


def spans_the_us(network: Network) -> bool:
    """Whether a tenth of demand each lies west of Denver and east of Atlanta: where published distances can be met."""
    places = network.places
    weight, east = places.weight.astype(np.float64), places.longitude_e4 / 10_000
    total = float(weight.sum())
    west_part, east_part = float(weight[east < _WEST].sum()), float(weight[(east > _EAST) & (east < 0)].sum())
    return bool(network.texts.currency == "USD" and min(west_part, east_part) > total / 10)


class _Hashed:
    """A network that is equal to another if what its figures need is."""

    def __init__(self, network: Network) -> None:
        self.network = network
        digest = blake2b(digest_size=16)
        parts = (
            *network.places, *network.carriers[:2], network.carriers.transit_days, network.arcs.zone,
            network.lanes.mode, network.lanes.carbon_mg_kg_km, network.nodes.kind,
        )  # fmt: skip
        for part in parts:
            digest.update(np.ascontiguousarray(part).tobytes())
        self.digest = digest.digest()

    def __hash__(self) -> int:
        return hash(self.digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashed) and other.digest == self.digest


@lru_cache(maxsize=16)
def _kept_figures(hashed: _Hashed) -> dict[str, float]:
    return network_figures(hashed.network)


def _air_carriers_to_ocean(network: Network) -> float:
    """Carbon of a tonne-kilometre of carriers by air over that of ocean lanes, means; nan without one of them."""
    air = network.carriers.carbon_mg_kg_km[network.carriers.mode == Mode.PARCEL_AIR]
    ocean = network.lanes.carbon_mg_kg_km[network.lanes.mode == Mode.OCEAN]
    if not len(air) or not len(ocean) or not ocean.mean():
        return math.nan
    return float(air.mean() / ocean.mean())


def _read(path: Path) -> tuple[Mapping[str, Any], ...]:
    """The rules of a file; raises `WorkspaceFaulty` with everything that is wrong with them."""
    faults: list[Fault] = []
    document = read_document(path, path.name, faults)
    given = document.tree.get("bound", []) if document else []
    if document and (not isinstance(given, list) or not all(isinstance(each, dict) for each in given)):
        faults.append(
            Fault(path.name, document.line("bound", 0, ""), "bound", "entries that start with [[bound]]", "other")
        )
        given = []
    if len(given) > RULES_MAX:
        faults.append(Fault(path.name, 0, "bound", f"{RULES_MAX} bounds or fewer", f"{len(given):,}"))
    if document:
        for number, rule in enumerate(given[:RULES_MAX]):
            faults.extend(_wrong(document, number, rule))
    if faults:
        raise WorkspaceFaulty(faults)
    return tuple(given)


def _wrong(document: Document, number: int, rule: Mapping[str, Any]) -> Iterator[Fault]:
    """What is wrong with one rule."""

    def fault(key: str, expected: str, found: str) -> Fault:
        return Fault(document.file, document.line("bound", number, key), f"bound.{key}", expected, found)

    for key in rule:
        if key not in _KNOWN:
            yield fault(key, f"one of {', '.join(_KNOWN)}", shown(key) + nearest(key, _KNOWN))
    if not isinstance(rule.get("metric"), str):
        yield fault("metric", "the key of a figure", shown(rule.get("metric", "")))
    wrong = [key for key in _NUMBERS if not _is_number(rule.get(key, 0))]
    for key in wrong:
        yield fault(key, "a number", shown(rule[key]))
    if not wrong and rule.get("low", -math.inf) > rule.get("high", math.inf):
        yield fault("high", "a number not below 'low'", shown(rule["high"]))
    business = rule.get("applies", [])
    if not isinstance(business, list) or not all(each in BUSINESSES for each in business):
        yield fault("applies", f"a list of {', '.join(BUSINESSES)}", shown(business))
    centres = rule.get("centres", [])
    if not isinstance(centres, list) or not all(isinstance(each, int) for each in centres):
        yield fault("centres", "a list of numbers of fulfilment centres", shown(centres))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)

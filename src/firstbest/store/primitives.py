"""primitives.toml: what renting out a primitive rests on, each figure with its range and source.

The file may be left out; every key has a default. Figures are read and checked like the files of a workspace.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from firstbest.store.faults import Fault, WorkspaceFaulty, shown
from firstbest.store.schema_words import Section, Settings, Type, integer, money, number, of, percent, text
from firstbest.store.workspace_settings import Document, Entry, Read, read_document, typed_settings

FILE: Final = "primitives.toml"
PRIMITIVES: Final = Settings(
    "primitives",
    "What renting out a primitive rests on.",
    (
        Section(
            "storage",
            "Space in the buildings of bulk storage.",
            (
                percent("use_percent", "of the usable space that can be full before work slows down", 85.0),
                number("turns_year", "how often outsiders' goods come and go in a year", 6.0, low=0.1, high=365),
                number("receive_min_m3", "minutes of receiving hands for a cubic metre that comes in", 2.0, high=600),
                number("load_min_m3", "minutes of loading hands for a cubic metre that leaves", 1.0, high=600),
                money("capital_m3", "racks, trucks and fit-out of a cubic metre of a new block", 55.0),
                number("block_m3", "size of a block: space is not built by the metre", 5000.0, low=1, high=10**7),
                money("block_running_m3_year", "rent, tax, power, insurance of a cubic metre of it, a year", 30.0),
                integer("life_years", "years over which a block is looked at", 10, low=1, high=50),
                percent("discount_percent", "a year", 10.0),
                percent("demand_low_percent", "outside demand at the low end, of what is asked", 60.0, high=1000),
                percent("demand_high_percent", "at the high end", 130.0, high=1000),
                percent(
                    "cost_low_percent", "capital and running cost at the low end, of what stands here", 85.0, high=1000
                ),
                percent("cost_high_percent", "at the high end", 140.0, high=1000),
            ),
        ),
        Section(
            "reference",
            "A market price to compare with.",
            (
                text("name", "whose"),
                money("price", "in the unit of the primitive: a cubic metre a day"),
                text("source", "where it is from", ""),
                text("certainty", "how sure that is", "third party"),
            ),
            many=True,
            key="name",
        ),
        Section(
            "demand",
            "What outsiders would rent at a price; used where --demand is not given.",
            (
                money("price", "a cubic metre a day"),
                of("m3", Type.NUMBER, "cubic metres they would take at that price"),
            ),
            many=True,
            key="price",
        ),
    ),
    required=False,
)


class Reference(NamedTuple):
    """A market price, whole currency units."""

    name: str
    price: float
    source: str
    certainty: str


class Storage(NamedTuple):
    """The figures of `[storage]`: shares as fractions, money in whole currency units."""

    use: float
    turns_year: float
    receive_min_m3: float
    load_min_m3: float
    capital_m3: float
    block_m3: float
    block_running_m3_year: float
    life_years: int
    discount: float
    demand: tuple[float, float]
    cost: tuple[float, float]


class Primitives(NamedTuple):
    """The file, typed."""

    storage: Storage
    references: tuple[Reference, ...]
    demand: tuple[tuple[float, float], ...]  # (price, cubic metres), cheapest first


def read_primitives(folder: Path, zone: ZoneInfo) -> Primitives:
    """The figures of a workspace; defaults where there is no file. Raises `WorkspaceFaulty` with all faults."""
    path, faults = folder / FILE, list[Fault]()
    document = read_document(path, FILE, faults) if path.is_file() else Document(FILE, {}, {})
    found: Read = typed_settings(document, PRIMITIVES, zone, faults) if document else {}
    if faults:
        raise WorkspaceFaulty(faults)
    (given,), many = _sections(found, "storage"), {name: _sections(found, name) for name in ("reference", "demand")}
    storage = Storage(
        given["use_percent"] / 100, given["turns_year"], given["receive_min_m3"], given["load_min_m3"],
        given["capital_m3"], given["block_m3"], given["block_running_m3_year"], int(given["life_years"]),
        given["discount_percent"] / 100, (given["demand_low_percent"] / 100, given["demand_high_percent"] / 100),
        (given["cost_low_percent"] / 100, given["cost_high_percent"] / 100),
    )  # fmt: skip
    references = tuple(Reference(*(each[key] for key in Reference._fields)) for each in many["reference"])
    demand = tuple(sorted((each["price"], each["m3"]) for each in many["demand"]))
    return Primitives(storage, references, checked(demand, FILE))


def _sections(found: Read, name: str) -> list[Entry]:
    """The entries of a section: one, or those of a list."""
    given = found.get(name, ())
    return list(given.values()) if isinstance(given, dict) else list(given)


def read_demand(asked: str) -> tuple[tuple[float, float], ...]:
    """A demand curve: pairs such as "0.60:3000 0.80:1200", or a CSV file of price and m3. Raises `WorkspaceFaulty`."""
    path = Path(asked)
    if path.suffix == ".csv":
        if not path.is_file():
            raise WorkspaceFaulty([Fault(asked, 0, "", "a file of price and m3", "nothing")])
        rows = path.read_text(encoding="utf-8-sig").split()
        pairs = [row.replace(",", ":") for row in rows if row[:1].isdigit()]
        return checked(tuple(_pair(each, path.name) for each in pairs), path.name)
    return checked(tuple(_pair(each, "--demand") for each in asked.replace(",", " ").split()), "--demand")


def _pair(written: str, file: str) -> tuple[float, float]:
    price, _, volume = written.partition(":")
    try:
        found = float(price), float(volume)
    except ValueError:
        found = (-1.0, -1.0)
    if min(found) < 0 or max(found) > 10**9:
        raise WorkspaceFaulty([Fault(file, 0, "", "price:cubic metres, such as 0.60:3000", shown(written))])
    return found


def checked(demand: tuple[tuple[float, float], ...], file: str) -> tuple[tuple[float, float], ...]:
    """The curve, cheapest first; a dearer price may not find more takers."""
    ordered = tuple(sorted(demand))
    for (price, volume), (dearer, more) in pairwise(ordered):
        if more > volume or price == dearer:
            expected = f"no more than {volume:g} m3 at {dearer:g}, which is dearer than {price:g}"
            raise WorkspaceFaulty([Fault(file, 0, "", expected, f"{more:g}")])
    return ordered

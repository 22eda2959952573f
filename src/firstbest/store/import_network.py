"""The default networks that an order log can be put on: committed data in `wholesale/NAME/`.

    files/         workspace files that are copied as they are
    network.toml   name, currency, time zone, home country, the sentence that says why one would choose it
    countries.csv  where customers are: rows of one country share its orders by `share`
    holidays.csv   days without work, by rule
    fill.csv       values that logs do not hold, each with its range and source
    assumed.csv    numbers of files/, each with its range and source

`fill.csv` is also what a map may override in its section [fill].
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final, NamedTuple

NETWORKS: Final = ("uk_wholesale", "us_warehouse", "us_consumer")
_ROOT: Final = files("firstbest.store") / "wholesale"
_ZIPS: Final = files("firstbest.store") / "builtin" / "places.csv"
BY_DISTANCE: Final = -1
"""The zone of a place whose zone follows from its distance."""
STORAGE_M3_FT2: Final = 0.15
"""Cubic metres of stock that a square foot of floor holds: as in the built-in network."""
FLOOR_LEAST_FT2: Final = 3_000
"""The smallest building that is filled in: ours."""


class Filled(NamedTuple):
    """A value that the log does not hold, and what it fills.

    `cost`: the stage of cost that rests on it; `mark`: filled or own.
    """

    key: str
    value: float
    low: str
    high: str
    unit: str
    file: str
    where: str
    field: str
    cost: str
    note: str
    source: str
    mark: str = "filled"


class Area(NamedTuple):
    """A place of customers; orders of a country go to its places by `share`."""

    country: str
    place: str
    share: float
    latitude: str
    longitude: str
    time_zone: str
    zone: int
    source: str
    remote: str = "no"
    land_km2: str = "100"
    region: str = ""


class Holiday(NamedTuple):
    """A day without work, by rule; see import_calendar."""

    name: str
    rule: str
    substitute: bool


class Chosen(NamedTuple):
    """A default network, read."""

    name: str
    title: str
    currency: str
    time_zone: str
    home: str
    because: str
    node: str
    supplier: str
    areas: tuple[Area, ...]
    holidays: tuple[Holiday, ...]
    fill: dict[str, Filled]
    assumed: tuple[dict[str, str], ...]
    files: tuple[tuple[str, bytes], ...]  # (path in the workspace, content), by path
    postcodes: bool = False  # places of the home country are the first three digits of its postcodes

    def of(self, key: str) -> float:
        """A filled value; an unknown key is a programmer's error."""
        return self.fill[key].value


def chosen_network(name: str, own: dict[str, float]) -> Chosen:
    """The network of that name; `own` replaces filled values, which are then marked so."""
    folder = _ROOT / name
    head = tomllib.loads(_text(folder / "network.toml"))
    fill = {row["key"]: _filled(row, own) for row in _rows(folder / "fill.csv")}
    return Chosen(
        name=name,
        title=head["title"],
        currency=head["currency"],
        time_zone=head["time_zone"],
        home=head["home"],
        because=head["because"],
        node=head["node"],
        supplier=head["supplier"],
        areas=(*(_area(row) for row in _rows(folder / "countries.csv")), *(_zips(head) if "postcodes" in head else ())),
        holidays=tuple(
            Holiday(row["name"], row["rule"], row["substitute"] == "yes") for row in _rows(folder / "holidays.csv")
        ),
        fill=fill,
        assumed=tuple(_rows(folder / "assumed.csv")),
        files=tuple(_below(folder / "files", "")),
        postcodes=head.get("postcodes", False),
    )


def _filled(row: dict[str, str], own: dict[str, float]) -> Filled:
    mine = row["key"] in own
    return Filled(
        key=row["key"],
        value=own[row["key"]] if mine else float(row["value"]),
        low=row["low"],
        high=row["high"],
        unit=row["unit"],
        file=row["file"],
        where=row["where"],
        field=row["field"],
        cost=row["cost"],
        note=row["note"],
        source="the map, section [fill]" if mine else row["source"],
        mark="own" if mine else "filled",
    )


def _area(row: dict[str, str]) -> Area:
    return Area(
        row["country"],
        row["place"],
        float(row["share"]),
        row["latitude"],
        row["longitude"],
        row["time_zone"],
        int(row["zone"]),
        row["source"],
    )


def _zips(head: dict[str, str]) -> Iterator[Area]:
    """The areas of the first three digits of a ZIP, as the built-in network has them."""
    for row in _rows(_ZIPS):
        where = (
            row["latitude"],
            row["longitude"],
            row["time_zone"],
            BY_DISTANCE,
            "US Census via examples/make_places.py",
        )
        more = (row["remote"], row["land_km2"], row["region"])
        yield Area(head["home"], row["place"], float(row["weight"]), *where, *more)


def _text(path: Traversable) -> str:
    return path.read_text(encoding="utf-8")


def _rows(path: Traversable) -> list[dict[str, str]]:
    return list(csv.DictReader(_text(path).splitlines()))


def _below(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for each in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if each.name.startswith((".", "__")):
            continue
        name = f"{prefix}{each.name}"
        found += _below(each, f"{name}/") if each.is_dir() else [(name, each.read_bytes())]
    return found


def _fill_notes() -> dict[str, str]:
    """Keys of all networks' fill.csv with what they mean; the first network that names one explains it."""
    found: dict[str, str] = {}
    for name in NETWORKS:
        for row in _rows(_ROOT / name / "fill.csv"):
            found.setdefault(row["key"], f"{row['note']}, {row['unit']}")
    return found


FILLED: Final = _fill_notes()
"""What a map may state in [fill]."""

"""Customers of the built-in network: 887 three-digit ZIP areas of the US Census 2010.

Population, population-weighted centre and land area are carried over from the census table (public domain). Made
here: the state (ranges of ZIP areas, US Postal Service), the time zone (by state; split states by longitude), the
region of like weather (census division), the remote mark (the 12 % of areas with the fewest people a square
kilometre) and the two metro areas with an own delivery station.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

REMOTE_SHARE = 0.12
EARTH_MI = 3958.7613
ZONE_EDGES_MI = (150, 300, 600, 1_000, 1_400, 1_800)
# First ZIP area of each run and its state.
STATES = (
    (5, "NY"), (10, "MA"), (28, "RI"), (30, "NH"), (39, "ME"), (50, "VT"), (55, "MA"), (56, "VT"), (60, "CT"),
    (70, "NJ"), (100, "NY"), (150, "PA"), (197, "DE"), (200, "DC"), (201, "VA"), (202, "DC"), (206, "MD"),
    (220, "VA"), (247, "WV"), (270, "NC"), (290, "SC"), (300, "GA"), (320, "FL"), (350, "AL"), (370, "TN"),
    (386, "MS"), (398, "GA"), (400, "KY"), (430, "OH"), (460, "IN"), (480, "MI"), (500, "IA"), (530, "WI"),
    (550, "MN"), (569, "DC"), (570, "SD"), (580, "ND"), (590, "MT"), (600, "IL"), (630, "MO"), (660, "KS"),
    (680, "NE"), (700, "LA"), (716, "AR"), (730, "OK"), (733, "TX"), (734, "OK"), (750, "TX"), (800, "CO"),
    (820, "WY"), (832, "ID"), (840, "UT"), (850, "AZ"), (870, "NM"), (885, "TX"), (889, "NV"), (900, "CA"),
    (967, "HI"), (970, "OR"), (980, "WA"), (995, "AK"),
)  # fmt: skip
DIVISIONS = {
    "new_england": "CT MA ME NH RI VT",
    "mid_atlantic": "NJ NY PA",
    "south_atlantic": "DC DE FL GA MD NC SC VA WV",
    "east_south_central": "AL KY MS TN",
    "west_south_central": "AR LA OK TX",
    "east_north_central": "IL IN MI OH WI",
    "west_north_central": "IA KS MN MO ND NE SD",
    "mountain": "AZ CO ID MT NM NV UT WY",
    "pacific": "CA OR WA",
    "alaska": "AK",
    "hawaii": "HI",
}
ZONES_OF_TIME = {
    "America/New_York": "CT DC DE FL GA IN KY MA MD ME MI NC NH NJ NY OH PA RI SC TN VA VT WV",
    "America/Chicago": "AL AR IA IL KS LA MN MO MS ND NE OK SD TX WI",
    "America/Denver": "CO ID MT NM UT WY",
    "America/Phoenix": "AZ",
    "America/Los_Angeles": "CA NV OR WA",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
}
# States cut by a time zone: west of the longitude, the second zone holds.
WEST_OF = {
    "FL": (-85.0, "America/Chicago"),
    "IN": (-87.0, "America/Chicago"),
    "KY": (-86.0, "America/Chicago"),
    "TN": (-85.45, "America/Chicago"),
    "ND": (-102.0, "America/Denver"),
    "SD": (-100.6, "America/Denver"),
    "NE": (-101.5, "America/Denver"),
    "KS": (-101.5, "America/Denver"),
    "TX": (-104.5, "America/Denver"),
}
IDAHO_NORTH = 45.5  # north of it, Pacific time
# New York metro (Secaucus): 5.9 % of the population, 472 of 8,000 orders a day. New Jersey's north and middle, the
# city, Long Island to 41 miles, the lower Hudson.
NEW_YORK = ("070-079", "088-089", "100-118")
# Los Angeles metro (Vernon): 3.9 %, 304 orders a day. The county without its desert, and Anaheim.
LOS_ANGELES = ("900-908", "910-918", "928-928")


class Place(NamedTuple):
    """One ZIP area."""

    zip3: str
    population: int
    latitude: float
    longitude: float
    land_km2: int

    @property
    def state(self) -> str:
        """Two letters."""
        return next(state for first, state in reversed(STATES) if int(self.zip3) >= first)


def named(groups: dict[str, str], member: str) -> str:
    """The group that lists a member."""
    return next(name for name, members in groups.items() if member in members.split())


def within(runs: Sequence[str], place: Place) -> bool:
    """Whether a place lies in one of the runs of ZIP areas, written first-last."""
    return any(first <= place.zip3 <= last for first, last in (run.split("-") for run in runs))


def time_zone(place: Place) -> str:
    """By state; split states by longitude, Idaho by latitude."""
    if place.state == "ID" and place.latitude > IDAHO_NORTH:
        return "America/Los_Angeles"
    edge, west = WEST_OF.get(place.state, (-200.0, ""))
    return west if place.longitude < edge else named(ZONES_OF_TIME, place.state)


def read_places(path: Path) -> list[Place]:
    """The census table."""
    with path.open(newline="", encoding="utf-8") as file:
        return [
            Place(
                row["zip3"],
                int(row["population_2010"]),
                float(row["latitude"]),
                float(row["longitude"]),
                int(row["land_km2"]),
            )
            for row in csv.DictReader(file)
        ]


def write_places(path: Path, places: Sequence[Place]) -> None:
    """places.csv."""
    thin = sorted(places, key=lambda place: (place.population / max(place.land_km2, 1), place.zip3))
    remote = {place.zip3 for place in thin[: round(len(places) * REMOTE_SHARE)]}
    stations = {place.zip3: "secaucus" for place in places if within(NEW_YORK, place)}
    stations |= {place.zip3: "vernon" for place in places if within(LOS_ANGELES, place)}
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            ["place", "weight", "latitude", "longitude", "time_zone", "remote", "land_km2", "region", "station"]
        )
        for place in places:
            writer.writerow((
                place.zip3, place.population, place.latitude, place.longitude, time_zone(place),
                "yes" if place.zip3 in remote else "no", max(place.land_km2, 1), named(DIVISIONS, place.state),
                stations.get(place.zip3, ""),
            ))  # fmt: skip


def miles(latitude: float, longitude: float, place: Place) -> float:
    """Great-circle distance (haversine)."""
    a, b, c, d = (math.radians(v) for v in (latitude, longitude, place.latitude, place.longitude))
    half = math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2
    return 2 * EARTH_MI * math.asin(math.sqrt(half))


def zone_of(distance_mi: float) -> int:
    """Parcel zone of a distance."""
    return 2 + sum(distance_mi > edge for edge in ZONE_EDGES_MI)


def nearest_shares(places: Sequence[Place], centres: Sequence[tuple[str, float, float]]) -> dict[str, float]:
    """Share of population by centre: lowest zone first, ties to the nearer centre."""
    total = sum(place.population for place in places)
    shares = {name: 0.0 for name, _, _ in centres}
    for place in places:
        apart = [miles(latitude, longitude, place) for _, latitude, longitude in centres]
        best = min(range(len(centres)), key=lambda n: (zone_of(apart[n]), apart[n]))
        shares[centres[best][0]] += place.population / total
    return shares

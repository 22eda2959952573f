"""From the rows that are sales to orders: names, instants, customers, places.

    sale      one row a line:   order_name, line, item, quantity, price, and the log's row n
    ordering  one row an order: order_name, placed_at, customer, country, place, lines, units, value

An order's instant is that of its earliest row, its customer and country those of its first. More lines than an order
can hold go on under a further name. Where a country has several places, a customer's place is drawn by the hash of
the customer's name (of the order's, where there is none), so that it never depends on the order of the log.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from itertools import accumulate
from typing import Any, Final, NamedTuple

import numpy as np

from firstbest.store.faults import Fault, WorkspaceFaulty, many, nearest, shown
from firstbest.store.import_conditions import sales_bucket
from firstbest.store.import_map import Map
from firstbest.store.import_network import Area, Chosen
from firstbest.store.import_rows import Log
from firstbest.world.ties import text_hash
from firstbest.world.units import MAX_LINE

NO_COUNTRY: Final = ""
_KEYS: Final = 50_000
COUNTRIES: Final = {
    "US": "United States", "USA": "United States", "U.S": "United States", "U.S.A": "United States",
    "UNITED STATES OF AMERICA": "United States", "UNITED STATES": "United States",
    "GB": "United Kingdom", "GBR": "United Kingdom", "UK": "United Kingdom", "GREAT BRITAIN": "United Kingdom",
    "CA": "Canada", "CAN": "Canada", "AU": "Australia", "DE": "Germany", "FR": "France", "IE": "Ireland",
    "NL": "Netherlands", "BE": "Belgium", "ES": "Spain", "IT": "Italy", "CH": "Switzerland", "AT": "Austria",
    "SE": "Sweden", "NO": "Norway", "DK": "Denmark", "FI": "Finland", "PL": "Poland", "PT": "Portugal",
    "JP": "Japan", "MX": "Mexico", "NZ": "New Zealand",
}  # fmt: skip
"""Letters that shops write for countries (ISO 3166-1 and what is usual)."""


class Place(NamedTuple):
    """A place with its orders."""

    area: Area
    orders: int


class Sales(NamedTuple):
    """What the orders of a log come to; days since the epoch, both included."""

    orders: int
    first_day: int
    last_day: int
    places: tuple[Place, ...]
    drawn: int  # orders without a postcode that the network knows, where it knows postcodes

    @property
    def days(self) -> int:
        """Calendar days from the first order to the last."""
        return self.last_day - self.first_day + 1


def make_sales(log: Log, made: Map, network: Chosen) -> Sales:
    """Makes the tables `sale` and `ordering`. Raises `WorkspaceFaulty` for countries that nobody knows."""
    db = log.connection
    db.execute(
        f"""
        CREATE OR REPLACE TABLE sale AS
        WITH numbered AS (
            SELECT *, row_number() OVER (PARTITION BY order_name ORDER BY n) - 1 AS place_in_order
            FROM line WHERE bucket = {sales_bucket(made)}
        )
        SELECT n, item, quantity, price, refunded, customer, country, postcode, placed_at, planned, shipped,
            (place_in_order % {MAX_LINE})::INTEGER AS line,
            CASE WHEN place_in_order < {MAX_LINE} THEN order_name
                ELSE order_name || '+' || (place_in_order // {MAX_LINE}) END AS order_name
        FROM numbered
        """
    )
    _require_sales(log, made, network)
    drawn = _make_orders(db, made, network)
    row: Any = db.execute(
        "SELECT count(*), date_diff('day', DATE '1970-01-01', min(placed_at)::DATE),"
        " date_diff('day', DATE '1970-01-01', max(placed_at)::DATE) FROM ordering"
    ).fetchone()
    counts = dict(db.execute("SELECT place, count(*) FROM ordering GROUP BY place").fetchall())
    places = tuple(Place(area, counts[area.place]) for area in network.areas if area.place in counts)
    return Sales(row[0], row[1], row[2], places, drawn)


def _require_sales(log: Log, made: Map, network: Chosen) -> None:
    """Raises where nothing is sold, or where it is sold to a country without a place."""
    faults, db = [], log.connection
    known = sorted({area.country for area in network.areas})
    found = db.execute("SELECT country, count(*) FROM sale GROUP BY country ORDER BY country").fetchall()
    if not found:
        aside = ", ".join(f"{many(each.rows)} in '{each.name}' ({each.note})" for each in log.buckets if each.rows)
        faults.append(Fault(log.file, 0, "", "one row or more that is a sale", f"none: {aside}"))
    for country, rows in found:
        name = country_name(country, made, network)
        if name and name not in known:
            expected = f"a country of countries.csv, or [[country]] log = {shown(country)} in the map"
            hint = nearest(name, known)
            faults.append(Fault(made.file, 0, "country", expected, f"{shown(name)} in {rows:,} rows{hint}"))
    if faults:
        raise WorkspaceFaulty(faults)


def _make_orders(db: Any, made: Map, network: Chosen) -> int:
    """Makes `ordering`; answers the orders whose place had to be drawn although the network knows postcodes."""
    db.execute(
        """
        CREATE OR REPLACE TABLE bare AS
        SELECT order_name, min(placed_at) AS placed_at, arg_min(customer, n) AS customer,
            arg_min(country, n) AS country, arg_min(postcode, n) AS postcode, max(refunded) AS refunded,
            count(*) AS lines, sum(quantity)::BIGINT AS units,
            sum(quantity::HUGEINT * price) AS value, min(planned) AS planned, min(shipped) AS shipped
        FROM sale GROUP BY order_name
        """
    )
    db.execute("CREATE OR REPLACE TABLE known (country VARCHAR, code VARCHAR, place VARCHAR)")
    db.execute("CREATE OR REPLACE TABLE single (country VARCHAR, place VARCHAR)")
    countries = [str(row[0]) for row in db.execute("SELECT DISTINCT country FROM bare ORDER BY 1").fetchall()]
    areas = _areas(network)
    single = [(each, areas[name][0].place) for each in countries if len(areas[name := _home(each, made, network)]) == 1]
    if single:
        db.executemany("INSERT INTO single VALUES (?, ?)", single)
    coded = [each for each in countries if network.postcodes and _home(each, made, network) == network.home]
    if coded:
        rows = [(country, area.place, area.place) for country in coded for area in areas[network.home]]
        db.executemany("INSERT INTO known VALUES (?, ?, ?)", rows)
    # Three digits of a ZIP are a place; a spreadsheet may have taken the zeros it begins with.
    digits = "regexp_extract(postcode, '^[^0-9A-Za-z]?([0-9]{3,5})(?:-[0-9]{0,4})?$', 1)"
    code = f"CASE WHEN {digits} = '' THEN '' ELSE left(lpad({digits}, 5, '0'), 3) END" if coded else "''"
    db.execute(
        f"""
        CREATE OR REPLACE TABLE standing AS
        SELECT bare.*, coalesce(known.place, single.place) AS place,
            CASE WHEN customer = '' THEN order_name ELSE customer END AS key
        FROM (SELECT *, {code} AS code FROM bare) AS bare
        LEFT JOIN known ON known.country = bare.country AND known.code = bare.code
        LEFT JOIN single ON single.country = bare.country
        """
    )
    drawn = _draw_places(db, made, network)
    db.execute(
        """
        CREATE OR REPLACE TABLE ordering AS
        SELECT standing.order_name, placed_at, customer, standing.country, postcode, refunded, lines, units, value,
            planned, shipped, coalesce(standing.place, drawn.place) AS place,
            row_number() OVER (ORDER BY placed_at, standing.order_name) AS rank
        FROM standing LEFT JOIN drawn ON drawn.key = standing.key AND drawn.country = standing.country
        ORDER BY rank
        """
    )
    db.execute("DROP TABLE bare; DROP TABLE standing; DROP TABLE drawn")
    return drawn if coded else 0


def _draw_places(db: Any, made: Map, network: Chosen) -> int:
    """Makes `drawn`: the place of each customer whom the log does not place; answers the orders that need one."""
    db.execute("CREATE OR REPLACE TABLE drawn (key VARCHAR, country VARCHAR, place VARCHAR)")
    orders = int(db.execute("SELECT count(*) FROM standing WHERE place IS NULL").fetchone()[0])
    if not orders:
        return 0
    db.execute(
        "CREATE OR REPLACE TABLE asking AS SELECT key, country, row_number() OVER () AS i FROM"
        " (SELECT DISTINCT key, country FROM standing WHERE place IS NULL)"
    )
    at = 0
    while keys := db.execute("SELECT key, country FROM asking WHERE i > ? AND i <= ?", [at, at + _KEYS]).fetchall():
        found = {
            name: np.array(values, dtype=object)
            for name, values in zip(("key", "country"), zip(*keys, strict=True), strict=True)
        }
        found["place"] = np.array(placed(keys, made, network), dtype=object)
        db.register("found", found)
        db.execute("INSERT INTO drawn SELECT key, country, place FROM found")
        db.unregister("found")
        at += _KEYS
    db.execute("DROP TABLE asking")
    return orders


def _areas(network: Chosen) -> dict[str, list[Area]]:
    areas: defaultdict[str, list[Area]] = defaultdict(list)
    for area in network.areas:
        areas[area.country].append(area)
    return dict(areas)


def _home(country: str, made: Map, network: Chosen) -> str:
    """What the network calls a country of the log."""
    return country_name(country, made, network) or network.home


def country_name(country: str, made: Map, network: Chosen) -> str:
    """The network's name of a country: by the map, as it is, or by its letters; what nobody knows stays as it is."""
    said = made.countries.get(country, country)
    if said in {area.country for area in network.areas}:
        return said
    return COUNTRIES.get(said.strip().upper().rstrip("."), said)


def placed(keys: list[tuple[str, str]], made: Map, network: Chosen) -> list[str]:
    """The place of each (customer, country): [n], by the hash of the customer over the shares of its country."""
    areas = _areas(network)
    edges = {country: list(accumulate(area.share for area in found)) for country, found in areas.items()}
    homes = {country: _home(country, made, network) for country in {country for _, country in keys}}
    chosen = []
    for key, country in keys:
        name = homes[country]
        drawn = text_hash(key) / 2**64 * edges[name][-1]
        chosen.append(areas[name][bisect_right(edges[name], drawn)].place)
    return chosen

"""From the rows that are sales to orders: names, instants, customers, places.

    sale      one row a line:   order_name, line, item, quantity, price, and the log's row n
    ordering  one row an order: order_name, placed_at, customer, country, place, lines, units, value

An order's instant is that of its earliest row, its customer and country those of its first. More lines than an order
can hold go on under a further name. Where a country has several places, a customer's place is drawn by the hash of
the customer's name (of the order's, where there is none), so that it never depends on the order of the log.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import accumulate
from typing import Any, Final, NamedTuple

from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.import_map import Map
from firstbest.store.import_network import Area, Chosen
from firstbest.store.import_conditions import sales_bucket
from firstbest.store.import_rows import Log
from firstbest.world.ties import text_hash
from firstbest.world.units import MAX_LINE

NO_COUNTRY: Final = ""


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
        SELECT n, item, quantity, price, customer, country, placed_at, planned, shipped,
            (place_in_order % {MAX_LINE})::INTEGER AS line,
            CASE WHEN place_in_order < {MAX_LINE} THEN order_name
                ELSE order_name || '+' || (place_in_order // {MAX_LINE}) END AS order_name
        FROM numbered
        """
    )
    _require_sales(db, made, network)
    _make_orders(db, made, network)
    row: Any = db.execute(
        "SELECT count(*), date_diff('day', DATE '1970-01-01', min(placed_at)::DATE),"
        " date_diff('day', DATE '1970-01-01', max(placed_at)::DATE) FROM ordering"
    ).fetchone()
    counts = dict(db.execute("SELECT place, count(*) FROM ordering GROUP BY place").fetchall())
    places = tuple(Place(area, counts[area.place]) for area in network.areas if area.place in counts)
    return Sales(row[0], row[1], row[2], places)


def _require_sales(db: Any, made: Map, network: Chosen) -> None:
    """Raises where nothing is sold, or where it is sold to a country without a place."""
    faults = []
    known = sorted({area.country for area in network.areas})
    found = db.execute("SELECT country, count(*) FROM sale GROUP BY country ORDER BY country").fetchall()
    if not found:
        faults.append(Fault(made.file, 0, "bucket", "buckets that leave some rows as sales", "none left"))
    for country, rows in found:
        name = made.countries.get(country, country)
        if name and name not in known:
            expected = f"a country of countries.csv, or [[country]] log = {shown(country)} in the map"
            hint = nearest(name, known)
            faults.append(Fault(made.file, 0, "country", expected, f"{shown(name)} in {rows:,} rows{hint}"))
    if faults:
        raise WorkspaceFaulty(faults)


def _make_orders(db: Any, made: Map, network: Chosen) -> None:
    db.execute(
        """
        CREATE OR REPLACE TABLE bare AS
        SELECT order_name, min(placed_at) AS placed_at, arg_min(customer, n) AS customer,
            arg_min(country, n) AS country, count(*) AS lines, sum(quantity)::BIGINT AS units,
            sum(quantity::HUGEINT * price)::BIGINT AS value, min(planned) AS planned, min(shipped) AS shipped
        FROM sale GROUP BY order_name
        """
    )
    keys = db.execute(
        "SELECT DISTINCT CASE WHEN customer = '' THEN order_name ELSE customer END AS key, country FROM bare"
        " ORDER BY key, country"
    ).fetchall()
    places = placed(keys, made, network)
    db.execute(
        """
        CREATE OR REPLACE TABLE ordering AS
        SELECT bare.*, placed.place FROM bare JOIN (SELECT unnest(?) AS key, unnest(?) AS country, unnest(?) AS place)
            AS placed ON placed.key = CASE WHEN bare.customer = '' THEN order_name ELSE bare.customer END
            AND placed.country = bare.country
        ORDER BY placed_at, order_name
        """,
        [[key for key, _ in keys], [country for _, country in keys], places],
    )


def placed(keys: list[tuple[str, str]], made: Map, network: Chosen) -> list[str]:
    """The place of each (customer, country): [n], by the hash of the customer over the shares of its country."""
    areas: defaultdict[str, list[Area]] = defaultdict(list)
    for area in network.areas:
        areas[area.country].append(area)
    edges = {country: list(accumulate(area.share for area in found)) for country, found in areas.items()}
    chosen = []
    for key, country in keys:
        name = made.countries.get(country, country) or network.home
        drawn = text_hash(key) / 2**64 * edges[name][-1]
        index = next(i for i, edge in enumerate(edges[name]) if drawn < edge)
        chosen.append(areas[name][index].place)
    return chosen

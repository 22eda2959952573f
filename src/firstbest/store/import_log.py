"""From an order log and its map to a workspace: `firstbest init DIR --from LOG --map MAP.toml`.

The log is read and put into buckets (import_rows), its sales become orders (import_sales) and items (import_items),
its profile says which business it is (import_profile), and a default network (import_network) serves it. Nothing is
written before everything is known to be right; the same log and map give the same bytes.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from textwrap import fill
from typing import Any, NamedTuple

import duckdb
import numpy as np

from firstbest.store.import_assumed import assumptions
from firstbest.store.import_calendar import DayOff, closed_days, holidays
from firstbest.store.import_files import Parts, files_of
from firstbest.store.import_items import make_goods
from firstbest.store.import_map import Map, read_map
from firstbest.store.import_network import Chosen, chosen_network
from firstbest.store.import_people import crews
from firstbest.store.import_profile import NETWORK_OF, Profile, order_profile
from firstbest.store.import_rows import Bucket, Log, read_log
from firstbest.store.import_sales import Sales, make_sales
from firstbest.store.import_text import WIDTH, buckets_text, chosen_text, profile_text
from firstbest.store.init import require_empty
from firstbest.world.network import I64
from firstbest.world.units import PPM

_EPOCH = date(1970, 1, 1)
_SATURDAY = 5
RETURNS = "returns"


class Imported(NamedTuple):
    """What an import made, and what it found."""

    folder: Path
    files: tuple[Path, ...]
    rows: int
    buckets: tuple[Bucket, ...]
    profile: Profile
    network: str
    text: str  # buckets, profile, network and what is assumed, for a terminal


def import_log(log: Path, map_file: Path, folder: Path) -> Imported:
    """Makes a workspace of an order log in `folder`.

    Raises `FolderInUse` where the folder holds something, `WorkspaceFaulty` where the map or the log is not right.
    """
    require_empty(folder)
    made = read_map(map_file)
    read = read_log(log, made)
    try:
        return _imported(read, made, log, folder)
    finally:
        read.close()


def _imported(read: Log, made: Map, log: Path, folder: Path) -> Imported:
    network = _network(read, made)
    sales = make_sales(read, made, network)
    profile = order_profile(read, made, sales)
    parts = _parts(read, made, network, (sales, profile), log.name)
    text = _text(parts)
    files = [*files_of(parts), ("assumptions.csv", assumptions(parts).encode()), ("profile.txt", text.encode())]
    written = []
    for name, content in sorted(files):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        written.append(target)
    written.append(_write_orders(read.connection, folder / "orders.parquet"))
    return Imported(folder, tuple(written), read.rows, read.buckets, profile, network.name, text)


def _network(read: Log, made: Map) -> Chosen:
    """The network that the map asks for, else the one that fits the profile.

    The profile needs orders, and orders need the places of a network; which business it is hangs on no place, so the
    first network serves to find out.
    """
    if made.network != "by_profile":
        return chosen_network(made.network, made.filled)
    trial = chosen_network("us_warehouse", made.filled)
    bare = made._replace(countries={row[0]: trial.home for row in read.connection.execute(
        "SELECT DISTINCT country FROM line").fetchall()})  # fmt: skip
    profile = order_profile(read, made, make_sales(read, bare, trial))
    return chosen_network(NETWORK_OF[profile.business], made.filled)


def _parts(read: Log, made: Map, network: Chosen, found: tuple[Sales, Profile], name: str) -> Parts:
    sales, profile = found
    db = read.connection
    goods = make_goods(db, network, sales)
    off = _days_off(db, network, sales)
    first = _EPOCH + timedelta(days=sales.first_day)
    free = {each.day for each in off}
    span = [first + timedelta(days=day) for day in range(sales.days)]
    working = sum(day.weekday() < _SATURDAY and day not in free for day in span)
    return Parts(
        made=made,
        network=network,
        sales=sales,
        goods=goods,
        profile=profile,
        crews=crews(network, goods, sales, max(working, 1)),
        days_off=tuple(off),
        buckets=read.buckets,
        log=name,
        return_ppm=_return_ppm(read, network),
        lines_shape=_lines_shape(db),
        currency=made.currency or network.currency,
        time_zone=made.time_zone or network.time_zone,
    )


def _days_off(db: duckdb.DuckDBPyConnection, network: Chosen, sales: Sales) -> list[DayOff]:
    first = _EPOCH + timedelta(days=sales.first_day)
    # Promises run on after the last order.
    last = first + timedelta(days=sales.days + 60)
    known = holidays(network.holidays, first, last)
    day = "date_diff('day', DATE '1970-01-01', placed_at::DATE)"
    by_day = db.execute(f"SELECT {day}, count(*) FROM ordering GROUP BY 1").fetchall()
    closed = closed_days(dict(by_day), known, network.of("trading_orders"), network.node)
    return sorted([*known, *closed])


def _return_ppm(read: Log, network: Chosen) -> int:
    """Chance that a unit comes back, so that as many orders have a return as the log has credit notes."""
    names = [each.name for each in read.buckets]
    orders: Any = read.connection.execute("SELECT units FROM ordering ORDER BY units").fetchnumpy()
    units = np.asarray(orders["units"]).astype(np.int64)
    share = network.of("order_return_percent") / 100
    if RETURNS in names:
        row: Any = read.connection.execute(
            "SELECT count(DISTINCT order_name) FROM line WHERE bucket = ?", [names.index(RETURNS)]
        ).fetchone()
        share = row[0] / len(units)
    return return_ppm(units, min(share, 0.99))


def return_ppm(units: I64, share: float) -> int:
    """The chance a unit, parts per million, at which `share` of orders of so many units [O] have one back or more."""
    low, high = 0, PPM
    while low < high:
        middle = (low + high) // 2
        if float(np.mean(1 - (1 - middle / PPM) ** units)) < share:
            low = middle + 1
        else:
            high = middle
    return low


def _lines_shape(db: duckdb.DuckDBPyConnection) -> tuple[float, ...]:
    """Share of orders with 1, 2, 3 ... lines, up to 200."""
    counts = dict(db.execute("SELECT least(lines, 200), count(*) FROM ordering GROUP BY 1").fetchall())
    total = sum(counts.values())
    return tuple(counts.get(lines, 0) / total for lines in range(1, max(counts) + 1))


def _write_orders(db: duckdb.DuckDBPyConnection, path: Path) -> Path:
    """orders.parquet: a row a line, in the order of instants, names and lines; instants are local."""
    target = str(path).replace("'", "''")
    db.execute(
        f"""
        COPY (
            SELECT o.order_name AS "order", strftime(o.placed_at, '%Y-%m-%d %H:%M:%S') AS placed_at,
                o.customer, o.place, sale.line, sale.item, sale.quantity, sale.price / 1e6 AS price
            FROM sale JOIN ordering AS o ON o.order_name = sale.order_name
            ORDER BY o.placed_at, o.order_name, sale.line
        ) TO '{target}' (FORMAT parquet, COMPRESSION zstd)
        """
    )
    return path


def _text(parts: Parts) -> str:
    """Buckets, profile, network, and what stands behind the money."""
    goods, network = parts.goods, parts.network
    volume = float((goods.units * goods.volume_l).sum()) / parts.sales.orders
    weight = float((goods.units * goods.weight_kg).sum()) / parts.sales.orders
    heads = sum(each.heads for each in parts.crews)
    filled = (
        f"Filled: an order takes {volume:.0f} litres and {weight:.0f} kg on average; {heads} people; opening stock"
        f" of {parts.cover_days} days of demand, the least that serves the log (a log holds no lost sales). The log"
        " holds no cost: all money of a rehearsal rests on filled values (assumptions.csv)."
    )
    return "\n".join(
        (
            buckets_text(parts.buckets, parts.currency),
            profile_text(parts.profile, parts.currency),
            chosen_text(parts.profile, network.name, network.title, network.because),
            fill(filled, WIDTH) + "\n",
        )
    )

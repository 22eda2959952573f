"""From an order log and its map to a workspace: `firstbest init DIR --from LOG --map MAP.toml`.

The log is read and put into buckets (import_rows), its sales become orders (import_sales) and items (import_items),
its profile says which business it is (import_profile), and a default network (import_network) serves it. Nothing is
written before everything is known to be right; the same log and map give the same bytes.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from tempfile import gettempdir
from typing import Any, NamedTuple

import duckdb
import numpy as np

from firstbest.store.faults import Fault, WorkspaceFaulty, many
from firstbest.store.import_assumed import assumptions
from firstbest.store.import_calendar import DayOff, closed_days, holidays
from firstbest.store.import_conditions import bucket_index, sales_bucket
from firstbest.store.import_files import Parts, files_of
from firstbest.store.import_items import make_goods
from firstbest.store.import_map import Map, read_map
from firstbest.store.import_network import Chosen, chosen_network
from firstbest.store.import_people import WHOLE_HOURS, crews, for_few
from firstbest.store.import_profile import NETWORK_OF, WHOLESALE, Profile, order_profile
from firstbest.store.import_rows import MEMORY, Bucket, Log, buckets_of, read_log
from firstbest.store.import_sales import Sales, country_name, make_sales
from firstbest.store.import_shapes import recognised
from firstbest.store.import_text import WIDE, WIDTH, assumed_text, buckets_text, chosen_text, notes_text, profile_text
from firstbest.store.init import require_empty
from firstbest.store.schema_settings import DAYS_MAX
from firstbest.store.workspace_sheets import ROWS_MAX
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
    text: str  # profile, network, buckets and what is assumed, for a terminal of 80 columns
    wide: str  # the same for 120


class Said(NamedTuple):
    """What a user says of a log without a map, or against it; empty: nothing."""

    dates: str = ""
    decimal: str = ""
    time_zone: str = ""
    first: date | None = None
    last: date | None = None

    def over(self, made: Map) -> Map:
        """A map with what is said over it."""
        words = {"dates": self.dates, "decimal": self.decimal, "time_zone": self.time_zone}
        days = {"first_day": self.first, "last_day": self.last}
        given = {key: value for key, value in words.items() if value}
        return made._replace(**given, **{key: (day - _EPOCH).days for key, day in days.items() if day})  # type: ignore[arg-type]


def import_log(log: Path, map_file: Path | None, folder: Path, said: Said | None = None) -> Imported:
    """Makes a workspace of an order log in `folder`; without a map its header says what it is.

    Raises `FolderInUse` where the folder holds something, `WorkspaceFaulty` where the map or the log is not right.
    """
    require_empty(folder)
    title, made = ("", read_map(map_file)) if map_file else _by_header(log)
    made = (said or Said()).over(made)
    try:
        read = read_log(log, made)
        read = read._replace(notes=(*([f"the header is that of {title}"] if title else []), *read.notes))
        try:
            return _imported(read, made, log, folder)
        finally:
            read.close()
    except duckdb.OutOfMemoryException as wrong:
        first = str(wrong).splitlines()[0]
        raise WorkspaceFaulty(
            [Fault(log.name, 0, "", f"a log that {MEMORY} of working memory can hold", first)]
        ) from None
    except duckdb.IOException as wrong:
        first = str(wrong).splitlines()[0]
        expected = f"room to work in, three times the size of the log (TMPDIR names another place than {gettempdir()})"
        raise WorkspaceFaulty([Fault(log.name, 0, "", expected, first)]) from None


def _by_header(log: Path) -> tuple[str, Map]:
    shape, made = recognised(log)
    return shape.title, made


def _imported(read: Log, made: Map, log: Path, folder: Path) -> Imported:
    network, why = _network(read, made)
    network = network._replace(because=why)
    read = _set_aside(read, made, network)
    sales = make_sales(read, made, network)
    _require_days(read, sales, log.name)
    profile = order_profile(read, made, sales)
    parts = _parts(read, made, network, (sales, profile), log.name)
    volume = float((parts.goods.units * parts.goods.volume_l).sum()) / sales.orders
    parts = parts._replace(profile=profile._replace(cube_l=volume))
    text = _text(parts, WIDTH)
    files = [*files_of(parts), ("assumptions.csv", assumptions(parts).encode()), ("profile.txt", text.encode())]
    written = []
    for name, content in sorted(files):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        written.append(target)
    written.append(_write_orders(read.connection, folder / "orders.parquet"))
    wide = _text(parts, WIDE)
    return Imported(folder, tuple(written), read.rows, read.buckets, parts.profile, network.name, text, wide)


def _require_days(read: Log, sales: Sales, name: str) -> None:
    """Raises where the orders span more days than a workspace holds: a part is to be taken, or one year is mistyped."""
    if sales.days <= DAYS_MAX:
        return
    found: Any = read.connection.execute(
        "SELECT arg_min(n, (placed_at, n)), min(placed_at)::DATE, arg_max(n, (placed_at, -n)), max(placed_at)::DATE"
        " FROM sale"
    ).fetchone()
    expected = f"orders of {DAYS_MAX:,} days at most (say --since and --until for a part, or mend the year)"
    told = f"{sales.days:,} days: row {found[0]} is of {found[1]}, row {found[2]} of {found[3]}"
    raise WorkspaceFaulty([Fault(name, found[0], "placed_at", expected, told)])


def _network(read: Log, made: Map) -> tuple[Chosen, str]:
    """The network that the map asks for, else the one that fits, and why.

    The profile needs orders, and orders need the places of a network; which business it is hangs on no place, so the
    first network serves to find out. Where customers are says more than the business: goods leave a country's shed.
    """
    if made.network != "by_profile":
        asked = chosen_network(made.network, made.filled)
        return asked, asked.because
    trial = chosen_network("us_warehouse", made.filled)
    bare = made._replace(countries={row[0]: trial.home for row in read.connection.execute(
        "SELECT DISTINCT country FROM line").fetchall()})  # fmt: skip
    profile = order_profile(read, made, make_sales(read, bare, trial))
    home = country_name(profile.home, made, chosen_network("uk_wholesale", {})) if profile.home else ""
    name = NETWORK_OF[profile.business]
    if home == "United States" or (not home and "postcode" in made.columns):
        name = "us_consumer" if "postcode" in made.columns else "us_warehouse"
    elif home == "United Kingdom":
        name = "uk_wholesale"
    found = chosen_network(name, made.filled)
    why = found.because
    if profile.business == WHOLESALE and name != "uk_wholesale":
        why = "customers are in the United States; no wholesaler's network there is built in, so it has no pallets"
    elif profile.business != WHOLESALE and name == "uk_wholesale":
        why = "customers are in the United Kingdom; no network of homes in that country is built in"
    elif profile.home_share is not None and home:
        aside = " (those abroad are set aside)" if made.abroad_aside and profile.home_share < 1 else ""
        why += f"; {profile.home_share:.1%} of the orders go to {home}{aside}"
    return found, why


def _set_aside(read: Log, made: Map, network: Chosen) -> Log:
    """Puts rows to countries that the network does not serve into their bucket, if the map says so."""
    if not made.abroad_aside:
        return read
    served = {area.country for area in network.areas}
    found = read.connection.execute("SELECT DISTINCT country FROM line WHERE country <> ''").fetchall()
    abroad = [name for (name,) in found if country_name(name, made, network) not in served]
    if not abroad:
        return read
    read.connection.execute(
        f"UPDATE line SET bucket = {bucket_index(made, 'abroad')} WHERE bucket = {sales_bucket(made)}"
        " AND country IN (SELECT unnest(?))",
        [abroad],
    )
    return read._replace(buckets=buckets_of(read.connection, made))


def _parts(read: Log, made: Map, network: Chosen, found: tuple[Sales, Profile], name: str) -> Parts:
    sales, profile = found
    db = read.connection
    goods = make_goods(db, network, sales)
    off = _days_off(db, network, sales)
    first = _EPOCH + timedelta(days=sales.first_day)
    free = {each.day for each in off}
    span = [first + timedelta(days=day) for day in range(sales.days)]
    working = sum(day.weekday() < _SATURDAY and day not in free for day in span)
    people = crews(network, goods, sales, max(working, 1))
    return Parts(
        made=made,
        network=for_few(network, people),
        sales=sales,
        goods=goods,
        profile=profile,
        crews=people,
        days_off=tuple(off),
        buckets=read.buckets,
        notes=_notes(read, sales, network, profile.lines),
        log=name,
        return_ppm=_return_ppm(read, network),
        lines_shape=_lines_shape(db),
        currency=made.currency or read.currency or network.currency,
        time_zone=made.time_zone or network.time_zone,
    )


def _notes(read: Log, sales: Sales, network: Chosen, lines: int) -> tuple[str, ...]:
    """What was read in another way than it is written, and what the network makes of it."""
    notes = list(read.notes)
    if sales.drawn:
        told = f"{many(sales.drawn, 'order')} without a postcode that is known: placed by population"
        notes.append(told)
    if network.postcodes:
        short = "length(regexp_extract(postcode, '^[^0-9A-Za-z]?([0-9]+)$', 1)) IN (3, 4)"
        count = read.connection.execute(f"SELECT count(*) FROM ordering WHERE {short}").fetchone()
        if count and count[0]:
            notes.append(f"{many(count[0], 'order')} with a ZIP that lost the zeros it begins with: they are put back")
    if lines > ROWS_MAX:
        told = f"{many(lines, 'line')} are more than the {ROWS_MAX:,} that a workspace may hold"
        notes.append(f"{told}: to rehearse it, take a part with --since and --until")
    if read.currency and read.currency != network.currency:
        notes.append(
            f"prices are in {read.currency}, the network's costs are numbers for {network.currency}: not converted"
        )
    return tuple(notes)


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
    # By how often each number of units occurs: a log has more orders than memory has room.
    often: Any = read.connection.execute(
        "SELECT units, count(*) AS orders FROM ordering GROUP BY units ORDER BY units"
    ).fetchnumpy()
    units, orders = (np.asarray(often[name]).astype(np.int64) for name in ("units", "orders"))
    total = int(orders.sum())
    share = network.of("order_return_percent") / 100
    refunded: Any = read.connection.execute(
        "SELECT count(*) FILTER (refunded > 0), count(refunded) FROM ordering"
    ).fetchone()
    if refunded[1]:
        share = refunded[0] / total
    if RETURNS in names:
        row: Any = read.connection.execute(
            "SELECT count(DISTINCT order_name) FROM line WHERE bucket = ?", [names.index(RETURNS)]
        ).fetchone()
        share = row[0] / total
    return return_ppm(units, orders, min(share, 0.99))


def return_ppm(units: I64, orders: I64, share: float) -> int:
    """The chance a unit, parts per million, at which `share` of all orders have one back or more.

    So many `orders` [N] hold so many `units` [N].
    """
    low, high = 0, PPM
    while low < high:
        middle = (low + high) // 2
        if float(np.average(1 - (1 - middle / PPM) ** units, weights=orders)) < share:
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
            ORDER BY o.rank, sale.line
        ) TO '{target}' (FORMAT parquet, COMPRESSION zstd)
        """
    )
    return path


def _text(parts: Parts, width: int) -> str:
    """Profile, network, buckets, what was read otherwise than written, and what stands behind the money."""
    network = parts.network
    heads = sum(each.heads for each in parts.crews)
    weight = float((parts.goods.units * parts.goods.weight_kg).sum()) / parts.sales.orders
    hours = parts.network.fill["shift_hours"]
    part = (
        f", {hours.value:g} hours each: there is no more to do"
        if hours.value < WHOLE_HOURS and hours.mark == "filled"
        else ""
    )
    filled = (
        f"An order takes {parts.profile.cube_l:,.1f} litres and {weight:,.2f} kg on average, from prices."
        f" {heads} people do the work of a mean day{part}. Opening stock of {parts.cover_days} days of demand is the"
        " least that serves the log (a log holds no lost sales). The log holds no cost: all money of a rehearsal rests"
        " on filled values, each with its range and source in assumptions.csv."
    )
    return "\n".join(
        (
            profile_text(parts.profile, parts.currency, width),
            chosen_text(parts.profile, network, width, made_by_map=parts.made.network != "by_profile"),
            buckets_text(parts.buckets, parts.currency, width),
            notes_text(parts.notes, width),
            assumed_text(filled, width),
        )
    )

"""The rows of an order log: read as text (door_source), typed, and each put into exactly one bucket.

The log becomes one table `line` on disk, in the log's own order:

    n            row of the log as a spreadsheet counts it
    order_name   text                 item, name, country, customer, postcode  text, '' where the log has none
    quantity     whole units          price, refunded  millionths of the currency, or NULL
    placed_at    local date and time  planned, shipped               days, or NULL
    bucket       index into the buckets: those of the map, then those that every log has

Money is whole millionths, so that sums do not hang on the order in which threads add them. Rows in are rows out: the
buckets add up to the rows of the file, and what was read in another way than it is written is told with its count.
"""

from __future__ import annotations

import shutil
import weakref
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, NamedTuple

import duckdb

from firstbest.store.door_reading import NOTHING, Asked, Dates, bare, dates, decimal_style, empty, number, trimmed
from firstbest.store.door_source import Looked, load, look, name_of
from firstbest.store.door_text import Unreadable
from firstbest.store.faults import Fault, WorkspaceFaulty, many, shown
from firstbest.store.import_conditions import conditions, sales_bucket
from firstbest.store.import_map import SALES, Map, column_faults, knows_only_days
from firstbest.store.schema_words import LINE_UNITS_MAX

MEMORY: Final = "500MB"
THREADS: Final = 2
EXAMPLES: Final = 5
SMALL_BYTES: Final = 20_000_000
TEXTS: Final = ("item", "name", "country", "customer", "postcode")
TESTED_ONLY: Final = ("status", "paid", "fulfilled", "cancelled", "payment", "ships", "channel")
MOSTLY_EMPTY: Final = frozenset({"cancelled", "refunded", "fulfilled", "paid", "payment"})
OF_THE_LINE: Final = frozenset({"order", "item", "name", "quantity", "price", "amount", "ships"})
"""What stands on every row even where only an order's first row holds the rest."""
_UNREADABLE_MOST: Final = 0.5
_HARD: Final = "[\\x{00a0}\\x{2007}\\x{202f}\\x{feff}]"


class Bucket(NamedTuple):
    """Rows of one kind. `value` in millionths; `fits`: rows that pass its tests, whatever bucket they fell into."""

    name: str
    rows: int
    units: int
    value: int
    fits: int
    examples: str  # the commonest items, with their rows
    note: str


class Log(NamedTuple):
    """A log that was read; `line` is in the connection. Close it to give its disk back."""

    connection: duckdb.DuckDBPyConnection
    scratch: Path
    header: tuple[str, ...]
    rows: int
    buckets: tuple[Bucket, ...]
    notes: tuple[str, ...]  # what was read in another way than it is written
    missing: tuple[tuple[str, float], ...]  # column of the log, share of rows without a value
    duplicates: int  # rows that repeat an earlier one in every column
    currency: str  # the commonest, '' where the log does not say
    file: str  # the log's name

    def close(self) -> None:
        """Closes the connection and removes what stands on disk."""
        self.connection.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def read_log(log: Path, made: Map) -> Log:
    """The log by the map. Raises `WorkspaceFaulty` if it cannot be read or lacks a column that the map names."""
    if not log.is_file():
        raise WorkspaceFaulty([Fault(str(log), 0, "", "an order log: CSV, Excel or Parquet", "no such file")])
    scratch = Path(mkdtemp(prefix="firstbest-"))
    connection = opened(scratch, small=log.stat().st_size < SMALL_BYTES)
    try:
        return _read(connection, scratch, log, made)
    except Unreadable as wrong:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)
        raise WorkspaceFaulty([Fault(log.name, wrong.row, "", wrong.expected, wrong.found)]) from None
    except BaseException:
        connection.close()
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def opened(scratch: Path, *, small: bool) -> duckdb.DuckDBPyConnection:
    """A database within the memory that an import may take; of all but small logs it lies on disk."""
    connection = duckdb.connect(":memory:" if small else str(scratch / "import.duckdb"))
    weakref.finalize(connection, shutil.rmtree, scratch, ignore_errors=True)
    connection.execute(
        f"SET memory_limit = '{MEMORY}'; SET threads = {THREADS}; SET preserve_insertion_order = true;"
        f" SET temp_directory = '{str(scratch).replace(chr(39), chr(39) * 2)}'; SET enable_progress_bar = false"
    )
    return connection


def _read(db: duckdb.DuckDBPyConnection, scratch: Path, log: Path, made: Map) -> Log:
    seen = look(log, [tuple(made.columns.values())], made.encoding)
    faults = column_faults(made, list(seen.header))
    faults += [
        Fault(log.name, seen.header_row, name, "a name of its own for each column", "it twice")
        for name in dict.fromkeys(made.columns.values())
        if seen.header.count(name) > 1
    ]
    if faults:
        raise WorkspaceFaulty(faults)
    notes = [*seen.notes, *load(db, seen, made.columns.values(), scratch)]
    rows = _one(db, "SELECT count(*) FROM source")
    if not rows:
        raise Unreadable("one row or more below the header", "none")
    notes += _heads(db, made)
    db.execute(f"CREATE TABLE line AS {_line(db, made, seen, notes)}")
    _require_readable(db, log, made, rows)
    notes += _no_price(db, made)
    missing, duplicates = _missing(db, made), _duplicates(db, rows)
    currency = _currency(db, made, notes)
    db.execute("DROP TABLE source; CHECKPOINT")
    found = buckets_of(db, made)
    return Log(db, scratch, seen.header, rows, found, tuple(notes), missing, duplicates, currency, log.name)


def _heads(db: duckdb.DuckDBPyConnection, made: Map) -> list[str]:
    """Gives every row of an order what only its first row holds; answers what is told."""
    heads = {key: name for key, name in made.columns.items() if key not in OF_THE_LINE}
    if not made.heads_once or not heads:
        return []
    order = name_of(made.columns["order"])
    names = list(dict.fromkeys(heads.values()))
    firsts = ", ".join(
        f"coalesce(arg_min({name_of(name)}, n) FILTER ({name_of(name)} <> ''), '') AS {name_of(name)}" for name in names
    )
    kept = ", ".join(name_of(each) for each in dict.fromkeys(made.columns.values()) if each not in names)
    filled = made.columns["placed_at"]
    count = _one(db, f"SELECT count(*) FROM source WHERE {name_of(filled)} = '' AND {order} <> ''")
    db.execute(f"CREATE TABLE head AS SELECT {order} AS head_order, {firsts} FROM source GROUP BY {order}")
    db.execute(
        f"CREATE TABLE whole AS SELECT n, same, surplus, {kept}, {', '.join(f'head.{name_of(each)}' for each in names)}"
        f" FROM (SELECT n, same, surplus, {kept} FROM source) AS bare JOIN head ON head_order = {order}"
    )
    db.execute("DROP TABLE source; DROP TABLE head; ALTER TABLE whole RENAME TO source")
    goes = "goes on with the order above: it takes" if count == 1 else "go on with the order above them: they take"
    return [f"{many(count)} {goes} its date and address"] if count else []


def _line(db: duckdb.DuckDBPyConnection, made: Map, seen: Looked, notes: list[str]) -> str:
    """The query that gives the log our columns, types and buckets; adds to `notes`. Raises `WorkspaceFaulty`."""
    columns = made.columns
    parts = ["n", "same", "surplus", f"{bare(columns['order'])} AS order_name"]
    parts += [f"{_text(made, key, notes, db)} AS {key}" for key in TEXTS]
    parts += [f"{bare(columns[key]) if key in columns else _NONE} AS {key}" for key in (*TESTED_ONLY, "currency")]
    # Money that is paid back is no number of a line, but it is written as they are.
    numbers: tuple[str, ...] = ("quantity", "price", "amount", "refunded")
    numeric = {key: columns[key] for key in numbers if key in columns}
    style, faults = decimal_style(db, numeric, made.decimal, (seen.path.name, "say --decimal point or --decimal comma"))
    read = {key: number(db, name, style) for key, name in numeric.items()}
    notes += [note for each in read.values() for note in each.notes]
    count = read["quantity"].sql
    whole = f"{count} = floor({count}) AND abs({count}) <= {LINE_UNITS_MAX}"
    parts.append(f"CASE WHEN {whole} THEN {count}::BIGINT END AS quantity")
    price = read["price"].sql if "price" in read else "NULL"
    if "amount" in read and "price" not in read:
        price = f"({read['amount'].sql} / nullif({count}, 0))"
        notes.append(f"{columns['amount']}: what the line costs, divided by its quantity, is the price of a unit")
    parts.append(f"CASE WHEN abs({price}) < 1e9 THEN round({price} * 1e6)::BIGINT END AS price")
    refunded = read["refunded"].sql if "refunded" in read else "NULL"
    parts.append(f"CASE WHEN abs({refunded}) < 1e9 THEN round({refunded} * 1e6)::BIGINT END AS refunded")
    instants, wrong = _instants(db, made, seen.path.name, notes)
    if faults or wrong:
        raise WorkspaceFaulty([*faults, *wrong])
    parts += instants
    if made.drop_duplicates:
        parts.append("row_number() OVER (PARTITION BY same, order_name ORDER BY n) AS copy")
    tests = [sql for _, _, sql in conditions(made)]
    cases = " ".join(f"WHEN fit & {1 << index} <> 0 THEN {index}" for index in range(len(tests)))
    fit = " + ".join(f"CASE WHEN {sql} THEN {1 << index} ELSE 0 END" for index, sql in enumerate(tests))
    ours = "n, order_name, item, name, country, customer, postcode, currency, quantity, price, refunded, placed_at"
    return (
        f"SELECT *, CASE {cases} END AS bucket FROM (SELECT {ours}, planned, shipped, ({fit})::BIGINT AS fit"
        f" FROM (SELECT {', '.join(parts)} FROM source))"
    )


_NONE: Final = "''"


def _text(made: Map, key: str, notes: list[str], db: duckdb.DuckDBPyConnection) -> str:
    """SQL of a text column. Codes lose hard blanks; an item without a code may take its name."""
    if key not in made.columns:
        return _NONE
    name = made.columns[key]
    cell = bare(name)
    if key != "item":
        return cell
    hard = _one(db, f"SELECT count(*) FROM source WHERE regexp_matches({name_of(name)}, '{_HARD}')")
    if hard:
        notes.append(
            f"{name}: {many(hard, 'code')} with hard (non-breaking) blanks: read as plain ones, none at the ends"
        )
        cell = f"trim(regexp_replace({cell}, '\\s*{_HARD}\\s*', ' ', 'g'))"
    if made.name_for_code and "name" in made.columns:
        other = bare(made.columns["name"])
        gone = _one(db, f"SELECT count(*) FROM source WHERE {cell} = '' AND {other} <> ''")
        if gone:
            notes.append(f"{name}: {many(gone)} without a code: the name of the item stands for it")
            cell = f"CASE WHEN {cell} = '' THEN {other} ELSE {cell} END"
    if not made.fold_case:
        return cell
    as_is, folded = db.execute(f"SELECT count(DISTINCT {cell}), count(DISTINCT upper({cell})) FROM source").fetchone()  # type: ignore[misc]
    if as_is > folded:
        count = as_is - folded
        same = "1 code that differs" if count == 1 else f"{count:,} codes that differ"
        items = "one item" if count == 1 else "one item each"
        notes.append(f"{name}: {same} only in small and capital letters: {items}")
    return f"upper({cell})"


def _instants(db: duckdb.DuckDBPyConnection, made: Map, file: str, notes: list[str]) -> tuple[list[str], list[Fault]]:
    asked = Asked(dates=made.dates, date_format=made.date_format, time_zone=made.time_zone)
    found: list[str] = []
    faults: list[Fault] = []
    read: dict[str, Dates] = {}
    for key, name in (("placed_at", "placed_at"), ("planned_ship", "planned"), ("actual_ship", "shipped")):
        if key not in made.columns:
            found.append(f"NULL::DATE AS {name}")
            continue
        column = made.columns[key]
        if column not in read:
            read[column], wrong = dates(db, column, asked, (file, "say --dates day_first or --dates month_first"))
            faults += wrong
            notes += read[column].notes
        sql = read[column].sql
        if knows_only_days(made):
            sql = f"(date_trunc('day', {sql}) + to_minutes({made.clock}))"
        found.append(f"{sql} AS placed_at" if key == "placed_at" else f"({sql})::DATE AS {name}")
    return found, faults


def _require_readable(db: duckdb.DuckDBPyConnection, log: Path, made: Map, rows: int) -> None:
    """Raises where most cells of a column cannot be read: then the map is wrong, not the rows."""
    faults = []
    for key, expected in (("placed_at", "a date and time"), ("quantity", "a whole number"), ("price", "a number")):
        if key not in made.columns:
            continue
        if _one(db, f"SELECT count(*) FROM line WHERE {key} IS NULL") <= rows * _UNREADABLE_MOST:
            continue
        cell = trimmed(made.columns[key])
        bad = f"FROM line JOIN source ON source.n = line.n WHERE line.{key} IS NULL AND {cell} NOT IN {NOTHING}"
        if _one(db, f"SELECT count(*) {bad}") > rows * _UNREADABLE_MOST:
            first = db.execute(f"SELECT line.n, {cell} {bad} ORDER BY line.n LIMIT 1").fetchone()
            assert first is not None
            hint = " (say log.date_format in the map)" if key == "placed_at" and not made.date_format else ""
            faults.append(Fault(log.name, first[0], made.columns[key], expected, shown(first[1]) + hint))
    if faults:
        raise WorkspaceFaulty(faults)


def _no_price(db: duckdb.DuckDBPyConnection, made: Map) -> list[str]:
    """What is told of prices that say something which is no number: those sales have the price of their item."""
    name = made.columns.get("price", made.columns.get("amount", ""))
    sold = f"line.price IS NULL AND line.bucket = {sales_bucket(made)}"
    if not name or not _one(db, f"SELECT count(*) FROM line WHERE {sold}"):
        return []
    cell = trimmed(name)
    count, row, example = db.execute(  # type: ignore[misc]
        f"SELECT count(*), min(line.n), arg_min({cell}, line.n) FROM line JOIN source ON source.n = line.n"
        f" WHERE {sold} AND {cell} NOT IN {NOTHING}"
    ).fetchone()
    if not count:
        return []
    told = f"{many(count)} with what is no price, such as {shown(example)} in row {row}"
    return [f"{name}: {told}: the item's own stands for it"]


def _missing(db: duckdb.DuckDBPyConnection, made: Map) -> tuple[tuple[str, float], ...]:
    # What is empty unless something happened to an order is no gap: hardly any order is cancelled.
    names = tuple(dict.fromkeys(name for key, name in made.columns.items() if key not in MOSTLY_EMPTY))
    shares = db.execute(f"SELECT {', '.join(f'avg(({empty(name)})::INT)' for name in names)} FROM source").fetchone()
    assert shares is not None
    return tuple(zip(names, shares, strict=True))


def _duplicates(db: duckdb.DuckDBPyConnection, rows: int) -> int:
    """Rows that repeat an earlier one in every column, by 64 bits of their text."""
    return rows - _one(db, "SELECT count(DISTINCT same) FROM source")


def _currency(db: duckdb.DuckDBPyConnection, made: Map, notes: list[str]) -> str:
    """The commonest currency; prices in another are left open, and told."""
    found = db.execute(
        "SELECT currency, count(*) AS c FROM line WHERE currency <> '' AND bucket = ? GROUP BY 1 ORDER BY c DESC, 1",
        [sales_bucket(made)],
    ).fetchall()
    main = made.currency or (str(found[0][0]).upper() if found else "")
    other = [(name, count) for name, count in found if name.upper() != main]
    if other:
        told = ", ".join(f"{name} in {many(count)}" for name, count in other)
        notes.append(f"{made.columns['currency']}: prices in {told} are not converted: the item's price in {main}")
        db.execute("UPDATE line SET price = NULL WHERE currency <> '' AND upper(currency) <> ?", [main])
    return main


def buckets_of(db: duckdb.DuckDBPyConnection, made: Map) -> tuple[Bucket, ...]:
    """Every bucket with its rows; those that every log has are left out where they are empty, sales never."""
    sums = {
        row[0]: row[1:]
        for row in db.execute(
            "SELECT bucket, count(*), coalesce(sum(quantity), 0), coalesce(sum(quantity::HUGEINT * price), 0)"
            " FROM line GROUP BY bucket ORDER BY bucket"
        ).fetchall()
    }
    declared = conditions(made)
    fitting = db.execute(
        f"SELECT {', '.join(f'count(*) FILTER (fit & {1 << index} <> 0)' for index in range(len(declared)))} FROM line"
    ).fetchone()
    assert fitting is not None
    found = []
    for index, (name, note, _) in enumerate(declared):
        rows, units, value = sums.get(index, (0, 0, 0))
        if rows or index < len(made.rules) or name == SALES:
            fits = rows if name == SALES else fitting[index]
            found.append(Bucket(name, rows, int(units), int(value), fits, _examples(db, index, rows), note))
    return tuple(found)


def _examples(db: duckdb.DuckDBPyConnection, index: int, rows: int) -> str:
    """The commonest items of a bucket and their rows."""
    if not rows:
        return ""
    found = db.execute(
        "SELECT item, count(*) AS c FROM line WHERE bucket = ? GROUP BY item ORDER BY c DESC, item LIMIT ?",
        [index, EXAMPLES],
    ).fetchall()
    return ", ".join(f"{item or 'nothing'} {count}" for item, count in found)


def _one(db: duckdb.DuckDBPyConnection, query: str) -> int:
    row: Any = db.execute(query).fetchone()
    return int(row[0])

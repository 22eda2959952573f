"""The rows of an order log: read by DuckDB, typed, and each put into exactly one bucket.

The log becomes one table `line` in memory, in the log's own order:

    n            row of the log, from 1
    order_name   text                 item, name, country, customer  text, '' where the log has none
    quantity     whole units          price                          millionths of the currency, or NULL
    placed_at    local date and time  planned, shipped               days, or NULL
    bucket       index into the buckets: those of the map, then those that every log has

Money is whole millionths, so that sums do not hang on the order in which threads add them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from firstbest.store.faults import Fault, WorkspaceFaulty, shown
from firstbest.store.import_map import BUILT_IN, MISSING, NOT, SALES, Map, Rule, column_faults, knows_only_days, within

MEMORY: Final = "700MB"
THREADS: Final = 2
EXAMPLES: Final = 5
_TEXT: Final = ("item", "name", "country", "customer")
_UNREADABLE_MOST: Final = 0.5
_NOTHING: Final = "('', 'nan', 'NaN', 'null', 'NULL', 'None')"
_TESTS: Final = {
    "no order": "order_name = ''",
    "no item": "item = ''",
    "no date": "placed_at IS NULL",
    "no quantity": "coalesce(quantity, 0) = 0",
    "negative quantity": "coalesce(quantity, 0) < 0",
    "negative price": "coalesce(price, 0) < 0",
}


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
    """A log that was read. `source` is the table with the log's own columns as text."""

    connection: duckdb.DuckDBPyConnection
    header: tuple[str, ...]
    rows: int
    buckets: tuple[Bucket, ...]


def read_log(log: Path, made: Map) -> Log:
    """The log by the map. Raises `WorkspaceFaulty` if it cannot be read or lacks a column that the map names."""
    connection = duckdb.connect()
    connection.execute(f"SET memory_limit = '{MEMORY}'; SET threads = {THREADS}; SET preserve_insertion_order = true")
    header = _opened(connection, log, made)
    faults = column_faults(made, list(header))
    if faults:
        raise WorkspaceFaulty(faults)
    connection.execute(f"CREATE TABLE line AS SELECT *, {_bucket(made)} AS bucket FROM ({_typed(made)}) ORDER BY n")
    rows = _one(connection, "SELECT count(*) FROM line")
    _require_readable(connection, log, made, rows)
    return Log(connection, header, rows, _buckets(connection, made))


def sales_bucket(made: Map) -> int:
    """Index of the bucket of sales."""
    return len(made.rules) + [name for name, _ in BUILT_IN].index(SALES)


def _opened(connection: duckdb.DuckDBPyConnection, log: Path, made: Map) -> tuple[str, ...]:
    """Makes the view `source` of the file, every column as it is; answers the names of its columns."""
    path = str(log).replace("'", "''")
    if log.suffix.lower() == ".parquet":
        reader = f"read_parquet('{path}')"
    else:
        encoding = made.encoding.replace("'", "''")
        reader = f"read_csv('{path}', all_varchar = true, header = true, encoding = '{encoding}', null_padding = true)"
    try:
        if not log.is_file():
            raise WorkspaceFaulty([Fault(str(log), 0, "", "an order log, CSV or Parquet", "no such file")])
        connection.execute(f"CREATE VIEW source AS SELECT * FROM {reader}")
        found = connection.execute("SELECT * FROM source LIMIT 0").description or ()
    except duckdb.Error as error:
        said = str(error).split("\n", 1)[0]
        fault = Fault(log.name, 0, "", "a CSV or Parquet file that can be read", shown(said))
        raise WorkspaceFaulty([fault]) from error
    return tuple(str(each[0]) for each in found)


def quoted(name: str) -> str:
    """A name of the log's as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def _typed(made: Map) -> str:
    """The query that gives the log our columns, types and row numbers."""
    columns = made.columns
    parts = ["row_number() OVER () AS n", f"{_text(columns['order'])} AS order_name"]
    for key in _TEXT:
        cell = _text(columns[key]) if key in columns else "''"
        parts.append(f"{f'upper({cell})' if key == 'item' and made.fold_case else cell} AS {key}")
    # A number that is not whole is no quantity.
    count = f"TRY_CAST(trim(CAST({quoted(columns['quantity'])} AS VARCHAR)) AS DOUBLE)"
    parts.append(f"CASE WHEN {count} = floor({count}) AND abs({count}) < 1e12 THEN {count}::BIGINT END AS quantity")
    price = f"TRY_CAST(trim(CAST({quoted(columns['price'])} AS VARCHAR)) AS DOUBLE)" if "price" in columns else "NULL"
    parts.append(f"CASE WHEN abs({price}) < 1e9 THEN round({price} * 1e6)::BIGINT END AS price")
    parts.append(f"{_moment(made, columns['placed_at'])} AS placed_at")
    for key, name in (("planned_ship", "planned"), ("actual_ship", "shipped")):
        parts.append(f"{_moment(made, columns[key])}::DATE AS {name}" if key in columns else f"NULL::DATE AS {name}")
    if made.drop_duplicates:
        parts.append("row_number() OVER (PARTITION BY source ORDER BY source) AS copy")
    return f"SELECT {', '.join(parts)} FROM source"


def _text(name: str) -> str:
    cell = f"trim(CAST({quoted(name)} AS VARCHAR))"
    return f"CASE WHEN {cell} IS NULL OR {cell} IN {_NOTHING} THEN '' ELSE {cell} END"


def _moment(made: Map, name: str) -> str:
    cell = quoted(name)
    if made.date_format:
        form = made.date_format.replace("'", "''")
        found = f"coalesce(try_strptime(CAST({cell} AS VARCHAR), '{form}'), TRY_CAST({cell} AS TIMESTAMP))"
    else:
        found = f"TRY_CAST({cell} AS TIMESTAMP)"
    if knows_only_days(made):
        found = f"(date_trunc('day', {found}) + to_minutes({made.clock}))"
    return found


def _condition(rule: Rule) -> str:
    """SQL that says whether a row passes all tests of a bucket."""
    parts = []
    for test in rule.tests:
        column = "order_name" if test.column == "order" else test.column
        if test.how == MISSING:
            parts.append(f"({column} IS NULL OR CAST({column} AS VARCHAR) = '')")
        elif test.how in ("found", NOT):
            pattern = test.value.replace("'", "''")
            parts.append(f"{'NOT ' if test.how == NOT else ''}regexp_matches({column}, '{pattern}')")
        else:
            factor = 1_000_000 if column == "price" else 1
            parts.append(f"coalesce({column} {test.how} {float(test.value) * factor:.0f}, false)")
    return " AND ".join(parts)


def _conditions(made: Map) -> list[tuple[str, str, str]]:
    """All buckets in order: (name, note, SQL); the last, sales, takes what is left."""
    first, last = within(made)
    outside = [f"placed_at < DATE '1970-01-01' + {first}" if first is not None else ""]
    outside.append(f"placed_at >= DATE '1970-01-01' + {last + 1}" if last is not None else "")
    tests = {
        **_TESTS,
        "outside the period": " OR ".join(filter(None, outside)) or "false",
        "exact duplicates": "copy > 1" if made.drop_duplicates else "false",
        SALES: "true",
    }
    return [
        *((rule.name, rule.note, _condition(rule)) for rule in made.rules),
        *((name, note, tests[name]) for name, note in BUILT_IN),
    ]


def _bucket(made: Map) -> str:
    cases = [f"WHEN {sql} THEN {index}" for index, (_, _, sql) in enumerate(_conditions(made))]
    return f"CASE {' '.join(cases)} END"


def _require_readable(connection: duckdb.DuckDBPyConnection, log: Path, made: Map, rows: int) -> None:
    """Raises where most cells of a column cannot be read: then the map is wrong, not the rows."""
    faults = [] if rows else [Fault(log.name, 0, "", "one row or more", "none")]
    for key, expected in (("placed_at", "a date and time"), ("quantity", "a whole number"), ("price", "a number")):
        if key not in made.columns:
            continue
        cell = quoted(made.columns[key])
        bad = (
            f"FROM line JOIN (SELECT row_number() OVER () AS n, CAST({cell} AS VARCHAR) AS cell FROM source) AS raw"
            f" ON raw.n = line.n WHERE line.{key} IS NULL AND raw.cell NOT IN {_NOTHING}"
        )
        if _one(connection, f"SELECT count(*) {bad}") > rows * _UNREADABLE_MOST:
            first = connection.execute(f"SELECT line.n, raw.cell {bad} ORDER BY line.n LIMIT 1").fetchone()
            assert first is not None
            hint = " (say log.date_format in the map)" if key == "placed_at" and not made.date_format else ""
            faults.append(Fault(log.name, first[0] + 1, made.columns[key], expected, shown(first[1]) + hint))
    if faults:
        raise WorkspaceFaulty(faults)


def _buckets(connection: duckdb.DuckDBPyConnection, made: Map) -> tuple[Bucket, ...]:
    """Every bucket with its rows; those that every log has are left out where they are empty, sales never."""
    conditions = _conditions(made)
    sums = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT bucket, count(*), coalesce(sum(quantity), 0), coalesce(sum(quantity::HUGEINT * price), 0)"
            " FROM line GROUP BY bucket ORDER BY bucket"
        ).fetchall()
    }
    fitting = connection.execute(
        f"SELECT {', '.join(f'count(*) FILTER ({sql})' for _, _, sql in conditions)} FROM line"
    ).fetchone()
    assert fitting is not None
    found = []
    for index, (name, note, _) in enumerate(conditions):
        rows, units, value = sums.get(index, (0, 0, 0))
        if rows or index < len(made.rules) or name == SALES:
            fits = rows if name == SALES else fitting[index]
            found.append(Bucket(name, rows, int(units), int(value), fits, _examples(connection, index, rows), note))
    return tuple(found)


def _examples(connection: duckdb.DuckDBPyConnection, index: int, rows: int) -> str:
    """The commonest items of a bucket and their rows."""
    if not rows:
        return ""
    found = connection.execute(
        "SELECT item, count(*) AS c FROM line WHERE bucket = ? GROUP BY item ORDER BY c DESC, item LIMIT ?",
        [index, EXAMPLES],
    ).fetchall()
    return ", ".join(f"{item or 'nothing'} {count}" for item, count in found)


def _one(connection: duckdb.DuckDBPyConnection, query: str) -> int:
    row: Any = connection.execute(query).fetchone()
    return int(row[0])

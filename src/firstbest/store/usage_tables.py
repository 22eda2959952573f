"""Read-only SQL over a tenant's own facts, metered by the bytes it scans.

A tenant's rows are taken out of the facts into tables in memory; then the engine is shut: no files, no network, no
settings, a limit on memory and on rows answered. What a query scans is read from the engine's own profile: rows times
the width of the columns that were looked at.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import duckdb

from firstbest.store.sink_writer import quoted
from firstbest.world.facts import FACTS

BY_SELLER: Final = ("ordered", "planned", "released", "packed", "departed", "delivered", "completed")
BY_ITEM: Final = (
    "allocated",
    "refused",
    "cancelled",
    "picked",
    "returned",
    "replenished",
    "moved",
    "received",
    "counted",
    "opened",
)
TENANT_FACTS: Final = (*BY_SELLER, *BY_ITEM)
"""Facts that belong to one tenant: by its name, or by whose the item is."""
ROWS_MAX: Final = 10_000
TEXT_MAX: Final = 10_000
MEMORY: Final = "400MB"
_WIDTH: Final = {"BIGINT": 8, "UBIGINT": 8, "INTEGER": 4, "SMALLINT": 2}


class QueryRefused(Exception):  # noqa: N818 - it names what became of a query
    """A query that cannot be answered; says why."""


class Answer(NamedTuple):
    """What a query found, and what it cost to find."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    more: bool  # rows beyond the limit were left out
    bytes_scanned: int


def tenant_rows(facts: Path, name: str, item_tenant: Sequence[int], tenant: int) -> str:
    """SQL that selects a tenant's rows of one fact type. `item_tenant`: whose each item is, by its code."""
    source = f"SELECT * FROM read_parquet('{quoted(facts / name)}/*.parquet') AS rows"
    if name in BY_SELLER:
        return f"{source} WHERE rows.seller = {tenant:d} ORDER BY rows.number, rows.ordinal"
    own = [item for item, of in enumerate(item_tenant) if of == tenant]
    listed = ", ".join(map(str, own)) or "-1"
    return f"{source} WHERE rows.item IN ({listed}) ORDER BY rows.number, rows.ordinal"


class Tables:
    """A tenant's own facts, open to its queries."""

    def __init__(self, facts: Path, item_tenant: Sequence[int], tenant: int) -> None:
        """Take the tenant's rows out of the facts and shut the engine."""
        self._engine = duckdb.connect(config={"threads": 1, "memory_limit": MEMORY})
        for name in TENANT_FACTS:
            text = tenant_rows(facts, name, item_tenant, tenant)
            self._engine.execute(f'CREATE TABLE "{name}" AS {text}')
        for setting in (
            "enable_external_access = false",
            "autoload_known_extensions = false",
            "lock_configuration = true",
        ):
            self._engine.execute(f"SET {setting}")

    def close(self) -> None:
        """Let the tables go."""
        self._engine.close()

    def query(self, text: str, before: Callable[[int], object] | None = None) -> Answer:
        """Answer one SELECT; `before` is told the bytes it scans first, and may raise.

        Raises `QueryRefused` where it is anything else, too long, or wrong.
        """
        if len(text) > TEXT_MAX:
            raise QueryRefused(f"expected a query of {TEXT_MAX:,} letters or fewer, found {len(text):,}")
        try:
            statements = duckdb.extract_statements(text)
            if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
                raise QueryRefused("expected one SELECT, found another statement")
            scanned = self._scanned(text)
            if before is not None:
                before(scanned)
            found = self._engine.execute(text)
            rows = found.fetchmany(ROWS_MAX + 1)
            names = tuple(str(column[0]) for column in found.description or ())
        except duckdb.Error as wrong:
            raise QueryRefused(" ".join(str(wrong).split())) from None
        return Answer(names, tuple(map(tuple, rows[:ROWS_MAX])), len(rows) > ROWS_MAX, scanned)

    def _scanned(self, text: str) -> int:
        """Bytes that the query looks at: for each scan in its plan, rows of the table times width of its columns."""
        told = self._engine.execute(f"EXPLAIN (FORMAT json) {text}").fetchall()
        plan = json.loads(told[-1][-1])
        return sum(self._scan(node) for node in _nodes(plan))

    def _scan(self, node: dict[str, Any]) -> int:
        info = node.get("extra_info", {})
        table = str(info.get("Table", "")).rpartition(".")[2].strip('"') if isinstance(info, dict) else ""
        if table not in TENANT_FACTS:
            return 0
        (rows,) = self._engine.execute(f'SELECT count(*) FROM "{table}"').fetchone() or (0,)
        columns = dict(self._engine.execute(f"SELECT name, type FROM pragma_table_info('{table}')").fetchall())
        chosen = info.get("Projections", [])
        names = [chosen] if isinstance(chosen, str) else list(chosen)
        used = [name for name in names if name in columns] or list(columns)[:1]
        return int(rows) * sum(_WIDTH.get(columns[name], 8) for name in used)


def _nodes(plan: Any) -> list[dict[str, Any]]:
    """All nodes of a plan."""
    if isinstance(plan, list):
        return [node for each in plan for node in _nodes(each)]
    if not isinstance(plan, dict):
        return []
    return [plan, *_nodes(plan.get("children", []))]


assert set(TENANT_FACTS) <= {fact.name for fact in FACTS}

"""The tables of a book that are made from declarations: packed rows with a view each, side tables, relations.

What is there is compared with what is declared: a table that is missing is made, columns that are new are added, and
packed rows of an older shape are packed anew.
"""

from __future__ import annotations

import json
from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.store.book_engine import POSTGRES, SQLITE, TYPES, Engine, Relation, packed_name, quoted, relation_of
from firstbest.store.book_live import BookError
from firstbest.store.book_queries import query
from firstbest.store.book_recent import unpack_pending
from firstbest.store.book_refold import mark
from firstbest.store.book_seal import dtype_of, widened
from firstbest.store.sides import SIDES
from firstbest.world.tables import TABLES, Table

BLOCK: Final = Relation(
    "block", (("tick", "int"), ("place", "int"), ("name", "text"), ("packed", "bytes")), ("tick", "place")
)
ADMITTED: Final = Relation("admitted", (("tick", "int"), ("commands", "bytes"), ("lines", "bytes")), ("tick",))
ORDER_TICK: Final = Relation("order_tick", (("order", "int"), ("tick", "int")), ("order", "tick"))
POSTING: Final = Relation(
    "posting",
    tuple((name, "int") for name in ("item", "node", "number", "ordinal", "bucket", "quantity", "at", "tenant")),
    ("item", "node", "number", "ordinal", "bucket"),
)
ENVELOPES: Final = ("tick", "lease", "layout")
"""What a tenant's connection may read besides its own rows: when ticks were sealed, and by whom."""
DEFAULTS: Final = {"int": "0", "text": "''", "json": "'null'"}
EMPTY_BYTES: Final = {SQLITE: "x''", POSTGRES: "'\\x'"}


def make_tables(engine: Engine) -> None:
    """Make or widen what is declared; to be called inside a transaction."""
    shapes: dict[str, str] = dict(engine.ask(query("shapes")))
    if any(shapes.get(table.name, shape_of(table)) != shape_of(table) for table in TABLES):
        settle_older(engine, shapes)
    widened_now = [table.name for table in TABLES if table.name in shapes and shapes[table.name] != shape_of(table)]
    for table in TABLES:
        shape = shape_of(table)
        if shapes.get(table.name) != shape:
            keep_shape(engine, table, shapes.get(table.name))
            engine.tell(query("shape_keep"), (table.name, shape))
    for side in SIDES:
        make_relation(engine, relation_of(side))
    # What was sealed before does not tell the new columns; only the facts do.
    if widened_now and engine.ask(query("last_tick")):
        mark(engine, widened_now)
    if engine.dialect == POSTGRES and not shapes:
        fence(engine, POSTING.table)
        for name in ENVELOPES:
            engine.tell(query("tenant_grant", POSTGRES).format(table=name))


def settle_older(engine: Engine, shapes: dict[str, str]) -> None:
    """Give tables of an older shape what is pending in that shape, before they are packed anew."""
    older = {
        name: Table(name, dtype_of(json.loads(shape)), dense=False, at_least_zero=()) for name, shape in shapes.items()
    }
    for (data,) in engine.ask(query("pending")):
        for table, rows, gone in unpack_pending(data, older):
            engine.end_packed(table, gone)
            if len(rows):
                engine.put_packed(table, rows)
    engine.tell(query("pending_clear"))


def shape_of(table: Table) -> str:
    """How the rows of a folded table are packed."""
    return json.dumps(table.dtype.descr, separators=(",", ":"))


def fence(engine: Engine, table: str) -> None:
    """Let a tenant's connection see its own rows of a table, and no others."""
    for name in ("relation_fence", "relation_policy", "tenant_grant"):
        engine.tell(query(name, POSTGRES).format(table=table))


def keep_shape(engine: Engine, table: Table, before: str | None) -> None:
    """Bring a folded table into today's shape."""
    if before is None:
        older = first_shape(engine, table)
        engine.tell(query("table_make", engine.dialect).format(table=packed_name(table)))
    else:
        older = widened(engine.all_packed(table).view(dtype_of(json.loads(before))), table.dtype)
    if len(older):
        engine.put_packed(table, older)
    engine.tell(query("view_drop").format(view=f"state_{table.name}"))
    columns = ", ".join(f'{column(engine.dialect, table, name)} AS "{name}"' for name in table.dtype.names or ())
    view = query("view_make").format(view=f"state_{table.name}", columns=columns, source=packed_name(table))
    engine.tell(view)


def first_shape(engine: Engine, table: Table) -> NDArray[np.void]:
    """Rows as the first version of the book kept them, an SQL column each; their table is dropped."""
    name = f"state_{table.name}"
    there = [each for (each,) in engine.ask(query("table_columns", engine.dialect), (name,))]
    names = [each for each in table.dtype.names or () if each in there]
    if not names:
        return np.zeros(0, table.dtype)
    found = engine.ask(query("first_shape").format(columns=quoted(names), table=name))
    rows = np.zeros(len(found), table.dtype)
    for each, values in zip(names, zip(*found, strict=True), strict=False):
        unsigned = table.dtype[each] == np.uint64
        rows[each] = np.array(values, np.int64).view(np.uint64) if unsigned else values
    engine.tell(query("table_drop").format(table=name))
    return rows


def column(dialect: str, table: Table, name: str) -> str:
    """SQL that reads a number out of a packed row; unsigned numbers show as the signed number of the same bits."""
    fields = table.dtype.fields
    assert fields is not None, f"table '{table.name}' needs named columns"
    kind, start = fields[name][0], fields[name][1]
    if name == "key":
        return "key"
    if dialect == POSTGRES:
        return f"packed_int(packed, {start}, {kind.itemsize})"
    digits, bits = "'123456789ABCDEF'", 4
    halves = [f"instr({digits}, substr(hex(packed), {2 * start + n + 1}, 1))" for n in range(2 * kind.itemsize)]
    # Bytes run from the lowest to the highest, the halves of a byte the other way.
    terms = [f"({half} << {bits * (n ^ 1)})" for n, half in enumerate(halves)]
    top = halves[-2]
    terms[-2] = f"(({top} - {top} / 8 * 16) << {bits * (len(halves) - 1)})"
    return "(" + " + ".join(terms) + ")"


def make_relation(engine: Engine, relation: Relation) -> None:
    """Make the table of a relation, or add the columns that are new."""
    dialect, types = engine.dialect, TYPES[engine.dialect]
    there = [name for (name,) in engine.ask(query("table_columns", dialect), (relation.table,))]
    if not there:
        columns = ", ".join(f'"{name}" {types[kind]} NOT NULL' for name, kind in relation.columns)
        # A body may be long, and long rows make a tree of rows by key slow.
        clustered = "" if any(kind == "json" for _, kind in relation.columns) else ", WITHOUT ROWID"
        made = query("relation_make", dialect)
        engine.tell(made.format(table=relation.table, columns=columns, key=quoted(relation.key), clustered=clustered))
        for number, names in enumerate(relation.indexes):
            index = f"{relation.table}_{number}"
            engine.tell(query("relation_index").format(index=index, table=relation.table, columns=quoted(names)))
        if dialect == POSTGRES and "tenant" in relation.names:
            fence(engine, relation.table)
    elif list(relation.names[: len(there)]) != there:
        raise BookError(f"table '{relation.table}' needs the columns {quoted(relation.names)}, has {quoted(there)}")
    for name, kind in relation.columns[len(there) :] if there else ():
        default = DEFAULTS.get(kind, EMPTY_BYTES[dialect])
        column = f'"{name}" {types[kind]} NOT NULL DEFAULT {default}'
        engine.tell(query("relation_widen").format(table=relation.table, column=column))

"""Rows of side tables on their way into a database and out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from firstbest.store.beside import Key, Row, Side, SideEnd, SidePut
from firstbest.store.book_engine import Engine, quoted, relation_of
from firstbest.store.book_live import BookError
from firstbest.store.book_queries import query

PYTHON: Final[dict[str, type]] = {"int": int, "text": str, "bytes": bytes}
INT_MAX: Final = 2**63 - 1
GET_MOST: Final = 500
"""Keys looked up in one query."""


class SideError(BookError):
    """A row that its side table cannot hold; nothing was sealed."""


def fitting(side: Side, rows: Sequence[Row]) -> dict[Key, Row]:
    """Rows as the database takes them, the last of each key; refuses what only one of the databases would take."""
    for row in rows:
        if len(row) != len(side.columns):
            raise SideError(f"side '{side.name}' needs rows of {len(side.columns)} columns, was {len(row)}")
    columns = [
        fit(side, name, kind, values)
        for (name, kind), values in zip(side.columns, zip(*rows, strict=True), strict=False)
    ]
    spots = [side.names.index(name) for name in side.key]
    return dict(zip(zip(*(columns[spot] for spot in spots), strict=True), zip(*columns, strict=True), strict=True))


def fit(side: Side, name: str, kind: str, values: Sequence[Any]) -> Sequence[Any]:
    """The values of one column as the database takes them."""
    if kind == "json":
        return [msgspec.json.encode(value).decode() for value in values]
    if set(map(type, values)) != {PYTHON[kind]}:
        wrong = next(value for value in values if type(value) is not PYTHON[kind])
        raise SideError(f"side '{side.name}', column '{name}' needs {kind}, was {wrong!r:.60}")
    if kind == "int" and not (min(values) >= -INT_MAX - 1 and max(values) <= INT_MAX):
        wrong = next(value for value in values if not -INT_MAX - 1 <= value <= INT_MAX)
        raise SideError(f"side '{side.name}', column '{name}' needs an integer of 64 bits, was {wrong}")
    if kind == "text":
        for value in values:
            check_text(side, name, value)
    return values


def check_text(side: Side, name: str, value: str) -> None:
    """A text must be one that both databases hold: no U+0000, no half of a surrogate pair."""
    if value.isascii() and "\0" not in value:
        return
    spot = next((n for n, letter in enumerate(value) if letter == "\0" or "\ud800" <= letter <= "\udfff"), -1)
    if spot >= 0:
        found = f"U+{ord(value[spot]):04X} at {spot}"
        raise SideError(f"side '{side.name}', column '{name}' needs text that can be kept, has {found}")


def read_back(side: Side, found: Sequence[Row]) -> list[Row]:
    """Rows as they were given."""
    documents = [spot for spot, (_, kind) in enumerate(side.columns) if kind == "json"]
    if not documents:
        return list(found)
    made = []
    for row in found:
        values = list(row)
        for spot in documents:
            values[spot] = msgspec.json.decode(values[spot])
        made.append(tuple(values))
    return made


def write_sides(engine: Engine, ends: Sequence[SideEnd], puts: Sequence[tuple[Side, dict[Key, Row]]]) -> None:
    """Take ends, then puts."""
    for end in ends:
        if len(end.keys):
            engine.end(relation_of(end.side), sorted(set(end.keys)))
    for side, rows in puts:
        if rows:
            engine.put(relation_of(side), list(rows.values()))


def merged(puts: Sequence[SidePut]) -> list[tuple[Side, dict[Key, Row]]]:
    """Puts by side, as the database takes them; of two of a key the later holds."""
    made: dict[str, tuple[Side, dict[Key, Row]]] = {}
    for put in puts:
        if not put.rows:
            continue
        _, rows = made.setdefault(put.side.name, (put.side, {}))
        rows.update(fitting(put.side, put.rows))
    return list(made.values())


def side_get(engine: Engine, side: Side, keys: Sequence[Key]) -> dict[Key, Row]:
    """Rows by their keys; those that are not there, or are another tenant's, are left out."""
    own = (engine.tenant,) if engine.tenant is not None and "tenant" in side.names else ()
    spots = [side.names.index(name) for name in side.key]
    made: dict[Key, Row] = {}
    for start in range(0, len(keys), GET_MOST):
        for row in read_back(side, engine.find(relation_of(side), keys[start : start + GET_MOST], own)):
            made[tuple(row[spot] for spot in spots)] = row
    return made


def side_where(
    engine: Engine, side: Side, span: tuple[int, Key | None], at_most: Mapping[str, int], equals: Mapping[str, object]
) -> list[Row]:
    """Rows that fit, by key; span: (how many at most, the key beyond which to begin)."""
    limit, after = span
    known = dict(side.columns)
    for name in (*at_most, *equals):
        if name not in known:
            raise SideError(f"side '{side.name}' needs one of the columns {quoted(side.names)}, was '{name}'")
    terms = [f'"{name}" = ?' for name in equals] + [f'"{name}" <= ?' for name in at_most]
    values = [*equals.values(), *at_most.values()]
    if engine.tenant is not None and "tenant" in known:
        terms.append('"tenant" = ?')
        values.append(engine.tenant)
    if after is not None:
        terms.append(f"({quoted(side.key)}) > ({', '.join('?' * len(after))})")
        values.extend(after)
    text = query("side_where").format(
        columns=quoted(side.names),
        table=relation_of(side).table,
        match="WHERE " + " AND ".join(terms) if terms else "",
        key=quoted(side.key),
    )
    return read_back(side, engine.ask(text, (*values, limit)))

"""Bulk bodies as rows: NDJSON or CSV, each row that is wrong with its number and its column, the good ones kept.

A CSV has a header with names of columns as in the JSON of one row. For orders each row is a line: `item`, `quantity`
and `price_micros` of the line, and the order's own columns, which rows of one order repeat (or leave empty). An order
with a wrong row is not placed; the others are.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

import msgspec

from firstbest.service.access import Http
from firstbest.service.bodies import OrderBody, OrderLine
from firstbest.service.problems import Problem

Row = TypeVar("Row", bound=msgspec.Struct)
ROWS_MOST: Final = 5_000
"""Rows of one bulk request."""
LINE_COLUMNS: Final = ("item", "quantity", "price_micros", "level")
_PATH: Final = re.compile(r" - at `\$\.?([^`]*)`$")
_UNKNOWN: Final = re.compile(r"unknown field `([^`]*)`|required field `([^`]*)`")


class Wrong(NamedTuple):
    """One thing that is wrong: the row as a spreadsheet counts it (the header is row 1; NDJSON begins at 1)."""

    row: int
    column: str
    detail: str

    def told(self) -> dict[str, Any]:
        """As a line of the answer."""
        return {"row": self.row, "column": self.column, "problem": "invalid", "detail": self.detail}


class Sheet(NamedTuple, Generic[Row]):
    """What was read: rows that are right with their numbers, and what is wrong with the others."""

    rows: list[tuple[int, Row]]
    wrong: list[Wrong]


def is_csv(request: Http) -> bool:
    """Whether a body says that it is CSV."""
    return request.headers.get("content-type", "").split(";")[0].strip().lower() == "text/csv"


async def sheet_of(request: Http, kind: type[Row]) -> Sheet[Row]:
    """The rows of a bulk request, a body of `kind` each."""
    body = await request.body()
    sheet: Sheet[Row] = Sheet([], [])
    raw = csv_rows(body, sheet.wrong) if is_csv(request) else json_rows(body, sheet.wrong)
    for number, values in raw:
        row = typed(number, values, kind, sheet.wrong)
        if row is not None:
            sheet.rows.append((number, row))
    limit(len(sheet.rows) + len(sheet.wrong))
    return sheet


def limit(count: int) -> None:
    """Raise where a bulk request has too many rows."""
    if count > ROWS_MOST:
        raise Problem("too_large", f"expected {ROWS_MOST} rows or fewer, found {count}")


def json_rows(body: bytes, wrong: list[Wrong]) -> Iterator[tuple[int, Any]]:
    """Rows of NDJSON."""
    for number, line in enumerate(body.splitlines(), start=1):
        try:
            yield number, msgspec.json.decode(line)
        except msgspec.MsgspecError as error:
            wrong.append(Wrong(number, "", json_wrong(line, str(error))))


def json_wrong(line: bytes, error: str) -> str:
    """What is wrong with a line that is not JSON; a CSV that does not say so is the likeliest mistake."""
    if line.lstrip()[:1] in (b"{", b""):
        return error
    return "expected a JSON object on each line (a CSV is read where Content-Type is text/csv), found another text"


def csv_rows(body: bytes, wrong: list[Wrong]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows of a CSV: cells by their column, empty ones left out. A row of another length is wrong."""
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Problem("invalid", f"expected text in UTF-8, found byte {error.object[error.start]:#04x}") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if not any(header) or len(set(header)) < len(header):
            raise Problem("invalid", f"expected a header that names each column once, found {','.join(header) or '-'}")
        for number, cells in enumerate(reader, start=2):
            limit(number - 1)
            if not any(cells):
                continue
            if len(cells) != len(header):
                wrong.append(Wrong(number, "", f"expected {len(header)} cells, found {len(cells)}"))
                continue
            yield number, {name: cell.strip() for name, cell in zip(header, cells, strict=True) if cell.strip()}
    except csv.Error as error:
        raise Problem("invalid", f"expected CSV, found in row {reader.line_num}: {error}") from None


def typed(number: int, values: Any, kind: type[Row], wrong: list[Wrong]) -> Row | None:
    """A row as a body of a kind; None, with what is wrong, where it is none."""
    try:
        return msgspec.convert(values, kind, strict=False)
    except msgspec.ValidationError as error:
        wrong.append(Wrong(number, *column_of(str(error))))
        return None


def column_of(error: str) -> tuple[str, str]:
    """(the column, what is wrong with it) of a validation error's text."""
    found, unknown = _PATH.search(error), _UNKNOWN.search(error)
    column = (unknown[1] or unknown[2]) if unknown else (found[1] if found else "")
    return column, _PATH.sub("", error)


class Orders(NamedTuple):
    """Orders of a bulk request: each with the rows it came from, and what is wrong with the others."""

    bodies: list[OrderBody]
    rows: list[list[int]]
    wrong: list[Wrong]


def orders_of_csv(body: bytes) -> Orders:
    """Orders out of a CSV whose rows are their lines; rows of one order need not stand together."""
    found = Orders([], [], [])
    gathered: dict[str, list[tuple[int, dict[str, str]]]] = {}
    spoiled: dict[str, int] = {}
    for number, values in csv_rows(body, found.wrong):
        name = values.get("order", "")
        if not name:
            found.wrong.append(Wrong(number, "order", "expected the name of an order, found none"))
            continue
        lines = {key: value for key, value in values.items() if key in LINE_COLUMNS}
        if typed(number, lines, OrderLine, found.wrong) is None:
            spoiled.setdefault(name, number)
        gathered.setdefault(name, []).append((number, values))
    for name, rows in gathered.items():
        if name in spoiled:
            found.wrong.extend(
                Wrong(number, "", f"order '{name}' is not placed: row {spoiled[name]} is wrong")
                for number, _ in rows
                if number not in {each.row for each in found.wrong}
            )
            continue
        order = one_order(rows, found.wrong)
        if order is not None:
            found.bodies.append(order)
            found.rows.append([number for number, _ in rows])
    return found


def one_order(rows: Sequence[tuple[int, Mapping[str, str]]], wrong: list[Wrong]) -> OrderBody | None:
    """One order of its rows: its own columns from the first, its lines from all; rows that contradict are wrong."""
    first, head = rows[0][0], {key: value for key, value in rows[0][1].items() if key not in LINE_COLUMNS}
    for number, values in rows[1:]:
        for key, value in values.items():
            if key not in LINE_COLUMNS and value != head.get(key):
                wrong.append(Wrong(number, key, f"expected '{head.get(key, '')}' as in row {first}, found '{value}'"))
                return None
    lines = [{key: value for key, value in values.items() if key in LINE_COLUMNS} for _, values in rows]
    return typed(first, {**head, "lines": lines}, OrderBody, wrong)

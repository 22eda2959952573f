"""MAP.toml: what the columns of somebody's order log mean, and which of its rows are no sales.

The map is declared in the words of `schema_words`, so it is read and checked like the files of a workspace: unknown
keys and values of the wrong type come back with their line and the nearest known name.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.import_network import FILLED, NETWORKS
from firstbest.store.schema_words import Column, Section, Settings, Type, choice, integer, number, of, text
from firstbest.store.workspace_cells import NO_CLOCK, NO_DAY
from firstbest.store.workspace_settings import Document, Entry, Read, read_document, typed_settings

SALES: Final = "sales"
BUILT_IN: Final = (
    ("too many cells", "rows with more cells than the header: a separator or a quotation mark too many"),
    ("repeated header", "rows that hold the names of the columns again"),
    ("totals", "rows of sums, not of sales"),
    ("no order", "rows without the name of an order"),
    ("no item", "rows without an item"),
    ("lost digits", "rows whose order or item a spreadsheet has shortened, like 1.23E+11: format the column as text"),
    ("no date", "rows whose date is missing or cannot be read"),
    ("no quantity", "rows whose quantity is missing, zero, no whole number, or so great that it is a barcode"),
    ("negative quantity", "rows below zero that no bucket of the map takes"),
    ("negative price", "rows with a price below zero that no bucket of the map takes"),
    ("outside the period", "rows before or after the period of the map"),
    ("abroad", "to countries that the network does not serve"),
    ("exact duplicates", "rows that repeat an earlier one in every column, if the map drops them"),
    (SALES, "everything else: these rows become orders"),
)
"""Buckets that every log has, behind those of the map: (name, what falls into it)."""
NOT: Final = "not "
TESTED: Final = (
    "order", "item", "name", "country", "status", "paid", "fulfilled", "cancelled", "payment", "ships", "channel"
)  # fmt: skip
COMPARED: Final = ("quantity", "price")
_COMPARISON: Final = re.compile(r"(<=|>=|<|>|=)\s*(-?\d{1,15}(?:\.\d{1,6})?)")
MISSING: Final = "missing"
WHOLE: Final = frozenset({"review_days"})

_COLUMNS: Final = (
    text("order", "name of the order or invoice"),
    text("placed_at", "when it was placed"),
    text("item", "code of the item"),
    text("quantity", "units"),
    text("price", "one unit, in the currency of the log; empty: the log has none", ""),
    text("customer", "name or number; empty: the log has none", ""),
    text("country", "country of the customer; empty: the log has none", ""),
    text("name", "what the item is; empty: the log does not say", ""),
    text("postcode", "postcode or ZIP of the customer; empty: the log has none", ""),
    text("currency", "of the price; empty: one for the whole log", ""),
    text("amount", "what the whole line costs, where the log has no price of one unit; empty: it has", ""),
    text("status", "of the order, for buckets; empty: the log has none", ""),
    text("paid", "whether it is paid, for buckets; empty: the log does not say", ""),
    text("fulfilled", "whether it left, for buckets; empty: the log does not say", ""),
    text("cancelled", "when it was cancelled, for buckets; empty: the log does not say", ""),
    text("payment", "how it was paid, for buckets; empty: the log does not say", ""),
    text("ships", "whether there is something to ship, for buckets; empty: the log does not say", ""),
    text("channel", "who ships it, or where it was sold, for buckets; empty: the log does not say", ""),
    text("refunded", "amount paid back on the order; above zero it counts as a return; empty: the log has none", ""),
    text("planned_ship", "day the order was planned to leave; empty: the log does not say", ""),
    text("actual_ship", "day it really left; empty: the log does not say", ""),
)

MAP: Final = Settings(
    "map",
    "How to read an order log.",
    (
        Section(
            "log",
            "The log as a whole.",
            (
                text("name", "what the reports call the workspace"),
                choice("network", ("by_profile", *NETWORKS), "which default network serves it", "by_profile"),
                text("currency", "three letters; empty: that of the network", ""),
                of("time_zone", Type.TIME_ZONE, "in which its dates are written; empty: that of the network", ""),
                text("date_format", "as strptime has it, like %d/%m/%Y %H:%M; empty: as the dates show", ""),
                choice("dates", ("day_first", "month_first"), "of 03/04/2024; empty: as the dates show", ""),
                choice("decimal", ("point", "comma"), "of numbers; empty: as the numbers show", ""),
                of("clock", Type.CLOCK, "when orders are placed, if the log knows only days; empty: it knows", ""),
                text("encoding", "of a CSV file; empty: as its bytes show", ""),
                choice("heads", ("every_row", "first_row"), "which rows of an order hold its own columns", "every_row"),
                choice("abroad", ("fault", "set_aside"), "rows to countries that the network does not serve", "fault"),
                choice("exact_duplicates", ("keep", "drop"), "rows that repeat an earlier one in every column", "keep"),
                choice("no_code", ("set_aside", "use_name"), "rows without an item's code", "set_aside"),
                choice("item_case", ("fold", "keep"), "fold: 'a1' and 'A1' are one item", "fold"),
                of("from", Type.DATE, "first day to take; empty: the first", ""),
                of("until", Type.DATE, "last day to take; empty: the last", ""),
            ),
        ),
        Section(
            "recognise",
            "By what a known export is told; for the maps that come with the program.",
            (
                text("title", "what the export is", ""),
                text("header", "columns that only it has, parted by ' | '", ""),
            ),
        ),
        Section("columns", "The log's own name of each column.", _COLUMNS),
        Section(
            "bucket",
            "Rows that are no sales; a row falls into the first bucket whose every test it passes. A regular "
            "expression with 'not ' before it must not be found; 'missing' asks for empty cells.",
            (
                text("name", "of the bucket"),
                text("note", "why these rows are no sales", ""),
                text("order", "regular expression that is found in the order's name", ""),
                text("item", "regular expression that is found in the item's code", ""),
                text("name_of_item", "regular expression that is found in the item's name", ""),
                text("country", "regular expression that is found in the country", ""),
                *(text(each, "regular expression that is found in this column", "") for each in TESTED[4:]),
                text("quantity", "comparison like '< 0', or 'missing'", ""),
                text("price", "comparison like '<= 0', or 'missing'", ""),
            ),
            many=True,
            key="name",
        ),
        Section(
            "country",
            "Countries that the log calls otherwise than countries.csv of the network.",
            (text("log", "as the log writes it"), text("is", "its name there")),
            many=True,
            key="log",
        ),
        Section(
            "fill",
            "Values that the log does not hold, where you know better than the network's rule.",
            tuple((integer if key in WHOLE else number)(key, note, "") for key, note in FILLED.items()),
        ),
    ),
)


class Test(NamedTuple):
    """One condition of a bucket on a column: a comparison (`<`, 0.0), `missing`, `found` or `not ` with a pattern."""

    column: str
    how: str
    value: str


class Rule(NamedTuple):
    """A bucket of the map: all its tests must hold."""

    name: str
    note: str
    tests: tuple[Test, ...]


class Map(NamedTuple):
    """A checked map. `columns`: our word to the log's, those that were named; days are since the epoch, or NO_DAY."""

    file: str
    name: str
    network: str
    currency: str
    time_zone: str
    date_format: str
    clock: int
    dates: str
    decimal: str
    heads_once: bool  # only an order's first row holds its own columns
    abroad_aside: bool
    encoding: str
    drop_duplicates: bool
    name_for_code: bool
    fold_case: bool
    first_day: int
    last_day: int
    columns: dict[str, str]
    rules: tuple[Rule, ...]
    countries: dict[str, str]
    filled: dict[str, float]
    lines: dict[str, int]  # our word for a column to the line that names it


def read_map(path: Path) -> Map:
    """The map in `path`. Raises `WorkspaceFaulty` with all that is wrong with it."""
    faults: list[Fault] = []
    return map_of(read_document(path, path.name, faults), faults)


def map_of(document: Document | None, faults: list[Fault]) -> Map:
    """The map of a document. Raises `WorkspaceFaulty` with all that is wrong with it."""
    if document is None:
        raise WorkspaceFaulty(faults)
    read = typed_settings(document, MAP, ZoneInfo("UTC"), faults)
    rules = tuple(_rules(document, read, faults))
    if faults:
        raise WorkspaceFaulty(faults)
    log, columns, fill = (_section(read, each) for each in ("log", "columns", "fill"))
    return Map(
        file=document.file,
        name=log["name"],
        network=log["network"],
        currency=log["currency"],
        time_zone=log["time_zone"],
        date_format=log["date_format"],
        clock=log["clock"],
        dates=log["dates"],
        decimal=log["decimal"],
        heads_once=log["heads"] == "first_row",
        abroad_aside=log["abroad"] == "set_aside",
        encoding=log["encoding"],
        drop_duplicates=log["exact_duplicates"] == "drop",
        name_for_code=log["no_code"] == "use_name",
        fold_case=log["item_case"] == "fold",
        first_day=log["from"],
        last_day=log["until"],
        columns={key: value for key, value in columns.values.items() if value},
        rules=rules,
        countries={each["log"]: each["is"] for each in _entries(read, "country")},
        filled={key: value for key, value in fill.values.items() if value == value},  # noqa: PLR0124 - NaN: left open
        lines={key: document.line("columns", 0, key) for key in columns.values},
    )


def knows_only_days(made: Map) -> bool:
    """Whether the log's dates have no time of day."""
    return made.clock != NO_CLOCK


def within(made: Map) -> tuple[int | None, int | None]:
    """First and last day of the period, days since the epoch; None where the map leaves it open."""
    return tuple(None if each == NO_DAY else each for each in (made.first_day, made.last_day))  # type: ignore[return-value]


def _section(read: Read, name: str) -> Entry:
    found = read[name]
    assert isinstance(found, dict)
    return found[""]


def _entries(read: Read, name: str) -> tuple[Entry, ...]:
    found = read[name]
    assert isinstance(found, tuple)
    return found


def _rules(document: Document, read: Read, faults: list[Fault]) -> list[Rule]:
    """The buckets of the map; a test that cannot be read, or a bucket without one, is a fault."""
    rules = []
    reserved = [name for name, _ in BUILT_IN]
    columns = _section(read, "columns").values
    # Where a column is faulty already, its tests would only repeat it in other words.
    faulty = any(each.column.startswith("columns.") for each in faults)
    given = {key for key in columns if faulty or columns[key]}
    for index, entry in enumerate(_entries(read, "bucket")):
        asked = {key: entry[_key_of(key)] for key in (*TESTED, *COMPARED) if entry[_key_of(key)]}
        lines = {key: document.line("bucket", index, _key_of(key)) for key in asked}
        wrong = [_fault_of(document.file, lines[key], key, asked[key], given) for key in asked]
        faults.extend(each for each in wrong if each)
        tests = [] if any(wrong) else [_test(key, text) for key, text in asked.items()]
        if not asked:
            found = f"none in {shown(entry['name'])}"
            faults.append(Fault(document.file, entry.line, "bucket", "one test or more", found))
        if entry["name"] in reserved:
            expected = f"a name other than {', '.join(reserved)}"
            faults.append(Fault(document.file, entry.line, "bucket.name", expected, shown(entry["name"])))
        rules.append(Rule(entry["name"], entry["note"], tuple(tests)))
    return rules


def _key_of(column: str) -> str:
    """The key of a bucket that tests a column; its own name is taken."""
    return "name_of_item" if column == "name" else column


def _test(key: str, asked: str) -> Test:
    if asked == MISSING:
        return Test(key, MISSING, "")
    found = _COMPARISON.fullmatch(asked) if key in COMPARED else None
    if found:
        return Test(key, found[1], found[2])
    return Test(key, NOT if asked.startswith(NOT) else "found", asked.removeprefix(NOT))


def _fault_of(file: str, line: int, key: str, asked: str, given: set[str]) -> Fault | None:
    """What is wrong with a test, if anything is."""
    if key not in given:
        key = _key_of(key)
        return Fault(file, line, f"bucket.{key}", f"a column that [columns] names; it names no '{key}'", shown(asked))
    if asked == MISSING:
        return None
    if key in COMPARED:
        if _COMPARISON.fullmatch(asked):
            return None
        return Fault(file, line, f"bucket.{key}", "a comparison like '< 0', or 'missing'", shown(asked))
    try:
        re.compile(asked.removeprefix(NOT))
    except re.error as error:
        return Fault(file, line, f"bucket.{key}", "a regular expression", f"{shown(asked)} ({error})")
    return None


def column_faults(made: Map, header: list[str]) -> list[Fault]:
    """A fault for each column of the map that the log does not have, with the nearest that it has."""
    missing = {key: name for key, name in made.columns.items() if name not in header}
    return [
        Fault(made.file, made.lines[key], f"columns.{key}", "a column of the log", shown(name) + _near(name, header))
        for key, name in missing.items()
    ]


def _near(name: str, header: list[str]) -> str:
    return nearest(name, header) or f" (the log has {', '.join(header[:20])})"


def documented() -> dict[str, tuple[Column, ...]]:
    """Every key of a map by section, for the reference page and its test."""
    found: dict[str, tuple[Column, ...]] = {each.name: each.keys for each in MAP.sections}
    return found


__all__: list[Any] = ["BUILT_IN", "MAP", "SALES", "Map", "Rule", "Test", "column_faults", "documented", "read_map"]

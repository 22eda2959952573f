"""Write assumptions.csv of the built-in network: the ranges and sources of assumption_ranges.csv with today's values.

assumption_ranges.csv has one line for each kind of number: file, where, field, low, high, unit, source, value. `where`
is a row's key, a section, `all`, or `each` (a line for every row that fills the field with something but 0). Low
and high may be relative ("-25%"). `value` is empty where the file gives it; texts there tell what a whole
column comes to. Sources: [M] measured on the project's data, [R] read in the page named, [mem] from memory of the
trade and unconfirmed, [c] computed.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

KEYS: Final = {
    "nodes": ("node",), "places": ("place",), "sellers": ("seller",), "suppliers": ("supplier",), "items": ("item",),
    "cartons": ("carton",), "carriers": ("carrier",), "lanes": ("lane",), "labour": ("node", "process"),
    "shifts": ("node",), "fleet": ("node",), "calendars": ("note",), "stock": ("item", "node"),
    "carrier_rates/ground": ("weight",), "carrier_rates/air_two_day": ("weight",),
    "carrier_rates/vans_new_york": ("weight",), "carrier_rates/vans_los_angeles": ("weight",),
}  # fmt: skip
FIELDS: Final = ("file", "where", "field", "value", "low", "high", "unit", "source", "mark")


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def from_table(folder: Path, name: str, where: str, field: str) -> Iterator[tuple[str, str]]:
    """(where, value) of a field of a CSV file."""
    rows = rows_of(folder / f"{name}.csv")
    keyed = [(" ".join(row[key] for key in KEYS[name]), row[field]) for row in rows]
    if where == "each":
        yield from ((key, value) for key, value in keyed if value and not is_nought(value))
    elif where == "all":
        values = {value for _, value in keyed if value and not is_nought(value)} or {"0"}
        assert len(values) == 1, f"{name}.{field} has {len(values)} values; name a row, 'each' or a value"
        yield where, values.pop()
    else:
        found = [value for key, value in keyed if key == where]
        assert len(found) == 1, f"{name} has {len(found)} rows '{where}'"
        yield where, found[0]


def is_nought(value: str) -> bool:
    """Whether a cell is the number 0."""
    try:
        return float(value) == 0
    except ValueError:
        return False


def from_settings(folder: Path, name: str, where: str, field: str) -> str:
    """A key of a TOML file; `where` is a section, with the name behind a dot where there are several."""
    found: Any = tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))
    section, _, entry = where.partition(".")
    found = found[section]
    if entry and isinstance(found, list):
        found = next(each for each in found if entry in (each.get("name"), each.get("carrier")))
    elif entry:
        found = found[entry]
    for part in field.split("."):
        found = found[part]
    return " ".join(f"{each:g}" for each in found) if isinstance(found, list) else str(found)


def ending(folder: Path, name: str) -> str:
    """The file's whole name; numbers that no file uses yet stand under 'none'."""
    return next((f"{name}{end}" for end in (".csv", ".toml") if (folder / f"{name}{end}").exists()), name)


def limit(written: str, value: str) -> str:
    """A limit, worked out where it is relative."""
    return f"{float(value) * (1 + float(written[:-1]) / 100):.4g}" if written.endswith("%") else written


def write_assumptions(folder: Path) -> None:
    """Write assumptions.csv."""
    lines: list[tuple[str, ...]] = []
    for row in rows_of(Path(__file__).with_name("assumption_ranges.csv")):
        file, where, field = row["file"], row["where"], row["field"]
        if row["value"]:
            found = [(where, row["value"])]
        elif file in KEYS:
            found = list(from_table(folder, file, where, field))
        else:
            found = [(where, from_settings(folder, file, where, field))]
        mark = "measured" if row["source"].startswith("[M]") else "default"
        for at, value in found:
            low, high = limit(row["low"], value), limit(row["high"], value)
            lines.append((ending(folder, file), at, field, value, low, high, row["unit"], row["source"], mark))
    with (folder / "assumptions.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(FIELDS)
        writer.writerows(lines)

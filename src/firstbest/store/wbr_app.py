"""A deck of the open-source WBR App (working-backwards/wbr-app, Apache-2.0): its YAML and its CSV, as they are.

What needs that program's servers (queries, remote files) is not fetched: columns named `query.column` are looked for in
the CSV by the column's own name. Every fault is told with the line of the YAML or the row of the CSV.
"""

from __future__ import annotations

import csv
import math
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import yaml

from firstbest.mechanisms import imported
from firstbest.mechanisms.calendar import day_of
from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown

MONTHS: Final = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
FORMATS: Final = ("%a, %d-%b-%Y", "%d-%b-%Y", "%m/%d/%Y", "%m/%d/%y", "%d %b %Y", "%b %d, %Y", "%Y/%m/%d")
HOWS: Final = {"sum": "sum", "difference": "difference", "product": "product", "divide": "divide"}
DISPLAYS: Final = ("trailing_twelve_months", "fiscal_year")
BLOCKS: Final = ("6_12Graph", "6_WeeksTable", "12_MonthsTable", "section", "embedded_content")
ROWS_MAX: Final = 2_000_000
_QUERY: Final = re.compile(r"^\s*`?([^`<>=!]+?)`?\s*(==|!=|>=|<=|>|<)\s*(.+?)\s*$")
_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": lambda a, b: a == b, "!=": lambda a, b: a != b, ">": lambda a, b: a > b, "<": lambda a, b: a < b,
    ">=": lambda a, b: a >= b, "<=": lambda a, b: a <= b,
}  # fmt: skip


class WbrDeck(NamedTuple):
    """A deck as its author laid it out, with the numbers of its metrics."""

    title: str
    metrics: imported.Metrics
    blocks: tuple[dict[str, Any], ...]
    fiscal: bool
    events: tuple[tuple[int, str, str], ...]  # day, metric, what


class _Lines(yaml.SafeLoader):  # type: ignore[misc]
    """Mappings know the line on which they begin."""


def _mapping(loader: _Lines, node: yaml.MappingNode) -> dict[Any, Any]:
    found: dict[Any, Any] = loader.construct_mapping(node, deep=True)
    found["__line__"] = node.start_mark.line + 1
    return found


_Lines.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


class _Reading(NamedTuple):
    """What is being read, and what was wrong so far."""

    file: str
    faults: list[Fault]
    header: tuple[str, ...]
    days: list[int]
    rows: list[list[str]]
    data: str

    def wrong(self, where: Any, key: str, expected: str, found: str) -> None:
        """Note a fault of the YAML at a mapping's line."""
        line = where.get("__line__", 0) if isinstance(where, dict) else 0
        self.faults.append(Fault(self.file, line, key, expected, found))


def read_wbr(config: Path, data: Path) -> WbrDeck:
    """Read a deck. Raises `WorkspaceFaulty` with every fault."""
    faults: list[Fault] = []
    tree = _tree(config, faults)
    header, days, rows = _table(data, faults)
    if faults:
        raise WorkspaceFaulty(faults)
    reading = _Reading(config.name, faults, header, days, rows, data.name)
    setup = tree.get("setup") or {}
    rules = _rules(reading, setup)
    metrics = _metrics(reading, tree.get("metrics") or {}, rules)
    blocks = tuple(_blocks(reading, tree.get("deck") or [], metrics))
    fiscal = _display(reading, setup, default=False)
    events = tuple(_events(reading, config.parent, tree.get("annotations"), metrics))
    if faults:
        raise WorkspaceFaulty(faults)
    return WbrDeck(
        str(setup.get("title") or "Weekly review"), metrics, blocks, fiscal,
        events,
    )  # fmt: skip


def _tree(config: Path, faults: list[Fault]) -> dict[str, Any]:
    try:
        found = yaml.load(config.read_text("utf-8-sig"), _Lines)  # noqa: S506 - a safe loader that counts lines
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 0
        faults.append(Fault(config.name, line, "", "YAML", shown(getattr(error, "problem", None) or error)))
        return {}
    if not isinstance(found, dict) or not {"setup", "metrics", "deck"} <= set(found):
        faults.append(Fault(config.name, 0, "", "sections setup, metrics and deck", "not all of them"))
        return {}
    return found


def _table(data: Path, faults: list[Fault]) -> tuple[tuple[str, ...], list[int], list[list[str]]]:
    """Header, days and cells of the CSV in the order of days; rows of one day keep their order."""
    try:
        with data.open(encoding="utf-8-sig", newline="") as file:
            listed = list(csv.reader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        faults.append(Fault(data.name, 0, "", "a CSV file", shown(error)))
        return (), [], []
    header = tuple(cell.strip() for cell in listed[0]) if listed else ()
    if "Date" not in header or len(listed) > ROWS_MAX:
        expected = f"a column Date and {ROWS_MAX:,} rows or fewer"
        faults.append(Fault(data.name, 1, "Date", expected, f"{len(listed):,} rows"))
        return (), [], []
    place = header.index("Date")
    found: list[tuple[int, list[str]]] = []
    for number, cells in enumerate(listed[1:], start=2):
        if not any(cell.strip() for cell in cells):
            continue
        day = day_of_any(cells[place])
        if day is None or len(cells) != len(header):
            expected = f"a date and {len(header)} cells"
            faults.append(Fault(data.name, number, "Date", expected, f"{shown(cells[place])} and {len(cells)} cells"))
            continue
        found.append((day, [cell.strip() for cell in cells]))
    found.sort(key=lambda row: row[0])
    return header, [day for day, _ in found], [cells for _, cells in found]


def day_of_any(written: str) -> int | None:
    """The day of a date in any of the forms that such decks hold; None if it is none."""
    text = written.strip()
    try:
        found = date.fromisoformat(text[:10])
        return day_of(found.year, found.month, found.day)
    except ValueError:
        pass
    for form in FORMATS:
        try:
            parsed = datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
        return day_of(parsed.year, parsed.month, parsed.day)
    return None


def _rules(reading: _Reading, setup: dict[str, Any]) -> imported.Rules:
    end = day_of_any(str(setup.get("week_ending", "")))
    if end is None:
        reading.wrong(setup, "week_ending", "a date such as 25-SEP-2021", shown(setup.get("week_ending", "")))
    month = str(setup.get("fiscal_year_end_month") or "DEC").upper()[:3]
    if month not in MONTHS:
        reading.wrong(setup, "fiscal_year_end_month", f"one of {', '.join(MONTHS)}", shown(month))
        month = "DEC"
    number = setup.get("week_number", 1)
    if not isinstance(number, int) or not 1 <= number <= 53:  # noqa: PLR2004 - weeks of a year
        reading.wrong(setup, "week_number", "1 to 53", shown(number))
        number = 1
    return imported.Rules(end or 0, MONTHS.index(month) + 1, number)


def _metrics(reading: _Reading, listed: dict[str, Any], rules: imported.Rules) -> imported.Metrics:
    base: dict[str, imported.Base] = {}
    combined: dict[str, imported.Combined] = {}
    points = set()
    for name, said in listed.items():
        if name == "__line__":
            continue
        if not isinstance(said, dict):
            reading.wrong(listed, str(name), "a mapping", shown(said))
            continue
        method = said.get("metric_comparison_method", "%")
        if method not in {"%", "bps"}:
            reading.wrong(said, f"{name}, metric_comparison_method", "'%' or 'bps'", shown(method))
        if method == "bps":
            points.add(name)
        if "function" in said:
            made = _combined(reading, name, said["function"])
            if made is not None:
                combined[name] = made
        else:
            found = _base(reading, name, said)
            if found is not None:
                base[name] = found
    metrics = imported.Metrics(base, combined, frozenset(points), rules)
    _check_graph(reading, listed, metrics)
    return metrics


def _combined(reading: _Reading, name: str, said: Any) -> imported.Combined | None:
    hows = [key for key in said if key != "__line__"] if isinstance(said, dict) else []
    if len(hows) != 1 or hows[0] not in HOWS or not isinstance(said[hows[0]], list):
        reading.wrong(
            said, f"{name}, function", f"one of {', '.join(HOWS)} with a list", shown(", ".join(map(str, hows)))
        )
        return None
    names = []
    for each in said[hows[0]]:
        inner = (each.get("metric") or each.get("column")) if isinstance(each, dict) else None
        if not isinstance(inner, dict) or "name" not in inner:
            reading.wrong(said, f"{name}, function", "entries 'metric: name: ...'", shown(each))
            return None
        names.append(str(inner["name"]))
    if hows[0] != "sum" and len(names) != 2:  # noqa: PLR2004 - a first and a second
        reading.wrong(said, f"{name}, function", f"two metrics to {hows[0]}", str(len(names)))
        return None
    return imported.Combined(hows[0], tuple(names))


def _base(reading: _Reading, name: str, said: dict[str, Any]) -> imported.Base | None:
    pick = said.get("aggf")
    if pick not in imported.PICKS:
        reading.wrong(said, f"{name}, aggf", f"one of {', '.join(imported.PICKS)}", shown(pick or ""))
        return None
    keep: Callable[[list[str]], bool] | None = None
    column = said.get("column")
    if "filter" in said:
        column = said["filter"].get("base_column")
        keep = _filter(reading, name, said["filter"])
    place = _place(reading, said, name, str(column or ""))
    if place is None:
        return None
    by_day: dict[int, list[float]] = defaultdict(list)
    for day, cells in zip(reading.days, reading.rows, strict=True):
        by_day[day].append(_number(cells[place]) if keep is None or keep(cells) else math.nan)
    days = sorted(by_day)
    return imported.Base(np.array(days, np.int64), np.array([_daily(by_day[day], pick) for day in days]), str(pick))


def _daily(cells: list[float], pick: str) -> float:
    """A day of several rows, as its span will be made; empty cells aside."""
    full = [cell for cell in cells if not math.isnan(cell)]
    if not full:
        return math.nan
    if len(full) == 1:
        return full[0]
    made: dict[str, Callable[[list[float]], float]] = {
        "sum": math.fsum, "mean": lambda found: math.fsum(found) / len(found), "min": min, "max": max,
        "first": lambda found: found[0], "last": lambda found: found[-1], "count": lambda found: float(len(found)),
        "median": lambda found: float(np.median(found)), "std": lambda found: float(np.std(found, ddof=1)),
    }  # fmt: skip
    return made[pick](full)


def _place(reading: _Reading, where: Any, name: str, column: str) -> int | None:
    """The column's place; `query.column` counts as `column` where the CSV has it so."""
    for each in (column, column.partition(".")[2]):
        if each and each in reading.header:
            return reading.header.index(each)
    wanted = f"a column of {reading.data}"
    reading.wrong(where, f"{name}, column", wanted, shown(column) + nearest(column, reading.header))
    return None


def _filter(reading: _Reading, name: str, said: dict[str, Any]) -> Callable[[list[str]], bool] | None:
    found = _QUERY.match(str(said.get("query", "")))
    if not found:
        reading.wrong(said, f"{name}, query", "one clause such as Country == 'US'", shown(said.get("query", "")))
        return None
    place = _place(reading, said, name, found[1].strip())
    if place is None:
        return None
    compare, text = _COMPARE[found[2]], found[3].strip()
    if text[:1] in "'\"":
        word = text.strip("'\"")
        return lambda cells: compare(cells[place], word)
    number = _number(text)
    if math.isnan(number):
        reading.wrong(said, f"{name}, query", "a text in quotes or a number", shown(text))
    return lambda cells: compare(_number(cells[place]), number)


def _number(cell: str) -> float:
    """A cell as a number, commas between thousands allowed; nan for anything else."""
    try:
        found = float(cell.replace(",", ""))
    except ValueError:
        return math.nan
    return found if math.isfinite(found) else math.nan


def _check_graph(reading: _Reading, listed: dict[str, Any], metrics: imported.Metrics) -> None:
    """Every metric that a function names is there, and none is made of itself."""
    names = {*metrics.base, *metrics.combined, *(name for name in listed if name != "__line__")}
    state: dict[str, int] = {}

    def visit(name: str) -> bool:
        if state.get(name) == 1:
            return False
        if state.get(name) == 2 or name not in metrics.combined:  # noqa: PLR2004 - 2: done
            return True
        state[name] = 1
        whole = all(visit(each) for each in metrics.combined[name].of)
        state[name] = 2
        return whole

    for name, made in metrics.combined.items():
        for each in made.of:
            if each not in names:
                reading.wrong(
                    listed[name], f"{name}, function", "metrics of this file", shown(each) + nearest(each, names)
                )
        if not visit(name):
            reading.wrong(listed[name], f"{name}, function", "a metric that is not made of itself", shown(name))


def _display(reading: _Reading, said: dict[str, Any], *, default: bool) -> bool:
    display = said.get("x_axis_monthly_display")
    if display is None:
        return default
    if display not in DISPLAYS:
        reading.wrong(said, "x_axis_monthly_display", f"one of {', '.join(DISPLAYS)}", shown(display))
    return bool(display == "fiscal_year")


def _blocks(reading: _Reading, listed: Any, metrics: imported.Metrics) -> list[dict[str, Any]]:
    found = []
    for each in listed if isinstance(listed, list) else []:
        block = each.get("block") if isinstance(each, dict) else None
        if not isinstance(block, dict) or block.get("ui_type") not in BLOCKS:
            kind = block.get("ui_type", "") if isinstance(block, dict) else each
            reading.wrong(block, "ui_type", f"one of {', '.join(BLOCKS)}", shown(kind))
            continue
        _display(reading, block, default=False)
        named = [name for name in (block.get("metrics") or {}) if name != "__line__"]
        named += [row["row"]["metric"] for row in block.get("rows") or [] if (row.get("row") or {}).get("metric")]
        for name in named:
            if not imported.known(metrics, name):
                listed_names = {*metrics.base, *metrics.combined}
                reading.wrong(block, str(name), "a metric of this file", shown(name) + nearest(name, listed_names))
        found.append(block)
    return found


def _events(reading: _Reading, folder: Path, said: Any, metrics: imported.Metrics) -> list[tuple[int, str, str]]:
    """Every event of every file, however many fall on one metric; files on other machines are left where they are."""
    files = said if isinstance(said, list) else (said or {}).get("csv_files") or []
    found = []
    for name in files:
        path = folder / str(name)
        if "://" in str(name) or not path.is_file():
            reading.wrong({}, "annotations", "a file beside the deck", shown(name))
            continue
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(enumerate(csv.DictReader(file), start=2))
        for number, row in rows:
            day = day_of_any(row.get("Date") or "")
            metric = (row.get("MetricName") or "").strip()
            if day is None or not imported.known(metrics, metric):
                wanted = "a date and a metric of the deck"
                reading.faults.append(Fault(path.name, number, "", wanted, shown(f"{row.get('Date')}, {metric}")))
                continue
            found.append((day, metric, (row.get("EventDescription") or "").strip()))
    return sorted(found)

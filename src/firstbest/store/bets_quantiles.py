"""Forecasts and facts that come in files: quantiles of any model, and actuals with their window."""

from __future__ import annotations

import csv
import json
import math
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any, Final

from firstbest.mechanisms.quantiles import wrong
from firstbest.mechanisms.records import Measured, Quantile
from firstbest.store.bets_front import is_day
from firstbest.store.faults import Fault, WorkspaceFaulty, shown

QUANTILE_COLUMNS: Final = ("metric", "world", "level", "value")
FACT_COLUMNS: Final = ("metric", "start", "end", "value", "error")
WORLDS: Final = ("with", "without")
ROWS_MAX: Final = 100_000


def read_quantiles(path: Path, source: str) -> list[dict[str, Any]]:
    """Forecasts of a file: CSV with metric, world, level, value; or JSON {metric: {"with": {"0.1": 3.2, ...}}}.

    Raises `WorkspaceFaulty` with every row that is not one.
    """
    content = _content(path)
    faults: list[Fault] = []
    rows = (
        _json_rows(path, content, faults) if path.suffix == ".json" else _rows(path, content, QUANTILE_COLUMNS, faults)
    )
    found: dict[str, dict[str, list[Quantile]]] = {}
    for number, row in rows:
        level, value = _number(row["level"]), _number(row["value"])
        if row["world"] not in WORLDS:
            faults.append(Fault(path.name, number, "world", "with or without", shown(row["world"])))
        elif level is None or value is None:
            column = "level" if level is None else "value"
            faults.append(Fault(path.name, number, column, "a number", shown(row[column])))
        else:
            found.setdefault(row["metric"], {}).setdefault(row["world"], []).append(Quantile(level, value))
    made = []
    for metric, worlds in found.items():
        listed = {world: sorted(worlds.get(world, []), key=lambda each: each.level) for world in WORLDS}
        for world, quantiles in listed.items():
            said = wrong(quantiles) if quantiles or world == "with" else ""
            if said:
                expected, _, what = said.removeprefix("expected ").partition(", found ")
                faults.append(Fault(path.name, 0, f"{metric}, {world}", expected, what))
        plain = {
            world: [{"level": each.level, "value": each.value} for each in quantiles]
            for world, quantiles in listed.items()
        }
        provenance = {"file": path.name, "digest": sha256(content).hexdigest()[:16]}
        made.append({"metric": metric, "source": source, **plain, "provenance": provenance})
    if faults or not made:
        raise WorkspaceFaulty(faults or [Fault(path.name, 0, "", "quantiles of one metric or more", "none")])
    return made


def read_facts(path: Path) -> list[Measured]:
    """Facts of a CSV file: metric, start, end, value, and a standard error if one is known."""
    content = _content(path)
    faults: list[Fault] = []
    made = []
    for number, row in _rows(path, content, FACT_COLUMNS, faults):
        value, error = _number(row["value"]), _number(row["error"] or "0")
        for column, given in (("value", value), ("error", error)):
            if given is None:
                faults.append(Fault(path.name, number, column, "a number", shown(row[column])))
        faults += [
            Fault(path.name, number, column, "a date like 2026-11-30, or nothing", shown(row[column]))
            for column in ("start", "end")
            if row[column] and not is_day(row[column])
        ]
        if value is not None and error is not None:
            told = {"file": path.name, "digest": sha256(content).hexdigest()[:16]}
            made.append(
                Measured(
                    metric=row["metric"],
                    value=value,
                    error=error,
                    start=row["start"],
                    end=row["end"],
                    source=path.name,
                    provenance=told,
                )
            )
    if faults or not made:
        raise WorkspaceFaulty(faults or [Fault(path.name, 0, "", "one fact or more", "none")])
    return made


def _content(path: Path) -> bytes:
    if not path.is_file():
        raise WorkspaceFaulty([Fault(str(path), 0, "", "a file", "nothing")])
    return path.read_bytes()


def _rows(
    path: Path, content: bytes, columns: tuple[str, ...], faults: list[Fault]
) -> list[tuple[int, dict[str, str]]]:
    """Rows by number with every column, stripped."""
    reader = csv.DictReader(StringIO(content.decode("utf-8-sig", "replace")))
    header = [name.strip() for name in reader.fieldnames or ()]
    missing = [name for name in columns if name not in header and name != "error"]
    if missing:
        faults.append(Fault(path.name, 1, "", f"the columns {', '.join(columns)}", ", ".join(header) or "none"))
        return []
    found: list[tuple[int, dict[str, str]]] = []
    for row in reader:
        if len(found) >= ROWS_MAX:
            faults.append(Fault(path.name, 0, "", f"{ROWS_MAX:,} rows at most", "more"))
            return []
        found.append((reader.line_num, {name: (row.get(name) or "").strip() for name in columns}))
    return found


def _json_rows(path: Path, content: bytes, faults: list[Fault]) -> list[tuple[int, dict[str, str]]]:
    try:
        tree = json.loads(content)
        return [
            (0, {"metric": metric, "world": world, "level": str(level), "value": str(value)})
            for metric, worlds in tree.items()
            for world, quantiles in worlds.items()
            for level, value in quantiles.items()
        ]
    except (ValueError, AttributeError) as error:
        faults.append(Fault(path.name, 0, "", '{metric: {"with": {"0.1": 3.2, "0.5": 4, "0.9": 5}}}', str(error)))
        return []


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None

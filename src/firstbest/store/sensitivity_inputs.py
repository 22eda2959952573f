"""Inputs of a workspace that can be moved within their ranges: rows of assumptions.csv, put into a copy of its files.

Rows of one file and field move together, and so do fields that differ in a number alone (`zone_2` to `zone_8`): all of
them at their low end, or at their high end, or between. At one half
each has the value that stands in the workspace now, so a point in the middle of all ranges is the workspace itself.
Where a row stands for a whole column (`all`), the column is multiplied by what the range is of the value.
"""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

FILE: Final = "assumptions.csv"
WHOLE: Final = "all"
MIDDLE: Final = 0.5
DAY_MIN: Final = 24 * 60
DIVIDE_A_DAY: Final = frozenset({("policies.toml", "wave_minutes")})
"""Files and fields of minutes that have to divide a day."""
SKIPPED: Final = frozenset({"rehearsal", "calibration", "sensitivity", ".firstbest", "flywheel"})


class Row(NamedTuple):
    """One row of assumptions.csv with numbers."""

    file: str
    where: str
    field: str
    value: float
    low: float
    high: float
    unit: str


class Input(NamedTuple):
    """What moves together: all rows of a file and field, or of a file and numbered fields."""

    name: str  # "lanes.csv transit_days", "carrier_rates/ground.csv zone_2 to zone_8"
    rows: tuple[Row, ...]


class Inputs(NamedTuple):
    """Inputs that can be moved, and how many rows of assumptions.csv cannot."""

    found: tuple[Input, ...]
    left_out: int


def read_inputs(folder: Path) -> Inputs:
    """Rows with a range that stands in a file of the workspace. Without assumptions.csv there are none."""
    path = folder / FILE
    if not path.is_file():
        return Inputs((), 0)
    with path.open(newline="", encoding="utf-8") as file:
        listed = list(csv.DictReader(file))
    texts: dict[str, str] = {}
    groups: dict[tuple[str, str], list[Row]] = {}
    for each in listed:
        row = _numbers(each)
        if row is None or row.low >= row.high or not (folder / row.file).is_file():
            continue
        if row.file not in texts:
            texts[row.file] = (folder / row.file).read_text("utf-8")
        # A row that can be put in changes its file at one of its ends.
        if any(moved(texts[row.file], row, share) not in (None, texts[row.file]) for share in (0.0, 1.0)):
            groups.setdefault((row.file, re.sub(r"_\d+$", "", row.field)), []).append(row)
    found = tuple(Input(f"{file} {_fields(rows)}", tuple(rows)) for (file, _), rows in groups.items())
    return Inputs(found, len(listed) - sum(len(each.rows) for each in found))


def _fields(rows: Sequence[Row]) -> str:
    """`transit_days`, or the first and last of numbered fields."""
    names = list(dict.fromkeys(row.field for row in rows))
    return names[0] if len(names) == 1 else f"{names[0]} to {names[-1]}"


def _numbers(each: Mapping[str, str]) -> Row | None:
    try:
        value, low, high = (float(each[name]) for name in ("value", "low", "high"))
    except (KeyError, ValueError):
        return None
    return Row(each["file"], each["where"], each["field"], value, low, high, each.get("unit", ""))


def write_moved(folder: Path, target: Path, inputs: Sequence[Input], shares: Sequence[float]) -> None:
    """A copy of the workspace in `target` with each input at its share of its range; files not moved are linked."""
    asked: dict[str, list[tuple[Row, float]]] = {}
    for each, share in zip(inputs, shares, strict=True):
        for row in each.rows if share != MIDDLE else ():
            asked.setdefault(row.file, []).append((row, share))
    texts = {name: _all_moved((folder / name).read_text("utf-8"), rows) for name, rows in asked.items()}
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(folder.iterdir()):
        if path.name in SKIPPED:
            continue
        if path.is_dir():
            shutil.copytree(path, target / path.name, dirs_exist_ok=True)
        elif path.name not in texts:
            (target / path.name).symlink_to(path.resolve())
    for name, text in texts.items():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        (target / name).write_text(text, encoding="utf-8")


def moved(text: str, row: Row, share: float) -> str | None:
    """A file's text with one row at a share of its range; None where the row is not found in it."""
    made = _all_moved(text, [(row, share)], none="")
    return made or None


def _all_moved(text: str, rows: Sequence[tuple[Row, float]], none: str | None = None) -> str:
    """A file's text with rows at their shares, read and written once; `none`, or the text, where no row is found."""
    is_toml = rows[0][0].file.endswith(".toml")
    lines = text.split("\n") if is_toml else list(csv.reader(io.StringIO(text)))
    put = [_in_toml(lines, *each) if is_toml else _in_csv(lines, *each) for each in rows]  # type: ignore[arg-type]
    if not any(put):
        return text if none is None else none
    if is_toml:
        return "\n".join(lines)  # type: ignore[arg-type]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines)
    return out.getvalue()


def between(now: float, row: Row, share: float) -> float:
    """The value at a share: low at 0, what stands there now at one half, high at 1; straight between them."""
    low, high = min(row.low, now), max(row.high, now)
    return low + (now - low) * 2 * share if share <= MIDDLE else now + (high - now) * (2 * share - 1)


def _written(before: str, value: float, row: Row) -> str:
    if (row.file, row.field) in DIVIDE_A_DAY:
        # The nearest that does, the smaller of two.
        allowed = [each for each in range(1, DAY_MIN + 1) if DAY_MIN % each == 0 and row.low <= each <= row.high]
        return str(min(allowed, key=lambda each: abs(each - value))) if allowed else before
    whole = "." not in before and row.low == int(row.low) and row.high == int(row.high)
    return str(round(value)) if whole else f"{value:.6g}"


def _in_csv(lines: list[list[str]], row: Row, share: float) -> bool:
    """Change the cells of a file that a row is about; whether there are any."""
    if not lines or row.field not in lines[0]:
        return False
    column, found = lines[0].index(row.field), False
    keys = row.where.split()
    for line in lines[1:]:
        if len(line) != len(lines[0]) or not _is_number(line[column]):
            continue
        now = float(line[column])
        if row.where == WHOLE:
            if row.value == 0 or column == 0:
                return False
            at_one = Row(*row[:3], 1.0, row.low / row.value, row.high / row.value, row.unit)
            value = now * between(1.0, at_one, share)
            # Of a column of whole numbers, as of heads, whole numbers are made.
            line[column] = str(round(value)) if line[column].lstrip("-").isdigit() else f"{value:.6g}"
        elif line[: len(keys)] == keys or line[0] == row.where:
            line[column] = _written(line[column], between(now, row, share), row)
        else:
            continue
        found = True
    return found


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True


def _in_toml(lines: list[str], row: Row, share: float) -> bool:
    """Within the block that `where` names: a section, a section of sections, or an entry of a list by its name."""
    key, _, inner = row.field.partition(".")
    kind, _, name = row.where.partition(".")
    for start, stop in _blocks(lines):
        head = lines[start].strip()
        listed = head == f"[[{kind}]]" and any(
            re.fullmatch(rf'\s*(?:name|{kind})\s*=\s*"{re.escape(name)}"\s*', line) for line in lines[start:stop]
        )
        if head != f"[{row.where}]" and not listed:
            continue
        for place in range(start + 1, stop):
            pattern = rf"^(\s*{key}\s*=\s*)" + (rf"(.*\b{inner}\s*=\s*)" if inner else "()") + r"(-?[\d.]+)(.*)$"
            match = re.match(pattern, lines[place])
            if match:
                value = _written(match[3], between(float(match[3]), row, share), row)
                lines[place] = f"{match[1]}{match[2]}{value}{match[4]}"
                return True
    return False


def _blocks(lines: list[str]) -> list[tuple[int, int]]:
    """First and last line of each block."""
    heads = [place for place, line in enumerate(lines) if line.strip().startswith("[") and "=" not in line]
    return list(zip(heads, [*heads[1:], len(lines)], strict=True))

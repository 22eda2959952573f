"""A folder of metrics as it was known at an instant: what the deck is made of.

`metrics.toml` says what is measured, sources hold the days, `plan.csv`, `guidance.csv`, `forecast.csv` and `events.csv`
stand beside them if they are named. Nothing here reads a clock: without an instant, everything that the rows know
counts, and the deck says up to when that is.
"""

from __future__ import annotations

from collections import defaultdict
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.mechanisms import maturity, sketches
from firstbest.mechanisms.aggregate import Table
from firstbest.mechanisms.calendar import WEEKDAYS, month_of, parse_week, week_end_of, weekday
from firstbest.mechanisms.deck_make import Given
from firstbest.mechanisms.metrics import RATIOS, SKETCHED, Absence, Metric
from firstbest.store import metrics_marks
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.metrics_file import Definitions, day_of_text, read_definitions, terms
from firstbest.store.metrics_rows import DAY_US, Rows, read_rows
from firstbest.world.ties import text_hash

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
I8 = NDArray[np.int8]

DAYS_MAX: Final = 4_000


class Loaded(NamedTuple):
    """Everything that a folder holds, of all instants."""

    folder: Path
    definitions: Definitions
    rows: dict[str, Rows]
    marks: metrics_marks.Marked
    holidays: dict[str, list[int]]


class _Known(NamedTuple):
    """One source as it was known: columns laid over days, nan where a cell is empty; which days have a row."""

    columns: dict[str, F64]  # [D]
    rows: NDArray[np.bool_]  # [D]


def load(folder: Path) -> Loaded:
    """Read a folder. Raises `WorkspaceFaulty` with every fault of the file, or of the first source that has some."""
    definitions = read_definitions(folder)
    wanted: dict[str, set[str]] = defaultdict(set)
    raw: dict[str, set[str]] = defaultdict(set)
    for metric in definitions.metrics:
        asked = raw if metric.kind in SKETCHED else wanted
        for source, column, _ in (*terms(metric.numerator), *terms(metric.denominator)):
            if source:
                asked[source].add(column)
    rows = {
        source.name: read_rows(folder, source, sorted(wanted[source.name]), sorted(raw[source.name]))
        for source in definitions.sources
    }
    marks = metrics_marks.read(folder, definitions)
    days = [each.day for each in rows.values() if len(each.day)]
    years = {month_of(int(day))[0] for each in days for day in (each.min(), each.max())} or {1970}
    return Loaded(folder, definitions, rows, marks, _holidays(definitions.closed.holidays, min(years), max(years)))


def _holidays(where: str, first: int, last: int) -> dict[str, list[int]]:
    """Names of public holidays and the days they fall on, a year beyond either end."""
    if not where:
        return {}
    import holidays  # noqa: PLC0415 - half a second that only those who ask for it wait

    country, _, part = where.partition("-")
    try:
        listed = holidays.country_holidays(country, subdiv=part or None, years=range(first - 1, last + 2))
    except NotImplementedError:
        wanted = "a country, such as US or DE-BY"
        raise WorkspaceFaulty([Fault("metrics.toml", 0, "holidays", wanted, f"'{where}'")]) from None
    found: dict[str, list[int]] = defaultdict(list)
    for day, names in sorted(listed.items()):
        number = day_of_text(day.isoformat())
        assert number is not None, "a date is a day"
        for name in str(names).split("; "):
            found[name].append(number)
    return dict(found)


def latest_us(loaded: Loaded) -> int:
    """When the youngest row became known."""
    return max((int(rows.known_us.max()) for rows in loaded.rows.values() if len(rows.known_us)), default=0)


def given(loaded: Loaded, week: str | None = None, as_of_us: int | None = None) -> Given:
    """What the deck of a week is made of; without a week, the last one that is over by the last row.

    Raises `WeekUnknown`, and `WorkspaceFaulty` where there are no rows or too many days.
    """
    definitions = loaded.definitions
    as_of = latest_us(loaded) if as_of_us is None else as_of_us
    known = loaded.rows
    days = [rows.day[rows.known_us <= as_of] for rows in known.values()]
    present = [each for each in days if len(each)]
    if not present:
        raise WorkspaceFaulty([Fault("metrics.toml", 0, "source", "rows that were known by then", "none")])
    first, last = min(int(each.min()) for each in present), max(int(each.max()) for each in present)
    end = parse_week(definitions.calendar, week) if week else week_end_of(definitions.calendar, last - 6)
    count = max(last, end) - first + 1
    if count > DAYS_MAX:
        raise WorkspaceFaulty([Fault("metrics.toml", 0, "source", f"{DAYS_MAX} days or fewer", f"{count:,}")])
    metrics = list(definitions.metrics)
    laid = {name: _laid(rows, first, count, as_of) for name, rows in known.items()}
    table = _table(loaded, metrics, laid, first, as_of)
    limit_days = {
        text: day
        for metric in metrics
        for text in (metric.limits_from, metric.limits_to)
        if text and (day := day_of_text(text)) is not None
    }
    marks = metrics_marks.as_of(loaded.marks, metrics, (first, count + 60), as_of)
    return Given(
        title=definitions.title, calendar=definitions.calendar, metrics=metrics, table=table, end=end, as_of_us=as_of,
        plan=marks.plan, guidance=marks.guidance, fans=marks.fans, known=_known(loaded, metrics, first, count, as_of),
        holidays=loaded.holidays, notes=metrics_marks.notes(loaded.marks, metrics, end, as_of),
        limit_days=limit_days, currency=definitions.currency, paper=definitions.paper, data=_digest(known, as_of),
    )  # fmt: skip


def _laid(rows: Rows, first: int, count: int, as_of: int) -> _Known:
    """A source's columns over days: of each day and key the rows that became known last, keys added up."""
    chosen = np.flatnonzero(rows.known_us <= as_of)
    day, key = rows.day[chosen], rows.key[chosen]
    # Rows are sorted by day, instant and key; a stable sort by day and key leaves the last instant last.
    order = np.lexsort((rows.known_us[chosen], key, day))
    day, key = day[order], key[order]
    final = np.ones(len(day), np.bool_)
    final[:-1] = (day[1:] != day[:-1]) | (key[1:] != key[:-1])
    place = day[final] - first
    there = np.zeros(count, np.bool_)
    there[place] = True
    columns = {}
    for name, values in rows.columns.items():
        cells = values[chosen][order][final]
        full = np.isfinite(cells)
        sums = np.bincount(place[full], cells[full], count)
        counts = np.bincount(place[full], minlength=count)
        columns[name] = np.where(counts > 0, sums, np.nan)
    return _Known(columns, there)


def _table(loaded: Loaded, metrics: list[Metric], laid: dict[str, _Known], first: int, as_of: int) -> Table:
    count = len(next(iter(laid.values())).rows)
    closed = _closed_days(loaded, first, count)
    top, below = np.zeros((len(metrics), count)), np.ones((len(metrics), count))
    absence = np.zeros((len(metrics), count), np.int8)
    sketch = {}
    for at, metric in enumerate(metrics):
        if metric.kind in SKETCHED:
            values, rows, sketch[at] = _sketch(loaded, metric, first, count, as_of)
        else:
            values, rows = _added(metric.numerator, laid, count)
        if metric.kind in RATIOS:
            divided, more = _added(metric.denominator, laid, count)
            values = np.where(np.isfinite(divided), values, np.nan)
            rows = rows & more
            below[at] = np.where(np.isfinite(values), divided, 0.0)
        absence[at] = _absence(metric, values, rows, closed)
        top[at] = np.where(np.isfinite(values), values, 0.0)
        if metric.kind not in RATIOS:
            below[at] = np.isfinite(values)
    return Table(first, top, below, absence, sketch)


def _added(expression: str, laid: dict[str, _Known], count: int) -> tuple[F64, NDArray[np.bool_]]:
    """A sum of columns over days, nan where one of them is empty; the days on which all its sources have a row."""
    total, rows = np.zeros(count), np.ones(count, np.bool_)
    for source, column, sign in terms(expression):
        if not source:
            total = total + sign
            continue
        total = total + sign * laid[source].columns[column]
        rows = rows & laid[source].rows
    return total, rows


def _closed_days(loaded: Loaded, first: int, count: int) -> dict[str, NDArray[np.bool_]]:
    """Which days are closed for those who name a word; the empty word is for all."""
    days = np.arange(first, first + count)
    found = {word: np.array([weekday(int(day)) == at for day in days]) for at, word in enumerate(WEEKDAYS)}
    public = {day for fell in loaded.holidays.values() for day in fell}
    found["holidays"] = np.array([int(day) in public for day in days])
    stated: set[int] = set()
    for text in loaded.definitions.closed.days:
        start, _, stop = text.partition("/")
        low, high = day_of_text(start), day_of_text(stop or start)
        if low is None or high is None or high < low:
            wanted = "a day, or two with a stroke between, such as 2026-12-24/2026-12-27"
            raise WorkspaceFaulty([Fault("metrics.toml", 0, "closed, days", wanted, f"'{text}'")])
        stated.update(range(low, high + 1))
    found[""] = np.array([int(day) in stated for day in days])
    return found


def _absence(metric: Metric, values: F64, rows: NDArray[np.bool_], closed: dict[str, NDArray[np.bool_]]) -> I8:
    """Why each day without a number has none."""
    here = np.isfinite(values) & rows
    found = np.full(len(values), Absence.MISSING, np.int8)
    came = np.flatnonzero(here)
    first, last = (int(came[0]), int(came[-1])) if len(came) else (len(values), -1)
    days = np.arange(len(values))
    found[(days > last) & ~rows] = Absence.LATE
    found[days < first] = Absence.BEFORE
    shut = closed[""].copy()
    for word in metric.closed:
        shut |= closed[word]
    found[shut & (days >= min(first, len(values)))] = Absence.CLOSED
    found[here] = Absence.HERE
    return found


def _sketch(
    loaded: Loaded, metric: Metric, first: int, count: int, as_of: int
) -> tuple[F64, NDArray[np.bool_], NDArray[np.generic]]:
    """Summaries of a column's single rows, a summary a day; the numbers are how many rows there are."""
    ((source, column, _),) = terms(metric.numerator)
    texts = loaded.rows[source].texts
    day, known = np.asarray(texts["d"], np.int64), np.asarray(texts["known_us"], np.int64)
    latest: dict[int, int] = {}
    for each, instant in zip(day.tolist(), known.tolist(), strict=True):
        if instant <= as_of:
            latest[each] = max(latest.get(each, instant), instant)
    cells = np.ma.filled(np.ma.asarray(texts[f"column {column}"]), "")
    full = np.array([str(cell) != "" for cell in cells], np.bool_)
    chosen = full & np.array([latest.get(d, -1) == k for d, k in zip(day.tolist(), known.tolist(), strict=True)])
    place, words = day[chosen] - first, cells[chosen]
    counts = np.bincount(place, minlength=count).astype(np.float64)
    values = np.where(counts > 0, counts, np.nan)
    if metric.kind == "quantile":
        bins = sketches.bins_of(words.astype(np.float64))
        summary: NDArray[np.generic] = np.zeros((count, sketches.BINS), np.int32)
        np.add.at(summary, (place, bins), 1)
    else:
        unique, codes = np.unique(words.astype(str), return_inverse=True)
        hashes = np.array([text_hash(word) for word in unique], np.uint64)[codes]
        summary = np.zeros((count, sketches.REGISTERS), np.uint8)
        for each in np.unique(place):
            summary[each] = sketches.registers_of(hashes[place == each])
    return values, np.isfinite(values), summary


def _known(loaded: Loaded, metrics: list[Metric], first: int, count: int, as_of: int) -> F64 | None:
    """Share known of each day of metrics that mature; None where none does."""
    maturing = [at for at, metric in enumerate(metrics) if metric.matures_after_days]
    if not maturing:
        return None
    found = np.ones((len(metrics), count))
    days = np.arange(first, first + count, dtype=np.int64)
    for at in maturing:
        metric = metrics[at]
        source, column, _ = terms(metric.numerator)[0]
        if not source:
            continue
        rows = loaded.rows[source]
        chosen = (rows.known_us <= as_of) & np.isfinite(rows.columns[column])
        weeks = -(-metric.matures_after_days // maturity.AGE_DAYS)
        known_days = (rows.known_us[chosen] - 1) // DAY_US
        ladder = maturity.ladder(rows.day[chosen], known_days, rows.columns[column][chosen], weeks, as_of // DAY_US)
        found[at] = maturity.completeness(ladder, days, as_of // DAY_US)
    return found


def data_digest(loaded: Loaded, as_of_us: int) -> str:
    """The digest of every row that was known at an instant."""
    return _digest(loaded.rows, as_of_us)


def _digest(rows: dict[str, Rows], as_of: int) -> str:
    """A digest of every row that was known by then, and of nothing that came later."""
    digest = blake2b(digest_size=8)
    for name in sorted(rows):
        chosen = rows[name].known_us <= as_of
        # A key's number is its rank among all there ever were, so a new part of a day must not renumber the old ones.
        _, key = np.unique(rows[name].key[chosen], return_inverse=True)
        digest.update(name.encode())
        for part in (rows[name].day[chosen], rows[name].known_us[chosen], key.astype(np.int64)):
            digest.update(np.ascontiguousarray(part).tobytes())
        for column in sorted(rows[name].columns):
            digest.update(column.encode())
            digest.update(np.ascontiguousarray(rows[name].columns[column][chosen]).tobytes())
        texts = rows[name].texts
        told = np.asarray(texts["known_us"], np.int64) <= as_of if texts else np.zeros(0, np.bool_)
        for column in sorted(set(texts) - {"d", "known_us"}):
            digest.update(repr(np.ma.asarray(texts[column])[told].tolist()).encode())
    return digest.hexdigest()

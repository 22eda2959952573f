"""An imported deck in our own form: charts, box scores, tables and notes, all of it marked IMPORTED."""

from __future__ import annotations

import math
from typing import Any, Final

from firstbest.mechanisms import imported
from firstbest.mechanisms.calendar import WEEKDAYS, Calendar, month_of, short_day, week_label, weekday
from firstbest.mechanisms.deck import (
    BEFORE,
    COMING,
    IMPORTED,
    LATE,
    MISSING,
    NOTHING,
    Box,
    Card,
    Deck,
    ImportedTable,
    Point,
    TableRow,
)
from firstbest.mechanisms.deck_boxes import LABELS
from firstbest.store.wbr_app import MONTHS, WbrDeck

EVENT_DAYS: Final = 42
_DAYS_NAMED_MAX: Final = 4
_DAY_US: Final = 86_400_000_000


def deck_of(found: WbrDeck) -> Deck:
    """The deck. It knows nothing of signals or of what was known when: the CSV does not say."""
    rules = found.metrics.rules
    calendar = Calendar(week_end=WEEKDAYS[weekday(rules.week_end)], first_month=rules.year_end_month % 12 + 1)
    cards: list[Card] = []
    tables: list[ImportedTable] = []
    section = ""
    for block in found.blocks:
        kind = block["ui_type"]
        if kind == "section":
            section = str(block.get("title") or "")
        elif kind == "6_12Graph":
            cards.append(_chart(found, block, section))
        elif kind in {"6_WeeksTable", "12_MonthsTable"}:
            tables.append(_table(found, block))
    return Deck(
        title=found.title, week=week_label(calendar, rules.week_end), start=rules.week_end - 6, end=rules.week_end,
        as_of_us=(rules.week_end + 1) * _DAY_US, calendar=calendar, imported=IMPORTED, cards=tuple(cards),
        tables=tuple(tables),
    )  # fmt: skip


def _fiscal(found: WbrDeck, block: dict[str, Any]) -> bool:
    display = block.get("x_axis_monthly_display")
    return found.fiscal if display is None else bool(display == "fiscal_year")


def _chart(found: WbrDeck, block: dict[str, Any], section: str) -> Card:
    listed = [(name, said or {}) for name, said in (block.get("metrics") or {}).items() if name != "__line__"]
    cards = [_card(found, block, name, said) for name, said in listed]
    if not cards:
        return Card(key="", title=str(block.get("title") or ""), unit="number", kind="sum", imported=IMPORTED)
    names = [name for name, _ in listed]
    notes = [
        f"{short_day(day)}: {what}"
        for day, metric, what in found.events
        if metric in names and found.metrics.rules.week_end - EVENT_DAYS < day <= found.metrics.rules.week_end
    ]
    first = cards[0]
    gathered = tuple(dict.fromkeys([*(note for card in cards for note in card.notes), *notes]))
    return Card(
        key=first.key, title=str(block.get("title") or first.title), unit="number", kind="sum", imported=IMPORTED,
        section=section, scaling=first.scaling, weeks=first.weeks, months=first.months, boxes=first.boxes,
        completeness=first.completeness, notes=gathered, lines=tuple(cards[1:]),
    )  # fmt: skip


def _card(found: WbrDeck, block: dict[str, Any], name: str, said: dict[str, Any]) -> Card:
    metrics, rules = found.metrics, found.metrics.rules
    fiscal = _fiscal(found, block)
    target = said.get("line_style") == "target"
    now, then, month_now, month_then = imported.series(metrics, name, fiscal=fiscal, ahead=target)
    if said.get("graph_prior_year_flag", not target) is False:
        then, month_then = [math.nan] * 6, [math.nan] * 12
    plain, _ = imported.split(metrics, name)
    weeks = tuple(
        _point(found, plain, span, label, (value, prior))
        for span, label, value, prior in zip(imported.weeks(rules), imported.week_labels(rules), now, then, strict=True)
    )
    months = tuple(
        _point(found, plain, span, MONTHS[month_of(span[0])[1] - 1].title(), (value, prior))
        for span, value, prior in zip(imported.months(rules, fiscal=fiscal), month_now, month_then, strict=True)
    )
    words, notes = _completeness(found, plain)
    return Card(
        key=name, title=str(said.get("legend_name") or name), unit="number", kind="sum", imported=IMPORTED,
        scaling=str(block.get("y_scaling") or ""), weeks=weeks, months=months,
        boxes=_boxes(metrics, name, plain),
        completeness=words, notes=notes, role="target" if target else "output",
    )  # fmt: skip


def _point(found: WbrDeck, name: str, span: imported.Asked, label: str, values: tuple[float, float]) -> Point:
    here, due, _ = imported.rows_in(found.metrics, name, span)
    value, prior = (None if math.isnan(number) else number for number in values)
    absent = "" if value is not None else _why(found, name, span)
    last = min(span[1], found.metrics.rules.week_end)
    whole = here >= min(due, max(0, last - span[0] + 1))
    return Point(
        start=span[0], end=span[1], label=label.removeprefix("wk "), value=value, prior=prior, absent=absent,
        days=None if whole or value is None else (here, due),
    )  # fmt: skip


def _why(found: WbrDeck, name: str, span: imported.Asked) -> str:
    """Why a span has no number."""
    if span[1] > found.metrics.rules.week_end:
        return COMING
    first, last = _reach(found.metrics, name)
    if span[1] < first:
        return BEFORE
    if span[0] > last:
        return LATE
    here, due, empty = imported.rows_in(found.metrics, name, span)
    return MISSING if empty or here < due else NOTHING


def _reach(metrics: imported.Metrics, name: str) -> tuple[int, int]:
    """First and last day on which all parts of a metric have a row."""
    if name in metrics.base:
        base = metrics.base[name]
        full = base.days[base.values == base.values]
        return (int(full[0]), int(full[-1])) if len(full) else (10**6, -(10**6))
    parts = [_reach(metrics, each) for each in metrics.combined[name].of]
    return max(first for first, _ in parts), min(last for _, last in parts)


def _boxes(metrics: imported.Metrics, name: str, plain: str) -> tuple[Box, ...]:
    kind = "bps" if plain in metrics.points else "percent"
    found = []
    for at, (label, number) in enumerate(zip(LABELS, imported.boxes(metrics, name), strict=True)):
        is_value = at in {0, 3, 5, 7}
        known = None if math.isnan(number) else number
        found.append(
            Box(
                label=label,
                kind="value" if is_value else kind,
                value=known,
                absent="" if known is not None else NOTHING,
            )
        )
    return tuple(found)


def _completeness(found: WbrDeck, name: str) -> tuple[str, tuple[str, ...]]:
    """Rows of the last week and of the spans to date, this year's and last year's, and what that hides."""
    rules = found.metrics.rules
    week = imported.weeks(rules)[5]
    here, due, empty = imported.rows_in(found.metrics, name, week)
    words = [f"week {here}/{due}"]
    notes = []
    if here < due:
        first, last = _reach(found.metrics, name)
        absent = [day for day in range(week[0], week[1] + 1) if day in empty or not first <= day <= last]
        named = ", ".join(short_day(day) for day in absent[:_DAYS_NAMED_MAX])
        notes.append(f"incomplete: {here} of {due} days" + (f"; without {named}" if named else ""))
        if here == 0 and last < week[0]:
            weeks = (week[1] - last) // 7
            notes.append(f"stale: the last row is {weeks} week{'s' * (weeks != 1)} before the week's end")
    for label, years in (("month", 0), ("year", 0), ("last year's month", 1), ("last year's year", 1)):
        span = imported.to_dates(rules, years)[0 if "month" in label else 2]
        there, whole, _ = imported.rows_in(found.metrics, name, span)
        words.append(f"{label} {there}/{whole}")
        if years and 0 < there < whole:
            notes.append(f"{label} to date has {there} of {whole} days: its comparison is of a part with a whole")
    return "days " + ", ".join(words), tuple(notes)


def _table(found: WbrDeck, block: dict[str, Any]) -> ImportedTable:
    rules = found.metrics.rules
    six = block["ui_type"] == "6_WeeksTable"
    fiscal = _fiscal(found, block)
    heads = [MONTHS[month_of(span[0])[1] - 1].title() for span in imported.months(rules, fiscal=fiscal)]
    if six:
        heads = [*imported.week_labels(rules), "QTD", "YTD"]
    rows = []
    for each in block.get("rows") or []:
        said = each.get("row") or {}
        name = said.get("metric")
        values: tuple[float, ...] = ()
        if name:
            weeks, _, months, _ = imported.series(found.metrics, name, fiscal=fiscal)
            boxes = imported.boxes(found.metrics, name)
            values = (*weeks, boxes[5], boxes[7]) if six else tuple(months)
        rows.append(
            TableRow(
                header=str(said.get("header") or ""), scaling=str(said.get("y_scaling") or ""),
                values=tuple(None if math.isnan(number) else number for number in values),
            )
        )  # fmt: skip
    return ImportedTable(title=str(block.get("title") or ""), heads=tuple(heads), rows=tuple(rows))

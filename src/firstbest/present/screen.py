"""The one screen: ten numbers, late orders by cause, what is tight, what was assumed.

Colour only repeats what words and signs already say, so the screen reads the same without it.
"""

from __future__ import annotations

import textwrap
from typing import Final, NamedTuple

from rich.text import Text

from firstbest.present import bounds, constraints, needs, text
from firstbest.present.catalog import WANTED, late_key, meaning_of
from firstbest.present.figures import figures
from firstbest.present.labels import CAUSES, STAGES
from firstbest.present.record import Record

_LABEL: Final = 23
_VALUE: Final = 13
_BOUND: Final = 18
_WIDE: Final = 110
_DIM: Final = "dim"
_LOUD: Final = "bold"
_WARN: Final = "yellow"


class Row(NamedTuple):
    """One number: its words, its value, and pieces that explain it, over as many lines as the width asks for."""

    label: str
    value: str
    pieces: tuple[str, ...]
    key: str = ""  # of the figure, for its bound
    below: tuple[str, ...] = ()  # a list over the full width, under the number


def screen(record: Record, width: int, other: Record | None = None, report_path: str = "") -> Text:
    """The screen of one rehearsal for a terminal of this width; with `other` (without the change) both side by side."""
    width = max(60, min(width, 140))
    page = Text(no_wrap=True)
    _head(page, record, width)
    needs.rows(page, record)
    if other is None:
        for row in _rows(record):
            _row(page, row, record, width)
    else:
        _paired(page, record, other, width)
    page.append("\n")
    _foot(page, record, width, report_path)
    page.rstrip()
    return page


def _head(page: Text, record: Record, width: int) -> None:
    placed = text.count(figures(record)["orders_placed"])
    parts = [text.span(record.first_day + 1, record.days), f"{placed} orders", f"seed {record.seed}"]
    if record.scale != 1:
        parts.insert(2, f"at {record.scale:g} of full scale")
    parts.append(f"{text.number(record.seconds, 0 if record.seconds >= 10 else 1)} s")
    page.append(f"{record.name}  ", style=_LOUD)
    first, *more = _fill(parts, width - len(record.name) - 2, ", ")
    page.append(first + "\n")
    for line in more:
        page.append(f"{line}\n")
    if record.banner:
        said = f"{record.banner[:1].upper()}{record.banner[1:]}."
        page.append(textwrap.fill(said, width, break_on_hyphens=False) + "\n", style=_WARN)
    usual = width >= _WIDE and any(bound.applies for bound in record.bounds)
    page.append(f"{'':<{_LABEL + _VALUE + 3}}[usual]\n" if usual else "\n", style=_DIM)


def _fill(pieces: list[str] | tuple[str, ...], width: int, between: str) -> list[str]:
    """Pieces joined into lines no wider than `width`; a separator may end a line, never begin one."""
    lines = [""]
    for piece in pieces:
        if lines[-1] and len(lines[-1]) + len(between) + len(piece) > width:
            lines[-1] += between.rstrip()
            lines.append(piece)
        else:
            lines[-1] += (between if lines[-1] else "") + piece
    return lines


def _row(page: Text, row: Row, record: Record, width: int) -> None:
    indent = _LABEL + _VALUE + 3
    bound = next((bound for bound in record.bounds if bound.key == row.key and bound.applies), None)
    page.append(f"{row.label:<{_LABEL}}")
    page.append(f"{row.value:>{_VALUE}}", style=_LOUD if bound is None or bound.inside else f"bold {_WARN}")
    page.append("   ")
    if width >= _WIDE:
        currency = record.network.texts.currency
        page.append(f"{f'[{bounds.usual(bound, currency)}]' if bound else '':<{_BOUND}}", style=_DIM)
        indent += _BOUND
    for place, line in enumerate(_fill(row.pieces, width - indent, ", ")):
        page.append((" " * indent if place else "") + line + "\n")
    for line in _fill(row.below, width - 2, "  "):
        page.append(f"  {line}\n" if line else "", style=_DIM)


def _rows(record: Record) -> list[Row]:
    f = figures(record)
    currency = record.network.texts.currency
    return [*_service_rows(f), *_cost_rows(f, currency), *_flow_rows(f, record, currency)]


def _causes(f: dict[str, float], before: dict[str, float] | None = None) -> tuple[str, ...]:
    """Late orders by cause, most first; they add up to the late orders."""
    found = []
    for words, _ in CAUSES.values():
        key = late_key(words)
        change = f" ({text.difference(f[key] - before[key], 'count', '')})" if before else ""
        short = "address" if words.startswith("address") else words
        found.append((f[key], f"{short}{text.THIN}{text.number(f[key])}{change}"))
    return tuple(piece for _, piece in sorted(found, key=lambda pair: -pair[0]))


def _service_rows(f: dict[str, float]) -> list[Row]:
    peak = f"peak {text.day_text(int(f['peak_day']))}: {text.number(f['peak_day_orders'])} orders"
    door = (
        f"half; nine in ten {text.number(f['click_to_door_p90_d'], 1)}",
        f"99 in 100 {text.number(f['click_to_door_p99_d'], 1)}",
    )
    days = ("on business day", *(
        f"{name}:{text.THIN}{text.share(f[f'business_days_{name[0]}_share'], 0)}"
        for name in ("1", "2", "3", "4 or later")
    ))  # fmt: skip
    return [
        Row(
            "Orders shipped",
            text.count(f["orders_shipped"]),
            (
                f"{text.count(f['units'])} units",
                f"{text.count(f['lines'])} lines",
                f"{peak}, {text.number(f['peak_day_factor'], 1)} {text.TIMES} the mean",
            ),
        ),
        Row("Shipped on time", text.share(f["shipped_on_time"]), ("left by the day promised",), "shipped_on_time"),
        Row(
            "Delivered on time",
            text.share(f["delivered_on_time"]),
            (
                f"{text.number(f['late_orders'])} late",
                f"{text.share(f['two_day_share'], 0)} within two days",
            ),
            "delivered_on_time",
            _causes(f),
        ),
        Row(
            "Click to door",
            f"{text.number(f['click_to_door_p50_d'], 1)}{text.THIN}days",
            door,
            "click_to_door_p50_d",
            days,
        ),
    ]


def _cost_rows(f: dict[str, float], currency: str) -> list[Row]:
    words = {"building": "building", "indirect": "indirect", "receive": "receive", "van": "own vans",
             "parcel": "carriers", "inbound": "inbound", "returns": "returns", "return_loss": "value lost",
             "material": "material"}  # fmt: skip
    stages = tuple(
        f"{words.get(stage.key, stage.label)}{text.THIN}{text.number(f[f'cost_{stage.key}_per_order'], 2)}"
        for stage in STAGES
    )
    return [
        Row(
            "Cost to serve an order",
            text.money(f["cost_to_serve_per_order"], currency),
            (
                f"{text.share(f['cost_to_serve_of_sales'])} of net sales",
                f"click to door {text.money(f['click_to_door_cost_per_order'], currency)}",
            ),
            "cost_to_serve_per_order",
            stages,
        ),
        Row(
            "Carrier cost a parcel",
            text.money(f["parcel_cost_per_parcel"], currency),
            (
                f"average zone {text.number(f['average_zone'], 1)}",
                f"billed {text.number(f['billed_to_scale'], 2)} {text.TIMES} scale",
            ),
            "parcel_cost_per_parcel",
        ),
    ]


def _flow_rows(f: dict[str, float], record: Record, currency: str) -> list[Row]:
    tight = constraints.tightest(record)
    where = constraints.sentence(record, tight).split(", ") if tight else ["no roster to compare with"]
    return [
        Row(
            "Orders a paid hour",
            text.number(f["orders_per_person_hour"], 1),
            (
                f"pick {text.number(f['lines_per_paid_hour_pick'])} lines",
                f"pack {text.number(f['orders_per_paid_hour_pack'])} shipments",
                f"overtime {text.share(f['overtime_share'])}",
                f"{text.share(f['above_pace_share'])} above pace",
                f"{text.number(f['heads_peak'])} heads at peak",
            ),
            "orders_per_person_hour",
        ),
        Row(
            "Parcels an order",
            text.number(f["parcels_per_order"], 2),
            (f"{text.share(f['nearest_share'], 0)} of lines from the nearest node",),
            "parcels_per_order",
        ),
        Row(
            "Lines filled",
            text.share(f["fill_rate"]),
            (
                f"{text.brief(f['lost_sales'], 'money', currency)} sales lost",
                f"{text.share(f['cancelled_for_stock'])} cancelled, short",
            ),
            "fill_rate",
        ),
        Row(
            "Days of stock",
            text.number(f["days_of_stock"]),
            (f"{text.number(f['turns'], 1)} turns a year", f"{text.share(f['aged_share'], 0)} aged over 180 days"),
            "days_of_stock",
        ),
        Row("Busiest week", text.share(tight.use, 0) if tight else text.MISSING, tuple(where)),
        Row(
            "Units returned",
            text.share(f["returns_share"]),
            (
                f"{text.money(f['return_cost_per_order'], currency)} an order",
                f"carbon {text.weight(f['carbon_g_per_order'])} an order",
            ),
            "returns_share",
        ),
    ]


def _paired(page: Text, record: Record, other: Record, width: int) -> None:
    """Each headline figure without and with the change; no interval is known from one pair."""
    f, before = figures(record), figures(other)
    currency = record.network.texts.currency
    page.append(f"{'':<34}{'without':>12}{'with':>12}{'difference':>15}\n", style=_DIM)
    for key, wanted in WANTED.items():
        known = meaning_of(key)
        label = f"{known.label[:1].upper()}{known.label[1:]}"
        was, now = (text.brief(found[key], known.unit, currency) for found in (before, f))
        change = f[key] - before[key]
        shown = text.difference(change, known.unit, currency)
        if shown[:1] not in f"+{text.MINUS}":
            shown = "same"
        good = change * wanted if shown != "same" else 0
        page.append(f"{label:<34}{was:>12}")
        page.append(f"{now:>12}", style=_LOUD)
        page.append(f"{shown:>15}\n", style="green" if good > 0 else _WARN if good < 0 else "")
        if key == "delivered_on_time":
            page.append("".join(f"  {line}\n" for line in _fill(_causes(f, before), width - 2, "  ")), style=_DIM)
    page.append_text(strained(other, record, width))


def strained(without: Record, with_: Record, width: int) -> Text:
    """Where each of two rehearsals is tightest, and the pick-up that left most behind."""
    page = Text(no_wrap=True)
    runs = (("without", without), ("with", with_))
    for name, run in runs:
        tight = constraints.tightest(run)
        if tight:
            said = f"{text.share(tight.use, 0)}, {constraints.sentence(run, tight)}".split(", ")
            head = f"{f'Busiest week {name}':<22}"
            page.append(head + f"\n{'':<22}".join(_fill(said, width - 22, ", ")) + "\n")
    for name, run in runs:
        worst = constraints.worst_pick_up(run)
        if worst:
            where = text.named(run.network.texts.nodes[worst.node])
            when = text.day_text(run.first_day + worst.day)
            told = f"{text.number(worst.left)} shipments, {where}, {when}, when {text.number(worst.gone)} left"
            page.append(f"{f'Behind {name}':<22}{told}\n")
    for name, run in runs:
        found = constraints.breaks(run)
        if found:
            said = constraints.break_sentence(run, found).split()
            page.append(f"{f'Breaks {name}':<22}" + f"\n{'':<22}".join(_fill(said, width - 22, " ")) + "\n")
    return page


def _foot(page: Text, record: Record, width: int, report_path: str) -> None:
    if record.suggestions:
        page.append("What would help most (estimated, not rehearsed)\n")
    for suggestion in record.suggestions[:3]:
        gap = width - 4 - len(suggestion.text) - len(suggestion.saving)
        if gap >= 2:
            page.append(f"    {suggestion.text}{'':<{min(gap, max(2, 64 - len(suggestion.text)))}}")
        else:
            page.append(f"    {suggestion.text}\n        ")
        page.append(f"{suggestion.saving}\n", style=_DIM)
    share = record.assumed.cost_share_ppm / 1e6
    page.append(
        f"{'Assumed':<10}{text.number(record.assumed.values)} values, on which {text.share(share, 0)} of the cost"
    )
    page.append(" rests (assumptions.csv)\n")
    _bounds(page, record, width)
    for number, said in enumerate(record.checks):
        for line, piece in enumerate(_fill(said.split(), width - 10, " ")):
            page.append(f"{'Checks' if number + line == 0 else '':<10}{piece}\n")
    if report_path:
        page.append(f"{'Report':<10}")
        page.append(report_path + "\n", style=_LOUD)


def _bounds(page: Text, record: Record, width: int) -> None:
    judged = [bound for bound in record.bounds if bound.applies]
    outside = [bound for bound in judged if not bound.inside]
    if not judged:
        page.append(f"{'Bounds':<10}none apply to this network\n")
        return
    line = f"{'Bounds':<10}{len(judged) - len(outside)} of {len(judged)} inside\n"
    page.append(line, style=_WARN if outside else "")
    for bound in outside:
        unit = meaning_of(bound.key).unit
        currency = record.network.texts.currency
        value = f"{text.written(bound.value, unit, currency)} [{bounds.plausible(bound, currency)}]"
        head = f"{bound.label or meaning_of(bound.key).label}: {value}:"
        for line in _fill([head, *bound.reason.split()], width - 14, " "):
            page.append(f"    {line}\n", style=_WARN)

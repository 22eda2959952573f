"""The second picture: what one average order costs, stage by stage, and what a change moves."""

from __future__ import annotations

from typing import Final

from firstbest.present import svg, text
from firstbest.present.figures import figures
from firstbest.present.labels import STAGES
from firstbest.present.record import Record

_WIDTH: Final = 1040.0
_ROW: Final = 27.0
_LEFT: Final = 230.0
_RIGHT: Final = 150.0


def picture(record: Record, without: Record | None) -> svg.Picture:
    """The waterfall of an average order, and the bridge between without and with."""
    f = figures(record)
    currency = record.network.texts.currency
    finding = (
        f"An average order costs {text.money(f['cost_to_serve_per_order'], currency)} to serve, "
        f"{text.money(f['click_to_door_cost_per_order'], currency)} of it from click to door"
    )
    lead = (
        f"That is {text.share(f['cost_to_serve_of_sales'])} of net sales. Reported apart, an order: duty "
        f"{text.money(f['duty_per_order'], currency)}, capital cost of stock "
        f"{text.money(f['holding_per_order'], currency)}."
    )
    body = _waterfall(f, currency)
    if without is not None:
        body += _bridge(f, figures(without), currency)
    return svg.Picture("cost", finding, lead, body + _table(f, figures(without) if without else None, currency))


def _steps(f: dict[str, float]) -> list[tuple[str, float, str]]:
    """Stages and sums in their order: words, money an order, and `step` or `sum`."""
    rows: list[tuple[str, float, str]] = []
    sums = {"building": ("in the building", "in_building_cost_per_order"),
            "door": ("click to door", "click_to_door_cost_per_order"),
            "rest": ("cost to serve", "cost_to_serve_per_order")}  # fmt: skip
    for part, (words, key) in sums.items():
        for stage in (stage for stage in STAGES if stage.part == part):
            value = f[f"cost_{stage.key}_per_order"]
            if value:
                rows.append((stage.label, value, "step"))
        rows.append((words, f[key], "sum"))
    return rows


def _waterfall(f: dict[str, float], currency: str) -> str:
    rows = _steps(f)
    total = f["cost_to_serve_per_order"]
    if not total > 0:
        return '<p class="none">Nothing was shipped.</p>'
    scale = svg.Scale(0, total, _LEFT, _WIDTH - _RIGHT)
    parts, reached = [], 0.0
    for place, (words, value, kind) in enumerate(rows):
        y = place * _ROW + 4
        start = 0.0 if kind == "sum" else reached
        end = value if kind == "sum" else reached + value
        strong = " strong" if kind == "sum" else ""
        parts.append(svg.words(_LEFT - 14, y + 16, words, "label" + strong, "end"))
        hint = f"{words}: {text.money(value, currency)}, {text.share(value / total)} of cost to serve"
        parts.append(svg.box(scale(start), y + 3, max(1.5, scale(end) - scale(start)), _ROW - 9, f"bar {kind}", hint))
        amount = f"{text.money(value, currency)}"
        parts.append(svg.words(scale(end) + 8, y + 16, amount, "value" + strong))
        parts.append(
            svg.words(scale(end) + 12 + len(amount) * 7.6, y + 16, text.share(value / total, 0), "small muted")
        )
        if place + 1 < len(rows):
            parts.append(svg.rule(scale(end), y + _ROW - 6, scale(end), y + _ROW + 7, "hair"))
        reached = end
    told = ", ".join(f"{words} {text.money(value, currency)}" for words, value, kind in rows if kind == "step")
    frame = svg.Frame("waterfall", _WIDTH, len(rows) * _ROW + 8, "Cost of one average order by stage", told)
    return svg.drawing(frame, "".join(parts))


def _bridge(f: dict[str, float], before: dict[str, float], currency: str) -> str:
    """From the cost without to the cost with; the axis does not begin at zero, so the ends are points, not bars."""
    moves = [
        (stage.label, f[f"cost_{stage.key}_per_order"] - before[f"cost_{stage.key}_per_order"]) for stage in STAGES
    ]
    moves = sorted((move for move in moves if abs(move[1]) >= 0.005), key=lambda move: move[1])
    ends = (before["cost_to_serve_per_order"], f["cost_to_serve_per_order"])
    path = [ends[0]]
    for _, value in moves:
        path.append(path[-1] + value)
    span = max(max(path) - min(path), 0.02)
    scale = svg.Scale(min(path) - 0.08 * span, max(path) + 0.08 * span, _LEFT, _WIDTH - _RIGHT)
    parts = [_end("without the change", ends[0], 0.0, scale, currency)]
    for place, (words, value) in enumerate(moves, 1):
        y, start = place * _ROW, path[place - 1]
        x1, x2 = sorted((scale(start), scale(start + value)))
        change = text.difference(value, "money", currency)
        parts.append(svg.words(_LEFT - 14, y + 18, words, "label", "end"))
        parts.append(svg.rule(scale(start), y - 8, scale(start), y + 5, "hair"))
        parts.append(
            svg.box(x1, y + 5, max(1.5, x2 - x1), _ROW - 9, "less" if value < 0 else "more", f"{words} {change}")
        )
        parts.append(svg.words(x2 + 8, y + 18, change, "value"))
    parts.append(_end("with the change", ends[1], (len(moves) + 1) * _ROW, scale, currency))
    told = ", ".join(f"{words} {text.difference(value, 'money', currency)}" for words, value in moves)
    frame = svg.Frame(
        "bridge", _WIDTH, (len(moves) + 2) * _ROW + 8, "What the change moves, an order", told or "nothing"
    )
    return "<h3>What moved, an order: less is blue, more is orange</h3>" + svg.drawing(frame, "".join(parts))


def _end(words: str, value: float, y: float, scale: svg.Scale, currency: str) -> str:
    return (
        svg.words(_LEFT - 14, y + 18, words, "label strong", "end")
        + svg.tag("circle", cx=scale(value), cy=y + 14, r=5.0, class_="sum")
        + svg.words(scale(value) + 11, y + 18, text.money(value, currency), "value strong")
    )


def _table(f: dict[str, float], before: dict[str, float] | None, currency: str) -> str:
    rows = []
    for stage in STAGES:
        key = f"cost_{stage.key}_per_order"
        row = [stage.label, text.money(f[key], currency), text.share(f[key] / (f["cost_to_serve_per_order"] or 1))]
        if before is not None:
            row += [text.money(before[key], currency), text.difference(f[key] - before[key], "money", currency)]
        rows.append(row)
    heads = ["Stage", "an order", "share"] + (["without the change", "difference"] if before is not None else [])
    return svg.behind(heads, rows)

"""The six-twelve chart: six weeks and twelve months side by side, as SVG that needs nothing but its own text.

Marks differ in form and dash, never in colour alone, so that a black-and-white print says the same: this year is a
thick line with full dots (hollow where the number is not yet whole), last year a thin dashed line, the plan a short
bar, the guidance a diamond, the forecast a hatched band from p10 to p90. A number that was restated keeps a small
square where it stood. What is absent has its own sign on the floor: closed a dash, late dots, missing a cross.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from typing import Final, NamedTuple

from firstbest.mechanisms.deck import CLOSED, COMING, LATE, MISSING, Card, Point
from firstbest.present import deck_words, svg, text

WIDTH: Final = 340.0
_FLOORS: Final = (162.0, 178.0)
"""Where the axis lies on a screen and on paper."""
_UNDER: Final = 24.0
_LEFT, _RIGHT, _TOP = 37.0, 37.0, 22.0
_GAP: Final = 18.0
_TICKS_MIN: Final = 3
_MATURE: Final = 0.995
_ADDITIVE: Final = frozenset({"sum", "distinct"})


class _Panel(NamedTuple):
    """One half: its points and where they stand."""

    points: Sequence[Point]
    xs: list[float]
    scale: svg.Scale


def chart(card: Card, currency: str, *, key: str = "") -> str:
    """The whole chart of a card. `key` makes it a document of its own, with its style inside (for PDF)."""
    weeks, months = card.weeks, card.months
    slot = (WIDTH - _LEFT - _RIGHT - _GAP) / max(1, len(weeks) + len(months))
    week_xs = [_LEFT + slot * (at + 0.5) for at in range(len(weeks))]
    month_xs = [_LEFT + slot * (len(weeks) + at + 0.5) + _GAP for at in range(len(months))]
    together = card.kind not in _ADDITIVE
    floor = _FLOORS[bool(key)]
    week_scale = _scale([*weeks, *months] if together else weeks, card.lines, 0 if not together else 2, floor)
    month_scale = week_scale if together else _scale(months, card.lines, 1, floor)
    panels = (_Panel(weeks, week_xs, week_scale), _Panel(months, month_xs, month_scale))
    middle = _LEFT + slot * len(weeks) + _GAP / 2
    body = [
        _grid(week_scale, card, currency, (_LEFT, middle - _GAP / 2), left=True),
        _grid(month_scale, card, currency, (middle + _GAP / 2, WIDTH - _RIGHT), left=False),
        *(_band(panel) for panel in panels),
        *(_lines(panel, 0) for panel in panels),
    ]
    for at, line in enumerate(card.lines, start=1):
        more = (_Panel(line.weeks, week_xs, week_scale), _Panel(line.months, month_xs, month_scale))
        body += [_marks_only(panel) if line.role == "target" else _lines(panel, at) for panel in more]
    body += [_marks(panel, card, currency) for panel in panels]
    body += [_axis(panels[0], "W"), _axis(panels[1], "")]
    return _framed(card, currency, "".join(body), key)


def _framed(card: Card, currency: str, body: str, key: str) -> str:
    height = _FLOORS[bool(key)] + _UNDER
    if key:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}" width="{WIDTH:g}" '
            f'height="{height:g}"><style>{PAPER_STYLE}</style>{HATCH}{body}</svg>'
        )
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {height:g}" role="img" aria-label="{html.escape(spoken(card, currency))}">'
        f"{body}</svg>"
    )


def spoken(card: Card, currency: str) -> str:
    """The chart in a sentence, for those who listen."""
    weeks = [point for point in card.weeks if point.absent != COMING]
    if not weeks:
        return card.title
    last = weeks[-1]
    shown = deck_words.value(last.value, card.unit, currency, card.decimals, card.scaling)
    said = shown if last.value is not None else deck_words.ABSENT_SHORT.get(last.absent, "n/a")
    prior = deck_words.value(last.prior, card.unit, currency, card.decimals, card.scaling)
    return f"{card.title}: week {last.label} {said}" + (f", a year before {prior}" if last.prior is not None else "")


def _scale(points: Sequence[Point], lines: tuple[Card, ...], which: int, floor: float) -> svg.Scale:
    """A straight scale over everything that is drawn; from zero where zero is near."""
    more = [point for line in lines for point in (line.weeks, line.months, (*line.weeks, *line.months))[which]]
    values = [
        number
        for point in (*points, *more)
        for number in (point.value, point.prior, point.plan, point.guidance, point.low, point.high, point.was)
        if number is not None
    ]
    if not values:
        return svg.Scale(0.0, 1.0, floor, _TOP)
    low, high = min(values), max(values)
    if low >= 0 and low < 0.4 * high:
        return svg.Scale(0.0, high * 1.06, floor, _TOP)
    room = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    least = low - room
    return svg.Scale(max(0.0, least) if low >= 0 else least, high + room, floor, _TOP)


def _grid(scale: svg.Scale, card: Card, currency: str, xs: tuple[float, float], *, left: bool) -> str:
    parts = []
    for value in _ticks(scale):
        y = scale(value)
        parts.append(f'<line class="g" x1="{xs[0]:.1f}" x2="{xs[1]:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        said = html.escape(deck_words.tick(value, card.unit, currency, card.scaling))
        x, anchor = (xs[0] - 4, "end") if left else (xs[1] + 4, "start")
        parts.append(f'<text class="t" x="{x:.1f}" y="{y + 3:.1f}" text-anchor="{anchor}">{said}</text>')
    return "".join(parts)


def _ticks(scale: svg.Scale) -> list[float]:
    """Round values at an axis: three or more, and as few as that."""
    found = [svg.ticks(scale.low, scale.high, about) for about in range(_TICKS_MIN, 2 * _TICKS_MIN + 1)]
    return next((each for each in found if len(each) >= _TICKS_MIN), found[-1])


def _runs(panel: _Panel, field: str) -> list[list[tuple[float, float]]]:
    """Stretches of neighbouring points that have the number: a line is never drawn over a gap."""
    runs: list[list[tuple[float, float]]] = [[]]
    for point, x in zip(panel.points, panel.xs, strict=True):
        number = getattr(point, field)
        if number is None:
            if runs[-1]:
                runs.append([])
            continue
        runs[-1].append((x, panel.scale(number)))
    return [run for run in runs if run]


def _path(run: list[tuple[float, float]], class_: str) -> str:
    return f'<path class="{class_}" d="M' + "L".join([f"{x:.1f} {y:.1f}" for x, y in run]) + '"/>'


def _lines(panel: _Panel, at: int) -> str:
    now, before = (("n", "p"), ("n2", "p2"), ("n3", "p3"))[min(at, 2)]
    parts = [_path(run, before) for run in _runs(panel, "prior") if len(run) > 1]
    parts += [_path(run, now) for run in _runs(panel, "value") if len(run) > 1]
    if at:
        parts += [f'<rect class="d2" x="{x - 2:.1f}" y="{y - 2:.1f}" width="4" height="4"/>'
                  for run in _runs(panel, "value") for x, y in run]  # fmt: skip
    return "".join(parts)


def _marks_only(panel: _Panel) -> str:
    return "".join(f'<path class="pl" d="M{x - 5:.1f} {y:.1f}h10"/>' for run in _runs(panel, "value") for x, y in run)


def _band(panel: _Panel) -> str:
    """The fan: hatched between p10 and p90, the median dotted."""
    highs, lows = _runs(panel, "high"), _runs(panel, "low")
    parts = []
    for upper, lower in zip(highs, lows, strict=True):
        edges = (*upper, *reversed(lower))
        if len(upper) == 1:
            (x, y), (_, y2) = upper[0], lower[0]
            edges = ((x - 5, y), (x + 5, y), (x + 5, y2), (x - 5, y2))
        outline = "L".join(f"{x:.1f} {y:.1f}" for x, y in edges)
        parts.append(f'<path class="f" d="M{outline}Z"/>')
    parts += [_path(run, "fm") for run in _runs(panel, "middle") if len(run) > 1]
    return "".join(parts)


def _marks(panel: _Panel, card: Card, currency: str) -> str:
    """Dots, bars, diamonds, squares of what was restated, signs of what is absent, and the last number in words."""
    parts = []
    last = None
    for point, x in zip(panel.points, panel.xs, strict=True):
        if point.plan is not None:
            parts.append(f'<path class="pl" d="M{x - 4.5:.1f} {panel.scale(point.plan):.1f}h9"/>')
        if point.guidance is not None:
            y = panel.scale(point.guidance)
            parts.append(f'<path class="gu" d="M{x:.1f} {y - 3.6:.1f}l3.2 3.6l-3.2 3.6l-3.2 -3.6Z"/>')
        if point.was is not None:
            y = panel.scale(point.was)
            parts.append(f'<rect class="w" x="{x - 2.5:.1f}" y="{y - 2.5:.1f}" width="5" height="5"/>')
            if point.value is not None:
                parts.append(f'<path class="wl" d="M{x:.1f} {y:.1f}V{panel.scale(point.value):.1f}"/>')
        if point.value is not None:
            class_ = "o" if point.known < _MATURE or point.days is not None else "d"
            hint = html.escape(_hint(point, card, currency))
            y = panel.scale(point.value)
            parts.append(f'<circle class="{class_}" cx="{x:.1f}" cy="{y:.1f}" r="3"><title>{hint}</title></circle>')
            last = (x, y, point.value)
        if point.absent in _SIGNS:
            parts.append(_SIGNS[point.absent].format(x=x, y=panel.scale.start - 3))
    if last is not None:
        parts.append(_label(card, currency, last))
    return "".join(parts)


def _label(card: Card, currency: str, last: tuple[float, float, float]) -> str:
    """The last number, above its panel where no line can cross it, and a ring around its dot."""
    x, y, number = last
    said = html.escape(deck_words.value(number, card.unit, currency, card.decimals, card.scaling))
    return (
        f'<text class="v" x="{x + 5:.1f}" y="11" text-anchor="end">{said}</text>'
        f'<circle class="r" cx="{x:.1f}" cy="{y:.1f}" r="5.2"/>'
    )


_SIGNS: Final = {
    CLOSED: '<path class="a" d="M{x:.1f} {y:.1f}m-4 0h8"><title>closed</title></path>',
    LATE: '<path class="a al" d="M{x:.1f} {y:.1f}m-4 0h9"><title>not yet arrived</title></path>',
    MISSING: '<path class="a" d="M{x:.1f} {y:.1f}m-3 -3l6 6m0 -6l-6 6"><title>missing</title></path>',
}


def _hint(point: Point, card: Card, currency: str) -> str:
    """What shows when one points at a dot."""
    shown = deck_words.value(point.value, card.unit, currency, card.decimals, card.scaling)
    parts = [f"{point.label}: {shown}"]
    for name, number in (("a year before", point.prior), ("plan", point.plan), ("guidance", point.guidance),
                         ("was", point.was)):  # fmt: skip
        if number is not None:
            parts.append(f"{name} {deck_words.value(number, card.unit, currency, card.decimals, card.scaling)}")
    if point.days is not None:
        parts.append(f"{point.days[0]} of {point.days[1]} days")
    if point.known < _MATURE:
        parts.append(f"about {point.known * 100:.0f} % reported")
    return ", ".join(parts)


def _axis(panel: _Panel, before: str) -> str:
    ends = (panel.xs[0] - 6, panel.xs[-1] + 6) if panel.xs else (0.0, 0.0)
    parts = [f'<path class="x" d="M{ends[0]:.1f} {panel.scale.start:.1f}H{ends[1]:.1f}"/>']
    if before:
        parts.append(_axis_word(_LEFT - 8, panel.scale.start + 11, before))
    every = 2 if before and len(panel.points) > 6 else 1
    for at, (point, x) in enumerate(zip(panel.points, panel.xs, strict=True)):
        if (at - 5) % every == 0:
            parts.append(_axis_word(x, panel.scale.start + 11, point.label if before else point.label[:1]))
        if not before and point.label == "Jan":
            parts.append(_axis_word(x, panel.scale.start + 21, str(text.date_of(point.end).year)))
    return "".join(parts)


def _axis_word(x: float, y: float, said: str) -> str:
    return f'<text class="t" x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{html.escape(said)}</text>'


HATCH: Final = (
    '<defs><pattern id="hatch" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hb" width="4" height="4"/><path class="hl" d="M0 0V4"/></pattern></defs>'
)
PAPER_STYLE: Final = (
    "text{font-family:'Libertinus Serif'}.t{font-size:9.5px;fill:#555}"
    ".v{font-size:12px;font-weight:bold;fill:#111}.g{stroke:#ddd;stroke-width:.7}"
    ".x{stroke:#888;stroke-width:.8;fill:none}.n{fill:none;stroke:#14457f;stroke-width:2}"
    ".p{fill:none;stroke:#666;stroke-width:1.1;stroke-dasharray:4 2.4}.d{fill:#14457f}"
    ".r{fill:none;stroke:#14457f;stroke-width:.9}.o{fill:#fff;stroke:#14457f;stroke-width:1.5}"
    ".pl{fill:none;stroke:#111;stroke-width:1.8}.gu{fill:#fff;stroke:#111;stroke-width:1.1}"
    ".w{fill:#fff;stroke:#111;stroke-width:.9}.wl{stroke:#111;stroke-width:.8;stroke-dasharray:1.5 1.5}"
    ".f{fill:#dcdcdc;stroke:#aaa;stroke-width:.6}.fm{fill:none;stroke:#666;stroke-dasharray:1 2.5}"
    ".a{fill:none;stroke:#111;stroke-width:1.5}.al{stroke-dasharray:1.6 2}"
    ".n2,.n3{fill:none;stroke:#111;stroke-width:1.3;stroke-dasharray:7 2}"
    ".p2,.p3{fill:none;stroke:#999;stroke-width:.9;stroke-dasharray:1.5 2}.d2{fill:#111}.hb{fill:#eee}"
    ".hl{stroke:#bbb;stroke-width:1}"
)
"""The look on paper, in the stylesheet of the drawing itself."""

"""Drawing in SVG as text: scales, ticks, marks, and the frame that makes a drawing readable without eyes."""

from __future__ import annotations

import html
import math
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple


class Scale(NamedTuple):
    """A straight scale from values to points."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The point of a value."""
        if self.high == self.low:
            return self.start
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def ticks(low: float, high: float, about: int = 4) -> list[float]:
    """Round values between low and high, about as many as asked for."""
    if not high > low:
        return [low]
    rough = (high - low) / max(1, about)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * 0.999)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [round(index * step, 10) for index in range(first, last + 1)]


def short(value: float) -> str:
    """A coordinate with one decimal at most."""
    return f"{value:.1f}".rstrip("0").rstrip(".") if value == value else "0"  # noqa: PLR0124 - nan is not itself


def tag(name: str, content: str = "", **attributes: str | float) -> str:
    """One element; `stroke_width` becomes `stroke-width`. Attributes are escaped, content is markup."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"'
        for key, value in attributes.items()
        if value != ""
    )
    return f"<{name}{written}>{content}</{name}>" if content else f"<{name}{written}/>"


def _attribute(value: str | float) -> str:
    return html.escape(value) if isinstance(value, str) else short(value)


def words(x: float, y: float, content: str, class_: str = "", anchor: str = "") -> str:
    """Text at a point; anchor is `middle`, `end` or nothing for its start."""
    return tag("text", html.escape(content), x=x, y=y, class_=class_, text_anchor=anchor)


def tip(content: str) -> str:
    """What shows when one points at the element that holds it."""
    return f"<title>{html.escape(content)}</title>"


def polyline(points: Iterable[tuple[float, float]], class_: str) -> str:
    """An open line through points."""
    return tag("path", d="M" + "L".join(f"{short(x)} {short(y)}" for x, y in points), class_=class_)


def area(upper: Sequence[tuple[float, float]], floor: float | Sequence[tuple[float, float]], class_: str) -> str:
    """The surface between a line and a floor, or between two lines."""
    if isinstance(floor, int | float):
        below = [(upper[-1][0], float(floor)), (upper[0][0], float(floor))]
    else:
        below = list(floor)[::-1]
    return tag("path", d="M" + "L".join(f"{short(x)} {short(y)}" for x, y in (*upper, *below)) + "Z", class_=class_)


def rule(x1: float, y1: float, x2: float, y2: float, class_: str) -> str:
    """A straight line."""
    return tag("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=class_)


def box(x: float, y: float, width: float, height: float, class_: str, hint: str = "") -> str:
    """A filled box, with what shows when one points at it."""
    return tag(
        "rect", tip(hint) if hint else "", x=x, y=y, width=max(0.0, width), height=max(0.0, height), class_=class_
    )


class Frame(NamedTuple):
    """What stands around a drawing: its size, a short title and a description in a sentence."""

    key: str
    width: float
    height: float
    title: str
    description: str
    cuts: tuple[float, ...] = ()  # where it may be cut on a phone, which shows its parts below each other


def drawing(frame: Frame, body: str) -> str:
    """A whole drawing that scales with the page and is read aloud by its title and description."""
    head = (
        f'<title id="{frame.key}-t">{html.escape(frame.title)}</title>'
        f'<desc id="{frame.key}-d">{html.escape(frame.description)}</desc>'
    )
    # What is shown again is a drawing of its own: rules for what is in a drawing reach into it wherever it is shown.
    class_ = ' class="cut"' if frame.cuts else ""
    whole = (
        f'<svg{class_} viewBox="0 0 {short(frame.width)} {short(frame.height)}" role="img" '
        f'aria-labelledby="{frame.key}-t {frame.key}-d" preserveAspectRatio="xMidYMin meet">{head}'
    )
    if not frame.cuts:
        return f"{whole}{body}</svg>"
    ends = (0.0, *frame.cuts, frame.width)
    parts = "".join(
        f'<svg viewBox="{short(left)} 0 {short(right - left)} {short(frame.height)}"><use href="#{frame.key}-b"/></svg>'
        for left, right in pairwise(ends)
    )
    return f'{whole}<svg id="{frame.key}-b">{body}</svg></svg><div class="parts" aria-hidden="true">{parts}</div>'


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column is words, the others are numbers."""
    top = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in heads)
    lines = []
    for row in rows:
        first, *others = row
        cells = "".join(f"<td>{html.escape(cell)}</td>" for cell in others)
        lines.append(f'<tr><th scope="row">{html.escape(first)}</th>{cells}</tr>')
    return f'<div class="scroll"><table><thead><tr>{top}</tr></thead><tbody>{"".join(lines)}</tbody></table></div>'


def behind(heads: Sequence[str], rows: Iterable[Sequence[str]], label: str = "The numbers behind this picture") -> str:
    """A table that opens under a picture."""
    return f"<details><summary>{html.escape(label)}</summary>{table(heads, rows)}</details>"


class Picture(NamedTuple):
    """One section of the report: a finding as its heading, a sentence or two, the drawing, the table behind it."""

    key: str
    finding: str
    lead: str
    body: str

"""The picture of the loop: what there is on a ring, arrows between with their strength and interval, the brake marked.

A solid arrow is given or fitted, a dashed one assumed; the brake is thick and named, so the picture reads without
colour. Labels look for a free place along their arrow; none covers another where a place is left.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from firstbest.flywheel.model import ASSUMED, Arrow
from firstbest.present.flywheel_words import Story, coefficient, horizon_point, is_asleep, unit_of, valued
from firstbest.present.svg import Frame, drawing, short, tag, tip, words

WIDTH: Final = 1080.0
HEIGHT: Final = 860.0
RING: Final = (400.0, 345.0)
BOX: Final = (166.0, 52.0)
_KEEP: Final = 0.78
_SKIP: Final = 0.56
_NEXT: Final = 0.93
_SHORT: Final = 110.0
"""How far out, on the ring's scale, an arrow between two things of the ring is bent."""
_PLACES: Final = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8)


class _Point(NamedTuple):
    x: float
    y: float


def wheel(story: Story) -> str:
    """The drawing."""
    places = _places(story.model.arrows)
    brake = next((each.arrow for each in story.brakes if not is_asleep(each)), None)
    taken = [(place.x, place.y, BOX[0] / 2 + 2, BOX[1] / 2 + 2) for place in places.values()]
    arrows, labels = [], []
    # The brake is told first, and no other label stands on its arrow.
    for arrow in sorted(story.model.arrows, key=lambda each: each != brake):
        curve = _curve(places[arrow.source], places[arrow.target])
        arrows.append(_arrow(story, arrow, curve, is_brake=arrow == brake))
        labels.append(_label(story, arrow, curve, taken, is_brake=arrow == brake))
        if arrow == brake:
            taken += [(spot.x, spot.y, 6.0, 6.0) for spot in (_on(curve, share / 12) for share in range(13))]
    boxes = "".join(_node(story, node, place) for node, place in places.items())
    marker = "".join(
        f'<marker id="{key}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="{size}" markerHeight="{size}" '
        f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0 0L10 5L0 10z" class="{class_}"/></marker>'
        for key, size, class_ in (("head", 11, "tip"), ("head-brake", 19, "tip-brake"))
    )
    said = f"{len(places)} things and {len(story.model.arrows)} arrows between them, each with its strength."
    return drawing(
        Frame("wheel", WIDTH, HEIGHT, "The loop", said),
        f"<defs>{marker}</defs>{''.join(arrows)}{boxes}{''.join(labels)}",
    )


def _places(arrows: tuple[Arrow, ...]) -> dict[str, _Point]:
    """What most arrows touch in the middle, the rest on a ring in the order in which arrows name them."""
    nodes = list(dict.fromkeys(node for arrow in arrows for node in (arrow.source, arrow.target)))
    touched = {node: sum(node in (arrow.source, arrow.target) for arrow in arrows) for node in nodes}
    hub = max(nodes, key=lambda node: touched[node], default="")
    ring = [node for node in nodes if node != hub]
    places = {hub: _Point(WIDTH / 2, HEIGHT / 2)} if hub else {}
    for index, node in enumerate(ring):
        angle = 2.0 * math.pi * index / len(ring) - math.pi / 2
        places[node] = _Point(WIDTH / 2 + RING[0] * math.cos(angle), HEIGHT / 2 + RING[1] * math.sin(angle))
    return places


def _curve(start: _Point, end: _Point) -> tuple[_Point, _Point, _Point]:
    """A bow from box to box; both ways between two things bend apart, and arrows of the ring keep off the middle."""
    centre = _Point(WIDTH / 2, HEIGHT / 2)
    middle = _Point((start.x + end.x) / 2, (start.y + end.y) / 2)
    length = math.hypot(end.x - start.x, end.y - start.y) or 1.0
    side = _Point(-(end.y - start.y) / length * 26.0, (end.x - start.x) / length * 26.0)
    across, down = middle.x - centre.x, middle.y - centre.y
    radial = centre in (start, end)
    far = math.hypot(across / RING[0], down / RING[1])
    push = 1.0
    if not radial and far > 1e-6:
        push = _SKIP / far if _SKIP < far < _NEXT else max(1.0, _KEEP / far)
    control = _Point(centre.x + across * push + side.x, centre.y + down * push + side.y)
    return _at_box(start, control), control, _at_box(end, control)


def _at_box(box: _Point, towards: _Point) -> _Point:
    """Where the line from a box's middle leaves it."""
    across, down = towards.x - box.x, towards.y - box.y
    share = min((BOX[0] / 2 + 3) / max(abs(across), 1e-9), (BOX[1] / 2 + 3) / max(abs(down), 1e-9))
    return _Point(box.x + across * share, box.y + down * share)


def _on(curve: tuple[_Point, _Point, _Point], share: float) -> _Point:
    """A point of the bow."""
    a, b, c = (1 - share) ** 2, 2 * share * (1 - share), share**2
    start, control, end = curve
    return _Point(a * start.x + b * control.x + c * end.x, a * start.y + b * control.y + c * end.y)


def _arrow(story: Story, arrow: Arrow, curve: tuple[_Point, _Point, _Point], *, is_brake: bool) -> str:
    start, control, end = curve
    path = f"M{short(start.x)} {short(start.y)}Q{short(control.x)} {short(control.y)} {short(end.x)} {short(end.y)}"
    assumed = arrow.by and story.model.constant(arrow.by).mark == ASSUMED
    class_ = "wheel-arrow" + (" assumed" if assumed else "") + (" brake" if is_brake else "")
    return tag(
        "path",
        tip(_told(story, arrow)),
        d=path,
        class_=class_,
        marker_end=f"url(#{'head-brake' if is_brake else 'head'})",
    )


def _told(story: Story, arrow: Arrow) -> str:
    """What shows when one points at an arrow."""
    more = "more" if arrow.rising else "less"
    said = f"More {story.model.words(arrow.source)}, {more} {story.model.words(arrow.target)}"
    if not arrow.by:
        return f"{said}, one for one"
    each = story.model.constant(arrow.by)
    return f"{said}: {each.words or each.name} {coefficient(each.value)}, {each.mark}, {each.source}"


def _label(
    story: Story,
    arrow: Arrow,
    curve: tuple[_Point, _Point, _Point],
    taken: list[tuple[float, float, float, float]],
    *,
    is_brake: bool,
) -> str:
    """Sign, strength and interval, at the first free place along the arrow."""
    sign = "+" if arrow.rising else "\N{MINUS SIGN}"
    lines = [f"{sign} one for one"]
    if arrow.by:
        each = story.model.constant(arrow.by)
        lines = [coefficient(each.value) if each.value < 0 else f"{sign} {coefficient(each.value)}"]
        if each.low < each.high:
            lines.append(f"{coefficient(each.low)} to {coefficient(each.high)}")
    if is_brake:
        lines.insert(0, "THE BRAKE NOW")
    half = (max(len(line) for line in lines) * 3.5 + 3, len(lines) * 7.5 + 1)
    spots = [_on(curve, share) for share in _PLACES]
    if math.hypot(curve[2].x - curve[0].x, curve[2].y - curve[0].y) < _SHORT:
        out = _outward(spots[0], half[1] + 14)
        spots.insert(0, out)
    spot = next((each for each in spots if not any(_meet((each.x, each.y, *half), other) for other in taken)), spots[0])
    taken.append((spot.x, spot.y, *half))
    top = spot.y - half[1] + 11
    return "".join(
        words(
            spot.x,
            top + 15 * row,
            line,
            "small halo"
            + (" strong" if row == (1 if is_brake else 0) else "")
            + (" warn strong" if is_brake and row == 0 else "")
            + ("" if row == 0 or is_brake else " muted"),
            "middle",
        )
        for row, line in enumerate(lines)
    )


def _outward(spot: _Point, by: float) -> _Point:
    """A point moved away from the middle of the wheel: beside an arrow too short to carry its label."""
    across, down = spot.x - WIDTH / 2, spot.y - HEIGHT / 2
    far = math.hypot(across, down) or 1.0
    return _Point(spot.x + across / far * by, spot.y + down / far * by)


def _meet(one: tuple[float, float, float, float], two: tuple[float, float, float, float]) -> bool:
    """Whether two boxes, each middle and half sizes, cover each other."""
    return abs(one[0] - two[0]) < one[2] + two[2] and abs(one[1] - two[1]) < one[3] + two[3]


def _node(story: Story, name: str, place: _Point) -> str:
    """A box: what it is, and from now to the horizon."""
    bands = story.futures.bands(name)
    unit = unit_of(story.model, name)
    point = horizon_point(story)
    said = f"{valued(bands[3, 0], unit)} \N{RIGHTWARDS ARROW} {valued(bands[3, point], unit)}"
    box = tag(
        "rect", x=place.x - BOX[0] / 2, y=place.y - BOX[1] / 2, width=BOX[0], height=BOX[1], rx=9, class_="wheel-box"
    )
    title = story.model.words(name)
    return (
        box
        + words(place.x, place.y - 4, title[:1].upper() + title[1:], "strong", "middle")
        + words(place.x, place.y + 15, said, "small muted", "middle")
    )

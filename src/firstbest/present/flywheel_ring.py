"""Where things and arrows of the wheel lie: a ring around what most arrows touch, bows between boxes, free places."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from firstbest.flywheel.model import Arrow

_KEEP: Final = 0.78
_SKIP: Final = 0.56
_NEXT: Final = 0.93
"""How far out, on the ring's scale, an arrow between two things of the ring is bent."""
_PAST: Final = 3.5
"""Heights of a box beyond which another one stands between two of a column."""
_ASIDE: Final = 1.2

Box = tuple[float, float, float, float]
"""A rectangle: its middle, and half its width and height."""


class Point(NamedTuple):
    """A point of the drawing."""

    x: float
    y: float


class Layout(NamedTuple):
    """One size of the drawing. `numbered`: arrows carry a number, and a list beside the drawing says the rest."""

    key: str
    width: float
    height: float
    ring: tuple[float, float]
    box: tuple[float, float]
    bend: float
    numbered: bool

    @property
    def centre(self) -> Point:
        """The middle of the ring."""
        return Point(self.width / 2, self.height / 2)


class Bow(NamedTuple):
    """An arrow's way: a quadratic curve from box to box."""

    start: Point
    control: Point
    end: Point

    def on(self, share: float) -> Point:
        """The point after a share of the way."""
        a, b, c = (1 - share) ** 2, 2 * share * (1 - share), share**2
        return Point(
            a * self.start.x + b * self.control.x + c * self.end.x,
            a * self.start.y + b * self.control.y + c * self.end.y,
        )


def ring_of(arrows: tuple[Arrow, ...]) -> list[str]:
    """What most arrows touch, then the rest around it, so that linked things lie near each other.

    The rest begins in the order in which arrows name things; two change places as long as that shortens the ways, the
    sum of their squares around the ring. Ties stay as named.
    """
    nodes = list(dict.fromkeys(node for arrow in arrows for node in (arrow.source, arrow.target)))
    touched = {node: sum(node in (arrow.source, arrow.target) for arrow in arrows) for node in nodes}
    hub = max(nodes, key=lambda node: touched[node], default="")
    ring = [node for node in nodes if node != hub]
    links = [(each.source, each.target) for each in arrows if hub not in (each.source, each.target)]
    best = _length(ring, links)
    nearer = True
    while nearer:
        nearer = False
        for one, other in ((a, b) for a in range(1, len(ring)) for b in range(a + 1, len(ring))):
            swapped = list(ring)
            swapped[one], swapped[other] = ring[other], ring[one]
            length = _length(swapped, links)
            if length < best:
                ring, best, nearer = swapped, length, True
    return [hub, *ring] if hub else []


def _length(ring: list[str], links: list[tuple[str, str]]) -> int:
    """The squares of the ways between linked things around the ring, summed."""
    at = {node: index for index, node in enumerate(ring)}
    steps = [abs(at[source] - at[target]) for source, target in links]
    return sum(min(each, len(ring) - each) ** 2 for each in steps)


def places(arrows: tuple[Arrow, ...], layout: Layout) -> dict[str, Point]:
    """The middle of each box: on an ellipse, or where arrows are numbered in two columns below the first."""
    hub, *ring = ring_of(arrows) or [""]
    if layout.numbered:
        return _columns(hub, ring, layout)
    centre = layout.centre
    found = {hub: centre} if hub else {}
    for index, node in enumerate(ring):
        angle = 2.0 * math.pi * index / len(ring) - math.pi / 2
        found[node] = Point(centre.x + layout.ring[0] * math.cos(angle), centre.y + layout.ring[1] * math.sin(angle))
    return found


def _columns(hub: str, ring: list[str], layout: Layout) -> dict[str, Point]:
    """The first on top, the rest down on the right and up on the left; in the middle, between two rows, the hub."""
    centre = layout.centre
    rows = max(len(ring) // 2, 1)
    top, apart = centre.y - layout.ring[1], 2 * layout.ring[1] / (rows + 0.25)
    middle = top + apart * (rows // 2 + 0.75)
    found = {hub: Point(centre.x, middle)} if hub else {}
    for index, node in enumerate(ring):
        row = index if index <= rows else len(ring) - index
        side = 0 if index == 0 else 1 if index <= rows else -1
        found[node] = Point(centre.x + side * layout.ring[0], top + apart * (row + 0.25 if row else 0))
    return found


def bow(layout: Layout, centre: Point, start: Point, end: Point) -> Bow:
    """A bow from box to box; both ways between two things bend apart, and arrows of the ring keep off the middle."""
    middle = Point((start.x + end.x) / 2, (start.y + end.y) / 2)
    length = math.hypot(end.x - start.x, end.y - start.y) or 1.0
    side = Point(-(end.y - start.y) / length * layout.bend, (end.x - start.x) / length * layout.bend)
    across, down = middle.x - centre.x, middle.y - centre.y
    far = math.hypot(across / layout.ring[0], down / layout.ring[1])
    push = 1.0
    if centre not in (start, end) and far > 1e-6:
        push = _SKIP / far if _SKIP < far < _NEXT else max(1.0, _KEEP / far)
    control = Point(centre.x + across * push + side.x, centre.y + down * push + side.y)
    if layout.numbered and start.x == end.x and abs(end.y - start.y) > _PAST * layout.box[1]:
        # Past the boxes between two of one column, on the side of the middle.
        control = Point(start.x + _ASIDE * (centre.x - start.x), middle.y + side.y)
    return Bow(_at_box(layout, start, control), control, _at_box(layout, end, control))


def _at_box(layout: Layout, box: Point, towards: Point) -> Point:
    """Where the line from a box's middle leaves it."""
    across, down = towards.x - box.x, towards.y - box.y
    half = layout.box[0] / 2 + 3, layout.box[1] / 2 + 3
    share = min(half[0] / max(abs(across), 1e-9), half[1] / max(abs(down), 1e-9))
    return Point(box.x + across * share, box.y + down * share)


def outward(layout: Layout, spot: Point, by: float) -> Point:
    """A point moved away from the middle of the wheel: beside an arrow too short to carry its label."""
    across, down = spot.x - layout.centre.x, spot.y - layout.centre.y
    far = math.hypot(across, down) or 1.0
    return Point(spot.x + across / far * by, spot.y + down / far * by)


def meet(one: Box, two: Box) -> bool:
    """Whether two boxes cover each other."""
    return abs(one[0] - two[0]) < one[2] + two[2] and abs(one[1] - two[1]) < one[3] + two[3]

"""Names beside points so that none covers another: tried around the point, near first."""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

_HEIGHT: Final = 15.0
AROUND: Final = (
    (10, 4, ""), (-10, 4, "end"), (0, -12, "middle"), (0, 22, "middle"), (14, -14, ""), (14, 22, ""), (-14, -14, "end"),
    (-14, 22, "end"), (26, 38, ""), (-26, 38, "end"), (26, -30, ""), (-26, -30, "end"), (34, 4, ""), (-34, 4, "end"),
    (0, 42, "middle"), (0, -34, "middle"), (40, 58, ""), (-40, 58, "end"), (-44, -50, "end"), (44, -50, ""),
    (-60, 20, "end"), (60, 20, ""), (-60, -16, "end"), (60, -16, ""), (0, 78, "middle"), (-70, 52, "end"),
)  # fmt: skip


CORNERS: Final = ((14, -10, ""), (14, 20, ""), (-14, -10, "end"), (-14, 20, "end"), *AROUND[8:])
"""For points with crosses: beside their arms rather than on them."""
Tries: TypeAlias = tuple[tuple[int, int, str], ...]


class Spot(NamedTuple):
    """Where a name stands, and whether it needs a line to its point."""

    x: float
    y: float
    anchor: str
    leader: bool


def spread(
    points: list[tuple[float, float]], widths: list[float], size: tuple[float, float], tries: Tries = AROUND
) -> list[Spot]:
    """A spot for each name, in order of importance; the last try is taken when none is free."""
    taken = [(x - 8, y - 8, x + 8, y + 8) for x, y in points]
    spots = []
    for place, ((x, y), width) in enumerate(zip(points, widths, strict=True)):
        others = [held for index, held in enumerate(taken) if index != place]
        spot, held = _first_free((x, y, width), others, size, tries)
        taken.append(held)
        spots.append(spot)
    return spots


def _first_free(
    label: tuple[float, float, float],
    taken: list[tuple[float, float, float, float]],
    size: tuple[float, float],
    tries: Tries,
) -> tuple[Spot, tuple[float, float, float, float]]:
    x, y, width = label
    spot, held = Spot(x + 10, y + 4, "", leader=False), (x, y, x, y)
    for right, down, anchor in tries:
        left = x + right - (width if anchor == "end" else width / 2 if anchor == "middle" else 0)
        held = (left, y + down - _HEIGHT + 3, left + width, y + down + 3)
        spot = Spot(x + right, y + down, anchor, leader=abs(right) + abs(down) > 24)
        outside = held[0] < 0 or held[1] < 0 or held[2] > size[0] or held[3] > size[1]
        if not outside and not any(_meet(held, other) for other in taken):
            break
    return spot, held


def _meet(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

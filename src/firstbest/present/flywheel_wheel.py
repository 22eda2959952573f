"""The picture of the loop: what there is on a ring, arrows between with their strength and interval, the brake marked.

A solid arrow is given or fitted, a dashed one assumed; the thicker, the more one per cent there does to what is sold;
the brake is named. So the picture reads without colour. Labels look for a free place along their arrow; none covers
another where a place is left. On a phone the same ring is drawn tall, its arrows carry numbers, and a list says the
rest.
"""

from __future__ import annotations

import math
from html import escape
from typing import Final

from firstbest.flywheel.model import ASSUMED, Arrow
from firstbest.present.flywheel_ring import Bow, Box, Layout, Point, bow, meet, outward, places
from firstbest.present.flywheel_words import Story, coefficient, horizon_point, is_asleep, unit_of, valued
from firstbest.present.svg import Frame, drawing, short, tag, tip, words

WALL: Final = Layout("wheel", 1080.0, 860.0, (400.0, 345.0), (166.0, 52.0), 26.0, numbered=False)
PHONE: Final = Layout("wheel-phone", 400.0, 780.0, (136.0, 350.0), (124.0, 56.0), 12.0, numbered=True)
_SHORT: Final = 110.0
_PLACES: Final = (0.5, 0.42, 0.58, 0.34, 0.66, 0.27, 0.73, 0.2, 0.8)
_THIN: Final = 1.2
_THICK: Final = 5.0
_BESIDE: Final = (30.0, 42.0, 54.0, -30.0, -42.0, -54.0)
"""How far out or in the label of a short arrow may stand."""
_TITLE: Final = 16
"""Letters of a box's title in one line, on a phone."""


def wheel(story: Story, layout: Layout = WALL) -> str:
    """The drawing."""
    spots = places(story.model.arrows, layout)
    hub = next(iter(spots.values()), layout.centre)
    half = layout.box[0] / 2 + 2, layout.box[1] / 2 + 2
    taken: list[Box] = [(place.x, place.y, *half) for place in spots.values()]
    arrows, labels = [], []
    # The brake is told first, and no other label stands on its arrow.
    for number, arrow in enumerate(ranked(story), 1):
        way = bow(layout, hub, spots[arrow.source], spots[arrow.target])
        arrows.append(_arrow(story, layout, arrow, way))
        if layout.numbered:
            labels.append(_number(number, way, taken))
        else:
            labels.append(_label(story, layout, arrow, way, taken))
        if arrow == _brake(story):
            taken += [(spot.x, spot.y, 6.0, 6.0) for spot in (way.on(share / 12) for share in range(13))]
    boxes = "".join(_node(story, layout, node, place) for node, place in spots.items())
    marker = "".join(
        f'<marker id="{layout.key}-{key}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="{size}" '
        f'markerHeight="{size}" markerUnits="userSpaceOnUse" orient="auto">'
        f'<path d="M0 0L10 5L0 10z" class="{class_}"/></marker>'
        for key, size, class_ in (("head", 12, "tip"), ("head-brake", 19, "tip-brake"))
    )
    said = f"{len(spots)} things and {len(story.model.arrows)} arrows between them, each with its strength."
    return drawing(
        Frame(layout.key, layout.width, layout.height, "The loop", said),
        f"<defs>{marker}</defs>{''.join(arrows)}{boxes}{''.join(labels)}",
    )


def arrow_list(story: Story) -> str:
    """What the numbers on a phone's wheel mean, in a list: the brake first, then by what one per cent does."""
    brake, lines = _brake(story), []
    for arrow in ranked(story):
        way = f"{story.model.words(arrow.source)} \N{RIGHTWARDS ARROW} {story.model.words(arrow.target)}"
        strength, *interval = _strength(story, arrow)
        said = f"{strength} ({interval[0]})" if interval else strength
        mark = f", {story.model.constant(arrow.by).mark.lower()}" if arrow.by else ""
        head = "<b>The brake now.</b> " if arrow == brake else ""
        lines.append(f"<li>{head}{escape(way[:1].upper() + way[1:])}: <b>{escape(said)}</b>{escape(mark)}</li>")
    return f'<ol class="arrows">{"".join(lines)}</ol>'


def ranked(story: Story) -> list[Arrow]:
    """All arrows, by what one per cent there does to what is sold; those without a coefficient last, as named."""
    return sorted(story.model.arrows, key=lambda each: -_does(story).get(each, -1.0))


def _does(story: Story) -> dict[Arrow, float]:
    return {each.arrow: abs(each.elasticity[1]) for each in story.brakes}


def _brake(story: Story) -> Arrow | None:
    return next((each.arrow for each in story.brakes if not is_asleep(each)), None)


def _arrow(story: Story, layout: Layout, arrow: Arrow, way: Bow) -> str:
    start, control, end = way
    path = f"M{short(start.x)} {short(start.y)}Q{short(control.x)} {short(control.y)} {short(end.x)} {short(end.y)}"
    assumed = arrow.by and story.model.constant(arrow.by).mark == ASSUMED
    is_brake = arrow == _brake(story)
    class_ = "wheel-arrow brake" if is_brake else "wheel-arrow"
    does = _does(story)
    most = max(does.values(), default=0.0) or 1.0
    # By the root, so that an arrow that does a tenth of what the brake does is still told from one that sleeps.
    wide = _THIN + (_THICK - _THIN) * math.sqrt(does.get(arrow, 0.0) / most) * (0.6 if layout.numbered else 1.0)
    return tag(
        "path",
        tip(_told(story, arrow)),
        d=path,
        class_=class_,
        stroke_width=wide,
        stroke_dasharray=f"{short(4 + 2 * wide)} {short(3 + wide)}" if assumed else "",
        marker_end=f"url(#{layout.key}-{'head-brake' if is_brake else 'head'})",
    )


def _told(story: Story, arrow: Arrow) -> str:
    """What shows when one points at an arrow."""
    more = "more" if arrow.rising else "less"
    said = f"More {story.model.words(arrow.source)}, {more} {story.model.words(arrow.target)}"
    if not arrow.by:
        return f"{said}, one for one"
    each = story.model.constant(arrow.by)
    return f"{said}: {each.words or each.name} {coefficient(each.value)}, {each.mark}, {each.source}"


def _strength(story: Story, arrow: Arrow) -> list[str]:
    """Sign and coefficient, then the range where there is one."""
    sign = "+" if arrow.rising else "\N{MINUS SIGN}"
    if not arrow.by:
        return [f"{sign} one for one"]
    each = story.model.constant(arrow.by)
    lines = [coefficient(each.value) if each.value < 0 else f"{sign} {coefficient(each.value)}"]
    if each.low < each.high:
        lines.append(f"{coefficient(each.low)} to {coefficient(each.high)}")
    return lines


def _label(story: Story, layout: Layout, arrow: Arrow, way: Bow, taken: list[Box]) -> str:
    """Sign, strength and interval on paper of their own, at the first free place along the arrow."""
    is_brake = arrow == _brake(story)
    lines = (["THE BRAKE NOW"] if is_brake else []) + _strength(story, arrow)
    half = (max(len(line) for line in lines) * 3.5 + 3, len(lines) * 7.5 + 1)
    spots = [way.on(share) for share in _PLACES]
    if math.hypot(way.end.x - way.start.x, way.end.y - way.start.y) < _SHORT:
        spots = [outward(layout, spots[0], by) for by in _BESIDE] + spots
    spot = _free(spots, half, taken)
    paper = tag(
        "rect",
        x=spot.x - half[0] + 4,
        y=spot.y - half[1],
        width=2 * half[0] - 8,
        height=2 * half[1],
        rx=3,
        class_="wheel-paper",
    )
    strong = 1 if is_brake else 0
    return paper + "".join(
        words(
            spot.x,
            spot.y - half[1] + 12 + 15 * row,
            line,
            "small"
            + (" strong" if row == strong else "")
            + (" warn strong" if is_brake and row == 0 else "")
            + ("" if row == 0 or is_brake else " muted"),
            "middle",
        )
        for row, line in enumerate(lines)
    )


def _number(number: int, way: Bow, taken: list[Box]) -> str:
    """The arrow's number in a disc, at the first free place along it."""
    spot = _free([way.on(share) for share in _PLACES], (10.0, 10.0), taken)
    disc = tag("circle", cx=spot.x, cy=spot.y, r=9.5, class_="wheel-disc")
    return disc + words(spot.x, spot.y + 4, str(number), "small strong", "middle")


def _free(spots: list[Point], half: tuple[float, float], taken: list[Box]) -> Point:
    """The first place that nothing covers, else the first; it is taken from now on."""
    spot = next((each for each in spots if not any(meet((*each, *half), other) for other in taken)), spots[0])
    taken.append((*spot, *half))
    return spot


def _node(story: Story, layout: Layout, name: str, place: Point) -> str:
    """A box: what it is, and from now to the horizon."""
    bands = story.futures.bands(name)
    unit = unit_of(story.model, name)
    said = f"{valued(bands[3, 0], unit)} \N{RIGHTWARDS ARROW} {valued(bands[3, horizon_point(story)], unit)}"
    width, height = layout.box
    box = tag(
        "rect", x=place.x - width / 2, y=place.y - height / 2, width=width, height=height, rx=9, class_="wheel-box"
    )
    title = story.model.words(name)
    lines = _in_two(title[:1].upper() + title[1:]) if layout.numbered else [title[:1].upper() + title[1:]]
    top = place.y - 4 - (6 if len(lines) > 1 else 0)
    size = "small strong" if layout.numbered else "strong"
    titles = "".join(words(place.x, top + 13 * row, line, size, "middle") for row, line in enumerate(lines))
    return box + titles + words(place.x, top + 13 * len(lines) + 5, said, "small muted", "middle")


def _in_two(title: str) -> list[str]:
    """A title in one line, or in two of which neither is much longer."""
    if len(title) <= _TITLE:
        return [title]
    spaces = [place for place, letter in enumerate(title) if letter == " "]
    if not spaces:
        return [title]
    at = min(spaces, key=lambda place: abs(2 * place - len(title)))
    return [title[:at], title[at + 1 :]]

"""The first picture: the network on the land, its flows, and how long each place waits."""

from __future__ import annotations

from html import escape
from typing import Final, NamedTuple

import numpy as np

from firstbest.present import labels_on_paper, projection, svg, text
from firstbest.present.labels import NODE_KINDS
from firstbest.present.record import Record
from firstbest.present.sums import F64, over
from firstbest.world.words import NodeKind

_WIDTH: Final = 1040.0
_HEIGHT: Final = 620.0
EDGES: Final = (2.0, 3.0, 4.0, 5.0)
_CLASSES: Final = ("2 days or less", "2 to 3", "3 to 4", "4 to 5", "more than 5")
_THIN: Final = 0.06  # a node that sends less than this share to a place gets no line
_ORDER: Final = (NodeKind.FULFILMENT, NodeKind.STORAGE, NodeKind.PORT, NodeKind.STATION, NodeKind.SUPPLIER)


class _Sight(NamedTuple):
    """What the map shows of one record: [P] shipments and mean days."""

    volume: F64
    days: F64


def picture(record: Record, without: Record | None) -> svg.Picture:
    """The map; with another record a slider moves between the two."""
    places, nodes = record.network.places, record.network.nodes
    paper = projection.fit(_degrees(places.latitude_e4), _degrees(places.longitude_e4), _WIDTH, _HEIGHT - 62)
    at = paper.place(_degrees(places.latitude_e4), _degrees(places.longitude_e4))
    node_at = paper.place(_degrees(nodes.latitude_e4), _degrees(nodes.longitude_e4))
    now = _sight(record)
    before = _sight(without) if without is not None else None
    new = set(record.network.texts.nodes) - set(without.network.texts.nodes) if without is not None else set()
    layers = [_lanes(record, node_at, new), tagged("with", _links(record, at, node_at))]
    if without is not None:
        other_at = paper.place(
            _degrees(without.network.nodes.latitude_e4), _degrees(without.network.nodes.longitude_e4)
        )
        layers.insert(1, tagged("without", _links(without, at, other_at)))
    layers += [
        _customers(record, at, now, before),
        _nodes(record, node_at, new),
        _closed(record, without, paper),
        tagged("key", _key(now)),
    ]
    frame = svg.Frame("map", _WIDTH, _HEIGHT, "Map of the network", _description(now))
    body = svg.drawing(frame, "".join(layers)) + _key_below(now)
    if before is not None:
        body = _slider() + body
    return svg.Picture("map", _finding(now), _lead(record), body + _table(record, now, before))


def tagged(class_: str, content: str) -> str:
    """A group with a class."""
    return f'<g class="{class_}">{content}</g>'


def _degrees(values: np.ndarray[tuple[int, ...], np.dtype[np.int32]]) -> F64:
    return np.asarray(values, np.float64) / 1e4


def _sight(record: Record) -> _Sight:
    volume = record.flow[:, :, 0].sum(axis=1).astype(np.float64)
    days = record.flow[:, :, 1].sum(axis=1).astype(np.float64)
    return _Sight(volume, np.where(volume > 0, days / np.maximum(volume, 1), np.nan))


def _class_shares(sight: _Sight) -> list[float]:
    known = ~np.isnan(sight.days)
    groups = np.searchsorted(EDGES, sight.days[known], side="left")
    sums = np.bincount(groups, weights=sight.volume[known], minlength=5)
    return [over(float(value), float(sums.sum())) for value in sums]


def _links(record: Record, at: projection.Sheet, node_at: projection.Sheet) -> str:
    """A line from each place to the nodes that serve it; its width is the volume."""
    volume = record.flow[:, :, 0].astype(np.float64)
    share = volume / np.maximum(volume.sum(axis=1, keepdims=True), 1)
    most = max(float(volume.max(initial=0)), 1.0)
    paths: dict[float, list[str]] = {}
    for place, node in zip(*np.nonzero((share >= _THIN) & at.shown[:, None] & node_at.shown[None, :]), strict=True):
        width = max(0.4, round(float(np.sqrt(volume[place, node] / most)) * 5, 0) / 2)
        ends = [svg.short(value) for value in (node_at.x[node], node_at.y[node], at.x[place], at.y[place])]
        line = f"M{ends[0]} {ends[1]}L{ends[2]} {ends[3]}"
        paths.setdefault(width, []).append(line)
    return "".join(
        svg.tag("path", d="".join(lines), class_="flow", stroke_width=width) for width, lines in sorted(paths.items())
    )


def _lanes(record: Record, node_at: projection.Sheet, new: set[str]) -> str:
    """Trucks between the nodes, as bent broken lines under everything else."""
    lanes = record.network.lanes
    drawn: dict[bool, list[str]] = {False: [], True: []}
    names = record.network.texts.nodes
    pairs = {
        (int(a), int(b)) for a, b in zip(lanes.origin, lanes.destination, strict=True) if a >= 0 and b >= 0 and a != b
    }
    for origin, destination in sorted(pairs):
        if not (node_at.shown[origin] and node_at.shown[destination]):
            continue
        x1, y1, x2, y2 = (
            float(v) for v in (node_at.x[origin], node_at.y[origin], node_at.x[destination], node_at.y[destination])
        )
        bend_x, bend_y = (x1 + x2) / 2 + (y2 - y1) * 0.12, (y1 + y2) / 2 - (x2 - x1) * 0.12
        points = [svg.short(value) for value in (x1, y1, bend_x, bend_y, x2, y2)]
        fresh = names[origin] in new or names[destination] in new
        drawn[fresh].append(f"M{points[0]} {points[1]}Q{points[2]} {points[3]} {points[4]} {points[5]}")
    old, fresh_ones = (svg.tag("path", d="".join(paths), class_="lane") if paths else "" for paths in drawn.values())
    return old + tagged("with", fresh_ones)


def _closed(record: Record, without: Record | None, paper: projection.Paper) -> str:
    """Nodes that the change closes, seen on the side without it."""
    if without is None:
        return ""
    nodes = without.network.nodes
    at = paper.place(_degrees(nodes.latitude_e4), _degrees(nodes.longitude_e4))
    parts = []
    for code, name in enumerate(without.network.texts.nodes):
        if at.shown[code] and name not in record.network.texts.nodes:
            x, y, kind = float(at.x[code]), float(at.y[code]), NodeKind(int(nodes.kind[code]))
            parts.append(_mark(kind, x, y, f"{text.place(name)}, {NODE_KINDS[kind]}, closed by the change", " new"))
            parts.append(svg.words(x + 10, y + 4, text.place(name), "node-name"))
    return tagged("without", "".join(parts))


def _customers(record: Record, at: projection.Sheet, now: _Sight, before: _Sight | None) -> str:
    """A dot for each place: its size the shipments, its colour the mean days to the door."""
    most = max(float(now.volume.max(initial=0)), 1.0)
    dots = []
    for place in np.argsort(-now.volume):
        if not at.shown[place] or now.volume[place] <= 0:
            continue
        radius = 1.6 + 6.4 * float(np.sqrt(now.volume[place] / most))
        group = int(np.searchsorted(EDGES, now.days[place], side="left"))
        hint = (
            f"{record.network.texts.places[place]}: {text.number(now.days[place], 1)} days, "
            f"{text.number(now.volume[place])} shipments"
        )
        attributes: dict[str, str | float] = {}
        if before is not None:
            attributes = {
                "data_n": f"{now.days[place]:.2f}",
                "data_b": f"{before.days[place]:.2f}",
                "data_v": f"{now.volume[place]:.0f}",
            }
        dots.append(
            svg.tag(
                "circle",
                svg.tip(hint),
                cx=float(at.x[place]),
                cy=float(at.y[place]),
                r=radius,
                class_=f"d{group}",
                **attributes,
            )
        )
    return tagged("customers", "".join(dots))


def _nodes(record: Record, node_at: projection.Sheet, new: set[str]) -> str:
    kinds = np.asarray(record.network.nodes.kind)
    codes = [int(code) for kind in _ORDER for code in np.flatnonzero(kinds == kind) if node_at.shown[code]]
    names = [text.place(record.network.texts.nodes[code]) for code in codes]
    big = [kinds[code] == NodeKind.FULFILMENT for code in codes]
    points = [(float(node_at.x[code]), float(node_at.y[code])) for code in codes]
    widths = [len(name) * (8.0 if loud else 6.6) + 4 for name, loud in zip(names, big, strict=True)]
    spots = labels_on_paper.spread(points, widths, (_WIDTH, _HEIGHT - 52))
    parts = []
    for code, name, (x, y), spot in zip(codes, names, points, spots, strict=True):
        kind = NodeKind(int(kinds[code]))
        fresh = record.network.texts.nodes[code] in new
        drawn = svg.rule(x, y, spot.x, spot.y - 4, "leader") if spot.leader else ""
        drawn += _mark(kind, x, y, f"{name}, {NODE_KINDS[kind]}", " new" if fresh else "")
        loud = "node-name" if kind == NodeKind.FULFILMENT else "node-name small"
        drawn += svg.words(spot.x, spot.y, name, loud, spot.anchor)
        parts.append(tagged("with", drawn) if fresh else drawn)
    return tagged("nodes", "".join(parts))


def _mark(kind: NodeKind, x: float, y: float, hint: str, fresh: str) -> str:
    """A shape by kind: large square, hollow square, triangle, diamond, ring."""
    title = svg.tip(hint)
    if kind == NodeKind.FULFILMENT:
        return svg.tag("rect", title, x=x - 7, y=y - 7, width=14.0, height=14.0, class_="node full" + fresh)
    if kind == NodeKind.STORAGE:
        return svg.tag("rect", title, x=x - 5, y=y - 5, width=10.0, height=10.0, class_="node" + fresh)
    if kind == NodeKind.PORT:
        return svg.tag("path", title, d=f"M{svg.short(x)} {svg.short(y - 6)}l6 11h-12z", class_="node" + fresh)
    if kind == NodeKind.STATION:
        return svg.tag(
            "path", title, d=f"M{svg.short(x)} {svg.short(y - 6)}l6 6l-6 6l-6 -6z", class_="node full" + fresh
        )
    return svg.tag("circle", title, cx=x, cy=y, r=4.5, class_="node" + fresh)


def _key(now: _Sight) -> str:
    """What the colours mean, with the share of shipments in each class; so the key is a finding as well."""
    parts = [svg.words(0, _HEIGHT - 27, "Mean days to the door, and share of shipments", "small muted")]
    x = 0.0
    for group, (name, share) in enumerate(zip(_CLASSES, _class_shares(now), strict=True)):
        parts.append(svg.tag("circle", cx=x + 6, cy=_HEIGHT - 9, r=6.0, class_=f"d{group}"))
        parts.append(svg.words(x + 18, _HEIGHT - 5, name, "small"))
        at = x + 18 + len(name) * 6.9 + 6
        parts.append(
            svg.tag("text", text.share(share, 0), x=at, y=_HEIGHT - 5, class_="small strong", id=f"share-{group}")
        )
        x = at + 62
    marks = ((NodeKind.FULFILMENT, 118.0), (NodeKind.STORAGE, 88.0), (NodeKind.PORT, 44.0), (NodeKind.STATION, 112.0))
    x = _WIDTH - sum(width + 20 for _, width in marks)
    for kind, width in marks:
        parts += [
            _mark(kind, x + 8, _HEIGHT - 31, NODE_KINDS[kind], ""),
            svg.words(x + 20, _HEIGHT - 27, NODE_KINDS[kind], "small muted"),
        ]
        x += width + 20
    return "".join(parts)


def _key_below(now: _Sight) -> str:
    """The same on a phone, where the drawing is too small to be written in."""
    rows = (
        f'<li class="k{group}">{escape(name)} <b>{text.share(share, 0)}</b></li>'
        for group, (name, share) in enumerate(zip(_CLASSES, _class_shares(now), strict=True))
    )
    return f'<ul class="key-below" aria-hidden="true">{"".join(rows)}</ul>'


def _slider() -> str:
    return (
        '<div class="slide"><label for="mix">Without the change</label>'
        '<input id="mix" type="range" min="0" max="100" value="100" aria-label="From without to with the change">'
        "<span>With the change</span></div>"
    )


def _finding(now: _Sight) -> str:
    near = sum(_class_shares(now)[:2])
    return f"{text.share(near, 0)} of shipments go to places that wait three days or less on average"


def _lead(record: Record) -> str:
    kinds = np.asarray(record.network.nodes.kind)
    names = record.network.texts.nodes
    sources = [text.place(names[code]) for code in np.flatnonzero(kinds == NodeKind.SUPPLIER)]
    came = f" Goods come from {text.joined(sources)}." if sources else ""
    return (
        "Each dot is a place, as large as its shipments; lines lead to the building that serves it, as wide as the "
        f"volume.{came}"
    )


def _description(now: _Sight) -> str:
    parts = [f"{name}: {text.share(share, 0)}" for name, share in zip(_CLASSES, _class_shares(now), strict=True)]
    return "Share of shipments by the mean days to the door of their place. " + "; ".join(parts) + "."


def _table(record: Record, now: _Sight, before: _Sight | None) -> str:
    codes = [int(code) for code in np.flatnonzero(record.flow[:, :, 0].sum(axis=0) > 0)]
    rows = []
    for code in codes:
        shipments, days, cost = (float(value) for value in record.flow[:, code].sum(axis=0))
        rows.append([
            text.place(record.network.texts.nodes[code]), text.number(shipments),
            text.number(over(days, shipments), 2),
            text.money(over(cost / 1e6, shipments), record.network.texts.currency),
        ])  # fmt: skip
    order = np.argsort(-now.volume)[:40]
    places = [
        [record.network.texts.places[place], text.number(now.volume[place]), text.number(now.days[place], 2)]
        + ([text.number(before.days[place], 2)] if before is not None else [])
        for place in order
    ]
    heads = ["The 40 largest places", "shipments", "mean days"] + (["without the change"] if before is not None else [])
    return svg.behind(["Sent from", "shipments", "mean days", "cost a shipment"], rows) + svg.behind(
        heads, places, "The largest places"
    )

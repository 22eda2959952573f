"""The same world loaded in another order, and facts as text, so that two load orders can be compared."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.world.facts import FACTS
from firstbest.world.nature import Log, Nature
from firstbest.world.network import Calendar, Detail, Levels, Network
from firstbest.world.units import MAX_ATTEMPT, MAX_NODE, SENT_AGAIN_FIRST
from firstbest.world.words import Kind, NodeKind, Timer, Verdict
from tests.laws.history import History

I64 = NDArray[np.int64]
NODE_COLUMNS = ("node", "from_node", "to_node", "station", "nearest", "runner_up")


class Order(NamedTuple):
    """A load order: the old code at each new place."""

    nodes: I64
    items: I64
    places: I64
    lanes: I64


def inverse(order: I64, codes: NDArray[np.integer]) -> NDArray[np.integer]:
    """Old codes as new ones; -1 stays."""
    new = np.argsort(order)
    return np.where(codes >= 0, new[np.maximum(codes, 0)], codes).astype(codes.dtype)


def relabelled(network: Network, nature: Nature, order: Order) -> tuple[Network, Nature]:
    """The same network and nature, loaded in that order."""
    n, i, p, lane = order
    nodes, lanes, calendar, arcs = network.nodes, network.lanes, network.calendar, network.arcs
    by_lane = lanes._replace(**{name: getattr(lanes, name)[lane] for name in lanes._fields})
    items = network.items._replace(**{name: getattr(network.items, name)[i] for name in network.items._fields})
    labour = {name: getattr(network.labour, name) for name in network.labour._fields}
    texts = network.texts
    moved = nodes._replace(**{name: getattr(nodes, name)[n] for name in nodes._fields})
    made = network._replace(
        nodes=moved._replace(fed_by=inverse(n, moved.fed_by)),
        places=network.places._replace(**{name: getattr(network.places, name)[p] for name in network.places._fields}),
        items=items._replace(source=inverse(n, items.source)),
        arcs=arcs._replace(
            zone=arcs.zone[:, n][:, :, p], distance_km=arcs.distance_km[n][:, p], station=inverse(n, arcs.station[:, p])
        ),
        lanes=by_lane._replace(
            origin=inverse(n, by_lane.origin),
            destination=inverse(n, by_lane.destination),
            path_next=inverse(lane, by_lane.path_next),
        ),
        calendar=_timers(
            calendar._replace(cut_off_us=calendar.cut_off_us[n], pick_up_us=calendar.pick_up_us[:, n]), order
        ),
        labour=network.labour._replace(**{name: v[n] for name, v in labour.items()}),
        detail=_detail(network.detail, i),
        fleet=network.fleet._replace(**{name: getattr(network.fleet, name)[n] for name in network.fleet._fields}),
        texts=texts._replace(
            nodes=tuple(texts.nodes[k] for k in n),
            items=tuple(texts.items[k] for k in i),
            places=tuple(texts.places[k] for k in p),
            lanes=tuple(texts.lanes[k] for k in lane),
        ),
    )
    return made, _nature(nature, order)


def _detail(detail: Detail, items: I64) -> Detail:
    """Of what is kept in detail, what is told by item."""
    lots, levels, kits = detail.lots, detail.levels, detail.kits
    return detail._replace(
        lots=lots and lots._replace(life_days=lots.life_days[items]),
        levels=levels
        and Levels(levels.case_units[items], None if levels.pallet_units is None else levels.pallet_units[items]),
        slotting=detail.slotting and detail.slotting._replace(zone=detail.slotting.zone[items]),
        kits=kits
        and kits._replace(
            of_item=kits.of_item[items], kit_item=inverse(items, kits.kit_item), item=inverse(items, kits.item)
        ),
    )


def _timers(calendar: Calendar, order: Order) -> Calendar:
    """Keys of departures are lanes, those of dispatches nodes."""
    kind, key = calendar.timers_kind, calendar.timers_key
    key = np.where(kind == Timer.DEPART, inverse(order.lanes, np.where(kind == Timer.DEPART, key, -1)), key)
    key = np.where(kind == Timer.DISPATCH, inverse(order.nodes, np.where(kind == Timer.DISPATCH, key, -1)), key)
    place = np.lexsort((key, kind, calendar.timers_us))
    return calendar._replace(timers_key=key[place].astype(np.int32))


def _nature(nature: Nature, order: Order) -> Nature:
    demand, hands, roads, opening, log = nature.demand, nature.hands, nature.roads, nature.opening, nature.log
    n, i, p, lane = order
    return nature._replace(
        demand=demand._replace(item_weight=demand.item_weight[i], boost_item=inverse(i, demand.boost_item)),
        hands=hands._replace(absence_ppm=hands.absence_ppm[n], breakdown_node=inverse(n, hands.breakdown_node)),
        roads=roads._replace(
            transit_spread_ppm=roads.transit_spread_ppm[lane],
            transit_truth_ppm=roads.transit_truth_ppm[lane],
            delay_lane=inverse(lane, roads.delay_lane),
            snow_node=inverse(n, roads.snow_node),
        ),
        opening=opening._replace(item=inverse(i, opening.item), node=inverse(n, opening.node)),
        log=log._replace(place=inverse(p, log.place), item=inverse(i, log.item)),
    )


def log_of(history: History) -> Log:
    """The orders of a history, to be placed again whatever the codes are."""
    commands, lines = [], []
    used = 0
    for _, batch in history.outside.log:
        placed = batch.select(batch.commands["kind"] == Kind.PLACE)
        placed.commands["first_line"] += used
        used += len(placed.lines)
        commands.append(placed.commands)
        lines.append(placed.lines)
    c, m = np.concatenate(commands), np.concatenate(lines)
    return Log(
        at_us=c["at"].copy(), order=c["order"].copy(), tie=c["tie"].copy(), customer=c["customer"].copy(),
        place=c["place"].copy(), service=c["service"].copy(),
        first_line=c["first_line"].copy(), lines=c["lines"].copy(),
        item=m["item"].copy(), quantity=m["quantity"].copy(), price=m["price"].copy(),
    )  # fmt: skip


def as_text(history: History) -> dict[str, list[tuple[object, ...]]]:
    """All facts with names for codes, in no order of their own: ordinals are left out, rows are sorted."""
    return {fact.name: sorted(_texts(history, fact.name), key=repr) for fact in FACTS}


def _texts(history: History, name: str) -> list[tuple[object, ...]]:
    texts, rows = history.network.texts, history.book.rows(next(fact for fact in FACTS if fact.name == name))
    named = {
        **dict.fromkeys(NODE_COLUMNS, texts.nodes),
        "item": texts.items, "other": texts.items, "place": texts.places, "lane": texts.lanes,
    }  # fmt: skip
    found = []
    for row in rows.tolist():
        told = dict(zip(rows.dtype.names or (), row, strict=True))
        told.pop("ordinal")
        for column, words in named.items():
            if column in told:
                told[column] = words[told[column]] if told[column] >= 0 else ""
        for column in ("order", "again"):
            if told.get(column, 0) >= SENT_AGAIN_FIRST:
                told[column] = _again(history, told[column])
        if "cargo" in told:
            told["cargo"] = _cargo(history, told["cargo"])
        if "verdicts" in told:
            told["verdicts"] = _verdicts(history, told["verdicts"])
        found.append(tuple(sorted(told.items())))
    return found


def _again(history: History, code: int) -> tuple[object, ...]:
    """An order that sends a shipment again, by the shipment's name."""
    key = code - SENT_AGAIN_FIRST
    return key // MAX_ATTEMPT // MAX_NODE, history.network.texts.nodes[key // MAX_ATTEMPT % MAX_NODE], key % MAX_ATTEMPT


def _cargo(history: History, key: int) -> tuple[object, ...]:
    texts = history.network.texts
    rest, bought = divmod(key, 2)
    rest, item = divmod(rest, len(texts.items))
    day, node = divmod(rest, len(texts.nodes))
    return day, texts.nodes[node], texts.items[item], bought


def _verdicts(history: History, word: int) -> tuple[tuple[str, str], ...]:
    centres = np.flatnonzero(history.network.nodes.kind == NodeKind.FULFILMENT)
    names = (history.network.texts.nodes[node] for node in centres)
    return tuple(sorted((name, Verdict(word >> 4 * k & 15).name) for k, name in enumerate(names)))

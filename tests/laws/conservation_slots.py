"""Laws of shelves in zones, told from the facts alone."""

from __future__ import annotations

from collections import Counter, defaultdict

from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.words import Zone
from tests.laws.conservation import Row, each, held, of
from tests.laws.history import History

ZONES = tuple(zone.name.lower() for zone in Zone)


def shelves_hold_what_was_carried_there(history: History) -> list[str]:
    """Lines are counted from the zone in which the item stood; a swap leaves each zone as full as it was."""
    rules = history.network.detail.slotting
    told = (f.SLOTTED, f.RESLOTTED, f.SHELVES_REVIEWED)
    if rules is None:
        return [f"{fact.name} where there are no zones" for fact in told if len(history.rows(fact))]
    nodes = len(history.network.nodes.kind)
    zone = {(item, node): int(first) for item, first in enumerate(rules.zone) for node in range(nodes)}
    moves: dict[int, list[Row]] = defaultdict(list)
    picks: dict[int, list[Row]] = defaultdict(list)
    for row in each(history, f.RESLOTTED):
        moves[row["number"]].append(row)
    for row in each(history, f.TASKED):
        picks[row["number"]].append(row)
    said = {(row["number"], of(row)): tuple(row[name] for name in ZONES) for row in each(history, f.SLOTTED)}
    seen = {row["number"]: row for row in each(history, f.SHELVES_REVIEWED)}
    lines, wrong = Counter[tuple[int, int]](), list[str]()
    for number in sorted({*moves, *picks, *seen}):
        count: dict[tuple[int, int, int], Counter[int]] = defaultdict(Counter)
        for row in picks[number]:
            lines[row["item"], row["node"]] += 1
            count[of(row)][zone[row["item"], row["node"]]] += 1
        for shipment, found in count.items():
            expected = tuple(found[each_] for each_ in Zone)
            wrong += [f"{shipment} was picked from {expected}"] * (said.pop((number, shipment), None) != expected)
        before = Counter((node, at) for (_, node), at in zone.items())
        for row in moves[number]:
            place = row["item"], row["node"]
            good = zone[place] == row["before"] and row["before"] != row["zone"] and row["lines"] == lines[place]
            wrong += [f"item {place} was carried from where it did not stand"] * (not good)
            zone[place] = row["zone"]
        wrong += ["a zone has more items than it had"] * (before != Counter((n, at) for (_, n), at in zone.items()))
        if number in seen:
            stated = seen[number]["lines"], seen[number]["moves"]
            wrong += [f"review {number} saw {stated}"] * (stated != (lines.total(), len(moves[number])))
            per_node = Counter(row["node"] for row in moves[number])
            wrong += ["more was carried than may be"] * (max(per_node.values(), default=0) > rules.moves_most)
            lines.clear()
    for row in held(history, t.SHELF_T):
        place = row["key"] // nodes, row["key"] % nodes
        now = row["zone"] - 1 if row["zone"] else int(rules.zone[place[0]])
        wrong += [f"shelf {place} is not as told"] * ((now, row["lines"]) != (zone[place], lines[place]))
    return wrong + [f"{len(said)} shipments were picked that were not handed out"] * bool(said)

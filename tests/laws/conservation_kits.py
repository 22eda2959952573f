"""Laws of kits, told from the facts alone."""

from __future__ import annotations

from collections import defaultdict

from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.units import MAX_KIT
from tests.laws.conservation import Row, each, held
from tests.laws.history import History

Lines = dict[tuple[int, int], tuple[str, Row]]
"""What was said of an order's line when it was placed, by (number, line)."""


def parts_of(history: History, item: int) -> list[tuple[int, int]]:
    """(item, units) of a kit's parts."""
    kits = history.network.detail.kits
    assert kits is not None, "there are kits"
    number = int(kits.of_item[item])
    span = range(int(kits.first[number]), int(kits.first[number + 1]))
    return [(int(kits.item[part]), int(kits.units[part])) for part in span]


def said(history: History) -> Lines:
    """What was said of each line when its order was placed."""
    found: Lines = {}
    for fact in (f.ALLOCATED, f.REFUSED, f.BACKORDERED):
        for row in each(history, fact):
            found[row["number"], row["line"]] = (fact.name, row)
    return found


def kits_come_apart_and_are_kept_together(history: History) -> list[str]:
    """A kit becomes its parts, for its price; they are promised from one node, or none of them is; waiting ones too."""
    kits = history.network.detail.kits
    if kits is None:
        return [f"{fact.name} where no kits are made" for fact in (f.KITTED, f.ASSEMBLED) if len(history.rows(fact))]
    lines, wrong = said(history), []
    for row in each(history, f.KITTED):
        parts = parts_of(history, row["item"])
        numbers = [row["line"], *range(row["rest"], row["rest"] + row["parts"] - 1)]
        got = [lines.get((row["number"], number)) for number in numbers]
        name = f"kit in line {row['line']} of order {row['order']}"
        if len(parts) != row["parts"] or any(each_ is None for each_ in got):
            wrong.append(f"{name} has not the lines of its parts")
            continue
        told = [each_ for each_ in got if each_ is not None]
        wanted = [(item, units * row["quantity"]) for item, units in parts]
        wrong += [f"{name} became other goods"] * ([(r["item"], r["quantity"]) for _, r in told] != wanted)
        paid = sum(r["price"] * units for (_, r), (_, units) in zip(told, parts, strict=True))
        most = 0 if any(units == 1 for _, units in parts) else parts[0][1] - 1
        wrong += [f"{name} cost {row['price']}, its parts {paid}"] * (not 0 <= row["price"] - paid <= most)
        ends = {(kind, r.get("node", -1), r.get("attempt", -1), r.get("kit", 0)) for kind, r in told}
        wrong += [f"{name} was not kept together: {ends}"] * (len(ends) != 1)
    made = {int(item) for item in kits.kit_item}
    for fact in (f.ALLOCATED, f.TASKED, f.PICKED, f.BACKORDERED, f.OPENED):
        wrong += [f"{fact.name} of a kit itself" for row in each(history, fact) if row["item"] in made]
    return wrong + waiting_kits(history)


def waiting_kits(history: History) -> list[str]:
    """Parts that wait wait together: they are sent at one instant from one node, or none is."""
    sent: dict[tuple[int, int], set[tuple[int, int, int]]] = defaultdict(set)
    count: dict[tuple[int, int], int] = defaultdict(int)
    for row in each(history, f.BACKORDERED):
        if row["kit"]:
            count[row["order"], row["kit"]] += 1
    left = dict(count)
    for row in each(history, f.ALLOCATED):
        if (row["order"], row["kit"]) in count and row["attempt"] > 0:
            sent[row["order"], row["kit"]].add((row["number"], row["node"], row["attempt"]))
            left[row["order"], row["kit"]] -= 1
    return [
        f"waiting kit {key} was sent in parts"
        for key, ways in sent.items()
        if len(ways) > 1 or left[key] not in (0, count[key])
    ]


def whole_kits_go_whole_or_not_at_all(history: History) -> list[str]:
    """Of a kit that is sent whole, every part goes in the same number of kits, and none is sent again alone."""
    kits = history.network.detail.kits
    if kits is None:
        return []
    group = {(row["order"], row["line"], row["node"], row["attempt"]): row["kit"] for row in each(history, f.ALLOCATED)}
    gone: dict[tuple[int, int, int, int], set[int]] = defaultdict(set)
    wrong = []
    for row in each(history, f.PICKED):
        kit = group[row["order"], row["line"], row["node"], row["attempt"]]
        if not kit or not kits.whole[kit % MAX_KIT]:
            continue
        units = dict(parts_of(history, int(kits.kit_item[kit % MAX_KIT])))[row["item"]]
        name = row["order"], row["node"], row["attempt"], kit
        wrong += [f"{row['quantity']} of {units} a kit went in {name}"] * (row["quantity"] % units != 0)
        gone[name].add(row["quantity"] // units)
    waited = {(row["order"], row["kit"]) for row in each(history, f.BACKORDERED)}
    resent = [
        f"a part of whole kit {kit} of order {order} was sent alone"
        for (order, _, _, attempt), kit in group.items()
        if kit and attempt and kits.whole[kit % MAX_KIT] and (order, kit) not in waited
    ]
    return wrong + resent + [f"kit {name} went in parts: {counts}" for name, counts in gone.items() if len(counts) > 1]


def kits_are_put_together_once(history: History) -> list[str]:
    """Kits put together are those all of whose parts were handed out for one shipment; lines remember theirs."""
    kits = history.network.detail.kits
    if kits is None:
        return []
    group: dict[tuple[int, int, int, int], int] = {}
    for row in each(history, f.ALLOCATED):
        group[row["order"], row["line"], row["node"], row["attempt"]] = row["kit"]
    there: dict[tuple[int, int, int, int], list[Row]] = defaultdict(list)
    for row in each(history, f.TASKED):
        kit = group[row["order"], row["line"], row["node"], row["attempt"]]
        if kit:
            there[row["order"], row["node"], row["attempt"], kit].append(row)
    wanted = {}
    for (order, node, attempt, kit), rows in there.items():
        item = int(kits.kit_item[kit % MAX_KIT])
        parts = dict(parts_of(history, item))
        if len(rows) == len(parts):
            wanted[order, node, attempt, min(row["line"] for row in rows)] = (
                item, min(row["quantity"] // parts[row["item"]] for row in rows)
            )  # fmt: skip
    found = {
        (row["order"], row["node"], row["attempt"], row["line"]): (row["item"], row["kits"])
        for row in each(history, f.ASSEMBLED)
    }
    wrong = [] if found == wanted else [f"put together {found}, handed out {wanted}"[:300]]
    for row in held(history, t.LINE_T):
        if row["live"] and row["node"] >= 0:
            key = (row["key"] // 4096, row["key"] % 4096, row["node"], row["attempt"])
            wrong += [f"line {key} forgot its kit"] * (group[key] != row["kit"])
    return wrong

"""What holds of orders that go otherwise than planned, chosen for with all that waited; told from the facts alone."""

from __future__ import annotations

from collections import Counter

from firstbest.world import facts as f
from firstbest.world.words import Reason
from tests.laws.conservation import each, of
from tests.laws.history import History


def who_goes_otherwise_is_promised_the_same(history: History) -> list[str]:
    """Chosen for again, an order keeps its promise, gives up what nobody worked on, and sends each line anew."""
    told, wrong = dict[int, int](), list[str]()
    promises = [(row["number"], row["order"], row["deliver_by"]) for row in each(history, f.ORDERED) if row["filled"]]
    promises += [(row["number"], row["order"], row["deliver_by"]) for row in each(history, f.FILLED)]
    promises += [(row["number"], row["order"], row["deliver_by"]) for row in each(history, f.HELD) if row["node"] < 0]
    changed = {(row["number"], row["order"]): row for row in each(history, f.RECHOSEN)}
    for number, order, deliver_by in sorted([*promises, *((*key, -1) for key in changed)]):
        if deliver_by >= 0:
            told.setdefault(order, deliver_by)
            told[order] = max(told[order], deliver_by)
        elif changed[number, order]["deliver_by"] != told[order]:
            wrong.append(f"order {order} was promised {told[order]}, and again {changed[number, order]['deliver_by']}")
    for row in each(history, f.PLANNED):
        if row["reason"] == Reason.TOGETHER and row["deliver_by"] > changed[row["number"], row["order"]]["deliver_by"]:
            wrong.append(f"shipment {of(row)} is promised later than its order")
    begun = {of(row) for row in each(history, f.RELEASED)}
    wrong += [f"shipment {of(row)} was begun, and withdrawn" for row in each(history, f.WITHDRAWN) if of(row) in begun]
    lines, back = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for fact, count in ((f.ALLOCATED, lines), (f.FREED, back)):
        for row in each(history, fact):
            count[row["number"], row["order"]] += row["quantity"]
    return wrong + [f"of {key} {back[key]} units are given back" for key in changed if back[key] != lines[key]]

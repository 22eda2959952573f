"""Laws of what happens after the door, told from the facts alone, slowly and obviously."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

import numpy as np

from firstbest.operate.ports import All
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.metrics import AFTERS, After
from firstbest.world.units import MAX_DAY, MAX_LINE, SENT_AGAIN_FIRST
from firstbest.world.words import Disposition, NodeKind, RefundWhen, ReturnWay, SentStage, Service
from tests.laws.conservation import Row, differences, each, held, of
from tests.laws.conservation_again import CARED
from tests.laws.conservation_kits import (
    kits_are_put_together_once,
    kits_come_apart_and_are_kept_together,
    whole_kits_go_whole_or_not_at_all,
)
from tests.laws.conservation_levels import all_levels_come_to_the_stock
from tests.laws.conservation_members import who_is_a_member_is_what_facts_say
from tests.laws.conservation_slots import shelves_hold_what_was_carried_there
from tests.laws.conservation_together import who_goes_otherwise_is_promised_the_same
from tests.laws.history import History
from tests.laws.recount import Recount

Line = tuple[int, int]


def line_of(row: Row) -> Line:
    """Which order line a row is about."""
    return row["order"], row["line"]


def no_more_comes_back_than_was_sent(history: History) -> list[str]:
    """Of a line no more units are authorised than picked; no shipment gives back more money than was paid for it."""
    if history.network.detail.returns is None:
        return []
    sent, value = Counter[Line](), Counter[tuple[int, int, int]]()
    for row in each(history, f.PICKED):
        sent[line_of(row)] += row["quantity"]
    for row in each(history, f.DEPARTED):
        value[of(row)] = row["value"]
    for row in each(history, f.RETURN_AUTHORISED):
        value[of(row)] -= row["quantity"] * row["price"]
    units = Counter[int]()
    for row in each(history, f.PICKED):
        units[row["order"]] += row["quantity"]
    for row in each(history, f.RETURN_AUTHORISED):
        units[row["order"]] -= row["quantity"]
    wrong = [f"shipment {key} gave {-left} more than was paid" for key, left in value.items() if left < 0]
    return wrong + [f"order {key} gave {-left} units more than it had" for key, left in units.items() if left < 0]


def every_unit_of_a_return_goes_somewhere(history: History) -> list[str]:
    """Returned = inspected + at the desk; inspected = disposed of + waiting; what is put back is, or is at work."""
    came, looked, gone = Counter[int](), Counter[int](), Counter[int]()
    if history.network.detail.returns is None:
        return []
    for row in each(history, f.RETURNED):
        came[row["order"] * MAX_LINE + row["line"]] += row["quantity"]
    for row in each(history, f.INSPECTED):
        looked[row["order"] * MAX_LINE + row["line"]] += row["quantity"]
    shelf = Counter[int]()
    for row in each(history, f.DISPOSED):
        gone[row["order"] * MAX_LINE + row["line"]] += row["quantity"]
        if row["disposition"] in (Disposition.RESTOCK, Disposition.REFURBISH):
            shelf[row["order"] * MAX_LINE + row["line"]] += row["quantity"]
    for row in each(history, f.RESTOCKED):
        shelf[row["order"] * MAX_LINE + row["line"]] -= row["quantity"]
    at_desk, waiting, at_work = Counter[int](), Counter[int](), Counter[int]()
    for row in held(history, t.RETURN_T):
        done = row["sellable"] + row["opened"] + row["broken"]
        at_desk[row["key"]] += row["quantity"] - done if row["stage"] == 2 else 0
        waiting[row["key"]] += done if row["stage"] in (2, 3) else 0
        at_work[row["key"]] += row["opened"] if row["stage"] == 4 else 0
    wrong = differences("units at the desk", came - looked, +at_desk)
    wrong += differences("units to dispose of", looked - gone, +waiting)
    wrong += differences("units being refurbished", +shelf, +at_work)
    return wrong + [f"line {key} has more gone than came" for key in gone if gone[key] > came[key]]


def each_return_ends_once(history: History) -> list[str]:
    """Returns under way = authorised to be sent back - ended, line by line."""
    left = Counter[int]()
    for row in each(history, f.RETURN_AUTHORISED):
        left[row["order"] * MAX_LINE + row["line"]] += row["way"] == ReturnWay.SEND_BACK
    for row in each(history, f.RETURN_ENDED):
        left[row["order"] * MAX_LINE + row["line"]] -= 1
    return differences("returns under way", left, {row["key"]: 1 for row in held(history, t.RETURN_T)})


def refunds_are_what_is_owed(history: History) -> list[str]:
    """Once a return is done, its refunds come to what its units were found to be worth; what never came, to nothing."""
    rules = history.network.detail.returns
    if rules is None:
        return []
    owed, paid, done = Counter[Line](), Counter[Line](), set[Line]()
    price: dict[Line, int] = {}
    for row in each(history, f.RETURN_AUTHORISED):
        price[line_of(row)] = row["price"]
        if row["way"] == ReturnWay.KEEP:
            owed[line_of(row)] += row["quantity"] * row["price"]
    for row in each(history, f.INSPECTED):
        worth = row["quantity"] * price[line_of(row)]
        kept = int(rules.kept_back_ppm[row["grade"]]) if row["reason"] < 2 else 0
        owed[line_of(row)] += worth - worth * kept // 1_000_000
    for row in each(history, f.REFUNDED):
        paid[line_of(row)] += row["amount"]
    done = {line_of(row) for row in each(history, f.RETURN_ENDED)}
    open_lines = {(row["key"] // MAX_LINE, row["key"] % MAX_LINE) for row in held(history, t.RETURN_T)}
    return [
        f"line {line}: {paid[line]} paid, {owed[line]} owed"
        for line in done - open_lines
        if paid[line] != owed[line]
    ]  # fmt: skip


def what_left_is_remembered(history: History) -> list[str]:
    """What can be asked about = departed - let go; at the door once it was delivered, made good if harmed."""
    if history.network.detail.returns is None:
        return []
    care = history.network.detail.care is not None
    left, stage = Counter[int](), dict[int, int]()
    for row in each(history, f.DEPARTED):
        key = t.shipment_key(*of(row))
        left[key] += 1
        stage[key] = SentStage.AWAY
    for row in each(history, f.DELIVERED):
        harmed = care and row["outcome"] > 0
        stage[t.shipment_key(*of(row))] = SentStage.HARMED if harmed else SentStage.AT_DOOR
    for fact, then in (
        (f.REPLACED, SentStage.AT_DOOR), (f.MADE_GOOD, SentStage.AT_DOOR), (f.CLAIM_FILED, SentStage.CLAIMED),
        (f.CLAIM_SETTLED, SentStage.AT_DOOR),
    ):  # fmt: skip
        for row in each(history, fact):
            stage[t.shipment_key(*of(row))] = then
    for row in each(history, f.LET_GO):
        left[t.shipment_key(*of(row))] -= 1
    there = {row["key"]: row["stage"] for row in held(history, t.SENT_T)}
    return differences("shipments remembered", left, dict.fromkeys(there, 1)) + differences(
        "stage", {key: int(stage[key]) for key in there}, there
    )


def the_cube_is_a_recount(history: History) -> list[str]:
    """Cells of what happened after the door are those counted one fact at a time."""
    count, items = Recount(history), history.network.items
    cells: dict[tuple[int, int, int, int], list[int]] = defaultdict(lambda: [0, 0])

    def add(cell: int, node: int, row: Row, up: int, down: int = 0) -> None:
        seller = int(items.seller[row["item"]]) if "item" in row else row["seller"]
        day, *where = count.here({**row, "node": node}, seller)
        # What was there before the first midnight of its node counts with the first day.
        found = cells[cell, max(day, 0), where[0], where[1]]
        found[0] += up
        found[1] += down

    for row in each(history, f.RETURN_AUTHORISED):
        add(After.ASKED, row["to_node"], row, row["quantity"])
        add(After.CHANGED_MIND + row["reason"], row["to_node"], row, row["quantity"])
        if row["way"] == ReturnWay.KEEP:
            add(After.KEPT, row["to_node"], row, row["quantity"], row["quantity"] * int(items.cost[row["item"]]))
    for row in each(history, f.RETURN_REFUSED):
        add(After.ASKED, row["node"], row, row["quantity"], row["quantity"])
    for row in each(history, f.REFUNDED):
        add(After.REFUNDED, row["node"], row, row["amount"], row["quantity"] if row["amount"] > 0 else 0)
        if row["when"] == RefundWhen.TAKEN_BACK and row["amount"] >= 0:
            add(After.REFUNDED, row["node"], row, -1)
    for row in each(history, f.CONTACTED):
        add(After.QUESTIONS + row["reason"], row["node"], row, 1, row["cost"])
    for row in each(history, f.MADE_GOOD):
        add(After.MADE_GOOD, row["node"], row, row["amount"], 1)
    for row in each(history, f.REPLACEMENT_ENDED):
        add(After.MADE_GOOD, row["node"], row, row["amount"])
    for row in each(history, f.CLAIM_FILED):
        add(After.CLAIMED, row["node"], {**row, "seller": 0}, row["amount"], 1)
    for row in each(history, f.CLAIM_SETTLED):
        add(After.CLAIMS_PAID, row["node"], {**row, "seller": 0}, row["amount"], 1)
        add(After.CLAIMS_REFUSED, row["node"], {**row, "seller": 0}, int(row["amount"] == 0))
    members_counted(history, add)
    for row in each(history, f.PALLET_BROKEN):
        add(After.PALLETS, row["node"], row, 0, row["pallets"])
    for row in each(history, f.LEVELLED):
        add(After.PALLETS, row["node"], row, row["pallets"] if row["order"] >= 0 else 0)
    for row in each(history, f.CASE_BROKEN):
        add(After.CASES, row["node"], row, row["cases"])
    for row in each(history, f.EXPIRED):
        add(After.EXPIRED, row["node"], row, row["quantity"], row["value"])
    for row in each(history, f.INSPECTED):
        add(After.CAME, row["node"], row, row["quantity"])
        add(After.SELLABLE + row["grade"], row["node"], row, row["quantity"])
    for row in each(history, f.DISPOSED):
        cost = row["quantity"] * int(items.cost[row["item"]])
        add(After.VALUE, row["node"], row, row["value"], cost)
        add(After.HANDLED, row["node"], row, row["cost"], row["quantity"])
        add(After.RESTOCKED + row["disposition"], row["node"], row, row["quantity"], row["value"])
    nodes, sellers = len(history.network.nodes.kind), len(history.network.texts.sellers)
    wrong = []
    for row in history.state.read(All(t.AFTER_T)).rows:
        key, up, down = (int(value) for value in row)
        cell, rest = key % AFTERS, key // AFTERS
        expected = cells.pop((cell, rest // sellers // nodes, rest // sellers % nodes, rest % sellers), [0, 0])
        if [up, down] != expected:
            wrong.append(f"cell {cell} at {rest}: {up}, {down}, counted {expected}")
    return wrong + [f"cell {cell} is not in the cube" for cell, value in cells.items() if value != [0, 0]]


def members_counted(history: History, add: Callable[..., None]) -> None:
    """What members come to in the cube: the house's own at its first fulfilment node."""
    house = {"seller": 0}
    first = int(np.flatnonzero(history.network.nodes.kind == NodeKind.FULFILMENT)[0])
    for row in each(history, f.MEMBER_JOINED):
        if not row["before"]:
            add(After.JOINED, first, {**row, **house}, 1, row["fee"])
        else:
            add(After.MEMBERS_BEFORE, first, {**row, **house}, 1)
    for row in each(history, f.KITTED):
        kit = {name: value for name, value in row.items() if name != "item"}
        add(After.KITS, first, {**kit, **house}, row["quantity"], row["quantity"] * row["price"])
    for row in each(history, f.ASSEMBLED):
        add(After.ASSEMBLED, row["node"], row, row["kits"])
    for row in each(history, f.SLOTTED):
        add(After.FAST_LINES, row["node"], row, row["fast"], row["fast"] + row["medium"] + row["slow"])
    for row in each(history, f.RESLOTTED):
        add(After.RESLOTTED, row["node"], row, 1, row["units"])
    for row in each(history, f.MEMBER_RENEWED):
        add(After.RENEWED, first, {**row, **house}, 1, row["fee"])
    for row in each(history, f.MEMBER_LAPSED):
        add(After.LAPSED_MEMBERS, first, {**row, **house}, 1)
    for row in each(history, f.ORDERED) if history.network.detail.members is not None else ():
        own = row["order"] < SENT_AGAIN_FIRST
        if own and row["service"] == Service.MEMBER and row["shipments"] and row["nearest"] >= 0:
            add(After.MEMBER_ORDERS, row["nearest"], row, 1, row["value"])


def harm_is_made_good_once(history: History) -> list[str]:
    """A harmed shipment is made good once: what of it is sent again and what is paid back come to what it was worth;
    its carrier pays once, no more than was claimed.
    """
    harmed = {of(row): row["value"] for row in each(history, f.DELIVERED) if row["outcome"]}
    good, claims = Counter[tuple[int, int, int]](), dict[tuple[int, int, int], int]()
    wrong = []
    for row in each(history, f.REPLACED):
        harmed[of(row)] -= row["amount"]
        good[of(row)] += harmed[of(row)] == 0
    for row in each(history, f.MADE_GOOD):
        good[of(row)] += 1
        wrong += [f"shipment {of(row)} got {row['amount']} of {harmed.get(of(row))}"] * (
            row["amount"] != harmed.get(of(row))
        )
    for row in each(history, f.CLAIM_FILED):
        claims[of(row)] = row["amount"]
        wrong += [f"claim on {of(row)} without harm made good"] * (good[of(row)] != 1)
    for row in each(history, f.CLAIM_SETTLED):
        wrong += [f"claim on {of(row)} paid {row['amount']}"] * (row["amount"] > claims.pop(of(row), -1))
    return wrong + [f"shipment {key} was made good {count} times" for key, count in good.items() if count > 1]


def lots_come_to_what_is_there(history: History) -> list[str]:
    """At each settling an item's lots come to its units on shelves and between buildings; what expires first leaves
    first: nothing is left of a lot that expires before one of which something left.
    """
    rules = history.network.detail.lots
    if rules is None:
        return []
    left, wrong = Counter[tuple[int, int]](), []
    steps: dict[int, list[Row]] = defaultdict(list)
    for row in each(history, f.LOTTED):
        steps[row["number"]].append(row)
        wrong += [f"a lot of item {row['item']}, which keeps"] * (int(rules.life_days[row["item"]]) == 0)
    for number in sorted(steps):
        for row in steps[number]:
            lot = row["item"], row["expires"]
            before = left[lot]
            left[lot] = row["left"]
            wrong += [f"lot {lot} does not add up"] * (
                before + row["made"] - row["used"] - row["expired"] != row["left"] or row["left"] < 0
            )
        for row in steps[number]:
            older = sum(left[lot] for lot in left if lot[0] == row["item"] and lot[1] < row["expires"])
            held_back = sum(each["expired"] for each in steps[number] if each["item"] == row["item"])
            wrong += [f"item {row['item']}: an older lot was left"] * (row["used"] > 0 and older > 0 and not held_back)
    made = sum(row["expired"] for rows in steps.values() for row in rows)
    gone = sum(row["quantity"] for row in each(history, f.EXPIRED))
    there = +Counter({(row["key"] // MAX_DAY, row["key"] % MAX_DAY): row["units"] for row in held(history, t.LOT_T)})
    wrong += ["lots in the table are not those told"] * (there != +left)
    return wrong + [f"{made} units of lots expired, {gone} off shelves"] * (made != gone)


def loose_units_are_those_of_opened_cases(history: History) -> list[str]:
    """Loose = units of opened cases - units handed out, shelf by shelf and never as much as a case."""
    rules = history.network.detail.levels
    if rules is None or rules.pallet_units is not None:
        return []
    nodes, left = len(history.network.nodes.kind), Counter[int]()
    case = {item: int(units) for item, units in enumerate(rules.case_units) if units}
    for row in each(history, f.CASE_BROKEN):
        left[row["item"] * nodes + row["node"]] += row["cases"] * case[row["item"]]
    for row in each(history, f.TASKED):
        left[row["item"] * nodes + row["node"]] -= row["quantity"] * (row["item"] in case)
    wrong = differences("loose units", left, {row["key"]: row["units"] for row in held(history, t.LOOSE_T)})
    return wrong + [
        f"{units} loose at {key}" for key, units in left.items() if not 0 <= units < case.get(key // nodes, 1)
    ]


LAWS: tuple[Callable[[History], list[str]], ...] = (
    who_goes_otherwise_is_promised_the_same,
    no_more_comes_back_than_was_sent,
    every_unit_of_a_return_goes_somewhere,
    each_return_ends_once,
    refunds_are_what_is_owed,
    what_left_is_remembered,
    the_cube_is_a_recount,
    harm_is_made_good_once,
    *CARED,
    lots_come_to_what_is_there,
    loose_units_are_those_of_opened_cases,
    all_levels_come_to_the_stock,
    who_is_a_member_is_what_facts_say,
    kits_come_apart_and_are_kept_together,
    kits_are_put_together_once,
    whole_kits_go_whole_or_not_at_all,
    shelves_hold_what_was_carried_there,
)


def broken_after(history: History) -> dict[str, list[str]]:
    """The laws that a history breaks, with the first things found."""
    found = {law.__name__: law(history)[:3] for law in LAWS}
    return {name: wrong for name, wrong in found.items() if wrong}

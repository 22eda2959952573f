"""Laws of conservation: what must hold after every history, told from the facts alone, slowly and obviously.

Each law answers what it found wrong, as texts; nothing is what it should find.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date

from firstbest.operate.ports import All
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import FactType
from firstbest.world.units import MAX_LINE
from firstbest.world.words import Outcome, Process, Reason, Stage
from tests.laws.history import History

EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
Row = dict[str, int]
Shipment = tuple[int, int, int]


def each(history: History, fact: FactType) -> Iterator[Row]:
    """Rows of a fact as plain numbers by name."""
    rows = history.rows(fact)
    for row in rows.tolist():
        yield dict(zip(rows.dtype.names or (), row, strict=True))


def held(history: History, table: t.Table) -> list[Row]:
    """Rows of a table as plain numbers by name."""
    rows = history.state.read(All(table)).rows
    return [dict(zip(rows.dtype.names or (), row, strict=True)) for row in rows.tolist()]


def of(row: Row) -> Shipment:
    """Which shipment a row is about."""
    return row["order"], row["node"], row["attempt"]


def differences(what: str, expected: dict[int, int], found: dict[int, int]) -> list[str]:
    """Keys at which two counts differ; a missing key is 0."""
    keys = sorted(expected.keys() | found.keys())
    return [
        f"{what} of {key}: {expected.get(key, 0)} by the facts, {found.get(key, 0)} in the table"
        for key in keys
        if expected.get(key, 0) != found.get(key, 0)
    ]


def stock_is_conserved(history: History) -> list[str]:
    """On hand = opening + received - picked - written off + counted differences + put back - expired - sent away."""
    nodes = len(history.network.nodes.kind)
    on_hand, inbound = Counter[int](), Counter[int]()
    for row in each(history, f.RECEIVED):
        inbound[row["item"] * nodes + row["node"]] -= row["expected"]
    for row in each(history, f.PICKED):
        on_hand[row["item"] * nodes + row["node"]] -= row["quantity"] + row["written_off"]
    for row in each(history, f.COUNTED):
        on_hand[row["item"] * nodes + row["node"]] += row["quantity"] - row["book"]
    for fact, sign in ((f.OPENED, 1), (f.RECEIVED, 1), (f.EXPIRED, -1), (f.RESTOCKED, 1)):
        for row in each(history, fact):
            on_hand[row["item"] * nodes + row["node"]] += sign * row["quantity"]
    for row in each(history, f.REPLENISHED):
        inbound[row["item"] * nodes + row["to_node"]] += row["quantity"]
        if not row["bought"]:
            on_hand[row["item"] * nodes + row["from_node"]] -= row["quantity"]
    stock = held(history, t.STOCK_T)
    wrong = differences("on hand", on_hand, {row["key"]: row["on_hand"] for row in stock})
    return wrong + differences("inbound", inbound, {row["key"]: row["inbound"] for row in stock})


def reserved_is_what_open_lines_want(history: History) -> list[str]:
    """Reserved = quantity of the open lines = allocated - picked or short - cancelled in time - given back."""
    nodes = len(history.network.nodes.kind)
    by_facts, by_lines = Counter[int](), Counter[int]()
    for fact, sign in ((f.ALLOCATED, 1), (f.FREED, -1), (f.PICKED, -1)):
        for row in each(history, fact):
            by_facts[row["item"] * nodes + row["node"]] += sign * (row["quantity"] + row.get("short", 0))
    for row in each(history, f.CANCELLED):
        if row["reason"] == Reason.GRANTED:
            by_facts[row["item"] * nodes + row["node"]] -= row["quantity"]
    for row in held(history, t.LINE_T):
        if row["node"] >= 0:
            by_lines[row["item"] * nodes + row["node"]] += row["quantity"]
    reserved = {row["key"]: row["reserved"] for row in held(history, t.STOCK_T)}
    return differences("reserved", by_facts, reserved) + differences("reserved", by_lines, reserved)


def slots_are_promised_shipments(history: History) -> list[str]:
    """Slots taken = shipments promised for the day - those that will not leave, go otherwise or are kept back."""
    days = history.network.calendar.midnight_us.shape[1]
    taken = Counter[int]()
    for fact, sign in ((f.PLANNED, 1), (f.WITHDRAWN, -1)):
        for row in each(history, fact):
            taken[row["node"] * days + row["day"]] += sign
    for row in each(history, f.UNPLANNED):
        taken[row["node"] * days + row["day"]] -= row["stage"] != Stage.HELD
    for row in each(history, f.HELD):
        if row["node"] >= 0:
            taken[row["node"] * days + row["day"]] -= 1 if row["on"] else -1
    return differences("slots", taken, {row["key"]: row["taken"] for row in held(history, t.SLOT_T)})


def floors_and_docks_hold_what_came_and_did_not_go(history: History) -> list[str]:
    """Floor = released - packed - dropped there; dock = packed - departed."""
    floor, dock = Counter[int](), Counter[int]()
    for row in each(history, f.RELEASED):
        floor[row["node"]] += 1
    for row in each(history, f.PACKED):
        floor[row["node"]] -= 1
        dock[row["node"]] += 1
    for row in each(history, f.UNPLANNED):
        floor[row["node"]] -= row["stage"] not in {Stage.WAITING, Stage.HELD}
    for row in each(history, f.DEPARTED):
        dock[row["node"]] -= 1
    load = held(history, t.LOAD_T)
    wrong = differences("floor", floor, {row["key"]: row["floor"] for row in load})
    wrong += differences("dock", dock, {row["key"]: row["dock"] for row in load})
    return wrong + [
        f"floor_ms of {row['key']} is {row['floor_ms']}" for row in load if not row["floor"] and row["floor_ms"]
    ]


def each_order_ends_once(history: History) -> list[str]:
    """Open orders = ordered - completed - closed, order by order."""
    left = Counter[int]()
    for row in each(history, f.ORDERED):
        left[row["order"]] += row["shipments"] > 0 or row["waiting"] > 0
    for row in (*each(history, f.COMPLETED), *each(history, f.CLOSED)):
        left[row["order"]] -= 1
    return differences("open orders", left, {row["key"]: 1 for row in held(history, t.ORDER_T)})


def open_shipments_are_counted(history: History) -> list[str]:
    """An order's open shipments = those of its shipments that are there."""
    there = Counter(row["key"] // 8 // 128 for row in held(history, t.SHIPMENT_T))
    return differences("open shipments", there, {row["key"]: row["open_shipments"] for row in held(history, t.ORDER_T)})


def late_orders_have_one_cause(history: History) -> list[str]:
    """A completed order has a cause if it was late, and only then."""
    return [
        f"order {row['order']}: {row['door_late']} late shipments, cause {row['cause']}"
        for row in each(history, f.COMPLETED)
        if (row["door_late"] > 0) != (row["cause"] > 0)
    ]


def hours_times_rates_are_the_money(history: History) -> list[str]:
    """Money of work = paid hours at the wage, overtime and temporary hours at their price; nobody works unrostered."""
    labour, wrong = history.network.labour, []
    rostered: dict[tuple[int, ...], Row] = {}
    for row in each(history, f.ROSTERED):
        rostered[row["node"], row["process"], row["day"], row["shift"]] = row
    for row in each(history, f.WORKED):
        node, process = row["node"], row["process"]
        wage = int(labour.wage_hour[node, process])
        overtime = row["overtime_min"] * wage * int(labour.overtime_ppm[node, process]) // 1_000_000
        temps = row["temp_min"] * wage * int(labour.temp_ppm[node, process]) // 1_000_000
        regular = (row["paid_min"] - row["overtime_min"] - row["temp_min"]) * wage
        if row["money"] != (regular + overtime + temps) // 60:
            wrong.append(f"work of {row['paid_min']} minutes cost {row['money']}")
        plan = rostered.get((node, process, row["day"], row["shift"]))
        if plan is None:
            wrong += [f"unrostered work at {node}, {process}"] * (process != 4)
            continue
        minutes = int(labour.shift_minutes[node, row["shift"]])
        most = (plan["heads"] + max(plan["lent"], 0) + plan["temps"]) * (minutes + plan["overtime_min"])
        wrong += [f"{row['paid_min']} minutes paid, {most} rostered"] * (row["paid_min"] > most)
    return wrong


def hours_beyond_the_pace_add_up(history: History) -> list[str]:
    """Over a week, a crew's minutes beyond the pace are those by which its heads' minutes exceed contracts x pace."""
    labour, first_day = history.network.labour, history.network.calendar.first_day
    heads, above = Counter[tuple[int, ...]](), Counter[tuple[int, ...]]()
    for row in each(history, f.WORKED):
        if row["process"] == Process.INDIRECT:
            if row["above_min"] or row["injured"]:
                heads[0, 0, 0, 0] -= 1
            continue
        monday = row["day"] - date.fromordinal(EPOCH_ORDINAL + first_day + row["day"]).weekday()
        crew = row["node"], row["process"], row["shift"], monday
        heads[crew] += row["paid_min"] - row["temp_min"] - row["lent_min"]
        above[crew] += row["above_min"]
    wrong = []
    for (node, process, shift, monday), minutes in heads.items():
        pool = int(labour.heads[node, process])
        # Two shifts of two have one each.
        first = min(math.ceil(pool * 0.55), max(pool - 1, min(pool, 1))) if labour.shift_minutes[node, 1] else pool
        contracts, pace = (first, pool - first)[shift], int(labour.pace_minutes_week[node])
        expected = max(minutes - contracts * pace, 0) if contracts * pace else 0
        found = above[node, process, shift, monday]
        if found != expected:
            wrong.append(
                f"crew {node}, {process}, {shift}, week from {monday}: {found} beyond the pace, not {expected}"
            )
    return wrong


def lent_hours_are_lent_by_somebody(history: History) -> list[str]:
    """What picking gains on a shift is what packing lends, and the other way about; no more than was rostered."""
    lent: dict[tuple[int, ...], list[int]] = defaultdict(lambda: [0, 0])
    plans = {(r["node"], r["process"], r["day"], r["shift"]): r for r in each(history, f.ROSTERED)}
    wrong = []
    for row in each(history, f.WORKED):
        if row["process"] in (Process.PICK, Process.PACK):
            lent[row["node"], row["day"], row["shift"]][row["process"] - Process.PICK] += row["lent_min"]
        elif row["lent_min"]:
            wrong.append(f"process {row['process']} lends {row['lent_min']} minutes")
    for (node, day, shift), both in lent.items():
        if sum(both):
            wrong.append(f"shift {node}, {day}, {shift}: picking gains {both[0]} minutes, packing {both[1]}")
    for (node, process, day, shift), plan in plans.items():
        share = int(history.network.labour.flex_ppm[node, process])
        able = math.floor(int(history.network.labour.heads[node, process]) * share / 1e6 + 0.5)
        if -plan["lent"] > min(able, plan["heads"]):
            wrong.append(f"{node}, {process}, {day}, {shift} lends {-plan['lent']} of {able} who could")
    return wrong


def hours_of_a_week_are_those_worked(history: History) -> list[str]:
    """The table of crews' weeks holds the minutes of heads of all hours reported."""
    direct = sum(
        row["paid_min"] - row["temp_min"] - row["lent_min"]
        for row in each(history, f.WORKED)
        if row["process"] != Process.INDIRECT
    )
    kept = sum(row["head_min"] for row in held(history, t.HOURS_T))
    return [f"{direct} minutes worked, {kept} in the table"] * (direct != kept)


def nothing_comes_before_its_cause(history: History) -> list[str]:
    """Placed, planned, released, picked, packed, departed, delivered: each once, in that order."""
    steps = (f.PLANNED, f.RELEASED, f.PICKED, f.PACKED, f.DEPARTED, f.VANNED, f.DELIVERED)
    placed = {row["order"]: row["at"] for row in reversed(list(each(history, f.ORDERED)))}
    seen: dict[Shipment, list[tuple[str, int]]] = defaultdict(list)
    for fact in steps:
        for row in each(history, fact):
            if fact is not f.PICKED or not seen[of(row)] or seen[of(row)][-1] != (fact.name, row["at"]):
                seen[of(row)].append((fact.name, row["at"]))
    wrong = []
    names = [fact.name for fact in steps]
    for shipment, events in seen.items():
        at = [placed[shipment[0]], *(instant for _, instant in events)]
        done = [name for name, _ in events]
        needed = [name for name in names[: names.index(done[-1]) + 1] if name != "vanned"]
        if at != sorted(at) or [name for name in done if name != "vanned"] != needed:
            wrong.append(f"shipment {shipment}: {events}")
    return wrong


def vehicles_are_not_overloaded(history: History) -> list[str]:
    """No vehicle holds more than it can, but for a single load that is larger than any vehicle."""
    lanes, wrong = history.network.lanes, []
    parcels: dict[tuple[int, int], list[Row]] = defaultdict(list)
    for row in each(history, f.DEPARTED):
        parcels[row["number"], row["lane"]].append(row)
    cargo = {row["cargo"]: row for row in each(history, f.REPLENISHED)}
    vehicles: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
    for row in each(history, f.MOVED):
        vehicles[row["number"], row["lane"], row["vehicle"]].append(cargo[row["cargo"]])
    for (_, lane, _), loads in vehicles.items():
        over = sum(load["volume_cm3"] for load in loads) > int(lanes.capacity_cm3[lane])
        over |= sum(load["weight_g"] for load in loads) > int(lanes.capacity_g[lane])
        wrong += [f"a vehicle of lane {lane} holds too much"] * (over and len(loads) > 1)
    for row in each(history, f.VEHICLE):
        lane, loads = row["lane"], parcels.get((row["number"], row["lane"]), [])
        if row["vehicles"] > int(lanes.vehicles[lane]):
            wrong.append(f"{row['vehicles']} vehicles left by lane {lane}")
        volume = sum(load["volume_cm3"] for load in loads)
        if loads and (volume, len(loads)) != (row["volume_cm3"], row["loads"]):
            wrong.append(f"lane {lane} says {row['volume_cm3']} in {row['loads']} loads, was {volume} in {len(loads)}")
        room = row["vehicles"] * int(lanes.capacity_cm3[lane])
        wrong += [f"lane {lane} holds {volume} of {room}"] * (volume > room and len(loads) > row["vehicles"])
    return wrong


def what_leaves_is_what_was_picked(history: History) -> list[str]:
    """Units, value and weight of a departure are those of the units picked for it; each line is picked as tasked."""
    weight = history.network.items.weight_g
    units, value, grams = Counter[Shipment](), Counter[Shipment](), Counter[Shipment]()
    price = {(row["order"], row["line"], row["attempt"]): row["price"] for row in each(history, f.ALLOCATED)}
    tasked = Counter((of(row), row["line"], row["quantity"]) for row in each(history, f.TASKED))
    for row in each(history, f.PICKED):
        units[of(row)] += row["quantity"]
        value[of(row)] += row["quantity"] * price[row["order"], row["line"], row["attempt"]]
        grams[of(row)] += row["quantity"] * int(weight[row["item"]])
        tasked[of(row), row["line"], row["quantity"] + row["short"]] -= 1
    wrong = [f"task {task} was picked {1 - count} times" for task, count in tasked.items() if count < 0]
    for row in each(history, f.DEPARTED):
        tare = int(history.network.cartons.tare_g[row["carton"]]) * row["cartons"]
        found = (row["units"], row["value"], row["weight_g"])
        expected = (units[of(row)], value[of(row)], grams[of(row)] + tare)
        if found != expected:
            wrong.append(f"shipment {of(row)} left with {found}, picked were {expected}")
    return wrong


def orders_are_worth_what_was_sent(history: History) -> list[str]:
    """A completed order's value is that of its shipments that left."""
    sent = Counter[int]()
    for row in each(history, f.DEPARTED):
        sent[row["order"]] += row["value"]
    again = Counter(row["order"] for row in each(history, f.ORDERED))
    return [
        f"order {row['order']} is worth {row['value']}, sent were {sent[row['order']]}"
        for row in each(history, f.COMPLETED)
        if row["value"] != sent[row["order"]] and again[row["order"]] == 1
    ]


def lines_that_wait_are_counted(history: History) -> list[str]:
    """Lines that wait = put to wait - sent - waited in vain or cancelled; order, rows and lines say so."""
    left = Counter[int]()
    for row in each(history, f.BACKORDERED):
        left[row["order"]] += 1
    for row in each(history, f.FILLED):
        left[row["order"]] -= row["lines"]
    for row in each(history, f.LAPSED):
        left[row["order"]] -= 1
    by_lines = Counter(row["key"] // MAX_LINE for row in held(history, t.LINE_T) if row["node"] < 0)
    rows = {row["key"]: row["lines"] for row in held(history, t.WAIT_T)}
    wrong = differences("waiting lines", left, {row["key"]: row["waiting"] for row in held(history, t.ORDER_T)})
    return wrong + differences("waiting lines", left, by_lines) + differences("waiting lines", left, rows)


def nothing_is_worked_on_while_it_is_held(history: History) -> list[str]:
    """Between being kept back and going on, a shipment is not released; at the end it is at the stage that was said."""
    kept = Counter[Shipment]()
    events = [(row["number"], 0, of(row), row["on"]) for row in each(history, f.HELD)]
    events += [(row["number"], 1, of(row), 2) for row in each(history, f.RELEASED)]
    events += [(row["number"], 0, of(row), 3) for fact in (f.UNPLANNED, f.WITHDRAWN) for row in each(history, fact)]
    wrong = []
    for _, _, shipment, what in sorted(events):
        if what == 2 and kept[shipment]:
            wrong.append(f"shipment {shipment} was released while it was held")
        kept[shipment] = what == 1
    stages = {of_key(row["key"]): row["stage"] for row in held(history, t.SHIPMENT_T)}
    return wrong + [
        f"shipment {each} is at stage {stages.get(each)}, and was held"
        for each, on in kept.items()
        if on and each[1] >= 0 and stages.get(each) != Stage.HELD
    ]


def of_key(key: int) -> Shipment:
    """Which shipment a row of the table is."""
    return key // 8 // 128, key // 8 % 128, key % 8


def lost_parcels_count_as_late(history: History) -> list[str]:
    """What never came was not in time."""
    return [
        f"shipment {of(row)} was lost and in time"
        for row in each(history, f.DELIVERED)
        if row["outcome"] != Outcome.DELIVERED and not row["cause"]
    ]


def lines_end_with_their_order(history: History) -> list[str]:
    """No line or shipment outlives its order."""
    orders = {row["key"] for row in held(history, t.ORDER_T)}
    lines = [row["key"] for row in held(history, t.LINE_T) if row["key"] // MAX_LINE not in orders]
    shipments = [row["key"] for row in held(history, t.SHIPMENT_T) if row["key"] // 8 // 128 not in orders]
    return [f"line {key} has no order" for key in lines] + [f"shipment {key} has no order" for key in shipments]


LAWS: tuple[Callable[[History], list[str]], ...] = (
    stock_is_conserved,
    reserved_is_what_open_lines_want,
    slots_are_promised_shipments,
    floors_and_docks_hold_what_came_and_did_not_go,
    each_order_ends_once,
    open_shipments_are_counted,
    late_orders_have_one_cause,
    hours_times_rates_are_the_money,
    hours_beyond_the_pace_add_up,
    hours_of_a_week_are_those_worked,
    lent_hours_are_lent_by_somebody,
    nothing_comes_before_its_cause,
    vehicles_are_not_overloaded,
    what_leaves_is_what_was_picked,
    orders_are_worth_what_was_sent,
    lost_parcels_count_as_late,
    lines_end_with_their_order,
    lines_that_wait_are_counted,
    nothing_is_worked_on_while_it_is_held,
)


def broken(history: History) -> dict[str, list[str]]:
    """The laws that a history breaks, with the first things found."""
    found = {law.__name__: law(history)[:3] for law in LAWS}
    return {name: wrong for name, wrong in found.items() if wrong}

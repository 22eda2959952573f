"""Laws of lost and damaged shipments that are sent again, told from the facts alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable

from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.units import MAX_ATTEMPT, MAX_LINE, MAX_NODE, SENT_AGAIN_FIRST
from firstbest.world.words import Stage
from tests.laws.conservation import Row, Shipment, differences, each, held, of
from tests.laws.history import History

Goods = Counter[tuple[int, int]]
"""Units by (item, price)."""


def replaces(history: History) -> bool:
    """Whether the house sends again."""
    care = history.network.detail.care
    return care is not None and bool(care.replaces)


def goods_of(history: History, fact: f.FactType, key: Callable[[Row], object]) -> dict[object, Goods]:
    """Units of lines by whatever they belong to."""
    found: dict[object, Goods] = defaultdict(Counter)
    for row in each(history, fact):
        if row["quantity"]:
            found[key(row)][row["item"], row["price"]] += row["quantity"]
    return found


def what_is_sent_again_is_what_was_in_it(history: History) -> list[str]:
    """The order that makes a shipment good asks for the lines that were picked for it, promised or refused."""
    inside = goods_of(history, f.PICKED, of)
    asked: dict[object, Goods] = defaultdict(Counter)
    first = {row["order"]: row["number"] for row in each(history, f.ORDERED)}
    for fact in (f.ALLOCATED, f.REFUSED):
        for row in each(history, fact):
            # A line found short is allocated again elsewhere, later.
            if row["order"] >= SENT_AGAIN_FIRST and row["number"] == first[row["order"]]:
                asked[row["order"]][row["item"], row["price"]] += row["quantity"]
    wrong = []
    for code, goods in asked.items():
        assert isinstance(code, int)
        key = code - SENT_AGAIN_FIRST
        shipment = key // MAX_ATTEMPT // MAX_NODE, key // MAX_ATTEMPT % MAX_NODE, key % MAX_ATTEMPT
        wrong += [f"{goods} sent again of {shipment}, with {inside[shipment]} in it"] * (goods != inside[shipment])
    return wrong


def each_harm_is_sent_again_or_paid_back(history: History) -> list[str]:
    """Only what was lost or damaged is sent again, once, in a house that does so; what was sent again, never."""
    harmed = {of(row) for row in each(history, f.DELIVERED) if row["outcome"]}
    again = Counter(of(row) for row in each(history, f.REPLACED))
    wrong = [f"shipment {key} was sent again {count} times" for key, count in again.items() if count > 1]
    wrong += [f"shipment {key} was sent again and not harmed" for key in again if key not in harmed]
    wrong += [f"shipment {key} was sent again twice over" for key in again if key[0] >= SENT_AGAIN_FIRST]
    codes = {row["order"] for row in each(history, f.ORDERED) if row["order"] >= SENT_AGAIN_FIRST}
    told = {row["again"] for row in each(history, f.REPLACED)}
    refused = {row["order"] for row in each(history, f.ORDERED) if not row["shipments"]}
    wrong += [f"order {code} makes nothing good" for code in codes - told - refused]
    return wrong + ["a house that pays back sent again"] * (bool(codes) and not replaces(history))


def what_never_left_is_paid_back(history: History) -> list[str]:
    """Of an order that sends again: what had been paid = what left + what is paid back at its end + what is owed."""
    owed, ended = Counter[int](), Counter[int]()
    for row in each(history, f.REPLACED):
        owed[row["again"]] += row["amount"]
    for row in each(history, f.DEPARTED):
        if row["order"] >= SENT_AGAIN_FIRST:
            owed[row["order"]] -= row["value"]
    for row in each(history, f.REPLACEMENT_ENDED):
        code = SENT_AGAIN_FIRST + t.shipment_key(*of(row))
        ended[code] += 1
        owed[code] -= row["amount"]
    there = {row["key"]: row["owed"] for row in held(history, t.AGAIN_T)}
    wrong = [f"order {code} ended {count} times" for code, count in ended.items() if count > 1]
    wrong += [f"order {code} ended and is there" for code in ended if code in there]
    return wrong + differences("money owed", owed, there)


def what_is_in_a_shipment_is_known_to_its_door(history: History) -> list[str]:
    """Contents kept = handed out - dropped - forgotten; lines are those picked, and what came is forgotten once."""
    if not replaces(history):
        return [f"{table.name} is kept" for table in (t.CONTENTS_T, t.AGAIN_T) if held(history, table)]
    kept, lines = set[Shipment](), Counter[Shipment]()
    for row in each(history, f.RELEASED):
        kept.add(of(row))
    for row in each(history, f.PICKED):
        lines[of(row)] += row["quantity"] > 0
    for row in each(history, f.UNPLANNED):
        if row["stage"] not in {Stage.WAITING, Stage.HELD}:
            kept.discard(of(row))
    wrong, forgotten = [], Counter[Shipment]()
    came = {of(row) for row in each(history, f.DELIVERED)}
    for row in each(history, f.CONTENTS_FORGOTTEN):
        forgotten[of(row)] += 1
        kept.discard(of(row))
        wrong += [f"shipment {of(row)} was forgotten before it came"] * (of(row) not in came)
        wrong += [f"{row['lines']} lines of {of(row)} forgotten"] * (row["lines"] != lines[of(row)])
    wrong += [f"shipment {key} was forgotten {count} times" for key, count in forgotten.items() if count > 1]
    keys = {t.shipment_key(*key): 1 + lines[key] for key in kept if key[0] < SENT_AGAIN_FIRST}
    there = Counter(row["key"] // MAX_LINE for row in held(history, t.CONTENTS_T))
    return wrong + differences("rows of contents", keys, there)


CARED: tuple[Callable[[History], list[str]], ...] = (
    what_is_sent_again_is_what_was_in_it,
    each_harm_is_sent_again_or_paid_back,
    what_never_left_is_paid_back,
    what_is_in_a_shipment_is_known_to_its_door,
)

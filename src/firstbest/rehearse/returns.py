"""Returns on their way: what was authorised is sent or not, comes some days later, and is looked at when it has come.

Each line of a return is a parcel of its own to the draws (hash of the order, line), so what befalls one does not depend
on what else is sent back.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from firstbest.kernels.agenda import FOURTH, SECOND, THIRD, Agenda, put
from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import exponential, happens, joined, normal, uniform
from firstbest.rehearse import purposes
from firstbest.rehearse.roads import REASONS
from firstbest.rehearse.supply import Goods
from firstbest.rehearse.works import Rows, Store, new_line
from firstbest.world.units import DAY_US, MAX_ATTEMPT, PPM, SECOND_US
from firstbest.world.words import Grade, Kind, ReturnWay

RETURNED: Final = int(Kind.RETURNED)
INSPECTED: Final = int(Kind.INSPECTED)
CLAIM_ANSWERED: Final = int(Kind.CLAIM_ANSWERED)
SEND_BACK: Final = int(ReturnWay.SEND_BACK)
SELLABLE: Final = int(Grade.SELLABLE)
OPENED: Final = int(Grade.OPENED)
BROKEN: Final = int(Grade.BROKEN)
TRIES: Final = 64
COMING: Final = np.dtype(
    [
        ("order", "<i8"),
        ("tie", "<u8"),
        ("at", "<i8"),  # authorised
        ("quantity", "<i8"),
        ("line", "<i8"),
        ("item", "<i8"),
        ("node", "<i8"),
        ("reason", "<i8"),
    ]
)


@compiled
def return_rank(row: np.void) -> np.uint64:
    """The hash of a returned line; an order of a live book has no hash of its own there."""
    tie = row["tie"] if row["tie"] != 0 else np.uint64(row["order"])
    return joined(np.uint64(tie), np.uint64(row["line"]))


@compiled
def take_authorised(goods: Goods, works: tuple[Store, Agenda], seed: int, rows: Rows, not_before: int) -> None:
    """Rows of COMING: each line is sent or not, comes after its travel, and is inspected after that.

    What was authorised before `not_before` and has not come is known not to have come by then.
    """
    store, agenda = works
    odds = goods.odds[0]
    for number in range(len(rows)):
        row = rows[number]
        rank = return_rank(row)
        stream = joined(np.uint64(seed), rank)
        comes = travel(odds, stream, row["at"], not_before)
        if comes < 0:
            continue
        index = put(agenda, comes, RETURNED, rank, row["order"])
        agenda.rows[index, SECOND] = new_line(store, row["line"], row["item"], row["quantity"])
        agenda.rows[index, THIRD] = np.int64(row["tie"])
        agenda.rows[index, FOURTH] = np.int64(row["node"]) * MAX_ATTEMPT * REASONS
        inspect(goods, works, (seed, comes), row)


@compiled
def travel(odds: np.void, stream: np.uint64, at: int, not_before: int) -> int:
    """When a return comes that was authorised at an instant, -1: never; drawn until it is not before `not_before`."""
    for turn in range(TRIES):
        if happens(stream, purposes.NEVER_SENT, turn, odds["never_ppm"]):
            return -1
        z = normal(stream, purposes.RETURN_TRAVEL, turn)
        days = math.exp(odds["travel_log_days"] + odds["travel_log_spread"] * z)
        comes = at + max(int(days * DAY_US), DAY_US)
        if comes >= not_before:
            return comes
    return not_before + int(uniform(stream, purposes.RETURN_TRAVEL, TRIES) * DAY_US)


@compiled
def resume_desk(goods: Goods, works: tuple[Store, Agenda], key: tuple[int, int], rows: Rows) -> None:
    """Rows of COMING that came and wait at the desk, `key` = (seed, instant): what waits forgets how long it has."""
    for number in range(len(rows)):
        inspect(goods, works, key, rows[number])


@compiled
def grade_of(goods: Goods, stream: np.uint64, reason: int, unit: int) -> int:
    """What a unit of a line is found to be."""
    share = uniform(stream, purposes.RETURN_GRADE, unit) * PPM
    if share < goods.back[1, reason]:
        return SELLABLE
    return OPENED if share < goods.back[1, reason] + goods.back[2, reason] else BROKEN


@compiled
def inspect(goods: Goods, works: tuple[Store, Agenda], key: tuple[int, int], row: np.void) -> None:
    """Somebody looks at each unit of a line some time after it came, `key` = (seed, instant)."""
    store, agenda = works
    odds, reason = goods.odds[0], min(row["reason"], goods.back.shape[1] - 1)
    rank = return_rank(row)
    stream = joined(np.uint64(key[0]), rank)
    first = -1
    for grade in range(BROKEN + 1):
        count = 0
        for unit in range(row["quantity"]):
            count += int(grade_of(goods, stream, reason, unit) == grade)
        if count > 0:
            added = new_line(store, row["line"], row["item"], count)
            store.lines[added]["gone"] = grade
            store.lines[added]["link"] = first
            first = added
    waits = 1 + int(exponential(stream, purposes.RETURN_DESK, 0) * odds["inspect_mean_s"])
    index = put(agenda, key[1] + waits * SECOND_US, INSPECTED, rank, row["order"])
    agenda.rows[index, SECOND] = first
    agenda.rows[index, THIRD] = np.int64(row["tie"])
    agenda.rows[index, FOURTH] = np.int64(row["node"]) * MAX_ATTEMPT * REASONS


@compiled
def take_claims(goods: Goods, agenda: Agenda, nodes: Rows, key: tuple[int, Rows]) -> None:
    """CLAIM_FILED facts, `key` = (seed, rows): carriers pay or refuse, some days later."""
    seed, rows = key
    odds = goods.odds[0]
    for number in range(len(rows)):
        row = rows[number]
        tie = row["tie"] if row["tie"] != 0 else np.uint64(row["order"])
        rank = joined(joined(np.uint64(tie), nodes[row["node"]]["tie"]), np.uint64(row["attempt"]))
        stream = joined(np.uint64(seed), rank)
        z = normal(stream, purposes.CLAIM_DELAY, 0)
        days = math.exp(odds["claim_log_days"] + odds["claim_log_spread"] * z)
        index = put(agenda, row["at"] + max(int(days * DAY_US), DAY_US), CLAIM_ANSWERED, rank, row["order"])
        paid = happens(stream, purposes.CLAIM_PAID, 0, odds["claim_paid_ppm"])
        agenda.rows[index, SECOND] = row["amount"] if paid else 0
        agenda.rows[index, THIRD] = np.int64(row["tie"])
        agenda.rows[index, FOURTH] = (np.int64(row["node"]) * MAX_ATTEMPT + row["attempt"]) * REASONS

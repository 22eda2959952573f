"""Members as facts: who joins, renews and leaves, and what an order is therefore promised.

An order is promised what members are if its customer is one at its instant, whatever it calls itself; one that asks for
members' service and is none is promised the standard one. Economy stays as asked. A membership goes on when its term
ends unless its customer has said that he leaves: then it lapses. Both are told once a day, but an order looks at the
instant at which its customer's term ends, so it does not matter when.
"""

from __future__ import annotations

from collections.abc import Generator

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.ground import Ground
from firstbest.kernels.compiled import compiled
from firstbest.operate.arrive_state import Records, Row
from firstbest.operate.ports import ByKey, Read, Rows, Staged, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.network import I64, Members
from firstbest.world.words import Kind, MemberStage, Service

Bools = NDArray[np.bool_]
KINDS = (Kind.JOIN, Kind.LEAVE)
PLACE = int(Kind.PLACE)
JOIN = int(Kind.JOIN)
LEAVE = int(Kind.LEAVE)
MEMBER = int(MemberStage.MEMBER)
STANDARD = int(Service.STANDARD)
AS_MEMBER = int(Service.MEMBER)
HOUSE_FEE = 0
FEE_TOLD = 1
WAS_BEFORE = 2
AT_ONCE = 1
"""Flags of joining and of leaving: see world.commands."""


def entitled(batch: Batch) -> Generator[Read, Rows, Batch]:
    """The batch in which each order asks for the service that its customer is entitled to."""
    customers = np.empty(len(batch.commands), np.int64)
    count = name_customers(batch.commands, customers)
    if not count:
        return batch
    answer = yield ByKey(t.MEMBER_T, customers[:count])
    commands = batch.commands.copy()
    entitle(commands, answer.rows, answer.found)
    return batch._replace(commands=commands)


@compiled
def name_customers(commands: Records, customers: I64) -> int:
    """Write the customers of orders, in the order of their commands; how many."""
    count = 0
    for c in range(len(commands)):
        if commands[c].kind == PLACE:
            customers[count] = commands[c].customer
            count += 1
    return count


@compiled
def entitle(commands: Records, rows: Records, found: Bools) -> None:
    """Write the service of each order; rows: of its customer in the table, in the order of commands."""
    n = 0
    for c in range(len(commands)):
        command = commands[c]
        if command.kind != PLACE:
            continue
        member = found[n] and (rows[n].stage == MEMBER or command.at < rows[n].until)
        if member and command.service == STANDARD:
            command.service = AS_MEMBER
        elif not member and command.service == AS_MEMBER:
            command.service = STANDARD
        n += 1


def before_newcomer(batch: Batch) -> Batch:
    """The batch up to the first order, joining or leaving of a customer whose membership it changed before."""
    spoken = np.empty((2, len(batch.commands)), np.int64)
    count = name_speakers(batch.commands, spoken)
    customers = spoken[0, :count]
    echo = first_late(batch.commands, spoken[1], customers, np.argsort(customers, kind="stable"))
    return batch if echo < 0 else batch.select(slice(0, echo))


@compiled
def name_speakers(commands: Records, spoken: I64) -> int:
    """Write the customer and the place of each order, joining and leaving: [2, n]; how many."""
    count = 0
    for c in range(len(commands)):
        if commands[c].kind in (PLACE, JOIN, LEAVE):
            spoken[0, count] = commands[c].customer
            spoken[1, count] = c
            count += 1
    return count


@compiled
def first_late(commands: Records, places: I64, customers: I64, order: I64) -> int:
    """The first place behind a change of the same customer's membership, -1: none; `order`: by customer, then place."""
    first, changed = -1, False
    for n in range(len(order)):
        place = places[order[n]]
        if n == 0 or customers[order[n]] != customers[order[n - 1]]:
            changed = False
        if changed and (first < 0 or place < first):
            first = place
        changed = changed or commands[place].kind != PLACE
    return first


def take(batch: Batch, ground: Ground) -> Step:
    """Customers join, or say that they leave; of each customer one command at most."""
    c = batch.commands
    answer = yield ByKey(t.MEMBER_T, c["customer"].copy())
    rules = ground.detail.members
    if rules is None:
        return []
    types = (f.MEMBER_JOINED, f.MEMBER_RENEWED, f.MEMBER_LEAVES)
    rooms = [np.zeros(len(c), fact.dtype) for fact in types]
    counts = np.zeros(len(rooms), np.int64)
    decide(c, rules, (answer.rows, answer.found), (rooms[0], rooms[1], rooms[2]), counts)
    return [f.Block(fact, rows[:n]) for fact, rows, n in zip(types, rooms, counts.tolist(), strict=True) if n]


@compiled
def decide(
    commands: Records,
    rules: Members,
    known: tuple[Records, Bools],
    rooms: tuple[Records, Records, Records],
    counts: I64,
) -> None:
    """Write who joined, renewed, leaves, and how many each.

    known: of each command's customer, the row in the table and whether it is there.
    """
    rows, found = known
    joined, renewed, leaves = rooms
    for c in range(len(commands)):
        command, row, at = commands[c], rows[c], commands[c].at
        if command.kind == JOIN:
            fee, until = fee_of(command, rules), command.expected
            if until <= at:
                until = (max(row.until, at) if found[c] else at) + rules.term_us
            if found[c]:
                again = renewed[counts[1]]
                again.number, again.at, again.customer = command.number, at, command.customer
                again.until, again.fee, again.before = until, fee, row.until
                counts[1] += 1
                continue
            new = joined[counts[0]]
            new.number, new.at, new.customer = command.number, at, command.customer
            new.until, new.fee, new.place = until, fee, command.place
            new.before = 1 if command.flag == WAS_BEFORE else 0
            counts[0] += 1
        elif found[c] and (row.stage == MEMBER or command.flag == AT_ONCE):
            left = leaves[counts[2]]
            left.number, left.at, left.customer = command.number, at, command.customer
            left.until = min(at, row.until) if command.flag == AT_ONCE else row.until
            counts[2] += 1


@compiled
def fee_of(command: Row, rules: Members) -> int:
    """What a member pays: the house's fee, as told, or nothing."""
    if command.flag == HOUSE_FEE:
        return rules.fee
    return max(command.quantity, 0) if command.flag == FEE_TOLD else 0


def settle(number: int, now: int, rules: Members) -> Generator[Read, Rows, list[f.Block]]:
    """Terms that have ended: renewed, as often as it takes, or lapsed."""
    over = (yield Staged(t.MEMBER_T, MemberStage.MEMBER, "until", now)).rows
    gone = (yield Staged(t.MEMBER_T, MemberStage.LEAVING, "until", now)).rows
    terms = (now - over["until"]) // rules.term_us + 1
    return [
        block_of(
            f.MEMBER_RENEWED, number, now, customer=over["key"], until=over["until"] + terms * rules.term_us,
            fee=terms * rules.fee, before=over["until"],
        ),
        block_of(
            f.MEMBER_LAPSED, number, now, customer=gone["key"], since=gone["since"], until=gone["until"],
            paid=gone["paid"],
        ),
    ]  # fmt: skip

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
from firstbest.operate.ports import ByKey, Read, Rows, Staged, Step
from firstbest.operate.rows import block_of
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from firstbest.world.network import I64, Members
from firstbest.world.words import Kind, MemberStage, Service

Records = NDArray[np.void]
KINDS = (Kind.JOIN, Kind.LEAVE)
PLACE, JOIN, LEAVE = (int(kind) for kind in (Kind.PLACE, *KINDS))
MEMBER, STANDARD, AS_MEMBER = int(MemberStage.MEMBER), int(Service.STANDARD), int(Service.MEMBER)
HOUSE_FEE, FEE_TOLD, WAS_BEFORE = 0, 1, 2
AT_ONCE = 1
"""Flags of joining and of leaving: see world.commands."""


def entitled(batch: Batch) -> Generator[Read, Rows, Batch]:
    """The batch in which each order asks for the service that its customer is entitled to."""
    placed = batch.commands["kind"] == PLACE
    if not placed.any():
        return batch
    c = batch.commands[placed]
    answer = yield ByKey(t.MEMBER_T, c["customer"].copy())
    member = answer.found & ((answer.rows["stage"] == MEMBER) | (c["at"] < answer.rows["until"]))
    asked = c["service"].astype(np.int64)
    given = np.where(member & (asked == STANDARD), AS_MEMBER, asked)
    commands = batch.commands.copy()
    commands["service"][placed] = np.where(~member & (given == AS_MEMBER), STANDARD, given)
    return batch._replace(commands=commands)


def before_newcomer(batch: Batch) -> Batch:
    """The batch up to the first order, joining or leaving of a customer whose membership it changed before."""
    kind = batch.commands["kind"]
    changes = (kind == JOIN) | (kind == LEAVE)
    if not changes.any():
        return batch
    spoken = np.flatnonzero(changes | (kind == PLACE))
    customer, changed = batch.commands["customer"][spoken], changes[spoken]
    # Of each customer, the place of the first change; what he says behind it waits for the next batch.
    found, first = np.unique(customer[changed], return_index=True)
    first = np.flatnonzero(changed)[first]
    place = np.minimum(np.searchsorted(found, customer), len(found) - 1)
    late = (found[place] == customer) & (np.arange(len(spoken)) > first[place])
    echo = spoken[late]
    return batch.select(slice(0, int(echo[0]))) if len(echo) else batch


def take(batch: Batch, ground: Ground) -> Step:
    """Customers join, or say that they leave; of each customer one command at most."""
    c = batch.commands
    answer = yield ByKey(t.MEMBER_T, c["customer"].copy())
    rules = ground.detail.members
    if rules is None:
        return []
    row, known = answer.rows, answer.found
    joins, at = c["kind"] == JOIN, c["at"]
    told = np.where(c["flag"] == FEE_TOLD, np.maximum(c["quantity"], 0), 0)
    fee = np.where(c["flag"] == HOUSE_FEE, rules.fee, told)
    was = (c["flag"] == WAS_BEFORE).astype(np.int64)
    begins = np.where(known, np.maximum(row["until"], at), at)
    until = np.where(c["expected"] > at, c["expected"], begins + rules.term_us)
    new, again = joins & ~known, joins & known
    leaves = ~joins & known & ((row["stage"] == MEMBER) | (c["flag"] == AT_ONCE))
    ends = np.where(c["flag"] == AT_ONCE, np.minimum(at, row["until"]), row["until"])
    return [
        block
        for block in (
            caused(f.MEMBER_JOINED, c[new], until=until[new], fee=fee[new], place=c["place"][new], before=was[new]),
            caused(f.MEMBER_RENEWED, c[again], until=until[again], fee=fee[again], before=row["until"][again]),
            caused(f.MEMBER_LEAVES, c[leaves], until=ends[leaves]),
        )
        if len(block.rows)
    ]


def caused(fact: f.FactType, commands: Records, **columns: I64 | NDArray[np.integer]) -> f.Block:
    """A row for each command."""
    rows = np.zeros(len(commands), fact.dtype)
    for name in ("number", "at", "customer"):
        rows[name] = commands[name]
    for name, values in columns.items():
        rows[name] = values
    return f.Block(fact, rows)


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

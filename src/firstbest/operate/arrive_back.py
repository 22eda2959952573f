"""Kernels of what is said after the door: returns asked for, come and inspected, questions, carriers' answers.

A batch is decided command by command, each on what those before it left: a parcel that comes and is looked at within
one batch costs no second one. What commands touch of the state is copied first, once each.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.decide.returns import Known, Request, Taken, Wanted, authorise, owed
from firstbest.kernels.compiled import compiled
from firstbest.operate.arrive_state import Records, Row, shipment_key
from firstbest.world import facts as f
from firstbest.world.network import I64, Care, Returns
from firstbest.world.units import MAX_LINE
from firstbest.world.words import (
    ContactReason,
    Grade,
    Kind,
    Outcome,
    RefundWhen,
    ReturnReason,
    ReturnStage,
    ReturnWay,
    SentStage,
)

Bools = NDArray[np.bool_]
K_RETURNED = int(Kind.RETURNED)
K_ASKED = int(Kind.RETURN_ASKED)
K_INSPECTED = int(Kind.INSPECTED)
K_CONTACTED = int(Kind.CONTACTED)
K_CLAIM = int(Kind.CLAIM_ANSWERED)
LAST_REASON = int(ReturnReason.TOO_LATE)
LAST_CONTACT = int(ContactReason.HARMED)
AT_DOOR = int(SentStage.AT_DOOR)
CLAIMED = int(SentStage.CLAIMED)
LOST = int(Outcome.LOST)
AUTHORISED = int(ReturnStage.AUTHORISED)
RECEIVED = int(ReturnStage.RECEIVED)
LOOKED_AT = int(ReturnStage.INSPECTED)
SELLABLE = int(Grade.SELLABLE)
OPENED = int(Grade.OPENED)
BROKEN = int(Grade.BROKEN)
SEND_BACK = int(ReturnWay.SEND_BACK)
KEEP = int(ReturnWay.KEEP)
AT_ONCE = int(RefundWhen.AT_ONCE)
WHEN_INSPECTED = int(RefundWhen.INSPECTED)
WHEN_KEPT = int(RefundWhen.KEPT)
TAKEN_BACK = int(RefundWhen.TAKEN_BACK)

TYPES = (
    f.RETURN_REFUSED, f.RETURN_AUTHORISED, f.REFUNDED, f.RETURNED, f.INSPECTED, f.CONTACTED, f.CLAIM_SETTLED,
)  # fmt: skip
F_REFUSED = 0
F_AUTHORISED = 1
F_REFUNDED = 2
F_RETURNED = 3
F_INSPECTED = 4
F_CONTACTED = 5
F_SETTLED = 6


class House(NamedTuple):
    """What the house decides by; what it does not do stands there as zeros."""

    returns: int  # 1: it takes returns
    cares: int  # 1: it answers questions and claims
    rules: Returns
    care: Care
    known: Known


class Papers(NamedTuple):
    """The batch, and local copies of the shipments and returns that it names, each once."""

    commands: Records  # [n]
    lines: Records  # [m]
    sent_row: I64  # [n] into `sent`, -1: names none
    back_row: I64  # [m] into `back`
    sent: Records  # [S] tables.SENT
    sent_there: Bools  # [S]
    back: Records  # [R] tables.RETURN
    back_there: Bools  # [R]


class Told(NamedTuple):
    """Room for facts by type, as in `TYPES`, and for the lines of one request."""

    refused: Records
    authorised: Records
    refunded: Records
    returned: Records
    inspected: Records
    contacted: Records
    settled: Records
    n: I64  # [7] how many rows are in each
    before: I64  # [7] counts when the present command began: ordinals start there
    wanted: Wanted
    taken: Taken
    order: I64  # room for places of lines


@compiled
def name_papers(commands: Records, lines: Records, does: tuple[int, int], sent: I64, back: I64) -> None:
    """Write the shipment of each command [n] and the return of each line [m], -1: none; does: (returns, care)."""
    back[:] = -1
    for c in range(len(commands)):
        command = commands[c]
        asks = does[0] == 1 and command.kind == K_ASKED
        if asks or (does[1] == 1 and command.kind in (K_CONTACTED, K_CLAIM)):
            sent[c] = shipment_key(command.order, command.node, command.attempt)
        else:
            sent[c] = -1
        if asks or (does[0] == 1 and command.kind in (K_RETURNED, K_INSPECTED)):
            for n in range(command.first_line, command.first_line + command.lines):
                back[n] = command.order * MAX_LINE + lines[n].line


@compiled
def decide(house: House, papers: Papers, told: Told) -> None:
    """Decide the batch in its order."""
    for c in range(len(papers.commands)):
        for fact in range(len(told.n)):
            told.before[fact] = told.n[fact]
        kind = papers.commands[c].kind
        if house.returns == 1:
            if kind == K_ASKED:
                ask(house, papers, told, c)
            elif kind == K_RETURNED:
                receive(house, papers, told, c)
            elif kind == K_INSPECTED:
                inspect(house, papers, told, c)
        if house.cares == 1:
            if kind == K_CONTACTED:
                contact(house.care, papers, told, c)
            elif kind == K_CLAIM:
                settle_claim(papers, told, c)


@compiled
def head(row: Row, told: Told, fact: int, command: Row) -> None:
    """Name a fact by its cause: number, ordinal, instant; and its order."""
    row.number, row.at, row.order = command.number, command.at, command.order
    row.ordinal = told.n[fact] - told.before[fact]
    told.n[fact] += 1


@compiled
def why_of(command: Row, last: int) -> int:
    """A word of a list, as told or the nearest."""
    return int(min(max(command.flag, 0), last))


@compiled
def named_before(lines: Records, first: int, n: int) -> bool:
    """Whether an earlier line of the command is about the same line of the order."""
    found = False
    for other in range(first, n):
        found = found or lines[other].line == lines[n].line
    return found


@compiled
def want(house: House, papers: Papers, wanted: Wanted, c: int) -> Request:
    """Write down what a command wants to send back; and of what."""
    command, row = papers.commands[c], papers.sent_row[c]
    first = command.first_line
    for k in range(command.lines):
        n = first + k
        line, back = papers.lines[n], papers.back_row[n]
        fit = 0 <= line.line < MAX_LINE and not named_before(papers.lines, first, n)
        wanted.fit[k] = 1 if fit else 0
        wanted.quantity[k] = line.quantity
        wanted.price[k] = line.price if line.price > 0 else house.known.price[line.item]
        wanted.under_way[k] = 1 if back >= 0 and papers.back_there[back] else 0
    place, there, delivered_at, units, value = 0, 0, 0, 0, 0
    if row >= 0 and papers.sent_there[row]:
        sent = papers.sent[row]
        there = 1 if sent.stage == AT_DOOR and sent.outcome != LOST else 0
        place, delivered_at, units, value = sent.place, sent.delivered_at, sent.units, sent.value
    return Request(command.lines, command.at, place, there, delivered_at, units, value)


@compiled
def ask(house: House, papers: Papers, told: Told, c: int) -> None:
    """A customer wants to send lines back: authorised or refused, line by line; some refunds are paid at once."""
    command, taken = papers.commands[c], told.taken
    authorise(house.known, house.rules, want(house, papers, told.wanted, c), told.wanted, taken)
    for k in range(command.lines):
        line = papers.lines[command.first_line + k]
        if taken.why[k] != 0:
            row = told.refused[told.n[F_REFUSED]]
            head(row, told, F_REFUSED, command)
            row.node, row.attempt, row.quantity = command.node, command.attempt, line.quantity
            row.line, row.item, row.reason, row.why = line.line, line.item, why_of(command, LAST_REASON), taken.why[k]
            continue
        let_come(house, papers, told, c, k)
        if taken.refund[k] > 0:
            refund = told.refunded[told.n[F_REFUNDED]]
            head(refund, told, F_REFUNDED, command)
            refund.amount, refund.quantity, refund.line, refund.item = (
                taken.refund[k],
                line.quantity,
                line.line,
                line.item,
            )
            refund.node, refund.seller = command.node, house.known.seller[line.item]
            refund.when = WHEN_KEPT if taken.way[k] == KEEP else AT_ONCE
            refund.reason = why_of(command, LAST_REASON)


@compiled
def let_come(house: House, papers: Papers, told: Told, c: int, k: int) -> None:
    """Line `k` of a request is authorised; its shipment has so much less to give back, and a return is under way."""
    command, taken = papers.commands[c], told.taken
    n = command.first_line + k
    line, sent = papers.lines[n], papers.sent[papers.sent_row[c]]
    reason = why_of(command, LAST_REASON)
    row = told.authorised[told.n[F_AUTHORISED]]
    head(row, told, F_AUTHORISED, command)
    row.node, row.attempt, row.tie, row.quantity = command.node, command.attempt, sent.tie, line.quantity
    row.price, row.refund, row.lapses_at = taken.price[k], taken.refund[k], command.at + house.rules.lapses_us
    row.line, row.item, row.reason = line.line, line.item, reason
    row.way, row.to_node, row.seller = taken.way[k], taken.to_node[k], house.known.seller[line.item]
    sent.units -= line.quantity
    sent.value -= line.quantity * taken.price[k]
    if taken.way[k] != SEND_BACK:
        return
    papers.back_there[papers.back_row[n]] = True
    back = papers.back[papers.back_row[n]]
    back.stage, back.quantity, back.price, back.item = AUTHORISED, line.quantity, taken.price[k], line.item
    back.reason, back.refunded, back.from_node, back.node = reason, taken.refund[k], command.node, taken.to_node[k]


@compiled
def receive(house: House, papers: Papers, told: Told, c: int) -> None:
    """What came of an authorised return; nobody waits for anything else."""
    command = papers.commands[c]
    first = command.first_line
    for n in range(first, first + command.lines):
        line, place = papers.lines[n], papers.back_row[n]
        if place < 0 or not papers.back_there[place] or line.quantity <= 0 or named_before(papers.lines, first, n):
            continue
        back = papers.back[place]
        if back.stage != AUTHORISED:
            continue
        quantity = min(line.quantity, back.quantity)
        missing = back.quantity - quantity
        row = told.returned[told.n[F_RETURNED]]
        head(row, told, F_RETURNED, command)
        row.quantity, row.price, row.item, row.line = quantity, back.price, back.item, line.line
        if missing > 0 and back.refunded > 0:
            refund_again(house, told, (command, line, back), -missing * back.price)
        back.stage, back.quantity = RECEIVED, quantity


@compiled
def refund_again(house: House, told: Told, what: tuple[Row, Row, Row], amount: int) -> None:
    """Money for a line of a return that is under way; below 0: charged again; what: (command, line, return)."""
    command, line, back = what
    row = told.refunded[told.n[F_REFUNDED]]
    head(row, told, F_REFUNDED, command)
    row.amount, row.quantity = amount, min(line.quantity, back.quantity)
    row.line, row.item, row.node, row.reason = line.line, back.item, back.from_node, back.reason
    row.seller = house.known.seller[back.item]
    row.when = TAKEN_BACK if amount < 0 else WHEN_INSPECTED


@compiled
def inspect(house: House, papers: Papers, told: Told, c: int) -> None:
    """Units are found to be sellable, opened or broken, no more than came; the customer gets what is owed now.

    Lines of a command are looked at by number, those of one number in their order.
    """
    command, order = papers.commands[c], told.order
    first = command.first_line
    by_number(papers.lines, first, command.lines, order)
    so_far, still = 0, 0
    for k in range(command.lines):
        line, place = papers.lines[order[k]], papers.back_row[order[k]]
        if place < 0 or not papers.back_there[place]:
            continue
        back = papers.back[place]
        if k == 0 or papers.lines[order[k - 1]].line != line.line:
            so_far, still = 0, back.quantity - back.sellable - back.opened - back.broken
        if back.stage != RECEIVED or line.quantity <= 0 or not SELLABLE <= line.price <= BROKEN:
            continue
        so_far += line.quantity
        if so_far <= still:
            find(house, told, (command, line, back), 1 if so_far == still else 0)


@compiled
def by_number(lines: Records, first: int, count: int, order: I64) -> None:
    """Write the places of a command's lines by their numbers, those of one number in their order."""
    for k in range(count):
        spot = k
        while spot > 0 and lines[order[spot - 1]].line > lines[first + k].line:
            order[spot] = order[spot - 1]
            spot -= 1
        order[spot] = first + k


@compiled
def find(house: House, told: Told, what: tuple[Row, Row, Row], last: int) -> None:
    """Units of a line of a return are of one grade; what: (command, line, return); last: 1, nothing is left of it."""
    command, line, back = what
    grade = line.price
    row = told.inspected[told.n[F_INSPECTED]]
    head(row, told, F_INSPECTED, command)
    row.quantity, row.line, row.item, row.node = line.quantity, line.line, back.item, back.node
    row.grade, row.reason, row.last = grade, back.reason, last
    worth = line.quantity * back.price
    amount = owed(house.rules, worth, grade, back.reason) - (worth if back.refunded > 0 else 0)
    if amount != 0:
        refund_again(house, told, what, amount)
    if grade == SELLABLE:
        back.sellable += line.quantity
    elif grade == OPENED:
        back.opened += line.quantity
    else:
        back.broken += line.quantity
    if last == 1:
        back.stage = LOOKED_AT


@compiled
def contact(care: Care, papers: Papers, told: Told, c: int) -> None:
    """A question about a shipment that is known; others change nothing."""
    command, place = papers.commands[c], papers.sent_row[c]
    if place < 0 or not papers.sent_there[place]:
        return
    reason = why_of(command, LAST_CONTACT)
    row = told.contacted[told.n[F_CONTACTED]]
    head(row, told, F_CONTACTED, command)
    row.node, row.attempt, row.reason = command.node, command.attempt, reason
    row.cost, row.seller = care.contact_cost[reason], papers.sent[place].seller


@compiled
def settle_claim(papers: Papers, told: Told, c: int) -> None:
    """A carrier's answer to a claim that is open; others change nothing."""
    command, place = papers.commands[c], papers.sent_row[c]
    if place < 0 or not papers.sent_there[place] or papers.sent[place].stage != CLAIMED:
        return
    sent = papers.sent[place]
    row = told.settled[told.n[F_SETTLED]]
    head(row, told, F_SETTLED, command)
    row.node, row.attempt = command.node, command.attempt
    row.amount, row.claimed = min(max(command.quantity, 0), sent.claimed), sent.claimed
    row.carrier, row.seller = sent.carrier, sent.seller
    sent.stage = AT_DOOR

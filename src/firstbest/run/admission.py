"""Before a request is decided: has it come before, does what it names exist, and does its condition hold?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.run.answers import plan_digest
from firstbest.run.keys import Keys
from firstbest.run.names import Names, order_tie
from firstbest.run.requests import Answer, Fill, Request, Why
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.words import Kind

BY_ORDER = (
    Kind.CANCEL, Kind.PICKED, Kind.PACKED, Kind.DELIVERED, Kind.RETURNED, Kind.RETURN_ASKED, Kind.INSPECTED,
    Kind.CONTACTED, Kind.CLAIM_ANSWERED, Kind.HOLD, Kind.RESUME,
)  # fmt: skip
"""Kinds that name an order which must be there."""
BY_SHIPMENT_IN = (Kind.ARRIVED, Kind.RECEIVED)
"""Kinds that name an inbound shipment which must be there."""
REPORTS = (Kind.PICKED, Kind.PACKED, Kind.DELIVERED, Kind.ARRIVED, Kind.RECEIVED)
"""Kinds that tell what became of something at a stage."""


class Admission(NamedTuple):
    """A request with its place among those that came together, and the code of what it names."""

    request: Request
    code: int
    place: int = 0

    @property
    def name(self) -> tuple[int, str]:
        """Whose it is, and what he calls it."""
        return self.request.tenant, self.request.order

    @property
    def named(self) -> bool:
        """Whether it gives an order its name."""
        return self.request.kind == Kind.PLACE

    @property
    def shipped(self) -> bool:
        """Whether it gives an inbound shipment its name."""
        return self.request.kind == Kind.ANNOUNCED


class Sorted(NamedTuple):
    """Requests sorted out: those to be decided, those answered at once, and those that repeat one of this tick."""

    admitted: list[Admission]
    answers: dict[int, Answer]
    same: dict[int, int]  # place of the repetition to place of the first


class Desk(NamedTuple):
    """What sorting looks at."""

    names: Names
    cargos: Names
    keys: Keys


def refused(why: Why, number: int = -1, order: int = 0) -> Answer:
    """An answer without facts."""
    return Answer(why, number, order, {})


def sort(requests: Sequence[Request], desk: Desk) -> Sorted:
    """Keys first, then names; what is answered here was never decided anew."""
    known = desk.keys.find(requests)
    orders = desk.names.find({(each.tenant, each.order) for each in requests if each.order and not _inbound(each)})
    cargos = desk.cargos.find({(each.tenant, each.order) for each in requests if each.order and _inbound(each)})
    found = Sorted([], {}, {})
    first_of: dict[bytes, int] = {}
    for place, request in enumerate(requests):
        if request.key is not None:
            earlier = known.get(request.key.hash)
            if earlier is not None:
                why = Why.ADMITTED if earlier[0] == request.key.digest else Why.KEY_REUSED
                found.answers[place] = Answer(why, earlier[1], orders.get((request.tenant, request.order), 0), {}, True)
                continue
            first = first_of.setdefault(request.key.hash, place)
            if first != place:
                _same(found, requests, first, place)
                continue
        _name(found, request, place, (desk.cargos, cargos) if _inbound(request) else (desk.names, orders))
    return found


def _inbound(request: Request) -> bool:
    return request.kind in (Kind.ANNOUNCED, *BY_SHIPMENT_IN)


def _same(found: Sorted, requests: Sequence[Request], first: int, place: int) -> None:
    """Two requests with one key in one tick: the same answer, or none for another body."""
    one, other = requests[first].key, requests[place].key
    assert one is not None, "a key was found"
    assert other is not None, "a key was found"
    if one.digest == other.digest:
        found.same[place] = first
    else:
        found.answers[place] = refused(Why.KEY_REUSED)


def _name(found: Sorted, request: Request, place: int, known: tuple[Names, dict[tuple[int, str], int]]) -> None:
    """Resolve what a request names; a new name is known to those that come after it."""
    names, codes = known
    name = (request.tenant, request.order)
    code = codes.get(name)
    if request.kind in (Kind.PLACE, Kind.ANNOUNCED):
        if code is not None:
            found.answers[place] = refused(Why.ORDER_KNOWN, order=code)
            return
        code = codes[name] = names.give()
    elif request.kind in (*BY_ORDER, *BY_SHIPMENT_IN) and request.cargo == 0 and code is None:
        found.answers[place] = refused(Why.ORDER_UNKNOWN)
        return
    found.admitted.append(Admission(request, code or request.cargo, place))


def batch_of(admitted: Sequence[Admission], at: int) -> Batch:
    """The commands and lines of requests in the order of their arrival, all decided at one instant."""
    commands = np.zeros(len(admitted), COMMAND)
    lines: list[tuple[int, int, int, int]] = []
    for row, (request, code, _) in zip(commands, admitted, strict=True):
        row["at"], row["order"], row["kind"] = at, code, request.kind
        if request.kind == Kind.PLACE:
            row["tie"] = np.uint64(order_tie(request.order, request.customer))
        row["customer"], row["place"], row["service"] = request.customer, request.place, request.service
        row["node"], row["item"], row["quantity"] = request.node, request.item, request.quantity
        row["expected"], row["attempt"], row["flag"] = request.expected, request.attempt, request.flag
        row["first_line"], row["lines"] = len(lines), len(request.lines)
        lines.extend((each.line, each.item, each.quantity, each.price) for each in request.lines)
    return Batch(commands, np.array(lines, LINE) if lines else np.zeros(0, LINE))


def failed_conditions(
    admitted: Sequence[Admission], facts: Sequence[dict[str, NDArray[np.void]]], now: int
) -> dict[int, Answer]:
    """Requests whose condition does not hold for what was decided, by place."""
    failed = {}
    for (request, code, place), caused in zip(admitted, facts, strict=True):
        why = _broken(request, caused, now)
        if why is not None:
            failed[place] = Answer(why, -1, code, caused)
    return failed


def _broken(request: Request, caused: dict[str, NDArray[np.void]], now: int) -> Why | None:
    if request.plan is not None and now > request.plan.expires_us:
        return Why.QUOTE_EXPIRED
    if request.plan is not None and plan_digest(caused) != request.plan.digest:
        return Why.QUOTE_CHANGED
    if request.fill == Fill.ALL and "refused" in caused:
        return Why.NOT_WHOLE
    if request.kind in REPORTS and not caused:
        # Not even its key is kept: a report that came before what it follows from does its work when it comes again.
        return Why.WRONG_STAGE
    return None

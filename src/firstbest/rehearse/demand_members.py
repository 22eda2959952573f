"""How customers take a membership: some have one at the start, some join after an order, some leave when a term ends.

A member orders more often than the same customer would without: a day is drawn at its mean and on to its mean times
(1 + more); the first orders come from everybody, those beyond from members alone. So with `more` at 0 orders are those
of a world without members, to the microsecond. Nothing an order says tells who is a member: the house knows.

Each draw hangs on the customer and on which of his terms it is about, or on the order after which he may join.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.kernels.draws import joined, uniform, uniforms
from firstbest.operate.members import WAS_BEFORE
from firstbest.rehearse import purposes
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.units import DAY_US, HOUR_US, NEVER_US, PPM, SECOND_US
from firstbest.world.words import Kind, Service

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Rows = NDArray[np.void]
SAYS_DAYS = 30
"""Who leaves says so in the last days of his term, this many at most; half of a shorter term."""


@compiled
@makes_arrays
def wishes(seed: int, customers: I64, purpose: int, ordinals: I64) -> F64:
    """[n] A number in (0, 1) for each customer and ordinal."""
    found = np.empty(len(customers), np.float64)
    for row in range(len(customers)):
        person = joined(np.uint64(seed), joined(np.uint64(purposes.CUSTOMER_HASH), np.uint64(customers[row])))
        found[row] = uniform(person, purpose, ordinals[row])
    return found


def orders_of(commands: Rows) -> Rows:
    """Those of demand's commands that are orders."""
    found: Rows = commands[commands["kind"] == Kind.PLACE]
    return found


class Joiners:
    """Who is a member, as customers know it."""

    def __init__(self, network: Network, nature: Nature, seed: int) -> None:
        """Members are those whom demand draws as such; their terms end at any time."""
        joining, rules = nature.joining, network.detail.members
        assert joining is not None, "customers join where nature says how"
        assert rules is not None, "customers join where the house keeps members"
        self.joining, self.seed, self.term_us = joining, seed, rules.term_us
        self.most = 1.0 + joining.more_ppm / PPM
        self._first_us = network.calendar.midnight_us.min(axis=0)
        count = max(1, nature.demand.customers)
        everybody, none = np.arange(count), np.zeros(count, np.int64)
        members = wishes(seed, everybody, purposes.MEMBER, none) * PPM < nature.demand.member_ppm
        if len(nature.log.at_us):
            members[:] = False
        self.until = none  # 0: not a member
        self.says = np.full(count, NEVER_US)  # when he says that he leaves
        self.terms = none.copy()  # begun, ever
        self._log = nature.log.customer[nature.log.service == Service.MEMBER]
        self._begun = np.flatnonzero(members)

    def there(self, start: int) -> Batch:
        """Those who are members at an instant, as the house is told of them; whoever asks for it in a log is one."""
        who = self._begun
        ends = start + DAY_US + (self._wish(who, purposes.MEMBER_TERM) * self.term_us).astype(np.int64)
        self.until[:], self.says[:], self.terms[:] = 0, NEVER_US, 0
        self._begin(who, ends, start + SECOND_US)
        logged = np.unique(self._log)
        made = told(Kind.JOIN, np.concatenate([who, logged]), np.full(len(who) + len(logged), start))
        made["expected"] = np.concatenate([ends, np.full(len(logged), NEVER_US)])
        made["flag"] = WAS_BEFORE
        return Batch(made, np.zeros(0, LINE))

    def answered(self, drawn: Batch, planned: int, day: int) -> Batch:
        """The orders of a day that come, the first `planned` from everybody; with who joins and who says he leaves."""
        commands, lines = drawn
        self._pass(int(self._first_us[day]))
        member = self.until[commands["customer"]] > 0
        comes = (np.arange(len(commands)) < planned) | member
        orders, member = commands[comes], member[comes]
        plain = member | (orders["service"] == Service.MEMBER)
        orders["service"][plain] = Service.STANDARD
        leaving = self._leaving(int(self._first_us[day]), int(self._first_us[day + 1]))
        joining = self._joining(orders, ~member)
        return Batch(np.concatenate([orders, joining, leaving]), lines)

    def _wish(self, who: I64, purpose: int) -> F64:
        return wishes(self.seed, who, purpose, self.terms[who])

    def _begin(self, who: I64, until: I64, not_before: int) -> None:
        """A term begins: it is known when it ends, and whether and when its customer will say that he leaves."""
        self.terms[who] += 1
        self.until[who] = until
        leaves = self._wish(who, purposes.MEMBER_LEAVES) * PPM < self.joining.leave_ppm
        span = min(SAYS_DAYS * DAY_US, self.term_us // 2)
        before = HOUR_US + (self._wish(who, purposes.MEMBER_SAYS) * span).astype(np.int64)
        self.says[who] = np.where(leaves, np.maximum(until - before, not_before), NEVER_US)

    def _pass(self, now: int) -> None:
        """Terms that are over by now have lapsed, or begun again."""
        over = np.flatnonzero((self.until > 0) & (self.until <= now))
        while len(over):
            lapsed = self.says[over] < NEVER_US
            self.until[over[lapsed]], self.says[over[lapsed]] = 0, NEVER_US
            over = over[~lapsed]
            self._begin(over, self.until[over] + self.term_us, 0)
            over = over[self.until[over] <= now]

    def _leaving(self, start: int, stop: int) -> Rows:
        """Commands of those who say in [start, stop) that they leave."""
        who = np.flatnonzero((self.says >= start) & (self.says < stop))
        return told(Kind.LEAVE, who, self.says[who])

    def _joining(self, orders: Rows, free: NDArray[np.bool_]) -> Rows:
        """Commands of those who join after an order, after the first of a day that moves them to."""
        wish = uniforms(self.seed, np.ascontiguousarray(orders["tie"]), purposes.MEMBER_JOINS, 0)
        moved = orders[free & (wish * PPM < self.joining.join_ppm)]
        moved = moved[np.lexsort((moved["tie"], moved["at"]))]
        moved = moved[np.sort(np.unique(moved["customer"], return_index=True)[1])]
        made = told(Kind.JOIN, moved["customer"].copy(), moved["at"] + SECOND_US)
        for name in ("tie", "place", "first_line"):
            made[name] = moved[name]
        self._begin(made["customer"].copy(), made["at"] + self.term_us, 0)
        return made


def told(kind: Kind, customers: I64, at: I64) -> Rows:
    """A command for each customer; equal instants go by the customer."""
    made = np.zeros(len(customers), COMMAND)
    made["kind"], made["customer"], made["at"], made["tie"] = kind, customers, at, customers
    return made

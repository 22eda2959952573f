"""Sellers who come and go by their margin, on a slow step of their own.

Every so many days each seller looks at the days before: what its goods brought, less what they cost, its commission,
the parcels and a fee an order. Below a stated share of sales it leaves for good, and its orders stay away; a seller who
waits comes when the mean margin of those who sell is above another. The owner stays.

Like customers, sellers know facts alone, up to the day before yesterday; a look that saw no order changes nothing.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.world.nature import Answers
from firstbest.world.network import I64, Network
from firstbest.world.units import PPM, SENT_AGAIN_FIRST

Rows = NDArray[np.void]
Flags = NDArray[np.bool_]

OWNER: Final = 0
BLIND_DAYS: Final = 1
_SALES, _GOODS, _PARCELS, _ORDERS = range(4)


class Move(NamedTuple):
    """A seller who came or left, and the margin it saw, of sales."""

    day: int
    seller: int
    came: bool
    margin: float


class Sellers:
    """Who sells, and what each made of it."""

    def __init__(self, network: Network, answers: Answers) -> None:
        """All are there but those who wait."""
        items, sellers = network.items, len(network.texts.sellers)
        self.answers = answers
        self.there: Flags = ~np.array(answers.waiting or (False,) * sellers)
        self.there[OWNER] = True
        self._waiting = ~self.there
        self.moves: list[Move] = []
        self._seller = items.seller.astype(np.int64)
        self._cost = items.cost + items.cost * items.duty_ppm // PPM
        self._first_us = network.calendar.midnight_us.min(axis=0)
        self._made = np.zeros((network.calendar.midnight_us.shape[1], sellers, 4), np.int64)

    def hear(self, allocated: Rows, planned: Rows) -> None:
        """Takes ALLOCATED and PLANNED facts: goods that were sold, parcels that were quoted for."""
        sold, sent = (
            rows[(rows["attempt"] == 0) & (rows["order"] < SENT_AGAIN_FIRST)] for rows in (allocated, planned)
        )
        where = (self._day(sold), self._seller[sold["item"]])
        np.add.at(self._made[:, :, _SALES], where, sold["quantity"] * sold["price"])
        np.add.at(self._made[:, :, _GOODS], where, sold["quantity"] * self._cost[sold["item"]])
        where = (self._day(sent), sent["seller"].astype(np.int64))
        np.add.at(self._made[:, :, _PARCELS], where, sent["cost"])
        np.add.at(self._made[:, :, _ORDERS], where, 1)

    def _day(self, rows: Rows) -> I64:
        found: I64 = np.searchsorted(self._first_us, rows["at"], side="right") - 1
        return found

    def look(self, day: int) -> None:
        """The look of a day, if there is one; days come in order."""
        every = self.answers.review_days
        if not every or day == 0 or day % every:
            return
        until = max(day - BLIND_DAYS, 0)
        sales, goods, parcels, orders = self._made[max(until - every, 0) : until].sum(axis=0).T
        kept = sales - goods - parcels - orders * self.answers.fee_order - sales * self.answers.commission_ppm // PPM
        seen = (sales > 0) & self.there
        margin = np.divide(kept, sales, out=np.zeros(len(sales)), where=sales > 0)
        leaves = seen & (margin < self.answers.leave_ppm / PPM)
        leaves[OWNER] = False
        stays = seen & ~leaves
        stays[OWNER] = False
        others = float(kept[stays].sum() / sales[stays].sum()) if stays.any() else 0.0
        comes = self._waiting & bool(stays.any() and others > self.answers.join_ppm / PPM)
        for each in np.flatnonzero(leaves | comes).tolist():
            margin_seen = others if comes[each] else float(margin[each])
            self.moves.append(Move(day, each, bool(comes[each]), margin_seen))
        self._waiting = self._waiting & ~comes
        self.there = (self.there | comes) & ~leaves

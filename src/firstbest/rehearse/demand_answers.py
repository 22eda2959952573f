"""How orders answer what customers saw: price, promised days, items on offer.

Each cause has a level at which orders are as planned. Off it, the mean of orders is multiplied by

    price:      (seen / level) ** elasticity         of the seller
    speed:      (1 + gain) ** (days sooner)          of the region the order comes from
    selection:  (seen / level) ** elasticity         of the seller

and by no more than a stated most. What was seen is known from facts alone: orders promised on the days before, up to
the day before yesterday, so that nothing hangs on how the loop cuts its ticks; thirty orders' worth of the level are
mixed in, so that a small region does not answer to chance. Price is that of the list: nothing is charged beside it.

Orders are those of the same world in which nobody answers, and more: a day is drawn at its mean and on to its mean
times the most; of the first, some stay away; of those beyond, some come. Each has one keyed draw against its own
factor, so a better promise only adds orders and a worse one only takes some away, whatever happens elsewhere.

An order lost or won is laid to the causes by the logarithms of their factors, which add up; where two causes pull
against each other, one wins part of what the other loses.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.draws import uniforms
from firstbest.rehearse import purposes
from firstbest.rehearse.demand_sellers import Move, Sellers
from firstbest.world.commands import Batch
from firstbest.world.nature import Answers, Demand
from firstbest.world.network import I64, Network
from firstbest.world.units import PPM, SECOND_US, SENT_AGAIN_FIRST

F64 = NDArray[np.float64]
Rows = NDArray[np.void]

CAUSES: Final = ("price", "speed", "selection")
OFF: Final = 0
MEASURE: Final = 1
ON: Final = 2
BLIND_DAYS: Final = 1
"""Days between the last one that was seen and the day of the order."""
MIXED_IN: Final = 30
"""Orders' worth of the level that are mixed into what was seen."""


class Answered(NamedTuple):
    """What came of it: orders by day and cause [D, 3], and what was seen over the whole rehearsal."""

    won: F64
    lost: F64
    planned: I64  # [D] orders drawn at the mean
    came: I64  # [D]
    price: F64  # [S] money for a unit
    promise_s: F64  # [R]
    items: F64  # [S] items on offer times the share of lines filled
    orders: I64  # [R] with a promise, by region
    gone: I64  # [D] orders that stayed away because their seller was not there
    moves: tuple[Move, ...] = ()  # sellers who came or left


class Memory:
    """What customers saw, and how many of them order."""

    def __init__(self, network: Network, nature: Demand, answers: Answers) -> None:
        """Nothing was seen yet."""
        self.answers = answers
        self.most = answers.most_x1000 / 1_000 if answers.on == ON else 1.0
        days = network.calendar.midnight_us.shape[1]
        sellers, regions = len(answers.price_level), len(answers.regions)
        self._first_us = network.calendar.midnight_us.min(axis=0)
        self._region = network.places.region.astype(np.int64)
        self._seller = network.items.seller.astype(np.int64)
        weight = nature.item_weight.astype(np.float64)
        self._price = _by(self._seller, weight * network.items.price, sellers) / np.maximum(
            _by(self._seller, weight, sellers), 1.0
        )
        self._offered = _by(self._seller, (weight > 0).astype(np.float64), sellers)
        self._promised = np.zeros((days, regions, 2), np.int64)  # orders, seconds
        self._lines = np.zeros((days, sellers, 2), np.int64)  # asked, filled
        self._tally = np.zeros((2, days, len(CAUSES)))
        self._orders = np.zeros((3, days), np.int64)  # planned, came, without their seller
        self.sellers = Sellers(network, answers) if answers.on == ON and answers.review_days else None

    def hear(self, rows: Rows) -> None:
        """Takes ORDERED facts of customers: what the house sends again nobody asked for."""
        rows = rows[rows["order"] < SENT_AGAIN_FIRST]
        day = np.searchsorted(self._first_us, rows["at"], side="right") - 1
        np.add.at(self._lines, (day, rows["seller"]), np.stack([rows["lines"], rows["filled"]], axis=1))
        some = rows["filled"] > 0
        given, day = rows[some], day[some]
        wait_s = (given["deliver_by"] - given["at"]) // SECOND_US
        counted = np.stack([np.ones(len(given), np.int64), wait_s], axis=1)
        np.add.at(self._promised, (day, self._region[given["place"]]), counted)

    def factors(self, day: int) -> F64:
        """By cause, seller and region: [3, S, R]."""
        answers, until = self.answers, max(day - BLIND_DAYS, 0)
        since = max(until - answers.memory_days, 0)
        orders, wait_s = self._promised[since:until].sum(axis=0).T
        asked, filled = self._lines[since:until].sum(axis=0).T
        level_s, level_items = answers.promise_level_s.astype(np.float64), answers.items_level_x1000 / 1_000
        seen_s = (wait_s + MIXED_IN * level_s) / (orders + MIXED_IN)
        # Before anything was seen, customers take it that all is on offer as at the level.
        usual = np.divide(level_items, self._offered, out=np.ones_like(level_items), where=self._offered > 0)
        seen_items = self._offered * (filled + MIXED_IN * usual) / (asked + MIXED_IN)
        sooner = (level_s - seen_s) / 86_400.0
        price = _power(self._price, answers.price_level.astype(np.float64), answers.price_x1000 / 1_000)
        speed = np.where(level_s > 0, (1.0 + answers.day_ppm / PPM) ** sooner, 1.0)
        items = _power(seen_items, level_items, answers.items_x1000 / 1_000)
        shape = (len(price), len(speed))
        return np.array([np.broadcast_to(each, shape) for each in (price[:, None], speed[None, :], items[:, None])])

    def answered(self, drawn: Batch, planned: int, day: int, seed: int) -> Batch:
        """The orders of a day that come, of those drawn; the first `planned` come when nobody answers."""
        commands, lines = drawn
        count = len(commands)
        here = commands["lines"] > 0
        seller = np.zeros(count, np.int64)
        seller[here] = self._seller[lines["item"][commands["first_line"][here]]]
        logs = np.log(self.factors(day))[:, seller, self._region[commands["place"]]] * here
        if self.answers.on != ON:
            logs = np.zeros_like(logs)
        factor = np.minimum(np.exp(logs.sum(axis=0)), self.most)
        wish = uniforms(seed, np.ascontiguousarray(commands["tie"]), purposes.ANSWERS, 0)
        first = np.arange(count) < planned
        beyond = (factor - 1.0) / (self.most - 1.0) if self.most > 1.0 else np.zeros(count)
        comes = np.where(first, wish < factor, wish < beyond)
        gone = np.zeros(count, np.bool_)
        if self.sellers is not None:
            self.sellers.look(day)
            gone = comes & here & ~self.sellers.there[seller]
            comes &= ~gone
        self._note(day, logs, (first & ~comes & ~gone, ~first & comes))
        self._orders[:, day] = planned, int(comes.sum()), int((gone & first).sum())
        return Batch(commands[comes], lines)

    def _note(self, day: int, logs: F64, moved: tuple[NDArray[np.bool_], NDArray[np.bool_]]) -> None:
        """Lays orders lost and won to their causes."""
        for some, sign in zip(moved, (-1.0, 1.0), strict=True):
            share = sign * logs[:, some] / logs[:, some].sum(axis=0)
            self._tally[0, day] += np.maximum(share, 0.0).sum(axis=1)
            self._tally[1, day] += np.maximum(-share, 0.0).sum(axis=1)

    def told(self) -> Answered:
        """What came of it."""
        orders, wait_s = self._promised.sum(axis=0).T
        asked, filled = self._lines.sum(axis=0).T
        return Answered(
            won=self._tally[0],
            lost=self._tally[1],
            planned=self._orders[0],
            came=self._orders[1],
            price=self._price,
            promise_s=wait_s / np.maximum(orders, 1),
            items=self._offered * filled / np.maximum(asked, 1),
            orders=orders,
            gone=self._orders[2],
            moves=tuple(self.sellers.moves) if self.sellers is not None else (),
        )


def _by(group: I64, values: F64, count: int) -> F64:
    sums: F64 = np.bincount(group, values, minlength=count)[:count].astype(np.float64)
    return sums


def _power(seen: F64, level: F64, elasticity: float) -> F64:
    """Seen to level, to a power; 1 where either is not known."""
    known = (level > 0) & (seen > 0)
    ratio = np.divide(seen, level, out=np.ones_like(level), where=known)
    found: F64 = ratio**elasticity
    return found

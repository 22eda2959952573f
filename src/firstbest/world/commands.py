"""Commands as rows: what the world outside asks or reports.

A batch is a table of commands in arrival order with a table of lines beside it. The loop alone gives
numbers; `at` is the instant at which the row is decided.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled, makes_arrays

Rows = NDArray[np.void]

COMMAND = np.dtype(
    [
        ("at", "<i8"),
        ("number", "<i8"),  # given by the loop at admission
        ("order", "<i8"),  # or cargo, for freight and receipts
        ("tie", "<u8"),  # hash of the order's text
        ("customer", "<i8"),
        ("quantity", "<i8"),
        ("expected", "<i8"),
        ("first_line", "<i8"),  # into the batch's lines
        ("lines", "<i4"),
        ("place", "<i4"),
        ("node", "<i4"),
        ("item", "<i4"),
        ("attempt", "<i2"),
        ("kind", "<i2"),  # words.Kind
        ("service", "<i2"),  # words.Service, words.Outcome or words.Process, by kind
        ("flag", "<i2"),
    ]
)
"""One command. Which columns a kind uses:

PLACE     order tie customer place service flag=words.Fill expected=until when lines may wait for stock
          node=fulfilment nodes that may not send it, a bit each in the order of their codes; item=carriers that may
          not bring it, a bit each; lines (line, item, quantity, price)
HOLD      order
RESUME    order
FILL      order flag=1: its time is over, lines that wait (line, item, quantity, price)
CANCEL    order
PICKED    order node attempt, lines (line, item, quantity picked)
PACKED    order node attempt
DELIVERED order node attempt service=Outcome quantity=failed attempts
          flag=words.LateCause of the journey (what held it up: last mile, linehaul, address)
ARRIVED   order=cargo node (a vehicle's leg has ended there)
ANNOUNCED order=cargo node item quantity expected=instant at which it is expected (goods that a seller sends in)
RECEIVED  order=cargo node item quantity (counted) expected
COUNTED   node item quantity
RETURNED  order, lines (line, item, quantity)
RETURN_ASKED order node attempt flag=ReturnReason, lines (line, item, quantity, price paid for a unit, 0: as listed)
CONTACTED order node attempt flag=ContactReason (about a shipment that has left)
CLAIM_ANSWERED order node attempt quantity=money that the carrier pays, 0: refused
INSPECTED order, lines (line, item, quantity, price=words.Grade: what the units of this row were found to be)
JOIN      customer place expected=until when, 0: a term from now; flag=1: quantity is the fee paid, 0: the house's
          fee, 2: none, a member from before
LEAVE     customer flag=1: at once, 0: when the term ends
WORKED    node service=Process quantity=paid minutes expected=overtime minutes item=temporary minutes
          customer=busy seconds place=local day flag=shift attempt=heads hurt order=minutes lent (each shift's hours,
          reported at its end)
"""

LINE = np.dtype([("line", "<i4"), ("item", "<i4"), ("quantity", "<i8"), ("price", "<i8")])


class Batch(NamedTuple):
    """Commands in arrival order and the lines they point at."""

    commands: NDArray[np.void]  # [n] COMMAND
    lines: NDArray[np.void]  # [m] LINE

    def upto(self, start: int, stop: int) -> Batch:
        """Commands `start` to `stop`, their own copy."""
        if start == 0 and stop >= len(self.commands):
            return Batch(self.commands.copy(), self.lines)
        return self.select(slice(start, stop))

    def select(self, chosen: NDArray[np.bool_] | NDArray[np.int64] | slice) -> Batch:
        """Some of the commands, in order, with just their lines."""
        return Batch(*laid(self.commands, self.lines, np.arange(len(self.commands))[chosen]))


@compiled
@makes_arrays
def laid(commands: Rows, lines: Rows, order: NDArray[np.int64]) -> tuple[Rows, Rows]:
    """Commands in the given order, with their lines laid one after the other."""
    count = 0
    for place in range(len(order)):
        count += commands[order[place]]["lines"]
    rows, kept = np.empty(len(order), commands.dtype), np.empty(count, lines.dtype)
    used = 0
    for place in range(len(order)):
        rows[place] = commands[order[place]]
        first = commands[order[place]]["first_line"]
        rows[place]["first_line"] = used
        for line in range(commands[order[place]]["lines"]):
            kept[used] = lines[first + line]
            used += 1
    return rows, kept


def empty() -> Batch:
    """No commands."""
    return Batch(np.zeros(0, COMMAND), np.zeros(0, LINE))

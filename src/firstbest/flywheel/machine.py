"""A small register machine: one instruction works on many runs at once, so a model needs no compiler of its own.

A register is a row of numbers, one for each run of a block (a *lane*). Every operation is the one that NumPy and the C
library give a single number, in the order of the equation: a run's numbers do not depend on its block, and equal those
of a scalar interpreter to the last bit. Exponentials and logarithms are NumPy's own functions, called between stretches
of compiled code, since its vector forms differ from the C library's in the last bit.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

ADD: Final = 0
LESS: Final = 1  # minus
TIMES: Final = 2
OVER: Final = 3
POWER: Final = 4
LEAST: Final = 5
MOST: Final = 6
MINUS: Final = 7  # of one
ABSOLUTE: Final = 8
ROOT: Final = 9
BELOW: Final = 10
UPTO: Final = 11
SAME: Final = 12
OTHER: Final = 13
BOTH: Final = 14
EITHER: Final = 15
NOT: Final = 16
CHOOSE: Final = 17  # a: condition, b, c
LOOKUP: Final = 18  # a: x; b, c: first and end of its points
COPY: Final = 19
EXP: Final = 20
LOG: Final = 21

WIDTH: Final = 5
"""An instruction: operation, register it writes, up to three that it reads."""


@compiled
def work(code: I64, span: tuple[int, int], registers: F64, points: F64) -> None:
    """Do the instructions `span[0]` to `span[1]` of `code` [n, 5] on `registers` [rows, lanes].

    `points` [m, 2] are the corners of all lookups. Exponentials and logarithms may not stand in the span.
    """
    for place in range(span[0], span[1]):
        sign, to = code[place, 0], code[place, 1]
        if sign <= MOST:
            _arithmetic(sign, registers[to], registers[code[place, 2]], registers[code[place, 3]])
        elif sign <= ROOT or sign in (NOT, COPY):
            _of_one(sign, registers[to], registers[code[place, 2]])
        elif sign <= EITHER:
            _compare(sign, registers[to], registers[code[place, 2]], registers[code[place, 3]])
        elif sign == CHOOSE:
            _choose(registers[to], registers[code[place, 2]], registers[code[place, 3]], registers[code[place, 4]])
        else:
            _look_up(registers[to], registers[code[place, 2]], points[code[place, 3] : code[place, 4]])


@compiled
def walk(code: I64, registers: F64, points: F64, frame: tuple[int, int, int], steps: int) -> None:
    """Several steps of Euler's method: stocks move by their rates, time by the step, then all instructions.

    `frame` is the first register of stocks, the first of rates, and how many there are; register 0 is time, 1 the step.
    """
    first_stock, first_rate, stocks = frame
    for _ in range(steps):
        for place in range(stocks):
            _move(registers[first_stock + place], registers[first_rate + place], registers[1])
        _arithmetic(ADD, registers[0], registers[0], registers[1])
        work(code, (0, len(code)), registers, points)


@compiled
def _move(stock: F64, rate: F64, step: F64) -> None:
    """State plus rate times step."""
    for lane in range(len(stock)):
        stock[lane] = stock[lane] + rate[lane] * step[lane]


@compiled
def _arithmetic(sign: int, out: F64, left: F64, right: F64) -> None:
    """Two numbers into one; the least and the most answer what is not a number if either is none."""
    lanes = len(out)
    if sign == ADD:
        for lane in range(lanes):
            out[lane] = left[lane] + right[lane]
    elif sign == LESS:
        for lane in range(lanes):
            out[lane] = left[lane] - right[lane]
    elif sign == TIMES:
        for lane in range(lanes):
            out[lane] = left[lane] * right[lane]
    elif sign == OVER:
        np.divide(left, right, out)
    elif sign == POWER:
        for lane in range(lanes):
            out[lane] = left[lane] ** right[lane]
    elif sign == LEAST:
        for lane in range(lanes):
            one, two = left[lane], right[lane]
            out[lane] = one if one < two or one != one else two  # noqa: PLR0124 - nan is not itself
    else:
        for lane in range(lanes):
            one, two = left[lane], right[lane]
            out[lane] = one if one > two or one != one else two  # noqa: PLR0124


@compiled
def _of_one(sign: int, out: F64, given: F64) -> None:
    """One number into one."""
    lanes = len(out)
    if sign == MINUS:
        for lane in range(lanes):
            out[lane] = -given[lane]
    elif sign == ABSOLUTE:
        for lane in range(lanes):
            out[lane] = abs(given[lane])
    elif sign == ROOT:
        for lane in range(lanes):
            out[lane] = np.sqrt(given[lane])
    elif sign == NOT:
        for lane in range(lanes):
            out[lane] = 1.0 if given[lane] == 0.0 else 0.0
    else:
        for lane in range(lanes):
            out[lane] = given[lane]


@compiled
def _compare(sign: int, out: F64, left: F64, right: F64) -> None:
    """1 where it holds, else 0."""
    for lane in range(len(out)):
        one, two = left[lane], right[lane]
        if sign == BELOW:
            holds = one < two
        elif sign == UPTO:
            holds = one <= two
        elif sign == SAME:
            holds = one == two
        elif sign == OTHER:
            holds = one != two
        elif sign == BOTH:
            holds = one != 0.0 and two != 0.0
        else:
            holds = one != 0.0 or two != 0.0
        out[lane] = 1.0 if holds else 0.0


@compiled
def _choose(out: F64, condition: F64, then: F64, other: F64) -> None:
    """One of two by a condition."""
    for lane in range(len(out)):
        out[lane] = then[lane] if condition[lane] != 0.0 else other[lane]


@compiled
def _look_up(out: F64, given: F64, corners: F64) -> None:
    """Straight between corners, flat beyond them; what is not a number stays so."""
    last = len(corners) - 1
    for lane in range(len(out)):
        x = given[lane]
        if x != x:  # noqa: PLR0124 - nan is not itself
            out[lane] = x
        elif x <= corners[0, 0]:
            out[lane] = corners[0, 1]
        elif x >= corners[last, 0]:
            out[lane] = corners[last, 1]
        else:
            out[lane] = _between(x, corners)


@compiled
def _between(x: float, corners: F64) -> float:
    """The value on the stretch that holds x, by bisection."""
    low, high = 0, len(corners) - 1
    while high - low > 1:
        middle = (low + high) >> 1
        if corners[middle, 0] <= x:
            low = middle
        else:
            high = middle
    slope = (corners[high, 1] - corners[low, 1]) / (corners[high, 0] - corners[low, 0])
    return float(slope * (x - corners[low, 0]) + corners[low, 1])

"""A model as instructions, and running it: many runs side by side, each with its own constants.

Registers: time, the step, constants, stocks, variables, rates of stocks, literals, and room for what equations need on
the way. `Program.begin` finds the first value of every stock, `Program.each` all variables and rates at an instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel import machine
from firstbest.flywheel.expressions import Binary, Call, Choice, Expression, Name, Number, Unary, names_of
from firstbest.flywheel.machine import COPY, EXP, LOG, WIDTH, walk, work
from firstbest.flywheel.model import Lookup, Model, Stock, expanded, ordered

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

LANES: Final = 512
"""Runs of a block: few enough that all registers stay in a core's own cache."""
TIME: Final = 0
STEP: Final = 1
SIGNS: Final = {
    "+": machine.ADD, "-": machine.LESS, "*": machine.TIMES, "/": machine.OVER, "^": machine.POWER,
    "min": machine.LEAST, "max": machine.MOST, "<": machine.BELOW, "<=": machine.UPTO, "=": machine.SAME,
    "<>": machine.OTHER, "and": machine.BOTH, "or": machine.EITHER,
}  # fmt: skip
ALONE: Final = {"abs": machine.ABSOLUTE, "sqrt": machine.ROOT, "exp": EXP, "ln": LOG}


class Program(NamedTuple):
    """Instructions of a model, and where its things stand among the registers."""

    begin: I64  # [n, 5]
    each: I64  # [n, 5]
    points: F64  # [m, 2]
    literals: F64  # [l], registers from `first_literal` on
    first_literal: int
    rows: int
    where: dict[str, int]
    constants: tuple[str, ...]
    values: F64  # [constants], as the model has them
    stocks: tuple[str, ...]  # registers from `first_stock` on, in this order
    first_stock: int
    first_rate: int
    floors: NDArray[np.bool_]  # [stocks]
    span: tuple[float, float, int]  # start, step, steps
    rk4: bool


class _Writer:
    """Writes instructions and gives out registers."""

    def __init__(self, where: dict[str, int], first_literal: int, lookups: Sequence[Lookup]) -> None:
        self.where = where
        self.first_literal = first_literal
        self.literals: dict[float, int] = {}
        self.free: list[int] = []
        self.scratch = 0
        self.code: list[tuple[int, ...]] = []
        self.corners: dict[str, tuple[int, int]] = {}
        place = 0
        for each in lookups:
            self.corners[each.name] = (place, place + len(each.x))
            place += len(each.x)

    def literal(self, value: float) -> int:
        """The register of a literal; scratch registers are numbered below zero until all are known."""
        return self.literals.setdefault(value, self.first_literal + len(self.literals))

    def room(self) -> int:
        """A scratch register."""
        if self.free:
            return self.free.pop()
        self.scratch += 1
        return -self.scratch

    def leave(self, *registers: int) -> None:
        """Scratch registers that are read no more."""
        self.free += [each for each in dict.fromkeys(registers) if each < 0]

    def value(self, tree: Expression, to: int | None = None) -> int:
        """The register that holds an expression's value; with `to`, that one."""
        if isinstance(tree, Name | Number):
            held = self.where[tree.text] if isinstance(tree, Name) else self.literal(tree.value)
            if to is None:
                return held
            self.code.append((COPY, to, held, 0, 0))
            return to
        sign, given, more = self.operands(tree)
        read = [self.value(each) for each in given]
        self.leave(*read)
        out = self.room() if to is None else to
        self.code.append((sign, out, *(*read, *more, 0, 0)[:3]))
        return out

    def operands(self, tree: Expression) -> tuple[int, tuple[Expression, ...], tuple[int, ...]]:
        """The operation of a tree, what it works on, and numbers that it takes as they are."""
        if isinstance(tree, Binary):
            if tree.sign in (">", ">="):
                return SIGNS["<" + tree.sign[1:]], (tree.right, tree.left), ()
            return SIGNS[tree.sign], (tree.left, tree.right), ()
        if isinstance(tree, Unary):
            return (machine.NOT if tree.sign == "not" else machine.MINUS), (tree.of,), ()
        if isinstance(tree, Choice):
            return machine.CHOOSE, tuple(tree), ()
        assert isinstance(tree, Call), "names and numbers hold their value already"
        if tree.function in self.corners:
            return machine.LOOKUP, tree.arguments, self.corners[tree.function]
        if tree.function == "step":
            height, at = tree.arguments
            half = Binary("+", Name("time"), Binary("/", Name("step."), Number(2.0)))
            return SIGNS["*"], (height, Binary(">", half, at)), ()
        if tree.function in ALONE:
            return ALONE[tree.function], tree.arguments, ()
        return SIGNS[tree.function], tree.arguments, ()

    def taken(self) -> list[tuple[int, ...]]:
        """The instructions so far; the next ones begin anew."""
        code, self.code = self.code, []
        return code


def compiled_model(model: Model) -> Program:
    """The model as instructions. Raises `Circular` where equations need each other at one instant."""
    whole = expanded(model)
    constants = tuple(each.name for each in whole.constants)
    names = (
        "time",
        "step.",
        *constants,
        *(each.name for each in whole.stocks),
        *(each.name for each in whole.variables),
    )
    where = {name: place for place, name in enumerate(names)}
    first_stock = 2 + len(constants)
    first_rate = len(names)
    writer = _Writer(where, first_rate + len(whole.stocks), whole.lookups)
    equations = {each.name: each.equation for each in whole.variables}
    starts = {each.name: each.start for each in whole.stocks}
    for name in ordered({name: names_of(tree) for name, tree in {**equations, **starts}.items()}):
        writer.value({**equations, **starts}[name], where[name])
    begin = writer.taken()
    for name in ordered({name: names_of(tree) for name, tree in equations.items()}):
        writer.value(equations[name], where[name])
    for place, stock in enumerate(whole.stocks):
        writer.value(_net(stock), first_rate + place)
    each = writer.taken()
    room = writer.first_literal + len(writer.literals)
    corners = [pair for lookup in whole.lookups for pair in zip(lookup.x, lookup.y, strict=True)]
    return Program(
        begin=_placed(begin, room),
        each=_placed(each, room),
        points=np.array(corners or [(0.0, 0.0)]),
        literals=np.array(list(writer.literals), np.float64),
        first_literal=writer.first_literal,
        rows=room + writer.scratch,
        where=where,
        constants=constants,
        values=np.array([constant.value for constant in whole.constants]),
        stocks=tuple(stock.name for stock in whole.stocks),
        first_stock=first_stock,
        first_rate=first_rate,
        floors=np.array([stock.floor for stock in whole.stocks], np.bool_),
        span=(whole.span.start, whole.span.step, whole.span.steps),
        rk4=whole.span.method == "rk4",
    )


def _net(stock: Stock) -> Expression:
    """Flows in, less flows out, from left to right."""
    tree: Expression = Number(0.0)
    if stock.inflows:
        tree = Name(stock.inflows[0])
    elif stock.outflows:
        tree = Unary("-", Name(stock.outflows[0]))
    for name in stock.inflows[1:]:
        tree = Binary("+", tree, Name(name))
    for name in stock.outflows[0 if stock.inflows else 1 :]:
        tree = Binary("-", tree, Name(name))
    return tree


def _placed(code: list[tuple[int, ...]], room: int) -> I64:
    """Instructions as an array, with scratch registers behind all others."""
    made = np.array(code, np.int64).reshape(-1, WIDTH)
    below = made[:, 1:] < 0
    made[:, 1:][below] = room - 1 - made[:, 1:][below]
    return made


def stretches(code: I64) -> list[tuple[int, int]]:
    """Spans of instructions for `work`; between two of them stands one exponential or logarithm."""
    breaks = [-1, *np.flatnonzero((code[:, 0] == EXP) | (code[:, 0] == LOG)).tolist(), len(code)]
    return [(before + 1, after) for before, after in pairwise(breaks)]


class Runs(NamedTuple):
    """What to run: constants [constants, runs], names to record, every how many steps (0: only the start)."""

    constants: F64
    record: tuple[str, ...]
    every: int
    steps: int = -1  # all of them


def run(program: Program, runs: Runs) -> F64:
    """Integrate every run; answers the recorded values: [points, names, runs], the start being point 0."""
    steps = program.span[2] if runs.steps < 0 else runs.steps
    rows = np.array([program.where[name] for name in runs.record], np.int64)
    points = 1 + (steps // runs.every if runs.every else 0)
    count = runs.constants.shape[1]
    found = np.empty((points, len(rows), count))
    with np.errstate(all="ignore"):
        for first in range(0, count, LANES):
            lanes = slice(first, min(first + LANES, count))
            _block(program, runs.constants[:, lanes], runs.every, rows, found[:, :, lanes])
    return found


def _block(program: Program, constants: F64, every: int, rows: I64, found: F64) -> None:
    """Integrate the runs of one block."""
    registers = np.zeros((program.rows, constants.shape[1]))
    registers[program.first_literal : program.first_literal + len(program.literals)] = program.literals[:, None]
    registers[2 : 2 + len(constants)] = constants
    registers[STEP] = program.span[1]
    stocks = registers[program.first_stock : program.first_stock + len(program.stocks)]
    instant = program.span[0]
    registers[TIME] = instant
    _do(program, program.begin, stretches(program.begin), registers)
    parts = stretches(program.each)
    _do(program, program.each, parts, registers)
    found[0] = registers[rows]
    if len(parts) == 1 and not program.rk4 and not program.floors.any():
        frame = (program.first_stock, program.first_rate, len(program.stocks))
        for point in range(1, len(found)):
            walk(program.each, registers, program.points, frame, every)
            found[point] = registers[rows]
        return
    advance = _rk4 if program.rk4 else _euler
    for step in range(1, (len(found) - 1) * every + 1):
        advance(program, parts, registers, stocks)
        if program.floors.any():
            stocks[program.floors] = np.maximum(stocks[program.floors], 0.0)
        instant = instant + program.span[1]
        registers[TIME] = instant
        _do(program, program.each, parts, registers)
        if step % every == 0:
            found[step // every] = registers[rows]


def _do(program: Program, code: I64, parts: list[tuple[int, int]], registers: F64) -> None:
    """All instructions once."""
    for span in parts:
        if span[1] > span[0]:
            work(code, span, registers, program.points)
        if span[1] < len(code):
            sign, out, given = code[span[1], :3].tolist()
            (np.exp if sign == EXP else np.log)(registers[given], out=registers[out])


def _euler(program: Program, parts: list[tuple[int, int]], registers: F64, stocks: F64) -> None:  # noqa: ARG001
    """State plus rate times step."""
    rates = registers[program.first_rate : program.first_rate + len(stocks)]
    stocks += rates * program.span[1]


def _rk4(program: Program, parts: list[tuple[int, int]], registers: F64, stocks: F64) -> None:
    """The classical method of Runge and Kutta: four rates, weighted 1, 2, 2, 1."""
    step, instant, before = program.span[1], registers[TIME].copy(), stocks.copy()
    rates = registers[program.first_rate : program.first_rate + len(stocks)]
    total = rates.copy()
    for share, weight in ((0.5, 2.0), (0.5, 2.0), (1.0, 1.0)):
        stocks[:] = before + rates * (step * share)
        registers[TIME] = instant + step * share
        _do(program, program.each, parts, registers)
        total += weight * rates
    stocks[:] = before + total * (step / 6.0)

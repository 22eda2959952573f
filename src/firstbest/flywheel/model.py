"""A stock-and-flow model: what accumulates, what flows, what is known and how well.

Stocks change only by flows; flows and auxiliaries are equations of stocks and constants at one instant. A loop is a
closed way through equations; cutting an arrow of it holds what the arrow passes at its first value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from firstbest.flywheel.expressions import (
    STATEFUL,
    Binary,
    Call,
    Expression,
    Name,
    Number,
    calls_of,
    names_of,
    parts,
    replaced,
    with_parts,
)

ASSUMED: Final = "ASSUMED"
FITTED: Final = "FITTED"
GIVEN: Final = "GIVEN"
MARKS: Final = (ASSUMED, FITTED, GIVEN)
"""A coefficient is assumed (from a published range), fitted (to data, with an interval) or given (a fact or choice)."""


class Constant(NamedTuple):
    """A coefficient with its range: the ends of a triangular spread that peaks at the value, where low < high."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    mark: str
    source: str
    words: str = ""
    book: str = ""  # which arrow of the book can fit it


class Stock(NamedTuple):
    """What accumulates: start, and the names of the flows in and out."""

    name: str
    unit: str
    start: Expression
    inflows: tuple[str, ...]
    outflows: tuple[str, ...]
    words: str = ""
    floor: bool = False  # never below zero (XMILE's non_negative)


class Variable(NamedTuple):
    """A flow or an auxiliary: an equation."""

    name: str
    unit: str
    equation: Expression
    flow: bool = False
    words: str = ""


class Lookup(NamedTuple):
    """A function drawn through points, straight between them and flat beyond; x rises."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    unit_x: str
    unit: str


class Loop(NamedTuple):
    """A closed way of names, the last leading back to the first; the arrow `cut` is where it is knocked out."""

    name: str
    reinforcing: bool
    way: tuple[str, ...]
    cut: tuple[str, str]
    words: str = ""


class Arrow(NamedTuple):
    """An arrow of the picture: from, to, the constant that says how strongly, and whether more gives more."""

    source: str
    target: str
    by: str  # empty: one for one
    rising: bool


PER_YEAR: Final[Mapping[str, float]] = {
    "year": 1.0, "quarter": 4.0, "month": 12.0, "week": 52.0, "day": 365.0, "hour": 8_760.0, "minute": 525_600.0,
    "second": 31_536_000.0,
}  # fmt: skip
"""Units of time of which a year is so many."""


class Span(NamedTuple):
    """Time: its unit, first and last instant, step; `euler` or `rk4`."""

    unit: str
    start: float
    stop: float
    step: float
    method: str = "euler"

    @property
    def steps(self) -> int:
        """How many steps there are."""
        return round((self.stop - self.start) / self.step)

    @property
    def one(self) -> str:
        """The unit in the singular, small, as other tools do not always write it: `Months` is `month`."""
        return self.unit.casefold().removesuffix("s")

    @property
    def per_year(self) -> float:
        """Units in a year; 0 where the unit is none of `PER_YEAR`."""
        return PER_YEAR.get(self.one, 0.0)


class Model(NamedTuple):
    """All of it; names are unique over constants, stocks, variables and lookups."""

    title: str
    span: Span
    constants: tuple[Constant, ...]
    stocks: tuple[Stock, ...]
    variables: tuple[Variable, ...]
    lookups: tuple[Lookup, ...] = ()
    loops: tuple[Loop, ...] = ()
    outcomes: tuple[str, ...] = ()  # names that are told: the first is what is sold, the second is money
    shown: tuple[str, ...] = ()
    arrows: tuple[Arrow, ...] = ()
    every: int = 1  # steps between two recorded instants

    def equation(self, name: str) -> Expression | None:
        """The equation of a variable, or None."""
        return next((each.equation for each in self.variables if each.name == name), None)

    def constant(self, name: str) -> Constant:
        """The constant of that name; an unknown name is a programmer's error."""
        found = [each for each in self.constants if each.name == name]
        assert found, f"{self.title} has no constant {name}"
        return found[0]

    def words(self, name: str) -> str:
        """What a name is called on a page."""
        return self.labels().get(name, ("", ""))[1] or name.replace("_", " ")

    def unit(self, name: str) -> str:
        """The unit of a constant, stock or variable; 1 for what is none of them."""
        return self.labels().get(name, ("1", ""))[0]

    def labels(self) -> dict[str, tuple[str, str]]:
        """Unit and words of constants, stocks and variables by name."""
        found = {each.name: (each.unit, each.words) for each in self.constants}
        found |= {each.name: (each.unit, each.words) for each in self.stocks}
        return found | {each.name: (each.unit, each.words) for each in self.variables}


class Circular(ValueError):  # noqa: N818 - it names a state of the equations
    """Equations that need each other at one instant; a stock must stand between them."""

    def __init__(self, way: tuple[str, ...]) -> None:
        super().__init__(" needs ".join(way))
        self.way = way


def ordered(needs: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Names such that each comes after what it needs; otherwise as given. Raises `Circular`."""
    done: dict[str, None] = {}
    for first in needs:
        pending = [(first, iter(needs[first]))] if first not in done else []
        way = [first]
        while pending:
            name, below = pending[-1]
            following = next((each for each in below if each in needs and each not in done), None)
            if following is None:
                done[name] = None
                pending.pop()
                way.pop()
            elif following in way:
                raise Circular((*way[way.index(following) :], following))
            else:
                pending.append((following, iter(needs[following])))
                way.append(following)
    return tuple(done)


def expanded(model: Model) -> Model:
    """The model with functions that remember turned into stocks and flows of their own.

    SMTH1, SMTH3, DELAY1 and DELAY3 are chains of stocks, written so that every sum is taken in the order in which PySD
    takes it; INIT(x) is a stock without flows that starts at x.
    """
    stocks, variables = list(model.stocks), []
    for each in model.variables:
        memory = _Memory(each)
        variables.append(each._replace(equation=memory.out(each.equation)))
        stocks += memory.stocks
        variables += memory.flows
    return model._replace(stocks=tuple(stocks), variables=tuple(variables))


class _Memory:
    """Hidden stocks and flows of one equation."""

    def __init__(self, owner: Variable) -> None:
        self.owner = owner
        self.stocks: list[Stock] = []
        self.flows: list[Variable] = []

    def out(self, tree: Expression) -> Expression:
        """The equation without functions that remember."""
        below = tuple(self.out(part) for part in parts(tree))
        if isinstance(tree, Call) and tree.function in STATEFUL:
            return self.kept(tree.function, below)
        return with_parts(tree, below)

    def kept(self, function: str, given: tuple[Expression, ...]) -> Expression:
        """The stocks of one call, and what it answers."""
        name = f"{self.owner.name}.{len(self.stocks)}"
        if function == "init":
            return self.stock(name, given[0], ())
        source, spell = given[0], given[1]
        first = given[2] if len(given) > 2 else source  # noqa: PLR2004 - the third argument is the first value
        order = int(function[-1])
        if function.startswith("delay"):
            return self.delayed(name, source, spell, (first, order))
        answer = source
        for stage in range(order):
            target, state = answer, f"{name}.{stage}"
            gap = Binary("*", Binary("-", target, Name(state)), Number(float(order)))
            answer = self.stock(state, first, (self.flow(state, Binary("/", gap, spell)),))
        return answer

    def delayed(self, name: str, source: Expression, spell: Expression, start: tuple[Expression, int]) -> Expression:
        """A delay: each stage holds rate times time, and passes on what it holds over the time."""
        first, order = start
        coming = source
        for stage in range(order):
            state = f"{name}.{stage}"
            going = Binary("/", Name(state), spell)
            net = Binary("*", Binary("-", coming, going), Number(float(order)))
            self.stock(state, Binary("*", first, spell), (self.flow(state, net),))
            coming = going
        return coming

    def stock(self, name: str, start: Expression, inflows: tuple[str, ...]) -> Expression:
        self.stocks.append(Stock(name, self.owner.unit, start, inflows, ()))
        return Name(name)

    def flow(self, state: str, equation: Expression) -> str:
        name = f"{state}.flow"
        self.flows.append(Variable(name, "", equation, flow=True))
        return name


def readings(model: Model) -> Iterator[tuple[str, str]]:
    """Every (from, to) between stocks and variables: what an equation reads, and flows into their stocks."""
    own = {each.name for each in model.stocks} | {each.name for each in model.variables}
    for each in model.variables:
        yield from ((name, each.name) for name in names_of(each.equation) if name in own)
    for stock in model.stocks:
        yield from ((flow, stock.name) for flow in (*stock.inflows, *stock.outflows))


def changed(model: Model, target: str, source: str, by: Expression) -> Model:
    """The model in which the equation of `target` reads `by` where it read `source`."""
    variables = [
        each._replace(equation=replaced(each.equation, source, by)) if each.name == target else each
        for each in model.variables
    ]
    return model._replace(variables=tuple(variables))


def cut(model: Model, source: str, target: str) -> Model:
    """The model in which the arrow passes what it passed at the start."""
    return changed(model, target, source, Call("init", (Name(source),)))


def unknown_calls(model: Model, known: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """(variable, function) for calls of what is no function and no lookup."""
    for each in model.variables:
        for call in calls_of(each.equation):
            if call.function not in known:
                yield each.name, call.function

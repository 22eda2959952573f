"""A slow and obvious interpreter of models, one run at a time, and drawn equations to compare with."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from hypothesis import strategies as st

from firstbest.flywheel.expressions import Binary, Call, Choice, Expression, Name, Number, Unary, names_of
from firstbest.flywheel.model import Model, expanded

NAMES = ("a", "b", "c")


def value(tree: Expression, known: Mapping[str, float]) -> float:
    """The value of an expression, as NumPy and the C library compute one number."""
    with np.errstate(all="ignore"):
        return float(_value(tree, known))


def _value(tree: Expression, known: Mapping[str, float]) -> float:
    match tree:
        case Number(number):
            return number
        case Name(name):
            return known[name]
        case Unary(sign, of):
            return -_value(of, known) if sign == "-" else float(_value(of, known) == 0)
        case Choice(condition, then, other):
            return _value(then if _value(condition, known) != 0 else other, known)
        case Call(function, arguments):
            given = [np.float64(_value(each, known)) for each in arguments]
            functions = {
                "abs": np.abs, "exp": np.exp, "ln": np.log, "sqrt": np.sqrt, "min": np.minimum, "max": np.maximum,
            }  # fmt: skip
            return float(functions[function](*given))
        case Binary(sign, one, two):
            return _signed(sign, np.float64(_value(one, known)), np.float64(_value(two, known)))


def _signed(sign: str, left: np.float64, right: np.float64) -> float:
    signs = {
        "+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right, "/": lambda: left / right,
        "^": lambda: left**right, "<": lambda: left < right, "<=": lambda: left <= right, ">": lambda: left > right,
        ">=": lambda: left >= right, "=": lambda: left == right, "<>": lambda: left != right,
        "and": lambda: left != 0 and right != 0, "or": lambda: left != 0 or right != 0,
    }  # fmt: skip
    return float(signs[sign]())


def course(model: Model, constants: Mapping[str, float], steps: int) -> list[dict[str, float]]:
    """Every name at every instant, by Euler's method."""
    whole = expanded(model)
    equations = {each.name: each.equation for each in whole.variables}
    known: dict[str, float] = {**constants, "time": model.span.start}
    known |= _solved({each.name: each.start for each in whole.stocks} | equations, known)
    told = []
    for _ in range(steps + 1):
        for name in equations:
            del known[name]
        known |= _solved(equations, known)
        told.append(dict(known))
        for stock in whole.stocks:
            flows = [known[name] for name in stock.inflows] + [-known[name] for name in stock.outflows]
            net = flows[0] if flows else 0.0
            for flow in flows[1:]:
                net += flow
            known[stock.name] = told[-1][stock.name] + net * model.span.step
            if stock.floor:
                known[stock.name] = max(known[stock.name], 0.0)
        known["time"] += model.span.step
    return told


def _solved(waiting: Mapping[str, Expression], known: Mapping[str, float]) -> dict[str, float]:
    """Values of equations, each as soon as all that it reads is known."""
    found: dict[str, float] = {}
    while len(found) < len(waiting):
        for name, tree in waiting.items():
            if name not in found and all(read in known or read in found for read in names_of(tree)):
                found[name] = value(tree, {**known, **found})
    return found


_leaves = st.one_of(
    st.sampled_from(NAMES).map(Name),
    st.floats(0, 50, allow_nan=False).map(lambda number: Number(abs(round(number, 3)))),
)


def _above(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    compared = st.builds(Binary, st.sampled_from(("<", "<=", ">", ">=", "=", "<>")), inner, inner)
    joined = st.one_of(compared, st.builds(Binary, st.sampled_from(("and", "or")), compared, compared))
    return st.one_of(
        st.builds(Binary, st.sampled_from(("+", "-", "*", "/", "^")), inner, inner),
        st.builds(Unary, st.just("-"), inner),
        st.builds(lambda name, one: Call(name, (one,)), st.sampled_from(("abs", "exp", "ln", "sqrt")), inner),
        st.builds(lambda name, one, two: Call(name, (one, two)), st.sampled_from(("min", "max")), inner, inner),
        st.builds(Choice, st.one_of(joined, st.builds(Unary, st.just("not"), compared)), inner, inner),
    )


expressions = st.recursive(_leaves, _above, max_leaves=12)

"""How `flywheel.toml` is declared: a stock-and-flow model as a file."""

from __future__ import annotations

from typing import Final

from firstbest.flywheel.model import MARKS
from firstbest.store.schema_words import Column, Section, Settings, Type, choice, integer, of, text

_FAR: Final = 1e15


def _number(name: str, note: str, default: float | None = None) -> Column:
    """A number of any sign."""
    return Column(name, Type.NUMBER, note, default, -_FAR, _FAR)


def _numbers(name: str, note: str, length: tuple[int, int]) -> Column:
    """A list of numbers of any sign."""
    return Column(name, Type.NUMBERS, note, [] if length[0] == 0 else None, -_FAR, _FAR, length=length)


_NAME: Final = text("name", "small letters, digits, underscores")
_UNIT: Final = text("unit", "like order/month; 1 for a pure number")
_WORDS: Final = text("words", "what a page calls it", "")

FLYWHEEL: Final = Settings(
    "flywheel",
    "The flywheel as stocks and flows.",
    (
        Section(
            "model",
            "Name, time, what counts.",
            (
                text("title", "what a page calls the model"),
                text("time_unit", "the unit of time, as units below write it"),
                _number("start", "first instant", 0.0),
                _number("stop", "last instant"),
                _number("step", "step of integration"),
                choice("method", ("euler", "rk4"), "of integration", "euler"),
                integer("every", "steps between two recorded instants", 1, low=1, high=10_000),
                of("units", Type.NAMES, "base units, so that a slip of the pen is found"),
                text("sold", "the variable that counts what is sold"),
                text("money", "the variable that counts what is earned"),
                of("shown", Type.NAMES, "variables that the page draws", ""),
            ),
        ),
        Section(
            "constant",
            "A coefficient.",
            (
                _NAME,
                _number("value", "its value"),
                _numbers("range", "least and most, the value most likely; none: it is not varied", (0, 2)),
                _UNIT,
                choice("mark", MARKS, "how well it is known"),
                text("source", "where value and range come from"),
                _WORDS,
                text("book", "which estimate of the book replaces it", ""),
            ),
            many=True,
            key="name",
        ),
        Section(
            "stock",
            "What accumulates.",
            (
                _NAME,
                _UNIT,
                text("start", "its first value, an equation"),
                of("in", Type.NAMES, "flows that fill it", ""),
                of("out", Type.NAMES, "flows that drain it", ""),
                choice("floor", ("none", "zero"), "zero: it never falls below", "none"),
                _WORDS,
            ),
            many=True,
            key="name",
        ),
        Section(
            "flow",
            "What fills or drains stocks.",
            (_NAME, _UNIT, text("is", "an equation"), _WORDS),
            many=True,
            key="name",
        ),
        Section(
            "auxiliary", "A step of thought.", (_NAME, _UNIT, text("is", "an equation"), _WORDS), many=True, key="name"
        ),
        Section(
            "lookup",
            "A function drawn through points, flat beyond them.",
            (
                _NAME,
                _numbers("x", "rising", (2, 500)),
                _numbers("y", "one for each x", (2, 500)),
                text("unit_x", "of x"),
                text("unit", "of y"),
            ),
            many=True,
            key="name",
        ),
        Section(
            "arrow",
            "An arrow of the picture.",
            (
                text("from", "a stock or variable"),
                text("to", "a stock or variable"),
                text("by", "the constant that says how strongly; none: one for one", ""),
                choice("sign", ("+", "-"), "does more give more, or less?"),
            ),
            many=True,
        ),
        Section(
            "loop",
            "A closed way; the last name leads back to the first.",
            (
                text("name", "what a page calls it"),
                choice("kind", ("reinforcing", "balancing"), "does it feed or check itself?"),
                of("way", Type.NAMES, "names, each read by the next, or a flow and its stock"),
                of("cut", Type.NAMES, "the two names between which --knock-out cuts"),
                text("words", "in a sentence", ""),
            ),
            many=True,
            key="name",
        ),
    ),
)

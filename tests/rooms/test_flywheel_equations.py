"""Equations as text and tree, and their units."""

from __future__ import annotations

import pytest
from hypothesis import given

from firstbest.flywheel.dimensions import PURE, Judge, Unit, UnitFaulty, unit_of, unit_text
from firstbest.flywheel.expressions import (
    Binary,
    Call,
    EquationFaulty,
    Expression,
    Name,
    calls_of,
    names_of,
    parsed,
    plain,
    replaced,
    written,
)
from tests.rooms.flywheel_oracle import expressions, value


@given(expressions)
def test_what_is_written_reads_back_as_the_same_tree(tree: Expression) -> None:
    assert parsed(written(tree)) == tree


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2 - 3 - 4", -5), ("2 - (3 - 4)", 3), ("-2^2", -4), ("(-2)^2", 4), ("2^3^2", 512), ("2^-1", 0.5), ("8/4/2", 1),
        ("2 * -3", -6), ("1 + 2 * 3 ^ 2", 19), ("IF 1 < 2 AND NOT 3 < 2 THEN 5 ELSE 6", 5),
        ("if 1 > 2 or 2 = 2 then 1 else 0", 1),
        ("MAX(3, min(9, 7))", 7), ("ABS(-3) + SQRT(16)", 7), ("1.5e1 + .5", 15.5), ("(IF 2 <> 2 THEN 1 ELSE 2) * 3", 6),
    ],
)  # fmt: skip
def test_signs_bind_as_xmile_says(text: str, told: float) -> None:
    assert value(parsed(text), {}) == told


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("a +", 4, "a number, a name or '('"),
        ("(a + b", 7, "')'"),
        ("a b", 3, "the end"),
        ("IF a > 1 THEN 2", 16, "'else'"),
        ("a ? b", 3, "a number, a name or a sign"),
        ("", 1, "a number, a name or '('"),
        ("(" * 70 + "a" + ")" * 70, 62, "60 levels of brackets at most"),
    ],
)
def test_a_faulty_equation_is_told_by_its_character(text: str, at: int, expected: str) -> None:
    with pytest.raises(EquationFaulty) as caught:
        parsed(text)

    assert (caught.value.at, caught.value.expected) == (at, expected)


def test_names_calls_and_replacement() -> None:
    tree = parsed("curve(a) + a * INIT(a + b)")

    assert names_of(tree) == ("a", "b")
    assert [call.function for call in calls_of(tree)] == ["curve", "init"]
    assert written(replaced(tree, "a", parsed("2 * c"))) == "curve(2 * c) + 2 * c * INIT(a + b)"


def test_names_compare_as_xmile_says() -> None:
    assert plain(" Cash  on\nHand") == plain("cash_on_hand") == plain("CASH\\non hand")


UNITS = {"orders": "order/month", "price": "dollar/order", "cash": "dollar", "share": "1", "time_": "month"}


def judged(text: str) -> tuple[Unit | None, list[tuple[str, str]]]:
    told: list[tuple[str, str]] = []
    known = {name: unit_of(unit) for name, unit in UNITS.items()}
    known |= {"curve": unit_of("dollar"), "curve()": PURE}
    return Judge(known, unit_of("month"), lambda *fault: told.append(fault)).unit(parsed(text)), told


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("orders * price", "dollar/month"), ("cash / time_", "dollar/month"), ("cash + 0", "dollar"),
        ("share^1.5", "1"),
        ("cash^2", "dollar^2"), ("SQRT(cash * cash)", "dollar"), ("IF cash > 0 THEN cash ELSE 0", "dollar"),
        ("curve(share) + cash", "dollar"), ("SMTH1(cash, time_)", "dollar"), ("EXP(share) * cash", "dollar"),
        ("MAX(0, orders)", "order/month"), ("STEP(cash, time_)", "dollar"),
    ],
)  # fmt: skip
def test_units_follow_the_arithmetic(text: str, unit: str) -> None:
    found, told = judged(text)

    assert told == []
    assert found is not None
    assert found == unit_of(unit)


@pytest.mark.parametrize(
    "text",
    ["cash + orders", "cash + 1", "EXP(cash)", "share^cash", "cash^share", "MIN(cash, share)", "curve(cash)",
     "SMTH1(cash, cash)", "IF cash > share THEN 1 ELSE 2", "IF share > 1 THEN cash ELSE share"],
)  # fmt: skip
def test_units_that_do_not_fit_are_told(text: str) -> None:
    assert len(judged(text)[1]) == 1


def test_units_are_read_and_written() -> None:
    assert unit_text(unit_of("dollar*month/order")) == "dollar*month/order"
    assert unit_of("order/month/month") == unit_of("order/month^2")
    assert unit_of("order/order") == PURE
    assert unit_text(unit_of("1/month")) == "1/month"
    with pytest.raises(UnitFaulty):
        unit_of("order per month")


def test_trees_are_values() -> None:
    assert Binary("+", Name("a"), Name("b")) == parsed("a+b")
    assert parsed("smth1(a, b)") == Call("smth1", (Name("a"), Name("b")))

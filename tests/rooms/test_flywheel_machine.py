"""The register machine against a slow interpreter; integration; loops; futures; sensitivity."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.flywheel import program
from firstbest.flywheel.expressions import Expression, parsed
from firstbest.flywheel.futures import drawn, futures, placed
from firstbest.flywheel.knock_out import knock_out, loosened, polarities
from firstbest.flywheel.model import (
    ASSUMED,
    Arrow,
    Circular,
    Constant,
    Loop,
    Model,
    Span,
    Stock,
    Variable,
    cut,
    expanded,
    ordered,
)
from firstbest.flywheel.program import Runs, compiled_model, run
from firstbest.flywheel.sobol import sobol
from firstbest.store.flywheel_file import read_model
from firstbest.store.init import BUILTIN
from tests.rooms.flywheel_oracle import NAMES, course, expressions, value

EVERYTHING = Path(__file__).resolve().parents[2] / "benchmarks/flywheel_everything.toml"


def constant(name: str, middle: float, low: float | None = None, high: float | None = None) -> Constant:
    return Constant(name, middle, middle if low is None else low, middle if high is None else high, "1", ASSUMED, "")


def growth(method: str = "euler", step: float = 0.5) -> Model:
    """A stock that feeds itself towards a ceiling."""
    return Model(
        "growth",
        Span("month", 0.0, 20.0, step, method),
        (constant("rate", 0.4, 0.2, 0.6), constant("ceiling", 100.0, 50.0, 150.0)),
        (Stock("heap", "1", parsed("1"), ("winning",), ()),),
        (
            Variable("room", "1", parsed("1 - heap / ceiling")),
            Variable("winning", "1/month", parsed("heap * rate * room"), flow=True),
        ),
        (),
        (
            Loop("more", True, ("heap", "winning"), ("heap", "winning")),
            Loop("less", False, ("heap", "room", "winning"), ("room", "winning")),
        ),
        ("winning", "winning"),
        ("heap",),
        (Arrow("heap", "winning", "rate", True), Arrow("heap", "room", "ceiling", False)),
    )


@given(expressions, st.lists(st.floats(-30, 30), min_size=9, max_size=9))
def test_the_machine_computes_as_a_scalar_interpreter_does(tree: Expression, numbers: list[float]) -> None:
    model = Model(
        "one", Span("month", 0, 1, 1), tuple(constant(name, 0.0) for name in NAMES), (), (Variable("out", "1", tree),)
    )
    lanes = np.array(numbers).reshape(3, 3)
    told = run(compiled_model(model), Runs(lanes, ("out",), 0, 0))[0, 0]

    wanted = [value(tree, dict(zip(NAMES, lanes[:, lane].tolist(), strict=True))) for lane in range(3)]
    np.testing.assert_array_equal(told, wanted)


def test_a_model_with_every_function_runs_as_the_interpreter_does() -> None:
    model = read_model(EVERYTHING)._replace(lookups=())
    plain = {"curved": "full * 1.3", "surge": "rise * 0.2"}
    variables = (
        each._replace(equation=parsed(plain.get(each.name, "0"))) if each.name in plain else each
        for each in model.variables
    )
    model = model._replace(variables=tuple(variables))
    lanes = drawn(model, 5, 2)
    names = tuple(stock.name for stock in model.stocks)
    told = run(compiled_model(model), Runs(lanes, names, 1, 60))

    wanted = course(model, {each.name: float(lanes[row, 1]) for row, each in enumerate(model.constants)}, 60)
    np.testing.assert_array_equal(told[:, :, 1], [[now[name] for name in names] for now in wanted])


def test_a_run_does_not_depend_on_its_block(monkeypatch: pytest.MonkeyPatch) -> None:
    model = read_model(EVERYTHING)
    compiled, lanes = compiled_model(model), drawn(model, 3, 40)
    whole = run(compiled, Runs(lanes, ("heap", "pit"), 7))
    monkeypatch.setattr(program, "LANES", 7)

    np.testing.assert_array_equal(run(compiled, Runs(lanes, ("heap", "pit"), 7)), whole)


def test_the_fourth_order_method_is_of_fourth_order() -> None:
    def miss(method: str, step: float) -> float:
        compiled = compiled_model(growth(method, step))
        told = run(compiled, Runs(compiled.values[:, None], ("heap",), 1))[-1, 0, 0]
        return abs(float(told) - 100.0 / (1.0 + 99.0 * math.exp(-0.4 * 20.0)))

    assert 12 < miss("rk4", 1.0) / miss("rk4", 0.5) < 20
    assert 1.5 < miss("euler", 0.2) / miss("euler", 0.1) < 2.5
    assert miss("rk4", 0.5) < 1e-3


def test_lookups_are_straight_between_and_flat_beyond() -> None:
    """As NumPy has it; a number that is none is not answered with a corner as if all were well."""
    model = read_model(EVERYTHING)
    asked = model._replace(
        stocks=(),
        constants=(constant("x", 0.0),),
        variables=(Variable("out", "1", parsed("curve(x)")),),
        outcomes=("out", "out"),
    )
    x = np.array([-1.0, 0.0, 0.2, 0.4, 1.0, 2.5, 9.0, np.nan])
    told = run(compiled_model(asked), Runs(x[None, :], ("out",), 0, 0))[0, 0]

    np.testing.assert_allclose(told, np.interp(x, model.lookups[0].x, model.lookups[0].y))


def test_equations_in_a_circle_are_told() -> None:
    with pytest.raises(Circular, match="a needs b needs a"):
        ordered({"a": ("b",), "b": ("a", "x")})
    assert ordered({"a": ("b",), "b": (), "c": ("a",)}) == ("b", "a", "c")


def test_a_cut_arrow_passes_what_it_passed_at_the_start() -> None:
    model = cut(growth(), "room", "winning")
    compiled = compiled_model(model)
    told = run(compiled, Runs(compiled.values[:, None], ("heap",), 1))[:, 0, 0]

    np.testing.assert_allclose(told, (1.0 + 0.5 * 0.4 * 0.99) ** np.arange(41), rtol=1e-12)
    assert len(expanded(model).stocks) == 2


def test_loops_are_worth_what_goes_missing_and_have_a_sign() -> None:
    model = growth()
    found = {worth.loop.name: worth for worth in knock_out(model, 1, 20.0, 200)}

    assert polarities(model) == (1, -1)
    assert found["more"].sold[0] > 0
    assert found["less"].sold[2] < 0
    assert found["more"].sold[0] < found["more"].sold[1] < found["more"].sold[2]


def test_the_brake_is_the_arrow_that_helps_most_when_loosened() -> None:
    first, second = loosened(growth(), 1, 20.0, 200)

    assert {first.arrow.by, second.arrow.by} == {"rate", "ceiling"}
    assert first.elasticity[1] >= second.elasticity[1] > 0
    assert first.helps == second.helps == 1


def test_draws_stay_in_their_range_and_belong_to_the_name() -> None:
    shares = np.linspace(0.0, 1.0, 1001)
    told = placed(constant("a", 2.0, 1.0, 5.0), shares)

    assert told.min() == 1.0
    assert told.max() == 5.0
    assert (np.diff(told) > 0).all()
    assert np.interp(2.0, told, shares) == pytest.approx(0.25, abs=1e-3)
    model = growth()
    more = model._replace(constants=(constant("new", 1.0, 0.0, 2.0), *model.constants))
    np.testing.assert_array_equal(drawn(more, 5, 20)[1:], drawn(model, 5, 20))
    np.testing.assert_array_equal(drawn(model, 5, 20)[:, :10], drawn(model, 5, 10))


def test_the_same_seed_gives_the_same_futures() -> None:
    one, two, other = (futures(growth(), seed, 300) for seed in (1, 1, 2))

    np.testing.assert_array_equal(one.values, two.values)
    assert (one.values != other.values).any()
    assert (np.diff(one.bands("heap"), axis=0) >= 0).all()


def test_sobol_indices_of_a_known_function() -> None:
    """Ishigami and Homma 1990, with a = 7 and b = 0.1; the indices are known in closed form."""

    def ishigami(
        share: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        x = (2 * share - 1) * math.pi
        return np.asarray(np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))

    found = {index.name: index for index in sobol(("x1", "x2", "x3"), ishigami, 1, 4096)}

    for name, first, total in (("x1", 0.3139, 0.5576), ("x2", 0.4424, 0.4424), ("x3", 0.0, 0.2437)):
        assert found[name].first == pytest.approx(first, abs=0.04)
        assert found[name].total == pytest.approx(total, abs=0.04)


def test_loops_of_the_built_in_model_do_what_they_say() -> None:
    model = read_model(Path(str(BUILTIN)) / "flywheel.toml")
    signs = polarities(model)

    assert [
        (loop.name, sign)
        for loop, sign in zip(model.loops, signs, strict=True)
        if sign and (sign > 0) != loop.reinforcing
    ] == []
    assert sum(sign != 0 for sign in signs) >= 8


def test_the_built_in_model_starts_balanced() -> None:
    """With growth at the start at 0, nothing jumps in the first month; what moves is learning."""
    model = read_model(Path(str(BUILTIN)) / "flywheel.toml")
    compiled = compiled_model(model)
    names = ("buyers", "members", "sellers", "promise_days", "orders")
    told = run(compiled, Runs(compiled.values[:, None], names, 1, 3))[:, :, 0]

    np.testing.assert_allclose(told[1], told[0], rtol=1e-3)

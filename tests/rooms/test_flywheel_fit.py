"""Fitting finds what made the figures, and says how surely; the worked example keeps its promises."""

from __future__ import annotations

import numpy as np
import pytest

from firstbest.flywheel import fit as fitting
from firstbest.flywheel.expressions import parsed
from firstbest.flywheel.fit import (
    Series,
    constants_of,
    fit,
    fitted_model,
    forecast,
    misses,
    most_likely,
    problem_of,
    until_year,
)
from firstbest.flywheel.history import cost_stories, naive_growth
from firstbest.flywheel.model import ASSUMED, FITTED, Constant, Model, Span, Stock, Variable
from firstbest.store.flywheel_amazon import amazon_figures, amazon_model, amazon_series

RATE = 0.25


def small() -> Model:
    constants = (
        Constant("rate", 0.15, 0.0, 0.5, "1/year", ASSUMED, ""),
        Constant("first", 12.0, 5.0, 20.0, "1", ASSUMED, ""),
        Constant("noise", 0.03, 0.005, 0.1, "1", ASSUMED, ""),
        Constant("keep", 0.3, 0.0, 0.9, "1", ASSUMED, ""),
    )
    stock = Stock("heap", "1", parsed("first"), ("rise",), ())
    rise = Variable("rise", "1/year", parsed("rate * heap"), flow=True)
    sales = Variable("sales", "1", parsed("heap"))
    return Model(
        "small", Span("year", 2000, 2012, 0.5), constants, (stock,), (rise, sales), outcomes=("sales", "sales")
    )


def figures() -> tuple[Series, ...]:
    years = np.arange(2000, 2010)
    level = 10.0 * (1 + RATE / 2) ** (2 * (years - 2000)) * (2 + RATE / 2) / 2
    shock = 0.02 * np.random.default_rng(4).normal(size=10)
    return (Series("sales", "sales", "", True, "noise", "keep", years, level * np.exp(shock)),)


def test_what_made_the_figures_is_found_with_an_interval() -> None:
    found = fit(problem_of(small(), figures()), 1, 400)
    told = {each.name: each for each in fitted_model(found).constants}

    assert told["rate"].low < RATE < told["rate"].high
    assert told["first"].low < 10.0 < told["first"].high
    assert told["rate"].high - told["rate"].low < 0.05
    assert told["rate"].mark == FITTED
    assert 0.1 < found.accepted < 0.9


def test_the_same_seed_gives_the_same_posterior(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fitting, "THINNED", 5)
    problem = problem_of(small(), figures())
    one, two = (fit(problem, 3, 30) for _ in range(2))

    np.testing.assert_array_equal(one.draws, two.draws)


def test_a_forecast_widens_and_starts_from_the_last_figure() -> None:
    found = fit(problem_of(small(), figures()), 1, 300)
    ahead = forecast(found, "sales", 2011, 1)
    low, high = np.quantile(np.log(ahead.expected), (0.1, 0.9), axis=1)

    assert ahead.years[-1] == 2011
    assert high[-1] - low[-1] > high[-3] - low[-3] > 0
    np.testing.assert_array_equal(ahead.expected[:10], ahead.told[:10])


def test_earlier_knowledge_holds_no_later_figure() -> None:
    (cut,) = until_year(figures(), 2004)

    assert cut.years.tolist() == [2000, 2001, 2002, 2003, 2004]
    assert until_year(figures(), 2001) == ()


def test_naive_growth_is_that_of_the_last_three_years() -> None:
    ahead, rate = naive_growth(np.arange(2000, 2005), np.array([9.0, 1.0, 1.1, 1.21, 1.331]), 2006)

    assert rate == pytest.approx(0.1)
    np.testing.assert_allclose(ahead, [1.4641, 1.61051])


def test_the_example_tells_the_fall_and_the_rise_of_cost() -> None:
    series = amazon_series(amazon_figures())
    problem = problem_of(amazon_model(), series)
    best = constants_of(problem, most_likely(problem)[:, None])
    share, reported = misses(problem, best)[1][:, 0], series[1].values
    told = reported - share
    stories = cost_stories(problem, best[:, 0], "cost_share", {"no faster promise": "promise_effect"})

    assert float(np.sqrt((share**2).mean())) * 100 < 1.5
    assert series[1].years.tolist() == list(range(2002, 2018))
    assert reported[0] == pytest.approx(0.2025, abs=1e-3)
    assert reported.min() == reported[7] == pytest.approx(0.156, abs=1e-3)
    assert 3 <= int(told.argmin()) <= 9
    assert told[0] > told.min() + 0.02
    assert told[-1] > told.min() + 0.08
    assert [story.name for story in stories] == ["", "no faster promise", "naive"]
    assert (np.diff(stories[1].share) < 0).all()
    assert (np.diff(stories[2].share) < 0).all()
    assert stories[2].miss > 3 * stories[0].miss


def test_the_example_knows_nothing_after_2017() -> None:
    found = amazon_figures()

    assert max(year for by_year in found.values.values() for year in by_year) == 2017
    assert found.values["net_sales"][2017] == 177866
    assert 0 < found.confirmed < found.total

"""The worked example: Amazon's annual figures to fiscal 2017, and the model that is fitted to them.

The figures stand beside this module with the page each came from and whether it was confirmed there; some were noted
from memory and say so. No figure is later than 2017.
"""

from __future__ import annotations

import csv
from importlib.resources import as_file, files
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.backtest import Row, Ways, damped_draws, damped_trend, fitted_draws, mixed, without
from firstbest.flywheel.fit import GENERATIONS, Fit, Series, fit, kept_draws, problem_of, until_year
from firstbest.flywheel.model import Model
from firstbest.store.flywheel_file import read_model

F64 = NDArray[np.float64]

FOLDER: Final = files("firstbest.store") / "amazon"
FIRST: Final = 2002
LISTED: Final = 1997
STORES_BOUGHT: Final = 2017
ORIGINS: Final = range(2005, 2017)
CEILINGS: Final = {"lower_ceiling": (0.35, 0.2, 0.6), "higher_ceiling": (0.45, 0.3, 0.7)}
"""Priors of the share of online sales that one shop can win: peak, least, most."""
DAMPED: Final = "damped"
MIXTURE: Final = "mixture"
SHOWN: Final = "lower_ceiling"
"""The model that tells the share of cost where the forecast of sales is no single fit of it."""
BACK_TEST: Final = ("candidate", "origin", "year", "low_80_usd_bn", "middle_usd_bn", "high_80_usd_bn", "came_usd_bn")


class Figures(NamedTuple):
    """Figures by metric and year, and how many of them were confirmed."""

    values: dict[str, dict[int, float]]
    confirmed: int
    total: int


def amazon_model() -> Model:
    """The model, with priors."""
    with as_file(FOLDER / "flywheel.toml") as path:
        return read_model(path)


def amazon_candidates(seed: int, generations: int = GENERATIONS) -> Ways:
    """The candidates of docs/flywheel.md in their order, each from what was known at the end of an origin."""

    def ways(origin: int, until: int) -> dict[str, F64]:
        found = {name: amazon_draws(name, (origin, until), seed, generations) for name in (*CEILINGS, DAMPED)}
        return {**found, MIXTURE: mixed(found.values())}

    return ways


def amazon_draws(name: str, span: tuple[int, int], seed: int, generations: int = GENERATIONS) -> F64:
    """Futures of net sales by one candidate: [years ahead, draws]; `span` = (origin, last year)."""
    origin, until = span
    if name == MIXTURE:
        return mixed(amazon_draws(each, span, seed, generations) for each in (*CEILINGS, DAMPED))
    if name == DAMPED:
        (told,) = until_year((amazon_sales(amazon_figures()),), origin)
        return damped_draws(damped_trend(told.values), origin, until, kept_draws(generations), seed)
    return fitted_draws(amazon_fit(name, origin, seed, generations), "net_sales", until, seed)


def amazon_fit(name: str, origin: int, seed: int, generations: int = GENERATIONS) -> Fit:
    """The stock-and-flow model with the ceiling of that name, fitted to what was known at the end of a year."""
    known = until_year(amazon_series(amazon_figures()), origin)
    unknown = [] if "cloud" in {each.name for each in known} else ["cloud"]
    unknown += ["food_stores"] if origin < STORES_BOUGHT else []
    return fit(problem_of(without(_ceiling(amazon_model(), *CEILINGS[name]), unknown), known), seed, generations)


def _ceiling(model: Model, value: float, low: float, high: float) -> Model:
    constants = tuple(
        each._replace(value=value, low=low, high=high) if each.name == "share_of_online" else each
        for each in model.constants
    )
    return model._replace(constants=constants)


def amazon_sales(figures: Figures) -> Series:
    """Net sales from 1997, the first full year on the stock exchange, in billions."""
    return _series("net_sales", ("net_sales", "", "noise_sales", ""), _in_billions(figures.values["net_sales"]), LISTED)


def amazon_back_test() -> tuple[Row, ...]:
    """The back-test as it was computed once (`python examples/make_back_test.py`), in billions."""
    rows = csv.DictReader((FOLDER / "back_test.csv").read_text("utf-8").splitlines())
    return tuple(
        Row(row["candidate"], int(row["origin"]), int(row["year"]), *(float(row[name]) for name in BACK_TEST[3:]))
        for row in rows
    )


def amazon_files() -> dict[str, bytes]:
    """The model, the figures and the back-test, to be copied where a user can read and edit them."""
    return {name: (FOLDER / name).read_bytes() for name in ("flywheel.toml", "figures.csv", "back_test.csv")}


def amazon_figures() -> Figures:
    """The figures."""
    values: dict[str, dict[int, float]] = {}
    rows = list(csv.DictReader((FOLDER / "figures.csv").read_text("utf-8").splitlines()))
    for row in rows:
        values.setdefault(row["metric"], {})[int(row["fiscal_year"])] = float(row["value"])
    return Figures(values, sum(row["status"] == "confirmed" for row in rows), len(rows))


def amazon_series(figures: Figures) -> tuple[Series, ...]:
    """What the model is fitted to: net sales, the share of fulfilment and shipping, other sellers, cloud services."""
    found = figures.values
    sales, cost = found["net_sales"], found["fulfillment_expense"]
    shipping = found["shipping_cost"]
    share = {year: (cost[year] + shipping[year]) / sales[year] for year in sales if year in cost and year in shipping}
    return (
        _series("net_sales", ("net_sales", "", "noise_sales", "persistence_sales"), _in_billions(sales)),
        _series("cost_share", ("fulfilment_and_shipping", "net_sales", "noise_cost", "persistence_cost"), share),
        _series(
            "third_party",
            ("third_party", "", "noise_third", ""),
            {year: value / 100 for year, value in found["third_party_share_of_physical_gms"].items()},
        ),
        _series("cloud", ("cloud", "", "noise_cloud", ""), _in_billions(found["aws_net_sales"])),
    )


IN_LOGS: Final = ("net_sales", "cloud")


def _in_billions(millions: dict[int, float]) -> dict[int, float]:
    return {year: value / 1000 for year, value in millions.items()}


def _series(name: str, how: tuple[str, str, str, str], values: dict[int, float], first: int = FIRST) -> Series:
    years = sorted(year for year in values if year >= first)
    variable, over, noise, persistence = how
    told = np.array([values[year] for year in years])
    return Series(name, variable, over, name in IN_LOGS, noise, persistence, np.array(years), told)


def write_rows(path: Path, heads: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    """A CSV file; numbers to eight figures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows([f"{cell:.8g}" if isinstance(cell, float) else cell for cell in row] for row in rows)

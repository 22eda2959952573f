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

from firstbest.flywheel.fit import Series
from firstbest.flywheel.model import Model
from firstbest.store.flywheel_file import read_model

FOLDER: Final = files("firstbest.store") / "amazon"
FIRST: Final = 2002


class Figures(NamedTuple):
    """Figures by metric and year, and how many of them were confirmed."""

    values: dict[str, dict[int, float]]
    confirmed: int
    total: int


def amazon_model() -> Model:
    """The model, with priors."""
    with as_file(FOLDER / "flywheel.toml") as path:
        return read_model(path)


def amazon_files() -> dict[str, bytes]:
    """The model and the figures, to be copied where a user can read and edit them."""
    return {name: (FOLDER / name).read_bytes() for name in ("flywheel.toml", "figures.csv")}


def amazon_figures() -> Figures:
    """The figures."""
    values: dict[str, dict[int, float]] = {}
    rows = list(csv.DictReader((FOLDER / "figures.csv").read_text("utf-8").splitlines()))
    for row in rows:
        values.setdefault(row["metric"], {})[int(row["fiscal_year"])] = float(row["value"])
    return Figures(values, sum(row["status"] == "confirmed" for row in rows), len(rows))


def amazon_series(figures: Figures) -> tuple[Series, ...]:
    """What the model is fitted to: net sales, the share of fulfilment and shipping, other sellers, lines of sales."""
    found = figures.values
    sales, cost = found["net_sales"], found["fulfillment_expense"]
    shipping = found["shipping_cost"]
    share = {year: (cost[year] + shipping[year]) / sales[year] for year in sales if year in cost and year in shipping}
    return (
        _series("net_sales", ("net_sales", "", "noise_sales", "persistence_sales"), _in_billions(sales)),
        _series("cost_share", ("fulfilment_and_shipping", "net_sales", "noise_cost", "persistence_cost"), share),
        _series("own_sales", ("own_sales", "", "noise_lines", ""), _in_billions(found["online_stores_net_sales"])),
        _series(
            "third_party",
            ("third_party", "", "noise_third", ""),
            {year: value / 100 for year, value in found["third_party_share_of_physical_gms"].items()},
        ),
        _series("cloud", ("cloud", "", "noise_cloud", ""), _in_billions(found["aws_net_sales"])),
    )


IN_LOGS: Final = ("net_sales", "own_sales", "cloud")


def _in_billions(millions: dict[int, float]) -> dict[int, float]:
    return {year: value / 1000 for year, value in millions.items()}


def _series(name: str, how: tuple[str, str, str, str], values: dict[int, float]) -> Series:
    years = sorted(year for year in values if year >= FIRST)
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

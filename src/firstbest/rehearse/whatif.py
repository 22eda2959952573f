"""A change of price, promise or selection: this quarter in the twin, ten years in the flywheel.

In the twin customers answer (`demand_answers`), against levels measured in a rehearsal of the network as it is. All
prices move by one share; every service is promised sooner or later by so many days; a wider selection stands for items
that are not in the network yet, whose orders are those of the items that are. In the flywheel the same steps are
constants of the model, from the first month on; what another promise costs an order is what the pairs measured.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.flywheel.futures import drawn, quantiles, totals
from firstbest.flywheel.model import Model
from firstbest.flywheel.program import Runs, compiled_model, run
from firstbest.present.comparison import Estimate
from firstbest.present.figures import figures
from firstbest.present.record import Assumed
from firstbest.rehearse.answers_told import responding
from firstbest.rehearse.compare import WITH, estimate, paired, run_pairs
from firstbest.rehearse.demand_answers import MEASURE, Answered
from firstbest.rehearse.first_quarter import measured_of
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.unit_cost import MINUTES
from firstbest.store.compile_network import compile_network
from firstbest.store.flywheel_book import book_of, with_book
from firstbest.store.flywheel_file import read_model
from firstbest.store.workspace import load
from firstbest.world.nature import Nature
from firstbest.world.network import Network

F64 = NDArray[np.float64]

Ends = tuple[float, float, float]
RUNS: Final = 2_000
MODEL: Final = "flywheel.toml"
MONTHS_A_YEAR: Final = 12.0
ENDS: Final = (0.05, 0.5, 0.95)
MEASURES: Final = ("orders", "money", "hours", "carbon_kg")
CONSTANTS: Final = ("price_change", "promise_change", "selection_change", "cost_change")
"""Constants of a model that a step sets; a model without them has no ten years to tell."""


class Step(NamedTuple):
    """What changes: shares of one, and days."""

    price: float
    promise_days: int
    selection: float


class Levels(NamedTuple):
    """Levels seen in the network as it is: by seller, by region, by seller."""

    price: tuple[int, ...]
    promise_s: tuple[int, ...]
    items_x1000: tuple[int, ...]


class Quarter(NamedTuple):
    """What a step does in the twin: the value without it, and the difference with its interval, by measure."""

    without: dict[str, float]
    change: dict[str, Estimate]
    cost_order: float  # change of the cost to serve an order


@dataclass(frozen=True)
class Worlds:
    """Calling it with "without" or "with" and a seed answers a quarter's measures."""

    folder: Path
    scale: float
    days: int
    step: Step
    levels: Levels

    def __call__(self, which: str, seed: int) -> dict[str, float]:
        """One rehearsal."""
        step = self.step if which == WITH else Step(0.0, 0, 0.0)
        scenario, goods = _scenario(self, step)
        record = record_of(rehearse(scenario, Settings(seed)), "", self.scale, Assumed(0, 0))
        told = figures(record)
        sums = record.cube.sum(axis=(0, 1, 2), dtype=np.int64)[:, 0].astype(np.float64)
        shipped = told["orders_shipped"]
        cost = told["cost_to_serve_per_order"] * shipped
        return {
            "orders": told["orders_placed"] - told["orders_refused"],
            "money": told["net_sales"] * (1 - goods / (1 + step.price)) - cost,
            "hours": math.fsum(sums[metric] for metric in MINUTES) / 60,
            "carbon_kg": told["carbon_g_per_order"] * shipped / 1_000,
            "cost_order": told["cost_to_serve_per_order"],
        }


@lru_cache(maxsize=2)
def _scenario(worlds: Worlds, step: Step) -> tuple[Scenario, float]:
    """The world with a step, and the share of goods and duty in the price as it is."""
    network, nature = compile_network(load(worlds.folder), worlds.scale, worlds.days)
    items, weight = network.items, nature.demand.item_weight
    cost = items.cost * (1 + items.duty_ppm / 1e6)
    goods = float((weight * cost).sum() / max((weight * items.price).sum(), 1))
    answers = nature.demand.answers
    assert answers is not None, "answers were measured"
    answers = answers._replace(
        price_level=np.array(worlds.levels.price, np.int64),
        promise_level_s=np.array(worlds.levels.promise_s, np.int64),
        items_level_x1000=np.rint(np.array(worlds.levels.items_x1000) / (1 + step.selection)).astype(np.int64),
    )
    nature = responding(nature._replace(demand=nature.demand._replace(answers=answers)))
    return Scenario(stepped(network, step), nature), goods


def stepped(network: Network, step: Step) -> Network:
    """The same network with other prices and another promise; no promise is below a day after the ship day."""
    price = np.rint(network.items.price * (1 + step.price)).astype(np.int64)
    promises, days = network.promises, step.promise_days
    pad = np.maximum(promises.pad_days + days, 0).astype(np.int16)
    low = np.maximum(promises.low_days + days, 1).astype(np.int16)
    high = np.maximum(promises.high_days + days, low).astype(np.int16)
    return network._replace(
        items=network.items._replace(price=price),
        promises=promises._replace(pad_days=pad, low_days=low, high_days=high),
    )


def levels_of(folder: Path, scale: float, days: int, seed: int) -> Levels:
    """Levels seen in one rehearsal of the network as it is. Raises `WorkspaceFaulty` where nobody could answer."""
    network, nature = compile_network(load(folder), scale, days)
    answers = nature.demand.answers
    if answers is None or len(nature.log.at_us):
        responding(nature)  # says what is missing
    assert answers is not None, "responding would have raised"
    noting = nature._replace(demand=nature.demand._replace(answers=answers._replace(on=MEASURE)))
    told = rehearse(Scenario(network, noting), Settings(seed)).answered
    assert told is not None, "levels were measured"
    return _levels(told, nature)


def _levels(told: Answered, nature: Nature) -> Levels:
    return Levels(
        tuple(np.rint(told.price).astype(np.int64).tolist()),
        tuple(np.rint(told.promise_s).astype(np.int64).tolist()),
        tuple(np.rint(told.items * 1_000).astype(np.int64).tolist()),
    )


def quarter(
    worlds: Worlds, seeds: Sequence[int], workers: int, progress: Callable[[float], None] | None = None
) -> Quarter:
    """Pairs with and without the step; volumes are those of the whole operation."""
    pairs = run_pairs(worlds, seeds, workers, progress)
    up = dict.fromkeys(MEASURES, 1.0 / worlds.scale)
    without = {name: float(np.mean(pairs.without[name])) * up[name] for name in MEASURES}
    change = {}
    for name in MEASURES:
        found = estimate(paired(pairs.without[name], pairs.with_[name]))
        change[name] = Estimate(*(end * up[name] for end in found))
    cost = float(np.mean(paired(pairs.without["cost_order"], pairs.with_["cost_order"])))
    return Quarter(without, change, cost)


def decade(model: Model, step: Step, found: Quarter, seed: int, until: float) -> dict[str, Ends] | None:
    """What the step adds until an instant, 5, 50 and 95 in 100 of the futures; none where the model has no such step.

    Hours and carbon go with orders, as the quarter with the step had them of an order.
    """
    if not set(CONSTANTS) <= {each.name for each in model.constants}:
        return None
    values = {
        "price_change": step.price,
        "promise_change": float(step.promise_days),
        "selection_change": step.selection,
        "cost_change": found.cost_order if step.promise_days else 0.0,
    }
    constants = tuple(
        each._replace(value=values[each.name], low=values[each.name], high=values[each.name])
        if each.name in values
        else each
        for each in model.constants
    )
    steps = min(model.span.steps, round((until - model.span.start) / model.span.step))
    sums = [
        totals(each, run(compiled_model(each), Runs(drawn(each, seed, RUNS), each.outcomes, 1, steps)), until)
        for each in (model, model._replace(constants=constants))
    ]
    more_orders, more_money = sums[1] - sums[0]
    after = {name: found.without[name] + found.change[name].mean for name in MEASURES}
    made = {"orders": more_orders, "money": more_money}
    for name in ("hours", "carbon_kg"):
        before_each, each = found.without[name] / found.without["orders"], after[name] / max(after["orders"], 1.0)
        made[name] = sums[1][0] * each - sums[0][0] * before_each
    return {name: _ends(values) for name, values in made.items()}


def decade_of(folder: Path, step: Step, found: Quarter, seed: int, years: int) -> dict[str, Ends] | None:
    """The same for the model of a workspace, with what its book and its measured curve tell; none without a model."""
    path = folder / MODEL
    if not path.is_file():
        return None
    model = read_model(path)
    model = measured_of(folder, with_book(model, book_of(folder, model)), seed).model
    return decade(model, step, found, seed, model.span.start + years * MONTHS_A_YEAR)


def _ends(values: F64) -> Ends:
    low, middle, high = quantiles(values, ENDS).tolist()
    return low, middle, high

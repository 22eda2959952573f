"""The wave's joint decision against order by order, against the bound of the linear relaxation, and against HiGHS.

The same options and supplies (`lookahead_world`) go to three: the choice order by order in the order of arrival, the
house's own (`decide.ahead`), and HiGHS. `gap_percent` is ours above HiGHS' linear relaxation (where that takes more
than `LP_MOST_S`, above our own bound, which is never higher), `gap_percent_greedy` is that of order by order. For the
ratio HiGHS solves the integer program until its answer is as good as ours (its relative gap is set to ours) on one
thread; where it runs out of time the ratio is a lower bound, and it is told how good it had become. Ours counts from
the options to the choice, in the second of two runs; listing the options (`options_ms`) is the same for all.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any, NamedTuple

import highspy
import numpy as np

from benchmarks.lookahead_world import SLOTS_PERCENT, STOCK_PERCENT, Instance, builtin, instance, left_of
from benchmarks.result import Result, Value
from firstbest.decide.ahead import Chosen, chosen_of, there_of, tight, work_for
from firstbest.decide.ahead_ways import Options, options_of
from firstbest.kernels.choices import Problem
from firstbest.kernels.joint import greedy
from firstbest.world.network import I64
from firstbest.world.units import MONEY

ENGINE: Any = highspy.Highs  # it has no annotations
SIZES = {"1k": 1_000, "10k": 10_000, "100k": 100_000}
QUICK = {"1k": 1_000}
LP_MOST_S = 100.0
MIP_MOST_S = 60.0
COMPARED = ("1k", "10k")
"""Sizes at which HiGHS solves the integer program too."""
GAP_MOST_PERCENT = 1.0
WARM_CLIMBS = 20


class Tried(NamedTuple):
    """One size."""

    figures: dict[str, int | float]
    highs: dict[str, Value]
    wrong: tuple[str, ...]


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the built-in network needs no data
    """Wrong where ours is dearer than order by order, does not fit, or is further from the bound than it may be."""
    network, nature = builtin()
    figures: dict[str, int | float] = {"stock_percent": STOCK_PERCENT, "slots_percent": SLOTS_PERCENT}
    highs: dict[str, Value] = {"version": ENGINE().version()}
    wrong: list[str] = []
    for name, lines in (QUICK if quick else SIZES).items():
        found = tried(name, instance(network, nature, lines))
        figures |= found.figures
        highs |= found.highs
        wrong += found.wrong
    return Result(figures=figures, peers={"highs": highs}, wrong=tuple(wrong))


def tried(name: str, wave: Instance) -> Tried:
    """All of one size."""
    options_of(wave.ground.terms, wave.window, wave.space, wave.waiting)
    began = time.perf_counter()
    options = options_of(wave.ground.terms, wave.window, wave.space, wave.waiting)
    options_ms = 1e3 * (time.perf_counter() - began)
    there = there_of(wave.space)
    problem, names = tight(options, there)
    one_by_one = by_arrival(problem)
    chosen_of(options, there, one_by_one)
    began = time.perf_counter()
    ours = chosen_of(options, there, one_by_one)
    ours_s = time.perf_counter() - began
    bound, lp_s = relaxed(options, problem)
    bound = max(bound, ours.bound / MONEY)
    gap = 100 * (ours.cost / MONEY - bound) / bound
    not_sent = int((ours.option == options.first[:-1]).sum())
    figures: dict[str, int | float] = {
        f"orders_{name}": len(options.first) - 1,
        f"options_{name}": len(options.cost),
        f"supplies_tight_{name}": len(names),
        f"options_ms_{name}": round(options_ms, 1),
        f"ours_ms_{name}": round(1e3 * ours_s, 1),
        f"gap_percent_{name}": round(gap, 3),
        f"gap_percent_greedy_{name}": round(100 * (ours.stays / MONEY - bound) / bound, 2),
        f"not_sent_{name}": not_sent,
        f"not_sent_greedy_{name}": int((one_by_one == options.first[:-1]).sum()),
    }
    highs: dict[str, Value] = {f"relaxed_s_{name}": round(lp_s, 3)}
    if name in COMPARED:
        solved_s, theirs = solved(options, problem, (ours.cost / MONEY - bound) * MONEY / ours.cost)
        figures[f"ratio_highs_{name}"] = round(solved_s / ours_s, 1)
        highs |= {
            f"solved_s_{name}": round(solved_s, 2),
            f"gap_percent_{name}": round(100 * (theirs - bound) / bound, 3),
        }
    figures |= warmed(name, wave, ours)
    return Tried(figures, highs, tuple(faults(name, ours, there, gap)))


def faults(name: str, ours: Chosen, there: I64, gap: float) -> list[str]:
    """What is wrong with our choice."""
    found = []
    if ours.cost > ours.stays:
        found.append(f"{name}: the joint choice costs more than order by order")
    if (left_of(ours.options, ours.option, there) < 0).any():
        found.append(f"{name}: more is taken than is there")
    if ours.cost != ours.options.cost[ours.option].sum() or ours.bound > ours.cost:
        found.append(f"{name}: cost or bound is not what the choice comes to")
    if gap > GAP_MOST_PERCENT:
        found.append(f"{name}: {gap:.2f} % above the bound, {GAP_MOST_PERCENT} may be")
    return found


def by_arrival(problem: Problem) -> I64:
    """Order by order."""
    found = np.zeros(len(problem.first) - 1, np.int64)
    greedy(problem, work_for(problem).left, found)
    return found


def warmed(name: str, wave: Instance, ours: Chosen) -> dict[str, int | float]:
    """The next wave, a twentieth of the stock gone: few climbs from nothing, and from this wave's prices."""
    there = there_of(wave.space._replace(units=wave.space.units - wave.space.units // 20))
    start = by_arrival(tight(ours.options, there)[0])
    cold, warm = (chosen_of(ours.options, there, start, WARM_CLIMBS, price) for price in (None, ours.price))
    return {
        f"bound_cold_{name}": round(cold.bound / MONEY),
        f"bound_warm_{name}": round(warm.bound / MONEY),
    }


def relaxed(options: Options, problem: Problem) -> tuple[float, float]:
    """The least cost of the linear relaxation, and how long HiGHS took; minus infinity where it took too long."""
    engine = handed(options, problem)
    engine.setOptionValue("time_limit", LP_MOST_S)
    began = time.perf_counter()
    engine.run()
    spent = time.perf_counter() - began
    done = engine.getModelStatus() == highspy.HighsModelStatus.kOptimal
    return (engine.getInfo().objective_function_value if done else -np.inf), spent


def solved(options: Options, problem: Problem, gap: float) -> tuple[float, float]:
    """How long HiGHS takes for the integer program to a relative gap, and the cost it reached."""
    engine = handed(options, problem, whole=True)
    engine.setOptionValue("mip_rel_gap", gap)
    engine.setOptionValue("time_limit", MIP_MOST_S)
    began = time.perf_counter()
    engine.run()
    return time.perf_counter() - began, float(engine.getInfo().objective_function_value)


def handed(options: Options, problem: Problem, *, whole: bool = False) -> Any:
    """The program as HiGHS takes it: a row an order, a row a supply."""
    orders, supplies, columns = len(options.first) - 1, len(problem.there), len(options.cost)
    start = problem.start + np.arange(columns + 1)
    of_order = np.zeros(int(start[-1]), np.bool_)
    of_order[start[:-1]] = True
    index, value = np.empty(int(start[-1]), np.int32), np.ones(int(start[-1]))
    index[of_order] = np.repeat(np.arange(orders), np.diff(options.first))
    index[~of_order], value[~of_order] = orders + problem.supply, problem.amount
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = columns, orders + supplies
    lp.col_cost_ = problem.cost / MONEY
    lp.col_lower_, lp.col_upper_ = np.zeros(columns), np.ones(columns)
    lp.row_lower_ = np.concatenate([np.ones(orders), np.full(supplies, -highspy.kHighsInf)])
    lp.row_upper_ = np.concatenate([np.ones(orders), problem.there.astype(np.float64)])
    matrix = lp.a_matrix_
    matrix.format_ = highspy.MatrixFormat.kColwise
    matrix.start_, matrix.index_, matrix.value_ = start, index, value
    if whole:
        lp.integrality_ = [highspy.HighsVarType.kInteger] * columns
    engine = ENGINE()
    engine.setOptionValue("output_flag", False)
    engine.setOptionValue("threads", 1)
    engine.passModel(lp)
    return engine

"""The flywheel against PySD on the same equations, and its 10,000 runs.

The built-in model is written as XMILE, PySD translates and runs it with other coefficients each time, and every stock
at every step is compared: the difference has to be zero, not small. PySD's time per run is measured on a sample and
counted for 10,000; ours runs all 10,000, draws and recorded values included. A second model holds every function and
sign, so that zero says something about all of them. `--quick` takes fewer of each.
"""

from __future__ import annotations

import importlib.metadata
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.result import Result
from firstbest.flywheel.futures import drawn, futures
from firstbest.flywheel.model import Model
from firstbest.flywheel.program import Runs, compiled_model
from firstbest.flywheel.program import run as run_program
from firstbest.store.flywheel_file import read_model
from firstbest.store.flywheel_xmile import xmile_text
from firstbest.store.init import BUILTIN

F64 = NDArray[np.float64]
RUNS = 10_000
EVERYTHING = Path(__file__).with_name("flywheel_everything.toml")


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the built-in model needs no data
    """Wrong when a single number differs from PySD's."""
    model = read_model(Path(str(BUILTIN)) / "flywheel.toml")
    everything = read_model(EVERYTHING)
    sample = 3 if quick else 20
    worst, values, pysd_s = compared(model, sample)
    worst_all, values_all, _ = compared(everything, 3 if quick else 10)
    futures(model, 1, 256)
    spent = []
    for _ in range(1 if quick else 5):
        began = time.perf_counter()
        futures(model, 1, RUNS)
        spent.append(time.perf_counter() - began)
    best = min(spent)
    worst = max(worst, worst_all)
    return Result(
        figures={
            "max_relative_difference_pysd": worst,
            "compared_values": values + values_all,
            "ratio_pysd": round(pysd_s * RUNS / best, 1),
            "runs_10000_s": round(best, 3),
            "runs_10000_s_worst": round(max(spent), 3),
            "steps": model.span.steps,
            "stocks": len(model.stocks),
            "equations": len(model.variables),
            "coefficients_varied": sum(each.high > each.low for each in model.constants),
        },
        peers={
            "pysd": {
                "version": importlib.metadata.version("pysd"),
                "s_per_run": round(pysd_s, 5),
                "sampled_runs": sample,
                "s_per_10000_runs": round(pysd_s * RUNS, 1),
            }
        },
        wrong=() if worst == 0 else (f"a stock differs from PySD's by {worst:g} of its size",),
    )


def compared(model: Model, count: int) -> tuple[float, int, float]:
    """Greatest relative difference over stocks, steps and runs; how many values; seconds of a run in PySD."""
    program = compiled_model(model)
    draws = drawn(model, 7, count)
    names = tuple(stock.name for stock in model.stocks)
    ours = run_program(program, Runs(draws, names, 1))
    worst, spent = 0.0, []
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = translated(Path(folder), model)
        for place in range(count):
            given = {each.name: float(draws[row, place]) for row, each in enumerate(model.constants)}
            began = time.perf_counter()
            told = peer.run(params=given, return_columns=list(names))
            spent.append(time.perf_counter() - began)
            theirs: F64 = told[list(names)].to_numpy(np.float64)
            size = np.maximum(np.abs(theirs), np.finfo(np.float64).tiny)
            worst = max(worst, float((np.abs(ours[:, :, place] - theirs) / size).max()))
            assert ours[:, :, place].shape == theirs.shape, "both record every step"
    return worst, int(ours.size), min(spent)


def translated(folder: Path, model: Model) -> Any:
    """The model in PySD, by way of XMILE."""
    import pysd

    path = folder / "model.xmile"
    path.write_text(xmile_text(model), encoding="utf-8")
    return pysd.read_xmile(str(path))

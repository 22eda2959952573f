"""Do the 90 % bands of `firstbest calibrate` hold nine of ten later values? On logs of known truth, and on a real one.

Known truth: Poisson days about level x weekday, without and with variance beyond chance, about a level that stands or
walks 5 or 15 % a week; 60 or 600 a day; 21 to 210 days known and a third to a half as many forecast. LOGS of each of
the 48 settings. `covered_percent_N` is the mean over all settings with N days known; `_least` and `_most` are those of
single settings, which have a standard error of up to 1.6 %. With three to five weeks known nobody can tell a walk from
chance, and a band that is right over all walks is too wide for a level that stands and too narrow for one that walks
far: such a setting is told, not called wrong. From 14 weeks on each one has to lie in 85 to 95 (but for NOISE), and the
mean at every length.

The real log: planned against actual days of 23,339 shipments. Its later days by the hold-out (fitted on the first 70 %)
and rolled week by week, with how many values that is; its later delays.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.result import Result, needed
from firstbest.rehearse.calibrate import Shipments, calibrate
from firstbest.rehearse.calibrate_arrivals import Days, try_arrivals
from firstbest.rehearse.calibrate_tried import COVER_HIGH, COVER_LOW
from firstbest.store.calibrate_log import read_shipments

PUBLIC_SET = "warehouse shipments 2013-2014 (flyaflya/causact)"
LOG = "orders/warehouse_shipments_2013_2014.parquet"
COLUMNS = {"shipment": "shipID", "planned": "plannedShipDate", "left": "actualShipDate"}
CLOSED = frozenset((16_037, 16_038))
"""28 and 29 November 2013: Thanksgiving and the day after it."""
LOGS = 150
LOGS_QUICK = 4
SPANS = ((21, 7), (35, 15), (98, 42), (210, 90))
LEVELS, WALKS, EXCESSES = (60.0, 600.0), (0.0, 0.05, 0.15), (0.0, 0.01)
WEEKDAY = np.array([1.4, 1.2, 1.1, 1.0, 0.9, 0.0, 0.0])
MONDAY = 20_514
TELLS_FROM = 98
NOISE = 0.02
"""Of a setting's share, from so many logs: what chance alone may add to it."""


def run(quick: bool, data: Path | None) -> Result:
    """Wrong where a mean, or a setting of 14 weeks or more, lies outside 85 to 95 %."""
    path = needed(data, LOG, PUBLIC_SET)
    began, logs = time.perf_counter(), LOGS_QUICK if quick else LOGS
    figures: dict[str, int | float] = {"logs_a_setting": logs}
    wrong = []
    for known, later in SPANS:
        shares = [covered(known, later, truth, logs) for truth in product(LEVELS, WALKS, EXCESSES)]
        mean, least, most = float(np.mean(shares)), min(shares), max(shares)
        figures[f"covered_percent_{known}"] = round(100 * mean, 1)
        figures[f"covered_percent_{known}_least"] = round(100 * least, 1)
        figures[f"covered_percent_{known}_most"] = round(100 * most, 1)
        ends = (least + NOISE, most - NOISE) if known >= TELLS_FROM else (mean, mean)
        if not quick and (ends[0] < COVER_LOW or ends[1] > COVER_HIGH):
            wrong.append(f"{known} days known: {100 * least:.1f} to {100 * most:.1f} % of later days in their bands")
    figures |= dict(real(path))
    figures["run_s"] = round(time.perf_counter() - began, 1)
    return Result(figures=figures, wrong=tuple(wrong))


def covered(known: int, later: int, truth: tuple[float, float, float], logs: int) -> float:
    """Share of later days in their bands, over logs of one truth: level, walk of a week, variance beyond chance."""
    shares = [try_arrivals(drawn(seed, known + later, truth), known, seed) for seed in range(logs)]
    return float(np.mean([each.covered for each in shares if each]))


def drawn(seed: int, days: int, truth: tuple[float, float, float]) -> Days:
    """A log of known truth."""
    level, walk, excess = truth
    chance = np.random.default_rng([seed, days])
    week = np.exp(np.cumsum(chance.normal(0, walk, days // 7 + 1)))
    mean = level * np.repeat(week, 7)[:days] * np.resize(WEEKDAY, days)
    if excess:
        mean = mean * chance.gamma(1 / excess, excess, days)
    return Days(MONDAY, chance.poisson(mean), np.zeros(days, np.bool_))


def real(path: Path) -> Iterator[tuple[str, int | float]]:
    """The shipment log."""
    columns = read_shipments(path, COLUMNS).columns
    log = Shipments(*(columns[name] for name in ("placed", "planned", "left", "delivered")))
    for each in calibrate(log, closed=CLOSED):
        for how, tried in (("held_out", each.tried), ("rolled", each.rolled)):
            if tried is not None:
                yield f"real_{each.name}_{how}_percent", round(100 * tried.covered, 1)
                yield f"real_{each.name}_{how}_values", tried.values

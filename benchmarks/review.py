"""The weekly review: 500 ratio metrics over three years, how often its signals are wrong, and what they see.

`compute_ms_500` is from days in memory to the whole deck (spans, box scores with intervals, limits, signals),
`html_s_500` and `pdf_s_500` from there to the page and to paper. Each is the least of some runs, in processor time of
all threads, beside the wall time (`..._wall_...`): other work on the machine slows mostly the latter.

False signals are counted among 500 metric-weeks with limits from 104 weeks, over 52 later weeks. A shift of two
standard deviations of the noise, on the scale on which the noise is even, begins in the thirteenth of them, half up.
`additive` adds two standard deviations of the log-normal numbers themselves instead, always up, and is only told. Seeds
are fresh from the system at each run and are told, so nothing can be fitted to them; `false_said_500` is what a deck
prints.

Peer: the open-source WBR App (github.com/working-backwards/wbr-app, commit 872003e): its engine on its input format, in
a process of its own, where WBR_APP names its checkout and WBR_PYTHON a Python that has its requirements. It computes
spans and box scores and no limits. It is given 100 of the 500 metrics, and its time is taken five times.
"""

from __future__ import annotations

import os
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.result import Result, Value
from firstbest.mechanisms import signals, watch
from firstbest.mechanisms.aggregate import Table
from firstbest.mechanisms.calendar import Calendar, day_of, week_end_of
from firstbest.mechanisms.deck_make import Given, make
from firstbest.mechanisms.metrics import Metric
from firstbest.present.deck_page import page
from firstbest.present.deck_paper import paper
from firstbest.store.paper import pdf

METRICS, DAYS = 500, 1_096
BASE, LATER, SHIFT_AT = 104, 52, 12
KINDS = ("independent", "ar3", "ar6", "poisson", "lognormal", "season")
POWERED = ("independent", "lognormal", "season")
PEER_METRICS = 100


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - made of draws, no data needed
    """Run it; wrong when a false rate is above what is promised, or a power below."""
    seed = secrets.randbits(32)
    figures: dict[str, int | float] = {"seed": seed, "metrics": METRICS}
    figures |= _speed(np.random.default_rng(seed), 2 if quick else 5)
    figures |= _signals(np.random.default_rng(seed + 1), 400 if quick else 6_000)
    peers: dict[str, dict[str, Value]] = {}
    peer = _peer()
    if peer is not None:
        peers["wbr_app"] = {"version": "872003e", "compute_s_500": round(peer, 2)}
        figures["ratio_wbr_app"] = round(peer * 1000 / figures["compute_ms_500"], 1)
    wrong = [
        f"{name} is {value}, more than 5"
        for name, value in figures.items()
        if name.startswith("false_per") and value > 5
    ]
    wrong += [f"{name} is {value}" for name, value in figures.items() if name.startswith("power_4") and value < 0.6]
    wrong += [f"{name} is {value}" for name, value in figures.items() if name.startswith("power_8") and value < 0.95]
    return Result(figures=figures, peers=peers, wrong=() if quick else tuple(w for w in wrong if "additive" not in w))


def _deck(rng: np.random.Generator) -> Given:
    below = rng.poisson(1_000, (METRICS, DAYS)).astype(np.float64)
    above = rng.binomial(below.astype(np.int64), 0.9).astype(np.float64)
    listed = [
        Metric(key=f"m{at}", title=f"Metric {at}", kind="ratio", numerator="s.n", denominator="s.d", unit="share",
               section=f"Section {at // 50}", better="up", owner="Ada")
        for at in range(METRICS)
    ]  # fmt: skip
    first = day_of(2023, 1, 1)
    end = week_end_of(Calendar(), first + DAYS - 7)
    return Given(
        "Five hundred", Calendar(), listed, Table(first, above, below, np.zeros((METRICS, DAYS), np.int8)), end, 0
    )


def _timed(work: Callable[[], Any], runs: int) -> tuple[float, float, Any]:
    """Least processor time and least wall time of some runs, and what the last answered."""
    cpu, wall, answer = [], [], None
    for _ in range(runs):
        began, used = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        answer = work()
        now = resource.getrusage(resource.RUSAGE_SELF)
        wall.append(time.perf_counter() - began)
        cpu.append(now.ru_utime - used.ru_utime + now.ru_stime - used.ru_stime)
    return min(cpu), min(wall), answer


def _speed(rng: np.random.Generator, runs: int) -> dict[str, int | float]:
    given = _deck(rng)
    compute, compute_wall, deck = _timed(lambda: make(given), runs * 2)
    html, html_wall, text = _timed(lambda: page(deck), runs)

    def typeset() -> bytes:
        made = paper(deck)
        return pdf(made.source, made.drawings)

    # Once only: typst keeps what it has laid out, so a second run would be told too fast.
    on_paper, paper_wall, document = _timed(typeset, 1)
    return {
        "compute_ms_500": round(compute * 1000, 1), "compute_wall_ms_500": round(compute_wall * 1000, 1),
        "html_s_500": round(html, 3), "html_wall_s_500": round(html_wall, 3), "html_kb_500": round(len(text) / 1000),
        "pdf_s_500": round(on_paper, 2), "pdf_wall_s_500": round(paper_wall, 2),
        "pdf_kb_500": round(len(document) / 1000),
    }  # fmt: skip


def _drawn(kind: str, rng: np.random.Generator, count: int) -> tuple[np.ndarray, float]:
    """Weeks of some metrics of a kind, and the standard deviation of their noise."""
    weeks = BASE + LATER
    noise = rng.standard_normal((count, weeks))
    if kind.startswith("ar"):
        memory = int(kind[2:]) / 10
        for week in range(1, weeks):
            noise[:, week] = memory * noise[:, week - 1] + np.sqrt(1 - memory**2) * noise[:, week]
    if kind == "poisson":
        return rng.poisson(3, (count, weeks)).astype(np.float64), np.sqrt(3)
    if kind == "lognormal":
        return 1_000 * np.exp(0.5 * noise), 0.5
    values = 100 + 10 * noise
    if kind == "season":
        at = np.arange(weeks) * 2 * np.pi / signals.YEAR_WEEKS
        values += 30 * np.sin(at + rng.uniform(0, 7, (count, 1))) + 10 * np.sin(2 * at + rng.uniform(0, 7, (count, 1)))
    return values, 10.0


def _alarms(values: np.ndarray, limits: signals.Fit) -> np.ndarray:
    seen = watch.watch(signals.judge(values, limits).score[:, BASE:])
    found: np.ndarray = seen.point | (seen.drift != 0)
    return found


def _signals(rng: np.random.Generator, count: int) -> dict[str, int | float]:
    figures: dict[str, int | float] = {"false_said_500": round(500 * watch.false_a_week(5, BASE), 2)}
    for kind in KINDS:
        values, deviation = _drawn(kind, rng, count)
        limits = signals.fit(values, BASE, ["auto"] * count)
        figures[f"false_per_500_{kind}"] = round(float(_alarms(values, limits).mean()) * 500, 2)
        if kind not in POWERED:
            continue
        sign = np.where(np.arange(count) % 2, 1.0, -1.0)[:, None]
        shifted = values.copy()
        if kind == "lognormal":
            shifted[:, BASE + SHIFT_AT :] *= np.exp(sign * 2 * deviation)
        else:
            shifted[:, BASE + SHIFT_AT :] += sign * 2 * deviation
        figures |= _power(kind, _alarms(shifted, limits))
        if kind == "lognormal":
            added = values.copy()
            added[:, BASE + SHIFT_AT :] += 2 * 1_000 * np.sqrt(np.exp(0.25) * (np.exp(0.25) - 1))
            figures |= _power("lognormal_additive", _alarms(added, limits))
    return figures


def _power(kind: str, alarms: np.ndarray) -> dict[str, int | float]:
    return {
        f"power_{weeks}_weeks_{kind}": round(float(alarms[:, SHIFT_AT : SHIFT_AT + weeks].any(axis=1).mean()), 3)
        for weeks in (4, 8)
    }


def _peer() -> float | None:
    """Processor seconds of the WBR App's engine for 500 such metrics; None where it cannot be run."""
    checkout, python = os.environ.get("WBR_APP"), os.environ.get("WBR_PYTHON", sys.executable)
    if not checkout or not (Path(checkout) / "src/wbr.py").is_file():
        return None
    words = [python, "-c", _PEER_PROGRAM, str(DAYS), str(PEER_METRICS)]
    asked = subprocess.run(words, cwd=checkout, capture_output=True, text=True, check=False)
    if asked.returncode:
        print(f"the peer did not run: {asked.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    return float(asked.stdout.split()[-1]) * METRICS / PEER_METRICS


_PEER_PROGRAM = """
import sys, time
import numpy as np
import pandas as pd
from src.wbr import WBR

days, metrics = int(sys.argv[1]), int(sys.argv[2])
rng = np.random.default_rng(1)
below = rng.poisson(1000, (days, metrics))
above = rng.binomial(below, 0.9)
columns = {"Date": pd.date_range("2023-01-01", periods=days)}
columns |= {f"n{at}": above[:, at] for at in range(metrics)}
columns |= {f"d{at}": below[:, at] for at in range(metrics)}
listed = {"__line__": 1}
for at in range(metrics):
    for part in "nd":
        listed[f"{part}{at}"] = {"column": f"{part}{at}", "aggf": "sum", "__line__": 1}
    over = [{"metric": {"name": f"n{at}"}}, {"metric": {"name": f"d{at}"}}]
    listed[f"r{at}"] = {"function": {"divide": over, "__line__": 1}, "metric_comparison_method": "bps", "__line__": 1}
setup = {"week_ending": "20-DEC-2025", "week_number": 51, "fiscal_year_end_month": "DEC", "__line__": 1}
table = pd.DataFrame(columns)
began = time.process_time()
WBR({"setup": setup, "metrics": listed, "deck": [], "__line__": 1}, daily_df=table)
print(time.process_time() - began)
"""

"""Two stages of ten hands each, 90 % busy: `timetable`, SimPy, Ciw and salabim."""

from __future__ import annotations

import time
from collections.abc import Generator
from typing import Any

import ciw
import numpy as np
import salabim
import simpy
from numpy.typing import NDArray

from benchmarks.result import Value
from firstbest.rehearse.calendar import plain_jobs, plain_network, timetable

I64 = NDArray[np.int64]

JOBS = 200_000
CONTEXT = 20_000
QUICK = 2_000
HANDS = 10
BUSY = 0.9
MEAN_US = 60_000_000
FOREVER = 2**60
STAGES = 2


def tandem(*, quick: bool) -> tuple[dict[str, int | float], dict[str, dict[str, Value]]]:
    """Ratios of CPU seconds, and what the peers took; the instants of SimPy have to be ours."""
    count = QUICK if quick else JOBS
    chance = np.random.default_rng(7)
    at = np.cumsum(chance.exponential(MEAN_US / HANDS / BUSY, count)).astype(np.int64)
    work = chance.exponential(MEAN_US, (count, STAGES)).astype(np.int64)
    crew = [(stage, 0, FOREVER, 1_000_000) for stage in range(STAGES) for _ in range(HANDS)]
    network = plain_network(np.array(crew, np.int64))
    route = np.tile(np.arange(STAGES), (count, 1))
    timetable(network, plain_jobs(at[:10], route[:10], work[:10]))
    ours_s = min(timed(lambda: timetable(network, plain_jobs(at, route, work))) for _ in range(3))
    ours = timetable(network, plain_jobs(at, route, work)).end
    began = time.process_time()
    theirs = in_simpy(at, work)
    simpy_s = time.process_time() - began
    context = QUICK if quick else CONTEXT
    each = ours_s / count
    ciw_s, salabim_s = timed(lambda: in_ciw(context)), timed(lambda: in_salabim(at[:context], work[:context]))
    figures: dict[str, int | float] = {
        "max_abs_difference_s_tandem": float(np.abs(ours - theirs).max()) / 1e6,
        "ratio_simpy_tandem": round(simpy_s / ours_s, 1),
        "ratio_ciw_tandem": round(ciw_s / context / each, 1),
        "ratio_salabim_tandem": round(salabim_s / context / each, 1),
        "visits_per_cpu_s_tandem": round(STAGES * count / ours_s),
    }
    peers: dict[str, dict[str, Value]] = {
        "simpy": {"tandem_cpu_s": round(simpy_s, 2)},
        "ciw": {"version": ciw.__version__, "tandem_cpu_s": round(ciw_s, 2), "jobs": context},
        "salabim": {"version": salabim.__version__, "tandem_cpu_s": round(salabim_s, 2), "jobs": context},
    }
    return figures, peers


def timed(work: Any) -> float:
    """CPU seconds of a call."""
    began = time.process_time()
    work()
    return time.process_time() - began


def in_simpy(at: I64, work: I64) -> I64:
    """[J, 2] when each stage was done with each job."""
    env = simpy.Environment()
    stages = [simpy.Resource(env, HANDS) for _ in range(STAGES)]
    ends = np.zeros(work.shape, np.int64)
    works = work.tolist()

    def job(number: int) -> Generator[Any, Any, None]:
        for stage in range(STAGES):
            with stages[stage].request() as asked:
                yield asked
                yield env.timeout(works[number][stage])
            ends[number, stage] = env.now

    def source() -> Generator[Any, Any, None]:
        for number, instant in enumerate(at.tolist()):
            yield env.timeout(instant - env.now)
            env.process(job(number))

    env.process(source())
    env.run()
    return ends


def in_ciw(jobs: int) -> None:
    """The same load, with Ciw's own draws."""
    work = ciw.dists.Exponential(1.0)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(HANDS * BUSY), None],
        service_distributions=[work, work],
        routing=[[0.0, 1.0], [0.0, 0.0]],
        number_of_servers=[HANDS] * STAGES,
    )
    ciw.seed(1)
    ciw.Simulation(network).simulate_until_max_customers(jobs, method="Finish")


def in_salabim(at: I64, work: I64) -> None:
    """The same jobs in salabim."""
    env = salabim.Environment(yieldless=False, trace=False, do_reset=True)
    stages = [salabim.Resource(f"stage {stage}", capacity=HANDS) for stage in range(STAGES)]

    class Job(salabim.Component):  # type: ignore[misc]
        """A job on its way."""

        def process(self) -> Generator[Any, Any, None]:
            """Stage by stage."""
            for stage in range(STAGES):
                yield self.request(stages[stage])
                yield self.hold(self.needs[stage])
                self.release(stages[stage])

        def setup(self, needs: list[int]) -> None:
            """How long each stage takes."""
            self.needs = needs

    for instant, needs in zip(at.tolist(), work.tolist(), strict=True):
        Job(at=instant, needs=needs)
    env.run()

"""The calendar: SimPy's instants on drawn networks, its two ways held to each other, its faults told."""

import numpy as np
import pytest

from firstbest.rehearse import calendar as cal
from tests.rehearsals.calendar_simpy import TRAITS, drawn, simulated

SEEDS = 27


def difference_s(ours: cal.Timetable, theirs: cal.Timetable) -> float:
    """The largest difference of any instant or wait."""
    return max(float(np.abs(a - b).max()) for a, b in zip(ours, theirs, strict=True)) / 1e6


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_same_instants_as_simpy(seed: int) -> None:
    name, network, jobs = drawn(seed, count=120)

    ours, theirs = cal.timetable(network, jobs), simulated(network, jobs)

    assert difference_s(ours, theirs) == 0.0, name
    visits = ours.start >= 0
    assert visits.sum() > len(jobs.at) * 0.8
    assert (ours.waited[visits] > 0).any()


def overtaken(jobs: cal.Jobs, made: cal.Timetable) -> int:
    """Jobs that started after a more urgent one that had become ready later, at their first station."""
    ready, start = made.start[:, 0] - made.waited[:, 0], made.start[:, 0]
    same = jobs.route[:, :1] == jobs.route[:, 0]
    later = (ready[:, None] < ready) & (start[:, None] > start) & (jobs.urgency[:, None] > jobs.urgency)
    return int((same & later).any(axis=1).sum())


def test_every_trait_is_drawn_and_shows() -> None:
    """What a trait is there for occurs: work comes back, urgent work overtakes, trucks leave full, work is refused."""
    seen = dict.fromkeys(TRAITS, 0)
    for seed in range(SEEDS):
        name, network, jobs = drawn(seed)
        made, trait = cal.timetable(network, jobs), name.split()[0]
        seen[trait] += 1
        first = made.start[:, 0] >= 0
        if trait == "feedback":
            assert not cal.is_downstream(network, jobs)
        if trait == "priorities":
            assert overtaken(jobs, made) > 0
        if trait == "trucks":
            station = int(network.departures[0, 0])
            left = np.sort(made.start[jobs.route == station])
            assert len(np.unique(left)) < len(left), "several leave together"
        if trait == "limits":
            assert ((jobs.route[:, 0] >= 0) & ~first).sum() > 0
    assert min(seen.values()) >= 3


@pytest.mark.parametrize("seed", [0, 9, 18, 3, 12])
def test_station_after_station_is_event_by_event(seed: int) -> None:
    _, network, jobs = drawn(seed)
    assert cal.is_downstream(network, jobs)
    made = cal.Timetable(*(np.full(jobs.route.shape, cal.NEVER, np.int64) for _ in range(3)))

    cal._by_event(network, jobs, made)

    assert difference_s(cal.timetable(network, jobs), made) == 0.0


def test_what_makes_no_sense_is_told_together() -> None:
    network = cal.plain_network(np.array([[0, 0, 10, 0]]))
    jobs = cal.plain_jobs(np.array([-1]), np.array([[3]]), np.array([[5]]))

    with pytest.raises(ValueError, match=r"stations below 1; work and arrivals: 0 or more; hands: a speed above 0"):
        cal.timetable(network, jobs)


def test_the_example_of_the_page() -> None:
    hands = np.array([[0, 0, 100, 1_000_000], [1, 0, 100, 500_000]])
    jobs = cal.plain_jobs(np.array([0, 1]), np.array([[0, 1], [0, 1]]), np.array([[4, 3], [4, 3]]))

    made = cal.timetable(cal.plain_network(hands), jobs)

    assert made.start.tolist() == [[0, 4], [4, 10]]
    assert made.end.tolist() == [[4, 10], [8, 16]]
    assert made.waited.tolist() == [[0, 0], [3, 2]]

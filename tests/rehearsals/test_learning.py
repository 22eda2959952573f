"""Learning on the job: the kernel against a plain telling, and the physics against both."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.kernels.learning import crew_ppm, days_known, pace_ppm
from firstbest.rehearse import people

asked = st.lists(st.integers(0, 4), max_size=40)


def told(heads: list[int], ranks: int, gone: int) -> list[int]:
    """Days at work of each rank, told day by day: a long silence makes it someone else."""
    found = []
    for rank in range(ranks):
        days, silent = 0, 0
        for count in heads:
            if count > rank:
                days = (0 if silent >= gone else days) + 1
                silent = 0
            else:
                silent += 1
        found.append(0 if silent >= gone else days)
    return found


@given(heads=asked, gone=st.integers(1, 9))
def test_ranks_are_known_by_the_days_on_which_they_came(heads: list[int], gone: int) -> None:
    assert days_known(np.array(heads, np.int64), 5, gone).tolist() == told(heads, 5, gone)


@given(heads=asked, gone=st.integers(1, 9))
def test_who_comes_more_often_knows_more(heads: list[int], gone: int) -> None:
    """A lower rank is at least as experienced as a higher one, and one more head on a day takes no experience away."""
    known = days_known(np.array(heads, np.int64), 5, gone)
    assert (np.diff(known) <= 0).all()
    more = days_known(np.array([count + 1 for count in heads], np.int64), 5, gone)
    assert (more >= known).all()


@given(days=st.integers(0, 80), start=st.integers(1, 1_000_000), ramp=st.integers(0, 60))
def test_pace_rises_in_a_straight_line_to_the_standard(days: int, start: int, ramp: int) -> None:
    pace = pace_ppm(days, start, ramp)
    share = 1.0 if ramp == 0 else min(days / ramp, 1.0)
    assert abs(pace - (start + (1_000_000 - start) * share)) <= 1
    assert pace_ppm(days + 1, start, ramp) >= pace
    assert pace_ppm(days, min(start + 1_000, 1_000_000), ramp) >= pace
    assert ramp > 0 or pace == 1_000_000


@given(worked=st.lists(st.integers(0, 30), max_size=6), start=st.integers(1, 1_000_000), ramp=st.integers(0, 20))
def test_a_crew_is_the_sum_of_its_heads(worked: list[int], start: int, ramp: int) -> None:
    total = crew_ppm(np.array(worked, np.int64), start, ramp)
    assert total.tolist() == [sum(pace_ppm(each, start, ramp) for each in worked[:k]) for k in range(len(worked) + 1)]


def truth(**known: int) -> np.ndarray:
    made = np.zeros(1, people.TRUTH)
    made["start_ppm"], made["tired_ppm"], made["gone_days"] = 600_000, 1_000_000, 5
    for name, value in known.items():
        made[name] = value
    return made


@given(heads=asked, gone=st.integers(1, 9))
def test_temporary_heads_are_as_fast_as_their_days_here_make_them(heads: list[int], gone: int) -> None:
    """The physics goes day by day and the house looks back: where both hold the same of people, they agree."""
    seats, true = people.new_seats(1, 5)[0, 0, 0], truth(ramp_days=7, gone_days=gone)
    for day, count in enumerate(heads):
        known = days_known(np.array(heads[:day], np.int64), 5, gone)
        for rank in range(count):
            assert people.temp_comes(true, seats, rank, day) == pace_ppm(known[rank], 600_000, 7)


def test_contracts_change_hands_and_the_new_are_slow() -> None:
    seats, true = people.new_seats(1, 200)[0, 0, 0], truth(ramp_days=10, leave_ppm_day=20_000)
    stream, speeds = np.uint64(7), []
    for day in range(300):
        stream = np.uint64(1_000 + day)
        assert people.begin_day(true, seats, stream, day, (150, 180)) == 180
        speeds.append([people.speed_of_contract(true, seats[place], day) for place in range(180)])
    first, later = np.array(speeds[0]), np.array(speeds[50:])
    assert (first[150:] == 600_000).all()  # not there at the first instant: hired that day
    # Fourteen calendar days of learning: in the long run so many are new, and slow by half of 40 % on the mean.
    new = 1 - (1 - 0.02) ** 14
    assert abs((later < 1_000_000).mean() - new) < 0.03
    assert abs((first[:150] < 1_000_000).mean() - new) < 0.12
    assert 0.93 < later.mean() / 1e6 < 0.97


def test_minutes_beyond_the_pace_tire_and_hurt() -> None:
    true = truth(pace_min=2_400, tired_ppm=500_000, injury_ppm=3_000_000, injury_above_ppm=1_000_000)
    assert people.beyond(true, 10, 23_000, 500) == 0
    assert people.beyond(true, 10, 23_000, 1_500) == 500
    assert people.beyond(true, 10, 24_000, 1_500) == 1_500
    assert people.beyond(true, 0, 24_000, 1_500) == 0
    assert people.beyond(truth(), 10, 24_000, 1_500) == 0
    assert people.tired(true, 500, 1_500) == 1_000_000 - 500_000 * 500 // 1_500
    days = [
        sum(people.hurt(true, np.uint64(each), 0, (480, above)) for each in range(40_000)) for above in (0, 240, 480)
    ]
    expected = [3.0 * (480 + above) / 120_000 * 40_000 for above in (0, 240, 480)]
    assert days == sorted(days)
    assert all(abs(found - wanted) < 4 * wanted**0.5 for found, wanted in zip(days, expected, strict=True))

"""Calibration on logs whose truth is known, and on the real one."""

import tomllib
from pathlib import Path

import duckdb
import numpy as np
import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.rehearse.calibrate import UNKNOWN, Fitted, Shipments, calibrate, empty_days, fit_duration, try_duration
from firstbest.rehearse.calibrate_arrivals import Days, drawn_counts, fit_arrivals, roll_arrivals, try_arrivals
from firstbest.world.units import DAY_US, HOUR_US

WEEKDAY = np.array([1.4, 1.2, 1.1, 1.0, 0.9, 0.0, 0.0])
TRANSIT = np.array([0.1, 0.5, 0.3, 0.1])
MONDAY = 20_514


def log_of_known_truth(seed: int, days: int = 140, level: float = 120, walk: float = 0.0) -> Shipments:
    """Poisson days about level x weekday, lognormal handling of 20 h (spread .5), one to four days of transit."""
    chance = np.random.default_rng(seed)
    week = np.exp(np.cumsum(chance.normal(0, walk, days // 7 + 1)))
    counts = chance.poisson([level * week[day // 7] * WEEKDAY[day % 7] for day in range(days)])
    at = np.repeat(np.arange(days), counts) * DAY_US + MONDAY * DAY_US
    at = np.sort(at + chance.integers(0, DAY_US, len(at)))
    left = at + (chance.lognormal(np.log(20) - 0.125, 0.5, len(at)) * HOUR_US).astype(np.int64)
    there = left + (1 + chance.choice(4, len(at), p=TRANSIT)) * DAY_US
    return Shipments(at, np.full(len(at), UNKNOWN), left, there)


def named(found: tuple[Fitted, ...]) -> dict[str, Fitted]:
    return {each.name: each for each in found}


def test_the_truth_is_found() -> None:
    found = named(calibrate(log_of_known_truth(1)))

    arrivals, handling, transit = found["arrivals"].arrivals, found["handling"].duration, found["transit"].duration
    assert arrivals is not None
    assert handling is not None
    assert transit is not None
    assert arrivals.level * arrivals.weekday == pytest.approx(120 * WEEKDAY, rel=0.06)
    assert arrivals.excess < 0.01
    assert arrivals.walk < 0.06
    assert (handling.kind, handling.unit) == ("lognormal", "hours")
    assert handling.mean == pytest.approx(20, rel=0.03)
    assert handling.distance < handling.limit
    assert (transit.kind, transit.unit) == ("as in the log", "days")
    assert np.bincount(transit.values.astype(int), minlength=5)[1:] / len(transit.values) == pytest.approx(
        TRANSIT, abs=0.02
    )


@pytest.mark.parametrize("walk", [0.0, 0.1])
def test_bands_hold_what_comes_later(walk: float) -> None:
    """Over 25 logs, of a steady level and of one that walks from week to week."""
    tried = [named(calibrate(log_of_known_truth(seed, walk=walk, level=60))) for seed in range(25)]
    for name in ("arrivals", "handling", "transit"):
        share = [each[name].tried for each in tried]
        covered = np.average([one.covered for one in share if one], weights=[one.values for one in share if one])
        assert 0.85 <= covered <= 0.95, (name, covered)
        assert sum(one.values for one in share if one) > 500


def test_a_level_that_never_seemed_to_walk_may_walk_later() -> None:
    """Weeks that differ by less than chance alone would make them say little of the walk, and do not rule it out."""
    steady = np.resize((60 * WEEKDAY).astype(np.int64), 42)
    fit = fit_arrivals(Days(MONDAY, steady, np.zeros(42, np.bool_)))

    futures = drawn_counts(fit, MONDAY + 42, 70, 1)[:, ::7]

    width = np.quantile(futures, 0.95, axis=0) - np.quantile(futures, 0.05, axis=0)
    assert fit.weighed.chance.sum() == pytest.approx(1)
    assert 0 < fit.walk < 0.05
    assert width[-1] > 1.05 * width[0]


def test_the_back_test_rolls_week_by_week() -> None:
    """Each later day once; a holiday and days on which nothing ever comes are none of them."""
    days = 60
    counts = np.random.default_rng(9).poisson(np.resize(50 * WEEKDAY, days))
    closed = np.zeros(days, np.bool_)
    closed[30] = True

    found = roll_arrivals(Days(MONDAY, counts, closed))

    assert found is not None
    assert (found.values, found.origins) == (5 * 5 + 4 - 1, 6)
    assert roll_arrivals(Days(MONDAY, counts[:21], closed[:21])) is None


def test_bands_of_long_logs_that_walk_a_little_hold_nine_of_ten() -> None:
    """One best value of the walk is often none here, and then covers 84 of 100."""
    shares = []
    for seed in range(40):
        chance = np.random.default_rng(1_000 + seed)
        week = np.exp(np.cumsum(chance.normal(0, 0.05, 43)))
        counts = chance.poisson(60 * np.repeat(week, 7)[:300] * np.resize(WEEKDAY, 300))
        tried = try_arrivals(Days(MONDAY, counts, np.zeros(300, np.bool_)), 210, seed)
        assert tried is not None
        shares.append(tried.covered)
    assert 0.87 <= np.mean(shares) <= 0.95


def test_a_change_in_the_second_part_shows() -> None:
    """Handling that takes half as long again is not in the band."""
    log = log_of_known_truth(2)
    took = log.left - log.placed
    half = len(took) // 2

    assert try_duration(took[:half], took[half:]).holds
    assert not try_duration(took[:half], took[half:] * 3 // 2).holds


def test_what_is_still_under_way_makes_no_journey_shorter() -> None:
    """Journeys of 1 to 24 days, mean 9, in a log of 90 days that ends while many are under way."""
    chance = np.random.default_rng(12)
    at = (MONDAY + np.sort(chance.integers(0, 90, 9_000))) * DAY_US
    took = np.clip(np.rint(chance.gamma(3.0, 3.0, len(at))), 1, 24).astype(np.int64) * DAY_US
    there = np.where(at + took < (MONDAY + 90) * DAY_US, at + took, UNKNOWN)
    none = np.full(len(at), UNKNOWN)

    transit = named(calibrate(Shipments(at, none, at, there)))["transit"]

    # Of all that have ended the mean is 8.7.
    assert transit.duration is not None
    assert transit.duration.mean == pytest.approx(took.mean() / DAY_US, abs=0.15)
    assert transit.tried is not None
    assert transit.tried.holds


def test_gamma_is_told_from_lognormal() -> None:
    chance = np.random.default_rng(4)

    assert fit_duration((chance.gamma(2.0, 5.0, 3_000) * HOUR_US).astype(np.int64)).kind == "gamma"
    assert fit_duration((chance.choice([1.5, 30.2], 3_000) * HOUR_US).astype(np.int64)).kind == "as in the log"


def test_a_short_log_is_refused() -> None:
    with pytest.raises(ValueError, match="21 days or more, found 10"):
        calibrate(log_of_known_truth(3, days=10))


def test_the_warehouse_shipment_log(data_dir: Path) -> None:
    """Planned against actual days of 23,339 real shipments: what came later lies in the bands."""
    path = data_dir / "orders" / "warehouse_shipments_2013_2014.parquet"
    if not path.is_file():
        pytest.skip("needs the warehouse shipment log")
    days = "epoch_us(min(plannedShipDate)), epoch_us(min(actualShipDate))"
    rows = duckdb.sql(f"SELECT {days} FROM '{path}' GROUP BY shipID ORDER BY 2, 1").fetchnumpy()
    planned, left = (np.asarray(each, np.int64) for each in rows.values())
    gone = np.full(len(left), UNKNOWN)

    thanksgiving = frozenset((16_037, 16_038))

    found = named(calibrate(Shipments(gone, planned, left, gone), closed=thanksgiving))

    arrivals, handling = found["arrivals"], found["handling"]
    assert arrivals.arrivals is not None
    assert handling.duration is not None
    assert arrivals.tried is not None
    assert handling.tried is not None
    assert arrivals.arrivals.days == 54, "14 October to 6 December: the ragged ends are left out"
    assert arrivals.arrivals.level * arrivals.arrivals.weekday[:5].mean() == pytest.approx(610, rel=0.1)
    assert handling.tried.values > 5_000
    assert handling.tried.holds
    # Eleven days, Thanksgiving's week and the Monday after it among them: three of them lie outside.
    assert arrivals.tried.values == 11
    assert arrivals.tried.covered > 0.6
    # Rolled from 4 November on, a week ahead each time.
    assert arrivals.rolled is not None
    assert (arrivals.rolled.values, arrivals.rolled.origins) == (23, 5)
    assert arrivals.rolled.holds


def test_days_on_which_nothing_came_are_named_unless_they_are_closed() -> None:
    """A Wednesday and the Thursday behind it are empty; Saturdays and Sundays always are."""
    log = log_of_known_truth(6, days=60)
    kept = ~np.isin(log.placed // DAY_US, [MONDAY + 30, MONDAY + 31])
    torn = Shipments(*(each[kept] for each in log))

    assert empty_days(log, frozenset()) == ()
    assert empty_days(torn, frozenset()) == (MONDAY + 30, MONDAY + 31)
    assert empty_days(torn, frozenset((MONDAY + 30,))) == (MONDAY + 31,)


def test_the_command_reads_fits_and_writes(tmp_path: Path) -> None:
    log = log_of_known_truth(5, days=60)
    rows = ["order,asked,gone"]
    for number, (placed, left) in enumerate(zip(log.placed.tolist(), log.left.tolist(), strict=True)):
        stamps = [np.datetime64(each, "us").astype(str) for each in (placed, left)]
        rows += [f"{number},{','.join(stamps)}"] * (1 + number % 2)
    (tmp_path / "log.csv").write_text("\n".join([*rows, "x,,"]) + "\n", "utf-8")
    asked = ["calibrate", str(tmp_path), "--log", str(tmp_path / "log.csv"), "--column", "shipment=order"]

    done = CliRunner().invoke(app, [*asked, "--column", "placed=asked", "--column", "left=gone"])

    assert done.exit_code == 0, done.output
    assert "1 without a date" in done.output
    assert "lognormal, mean 20" in done.output
    made = tomllib.loads((tmp_path / "calibration" / "fitted.toml").read_text("utf-8"))
    assert made["arrivals"]["weekday"][5:] == [0.0, 0.0]
    assert made["handling"]["mean_hours"] == pytest.approx(20, rel=0.05)
    assert "transit" not in made
    assert made["arrivals"]["back_test_rolled_values"] == 29
    assert "week by week, each fitted to all before it (6 fits)" in " ".join(done.output.split())


def test_the_command_says_what_it_does_not_find(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("a,b\n1,2\n", "utf-8")
    asked = ["calibrate", str(tmp_path), "--log", str(tmp_path / "log.csv")]

    nothing = CliRunner().invoke(app, asked)
    wrong = CliRunner().invoke(app, [*asked, "--column", "plased=a", "--column", "left=c"])

    assert nothing.exit_code == wrong.exit_code == 2
    assert "a column placed or planned" in nothing.output
    assert "nearest: 'placed'" in wrong.output
    assert "a column 'c'" in wrong.output


def test_holidays_of_several_days_are_closed_to_their_last(tmp_path: Path) -> None:
    """A Wednesday to Friday without work is no miss and no empty day."""
    log = log_of_known_truth(7, days=60)
    kept = ~np.isin(log.placed // DAY_US, [MONDAY + 30, MONDAY + 31, MONDAY + 32])
    stamps = [np.datetime64(each, "us").astype(str) for each in log.placed[kept].tolist()]
    (tmp_path / "log.csv").write_text("\n".join(["placed", *stamps]) + "\n", "utf-8")
    (tmp_path / "calendars.csv").write_text(
        "date,until,what,who,amount,note\n2026-04-01,2026-04-03,holiday,all,0,stocktaking\n", "utf-8"
    )

    done = CliRunner().invoke(app, ["calibrate", str(tmp_path), "--log", str(tmp_path / "log.csv")])
    (tmp_path / "calendars.csv").write_text("date,until,what,who\n1.4.2026,,holiday,all\n", "utf-8")
    wrong = CliRunner().invoke(app, ["calibrate", str(tmp_path), "--log", str(tmp_path / "log.csv")])

    assert done.exit_code == 0, done.output
    assert "Nothing came on" not in done.output
    assert wrong.exit_code == 2
    assert "expected dates such as 2026-12-25" in wrong.output

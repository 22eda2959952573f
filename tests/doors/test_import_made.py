"""What an import fills: sizes, stock, people, days off, returns; each against a slow and obvious oracle."""

from datetime import date

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.store.import_calendar import closed_days, easter, holidays
from firstbest.store.import_files import csv_text, with_values
from firstbest.store.import_items import least_stock
from firstbest.store.import_log import return_ppm
from firstbest.store.import_network import NETWORKS, chosen_network
from firstbest.store.import_profile import CONSUMER, PARTS, PERCENTILES, WHOLESALE, Spread, business_of, spread_of

DEMAND = st.lists(st.integers(0, 20), min_size=1, max_size=40)


def lost(demand: list[int], opening: int, span: int) -> int:
    """Units that cannot be sold when each unit sold on a day is back after `span` days."""
    stock, missed = opening, 0
    sold: list[int] = []
    for day, wanted in enumerate(demand):
        stock += sold[day - span] if day >= span else 0
        sold.append(min(wanted, stock))
        stock -= sold[-1]
        missed += wanted - sold[-1]
    return missed


@given(DEMAND, st.integers(1, 15))
def test_the_least_stock_serves_and_one_unit_less_does_not(demand: list[int], span: int) -> None:
    least = int(least_stock(np.array([demand], np.int64), span)[0])

    assert lost(demand, least, span) == 0
    assert least == 0 or lost(demand, least - 1, span) > 0


@given(st.lists(st.integers(1, 3_000), min_size=1, max_size=30), st.floats(0, 0.99))
def test_the_chance_of_a_return_is_the_least_that_gives_the_share(units: list[int], share: float) -> None:
    array = np.array(units, np.int64)
    ppm = return_ppm(*np.unique(array, return_counts=True), share)

    def reached(chance: int) -> float:
        return float(np.mean(1 - (1 - chance / 1e6) ** array))

    assert reached(ppm) >= share - 1e-12
    assert ppm == 0 or reached(ppm - 1) < share + 1e-12


@pytest.mark.parametrize(
    ("year", "day"),
    [
        (2008, "03-23"),
        (2009, "04-12"),
        (2010, "04-04"),
        (2011, "04-24"),
        (2024, "03-31"),
        (2026, "04-05"),
        (2038, "04-25"),
    ],
)
def test_easter(year: int, day: str) -> None:
    assert easter(year) == date.fromisoformat(f"{year}-{day}")


def test_bank_holidays_of_the_uk_with_substitutes() -> None:
    rules = chosen_network("uk_wholesale", {}).holidays
    found = {str(each.day) for each in holidays(rules, date(2010, 1, 1), date(2011, 12, 31)) if each.day.weekday() < 5}

    assert found == {
        "2010-01-01", "2010-04-02", "2010-04-05", "2010-05-03", "2010-05-31", "2010-08-30", "2010-12-27", "2010-12-28",
        "2011-01-03", "2011-04-22", "2011-04-25", "2011-04-29", "2011-05-02", "2011-05-30", "2011-08-29", "2011-12-26",
        "2011-12-27",
    }  # fmt: skip


def test_holidays_of_the_us() -> None:
    rules = chosen_network("us_warehouse", {}).holidays

    found = [str(each.day) for each in holidays(rules, date(2013, 9, 1), date(2013, 12, 31))]
    assert found == ["2013-09-02", "2013-11-28", "2013-12-25"]


def test_a_substitute_may_fall_into_the_next_year() -> None:
    rules = chosen_network("uk_wholesale", {}).holidays

    found = [str(each.day) for each in holidays(rules, date(2022, 1, 1), date(2022, 1, 10))]
    assert found == ["2022-01-01", "2022-01-03"]


def test_a_working_day_without_orders_was_a_day_off_if_there_are_usually_many() -> None:
    first = (date(2024, 1, 1) - date(1970, 1, 1)).days  # a Monday
    busy = {first + day: 50 for day in range(12) if day not in (2, 5, 6)}

    assert [str(each.day) for each in closed_days(busy, [], 20, "shed")] == ["2024-01-03"]
    assert closed_days(dict.fromkeys(busy, 3), [], 20, "shed") == []


@pytest.mark.parametrize(
    ("lines", "units", "bulk", "items", "business"),
    [
        (Spread(2, 15, 51, 180, 24.7), Spread(18, 144, 513, 2189, 283), 0.63, 8, WHOLESALE),
        (Spread(1, 1, 3, 6, 1.75), Spread(1, 1, 4, 9, 2.1), 0.0, 5, CONSUMER),
        (Spread(1, 1, 11, 55, 5.0), Spread(1, 3, 34, 159, 14), 0.03, 89, PARTS),
        (Spread(1, 4, 9, 20, 4.5), Spread(1, 6, 9, 20, 7), 0.0, 5, CONSUMER),
    ],
)
def test_says_which_business_it_looks_like(
    lines: Spread, units: Spread, bulk: float, items: float, business: str
) -> None:
    found, reasons = business_of(lines, units, bulk, items)

    assert found == business
    assert len(reasons) >= 2


def test_a_value_of_the_map_reaches_the_files_of_the_network() -> None:
    own = chosen_network("uk_wholesale", {"review_days": 7.0})

    assert own.fill["review_days"].mark == "own"
    assert own.fill["lead_days"].mark == "filled"
    assert with_values(b"a = {review_days}, b = {c}", {"review_days": "7"}) == b"a = 7, b = {c}"


@pytest.mark.parametrize("name", NETWORKS)
def test_every_filled_value_has_a_range_that_holds_it_and_a_source(name: str) -> None:
    network = chosen_network(name, {})

    assert set(network.fill) == set(chosen_network(NETWORKS[0], {}).fill)
    for each in network.fill.values():
        assert float(each.low) <= each.value <= float(each.high), each.key
        assert each.source
        assert each.note


@pytest.mark.parametrize("name", NETWORKS)
def test_a_country_is_named_once_or_shared_out(name: str) -> None:
    network = chosen_network(name, {})
    places = [area.place for area in network.areas]

    assert len(set(places)) == len(places)
    assert network.home in {area.country for area in network.areas}
    assert all(area.share > 0 for area in network.areas)


def test_csv_text_quotes() -> None:
    assert csv_text(("a", "b"), [(1, 'x,"y"')]) == 'a,b\n1,"x,""y"""\n'


@given(
    st.lists(st.one_of(st.none(), st.integers(0, 10**12)), min_size=1).filter(
        lambda each: any(v is not None for v in each)
    )
)
def test_percentiles_of_a_log_are_those_of_its_orders(values: list[int | None]) -> None:
    with duckdb.connect() as db:
        db.execute("CREATE TABLE ordering (value BIGINT)")
        db.executemany("INSERT INTO ordering VALUES (?)", [(each,) for each in values])
        found = spread_of(db, "value", 100)
    known = np.array([each for each in values if each is not None], np.float64) / 100

    assert found[:4] == pytest.approx(np.quantile(known, PERCENTILES), rel=1e-12)
    assert found.mean == pytest.approx(known.mean(), rel=1e-12)

"""Golden cases of the open-source WBR App: every expected value to the digits that are printed.

Deviations are listed here with their reasons, and nowhere else; a deviation that no longer occurs fails.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from firstbest.mechanisms.deck import Deck
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.wbr_app import read_wbr
from firstbest.store.wbr_deck import deck_of

VALUES_MIN = 2_000
INTERNAL = {"cy_monthly_data_frame_length", "py_monthly_data_frame_length"}
"""Lengths of a table inside that program: no deck shows them, and ours has no such table."""
SAID = {
    "test_case_no", "x_axis_monthly_display", "week_ending", "fiscal_year_end_month", "metric_name",
    "graph_prior_year_flag",
}  # fmt: skip
NO_LAST_YEAR = "that program prints 0.0 where last year has no rows; nothing is known, so nothing stands here (trap T4)"
DEVIATIONS = {
    ("scenario_6", metric, "box_totals", at): NO_LAST_YEAR
    for metric in ("TotalPMs_TARGET", "MRR_TARGET")
    for at in (2, 4, 6, 8)
}


def expected(scenario: Path) -> list[dict[str, Any]]:
    return [each["test"] for each in yaml.safe_load((scenario / "testconfig.yml").read_text("utf-8"))["tests"]]


def shown(deck: Deck, metric: str) -> dict[str, list[Any]]:
    card = next(each for each in deck.cards if each.title == metric)
    return {
        "cy_6_weeks": [point.value for point in card.weeks],
        "py_6_weeks": [point.prior for point in card.weeks],
        "cy_monthly": [point.value for point in card.months],
        "py_monthly": [point.prior for point in card.months],
        "x_axis": [f"wk {point.label}" for point in card.weeks] + [point.label for point in card.months],
        "box_totals": [box.value for box in card.boxes],
    }


def same(found: Any, wanted: Any) -> bool:
    """Equal to the last digit that the expectation writes; not a number is nothing."""
    if isinstance(wanted, str):
        return bool(found == wanted)
    if isinstance(wanted, float) and math.isnan(wanted):
        return found is None
    if found is None:
        return False
    written = repr(wanted)
    places = len(written.partition(".")[2]) if "." in written and "e" not in written else 0
    return abs(found - wanted) <= 0.5 * 10.0**-places * (1 + 1e-6) + 1e-9 * abs(wanted)


def scenarios(data_dir: Path) -> list[Path]:
    return sorted((data_dir / "review/wbr_app/unit_test_case").iterdir())


def compared(scenario: Path) -> Iterator[tuple[tuple[str, str, str, int], bool]]:
    """Every expected value of a scenario: where it stands, and whether ours is the same."""
    deck = deck_of(read_wbr(scenario / "config.yaml", scenario / "original.csv"))
    assert deck.imported == "IMPORTED"
    for case in expected(scenario):
        name, found = case["metric_name"], shown(deck, case["metric_name"])
        assert set(case) - set(found) - SAID - INTERNAL == set()
        for key in sorted(set(case) & set(found)):
            assert len(found[key]) == len(case[key]), (scenario.name, name, key)
            pairs = enumerate(zip(found[key], case[key], strict=True))
            yield from (((scenario.name, name, key, at), same(ours, theirs)) for at, (ours, theirs) in pairs)


def test_every_expected_value_or_a_listed_deviation(data_dir: Path) -> None:
    values = [value for scenario in scenarios(data_dir) for value in compared(scenario)]

    assert {place for place, alike in values if not alike} == set(DEVIATIONS)
    assert len(values) >= VALUES_MIN


def test_faults_of_a_deck_are_told_together_with_their_lines(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(
        "setup:\n  week_ending: soon\n  week_number: 60\nmetrics:\n  A:\n    column: Nope\n    aggf: sum\n"
        "  B:\n    column: M\n    aggf: guess\n"
        "  C:\n    function:\n      divide:\n        - metric:\n            name: A\n"
        "  D:\n    function:\n      sum:\n        - metric:\n            name: D\n"
        "deck:\n  - block:\n      ui_type: 6_12Graph\n      metrics:\n        Zed:\n          line_style: primary\n"
    )
    (tmp_path / "d.csv").write_text("Date,M\n2021-01-01,1\n")
    with pytest.raises(WorkspaceFaulty) as raised:
        read_wbr(tmp_path / "d.yaml", tmp_path / "d.csv")
    told = [str(fault) for fault in raised.value.faults]

    assert [fault.row for fault in raised.value.faults] == [2, 2, 6, 9, 13, 17, 23]
    assert any("week_ending" in each and "found 'soon'" in each for each in told)
    assert any("not made of itself" in each for each in told)


def test_rows_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text("setup: {}\nmetrics: {}\ndeck: []\n")
    (tmp_path / "d.csv").write_text("Date,M\n2021-01-01,1\nsometime,2\n2021-01-03\n")
    with pytest.raises(WorkspaceFaulty) as raised:
        read_wbr(tmp_path / "d.yaml", tmp_path / "d.csv")

    assert [(fault.file, fault.row) for fault in raised.value.faults] == [("d.csv", 3), ("d.csv", 4)]

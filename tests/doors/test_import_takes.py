"""Whatever a log holds, `init` says what is wrong with it or makes a workspace that `check` takes."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.import_log import import_log
from firstbest.store.workspace import check

HEADER = ("order", "at", "item", "qty", "price", "customer", "country", "zip")
MAP = """[log]
name = "a shop"
network = "{}"
[columns]
order = "order"
placed_at = "at"
item = "item"
quantity = "qty"
price = "price"
customer = "customer"
country = "country"
postcode = "zip"
"""
CODES = (
    "A", "a", "A+B", "x" * 300, "1,5", '"q"', "-5", "=1+1", "@x", "#N", "007", "1.23E+11", "\u00e9\u00a0b", "tab\tx",
    "new\nline", "'02134", "a\\b", "{x}", "NaN", "null", "x;y", "\u200b", "total", "o1", "o2",
)  # fmt: skip
ROW = st.tuples(
    st.sampled_from(CODES),
    # An hour that is left out in spring, one that comes twice in autumn, a year mistyped but not too far.
    st.sampled_from(
        ("2024-03-10 02:30:00", "2024-11-03 01:30:00", "2024-02-29", "2021-06-17 10:00", "2024-05-17T10:00:00.123456")
    ),
    st.sampled_from(CODES),
    st.sampled_from(("1", "2", "1000000", "1.0", "0", "-1", "012345678905", "99999999999")),
    st.sampled_from(("1.50", "0", "", "1000000", "0.0001", "99999999")),
    st.sampled_from((*CODES, "")),
    st.sampled_from(("US", "", "United States")),
    st.sampled_from(("02134", "2134", "10013", "", "xx", "99999", "10013-1234", "'02134")),
)
LOG = st.lists(ROW, min_size=1, max_size=12)
PLAIN = ("2024-05-17 10:00", "B", "1", "1.50", "", "US", "10013")
SEEN: Counter[str] = Counter()


@settings(max_examples=12)
@given(LOG, st.sampled_from(("us_consumer", "by_profile")))
@example([("1", *PLAIN), ("2", "2024-05-18 10:00", "B", "12345678905", "99999999", "", "US", "10013")], "us_consumer")
@example([("1", *PLAIN), ("1.23E+11", *PLAIN)], "us_consumer")
@example([("1", *PLAIN), ("2", "2021-05-17 10:00", "C", "1000000", "1000000", "", "US", "")], "us_consumer")
def test_what_init_makes_check_takes(rows: list[tuple[str, ...]], network: str) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        with (folder / "log.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])
        (folder / "map.toml").write_text(MAP.format(network), "utf-8")
        try:
            found = import_log(folder / "log.csv", folder / "map.toml", folder / "w")
        except WorkspaceFaulty:
            assert not (folder / "w").exists()
            SEEN["told"] += 1
            return
        SEEN["made"] += 1
        assert sum(each.rows for each in found.buckets) == len(rows)
        assert check(folder / "w") == []


def test_logs_were_made_and_refused_ones_told() -> None:
    """The law above says nothing if every log was refused."""
    if not SEEN:
        test_what_init_makes_check_takes()
    assert SEEN["made"] >= 4


def test_a_log_of_too_many_days_says_which_rows_and_how_to_take_a_part(tmp_path: Path) -> None:
    """Five years of orders, or one row with a wrong year: no workspace that `check` would then refuse."""
    with (tmp_path / "log.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([HEADER, ("1", *PLAIN), ("2", "2014-05-17 10:00", *PLAIN[1:]), ("3", *PLAIN)])
    (tmp_path / "map.toml").write_text(MAP.format("us_consumer"), "utf-8")
    with pytest.raises(WorkspaceFaulty) as caught:
        import_log(tmp_path / "log.csv", tmp_path / "map.toml", tmp_path / "w")
    (fault,) = caught.value.faults
    assert (fault.row, "row 3 is of 2014-05-17, row 2 of 2024-05-17" in fault.found) == (3, True)
    assert "--since and --until" in fault.expected
    assert not (tmp_path / "w").exists()

    words = ["init", f"{tmp_path}/w", "--from", f"{tmp_path}/log.csv", "--map", f"{tmp_path}/map.toml"]
    backwards = CliRunner().invoke(app, [*words, "--since", "2024-02-01", "--until", "2024-01-31"])
    assert (backwards.exit_code, "expected a last day from 2024-02-01 on" in backwards.output) == (2, True)
    made = CliRunner().invoke(app, [*words, "--since", "2024-01-01"])
    assert made.exit_code == 0
    assert "outside the period" in made.output
    assert check(tmp_path / "w") == []

"""The commands around an invoice, on a month of a small rehearsal: what they say, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.store.init import write_builtin
from tests.rehearsals.facts_in_folder import with_facts


def say(*arguments: object) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(map(str, arguments)), env={"COLUMNS": "100"})
    assert answer.exception is None or isinstance(answer.exception, SystemExit), answer.exception
    return answer.exit_code, answer.output


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace that init makes, with a month and a little more of it rehearsed."""
    folder = with_facts(tmp_path_factory.mktemp("billing") / "demo", 40)
    code, said = say("invoice", folder, "--month", "2026-01")
    assert code == 0, said
    return folder


OWN_CARD = """
[card]
family = "fulfilment"
version = 101
title = "Picks for Northline"
currency = "USD"
from = 2026-01-01
tenants = ["apparel"]

[[charge]]
name = "pick and pack"
meter = "units_picked"
[[charge.rule]]
name = "each unit"
each = "2.60"
"""


def test_a_tenants_own_card_may_call_its_prices_as_the_others_do(tmp_path: Path) -> None:
    folder = with_facts(tmp_path / "demo", 40)
    (folder / "rate_cards" / "own.toml").write_text(OWN_CARD, "utf-8")
    code, said = say("invoice", folder, "--month", "2026-01")

    assert code == 0, said
    assert "agree to the last millionth" in said


def test_a_rehearsed_month_ends_with_three_invoices_one_of_them_the_owners(demo: Path) -> None:
    code, said = say("invoice", demo, "--month", "2026-01")

    assert code == 0
    assert "January 2026  3 invoices" in said
    assert "internal" in said
    assert "agree to the last millionth" in said
    assert "0.004 of full scale" in said


def test_an_invoice_is_shown_and_written(demo: Path, tmp_path: Path) -> None:
    code, said = say("invoice", demo, "--month", "2026-01", "--tenant", "apparel", "--excel", tmp_path)
    sheet = openpyxl.load_workbook(tmp_path / "2026-01-apparel.xlsx")["Invoice"]

    assert code == 0
    assert "Invoice 2026-01/apparel" in said
    assert "Sales taken for you" in said
    assert str(sheet["A1"].value) == "Invoice 2026-01/apparel"
    assert any(str(cell.value).startswith("=SUM(K") for row in sheet.iter_rows() for cell in row)


def test_a_new_card_is_compared_on_the_closed_months(demo: Path, tmp_path: Path) -> None:
    """The card as it is costs what was invoiced; a dearer carton costs each carton more."""
    card = demo / "rate_cards" / "warehouse_2026.toml"
    dearer = tmp_path / "dearer.toml"
    dearer.write_text(card.read_text("utf-8").replace('each = "0.75"', 'each = "0.90"'), encoding="utf-8")
    code, same = say("rates", "compare", card, card, "--on", demo)
    _, said = say("rates", "compare", card, dearer, "--on", demo)
    rows = [line for line in said.splitlines() if "carton and label" in line]
    left, right = (float(cell.replace(",", "")) for cell in rows[0].split()[-3:-1])

    assert code == 0
    assert "0 pay more, 0 pay less, 3 the same" in same
    assert right == pytest.approx(left * 1.2)
    assert left > 0
    assert "expected closed months" in say("rates", "compare", card, card, "--on", tmp_path)[1]


def test_a_line_is_explained_down_to_orders(demo: Path) -> None:
    code, said = say("invoice", "explain", demo, "2026-01/apparel/1", "--events", "3")

    assert code == 0
    assert "Rate card" in said
    assert "order 2026-01-" in said


def test_replay_finds_no_difference(demo: Path) -> None:
    code, said = say("invoice", "replay", demo)

    assert code == 0
    assert "2026-01" in said
    assert "the chain holds; 0 differences" in said


def test_usage_comes_in_once(demo: Path, tmp_path: Path) -> None:
    path = tmp_path / "usage.csv"
    path.write_text("source,id,tenant,meter,at,quantity\ngate,1,beauty,api_calls,2026-02-02T00:00:00Z,9\n", "utf-8")

    assert say("invoice", "usage", demo, path) == (0, "1 event counted\n")
    assert say("invoice", "usage", demo, path) == (0, "0 events counted, 1 came before and is ignored\n")
    assert "gate" in say("invoice", "usage", demo)[1]


def test_disputes_open_once_and_are_decided(demo: Path) -> None:
    first = say("invoice", "dispute", demo, "2026-01/apparel/2", "--claim", "0.02", "--reason", "never came")
    second = say("invoice", "dispute", demo, "2026-01/apparel/2", "--reason", "again")
    decided = say("invoice", "dispute", demo, "--accept", "1", "--claim", "0.01")

    assert (first[0], "open  claimed $0.02  never came" in first[1]) == (0, True)
    assert (second[0], "is closed: expected a line without a dispute" in second[1]) == (2, True)
    assert (decided[0], "granted $0.01" in decided[1]) == (0, True)


def test_a_tenant_gets_its_own_and_nothing_else(demo: Path, tmp_path: Path) -> None:
    code, said = say("invoice", "export", demo, "--tenant", "beauty", "--to", tmp_path / "beauty")
    usage = (tmp_path / "beauty/usage.csv").read_text("utf-8").splitlines()
    ledger = (tmp_path / "beauty/ledger.beancount").read_text("utf-8")

    assert code == 0, said
    assert len(usage) > 100
    assert "apparel" not in ledger
    assert (tmp_path / "beauty/disputes.csv").read_text("utf-8").startswith("dispute,line,state,claimed")
    assert (tmp_path / "beauty/facts/departed.parquet").is_file()
    assert say("invoice", "export", demo, "--tenant", "beauty", "--to", tmp_path / "beauty")[0] == 2


def test_a_query_over_own_facts_is_metered(demo: Path) -> None:
    code, said = say("rented", "query", demo, "SELECT count(*) AS n FROM departed", "--tenant", "apparel")

    assert code == 0
    assert said.startswith("n\n")
    assert "bytes scanned" in said
    assert say("rented", "query", demo, "DROP TABLE departed", "--tenant", "apparel")[0] == 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (
            ("invoice", "DEMO", "--month", "2026-02"),
            "expected one of 2026-01 to 2026-01, which were rehearsed as a whole, found 2026-02",
        ),
        (("invoice", "DEMO", "--month", "October"), "expected a month such as 2026-10, found 'October'"),
        (("invoice", "DEMO", "--month", "2031-01"), "which were rehearsed as a whole"),
        (("invoice", "explain", "DEMO", "2026-01/aparel/1"), "expected a line of an invoice of 2026-01"),
        (("invoice", "DEMO", "--month", "2026-01", "--tenant", "aparel"), "expected a tenant with an invoice"),
        (("invoice", "explain", "DEMO", "2026-01/apparel/999"), "expected a line of 2026-01/apparel, 1 to "),
        (("invoice", "explain", "DEMO", "2025-07/apparel/1"), "expected one that is closed"),
        (("invoice", "export", "DEMO", "--tenant", "nobody", "--to", "x"), "expected a tenant"),
        (("rented", "file", "DEMO", "--tenant", "nobody"), "expected a tenant"),
        (("rented", "job", "DEMO", "DEMO", "--tenant", "apparel"), "expected a workspace of the tenant's own"),
        (("primitive", "show", "DEMO", "moonbase"), "expected a primitive (storage)"),
        (("clients", "NOTHING"), "expected a workspace folder"),
    ],
)
def test_what_cannot_be_is_told(demo: Path, arguments: tuple[str, ...], expected: str) -> None:
    code, said = say(*(str(demo) if each == "DEMO" else each for each in arguments))

    assert code == 2
    assert expected in said


def test_a_folder_without_a_rehearsal_is_told(tmp_path: Path) -> None:
    write_builtin(tmp_path / "new")
    code, said = say("invoice", tmp_path / "new", "--month", "2026-01")

    assert code == 2
    assert "needs a rehearsal first" in said
    assert np.count_nonzero([line.startswith("Traceback") for line in said.splitlines()]) == 0

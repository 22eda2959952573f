"""The ten-minute test of a practitioner (practice.md, section 4) on an unedited export: steps 1, 2 and 5 to 9.

Steps 1 and 2 and the change files of 5 to 7 are walked here to the compiled scenario; the rehearsals themselves, the
story of an order and the workbook of the report run in `test_the_walk`, which needs compiled kernels.
"""

from __future__ import annotations

import csv
import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from firstbest.rehearse.explain import code_of
from firstbest.store import workspace
from firstbest.store.changes import load_changed, scenario_of
from firstbest.store.compile_network import compile_network
from firstbest.store.import_log import Imported, import_log
from tests.conftest import ROOT

ORDERS = 1_200


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Imported]:
    folder = tmp_path_factory.mktemp("ten")
    spec = importlib.util.spec_from_file_location("make_shop_export", ROOT / "examples/make_shop_export.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    rows = module.write_export(folder / "orders_export.csv", ORDERS)
    found = import_log(folder / "orders_export.csv", None, folder / "shop")
    assert found.rows == rows
    return folder / "shop", found


def test_step_1_the_unedited_export_gives_a_profile(made: tuple[Path, Imported]) -> None:
    _, found = made
    told = {each.name: each.rows for each in found.buckets}

    assert sum(told.values()) == found.rows
    assert {"test orders", "cancelled", "nothing to ship", "sold over the counter", "abroad"} <= set(told)
    assert all(told[name] for name in ("test orders", "cancelled", "nothing to ship", "abroad"))
    assert found.profile.business == "direct-to-consumer"
    assert found.network == "us_consumer"
    assert "This looks like direct-to-consumer" in found.text
    assert "Network: one US warehouse to homes" in found.text
    assert max(map(len, found.text.splitlines())) <= 80
    assert max(map(len, found.wide.splitlines())) <= 120
    assert found.text.index("Order profile") < found.text.index("Network:") < found.text.index("Every row is in one")


def test_order_level_columns_count_once(made: tuple[Path, Imported]) -> None:
    folder, found = made
    with (folder.parent / "orders_export.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    heads = {row["Name"]: row for row in rows if row["Created at"]}

    assert len(heads) == ORDERS < len(rows)
    kept = [
        row for row in rows
        if heads[row["Name"]]["Shipping Country"] == "US" and not heads[row["Name"]]["Cancelled at"]
        and "Bogus" not in heads[row["Name"]]["Payment Method"] and row["Lineitem requires shipping"] == "true"
    ]  # fmt: skip
    assert found.profile.orders == len({row["Name"] for row in kept})
    assert found.profile.units == sum(int(row["Lineitem quantity"]) for row in kept)
    places = workspace.load(folder).frame("places")
    assert {"021", "100", "902"} <= set(places.texts("place"))  # Boston's ZIP keeps the zero it begins with


def test_step_2_says_what_was_assumed(made: tuple[Path, Imported]) -> None:
    folder, found = made
    with (folder / "assumptions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))

    assert all(row["source"] and row["mark"] for row in rows)
    assert {row["x_cost"] for row in rows} >= {"carriers", "labour", "building", "inbound", "returns", "holding"}
    assert "all money of a rehearsal rests on filled values" in " ".join(found.text.split())


@pytest.mark.parametrize("change", ["cut_off_17", "open_atlanta", "cyber_monday_3_5"])
def test_steps_5_to_7_have_their_change_files(made: tuple[Path, Imported], change: str) -> None:
    folder, found = made
    assert workspace.check(folder) == []
    changed = load_changed(folder, folder / f"changes/{change}.toml")
    network, nature, _ = scenario_of(changed)

    more = len(nature.log.at_us) - found.profile.orders
    if change == "cyber_monday_3_5":
        wanted = 3.5 * found.profile.orders_a_day - found.profile.peak_day_orders
        assert abs(more - wanted) < 12
        assert (
            nature.log.order[nature.log.order < found.profile.orders].size,
            len(set(nature.log.order.tolist())),
        ) == (
            found.profile.orders,
            found.profile.orders + more,
        )
    else:
        assert more == 0
    assert ("atlanta" in network.texts.nodes) == (change == "open_atlanta")


def test_step_8_an_order_is_found_without_the_sign_that_a_shell_takes_for_a_comment(
    made: tuple[Path, Imported],
) -> None:
    network, _ = compile_network(workspace.load(made[0]))
    names = ("#1001", "#1002", "a7", "#A7")

    assert [code_of(each, names, network) for each in ("#1002", "1002", "a7", "#A7")] == [1, 1, 2, 3]
    assert [code_of(each, names, network) for each in ("A7", "#a7", "1003")] == [-1, -1, -1]


@pytest.mark.skipif("FIRSTBEST_WALK" not in os.environ, reason="FIRSTBEST_WALK=1 rehearses it, for minutes")
def test_the_walk(made: tuple[Path, Imported]) -> None:
    folder, _ = made
    run = "import sys; from firstbest.cli.app import main; main()"
    steps = (
        ["rehearse", str(folder)],
        *(["rehearse", str(folder), "--against", f"{each}.toml", "--replications", "2"]
          for each in ("cut_off_17", "open_atlanta", "cyber_monday_3_5")),
        ["explain", str(folder), "#1500"],
        ["doctor", str(folder)],
    )  # fmt: skip
    said = [
        subprocess.run([sys.executable, "-c", run, *step], check=True, capture_output=True, text=True).stdout
        for step in steps
    ]

    assert "Shipped on time" in said[0]
    assert all("95" in each or "difference" in each for each in said[1:4])
    assert "Breaks with" in said[3], "which process, from which hour, how many heads"
    assert re.search(r"(pick|pack), from \d+:00 on \d+ \w+: more was due than could still be packed by \d+:00, "
                     r"[\d,]+ more heads? would have done", " ".join(said[3].split()))  # fmt: skip
    assert "#1500" in said[4]
    book = openpyxl.load_workbook(folder / "rehearsal" / "report.xlsx")
    assert {"figures", "bounds", "days"} <= set(book.sheetnames)

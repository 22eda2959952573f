"""The door desk on a handful of facts that can be added up by hand."""

import json
from pathlib import Path

import duckdb
import numpy as np
import pytest

from firstbest.mechanisms.calendar import day_of
from firstbest.store.compile_network import compile_network
from firstbest.store.init import write_builtin
from firstbest.store.review_costs import week_costs
from firstbest.store.sink_writer import write_rows
from firstbest.store.workspace import load
from firstbest.world.facts import DELIVERED, DEPARTED, PLANNED, VEHICLE, WORKED, FactType
from firstbest.world.words import Process, Reason

NODE = 7
DAY = day_of(2026, 3, 10)
NOON_US = DAY * 86_400_000_000 + 18 * 3_600_000_000
MONEY = 1_000_000


def rows(fact: FactType, *given: dict[str, int]) -> np.ndarray:
    made = np.zeros(len(given), fact.dtype)
    for at, each in enumerate(given):
        made["at"][at] = NOON_US
        for name, number in each.items():
            made[name][at] = number
    return made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An idle shift with overtime, a split order, a short pick, an upgrade in vain and one that kept its promise."""
    home = tmp_path_factory.mktemp("costs") / "demo"
    write_builtin(home)
    facts = {
        WORKED: rows(
            WORKED,
            {"node": NODE, "process": Process.PACK, "day": DAY - (day_of(2026, 1, 1) - 1), "paid_min": 600,
             "overtime_min": 60, "busy_s": 480 * 60, "money": 600 * MONEY},
            {"node": NODE, "process": Process.PACK, "day": DAY - 30 - (day_of(2026, 1, 1) - 1), "paid_min": 600,
             "money": 600 * MONEY},
        ),
        PLANNED: rows(
            PLANNED,
            {"order": 1, "node": NODE, "cost": 9 * MONEY}, {"order": 1, "node": NODE + 1, "cost": 4 * MONEY},
            {"order": 2, "node": NODE, "cost": 7 * MONEY}, {"order": 3, "node": NODE, "cost": 7 * MONEY},
        ),
        DEPARTED: rows(
            DEPARTED,
            {"order": 2, "node": NODE, "cost": 27 * MONEY, "reason": Reason.UPGRADED},
            {"order": 3, "node": NODE, "cost": 17 * MONEY, "reason": Reason.UPGRADED},
            {"order": 4, "node": NODE, "cost": 11 * MONEY, "reason": Reason.RESOURCED, "attempt": 1},
        ),
        DELIVERED: rows(
            DELIVERED,
            {"order": 2, "node": NODE, "deliver_by": NOON_US - 1}, {"order": 3, "node": NODE, "deliver_by": NOON_US},
        ),
    }  # fmt: skip
    with duckdb.connect() as engine:
        for fact, made in facts.items():
            path = home / "rehearsal/facts" / fact.name
            path.mkdir(parents=True)
            write_rows(engine, made, path / "0.parquet")
    (home / "rehearsal/run.json").write_text(json.dumps({"scale": 1.0, "days": None}))
    return home


def test_each_cost_is_told_once_with_its_decision(folder: Path) -> None:
    found = week_costs(folder, "rehearsal", DAY - 3, DAY + 3)
    assert found is not None

    assert [(line.what, line.cost, line.count) for line in found.lines] == [
        ("Overtime without work, packing", 60.0, 1),
        ("Paid time without work, packing", 60.0, 1),
        ("Faster carrier, late all the same", 20.0, 1),
        ("Sent again after a short pick", 11.0, 1),
        ("Second parcels of split orders", 4.0, 1),
    ]
    assert found.total == 155.0
    assert all(line.decision for line in found.lines)


def test_another_week_has_none_of_it(folder: Path) -> None:
    found = week_costs(folder, "rehearsal", DAY + 4, DAY + 10)

    assert found is not None
    assert (found.lines, found.total) == ((), 0)


def test_a_folder_without_facts_has_no_door_desk(tmp_path: Path) -> None:
    assert week_costs(tmp_path, "rehearsal", DAY, DAY + 6) is None


def test_vehicles_that_left_less_than_half_full(folder: Path) -> None:
    network, _ = compile_network(load(folder), 1.0, 9)
    lane, station = (network.texts.lanes.index(each) for each in ("riverside_dallas", "allentown_secaucus"))
    capacity, cost = int(network.lanes.capacity_cm3[lane]), int(network.lanes.cost_vehicle[lane])
    made = rows(
        VEHICLE,
        # Two trucks three tenths full: seven tenths of both; one that is half full, and one to a station: nothing.
        {"lane": lane, "vehicles": 2, "volume_cm3": capacity * 6 // 10, "cost": 2 * cost},
        {"lane": lane, "vehicles": 1, "volume_cm3": capacity // 2 + 1, "cost": cost},
        {"lane": station, "vehicles": 1, "volume_cm3": 1, "cost": cost},
    )
    path = folder / "rehearsal/facts/vehicle"
    path.mkdir()
    with duckdb.connect() as engine:
        write_rows(engine, made, path / "0.parquet")
    found = week_costs(folder, "rehearsal", DAY - 3, DAY + 3)
    (path / "0.parquet").unlink()
    path.rmdir()

    assert found is not None
    line = next(each for each in found.lines if each.what.startswith("Half-empty"))
    assert (line.what, line.where, line.count) == ("Half-empty vehicles to Dallas", "Riverside", 2)
    assert line.cost == pytest.approx(2 * cost * 0.7 / MONEY)

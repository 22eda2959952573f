"""Model against books: the same books are inside every band, others outside where and by how much they differ."""

import json
from pathlib import Path

import numpy as np
import pytest

from firstbest.operate.ports import Tick
from firstbest.rehearse.banner import banner_of, keep
from firstbest.rehearse.baseline import Line, NothingToCompare, baseline, compared, model_totals
from firstbest.store.actuals import FILES, Known, Totals, read_actuals
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.init import write_builtin
from firstbest.store.sink import ParquetSink
from firstbest.world import facts as f
from firstbest.world.facts import Block
from firstbest.world.network import Network
from firstbest.world.units import HOUR_US
from tests.rehearsals.small import Size, small_network

TICK = Tick(1, 0, 0, 0, 1, 4)
FACTS = (f.DEPARTED, f.DELIVERED, f.WORKED, f.DAY_CLOSED)
PROCESSES = ("receive", "pick", "pack", "load", "indirect")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Network, Totals]:
    """Facts of 14 days, made by hand: a parcel costs its zone's rate for two pounds and 2.00 on top."""
    folder, chance = tmp_path_factory.mktemp("rehearsal"), np.random.default_rng(2)
    network, _ = small_network(Size(days=14))
    left = rows(f.DEPARTED, 900)
    left["carrier"], left["zone"], left["node"] = chance.integers(0, 2, 900), chance.integers(2, 5, 900), 3
    left["node"][::2], left["cartons"], left["units"], left["billed_g"] = 4, 1, 3, 850
    left["cost"] = network.carriers.rate[left["carrier"], left["zone"], 2] + 2_000_000
    there = rows(f.DELIVERED, 900)
    there["carrier"], there["at"] = left["carrier"], (1 + left["carrier"].astype(np.int64)) * 36 * HOUR_US
    worked = rows(f.WORKED, 28)
    worked["node"], worked["process"], worked["paid_min"] = np.arange(28) % 2 + 3, np.arange(28) % 4 // 2 + 1, 480
    closed = rows(f.DAY_CLOSED, 28)
    closed["node"], closed["units"] = np.arange(28) % 2 + 3, 5_000 + np.arange(28)
    with ParquetSink(folder) as sink:
        sink.seal(
            TICK, [Block(fact, made) for fact, made in zip(FACTS, (left, there, worked, closed), strict=True)], []
        )
    return network, model_totals(folder / "facts", network, 1.0)


def rows(fact: f.FactType, count: int) -> "np.ndarray[tuple[int, ...], np.dtype[np.void]]":
    made = np.zeros(count, fact.dtype)
    made["ordinal"] = np.arange(count)
    return made


def written(folder: Path, totals: Totals, factor: float = 1.0) -> Path:
    """The model's own figures as somebody's books, times a factor."""
    for file, rows in totals.items():
        names, numbers = FILES[file]
        lines = [",".join((*names, *numbers))]
        lines += [
            ",".join((*name, *(str(own[column] * (1 if column == "parcels" else factor)) for column in numbers)))
            for name, own in rows.items()
        ]
        (folder / f"{file}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    return folder


def known(network: Network) -> Known:
    return Known(network.texts.carriers, network.texts.nodes, PROCESSES)


def test_the_models_own_figures_are_inside(run: tuple[Network, Totals], tmp_path: Path) -> None:
    network, model = run
    books = read_actuals(written(tmp_path, model), known(network))

    lines = list(compared(model, books, (14, 14)))

    assert len(lines) > 30
    assert all(line.inside for line in lines)
    assert {line.words.partition(",")[0] for line in lines} == {
        "carrier money", "surcharges", "billed kg", "parcels", "shipments", "units", "stock", "paid hours",
        "days to the door",
    }  # fmt: skip


@pytest.mark.parametrize(("factor", "outside"), [(1.04, set()), (1.08, {0.05}), (1.2, {0.05, 0.1, 0.3})])
def test_what_differs_more_than_its_band_is_outside(
    run: tuple[Network, Totals], tmp_path: Path, factor: float, outside: set[float]
) -> None:
    network, model = run
    books = read_actuals(written(tmp_path, model, factor), known(network))

    lines = [line for line in compared(model, books, (14, 14)) if line.model > 0 and "parcels" not in line.words]

    assert {line.band for line in lines if not line.inside} == outside
    assert all(line.apart < 0 for line in lines)


def test_books_of_more_days_are_taken_a_day(run: tuple[Network, Totals], tmp_path: Path) -> None:
    network, model = run
    doubled = {
        file: {name: {column: 2 * value for column, value in own.items()} for name, own in rows.items()}
        for file, rows in model.items()
        if file in ("volumes", "hours")
    }
    books = read_actuals(written(tmp_path, doubled), known(network))

    assert all(line.inside for line in compared(model, books, (14, 28)))
    assert not any(line.inside for line in compared(model, books, (14, 14)) if line.model)


def test_money_and_weight_add_up_to_the_facts(run: tuple[Network, Totals]) -> None:
    _, model = run
    invoice = model["carrier_invoice"]

    assert sum(each["parcels"] for each in invoice.values()) == 900
    assert all(each["surcharge"] == pytest.approx(2.0 * each["parcels"]) for each in invoice.values())
    assert sum(each["billed_kg"] for each in invoice.values()) == pytest.approx(900 * 0.85)
    assert model["delivery"][("air",)]["days"] == pytest.approx(3.0)
    assert model["hours"][("west", "pick")] == {"hours": 7 * 8.0}
    assert model["volumes"][("middle",)] == {"shipments": 450, "units": 1350}
    assert model["stock"][("west",)]["units"] == pytest.approx(5_013)


def test_the_banner_says_where_and_by_how_much(tmp_path: Path) -> None:
    assert banner_of(tmp_path) == "not compared with any actuals"
    keep(tmp_path, 12, [])
    assert banner_of(tmp_path) == "compared with actuals: all 12 figures within their bands"
    said = Line("carrier money, ground zone 8", "amount", 112.0, 100.0, 0.05).said
    keep(tmp_path, 12, [said, Line("days to the door, ground", "days", 3.0, 2.5, 0.3).said, "c", "d"])
    assert banner_of(tmp_path) == (
        "OUTSIDE its bands against actuals in 4 of 12 figures: carrier money, ground zone 8: +12.0 %; "
        "days to the door, ground: +0.50 days; c and 1 more"
    )


def test_faults_of_the_books_are_told_together(run: tuple[Network, Totals], tmp_path: Path) -> None:
    (tmp_path / "stock.csv").write_text("node,unit\nwest,3\n", "utf-8")
    (tmp_path / "hours.csv").write_text("node,process,hours\nwets,pick,3\nwest,pick,many\n", "utf-8")

    with pytest.raises(WorkspaceFaulty) as faulty:
        read_actuals(tmp_path, known(run[0]))

    assert [(fault.file, fault.row, fault.column) for fault in faulty.value.faults] == [
        ("stock.csv", 1, "units"), ("hours.csv", 2, "node"), ("hours.csv", 3, "hours"),
    ]  # fmt: skip


def test_what_neither_side_has_is_not_compared() -> None:
    sides = {"stock": {("west",): {"units": 40.0}, ("port",): {"units": 0.0}}}

    assert [line.words for line in compared(sides, sides, (10, 10))] == ["stock, west"]


@pytest.mark.parametrize("cell", ['"12,5"', "nan", "inf", "1.234,5", "ten"])
def test_what_is_no_number_of_ours_is_a_fault(run: tuple[Network, Totals], tmp_path: Path, cell: str) -> None:
    """A decimal comma read as one between thousands would be ten times the number."""
    network, _ = run
    (tmp_path / "stock.csv").write_text(f"node,units\n{network.texts.nodes[3]},{cell}\n", "utf-8")

    with pytest.raises(WorkspaceFaulty):
        read_actuals(tmp_path, known(network))


def test_commas_between_thousands_are_read(run: tuple[Network, Totals], tmp_path: Path) -> None:
    network, _ = run
    node = network.texts.nodes[3]
    (tmp_path / "stock.csv").write_text(f'node,units\n{node},"1,234,567.5"\n', "utf-8")

    assert read_actuals(tmp_path, known(network))["stock"][node,]["units"] == 1_234_567.5


def test_an_edited_workspace_is_rehearsed_before_it_is_compared(tmp_path: Path) -> None:
    """Facts name a node by its place in the file; in an edited file that may be another's."""
    folder = tmp_path / "demo"
    write_builtin(folder)
    (folder / "rehearsal" / "facts").mkdir(parents=True)
    told = {"scale": 0.01, "days": 2, "network": "00"}
    (folder / "rehearsal" / "run.json").write_text(json.dumps(told), "utf-8")

    with pytest.raises(NothingToCompare, match="was edited since its last rehearsal"):
        baseline(folder, tmp_path)

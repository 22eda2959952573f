"""The rehearsal's sink: every fact in Parquet, in order, whatever the limits; faults surface."""

from __future__ import annotations

import shutil
from hashlib import blake2b
from pathlib import Path

import duckdb
import numpy as np
import pytest

from firstbest.operate.ports import Add, Tick
from firstbest.store import sink_tables
from firstbest.store.columns import Columns, sizes
from firstbest.store.sink import Limits, ParquetSink, SinkError
from firstbest.store.sink_tables import write_cubes, write_orders
from firstbest.store.sink_writer import PADDING
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.facts import FACTS, Block, FactType
from firstbest.world.metrics import METRICS, Metric
from tests.rehearsals.small import Size, small_network

TICK = Tick(0, 0, 0, 0, 0, 1)


def rows_of(fact: FactType, size: int, seed: int) -> np.ndarray:
    """Rows full of random bytes, the name in order."""
    random = np.random.default_rng(seed)
    rows = np.frombuffer(random.bytes(size * fact.dtype.itemsize), fact.dtype).copy()
    rows["number"] = np.arange(size) + seed * 1_000_000
    return rows


def read(folder: Path, fact: FactType) -> dict[str, np.ndarray]:
    """All rows of a type, files in their order."""
    paths = sorted(str(path) for path in (folder / "facts" / fact.name).glob("*.parquet"))
    assert paths, f"'{fact.name}' needs a file"
    with duckdb.connect() as engine:
        engine.execute("SET preserve_insertion_order = true")
        return engine.execute("SELECT * FROM read_parquet($paths)", {"paths": paths}).fetchnumpy()


@pytest.mark.parametrize(
    "limits", [Limits(), Limits(type_rows=7), Limits(type_bytes=4_000), Limits(total_bytes=20_000)]
)
def test_every_fact_is_in_the_files_in_order(tmp_path: Path, limits: Limits) -> None:
    sealed: dict[str, list[np.ndarray]] = {f.PLANNED.name: [], f.CLOSED.name: []}
    with ParquetSink(tmp_path, limits) as sink:
        for step in range(40):
            blocks = [Block(f.PLANNED, rows_of(f.PLANNED, step % 9, step)), Block(f.CLOSED, rows_of(f.CLOSED, 3, step))]
            sink.seal(TICK, blocks, [])
            for block in blocks:
                sealed[block.fact.name].append(block.rows.copy())
                block.rows["number"] = -1  # the sink must not look at these rows any more

    for fact in (f.PLANNED, f.CLOSED):
        expected, found = np.concatenate(sealed[fact.name]), read(tmp_path, fact)
        assert sink.counts[fact.name] == len(expected)
        assert sink.digests()[fact.name] == blake2b(expected.tobytes(), digest_size=16).hexdigest()
        assert set(found) == set(fact.dtype.names or ()) - PADDING
        for name, values in found.items():
            assert np.array_equal(np.asarray(values), expected[name]), name
    assert sink.facts == sum(sink.counts.values())


def test_the_digest_is_that_of_the_rows_and_not_of_the_ticks(tmp_path: Path) -> None:
    rows = rows_of(f.ORDERED, 50, 3)
    digests = []
    for cut in (50, 7):
        with ParquetSink(tmp_path / str(cut)) as sink:
            for start in range(0, 50, cut):
                sink.seal(TICK, [Block(f.ORDERED, rows[start : start + cut])], [])
        digests.append(sink.digest())

    assert digests[0] == digests[1]


def test_every_type_has_a_file_and_an_earlier_run_leaves_none(tmp_path: Path) -> None:
    for size in (5, 2):
        with ParquetSink(tmp_path, Limits(type_rows=1)) as sink:
            for step in range(size):
                sink.seal(TICK, [Block(f.ORDERED, rows_of(f.ORDERED, 1, step))], [])

    assert len(read(tmp_path, f.ORDERED)["number"]) == 2
    for fact in FACTS:
        assert fact is f.ORDERED or len(read(tmp_path, fact)["number"]) == 0


def test_what_fails_in_the_thread_surfaces(tmp_path: Path) -> None:
    sink = ParquetSink(tmp_path, Limits(type_rows=1))
    shutil.rmtree(tmp_path / "facts" / "closed")

    def seal_on() -> None:
        for step in range(1_000):
            sink.seal(TICK, [Block(f.CLOSED, rows_of(f.CLOSED, 1, step))], [])

    with pytest.raises(SinkError, match="could not be written"):
        seal_on()
    with pytest.raises(SinkError, match="could not be written"):
        sink.close()


def test_orders_stand_with_how_they_ended(tmp_path: Path) -> None:
    ordered, completed, ended = (
        np.zeros(4, f.ORDERED.dtype),
        np.zeros(2, f.COMPLETED.dtype),
        np.zeros(1, f.CLOSED.dtype),
    )
    ordered["order"], ordered["number"], ordered["at"] = (30, 10, 20, 15), range(4), range(100, 104)
    completed["order"], completed["at"], completed["cause"] = (15, 10), (450, 500), (3, 6)
    ended["order"], ended["at"] = 20, 600
    with ParquetSink(tmp_path, Limits(type_rows=1)) as sink:
        for blocks in ([Block(f.ORDERED, ordered[:2])], [Block(f.ORDERED, ordered[2:]), Block(f.COMPLETED, completed)]):
            sink.seal(TICK, blocks, [])
        sink.seal(TICK, [Block(f.CLOSED, ended)], [])

    path = write_orders(tmp_path)

    with duckdb.connect() as engine:
        select = f"SELECT \"order\", placed_at, completed_at, cause, closed_at FROM '{path}'"
        found = engine.execute(select).fetchall()
    assert found == [
        (30, 100, None, None, None),
        (10, 101, 500, 6, None),
        (20, 102, None, None, 600),
        (15, 103, 450, 3, None),
    ]


def test_an_order_beside_the_end_of_another_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered = np.zeros(2, f.ORDERED.dtype)
    ordered["order"], ordered["number"] = (30, 10), (0, 1)
    with ParquetSink(tmp_path) as sink:
        empty = [Block(fact, np.zeros(0, fact.dtype)) for fact in (f.COMPLETED, f.CLOSED)]
        sink.seal(TICK, [Block(f.ORDERED, ordered), *empty], [])
    laid = sink_tables.endings
    turned = {"placed": np.array([10, 30])}
    monkeypatch.setattr(sink_tables, "endings", lambda engine, facts: laid(engine, facts) | turned)

    with pytest.raises(duckdb.Error, match="orders were read in two orders"):
        write_orders(tmp_path)


def test_cubes_are_written_with_their_texts(tmp_path: Path) -> None:
    network, _ = small_network(Size(days=3))
    state, nodes, sellers = Columns(sizes(network)), len(network.texts.nodes), len(network.texts.sellers)
    key = ((2 * nodes + 5) * sellers + 1) * METRICS + Metric.COST_PICK
    change = Add.of(t.CUBE_T, np.array([key]), {"numerator": np.array([700]), "denominator": np.array([4])})
    flow = {name: np.array([n + 1]) for n, name in enumerate(("shipments", "days", "cost"))}
    state.apply([change, Add.of(t.FLOW_T, np.array([3 * nodes + 4]), flow)])

    paths = write_cubes(tmp_path, state, network)

    with duckdb.connect() as engine:
        found = [engine.execute(f"SELECT * FROM '{path}'").fetchall() for path in paths]
    day = (np.datetime64("2026-03-04")).astype(object)
    assert found == [[(day, "east", "apparel", "cost_pick", 700, 4)], [], [("100", "middle", 1, 2, 3)]]

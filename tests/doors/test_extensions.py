"""Code of other packages: the example conforms, offenders are caught by the law they break, errors say where."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.decide.plugged import judged
from firstbest.rehearse import conform as conforming
from firstbest.rehearse.conform_ports import BROKEN, drawn_wave, tariff_laws, wave_laws
from firstbest.rehearse.conform_source import impurities
from firstbest.store.compile_network import compile_network
from firstbest.store.extensions import Extension, digest_of, entry_points_of, extensions_of, loaded
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.init import write_small
from firstbest.store.network_digest import network_digest
from firstbest.store.workspace import check, load
from firstbest.world.plugged import BrokenLaw, Waiting
from tests.doors.plugged_in import EXAMPLE, install, project

PACKAGE = "riverbend-fulfilment"


@pytest.fixture
def example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The example package, installed from its folder."""
    for path in reversed(install(EXAMPLE, tmp_path / "site")):
        monkeypatch.syspath_prepend(path)
    return PACKAGE


def named(folder: Path, *entries: str) -> Path:
    """The small network with extensions in its firstbest.toml: "port name of"."""
    write_small(folder)
    with (folder / "firstbest.toml").open("a", encoding="utf-8") as file:
        for entry in entries:
            port, name, *of = entry.split()
            told = f'of = "{of[0]}"\n' if of else ""
            file.write(f'\n[[extension]]\nport = "{port}"\nname = "{name}"\n{told}')
    return folder


ALL = ("wave single_units_first", "tariff regional ground", "nature icy_winter", "meter labour_s", "panel weekdays")


def test_the_example_passes_every_law(example: str) -> None:
    found = conforming.conform(example)

    assert [(law.extension, law.law, law.expected, law.found) for law in found.broken] == []
    assert len(found.extensions) == 5
    assert {law.law for law in found.laws} >= {
        "form", "purity, by reading", "purity, by running", "determinism", "bounds", "split", "relabelling", "liveness",
        "house: split", "house: poison", "house: relabelling", "house: determinism", "house: digest", "house: liveness",
    }  # fmt: skip
    assert len(found.milliseconds) == 5


def test_what_is_named_is_put_in(example: str, tmp_path: Path) -> None:
    plain, _ = compile_network(load(named(tmp_path / "plain")), 1.0, 40)
    network, nature = compile_network(load(named(tmp_path / "with", *ALL)), 1.0, 40)

    assert network.plugged.wave is not None
    assert network_digest(network) != network_digest(plain)
    ground, pound = network.texts.carriers.index("ground"), 454
    assert network.carriers.rate[ground, 2, 1] == 5_900_000
    assert network.carriers.rate[ground, 8, 3 * pound // 453] == 8_900_000 + 2 * 1_190_000
    assert (nature.roads.late_ppm[ground, 5] == [925_000, 65_000, 10_000, 0]).all()


def test_the_digest_follows_version_and_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = {
        "brook/__init__.py": '"""A package."""\n',
        "brook/waves.py": "def first(waiting, quota_ms):\n    return []\n",
    }
    made = project(tmp_path / "one", "brook", {"wave": {"first": "brook.waves:first"}}, code)
    for path in install(made, tmp_path / "site"):
        monkeypatch.syspath_prepend(path)
    digest_of.cache_clear()
    before = digest_of("brook", "1.0", "brook.waves:first")
    digest_of.cache_clear()
    (made / "src" / "brook" / "other.py").write_text("X = 1\n", "utf-8")
    edited = digest_of("brook", "1.0", "brook.waves:first")
    digest_of.cache_clear()

    assert len({before, edited, digest_of("brook", "1.1", "brook.waves:first")}) == 3


def test_a_replay_under_another_version_is_not_comparable() -> None:
    from firstbest.run.world import code_digest

    assert code_digest(b"one") != code_digest(b"two")
    assert code_digest() == code_digest(b"")


@pytest.mark.parametrize(
    ("entries", "column", "expected", "found"),
    [
        (
            ["wave fastest"],
            "extension.name",
            "an entry point 'fastest' in the group firstbest.wave",
            "single_units_first",
        ),
        (["tariff regional rail"], "extension.of", "a carrier of carriers.csv", "'rail'"),
        (["panel weekdays ground"], "extension.of", "nothing: a panel is of no carrier", "'ground'"),
        (["meter units_shipped"], "extension.name", "a meter that no fact feeds", "'units_shipped'"),
        (["wave single_units_first", "wave single_units_first"], "extension.port", "one extension for wave", "and"),
        (["robots x"], "extension.port", "wave", "'robots'"),
    ],
)
def test_errors_say_what_was_expected_where_and_what_was_found(
    example: str, tmp_path: Path, entries: list[str], column: str, expected: str, found: str
) -> None:
    faults = [fault for fault in check(named(tmp_path / "w", *entries)) if fault.column == column]

    assert faults
    assert faults[0].file == "firstbest.toml"
    assert faults[0].row > 20
    assert expected in faults[0].expected
    assert found in faults[0].found


def test_a_package_that_is_not_there_is_told_on_the_terminal(tmp_path: Path) -> None:
    folder = named(tmp_path / "w", "wave fastest")
    answer = CliRunner().invoke(app, ["check", str(folder)])

    assert answer.exit_code == 2
    assert "expected an entry point 'fastest' in the group firstbest.wave, found none is installed" in answer.stderr
    assert CliRunner().invoke(app, ["conform", "nobody"]).exit_code == 2


@pytest.mark.parametrize(
    ("code", "expected", "found"),
    [
        ("def first(waiting):\n    return []\n", "a function odd.waves:first(waiting, quota_ms)", "first(waiting)"),
        ("import nothing_of_that_name\n", "can be imported", "No module named"),
        ("first = 3\n", "a function", "a int"),
    ],
)
def test_a_function_of_another_form_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: str, expected: str, found: str
) -> None:
    made = project(tmp_path / "odd", "odd", {"wave": {"first": "odd.waves:first"}}, {"odd/waves.py": code})
    for path in install(made, tmp_path / "site"):
        monkeypatch.syspath_prepend(path)
    for name in [name for name in sys.modules if name.partition(".")[0] == "odd"]:
        monkeypatch.delitem(sys.modules, name)
    importlib.invalidate_caches()
    faults = check(named(tmp_path / "w", "wave first"))

    assert len(faults) == 1
    assert expected in faults[0].expected
    assert found.removeprefix("first") in faults[0].found


# ------------------------------------------------------------------------------------------------------------ offenders
def due_first(waiting: Waiting, quota_ms: np.ndarray) -> np.ndarray:
    """A wave that keeps every law: soonest due first, then the tie."""
    order = np.lexsort((waiting.tie, waiting.ship_by, waiting.node))
    node, work = waiting.node[order], waiting.pack_ms[order]
    before = np.cumsum(work) - work
    mine = before - before[np.searchsorted(node, node)] if len(order) else before
    return order[mine < quota_ms[node]]


def by_row(waiting: Waiting, quota_ms: np.ndarray) -> np.ndarray:
    """Ties go by the row, so another order of rows gives another answer."""
    return due_first(waiting._replace(tie=np.arange(len(waiting.node), dtype=np.uint64)), quota_ms)


def greedy(waiting: Waiting, quota_ms: np.ndarray) -> np.ndarray:
    """Begins more than hands can do."""
    return np.arange(len(waiting.node))


def lazy(waiting: Waiting, quota_ms: np.ndarray) -> np.ndarray:
    """Leaves every seventh order for ever."""
    kept = due_first(waiting, quota_ms)
    return kept[waiting.tie[kept] % 7 > 0]


def jealous(waiting: Waiting, quota_ms: np.ndarray) -> np.ndarray:
    """Gives a building nothing while another has more work."""
    counts = np.bincount(waiting.node, minlength=4)
    kept = due_first(waiting, quota_ms)
    return kept[counts[waiting.node[kept]] == counts.max()]


class Forgetful:
    """Remembers how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, waiting: Waiting, quota_ms: np.ndarray) -> np.ndarray:
        self.asked += 1
        return due_first(waiting, quota_ms)[: -1 if self.asked % 3 else None]


def writing(waiting: Waiting, quota_ms: np.ndarray) -> np.ndarray:
    """Writes into what it was given."""
    quota_ms[:] = 0
    return due_first(waiting, quota_ms)


def reading(waiting: Waiting, quota_ms: np.ndarray) -> np.ndarray:
    """Reads a file."""
    Path(__file__).read_bytes()
    return due_first(waiting, quota_ms)


def twice(waiting: Waiting, quota_ms: np.ndarray) -> np.ndarray:
    """Releases a shipment twice."""
    kept = due_first(waiting, quota_ms)
    return np.concatenate([kept, kept[:1]])


def extension(port: str, function: object) -> Extension:
    """An extension without a package."""
    return Extension(port, "x", "", "offender", "1.0", b"", function)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("function", "law"),
    [
        (by_row, "relabelling"),
        (greedy, "bounds"),
        (lazy, "liveness"),
        (jealous, "split"),
        (Forgetful(), "determinism"),
        (writing, "purity, by running"),
        (reading, "purity, by running"),
        (twice, "bounds"),
    ],
)
def test_each_offender_breaks_its_law(function: object, law: str) -> None:
    broken = {each.law for each in wave_laws(extension("wave", function)) if each.verdict == BROKEN}

    assert law in broken


def test_a_wave_that_keeps_every_law_breaks_none() -> None:
    assert [each for each in wave_laws(extension("wave", due_first)) if each.verdict == BROKEN] == []


@pytest.mark.parametrize(
    ("function", "law"),
    [
        (lambda weight_g: np.tile(-weight_g, (9, 1)), "bounds"),
        (lambda weight_g: np.tile(weight_g, (8, 1)), "bounds"),
        (lambda weight_g: np.tile(weight_g / 2, (9, 1)), "bounds"),
        (lambda weight_g: np.tile(weight_g[::-1], (9, 1)), "bounds"),
        (lambda weight_g: np.tile(weight_g + len(weight_g), (9, 1)), "split"),
    ],
)
def test_tariffs_that_break_a_law(function: object, law: str) -> None:
    assert law in {each.law for each in tariff_laws(extension("tariff", function)) if each.verdict == BROKEN}


def test_a_wave_is_judged_with_every_answer() -> None:
    waiting, _ = drawn_wave(5)
    with pytest.raises(BrokenLaw, match=r"wave: expected each shipment at most once, found place \d+ twice"):
        judged(twice, waiting, np.full(4, 2**60))
    with pytest.raises(BrokenLaw, match="expected places from 0 to 399 in what waits, found 400"):
        judged(lambda waiting, quota_ms: np.array([400]), waiting, np.full(4, 2**60))
    with pytest.raises(BrokenLaw, match="expected one column of whole numbers, found 1 dimensions of float64"):
        judged(lambda waiting, quota_ms: np.array([0.5]), waiting, np.full(4, 2**60))


def test_impure_source_is_found_by_reading(tmp_path: Path) -> None:
    lines = [
        "import time",
        "from datetime import date",
        "import numpy.random",
        "x = open('y')",
        "def f():",
        "    global x",
    ]
    path = tmp_path / "bad.py"
    path.write_text("\n".join([*lines, "    np.random.seed(1)"]) + "\n", "utf-8")

    assert list(impurities(path, "bad.py")) == [
        "bad.py, line 1: import time",
        "bad.py, line 2: from datetime import date",
        "bad.py, line 3: import numpy.random",
        "bad.py, line 4: open()",
        "bad.py, line 6: global x",
        "bad.py, line 7: np.random",
    ]


def test_the_meter_is_billed_and_the_panel_drawn(example: str, tmp_path: Path) -> None:
    extensions = extensions_of(load(named(tmp_path / "w", *ALL)))

    assert [(each.port, each.name, each.of) for each in extensions] == [
        ("wave", "single_units_first", ""), ("tariff", "regional", "ground"), ("nature", "icy_winter", ""),
        ("meter", "labour_s", ""), ("panel", "weekdays", ""),
    ]  # fmt: skip
    assert [loaded(port, entry).package for port, entry in entry_points_of(example)] == [PACKAGE] * 5


def test_an_extension_that_breaks_its_bounds_is_no_traceback(
    example: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = named(tmp_path / "w", "nature icy_winter")
    winter = importlib.import_module("riverbend.winter")
    monkeypatch.setattr(winter.icy_winter, "__code__", (lambda nature, network: None).__code__)
    with pytest.raises(WorkspaceFaulty, match=r"nature 'icy_winter' of riverbend-fulfilment 1.0: expected a firstbest"):
        compile_network(load(folder), 1.0, 9)

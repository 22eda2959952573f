"""Sensitivity: inputs are found in files and moved, and a function of known shares gets them back."""

import csv
from pathlib import Path

import numpy as np
import pytest

from firstbest.rehearse.sensitivity import Budget, budget, sensible, sensitivity
from firstbest.store.init import write_builtin
from firstbest.store.sensitivity_inputs import Row, moved, read_inputs, write_moved
from firstbest.store.workspace import load

pytest.importorskip("SALib")

F64 = np.typing.NDArray[np.float64]


@pytest.fixture(scope="module")
def builtin(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("builtin") / "demo"
    write_builtin(folder)
    return folder


def test_inputs_stand_in_their_files(builtin: Path) -> None:
    found = read_inputs(builtin)
    names = {each.name for each in found.found}

    assert len(names) > 80
    assert {"labour.csv wage_hour", "lanes.csv transit_days", "nature.toml spread_percent.pick",
            "policies.toml safety_z", "carrier_rates/ground.csv zone_8"} <= names  # fmt: skip
    assert not any(name.startswith("none") for name in names)


def test_the_middle_is_the_workspace_and_the_ends_are_the_ranges(builtin: Path, tmp_path: Path) -> None:
    found = [each for each in read_inputs(builtin).found if each.name in ("labour.csv wage_hour", "demand.toml factor")]
    for share in (0.0, 0.5, 1.0):
        write_moved(builtin, tmp_path / str(share), found, [share] * len(found))
    wages = {}
    for share in (0.0, 0.5, 1.0):
        with (tmp_path / str(share) / "labour.csv").open(encoding="utf-8") as file:
            wages[share] = float(next(csv.DictReader(file))["wage_hour"])

    assert wages == {0.0: 22.0, 0.5: 28.0, 1.0: 38.0}
    assert (tmp_path / "0.5" / "demand.toml").read_bytes() == (builtin / "demand.toml").read_bytes()
    assert "factor = 5\n" in (tmp_path / "1.0" / "demand.toml").read_text("utf-8"), "Cyber Monday at its high end"
    assert load(tmp_path / "1.0").name == load(builtin).name


def test_rows_are_moved_by_key_and_entry() -> None:
    text = (
        '[[period]]\nname = "a"\nfactor = 1.5\n\n[[period]]\nname = "b"\nfactor = 2\n[hands]\ns = { x = 40, y = 3 }\n'
    )

    later = moved(text, Row("demand.toml", "period.b", "factor", 2, 1, 4, ""), 1.0)
    inline = moved(text, Row("nature.toml", "hands", "s.y", 3, 1, 9, ""), 0.0)

    assert later is not None
    assert inline is not None
    assert 'name = "b"\nfactor = 4\n' in later
    assert "factor = 1.5" in later
    assert "s = { x = 40, y = 1 }" in inline
    assert moved(text, Row("demand.toml", "period.c", "factor", 2, 1, 4, ""), 1.0) is None


def test_ends_that_make_no_workspace_are_left_out(builtin: Path) -> None:
    kept, out = sensible(builtin, read_inputs(builtin).found)

    assert len(kept) > 70
    assert len(out) < 20


def test_known_shares_are_found() -> None:
    """Of 4 a + 2 b + c, with d doing nothing: variance shares 16, 4 and 1 of 21."""

    def answer(points: F64) -> F64:
        values: F64 = 4 * points[:, 0] + 2 * points[:, 1] + points[:, 2]
        return values

    found = sensitivity(["a", "b", "c", "d"], "x", Budget(4, 8, 256, 3), answer)

    assert [each.name for each in found.effects] == ["a", "b", "c", "d"]
    assert [each.size for each in found.effects] == pytest.approx([4, 2, 1, 0])
    assert [each.total for each in found.effects[:3]] == pytest.approx([16 / 21, 4 / 21, 1 / 21], abs=0.03)
    assert np.isnan(found.effects[3].total)


def test_the_budget_adds_up() -> None:
    planned = budget(80, 300)

    assert planned.morris == 2 * 81
    assert planned.runs == planned.morris + planned.samples * 6
    assert planned.runs <= 300

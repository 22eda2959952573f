"""Sensitivity: inputs are found in files and moved, and a function of known shares gets them back."""

import csv
from pathlib import Path

import numpy as np
import pytest

from firstbest.rehearse.sensitivity import SEEDS, Budget, budget, effects_of, interval, sensitivity
from firstbest.rehearse.sensitivity_sense import sensible
from firstbest.store.init import write_builtin
from firstbest.store.sensitivity_inputs import Input, Row, moved, read_inputs, write_moved
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
            "policies.toml safety_z", "carrier_rates/ground.csv zone_2 to zone_8"} <= names  # fmt: skip
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


@pytest.mark.parametrize(("share", "minutes"), [(0.0, "5"), (1 / 3, "12"), (0.55, "20"), (1.0, "60")])
def test_minutes_that_divide_a_day_still_do(share: float, minutes: str) -> None:
    """22 minutes made no workspace, and every walk behind them was lost."""
    row = Row("policies.toml", "floor", "wave_minutes", 15, 5, 60, "min")

    assert moved("[floor]\nwave_minutes = 15\n", row, share) == f"[floor]\nwave_minutes = {minutes}\n"


def test_no_walk_of_the_builtin_network_is_lost_to_its_policies(builtin: Path) -> None:
    """All its policies, at every level of a walk and at corners: every one a workspace."""
    inputs = [each for each in read_inputs(builtin).found if each.rows[0].file == "policies.toml"]
    kept, out = sensible(builtin, inputs)

    assert not out
    assert len(kept) > 25


@pytest.fixture(scope="module")
def sense(builtin: Path) -> tuple[tuple[Input, ...], tuple[str, ...]]:
    """Of the inputs of three files."""
    files = ("items.csv", "labour.csv", "lanes.csv")
    return sensible(builtin, [each for each in read_inputs(builtin).found if each.rows[0].file in files])


def test_ends_that_make_no_workspace_are_left_out(sense: tuple[tuple[Input, ...], tuple[str, ...]]) -> None:
    kept, out = sense

    assert len(kept) > 15
    assert len(out) < 6
    # A volume at its high end makes no item with the length beside it: no corner of all lows or all highs shows it.
    assert "items.csv volume_l" in out
    assert "items.csv cost" not in out


def test_corners_that_were_not_tried_make_workspaces(
    builtin: Path, tmp_path: Path, sense: tuple[tuple[Input, ...], tuple[str, ...]]
) -> None:
    """What is kept makes sense at other corners too, as Morris will ask for them."""
    kept, _ = sense
    chance = np.random.default_rng(3)
    for number in range(4):
        write_moved(builtin, tmp_path / str(number), kept, chance.choice([0, 1 / 3, 2 / 3, 1], len(kept)).tolist())
        assert load(tmp_path / str(number)).name == load(builtin).name


def test_sizes_and_their_intervals() -> None:
    """Two walks over two inputs; four values by hand."""
    points = np.array([[[0, 0], [1, 0], [1, 1]], [[1, 1], [1, 1 / 3], [1 / 3, 1 / 3]]])

    found = effects_of(points, np.array([[5, 8, 7], [0, 2, 4]], np.float64))
    torn = effects_of(points, np.array([[5, 8, 7], [0, 2, np.nan]], np.float64))

    assert found == pytest.approx(np.array([[3, -1], [-3, -3]]))
    assert torn == pytest.approx(np.array([[3, -1], [np.nan, -3]]), nan_ok=True)
    assert interval(np.array([1.0, 3.0])) == (1.0, 3.0)
    # Mean 2, standard deviation 1.1547, t of three 3.1824.
    assert interval(np.array([1.0, 1, 3, 3])) == pytest.approx((2 - 1.8374, 2 + 1.8374), abs=1e-3)


def test_known_shares_are_found() -> None:
    """Of 4 a + 2 b + c, with d doing nothing: variance shares 16, 4 and 1 of 21."""

    def answer(points: F64) -> F64:
        values: F64 = 4 * points[:, 0] + 2 * points[:, 1] + points[:, 2]
        return values

    found = sensitivity(["a", "b", "c", "d"], "x", Budget(4, 8, 256, 3), (answer, lambda: np.array([3.0, 3.5, 4.0])))

    assert [each.name for each in found.effects] == ["a", "b", "c", "d"]
    assert [each.size for each in found.effects] == pytest.approx([4, 2, 1, 0])
    assert [each.total for each in found.effects[:3]] == pytest.approx([16 / 21, 4 / 21, 1 / 21], abs=0.03)
    assert [each.alone for each in found.effects[:3]] == pytest.approx([16 / 21, 4 / 21, 1 / 21], abs=0.06)
    assert np.isnan(found.effects[3].total)
    assert (found.middle, found.chance) == (3.5, 0.5)


def test_an_input_that_makes_no_workspace_is_named() -> None:
    """Every step of the second of six inputs ends at a point that makes none."""

    def answer(points: F64) -> F64:
        values: F64 = 4 * points[:, 0] + points[:, 2]
        if len(points) == 4 * 7:  # Morris, not Sobol
            walks = points.reshape(4, 7, 6)
            steps = np.diff(walks[:, :, 1], axis=1, prepend=walks[:, :1, 1]) != 0
            values[steps.reshape(-1)] = np.nan
        return values

    found = sensitivity(list("abcdef"), "x", Budget(6, 4, 32, 2), (answer, lambda: np.array([3.0, 4.0])))

    assert found.unknown == ("b",)
    assert [each.name for each in found.effects][:2] == ["a", "c"]
    assert len(found.effects) == 5


def test_points_that_make_no_workspace_cost_their_own_effects_only() -> None:
    def answer(points: F64) -> F64:
        values: F64 = 4 * points[:, 0] + 2 * points[:, 1] + points[:, 2]
        if len(points) == 8 * 4:  # Morris, not Sobol
            values[5] = np.nan
        return values

    found = sensitivity(["a", "b", "c"], "x", Budget(3, 8, 64, 3), (answer, lambda: np.array([3.0, 4.0])))

    assert found.faulty == 1
    assert [each.size for each in found.effects] == pytest.approx([4, 2, 1])
    with pytest.raises(ValueError, match="24 of 24 effects without one"):
        sensitivity(
            ["a", "b", "c"], "x", Budget(3, 8, 64, 3), (lambda points: points[:, 0] * np.nan, lambda: np.ones(2))
        )


def test_the_budget_adds_up() -> None:
    planned = budget(80, 300)

    assert planned.morris == 2 * 81
    assert planned.runs == planned.morris + planned.samples * 6 + SEEDS
    assert planned.runs <= 300
    assert budget(2, 100).runs <= 100
    assert budget(145, 150).walks == 2

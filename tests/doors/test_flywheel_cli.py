"""firstbest flywheel: what it writes, what it says, how it fails."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.flywheel import futures, knock_out, sobol
from firstbest.store import flywheel_amazon
from firstbest.store.init import BUILTIN
from tests.tidy.sources import ROOT

runner = CliRunner()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer draws, so that a door is tried in seconds."""
    monkeypatch.setattr(futures.futures, "__defaults__", (300, None))
    monkeypatch.setattr(knock_out.knock_out, "__defaults__", (200,))
    monkeypatch.setattr(knock_out.loosened, "__defaults__", (40,))
    monkeypatch.setattr(sobol.model_indices, "__defaults__", (64,))
    monkeypatch.setattr(flywheel_amazon.amazon_fit, "__defaults__", (60,))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    shutil.copy(Path(str(BUILTIN)) / "flywheel.toml", tmp_path)
    return tmp_path


@pytest.mark.usefixtures("few")
@pytest.mark.parametrize("width", [80, 120])
def test_a_run_tells_where_it_goes_and_writes_its_page(
    workspace: Path, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    result = runner.invoke(app, ["flywheel", str(workspace), "--knock-out", "--sensitivity"])
    page = (workspace / "flywheel/flywheel.html").read_text("utf-8")

    assert result.exit_code == 0, result.output
    assert "The brake now" in result.output
    assert "What each loop is worth over ten years" in result.output
    assert "Not enough data for:" in result.output
    lines = [line for line in result.output.splitlines() if str(workspace) not in line.replace("\n", "")]
    assert max(map(len, lines)) <= width
    written = sorted(path.name for path in (workspace / "flywheel").iterdir())
    assert written == ["arrows.csv", "bands.csv", "flywheel.html", "loops.csv", "model.xmile", "sensitivity.csv"]
    assert "THE BRAKE NOW" in page
    assert not re.search(r'(?:src|href)="', page)
    # The wheel is there twice: for the wall and for a phone.
    assert page.count("<svg") == 12


@pytest.mark.usefixtures("few")
def test_the_same_seed_writes_the_same_bytes(workspace: Path) -> None:
    pages = []
    for seed in ("4", "4", "5"):
        assert runner.invoke(app, ["flywheel", str(workspace), "--seed", seed]).exit_code == 0
        pages.append((workspace / "flywheel/flywheel.html").read_bytes())

    assert pages[0] == pages[1] != pages[2]


def test_a_model_of_another_tool_becomes_the_workspaces(workspace: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    from firstbest.store.flywheel_file import read_model
    from firstbest.store.flywheel_xmile import xmile_text

    source = tmp_path / "in.xmile"
    source.write_text(xmile_text(read_model(ROOT / "benchmarks/flywheel_everything.toml")), encoding="utf-8")
    result = runner.invoke(app, ["flywheel", str(folder), "--from-xmile", str(source)])

    assert result.exit_code == 0, result.output
    assert "3 stocks" in result.output
    assert read_model(folder / "flywheel.toml").title == "Everything"
    again = runner.invoke(app, ["flywheel", str(folder), "--from-xmile", str(source)])
    assert again.exit_code == 2
    assert "found one; move it away first" in again.output


@pytest.mark.usefixtures("few")
def test_the_example_writes_forecast_figures_model_and_page(tmp_path: Path) -> None:
    folder = tmp_path / "amazon"
    result = runner.invoke(app, ["flywheel", str(folder), "--example", "amazon"])
    rows = (folder / "forecast.csv").read_text("utf-8").splitlines()
    page = (folder / "flywheel.html").read_text("utf-8")

    assert result.exit_code == 0, result.output
    assert rows[0] == "year,net_sales_usd_bn,low_80_usd_bn,high_80_usd_bn,naive_growth_usd_bn"
    assert [row.split(",")[0] for row in rows[1:]] == [str(year) for year in range(2018, 2028)]
    for row in rows[1:]:
        _, middle, low, high, _ = map(float, row.split(","))
        assert 177 < low < middle < high
    assert float(rows[1].split(",")[4]) == pytest.approx(177.866 * (177866 / 88988) ** (1 / 3), rel=1e-6)
    assert sorted(path.name for path in folder.iterdir()) == [
        "back_test.csv",
        "figures.csv",
        "fitted.csv",
        "flywheel.html",
        "flywheel.toml",
        "forecast.csv",
    ]
    assert "fails on the data" in page
    assert "Naive growth" in page
    assert "Chosen by back-test alone" in page
    assert "Chosen by back-test alone" in result.output
    again = tmp_path / "again"
    assert runner.invoke(app, ["flywheel", str(again), "--example", "amazon"]).exit_code == 0
    for path in folder.iterdir():
        assert (again / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "expected a workspace folder, or --example amazon; found neither"),
        (["nowhere"], "expected a workspace folder, found nothing at 'nowhere'"),
        (["--example", "ebay"], "expected an example, one of amazon; found 'ebay'"),
        (["new", "--from-xmile", "none.xmile"], "expected an XMILE file, found nothing at 'none.xmile'"),
    ],
)
def test_what_is_missing_is_said(words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = runner.invoke(app, ["flywheel", *words])

    assert result.exit_code == 2
    assert said in result.output
    assert "Traceback" not in result.output


def test_a_faulty_model_ends_with_its_faults(workspace: Path) -> None:
    path = workspace / "flywheel.toml"
    path.write_text(
        path.read_text("utf-8").replace('is = "buyers * leave_rate"', 'is = "buyers * none"'), encoding="utf-8"
    )
    result = runner.invoke(app, ["flywheel", str(workspace)])

    assert result.exit_code == 2
    assert "1 fault, nothing was written" in result.output
    assert "equation of leaving" in result.output
    assert not (workspace / "flywheel").exists()

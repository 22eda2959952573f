"""The benchmark dispatcher, run on made-up benchmarks."""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import benchmarks
from benchmarks.invoices import make_workspace
from benchmarks.live_workspace import live_workspace
from firstbest.store.workspace import load

Bench = Callable[..., int]


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    """Runs a benchmark whose module ends with the given body, with a history of its own."""
    dispatcher = importlib.import_module("benchmarks.__main__")
    monkeypatch.setattr(benchmarks, "__path__", [*benchmarks.__path__, str(tmp_path)])
    monkeypatch.setattr(dispatcher, "HISTORY", tmp_path / "history.jsonl")
    monkeypatch.setattr(dispatcher, "commit", lambda: "0" * 12)

    def run(body: str, *options: str) -> int:
        monkeypatch.delitem(sys.modules, "benchmarks.sample", raising=False)
        header = "from benchmarks.result import Result, needed\n\n\ndef run(quick, data):\n    "
        (tmp_path / "sample.py").write_text(header + body, "utf-8")
        importlib.invalidate_caches()
        code: int = dispatcher.main(["sample", *options])
        return code

    yield run
    sys.modules.pop("benchmarks.sample", None)


def test_prints_one_line_of_json_and_keeps_full_runs(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = "return Result(figures={'cpu_s': 1.5}, peers={'simpy': {'version': '4.1', 'cpu_s': 60}})"

    assert bench(body) == 0
    printed = capsys.readouterr().out
    line = json.loads(printed)

    assert list(line) == ["bench", "commit", "figures", "peers", "machine"]
    assert line["figures"] == {"cpu_s": 1.5}
    assert set(line["machine"]) == {"cores", "memory_mb", "processor", "python"}
    assert (tmp_path / "history.jsonl").read_text("utf-8") == printed


@pytest.mark.parametrize("option", ["--quick", "--no-record"])
def test_does_not_keep_other_runs(bench: Bench, tmp_path: Path, option: str) -> None:
    assert bench("return Result(figures={'cpu_s': 1 + quick})", option) == 0
    assert not (tmp_path / "history.jsonl").exists()


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        ("{'cpu_s': 1}, wrong=('units are lost',)", "units are lost"),
        ("{'cpu_s': float('nan')}", "finite"),
        ("{'CPU': 1}", "lower-case"),
        ("{}", "no figures"),
        ("{'cpu_s': 1}, peers={'simpy': {'cpu_s': 2}}", "version"),
    ],
)
def test_a_wrong_result_exits_1_and_is_not_kept(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str], figures: str, said: str
) -> None:
    assert bench(f"return Result(figures={figures})") == 1
    printed = capsys.readouterr()
    assert said in printed.err
    assert json.loads(printed.out)["wrong"]
    assert not (tmp_path / "history.jsonl").exists()


def test_missing_data_exits_3_and_names_the_public_set(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = "return Result(figures={'bytes': needed(data, 'orders.parquet', 'UCI Online Retail II').stat().st_size})"

    assert bench(body) == 3
    assert bench(body, "--data", str(tmp_path)) == 3
    assert "UCI Online Retail II" in capsys.readouterr().err
    (tmp_path / "orders.parquet").write_bytes(b"1234")
    assert bench(body, "--data", str(tmp_path)) == 0


def test_an_unknown_name_exits_2_and_lists_the_known(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert bench("return Result(figures={'cpu_s': 1})", "--quick") == 0
    dispatcher = importlib.import_module("benchmarks.__main__")

    with pytest.raises(SystemExit) as stopped:
        dispatcher.main(["nothing"])

    assert stopped.value.code == 2
    assert "sample" in capsys.readouterr().err


def test_workspaces_that_benchmarks_make_are_right(tmp_path: Path) -> None:
    """What they make of the built-in network follows it: another file of it must not leave them behind."""
    make_workspace(tmp_path / "invoices", 300)
    live_workspace(tmp_path / "live", items=20)
    assert len(load(tmp_path / "invoices").frame("sellers").columns["seller"]) == 300
    assert len(load(tmp_path / "live").tables["items"]) == 20

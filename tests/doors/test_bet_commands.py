"""The commands of bets and questions, as a person types them, on the workspace without a network; faults in words."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.mechanisms.bets import (
    Advocate,
    Assumption,
    Bet,
    Capability,
    CheapestTest,
    Kill,
    OwnerShare,
    Person,
    Salvage,
    Year,
)
from firstbest.mechanisms.records import Anecdote, SuccessMetric
from firstbest.store.init import write_mechanisms
from tests.tidy.sources import ROOT

NAME, METRIC = "evening_answers", "answered_in_a_day"
WIDTHS = ("80", "120")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workspace, made once."""
    folder = tmp_path_factory.mktemp("firm") / "firm"
    write_mechanisms(folder)
    (folder / "record.jsonl").unlink(missing_ok=True)
    page = folder / f"bets/{NAME}.md"
    page.write_text(page.read_text("utf-8").replace("2026-07-06", "2099-07-06").replace("2026-10-04", "2099-10-04"))
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy of one's own."""
    shutil.copytree(made, tmp_path / "firm")
    return tmp_path / "firm"


def run(folder: Path, *arguments: str, width: str = "80") -> tuple[int, str]:
    """Exit code and all that was printed."""
    where = [] if arguments[0] in ("check", "rehearse", "init") else ["--in", str(folder)]
    env = {"COLUMNS": width, "FIRSTBEST_USER": "Ines Vogt", "XDG_CONFIG_HOME": str(folder.parent / "config")}
    answer = CliRunner().invoke(app, [*arguments, *where], env=env)
    assert "Traceback" not in answer.output
    return answer.exit_code, answer.output


def said(folder: Path, *arguments: str) -> str:
    """What a command that does its work prints."""
    code, output = run(folder, *arguments)
    assert code == 0, output
    return output


def test_from_press_release_to_verdict(folder: Path) -> None:
    stated = ("--stated", "0.78 0.82 0.86", "--without", "0.69 0.71 0.73")
    (folder / "came.csv").write_text("metric,start,end,value,error\nanswered_in_a_day,,,0.83,\n", "utf-8")

    assert "no fault" in said(folder, "check", str(folder))
    assert "kept: answered_in_a_day stated by Ines Vogt, entry 1" in said(folder, "bet", "predict", NAME, *stated)
    locked = said(folder, "bet", "lock", NAME)
    assert "sealed with 1 forecast: entry 2" in locked
    assert "facts will confirm it in 94" in " ".join(locked.split())
    reason = ("--reason", "Both whom we asked need it.", "--review", "2099-12-01")
    dissent = ("--dissent", "Nils Thoma: Evenings are dear to staff.", "--commits", "Nils Thoma")
    assert "yes to evening_answers: entry 3" in said(folder, "bet", "decide", NAME, "yes", *reason, *dissent)
    assert "1,500.00 on evening_answers" in said(folder, "bet", "spend", NAME, "1500")
    assert "measured: answered_in_a_day 0.83 (came.csv)" in said(
        folder, "bet", "measure", NAME, "--actual", str(folder / "came.csv")
    )
    early = " ".join(said(folder, "bet", "show", NAME).split())
    assert "confirmed" not in early
    assert "not measured: finished" in early
    (folder / "came.csv").write_text("metric,start,end,value,error\nfinished,,,0.61,\n", "utf-8")
    said(folder, "bet", "measure", NAME, "--actual", str(folder / "came.csv"))
    shown = said(folder, "bet", "show", NAME)
    assert "confirmed" in shown
    assert "109 % of what was promised" not in shown
    assert "240" in shown
    assert "confirmed" in said(folder, "bet", "list")
    assert "no fault" in said(folder, "check", str(folder))


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_keep_to_their_width(folder: Path, width: str) -> None:
    said(folder, "bet", "predict", NAME, "--stated", "0.78 0.82 0.86", "--without", "0.69 0.71 0.73")
    said(folder, "bet", "lock", NAME)
    said(folder, "ask", "?", "--metric", "leaving")
    for words in (("bet", "list"), ("bet", "show", NAME), ("ask", "--list"), ("ask", "Q3")):
        code, output = run(folder, *words, width=width)
        assert code == 0
        assert [line for line in output.split("\n") if len(line) > int(width)] == []


def test_a_hire_by_sealed_votes(folder: Path) -> None:
    panel = ("--panel", "Ines Vogt", "--panel", "Tom Adler")
    first = said(folder, "bet", "vote", "Kim", "yes", "--reason", "She asked what members see.", *panel)
    assert "still to vote: Tom Adler" in first
    assert "members see" not in first
    code, early = run(folder, "bet", "reveal", "Kim")
    assert (code, "every vote sealed before one is read" in early) == (2, True)
    said(folder, "bet", "vote", "Kim", "no", "--reason", "He spoke over all of us.", "--by", "Tom Adler")
    opened = said(folder, "bet", "reveal", "Kim")
    assert "Ines Vogt: yes. She asked what members see." in opened
    assert "Tom Adler: no. He spoke over all of us." in opened
    hire = ("--kind", "hire", "--door", "two-way", "--known", "a day of talks", "--review", "2099-12-01")
    assert "no to Kim" in said(
        folder, "bet", "decide", "Kim", "no", "--reason", "One of two would not work with him.", *hire
    )


def test_a_question_from_opening_to_closing(folder: Path) -> None:
    opened = said(folder, "ask", "?", "--complaint", "greta_silence", "--owner", "Tom Adler")
    assert "Q1 is open" in opened
    assert "stuck on the heel" in " ".join(opened.split())
    assert "Tom Adler" in said(folder, "ask", "--list")
    whys = [word for n in range(5) for word in ("--why", f"Because of reason {n}.")]
    action = ("--action", "a teacher in the evening; Tom Adler; 2099-01-01", "--done", "1")
    said(folder, "ask", "Q1", "--answer", "We were closed by then.", *whys, *action)
    assert "closed" in said(folder, "ask", "Q1", "--close", "We are open when nobody is stuck.")
    assert "No question is open" in said(folder, "ask", "--list")


def test_a_question_about_a_metric_holds_its_weeks(folder: Path) -> None:
    opened = " ".join(said(folder, "ask", "?", "--metric", METRIC).split())

    assert "Week 2026-W46: 85.3 %, week on week \N{MINUS SIGN}314 bps, year on year +1,280 bps." in opened
    assert "A signal since 2026-W26: expected was 66.1 %" in opened
    assert "Greta, member since 2024" in opened
    assert re.search(r"Goal: .* by \d{4}-\d{2}-\d{2}\.", opened)
    assert "leads" in " ".join(said(folder, "ask", "?", "--metric", "leaving").split())


def test_handover_and_amendment(folder: Path) -> None:
    said(folder, "bet", "predict", NAME, "--stated", "0.78 0.82 0.86", "--without", "0.69 0.71 0.73")
    said(folder, "bet", "lock", NAME)
    assert "4 things from Ines Vogt to Tom Adler" in said(folder, "bet", "handover", "Ines Vogt", "Tom Adler")
    path = folder / f"bets/{NAME}.md"
    path.write_text(path.read_text("utf-8").replace("Berlin", "Potsdam"), "utf-8")
    assert run(folder, "check", str(folder))[0] == 2
    assert "amendment 2" in said(folder, "bet", "amend", NAME, "--reason", "the city was wrong")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("bet", "show", "nothing"), "expected a bet (evening_answers), found 'nothing'"),
        (("bet", "predict", NAME), "expected a source: --twin CHANGE"),
        (("bet", "predict", NAME, "--stated", "a b"), "expected three numbers, p10 p50 p90, found 'a b'"),
        (("bet", "predict", NAME, "--stated", "3 2 1"), "values that do not fall"),
        (("bet", "predict", NAME, "--quantiles", "x.csv", "--without", "1 2 3"), "beside --without"),
        (("bet", "predict", NAME, "--twin", "changes/x.toml"), "expected a network to rehearse"),
        (("bet", "predict", NAME, "--quantiles", "none.csv"), "expected a file, found nothing"),
        (("bet", "measure", NAME), "expected either --actual FILE or --rehearse"),
        (("bet", "lock", NAME), "a forecast of answered_in_a_day by any source"),
        (("bet", "decide", NAME, "maybe", "--reason", "x", "--review", "2099-01-01"), "expected yes or no"),
        (
            ("bet", "decide", NAME, "yes", "--kind", "dog", "--reason", "x", "--review", "2099-01-01"),
            "bet, hire, supplier, seller",
        ),
        (
            ("bet", "decide", NAME, "yes", "--dissent", "x", "--reason", "x", "--review", "2099-01-01"),
            "--dissent 'NAME: why'",
        ),
        (
            ("bet", "decide", NAME, "yes", "--commits", "Nils", "--reason", "x", "--review", "2099-01-01"),
            "expected --commits to name somebody who dissents",
        ),
        (("bet", "vote", "Kim", "yes", "--reason", "She asked what members see."), "expected the panel with the first"),
        (("ask", "?"), "expected one of --order, --complaint, --metric"),
        (("ask", "?", "--metric", "leavin"), "(nearest: 'leaving')"),
        (("ask", "?", "--complaint", "x"), "greta_silence"),
        (("ask", "?", "--order", "7"), "expected a network to rehearse"),
        (("ask", "Q7"), "expected a question (none), found Q7"),
        (("bet", "handover", "Nobody", "Tom Adler"), "something that Nobody owns"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_wrong_is_told_in_words_and_nothing_is_written(
    folder: Path, arguments: tuple[str, ...], words: str
) -> None:
    before = sorted((path, path.read_bytes()) for path in folder.rglob("*") if path.is_file())
    code, output = run(folder, *arguments)

    assert code == 2
    assert words in " ".join(output.split())
    after = sorted((path, path.read_bytes()) for path in folder.rglob("*") if path.is_file() and path.stat().st_size)
    assert after == before


def test_every_key_of_a_bet_and_of_evidence_is_told() -> None:
    page = (ROOT / "docs/working-backwards.md").read_text("utf-8")
    parts = (
        Bet,
        SuccessMetric,
        Capability,
        CheapestTest,
        Kill,
        Salvage,
        Assumption,
        Year,
        OwnerShare,
        Advocate,
        Person,
    )
    keys = {field for part in parts for field in part.__struct_fields__}
    keys |= set(Anecdote.__struct_fields__) - {"name", "words"}

    assert [key for key in sorted(keys) if f"`{key}`" not in page] == []


def test_a_workspace_without_a_network_says_so(tmp_path: Path) -> None:
    folder = tmp_path / "firm"
    assert "bets, evidence, goals and metrics" in said(folder, "init", str(folder), "--mechanisms")
    code, output = run(folder, "rehearse", str(folder))

    assert (code, "found a workspace of mechanisms alone" in output) == (2, True)
    assert run(folder, "init", str(folder), "--mechanisms")[0] == 2
    assert "goes without --from" in run(tmp_path, "init", str(tmp_path / "x"), "--mechanisms", "--from", "a")[1]

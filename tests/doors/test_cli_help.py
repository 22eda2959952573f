"""The terminal's first impression: help that is complete and quick, and words instead of tracebacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from firstbest import __version__
from firstbest.cli.app import app

VERBS = {
    "init": ("--from", "--map", "--dates", "--decimal", "--time-zone", "--mechanisms"),
    "check": ("--mark",),
    "template": ("FILE",),
    "rehearse": ("--scale", "--days", "--seed", "--against", "--replications"),
    "conform": ("PACKAGE",),
    "explain": ("ORDER",),
    "serve": ("--book", "--host", "--port"),
    "apply": ("CHANGE", "--at", "--emergency", "--kill", "--revert"),
    "doctor": ("FOLDER", "--book"),
    "applied": ("CHANGE", "--book"),
    "today": ("--book",),
    "problems": ("--book", "--all"),
    "replay": ("--book",),
    "shadow": ("--policy", "--book"),
    "calibrate": (),
    "sensitivity": (),
    "baseline": (),
    "rank": (),
    "ask": (
        "--order", "--complaint", "--metric", "--correction", "--owner", "--answer", "--why", "--action", "--close",
    ),
    "review": ("--week", "--output", "--as-of", "--data", "--seal"),
    "overrule": ("METRIC", "--because", "--by", "--week"),
    "flywheel": ("--knock-out", "--sensitivity", "--seed", "--from-xmile", "--example"),
    "clients": ("--month",),
    "neutrality": ("--swaps", "--days"),
    "offers": (),
    "membership": ("--fee", "--promise", "--against", "--replications"),
    "whatif": (),
}  # fmt: skip
HEAVY = ("numpy", "numba", "duckdb", "apsw", "rich.progress")


def run(*arguments: str) -> tuple[int, str]:
    """The exit code and all that was printed."""
    answer = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "120"})
    return answer.exit_code, answer.output


def test_the_verbs_are_these() -> None:
    code, said = run("--help")

    assert code == 0
    assert [info.callback.__name__ for info in app.registered_commands if info.callback] == list(VERBS)
    assert all(verb in said for verb in VERBS)


@pytest.mark.parametrize(("verb", "options"), VERBS.items())
def test_help_names_every_option(verb: str, options: tuple[str, ...]) -> None:
    code, said = run(verb, "--help")

    assert code == 0
    assert [option for option in options if option.lower() not in said.lower()] == []


@pytest.mark.parametrize("group", ["", "bet", "book", "invoice", "primitive", "rates", "rented"])
def test_every_command_is_told_whole_in_a_line(group: str) -> None:
    """A list that breaks off in dots tells nobody what a command is for."""
    said = CliRunner().invoke(app, [*group.split(), "--help"], env={"COLUMNS": "80"}).output
    lines = said.partition("Commands:\n")[2].split("\n")

    assert len(lines) > 2
    assert [line for line in lines if line.endswith("...") or len(line) > 80] == []


def test_help_waits_for_nothing_heavy() -> None:
    """Help is quick because it needs little: an interpreter that has just printed it holds no array library."""
    look = (
        "import sys; from typer.testing import CliRunner; from firstbest.cli.app import app; "
        "assert CliRunner().invoke(app, ['rehearse', '--help']).exit_code == 0; "
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)

    assert found.stdout.strip() == "[]"


def test_version() -> None:
    assert run("--version") == (0, f"firstbest {__version__}\n")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "{}/nowhere"), "expected a workspace folder, found nothing"),
        (("rehearse", "{}/nowhere"), "expected a workspace folder, found nothing"),
        (("rehearse", "{}", "--against", "nothing.toml"), "expected a change file, found nothing"),
        (("explain", "{}", "7"), "needs a rehearsal first"),
        (("init", "{}/new", "--from", "log.csv"), "expected a file, found nothing at 'log.csv'"),
        (("init", "{}/new", "--map", "map.toml"), "they go with --from LOG"),
        (("init", "{}/new", "--from", "{}/log.csv", "--map", "{}/map.toml"), "expected a file, found nothing"),
        (("rehearse", "{}", "--scale", "2"), "--scale"),
        (("rehearse", "{}", "--precision", "0"), "expected an amount of money above 0, found 0"),
        (("rehearse", "{}", "--workers", "2"), "found nothing to share out"),
        (("rehearse", "{}", "--ray", "local"), "found nothing to share out"),
        (("rehearse", "{}", "--resume", "state", "--replications", "2"), "expected one rehearsal with"),
        (("rehearse", "{}", "--precision", "1", "--suggest"), "found another question beside it"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_what_is_missing_is_told_in_words(arguments: tuple[str, ...], said: str, tmp_path: Path) -> None:
    code, found = run(*(argument.format(tmp_path) for argument in arguments))

    assert code == 2
    assert said in found
    assert "Traceback" not in found
    assert list(tmp_path.iterdir()) == []


def test_a_used_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", "utf-8")
    code, said = run("init", str(tmp_path))

    assert code == 2
    assert "found mine.txt" in said
    assert [each.name for each in tmp_path.iterdir()] == ["mine.txt"]


def test_what_doctor_finds_keeps_to_the_width(tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["doctor", str(tmp_path)], env={"COLUMNS": "80"}).output
    found = [line for line in said.split("\n") if len(line) > 80 and str(tmp_path) not in line]

    assert "versions" in said
    assert [line for line in found if " " in line[18:]] == []

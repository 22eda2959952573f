"""firstbest review and overrule from the outside: files out, faults in words, exit code 2."""

from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.store.faults import WorkspaceFaulty

TOML = (
    'title = "Shop"\n[[source]]\nname = "s"\nfile = "s.csv"\n[[metric]]\nkey = "m"\ntitle = "Orders"\nkind = "sum"\n'
    'numerator = "s.n"\nneed = "selection"\n'
)


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    rows = [f"2026-0{1 + at // 28}-{1 + at % 28:02d},{10 + at % 7 + (900 if at > 104 else 0)}" for at in range(112)]
    (tmp_path / "metrics.toml").write_text(TOML)
    (tmp_path / "s.csv").write_text("day,n\n" + "\n".join(rows) + "\n")
    return tmp_path


def test_a_deck_in_each_form(shop: Path) -> None:
    for ending, start in (("html", b"<!doctype"), ("pdf", b"%PDF"), ("json", b"{")):
        path = shop / f"deck.{ending}"
        ran = CliRunner().invoke(app, ["review", str(shop), "--output", str(path)])
        assert ran.exit_code == 0, ran.output
        assert path.read_bytes().startswith(start)
        assert "Shop, week 2026-W17" in ran.output


def test_sealing_and_overruling(shop: Path) -> None:
    run = CliRunner()
    assert run.invoke(app, ["review", str(shop), "--seal"]).exit_code == 0
    assert (shop / "reviews/2026-W17.json").is_file()
    said = run.invoke(app, ["overrule", str(shop), "m", "--because", "a late bill", "--by", "Ada"])
    assert said.exit_code == (0 if (shop / "reviews/overrulings.jsonl").is_file() else 2), said.output
    refused = run.invoke(app, ["overrule", str(shop), "zz", "--because", "x", "--by", "Ada"])
    assert (refused.exit_code, "expected a signal of week" in refused.output) == (2, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [(["--output", "deck.doc"], "expected --output to end in"), (["--week", "2026-W60"], "W01 to W53"),
     (["--as-of", "soon"], "expected --as-of such as")],
)  # fmt: skip
def test_faults_are_words(shop: Path, words: list[str], told: str) -> None:
    ran = CliRunner().invoke(app, ["review", str(shop), *words])

    assert ran.exit_code == 2
    assert told in ran.output


def test_cubes_of_a_book_are_read_and_not_called_rehearsed(tmp_path: Path) -> None:
    from firstbest.store.review import review

    definitions = TOML.replace('file = "s.csv"', 'book = "kept"').replace('"s.n"', '"s.sales.n"')
    (tmp_path / "metrics.toml").write_text(definitions)
    with pytest.raises(WorkspaceFaulty, match=r"kept/cubes\.parquet: expected the book's cubes, found none"):
        review(tmp_path)
    (tmp_path / "kept").mkdir()
    days = "(SELECT DATE '2026-01-01' + CAST(i AS INTEGER) AS day FROM range(40) AS days(i))"
    rows = f"SELECT day, 'a' AS node, 's' AS seller, metric, 7 AS numerator, 1 AS denominator FROM {days}, "
    with duckdb.connect() as engine:
        engine.execute(
            f"COPY ({rows} (VALUES ('sales'), ('stock_units')) AS named(metric)) "
            f"TO '{tmp_path / 'kept/cubes.parquet'}' (FORMAT parquet)"
        )
    deck = review(tmp_path, "2026-W05").deck

    assert not deck.rehearsed
    assert deck.cards[0].boxes[0].value == 49


def test_check_reads_the_definitions(shop: Path) -> None:
    (shop / "goals.toml").write_text("")
    (shop / "metrics.toml").write_text(TOML.replace('kind = "sum"', 'kind = "summ"'))
    ran = CliRunner().invoke(app, ["check", str(shop)])

    assert ran.exit_code == 2
    assert "metrics.toml" in ran.output
    assert "'summ'" in ran.output

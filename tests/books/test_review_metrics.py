"""metrics.toml and its sources: every fault with its line, three absences apart, and what was known when."""

import shutil
from pathlib import Path

import duckdb
import pytest

from firstbest.mechanisms.deck_make import make
from firstbest.store import metrics, metrics_marks
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.metrics_file import read_definitions
from firstbest.store.metrics_measure import measure_of
from tests.tidy.sources import ROOT

HEAD = '[[source]]\nname = "s"\nfile = "s.csv"\n[[metric]]\nkey = "m"\ntitle = "M"\nkind = "sum"\nnumerator = "s.n"\n'


def folder(tmp_path: Path, toml: str, rows: str) -> Path:
    (tmp_path / "metrics.toml").write_text(toml)
    (tmp_path / "s.csv").write_text(rows)
    return tmp_path


def days(first: int, last: int, value: str = "1") -> str:
    return "".join(f"2026-03-{day:02d},{value}\n" for day in range(first, last + 1))


def test_every_fault_has_its_line(tmp_path: Path) -> None:
    (tmp_path / "metrics.toml").write_text(
        'titel = "x"\n[calendar]\nweek_end = "someday"\n[[source]]\nname = "s"\n[[metric]]\nkey = "m"\ntitle = "M"\n'
        'kind = "mean"\nnumerator = "t.n"\nowners = "A"\n[[metric]]\nkey = "m2"\ntitle = 3\nkind = "ratio"\n'
        'numerator = "s.n"\n[[metric]]\nkey = "m3"\ntitle = "M"\nkind = "ratio"\nnumerator = "s.n"\n'
    )
    with pytest.raises(WorkspaceFaulty) as raised:
        read_definitions(tmp_path)
    told = {(fault.row, fault.column.rpartition(", ")[2]) for fault in raised.value.faults}

    assert told >= {(1, "titel"), (3, "week_end"), (4, "s"), (11, "owners"), (14, "title"), (17, "denominator")}


def test_a_mean_of_ratios_is_refused(tmp_path: Path) -> None:
    (tmp_path / "metrics.toml").write_text(HEAD.replace('"sum"', '"mean"'))
    with pytest.raises(WorkspaceFaulty, match="mean of daily ratios"):
        read_definitions(tmp_path)


@pytest.mark.parametrize(
    ("written", "field"),
    [
        ('limits_from = "2025-01-05"', "limits_to"),
        ('limits_from = "2025-01-05"\nlimits_to = "2025-03-01"', "limits_to"),
        ('limits_from = "2025-06-01"\nlimits_to = "2025-01-05"', "limits_to"),
    ],
)
def test_limits_that_would_judge_nothing_are_told(tmp_path: Path, written: str, field: str) -> None:
    (tmp_path / "metrics.toml").write_text(HEAD + written + "\n")
    with pytest.raises(WorkspaceFaulty) as raised:
        read_definitions(tmp_path)

    (fault,) = raised.value.faults
    assert fault.column == f"m, {field}"


def test_cells_that_are_no_numbers_are_told_with_their_rows(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceFaulty) as raised:
        metrics.load(folder(tmp_path, HEAD, "day,n\n2026-03-01,1\nnever,2\n2026-03-03,many\n"))

    assert {(fault.row, fault.column) for fault in raised.value.faults} == {(3, "day"), (4, "n")}


def test_closed_late_and_missing_are_three_things(tmp_path: Path) -> None:
    toml = '[closed]\ndays = ["2026-03-08"]\n' + HEAD
    rows = "day,n\n" + days(1, 7) + days(9, 10) + "2026-03-11,\n" + days(12, 12)
    card = make(metrics.given(metrics.load(folder(tmp_path, toml, rows)), "2026-W11")).cards[0]

    assert card.weeks[5].days == (3, 6)
    assert card.notes == ("incomplete: 3 of 6 days; not yet arrived: Fri 13 Mar, Sat 14 Mar; missing: Wed 11 Mar",)


def test_a_correction_is_a_new_row_and_the_past_can_be_asked(tmp_path: Path) -> None:
    rows = "day,n,known_at\n" + "".join(f"2026-03-{d:02d},1,2026-03-{d + 1:02d}\n" for d in range(1, 15))
    found = metrics.load(folder(tmp_path, HEAD, rows + "2026-03-10,6,2026-03-20 12:00\n"))
    noon = 1_774_008_000_000_000

    now, then = (make(metrics.given(found, "2026-W11", at)).cards[0].weeks[5].value for at in (None, noon - 1))
    assert (now, then) == (12.0, 7.0)
    assert metrics.latest_us(found) == noon


def test_parts_of_a_day_are_revised_each_by_itself(tmp_path: Path) -> None:
    toml = HEAD.replace('file = "s.csv"\n', 'file = "s.csv"\nkey = ["land"]\n')
    rows = "day,land,n,known_at\n" + "".join(f"2026-03-{d:02d},{x},2,2026-03-15\n" for d in range(8, 15) for x in "AB")
    card = make(metrics.given(metrics.load(folder(tmp_path, toml, rows + "2026-03-08,A,5,2026-03-16\n")), "2026-W11"))

    assert card.cards[0].weeks[5].value == 31.0


@pytest.mark.parametrize(
    ("more", "late"),
    [("", "2026-03-14,2026-05-01,a,7,9\n"), ('key = ["part"]\n', "2026-03-14,2026-05-01,0,7,9\n")],
)
@pytest.mark.parametrize("kind", ["sum", "quantile", "distinct"])
def test_what_comes_later_does_not_change_what_was_known(tmp_path: Path, more: str, late: str, kind: str) -> None:
    """A new part of a day sorts before the old ones; a summary's single rows have instants of their own."""
    head = HEAD.replace('file = "s.csv"\n', 'file = "s.csv"\n' + more).replace('kind = "sum"', f'kind = "{kind}"')
    rows = "day,known_at,part,n,d\n" + "".join(f"2026-03-{d:02d},2026-03-20,b,{d},1\n" for d in range(1, 15))
    instant = metrics_marks.instant_us("2026-04-01")
    assert instant is not None
    before = metrics.data_digest(metrics.load(folder(tmp_path, head, rows)), instant)

    assert metrics.data_digest(metrics.load(folder(tmp_path, head, rows + late)), instant) == before
    backdated = rows + late.replace("2026-05-01", "2026-03-21")
    assert metrics.data_digest(metrics.load(folder(tmp_path, head, backdated)), instant) != before


def test_sql_and_parquet_and_sketches(tmp_path: Path) -> None:
    with duckdb.connect() as engine:
        engine.execute(
            "COPY (SELECT DATE '2026-03-08' + CAST(i // 100 AS INTEGER) AS day, i % 100 AS hours, i % 30 AS who "
            f"FROM range(700) t(i)) TO '{tmp_path / 'visits.parquet'}' (FORMAT parquet)"
        )
    toml = (
        '[[source]]\nname = "v"\nfile = "visits.parquet"\n[[source]]\nname = "q"\n'
        "sql = \"SELECT day, count(*) AS n FROM 'visits.parquet' GROUP BY day\"\n"
        '[[metric]]\nkey = "p"\ntitle = "P"\nkind = "quantile"\nlevel = 0.9\nnumerator = "v.hours"\nunit = "hours"\n'
        '[[metric]]\nkey = "w"\ntitle = "W"\nkind = "distinct"\nnumerator = "v.who"\n'
        '[[metric]]\nkey = "n"\ntitle = "N"\nkind = "ratio"\nnumerator = "q.n"\ndenominator = "days"\n'
    )
    cards = {card.key: card for card in make(metrics.given(metrics.load(folder(tmp_path, toml, "")), "2026-W11")).cards}

    assert cards["p"].weeks[5].value == pytest.approx(89, rel=0.02)
    assert cards["w"].weeks[5].value == pytest.approx(30, rel=0.03)
    assert cards["n"].weeks[5].value == 100.0


def test_plan_guidance_forecast_and_events_stand_beside(tmp_path: Path) -> None:
    toml = (
        '[plan]\nfile = "plan.csv"\n[guidance]\nfile = "g.csv"\n[forecast]\nfile = "f.csv"\n[events]\nfile = "e.csv"\n'
    )
    folder(tmp_path, toml + HEAD, "day,n\n" + days(1, 14))
    (tmp_path / "plan.csv").write_text("metric,from,to,value\nm,2026-03-01,2026-03-31,62\n")
    (tmp_path / "g.csv").write_text("metric,from,to,value,known_at\nm,2026-03-08,2026-03-14,8,2026-03-09\n")
    (tmp_path / "f.csv").write_text(
        "metric,from,to,p10,p50,p90\nm,2026-03-08,2026-03-14,5,7,9\nm,2026-03-15,2026-03-21,4,7,10\n"
    )
    (tmp_path / "e.csv").write_text("day,metric,what\n2026-03-10,m,a sale\n2026-03-11,,a storm\n")
    card = make(metrics.given(metrics.load(tmp_path), "2026-W11")).cards[0]
    week, ahead = card.weeks[5], card.weeks[6]

    assert (week.plan, week.guidance, week.low, week.middle, week.high) == (
        pytest.approx(14),
        pytest.approx(8),
        5,
        7,
        9,
    )
    assert (ahead.value, ahead.absent, ahead.high) == (None, "coming", 10)
    assert card.notes[-2:] == ("Tue 10 Mar: a sale", "Wed 11 Mar: a storm")


def test_the_fact_that_a_bet_is_judged_by(tmp_path: Path) -> None:
    toml = HEAD.replace('kind = "sum"', 'kind = "ratio"\ndenominator = "s.d"')
    rows = "day,n,d\n" + "".join(f"2026-03-{day:02d},{day % 3},2\n" for day in range(1, 29))
    measure = measure_of(metrics.load(folder(tmp_path, toml, rows)))
    found = measure("m", "2026-03-01", "2026-03-21")
    assert found is not None

    parts = [day % 3 / 2 for day in range(1, 22)]
    mean = sum(parts) / 21
    assert found.value == pytest.approx(mean)
    assert found.error == pytest.approx((sum((part - mean) ** 2 for part in parts) / 20 / 21) ** 0.5)
    assert len(found.weekly) == 3
    assert measure("m", "2026-03-25", "2026-04-05") is None
    assert measure("nobody", "2026-03-01", "2026-03-07") is None


def test_faults_beside_are_told(tmp_path: Path) -> None:
    folder(tmp_path, '[plan]\nfile = "plan.csv"\n' + HEAD, "day,n\n" + days(1, 14))
    (tmp_path / "plan.csv").write_text("metric,from,to,value\nx,2026-03-01,2026-03-31,62\nm,2026-03-09,2026-03-01,a\n")
    with pytest.raises(WorkspaceFaulty) as raised:
        metrics.load(tmp_path)

    assert {(fault.row, fault.column) for fault in raised.value.faults} == {(2, "metric"), (3, "to"), (3, "value")}


def test_holidays_close_those_who_say_so(tmp_path: Path) -> None:
    toml = '[closed]\nholidays = "GB-ENG"\n' + HEAD + 'closed = ["holidays", "sunday"]\n'
    rows = "day,n\n" + "".join(f"2026-04-{d:02d},1\n" for d in (1, 2, 4, 7, 8, 9, 10, 11))
    card = make(metrics.given(metrics.load(folder(tmp_path, toml, rows)), "2026-W15")).cards[0]

    assert (card.weeks[5].value, card.notes) == (5.0, ())


def test_the_retail_days_make_a_deck(tmp_path: Path, data_dir: Path) -> None:
    shutil.copy(data_dir / "review/online_retail_daily.csv", tmp_path / "s.csv")
    toml = HEAD.replace('file = "s.csv"', "sql = \"SELECT Date AS day, orders AS n FROM 's.csv'\"")
    toml += 'closed = ["saturday", "holidays"]\n[closed]\nholidays = "GB-ENG"\n'
    (tmp_path / "metrics.toml").write_text(toml)
    found = make(metrics.given(metrics.load(tmp_path), "2011-W46"))

    assert found.cards[0].boxes[0].value == 678
    assert found.cards[0].boxes[2].value == pytest.approx(7.4, abs=0.1)
    assert found.judged == 1


def test_the_example_shop_shows_its_signal_its_hole_and_its_edges() -> None:
    found = make(metrics.given(metrics.load(ROOT / "examples/shop_metrics")))
    cards = {card.key: card for card in found.cards}

    assert {signal.key for signal in found.signals} & {"conversion", "in_stock"}
    assert sum(point.absent == "missing" or point.days is not None for point in cards["visits"].months) <= 1
    assert {(edge.cause, edge.effect) for edge in found.edges} == {
        ("in_stock", "conversion"), ("visits", "revenue"), ("conversion", "revenue"),
    }  # fmt: skip
    assert cards["revenue"].weeks[5].plan is not None


def test_the_builtin_network_ships_its_metrics(tmp_path: Path) -> None:
    from firstbest.store.init import BUILTIN

    (tmp_path / "metrics.toml").write_bytes((BUILTIN / "metrics.toml").read_bytes())
    found = read_definitions(tmp_path)

    assert [metric.need for metric in found.metrics[:3]] == ["price", "speed", "selection"]
    assert len(found.metrics) >= 18

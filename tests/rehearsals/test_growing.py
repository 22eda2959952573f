"""The small network, the path from it, and what would help most: files, arithmetic, words."""

from __future__ import annotations

import math
import time
import tomllib
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from firstbest.cli.app import app
from firstbest.present import along, suggested
from firstbest.present.along import Stand, deepest_cash, path_screen
from firstbest.present.comparison import Estimate
from firstbest.present.record import Record, Suggestion
from firstbest.present.text import MINUS
from firstbest.rehearse.along import How as AlongHow
from firstbest.rehearse.along import rehearse_along
from firstbest.rehearse.conform_house import lived_in
from firstbest.rehearse.folder import Options
from firstbest.rehearse.suggest_files import Written, written
from firstbest.rehearse.suggest_floor import cut_off_minute, floor_candidates, leaves_minute
from firstbest.rehearse.suggest_race import Hears, How, Race, Start, leaders
from firstbest.rehearse.suggest_rehearsed import candidates_of, rehearse_suggested
from firstbest.rehearse.suggest_words import Candidate
from firstbest.rehearse.suggest_worth import ranked
from firstbest.store.changes import load_changed, scenario_of
from firstbest.store.changes_written import toml_lines, write_changed
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.init import write_builtin, write_small
from firstbest.store.network_digest import network_digest
from firstbest.store.workspace import check, load
from firstbest.world.metrics import Metric
from tests.golden.fake_record import fake_record

DAYS = 9


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small network."""
    folder = tmp_path_factory.mktemp("small") / "shop"
    write_small(folder)
    return folder


def test_the_small_network_is_one_building_one_category_one_owner(small: Path) -> None:
    workspace = load(small)
    network, nature = compile_network(workspace, 1.0, DAYS)

    assert check(small) == []
    assert [
        kind for kind in workspace.frame("nodes").texts("kind") if kind in ("fulfilment", "storage", "station")
    ] == ["fulfilment"]
    assert nature.demand.seller_ppm.tolist() == [1_000_000, 0, 0]
    assert set(network.items.seller[nature.opening.item].tolist()) == {0}
    assert len(list((small / "changes").glob("*.toml"))) == 5


def test_a_written_step_is_what_its_change_compiles_to(small: Path, tmp_path: Path) -> None:
    """Each step's files give the very network that the change gives: a path is made of changes and of nothing else."""
    before = small
    for number, change in enumerate(sorted((small / "changes").glob("*.toml"))):
        target = tmp_path / str(number)
        target.mkdir()
        write_changed(before, change, target)
        network, nature = compile_network(load(target), 1.0, DAYS)
        expected, natural, adoptions = scenario_of(load_changed(before, change), 1.0, DAYS)

        assert not adoptions
        assert network.texts == expected.texts
        assert network_digest(network) == network_digest(expected)
        assert np.array_equal(nature.demand.orders_day, natural.demand.orders_day)
        assert np.array_equal(nature.opening.quantity, natural.opening.quantity)
        before = target


def test_the_path_ends_at_the_shape_of_the_national_network(small: Path, tmp_path: Path) -> None:
    before = small
    for number, change in enumerate(sorted((small / "changes").glob("*.toml"))):
        target = tmp_path / str(number)
        target.mkdir()
        write_changed(before, change, target)
        before = target
    workspace = load(before)
    kinds = list(zip(workspace.frame("nodes").texts("node"), workspace.frame("nodes").texts("kind"), strict=True))

    assert [name for name, kind in kinds if kind == "fulfilment"] == ["allentown", "ontario", "dallas"]
    assert [name for name, kind in kinds if kind in ("storage", "station")] == ["riverside", "secaucus"]
    percents = workspace.frame("sellers").numbers("order_percent")
    assert percents == pytest.approx([55, 30, 15], abs=0.01)
    assert workspace.section("demand", "orders")["orders_per_day"] == pytest.approx(1_454.6)


def test_a_step_for_a_part_of_the_time_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "w"
    write_builtin(folder)
    (tmp_path / "out").mkdir()
    late = tmp_path / "late.toml"
    late.write_text(
        'title = "later"\n[[operation]]\nkind = "roster"\nfrom = 2026-05-01\nnode = "dallas"\nprocess = "pack"\n'
        "add_heads = 2\n",
        "utf-8",
    )
    with pytest.raises(WorkspaceFaulty, match=r"late\.toml, line 2, operation 1: expected no 'from' or 'until'"):
        write_changed(folder, late, tmp_path / "out")


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ('kind = "open_seller"\nseller = "homeware"\norders_per_day = 5\nnode = "allentown"', "of 0, found '?100"),
        ('kind = "open_seller"\nseller = "aparel"\norders_per_day = 5\nnode = "allentown"', "nearest: 'apparel'"),
        ('kind = "open_seller"\nseller = "apparel"\norders_per_day = 5\nnode = "alentown"', "nearest: 'allentown'"),
        ('kind = "add_row"\nfile = "nodes"\n[operation.columns]\nnode = "x"', "one of carriers, cartons, suppliers"),
        ('kind = "add_row"\nfile = "cartons"\n[operation.columns]\ncartn = "x"', "nearest: 'carton'"),
        ('kind = "set"\nfile = "places"\nkey = ["010", "01x"]\ncolumn = "remote"\nvalue = "yes"', "found '01x'"),
    ],
)  # fmt: skip
def test_new_operations_say_what_is_wrong(small: Path, tmp_path: Path, operation: str, message: str) -> None:
    path = tmp_path / "change.toml"
    path.write_text(f'title = "x"\n[[operation]]\n{operation}\n', "utf-8")
    with pytest.raises(WorkspaceFaulty, match=message):
        load_changed(small, path)


# --------------------------------------------------------------------------------------------------------------- TOML
scalars = st.one_of(
    st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=9), st.dates(date(1990, 1, 1), date(2090, 1, 1)),
)  # fmt: skip
keys = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
trees = st.recursive(
    st.dictionaries(keys, st.one_of(scalars, st.lists(scalars, max_size=3)), max_size=4),
    lambda inner: st.dictionaries(keys, st.one_of(scalars, inner, st.lists(inner, min_size=1, max_size=3)), max_size=4),
    max_leaves=8,
)


@given(trees)
def test_a_tree_of_toml_is_read_as_it_was_written(tree: dict[str, object]) -> None:
    assert tomllib.loads("\n".join(toml_lines(tree)) + "\n") == tree


def test_instants_are_written_as_toml_has_them() -> None:
    tree = {"at": datetime(2026, 5, 1, 14, 30)}  # noqa: DTZ001 - local, as change files have it

    assert tomllib.loads("\n".join(toml_lines(tree))) == tree


# --------------------------------------------------------------------------------------------------------------- paths
def test_deepest_cash_by_hand() -> None:
    # Pay 100, save 30 a year; a year later pay 50 and save 60 more; a year later pay 10 and lose 40 of it.
    # Cash behind the steps: -100; -100 + 30 - 50 = -120; -120 + 90 - 10 = -40.
    assert deepest_cash([0, 100, 50, 10], [0, 30, 60, -40]) == [0, -100, -120, -120]
    assert deepest_cash([], []) == []


def stand(title: str, paid: float = 0.0) -> Stand:
    saving = Estimate(0.5, 0.25, 0.75)
    sure = Estimate(0.951, 0.94, 0.96)
    return Stand(
        title, "x.toml", 531_000, sure, Estimate(0.41, 0.4, 0.42), Estimate(14.25, 14.0, 14.5), saving, paid, 0.0,
        "paid back in 1.2 years" if paid else "", -60_000,
    )  # fmt: skip


@pytest.mark.parametrize("width", [80, 120])
def test_the_path_on_a_terminal(width: int) -> None:
    path = along.Path(
        "Shop",
        "USD",
        3,
        365,
        1.0,
        (stand("as it is"), stand("A step", 60_000), stand("Another with a long title", 5)),
        "x",
    )
    lines = path_screen(path, width).plain.splitlines()

    assert lines[0].startswith("Shop: 2 steps; 365 days, 3 pairs a step")
    assert next(line for line in lines if line.startswith("1  A step")).split()[-4:] == [
        "%",
        "$14.25",
        "$60,000",
        f"{MINUS}$60,000",
    ]
    assert "   $0.50 an order cheaper ($0.25 to $0.75); paid back in 1.2 years" in lines
    assert max(map(len, lines)) <= width


def test_a_deep_path_keeps_its_columns_apart() -> None:
    deep = stand("A step", 70_000)._replace(deepest=-1_240_000.0)
    lines = path_screen(along.Path("Shop", "USD", 2, 365, 1.0, (stand("as it is"), deep), ""), 80).plain.splitlines()

    assert next(line for line in lines if line.startswith("1  A step")).split()[-2:] == ["$70,000", f"{MINUS}$1.24M"]


def test_a_path_of_two_days_end_to_end(small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    write_small(folder)
    changes = sorted((folder / "changes").glob("*.toml"))[:1]
    path = rehearse_along(folder, changes, Options(days=2), AlongHow(2, 1))

    assert [each.title for each in path.stands] == ["as it is", "Two sellers rent our shelves"]
    assert path.stands[1].orders > 1.5 * path.stands[0].orders
    assert path.stands[1].paid == 60_000
    assert len((folder / "rehearsal" / "path.csv").read_text("utf-8").splitlines()) == 3


def test_changes_without_along_are_refused(small: Path) -> None:
    answer = CliRunner().invoke(app, ["rehearse", str(small), "changes/1_sellers_rent_shelves.toml"])

    assert answer.exit_code == 2
    assert "expected --along before the changes" in answer.stderr


# --------------------------------------------------------------------------------------------------------- suggestions
@pytest.fixture(scope="module")
def lived(small: Path) -> Record:
    """Some days of the small network, with orders late for every reason."""
    record = lived_in(load(small)).record
    cube = record.cube.copy()
    cube[4:8, ..., [Metric.LATE_NO_LABOUR, Metric.LATE_RELEASE, Metric.LATE_LAST_MILE, Metric.BACKLOG], 0] += 40
    return record._replace(cube=cube)


def test_candidates_are_changes_that_can_be_read(lived: Record, small: Path, tmp_path: Path) -> None:
    found = candidates_of(lived)

    assert {"a_day_more_promised", "waves_more_often", "allentown_earlier_cut_off"} <= {each.name for each in found}
    for each in found:
        path = tmp_path / f"{each.name}.toml"
        tree = {"title": each.suggestion.text, "note": "", "operation": [dict(one) for one in each.change]}
        path.write_text("\n".join(toml_lines(tree)) + "\n", "utf-8")
        assert load_changed(small, path).title == each.suggestion.text
    assert len({each.name for each in found}) == len(found)
    values = [each.value for each in found if each.value > 0]
    assert values == sorted(values, reverse=True)


def test_cut_offs_are_those_of_the_files(small: Path) -> None:
    network, _ = compile_network(load(small), 1.0, DAYS)
    record = fake_record()._replace(network=network)
    node = network.texts.nodes.index("allentown")

    assert (cut_off_minute(record, node), leaves_minute(record, node)) == (14 * 60, 18 * 60)


def test_an_easy_building_is_asked_for_a_later_cut_off(small: Path) -> None:
    easy = lived_in(load(small)).record
    cube = easy.cube.copy()
    cube[..., [Metric.LATE_NO_LABOUR, Metric.LATE_RELEASE], 0] = 0
    found = floor_candidates(easy._replace(cube=cube), {})

    assert [each.change[0]["value"] for each in found] == ["16:00"]
    assert math.isnan(found[0].value)


@given(st.integers(0, 40), st.integers(1, 12))
def test_those_that_go_on_have_time_for_two_pairs_more(room: int, racing: int) -> None:
    """The world as it is runs once a seed beside them; one goes on as soon as there is time for a single pair."""
    went = leaders(room, racing, first=True)

    assert went <= -(-racing // 2)
    if went > 1:
        assert 2 * (went + 1) <= room
    assert (went >= 1) == (room >= 2)
    assert leaders(room, racing, first=False) == max(min(racing, room - 1), 0)


def test_a_race_of_nobody_is_over_at_once(lived: Record, tmp_path: Path) -> None:
    said: list[str] = []
    start = Start(lived, tmp_path, Options(0.1), 1, time.monotonic(), 1.0)
    race = Race(start, How(5, 1, 60.0), Hears(say=said.append), [{}])
    race.first_pairs([])
    race.more_pairs()
    assert (race.pairs(), said) == ([], [])


def test_what_helps_end_to_end_is_bounded_and_told(tmp_path: Path) -> None:
    """Every seed is told, files say what came of them, and are used again; a budget that is over ends it."""
    folder = tmp_path / "shop"
    write_small(folder)
    said: list[str] = []
    seen: list[float] = []
    how, options = How(2, 1, 5.0), Options(0.2, 5)
    found = rehearse_suggested(folder, options, how, Hears(seen.append, said.append))
    names = sorted(path.name for path in (folder / "changes").glob("suggested_*.toml"))

    assert {each.pairs for each in found.helps} <= {1, 2}
    assert found.helps[0].pairs == 2
    assert found.scale == 0.2
    assert len(names) == len(found.helps) >= 1
    # As it is, the plan, a line for each as it ends, and those that stand best with two pairs.
    assert [line[:3] for line in said] == ["1  ", "2  ", *["   "] * (len(found.helps) + 1)]
    assert "2 pairs of 2:" in said[-1]
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    for each in found.helps:
        assert Path(each.path).read_text("utf-8").startswith("# ")
    before = {name: (folder / "changes" / name).read_bytes() for name in names}
    again = rehearse_suggested(folder, options, How(2, 1, 0.0001))
    assert {path.name: path.read_bytes() for path in (folder / "changes").glob("suggested_*.toml")} == before
    assert [each.pairs for each in again.helps] == [1]
    assert len(again.left) == len(found.helps) + len(found.left) - 1


def test_a_file_that_says_something_else_is_not_written_over(lived: Record, small: Path, tmp_path: Path) -> None:
    candidate = candidates_of(lived)[0]
    folder = tmp_path / "shop"
    write_small(folder)
    taken = folder / "changes" / f"suggested_{candidate.name}.toml"
    taken.write_text('title = "mine"\n[[operation]]\nkind = "promise"\n', "utf-8")
    made = written(folder, [candidate], lived)

    assert [each.path.name for each in made] == [f"suggested_{candidate.name}_2.toml"]
    assert taken.read_text("utf-8").startswith('title = "mine"')


def test_candidates_are_ranked_by_what_they_are_worth() -> None:
    record = fake_record()
    dear, kind = (
        Candidate(1.0, Suggestion(name, "about $1", "how"), service=False, change=({},), name=name)
        for name in ("a", "b")
    )
    base = {
        "orders_shipped": 1_000.0, "cost_to_serve_per_order": 10.0, "holding_per_order": 1.0, "delivered_on_time": 0.9,
        "two_day_share": 0.5, "net_sales": 50_000.0, "goods_cost_per_order": 20.0,
    }  # fmt: skip
    dearer = base | {"cost_to_serve_per_order": 10.5}
    # A hundred orders more, of which each leaves 50 - 20 - 9 - 1 = 20; a dollar less for each of the thousand.
    better = base | {
        "cost_to_serve_per_order": 9.0, "delivered_on_time": 0.95, "orders_shipped": 1_100.0, "net_sales": 55_000.0,
    }  # fmt: skip
    files = [Written(dear, Path("x/a.toml"), fresh=True), Written(kind, Path("x/b.toml"), fresh=True)]
    found = ranked(record, files, [([base] * 2, [dearer] * 2), ([base] * 2, [better] * 2)])

    assert [each.title for each in found] == ["b", "a"]
    a_year = 365 / record.days / record.scale
    assert found[1].saved.mean == pytest.approx(-0.5 * 1_000 * a_year)
    assert found[1].won.mean == pytest.approx(0.0, abs=1e-6)
    assert found[0].won.mean == pytest.approx(2_000 * a_year)
    penalty = record.network.policy.late_day_penalty / 1e6
    assert found[0].worth.mean == pytest.approx((1_000 + 2_000 + 0.05 * penalty * 1_000) * a_year)
    assert found[0].clear


@pytest.mark.parametrize("width", [80, 120])
def test_what_helps_on_a_terminal(width: int) -> None:
    none, sure, unsure = Estimate(0.0, 0.0, 0.0), Estimate(120_000.0, 90_000.0, 150_000.0), Estimate(-10.0, -50.0, 30.0)
    hurts = Estimate(-70_000.0, -90_000.0, -50_000.0)

    def one(title: str, worth: Estimate) -> suggested.Helps:
        return suggested.Helps(
            title, f"/a/b/changes/suggested_{title}.toml", "about $1", worth, worth, none, none, none,
            1 if math.isnan(worth.low) else 3,
        )  # fmt: skip

    once = one("once", Estimate(1, math.nan, math.nan))
    helps = (one("fewer hands for packing " * 4, sure), one("nothing", unsure), one("worse", hurts), once)
    found = suggested.Suggested(
        "Shop", "USD", 0.1, 365, 5.0, 90.0, 5.0, helps, tuple((str(n), "about $1") for n in range(7)), "x"
    )
    page = suggested.suggested_screen(found, width).plain
    lines = page.splitlines()

    assert max(len(line) for line in lines) <= width
    assert lines[0] == "Shop: 4 changes rehearsed"
    assert lines[1].startswith("365 days at 0.1 of full scale, 1 to 3 pairs each, 1.5 of 5 minutes; x")
    heads = [lines.index(each) for each in ("Would help", "Cannot be told from nothing", "Would hurt")]
    assert heads == sorted(heads)
    assert lines[lines.index("Would help") + 1].startswith(" 1  fewer hands")
    assert "    changes/suggested_nothing.toml" in lines
    assert "Not rehearsed, no time (7):" in lines
    assert "    and 2 more" in lines
    assert lines[lines.index("One pair only: no interval is known") + 1] == " 4  once"
    rows = [suggested.row(each, "USD") for each in helps]
    assert max(len(each) for each in rows) <= 80
    assert "$90,000 to $150,000" in rows[0]

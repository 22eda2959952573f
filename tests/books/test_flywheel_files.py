"""The model as a file: read with every fault at once, written, as XMILE in and out, equal to PySD's run of it."""

from __future__ import annotations

import csv
import warnings
from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pytest

from firstbest.flywheel.expressions import parsed
from firstbest.flywheel.futures import drawn
from firstbest.flywheel.model import FITTED
from firstbest.flywheel.program import Runs, compiled_model, run
from firstbest.flywheel.worlds import world
from firstbest.present.flywheel_words import horizon
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.flywheel_amazon import amazon_model
from firstbest.store.flywheel_book import CUBES, DAILY, book_of, with_book
from firstbest.store.flywheel_file import read_model
from firstbest.store.flywheel_write import toml_text
from firstbest.store.flywheel_xmile import read_xmile, xmile_text
from firstbest.store.init import BUILTIN
from tests.tidy.sources import ROOT

MODEL = Path(str(BUILTIN)) / "flywheel.toml"
EVERYTHING = ROOT / "benchmarks/flywheel_everything.toml"


def faults_of(folder: Path, text: str) -> list[str]:
    path = folder / "flywheel.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WorkspaceFaulty) as caught:
        read_model(path)
    return [str(fault) for fault in caught.value.faults]


def test_the_built_in_model_has_a_source_for_every_number() -> None:
    model = read_model(MODEL)

    assert all(each.source for each in model.constants)
    assert all(each.low < each.high for each in model.constants if each.mark == "ASSUMED")
    assert len(model.loops) >= 10
    assert {loop.reinforcing for loop in model.loops} == {True, False}


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            'unit = "buyer/month"\nis = "potential',
            'unit = "buyer"\nis = "potential',
            "units of joining: expected buyer/month, as it fills or drains buyers, found buyer",
        ),
        (
            'is = "buyers * leave_rate"',
            'is = "buyers * leave_rat"',
            (
                "equation of leaving: expected a constant, stock, variable or time, found 'leave_rat' "
                "(nearest: 'leave_rate')"
            ),
        ),
        (
            'is = "handling_cost + carrying_cost',
            'is = "handling_cost + price_index + carrying_cost',
            ("units of unit_cost: expected like units in 'handling_cost + price_index', found dollar/order and 1"),
        ),
        (
            'is = "price_index^price_elasticity"',
            'is = "orders_wanted / orders_at_start"',
            "expected a stock on the way, found",
        ),
        (
            "range = [-2.62, -0.8]",
            "range = [-2.62, -1.8]",
            "constant.range: expected [low, high] around -1.76, found '[-2.62, -1.8]'",
        ),
        (
            'in = "joining"',
            'in = "joinning"',
            "stock buyers: expected names of flows, found 'joinning' (nearest: 'joining')",
        ),
        (
            'cut = "units_handled handling_cost"',
            'cut = "units_handled unit_cost"',
            "loop Experience: expected a cut of two neighbours",
        ),
        (
            'way = "buyers joining"',
            'way = "buyers listing"',
            "loop Word of mouth: expected names each read by the next, found listing does not read buyers",
        ),
        ('is = "MAX(0, market - buyers)"', 'is = "MAXI(0, market - buyers)"', "expected a lookup or one of abs, exp"),
        (
            'is = "offers / offers_at_start *',
            'is = "offers / / offers_at_start *',
            "auxiliary.is of selection, character 10: expected a number, a name or '(', found '/'",
        ),
        (
            'unit = "dollar*month/order"',
            'unit = "dolar*month/order"',
            (
                "expected units of buyer, day, dollar, km, month, offer, order, seller, unit, found 'dolar' "
                "(nearest: 'dollar')"
            ),
        ),
        ("step = 1\n", "step = 0\n", "model.step: expected a step above 0"),
        (
            'by = "pass_through"',
            'by = "pass_trough"',
            "arrow.by: expected a constant, found 'pass_trough' (nearest: 'pass_through')",
        ),
        ('name = "orders_each"', 'name = "sellers"', "expected a name of its own, found 'sellers', as in line"),
        (
            'sold = "orders"',
            'sold = "order"',
            "model.sold: expected a stock or variable, found 'order' (nearest: 'orders')",
        ),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, before: str, after: str, told: str) -> None:
    text = MODEL.read_text("utf-8")
    assert before in text
    faults = faults_of(tmp_path, text.replace(before, after, 1))

    assert any(told in fault for fault in faults), faults
    assert any(fault.startswith("flywheel.toml, line ") for fault in faults)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = MODEL.read_text("utf-8").replace('is = "buyers * leave_rate"', 'is = "buyers * nothing"')
    text = text.replace('is = "members * member_leaving"', 'is = "members * nobody"')

    assert len(faults_of(tmp_path, text)) == 2


@pytest.mark.parametrize("path", [MODEL, EVERYTHING], ids=lambda path: path.name)
def test_a_written_model_reads_back_alike(tmp_path: Path, path: Path) -> None:
    model = read_model(path)
    again = tmp_path / "again.toml"
    again.write_text(toml_text(model), encoding="utf-8")

    assert read_model(again) == model


@pytest.mark.parametrize("path", [MODEL, EVERYTHING], ids=lambda path: path.name)
def test_xmile_out_and_in_runs_to_the_same_bits(tmp_path: Path, path: Path) -> None:
    model = read_model(path)
    file = tmp_path / "model.xmile"
    file.write_text(xmile_text(model), encoding="utf-8")
    again = read_xmile(file)
    names = tuple(stock.name for stock in model.stocks)
    one, two = (compiled_model(each) for each in (model, again))

    np.testing.assert_array_equal(
        run(one, Runs(one.values[:, None], names, 1)), run(two, Runs(two.values[:, None], names, 1))
    )


def test_pysd_runs_the_same_equations_to_the_same_bits(tmp_path: Path) -> None:
    pysd = pytest.importorskip("pysd")
    model = read_model(EVERYTHING)
    model = model._replace(span=model.span._replace(stop=15.0))
    file = tmp_path / "model.xmile"
    file.write_text(xmile_text(model), encoding="utf-8")
    names = [stock.name for stock in model.stocks]
    lanes = drawn(model, 11, 2)
    ours = run(compiled_model(model), Runs(lanes, tuple(names), 1))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = pysd.read_xmile(str(file))
        for lane in range(2):
            given = {each.name: float(lanes[row, lane]) for row, each in enumerate(model.constants)}
            theirs = peer.run(params=given, return_columns=names)[names].to_numpy()
            np.testing.assert_array_equal(ours[:, :, lane], theirs)


XMILE = """<?xml version="1.0"?>
<xmile version="1.0" xmlns="http://docs.oasis-open.org/xmile/ns/XMILE/v1.0">
<header><name>Tea</name></header>
<sim_specs method="Euler" time_units="minute"><start>0</start><stop>8</stop><dt reciprocal="true">4</dt></sim_specs>
<model><variables>
<stock name="Tea Temperature"><eqn>90</eqn><outflow>Loss_to\\nroom</outflow><non_negative/></stock>
<flow name="Loss to Room"><eqn>{slow} ("Tea Temperature" - Room) / tau * look_up(TIME)</eqn><non_negative/></flow>
<aux name="Room"><eqn>-20 </eqn></aux><aux name="tau"><eqn>10</eqn></aux>
<gf name="look up"><xscale min="0" max="8"/><ypts>1,1,0.5</ypts></gf>
</variables><views/></model></xmile>
"""


def test_a_model_of_another_tool_is_read(tmp_path: Path) -> None:
    file = tmp_path / "tea.stmx"
    file.write_text(XMILE, encoding="utf-8")
    model = read_xmile(file)

    assert model.title == "Tea"
    assert model.span.step == 0.25
    assert model.equation("loss_to_room") == parsed("MAX((tea_temperature - room) / tau * look_up(time), 0)")
    assert model.stocks[0].floor
    assert {each.name: each.value for each in model.constants} == {"room": -20.0, "tau": 10.0}
    assert model.lookups[0].x == (0.0, 4.0, 8.0)


@pytest.mark.parametrize(("unit", "told"), [("Months", "2 years"), ("month", "2 years"), ("minute", "24 minutes")])
def test_time_is_told_in_what_the_model_counts(tmp_path: Path, unit: str, told: str) -> None:
    """A model of minutes does not reach for years, and one of Months is one of months, however its tool writes it."""
    file = tmp_path / "tea.xmile"
    file.write_text(XMILE.replace('"minute"', f'"{unit}"').replace("<stop>8", "<stop>24"), encoding="utf-8")
    span = read_xmile(file).span

    assert horizon(span, 24.0) == told
    assert horizon(span._replace(unit="moon"), 24.0) == "24 moons"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (
            "<views/>",
            '<module name="m"/>',
            "m: expected stocks, flows, auxiliaries and graphical functions, found '<module>'",
        ),
        ("look_up(TIME)", "FORCST(TIME, 1, 1)", "expected one of abs, exp"),
        ("- Room)", "- Rum)", "loss_to_room: expected names of the model, found 'rum'"),
        ('name="tau"', 'name="a-b"', "a-b: expected a name of letters from a to z, digits and underscores"),
        ('name="tau"', 'name="ROOM"', "room: expected a name of its own, found a second thing of this name"),
        ('method="Euler"', 'method="Gear"', "expected method Euler or RK4, found 'gear'"),
        ("<ypts>1,1,0.5</ypts>", "<ypts>1,x</ypts>", "expected points of a graphical function"),
        ("</xmile>", "", "expected valid XML"),
        ('<?xml version="1.0"?>', '<!DOCTYPE x [<!ENTITY a "b">]>', "expected XMILE without a document type"),
        (
            "<outflow>Loss_to\\nroom</outflow>",
            "<outflow>loss</outflow>",
            "tea_temperature: expected names of flows, found 'loss'",
        ),
    ],
)
def test_what_is_not_known_of_xmile_is_told(tmp_path: Path, before: str, after: str, told: str) -> None:
    file = tmp_path / "tea.xmile"
    assert before in XMILE
    file.write_text(XMILE.replace(before, after), encoding="utf-8")

    with pytest.raises(WorkspaceFaulty) as caught:
        read_xmile(file)
    assert told.replace("'<module>'", "<module>") in "\n".join(map(str, caught.value.faults))


def write_daily(path: Path, days: int, columns: tuple[str, ...]) -> None:
    """A made-up world's days as a user would hand them in."""
    made = world(5)
    panel = {
        "orders": np.exp(made.orders.answer) * 100, "price": np.exp(made.orders.causes["price"]) * 30,
        "promised_days": made.orders.causes["speed"], "offers": np.exp(made.orders.causes["selection"]) * 1000,
        "supplier_price": np.exp(made.orders.shifters["supplier"]), "storm": made.orders.shifters["storm"],
    }  # fmt: skip
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["day", "group", *columns])
        for day in range(days):
            for group in range(4):
                when = date(2026, 1, 1) + timedelta(days=day)
                writer.writerow(
                    [when.isoformat(), f"seller {group}", *(repr(float(panel[name][day, group])) for name in columns)]
                )


ALL = ("orders", "price", "promised_days", "offers", "supplier_price", "storm")


def test_a_book_with_moving_causes_tells_elasticities(tmp_path: Path) -> None:
    write_daily(tmp_path / DAILY, 364, ALL)
    known = world(5).known
    found = {each.name: each for each in book_of(tmp_path, read_model(MODEL))}
    fitted = {each.name: each for each in with_book(read_model(MODEL), tuple(found.values())).constants}

    assert found["price_elasticity"].low <= known["price"] <= found["price_elasticity"].high
    assert found["speed_gain"].low <= -known["speed"] <= found["speed_gain"].high
    assert fitted["price_elasticity"].mark == FITTED
    assert found["handling_at_start"].missing == "no rehearsal yet: firstbest rehearse DIR"


def test_a_book_without_them_says_so(tmp_path: Path) -> None:
    model = read_model(MODEL)
    nothing = book_of(tmp_path, model)
    write_daily(tmp_path / DAILY, 364, ("orders", "offers"))
    some = {each.name: each for each in book_of(tmp_path, model)}

    assert all(each.missing for each in nothing)
    assert with_book(model, nothing) == model
    assert some["price_elasticity"].missing == "flywheel_daily.csv has no column price"
    assert some["selection_elasticity"].missing == ""


def test_faulty_daily_figures_are_told(tmp_path: Path) -> None:
    path = tmp_path / DAILY
    path.write_text("day,group,orders,price\n2026-01-01,a,5,0\n2026-13-01,a,5,1\n2026-01-02,a,x,1\n", encoding="utf-8")

    with pytest.raises(WorkspaceFaulty) as caught:
        book_of(tmp_path, read_model(MODEL))
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [(2, "price"), (3, "day"), (4, "orders")]


@pytest.mark.parametrize("days", [190, 100, 20])
def test_levels_come_from_a_rehearsal_that_is_long_enough(tmp_path: Path, days: int) -> None:
    (tmp_path / CUBES).parent.mkdir()
    with duckdb.connect() as engine:
        cells = "('completed', 100), ('cost_pick', 250000000), ('cost_parcel', 900000000)"
        engine.execute(
            "CREATE TABLE cube AS SELECT DATE '2026-01-01' + CAST(d AS INTEGER) AS day, metric, "
            f"n * (1 + d % 7) AS numerator FROM range({days}) days(d), (VALUES {cells}, "
            "('cost_building', 200000000), ('completed_days', 310)) AS cells(metric, n)"
        )
        engine.execute(f"COPY cube TO '{tmp_path / CUBES}' (FORMAT parquet)")
    found = {each.name: each for each in book_of(tmp_path, read_model(MODEL))}

    # Returns and freight come long after the orders that cause them: the first 91 days do not tell what those cost.
    if days < 90 + 91:
        assert found["handling_at_start"].missing == "181 days of a rehearsal are needed"
        assert found["capacity_cost"].missing == ("" if days >= 90 else "90 days of a rehearsal are needed")
        return
    assert found["capacity_cost"].value == pytest.approx(2.0)
    assert found["handling_at_start"].value == pytest.approx(2.5)
    assert found["carrying_at_start"].value == pytest.approx(9.0)
    assert found["promise_at_start"].value == pytest.approx(3.1)
    assert found["carrying_at_start"].missing == ""


def test_the_examples_model_reads() -> None:
    model = amazon_model()

    assert model.span.unit == "year"
    assert all(each.source for each in model.constants)

"""The report is one file that asks for nothing, reads well aloud, and stands also where there is little to show."""

import math
import re
import xml.etree.ElementTree as ET
from typing import Any

import numpy as np
import pytest

from firstbest.present import comparison, projection, svg, text
from firstbest.present.catalog import CATALOG, WANTED, meaning_of
from firstbest.present.figures import figures
from firstbest.present.record import Record
from firstbest.present.report import report
from firstbest.present.screen import screen
from firstbest.world.metrics import AFTERS, After, Metric
from firstbest.world.network import Care, Detail
from tests.golden.fake_record import fake_record


def pair() -> tuple[Record, comparison.Comparison]:
    base, changed = fake_record(), fake_record(fourth=True)
    before, after = figures(base), figures(changed)
    found = []
    for key, spread in (("two_day_share", 0.005), ("cost_to_serve_per_order", 0.4)):
        change = after[key] - before[key]
        estimate = comparison.Estimate(change, change - spread, change + spread)
        found.append(comparison.difference(key, before[key], after[key], estimate, "USD"))
    dots = tuple(
        comparison.Dot(
            name, f["cost_to_serve_per_order"], 20.0, 21.0, f["two_day_share"], 0.66, 0.76, current=name == "now"
        )
        for name, f in (("now", before), ("a fourth centre", after))
    )
    return changed, comparison.Comparison("a fourth centre", base, tuple(found), dots, 10)


def drawings(page: str) -> list[ET.Element]:
    whole = re.findall(r'<svg[^>]* role="img".*?</svg>(?:</svg>)?', page, re.DOTALL)
    return [ET.fromstring(found) for found in whole]  # noqa: S314 - our own page


@pytest.fixture(scope="module", params=["alone", "compared"])
def page(request: Any) -> str:
    if request.param == "alone":
        return report(fake_record())
    record, against = pair()
    return report(record, against)


def test_asks_nothing_of_any_network(page: str) -> None:
    assert not re.findall(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", page)
    assert not re.findall(r"<(?:link|img|iframe|script [^>]*src)|@import|url\(|fetch\(|XMLHttp", page)
    assert len(page) < 1_500_000


def test_every_drawing_has_a_title_a_description_and_a_table(page: str) -> None:
    found = drawings(page)
    assert len(found) >= 8
    ids = [element.get("id") for drawn in found for element in drawn.iter() if element.get("id")]
    assert len(ids) == len(set(ids))
    for drawn in found:
        title, description = drawn[0], drawn[1]
        assert (title.tag, description.tag) == ("title", "desc")
        assert title.text
        assert drawn.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    for section in re.findall(
        r'<section id="(?:late|map|cost|labour|frontier|stock|sellers)".*?</section>', page, re.DOTALL
    ):
        assert "<details><summary>The numbers behind this picture" in section


def test_on_a_phone_drawings_fit_whole_or_in_parts_that_leave_nothing_out(page: str) -> None:
    cut = {drawn[2].get("id"): drawn for drawn in drawings(page) if drawn.get("class") == "cut"}
    assert {"late-b", "labour-year-b", "labour-peak-b", "stock-b", "classes-b"} <= set(cut)
    shown = re.findall(r'<div class="parts" aria-hidden="true">(.*?)</div>', page)
    assert len(shown) == len(cut)
    for key, parts in zip(cut, shown, strict=True):
        _, _, width, height = cut[key].get("viewBox", "").split()
        spans = re.findall(rf'<svg viewBox="(\S+) 0 (\S+) (\S+)"><use href="#{key}"/></svg>', parts)
        assert len(spans) >= 2
        assert {each[2] for each in spans} == {height}
        ends = [0.0, *(float(left) + float(part) for left, part, _ in spans)]
        assert [float(left) for left, _, _ in spans] == pytest.approx(ends[:-1], abs=0.11)
        assert ends[-1] == pytest.approx(float(width), abs=0.11)
        assert all(float(part) >= 300 for _, part, _ in spans)
    phone = page[page.index("@media screen and (max-width: 600px)") :].split("@media print", maxsplit=1)[0]
    assert ".picture > svg { min-width: 0; }" in phone
    assert ".picture > svg.cut { display: none; } .parts { display: block; }" in phone
    assert "\n.parts { display: none; }" in page, "elsewhere, and on paper, a drawing is one piece"


def test_no_number_is_missing_or_broken(page: str) -> None:
    assert not re.findall(r"\bnan\b|NaN(?!\()|\binf\b|None|Metric\.", page.split("<script>", 1)[0])


def test_says_that_nothing_was_compared(page: str) -> None:
    assert "Not compared with any actuals" in page


def test_what_the_change_does_in_plain_sentences() -> None:
    record, against = pair()
    two_days, cost = against.differences
    assert (
        two_days.sentence
        == "delivered in two days +6.1\N{NO-BREAK SPACE}points, 95\N{NO-BREAK SPACE}% interval 5.6 to 6.6"
    )
    assert cost.sentence == "cost to serve an order: not distinguishable"
    page = report(record, against)
    assert "1 of 2 figures differ by more than chance" in page
    assert 'id="mix"' in page
    for width in (80, 120):
        lines = comparison.table(against, width).plain.splitlines()
        assert max(map(len, lines)) <= width


def test_the_terminal_shows_what_changed_most_and_counts_the_rest() -> None:
    _, against = pair()
    keys = [key for key in CATALOG if key not in WANTED][:30]
    sizes = {key: 0.02 * place for place, key in enumerate(keys)}
    more = [
        comparison.difference(key, 100.0, 100.0 + 100 * part, comparison.Estimate(100 * part, 0.001, 1.0), "USD")
        for key, part in sizes.items()
    ]
    page = comparison.table(against._replace(differences=(*against.differences, *more)), 80).plain
    shown = page.partition("What else changed most\n")[2].partition("\n\n")[0].splitlines()

    assert page.startswith("With ")
    assert len(shown) == comparison.MORE
    assert [line[:20] for line in shown] == [meaning_of(key).label[:20].ljust(20) for key in keys[-comparison.MORE :]]
    assert "18 further figures, 18 of which changed" in " ".join(page.split())


def test_small_differences_are_told_finer_and_invisible_ones_counted() -> None:
    base = fake_record()
    tried = (
        ("cost_to_serve_per_order", 0.004, 0.003, 0.005), ("parcel_cost_per_parcel", -0.021, -0.03, -0.012),
        ("two_day_share", 0.0003, 0.0002, 0.0004), ("click_to_door_cost_per_order", 0.0001, 0.00005, 0.00015),
        ("fill_rate", -0.00001, -0.00002, -0.000005),
    )  # fmt: skip
    found = [
        comparison.difference(key, 1.0, 1.0 + change, comparison.Estimate(change, low, high), "USD")
        for key, change, low, high in tried
    ]
    against = comparison.Comparison("a change", base, tuple(found), (), 10)
    told = [(comparison.change_of(each, "USD"), comparison.interval(each)) for each in found[:3]]
    page, shown = report(base, against), " ".join(comparison.table(against, 120).plain.split())

    minus = text.MINUS
    assert told == [
        ("+$0.004", "0.003 to 0.005"), (f"{minus}$0.021", f"{minus}0.030 to {minus}0.012"),
        (f"+0.03{text.THIN}points", "0.02 to 0.04"),
    ]  # fmt: skip
    assert [comparison.too_small(each, "USD") for each in found] == [False, False, False, True, True]
    table = page[page.index('<section id="differences">') :].split("</section>")[0]
    assert table.count("<tr>") == 1 + 3
    assert "5 of 5 figures differ by more than chance" in table
    assert "Left out, since they differ by less than can be shown: 2 figures." in table
    assert "0.00 to 0.00" not in shown


def test_what_was_sent_again_stands_beside_what_was_paid_back() -> None:
    record = fake_record()
    care = Care(np.zeros(3, np.int64), 0, 0, 1)
    network = record.network._replace(detail=Detail(care=care))
    cube, after = record.cube.copy(), np.zeros((*record.cube.shape[:3], AFTERS, 2), np.int64)
    cube[40, 9, 0, Metric.REPLACED] = (1_407_610_000, 47)
    sent = record._replace(network=network, cube=cube, after=after)
    after_some = after.copy()
    after_some[40, 9, 0, After.MADE_GOOD] = (52_000_000, 2)

    f, page = figures(sent), report(sent)
    assert (f["shipments_sent_again"], f["sent_again_cost"]) == (47.0, 1_407.61)
    assert "47 shipments were sent again, for $1,407.61 of goods and parcels, and nothing had to be paid back." in page
    assert "and $52.00 was paid back for the rest." in report(sent._replace(after=after_some))
    assert math.isnan(figures(record)["sent_again_cost"])


def empty(**columns: Any) -> Record:
    record = fake_record()
    return record._replace(
        cube=np.zeros_like(record.cube), spread=np.zeros_like(record.spread), flow=np.zeros_like(record.flow),
        stock_days=record.stock_days[:0], stock_items=None, bounds=(), suggestions=(), **columns,
    )  # fmt: skip


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("days", [1, 3, 10, 365])
def test_stands_where_there_is_little(days: int) -> None:
    whole = fake_record()
    cut = whole._replace(days=days, stock_days=whole.stock_days[whole.stock_days["day"] < days])
    for record in (cut, cut._replace(cube=whole.cube[:days]), empty(days=days)):
        assert len(drawings(report(record))) >= 3
        assert screen(record, 80).plain


def test_names_are_escaped() -> None:
    record = fake_record()
    texts = record.network.texts._replace(nodes=tuple(f"<b>{name}" for name in record.network.texts.nodes))
    page = report(record._replace(name="<script>x</script>", network=record.network._replace(texts=texts)))
    assert "<script>x" not in page
    assert "<b>Allentown" not in page


def test_works_outside_the_united_states() -> None:
    record = fake_record()
    places = record.network.places
    moved = places._replace(
        latitude_e4=(places.latitude_e4 // 10 + 480_000).astype(np.int32),
        longitude_e4=(places.longitude_e4 // 20).astype(np.int32),
    )
    texts = record.network.texts._replace(currency="GBP")
    page = report(record._replace(network=record.network._replace(places=moved, texts=texts)))
    assert "£" in page
    paper = projection.fit(moved.latitude_e4 / 1e4, moved.longitude_e4 / 1e4, 1000, 600)
    assert not paper.united_states
    assert paper.place(moved.latitude_e4 / 1e4, moved.longitude_e4 / 1e4).shown.all()


def test_the_map_is_the_known_projection() -> None:
    # Snyder 1987, page 292, on the sphere of radius 1: 35 N, 75 W with parallels 29.5 and 45.5, origin 23 N, 96 W
    # gives x 0.2952720, y 0.2416774; ours has its origin at 37.5 N, which only moves y.
    x, y = projection._flat(np.array([35.0, 23.0]), np.array([-75.0, -96.0]), united_states=True, turn=1.0)
    assert x[0] - x[1] == pytest.approx(0.2952720, abs=1e-6)
    assert y[0] - y[1] == pytest.approx(0.2416774, abs=1e-6)


def test_late_orders_of_a_page_add_up() -> None:
    record = fake_record()
    rows = re.findall(
        r'<th scope="row">[\w -]+</th><td>([\d,]+)</td><td>[\d.]+', report(record).split('id="map"', 1)[0]
    )
    total = int(
        record.cube[..., Metric.DELIVERED_ON_TIME, 1].sum() - record.cube[..., Metric.DELIVERED_ON_TIME, 0].sum()
    )
    assert sum(int(row.replace(",", "")) for row in rows) == total


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0, 100, [0, 25, 50, 75, 100]), (0.94, 1.0, [0.94, 0.96, 0.98, 1.0]), (3, 3, [3]), (-1, 1, [-1, -0.5, 0, 0.5, 1])],
)
def test_ticks_are_round(low: float, high: float, expected: list[float]) -> None:
    assert svg.ticks(low, high) == pytest.approx(expected)


def test_numbers_read_well() -> None:
    minus, space = text.MINUS, text.THIN
    assert text.money(-0.284, "USD") == f"{minus}$0.28"
    assert text.money(9.26, "CHF") == f"9.26{space}CHF"
    assert text.money(1_282_054, "USD") == f"$1.28{space}million"
    assert text.difference(0.061, "share", "") == f"+6.1{space}points"
    assert text.difference(-0.001, "money", "USD") == "$0.00"
    assert text.share(0.9521) == f"95.2{space}%"
    assert text.span(20454, 365) == "1 January to 31 December 2026"
    assert text.count(float("nan")) == text.MISSING


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("ho_chi_minh", "Ho Chi Minh"),
        ("port_la", "Port LA"),
        ("port_savannah", "Port Savannah"),
        ("dallas", "Dallas"),
        ("", ""),
    ],
)
def test_places_are_called_as_people_call_them(code: str, name: str) -> None:
    assert text.place(code) == name


def test_what_only_the_change_measures_stands_beside_nothing() -> None:
    """Kits are put together with the change alone: a figure that the table of differences would not have."""
    only = comparison.measured_only(
        {"kits_assembled": 4_210.0, "orders": 5.0, "no_such": 1.0}, {"kits_assembled": math.nan, "orders": 4.0}, "USD"
    )
    assert only == (("kits put together", "4,210"),)
    changed, told = pair()
    told = told._replace(only=only)
    screen = comparison.table(told, 80).plain
    assert "kits put together" in screen
    assert max(map(len, screen.splitlines())) <= 80
    assert "with the change only" in report(changed, told)

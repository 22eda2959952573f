"""The deck's page and paper: legible without colour, whole without a network, six charts a sheet."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import msgspec
import numpy as np
import pytest

from firstbest.mechanisms.aggregate import Table
from firstbest.mechanisms.calendar import Calendar
from firstbest.mechanisms.deck import CostLine, Deck
from firstbest.mechanisms.deck_make import Fan, Given, make
from firstbest.mechanisms.records import Anecdote, Question, Room
from firstbest.present import deck_chart, deck_page, deck_paper, deck_words
from firstbest.store.paper import pdf
from tests.rooms.review_worlds import SATURDAY, metric

COUNT = 8


@pytest.fixture(scope="module")
def deck() -> Deck:
    """Eight metrics of three years with everything that a deck can hold."""
    rng = np.random.default_rng(2)
    days = 7 * 156
    values = 100 + rng.standard_normal((COUNT, days))
    values[0, -7:] += 20
    below = np.full_like(values, 1000.0)
    absence = np.zeros(values.shape, np.int8)
    absence[1, -2:], absence[2, -9], absence[3, -7:] = 2, 3, 1
    values[absence > 0] = below[absence > 0] = 0
    needs = ("price", "speed", "selection", *[""] * 5)
    listed = [
        metric(f"m{at}", need=need, section="<S & T>", kind="ratio", unit="share", better="up", owner="Ada",
               leads=("m7",) if at == 6 else (), matures_after_days=28 if at == 5 else 0)
        for at, need in enumerate(needs)
    ]  # fmt: skip
    table = Table(SATURDAY + 1 - days, values, below, absence)
    fans = (
        Fan("m4", SATURDAY - 6, SATURDAY, 0.09, 0.1, 0.11, "twin"),
        Fan("m4", SATURDAY + 1, SATURDAY + 7, 0.09, 0.1, 0.12, "twin"),
    )
    plan = Table(SATURDAY + 1 - days, values * 1.01, below, np.zeros_like(absence))
    known = np.ones_like(values)
    known[5, -14:] = 0.5
    made = make(Given("<Deck>", Calendar(), listed, table, SATURDAY, 0, plan, plan, fans, known, currency="USD"))
    asked = Question(
        number=3, kind="question", about="metric m1", asked="?", by="B", owner="Ada", opened_at_us=0, answer_due_us=0,
        evidence=("it fell",), overdue=True,
    )  # fmt: skip
    said = Anecdote(name="a", who="a customer", when="2023-09-01", channel="call", words="<it was late>", metric="m1")
    room = Room(as_of_us=0, head="", questions=(asked,), anecdotes=(said,))
    cost = CostLine(what="Second parcels", where="Dallas", cost=12.5, count=3, of="parcels", decision="source")
    return msgspec.structs.replace(made, room=room, costs=(cost,), costs_total=12.5)


def test_the_page_is_whole_and_asks_for_nothing(deck: Deck) -> None:
    page = deck_page.page(deck)

    assert not re.search(r"https?://(?!www\.w3\.org)|src=|@import|url\((?!#)", page)
    assert "<it was late>" not in page
    assert "<S & T>" not in page
    for drawing in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        ET.fromstring(drawing)  # noqa: S314 - our own page
    assert page.count("<article") == COUNT
    assert page == deck_page.page(deck)


def test_price_speed_and_selection_come_first_six_a_sheet(deck: Deck) -> None:
    page = deck_page.page(deck)
    order = re.findall(r'<article id="m-(\w+)"', page)
    sheets = page.split('<div class="sheet">')[1:]

    assert order[:3] == ["m0", "m1", "m2"]
    assert [sheet.count("<article") for sheet in sheets] == [6, 2]


def test_marks_differ_in_form_and_not_in_colour_alone(deck: Deck) -> None:
    """The present year is solid, the last one dashed, the plan a bar, the guidance a diamond, the fan an area."""
    css = Path(deck_page.__file__).with_name("deck.css").read_text("utf-8")
    drawn = {card.key: deck_chart.chart(card, "USD") for card in deck.cards}

    assert re.search(r"\.p \{[^}]*stroke-dasharray", css)
    assert not re.search(r"\.n \{[^}]*stroke-dasharray", css)
    assert all(f'class="{mark}"' in drawn["m4"] for mark in ("n", "p", "pl", "gu", "f", "d"))
    assert drawn["m5"].count('class="o"') == 3, "two weeks and the month that holds them"
    assert "not yet arrived" in drawn["m1"]
    assert "closed" in drawn["m3"]


def test_what_stands_out_names_its_chance_and_its_owner(deck: Deck) -> None:
    page = deck_page.page(deck)

    assert "expected by chance" in page
    assert "by chance less than 1 in a billion" in page
    assert 'class="xmr"' in page
    assert "Second parcels" in page
    assert "1 question is open, 1 past the 48 hours" in page


def test_paper_is_the_same_bytes_and_nothing_from_outside_is_markup(deck: Deck) -> None:
    named = msgspec.structs.replace(deck, title='#panic("x") $ \\ "')
    made = deck_paper.paper(named)
    found = pdf(made.source, made.drawings)

    assert found.startswith(b"%PDF")
    assert found == pdf(made.source, made.drawings)
    assert len([name for name in made.drawings if name.startswith("c")]) == COUNT
    for drawing in made.drawings.values():
        ET.fromstring(drawing)  # noqa: S314 - our own drawing


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [(0.9623, "share", "96.2\N{NO-BREAK SPACE}%"), (1_284_000.0, "money", "$1.28M"), (9.257, "money", "$9.26"),
     (412_330.0, "count", "412k"), (3.456, "number", "3.46"), (None, "count", "\N{EN DASH}")],
)  # fmt: skip
def test_numbers_are_short_and_in_their_unit(number: float | None, unit: str, said: str) -> None:
    assert deck_words.value(number, unit, "USD") == said


@pytest.mark.parametrize(("scaling", "said"), [("##.2MM", "12.64M"), ("##KK", "12,638K"), ("##", "12,637,800")])
def test_imported_scales_are_kept(scaling: str, said: str) -> None:
    assert deck_words.scaled(12_637_800, scaling) == said


def test_a_chance_is_said_in_two_figures() -> None:
    assert [deck_words.chance(part) for part in (0.01, 1 / 4234, 0)] == [
        "1 in 100",
        "1 in 4,200",
        "less than 1 in a billion",
    ]

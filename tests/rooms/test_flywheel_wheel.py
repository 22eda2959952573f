"""The wheel: everything has a place of its own, linked things lie near, a phone's list says what its numbers mean."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.flywheel.futures import futures
from firstbest.flywheel.knock_out import loosened
from firstbest.flywheel.model import Arrow
from firstbest.present.flywheel_page import page
from firstbest.present.flywheel_ring import Layout, meet, places, ring_of
from firstbest.present.flywheel_screen import screen
from firstbest.present.flywheel_wheel import PHONE, WALL, arrow_list, ranked, wheel
from firstbest.present.flywheel_words import Story
from firstbest.store.flywheel_file import read_model
from firstbest.store.init import BUILTIN

MODEL = read_model(Path(str(BUILTIN)) / "flywheel.toml")
PHONE_WIDTH_PX = 360
SMALLEST_PX = 10.5


@cache
def told() -> Story:
    """The built-in model with few futures."""
    return Story(
        model=MODEL, futures=futures(MODEL, 1, 20), seed=1, seconds=0.0, until=120.0,
        brakes=loosened(MODEL, 1, 120.0, 20), worth=(), indices=(), missing=(), told=0,
    )  # fmt: skip


@pytest.mark.parametrize("layout", [WALL, PHONE])
def test_no_box_covers_another_or_leaves_the_drawing(layout: Layout) -> None:
    width, height = layout.box
    boxes = [(place.x, place.y, width / 2, height / 2) for place in places(MODEL.arrows, layout).values()]
    assert len(boxes) == 12
    for index, one in enumerate(boxes):
        assert width / 2 <= one[0] <= layout.width - width / 2
        assert height / 2 <= one[1] <= layout.height - height / 2
        assert not [other for other in boxes[:index] if meet(one, other)]


def test_on_a_phone_the_wheel_is_as_wide_as_the_page_and_its_words_can_be_read() -> None:
    size = 12.5 * PHONE_WIDTH_PX / PHONE.width
    assert size > SMALLEST_PX
    assert f'viewBox="0 0 {PHONE.width:.0f} {PHONE.height:.0f}"' in wheel(told(), PHONE)


def test_each_number_of_the_phones_wheel_stands_in_its_list_and_the_brake_first() -> None:
    numbers = re.findall(r'class="small strong" text-anchor="middle">(\d+)<', wheel(told(), PHONE))
    lines = re.findall(r"<li>(.*?)</li>", arrow_list(told()))
    assert sorted(map(int, numbers)) == list(range(1, len(MODEL.arrows) + 1))
    assert len(lines) == len(MODEL.arrows)
    assert lines[0].startswith("<b>The brake now.</b>")
    assert ranked(told())[0] == told().brakes[0].arrow


def test_the_brake_is_the_thickest_arrow() -> None:
    widths = [float(each) for each in re.findall(r'class="wheel-arrow[^>]*?stroke-width="([\d.]+)"', wheel(told()))]
    assert len(widths) == len(MODEL.arrows)
    assert widths[0] == max(widths) > 2 * min(widths)


def test_a_model_without_arrows_says_so_and_draws_no_empty_wheel() -> None:
    bare = told()._replace(model=MODEL._replace(arrows=()), brakes=())
    assert "add [[arrow]] to flywheel.toml" in page(bare)
    assert "add [[arrow]] to flywheel.toml" in " ".join(screen(bare, 80, "there").plain.split())
    assert 'id="wheel' not in page(bare)


@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=20))
def test_everything_that_an_arrow_names_has_one_place(pairs: list[tuple[int, int]]) -> None:
    arrows = tuple(Arrow(f"n{a}", f"n{b}", "", rising=True) for a, b in pairs if a != b)
    named = {name for arrow in arrows for name in (arrow.source, arrow.target)}
    assert sorted(ring_of(arrows)) == sorted(named)
    for layout in (WALL, PHONE):
        assert len(set(places(arrows, layout).values())) == len(named)

"""A step on a screen and a page: every measure once, and what is not told apart from nothing says so."""

from __future__ import annotations

import re

from firstbest.present.comparison import Estimate
from firstbest.present.whatif import WIDTH, WORDS, Story, page, screen

WITHOUT = {"orders": 600_000.0, "money": 1e6, "hours": 50_000.0, "carbon_kg": 7e5}
CHANGE = {
    "orders": Estimate(12_000.0, 9_000.0, 15_000.0),
    "money": Estimate(-40_000.0, -90_000.0, 10_000.0),
    "hours": Estimate(700.0, 500.0, 900.0),
    "carbon_kg": Estimate(9_000.0, 8_000.0, 10_000.0),
}
DECADE = {name: (value, 2 * value, 3 * value) for name, value in WITHOUT.items()}


def told(decade: dict[str, tuple[float, float, float]] | None) -> Story:
    return Story("Shop & Co", "prices -3 %", WITHOUT, CHANGE, decade, 91, 10, "4 pairs.", "USD")


def test_every_measure_is_told_for_the_quarter_and_the_years() -> None:
    for text in (screen(told(DECADE)).plain, page(told(DECADE))):
        for words in WORDS.values():
            assert len(re.findall(re.escape(words), text, re.IGNORECASE)) >= 2
        assert text.count("not told apart from nothing") == 1
        assert "+12,000" in text


def test_a_full_dot_is_told_apart_from_nothing() -> None:
    dots = re.findall(r'<circle[^>]*fill="(\w+)"', page(told(DECADE)))
    assert dots == ["currentColor", "none", "currentColor", "currentColor"] * 2  # on a page and on a phone


def test_a_headline_says_only_what_is_told_apart_from_nothing() -> None:
    head = re.findall(r"<h2>([^<]*)</h2>", page(told(DECADE)))[0]
    assert head == "Prices -3 %: +12,000 orders in 91 days"


def test_a_model_without_the_step_has_no_years_to_tell() -> None:
    assert "The model has no such step" in page(told(None))
    assert "flywheel.toml has no price_change" in screen(told(None)).plain
    assert "Shop &amp; Co" in page(told(None))


def test_the_screen_fits_eighty_columns() -> None:
    assert max(map(len, screen(told(DECADE)).plain.splitlines())) <= WIDTH

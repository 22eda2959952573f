"""The one screen and the story of an order, line by line as a person sees them.

After a meant change: FIRSTBEST_GOLDEN=write python -m pytest tests/golden, and read the difference.
"""

import os
from pathlib import Path

import pytest

from firstbest.present.screen import screen
from firstbest.present.story import story
from tests.golden.fake_record import fake_record
from tests.golden.fake_story import fake_story

HERE = Path(__file__).parent


def agrees(name: str, found: str) -> None:
    """Compares with the file of that name, or writes it when asked to."""
    path = HERE / f"{name}.txt"
    if os.environ.get("FIRSTBEST_GOLDEN") == "write":
        path.write_text(found, "utf-8")
    assert found == path.read_text("utf-8")


@pytest.mark.parametrize("width", [80, 120])
def test_screen(width: int) -> None:
    page = screen(fake_record(), width, report_path="demo/report.html").plain
    assert max(map(len, page.splitlines())) <= width
    agrees(f"screen_{width}", page + "\n")


@pytest.mark.parametrize("width", [80, 120])
def test_screen_beside_another(width: int) -> None:
    page = screen(fake_record(fourth=True), width, fake_record(), "demo/report.html").plain
    assert max(map(len, page.splitlines())) <= width
    agrees(f"screen_with_{width}", page + "\n")


@pytest.mark.parametrize("late", [True, False])
def test_story(late: bool) -> None:
    page = story(fake_story(late=late))
    assert max(map(len, page.splitlines())) <= 80
    agrees("story_late" if late else "story_on_time", page)

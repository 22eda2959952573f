"""What a new user does first with a house, and what he is told when it does not work."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from firstbest.present.from_live import lateness
from firstbest.present.today import Due, today_screen
from firstbest.service.serving import NotServed, Service, Where, require_free
from tests.books.small_workspace import write


def test_an_address_that_is_taken_is_told_before_a_book_is_opened() -> None:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        one.listen()
        address = f"127.0.0.1:{one.getsockname()[1]}"
        with pytest.raises(NotServed, match=f"expected a free address to listen on, found {address}"):
            require_free(address)
    require_free(address)


def test_the_screen_of_the_day_tells_what_leaves_on_later_days() -> None:
    due = Due("dallas", 1_795_323_600_000_000, -1, 0, 0, 0, 0, 0, 0, 0, 0, later=7, next_us=1_795_474_800_000_000)
    page = today_screen([due], "America/New_York", 80).plain
    assert "dallas: 7 more shipments have to leave on later days, from Mon 23 Nov 18:00" in page


def test_lateness_is_told_in_the_unit_in_which_it_is_read() -> None:
    assert [lateness(each).replace("\xa0", " ") for each in (0.3, 90, 600, 85_857.5)] == [
        "0.3 s", "90.0 s", "10.0 min", "23.8 h",
    ]  # fmt: skip


def test_who_opens_the_house_hands_nothing_on_to_itself(tmp_path: Path) -> None:
    folder = write(tmp_path / "shop")
    first, second = (Service(Where(folder, port=port)) for port in (8_791, 8_792))
    try:
        assert (first.writer(), second.writer()) == ("", first.address)
        assert second.front.standing is None
    finally:
        for each in (second, first):
            each.front.close()
            each.watcher.close()

"""Changes in a running house: in force as a fact, over by a kill criterion or by hand, the same after a restart."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from firstbest.run.applying import Applied, NotApplied
from firstbest.run.changing import AHEAD_US, bring_in, broken, ended, prepared
from firstbest.run.house import House
from firstbest.run.kill import criterion
from firstbest.run.open import open_house, worlds_of
from firstbest.run.replay import replay
from firstbest.run.requests import Line, Request, Why
from firstbest.store.book import SqlBook
from firstbest.store.book_open import open_book
from firstbest.store.book_sqlite import Settings
from firstbest.store.book_verify import NotComparable, unlike_refold
from firstbest.store.faults import WorkspaceFaulty
from firstbest.world.units import DAY_US, HOUR_US
from firstbest.world.words import Kind, Timer
from tests.books.small_workspace import FILES, write
from tests.parity.houses import HandClock

CUT_OFF = """
title = "A later cut-off"

[[operation]]
kind = "set"
file = "nodes"
key = "allentown"
column = "cut_off"
value = "17:30"
"""
NEW_NODE = """
title = "A third centre"

[[operation]]
kind = "open_node"
node = "dallas"
columns = { kind = "fulfilment", latitude = 32.9, longitude = -97.0, time_zone = "America/Chicago", floor_ft2 = 1000, building_cost_ft2_year = 5, storage_m3 = 100, work_days = "Mon-Sat", cut_off = "14:00", pick_up = "18:00" }
"""  # noqa: E501


class Stand:
    """A house on a small workspace, with a clock that the test moves."""

    def __init__(self, folder: Path) -> None:
        write(folder)
        self.folder = folder
        self.book: SqlBook = open_book(folder / "book.sqlite", Settings(full_sync=False))
        assert self.book.claim("test", "")
        self.house: House = open_house(folder, self.book).house
        self.clock = HandClock(self.house.world.network.calendar.start_us + 9 * HOUR_US)
        self.house.wall_us = self.clock

    def pass_to(self, hours: int) -> None:
        """Let time pass."""
        self.clock.now_us += hours * HOUR_US
        self.house.pass_time()

    def apply(self, text: str = CUT_OFF, kill: tuple[str, ...] = (), door: str = "two-way") -> Applied:
        """Apply a change soon."""
        at = self.house.now_us() + AHEAD_US
        applied = Applied("later.toml", text, at, 0, "decision 1", "ann", door, kill)
        return bring_in(self.house, prepared(self.book, applied))


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    stand = Stand(tmp_path)
    stand.house.pass_time()
    return stand


def ticks_of(stand: Stand, kind: Timer) -> list[int]:
    return [each.tick.tick for each in stand.book.ticks() if each.tick.kind == kind]


def test_a_change_comes_into_force_at_its_instant_as_a_fact(stand: Stand) -> None:
    before = stand.house.loop.ground.calendar.cut_off_us.copy()
    stand.apply()
    assert not ticks_of(stand, Timer.ADOPT)

    stand.pass_to(1)

    assert len(ticks_of(stand, Timer.ADOPT)) == 1
    after = stand.house.loop.ground.calendar.cut_off_us
    open_days = before[1] > 0
    assert (after[1][open_days] - before[1][open_days] == 3.5 * HOUR_US).all()
    asked = Request(Kind.PLACE, 0, "A1", lines=(Line(0, 0, 1, 1),))
    assert stand.house.admit([asked])[0].why == Why.ADMITTED


def test_a_restart_stands_on_the_changed_network_and_the_log_replays(stand: Stand) -> None:
    stand.apply()
    stand.pass_to(2)
    stand.house.admit([Request(Kind.PLACE, 0, "A1", lines=(Line(0, 0, 1, 1),))])
    phases = worlds_of(stand.book)
    again = House(phases, stand.book, stand.clock)

    assert again.world.policy == stand.house.world.policy != phases[0].world.policy
    assert again.loop.spot == stand.house.loop.spot
    assert replay(stand.book, phases).identical


def test_what_was_decided_as_two_way_is_taken_back(stand: Stand) -> None:
    stand.apply()
    stand.pass_to(2)
    bring_in(stand.house, prepared(stand.book, ended(stand.book, "later.toml", stand.clock() + AHEAD_US)))
    stand.pass_to(2)

    assert stand.house.world.policy == worlds_of(stand.book)[0].world.policy
    assert len(ticks_of(stand, Timer.ADOPT)) == 2
    with pytest.raises(NotApplied, match=r"in force \(none\)"):
        ended(stand.book, "later.toml", stand.clock())


def test_a_one_way_door_is_not_taken_back(stand: Stand) -> None:
    stand.apply(door="one-way")
    with pytest.raises(NotApplied, match="one-way door"):
        ended(stand.book, "later.toml", stand.clock())


def test_a_kill_criterion_is_looked_at_on_the_closed_day(stand: Stand) -> None:
    stand.apply(kill=("lines_filled < 0.9",))
    stand.pass_to(16)
    assert broken(stand.house) == []
    lines = tuple(Line(n, n % 3, 10**6, 1) for n in range(3))
    stand.house.admit([Request(Kind.PLACE, 0, "big", lines=lines)])
    stand.clock.now_us += DAY_US
    stand.house.pass_time()

    found = broken(stand.house)

    assert [(each.criterion, each.value) for each in found] == [("lines_filled < 0.9", 0.0)]


@pytest.mark.parametrize("text", ["", "nothing < 1", "lines_filled = 1", "lines_filled < many"])
def test_a_criterion_that_says_nothing_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match="expected a criterion like"):
        criterion(text)


def test_what_adds_a_name_is_refused_in_words(stand: Stand) -> None:
    with pytest.raises(WorkspaceFaulty) as faulty:
        stand.apply(NEW_NODE)

    assert all(fault.file == "later.toml" or fault.expected for fault in faulty.value.faults)
    stand.pass_to(1)
    assert not ticks_of(stand, Timer.ADOPT)


def test_tables_are_refolded_under_each_network_that_held(stand: Stand) -> None:
    stand.apply()
    stand.pass_to(24)
    phases = worlds_of(stand.book)
    networks = {phase.world.policy: phase.world.network for phase in phases}
    first = phases[0].world.network
    assert len(networks) == 2
    assert unlike_refold(stand.book, first, networks) == []
    with pytest.raises(NotComparable, match="a network that this book does not keep"):
        unlike_refold(stand.book, first)


def test_a_change_that_is_applied_is_not_applied_again(stand: Stand) -> None:
    stand.apply()
    stand.pass_to(1)
    with pytest.raises(WorkspaceFaulty, match=r"--revert takes it back first\), found one that is in force"):
        stand.apply()
    bring_in(stand.house, prepared(stand.book, ended(stand.book, "later.toml", stand.house.now_us() + AHEAD_US)))
    stand.pass_to(1)
    assert stand.apply().at_us > 0, "taken back, it may come again"


OPENS = """
title = "Dallas opens"

[[operation]]
kind = "set"
file = "nodes"
key = "dallas"
column = "opens"
value = "{day}"

[[operation]]
kind = "set"
file = "labour"
key = ["dallas receive", "dallas pick", "dallas pack", "dallas load"]
column = "heads"
value = 2
"""


def test_a_node_that_stood_in_the_files_is_opened_in_the_running_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, *rows = FILES["nodes.csv"].strip().splitlines()
    dallas = "dallas,fulfilment,32.9,-97.0,America/Chicago,7300,5,100,allentown,Mon-Sun,14:00,18:00,2099-01-01"
    nodes = "\n".join([f"{head},opens", *(f"{row}," for row in rows), dallas]) + "\n"
    hands = "".join(f"dallas,{each}\n" for each in ("receive,0,,22,,28", "pick,0,,130,,28", "pack,0,3,28,65,28"))
    lane = "allentown_dallas,allentown,dallas,truck,80,20000,2,2.42,650,3,1500,Mon-Fri 08:00\n"
    monkeypatch.setitem(FILES, "nodes.csv", nodes)
    monkeypatch.setitem(FILES, "labour.csv", FILES["labour.csv"] + hands + "dallas,load,0,,250,,28\n")
    monkeypatch.setitem(FILES, "lanes.csv", FILES["lanes.csv"] + lane)
    stand = Stand(tmp_path)
    stand.house.pass_time()
    place = stand.house.world.network.texts.nodes.index("dallas")
    calendar = stand.house.world.network.calendar
    day = date.fromordinal(int(calendar.first_day) + 3 + date(1970, 1, 1).toordinal())
    assert stand.house.world.network.nodes.open_from_us[place] > calendar.end_us - DAY_US

    stand.apply(OPENS.format(day=day.isoformat()))
    stand.pass_to(5 * 24)

    assert stand.house.world.network.nodes.open_from_us[place] < stand.clock.now_us
    assert stand.house.world.network.texts == worlds_of(stand.book)[0].world.network.texts
    assert replay(stand.book, worlds_of(stand.book)).identical

"""Little's law on every rehearsal: it holds on a small network, and not where shipments are lost on the way."""

from collections.abc import Sequence

import pytest

from firstbest.operate.ports import Change, Tick
from firstbest.rehearse.presence import Checked, Presence, sentences
from firstbest.rehearse.run import Result, Settings, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.world import facts as f
from firstbest.world.facts import Block
from tests.rehearsals.small import Size, small_network


class Kept:
    """A book that keeps the blocks."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:
        self.blocks += [Block(block.fact, block.rows.copy()) for block in blocks if len(block.rows)]


@pytest.fixture(scope="module")
def run() -> tuple[Result, Kept]:
    book = Kept()
    return rehearse(Scenario(*small_network(Size(days=28, orders_day=80))), Settings(3, book)), book


def test_it_holds_on_a_rehearsal(run: tuple[Result, Kept]) -> None:
    checked = run[0].checked

    assert checked is not None
    assert checked.little is not None
    assert checked.little.holds
    assert checked.little.there > 5
    assert checked.little.come_times_stay == pytest.approx(checked.little.there, rel=0.1)
    assert any("Little's law holds" in said for said in sentences(checked))


def test_it_does_not_where_shipments_never_leave(run: tuple[Result, Kept]) -> None:
    """A third of the facts of leaving is lost."""
    result, book = run
    calendar = result.scenario.network.calendar
    presence = Presence(calendar.start_us, calendar.end_us)
    for block in book.blocks:
        lost = block.fact is f.DEPARTED
        presence.take([Block(block.fact, block.rows[block.rows["order"] % 3 > 0] if lost else block.rows)])

    checked = presence.checked()

    assert checked.little is not None
    assert not checked.little.holds
    assert "DOES NOT HOLD" in sentences(checked)[0]


def test_a_short_run_says_so() -> None:
    checked = Presence(0, 86_400_000_000).checked()

    assert checked == Checked(None, None, "5 days or more are needed to hold Little's law and to see the start end")
    assert sentences(checked)[0].startswith("how long the start lasts is not known")

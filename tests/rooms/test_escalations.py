"""The question mark: its clock, its whys, what closes it, and what a page says to do next."""

from __future__ import annotations

from typing import Any

from firstbest.mechanisms import escalations as e
from firstbest.mechanisms.seals import Entry, entry, sealed
from firstbest.present.bets_questions import clock, listed, shown
from firstbest.world.units import HOUR_US

ROOT = "The roster ends before the last wave."


def chain(*made: Entry) -> list[Entry]:
    """Entries in their places."""
    found: list[Entry] = []
    for each in made:
        found.append(sealed(found[-1] if found else None, each))
    return found


def asked(at_us: int = 0) -> Entry:
    """A question."""
    body = {"kind": e.QUESTION, "asked": "?", "owner": "Ana", "metric": "", "evidence": [f"line {n}" for n in range(9)]}
    return entry(at_us, e.ASKED, "Jeff", "order 7", body)


def step(kind: str, hour: int = 1, **body: Any) -> Entry:
    """Something added to question 1."""
    return entry(hour * HOUR_US, kind, "Ana", e.about(1), body)


def test_the_clock_runs_until_the_first_answer() -> None:
    open_, answered = (
        chain(asked()),
        chain(asked(), step(e.ANSWERED, 3, text="We look."), step(e.ANSWERED, 60, text="So.")),
    )

    assert not e.questions(open_, 48 * HOUR_US)[1].overdue
    late = e.questions(open_, 50 * HOUR_US)[1]
    assert late.overdue
    assert clock(late, 50 * HOUR_US) == "answer overdue by 2 h"
    found = e.questions(answered, 99 * HOUR_US)[1]
    assert (found.overdue, found.answers, found.state) == (False, ("We look.", "So."), "answered")
    assert clock(found, 99 * HOUR_US) == "answered after 3 h"


def test_what_is_called_like_a_question_is_none() -> None:
    """A decision on a supplier may be about anything, also about the "question of racks"."""
    other = entry(HOUR_US, "decided", "Ana", "question of racks", {})

    assert list(e.questions(chain(asked(), other), HOUR_US)) == [1]


def test_it_is_closed_with_an_answer_five_whys_actions_and_a_root_cause() -> None:
    whys = [step(e.WHY, text=f"Because {n}.") for n in range(5)]
    action = step(e.ACTION, what="Shift the roster", owner="Ana", due="2026-12-01")
    bare = e.questions(chain(asked()), 0)[1]
    ready = e.questions(chain(asked(), step(e.ANSWERED, text="Yes."), *whys, action), 0)[1]
    three = e.questions(chain(asked(), step(e.ANSWERED, text="Yes."), *whys[:3], action), 0)[1]

    assert [each.what for each in e.may_close(bare, "it", "")] == ["answer", "whys", "root cause", "actions"]
    assert e.may_close(ready, ROOT, "") == []
    assert [each.what for each in e.may_close(three, ROOT, "")] == ["whys"]
    assert e.may_close(three, ROOT, "The third cannot be undone.") == []
    closed = chain(asked(), step(e.CLOSED, root_cause=ROOT, fewer=""))
    assert e.open_ones(closed, 0) == ()
    assert e.may_close(e.questions(closed, 0)[1], ROOT, "")[0].what == "state"


def test_actions_are_done_late_or_handed_over() -> None:
    first = step(e.ACTION, what="Shift", owner="Ana", due="2026-12-01")
    second = step(e.ACTION, what="Count", owner="Ana", due="2026-11-01")
    moved = step(e.ACTIONS_GIVEN, **{"from": "Ana", "owner": "Ben"})
    entries = chain(asked(), first, second, step(e.DONE, action=2, on="2026-11-02"), moved, step(e.GIVEN, owner="Ben"))
    (found,) = e.open_ones(entries, 0)

    assert [(each.owner, each.done_on) for each in found.actions] == [("Ben", ""), ("Ana", "2026-11-02")]
    assert found.owner == "Ben"
    assert [action.what for _, action in e.late_actions([found], "2027-01-01")] == ["Shift"]
    assert e.late_actions([found], "2026-12-01") == []


def test_a_page_says_what_comes_next() -> None:
    steps = [asked(), step(e.ANSWERED, text="Yes."), *(step(e.WHY, text=f"Because {n}.") for n in range(5))]
    steps.append(step(e.ACTION, what="Shift", owner="Ana", due="2026-12-01"))
    nexts = []
    for count in (1, 2, 7, 8):
        page = shown(e.questions(chain(*steps[:count]), 0)[1], 0, 80).plain
        assert all(len(line) <= 80 for line in page.split("\n"))
        nexts.append(page.strip().rsplit("\n", 1)[1])

    assert [line.partition(":")[0] for line in nexts] == [
        "A first answer, if only a preliminary one", "Why 1 of 5", "What will be done", "When it is done",
    ]  # fmt: skip
    assert "and 3 more lines" in shown(e.questions(chain(asked()), 0)[1], 0, 80).plain
    assert "line 8" in shown(e.questions(chain(asked()), 0)[1], 0, 80, whole=True).plain
    assert "1 open question\n" in listed(e.open_ones(chain(asked()), 0), 0, 80).plain
    assert "No question is open" in listed((), 0, 80).plain

"""Decisions: what keeps one off the record, who may vote when, and which decision lets a file be applied."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from firstbest.mechanisms import decisions as d
from firstbest.mechanisms.bets import AMENDED
from firstbest.mechanisms.records import Kind
from firstbest.mechanisms.seals import Entry, commitment, entry, sealed
from firstbest.present.bets_decided import told

GOOD = d.Decision(
    kind=Kind.BET, about="late", by="Dana", yes=True, chosen="go", options=("go", "stay"),
    reason="It moves a point or more.", door="two-way", review_on="2026-12-01", known=("two forecasts",),
)  # fmt: skip
TODAY = "2026-06-01"
SALT = "ab" * 16


def lacks(**changed: Any) -> list[str]:
    """What a changed decision lacks."""
    return [each.what for each in d.wanting(msgspec.structs.replace(GOOD, **changed), ("Ana", "Dana"), TODAY)]


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"reason": "because"}, ["reason"]),
        ({"yes": False, "chosen": "stay", "reason": ""}, ["reason"]),
        ({"options": ("go",)}, ["options"]),
        ({"chosen": "fly"}, ["chosen"]),
        ({"door": "round"}, ["door"]),
        ({"known": ()}, ["known"]),
        ({"review_on": TODAY}, ["review"]),
        ({"dissent": (d.Dissent("Ben", "no", committed=True),)}, ["dissent"]),
        ({"dissent": (d.Dissent("Ben", "it is far too early", committed=True),) * 51}, ["dissent"]),
        ({"door": "one-way"}, ["bar raiser"]),
        ({"bar_raiser": d.BarRaiser("Ana", "It is good enough now.", veto=False)}, ["bar raiser"]),
        ({"bar_raiser": d.BarRaiser("Priya", "no", veto=False)}, ["bar raiser"]),
        ({"bar_raiser": d.BarRaiser("Priya", "It cannot be undone later.", veto=True)}, ["bar raiser"]),
        ({"kind": Kind.HIRE}, ["votes"]),
        ({"kind": Kind.HIRE, "votes": (d.Vote("Ana", None),)}, ["votes"]),
    ],
)
def test_each_rule_finds_its_offender(changed: dict[str, Any], what: list[str]) -> None:
    assert lacks(**changed) == what


def test_what_is_whole_is_let_through() -> None:
    raiser = d.BarRaiser("Priya", "It can be undone cheaply.", veto=False)
    veto = d.BarRaiser("Priya", "It cannot be undone later.", veto=True)

    assert lacks() == []
    assert lacks(door="one-way", bar_raiser=raiser) == []
    assert lacks(yes=False, chosen="stay", door="one-way") == []
    assert lacks(yes=False, chosen="stay", bar_raiser=veto) == []
    assert lacks(kind=Kind.HIRE, votes=(d.Vote("Ana", yes=True, reason="She asked the right thing."),)) == []


def record(*made: Entry) -> list[Entry]:
    """Entries in a chain."""
    found: list[Entry] = []
    for each in made:
        found.append(sealed(found[-1] if found else None, each))
    return found


def decided(digest: str, *, yes: bool) -> Entry:
    """A decision that names a file."""
    named = msgspec.structs.replace(GOOD, yes=yes, files=(d.Named("changes/x.toml", digest),))
    return entry(1, d.DECIDED, "Dana", "late", d.body_of(named))


def test_the_last_decision_that_names_the_content_counts() -> None:
    entries = record(decided("aa", yes=True), decided("bb", yes=True), decided("bb", yes=False))
    found = d.standing(entries, "aa")

    assert found is not None
    assert (found.number, found.about, found.files[0].path) == (1, "late", "changes/x.toml")
    assert d.standing(entries, "bb") is None
    assert d.standing(entries, "cc") is None


def test_a_decision_is_past_its_review_until_it_is_decided_again() -> None:
    again = entry(2, d.DECIDED, "Dana", "late", d.body_of(msgspec.structs.replace(GOOD, review_on="2027-12-01")))

    assert [each.review_on for each in d.past_review(record(decided("aa", yes=True)), "2027-01-01")] == ["2026-12-01"]
    assert d.past_review(record(decided("aa", yes=True)), "2026-12-01") == []
    assert d.past_review(record(decided("aa", yes=True), again), "2027-01-01") == []


def vote(by: str, text: str, panel: list[str]) -> Entry:
    """A sealed vote."""
    return entry(1, d.VOTE_SEALED, by, "Kim", {"commitment": commitment(SALT, text), "panel": panel})


def test_votes_are_sealed_once_each_by_the_panel_and_opened_when_all_are_in() -> None:
    first = record(vote("Ana", "yes\nGood.\n", ["Ana", "Ben"]))
    both = record(vote("Ana", "yes\nGood.\n", ["Ana", "Ben"]), vote("Ben", "no\nBad.\n", ["Ana", "Ben"]))

    assert d.may_seal([], "Kim", "Ana", ["Ana", "Ben"]) == ""
    assert "a second" in d.may_seal(first, "Kim", "Ana", [])
    assert "found 'Eve'" in d.may_seal(first, "Kim", "Eve", [])
    assert "as it was named first" in d.may_seal(first, "Kim", "Ben", ["Ben", "Eve"])
    assert "none of Ben" in d.may_open(first, "Kim")
    assert "found none" in d.may_open([], "Kim")
    assert d.may_open(both, "Kim") == ""
    assert d.opens(both, "Kim", "Ana", SALT, "yes\nGood.\n")
    assert not d.opens(both, "Kim", "Ana", SALT, "no\nGood.\n")
    assert d.votes_on(both, "Kim") == (d.Vote("Ana", None), d.Vote("Ben", None))
    assert "yes" not in str(both)


def test_what_was_decided_is_told_with_who_disagreed_and_who_raised_the_bar() -> None:
    made = msgspec.structs.replace(
        GOOD,
        dissent=(d.Dissent("Ben", "It is far too early for it.", committed=True),),
        bar_raiser=d.BarRaiser("Eve", "The cash holds until the spring.", veto=False),
    )
    amended = entry(2, AMENDED, "Ana", "b", {"reason": "two centres in place of three"})
    page = told([entry(1, d.DECIDED, "Ana", "b", d.body_of(made)), amended], 80)

    assert [line for line in page.split("\n") if len(line) > 80] == []
    for said in ("yes (", "Ben disagrees and commits: It is far", "bar raiser Eve agrees: The cash", "two centres in"):
        assert said in page
    assert told([], 80) == ""

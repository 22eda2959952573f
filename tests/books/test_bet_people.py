"""Files that decisions name, sealed votes, handovers, owners, questions, heads that cannot be read."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest

from firstbest.mechanisms.records import Kind
from firstbest.store import bets_acts as acts
from firstbest.store import questions as q
from firstbest.store.bets import shelf_of
from firstbest.store.bets_check import check_mechanisms
from firstbest.store.bets_handover import hand_over
from firstbest.store.bets_quantiles import read_facts, read_quantiles
from firstbest.store.bets_read import room_as_of
from firstbest.store.bets_votes import Ballot, envelope_path, open_votes, seal_vote, standing
from firstbest.store.decisions import decision_for
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.record import read_record
from tests.books.small_firm import (
    DAY,
    MAY,
    METRIC,
    NAME,
    decided,
    decision,
    faults,
    folder,
    judged,
    locked,
)

__all__ = ["folder"]


def test_applying_asks_for_a_standing_decision_by_content(folder: Path) -> None:
    change = folder / "changes" / "x.toml"
    change.parent.mkdir()
    change.write_text("title = 'x'\n", "utf-8")
    supplier = decision(kind=Kind.SUPPLIER, about="paper mill", known=("two offers",))
    assert decision_for(folder, change) is None
    acts.decide(folder, supplier, ("changes/x.toml",), (MAY, "2026-05-01"), {})
    found = decision_for(folder, change)

    assert found is not None
    assert (found.about, found.kind, found.files[0].path) == ("paper mill", Kind.SUPPLIER, "changes/x.toml")
    change.write_text("title = 'y'\n", "utf-8")
    assert decision_for(folder, change) is None
    change.write_text("title = 'x'\n", "utf-8")
    acts.decide(
        folder,
        msgspec.structs.replace(supplier, yes=False, chosen="do not"),
        ("changes/x.toml",),
        (MAY, "2026-05-01"),
        {},
    )
    assert decision_for(folder, change) is None
    with pytest.raises(WorkspaceFaulty, match="expected a file in the workspace"):
        acts.decide(folder, supplier, ("changes/z.toml",), (MAY, "2026-05-01"), {})


def test_a_decision_past_its_review_is_a_fault_until_it_is_judged(folder: Path) -> None:
    decided(folder)
    later = MAY + 300 * DAY
    path = folder / "metrics" / "days.csv"
    path.write_text(
        "".join(line for line in path.read_text("utf-8").splitlines(keepends=True) if line < "2026-07" or line > "a"),
        "utf-8",
    )

    assert "2026-12-01, gone by" in faults(folder, later)[0]
    judged(folder, 0.82)
    assert faults(folder, later) == []


def test_no_vote_is_in_the_workspace_before_all_are_sealed(folder: Path, tmp_path: Path) -> None:
    kept = tmp_path / "envelopes"
    ana, ben = (
        Ballot("Kim", "Ana", yes=True, reason="She asked what customers see."),
        Ballot("Kim", "Ben", yes=False, reason="He interrupted them all day."),
    )
    first = seal_vote(folder, ana, ("Ana", "Ben"), MAY, kept)
    assert first.missing == ("Ben",)
    with pytest.raises(WorkspaceFaulty, match="every vote sealed before one is read"):
        open_votes(folder, "Kim", MAY, kept)
    with pytest.raises(WorkspaceFaulty, match="a second"):
        seal_vote(folder, ana, (), MAY, kept)
    assert seal_vote(folder, ben, (), MAY, kept).missing == ()
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"interrupted" not in everything
    assert b'"yes"' not in everything
    mine = envelope_path(folder, "Kim", "Ben", kept)
    assert mine.stat().st_mode & 0o077 == 0

    with pytest.raises(WorkspaceFaulty, match="still sealed: Ana, Ben"):
        acts.decide(
            folder, decision(kind=Kind.HIRE, about="Kim", known=("a day of talks",)), (), (MAY, "2026-05-01"), {}
        )
    held = json.loads(mine.read_text("utf-8"))
    mine.write_text(json.dumps({**held, "text": "yes\nOne of the best by far.\n"}), "utf-8")
    with pytest.raises(WorkspaceFaulty, match="the vote that Ben sealed"):
        open_votes(folder, "Kim", MAY, kept)
    mine.write_text(json.dumps(held), "utf-8")
    assert [(each.by, each.body["yes"]) for each in open_votes(folder, "Kim", MAY, kept)] == [
        ("Ana", True),
        ("Ben", False),
    ]
    assert standing(folder, "Kim").sealed == ("Ana", "Ben")
    hired = acts.decide(
        folder, decision(kind=Kind.HIRE, about="Kim", known=("a day of talks",)), (), (MAY, "2026-05-01"), {}
    )
    assert [vote["name"] for vote in hired.body["votes"]] == ["Ana", "Ben"]


def test_evidence_that_is_too_long_says_how_much_is_left_out(folder: Path) -> None:
    asking = q.Asking("order 7", "?", "Jeff", "Ana")
    kept = q.ask(folder, asking, [f"line {at}" for at in range(207)], MAY).evidence

    assert (len(kept), kept[-2:]) == (200, ("line 198", "and 8 more lines, not kept"))


def test_everything_one_person_owns_moves_in_one_act(folder: Path) -> None:
    decided(folder)
    number = q.ask(folder, q.Asking("order 7", "?", "Jeff", "Ines Vogt"), ["late"], MAY).number
    q.take(folder, number, [q.action("count the dock", "Ines Vogt", "2026-12-01", "Jeff")], MAY)
    before = len(read_record(folder))
    moved = hand_over(folder, ("Ines Vogt", "Tom Adler"), "Clara Weiss", MAY + 4 * DAY, {})

    assert moved.things == (
        f"bet {NAME}",
        "goal answers",
        f"metric {METRIC}",
        "metric leaving",
        f"Q{number}: order 7",
        f"action of Q{number}: count the dock",
    )
    assert "Ines Vogt" not in (folder / "metrics.toml").read_text("utf-8")
    room = room_as_of(folder, MAY + 4 * DAY)
    assert room.bets[0].verdict.owner == room.questions[0].owner == room.questions[0].actions[0].owner == "Tom Adler"
    assert [each.kind for each in read_record(folder)[before:]] == ["handed_over", "amended", "given", "actions_given"]
    assert faults(folder, MAY + 4 * DAY) == [
        "goals.toml, line 36, owner: expected something that they answer for, found 'Ines Vogt', who owns nothing"
    ]
    with pytest.raises(WorkspaceFaulty, match="something that Ines Vogt owns"):
        hand_over(folder, ("Ines Vogt", "Tom Adler"), "Clara Weiss", MAY, {})
    with pytest.raises(WorkspaceFaulty, match="a listed owner"):
        hand_over(folder, ("Tom Adler", "Nobody"), "Clara Weiss", MAY, {})


def test_things_owned_by_nobody_are_found(folder: Path) -> None:
    path = folder / "goals.toml"
    path.write_text(path.read_text("utf-8").replace('owner = "Tom Adler"', 'owner = "Tim Adler"', 1), "utf-8")

    assert faults(folder) == [
        "goals.toml, line 14, owner: expected an owner of goal finishing who is listed in goals.toml, found 'Tim Adler'"
    ]


def test_an_emergency_opens_a_correction_of_error(folder: Path) -> None:
    found = q.open_correction(folder, "emergency x.toml", "the dock was flooded", "Ana", MAY)

    assert (found.kind, found.owner, room_as_of(folder, MAY).questions) == ("correction", "Ana", (found,))
    with pytest.raises(WorkspaceFaulty, match="why it could not wait"):
        q.open_correction(folder, "emergency x.toml", "", "Ana", MAY)
    with pytest.raises(WorkspaceFaulty, match="Q9"):
        q.take(folder, 9, [q.answer("we do not know", "Ana")], MAY)


def test_steps_of_a_question_are_taken_all_or_none(folder: Path) -> None:
    number = q.ask(folder, q.Asking("order 7", "?", "Jeff", "Ana"), ["late"], MAY).number
    with pytest.raises(WorkspaceFaulty, match="a date like"):
        q.take(folder, number, [q.answer("We look into it.", "Ana"), q.action("count", "Ana", "soon", "Ana")], MAY)
    assert q.found(folder, number, MAY).answers == ()
    whys = [q.why(f"Because of reason {n}.", "Ana") for n in range(5)]
    done = [
        q.answer("We look into it.", "Ana"),
        *whys,
        q.action("count", "Ana", "2026-12-01", "Ana"),
        q.done(1, "2026-05-02", "Ana"),
        q.close("Nobody counts at night.", "", "Ana"),
    ]
    assert q.take(folder, number, done, MAY).state == "closed"
    assert room_as_of(folder, MAY).questions == ()


def test_quantiles_of_any_model_come_as_csv_or_json(tmp_path: Path) -> None:
    csv, js = tmp_path / "m.csv", tmp_path / "m.json"
    csv.write_text(
        "metric,world,level,value\n"
        + "".join(f"x,{w},{p},{v}\n" for w in ("with", "without") for p, v in ((0.1, 1), (0.5, 2), (0.9, 4))),
        "utf-8",
    )
    js.write_text(json.dumps({"x": {w: {"0.1": 1, "0.5": 2, "0.9": 4} for w in ("with", "without")}}), "utf-8")
    plain = [
        {key: value for key, value in read_quantiles(path, "prophet")[0].items() if key != "provenance"}
        for path in (csv, js)
    ]

    assert plain[0] == plain[1]
    csv.write_text("metric,world,level,value\nx,with,0.1,a\nx,beside,0.5,1\nx,with,0.5,1\n", "utf-8")
    with pytest.raises(WorkspaceFaulty) as found:
        read_quantiles(csv, "prophet")
    assert [(each.row, each.column) for each in found.value.faults] == [(2, "value"), (3, "world"), (0, "x, with")]
    (tmp_path / "f.csv").write_text("metric,start,end,value,error\nx,2026-01-01,2026-03-31,0.5,0.01\n", "utf-8")
    assert read_facts(tmp_path / "f.csv")[0].error == 0.01
    (tmp_path / "f.csv").write_text("metric,start,end,value\nx,2026-13-01,,ha\n", "utf-8")
    with pytest.raises(WorkspaceFaulty) as wrong:
        read_facts(tmp_path / "f.csv")
    assert [(each.row, each.column) for each in wrong.value.faults] == [(2, "value"), (2, "start")]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("bet: evening_answers", "bet: other", "line 2, bet: expected the name of the file"),
        ("team: [Jo Brandt, Nils Thoma]", "team: Jo", "line 5, team: expected a list, found 'Jo'"),
        ("door: two-way", "dor: two-way", "line 8, dor: expected one of"),
        ("size: 0.05", "size: much", "line 20, success[0].size: expected a number, found text"),
        (
            "by: 2026-10-04}\n\nass",
            "by: 2026-10-40}\n\nass",
            "line 20, success: expected a date like 2026-11-30, found '2026-10-40'",
        ),
        ("spend: 21000", "spend: [", "expected valid YAML"),
        ("---\nbet", "bet", "line 1: expected a head of YAML between two lines '---'"),
        ("share_of_time: 50}", "share: 50}", "line 4, owner: expected"),
    ],
)
def test_a_head_that_cannot_be_read_is_told_with_its_line(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / f"bets/{NAME}.md"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

    assert any(said in each for each in faults(folder)), faults(folder)
    with pytest.raises(WorkspaceFaulty):
        shelf_of(folder, {})


def test_a_new_page_is_a_draft_and_not_a_fault(folder: Path) -> None:
    acts.propose(folder, "second", "Yarn that fits", "Tom Adler", (MAY, "2026-05-01"))
    checked = check_mechanisms(folder, {}, MAY)

    assert checked.faults == []
    assert any("bets/second.md is a draft; still to be written" in note for note in checked.notes)
    with pytest.raises(WorkspaceFaulty, match="a name that is free"):
        acts.propose(folder, "second", "", "Tom", (MAY, "2026-05-01"))
    with pytest.raises(WorkspaceFaulty, match="small letters"):
        acts.propose(folder, "../x", "", "Tom", (MAY, "2026-05-01"))


def test_a_handover_seals_no_new_meaning_of_a_metric(folder: Path) -> None:
    """Else a metric defined anew after the lock would be found no more, without a reason."""
    locked(folder)
    path = folder / "metrics.toml"
    was = 'numerator = "days.answered_in_a_day"'
    path.write_text(path.read_text("utf-8").replace(was, 'numerator = "days.letters"'))
    assert any("was locked with, or an amendment" in each for each in faults(folder))
    hand_over(folder, ("Ines Vogt", "Tom Adler"), "Clara Weiss", MAY + 2 * DAY, {})

    assert any("was locked with, or an amendment" in each for each in faults(folder, MAY + 4 * DAY))


@pytest.mark.parametrize("name", ["", 'A "B"', "one: two", "a, b"])
def test_a_name_that_would_break_a_file_is_refused(folder: Path, name: str) -> None:
    path = folder / "goals.toml"
    path.write_text(path.read_text("utf-8").split("[[owner]]", maxsplit=1)[0])
    with pytest.raises(WorkspaceFaulty, match="a name"):
        hand_over(folder, ("Ines Vogt", name), "Clara Weiss", MAY, {})


def test_an_owner_written_in_another_way_is_told(folder: Path) -> None:
    path = folder / f"bets/{NAME}.md"
    path.write_text(path.read_text("utf-8").replace("owner: {name: Ines Vogt,", 'owner: {"name": "Ines Vogt",'))
    with pytest.raises(WorkspaceFaulty, match=r"owner: \{name: Ines Vogt"):
        hand_over(folder, ("Ines Vogt", "Tom Adler"), "Clara Weiss", MAY, {})

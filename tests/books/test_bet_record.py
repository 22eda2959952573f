"""A bet's whole life in a folder, from a press release to a verdict; and every way to cheat at it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from firstbest.mechanisms.records import Judgement, Measured, State
from firstbest.mechanisms.seals import entry
from firstbest.store import bets_acts as acts
from firstbest.store.bets_read import room_as_of
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.record import RECORD, append, read_record, record_faults
from tests.books.small_firm import (
    DAY,
    MAY,
    METRIC,
    NAME,
    NOVEMBER,
    decided,
    decision,
    faults,
    folder,
    judged,
    locked,
    stated,
)

__all__ = ["folder"]


# ------------------------------------------------------------------------------------------------------------- the way
@pytest.mark.parametrize(
    ("value", "judgement"), [(0.82, Judgement.CONFIRMED), (0.71, Judgement.REFUTED), (0.765, Judgement.INCONCLUSIVE)]
)
def test_from_press_release_to_verdict(folder: Path, value: float, judgement: Judgement) -> None:
    states = [room_as_of(folder, MAY).bets[0].verdict.state]
    decided(folder)
    states += [room_as_of(folder, MAY + days * DAY).bets[0].verdict.state for days in (0, 1, 2)]
    verdict = judged(folder, value)

    assert states == [State.DRAFT, State.FORECAST, State.LOCKED, State.GO]
    assert (verdict.state, verdict.judgement) == (State.JUDGED, judgement)
    assert room_as_of(folder, NOVEMBER - 1, None, lambda *_: None).bets[0].verdict.judgement == Judgement.NOT_DUE
    assert room_as_of(folder, NOVEMBER).calibrations[0].source == "stated by Ines"
    assert faults(folder) == []


def test_days_of_a_metrics_folder_judge_by_themselves_week_by_week(folder: Path) -> None:
    """The window begins on 6 July: in its first week nothing is due, then weeks decide; a rehearsal's days never do."""
    decided(folder)
    first, later = (room_as_of(folder, NOVEMBER - days * DAY).bets[0].verdict for days in (112, 60))
    path = folder / "metrics.toml"
    path.write_text(path.read_text("utf-8").replace('file = "metrics/days.csv"', 'rehearsal = "rehearsal"'), "utf-8")

    assert first.judgement == Judgement.NOT_DUE
    assert later.judgement == Judgement.CONFIRMED
    assert later.metrics[0].fact is not None
    assert (later.metrics[0].fact.source, later.metrics[0].fact.error) == ("metrics", 0.0)
    assert 3 <= len(later.metrics[0].fact.weekly) < 13
    assert room_as_of(folder, NOVEMBER).bets[0].verdict.judgement == Judgement.NOT_DUE


def test_a_no_is_scored_by_the_world_without(folder: Path) -> None:
    verdict = judged(decided(folder, yes=False, chosen="do not"), 0.71)
    (calibration,) = room_as_of(folder, NOVEMBER).calibrations

    assert (verdict.state, verdict.judgement) == (State.NO, Judgement.NOT_DUE)
    assert calibration.covered == 1.0


def test_a_broken_assumption_makes_it_invalid_and_a_kill_is_told(folder: Path) -> None:
    decided(folder)
    acts.measure(folder, NAME, "Ines", NOVEMBER, [Measured(metric="finished", value=0.8)])
    verdict = judged(folder, 0.5)

    assert verdict.judgement == Judgement.INVALID
    assert verdict.reason.endswith("finished was 0.8, assumed 0.55 to 0.7")
    assert verdict.kills == (f"{METRIC} is 0.5, to be stopped below 0.65",)


def test_days_before_the_lock_stop_no_bet(folder: Path) -> None:
    """Locked on 2 May, to be stopped by June: what thirteen weeks from March on were like is not its doing."""
    path = folder / f"bets/{NAME}.md"
    path.write_text(
        path.read_text("utf-8").replace("below: 0.65, by: 2026-10-04", "below: 0.65, by: 2026-06-07"), "utf-8"
    )
    decided(folder)
    kills = []
    for start in ("2026-03-09", "2026-05-03"):
        fact = Measured(metric=METRIC, value=0.5, start=start, end="2026-06-07")
        acts.measure(folder, NAME, "Ines", NOVEMBER, [fact])
        kills.append(len(room_as_of(folder, NOVEMBER).bets[0].verdict.kills))

    assert kills == [0, 1]


def test_forecasts_after_the_lock_are_kept_and_do_not_judge(folder: Path) -> None:
    decided(folder)
    acts.add_forecasts(folder, NAME, "Ines", NOVEMBER - DAY, [stated((0.70, 0.71, 0.72))], {})
    verdict = judged(folder, 0.82)

    assert len(verdict.forecasts) == 2
    assert verdict.judgement == Judgement.CONFIRMED


def test_a_verdict_is_read_by_the_past_that_was_known_at_the_lock(folder: Path) -> None:
    """Another bet whose forecasts by the same person missed by far, before this lock, widens the interval."""
    text = (
        (folder / f"bets/{NAME}.md")
        .read_text("utf-8")
        .replace(f"bet: {NAME}", "bet: first", 1)
        .replace("share_of_time: 50", "share_of_time: 20")
    )
    (folder / "bets/first.md").write_text(text, "utf-8")
    acts.add_forecasts(folder, "first", "Ines", MAY - 9 * DAY, [stated()], {})
    acts.lock(folder, "first", "Ines", MAY - 8 * DAY, {})
    acts.decide(folder, decision(about="first"), (), (MAY - 7 * DAY, "2026-04-24"), {})
    acts.measure(folder, "first", "Ines", MAY - DAY, [Measured(metric=METRIC, value=0.2)])
    verdict = judged(decided(folder), 0.82)
    calm = room_as_of(folder, NOVEMBER).bets[0].verdict

    assert verdict.judgement == calm.judgement
    assert 1 < calm.metrics[0].ratio < 1e9


# --------------------------------------------------------------------------------------------------------- and cheating
def test_a_silent_edit_after_the_lock_is_found_until_it_is_amended(folder: Path) -> None:
    decided(folder)
    path = folder / f"bets/{NAME}.md"
    path.write_text(path.read_text("utf-8").replace("size: 0.05", "size: 0.01"), "utf-8")
    (found,) = faults(folder)

    assert f"bets/{NAME}.md, line 21" in found
    assert "size: 0.05" in found.partition("found")[0]
    assert "size: 0.01" in found.partition("found")[2]
    with pytest.raises(WorkspaceFaulty, match="or firstbest bet amend"):
        acts.decide(folder, decision(), (), (MAY + 3 * DAY, "2026-05-04"), {})
    with pytest.raises(WorkspaceFaulty, match="why it changes"):
        acts.amend(folder, NAME, "Ines", MAY + 3 * DAY, "because", {})
    acts.amend(folder, NAME, "Ines", MAY + 3 * DAY, "five points were too bold", {})
    assert faults(folder) == []
    assert room_as_of(folder, NOVEMBER).bets[0].verdict.amendments == 1
    assert room_as_of(folder, NOVEMBER).bets[0].verdict.metrics[0].success.size == 0.01
    assert room_as_of(folder, MAY + 2 * DAY).bets[0].verdict.metrics[0].success.size == 0.05


def test_a_metric_defined_anew_after_the_lock_is_found(folder: Path) -> None:
    locked(folder)
    path = folder / "metrics.toml"
    path.write_text(
        path.read_text("utf-8").replace('denominator = "days.letters"', 'denominator = "days.visits"'), "utf-8"
    )

    (found,) = faults(folder)
    assert found.startswith(f"metrics.toml, {METRIC}: expected the definition of {METRIC} that {NAME} was locked with")
    assert found.endswith("found another denominator")


def test_another_owner_of_a_metric_is_no_other_definition(folder: Path) -> None:
    locked(folder)
    path = folder / "metrics.toml"
    path.write_text(path.read_text("utf-8").replace('owner = "Ines Vogt"', 'owner = "Tom Adler"'), "utf-8")

    assert faults(folder) == []


def test_a_locked_bet_that_is_deleted_is_found(folder: Path) -> None:
    locked(folder)
    (folder / f"bets/{NAME}.md").unlink()

    assert [each for each in faults(folder) if "found no file" in each]


@pytest.mark.parametrize("how", ["edit", "drop", "swap", "cut", "noise"])
def test_a_changed_record_is_found_and_nothing_is_built_on_it(folder: Path, how: str) -> None:
    decided(folder)
    path = folder / RECORD
    lines = path.read_bytes().splitlines(keepends=True)
    made = {
        "edit": [lines[0].replace(b"0.82", b"0.72"), *lines[1:]],
        "drop": [lines[0], *lines[2:]],
        "swap": [lines[1], lines[0], *lines[2:]],
        "cut": [*lines[:-1], lines[-1][:-20]],
        "noise": [*lines, b"{}\n"],
    }[how]
    path.write_bytes(b"".join(made))

    assert record_faults(folder)
    with pytest.raises(WorkspaceFaulty):
        append(folder, lambda _: [entry(0, "said", "x", "y", {})])
    assert path.read_bytes() == b"".join(made)


def test_writers_take_turns(folder: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: append(folder, lambda _: [entry(n, "said", "x", "y", {"n": n})]), range(60)))

    assert [each.number for each in read_record(folder)] == list(range(1, 61))
    assert record_faults(folder) == []


def test_what_is_not_ready_is_not_locked_and_nothing_is_written(folder: Path) -> None:
    path = folder / f"bets/{NAME}.md"
    path.write_text(
        path.read_text("utf-8").replace("salvage:", "salvag:").replace("### Does it cost more?", "It costs 3 more."),
        "utf-8",
    )
    with pytest.raises(WorkspaceFaulty, match="nearest: 'salvage'"):
        acts.lock(folder, NAME, "Ines", MAY, {})
    path.write_text(path.read_text("utf-8").replace("salvag:", "salvage:"), "utf-8")
    with pytest.raises(WorkspaceFaulty) as found:
        acts.lock(folder, NAME, "Ines", MAY, {})
    said = str(found.value)
    assert "'3' in 'It costs 3 more.'" in said
    assert f"a forecast of {METRIC} by any source" in said
    assert not (folder / RECORD).exists()


def test_only_a_locked_bet_is_decided_and_only_a_decided_one_costs(folder: Path) -> None:
    with pytest.raises(WorkspaceFaulty, match="expected a locked bet"):
        acts.decide(folder, decision(), (), (MAY, "2026-05-01"), {})
    with pytest.raises(WorkspaceFaulty, match="before money is spent"):
        acts.spend(locked(folder), NAME, "Ines", MAY, 10.0, "")
    with pytest.raises(WorkspaceFaulty, match="written reason for the no"):
        acts.decide(folder, decision(yes=False, chosen="do not", reason=""), (), (MAY, "2026-05-01"), {})
    with pytest.raises(WorkspaceFaulty, match="a bet that is not locked"):
        acts.lock(folder, NAME, "Ines", MAY, {})


def test_what_is_known_cannot_be_forecast(folder: Path) -> None:
    """Locked after its window, a bet is refused; locked within it, only the days behind the lock judge."""
    acts.add_forecasts(folder, NAME, "Ines Vogt", MAY, [stated()], {})
    with pytest.raises(WorkspaceFaulty, match="what is known cannot be forecast"):
        acts.lock(folder, NAME, "Ines Vogt", NOVEMBER, {})
    inside = MAY + 110 * DAY  # 19 August 2026
    acts.lock(folder, NAME, "Ines Vogt", inside, {})
    acts.decide(folder, decision(), (), (inside + DAY, "2026-08-20"), {})
    verdict = room_as_of(folder, NOVEMBER).bets[0].verdict

    fact = verdict.metrics[0].fact
    assert fact is not None
    assert (fact.start, len(fact.weekly)) == ("2026-08-20", 6)


def test_a_window_that_was_over_before_the_seal_judges_nothing(folder: Path) -> None:
    """As a record of an older version may hold it."""
    acts.add_forecasts(folder, NAME, "Ines Vogt", MAY, [stated()], {})
    locked = acts.lock(folder, NAME, "Ines Vogt", MAY + DAY, {})
    path = folder / RECORD
    path.unlink()
    append(folder, lambda _: [entry(NOVEMBER, "forecast", "Ines Vogt", NAME, stated())])
    append(folder, lambda _: [entry(NOVEMBER, "locked", "Ines Vogt", NAME, {**locked.body, "forecasts": [1]})])
    acts.decide(folder, decision(), (), (NOVEMBER + DAY, "2026-11-02"), {})
    room = room_as_of(folder, NOVEMBER + 9 * DAY)

    assert room.bets[0].verdict.judgement == Judgement.INCONCLUSIVE
    assert "over before it was sealed" in room.bets[0].verdict.reason
    assert room.calibrations == ()


def test_a_review_day_is_a_day(folder: Path) -> None:
    with pytest.raises(WorkspaceFaulty, match="a date like 2026-11-30"):
        acts.decide(locked(folder), decision(review_on="20270101"), (), (MAY + 2 * DAY, "2026-05-03"), {})

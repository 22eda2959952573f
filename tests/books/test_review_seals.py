"""A sealed deck never changes in silence, whatever arrives late and however it is dated."""

import os
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from firstbest.mechanisms.calendar import Calendar, day_of, week_end_of
from firstbest.mechanisms.deck import packed, unpacked
from firstbest.mechanisms.deck_make import make
from firstbest.mechanisms.restatement import restated
from firstbest.store import metrics, reviews
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.metrics_file import Definitions, Source
from firstbest.store.metrics_marks import Marked
from firstbest.store.metrics_rows import DAY_US, Rows
from tests.rooms.review_worlds import deck, metric, table

END = week_end_of(Calendar(), day_of(2026, 3, 12))
DAYS = 60
FIRST = END - DAYS + 1
SEALED_US = (END + 2) * DAY_US
LISTED = (metric("orders"), metric("rate", kind="ratio", unit="share"))
EXAMPLES = 100 if os.environ.get("HYPOTHESIS_PROFILE", "dev") == "dev" else 1_000
"""A thousand wherever it counts; a hundred while one works."""
OUTCOMES = {"silent": 0, "restated": 0, "backdated": 0}

ARRIVALS = st.lists(
    st.tuples(
        st.integers(0, DAYS - 1),  # which day it corrects
        st.integers(-20, 20),  # days between the seal and the instant that it claims
        st.sampled_from([0.0, 50.0, 100.0, 101.0]),
    ),
    max_size=8,
)


def loaded(arrivals: list[tuple[int, int, float]]) -> metrics.Loaded:
    """Sixty days as they came, and corrections behind them, as a source would hold them."""
    day = np.concatenate([np.arange(FIRST, END + 1), [FIRST + at for at, _, _ in arrivals]]).astype(np.int64)
    known = np.concatenate(
        [(np.arange(FIRST, END + 1) + 1) * DAY_US, [SEALED_US + gap * DAY_US for _, gap, _ in arrivals]]
    )
    value = np.concatenate([np.full(DAYS, 100.0), [number for _, _, number in arrivals]])
    order = np.lexsort((np.arange(len(day)), known, day))
    cells = {"n": value[order], "d": np.full(len(day), 200.0)}
    rows = Rows(day[order], known[order].astype(np.int64), np.zeros(len(day), np.int64), cells, {}, None)
    definitions = Definitions(metrics=LISTED, sources=(Source(name="s", file="s.csv"),))
    return metrics.Loaded(Path(), definitions, {"s": rows}, Marked(), {})


BEFORE = loaded([])
SEALED = make(metrics.given(BEFORE, None, SEALED_US))
SEAL = reviews.Seal(
    week=SEALED.week, as_of_us=SEALED_US, definitions=SEALED.definitions, data=SEALED.data, deck="", previous=""
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ARRIVALS)
def never_changes_in_silence(
    arrivals: list[tuple[int, int, float]],
) -> None:
    after = loaded(arrivals)
    again = make(metrics.given(after, SEALED.week, SEALED_US))
    said = reviews.rewritten([(SEAL, SEALED)], lambda instant: metrics.data_digest(after, instant))
    backdated = any(gap <= 0 for _, gap, _ in arrivals)
    later = restated(make(metrics.given(after, SEALED.week, SEALED_US + 30 * DAY_US)), [SEALED])

    assert bool(said) == backdated
    if not backdated:
        assert packed(again) == packed(SEALED)
    points = {(card.key, point.label): point.value for card in later.cards for point in (*card.weeks, *card.months)}
    told = {(card.key, point.label): point.value for card in SEALED.cards for point in (*card.weeks, *card.months)}
    changed = {key for key in told if told[key] != pytest.approx(points[key], nan_ok=True)}
    assert {(each.key, each.label.removeprefix("week ")) for each in later.restatements} == changed
    for each in later.restatements:
        key = (each.key, each.label.removeprefix("week "))
        assert (each.old, each.new) == (told[key], points[key])
    OUTCOMES["backdated"] += backdated
    OUTCOMES["restated"] += bool(changed)
    OUTCOMES["silent"] += not changed


def test_a_sealed_deck_is_made_again_byte_for_byte_or_says_that_it_cannot() -> None:
    never_changes_in_silence()

    assert min(OUTCOMES.values()) >= EXAMPLES // 25, OUTCOMES


def test_decks_are_read_as_they_were_written() -> None:
    assert unpacked(packed(SEALED)) == SEALED


def test_a_deck_is_sealed_once_and_its_chain_holds(tmp_path: Path) -> None:
    first = deck(table(np.full(60, 10.0), first=FIRST), LISTED[0], END - 7)
    second = deck(table(np.full(60, 10.0), first=FIRST), LISTED[0], END)
    assert reviews.seal(tmp_path, first) == reviews.seal(tmp_path, first)
    reviews.seal(tmp_path, second)

    assert [each.week for _, each in reviews.sealed(tmp_path)] == [first.week, second.week]
    with pytest.raises(reviews.AlreadySealed):
        reviews.seal(tmp_path, msgspec.structs.replace(first, title="another"))


@pytest.mark.parametrize("edited", ["2026", "seals"])
def test_an_edited_deck_or_seal_is_found(tmp_path: Path, edited: str) -> None:
    for end in (END - 7, END):
        reviews.seal(tmp_path, deck(table(np.full(60, 10.0), first=FIRST), LISTED[0], end))
    path = next(each for each in sorted((tmp_path / "reviews").iterdir()) if each.name.startswith(edited))
    path.write_bytes(path.read_bytes().replace(b"10", b"11", 1).replace(b'"as_of_us":0', b'"as_of_us":1', 1))

    with pytest.raises(WorkspaceFaulty):
        reviews.sealed(tmp_path)


def test_an_owners_word_is_kept_and_counted(tmp_path: Path) -> None:
    values = 100 + np.random.default_rng(3).standard_normal(7 * 130)
    values[-7:] += 30
    found = deck(table(values, first=END + 1 - len(values)), metric("m", owner="Ada"), END)
    found = msgspec.structs.replace(found, as_of_us=10)
    word = reviews.Overruling(week=found.week, metric="m", by="Ada", because="a sale", at_us=7)
    reviews.overrule(tmp_path, word)
    shown = reviews.with_overrulings(found, reviews.overrulings(tmp_path), [])

    assert (shown.signals[0].overruled_by, shown.signals[0].overruled_because) == ("Ada", "a sale")
    assert [(each.owner, each.signals, each.overruled) for each in shown.overruled] == [("Ada", 1, 1)]
    past = reviews.with_overrulings(msgspec.structs.replace(found, as_of_us=6), reviews.overrulings(tmp_path), [])
    assert (past.signals[0].overruled_by, past.overruled) == ("", ())
    assert reviews.last_word_us(tmp_path) == 7
    with pytest.raises(WorkspaceFaulty):
        reviews.overrule(tmp_path, msgspec.structs.replace(word, because=" "))

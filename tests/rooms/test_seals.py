"""The record's chain: what is changed, taken out, doubled or swapped is found; a sealed vote fits its text alone."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbest.mechanisms.seals import GENESIS, Entry, broken, canonical, commitment, digest_of, entry, head, sealed

TEXT = st.text(max_size=12)
BODIES = st.dictionaries(
    TEXT,
    st.one_of(TEXT, st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False, width=32)),
    max_size=3,
)


def chain(bodies: list[dict[str, Any]]) -> list[Entry]:
    """Entries one second apart."""
    found: list[Entry] = []
    for place, body in enumerate(bodies):
        found.append(sealed(found[-1] if found else None, entry(place * 10**6, "said", "Ana", "kettle", body)))
    return found


@given(st.lists(BODIES, min_size=1, max_size=6))
def test_a_whole_chain_holds_through_its_file(bodies: list[dict[str, Any]]) -> None:
    entries = chain(bodies)
    read = [msgspec.json.decode(canonical(msgspec.to_builtins(each)), type=Entry) for each in entries]

    assert broken(entries) == []
    assert broken(read) == []
    assert head(read) == head(entries) != GENESIS


@given(st.lists(BODIES, min_size=2, max_size=6), st.data())
def test_any_edit_is_found(bodies: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = chain(bodies)
    place = data.draw(st.integers(0, len(entries) - 1))
    field = data.draw(st.sampled_from(["number", "at_us", "kind", "by", "about", "body", "previous", "digest"]))
    changes = {"number": 77, "at_us": 3, "body": {"another": 1}}
    was = entries[place]
    entries[place] = msgspec.structs.replace(was, **{field: changes.get(field, "another")})

    assert broken(entries)


@given(st.lists(BODIES, min_size=3, max_size=6), st.data())
def test_what_is_taken_out_swapped_or_doubled_is_found(bodies: list[dict[str, Any]], data: st.DataObject) -> None:
    entries = chain(bodies)
    place = data.draw(st.integers(0, len(entries) - 2))
    how = data.draw(st.sampled_from(["out", "swap", "double"]))
    if how == "out":
        del entries[place]
    elif how == "swap":
        entries[place : place + 2] = entries[place + 1 : place - 1 if place else None : -1][:2]
    else:
        entries.insert(place, entries[place])

    assert broken(entries)


def test_an_entry_resealed_alone_breaks_the_next() -> None:
    entries = chain([{"a": 1}, {"a": 2}, {"a": 3}])
    forged = msgspec.structs.replace(entries[1], body={"a": 9})
    entries[1] = msgspec.structs.replace(forged, digest=digest_of(forged))

    assert [each.number for each in broken(entries)] == [3]


def test_a_chain_made_anew_holds_and_has_another_head() -> None:
    """What the record cannot promise: only a head that was kept elsewhere finds it."""
    assert broken(chain([{"a": 9}])) == []
    assert head(chain([{"a": 9}])) != head(chain([{"a": 1}]))


def test_a_short_vote_cannot_be_guessed_without_its_salt() -> None:
    assert commitment("0" * 32, "yes\n") != commitment("1" * 32, "yes\n")
    assert commitment("0" * 32, "yes\n") != commitment("0" * 32, "no\n")
    with pytest.raises(AssertionError, match="salt"):
        commitment("", "yes\n")

"""Kernels of the wave and of the arrival step against slow and obvious ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide import wave
from firstbest.operate.loop import first_echo
from firstbest.operate.ranks import last_rows, once_each, ranked
from firstbest.world.commands import COMMAND
from firstbest.world.words import Kind

WAITING = np.dtype([("key", "<i8"), ("tie", "<u8"), ("ship_by", "<i8"), ("units", "<i4"), ("node", "<i2")])
PACKING = np.array([[100, 120, 7, 900_000], [50, 51, 0, 1_000_000], [1, 1, 1, 500_000]], np.int64)
values = st.lists(st.integers(-3, 30), max_size=40)
shipments = st.lists(
    st.tuples(st.integers(0, 2**64 - 1), st.integers(-2, 3), st.integers(1, 4), st.integers(0, 2)), max_size=40
)


@given(values)
def test_ranks_are_places_among_the_sorted(given_values: list[int]) -> None:
    there = sorted({value for value in given_values if value >= 0})
    places = [there.index(value) if value >= 0 else -1 for value in given_values]
    array = np.array(given_values, np.int64)

    unique, place = ranked(array)
    assert unique.tolist() == there
    assert place.tolist() == places
    lasts = {value: n for n, value in enumerate(given_values)}
    assert last_rows(array).tolist() == [lasts[value] for value in sorted(lasts)]


@given(st.lists(st.integers(-3, 30) | st.integers(-(2**62), 2**62), max_size=40))
def test_values_once_each_stand_as_they_first_appeared(given_values: list[int]) -> None:
    there = list(dict.fromkeys(value for value in given_values if value >= 0))

    unique, place = once_each(np.array(given_values, np.int64))
    assert unique.tolist() == there
    assert place.tolist() == [there.index(value) if value >= 0 else -1 for value in given_values]


TOLD = st.sampled_from((Kind.RECEIVED, Kind.ARRIVED, Kind.ANNOUNCED, Kind.PACKED))


@given(st.lists(st.tuples(TOLD, st.integers(0, 12)), max_size=12))
def test_the_first_echo_is_of_a_cargo_that_another_family_speaks_of(told: list[tuple[Kind, int]]) -> None:
    commands = np.zeros(len(told), COMMAND)
    commands["kind"], commands["order"] = [kind for kind, _ in told], [cargo for _, cargo in told]

    arrived, announced = ({cargo for kind, cargo in told if kind == one} for one in (Kind.ARRIVED, Kind.ANNOUNCED))
    echoes = {Kind.RECEIVED: arrived | announced, Kind.ARRIVED: announced}
    expected = [n for n, (kind, cargo) in enumerate(told) if cargo in echoes.get(kind, set())]
    assert first_echo(commands) == (expected[0] if expected else -1)


def ms(units: int, node: int) -> int:
    single, first, further, productive = PACKING[node].tolist()
    each = single if units == 1 else first
    return (each + further * (units - 1)) * 1_000_000 // productive


@given(shipments, st.lists(st.integers(-50, 900), min_size=3, max_size=3))
def test_a_wave_takes_what_is_soonest_until_the_quota_is_full(
    given_rows: list[tuple[int, int, int, int]], quota: list[int]
) -> None:
    rows = np.zeros(len(given_rows), WAITING)
    for n, (tie, ship_by, units, node) in enumerate(given_rows):
        rows[n] = (n, tie, ship_by, units, node)
    rows = np.concatenate([np.sort(rows[rows["node"] == node], order=("ship_by", "tie")) for node in (2, 0)])
    ground: Any = SimpleNamespace(packing=PACKING, centres=np.array([2, 0]))

    expected = []
    for node in (2, 0):
        total = 0
        for n in np.flatnonzero(rows["node"] == node).tolist():
            if total < quota[node]:
                expected.append(n)
                total += ms(int(rows["units"][n]), node)
    most = wave.most_of(ground, np.array(quota))
    assert wave.choose(ground, rows, np.array(quota)).tolist() == expected
    assert all(most[node] >= sum(rows["node"][n] == node for n in expected) for node in (2, 0))
    assert wave.pack_ms(ground, rows).tolist() == [ms(units, node) for units, node in rows[["units", "node"]].tolist()]

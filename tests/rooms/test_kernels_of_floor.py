"""Kernels of timed steps, and of what comes back, against slow and obvious ones."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide import freight, overtime, staff, wave
from firstbest.operate.aftermath import note_returned
from firstbest.operate.freight import write_arrived
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import COMMAND, LINE, Batch
from firstbest.world.words import CargoStage, Kind, Process

NODES, DAYS = 3, 4
PPM = 1_000_000
ZONE = np.array([1, 0, 1], np.int8)
MIDNIGHT = np.array([[0, 1440, 2880, 4320], [60, 1500, 2940, 4380]], np.int64) * 60_000_000
BEGINS, MINUTES = (
    np.array([[0, 600], [30, 900], [5, 700]], np.int32),
    np.array([[480, 60], [90, 0], [300, 300]], np.int32),
)
SPEED = np.full((NODES, len(Process)), 700_001, np.int64)
small = st.integers(0, 9)
crews = st.lists(st.tuples(small, small, small, st.integers(-2, 2)), min_size=60, max_size=60)


def clocked() -> Any:
    """A ground with three buildings in two time zones."""
    labour = SimpleNamespace(shift_start_min=BEGINS, shift_minutes=MINUTES, temp_speed_ppm=SPEED)
    nodes = SimpleNamespace(kind=np.zeros(NODES), time_zone=ZONE)
    return SimpleNamespace(
        labour=labour, nodes=nodes, centres=np.array([2, 0]), calendar=SimpleNamespace(midnight_us=MIDNIGHT)
    )


@given(crews, st.integers(0, 3), st.integers(0, 5_760), st.integers(0, 900))
def test_hands_are_those_of_the_rosters_that_overlap(
    given_crews: list[tuple[int, int, int, int]], today: int, now_min: int, span_min: int
) -> None:
    ground, now, until = clocked(), now_min * 60_000_000 + 123, (now_min + span_min) * 60_000_000
    keys = wave.roster_keys(ground, today).tolist()
    days = [day for day in (today - 1, today, today + 1) if 0 <= day < DAYS]
    parts = [(node, day, shift) for node in (2, 0) for day in days for shift in (0, 1)]
    assert keys == [((node * len(Process) + 2) * DAYS + day) * 2 + shift for node, day, shift in parts]

    rows, expected = np.zeros(len(keys), t.ROSTER), [0] * NODES
    for n, (node, day, shift) in enumerate(parts):
        heads, temps, overtime_min, lent = given_crews[n]
        rows[n] = (keys[n], heads, temps, overtime_min, lent)
        start = int(MIDNIGHT[ZONE[node], day]) + int(BEGINS[node, shift]) * 60_000_000
        end = start + (int(MINUTES[node, shift]) + overtime_min) * 60_000_000
        overlap = max(min(end, until) - max(start, now), 0) // 1000
        expected[node] += overlap * (heads + lent) + overlap * temps * 700_001 // PPM
    assert wave.hands_ms(ground, rows, now, until).tolist() == expected


loads = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 60), st.integers(1, 60)), max_size=40)


@given(loads, st.lists(st.integers(0, 3), min_size=3, max_size=3))
def test_vehicles_are_filled_one_after_the_other(given_loads: list[tuple[int, int, int]], vehicles: list[int]) -> None:
    given_loads.sort(key=lambda load: load[0])
    room = freight.Room(np.array([50, 80, 60]), np.array([70, 60, 100]), np.array(vehicles))
    columns = np.array(given_loads, np.int64).reshape(-1, 3).T.copy()

    expected = []
    for lane in range(3):
        standing: list[tuple[int, int]] = [(0, 0)]
        for _, volume, weight in (load for load in given_loads if load[0] == lane):
            space, mass = standing[-1]
            too_much = space + volume > room.capacity_cm3[lane] or mass + weight > room.capacity_g[lane]
            if space and too_much:
                standing.append((0, 0))
                space, mass = 0, 0
            if len(standing) > vehicles[lane]:
                expected.append(-1)
                continue
            standing[-1] = (space + volume, mass + weight)
            expected.append(len(standing) - 1)
    assert freight.fill(freight.Loads(*columns), room).tolist() == expected


@given(st.lists(st.tuples(st.sampled_from([Kind.RETURNED, Kind.CONTACTED]), st.integers(0, 3)), max_size=12))
def test_returned_units_are_booked_line_by_line(given_commands: list[tuple[Kind, int]]) -> None:
    commands = np.zeros(len(given_commands), COMMAND)
    lines = np.zeros(sum(count for _, count in given_commands), LINE)
    lines["line"], lines["item"] = np.arange(len(lines)), np.arange(len(lines)) % 3
    lines["quantity"], lines["price"] = np.arange(len(lines)) + 1, np.arange(len(lines)) % 2 * 77
    # Lines stand in another order than their commands.
    first, expected = len(lines), []
    for n, (kind, count) in enumerate(given_commands):
        first -= count
        commands[n]["kind"], commands[n]["lines"], commands[n]["first_line"] = kind, count, first
        commands[n]["number"], commands[n]["at"], commands[n]["order"] = 100 + n, 7 * n, 9 + n
        for ordinal in range(count if kind == Kind.RETURNED else 0):
            line = first + ordinal
            paid = 77 if line % 2 else (10, 20, 30)[line % 3]
            expected.append((100 + n, ordinal, 7 * n, 9 + n, line + 1, paid, line % 3, line))
    ground: Any = SimpleNamespace(items=SimpleNamespace(price=np.array([10, 20, 30])))

    blocks = note_returned(Batch(commands, lines), ground)
    names = ["number", "ordinal", "at", "order", "quantity", "price", "item", "line"]
    assert [row for block in blocks for row in block.rows[names].tolist()] == expected


@given(st.lists(st.tuples(st.booleans(), st.integers(-1, 2), st.integers(0, 3), st.sampled_from(CargoStage))))
def test_a_leg_ends_once_and_the_next_one_follows(given_rows: list[tuple[bool, int, int, CargoStage]]) -> None:
    path_next, destination = [1, -1, -1], [1, 2, 3]
    commands, cargo = np.zeros(len(given_rows), COMMAND), np.zeros(len(given_rows), t.CARGO)
    expected = []
    for n, (known, lane, to_node, stage) in enumerate(given_rows):
        commands[n]["number"], commands[n]["order"] = n, 50 + n
        cargo[n]["key"], cargo[n]["lane"], cargo[n]["to_node"], cargo[n]["stage"] = 50 + n, lane, to_node, stage
        if not known or stage != (CargoStage.MOVING if lane >= 0 else CargoStage.WAITING):
            continue
        end = destination[lane] if lane >= 0 else to_node
        last = end == to_node or path_next[lane] < 0
        expected.append((n, 50 + n, end, -1 if last else path_next[lane], int(last)))
    rows = np.zeros(len(given_rows), f.ARRIVED.dtype)
    ways = (np.array(path_next, np.int32), np.array(destination, np.int32))
    count = write_arrived(ways, commands, cargo, np.array([known for known, *_ in given_rows], np.bool_), rows)
    assert rows[:count][["number", "cargo", "node", "lane", "last"]].tolist() == expected


shipments = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 4), st.integers(0, 5)), max_size=30)


@given(shipments)
def test_work_is_counted_by_node(given_rows: list[tuple[int, int, int]]) -> None:
    rate, further, productive = [3_000, 7_000, 900], [11, 0, 5], [900_000, PPM, 500_000]
    packing = np.array([[100, 120, 7, 900_000], [50, 51, 0, PPM], [1, 1, 1, 500_000]], np.int64) * 1_000
    labour = SimpleNamespace(
        rate_x1000=np.array([[0, r] for r in rate]),
        extra_unit_ms=np.array([[0, each] for each in further]),
        productive_ppm=np.array([[0, share] for share in productive]),
    )
    ground: Any = SimpleNamespace(labour=labour, packing=packing)
    rows, picking, packed = np.zeros(len(given_rows), t.SHIPMENT), [0] * 3, [0] * 3
    for n, (node, lines, more) in enumerate(given_rows):
        rows[n]["node"], rows[n]["lines"], rows[n]["units"] = node, lines, lines + more
        picking[node] += (3_600_000_000 // rate[node] * lines + further[node] * more) * PPM // productive[node]
    for node in range(3):
        packed[node] = int(wave.pack_ms(ground, rows[rows["node"] == node]).sum())
    expected = [[pick // 60_000, pack // 60_000] for pick, pack in zip(picking, packed, strict=True)]
    assert overtime.minutes_of(ground, rows).tolist() == expected


@given(st.integers(0, 60), st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12)), min_size=1, max_size=8))
def test_no_shift_is_lost_to_rounding(contract: int, given_days: list[tuple[int, int]]) -> None:
    weight, top = (np.array(column, np.int64) for column in zip(*given_days, strict=True))
    whole = max(int(weight.sum()), 1)
    heads = [min(contract * w // whole, h) for w, h in given_days]
    for _ in range(min(contract, int(top.sum())) - sum(heads)):
        open_days = [day for day, (_, most) in enumerate(given_days) if heads[day] < most]
        furthest = max(open_days, key=lambda day: (contract * given_days[day][0] - heads[day] * whole, -day))
        heads[furthest] += 1
    assert staff.shifts_by_day(contract, weight, top).tolist() == heads

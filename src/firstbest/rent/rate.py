"""The rating kernel: events into counts by tenant and slot.

For each event and each family the kernel finds the card version, for each of its charges over the meter the cell, the
rule and the step, and adds three whole numbers to that tenant's slot: events, quantity, quantity x steps. No money is
computed here and nothing is rounded; sums are kept in two halves of 32 bits, so they hold what 95 bits hold. Addition
does not know in which order it was done: batches may be cut and shuffled at will.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from firstbest.kernels.compiled import compiled
from firstbest.kernels.draws import joined, scramble
from firstbest.rent.program import Program
from firstbest.rent.usage import Usage

I64 = NDArray[np.int64]

# Columns of a tally.
EVENTS = 0
QUANTITY_LOW = 1
QUANTITY_HIGH = 2
STEPS_LOW = 3
STEPS_HIGH = 4
DIGEST = 5
FIRST = 6  # three columns: source, number, ordinal
LAST = 9
TALLY_COLUMNS = 12

# Kinds of flaw: an event that no rule fits, one that does not tell what the rule needs, one too large to multiply.
FLAW_HOLE = 0
FLAW_UNSTATED = 1
FLAW_LARGE = 2
FLAWS = 3

HALF = 0xFFFFFFFF
EXACT = 2**62
LISTS_FROM = 100
MODE_GREATER = 1
MODE_PERCENT = 3
SIZES = 6  # card.Dimension.SIZE
SEASONS = 7
TENANT = 5
ATTRIBUTES = 5
DIMENSIONS = 8
NUMBERS = 13  # card.Quality
BILLED = 10
GIRTH = 11
AT = 12


class Sums(NamedTuple):
    """What the kernel writes.

    `tally`: [tenants, slots, TALLY_COLUMNS]. `flaws`: [FLAWS, charges, 4] how many, and the first event's name.
    """

    tally: I64
    flaws: I64


class Scratch(NamedTuple):
    """Of the event at hand: its qualities [NUMBERS], the codes of its dimensions [DIMENSIONS], by charge the slot that
    it was counted in [charges], and what was counted there [charges, 2]: quantity, quantity x steps.
    """

    numbers: I64
    codes: I64
    slots: I64
    counted: I64


@compiled
def rate_events(program: Program, usage: Usage, begins: int, ends: int, sums: Sums) -> None:
    """Counts the events whose instant lies from `begins` to below `ends` into `sums`."""
    charges = len(program.slot_base)
    scratch = Scratch(
        np.zeros(NUMBERS, np.int64),
        np.zeros(DIMENSIONS, np.int64),
        np.full(charges, -1, np.int64),
        np.zeros((charges, 2), np.int64),
    )
    meters = (len(program.plan_first) - 1) // max(len(program.divisor), 1)
    for row in range(len(usage.at)):
        at = usage.at[row]
        if at < begins or at >= ends:
            continue
        segment = _last_at_most(program.starts, 0, len(program.starts), at)
        for family in range(program.assigned.shape[1]):
            version = program.assigned[segment, family, usage.tenant[row]]
            if version < 0:
                continue
            plan = version * meters + usage.meter[row]
            if program.plan_first[plan] < program.plan_first[plan + 1]:
                _describe(program, usage, row, version, scratch)
                _rate_one(program, usage, row, plan, scratch, sums)


@compiled
def _last_at_most(values: I64, begins: int, ends: int, x: int) -> int:
    """The last place from `begins` to below `ends` whose value is at most x, -1 from `begins` if there is none."""
    low, high = begins, ends
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= x:
            low = middle + 1
        else:
            high = middle
    return low - 1


@compiled
def _describe(program: Program, usage: Usage, row: int, version: int, scratch: Scratch) -> None:
    """The event's qualities and codes as this card version sees them."""
    numbers, codes = scratch.numbers, scratch.codes
    for column in range(BILLED):
        numbers[column] = usage.measures[row, column]
    numbers[AT] = usage.at[row]
    longest, median, shortest = numbers[3], numbers[4], numbers[5]
    numbers[GIRTH] = longest + 2 * (median + shortest) if min(longest, median, shortest) >= 0 else -1
    numbers[BILLED] = numbers[1]
    top, bottom = program.divisor[version, 0], program.divisor[version, 1]
    if top > 0 and numbers[1] >= 0:
        # A weight by volume is a whole number of grams, halves up, like the weights in the data.
        by_volume = (2 * numbers[2] * top + bottom) // (2 * bottom) if numbers[2] >= 0 else -1
        numbers[BILLED] = max(numbers[1], by_volume) if by_volume >= 0 else -1
    for column in range(ATTRIBUTES):
        codes[column] = usage.codes[row, column]
    codes[TENANT] = usage.tenant[row]
    codes[SIZES] = _size(program, version, numbers)
    begins, ends = program.season_first[version], program.season_first[version + 1]
    season = _last_at_most(program.season_starts, begins, ends, usage.at[row])
    codes[SEASONS] = program.season_codes[season] if season >= begins else -1


@compiled
def _size(program: Program, version: int, numbers: I64) -> int:
    """The first size tier whose bounds all hold, -1 if there is none or a bounded number is not stated."""
    begins = program.size_first[version]
    for size in range(begins, program.size_first[version + 1]):
        fits = True
        for column in range(NUMBERS):
            most = program.size_most[size, column]
            if most < EXACT and (numbers[column] > most or numbers[column] < 0):
                fits = False
        if fits:
            return int(size - begins)
    return -1


@compiled
def _rate_one(program: Program, usage: Usage, row: int, plan: int, scratch: Scratch, sums: Sums) -> None:
    """Counts one event in every charge of one card version over its meter."""
    begins, ends = program.plan_first[plan], program.plan_first[plan + 1]
    for place in range(begins, ends):
        scratch.slots[program.plan[place]] = -1
    for place in range(begins, ends):
        charge = program.plan[place]
        rule = program.cells[_cell(program, charge, scratch)]
        if rule == -1:
            _note(sums.flaws, FLAW_HOLE, charge, usage, row)
        elif rule >= 0 and program.mode[rule] == MODE_PERCENT:
            _count_percent(program, usage, row, rule, scratch, sums)
        elif rule >= 0:
            flaw = _choose(program, charge, rule, scratch)
            if flaw >= 0:
                _note(sums.flaws, flaw, charge, usage, row)
            else:
                quantity, steps = scratch.counted[charge, 0], scratch.counted[charge, 1]
                _add(sums.tally[usage.tenant[row], scratch.slots[charge]], quantity, steps, usage, row)


@compiled
def _cell(program: Program, charge: int, scratch: Scratch) -> int:
    """The place of an event's cell in the charge's table."""
    cell = program.cell_first[charge]
    for axis in range(program.axis_first[charge], program.axis_first[charge + 1]):
        kind, at = program.axis_kind[axis], program.axis_at[axis]
        if kind >= LISTS_FROM:
            place = program.classes[at + 1 + scratch.codes[kind - LISTS_FROM]]
        else:
            place = _last_at_most(program.cuts, at, at + program.axis_size[axis] - 1, scratch.numbers[kind]) - at + 1
        cell += place * program.axis_stride[axis]
    return int(cell)


@compiled
def _choose(program: Program, charge: int, rule: int, scratch: Scratch) -> int:
    """Finds the slot of an event under a rule and what is counted there; answers a kind of flaw, or -1."""
    best, best_steps, best_quality = -1, 0, -1
    best_whole, best_rest = 0, 0
    for table in range(program.table_first[rule], program.table_first[rule + 1]):
        quality = program.table_quality[table]
        x = scratch.numbers[quality] if quality >= 0 else 0
        slot = _slot(program, table, x)
        if slot < 0:
            return FLAW_UNSTATED if x < 0 else FLAW_HOLE
        if x > EXACT // program.scale[slot]:
            return FLAW_LARGE
        steps = max((x * program.scale[slot] - program.over[slot] + program.step[slot] - 1) // program.step[slot], 0)
        if steps > program.steps_most[slot]:
            return FLAW_LARGE
        rest = program.base[slot, 1] + program.each[slot, 1] * steps
        whole = program.base[slot, 0] + program.each[slot, 0] * steps + rest // program.parts[rule]
        rest %= program.parts[rule]
        greater = whole > best_whole or (whole == best_whole and rest > best_rest)
        same = whole == best_whole and rest == best_rest
        if best < 0 or (not same and greater == (program.mode[rule] == MODE_GREATER)):
            best, best_steps, best_quality, best_whole, best_rest = slot, steps, quality, whole, rest
    quantity = scratch.numbers[0] if best_quality != 0 else 1
    if best_steps > 0 and quantity > EXACT // best_steps:
        return FLAW_LARGE
    scratch.slots[charge] = best
    scratch.counted[charge, 0] = quantity
    scratch.counted[charge, 1] = quantity * best_steps
    return -1


@compiled
def _slot(program: Program, table: int, x: int) -> int:
    """The step of a table that holds at x, -1 if x is not stated or beyond the last."""
    if x < 0:
        return -1
    low, high = program.slot_first[table], program.slot_first[table + 1]
    ends = high
    while low < high:
        middle = (low + high) // 2
        if x <= program.upto[middle]:
            high = middle
        else:
            low = middle + 1
    return int(low) if low < ends else -1


@compiled
def _count_percent(program: Program, usage: Usage, row: int, rule: int, scratch: Scratch, sums: Sums) -> None:
    """Counts an event in the slots that mirror those of the charges a percentage is taken of."""
    for pair in range(program.pair_first[rule], program.pair_first[rule + 1]):
        charge = program.pair_charge[pair]
        if scratch.slots[charge] >= 0:
            slot = program.pair_slot[pair] + scratch.slots[charge] - program.slot_base[charge]
            quantity, steps = scratch.counted[charge, 0], scratch.counted[charge, 1]
            _add(sums.tally[usage.tenant[row], slot], quantity, steps, usage, row)


@compiled
def _add(entry: I64, quantity: int, steps: int, usage: Usage, row: int) -> None:
    """Adds one event to a tenant's slot."""
    source, number, ordinal = int(usage.source[row]), usage.number[row], usage.ordinal[row]
    if entry[EVENTS] == 0 or _before(source, number, ordinal, entry[FIRST : FIRST + 3]):
        entry[FIRST], entry[FIRST + 1], entry[FIRST + 2] = source, number, ordinal
    if entry[EVENTS] == 0 or not _before(source, number, ordinal, entry[LAST : LAST + 3]):
        entry[LAST], entry[LAST + 1], entry[LAST + 2] = source, number, ordinal
    entry[EVENTS] += 1
    entry[QUANTITY_LOW] += quantity & HALF
    entry[QUANTITY_HIGH] += quantity >> 32
    entry[STEPS_LOW] += steps & HALF
    entry[STEPS_HIGH] += steps >> 32
    name = joined(joined(np.uint64(source), np.uint64(number)), np.uint64(ordinal))
    entry[DIGEST] = np.int64(np.uint64(entry[DIGEST]) + scramble(name))


@compiled
def _before(source: int, number: int, ordinal: int, name: I64) -> bool:
    """Whether an event's name comes before another."""
    if source != name[0]:
        return bool(source < name[0])
    if number != name[1]:
        return bool(number < name[1])
    return bool(ordinal < name[2])


@compiled
def _note(flaws: I64, kind: int, charge: int, usage: Usage, row: int) -> None:
    """Keeps how often a charge could not price an event, and the least name of such an event."""
    entry = flaws[kind, charge]
    source, number, ordinal = int(usage.source[row]), usage.number[row], usage.ordinal[row]
    if entry[0] == 0 or _before(source, number, ordinal, entry[1:4]):
        entry[1], entry[2], entry[3] = source, number, ordinal
    entry[0] += 1

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

from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.kernels.draws import joined, scramble
from firstbest.rent.program import Prices, Program, Spaces, Views
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

# The event at hand: 13 numbers (card.Quality), 8 codes (card.Dimension), its name, the hash of its name.
NUMBERS = 13
BILLED = 10
GIRTH = 11
AT = 12
CODES = 13
ATTRIBUTES = 5
TENANT = 18
SIZE = 19
SEASON = 20
SOURCE = 21
NUMBER = 22
ORDINAL = 23
HASH = 24
EVENT_COLUMNS = 25

# Columns of the program's tables.
DIVISOR_TOP = 0
DIVISOR_BOTTOM = 1
SIZE_FIRST = 2
SEASON_FIRST = 3
AXIS_FIRST = 0
CELL_FIRST = 1
SLOT_BASE = 2
AXIS_KIND = 0
AXIS_AT = 1
AXIS_SIZE = 2
AXIS_STRIDE = 3
MODE = 0
PARTS = 1
TABLE_FIRST = 2
PAIR_FIRST = 3
TABLE_QUALITY = 0
SLOT_FIRST = 1
UPTO = 0
SCALE = 1
OVER = 2
STEP = 3
STEPS_MOST = 4
BASE = 5
BASE_REST = 6
EACH = 7
EACH_REST = 8
PAIR_CHARGE = 0
PAIR_SLOT = 1

# What an event was counted as in a charge.
CHOSEN_SLOT = 0
CHOSEN_QUANTITY = 1
CHOSEN_STEPS = 2


class Sums(NamedTuple):
    """What the kernel writes.

    `tally`: [tenants, slots, TALLY_COLUMNS]. `flaws`: [FLAWS, charges, 4] how many, and the first event's name.
    """

    tally: I64
    flaws: I64


@compiled
@makes_arrays
def rate_events(program: Program, usage: Usage, begins: int, ends: int, sums: Sums) -> None:
    """Counts the events whose instant lies from `begins` to below `ends` into `sums`.

    Each function below gets few arrays: a call counts a reference to each that it is given.
    """
    views = program.views
    event = np.zeros(EVENT_COLUMNS, np.int64)
    chosen = np.zeros((len(program.spaces.charges), 3), np.int64)
    meters = (len(program.plan_first) - 1) // max(len(views.versions) - 1, 1)
    for row in range(len(usage.at)):
        at = usage.at[row]
        if at < begins or at >= ends:
            continue
        segment = _last_at_most(program.starts, 0, len(program.starts), at)
        tenant, named = usage.tenant[row], False
        for family in range(program.assigned.shape[1]):
            version = program.assigned[segment, family, tenant]
            plan = version * meters + usage.meter[row]
            if version < 0 or program.plan_first[plan] == program.plan_first[plan + 1]:
                continue
            if not named:
                _read(usage, row, event)
                named = True
            _describe(views, version, event)
            for place in range(program.plan_first[plan], program.plan_first[plan + 1]):
                chosen[program.plan[place], CHOSEN_SLOT] = -1
            for place in range(program.plan_first[plan], program.plan_first[plan + 1]):
                _rate_one(program.spaces, program.prices, program.plan[place], event, chosen, sums)


@compiled
def _read(usage: Usage, row: int, event: I64) -> None:
    """What a row says, its name and the hash of its name."""
    for column in range(BILLED):
        event[column] = usage.measures[row, column]
    for column in range(ATTRIBUTES):
        event[CODES + column] = usage.codes[row, column]
    event[AT], event[TENANT] = usage.at[row], usage.tenant[row]
    event[SOURCE], event[NUMBER], event[ORDINAL] = usage.source[row], usage.number[row], usage.ordinal[row]
    name = joined(joined(np.uint64(event[SOURCE]), np.uint64(event[NUMBER])), np.uint64(event[ORDINAL]))
    event[HASH] = np.int64(scramble(name))


@compiled
def _last_at_most(values: I64, begins: int, ends: int, x: int) -> int:
    """The last place from `begins` to below `ends` whose value is at most x, one before `begins` if there is none."""
    low, high = begins, ends
    while low < high:
        middle = (low + high) // 2
        if values[middle] <= x:
            low = middle + 1
        else:
            high = middle
    return low - 1


@compiled
def _describe(views: Views, version: int, event: I64) -> None:
    """The event's further numbers, its size and its season as this card version sees them."""
    versions, sizes, seasons = views.versions, views.sizes, views.seasons
    longest, median, shortest = event[3], event[4], event[5]
    event[GIRTH] = longest + 2 * (median + shortest) if min(longest, median, shortest) >= 0 else -1
    event[BILLED] = event[1]
    top, bottom = versions[version, DIVISOR_TOP], versions[version, DIVISOR_BOTTOM]
    if top > 0 and event[1] >= 0:
        # A weight by volume is a whole number of grams, halves up, like the weights in the data.
        by_volume = (2 * event[2] * top + bottom) // (2 * bottom) if event[2] >= 0 else -1
        event[BILLED] = max(event[1], by_volume) if by_volume >= 0 else -1
    event[SIZE] = -1
    for size in range(versions[version, SIZE_FIRST], versions[version + 1, SIZE_FIRST]):
        fit = _fit(sizes, size, event)
        if fit > 0:
            event[SIZE] = size - versions[version, SIZE_FIRST]
        if fit != 0:
            break
    event[SEASON] = -1
    for season in range(versions[version, SEASON_FIRST], versions[version + 1, SEASON_FIRST]):
        if seasons[season, 0] > event[AT]:
            break
        event[SEASON] = seasons[season, 1]


@compiled
def _fit(sizes: I64, size: int, event: I64) -> int:
    """1 if an event fits a size tier, 0 if not, -1 if something that the tier bounds is not stated."""
    fit = 1
    for column in range(NUMBERS):
        if sizes[size, column] < EXACT and event[column] < 0:
            return -1
        if event[column] > sizes[size, column]:
            fit = 0
    return fit


@compiled
def _rate_one(spaces: Spaces, prices: Prices, charge: int, event: I64, chosen: I64, sums: Sums) -> None:
    """Counts one event in one charge."""
    rule = _rule(spaces, charge, event)
    if rule == -1:
        _note(sums.flaws, FLAW_HOLE, charge, event)
    elif rule >= 0 and prices.rules[rule, MODE] == MODE_PERCENT:
        for pair in range(prices.rules[rule, PAIR_FIRST], prices.rules[rule + 1, PAIR_FIRST]):
            of = prices.pairs[pair, PAIR_CHARGE]
            if chosen[of, CHOSEN_SLOT] >= 0:
                slot = prices.pairs[pair, PAIR_SLOT] + chosen[of, CHOSEN_SLOT] - spaces.charges[of, SLOT_BASE]
                _add(sums.tally, slot, of, chosen, event)
    elif rule >= 0:
        flaw = _choose(prices, charge, rule, event, chosen)
        if flaw >= 0:
            _note(sums.flaws, flaw, charge, event)
        else:
            _add(sums.tally, chosen[charge, CHOSEN_SLOT], charge, chosen, event)


@compiled
def _rule(spaces: Spaces, charge: int, event: I64) -> int:
    """The rule that holds for an event in a charge."""
    axes, cuts = spaces.axes, spaces.cuts
    cell = spaces.charges[charge, CELL_FIRST]
    for axis in range(spaces.charges[charge, AXIS_FIRST], spaces.charges[charge + 1, AXIS_FIRST]):
        kind, at = axes[axis, AXIS_KIND], axes[axis, AXIS_AT]
        if kind >= LISTS_FROM:
            place = np.int64(spaces.classes[at + 1 + event[CODES + kind - LISTS_FROM]])
        else:
            place = np.int64(_last_at_most(cuts, at, at + axes[axis, AXIS_SIZE] - 1, event[kind]) - at + 1)
        cell += place * axes[axis, AXIS_STRIDE]
    return int(spaces.cells[cell])


@compiled
def _choose(prices: Prices, charge: int, rule: int, event: I64, chosen: I64) -> int:
    """Finds the slot of an event under a rule and what is counted there; answers a kind of flaw, or -1."""
    rules, tables, slots = prices.rules, prices.tables, prices.slots
    best, best_steps, best_quality = -1, 0, -1
    best_whole, best_rest = 0, 0
    parts = rules[rule, PARTS]
    for table in range(rules[rule, TABLE_FIRST], rules[rule + 1, TABLE_FIRST]):
        quality = tables[table, TABLE_QUALITY]
        x = event[quality] if quality >= 0 else 0
        slot = _slot(slots, tables[table, SLOT_FIRST], tables[table + 1, SLOT_FIRST], x)
        if slot < 0:
            return FLAW_UNSTATED if x < 0 else FLAW_HOLE
        if x > EXACT // slots[slot, SCALE]:
            return FLAW_LARGE
        steps = 0
        if quality >= 0:
            above = x * slots[slot, SCALE] - slots[slot, OVER]
            steps = max((above + slots[slot, STEP] - 1) // slots[slot, STEP], 0)
        if steps > slots[slot, STEPS_MOST]:
            return FLAW_LARGE
        rest = slots[slot, BASE_REST] + slots[slot, EACH_REST] * steps
        whole = slots[slot, BASE] + slots[slot, EACH] * steps + rest // parts
        rest %= parts
        greater = whole > best_whole or (whole == best_whole and rest > best_rest)
        same = whole == best_whole and rest == best_rest
        if best < 0 or (not same and greater == (rules[rule, MODE] == MODE_GREATER)):
            best, best_steps, best_quality, best_whole, best_rest = slot, steps, quality, whole, rest
    quantity = event[0] if best_quality != 0 else 1
    if best_steps > 0 and quantity > EXACT // best_steps:
        return FLAW_LARGE
    chosen[charge, CHOSEN_SLOT] = best
    chosen[charge, CHOSEN_QUANTITY] = quantity
    chosen[charge, CHOSEN_STEPS] = quantity * best_steps
    return -1


@compiled
def _slot(slots: I64, begins: int, ends: int, x: int) -> int:
    """The step of a table that holds at x, -1 if x is not stated or beyond the last."""
    if x < 0:
        return -1
    low, high = begins, ends
    while low < high:
        middle = (low + high) // 2
        if x <= slots[middle, UPTO]:
            high = middle
        else:
            low = middle + 1
    return int(low) if low < ends else -1


@compiled
def _add(tally: I64, slot: int, charge: int, chosen: I64, event: I64) -> None:
    """Adds one event to its tenant's slot, as it was counted in a charge."""
    tenant = event[TENANT]
    fresh = tally[tenant, slot, EVENTS] == 0
    if fresh or _before(event, tally, tenant, slot, FIRST):
        for part in range(3):
            tally[tenant, slot, FIRST + part] = event[SOURCE + part]
    if fresh or not _before(event, tally, tenant, slot, LAST):
        for part in range(3):
            tally[tenant, slot, LAST + part] = event[SOURCE + part]
    quantity, steps = chosen[charge, CHOSEN_QUANTITY], chosen[charge, CHOSEN_STEPS]
    tally[tenant, slot, EVENTS] += 1
    tally[tenant, slot, QUANTITY_LOW] += quantity & HALF
    tally[tenant, slot, QUANTITY_HIGH] += quantity >> 32
    tally[tenant, slot, STEPS_LOW] += steps & HALF
    tally[tenant, slot, STEPS_HIGH] += steps >> 32
    tally[tenant, slot, DIGEST] += event[HASH]


@compiled
def _before(event: I64, tally: I64, tenant: int, slot: int, column: int) -> bool:
    """Whether an event's name comes before the one that stands in a tally from a column on."""
    for part in range(3):
        if event[SOURCE + part] != tally[tenant, slot, column + part]:
            return bool(event[SOURCE + part] < tally[tenant, slot, column + part])
    return False


@compiled
def _note(flaws: I64, kind: int, charge: int, event: I64) -> None:
    """Keeps how often a charge could not price an event, and the least name of such an event."""
    before = flaws[kind, charge, 0] == 0
    for part in range(3):
        own, known = event[SOURCE + part], flaws[kind, charge, 1 + part]
        if before or own != known:
            before = before or own < known
            break
    if before:
        for part in range(3):
            flaws[kind, charge, 1 + part] = event[SOURCE + part]
    flaws[kind, charge, 0] += 1

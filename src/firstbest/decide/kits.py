"""Kits: how an order for one becomes lines for its parts.

The first part takes the place of the kit's line, the others stand behind the order's lines, so that every other line
keeps its number. A unit of a part counts for its share of the kit's price, down to the millionth; what is left over
goes to a part that is in the kit once, or, where there is none, in whole millionths to the units of the first.
"""

from __future__ import annotations

import numpy as np

from firstbest.kernels.compiled import compiled, makes_arrays
from firstbest.world.commands import Rows
from firstbest.world.network import I64, Kits
from firstbest.world.units import MAX_KIT, MAX_LINE, PPM

PLACE = 1


@compiled
def further_lines(commands: Rows, lines: Rows, kits: Kits, c: int) -> int:
    """How many lines an order gets beside its own; -1: it is none, or they would be more than an order may have."""
    if commands[c].kind != PLACE:
        return -1
    more = 0
    for n in range(commands[c].first_line, commands[c].first_line + commands[c].lines):
        kit = kits.of_item[lines[n].item]
        if kit >= 0:
            more += kits.first[kit + 1] - kits.first[kit] - 1
    return int(more) if commands[c].lines + more <= MAX_LINE else -1


@compiled
def share_price(kits: Kits, kit: int, price: int, shares: I64) -> None:
    """Write what a unit of each part of a kit counts for."""
    first, stop = kits.first[kit], kits.first[kit + 1]
    left, once = price, -1
    for part in range(first, stop):
        shares[part - first] = price * kits.unit_ppm[part] // PPM
        left -= shares[part - first] * kits.units[part]
        if once < 0 and kits.units[part] == 1:
            once = part - first
    if once >= 0:
        shares[once] += left
    else:
        shares[0] += left // kits.units[first]


@compiled
def asked(commands: Rows, lines: Rows, kits: Kits) -> bool:
    """Whether an order of a batch asks for a kit."""
    for c in range(len(commands)):
        if commands[c].kind != PLACE:
            continue
        for n in range(commands[c].first_line, commands[c].first_line + commands[c].lines):
            if kits.of_item[lines[n].item] >= 0:
                return True
    return False


@compiled
@makes_arrays
def apart(commands: Rows, lines: Rows, kits: Kits) -> tuple[Rows, Rows, I64, I64]:
    """Orders with their kits taken apart: (commands, lines, kit of each line, of each old line where its rest begins).

    The kit of a line is as in tables.LINE_STATE; a rest begins at -1 where a line is no kit or was left as it is.
    """
    total, most = 0, 1
    for c in range(len(commands)):
        total += commands[c].lines + max(further_lines(commands, lines, kits, c), 0)
    for kit in range(len(kits.kit_item)):
        most = max(most, kits.first[kit + 1] - kits.first[kit])
    rows, made = commands.copy(), np.empty(total, lines.dtype)
    line_kit, rest = np.zeros(total, np.int64), np.full(len(lines), -1, np.int64)
    shares = np.zeros(most, np.int64)
    used = 0
    for c in range(len(commands)):
        first, count = commands[c].first_line, commands[c].lines
        further = further_lines(commands, lines, kits, c)
        rows[c].first_line, rows[c].lines = used, count + max(further, 0)
        behind, group = used + count, 0
        for n in range(count):
            made[used + n] = lines[first + n]
            kit = kits.of_item[lines[first + n].item] if further >= 0 else -1
            if kit < 0:
                continue
            group += 1
            rest[first + n] = behind - used
            share_price(kits, kit, lines[first + n].price, shares)
            for part in range(kits.first[kit], kits.first[kit + 1]):
                place = used + n if part == kits.first[kit] else behind
                made[place] = lines[first + n]
                made[place].line = place - used
                made[place].item = kits.item[part]
                made[place].quantity = lines[first + n].quantity * kits.units[part]
                made[place].price = shares[part - kits.first[kit]]
                line_kit[place] = group * MAX_KIT + kit
                behind += part != kits.first[kit]
        used += count + max(further, 0)
    return rows, made, line_kit, rest

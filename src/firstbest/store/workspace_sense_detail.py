"""What must hold of members and kits: nobody draws more orders twice, no kit is made of kits or of others' goods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from firstbest.store.faults import Fault, shown
from firstbest.store.schema_answers import ON
from firstbest.store.workspace_typed import Workspace
from firstbest.world.units import MAX_KIT

PARTS_MOST: Final = 20
"""Items of a kit: an order of 200 lines, all of them kits, still fits into the 4,096 lines that an order may have."""


def member_faults(workspace: Workspace) -> Iterator[Fault]:
    """Members who order more while customers answer what they see: two reasons for the same orders."""
    nature, on = workspace.section("nature", "members"), workspace.section("policies", "members")["on"]
    if on and nature["more_percent"] > 0 and workspace.section("demand", "respond")["on"] == ON:
        expected = "0 where [respond] of demand.toml is on: one of the two draws further orders"
        yield Fault("nature.toml", nature.line, "members.more_percent", expected, f"{nature['more_percent']:g}")


def kit_faults(workspace: Workspace) -> Iterator[Fault]:
    """Kits of kits, of another seller's items, of one unit or of too many items; kits that are offers."""
    frame, items = workspace.frame("kits"), workspace.frame("items")
    if not len(frame):
        return
    seller = dict(zip(items.texts("item"), items.texts("seller"), strict=True))
    kits, parts = frame.texts("kit"), frame.texts("item")
    made, offered = Counter(kits), set(workspace.frame("offers").texts("item"))
    units: Counter[str] = Counter()
    for kit, count in zip(kits, frame.numbers("units").tolist(), strict=True):
        units[kit] += int(count) if count == count else 0  # noqa: PLR0124 - nan is not itself
    told: dict[str, int] = {}
    for row, kit, whole in zip(frame.rows.tolist(), kits, frame.whole("whole").tolist(), strict=True):
        if told.setdefault(kit, whole) != whole:
            yield Fault(frame.file, row, "whole", f"the same in all rows of {kit}", "yes" if whole else "no")
    last = {kit: row for kit, row in zip(kits, frame.rows.tolist(), strict=True)}  # noqa: C416
    for row, kit, part in zip(frame.rows.tolist(), kits, parts, strict=True):
        if part in made:
            yield Fault(frame.file, row, "item", "an item that is no kit", shown(part))
        elif seller.get(part) != seller.get(kit):
            expected = f"an item of {seller.get(kit)}, who sells {kit}"
            yield Fault(frame.file, row, "item", expected, f"{shown(part)} of {seller.get(part)}")
    for kit, row in last.items():
        if units[kit] == 1:
            yield Fault(frame.file, row, "units", f"two units or more in {kit}", "one")
        if made[kit] > PARTS_MOST:
            yield Fault(frame.file, row, "kit", f"{PARTS_MOST} items or fewer in {kit}", str(made[kit]))
        if kit in offered:
            yield Fault(frame.file, row, "kit", "an item that is no offer in offers.csv", shown(kit))
    if len(made) >= MAX_KIT:
        yield Fault(frame.file, 0, "", f"fewer than {MAX_KIT} kits", str(len(made)))

"""What must hold of how customers answer: units, levels of what there is, no level missing."""

from __future__ import annotations

from collections.abc import Iterator

from firstbest.store.faults import Fault, shown
from firstbest.store.schema_answers import ELSEWHERE, ON, UNITS
from firstbest.store.workspace_typed import Workspace


def regions_of(workspace: Workspace) -> tuple[str, ...]:
    """Regions of places, in the order of their codes."""
    return tuple(name or ELSEWHERE for name in dict.fromkeys(workspace.frame("places").texts("region")))


def answer_faults(workspace: Workspace) -> Iterator[Fault]:
    """A unit that is not the cause's; levels of no region; levels that are missing where customers answer."""
    file, respond = "demand.toml", workspace.section("demand", "respond")
    entries = workspace.entries("demand", "answer")
    for entry in entries:
        unit = UNITS.get(entry["cause"], entry["unit"])
        if entry["unit"] != unit:
            yield Fault(file, entry.line, "answer.unit", f"'{unit}'", shown(entry["unit"]))
    regions, frame = regions_of(workspace), workspace.frame("sellers")
    asked_of = frame.numbers("order_percent") > 0
    sellers = [name for name, some in zip(frame.texts("seller"), asked_of.tolist(), strict=True) if some]
    for name in sorted(set(respond["days_level"]) - set(regions)):
        yield Fault(file, respond.line, "respond.days_level", f"a region of places.csv, or '{ELSEWHERE}'", shown(name))
    if respond["on"] != ON:
        return
    if not entries:
        yield Fault(file, respond.line, "respond.on", "an [[answer]] for price, speed or selection", "none")
    asked = {"price": ("price_level", sellers), "speed": ("days_level", regions), "selection": ("items_level", sellers)}
    for cause in sorted({entry["cause"] for entry in entries} & set(asked)):
        key, names = asked[cause]
        missing = [name for name in names if not respond[key].get(name, 0) > 0]
        if missing:
            expected = "a level above 0 for each; rehearse once with on = 'measure', and copy rehearsal/levels.toml"
            yield Fault(file, respond.line, f"respond.{key}", expected, f"none for {', '.join(missing[:5])}")

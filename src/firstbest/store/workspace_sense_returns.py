"""What must hold of returns: grades that come to no more than the whole, some reason that occurs, days in order."""

from __future__ import annotations

from collections.abc import Iterator

from firstbest.store.faults import Fault
from firstbest.store.workspace_typed import Workspace

WHOLE = 100
FILE = "nature.toml"


def return_faults(workspace: Workspace) -> Iterator[Fault]:
    """Shares of grades above the whole; reasons of which none occurs; nine in ten sooner than half."""
    entries = workspace.entries("nature", "return_reason")
    for entry in entries:
        both = entry["sellable_percent"] + entry["opened_percent"]
        if both > WHOLE:
            expected = "no more than 100 with sellable_percent"
            yield Fault(FILE, entry.line, "return_reason.opened_percent", expected, f"{both:g} together")
    if entries and not any(entry["percent"] > 0 for entry in entries):
        yield Fault(FILE, entries[0].line, "return_reason.percent", "one reason above 0 or more", "none")
    back = workspace.section("nature", "returns")
    if back["travel_days_p90"] < back["travel_days_p50"]:
        expected = f"travel_days_p50 ({back['travel_days_p50']}) or more"
        yield Fault(FILE, back.line, "returns.travel_days_p90", expected, str(back["travel_days_p90"]))

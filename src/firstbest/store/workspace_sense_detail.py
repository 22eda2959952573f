"""What must hold of members: nobody draws more orders twice."""

from __future__ import annotations

from collections.abc import Iterator

from firstbest.store.faults import Fault
from firstbest.store.schema_answers import ON
from firstbest.store.workspace_typed import Workspace


def member_faults(workspace: Workspace) -> Iterator[Fault]:
    """Members who order more while customers answer what they see: two reasons for the same orders."""
    nature, on = workspace.section("nature", "members"), workspace.section("policies", "members")["on"]
    if on and nature["more_percent"] > 0 and workspace.section("demand", "respond")["on"] == ON:
        expected = "0 where [respond] of demand.toml is on: one of the two draws further orders"
        yield Fault("nature.toml", nature.line, "members.more_percent", expected, f"{nature['more_percent']:g}")

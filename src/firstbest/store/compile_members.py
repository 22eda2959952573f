"""Members, compiled: the rules of the house, and how customers join and leave; none where they are not switched on."""

from __future__ import annotations

from firstbest.store.compile_plan import Plan, micros, ppm
from firstbest.world.nature import Joining
from firstbest.world.network import Members
from firstbest.world.units import DAY_US


def compile_members(plan: Plan) -> Members | None:
    """The `[members]` part of policies.toml."""
    rules = plan.workspace.section("policies", "members")
    if not rules["on"]:
        return None
    return Members(term_us=int(rules["term_days"]) * DAY_US, fee=int(micros([rules["fee"]])[0]))


def compile_joining(plan: Plan) -> Joining | None:
    """The `[members]` part of nature.toml."""
    if not plan.workspace.section("policies", "members")["on"]:
        return None
    rules = plan.workspace.section("nature", "members")
    return Joining(*(int(ppm(rules[key])) for key in ("join_percent", "leave_percent", "more_percent")))

"""Goals as outcomes: what will be different, measured how, from where to where, by when, and who answers for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from firstbest.mechanisms.claims import Finding

CUSTOMER_INPUT: Final = "customer_input"
FINANCIAL: Final = "financial"
KINDS: Final = (CUSTOMER_INPUT, FINANCIAL)
GOALS_MAX: Final = 2_000
_THINGS: Final = (
    r"features?|projects?|launch(?:es)?|releases?|pilots?|initiatives?|integrations?|dashboards?|reports?|apps?"
    r"|prototypes?|experiments?|story points|stories|epics?|milestones?|modules?|sites?|markets?|countries|warehouses?"
    r"|centres?|centers?|stations?|robots?"
)
_SHIPS: Final = re.compile(
    r"^\s*(?:to\s+)?(?:launch|ship|deliver|release|roll\s?out|build|implement|complete|migrate|deploy|finish|install"
    r"|open|go live|introduce)\b(?!\s+(?:orders|parcels|packages))"
    rf"|\b(?:number of|\d+|all|more)\s+(?:new\s+)?(?:{_THINGS})\b"
    rf"|\b(?:{_THINGS})\s+(?:shipped|launched|released|delivered|completed|opened|built)\b",
    re.IGNORECASE,
)


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """One objective."""

    name: str
    outcome: str
    metric: str
    direction: str
    kind: str
    baseline: float
    target: float
    by: str
    owner: str
    line: int = 0


class Owner(msgspec.Struct, frozen=True):
    """Somebody who answers for something."""

    name: str
    team: str
    line: int = 0


def counts_things(goal: Goal) -> str:
    """What in a goal counts things shipped in place of an outcome; nothing if it is an outcome."""
    for text in (goal.outcome, goal.metric.replace("_", " ")):
        found = _SHIPS.search(text)
        if found:
            return found[0].strip()
    return ""


def goal_findings(goals: Sequence[Goal], metrics: frozenset[str]) -> list[Finding]:
    """Goals that count things shipped, lead nowhere, or measure what is not measured."""
    found = []
    if len(goals) > GOALS_MAX:
        found.append(Finding(goals[GOALS_MAX].line, "goals", f"{GOALS_MAX} at most", str(len(goals))))
    for goal in goals:
        shipped = counts_things(goal)
        if shipped:
            expected = "an outcome: what is different for a customer or in the books, not what was shipped"
            found.append(Finding(goal.line, f"{goal.name}.outcome", expected, f"'{shipped}' in '{goal.outcome}'"))
        if goal.metric not in metrics:
            expected = "a metric of metrics.toml or a figure"
            found.append(Finding(goal.line, f"{goal.name}.metric", expected, f"'{goal.metric}'"))
        better = 1 if goal.direction == "up" else -1
        if better * (goal.target - goal.baseline) <= 0:
            word = "above" if better > 0 else "below"
            found.append(
                Finding(goal.line, f"{goal.name}.target", f"{word} the baseline {goal.baseline:g}", f"{goal.target:g}")
            )
    return found


def ratio_words(goals: Sequence[Goal]) -> str:
    """How many goals are what customers meet, against how many are money; the inputs are what can be worked on."""
    inputs = sum(goal.kind == CUSTOMER_INPUT for goal in goals)
    money = len(goals) - inputs
    return f"{len(goals)} goals: {inputs} of what customers meet, {money} financial"

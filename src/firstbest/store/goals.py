"""goals.toml: goals as outcomes, and the people who answer for things."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from firstbest.mechanisms.calendar import iso_day
from firstbest.mechanisms.goals import KINDS, Goal, Owner
from firstbest.store.faults import Fault
from firstbest.store.schema_words import Section, Settings, Type, choice, number, of, text
from firstbest.store.workspace_settings import read_document, typed_settings

FILE: Final = "goals.toml"
_LOW: Final = -1e12
_HIGH: Final = 1e12
GOALS: Final = Settings(
    "goals",
    "Goals as outcomes, and who answers for what. May be left out.",
    (
        Section(
            "goal",
            "One objective: what is different, from where to where, by when.",
            (
                text("name", "a short name"),
                text("outcome", "what is different for a customer or in the books; not what was shipped"),
                text("metric", "key of a metric in metrics.toml, or a figure of a rehearsal"),
                choice("direction", ("up", "down"), "which way is better"),
                choice(
                    "kind", KINDS, "whether it is what customers meet, which can be worked on, or money that follows"
                ),
                number("baseline", "where it stands", low=_LOW, high=_HIGH),
                number("target", "where it shall stand", low=_LOW, high=_HIGH),
                of("by", Type.DATE, "by when"),
                text("owner", "one of the owners"),
            ),
            many=True,
            key="name",
        ),
        Section(
            "owner",
            "Somebody who answers for things. If any are listed, whoever owns something has to be among them.",
            (text("name", "who"), text("team", "of which team", "")),
            many=True,
            key="name",
        ),
    ),
    required=False,
)


def read_goals(folder: Path, faults: list[Fault]) -> tuple[tuple[Goal, ...], tuple[Owner, ...]]:
    """Goals and owners of a workspace; none where there is no file."""
    path = folder / FILE
    document = read_document(path, FILE, faults) if path.is_file() else None
    if document is None:
        return (), ()
    before = len(faults)
    read = typed_settings(document, GOALS, ZoneInfo("UTC"), faults)
    if len(faults) > before:
        return (), ()
    goals, owners = read["goal"], read["owner"]
    assert isinstance(goals, tuple), "a list of sections"
    assert isinstance(owners, tuple), "a list of sections"
    return (
        tuple(Goal(**{**each.values, "by": iso_day(int(each["by"]))}, line=each.line) for each in goals),
        tuple(Owner(each["name"], each["team"], each.line) for each in owners),
    )

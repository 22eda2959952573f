"""members.toml: what is in a membership, and how people are taken to answer it, each with range, mark and source.

The file may be left out: then nothing is in it but the promise, and people answer as the defaults say. How orders
answer price and days is taken from `[[answer]]` of demand.toml where that says so.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from firstbest.rent.meters import METER_CODES
from firstbest.store.faults import Fault, WorkspaceFaulty, nearest, shown
from firstbest.store.schema_answers import MARKS
from firstbest.store.schema_words import Section, Settings, choice, money, number, text
from firstbest.store.workspace_settings import Document, Entry, Read, read_document, typed_settings
from firstbest.store.workspace_typed import Workspace
from firstbest.world.membership import Answer, Perk

FILE: Final = "members.toml"
PER: Final = ("order", "year")
DEFAULTS: Final = (
    Answer(
        "price", -2.62, -2.62, -0.8, "percent of orders for a percent of price", "ASSUMED",
        "Bijmolt, van Heerde and Pieters 2005: brand against brand; a whole shop's may be weaker",
    ),
    Answer(
        "speed", 0.015, 0.005, 0.03, "of orders for a day sooner", "ASSUMED",
        "Fisher, Gallino and Xu: 1.5 % more online sales for each business day faster; range assumed",
    ),
    Answer(
        "shape", 0.6, 0.3, 1.2, "shape of customers' orders a year", "ASSUMED",
        "no figure for this firm; below 1, few customers place most orders",
    ),
    Answer(
        "taste", 0.3, 0.15, 0.6, "spread of what the same gain is worth to people", "ASSUMED", "no figure found",
    ),
    Answer(
        "renewal", 0.9, 0.8, 0.95, "of members a year", "ASSUMED", "renewal above 90 % a year (CIRP 2018, at qz.com)",
    ),
    Answer("discount", 0.1, 0.06, 0.15, "a year", "ASSUMED", "a usual cost of capital"),
    Answer(
        "commission", 0.12, 0.08, 0.16, "of what other sellers sell", "ASSUMED",
        "8 to 15 % on most kinds of goods (published fees, from memory)",
    ),
)  # fmt: skip
"""How people answer where no file says otherwise."""
NAMES: Final = tuple(each.name for each in DEFAULTS)
MEMBERS: Final = Settings(
    "members",
    "What is in a membership, and how people answer it.",
    (
        Section(
            "perk",
            "Something metered that members have free.",
            (
                text("name", "what people call it"),
                text("meter", "a meter of the house"),
                choice("per", PER, "what 'use' is counted by"),
                number("use", "of the meter's unit", 1, high=10**15),
                money("others_pay", "a unit of use: what a member saves", 0),
                money("cost", "a unit of use, where the rehearsal does not measure it", 0),
                choice("mark", MARKS, "how sure it is"),
                text("source", "where it comes from"),
            ),
            many=True,
            key="name",
        ),
        Section(
            "answer",
            "How people answer: replaces a default of the same name.",
            (
                choice("name", NAMES, "which"),
                number("value", "the middle", low=-100, high=100),
                number("low", "least plausible", low=-100, high=100),
                number("high", "most plausible", low=-100, high=100),
                choice("mark", MARKS, "how sure it is"),
                text("source", "where it comes from"),
            ),
            many=True,
            key="name",
        ),
    ),
    required=False,
)


def read_members(folder: Path, workspace: Workspace) -> tuple[tuple[Perk, ...], tuple[Answer, ...]]:
    """What is in the membership, and the answers. Raises `WorkspaceFaulty` with all faults."""
    faults: list[Fault] = []
    path = folder / FILE
    document = read_document(path, FILE, faults) if path.is_file() else Document(FILE, {}, {})
    read = typed_settings(document or Document(FILE, {}, {}), MEMBERS, ZoneInfo(workspace.time_zone), faults)
    perks, answers = _listed(read, "perk"), _listed(read, "answer")
    for each in perks:
        if each["meter"] not in METER_CODES:
            found = shown(each["meter"]) + nearest(each["meter"], sorted(METER_CODES))
            faults.append(Fault(FILE, each.line, "perk.meter", "a meter", found))
    faults += [
        Fault(FILE, each.line, "answer.value", "low <= value <= high", shown(f"{each['value']:g}"))
        for each in answers
        if not each["low"] <= each["value"] <= each["high"]
    ]
    if faults:
        raise WorkspaceFaulty(faults)
    names = ("name", "meter", "per", "use", "others_pay", "cost", "mark", "source")
    return tuple(Perk(*(each[name] for name in names)) for each in perks), answers_of(workspace, answers)


def answers_of(workspace: Workspace, given: tuple[Entry, ...]) -> tuple[Answer, ...]:
    """Defaults, with what demand.toml and members.toml say in their place."""
    made = {each.name: each for each in DEFAULTS}
    for entry in workspace.entries("demand", "answer"):
        if entry["cause"] in made:
            default, value = made[entry["cause"]], float(entry["value"]) / (100 if entry["cause"] == "speed" else 1)
            made[default.name] = default._replace(
                value=value, low=min(default.low, value), high=max(default.high, value), mark=entry["mark"],
                source=entry["source"],
            )  # fmt: skip
    for entry in given:
        made[entry["name"]] = made[entry["name"]]._replace(
            **{key: entry[key] for key in ("value", "low", "high", "mark", "source")}
        )
    return tuple(made.values())


def _listed(read: Read, name: str) -> tuple[Entry, ...]:
    entries = read[name]
    assert isinstance(entries, tuple), "perks and answers are lists"
    return entries

"""A candidate for a suggestion, and the words and scales that all of them share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from firstbest.present import text
from firstbest.present.record import Record, Suggestion

WHOLE_YEAR_DAYS: Final = 330
YEAR: Final = 365


Operation = Mapping[str, Any]
"""An operation of a change file, as TOML has it."""


class Candidate(NamedTuple):
    """A suggestion with its value for a year at full scale, whole currency units; `service`: it mends promises."""

    value: float
    suggestion: Suggestion
    service: bool
    change: tuple[Operation, ...] = ()  # as operations of a change file; empty: it says where, not what to write
    name: str = ""  # of that file
    binding: bool = False  # what it loosens held a building up for weeks: it is always told


def yearly(record: Record) -> float:
    """From what was rehearsed to a year at full scale."""
    return YEAR / max(record.days, 1) / record.scale


def name_of(record: Record, node: int) -> str:
    """A building's name as a person reads it."""
    return text.named(record.network.texts.nodes[node])


def amount(record: Record, value: float) -> str:
    """Money to two figures: estimates know no more."""
    if value:
        digits = len(str(int(abs(value))))
        value = round(value, 2 - digits) if digits > 2 else round(value)  # noqa: PLR2004 - two figures
    return text.money(value, record.network.texts.currency, 0)

"""Membership as a bundle: what is paid for it, what is in it, and how people are taken to answer."""

from __future__ import annotations

from typing import NamedTuple


class Perk(NamedTuple):
    """Something metered that members have free: any meter of `rent.meters`."""

    name: str
    meter: str
    per: str  # "order" or "year": what `use` is counted by
    use: float  # of the meter's unit
    others_pay: float  # money a unit of use; what a member saves
    cost: float  # money a unit of use, where the twin does not measure it
    mark: str
    source: str


class Answer(NamedTuple):
    """How people answer: a coefficient with its range."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    mark: str
    source: str


class Bundle(NamedTuple):
    """A membership that is asked about: money a year, business days promised, what is in it."""

    fee: float
    promise_days: int
    perks: tuple[Perk, ...]
    answers: tuple[Answer, ...]

"""The workspace without a network, and a bet of it on its way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from firstbest.mechanisms.decisions import Decision, Dissent
from firstbest.mechanisms.records import Kind, Measured
from firstbest.store import bets_acts as acts
from firstbest.store.bets_check import check_mechanisms
from firstbest.store.bets_read import room_as_of
from firstbest.store.init import write_mechanisms

NAME, METRIC = "evening_answers", "answered_in_a_day"
DAY = 86_400_000_000
MAY = 20_574 * DAY  # 1 May 2026
NOVEMBER = 20_758 * DAY  # 1 November 2026


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The workspace without a network."""
    write_mechanisms(tmp_path / "firm")
    (tmp_path / "firm/record.jsonl").unlink(missing_ok=True)
    return tmp_path / "firm"


def stated(
    with_: tuple[float, ...] = (0.78, 0.82, 0.86), without: tuple[float, ...] = (0.69, 0.71, 0.73)
) -> dict[str, Any]:
    """A person's range."""
    levels = (0.1, 0.5, 0.9)
    worlds = {
        name: [{"level": level, "value": value} for level, value in zip(levels, values, strict=False)]
        for name, values in (("with", with_), ("without", without))
    }
    return {"metric": METRIC, "source": "stated by Ines", "provenance": {}, **worlds}


def decision(**changed: Any) -> Decision:
    """A yes."""
    made = Decision(
        kind=Kind.BET, about=NAME, by="Ines Vogt", yes=True, chosen="go ahead", options=("go ahead", "do not"),
        reason="Both whom we asked need it.", door="two-way", review_on="2026-12-01",
        dissent=(Dissent("Nils", "Evenings are dear to staff.", committed=True),),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changed)


def locked(folder: Path) -> Path:
    """Forecast and locked in May."""
    acts.add_forecasts(folder, NAME, "Ines Vogt", MAY, [stated()], {})
    acts.lock(folder, NAME, "Ines Vogt", MAY + DAY, {})
    return folder


def decided(folder: Path, **changed: Any) -> Path:
    """Decided two days later."""
    acts.decide(locked(folder), decision(**changed), (), (MAY + 2 * DAY, "2026-05-03"), {})
    return folder


def faults(folder: Path, now_us: int = MAY + 3 * DAY) -> list[str]:
    """What check says."""
    return [str(each) for each in check_mechanisms(folder, {}, now_us).faults]


def judged(folder: Path, value: float, now_us: int = NOVEMBER) -> Any:
    """The verdict after a fact came in."""
    acts.measure(folder, NAME, "Ines Vogt", NOVEMBER, [Measured(metric=METRIC, value=value, source="days.csv")])
    return room_as_of(folder, now_us).bets[0].verdict

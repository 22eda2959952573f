"""Make the record of the firm without warehouses: one bet, forecast by two people, sealed, decided, and judged by days.

    python examples/make_firm_record.py [OUT.jsonl]

Ranges, reasons and dissent are what people said. The verdict is not in it: it is computed from `metrics/days.csv`
whenever somebody looks. Instants are those of the story, June to September 2026, so the same code gives the same bytes.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from firstbest.mechanisms.bets import PROPOSED
from firstbest.mechanisms.decisions import BarRaiser, Decision, Dissent
from firstbest.mechanisms.records import Kind
from firstbest.mechanisms.seals import entry
from firstbest.store import bets_acts as acts
from firstbest.store.init import MECHANISMS, write_mechanisms
from firstbest.store.record import RECORD, append

NAME, METRIC, OWNER = "evening_answers", "answered_in_a_day", "Ines Vogt"
OPTIONS = ("go ahead", "one teacher for four evenings", "leave it as it is")


def at(day: str) -> int:
    """Microseconds of nine in the morning, UTC."""
    return int(dt.datetime.fromisoformat(f"{day}T09:00:00+00:00").timestamp()) * 1_000_000


def stated(who: str, with_: tuple[float, ...], without: tuple[float, ...]) -> dict[str, Any]:
    """A person's range: p10, p50, p90."""
    worlds = {
        name: [{"level": level, "value": value} for level, value in zip((0.1, 0.5, 0.9), values, strict=True)]
        for name, values in (("with", with_), ("without", without))
    }
    told = {"metric": METRIC, "source": f"stated by {who}", "provenance": {"stated": "a person's range"}}
    return told | worlds


def live(folder: Path) -> None:
    """What happened."""
    append(folder, lambda _: [entry(at("2026-06-02"), PROPOSED, OWNER, NAME, {})])
    said = (
        ("Ines Vogt", (0.78, 0.82, 0.86), (0.69, 0.71, 0.73), "2026-06-10"),
        ("Tom Adler", (0.74, 0.77, 0.81), (0.69, 0.71, 0.73), "2026-06-11"),
    )
    for who, with_, without, day in said:
        acts.add_forecasts(folder, NAME, who, at(day), [stated(who, with_, without)], {})
    acts.lock(folder, NAME, OWNER, at("2026-06-16"), {})
    decision = Decision(
        kind=Kind.BET, about=NAME, by=OWNER, yes=True, chosen=OPTIONS[0], options=OPTIONS,
        reason="Both whom we heard left a piece of work lying, and nobody had answered.", door="two-way",
        review_on="2026-10-12", bar_raiser=BarRaiser("Clara Weiss", "It is cheap and ends with a quarter.", veto=False),
        known=("whether fast answers keep members is not known",),
        dissent=(Dissent("Nils Thoma", "Evenings are dear to the staff.", committed=True),),
    )  # fmt: skip
    acts.decide(folder, decision, (), (at("2026-06-18"), "2026-06-18"), {})
    spent = (("2026-07-31", 6_900.0, "July"), ("2026-08-31", 6_800.0, "August"), ("2026-09-30", 6_700.0, "September"))
    for day, amount, note in spent:
        acts.spend(folder, NAME, OWNER, at(day), amount, f"two teachers in {note}")


def main(out: Path) -> None:
    """Write the record."""
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "firm"
        write_mechanisms(folder)
        (folder / RECORD).unlink(missing_ok=True)
        live(folder)
        shutil.copy(folder / RECORD, out)
    print(f"{out}: {len(out.read_bytes().splitlines())} entries")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(str(MECHANISMS / RECORD)))

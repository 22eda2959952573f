"""What the trade's detail costs: the built-in network with all of it switched off and on, in pairs, in CPU seconds.

Returns, care, lots, levels, members, kits made on order and shelves in zones, 60 days at full scale with facts written;
CPU seconds are those of the process and of the children that it waited for. Every item gets a case and a pallet, every
fifth a shelf life, so that levels and lots have something to do. Off and on take turns, and `ratio_all` is that of the
medians; each switch is also rehearsed alone once. `ratio_facts` tells how many more facts there are: members order
more, and what is kept is told. `--quick` takes eight days at a twentieth, one pair, no switch alone.
Wrong: a switch that left no fact of its own, one that left some where it is off, or `ratio_all` above 1.3.
"""

from __future__ import annotations

import csv
import json
import os
import statistics
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import duckdb

from benchmarks.result import Result
from firstbest.rehearse.folder import Options, rehearse_folder
from firstbest.rehearse.warm import warm
from firstbest.store.init import write_builtin

RATIO_MAX: Final = 1.3
DAYS, PAIRS = 60, 3
QUICK: Final = Options(0.05, 8)
CASE_UNITS, PALLET_UNITS = 12, 240
LIFE_DAYS, LIFE_EVERY = 120, 5
SWITCHES: Final = {
    "returns": "return_authorised", "care": "contacted", "lots": "lotted", "levels": "case_broken",
    "members": "member_joined", "kits": "kitted", "slotting": "slotted",
}  # fmt: skip
"""Each switch, and a fact that tells that it did something."""


def run(quick: bool, data: Path | None) -> Result:  # noqa: ARG001 - the built-in network needs no data
    """Rehearse in pairs; see above."""
    warm()
    options = QUICK if quick else Options(days=DAYS)
    spent: dict[str, list[float]] = {"off": [], "all": []}
    wrong: list[str] = []
    with tempfile.TemporaryDirectory() as parent:
        worlds = {"off": made(Path(parent) / "off", ()), "all": made(Path(parent) / "all", tuple(SWITCHES))}
        for _ in range(1 if quick else PAIRS):
            for name, folder in worlds.items():
                spent[name].append(cpu_s(folder, options))
        facts = [json.loads((each / "rehearsal" / "run.json").read_text("utf-8"))["facts"] for each in worlds.values()]
        for name, folder in worlds.items():
            told = facts_of(folder)
            wrong += [
                f"{name}: {switch} and the fact {fact} do not go together"
                for switch, fact in SWITCHES.items()
                if (fact in told) != (name == "all")
            ]
        for switch in () if quick else SWITCHES:
            spent[switch] = [cpu_s(made(Path(parent) / switch, (switch,)), options)]
    off = statistics.median(spent["off"])
    ratios = {f"ratio_{name}": round(statistics.median(each) / off, 3) for name, each in spent.items() if name != "off"}
    if not quick and ratios["ratio_all"] > RATIO_MAX:
        wrong.append(f"with everything switched on expected {RATIO_MAX} times the CPU at most, {ratios['ratio_all']}")
    cpu = {f"cpu_s_{name}": round(statistics.median(spent[name]), 2) for name in ("off", "all")}
    ratios["ratio_facts"] = round(facts[1] / facts[0], 3)
    return Result(figures={**ratios, **cpu, "days": options.days or 0, "pairs": len(spent["off"])}, wrong=tuple(wrong))


def made(folder: Path, on: Sequence[str]) -> Path:
    """The built-in network with cases and shelf lives, and some switches on."""
    write_builtin(folder)
    with (folder / "items.csv").open(newline="", encoding="utf-8") as file:
        items = list(csv.DictReader(file))
    for number, row in enumerate(items):
        row["shelf_life_days"] = str(LIFE_DAYS if number % LIFE_EVERY == 0 else 0)
    _write(folder / "items.csv", items)
    packs = [
        {
            "item": row["item"], "level": level, "quantity": str(units),
            "weight_kg": f"{float(row['weight_kg']) * units:.3f}",
            "volume_l": f"{float(row['volume_l']) * units * 1.25:.3f}",
        }
        for row in items
        for level, units in (("case", CASE_UNITS), ("pallet", PALLET_UNITS))
    ]  # fmt: skip
    _write(folder / "packs.csv", packs)
    policies = folder / "policies.toml"
    told = policies.read_text("utf-8")
    for switch in on:
        assert f"[{switch}]" not in told, f"{switch} is not in the file yet"
        told += f'\n[{switch}]\non = "yes"\n' + ('pallets = "yes"\n' if switch == "levels" else "")
    policies.write_text(told, "utf-8")
    return folder


def _write(path: Path, rows: Sequence[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as out:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def cpu_s(folder: Path, options: Options) -> float:
    """CPU seconds of a rehearsal."""
    before = sum(os.times()[:4])
    rehearse_folder(folder, options)
    return sum(os.times()[:4]) - before


def facts_of(folder: Path) -> set[str]:
    """Facts of which the last rehearsal left a row."""
    with duckdb.connect() as db:
        return {
            path.name
            for path in (folder / "rehearsal" / "facts").iterdir()
            if any(path.glob("*.parquet"))
            and db.execute("SELECT count(*) FROM read_parquet(?)", [f"{path}/*.parquet"]).fetchall()[0][0]
        }

"""Customers who are asked to answer, and what came of it as files: orders by day and cause, the levels seen."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from pathlib import Path

from firstbest.rehearse.demand_answers import CAUSES, ON
from firstbest.rehearse.run import Result
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.world.nature import Nature
from firstbest.world.units import DAY_US, MONEY, SECOND_US

LEVELS = "levels.toml"
BY_DAY = "answers.csv"
_EPOCH = date(1970, 1, 1)
_DAY_S = DAY_US // SECOND_US


def write_answers(output: Path, result: Result, scale: float) -> Path | None:
    """Writes both files and answers the path of the levels; where nobody answers, neither, and what was there goes."""
    for name in (LEVELS, BY_DAY):
        (output / name).unlink(missing_ok=True)
    if result.answered is None:
        return None
    _by_day(output / BY_DAY, result)
    path = output / LEVELS
    path.write_text(levels_text(result, scale), encoding="utf-8")
    return path


def responding(nature: Nature) -> Nature:
    """The same nature with customers who answer. Raises `WorkspaceFaulty` with what that needs and is not there."""
    answers, file = nature.demand.answers, "demand.toml"
    faults = []
    if len(nature.log.at_us):
        faults.append(Fault(file, 0, "respond", "orders that are drawn", "a log of orders, which is replayed as it is"))
    elif answers is None or not answers.told:
        faults.append(Fault(file, 0, "answer", "an [[answer]] for price, speed or selection", "none"))
    else:
        levels = {
            "price": answers.price_level,
            "speed": answers.promise_level_s,
            "selection": answers.items_level_x1000,
        }
        how = 'rehearse once with on = "measure", and copy rehearsal/levels.toml'
        faults += [
            Fault(file, 0, "respond", f"levels of {cause} ({how})", "none")
            for cause, *_ in answers.told
            if not (levels[cause] > 0).any()
        ]
    if faults or answers is None:
        raise WorkspaceFaulty(faults)
    return nature._replace(demand=nature.demand._replace(answers=answers._replace(on=ON)))


def levels_text(result: Result, scale: float) -> str:
    """The levels seen in a rehearsal, as lines of `[respond]` in demand.toml. Who sold nothing has none, and a
    region without an order.
    """
    told, answers = result.answered, result.scenario.nature.demand.answers
    assert told is not None, "somebody answered"
    assert answers is not None, "somebody answered"
    sellers = result.scenario.network.texts.sellers
    regions = [
        (name, f"{seconds / _DAY_S:.3f}")
        for name, seconds, orders in zip(answers.regions, told.promise_s.tolist(), told.orders.tolist(), strict=True)
        if orders
    ]
    price = [(name, f"{value / MONEY:.4f}") for name, value in zip(sellers, told.price.tolist(), strict=True) if value]
    items = [(name, f"{value:.2f}") for name, value in zip(sellers, told.items.tolist(), strict=True) if value]
    calendar = result.scenario.network.calendar
    days = round((calendar.end_us - calendar.start_us) / DAY_US)
    source = f"a rehearsal of this network as it was: {days} days, scale {scale:g}, seed {result.seed}"
    lines = [_line("price_level", price), _line("days_level", regions), _line("items_level", items)]
    lines += ['level_mark = "FITTED"', f"level_source = {json.dumps(source)}"]
    return "# Levels seen in this rehearsal; copy them into [respond] of demand.toml.\n" + "\n".join(lines) + "\n"


def _line(key: str, values: list[tuple[str, str]]) -> str:
    return f"{key} = {{ " + ", ".join(f"{json.dumps(name)} = {value}" for name, value in values) + " }"


def _by_day(path: Path, result: Result) -> None:
    told, network = result.answered, result.scenario.network
    assert told is not None, "somebody answered"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        causes = [f"{cause}_{word}" for cause in CAUSES for word in ("won", "lost")]
        writer.writerow(["date", "planned", "came", *causes, "without_seller"])
        for day in range(len(told.planned)):
            if not told.planned[day]:
                continue
            moved = [f"{float(each[day, cause]):.2f}" for cause in range(len(CAUSES)) for each in (told.won, told.lost)]
            at = _EPOCH + timedelta(days=network.calendar.first_day + day)
            row = (int(told.planned[day]), int(told.came[day]), *moved, int(told.gone[day]))
            writer.writerow([at.isoformat(), *row])

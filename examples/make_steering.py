"""Make the days of the workspace without a network: `src/firstbest/store/steering/metrics/days.csv`.

    python examples/make_steering.py

A small firm that sells knitting courses by subscription, two years and some weeks. Every number is drawn here, none is
anybody's; draws are keyed by day and purpose, so the file is the same wherever it is made. Visits have a week's and a
year's shape; from 15 June 2026 on, whoever writes to service is answered faster, which is what the bet is about.
"""

from __future__ import annotations

import csv
import datetime as dt
import math
import random
from pathlib import Path

from firstbest.store.init import MECHANISMS

FIRST, LAST = dt.date(2024, 10, 1), dt.date(2026, 11, 14)
BEGAN = dt.date(2026, 6, 15)
WEEK = (1.05, 1.0, 0.98, 0.97, 0.92, 1.1, 1.22)
COLUMNS = (
    "day",
    "visits",
    "lessons_started",
    "lessons_finished",
    "letters",
    "answered_in_a_day",
    "joined",
    "left",
    "sales",
)


def days() -> list[tuple[object, ...]]:
    """One row a day."""
    rows: list[tuple[object, ...]] = []
    day = FIRST
    while day <= LAST:
        rows.append(row(day))
        day += dt.timedelta(days=1)
    return rows


def row(day: dt.date) -> tuple[object, ...]:
    """What a day was like."""
    chance = random.Random(f"steering {day.isoformat()}")
    season = 1 + 0.22 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 15) / 365.25)
    trend = 1 + 0.0004 * (day - FIRST).days
    visits = round(4_200 * season * trend * WEEK[day.weekday()] * math.exp(chance.gauss(0, 0.05)))
    started = binomial(chance, visits, 0.31)
    finished = binomial(chance, started, 0.62)
    letters = max(1, round(visits * 0.011 * math.exp(chance.gauss(0, 0.12))))
    faster = min(1.0, max(0, (day - BEGAN).days) / 21)
    answered = binomial(chance, letters, 0.71 + 0.14 * faster)
    joined = binomial(chance, visits, 0.0095)
    left = binomial(chance, visits, 0.0062 - 0.0006 * faster)
    return (
        day.isoformat(),
        visits,
        started,
        finished,
        letters,
        answered,
        joined,
        left,
        f"{joined * 24 + started * 0.9:.2f}",
    )


def binomial(chance: random.Random, count: int, share: float) -> int:
    """How many of `count`, by the normal curve rounded: close enough for made-up days."""
    drawn = chance.gauss(count * share, math.sqrt(count * share * (1 - share)))
    return min(count, max(0, round(drawn)))


def main() -> None:
    """Write the file."""
    path = Path(str(MECHANISMS)) / "metrics" / "days.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(days())
    print(f"{path.name}: {len(days())} days")


if __name__ == "__main__":
    main()

"""Makes the days of `examples/shop_metrics`: a shop that does not exist, drawn with a fixed seed.

Visits have a week, a year and a slow growth; conversion falls in the last four weeks, two weeks after the share of
items in stock did. Run it again and the same file comes out.
"""

from datetime import date, timedelta
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).parent / "shop_metrics"
FIRST, DAYS = date(2023, 12, 31), 7 * 150


def main() -> None:
    """Write daily.csv and plan.csv."""
    rng = np.random.default_rng(20261114)
    at = np.arange(DAYS)
    weekday = np.array([1.0, 1.1, 1.05, 1.0, 1.0, 0.9, 0.7])[at % 7]
    year = 1 + 0.15 * np.cos(2 * np.pi * (at - 335) / 365.25)
    visits = rng.poisson(4_000 * weekday * year * (1 + at / 4_000))
    asked = rng.poisson(600, DAYS)
    in_stock = rng.binomial(asked, np.where(at >= DAYS - 42, 0.93, 0.965))
    orders = rng.binomial(visits, np.where(at >= DAYS - 28, 0.0235, 0.025))
    revenue = orders * rng.normal(48, 2, DAYS)
    late = rng.binomial(orders, 0.04)
    lines = ["day,visits,orders,revenue,lines_asked,lines_in_stock,delivered_late"]
    for row in range(DAYS):
        if row in (400, 401):
            continue  # two days that were never delivered to us: a hole, and no zero
        day = FIRST + timedelta(row)
        numbers = (visits[row], orders[row], f"{revenue[row]:.2f}", asked[row], in_stock[row], late[row])
        lines.append(",".join([day.isoformat(), *map(str, numbers)]))
    (FOLDER / "daily.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    plan = ["metric,from,to,value"]
    for month in range(36):
        first = date(2024 + month // 12, month % 12 + 1, 1)
        last = date(2024 + (month + 1) // 12, (month + 1) % 12 + 1, 1) - timedelta(1)
        plan.append(f"revenue,{first},{last},{150_000 + 1_200 * month}")
    (FOLDER / "plan.csv").write_text("\n".join(plan) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

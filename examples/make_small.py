"""Make the larger tables of the small network again, byte for byte: one building, one category, one owner.

    python examples/make_small.py

The small network is the built-in one as it might have begun: 800 orders a day of the owner's homeware from Allentown.
Its hand-written files (nodes.csv, lanes.csv, demand.toml ...) are read and stay as they are; prices, parcels, places,
calendars, cartons and policies are those of the built-in network and are not kept twice (`store.init.SHARED`). Written:
items.csv, stock.csv, labour.csv, assumptions.csv. Every sixth item of the built-in network is here, so that what sells
how much keeps its shape. Nothing is fitted to the outcome of a rehearsal.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path

from make_builtin import (
    COVER_STORAGE_DAYS,
    OVERBOUGHT_DAYS,
    OVERBOUGHT_EVERY,
    PIPELINE_DAYS,
    REVIEW_DAYS,
    SAFETY_Z,
    UNITS_DISPERSION,
    UNITS_ORDER,
    Work,
    work_of_order,
    write_rows,
    wrong_by,
)

STORE = Path(__file__).resolve().parent.parent / "src/firstbest/store"
BUILTIN, SMALL = STORE / "builtin", STORE / "builtin_small"
EVERY = 6
ORDERS_DAY = 800.0
NODE = "allentown"
WEEK_HOURS = 40 * (1 - 0.07)
STATION_DAY = 266
"""Orders a pack station and day: half of make_builtin's 532, since a building of some 15 people works one shift."""
LABOUR = (
    "node", "process", "heads", "stations", "units_hour", "single_hour", "extra_unit_s", "productive_percent",
    "wage_hour", "overtime_percent", "temp_percent", "temp_speed_percent", "temps_max", "start_percent", "ramp_weeks",
    "cross_trained_percent",
)  # fmt: skip
RATES = {"receive": 22, "pick": 130, "pack": 28, "load": 250}


def rows_of(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def chosen_items() -> list[dict[str, str]]:
    """Every sixth item of each seller, most sold first."""
    found: list[dict[str, str]] = []
    for seller in ("homeware", "apparel", "beauty"):
        found += [row for row in rows_of(BUILTIN / "items.csv") if row["seller"] == seller][::EVERY]
    return found


def write_items(items: Sequence[dict[str, str]]) -> None:
    """items.csv: apparel and beauty are known but nobody offers them until their sellers rent the shelves."""
    write_rows(SMALL / "items.csv", list(items[0]), (list(row.values()) for row in items))


def write_stock(items: Sequence[dict[str, str]]) -> None:
    """stock.csv: what one building holds by its own cover policy, pipeline included, as make_builtin.write_stock does.

    A building that buys from makers itself covers 35 days beyond the lead time; nothing is fed onwards.
    """
    own = [row for row in items if row["seller"] == "homeware"]
    whole = sum(float(row["share"]) for row in own)
    rows: list[tuple[str, str, int, int]] = []
    slow = 0
    for number, row in enumerate(own):
        mean = float(row["share"]) / whole * ORDERS_DAY * UNITS_ORDER
        pipeline = PIPELINE_DAYS[row["supplier"]]
        safety = SAFETY_Z * math.sqrt(UNITS_DISPERSION * mean * (pipeline + REVIEW_DAYS))
        quantity = mean * (COVER_STORAGE_DAYS + REVIEW_DAYS / 2 + pipeline) + safety
        if row["class"] != "A":
            slow += 1
            quantity += mean * OVERBOUGHT_DAYS if slow % OVERBOUGHT_EVERY == 0 else 0
        units = max(round(quantity), 1)
        rows.append((row["item"], NODE, units, wrong_by(number, units)))
    write_rows(SMALL / "stock.csv", ("item", "node", "quantity", "wrong"), rows)


def heads(orders_day: float, items: int) -> dict[str, int]:
    """Permanent heads that a mean day needs, by the arithmetic of make_builtin.write_labour; also the steps' own."""
    work: Work = work_of_order()
    hours = {process: orders_day * 7 * each / 0.83 for process, each in work._asdict().items()}
    hours["receive"] = items / 22 / 0.83
    found = {process: math.ceil(each / WEEK_HOURS) for process, each in hours.items()}
    found["indirect"] = math.ceil(sum(found.values()) * 0.35)
    return found


def labour_rows(node: str, orders_day: float, items: int) -> Iterable[Sequence[object]]:
    """Rows of labour.csv for a building."""
    for process, count in heads(orders_day, items).items():
        if process == "indirect":
            yield node, process, count, "", 0, "", 0, 83, "28.00", 150, 130, 100, 0, 100, 0, 0
            continue
        packs, stations = process == "pack", max(2, math.ceil(orders_day * 2.2 / STATION_DAY))
        yield (
            node, process, count, stations if packs else "", RATES[process], 65 if packs else "",
            4 if process == "pick" else 0, 83, "28.00", 150, 130, 100, math.ceil(count * 1.5), 65, 6,
            30 if process in ("pick", "pack") else 0,
        )  # fmt: skip


def write_assumptions(items: int) -> None:
    """assumptions.csv: the built-in network's lines for what is here, with this network's values, and its own lines."""
    own = rows_of(SMALL / "assumed_here.csv")
    taken = {(row["file"], row["where"], row["field"]) for row in own}
    names = {row["node"] for row in rows_of(SMALL / "nodes.csv")} | {
        row["lane"] for row in rows_of(SMALL / "lanes.csv")
    }
    names |= {row["carrier"] for row in rows_of(SMALL / "carriers.csv")} | {"all", "homeware", "apparel", "beauty"}
    everywhere = ("policies.toml", "cartons.csv", "calendars.csv", "places.csv", "suppliers.csv", "nature.toml", "none")
    bound = ("nodes.csv", "lanes.csv", "carriers.csv", "shifts.csv", "labour.csv", "sellers.csv", "items.csv")
    gone = ("vans", "air", "riverside", "ontario", "dallas", "savannah_riverside", "port_la", "secaucus", "vernon")
    kept = []
    for row in rows_of(BUILTIN / "assumptions.csv"):
        if (row["file"], row["where"], row["field"]) in taken or any(each in row["where"] for each in gone):
            continue
        named = row["where"].split()[0] in names if row["where"] else False
        if row["file"] in everywhere or row["file"] == "carrier_rates/ground.csv" or (row["file"] in bound and named):
            kept.append(row)
    crews = {f"{row['node']} {row['process']}": row for row in rows_of(SMALL / "labour.csv")}
    for row in kept:
        if (row["file"], row["field"]) == ("items.csv", "item"):
            row["value"] = str(items)
        if row["file"] == "labour.csv" and row["where"] in crews:
            put_here(row, crews[row["where"]][row["field"]])
    listed = [*own, *kept]
    write_rows(SMALL / "assumptions.csv", list(listed[0]), (list(row.values()) for row in listed))


def put_here(row: dict[str, str], value: str) -> None:
    """An assumption of the built-in network's crew with this network's value; its range keeps its proportions."""
    part = float(value) / float(row["value"])
    row["low"], row["high"] = (f"{float(row[end]) * part:.3g}" for end in ("low", "high"))
    row["value"], row["source"] = value, row["source"].replace("make_builtin", "make_small")


def main() -> None:
    """Write every made file."""
    items = chosen_items()
    write_items(items)
    write_stock(items)
    own = sum(row["seller"] == "homeware" for row in items)
    write_rows(SMALL / "labour.csv", LABOUR, labour_rows(NODE, ORDERS_DAY, own))
    if (SMALL / "assumed_here.csv").is_file():
        write_assumptions(len(items))


if __name__ == "__main__":
    main()

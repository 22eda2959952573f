"""Orders drawn from the built-in files and put into cartons, slowly and plainly: an oracle for their parcels."""

from __future__ import annotations

import csv
import math
import random
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

POUND_KG = 0.453592


class Parcel(NamedTuple):
    """One carton on its way."""

    scale_lb: float
    billed_lb: int
    outer_l: float
    cost: float


class Drawn(NamedTuple):
    """What a number of orders came to."""

    orders: int
    units: int
    lines: int
    value: dict[str, float]  # mean by seller
    parcels: tuple[Parcel, ...]
    inbound_l: float
    single: int  # orders of one unit


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file."""
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def draw(folder: Path, orders: int, seed: int = 1) -> Drawn:
    """Draw orders as demand.toml shapes them, each of one seller."""
    draws = random.Random(seed)
    shape = tomllib.loads((folder / "demand.toml").read_text())["shape"]
    sellers = read(folder / "sellers.csv")
    goods = {
        each["seller"]: [item for item in read(folder / "items.csv") if item["seller"] == each["seller"]]
        for each in sellers
    }
    weights = {name: [float(item["share"]) for item in items] for name, items in goods.items()}
    asked = draws.choices(
        [each["seller"] for each in sellers], [float(each["order_percent"]) for each in sellers], k=orders
    )
    cartons = sorted(read(folder / "cartons.csv"), key=lambda carton: float(carton["inner_l"]))
    values: dict[str, list[float]] = {each["seller"]: [] for each in sellers}
    parcels: list[Parcel] = []
    units = lines = single = 0
    inbound = 0.0
    for seller in asked:
        count = 1 + draws.choices(range(len(shape["lines"])), shape["lines"])[0]
        items = draws.choices(goods[seller], weights[seller], k=count)
        each = [1 + u for u in draws.choices(range(len(shape["units"])), shape["units"], k=count)]
        basket = list(zip(items, each, strict=True))
        parcels += into_cartons(cartons, basket)
        values[seller].append(sum(float(item["price"]) * n for item, n in basket))
        inbound += sum(float(item["inbound_volume_l"]) * n for item, n in basket)
        units, lines, single = units + sum(each), lines + count, single + (sum(each) == 1)
    means = {seller: sum(some) / len(some) for seller, some in values.items()}
    return Drawn(orders, units, lines, means, tuple(parcels), inbound / units, single)


def into_cartons(cartons: Sequence[dict[str, str]], basket: Sequence[tuple[dict[str, str], int]]) -> list[Parcel]:
    """The smallest carton that holds all, else several of the largest."""
    volume = sum(float(item["volume_l"]) * n for item, n in basket)
    weight = sum(float(item["weight_kg"]) * n for item, n in basket)
    longest = max(float(item["longest_cm"]) for item, _ in basket)
    fitting = [each for each in cartons if float(each["inner_l"]) >= volume and float(each["longest_cm"]) >= longest]
    carton = fitting[0] if fitting else cartons[-1]
    pieces = 1 if fitting else math.ceil(volume / float(carton["inner_l"]))
    scale = (weight / pieces + float(carton["tare_kg"])) / POUND_KG
    outer = float(carton["outer_l"])
    billed = math.ceil(max(scale, outer / 5.022 / POUND_KG))
    return [Parcel(scale, billed, outer, float(carton["cost"]))] * pieces


def ground_price(rates: Sequence[dict[str, str]], zone: int, billed_lb: int) -> float:
    """A price between two weights of the list goes straight."""
    weights = [float(row["weight"]) for row in rates]
    prices = [float(row[f"zone_{zone}"]) for row in rates]
    above = next((i for i, weight in enumerate(weights) if weight >= billed_lb), len(weights) - 1)
    if above == 0:
        return prices[0]
    part = (billed_lb - weights[above - 1]) / (weights[above] - weights[above - 1])
    return prices[above - 1] + part * (prices[above] - prices[above - 1])

"""Opening bulk storage to outsiders: what is free, at which price it fills, what it does to the own promise, and when
the next block pays back.

Outsiders' goods need space and hands. Space is taken only where it is free, week by week, so the owner's own goods are
never turned away. The hands that bring outsiders' goods in and out are taken from the same teams, and that is what is
rehearsed: a generated change lowers the productive share of the receiving and loading teams by what outsiders take, and
the two worlds run in pairs on the same luck.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from firstbest.present.comparison import Difference, Estimate
from firstbest.present.primitive import OpenTold, Point, Volume, Week
from firstbest.rehearse.against import rehearse_against
from firstbest.rehearse.compare import headline
from firstbest.rehearse.folder import Options
from firstbest.rehearse.invoicing import House
from firstbest.rehearse.primitive import F64, YEAR_DAYS, Use, use_of
from firstbest.store.primitives import Primitives, Storage
from firstbest.world.units import PPM
from firstbest.world.words import Process

DRAWS: Final = 4_000
SHARES: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Of today's capacity: volumes at which the cost of a unit is told."""
SHARE_MOST: Final = 0.9
"""Of the teams' time that outsiders can take in a rehearsal."""
Demand = tuple[tuple[float, float], ...]


class Asked(NamedTuple):
    """How to rehearse: pairs, worker processes, fewer days."""

    replications: int
    workers: int
    days: int | None


class Fill(NamedTuple):
    """Space that is free, by week, and what outsiders would take of it at a price."""

    weeks: F64  # [W] cubic metres free in the fullest day of each week
    price: float
    volume: float


def wanted(demand: Demand, price: float) -> float:
    """Cubic metres that outsiders take at a price: straight lines between the points, nobody beyond the dearest."""
    if price <= demand[0][0]:
        return demand[0][1]
    for (low, most), (high, least) in pairwise(demand):
        if price <= high:
            return most + (least - most) * (price - low) / (high - low)
    return 0.0


def prices(demand: Demand) -> F64:
    """Prices worth looking at: two hundred between the cheapest and the dearest point."""
    return np.linspace(demand[0][0], demand[-1][0], 200) if len(demand) > 1 else np.array([demand[0][0]])


def free_weeks(use: Use, figures: Storage) -> F64:
    """[W] Space free on the fullest day of each week, below the share at which work slows down."""
    limit = use.capacity_m3 * figures.use
    daily = use.daily.sum(axis=1)
    return np.array([max(limit - daily[start : start + 7].max(), 0.0) for start in range(0, len(daily), 7)])


def filling(demand: Demand, weeks: F64) -> Fill:
    """The cheapest price at which what outsiders want fits into every week; it fills the space that is always free."""
    always = float(weeks.min())
    listed = prices(demand)
    fitting = [price for price in listed if wanted(demand, float(price)) <= always]
    price = float(fitting[0]) if fitting else float(listed[-1])
    return Fill(weeks, price, min(wanted(demand, price), always))


def earning(demand: Demand, weeks: F64, margin: float) -> Point:
    """The price that leaves most after handling, where each week takes what fits."""

    def left(price: float) -> float:
        return float(np.minimum(wanted(demand, price), weeks).sum()) * 7 * (price - margin)

    best = max((float(price) for price in prices(demand)), key=left)
    days = max(len(weeks) * 7, 1)
    return Point(best, float(np.minimum(wanted(demand, best), weeks).mean()), left(best) / days * YEAR_DAYS)


def change_text(house: House, use: Use, figures: Storage, volume: float) -> tuple[str, float]:
    """A change file in which outsiders' goods take their share of the teams' time, and that share."""
    labour, nodes = house.network.labour, house.network.texts.nodes
    daily = volume * figures.turns_year / YEAR_DAYS
    parts, most = [], 0.0
    for node in use.nodes:
        share_of_node = 1 / len(use.nodes)
        for process, minutes in ((Process.RECEIVE, figures.receive_min_m3), (Process.LOAD, figures.load_min_m3)):
            heads = int(labour.heads[node, process])
            paid = heads * int(labour.contract_minutes_week[node]) / 7
            productive = paid * int(labour.productive_ppm[node, process]) / PPM
            share = min(daily * share_of_node * minutes / max(productive, 1e-9), SHARE_MOST) if heads else 0.0
            if not heads:
                continue
            most = max(most, share)
            percent = int(labour.productive_ppm[node, process]) / PPM * 100 * (1 - share)
            parts.append(
                f'[[operation]]\nkind = "set"\nfile = "labour"\nkey = "{nodes[node]} {process.name.lower()}"\n'
                f'column = "productive_percent"\nvalue = {percent:.3f}\n'
            )
    note = f"By firstbest primitive open: {volume:,.0f} m3 of outsiders' goods, {daily:,.1f} m3 a day in and out."
    return f'title = "Bulk storage open to outsiders"\nnote = "{note}"\n\n' + "\n".join(parts), most


def block_value(demand: Demand, slack: float, margin: float, figures: Storage) -> tuple[Estimate, float, float]:
    """Net present value of one more block, its chance of paying back within its life, and the median year of it.

    Demand and costs are drawn between their low and high ends (triangular, the middle is what stands in the files);
    each draw sets the price that earns most. The interval holds 90 of 100 draws. Cash comes at the end of each year.
    """
    draws = np.random.default_rng(1)
    scale = draws.triangular(
        figures.demand[0], max(min(1.0, figures.demand[1]), figures.demand[0]), figures.demand[1], DRAWS
    )
    cost = draws.triangular(figures.cost[0], max(min(1.0, figures.cost[1]), figures.cost[0]), figures.cost[1], DRAWS)
    listed = prices(demand)
    curve = np.array([wanted(demand, float(price)) for price in listed])
    with_block = np.minimum(curve[None, :] * scale[:, None], slack + figures.block_m3)
    without = np.minimum(curve[None, :] * scale[:, None], slack)
    gain = (with_block * (listed - margin)).max(axis=1) - (without * (listed - margin)).max(axis=1)
    yearly = gain * YEAR_DAYS - figures.block_m3 * figures.block_running_m3_year * cost
    capital = figures.block_m3 * figures.capital_m3 * cost
    factors = (1 + figures.discount) ** -np.arange(1, figures.life_years + 1)
    value = yearly * factors.sum() - capital
    low, high = np.quantile(value, [0.05, 0.95])
    paid = np.where(yearly > 0, capital / np.maximum(yearly, 1e-9), np.inf)
    return Estimate(float(value.mean()), float(low), float(high)), float((value > 0).mean()), float(np.median(paid))


def volumes(use: Use, figures: Storage, margin: float) -> list[Volume]:
    """The cost of a cubic metre a day as volume grows: today's buildings first, then blocks."""
    limit = use.capacity_m3 * figures.use
    year = use.running / max(use.days, 1) * YEAR_DAYS
    annuity = (
        figures.discount / (1 - (1 + figures.discount) ** -figures.life_years)
        if figures.discount
        else 1 / figures.life_years
    )
    found = []
    for share in SHARES:
        volume = limit * share
        blocks = max(int(np.ceil((volume - limit) / (figures.block_m3 * figures.use))), 0)
        more = blocks * figures.block_m3 * (figures.block_running_m3_year + figures.capital_m3 * annuity)
        found.append(Volume(volume, blocks, (year + more) / (volume * YEAR_DAYS) + margin))
    return found


def opened(
    house: House, figures: Primitives, demand: Demand, asked: Asked, progress: Callable[[float], None]
) -> OpenTold:
    """Everything of `primitive open storage`; writes the change file it rehearsed."""
    # Demand and blocks are given at full scale; a rehearsal at a tenth looks at a tenth of them.
    storage = figures.storage._replace(block_m3=figures.storage.block_m3 * house.scale)
    demand = tuple((price, volume * house.scale) for price, volume in demand)
    use = use_of(house, storage)
    margin = use.handling_m3 / (YEAR_DAYS / storage.turns_year)
    weeks = free_weeks(use, storage)
    fill = filling(demand, weeks)
    text, share = change_text(house, use, storage, fill.volume)
    path = house.folder / "changes" / "open_storage.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    found = _rehearsed(house, path, asked, progress)
    value, chance, years = block_value(demand, float(weeks.min()), margin, storage)
    return OpenTold(
        weeks=[Week(use.first_day + 7 * place, float(free)) for place, free in enumerate(weeks)],
        capacity=use.capacity_m3 * storage.use,
        fill=Point(fill.price, fill.volume, fill.volume * (fill.price - margin) * YEAR_DAYS),
        best=earning(demand, weeks, margin),
        margin=margin,
        hands=share,
        differences=found,
        block_m3=storage.block_m3,
        block_value=value,
        block_chance=chance,
        block_years=years,
        life_years=storage.life_years,
        volumes=volumes(use, storage, margin),
        currency=house.workspace.currency,
        change=str(path),
        replications=asked.replications,
        note=""
        if house.scale == 1
        else f"from a rehearsal at {house.scale:g} of full scale; demand is taken at that scale",
    )


def _rehearsed(house: House, path: Path, asked: Asked, progress: Callable[[float], None]) -> tuple[Difference, ...]:
    options = Options(house.scale, asked.days, None)
    answer = rehearse_against(house.folder, path, options, (asked.replications, asked.workers, None), progress)
    return headline(answer.compared.differences)

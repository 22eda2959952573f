"""Opening bulk storage to outsiders: what is free, at which price it fills, what it does to the own promise, and when
the next block pays back.

Outsiders' goods need space and hands. Space is taken only where it is free, week by week, so the owner's own goods are
never turned away. The hands that bring outsiders' goods in and out are taken from the same teams, and that is what is
rehearsed: a generated change lowers the productive share of the receiving and loading teams by what outsiders take, and
the two worlds run in pairs on the same luck.

Pairs need not be as long as the rehearsal that stands in the folder: a quarter says in two minutes what a year says
in a quarter of an hour. How long they were is told, and what the shorter time cannot show, the fullest week of the
teams, is read from the facts of the whole rehearsal. They run at its scale: at a smaller one as many receipts come in
with fewer units each, so the teams of bulk storage would have less to do than they have.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from firstbest.present import text
from firstbest.present.comparison import Estimate
from firstbest.present.primitive import OpenTold, Point, Rehearsed, Team, Volume, Week
from firstbest.rehearse.compare import compare, headline
from firstbest.rehearse.compare_runs import Runs
from firstbest.rehearse.invoicing import House
from firstbest.rehearse.primitive import F64, HANDLING, YEAR_DAYS, Use, use_of
from firstbest.store.changes import load_changed
from firstbest.store.primitives import Primitives, Storage
from firstbest.world.units import DAY_US, PPM
from firstbest.world.words import Process

DRAWS: Final = 4_000
SHARES: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Of today's capacity: volumes at which the cost of a unit is told."""
SHARE_MOST: Final = 0.9
"""Of the teams' time that outsiders can take in a rehearsal."""
PAIR_DAYS: Final = 91
"""Days of a pair where none are asked for: a quarter."""
Demand = tuple[tuple[float, float], ...]


class Asked(NamedTuple):
    """How to rehearse: pairs, worker processes, days where not a quarter, and a scale of its own."""

    replications: int
    workers: int
    days: int | None
    scale: float | None


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


def handled(house: House, use: Use, figures: Storage, volume: float) -> dict[tuple[int, int], float]:
    """By node and process, the paid minutes a week that outsiders' goods are, spread over the buildings alike.

    Only teams of which labour.csv has heads: where it has none, nobody's hands are asked for. At a scale below 1 teams
    stay whole, and a cubic metre stands for several.
    """
    labour = house.network.labour
    weekly = volume * figures.turns_year / YEAR_DAYS / max(len(use.nodes), 1) * 7 / house.scale
    each = zip(HANDLING, (figures.receive_min_m3, figures.load_min_m3), strict=True)
    return {
        (int(node), int(process)): weekly * minutes * PPM / max(int(labour.productive_ppm[node, process]), 1)
        for process, minutes in each
        for node in use.nodes
        if labour.heads[node, process]
    }


def change_text(house: House, theirs: Mapping[tuple[int, int], float], volume: float) -> str:
    """A change file in which outsiders' goods take their share of the teams' time, and no head is added."""
    labour, nodes = house.network.labour, house.network.texts.nodes
    parts = []
    for (node, process), minutes in sorted(theirs.items()):
        there = int(labour.heads[node, process]) * int(labour.contract_minutes_week[node])
        share = min(minutes / max(there, 1), SHARE_MOST)
        percent = int(labour.productive_ppm[node, process]) / PPM * 100 * (1 - share)
        parts.append(
            f'[[operation]]\nkind = "set"\nfile = "labour"\nkey = "{nodes[node]} {Process(process).name.lower()}"\n'
            f'column = "productive_percent"\nvalue = {percent:.3f}\n'
        )
    again = "# Written by firstbest primitive open, which writes it anew: copy it before you edit it.\n"
    note = f"{volume:,.0f} m3 of outsiders' goods take their part of the time of the teams that bring goods in and out."
    return f'{again}title = "Bulk storage open to outsiders"\nnote = "{note}"\n\n' + "\n".join(parts)


def teams(house: House, use: Use, theirs: Mapping[tuple[int, int], float]) -> list[Team]:
    """The teams that bring goods in and out: their fullest whole week of the rehearsal, today and with outsiders'."""
    labour, weeks, found = house.network.labour, use.days // 7, []
    for (node, process), minutes in sorted(theirs.items()):
        paid = np.where(use.paid[:weeks, node, process] > 0, use.paid[:weeks, node, process], np.inf)
        today = use.busy[:weeks, node, process] / paid
        then = today + minutes / paid
        week = int(then.argmax()) if weeks else 0
        name = f"{text.named(house.network.texts.nodes[node])} {Process(process).name.lower()}"
        heads = int(labour.heads[node, process])
        more = minutes / max(int(labour.contract_minutes_week[node]), 1)
        full = (float(today.max(initial=0)), float(then.max(initial=0)))
        found.append(Team(name, heads, more, *full, use.first_day + 7 * week, int((then > 1).sum())))
    return found


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
    theirs = handled(house, use, storage, fill.volume)
    path = house.folder / "changes" / "open_storage.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(change_text(house, theirs, fill.volume), encoding="utf-8")
    value, chance, years = block_value(demand, float(weeks.min()), margin, storage)
    return OpenTold(
        weeks=[Week(use.first_day + 7 * place, float(free)) for place, free in enumerate(weeks)],
        capacity=use.capacity_m3 * storage.use,
        fill=Point(fill.price, fill.volume, fill.volume * (fill.price - margin) * YEAR_DAYS),
        best=earning(demand, weeks, margin),
        margin=margin,
        teams=teams(house, use, theirs),
        rehearsed=_rehearsed(house, path, asked, progress),
        block_m3=storage.block_m3,
        block_value=value,
        block_chance=chance,
        block_years=years,
        life_years=storage.life_years,
        volumes=volumes(use, storage, margin),
        currency=house.workspace.currency,
        change=str(path),
        note=""
        if house.scale == 1
        else f"from a rehearsal at {house.scale:g} of full scale; demand is taken at that scale",
    )


def _rehearsed(house: House, path: Path, asked: Asked, progress: Callable[[float], None]) -> Rehearsed:
    calendar = house.network.calendar
    whole = round((calendar.end_us - calendar.start_us) / DAY_US)
    days = min(asked.days or PAIR_DAYS, whole)
    scale = asked.scale or house.scale
    currency, seed = house.workspace.currency, house.workspace.seed
    load_changed(house.folder, path)  # Faults are told here, once, not by each process.
    runs = Runs(house.folder, path, scale, days)
    found = compare(runs, asked.replications, currency, seed=seed, workers=asked.workers, progress=progress)
    return Rehearsed(headline(found.differences), asked.replications, days, scale, calendar.start_us // DAY_US)

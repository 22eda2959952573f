"""A path: the workspace, then each change on top of those before it, every world rehearsed with the same seeds.

Step k is a pair: the world behind step k - 1 and the one behind step k. Each world is rehearsed once a seed and stands
in both of its pairs, so a path of five steps takes six rehearsals a seed.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, NamedTuple

import numpy as np

from firstbest.present import along
from firstbest.present.along import Stand, deepest_cash
from firstbest.present.comparison import Estimate
from firstbest.present.figures import figures
from firstbest.present.record import Assumed, Record
from firstbest.rehearse.banner import banner_of
from firstbest.rehearse.compare import Pairs, estimate, paired, run_each
from firstbest.rehearse.compare_payback import COSTS, Span, payback
from firstbest.rehearse.folder import OUTPUT, Options
from firstbest.rehearse.run import Settings, record_of, rehearse
from firstbest.rehearse.scenario import Scenario
from firstbest.rehearse.spread import Workers
from firstbest.store.changes import Changed, load_changed
from firstbest.store.changes_written import write_changed
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import Fault, WorkspaceFaulty
from firstbest.store.workspace import load
from firstbest.world.units import MONEY

STEPS_MAX: Final = 20
YEAR: Final = 365
OWN_GOODS: Final = "own_goods_value"
"""Beside the figures of a rehearsal: the owner's goods on the shelves at the end, at cost, whole currency units."""


@dataclass(frozen=True)
class Worlds:
    """Calling it with the number of a world, as text, and a seed rehearses that world and answers its figures."""

    folders: tuple[Path, ...]
    scale: float = 1.0
    days: int | None = None

    def __call__(self, which: str, seed: int) -> dict[str, float]:
        """Figures of one rehearsal, and the owner's goods."""
        result = rehearse(_scenario(self, int(which)), Settings(seed=seed))
        record = record_of(result, "", self.scale, Assumed(0, 0))
        return {**figures(record), OWN_GOODS: _own_goods(record)}


@lru_cache(maxsize=8)
def _scenario(worlds: Worlds, which: int) -> Scenario:
    return Scenario(*compile_network(load(worlds.folders[which]), worlds.scale, worlds.days))


def _own_goods(record: Record) -> float:
    assert record.stock_items is not None, "a record of a rehearsal has its stock"
    held = record.stock_items["item"]
    own = np.asarray(record.network.items.seller)[held] == 0
    cost = np.asarray(record.network.items.cost)[held[own]]
    return float((record.stock_items["on_hand"][own].astype(np.int64) * cost).sum()) / MONEY / record.scale


class How(NamedTuple):
    """How many pairs, on how many processes."""

    replications: int
    workers: Workers


def rehearse_along(
    folder: Path, changes: Sequence[Path], options: Options, how: How, progress: Callable[[float], None] | None = None
) -> along.Path:
    """Rehearse a path and write `rehearsal/path.csv`.

    Raises `WorkspaceFaulty` with the faults of the workspace, or of the first change that does not fit on top of those
    before it, before anything runs.
    """
    workspace = load(folder)
    if not 1 <= len(changes) <= STEPS_MAX:
        raise WorkspaceFaulty([Fault("changes", 0, "", f"1 to {STEPS_MAX} changes on a path", str(len(changes)))])
    with TemporaryDirectory(prefix="firstbest-") as scratch:
        folders, made = _written(folder, changes, Path(scratch))
        seed = workspace.seed if options.seed is None else options.seed
        seeds = range(seed, seed + how.replications)
        tasks = [(str(world), each) for each in seeds for world in range(len(folders))]
        runs = run_each(Worlds(folders, options.scale, options.days), tasks, how.workers, progress)
    found = dict(zip(tasks, runs, strict=True))
    values = [[found[str(world), each] for each in seeds] for world in range(len(folders))]
    span = Span(workspace.days if options.days is None else options.days, options.scale)
    stands = _stands(made, values, span, workspace.currency)
    banner = banner_of(folder)
    path = along.Path(workspace.name, workspace.currency, how.replications, span.days, span.scale, stands, banner)
    (folder / OUTPUT).mkdir(exist_ok=True)
    write_path(folder / OUTPUT / "path.csv", path)
    return path


def _written(
    folder: Path, changes: Sequence[Path], scratch: Path
) -> tuple[tuple[Path, ...], list[tuple[Changed, str]]]:
    """The folder of each world, and the changes between them."""
    folders, made = [folder], []
    for number, change in enumerate(changes, start=1):
        target = scratch / str(number)
        target.mkdir()
        made.append((load_changed(folders[-1], change), change.name))
        write_changed(folders[-1], change, target)
        folders.append(target)
    return tuple(folders), made


def _stands(
    made: Sequence[tuple[Changed, str]], values: Sequence[Sequence[Mapping[str, float]]], span: Span, currency: str
) -> tuple[Stand, ...]:
    def told(world: int, key: str) -> Estimate:
        return estimate([each[key] for each in values[world]])

    paid, yearly, goods, words, savings = [0.0], [0.0], [0.0], [""], [Estimate(0.0, 0.0, 0.0)]
    for number, (changed, _) in enumerate(made, start=1):
        pairs = _pair(values[number - 1], values[number])
        back = payback(pairs, changed.one_off_cost, span, currency)
        fall = [
            -sum(each) for each in zip(*(paired(pairs.without[key], pairs.with_[key]) for key in COSTS), strict=True)
        ]
        savings.append(estimate(fall))
        orders = estimate(pairs.without["orders_shipped"]).mean / span.scale * YEAR / max(span.days, 1)
        paid.append(changed.one_off_cost)
        yearly.append(savings[-1].mean * orders)
        goods.append(max(told(number, OWN_GOODS).mean - told(number - 1, OWN_GOODS).mean, 0.0))
        words.append(back.sentence.partition(": ")[2] if back else "")
    deepest = deepest_cash([one + more for one, more in zip(paid, goods, strict=True)], yearly)
    titles = [("as it is", ""), *((changed.title, file) for changed, file in made)]
    return tuple(
        Stand(
            *titles[n], told(n, "orders_shipped").mean / span.scale, told(n, "delivered_on_time"),
            told(n, "two_day_share"), told(n, "cost_to_serve_per_order"), savings[n], paid[n], goods[n], words[n],
            deepest[n],
        )
        for n in range(len(values))
    )  # fmt: skip


def _pair(before: Sequence[Mapping[str, float]], after: Sequence[Mapping[str, float]]) -> Pairs:
    """Two neighbouring worlds as pairs."""
    keys = set(before[0]) & set(after[0])

    def columns(runs: Sequence[Mapping[str, float]]) -> dict[str, tuple[float, ...]]:
        return {key: tuple(each[key] for each in runs) for key in keys}

    return Pairs(tuple(range(len(before))), columns(before), columns(after))


def write_path(file: Path, path: along.Path) -> None:
    """The path as a table: a row a stand, intervals beside their means."""
    header = [
        "step", "file", "title", "orders", "on_time", "on_time_low", "on_time_high", "two_days", "two_days_low",
        "two_days_high", "cost_an_order", "cost_low", "cost_high", "saving_an_order", "saving_low", "saving_high",
        "paid_once", "own_goods_more", "payback", "deepest_cash",
    ]  # fmt: skip
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened, lineterminator="\n")
        writer.writerow(header)
        for number, stand in enumerate(path.stands):
            ends = [value for each in (stand.on_time, stand.two_days, stand.cost, stand.saving) for value in each]
            cells = [stand.orders, *ends, stand.paid, stand.goods]
            shown = [f"{value:.6g}" for value in cells]
            writer.writerow([number, stand.file, stand.title, *shown, stand.payback, f"{stand.deepest:.6g}"])

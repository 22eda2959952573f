"""Seeded betrayals: each breaks the house in a way that once passed unseen somewhere, and a law must catch it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import NamedTuple

import numpy as np
import pytest

from firstbest.decide.ground import Ground
from firstbest.decide.promise import Window
from firstbest.operate import arrivals, folds, loop, metrics_rows
from firstbest.operate.arrive_state import Asks
from firstbest.operate.ports import Add, Change, End, Read, Rows, Step, columns_of
from firstbest.store import book_fold
from firstbest.store.book_fold import Held
from firstbest.store.book_open import open_book
from firstbest.store.book_read import load_columns
from firstbest.store.book_sqlite import Settings
from firstbest.store.columns import BoundBroken, sizes
from firstbest.world import facts as f
from firstbest.world import tables as t
from firstbest.world.commands import Batch
from tests.laws.conservation import broken
from tests.laws.history import Run, run
from tests.laws.recount import disagreements
from tests.laws.test_rebuild import different
from tests.laws.test_split import differing
from tests.laws.worlds import World, made

Patch = pytest.MonkeyPatch
TIGHT = World(seed=5, days=8, orders_day=60, heads=2, stock_days=2, capacity_days=3, cancel_ppm=400_000, slow=True)
LONG, SHORT = TIGHT._replace(wave_minutes=420), TIGHT._replace(seed=4, wave_minutes=61)
WORLDS = (LONG, SHORT, LONG._replace(seed=4, capacity_days=2), LONG._replace(heads=1))
"""Stock and packing slots run out, and waves are long enough for a cancel to free what a later order takes."""


def split_law() -> str:
    """Does any cut change a byte?"""
    for world in WORLDS:
        network = made(world)
        whole = run(network, world.seed, Run(meddle=world.seed))
        cut = run(network, world.seed, Run((1, 7, 2), meddle=world.seed))
        if differing(whole.bytes_by_type(), cut.bytes_by_type()):
            return "bytes differ"
    return ""


def conservation_laws() -> str:
    """Does something not add up?"""
    for world in WORLDS:
        wrong = broken(run(made(world), world.seed, Run(meddle=world.seed)))
        if wrong:
            return ", ".join(wrong)
    return ""


def recount_law() -> str:
    """Do the cubes differ from a recount?"""
    return ", ".join(disagreements(run(made(WORLDS[0]), 1))[:1])


def rebuild_law() -> str:
    """Do the columns rebuilt from SQL differ from those in memory?"""
    with open_book(":memory:", Settings(full_sync=False)) as book:
        history = run(made(WORLDS[0]), 1, Run(onward=book))
        return ", ".join(different(history.state, load_columns(book, sizes(history.network))))


def found(law: Callable[[], str]) -> str:
    """What a law says; a bound that breaks on the way says it too."""
    try:
        return law()
    except (BoundBroken, book_fold.FoldError) as bound:
        return str(bound)


def refold(patch: Patch, fact: f.FactType, change: Callable[[list[Change]], list[Change]]) -> None:
    """Change what the fold of one type of fact answers."""
    spoiled = []
    for each, fold in folds.FOLDS:
        if each is fact:
            spoiled.append((each, lambda rows, ground, fold=fold: change(fold(rows, ground))))
        else:
            spoiled.append((each, fold))
    patch.setattr(folds, "FOLDS", tuple(spoiled))


def without(table: t.Table, kind: type = Add) -> Callable[[list[Change]], list[Change]]:
    """Leave out what is added to (or set in) a table."""
    return lambda changes: [each for each in changes if not (each.table is table and isinstance(each, kind))]


def capacity_is_forgotten_on_a_cancel(patch: Patch) -> None:
    refold(patch, f.UNPLANNED, without(t.SLOT_T))


def a_pick_leaves_its_reservation(patch: Patch) -> None:
    def kept(changes: list[Change]) -> list[Change]:
        for change in changes:
            if isinstance(change, Add) and change.table is t.STOCK_T:
                change.rows["reserved"] = 0
        return changes

    refold(patch, f.PICKED, kept)


def a_cancel_returns_stock_to_the_wrong_bucket(patch: Patch) -> None:
    def moved(changes: list[Change]) -> list[Change]:
        return [elsewhere(each) if isinstance(each, Add) and each.table is t.STOCK_T else each for each in changes]

    def elsewhere(change: Add) -> Add:
        return Add.of(t.STOCK_T, change.rows["key"], {"inbound": -change.rows["reserved"]})

    refold(patch, f.CANCELLED, moved)


def a_departure_is_never_posted_at_the_dock(patch: Patch) -> None:
    refold(patch, f.DEPARTED, without(t.LOAD_T))


def a_receipt_leaves_its_cargo_inbound(patch: Patch) -> None:
    def kept(changes: list[Change]) -> list[Change]:
        for change in changes:
            if isinstance(change, Add) and "inbound" in columns_of(change):
                change.rows["inbound"] = 0
        return changes

    refold(patch, f.RECEIVED, kept)


def a_completed_order_stays_open(patch: Patch) -> None:
    refold(patch, f.COMPLETED, without(t.ORDER_T, End))


def what_a_row_took_is_not_seen_by_the_next(patch: Patch) -> None:
    decide = arrivals.decide

    def forgetful(terms: object, asks: Asks, local: object, out: object) -> None:
        for n in range(len(asks.commands)):
            reserved = local.shelves["reserved"].copy()  # type: ignore[attr-defined]
            one = slice(n, n + 1)
            rows = (asks.order_row[one], asks.shipment_row[one], asks.shelf[one], asks.cargo_row[one])
            decide(terms, Asks(asks.commands[one], asks.lines, *rows, asks.line_shelf, asks.line_kit), local, out)
            local.shelves["reserved"] = reserved  # type: ignore[attr-defined]

    patch.setattr(arrivals, "decide", forgetful)


def the_clock_of_the_batchs_end_holds_for_all(patch: Patch) -> None:
    def hurried(batch: Batch, ground: Ground) -> Step:
        batch.commands["at"] = batch.commands["at"][-1]
        return arrivals.take(batch, ground)

    patch.setattr(loop, "ARRIVALS", ((arrivals.KINDS, hurried), *loop.ARRIVALS[1:]))


def the_window_is_the_batchs(patch: Patch) -> None:
    read_window = arrivals.read_window

    def narrow(batch: Batch, ground: Ground) -> Generator[Read, Rows, Window]:
        window = yield from read_window(Batch(batch.commands[:1].copy(), batch.lines), ground)
        return window._replace(taken=window.taken[:, :-4].copy(), limit=window.limit[:, :-4].copy())

    patch.setattr(arrivals, "read_window", narrow)


def a_kind_goes_first_within_its_batch(patch: Patch) -> None:
    def sorted_by_kind(batch: Batch, ground: Ground) -> Step:
        return arrivals.take(batch.select(np.argsort(-batch.commands["kind"], kind="stable")), ground)

    patch.setattr(loop, "ARRIVALS", ((arrivals.KINDS, sorted_by_kind), *loop.ARRIVALS[1:]))


def sales_are_counted_at_the_price_of_the_parcel(patch: Patch) -> None:
    def spoiled(counts: metrics_rows.Counts, known: metrics_rows.Known, rows: np.ndarray) -> None:
        rows = rows.copy()
        rows["value"] = rows["cost"]
        metrics_rows.departed(counts, known, rows)

    patch.setitem(metrics_rows.BY_ROW, f.DEPARTED.name, spoiled)


def a_cell_is_emptied_before_its_sums_are_told(patch: Patch) -> None:
    told = metrics_rows.told

    def forgetful(counts: metrics_rows.Counts) -> list[Change]:
        counts.flow.used[0] = max(int(counts.flow.used[0]) - 1, 0)
        return told(counts)

    patch.setattr(metrics_rows, "told", forgetful)


def the_book_keeps_only_the_last_amount(patch: Patch) -> None:
    def last(held: Held, change: Add, slots: np.ndarray) -> None:
        spots, place = np.unique(slots, return_index=True)
        if change.table is not t.CUBE_T:
            add(held, change, slots)
            return
        add(held, Add(change.table, change.rows[place]), spots)

    add = book_fold.add
    patch.setattr(book_fold, "add", last)


class Betrayal(NamedTuple):
    """A betrayal, the law that must catch it, and what the law must name."""

    commit: Callable[[Patch], None]
    law: Callable[[], str]
    names: str


BETRAYALS = (
    Betrayal(capacity_is_forgotten_on_a_cancel, split_law, "bytes differ"),
    Betrayal(capacity_is_forgotten_on_a_cancel, conservation_laws, "slots_are_promised_shipments"),
    Betrayal(a_pick_leaves_its_reservation, conservation_laws, "reserved_is_what_open_lines_want"),
    Betrayal(a_cancel_returns_stock_to_the_wrong_bucket, conservation_laws, "stock_is_conserved"),
    Betrayal(a_departure_is_never_posted_at_the_dock, conservation_laws, "floors_and_docks"),
    Betrayal(a_receipt_leaves_its_cargo_inbound, conservation_laws, "stock_is_conserved"),
    Betrayal(a_completed_order_stays_open, conservation_laws, "each_order_ends_once"),
    Betrayal(what_a_row_took_is_not_seen_by_the_next, split_law, ""),
    Betrayal(the_clock_of_the_batchs_end_holds_for_all, split_law, "bytes differ"),
    Betrayal(the_window_is_the_batchs, split_law, "bytes differ"),
    Betrayal(a_kind_goes_first_within_its_batch, split_law, "bytes differ"),
    Betrayal(sales_are_counted_at_the_price_of_the_parcel, recount_law, "SALES"),
    Betrayal(a_cell_is_emptied_before_its_sums_are_told, recount_law, "flow to place"),
    Betrayal(the_book_keeps_only_the_last_amount, rebuild_law, "cube"),
)


@pytest.mark.parametrize("law", [split_law, conservation_laws, recount_law, rebuild_law])
def test_without_a_betrayal_the_laws_are_silent(law: Callable[[], str]) -> None:
    assert not found(law)


@pytest.mark.parametrize("betrayal", BETRAYALS, ids=lambda b: f"{b.commit.__name__}-{b.law.__name__}")
def test_a_betrayal_is_caught(betrayal: Betrayal, monkeypatch: pytest.MonkeyPatch) -> None:
    betrayal.commit(monkeypatch)

    told = found(betrayal.law)

    assert told, "the law was silent"
    assert betrayal.names in told

"""Where a third of all parcels is lost or damaged: every way of making that good occurs, and all laws hold."""

from __future__ import annotations

import numpy as np
import pytest

from firstbest.world import facts as f
from firstbest.world.metrics import METRICS, Metric
from firstbest.world.nature import Nature
from firstbest.world.network import Network
from firstbest.world.units import SENT_AGAIN_FIRST
from tests.laws.conservation import broken
from tests.laws.conservation_after import broken_after
from tests.laws.history import Run, run
from tests.laws.outcomes import outcomes
from tests.laws.recount import disagreements, every_cell
from tests.laws.test_split import differing
from tests.laws.worlds import World, made

SCARCE = World(seed=3, days=15, returns=True, stock_days=1, orders_day=60)


def harmful(world: World, *, replaces: bool = True) -> tuple[Network, Nature]:
    """The same world in which carriers lose or damage one parcel in three."""
    network, nature = made(world)
    care = network.detail.care
    assert care is not None
    network = network._replace(detail=network.detail._replace(care=care._replace(replaces=int(replaces))))
    roads = nature.roads
    many = {name: np.full_like(getattr(roads, name), 200_000) for name in ("lost_ppm", "damaged_ppm")}
    return network, nature._replace(roads=roads._replace(**many))


@pytest.mark.parametrize("world", [SCARCE, SCARCE._replace(seed=8, kits=True, stock_days=6), SCARCE._replace(seed=17)])
def test_all_laws_hold_and_every_way_out_is_taken(world: World) -> None:
    network = harmful(world)
    history = run(network, world.seed, Run(meddle=world.seed))

    assert not broken(history) | broken_after(history)
    assert not disagreements(history)
    assert {"sent again", "replacement came", "lost again", "made good"} <= outcomes(history)
    assert len(history.rows(f.REPLACED)) >= 10
    split = run(network, world.seed, Run((3, 40, 1), meddle=world.seed))
    assert not differing(history.bytes_by_type(), split.bytes_by_type())


def test_what_is_scarce_is_paid_back_and_kits_are_never_sent_in_parts() -> None:
    scarce = run(harmful(SCARCE), SCARCE.seed)
    kits = run(harmful(SCARCE._replace(kits=True, stock_days=6)), SCARCE.seed)
    assembled = {(row["order"], row["node"], row["attempt"]) for row in kits.rows(f.ASSEMBLED)}
    replaced = {(row["order"], row["node"], row["attempt"]) for row in kits.rows(f.REPLACED)}
    good = {(row["order"], row["node"], row["attempt"]) for row in kits.rows(f.MADE_GOOD)}

    assert "cannot be sent again" in outcomes(scarce)
    assert len(assembled & good) >= 3
    assert not assembled & replaced


def test_the_second_parcel_stands_with_the_loss_and_nowhere_else() -> None:
    network = harmful(SCARCE._replace(stock_days=6))
    again, back = run(network, 3), run(harmful(SCARCE._replace(stock_days=6), replaces=False), 3)
    sums = [np.zeros((METRICS, 2), np.int64) for _ in range(2)]
    for total, history in zip(sums, (again, back), strict=True):
        for (metric, *_), pair in every_cell(history).items():
            total[metric] += pair
    departed = again.rows(f.DEPARTED)
    second = departed["order"] >= SENT_AGAIN_FIRST

    assert sums[0][Metric.REPLACED, 1] == len(again.rows(f.REPLACED)) >= 10
    assert sums[0][Metric.REPLACED, 0] > departed["cost"][second].sum() > 0
    assert sums[0][Metric.SALES, 0] == departed["value"][~second].sum()
    assert sums[0][Metric.ORDERS_PLACED, 0] == sums[1][Metric.ORDERS_PLACED, 0], "no customer ordered more"
    assert sums[1][Metric.REPLACED].tolist() == [0, 0]
    assert not len(back.rows(f.CONTENTS_FORGOTTEN)), "nothing is kept where harm is paid back"

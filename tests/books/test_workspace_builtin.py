"""The built-in network is a good workspace, and its files say what they seem to."""

from pathlib import Path

import pytest

import firstbest
from firstbest.store.compile_network import compile_network
from firstbest.store.workspace import check, load

BUILTIN = Path(firstbest.__file__).parent / "store" / "builtin"


def test_the_builtin_network_has_no_fault() -> None:
    assert [str(each) for each in check(BUILTIN)] == []


def test_the_builtin_year_has_its_mean_and_its_peak() -> None:
    network, nature = compile_network(load(BUILTIN))
    year = nature.demand.orders_day[1:366]
    assert year.mean() == pytest.approx(8_000, abs=1)
    assert year.max() / 8_000 == pytest.approx(3.2, abs=0.05)
    assert len(network.texts.places) == 887
    # Every place is reached from every centre by a carrier that goes by zone.
    assert (network.arcs.zone.max(axis=0)[network.nodes.kind == 4] >= 2).all()

"""members.toml and offers.csv: what they say, and every fault of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from firstbest.rehearse.membership import Spread, Worlds, owner_share, promising
from firstbest.store.compile_network import compile_network
from firstbest.store.faults import WorkspaceFaulty
from firstbest.store.init import BUILTIN
from firstbest.store.members_file import DEFAULTS, read_members
from firstbest.store.network_digest import network_digest
from firstbest.store.workspace import check, load
from firstbest.world.network import NO_OFFERS
from firstbest.world.words import Service, Timer
from tests.books.small_workspace import write

PERK = """
[[perk]]
name = "delivery"
meter = "orders_shipped"
per = "order"
others_pay = 4.5
mark = "GIVEN"
source = "our shop"
"""
OFFERS = "product,item,delivery_charge\nvessel,kettle,\nvessel,lamp,2.5\n"


def test_a_bundle_is_what_the_file_says(tmp_path: Path) -> None:
    folder = write(tmp_path)
    workspace = load(folder)
    nothing, usual = read_members(folder, workspace)
    (folder / "members.toml").write_text(
        PERK + '[[answer]]\nname = "renewal"\nvalue = 0.7\nlow = 0.6\nhigh = 0.8\nmark = "FITTED"\nsource = "ours"\n'
    )
    (perk,), answers = read_members(folder, workspace)

    assert nothing == ()
    assert usual == DEFAULTS
    assert (perk.meter, perk.per, perk.use, perk.others_pay) == ("orders_shipped", "order", 1.0, 4.5)
    assert {each.name: each.value for each in answers}["renewal"] == 0.7
    assert len(answers) == len(DEFAULTS)


def test_the_built_in_bundle_answers_by_the_demand_file() -> None:
    folder = Path(str(BUILTIN))
    perks, answers = read_members(folder, load(folder))

    assert [each.name for each in perks] == ["delivery"]
    told = {each.name: each for each in answers}
    assert told["speed"].value == 0.015
    assert "Bijmolt" in told["price"].source


def test_faults_of_a_bundle_are_told_together(tmp_path: Path) -> None:
    folder = write(tmp_path)
    (folder / "members.toml").write_text(
        PERK.replace("orders_shipped", "order_shipped")
        + '[[answer]]\nname = "taste"\nvalue = 0.9\nlow = 0.1\nhigh = 0.5\nmark = "GIVEN"\nsource = "x"\n'
    )

    with pytest.raises(WorkspaceFaulty) as faulty:
        read_members(folder, load(folder))
    told = str(faulty.value)
    assert "perk.meter: expected a meter" in told
    assert "answer.value: expected low <= value <= high" in told


def test_offers_make_products_and_a_timer(tmp_path: Path) -> None:
    folder = write(tmp_path / "one")
    (folder / "kits.csv").unlink()  # a kit is nobody's offer
    plain, _ = compile_network(load(folder))
    (folder / "offers.csv").write_text(OFFERS)
    network, nature = compile_network(load(folder))

    assert plain.offers is NO_OFFERS
    assert Timer.OFFER not in plain.calendar.timers_kind
    assert network.texts.products == ("vessel",)
    assert network.offers.item.tolist() == [0, 2]
    assert network.offers.charge.tolist() == [0, 2_500_000]
    # Two weeks of hours, one of which the clocks skip in March.
    assert (network.calendar.timers_kind == Timer.OFFER).sum() == 14 * 24 - 1
    assert nature.demand.featured_ppm == 800_000
    assert network_digest(network) != network_digest(plain)
    assert network_digest(network) != network_digest(network._replace(offers=network.offers._replace(day_ppm=1)))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "product,item\nvessel,kettle\n",
            "row 2, product: expected a product that two items or more offer",
        ),
        ("product,item\nvessel,kettle\nvessel,kettel\n", "offers.csv, row 3, item: expected an item of items.csv"),
        ("product,item\nvessel,kettle\npot,kettle\n", "offers.csv, row 3"),
    ],
)
def test_faults_of_offers_are_told(tmp_path: Path, text: str, told: str) -> None:
    folder = write(tmp_path)
    (folder / "offers.csv").write_text(text)

    assert any(told in str(fault) for fault in check(folder)), [str(each) for each in check(folder)]


def test_members_are_promised_what_is_asked(tmp_path: Path) -> None:
    folder = write(tmp_path)
    network, nature = compile_network(load(folder))
    member = int(Service.MEMBER)
    made = promising(network, 3)

    assert made.promises.high_days[member] == 3
    assert made.promises.pad_days[member] == 0
    assert (made.promises.high_days[[0, 2]] == network.promises.high_days[[0, 2]]).all()
    # Kettles at 40 and towels at 20 dollars by 6 and 3; goods 13 and 5, duty 8 %.
    assert owner_share(network, nature.demand.item_weight) == pytest.approx(1 - (6 * 13 + 3 * 5) * 1.08 / 300, abs=1e-3)
    assert Worlds(Spread(folder, 1.0, 7), 0, 2, -1) == Worlds(Spread(folder, 1.0, 7), 0, 2, -1)

"""The live house decides what the twin decided: same commands, same bytes, whatever the cuts; and again on replay."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from firstbest.run.replay import replay, shadow
from firstbest.world.facts import FACTS
from tests.laws.history import Run, run
from tests.laws.worlds import World, histories, made, worlds
from tests.parity.houses import facts_in, house_of, play


def test_the_recorded_commands_give_a_house_without_physics_the_same_bytes() -> None:
    seen: Counter[str] = Counter()

    @histories(10)
    @given(world=worlds, cuts=st.sampled_from([(10_000,), (1, 7, 50), (3,)]))
    def holds(world: World, cuts: tuple[int, ...]) -> None:
        history = run(made(world), world.seed, Run(meddle=world.seed * world.meddle))
        house, clock = house_of(made(world))

        play(house, clock, history, cuts, history.network.calendar.end_us)

        live, twin = facts_in(house.book), history.bytes_by_type()
        assert {name for name in live if live[name] != twin[name]} == set()
        seen.update({fact.name: len(history.rows(fact)) for fact in FACTS})

    holds()

    wanted = ("ordered", "cancelled", "picked", "departed", "rolled", "received", "refused", "completed", "worked")
    assert all(seen[name] > 0 for name in wanted), seen


def test_replay_is_identical_and_finds_what_was_tampered_with() -> None:
    world = World(days=8, orders_day=25)
    history = run(made(world), 1, Run())
    house, clock = house_of(made(world))
    play(house, clock, history, (40,), history.network.calendar.end_us)

    assert replay(house.book, house.phases).identical

    spot = next(i for i, each in enumerate(house.book.kept) if any(b.fact.name == "planned" for b in each.blocks))
    planned = next(b for b in house.book.kept[spot].blocks if b.fact.name == "planned")
    planned.rows["cost"][0] += 1
    found = replay(house.book, house.phases)
    assert found.difference is not None
    assert (found.difference.tick.tick, found.difference.fact) == (spot, "planned")
    assert found.difference.sealed != found.difference.here


def test_a_shadow_of_the_same_policy_changes_nothing_and_of_another_something() -> None:
    world = World(days=8, orders_day=25)
    history = run(made(world), 1, Run())
    house, clock = house_of(made(world))
    play(house, clock, history, (40,), history.network.calendar.end_us)
    network = house.world.network

    same = shadow(house.book, house.phases, network)
    dearer = network.carriers._replace(rate=network.carriers.rate * 3)
    other = shadow(house.book, house.phases, network._replace(carriers=dearer))

    assert (sum(same.changed.values()), same.cost) == (0, 0)
    assert other.changed["planned"] > 0
    assert other.cost > 0

"""The split law: any cut of the arriving batches gives the same bytes; and the log alone, without physics, does too."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from firstbest.decide.arms import arms_of
from firstbest.operate.loop import Adoption
from firstbest.store.staging import armed, by_node
from firstbest.world import facts as f
from firstbest.world.network import Network
from firstbest.world.units import HOUR_US
from firstbest.world.words import NodeKind
from tests.laws.conservation import broken
from tests.laws.history import Run, run
from tests.laws.outcomes import FLOORS, outcomes, too_rare
from tests.laws.worlds import World, histories, made, worlds

HISTORIES = 24
WHOLE = (200_000,)

cuts = st.lists(st.sampled_from([1, 2, 3, 7, 11, 50, 1_000]), min_size=1, max_size=9).map(tuple)


def differing(left: dict[str, bytes], right: dict[str, bytes]) -> list[str]:
    """Types of fact whose row bytes differ."""
    return [name for name in left if left[name] != right[name]]


def test_any_cut_gives_the_same_bytes() -> None:
    seen: Counter[str] = Counter()
    lived = 0

    @histories(HISTORIES)
    @given(world=worlds, cut=cuts)
    def holds(world: World, cut: tuple[int, ...]) -> None:
        nonlocal lived
        network = made(world)
        meddle = world.seed * world.meddle
        whole = run(network, world.seed, Run(WHOLE, meddle=meddle))
        split = run(network, world.seed, Run(cut, meddle=meddle))

        assert len(split.book.ticks) >= len(whole.book.ticks)
        assert not differing(whole.bytes_by_type(), split.bytes_by_type())
        lived += 1
        seen.update(outcomes(whole))

    holds()

    assert lived >= HISTORIES // 2
    rare = too_rare(seen, lived, FLOORS)
    assert not rare, f"of {lived} histories too few met {rare}"


def test_the_log_alone_gives_the_same_bytes() -> None:
    @histories(6)
    @given(world=worlds, cut=cuts)
    def holds(world: World, cut: tuple[int, ...]) -> None:
        network = made(world)
        first = run(network, world.seed, Run(WHOLE, meddle=world.seed))
        replayed = run(network, world.seed, Run(cut, log=first.outside.log))

        assert not differing(first.bytes_by_type(), replayed.bytes_by_type())

    holds()


def test_a_change_that_comes_in_by_stages_gives_the_same_bytes() -> None:
    """A share of orders is treated, then more, then a building, then all: cut anywhere, and by the log alone."""
    treated = 0

    @histories(6)
    @given(world=worlds, cut=cuts)
    def holds(world: World, cut: tuple[int, ...]) -> None:
        nonlocal treated
        network, nature = made(world._replace(share_ppm=0))
        adopt = in_stages(network)
        whole = run((network, nature), world.seed, Run(WHOLE, meddle=world.seed, adopt=adopt))
        split = run((network, nature), world.seed, Run(cut, meddle=world.seed, adopt=adopt))
        replayed = run((network, nature), world.seed, Run(cut, log=whole.outside.log, adopt=adopt))

        assert not differing(whole.bytes_by_type(), split.bytes_by_type())
        assert not differing(whole.bytes_by_type(), replayed.bytes_by_type())
        assert len(whole.rows(f.ADOPTED)) == len(adopt)
        assert not broken(whole)
        ordered = whole.rows(f.ORDERED)
        within = ordered[(ordered["at"] >= adopt[0].at) & (ordered["at"] < adopt[1].at)]
        arms = arms_of(adopt[0].network.arms, within["tie"].copy())
        later = arms_of(adopt[1].network.arms, within["tie"].copy())
        assert (later >= arms).all()
        treated += 0 < arms.sum() < len(arms)

    holds()
    assert treated >= 3


def in_stages(network: Network) -> tuple[Adoption, ...]:
    """Promises change for a share of orders, for more; then cut-offs at one building, then at all."""
    changed = network._replace(
        promises=network.promises._replace(pad_days=network.promises.pad_days + np.int16(1)),
        policy=network.policy._replace(late_day_penalty=network.policy.late_day_penalty // 3),
    )
    cut_off = np.where(network.calendar.cut_off_us > 0, network.calendar.cut_off_us - 2 * HOUR_US, -1)
    earlier = network._replace(calendar=network.calendar._replace(cut_off_us=cut_off))
    centre = int(np.flatnonzero(network.nodes.kind == NodeKind.FULFILMENT)[0])
    stages = (
        armed(network, changed, 300_000, "tried"),
        armed(network, changed, 700_000, "tried"),
        by_node(network, earlier, {centre}),
        earlier,
    )
    start = network.calendar.start_us + 17 * HOUR_US
    return tuple(Adoption(start + n * 13 * HOUR_US, each, n) for n, each in enumerate(stages))

"""The split law: any cut of the arriving batches gives the same bytes; and the log alone, without physics, does too."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

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

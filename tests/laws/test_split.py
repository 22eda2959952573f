"""The split law: any cut of the arriving batches gives the same bytes; and the log alone, without physics, does too."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.laws.history import Run, run
from tests.laws.outcomes import FLOORS, outcomes, too_rare
from tests.laws.worlds import World, made, worlds

HISTORIES = 24
WHOLE = (200_000,)

cuts = st.lists(st.sampled_from([1, 2, 3, 7, 11, 50, 1_000]), min_size=1, max_size=9).map(tuple)


def differing(left: dict[str, bytes], right: dict[str, bytes]) -> list[str]:
    """Types of fact whose row bytes differ."""
    return [name for name in left if left[name] != right[name]]


def test_any_cut_gives_the_same_bytes() -> None:
    seen: Counter[str] = Counter()
    histories = 0

    @settings(max_examples=HISTORIES)
    @given(world=worlds, cut=cuts)
    def holds(world: World, cut: tuple[int, ...]) -> None:
        nonlocal histories
        network = made(world)
        meddle = world.seed * world.meddle
        whole = run(network, world.seed, Run(WHOLE, meddle=meddle))
        split = run(network, world.seed, Run(cut, meddle=meddle))

        assert len(split.book.ticks) >= len(whole.book.ticks)
        assert not differing(whole.bytes_by_type(), split.bytes_by_type())
        histories += 1
        seen.update(outcomes(whole))

    holds()

    assert histories >= HISTORIES // 2
    rare = too_rare(seen, histories, FLOORS)
    assert not rare, f"of {histories} histories too few met {rare}"


def test_the_log_alone_gives_the_same_bytes() -> None:
    @settings(max_examples=6)
    @given(world=worlds, cut=cuts)
    def holds(world: World, cut: tuple[int, ...]) -> None:
        network = made(world)
        lived = run(network, world.seed, Run(WHOLE, meddle=world.seed))
        replayed = run(network, world.seed, Run(cut, log=lived.outside.log))

        assert not differing(lived.bytes_by_type(), replayed.bytes_by_type())

    holds()

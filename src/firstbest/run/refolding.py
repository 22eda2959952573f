"""After an upgrade: tables that gained a column are folded again before anything is decided on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from firstbest.run.house import Phase
from firstbest.store.book_live import LiveBook
from firstbest.store.book_refold import marked
from firstbest.store.book_verify import NotComparable, refolded

Say = Callable[[str], None]
STEPS: Final = 10
"""How often the way through the ticks is told."""


def fold_again(book: LiveBook, phases: Sequence[Phase], say: Say) -> list[str]:
    """Fold the tables that wait for it; answers their names, none where nothing waited.

    `phases`: the worlds of the house, from its beginning on. Where a tick was decided under a world that is not among
    them, nothing is changed and it is said why: new columns then begin with their defaults.
    """
    names, last = marked(book), book.last
    if not names or last is None:
        return []
    tables = f"{'table' if len(names) == 1 else 'tables'} {', '.join(names)}"
    say(f"the book is of an older version: {tables} gained a column, all facts are folded again")
    network = phases[0].world.network
    later = {phase.world.policy: phase.world.network for phase in phases}
    ticks, told = last.tick + 1, 0

    def went(tick: int) -> None:
        nonlocal told
        reached = STEPS * (tick + 1) // ticks
        if reached > told:
            told = reached
            say(f"  {100 * reached // STEPS} % of {ticks:,} ticks")

    try:
        folded = refolded(book, network, later, went)
    except NotComparable as why:
        say(f"  not done, the new columns begin at 0: {why}")
        return []
    book.refold(names, folded)
    say("  done: every column is what the facts come to")
    return names


def nobody(_: str) -> None:
    """Nobody listens."""

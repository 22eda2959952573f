"""What a rehearsal counts of its facts beside the loop: cubes, who is present, and the hours.

No decision reads any of it, so facts are gathered until there are many, and a second thread counts them while the loop
goes on: nearly all of it is compiled, and runs without the interpreter's lock. Nothing else touches what is counted
into; whoever reads it, copies it or lays it down settles first.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from threading import Thread

from firstbest.decide.ground import Ground
from firstbest.operate.metrics import COUNTED, cubes
from firstbest.operate.rows import by_fact
from firstbest.rehearse import hours, presence
from firstbest.store.columns import Columns
from firstbest.world.facts import Block

WANTED = COUNTED | presence.FACTS | hours.FACTS
ROWS = 100_000


class Counting:
    """Implements `operate.ports.Counting`: many facts at once, beside the loop."""

    def __init__(self, state: Columns, takers: Sequence[presence.Presence | hours.Hours] = ()) -> None:
        """Cubes are counted into `state`; `takers` are shown the facts too, those of a type in the order of sealing."""
        self.state = state
        self.takers = takers
        self._ground: Ground | None = None
        self._blocks: list[Block] = []
        self._rows = 0
        self._thread: Thread | None = None
        self._failure: BaseException | None = None

    def take(self, blocks: Sequence[Block], ground: Ground) -> None:
        """Gather the facts of a tick; they are counted on the ground that they were decided on."""
        if ground is not self._ground:
            self._hand_on()
            self._ground = ground
        for block in blocks:
            if block.fact.name in WANTED:
                self._blocks.append(block)
                self._rows += len(block.rows)
        if self._rows >= ROWS:
            self._hand_on()

    def settle(self) -> None:
        """Count what was gathered, and wait until all is counted; raises what failed."""
        self._hand_on()
        self._wait()

    def _hand_on(self) -> None:
        if self._blocks and self._ground is not None:
            self._wait()
            self._thread = Thread(target=partial(self._count, self._blocks, self._ground), daemon=True)
            self._thread.start()
            self._blocks, self._rows = [], 0

    def _wait(self) -> None:
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        if self._failure is not None:
            raise self._failure

    def _count(self, blocks: Sequence[Block], ground: Ground) -> None:
        try:
            blocks = by_fact(blocks)
            for taker in self.takers:
                taker.take(blocks)
            self.state.apply(cubes(blocks, ground))
        except BaseException as failure:  # noqa: BLE001 - whatever it is, the loop's thread raises it
            self._failure = failure

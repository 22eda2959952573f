"""A whole small rehearsal without the machine's own instructions: Numba's generic processor, in a process of its own.

Every kernel of the loop and of the physics is compiled for it once more, which takes a minute; then the facts of each
type, and a joint choice among drawn options, have to be the same bytes as on this processor.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

from firstbest.decide.ahead import chosen_of
from firstbest.operate.ports import Change, Tick
from firstbest.rehearse.run import Settings, rehearse
from firstbest.rehearse.warm import small_scenario
from firstbest.world.facts import Block
from tests.rooms.test_ahead import drawn_options, one_by_one

ROOT = Path(__file__).resolve().parent.parent
SEED = 11


class Digests:
    """A book that keeps a digest of each type's rows."""

    def __init__(self) -> None:
        self.of: dict[str, object] = {}
        self.rows = 0

    def seal(self, tick: Tick, blocks: Sequence[Block], changes: Sequence[Change]) -> None:  # noqa: ARG002 - the port
        """Take the rows in."""
        for block in blocks:
            digest = self.of.setdefault(block.fact.name, blake2b(digest_size=16))
            digest.update(block.rows.tobytes())  # type: ignore[attr-defined]
            self.rows += len(block.rows)

    def told(self) -> dict[str, str]:
        """By type."""
        return {name: digest.hexdigest() for name, digest in self.of.items()}  # type: ignore[attr-defined]


def told() -> dict[str, str]:
    """Digests of the facts of a small rehearsal by type, of its cubes, and of a joint choice."""
    book = Digests()
    result = rehearse(small_scenario(), Settings(seed=SEED, book=book))
    options, there = drawn_options(SEED, 150, 12, 5)
    chosen = chosen_of(options, there, one_by_one(options, there))
    cubes = blake2b(result.state.tables["cube"].rows.tobytes(), digest_size=16).hexdigest()
    joint = blake2b(chosen.option.tobytes() + chosen.price.tobytes(), digest_size=16).hexdigest()
    return {**book.told(), "cubes": cubes, "joint choice": joint, "facts": str(book.rows)}


def differing() -> tuple[int, list[str]]:
    """How many things were compared, and those that differ on the generic processor."""
    with tempfile.TemporaryDirectory() as cache:
        path = os.pathsep.join([str(ROOT), str(ROOT / "src")])
        own = {**os.environ, "NUMBA_CPU_NAME": "generic", "NUMBA_CACHE_DIR": cache, "PYTHONPATH": path}
        script = (
            "import json, numba; assert numba.config.CPU_NAME == 'generic'\n"
            "from benchmarks.exact_generic import told\nprint(json.dumps(told()))"
        )
        done = subprocess.run([sys.executable, "-c", script], env=own, capture_output=True, text=True, check=True)
    theirs, ours = json.loads(done.stdout.splitlines()[-1]), told()
    return len(ours), [name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)]
